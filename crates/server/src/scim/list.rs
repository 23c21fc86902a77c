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

    /// Which entries a page has: from where, and how many.
    fn range(&self, largest: usize) -> (usize, usize) {
        let start = usize::try_from(self.start_index.unwrap_or(1).max(1)).unwrap_or(usize::MAX);
        let count = self.count.map_or(USUAL, |count| usize::try_from(count.max(0)).unwrap_or(usize::MAX));
        (start, count.min(largest))
    }

    /// A page of the candidates that the filter lets through; `tell` makes a resource of one. Where nothing is filtered or
    /// sorted, only those of the page are made.
    ///
    /// # Errors
    /// When what it is to be sorted by is no attribute.
    pub(crate) fn page<T>(
        &self,
        shape: &'static Shape,
        filter: Option<&Filter<'_>>,
        largest: usize,
        candidates: Vec<T>,
        tell: impl Fn(&T) -> Value,
    ) -> Result<Value, Problem> {
        if filter.is_none() && self.sort_by.is_none() {
            let (start, count) = self.range(largest);
            let page = candidates.iter().skip(start - 1).take(count).map(tell);
            let page = page.map(|resource| self.asked.of(shape, resource)).collect();
            return Ok(told(candidates.len(), start, page));
        }
        let all = candidates.iter().map(tell);
        let all = all.filter(|one| filter.is_none_or(|filter| filter.holds(one))).map(|one| (shape, one)).collect();
        self.mixed(largest, all)
    }

    /// A page of resources, of one type or several.
    ///
    /// # Errors
    /// When what they are to be sorted by is no attribute of one of them.
    pub(crate) fn mixed(&self, largest: usize, mut all: Vec<(&'static Shape, Value)>) -> Result<Value, Problem> {
        self.sort(&mut all)?;
        let (start, count) = self.range(largest);
        let total = all.len();
        let page = all.into_iter().skip(start - 1).take(count);
        let page = page.map(|(shape, resource)| self.asked.of(shape, resource)).collect();
        Ok(told(total, start, page))
    }

    fn sort(&self, all: &mut [(&'static Shape, Value)]) -> Result<(), Problem> {
        let Some(by) = &self.sort_by else { return Ok(()) };
        for (shape, _) in all.iter() {
            path(shape, by, "invalidValue")?;
        }
        let key = |(shape, one): &(&'static Shape, Value)| {
            let path = path(shape, by, "invalidValue").ok();
            let first = path.and_then(|path| {
                let text = path
                    .values(one)
                    .first()
                    .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))?;
                Some(if path.last().case_exact { text } else { text.to_lowercase() })
            });
            // What has no value comes last.
            (first.is_none(), first)
        };
        all.sort_by_cached_key(key);
        if self.sort_order.as_deref() == Some("descending") {
            all.reverse();
        }
        Ok(())
    }
}

fn told(total: usize, start: usize, page: Vec<Value>) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": page.len(),
        "Resources": page,
    })
}
