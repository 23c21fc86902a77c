//! What a change is of: `name.familyName`, `emails[type eq "work"].value`, a whole extension.

use crate::Problem;
use crate::scim::error::wrong;
use crate::scim::filter::{Filter, value_filter};
use crate::scim::path::{Path, path};
use crate::scim::schema::{Shape, named};

/// What a change is of.
pub(super) enum Target<'a> {
    /// Everything of an extension.
    Extension(&'static str),
    /// An attribute.
    Attribute(Place<'a>),
}

/// An attribute, and which of its values.
pub(super) struct Place<'a> {
    pub(super) path: Path<'a>,
    pub(super) filter: Option<Filter<'a>>,
}

/// Reads the path of a change.
///
/// # Errors
/// `invalidPath`, when there is no such attribute; `invalidFilter`.
pub(super) fn target<'a>(shape: &'a Shape, text: &str) -> Result<Target<'a>, Problem> {
    let text = text.trim();
    if let Some((schema, _)) = &shape.extension
        && text.eq_ignore_ascii_case(schema)
    {
        return Ok(Target::Extension(schema));
    }
    let Some((name, rest)) = text.split_once('[') else {
        return Ok(Target::Attribute(Place { path: path(shape, text, "invalidPath")?, filter: None }));
    };
    let mut path = path(shape, name, "invalidPath")?;
    let strange = || wrong("invalidPath", "a path is `attribute[filter]` or `attribute[filter].part`");
    if path.part.is_some() || !path.attribute.multi_valued {
        return Err(strange());
    }
    // A bracket in a text is behind the last one only where the path is no path.
    let (filter, rest) = rest.rsplit_once(']').ok_or_else(strange)?;
    let filter = value_filter(path.attribute, filter)?;
    if let Some(part) = rest.strip_prefix('.') {
        path.part = Some(named(&path.attribute.sub_attributes, part).ok_or_else(strange)?);
    } else if !rest.is_empty() {
        return Err(strange());
    }
    Ok(Target::Attribute(Place { path, filter: Some(filter) }))
}
