//! What is asked of AWS, what becomes of its answers, and what its refusals are in plain words.

use std::sync::Arc;

use super::super::From as Source;
use super::super::iam::Issued;
use super::stand_in::{StandIn, issued, issued_serverless, refused, refused_serverless};
use super::*;

const CLUSTER: &str = "iam: { cluster: analytics, region: eu-central-1 }";
const WORKGROUP: &str = "iam: { workgroup: analytics, region: eu-central-1, seconds: 1800 }";
const NOON: &str = "2027-01-31T12:00:00Z";
const QUARTER_PAST: &str = "2027-01-31T12:15:00Z";

/// Credentials of an integration, with AWS at `url` and an identity of AWS that is no real one.
async fn at_url(more: &str, url: &str) -> Credentials {
    let mut integration = integration(more);
    if more == WORKGROUP {
        integration.user = scrim_catalog::At::nowhere(scrim_catalog::Name::new("IAMR:scrim").unwrap());
    }
    let identity = aws_sdk_redshift::config::Credentials::new(
        "AKIDEXAMPLE",
        "not-a-key",
        Some("the-session".into()),
        None,
        "test",
    );
    let config =
        aws_config::defaults(aws_config::BehaviorVersion::latest()).credentials_provider(identity).endpoint_url(url);
    let issued = Issued::of(&integration, integration.iam.as_ref().unwrap(), "immuta").with(config).await;
    Credentials(Source::Iam(Box::new(issued)))
}

async fn refusal(more: &str, answer: super::stand_in::Answer) -> String {
    let aws = StandIn::answering(vec![answer]).await;
    let error = at_url(more, &aws.url).await.login(at(NOON)).await.unwrap_err();
    let (told, debugged) = (error.to_string(), format!("{error:?}"));
    for secret in ["not-a-key", "the-session"] {
        assert!(!told.contains(secret) && !debugged.contains(secret), "{told}\n{debugged}");
    }
    told
}

#[tokio::test]
async fn a_cluster_is_asked_for_the_user_of_the_integration() {
    let aws = StandIn::answering(vec![issued("IAM:scrim", "p&amp;ss/word=", QUARTER_PAST)]).await;
    let credentials = at_url(CLUSTER, &aws.url).await;
    let login = credentials.login(at(NOON)).await.unwrap();
    assert_eq!(login.user, "IAM:scrim", "the name that AWS issued is the one to log in by");
    assert_eq!(login.password.as_ref().unwrap().expose_secret(), "p&ss/word=");
    assert!(!format!("{login:?}").contains("ss/word"), "{login:?}");

    let requests = aws.requests();
    assert_eq!(requests.len(), 1);
    let signature = requests[0].header("authorization");
    assert!(signature.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{signature}");
    assert!(signature.contains("/eu-central-1/redshift/aws4_request, SignedHeaders="), "{signature}");
    let mut parameters: Vec<&str> = requests[0].body.split('&').collect();
    parameters.sort_unstable();
    let expected = [
        "Action=GetClusterCredentials",
        "AutoCreate=false",
        "ClusterIdentifier=analytics",
        "DbName=immuta",
        "DbUser=scrim",
        "DurationSeconds=900",
        "Version=2012-12-01",
    ];
    assert_eq!(parameters, expected);
}

#[tokio::test]
async fn a_workgroup_is_asked_for_the_user_of_the_identity() {
    let aws = StandIn::answering(vec![issued_serverless("IAMR:scrim", "secret", at(QUARTER_PAST).timestamp())]).await;
    let login = at_url(WORKGROUP, &aws.url).await.login(at(NOON)).await.unwrap();
    assert_eq!((login.user.as_str(), login.password.unwrap().expose_secret()), ("IAMR:scrim", "secret"));

    let requests = aws.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].header("x-amz-target"), "RedshiftServerless.GetCredentials");
    let signature = requests[0].header("authorization");
    assert!(signature.contains("/eu-central-1/redshift-serverless/aws4_request, SignedHeaders="), "{signature}");
    let asked: serde_json::Value = serde_json::from_str(&requests[0].body).unwrap();
    assert_eq!(asked, serde_json::json!({ "workgroupName": "analytics", "dbName": "immuta", "durationSeconds": 1800 }));
}

#[tokio::test]
async fn another_user_than_the_one_that_is_installed_is_an_error() {
    let told = refusal(CLUSTER, issued("IAM:somebody", "secret", QUARTER_PAST)).await;
    assert!(
        told.contains("issued them for the user `IAM:somebody`, and the integration's `user` is `scrim`"),
        "{told}"
    );
    let told = refusal(WORKGROUP, issued_serverless("IAMR:other", "secret", at(QUARTER_PAST).timestamp())).await;
    assert!(told.contains("`IAMR:other`, and the integration's `user` is `IAMR:scrim`"), "{told}");
    // A workgroup's prefix is part of the user's name: this is another user of the database.
    let told = refusal(WORKGROUP, issued_serverless("IAM:scrim", "secret", at(QUARTER_PAST).timestamp())).await;
    assert!(told.contains("`IAM:scrim`, and the integration's `user` is `IAMR:scrim`"), "{told}");
}

