//! Every built-in identifier finds what it is for, and does not find what nearly is.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod synthetic;

use std::collections::BTreeSet;

use scrim_catalog::{Document, SourceFile, read};
use scrim_discovery::{Column, Detector, Finding, Identifier, built_in, passes};
use synthetic::{Draw, distinct};

fn examine(detector: &Detector, name: &str, values: &[(String, u64)]) -> Vec<Finding> {
    let rows = values.iter().map(|(_, rows)| rows).sum();
    detector.examine(&Column { schema: "s", table: "things", name, column_type: "varchar(80)", rows, nulls: 0, values })
}

/// The one that is found in a column.
fn found(name: &str, values: &[(String, u64)]) -> Option<Finding> {
    let mut all = examine(&Detector::new([]).unwrap(), name, values);
    assert!(all.len() < 2, "{all:?}");
    all.pop()
}

fn identifier(name: &str) -> &'static Identifier {
    built_in().iter().find(|identifier| identifier.name.as_str() == name).unwrap()
}

/// Identifier, the name of a column, and forms of its values; those with a checksum are drawn until they pass it. Without a
/// name at first: `*` says that the values alone are told.
const FORMS: &[(&str, &str, &[&str])] = &[
    ("email", "*e_mail", &["^^^^.^^^^##@example.com", "x##~~@mail.example.co.uk"]),
    ("phone", "*Telephone", &["+4930#######", "+1 (415) 555-####", "(212) 555-####", "030 ######7", "020 7946 0###"]),
    ("phone-digits", "mobile_phone", &["30#######", "1415555####"]),
    ("iban", "*iban", &["DE####################", "GB##ABCD##############", "NL## ABNA #### #### ##"]),
    ("payment-card", "*cardNumber", &["4###############", "5### #### #### ####", "37#############"]),
    ("us-ssn", "*SSN", &["5##-##-####", "1##-##-####"]),
    ("us-ssn-digits", "customer_ssn", &["5########"]),
    ("us-itin", "*itin", &["9##-7#-####"]),
    ("uk-nino", "*nino", &["AB######C", "CE ## ## ## A"]),
    ("uk-nhs", "*nhs_number", &["### ### ####", "##########"]),
    ("de-tax-id", "*steuer_id", &["###########"]),
    ("de-identity-card", "*personalausweis", &["L########7", "T22######3", "CF#######4"]),
    ("fr-nir", "*nir", &["18#0#75######0#", "2 ## 10 75 ### ### ##"]),
    ("es-dni", "*dni", &["########^", "X#######^"]),
    ("it-codice-fiscale", "*codice_fiscale", &["^^^^^^##A##H###^"]),
    ("nl-bsn", "*bsn", &["#########"]),
    ("be-national-number", "*rijksregisternummer", &["##.##.##-###.##", "##05#######"]),
    ("se-personnummer", "*personnummer", &["##0###-####", "19##0#######"]),
    ("pl-pesel", "*pesel", &["##0########"]),
    ("pt-nif", "*nif", &["2########", "5########"]),
    ("ch-ahv", "*ahv", &["756.####.####.##", "756##########"]),
    ("br-cpf", "*cpf", &["###.###.###-##", "###########"]),
    ("ca-sin", "*sin", &["4## ### ###", "7########"]),
    ("au-tfn", "*tfn", &["### ### ###"]),
    ("in-aadhaar", "*aadhaar", &["4### #### ####", "9###########"]),
    ("in-pan", "*pan", &["^^^P^####^"]),
    ("passport", "passport_no", &["C#######", "#########"]),
    ("vat-id", "*vat_id", &["DE#########", "ATU########", "NL#########B##"]),
    ("bic", "*swift_code", &["^^^^DE##", "^^^^FR^^###"]),
    ("ip-address", "*ip_address", &["10.1#.2#.3#", "2001:db8::####"]),
    ("mac-address", "*mac", &["00:1a:##:##:##:##", "00-1B-##-##-##-##"]),
    ("imei", "*imei", &["49#############"]),
    ("postal-code", "zip", &["#####"]),
    ("postal-code-gb", "*postcode", &["SW1A #AA", "M# #AE", "EC1A #BB", "LS## #AB"]),
    ("postal-code-ca", "*postal_code", &["K#A #B#", "V#C #X#"]),
    ("birth-date", "DateOfBirth", &["195#-0#-1#", "198#-1#-2#", "200#-0#-0#"]),
    ("coordinates", "*position", &["48.####, 11.####", "-33.#### 151.####"]),
    ("latitude", "lat", &["48.####", "-33.####"]),
    ("longitude", "lng", &["11.####", "-151.####"]),
    ("url", "*homepage", &["https://www.example.com/~~~~", "http://example.org/?q=~~~"]),
    ("user-name", "UserName", &["user~~~~", "a.~~~"]),
    ("street-address", "street", &["Main Street ##", "Rue de Rivoli ##"]),
    ("pay", "annual_salary", &["#####.00", "######"]),
    ("aws-access-key", "*aws_key", &["AKIA^^^^^^^^^^^^^^^^"]),
    ("github-token", "*github_token", &["ghp_~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~"]),
    ("slack-token", "*slack", &["xoxb-############-~~~~~~~~~~~~"]),
    ("stripe-key", "*stripe", &["sk_live_~~~~~~~~~~~~~~~~~~~~~~~~"]),
    ("jwt", "*jwt", &["eyJhbGciOiJIUzI1NiJ9.eyJ~~~~~~~~~~~~~~~~.~~~~~~~~~~~~~~~~"]),
    ("private-key", "*pem", &["-----BEGIN RSA PRIVATE KEY-----\nMIIE~~~~~~~~~~~~\n-----END RSA PRIVATE KEY-----"]),
    ("secret", "*api_key", &["~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~"]),
    (
        "password-hash",
        "*password",
        &["$2b$12$~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~", "$argon2id$v=19$m=65536,t=3,p=4$~~~~$~~~~"],
    ),
];

