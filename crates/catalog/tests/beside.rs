//! A document that somebody is writing is told the same of as if the whole catalog were checked with it in place.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::sync::Arc;

use scrim_catalog::{Catalog, Change, SourceFile, assemble, read};

const WRITTEN: &[&str] = &[
    "kind: data-policy\nname: n\nwhere: { source_tag: Retail }\nrules:\n  - mask: { columns: { tag: PII }, with: hash }\n    except: { group: fraud }\n",
    "kind: data-policy\nname: n\nwhere: { source_tag: Retial }\nrules:\n  - mask: { columns: { tag: PIII }, with: hash }\n    except: { group: frod }\n",
    "kind: data-policy\nname: n\nwhere: { data_source: gone }\nrules:\n  - rows: { match: { attribute: county, column: { tag: Geo } } }\n    except: { user: nobody }\n",
    "kind: data-policy\nname: n\nwhere: { source_tag: Retail }\nrules:\n  - rows: { match: { attribute: clearance, column: { tag: Geo } } }\n    except: { attribute: { training: fraud-2026 } }\n",
    "kind: data-policy\nname: n\nwhere: { source_tag: Retail }\nvalid: { from: 2027-01-01T00:00:00Z, until: 2026-01-01T00:00:00Z }\nrules:\n  - mask: { columns: { tag: PII }, with: hash }\n",
    "kind: data-policy\nname: personal-data\nwhere: { source_tag: Retail }\nrules: []\n",
    "kind: subscription-policy\nname: n\nwhere: { source_tag: Retail }\naccess: { conditions: { any: [ { group: staff }, { attribute: { contry: US } } ] } }\n",
    "kind: subscription-policy\nname: n\nwhere: { column_tag: Nowhere }\naccess: { approval: [ OWNR ] }\n",
    "kind: policy-test\nname: n\ndata_source: retail.customer\npolicies: [ none ]\nrows: [ { id: 1, colour: x } ]\nexpect: [ { as: { groups: [ nobody ] }, rows: [] } ]\n",
    "{ kind: user, name: n, groups: [ gone ], current_project: gone }\n",
    "{ kind: grant, name: n, user: gone, data_source: retail.customer }\n",
];

fn base() -> Catalog {
    let file = SourceFile { path: Arc::new(PathBuf::from("base.yaml")), text: include_str!("base.yaml").to_owned() };
    let (catalog, _) = assemble(&[file]).into_result().map_err(|problems| format!("{problems:#?}")).unwrap();
    catalog
}

#[test]
fn what_is_wrong_is_what_is_wrong_with_all_of_it() {
    let (base, mut told) = (base(), 0);
    for text in WRITTEN {
        let (mut documents, mut problems) = (vec![], vec![]);
        let file = SourceFile { path: Arc::new(PathBuf::from("written.yaml")), text: (*text).to_owned() };
        read(&file, &mut documents, &mut problems);
        assert_eq!(problems, [], "{text}");
        let (_, document) = documents.pop().unwrap();
        let of = |problems: Vec<scrim_catalog::Problem>| -> Vec<String> {
            // The base has problems of its own, which are not of what is written.
            let own = scrim_catalog::place(document.kind(), document.name());
            let own = problems.into_iter().filter(|problem| problem.file == own);
            let mut told: Vec<String> = own.map(|problem| format!("{problem:?}")).collect();
            told.sort();
            told
        };
        let whole = match base.apply(vec![Change::Put(document.clone())]) {
            Ok(applied) => applied.warnings,
            Err(problems) => problems,
        };
        let beside = of(base.beside(document.clone()));
        assert_eq!(beside, of(whole), "{text}");
        told += beside.len();
    }
    assert!(told > 10, "{told} problems are no test");
}
