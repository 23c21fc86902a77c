//! Lists: filtered, sorted, a page at a time.

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Asked;
use super::filter::{Filter, filter};
use super::path::path;
use super::schema::Shape;
use crate::Problem;

/// How many resources a page has unless the request says.
const USUAL: usize = 100;

/// Which resources.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Wanted {
    pub(crate) filter: Option<String>,
    sort_by: Option<String>,
    sort_order: Option<String>,
    start_index: Option<i64>,
    count: Option<i64>,
    #[serde(flatten)]
    pub(crate) asked: Asked,
}

impl Wanted {
    /// The filter, if there is one.
    ///
    /// # Errors
    /// `invalidFilter`.
    pub(crate) fn filter<'a>(&self, shape: &'a Shape) -> Result<Option<Filter<'a>>, Problem> {
        let text = self.filter.as_deref().filter(|text| !text.trim().is_empty());
        text.map(|text| filter(shape, text)).transpose()
    }

    /// A page of the candidates that the filter lets through; `tell` makes a resource of one. Where nothing is filtered or
    /// sorted, only those of the page are made.
    ///
    /// # Errors
    /// When what it is to be sorted by is no attribute.
    pub(crate) fn page<T>(
        &self,
        shape: &Shape,
        filter: Option<&Filter<'_>>,
        largest: usize,
        candidates: Vec<T>,
        tell: impl Fn(&T) -> Value,
    ) -> Result<Value, Problem> {
        let start = usize::try_from(self.start_index.unwrap_or(1).max(1)).unwrap_or(usize::MAX);
        let count = usize::try_from(self.count.map_or(USUAL as i64, |count| count.max(0))).unwrap_or(0).min(largest);
        let plain = filter.is_none() && self.sort_by.is_none();
        let (total, page): (usize, Vec<Value>) = if plain {
            (candidates.len(), candidates.iter().skip(start - 1).take(count).map(tell).collect())
        } else {
            let all = candidates.iter().map(tell);
            let mut all: Vec<Value> = all.filter(|one| filter.is_none_or(|filter| filter.holds(one))).collect();
            self.sort(shape, &mut all)?;
            (all.len(), all.into_iter().skip(start - 1).take(count).collect())
        };
        let page: Vec<Value> = page.into_iter().map(|resource| self.asked.of(shape, resource)).collect();
        Ok(json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": total,
            "startIndex": start,
            "itemsPerPage": page.len(),
            "Resources": page,
        }))
    }

    fn sort(&self, shape: &Shape, all: &mut [Value]) -> Result<(), Problem> {
        let Some(by) = &self.sort_by else { return Ok(()) };
        let path = path(shape, by, "invalidValue")?;
        let exact = path.last().case_exact;
        let key = |one: &Value| {
            let first =
                path.values(one).first().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            // What has no value comes last.
            (first.is_none(), first.map(|text| if exact { text } else { text.to_lowercase() }))
        };
        all.sort_by_cached_key(key);
        if self.sort_order.as_deref() == Some("descending") {
            all.reverse();
        }
        Ok(())
    }
}