fn drawn(identifier: &Identifier, forms: &[&str]) -> Vec<(String, u64)> {
    let mut draw = Draw::from(identifier.name.len() as u64 + forms.len() as u64);
    distinct(100, || {
        loop {
            let form = draw.of(forms).to_owned();
            let value = draw.form(&form);
            if identifier.checksum.is_none_or(|checksum| passes(checksum, &value)) {
                return value;
            }
        }
    })
}

#[test]
fn every_identifier_finds_what_it_is_for() {
    let mut tried = BTreeSet::new();
    for (name, column, forms) in FORMS {
        let identifier = identifier(name);
        let values = drawn(identifier, forms);
        assert!(values.len() >= 10, "{name}: {}", values.len());
        let named = found(column.trim_start_matches('*'), &values).unwrap_or_else(|| panic!("{name} by its name"));
        assert_eq!((named.identifier.as_str(), &named.tag), (*name, identifier.tag.value()), "{named:?}");
        let unnamed = found("c17", &values);
        if column.starts_with('*') {
            let unnamed = unnamed.unwrap_or_else(|| panic!("{name} by its values: {:?}", values[0]));
            assert_eq!(unnamed.tag, named.tag, "{unnamed:?}");
            assert!(unnamed.confidence < named.confidence, "{unnamed:?} {named:?}");
        } else {
            assert_ne!(unnamed.map(|finding| finding.tag), Some(named.tag), "{name}");
        }
        assert!(!values.iter().any(|(value, _)| named.why.contains(value.as_str())), "{}", named.why);
        tried.insert(*name);
    }
    tried.extend(["gender", "given-name", "surname", "person-name"]);
    let all: BTreeSet<&str> = built_in().iter().map(|identifier| identifier.name.as_str()).collect();
    assert_eq!(all.difference(&tried).collect::<Vec<_>>(), Vec::<&&str>::new(), "no example");
}

/// The same values with another last character: the check must refuse them, whatever the column is called.
#[test]
fn a_wrong_check_digit_is_not_found() {
    for (name, column, forms) in FORMS {
        let identifier = identifier(name);
        let Some(checksum) = identifier.checksum else { continue };
        let wrong = |value: &String| {
            let mut next = value.clone();
            let last = next.pop()?;
            (0..36).filter_map(|at| char::from_digit(at, 36)).map(|c| c.to_ascii_uppercase()).find_map(|c| {
                let same_kind = c.is_ascii_digit() == last.is_ascii_digit();
                let other = format!("{next}{c}");
                (same_kind && !passes(checksum, &other)).then_some((other, 1))
            })
        };
        let values: Vec<(String, u64)> =
            drawn(identifier, forms).iter().filter_map(|(value, _)| wrong(value)).collect();
        let finding = found(column.trim_start_matches('*'), &values);
        assert!(values.is_empty() || finding.as_ref().is_none_or(|f| f.identifier.as_str() != *name), "{finding:?}");
    }
}

#[test]
fn names_of_people_are_told_by_their_words() {
    let rows = |all: &[&str]| all.iter().map(|value| ((*value).to_owned(), 7)).collect::<Vec<_>>();
    let whole = rows(&[
        "Anna Schmidt",
        "GARCÍA, José",
        "Wei Zhang",
        "Liam O'Brien",
        "Sofia Rossi",
        "Piotr Kowalski",
        "Thomas Eckhoff",
    ]);
    for column in ["c17", "holder", "customerName", "name"] {
        assert_eq!(found(column, &whole).unwrap().identifier.as_str(), "person-name", "{column}");
    }
    let given = rows(&["Anna", "Thomas", "Xanthippe", "Marie", "Jürgen", "Zoltán", "Karl-Heinz", "Mary Ann"]);
    assert_eq!(found("vorname", &given).unwrap().identifier.as_str(), "given-name");
    assert_eq!(found("first_name", &given).unwrap().tag.as_str(), "PII.Name.Given");
    assert_eq!(found("c17", &given).unwrap().identifier.as_str(), "given-name");
    let family = rows(&["Müller", "Smith", "Dupont", "Nowak", "Eckhoff", "Brzęczyszczykiewicz"]);
    assert_eq!(found("LastName", &family).unwrap().identifier.as_str(), "surname");
    let gender = vec![("M".to_owned(), 480), ("F".to_owned(), 510), ("D".to_owned(), 10)];
    assert_eq!(found("sex", &gender).unwrap().identifier.as_str(), "gender");
    assert_eq!(found("size", &gender), None);
}

