//! Pushes to Redshift, through the double, in both layouts.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use scrim_testkit::{Governed, Target};

const POLICIES: &str = "
{ kind: attribute, name: region }
---
{ kind: group, name: hr }
---
{ kind: user, name: ana, groups: [ hr ] }
---
{ kind: user, name: bob, attributes: { region: [ north ] } }
---
{ kind: subscription-policy, name: all, where: all, access: anyone }
---
{ kind: data-source, name: staff, integration: w, table: hr.staff, columns: [ { name: id }, { name: email, tags: [ PII ] }, { name: region } ] }
---
{ kind: data-policy, name: p, where: all, rules: [
  { mask: { columns: { tag: PII }, with: hash }, except: { group: hr } },
  { rows: { match: { attribute: region, column: { name: region } } }, except: { group: hr } } ] }
";

fn prepare(governed: &Governed) {
    governed.run(
        "CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, email varchar(40), region varchar(10));
         INSERT INTO hr.staff VALUES (1, 'a@x', 'north'), (2, 'b@x', 'south');
         CREATE USER ana; CREATE USER bob; CREATE USER eve;",
    );
}

#[test]
fn a_push_is_enforced_and_a_second_one_changes_nothing() {
    for target in Target::REDSHIFT {
        let governed = Governed::on(target);
        prepare(&governed);
        let catalog = governed.catalog(POLICIES);
        assert_eq!(governed.try_install(&catalog).unwrap(), [] as [String; 0]);
        let report = governed.push(&catalog);
        assert_eq!((report.views.created, report.profiles.written), (1, 2));
        let seen = |user: &str| {
            let rows = governed.seen(user, "SELECT id, email, region FROM governed.staff ORDER BY id").unwrap();
            rows.into_iter().map(|row| row.into_iter().flatten().collect::<Vec<_>>().join("|")).collect::<Vec<_>>()
        };
        assert_eq!(seen("ana"), ["1|a@x|north", "2|b@x|south"]);
        let bob = seen("bob");
        assert!(bob.len() == 1 && bob[0].starts_with("1|") && bob[0].ends_with("|north") && bob[0].len() == 72, "{bob:?}");
        assert_eq!(seen("eve"), [] as [&str; 0]);
        let again = governed.push(&catalog);
        assert!(!again.changes_anything(), "{again:?}");
        // As is the installation.
        governed.install(&catalog);
        let again = governed.push(&catalog);
        assert!(!again.changes_anything(), "{again:?}");
    }
}