#[tokio::test]
async fn what_is_not_allowed_is_named() {
    let says = "User: arn:aws:iam::123456789012:user/etl is not authorized to perform: redshift:GetClusterCredentials";
    let told = refusal(CLUSTER, refused(403, "AccessDenied", says)).await;
    assert_eq!(
        told,
        format!(
            "no temporary credentials for the integration `w`: the AWS identity may not \
             `redshift:GetClusterCredentials` on the resources dbuser:analytics/scrim and dbname:analytics/immuta: \
             allow it in a policy of that identity; AWS says: {says}"
        )
    );
    let told = refusal(WORKGROUP, refused_serverless("AccessDeniedException", "no")).await;
    assert!(
        told.contains("may not `redshift-serverless:GetCredentials` on the workgroup `analytics`: allow it"),
        "{told}"
    );
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let told = refusal(CLUSTER, refused(404, "ClusterNotFound", "Cluster analytics not found.")).await;
    assert!(told.contains("there is no cluster `analytics` in eu-central-1 for the account"), "{told}");
    let told = refusal(WORKGROUP, refused_serverless("ResourceNotFoundException", "gone")).await;
    assert!(told.contains("there is no workgroup `analytics` in eu-central-1 for the account"), "{told}");
}

#[tokio::test]
async fn messages_that_could_hold_secrets_are_not_passed_on() {
    let says = "The canonical string should have been 'POST x-amz-security-token:the-session not-a-key'";
    let told = refusal(CLUSTER, refused(403, "SignatureDoesNotMatch", says)).await;
    assert!(told.contains("AWS does not accept the credentials that were found (SignatureDoesNotMatch)"), "{told}");
    let told = refusal(CLUSTER, refused(400, "SomethingNew", says)).await;
    assert!(told.ends_with("AWS answered with the error SomethingNew (HTTP status 400)"), "{told}");
    let told = refusal(CLUSTER, (200, "text/xml", "<half".to_owned())).await;
    assert!(told.contains("the answer is none of AWS's (HTTP status 200)"), "{told}");
    let told = refusal(CLUSTER, (407, "text/html", "<html>the-session</html>".to_owned())).await;
    assert!(told.contains("the answer is none of AWS's (HTTP status 407)"), "{told}");
    let told = refusal(WORKGROUP, (200, "application/x-amz-json-1.1", "{}".to_owned())).await;
    assert!(told.contains("without a user or a password"), "{told}");
}

#[tokio::test]
async fn a_login_is_fetched_anew_when_it_nears_its_end() {
    let aws = StandIn::answering(vec![
        issued("IAM:scrim", "first", QUARTER_PAST),
        issued("IAM:scrim", "second", "2027-01-31T12:25:00Z"),
    ])
    .await;
    let credentials = at_url(CLUSTER, &aws.url).await;
    let password = async |time| credentials.login(at(time)).await.unwrap().password.unwrap().expose_secret().to_owned();
    assert_eq!(password(NOON).await, "first");
    assert_eq!(password("2027-01-31T12:09:59Z").await, "first");
    assert_eq!(aws.requests().len(), 1);
    assert_eq!(password("2027-01-31T12:10:00Z").await, "second");
    assert_eq!(password("2027-01-31T12:19:59Z").await, "second");
    assert_eq!(aws.requests().len(), 2);
}

#[tokio::test]
async fn a_clock_that_is_wrong_keeps_no_login_beyond_its_end() {
    // By AWS's clock it is an hour later than here: the login ends in 15 minutes all the same.
    let aws = StandIn::answering(vec![issued("IAM:scrim", "first", "2027-01-31T13:15:00Z")]).await;
    let credentials = at_url(CLUSTER, &aws.url).await;
    credentials.login(at(NOON)).await.unwrap();
    credentials.login(at("2027-01-31T12:10:00Z")).await.unwrap();
    assert_eq!(aws.requests().len(), 2);
    // And an hour earlier: it is used, and not kept.
    let aws = StandIn::answering(vec![issued("IAM:scrim", "first", "2027-01-31T11:15:00Z")]).await;
    let credentials = at_url(CLUSTER, &aws.url).await;
    credentials.login(at(NOON)).await.unwrap();
    credentials.login(at(NOON)).await.unwrap();
    assert_eq!(aws.requests().len(), 2);
}

#[tokio::test]
async fn ten_callers_at_once_make_one_request() {
    let aws = StandIn::answering(vec![issued("IAM:scrim", "secret", QUARTER_PAST)]).await;
    let credentials = Arc::new(at_url(CLUSTER, &aws.url).await);
    let callers: Vec<_> = (0..10)
        .map(|_| {
            let credentials = Arc::clone(&credentials);
            tokio::spawn(async move { credentials.login(at(NOON)).await.map(|login| login.user) })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap(), "IAM:scrim");
    }
    assert_eq!(aws.requests().len(), 1);
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_said() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    for (more, service) in [(CLUSTER, "redshift"), (WORKGROUP, "redshift-serverless")] {
        let error = at_url(more, &url).await.login(at(NOON)).await.unwrap_err().to_string();
        assert!(error.contains(&format!("AWS's endpoint of {service} in eu-central-1 cannot be reached (")), "{error}");
        assert!(error.contains("refused"), "{error}");
    }
}
