//! Passwords that AWS issues for some minutes to an identity that it knows.

use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use chrono::{DateTime, TimeDelta, Utc};
use scrim_catalog::documents::{Iam, Integration, Issuer};
use secrecy::SecretString;
use tokio::sync::OnceCell;

use super::Login;
use super::kept::{Fresh, Kept};
use super::trouble::{Asked, told};
use crate::error::WarehouseError;

/// How long one request may take.
const ATTEMPT: Duration = Duration::from_secs(10);
/// How long all attempts together may take, with the pauses between them.
const PATIENCE: Duration = Duration::from_secs(30);
const ATTEMPTS: u32 = 3;

/// The credentials of one integration.
pub(super) struct Issued {
    integration: String,
    user: String,
    database: String,
    iam: Iam,
    /// What AWS's environment variables and files say, read once.
    config: OnceCell<SdkConfig>,
    kept: Kept,
}

/// What AWS answered.
struct Answer {
    user: Option<String>,
    password: Option<SecretString>,
    /// Seconds since 1970.
    expires: Option<i64>,
}

impl Issued {
    pub(super) fn of(integration: &Integration, iam: &Iam, database: &str) -> Self {
        Self {
            integration: integration.name.to_string(),
            user: integration.user.to_string(),
            database: database.to_owned(),
            iam: iam.clone(),
            config: OnceCell::new(),
            kept: Kept::default(),
        }
    }

    /// With AWS's settings from elsewhere than this process's environment.
    #[cfg(test)]
    pub(super) async fn with(self, config: aws_config::ConfigLoader) -> Self {
        Self { config: OnceCell::new_with(Some(settings(config, &self.iam).load().await)), ..self }
    }

    pub(super) async fn login(&self, now: DateTime<Utc>) -> Result<Login, WarehouseError> {
        self.kept
            .get(now, || self.issue(now))
            .await
            .map_err(|reason| WarehouseError::Iam { integration: self.integration.clone(), reason })
    }

    async fn issue(&self, now: DateTime<Utc>) -> Result<Fresh, String> {
        let config = self.config.get_or_init(|| load(&self.iam)).await;
        let answer = match &self.iam.issuer {
            Issuer::Cluster(cluster) => self.cluster(config, cluster).await?,
            Issuer::Workgroup(workgroup) => self.workgroup(config, workgroup).await?,
        };
        let (Some(user), Some(password)) = (answer.user, answer.password) else {
            return Err("AWS answered without a user or a password".to_owned());
        };
        if self.in_database(&user) != self.user {
            return Err(format!(
                "AWS issued them for the user `{user}`, and the integration's `user` is `{}`: name in it the one that \
                 is meant, and install Scrim for it, or log in to AWS as another identity",
                self.user
            ));
        }
        // By this machine's clock, which may be wrong, no longer than what was asked for.
        let asked = TimeDelta::seconds(i64::from(*self.iam.seconds));
        let expires = answer.expires.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let life = expires.map_or(asked, |end| end - now).clamp(TimeDelta::zero(), asked);
        Ok(Fresh { login: Login { user, password: Some(password) }, life })
    }

    /// The database's user of that login. A cluster marks the logins that it issues; the names of a workgroup's users
    /// start so themselves.
    fn in_database<'u>(&self, user: &'u str) -> &'u str {
        match self.iam.issuer {
            Issuer::Cluster(_) => user.strip_prefix("IAM:").or_else(|| user.strip_prefix("IAMA:")).unwrap_or(user),
            Issuer::Workgroup(_) => user,
        }
    }

    async fn cluster(&self, config: &SdkConfig, cluster: &str) -> Result<Answer, String> {
        let answer = aws_sdk_redshift::Client::new(config)
            .get_cluster_credentials()
            .cluster_identifier(cluster)
            .db_user(&self.user)
            .db_name(&self.database)
            .duration_seconds(i32::try_from(*self.iam.seconds).unwrap_or(i32::MAX))
            // A user that AWS made would have no rights: the login is made by the installation.
            .auto_create(false)
            .send()
            .await
            .map_err(|error| {
                let resources =
                    format!("the resources dbuser:{cluster}/{} and dbname:{cluster}/{}", self.user, self.database);
                told(&error, &self.asked("redshift:GetClusterCredentials", resources))
            })?;
        Ok(Answer {
            user: answer.db_user,
            password: answer.db_password.map(SecretString::from),
            expires: answer.expiration.map(|time| time.secs()),
        })
    }

    async fn workgroup(&self, config: &SdkConfig, workgroup: &str) -> Result<Answer, String> {
        let answer = aws_sdk_redshiftserverless::Client::new(config)
            .get_credentials()
            .workgroup_name(workgroup)
            .db_name(&self.database)
            .duration_seconds(i32::try_from(*self.iam.seconds).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| {
                let resources = format!("the workgroup `{workgroup}`");
                told(&error, &self.asked("redshift-serverless:GetCredentials", resources))
            })?;
        Ok(Answer {
            user: answer.db_user,
            password: answer.db_password.map(SecretString::from),
            expires: answer.expiration.map(|time| time.secs()),
        })
    }

    fn asked(&self, action: &'static str, resources: String) -> Asked<'_> {
        Asked { action, resources, iam: &self.iam }
    }
}

/// AWS's settings for an integration: what it says, and for the rest AWS's environment variables and files.
async fn load(iam: &Iam) -> SdkConfig {
    settings(aws_config::defaults(BehaviorVersion::latest()), iam).load().await
}

fn settings(loader: aws_config::ConfigLoader, iam: &Iam) -> aws_config::ConfigLoader {
    let client = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(trust())
        .build_https();
    let region = Region::new(iam.region.to_string());
    let loader = loader
        .http_client(client.clone())
        .region(region.clone())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(
            TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(PATIENCE).build(),
        );
    let Some(profile) = &iam.profile else { return loader };
    // A profile by name is that profile: keys that happen to be in the environment would come before it.
    let surroundings = ProviderConfig::without_region().with_region(Some(region)).with_http_client(client);
    let provider =
        ProfileFileCredentialsProvider::builder().configure(&surroundings).profile_name(profile.as_str()).build();
    loader.profile_name(profile.as_str()).credentials_provider(provider)
}

/// The authorities of the system. Where there are none nobody is trusted; the SDK would panic in a debug build.
fn trust() -> TlsContext {
    match rustls_native_certs::load_native_certs().certs.is_empty() {
        false => TlsContext::default(),
        true => TlsContext::builder().with_trust_store(TrustStore::empty()).build().unwrap_or_default(),
    }
}
