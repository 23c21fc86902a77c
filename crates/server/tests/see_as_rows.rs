//! Rows as somebody else sees them: what their login reads, and never more than whoever asks may see.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod seeing;
mod stand;

use std::time::Duration;

use scrim_store::{ApiToken, AuditQuery, Outcome, SecretHash};
use secrecy::SecretString;
use seeing::{Company, ODD, STAFF, is_hidden, mask};
use serde_json::{Value, json};

#[test]
fn rows_are_what_the_persons_login_reads() {
    let company = Company::start();
    company.rules(json!([
        mask("born", &json!({ "truncate": "year" })),
        mask("seen", &json!({ "truncate": "month" })),
        mask("salary", &json!({ "round": 1000 })),
        mask("ssn", &json!({ "partial": { "last": 4 } })),
        mask("code", &json!({ "regex": { "pattern": "[0-9]", "replacement": "X" } })),
        mask("region", &json!({ "custom": "LOWER(@column) || COALESCE(name, '-')" })),
        mask("ratio", &json!("nullify")),
        mask("note", &json!({ "constant": "none" })),
        { "rows": { "match": { "attribute": "region", "column": { "name": "region" } } } },
    ]));
    let sql = "SELECT * FROM governed.staff ORDER BY id";
    for (who, as_whom) in [("iris", "ann"), ("ollie", "ann"), ("iris", "ollie"), ("ollie", "ollie"), ("iris", "gina")] {
        let seen = company.see(who, json!({ "user": as_whom }));
        assert_eq!(seen.0["notes"], json!([]), "{who} as {as_whom}");
        let read = company.governed.seen(as_whom, sql).unwrap();
        let names: Vec<&str> =
            seen.0["columns"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
        assert_eq!((names[0], names[11], names.len()), ("id", ODD, 12));
        assert_eq!(seen.0["rows"].as_array().unwrap().len(), if as_whom == "ann" { 2 } else { 3 });
        for (row, read) in seen.0["rows"].as_array().unwrap().iter().zip(&read) {
            for ((cell, read), name) in row.as_array().unwrap().iter().zip(read).zip(&names) {
                let read = match (*name, read.as_deref()) {
                    ("active", Some(truth)) => Some(if truth == "t" { "true" } else { "false" }),
                    (_, read) => read,
                };
                if read.is_some_and(|read| read.len() > 1024) {
                    assert!(is_hidden(cell) && cell.to_string().contains("too long"), "{cell}");
                } else {
                    assert_eq!(*cell, json!(read), "{name}, {who} as {as_whom}");
                }
            }
        }
    }
    // By as much as somebody who is made up has.
    let made_up = company.see("ollie", json!({ "groups": ["staff"], "attributes": { "region": ["us"] } }));
    assert_eq!((made_up.ids(), made_up.column("ssn")), (vec![json!("2")], vec![json!("*")]));
    assert_eq!(made_up.column("name"), [json!("Ba'r\"\\")]);
    // As many as are asked for, always the same; none unless asked for.
    let one = company.see("ollie", json!({ "user": "ann", "rows": 1 }));
    assert_eq!(one.ids(), [json!("1")]);
    assert_eq!(one.0, company.see("ollie", json!({ "user": "ann", "rows": 1 })).0);
    for rows in [json!(101), json!(-1), json!("1"), json!(null)] {
        company.wait(company.service.post("ollie", STAFF, json!({ "user": "ann", "rows": rows }))).problem(400);
    }
    // Who may not see as others is shown none either.
    company.wait(company.service.post("ann", STAFF, json!({ "user": "ollie", "rows": 1 }))).problem(403);

    // What is in the audit trail: who, as whom, how many, by whose sight. Nothing of what was shown.
    let query = AuditQuery { action: Some("data-source.see-as".to_owned()), limit: 100, ..AuditQuery::default() };
    company.wait(company.service.app.written());
    let entries = company.wait(company.service.app.store().audit_search(&query)).unwrap().entries;
    let allowed = entries.iter().filter(|entry| entry.entry.outcome == Outcome::Allowed);
    let details: Vec<&Value> = allowed.map(|entry| &entry.entry.details).collect();
    let told = |rows: u32, asked: u32, user: &str, sight: &str| json!({ "as": { "user": user }, "project": null, "asked": asked, "rows": rows, "sight": sight });
    assert!(details.contains(&&told(2, 10, "ann", "IMPERSONATE_USER")), "{details:#?}");
    assert!(details.contains(&&told(1, 1, "ann", "own")), "{details:#?}");
    let trail = format!("{entries:?}");
    assert!(!trail.contains("6789") && !trail.contains("ab-12") && !trail.contains("Ba'r"));
}

/// Whatever is told of a data source is told of its view.
#[test]
fn a_column_that_waits_for_its_owner_is_told_of_nowhere_and_keeps_no_row_back() {
    let company = Company::start();
    company.governed.run("ALTER TABLE hr.staff ADD COLUMN pin text DEFAULT 'the pin'");
    let columns = json!([
        { "name": "id", "type": "integer" }, { "name": "ssn", "type": "varchar(11)" },
        { "name": "pin", "type": "text", "tags": ["New"] },
    ]);
    let source = |new_columns: &str| json!({ "integration": "w", "table": "hr.staff", "owners": ["ollie"], "columns": columns, "new_columns": new_columns });
    company.wait(company.service.plant("data-source", "staff", source("hide")));
    company.rules(json!([mask("ssn", &json!("nullify"))]));
    // Others are found meanwhile, and whoever looks while the view is made anew is told to ask again.
    let rows = || {
        let mut looks = (0..600).map(|_| {
            std::thread::sleep(Duration::from_millis(50));
            company.see("iris", json!({ "user": "ann" }))
        });
        looks.find(|seen| seen.0["rows"] != json!([])).unwrap()
    };
    let seen = rows();
    let names = |columns: &Value| -> Vec<String> {
        columns.as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        (names(&seen.0["columns"]), seen.ids().len()),
        (vec!["id".to_owned(), "ssn".to_owned()], 3),
        "{:#}",
        seen.0
    );
    assert!(!seen.0.to_string().contains("pin"), "{:#}", seen.0);
    let policies = company.wait(company.service.get("ollie", "/api/v1/data-sources/staff/policies")).good();
    assert_eq!(names(&policies["effective"]["columns"]), ["id", "ssn"], "{policies:#}");
    // Masked until then, it is told of as such.
    company.wait(company.service.plant("data-source", "staff", source("mask")));
    company.wait(company.service.enforced("w"));
    let seen = rows();
    assert_eq!(seen.column("pin"), vec![Value::Null; 3]);
    assert_eq!(seen.0["columns"][2]["how"], "masked");
}

#[test]
fn rows_tell_nobody_of_what_they_see_masked() {
    let company = Company::start();
    let hashed = json!({ "mask": { "columns": { "name": "ssn" }, "with": "hash" }, "except": { "any": [{ "user": "ollie" }, { "user": "ann" }] } });
    company.rules(json!([hashed]));
    // Gina sees a hash, and Ann the value.
    let seen = company.see("gina", json!({ "user": "ann" }));
    assert!(seen.column("ssn").iter().all(is_hidden), "{:#}", seen.0);
    assert_eq!(seen.column("region"), ["eu", "us", "eu"].map(Value::from));
    assert_eq!(company.see("iris", json!({ "user": "ann" })).column("ssn")[0], "123-45-6789");
    assert_eq!(company.see("ollie", json!({ "user": "ann" })).column("ssn")[0], "123-45-6789");

    // Which rows somebody sees, and where they see a mask, tells of what decides on it.
    let probes = [
        json!({ "rows": { "match": { "attribute": "known", "column": { "name": "ssn" } } } }),
        json!({ "rows": { "filter": "ssn = '1' OR NOT @isInGroups('analysts')" } }),
        json!({ "rows": { "filter": "region = 'us' OR ssn LIKE '1%'" } }),
        json!({ "rows": { "sample": 50, "by": { "name": "ssn" } } }),
        json!({ "rows": { "cases": [{ "for": { "user": "gina" }, "all_rows": true }], "otherwise": { "filter": "ssn = '1'" } } }),
        json!({ "mask": { "columns": { "name": "code" }, "with": "nullify", "when": "ssn = '1'" }, "except": { "user": "gina" } }),
    ];
    let known = json!({ "groups": ["staff", "analysts"], "attributes": { "known": ["1"], "region": ["eu"] } });
    for probe in probes {
        company.rules(json!([hashed, probe]));
        let why = "rule 2 of `p` decides for them by the column `ssn`, which you do not see clear yourself";
        company.nothing("gina", known.clone(), why);
        company.nothing("gina", json!({ "user": "ann" }), why);
        // Nor are they shown to who may act as users: nobody acts as somebody who is made up.
        company.wait(company.service.plant(
            "user",
            "iris",
            json!({ "groups": ["staff"], "permissions": ["GOVERNANCE", "IMPERSONATE_USER"] }),
        ));
        company.nothing("iris", known.clone(), why);
        assert_eq!(
            company.see("ollie", known.clone()).0["notes"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|note| note.to_string().contains("decides"))
                .count(),
            0
        );
    }
    company.rules(json!([hashed, { "rows": { "match": { "attribute": "known", "column": { "name": "ssn" } } } }]));
    company.wait(company.service.plant(
        "user",
        "ollie",
        json!({ "groups": ["staff"], "attributes": { "known": ["1", "123-45-6789"] } }),
    ));
    company.wait(company.service.enforced("w"));
    assert_eq!(company.see("ollie", known).ids(), [json!("2")]);
    // Of rows that they do not see themselves they are shown none.
    company.wait(company.service.plant(
        "user",
        "ollie",
        json!({ "groups": ["staff"], "attributes": { "known": ["1"] } }),
    ));
    company.wait(company.service.enforced("w"));
    let both = json!({ "groups": ["staff"], "attributes": { "known": ["1", "123-45-6789"] } });
    assert_eq!(company.see("ollie", both).ids(), [json!("2")]);
}

#[test]
fn a_masked_cell_is_shown_by_the_very_same_mask_alone() {
    let company = Company::start();
    let last = json!({ "partial": { "last": 4 } });
    let of = |user: &str, with: &Value| json!({ "mask": { "columns": { "name": "ssn" }, "with": with }, "for": { "user": user }, "otherwise": "clear" });
    // One rule covers both.
    company.rules(json!([mask("ssn", &last)]));
    assert_eq!(company.see("gina", json!({ "user": "ann" })).column("ssn")[0], "*******6789");
    // By her own sight of each cell, where that depends on the row.
    let when = json!({ "columns": { "name": "ssn" }, "with": "hash", "when": "region = 'eu'" });
    company.rules(json!([{ "mask": when, "for": { "user": "gina" }, "otherwise": "clear" }]));
    let ssn = company.see("gina", json!({ "user": "ann" })).column("ssn");
    assert!(is_hidden(&ssn[0]) && ssn[1] == "1" && is_hidden(&ssn[2]), "{ssn:?}");
    // Another rule that makes the same.
    company.rules(json!([of("gina", &last), of("ann", &last)]));
    assert!(company.see("gina", json!({ "user": "ann" })).column("ssn").iter().all(is_hidden));
    assert_eq!(company.see("ollie", json!({ "user": "ann" })).column("ssn")[0], "*******6789");
    // An expression that shows each something else; one that reads what is masked; and one that reads what is clear.
    company.rules(json!([mask(
        "ssn",
        &json!({ "custom": "CASE WHEN @isInGroups('analysts') THEN @column ELSE LEFT(@column, 1) END" })
    )]));
    assert!(company.see("gina", json!({ "user": "ann" })).column("ssn").iter().all(is_hidden));
    assert_eq!(company.see("ollie", json!({ "user": "ann" })).column("ssn")[0], "123-45-6789");
    let code = |except: &str| {
        json!([
            { "mask": { "columns": { "name": "ssn" }, "with": { "custom": "LEFT(@column, 1) || code" } }, "except": { "user": "ollie" } },
            { "mask": { "columns": { "name": "code" }, "with": "hash" }, "except": { "any": [{ "user": "ann" }, { "user": except }] } },
        ])
    };
    company.rules(code("ollie"));
    assert!(company.see("gina", json!({ "user": "ann" })).column("ssn").iter().all(is_hidden));
    assert_eq!(company.see("ollie", json!({ "user": "ann" })).column("ssn")[0], "1ab-12");
    company.rules(code("gina"));
    assert_eq!(company.see("gina", json!({ "user": "ann" })).column("ssn")[0], "1ab-12");
    assert!(company.see("ollie", json!({ "user": "ann" })).column("ssn").iter().all(is_hidden));
    // Where a value may be too long to be computed with, that is not told either.
    company.rules(json!([mask("note", &json!({ "regex": { "pattern": "[a-z]", "replacement": "" } }))]));
    let notes = company.see("gina", json!({ "user": "ann" })).column("note");
    assert!(notes.iter().all(|cell| *cell == notes[0] && is_hidden(cell)), "{notes:?}");
    // Of people who are judged together a value may be NULL for what one of them alone would see.
    company.rules(json!([mask("ssn", &last)]));
    let members = json!([{ "user": "ann" }, { "user": "nick" }]);
    let project = json!({ "access": "individuals", "equalized": true, "data_sources": ["staff"], "owners": ["ollie"], "members": members });
    let current = json!({ "groups": ["staff", "analysts"], "current_project": "team" });
    company.wait(company.service.plant("project", "team", project));
    company.wait(company.service.plant("user", "ann", current));
    company.wait(company.service.enforced("w"));
    assert!(company.see("gina", json!({ "user": "ann" })).column("ssn").iter().all(is_hidden));
    assert_eq!(company.see("iris", json!({ "user": "ann" })).column("ssn")[0], "*******6789");
}

#[test]
fn what_only_the_warehouse_can_make_is_told_and_not_shown() {
    let company = Company::start();
    let by = json!({ "name": "id" });
    let masks = json!([
        mask("name", &json!("hash")),
        mask("ssn", &json!("reversible")),
        mask("code", &json!("format_preserving")),
        mask("salary", &json!({ "randomize": { "noise": { "stddev": 500 }, "by": by } })),
        mask("active", &json!({ "randomize": { "domain": ["true", "false"], "rate": 0.5, "by": by } })),
        mask("region", &json!({ "k_anonymous": { "k": 2 } })),
    ]);
    company.rules(masks);
    for (who, as_whom) in [("iris", "ann"), ("ollie", "ann"), ("gina", "ann"), ("iris", "gina")] {
        let seen = company.see(who, json!({ "user": as_whom }));
        for (column, mask) in [
            ("name", "hash"),
            ("ssn", "reversible"),
            ("code", "format_preserving"),
            ("salary", "randomize"),
            ("active", "randomize"),
            ("region", "k_anonymous"),
        ] {
            assert!(seen.column(column).iter().all(|cell| *cell == json!({ "mask": mask })), "{column} {:#}", seen.0);
        }
        assert_eq!(seen.column("id").len(), 3);
    }
}

#[test]
fn rows_are_refused_where_they_cannot_be_judged() {
    let company = Company::start();
    // Whoever asks reads nothing themselves.
    company.nothing("gail", json!({ "user": "ann" }), "you may not read the data source");
    company.nothing("noel", json!({ "user": "ann" }), "you have no warehouse user in `w`");
    company.nothing("nick", json!({ "user": "ann" }), "the warehouse does not know you");
    company.nothing("iris", json!({ "groups": ["staff"] }), "you may not read the data source");
    company.nothing("iris", json!({ "user": "gail" }), "they may not read");
    // Whose token is for less than what they may do.
    let token = ApiToken {
        id: "narrow-token".to_owned(),
        hash: SecretHash::of(&SecretString::from("narrow-token")),
        user: "iris".to_owned(),
        name: "narrow".to_owned(),
        scopes: ["read", "write", "GOVERNANCE"].map(str::to_owned).to_vec(),
        created: chrono::Utc::now(),
        expires: None,
        last_used: None,
        revoked: None,
    };
    company.wait(company.service.app.store().add_token(&token)).unwrap();
    company.nothing("narrow", json!({ "user": "ann" }), "you may not read the data source");
    company.nothing("ollie", json!({ "groups": [] }), "they may not read");
    assert_eq!(company.see("iris", json!({ "user": "ann" })).ids().len(), 3);
    // Under another project than their own, a user is somebody who is made up.
    let members = json!([{ "user": "ann" }]);
    let project =
        json!({ "access": "individuals", "data_sources": ["staff"], "owners": ["ollie"], "members": members });
    company.wait(company.service.plant("project", "study", project));
    company.nothing("iris", json!({ "user": "ann", "project": "study" }), "you may not read the data source");
    let current =
        json!({ "groups": ["staff", "analysts"], "attributes": { "region": "eu" }, "current_project": "study" });
    company.wait(company.service.plant("user", "ann", current));
    assert_eq!(company.see("iris", json!({ "user": "ann", "project": "study" })).ids().len(), 3);

    // The warehouse user, and other tables.
    for rule in [
        json!({ "rows": { "filter": "name <> @username" } }),
        json!({ "mask": { "columns": { "name": "code" }, "with": "nullify", "when": "name = @username" } }),
        json!({ "mask": { "columns": { "name": "code" }, "with": { "custom": "@username" } } }),
    ] {
        company.rules(json!([rule]));
        company.nothing("ollie", json!({ "groups": ["staff"] }), "asks for the warehouse user");
        company.nothing("iris", json!({ "user": "noel" }), "asks for the warehouse user");
        assert_eq!(company.see("iris", json!({ "user": "gina" })).0["notes"], json!([]));
    }
    company.rules(
        json!([{ "rows": { "lookup": { "table": "eve.mine", "on": { "id": { "name": "id" } }, "user": "word" } } }]),
    );
    company.nothing("iris", json!({ "user": "ann" }), "looks up in another table");
    // Of who asks, too.
    company.rules(json!([{ "rows": { "cases": [{ "for": { "user": "ann" }, "all_rows": true }],
        "otherwise": { "lookup": { "table": "eve.mine", "on": { "id": { "name": "id" } }, "user": "word" } } } }]));
    company.nothing("ollie", json!({ "user": "ann" }), "looks up in another table");
    assert_eq!(company.see("iris", json!({ "user": "ann" })).ids().len(), 3);

    // Closed by a rule; closed in the warehouse.
    company.rules(json!([{ "rows": { "filter": "nosuch = 1" } }]));
    company.nothing("iris", json!({ "user": "ann" }), "rule 1 of `p` closes the data source");
    company.rules(json!([mask("ratio", &json!("nullify"))]));
    assert_eq!(company.see("iris", json!({ "user": "ann" })).ids().len(), 3);
    let known = json!([{ "name": "id", "type": "integer" }, { "name": "ratio", "type": "real" }]);
    let staff = json!({ "integration": "w", "table": "hr.staff", "owners": ["ollie"], "columns": known });
    company.wait(company.service.plant("data-source", "staff", staff));
    company.wait(company.service.enforced("w"));
    company.governed.run("UPDATE immuta_system.gate SET min_version = 9223372036854775807");
    company.nothing("iris", json!({ "user": "ann" }), "closed in the warehouse");
    // Disabled, and never pushed; on Redshift.
    let see = |source: &str| {
        company
            .wait(company.service.post(
                "iris",
                &format!("/api/v1/data-sources/{source}/see-as"),
                json!({ "user": "ann", "rows": 5 }),
            ))
            .good()
    };
    let columns = json!([{ "name": "id", "type": "integer" }]);
    let source = json!({ "integration": "w", "table": "hr.late", "columns": columns });
    company.wait(company.service.plant("data-source", "late", source));
    let seen = see("late");
    assert!(
        seen["rows"] == json!([]) && seen["notes"][0].as_str().unwrap().contains("no view in the warehouse yet"),
        "{seen:#}"
    );
    let disabled = json!({ "integration": "w", "table": "hr.late", "columns": columns, "status": "disabled" });
    company.wait(company.service.plant("data-source", "late", disabled));
    assert!(see("late")["notes"][0].as_str().unwrap().contains("disabled"));
    let redshift = json!({ "engine": "redshift", "host": "127.0.0.1", "port": 1, "database": "d", "tls": "disable" });
    company.wait(company.service.plant("integration", "r", redshift));
    company.wait(company.service.plant(
        "data-source",
        "there",
        json!({ "integration": "r", "table": "hr.late", "columns": columns }),
    ));
    assert!(see("there")["notes"][0].as_str().unwrap().contains("Redshift"));
    // An installation of another version is said to be one, and what the policies say is answered.
    company.governed.run(
        "CREATE OR REPLACE FUNCTION immuta_procedures.installed() RETURNS text LANGUAGE sql AS $$ SELECT 'older' $$",
    );
    let seen = company.see("iris", json!({ "user": "ann" }));
    assert!(seen.0["notes"][0].as_str().unwrap().contains("install"), "{:#}", seen.0);
    assert_eq!((&seen.0["rows"], &seen.0["granted"]), (&json!([]), &json!(true)));
}

#[test]
fn who_owns_a_table_has_nothing_told_by_it() {
    let company = Company::start();
    let columns = json!([{ "name": "id", "type": "integer" }, { "name": "word", "type": "text" }]);
    let source = json!({ "integration": "w", "table": "eve.mine", "owners": ["ollie"], "columns": columns });
    company.wait(company.service.plant("data-source", "mine", source));
    company.wait(company.service.enforced("w"));
    let see = || {
        company.wait(company.service.post(
            "ollie",
            "/api/v1/data-sources/mine/see-as",
            json!({ "user": "ann", "rows": 5 }),
        ))
    };
    assert_eq!(see().good()["rows"], json!([["1", "a-secret"]]));
    let nothing = || {
        let seen = see().good();
        assert_eq!(seen["rows"], json!([]), "{seen:#}");
        assert!(!seen["notes"][0].to_string().contains("secret"), "{seen:#}");
        seen["notes"][0].as_str().unwrap().to_owned()
    };
    // A policy of rows is nobody's to be got around, and what it says is not told.
    let spy = "CREATE FUNCTION eve.told(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the secret is %', $1; END $$;
               GRANT EXECUTE ON FUNCTION eve.told(text) TO PUBLIC; ALTER TABLE eve.mine ENABLE ROW LEVEL SECURITY;
               CREATE POLICY told ON eve.mine USING (eve.told(word))";
    company.governed.seen("eve", spy).unwrap();
    let note = nothing();
    assert!(note.contains("SQLSTATE"), "{note}");
    company
        .governed
        .seen("eve", "DROP POLICY told ON eve.mine; ALTER TABLE eve.mine DISABLE ROW LEVEL SECURITY")
        .unwrap();
    // The view stands on columns, and not on their names.
    company.governed.seen("eve", "ALTER TABLE eve.mine RENAME id TO x; ALTER TABLE eve.mine RENAME word TO id; ALTER TABLE eve.mine RENAME x TO word").unwrap();
    let seen = see().good();
    assert!(seen["rows"] == json!([["1", "a-secret"]]) || seen["rows"] == json!([]), "{seen:#}");
    company.governed.seen("eve", "ALTER TABLE eve.mine RENAME id TO x; ALTER TABLE eve.mine RENAME word TO id; ALTER TABLE eve.mine RENAME x TO word").unwrap();
    // What stands in the place of the table afterwards is not read.
    company.governed.seen("eve", "DROP TABLE IF EXISTS eve.other; ALTER TABLE eve.mine RENAME TO other; CREATE TABLE eve.mine (id integer, word text); INSERT INTO eve.mine VALUES (9, 'another')").unwrap();
    let seen = see().good();
    assert!(!seen.to_string().contains("another"), "{seen:#}");
}
