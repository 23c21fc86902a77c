//! What an uninstall takes away, and what it leaves.

/// What was taken away, or would be, and what was left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removal {
    /// What is gone, or would be.
    pub removed: Vec<String>,
    /// What is still there, and why.
    pub kept: Vec<Kept>,
}

/// Something that is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What it is.
    pub object: String,
    /// Why, and what to do about it.
    pub reason: String,
    /// Whether it is to stay; otherwise it is in the way, or could not be taken away.
    pub intended: bool,
}

impl Removal {
    /// Whether nothing is left, or would be, that should be gone.
    pub fn complete(&self) -> bool {
        self.kept.iter().all(|kept| kept.intended)
    }

    /// Something that is to stay.
    pub(crate) fn stays(&mut self, object: impl Into<String>, reason: impl Into<String>) {
        self.kept.push(Kept { object: object.into(), reason: reason.into(), intended: true });
    }

    /// Something that should be gone.
    pub(crate) fn remains(&mut self, object: impl Into<String>, reason: impl Into<String>) {
        self.kept.push(Kept { object: object.into(), reason: reason.into(), intended: false });
    }

    /// A schema of a name of Scrim's. `unfit` says why its owner cannot be Scrim's, though the integration names it.
    pub(crate) fn apart(&mut self, schema: &str, found: &str, owner: &str, unfit: Option<&str>) {
        let reason = match unfit {
            Some(unfit) if found == owner => format!("it belongs to `{found}`, who {unfit}"),
            _ => format!("it belongs to `{found}`, and not to `{owner}`: it is not of this installation"),
        };
        self.stays(format!("schema {schema}"), reason);
    }

    /// Somebody's object among Scrim's own.
    pub(crate) fn stranger(&mut self, object: impl Into<String>) {
        let reason = "it stands in a schema of Scrim's and was not made by it: move it elsewhere or drop it, then try again; \
                      until then nothing is removed";
        self.remains(object, reason);
    }

    /// Somebody's object that is built on Scrim's own.
    pub(crate) fn dependent(&mut self, object: impl Into<String>, on: &str) {
        self.remains(
            object,
            format!("it is built on {on}: drop it first, then try again; until then nothing is removed"),
        );
    }
}

/// `n things`, or `1 thing`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// A few of them, and how many more.
pub(crate) fn several(things: &[String]) -> String {
    let shown: Vec<&str> = things.iter().take(5).map(String::as_str).collect();
    match things.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
