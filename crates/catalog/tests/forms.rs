//! Every form of the policy files is read, or refused clearly.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::sync::Arc;

use scrim_catalog::documents::Issuer;
use scrim_catalog::{Catalog, Problem, Severity, SourceFile, assemble};

const BASE: &str = include_str!("base.yaml");

fn assembled(texts: &[&str]) -> Result<(Catalog, Vec<Problem>), Vec<Problem>> {
    let file = |(n, text): (usize, &&str)| SourceFile {
        path: Arc::new(PathBuf::from(format!("{n}.yaml"))),
        text: (*text).to_owned(),
    };
    assemble(&texts.iter().enumerate().map(file).collect::<Vec<_>>()).into_result()
}

/// The errors of a text beside the base catalog, as `line:column message (help)`.
fn errors(text: &str) -> Vec<String> {
    match assembled(&[BASE, text]) {
        Ok(_) => vec![],
        Err(problems) => problems
            .iter()
            .filter(|p| p.severity == Severity::Error)
            .map(|p| format!("{}:{} {} ({})", p.line, p.column, p.message, p.help.as_deref().unwrap_or("")))
            .collect(),
    }
}

#[test]
fn the_base_catalog_is_good() {
    let (catalog, problems) = assembled(&[BASE]).map_err(|p| format!("{p:#?}")).unwrap();
    assert_eq!(problems, []);
    assert_eq!(catalog.data_policies["personal-data"].rules.len(), 16);
    assert_eq!(catalog.users["alice"].attributes.len(), 2);
}

#[test]
fn strings_stay_strings() {
    let text = "kind: user\nname: NO\ngroups: [on]\nattributes: { a: 007, b: [1e3, true], c: 1.50, d: NO }\n---\nkind: group\nname: on\n";
    let (catalog, _) = assembled(&[BASE, text]).map_err(|p| format!("{p:#?}")).unwrap();
    let user = &catalog.users["NO"];
    let values: Vec<String> = user.attributes.values().flat_map(|v| v.0.iter().map(|v| v.to_string())).collect();
    assert_eq!(values, ["007", "1e3", "true", "1.50", "NO"]);
}

#[test]
fn a_host_has_no_password_in_it() {
    let text = "kind: integration\nname: w\nengine: postgresql\ndatabase: d\nhost: postgres://u:hunter2@h/d\n";
    let found = errors(text);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("2:7 `host` is not") && !found[0].contains("hunter2"), "{found:?}");
    assert_eq!(errors(&text.replace("postgres://u:hunter2@h/d", "/run/postgresql")), [""; 0]);
}

#[test]
fn temporary_credentials_are_of_a_cluster_or_of_a_workgroup() {
    let text = "kind: integration\nname: w\nengine: redshift\ndatabase: d\ntls: require\n";
    let cluster = format!("{text}iam: {{ cluster: analytics, region: eu-central-1, profile: etl, seconds: 3600 }}\n");
    let (catalog, _) = assembled(&[BASE, &cluster]).map_err(|p| format!("{p:#?}")).unwrap();
    let iam = catalog.integrations["w"].iam.as_ref().unwrap();
    assert!(matches!(&iam.issuer, Issuer::Cluster(name) if name.as_str() == "analytics"));
    assert_eq!((iam.region.as_str(), iam.seconds.value()), ("eu-central-1", &3600));
    assert_eq!(iam.profile.as_ref().map(|name| name.as_str()), Some("etl"));

    let workgroup = format!("{text}user: \"IAMR:scrim\"\niam: {{ workgroup: analytics, region: eu-central-1 }}\n");
    let (catalog, _) = assembled(&[BASE, &workgroup]).map_err(|p| format!("{p:#?}")).unwrap();
    let iam = catalog.integrations["w"].iam.as_ref().unwrap();
    assert!(matches!(&iam.issuer, Issuer::Workgroup(name) if name.as_str() == "analytics"));
    assert_eq!((iam.seconds.value(), &iam.profile), (&900, &None));
}

