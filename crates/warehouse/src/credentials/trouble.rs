//! Why AWS issued nothing, in words for the person who runs the command.
//!
//! Nothing is passed on that could hold a secret: of the SDK's errors their kinds and codes, and of AWS's messages
//! only those that tell what is not allowed or not there. (The one about a wrong signature repeats the request, the
//! session token in it.)

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_redshift::config::http::HttpResponse;
use aws_sdk_redshift::error::{ProvideErrorMetadata, SdkError};
use scrim_catalog::documents::{Iam, Issuer};

/// What was asked of AWS.
pub(super) struct Asked<'a> {
    /// The action, by its name in policies.
    pub(super) action: &'static str,
    /// What it is done to.
    pub(super) resources: String,
    pub(super) iam: &'a Iam,
}

/// More than this of a message is not read.
const LONGEST: usize = 400;

pub(super) fn told<E>(error: &SdkError<E, HttpResponse>, asked: &Asked<'_>) -> String
where
    E: Error + ProvideErrorMetadata + 'static,
{
    if let Some(credentials) = within::<CredentialsError>(error) {
        return unidentified(credentials, asked);
    }
    match error {
        SdkError::ServiceError(refusal) => {
            let status = refusal.raw().status().as_u16();
            refused(refusal.err().code().unwrap_or_default(), refusal.err().message(), status, asked)
        }
        SdkError::ResponseError(answer) => unreadable(answer.raw().status().as_u16()),
        SdkError::TimeoutError(_) => unreachable("no answer in time", asked),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => unreachable("no answer in time", asked),
        SdkError::DispatchFailure(failure) if failure.is_io() => unreachable(&innermost(error), asked),
        SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => {
            format!("the request to AWS could not be made: {}", innermost(error))
        }
        _ => "AWS could not be asked".to_owned(),
    }
}

/// AWS answered, and said no.
fn refused(code: &str, message: Option<&str>, status: u16, asked: &Asked<'_>) -> String {
    let said = message.map_or_else(String::new, |message| format!("; AWS says: {}", plain(message)));
    let Asked { action, resources, iam } = asked;
    match code {
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "NotAuthorized" => {
            format!("the AWS identity may not `{action}` on {resources}: allow it in a policy of that identity{said}")
        }
        "ClusterNotFound" | "ClusterNotFoundFault" | "ResourceNotFoundException" => {
            let what = match &iam.issuer {
                Issuer::Cluster(name) => format!("cluster `{name}`"),
                Issuer::Workgroup(name) => format!("workgroup `{name}`"),
            };
            format!(
                "there is no {what} in {} for the account of the AWS identity: look at `iam` of the integration{said}",
                iam.region
            )
        }
        "ExpiredToken"
        | "ExpiredTokenException"
        | "IncompleteSignature"
        | "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "MissingAuthenticationToken"
        | "RequestExpired"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException" => format!(
            "AWS does not accept the credentials that were found ({code}): they are wrong or have expired, or the \
             clock of this machine is wrong"
        ),
        "ValidationException" | "ValidationError" | "InvalidParameterValue" | "UnsupportedOperation" => {
            format!("AWS refuses the request ({code}){said}")
        }
        "Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "TooManyRequestsException" => {
            format!("AWS has too many requests of this account ({code}): try again later")
        }
        "" => unreadable(status),
        // Codes of errors that are not known may be of any form.
        _ => format!("AWS answered with the error {} (HTTP status {status})", plain(code)),
    }
}

/// AWS was not asked, for want of an identity.
fn unidentified(error: &CredentialsError, asked: &Asked<'_>) -> String {
    let from = match &asked.iam.profile {
        Some(profile) => format!("in the profile `{profile}`"),
        None => "in environment variables, the default profile, or the role of this container or instance".to_owned(),
    };
    match error {
        CredentialsError::CredentialsNotLoaded(_) => format!(
            "no AWS credentials were found {from}: `aws sts get-caller-identity` tells as whom AWS's own tools log in"
        ),
        CredentialsError::InvalidConfiguration(_) => {
            format!("the settings for AWS credentials {from} cannot be used: {}", innermost(error))
        }
        CredentialsError::ProviderTimedOut(_) => format!("AWS credentials {from} did not come in time"),
        // What a program that provides credentials printed could be anything.
        _ => {
            format!("AWS credentials {from} could not be loaded: see whether `aws sts get-caller-identity` works there")
        }
    }
}

fn unreadable(status: u16) -> String {
    format!("the answer is none of AWS's (HTTP status {status}): a proxy or another endpoint may have given it")
}

fn unreachable(why: &str, asked: &Asked<'_>) -> String {
    let (service, variable) = match asked.iam.issuer {
        Issuer::Cluster(_) => ("redshift", "AWS_ENDPOINT_URL_REDSHIFT"),
        Issuer::Workgroup(_) => ("redshift-serverless", "AWS_ENDPOINT_URL_REDSHIFT_SERVERLESS"),
    };
    format!(
        "AWS's endpoint of {service} in {} cannot be reached ({why}): check the region and the network; another \
         endpoint, as of a VPC, can be named in {variable}",
        asked.iam.region
    )
}

/// The first cause of that kind.
fn within<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    causes(error).find_map(<dyn Error>::downcast_ref)
}

/// The last cause, which is the most exact.
fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map_or_else(String::new, |cause| plain(&cause.to_string()))
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (**error).source())
}

/// One line, of bearable length.
fn plain(text: &str) -> String {
    let line: String = text.chars().map(|char| if char.is_control() { ' ' } else { char }).take(LONGEST).collect();
    line.trim().to_owned()
}
