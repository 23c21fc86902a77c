//! The published JSON Schema accepts what the reader accepts, and refuses what it refuses.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

fn documents(text: &str) -> Vec<serde_json::Value> {
    serde_saphyr::from_multiple(text).unwrap()
}

#[test]
fn the_schema_accepts_every_document_of_the_base_catalog() {
    let schema = scrim_catalog::schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let all = documents(include_str!("base.yaml"));
    assert!(all.len() > 20);
    for document in all {
        let errors: Vec<String> =
            validator.iter_errors(&document).map(|e| format!("{} {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{document}\n{errors:#?}");
    }
}

#[test]
fn the_schema_knows_both_forms_of_temporary_credentials() {
    let schema = scrim_catalog::schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (good, iam) in [
        (true, "{ cluster: analytics, region: eu-central-1, profile: etl, seconds: 3600 }"),
        (true, "{ workgroup: analytics, region: eu-central-1 }"),
        (false, "{ cluster: analytics, workgroup: analytics, region: eu-central-1 }"),
        (false, "{ region: eu-central-1 }"),
        (false, "{ cluster: analytics }"),
        (false, "{ cluster: analytics, region: eu-central-1, seconds: 60 }"),
        (false, "{ cluster: analytics, region: eu-central-1, issuer: me }"),
    ] {
        let text = format!("{{ kind: integration, name: w, engine: redshift, database: d, iam: {iam} }}");
        assert_eq!(validator.is_valid(&documents(&text)[0]), good, "{iam}");
    }
}

#[test]
fn the_schema_refuses_unknown_kinds_fields_and_forms() {
    let schema = scrim_catalog::schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for bad in [
        "{ kind: usr, name: x }",
        "{ kind: user, name: x, group: [a] }",
        "{ kind: user }",
        "{ kind: identifier, name: i, tag: T, checksum: lunh }",
        "{ kind: identifier, name: i, tag: T, confidence: { minimum: 2 } }",
        "{ kind: data-policy, name: p, where: al, rules: [{ rows: never }] }",
        "{ kind: data-policy, name: p, where: all, rules: [{ mask: { columns: all, with: hsh } }] }",
    ] {
        assert!(documents(bad).iter().all(|d| !validator.is_valid(d)), "{bad}");
    }
}

#[test]
fn the_schema_of_names_is_what_a_name_is() {
    let schema = &scrim_catalog::schema()["$defs"]["Name"];
    let validator = jsonschema::validator_for(schema).unwrap();
    let mut texts: Vec<String> =
        ["", "a", "a b", "é", "'\"\\", "x".repeat(127).as_str(), "x".repeat(128).as_str()].map(str::to_owned).to_vec();
    // Every character that may be a blank or a control character, and others: alone, at either end, and inside.
    for char in ('\0'..='\u{3100}').chain('\u{fe00}'..='\u{ffff}').chain(['😀']) {
        texts.extend([format!("{char}"), format!("{char}a"), format!("a{char}"), format!("a{char}a")]);
    }
    for text in texts {
        assert_eq!(
            validator.is_valid(&text.as_str().into()),
            scrim_catalog::Name::new(text.as_str()).is_ok(),
            "{text:?}"
        );
    }
}
