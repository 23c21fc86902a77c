//! AWS's own environment variables and files. Tests of one process share one environment, so each of these runs
//! [`child`] in a process of its own.

use std::path::Path;
use std::process::Command;

use super::stand_in::{StandIn, issued, issued_serverless};
use super::*;

const CLUSTER: &str = "iam: { cluster: analytics, region: eu-central-1 }";
/// The environment variable with what the child adds to the integration.
const TOLD: &str = "SCRIM_TEST_IAM";
const IDENTITY: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "not-a-key")];

/// Logs in as its environment says, when that is what it was started for.
#[tokio::test]
async fn child() {
    let Ok(more) = std::env::var(TOLD) else { return };
    match Credentials::of(&integration(&more), "immuta").login(Utc::now()).await {
        Ok(login) => println!("answer: {}", login.user),
        Err(error) => println!("answer: {error}"),
    }
}

/// What the child answers, in an environment of these variables only.
async fn answer(more: &str, home: &Path, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "--nocapture", "credentials::tests::surroundings::child"]);
    command.env_clear().env(TOLD, more).env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true");
    command.envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let told = text.lines().find_map(|line| line.split_once("answer: ")).unwrap_or_else(|| panic!("{text}")).1;
    assert!(!text.contains("not-a-key"), "{text}");
    told.to_owned()
}

#[tokio::test]
async fn endpoints_and_keys_come_from_the_standard_variables() {
    let home = tempfile::tempdir().unwrap();
    let aws = StandIn::answering(vec![issued("IAM:scrim", "secret", "2027-01-31T12:15:00Z")]).await;
    let variables = [IDENTITY[0], IDENTITY[1], ("AWS_ENDPOINT_URL_REDSHIFT", aws.url.as_str())];
    assert_eq!(answer(CLUSTER, home.path(), &variables).await, "IAM:scrim");
    let requests = aws.requests();
    assert!(requests[0].header("authorization").contains("Credential=AKIDENV/"), "{requests:?}");

    let aws = StandIn::answering(vec![issued_serverless("scrim", "secret", 1_800_000_000)]).await;
    let variables = [IDENTITY[0], IDENTITY[1], ("AWS_ENDPOINT_URL_REDSHIFT_SERVERLESS", aws.url.as_str())];
    let workgroup = "iam: { workgroup: analytics, region: eu-central-1 }";
    assert_eq!(answer(workgroup, home.path(), &variables).await, "scrim");
    assert_eq!(aws.requests().len(), 1);
}

#[tokio::test]
async fn a_profile_that_is_named_comes_before_keys_in_the_environment() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".aws")).unwrap();
    std::fs::write(
        home.path().join(".aws/credentials"),
        "[etl]\naws_access_key_id = AKIDFILE\naws_secret_access_key = not-a-key\n",
    )
    .unwrap();
    let aws = StandIn::answering(vec![issued("IAM:scrim", "secret", "2027-01-31T12:15:00Z")]).await;
    let variables = [IDENTITY[0], IDENTITY[1], ("AWS_ENDPOINT_URL_REDSHIFT", aws.url.as_str())];
    let named = "iam: { cluster: analytics, region: eu-central-1, profile: etl }";
    assert_eq!(answer(named, home.path(), &variables).await, "IAM:scrim");
    assert!(aws.requests()[0].header("authorization").contains("Credential=AKIDFILE/"), "{:?}", aws.requests());

    let by_variable = [("AWS_PROFILE", "etl"), ("AWS_ENDPOINT_URL_REDSHIFT", aws.url.as_str())];
    assert_eq!(answer(CLUSTER, home.path(), &by_variable).await, "IAM:scrim");
    assert!(aws.requests()[1].header("authorization").contains("Credential=AKIDFILE/"), "{:?}", aws.requests());

    let missing = "iam: { cluster: analytics, region: eu-central-1, profile: elt }";
    let told = answer(missing, home.path(), &variables).await;
    assert!(told.contains("AWS credentials") && told.contains("`elt`"), "{told}");
    assert_eq!(aws.requests().len(), 2, "without the profile nothing is asked");
}

#[tokio::test]
async fn without_an_aws_identity_nothing_is_asked() {
    let home = tempfile::tempdir().unwrap();
    let aws = StandIn::answering(vec![issued("IAM:scrim", "secret", "2027-01-31T12:15:00Z")]).await;
    let told = answer(CLUSTER, home.path(), &[("AWS_ENDPOINT_URL_REDSHIFT", aws.url.as_str())]).await;
    let expected = "no temporary credentials for the integration `w`: no AWS credentials were found in environment \
                    variables, the default profile, or the role of this container or instance";
    assert!(told.starts_with(expected), "{told}");
    assert_eq!(aws.requests().len(), 0);
}

#[tokio::test]
async fn the_endpoint_is_trusted_by_the_certificates_of_the_system_only() {
    let home = tempfile::tempdir().unwrap();
    let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let authorities = home.path().join("authorities.pem");
    std::fs::write(&authorities, certificate.cert.pem()).unwrap();
    let answers = vec![issued("IAM:scrim", "secret", "2027-01-31T12:15:00Z")];
    let aws = StandIn::over_tls(&certificate, answers).await;
    let variables = [IDENTITY[0], IDENTITY[1], ("AWS_ENDPOINT_URL_REDSHIFT", aws.url.as_str())];
    let told = answer(CLUSTER, home.path(), &variables).await;
    assert!(told.contains("cannot be reached (") && told.contains("certificate"), "{told}");
    assert_eq!(aws.requests().len(), 0);

    // Where the system has no authorities at all, nobody is trusted.
    let none = [variables.as_slice(), &[("SSL_CERT_FILE", "/dev/null")]].concat();
    let told = answer(CLUSTER, home.path(), &none).await;
    assert!(told.contains("cannot be reached (") && told.contains("certificate"), "{told}");
    assert_eq!(aws.requests().len(), 0);

    let trusting = [variables.as_slice(), &[("SSL_CERT_FILE", authorities.to_str().unwrap())]].concat();
    assert_eq!(answer(CLUSTER, home.path(), &trusting).await, "IAM:scrim");
    assert_eq!(aws.requests().len(), 1);
}