/// Each text has exactly these errors, all at once.
#[test]
fn errors_say_where_what_and_what_to_do() {
    let cases: &[(&str, &[&str])] = &[
        ("kind: usr\nname: x\n", &["1:7 `usr` is not a kind of document (did you mean `user`?)"]),
        ("name: x\n", &["1:1 the document does not say what it is"]),
        (
            "kind: integration\nname: w\nengine: redshift\ndatabase: d\nmonitored: [ { schema: 'a[b]' } ]\n",
            &["5:24 `[` cannot stand in the name of a monitored schema; `*` stands for any characters, `?` for one ()"],
        ),
        (
            "kind: integration\nname: x\nengine: redshift\ndatabase: d\nimpersonation: { enabled: true }\n",
            &["2:7 impersonation is not supported by this version of scrim (remove `impersonation`)"],
        ),
        (
            "kind: identifier\nname: i\ntag: T\n",
            &["2:7 the identifier `i` looks at nothing (give it `column_name`, `value`, `checksum` or `dictionary`)"],
        ),
        (
            "kind: identifier\nname: i\ntag: T\nvalue: '(\\w{100}){100}'\n",
            &[
                "4:8 `(\\w{100}){100}` is too large: compiled it takes more than 1048576 bytes; repeat less, or shorter parts ()",
            ],
        ),
        (
            "kind: identifier\nname: i\ntag: T\nchecksum: luhn\nconfidence: { minimum: 50 }\n",
            &["5:24 50 is not a number from 0 to 1 ()"],
        ),
        ("kind: user\nname: x\ngroup: [a]\n", &["3:1 unknown field `group` (did you mean `groups`?)"]),
        (
            "kind: user\nname: x\ngroups: [staf, frud]\n",
            &[
                "3:10 there is no group `staf` (did you mean `staff`?)",
                "3:16 there is no group `frud` (did you mean `fraud`?)",
            ],
        ),
        ("kind: user\nname: 'x '\n", &["2:7 `x ` starts or ends with a blank"]),
        ("kind: user\nname: '..'\n", &["2:7 `..` cannot be the name of a document"]),
        ("kind: user\nname: alice\n", &["2:7 `alice` is defined twice (the other one is in 0.yaml:"]),
        ("kind: group\nname: [g\nx: y\n", &["3:2 "]),
        (
            "kind: data-policy\nname: p\nwhere: all\nrules:\n  - mask: { columns: { tag: PII.Email }, with: hash }\n    for: { group: staff }\n",
            &["5:5 `for` needs `otherwise`"],
        ),
        (
            "kind: data-policy\nname: p\nwhere: all\nrules:\n  - rows: { filter: 'x = 1' }\n    for: { group: staff }\n  - mask: { columns: all, with: { regex: { pattern: 'a|b', replacement: x } } }\n",
            &["5:5 `for` needs `otherwise`", "7:53 the pattern `a|b` is refused"],
        ),
        (
            "kind: data-policy\nname: p\nwhere: { column_tags: PII }\nrules: [{ rows: never }]\n",
            &["3:10 unknown variant `column_tags` (did you mean `column_tag`?)"],
        ),
        (
            "kind: data-policy\nname: p\nwhere: all\nrules:\n  - mask: { columns: all, with: nullify }\n    except: { not: { grup: staff } }\n",
            &["6:22 unknown variant `grup` (did you mean `group`?)"],
        ),
        (
            "kind: data-policy\nname: p\nwhere: all\nrules:\n  - mask: { columns: all, with: nullify }\n    except: { attribute: { contry: US } }\n",
            &["6:28 there is no attribute `contry` (did you mean `country`?)"],
        ),
        (
            "kind: data-policy\nname: p\nwhere: all\nrules:\n  - mask: { columns: all, with: nullify }\n    except: { attribute: { status: gone } }\n",
            &["6:36 `gone` is not a value of the attribute `status` (its values are leaver, suspended)"],
        ),
        (
            "kind: data-policy\nname: p\nwhere: all\nrules:\n  - mask: { columns: all, with: { k_anonymous: { k: 1 } } }\n  - reveal: { columns: all }\n    for: { group: staff }\n    otherwise: hash\n",
            &["5:33 `k: 1` is out of range", "6:5 `reveal` takes no `otherwise`"],
        ),
        (
            "kind: data-policy\nname: p\nwhere: all\nrules:\n  - mask: { columns: all, with: { randomize: { domain: [ a ], rate: 0.1, by: { name: id } } } }\n  - mask: { columns: all, with: { randomize: { domain: [ a, b ], rate: 2, by: { name: id } } } }\n  - mask: { columns: all, with: { randomize: { noise: { stddev: 0 }, by: { name: id } } } }\n  - mask: { columns: all, with: { randomize: { rate: 0.5, by: { name: id } } } }\n",
            &[
                "5:33 a domain of 1 values",
                "6:33 `2` is not a rate",
                "7:33 `0` is not a standard deviation",
                "8:33 `randomize` needs either",
            ],
        ),
        (
            "kind: data-policy\nname: p\nwhere: all\nrules:\n  - mask: { columns: all, with: { hsh: 1 } }\n",
            &["5:35 unknown variant `hsh`"],
        ),
        (
            "kind: data-policy\nname: p\nwhere: all\nrules:\n  - rows: { sample: 101, by: { name: id } }\n  - rows: { sample: 10 }\n  - rows: { filter: 'id > 1', by: { name: id } }\n",
            &["5:5 `101` is not a percentage", "6:5 `sample` needs `by`", "7:5 `by` belongs to `sample`"],
        ),
        (
            "kind: subscription-policy\nname: p\nwhere: all\naccess: { approval: [ OWNR ] }\n---\nkind: subscription-policy\nname: q\nwhere: all\naccess: { approval: [] }\n",
            &["4:23 `OWNR` is nobody who approves (did you mean `OWNER`?)", "9:9 `approval` names nobody"],
        ),
        (
            "kind: subscription-policy\nname: p\nwhere: all\naccess: { conditions: { tag_as_attribute: { attribute: clerance, on: column, match: any } } }\n",
            &["4:56 there is no attribute `clerance` (did you mean `clearance`?)"],
        ),
        (
            "kind: integration\nname: w\nengine: postgresql\ndatabase: d\nowner_role: a$scrim$b\n",
            &["5:13 the role `a$scrim$b` contains `$`"],
        ),
        (
            "kind: integration\nname: w\nengine: postgresql\ndatabase: d\nsystem_prefix: a$b\nreaders: scrim_owner\nviews: { schema: a$b_system }\n",
            &[
                "5:16 the schema name `a$b` contains `$`",
                "6:10 the readers are `scrim_owner`, a role of Scrim's own",
                "7:18 the schema name `a$b_system` contains `$`",
                "7:18 the schema `a$b_system` is one of Scrim's own",
            ],
        ),
        (
            "kind: data-policy\nname: p\nwhere: all\nrules:\n  - rows: { lookup: { table: immuta_system.salt, on: { salt: { name: id } }, user: source } }\n",
            &["5:5 `immuta_system.salt` is in a system schema"],
        ),
        (
            "kind: data-source\nname: s\nintegration: warehouse\ntable: governed.customer\nview: governed.other\n",
            &["4:8 `governed` is a system schema"],
        ),
        (
            "kind: integration\nname: w\nengine: postgresql\ndatabase: d\npassword: hunter2\n",
            &["5:11 a password is never written in a file: name where it is found"],
        ),
        (
            "kind: integration\nname: w\nengine: redshift\ndatabase: d\ntls: require\niam: { region: eu-central-1 }\n",
            &["6:6 `iam` needs exactly one of `cluster` (provisioned) and `workgroup` (Serverless)"],
        ),
        (
            "kind: integration\nname: w\nengine: redshift\ndatabase: d\ntls: require\niam: { cluster: a, workgroup: a, region: eu-central-1 }\n",
            &["6:6 `iam` needs exactly one of `cluster` (provisioned) and `workgroup` (Serverless)"],
        ),
        (
            "kind: integration\nname: w\nengine: redshift\ndatabase: d\ntls: require\niam: { cluster: a, region: r, second: 900 }\n",
            &["6:31 unknown field `second` (did you mean `seconds`?)"],
        ),
        (
            "kind: integration\nname: w\nengine: postgresql\ndatabase: d\npassword: { env: P }\niam: { cluster: a, region: eu-central-1 }\n",
            &[
                "6:6 `iam` is for `engine: redshift` (use `password`)",
                "6:6 `iam` and `password` are both written (remove one",
                "6:6 `iam` sends a password to the warehouse, and this connection may be a plain one (write `tls: verify-full`",
            ],
        ),
        (
            "kind: integration\nname: w\nengine: redshift\ndatabase: d\nuser: IAMR:scrim\ntls: disable\niam:\n  cluster: a.example.com\n  region: evil.example.com/\n  seconds: 60\n",
            &[
                "5:7 a cluster issues no credentials for a user `IAMR:scrim`",
                "8:3 `iam` sends a password to the warehouse, and this connection may be a plain one",
                "8:12 `a.example.com` is not the name of a cluster",
                "9:11 `evil.example.com/` is not a region (write it like `eu-central-1`)",
                "10:12 `seconds: 60` is out of range (AWS issues credentials for 900 to 3600 seconds)",
            ],
        ),
        (
            "kind: integration\nname: w\nengine: redshift\ndatabase: d\ntls: verify-ca\niam: { workgroup: analytics, region: eu-central-1 }\n",
            &[
                "6:19 AWS decides as which user one logs in to a workgroup, and `user` is not written (write `user: \"IAMR:role\"`",
            ],
        ),
        (
            "kind: data-policy\nname: p\nwhere: all\nrules:\n  - rows: { lookup: { table: ref.t, on: { }, user: login } }\n",
            &["5:5 `lookup` needs at least one column in `on`"],
        ),
        (
            "kind: grant\nname: g\nuser: alice\ndata_source: retail.customer\nexpires: 2027-01-31\n",
            &["5:10 this is not a time (write it in full"],
        ),
        (
            "kind: grant\nname: g\ndata_source: retail.customer\n",
            &["2:7 the grant `g` needs exactly one of `user` and `group`"],
        ),
        (
            "kind: data-source\nname: twin\nintegration: warehouse\ntable: Retail.CUSTOMER\nview: governed.other\n",
            &["2:7 the table `analytics.retail.customer` already belongs to the data source `"],
        ),
        (
            "kind: data-source\nname: s\nintegration: warehouse\ntable: pg_catalog.pg_authid\n",
            &["4:8 `pg_catalog` is a system schema"],
        ),
        ("kind: user\nname: ALICE\n", &["60:7 `alice` and `ALICE` are the same warehouse user"]),
        (
            "kind: user\nname: x\nwarehouse_user: scrim_owner\n",
            &["2:7 the warehouse user `scrim_owner` of `x` is a system role"],
        ),
        // Also as a warehouse may fold it.
        (
            "kind: user\nname: x\nwarehouse_user: Scrim_System\n",
            &["2:7 the warehouse user `Scrim_System` of `x` is a system role"],
        ),
        (
            "kind: user\nname: x\nwarehouse_user: PG_read_all_data\n",
            &["2:7 the warehouse user `PG_read_all_data` of `x` is a system role"],
        ),
        (
            "kind: integration\nname: r\nengine: redshift\ndatabase: d\n---\nkind: user\nname: x\nwarehouse_user: rdsdb\n",
            &["7:7 the warehouse user `rdsdb` of `x` is a system role of `r`"],
        ),
        (
            "kind: user\nname: x\nwarehouse_user: { warehouse: Alice }\n",
            &["2:7 `x` and `alice` are the same warehouse user"],
        ),
        ("kind: user\nname: x\nwarehouse_user: 'alice '\n", &["3:17 `alice ` starts or ends with a blank"]),
    ];
    for (text, expected) in cases {
        let found = errors(text);
        let fits = found.len() == expected.len() && found.iter().zip(*expected).all(|(f, e)| f.starts_with(e));
        assert!(fits, "for\n{text}\nfound {found:#?}\nexpected {expected:#?}");
    }
}

