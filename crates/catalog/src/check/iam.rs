//! Logging in by AWS IAM: only where there is AWS, and never over a connection that could be listened to.

use super::Checker;
use crate::catalog::Stored;
use crate::documents::{Engine, Integration, Issuer, Tls};

/// AWS's limits for the life of a temporary password, in seconds.
const LIFE: std::ops::RangeInclusive<u32> = 900..=3600;

pub(super) fn iam(checker: &mut Checker<'_>, integration: &Stored<Integration>) {
    let Some(iam) = &integration.iam else { return };
    let file = &integration.file;
    let mut error = |at, message: String, help: &str| {
        checker.problems.push(crate::Problem::error(file, at, message).help(help));
    };
    if integration.engine != Engine::Redshift {
        error(iam.mark(), "`iam` is for `engine: redshift`".to_owned(), "use `password`");
    }
    if integration.password.is_some() {
        let message = "`iam` and `password` are both written".to_owned();
        error(iam.mark(), message, "remove one: with `iam`, AWS issues the passwords");
    }
    if matches!(integration.tls(), Tls::Disable | Tls::Prefer) {
        let message = "`iam` sends a password to the warehouse, and this connection may be a plain one".to_owned();
        error(iam.mark(), message, "write `tls: verify-full` (or `verify-ca`, `require`)");
    }
    if !LIFE.contains(&iam.seconds) {
        let message = format!("`seconds: {}` is out of range", iam.seconds);
        error(iam.seconds.mark(), message, "AWS issues credentials for 900 to 3600 seconds");
    }
    // The region becomes part of the name of the host that is asked.
    if !plain(&iam.region) {
        error(iam.region.mark(), format!("`{}` is not a region", iam.region), "write it like `eu-central-1`");
    }
    let (what, name) = match &iam.issuer {
        Issuer::Cluster(name) => ("cluster", name),
        Issuer::Workgroup(name) => ("workgroup", name),
    };
    if !plain(name) {
        let message = format!("`{name}` is not the name of a {what}");
        error(name.mark(), message, "it has lower-case letters, digits and hyphens: not the host's name, not an ARN");
    }
    match &iam.issuer {
        Issuer::Cluster(_) if !issued(&integration.user) => {
            let message = format!("a cluster issues no credentials for a user `{}`", integration.user);
            error(
                integration.user.mark(),
                message,
                "it must start with a letter, and have only letters, digits and `_+.@-`",
            );
        }
        // The default is no user that AWS could make.
        Issuer::Workgroup(name) if integration.user.mark().line == 0 => {
            let message = "AWS decides as which user one logs in to a workgroup, and `user` is not written".to_owned();
            error(name.mark(), message, "write `user: \"IAMR:role\"` with the role's name, or `user: \"IAM:name\"`");
        }
        Issuer::Cluster(_) | Issuer::Workgroup(_) => {}
    }
}

/// Lower-case letters, digits and hyphens, at most 64: what AWS allows in regions, clusters and workgroups.
fn plain(name: &str) -> bool {
    name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Whether a cluster's user is one for whom AWS issues credentials.
fn issued(user: &str) -> bool {
    user.starts_with(|first: char| first.is_ascii_alphabetic())
        && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+.@-".contains(&byte))
}
