//! Logins by a lasting password; by AWS IAM, of a stand-in for AWS.

#[cfg(feature = "aws")]
mod iam;
#[cfg(feature = "aws")]
mod kept;
#[cfg(feature = "aws")]
mod stand_in;
#[cfg(feature = "aws")]
mod surroundings;

use secrecy::ExposeSecret;

use super::*;

fn integration(more: &str) -> Integration {
    let text = format!(
        "kind: integration\nname: w\nengine: redshift\ndatabase: analytics\ntls: require\nuser: scrim\n{more}\n"
    );
    serde_saphyr::from_str(&text).unwrap()
}

fn at(time: &str) -> DateTime<Utc> {
    time.parse().unwrap()
}

#[tokio::test]
async fn a_lasting_password_is_looked_up_for_every_connection() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, "one\n").unwrap();
    let credentials =
        Credentials::of(&integration(&format!("password: {{ file: {} }}", file.path().display())), "immuta");
    let now = at("2027-01-31T12:00:00Z");
    let first = credentials.login(now).await.unwrap();
    assert_eq!((first.user.as_str(), first.password.unwrap().expose_secret()), ("scrim", "one"));
    std::fs::write(&file, "two\r\n").unwrap();
    assert_eq!(credentials.login(now).await.unwrap().password.unwrap().expose_secret(), "two");
    std::fs::remove_file(&file).unwrap();
    let error = credentials.login(now).await.unwrap_err().to_string();
    assert!(error.starts_with("no password for the integration `w`: cannot read"), "{error}");
}

#[cfg(not(feature = "aws"))]
#[tokio::test]
async fn a_program_without_aws_says_how_to_build_one_with_it() {
    let integration = integration("iam: { cluster: analytics, region: eu-central-1 }");
    let error = Credentials::of(&integration, "immuta").login(at("2027-01-31T12:00:00Z")).await.unwrap_err();
    assert!(error.to_string().contains("`cargo build --release --features aws`"), "{error}");
}
