//! `iam` of an integration: logging in by the identity that AWS knows, with passwords of a few minutes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{At, Name};

/// Who issues the credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// A provisioned cluster: for the user that is asked for.
    Cluster(At<Name>),
    /// A workgroup of Redshift Serverless: for the user that AWS makes of the caller's identity.
    Workgroup(At<Name>),
}

/// Temporary credentials of AWS IAM. Never the credentials themselves.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "Form", into = "Form")]
#[schemars(!try_from, !into, with = "Form")]
pub struct Iam {
    /// Who issues them.
    pub issuer: Issuer,
    /// The region of the cluster or workgroup.
    pub region: At<Name>,
    /// The profile of AWS's configuration files; without one, what the environment offers.
    pub profile: Option<At<Name>>,
    /// For how long they are valid.
    pub seconds: At<u32>,
}

/// As written.
#[skip_serializing_none]
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Iam", extend("oneOf" = [{ "required": ["cluster"] }, { "required": ["workgroup"] }]))]
struct Form {
    /// A provisioned cluster.
    cluster: Option<At<Name>>,
    /// A workgroup of Redshift Serverless.
    workgroup: Option<At<Name>>,
    /// Its region, for example `eu-central-1`.
    region: At<Name>,
    /// A profile of AWS's configuration files; without one, what the environment offers.
    profile: Option<At<Name>>,
    /// For how long the credentials are valid: 900 to 3600 seconds.
    #[serde(default = "shortest")]
    #[schemars(range(min = 900, max = 3600))]
    seconds: At<u32>,
}

/// Credentials are only needed to connect: sessions outlive them.
fn shortest() -> At<u32> {
    At::nowhere(900)
}

impl From<Iam> for Form {
    fn from(iam: Iam) -> Self {
        let (cluster, workgroup) = match iam.issuer {
            Issuer::Cluster(cluster) => (Some(cluster), None),
            Issuer::Workgroup(workgroup) => (None, Some(workgroup)),
        };
        Self { cluster, workgroup, region: iam.region, profile: iam.profile, seconds: iam.seconds }
    }
}

impl TryFrom<Form> for Iam {
    type Error = &'static str;

    fn try_from(form: Form) -> Result<Self, Self::Error> {
        let issuer = match (form.cluster, form.workgroup) {
            (Some(cluster), None) => Issuer::Cluster(cluster),
            (None, Some(workgroup)) => Issuer::Workgroup(workgroup),
            _ => return Err("`iam` needs exactly one of `cluster` (provisioned) and `workgroup` (Serverless)"),
        };
        Ok(Self { issuer, region: form.region, profile: form.profile, seconds: form.seconds })
    }
}