#[test]
fn a_tag_that_nothing_carries_is_a_warning() {
    let text = "kind: data-policy\nname: p\nwhere: { column_tag: PII.Emial }\nrules: [{ rows: never }]\n";
    let (_, problems) = assembled(&[BASE, text]).unwrap();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].severity, Severity::Warning);
    assert_eq!(problems[0].help.as_deref(), Some("did you mean `PII.Email`?"));
}

#[test]
fn policies_that_files_alone_cannot_meet_are_warnings() {
    let text = "kind: subscription-policy\nname: p\nwhere: all\naccess: { approval: [ OWNER, GOVERNANCE ] }\n---\nkind: subscription-policy\nname: q\nwhere: all\naccess: anyone\nrequires_action: true\n";
    let (_, problems) = assembled(&[BASE, text]).unwrap();
    let messages: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(messages.len(), 2);
    assert!(messages.iter().all(|message| message.contains("is met by nobody yet")), "{messages:?}");
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = String::from("kind: user\nname: x\ngroups: &a0 [g,g,g,g,g,g,g,g,g]\n");
    for n in 1..12 {
        text += &format!("x{n}: &a{n} [*a{m},*a{m},*a{m},*a{m},*a{m},*a{m},*a{m},*a{m},*a{m}]\n", m = n - 1);
    }
    assert_eq!(errors(&text).len(), 1);
}