#[test]
fn the_most_specific_of_several_is_told() {
    let mut draw = Draw::from(5);
    let mails = distinct(100, || draw.form("user####@example.com"));
    assert_eq!(found("user_name", &mails).unwrap().identifier.as_str(), "email");
    assert_eq!(found("email_address", &mails).unwrap().identifier.as_str(), "email");
    let tokens = distinct(100, || draw.form("ghp_~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~"));
    assert_eq!(found("secret", &tokens).unwrap().identifier.as_str(), "github-token");
    // The name of the column decides between numbers of one form.
    let bsn = drawn(identifier("nl-bsn"), &["#########"]);
    assert_eq!(found("ssn", &bsn).unwrap().identifier.as_str(), "us-ssn-digits");
    assert_eq!(found("bsn", &bsn).unwrap().identifier.as_str(), "nl-bsn");
}

#[test]
fn without_values_the_name_says_a_little_and_a_truth_value_nothing() {
    let finding = found("email", &[]).unwrap();
    assert!(finding.confidence < 0.65, "{finding:?}");
    assert_eq!(finding.why, "the column is named `email`; there was no value to look at");
    assert_eq!(found("amount", &[]), None);
    let detector = Detector::new([]).unwrap();
    let column =
        Column { schema: "s", table: "t", name: "email", column_type: "boolean", rows: 9, nulls: 0, values: &[] };
    assert_eq!(detector.examine(&column), []);
}

fn custom(text: &str) -> Vec<Identifier> {
    let file = SourceFile { path: std::sync::Arc::new("own.yaml".into()), text: text.to_owned() };
    let (mut documents, mut problems) = (vec![], vec![]);
    read(&file, &mut documents, &mut problems);
    assert_eq!(problems, []);
    let identifier = |document| match document {
        Document::Identifier(identifier) => *identifier,
        other => panic!("{other:?}"),
    };
    documents.into_iter().map(|(_, document)| identifier(document)).collect()
}

#[test]
fn people_add_identifiers_of_their_own_and_replace_built_in_ones() {
    let own = custom(
        "{ kind: identifier, name: badge, tag: Own.Badge, description: badges, value: 'B-[0-9]{6}' }\n---\n\
         { kind: identifier, name: staff-only, tag: Own.Staff, column_name: 'staff members?\\.number' }\n---\n\
         { kind: identifier, name: colour, tag: Own.Colour, dictionary: [ Red, Blue ], confidence: { minimum: 0.1 } }\n---\n\
         { kind: identifier, name: email, tag: Own.Mail, value: '[^@]+@our\\.example' }",
    );
    let detector = Detector::new(&own).unwrap();
    let mut draw = Draw::from(3);
    let badges = distinct(100, || draw.form("B-######"));
    let finding = examine(&detector, "c17", &badges).remove(0);
    assert_eq!((finding.tag.as_str(), finding.why.as_str()), ("Own.Badge", "100 of 100 sampled values are badges"));
    let column = Column {
        schema: "s",
        table: "StaffMembers",
        name: "number",
        column_type: "text",
        rows: 9,
        nulls: 9,
        values: &[],
    };
    assert_eq!(detector.examine(&column)[0].tag.as_str(), "Own.Staff");
    assert_eq!(detector.examine(&Column { table: "parts", ..column }), []);
    let colours = [("red".to_owned(), 40), ("dark blue".to_owned(), 60), ("green".to_owned(), 1)];
    assert_eq!(examine(&detector, "c17", &colours)[0].tag.as_str(), "Own.Colour");
    let mails = distinct(100, || draw.form("user####@example.com"));
    assert_eq!(examine(&detector, "email", &mails), []);
    let mails = distinct(100, || draw.form("user####@our.example"));
    assert_eq!(examine(&detector, "email", &mails)[0].tag.as_str(), "Own.Mail");
}

#[test]
fn a_pattern_that_is_too_large_is_refused() {
    let text = "{ kind: identifier, name: huge, tag: T, value: '(\\w{200}){200}' }";
    let file = SourceFile { path: std::sync::Arc::new("own.yaml".into()), text: text.to_owned() };
    let (mut documents, mut problems) = (vec![], vec![]);
    read(&file, &mut documents, &mut problems);
    assert!(documents.is_empty() && problems[0].message.contains("is too large"), "{problems:?}");
}
