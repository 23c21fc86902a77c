//! A pusher who remembers what it pushed brings the warehouse to the same as one who looks at all of it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::Arc;

use chrono::Utc;
use scrim_catalog::{Catalog, Change, Kind};
use scrim_sync::{Options, count, dry_run, push_all};
use scrim_testkit::agreement::{prepare, random};
use scrim_testkit::random::Choice;
use scrim_testkit::{Governed, Target, everywhere};

/// Some documents of another catalog put into this one, as far as they make sense there.
fn changed(choice: &mut Choice, catalog: &Arc<Catalog>, other: &Catalog) -> Arc<Catalog> {
    // Most rounds change one thing about people: what it reaches is what must not be missed.
    let people = [Kind::User, Kind::Group, Kind::Grant, Kind::Subscription, Kind::Project, Kind::Purpose];
    let others = [Kind::SubscriptionPolicy, Kind::DataPolicy, Kind::DataSource];
    let (kinds, count) = if choice.odds(3) { (&others[..], 1 + choice.below(3)) } else { (&people[..], 1) };
    let mut after = Arc::clone(catalog);
    for _ in 0..count {
        let kind = kinds[choice.below(kinds.len())];
        let names: Vec<_> = other.names_after(kind, "").cloned().collect();
        if names.is_empty() {
            continue;
        }
        let name = names[choice.below(names.len())].clone();
        let change =
            if choice.odds(6) { Change::Delete(kind, name) } else { Change::Put(other.document(kind, &name).unwrap()) };
        if let Ok(applied) = after.apply(vec![change]) {
            after = applied.catalog;
        }
    }
    after
}

fn a_change_is_pushed_as_if_all_was_compared(target: Target) {
    let governed = Governed::on(target);
    prepare(&governed);
    let text = |seed: u64| random(target, &mut Choice::new(seed));
    let mut catalog = Arc::new(governed.catalog(&text(1)));
    governed.install(&catalog);
    let integration = catalog.integrations.values().next().unwrap().item.clone();
    let mut warehouse = governed.connect(&catalog);
    let now = Utc::now();
    let options = Options { allow_drop: true, ..Options::default() };
    let (_, mut known) = governed.wait(push_all(&mut warehouse, &catalog, &integration, &options, now)).unwrap();
    let mut choice = Choice::new(7);
    let rounds = std::env::var("SCRIM_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(150);
    for round in 2..2 + rounds {
        let other = governed.catalog(&text(round));
        catalog = changed(&mut choice, &catalog, &other);
        let report = governed.wait(known.push(&mut warehouse, &catalog, false, now)).unwrap();
        // What is counted is counted beside pushes; the next one finds that it was.
        let counted = governed.wait(count(&mut warehouse, known.due()));
        assert!(counted.iter().all(|(_, failed)| failed.is_none()), "round {round}: {counted:?}");
        known.counted(counted);
        let left = governed.wait(dry_run(&warehouse, &catalog, &integration, &options, now)).unwrap();
        assert!(!left.changes_anything(), "round {round}: {report:#?}\nleft {left:#?}");
    }
}

everywhere! { a_change_is_pushed_as_if_all_was_compared }
