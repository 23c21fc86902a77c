//! Looking for sensitive data: samples are taken inside the warehouse, and what is found is proposed, or set as tags.

use std::collections::BTreeMap;

use scrim_catalog::documents::{DataSource, Discovery, Identifier, Integration, Origin, Proposed, Share};
use scrim_catalog::{At, Catalog, FoundColumn, Name, register, tag};
use scrim_discovery::{Column, Detector, Finding, TooLarge};
use scrim_warehouse::{Warehouse, WarehouseError};

/// So sure a finding must be to be set without anybody's looking at it.
pub const SURE: f64 = 0.8;
/// Rows that are sampled unless somebody says how many.
pub const ROWS: u32 = 1000;

/// Why nothing was looked at.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// The identifiers.
    #[error(transparent)]
    Identifiers(#[from] TooLarge),
    /// The warehouse.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// There is no such table.
    #[error("there is no table `{0}` in the warehouse, or it has no columns that a view can have")]
    Nothing(String),
}

/// What was found in a data source.
#[derive(Clone, Debug)]
pub struct Findings {
    /// The document, with all its columns named.
    pub source: DataSource,
    /// What each column seems to hold, the surest first.
    pub columns: BTreeMap<Name, Vec<Finding>>,
}

/// The identifiers that a catalog has beside the built-in ones.
pub fn own_identifiers(catalog: &Catalog) -> Vec<&Identifier> {
    catalog.identifiers.values().map(|identifier| &identifier.item).collect()
}

/// Looks at a sample of a data source, for what the built-in identifiers and these tell.
///
/// # Errors
/// When it cannot be sampled.
pub async fn look(
    warehouse: &mut Warehouse,
    identifiers: &[&Identifier],
    integration: &Integration,
    source: &DataSource,
    rows: u32,
) -> Result<Findings, LookError> {
    let detector = Detector::new(identifiers.iter().copied())?;
    let table = scrim_sql::located(integration, &source.table);
    let nothing = || LookError::Nothing(table.to_string());
    let found = warehouse.tables(std::slice::from_ref(&table)).await?;
    let found = found.into_values().next().ok_or_else(nothing)?;
    let mut source = source.clone();
    if source.columns.is_empty() {
        source.columns = register(&source, &found.columns, None).map_err(|_| nothing())?.columns;
    }
    let named = |column: &&FoundColumn| source.columns.iter().any(|one| one.name.as_str() == column.name);
    let columns: Vec<FoundColumn> = found.columns.iter().filter(named).cloned().collect();
    if columns.is_empty() {
        return Err(nothing());
    }
    let samples = warehouse.sample(&table, &columns, rows).await?;
    let mut all = BTreeMap::new();
    for column in &columns {
        let Ok(name) = Name::new(&column.name) else { continue };
        let sample = samples.get(&column.name).cloned().unwrap_or_default();
        let findings = detector.examine(&Column {
            schema: &table.schema,
            table: &table.table,
            name: &column.name,
            column_type: &column.column_type,
            rows: sample.rows,
            nulls: sample.nulls,
            values: &sample.values,
        });
        all.insert(name, findings);
    }
    Ok(Findings { source, columns: all })
}

/// Whether a tag is still to be proposed for a column: it has none that says so, and nobody refused it.
fn open(column: &scrim_catalog::documents::Column, found: &Name) -> bool {
    let refused = column.discovery.iter().flat_map(|known| &known.refused).any(|tag| tag::covers(tag, found));
    !refused && !column.tags.iter().any(|tag| tag::covers(found, tag.value()))
}

impl Findings {
    /// The document with what was found: set where it is as sure as `apply` says, proposed otherwise. `before` is the document as it
    /// stands now, which may have changed since it was looked at. Nothing that was refused comes back.
    pub fn taken_into(&self, before: &DataSource, apply: Option<f64>) -> DataSource {
        let mut source = before.clone();
        if source.columns.is_empty() {
            source.columns.clone_from(&self.source.columns);
        }
        for column in &mut source.columns {
            let Some(findings) = self.columns.get(column.name.value()) else { continue };
            let mut discovery = Discovery {
                proposed: vec![],
                refused: column.discovery.as_ref().map_or_else(Vec::new, |known| known.refused.clone()),
            };
            for finding in findings {
                if !open(column, &finding.tag) {
                    continue;
                }
                if apply.is_some_and(|sure| finding.confidence >= sure) {
                    column.origins.insert(finding.tag.clone(), Origin::Discovered);
                    column.tags.push(At::nowhere(finding.tag.clone()));
                } else if !discovery.proposed.iter().any(|known| known.tag == finding.tag) {
                    discovery.proposed.push(proposed(finding));
                }
            }
            column.discovery = Some(discovery);
        }
        source
    }
}

/// A finding as it stands in a document. Three digits say all that there is to say.
pub fn proposed(finding: &Finding) -> Proposed {
    Proposed {
        tag: finding.tag.clone(),
        identifier: finding.identifier.clone(),
        confidence: Share::clamped((finding.confidence * 1000.0).round() / 1000.0),
        why: finding.why.clone(),
    }
}
