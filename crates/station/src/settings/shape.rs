//! What the settings file holds; each field is documented in `docs/videoid-desk.example.toml`.

use std::path::PathBuf;

use evidence::SimilarityForm;
use serde::{Deserialize, Deserializer};
use url::Url;

use crate::contract::{Environment, Theme};
use crate::hooks::Hooks;

/// Everything that a deployment decides.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub environment: Environment,
    pub theme: Theme,
    pub registration_authority: RegistrationAuthority,
    pub certificate: Certificate,
    pub network: Network,
    pub request: Request,
    pub consent: Consent,
    pub video: Video,
    pub evidence: Evidence,
    pub storage: Storage,
    pub camera: Camera,
    pub hooks: Hooks,
    pub desk: Desk,
    pub training: TrainingServer,
    /// Further environments that the station can be switched to.
    pub profiles: Vec<Profile>,
}

/// The RAO desk.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Desk {
    /// How long the RAO's credentials are held without anything being done at the desk.
    pub lock_minutes: u32,
    /// Whoever captured the evidence cannot approve it; the operator's RAO number then goes into each new request.
    pub separation_of_duties: bool,
    pub refusal_reasons: Vec<String>,
    /// Languages of what the subscriber gets.
    pub languages: Vec<String>,
    /// Labels offered for documents that complete an organisation's request.
    pub document_labels: Vec<String>,
    /// Pages of 10 that are loaded in one go while the list is searched.
    pub pages_in_one_go: u32,
}

/// The mock RA of the training mode.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainingServer {
    pub flow: TrainingFlow,
    /// Requests that a fresh training server begins with.
    pub seed_requests: u32,
}

/// How the training RA goes from review to approval; the documentation describes all three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrainingFlow {
    #[default]
    TwoStep,
    OneStep,
    ValidateApproves,
}

/// An environment with a name of its own: what it does not say is taken from the rest of the file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub name: String,
    pub environment: Environment,
    #[serde(default)]
    pub registration_authority: Option<RegistrationAuthority>,
    #[serde(default)]
    pub certificate: Option<Certificate>,
    #[serde(default)]
    pub network: Option<Network>,
}

/// Which RA, and where its hosts are.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegistrationAuthority {
    /// Number of the RA.
    pub id: String,
    /// None is the environment's public host.
    pub api_url: Option<Url>,
    /// Host of the video upload; none is the environment's public host, or `api_url` where that is set.
    pub video_url: Option<Url>,
}

/// The API user's client certificate: a PEM pair or one PKCS#12 file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Certificate {
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
    pub pkcs12: Option<PathBuf>,
    /// Name of the environment variable that holds the password; the password itself is never in a file.
    pub password_env: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Network {
    /// PEM file of a further CA, for a private gateway.
    pub extra_ca: Option<PathBuf>,
    /// None takes the proxy from the environment.
    pub proxy: Option<Url>,
    pub connect_timeout_seconds: u64,
    /// Longest time in which no byte moves. There is no limit on a whole upload.
    pub stall_timeout_seconds: u64,
    /// File for a redacted trace of the calls.
    pub trace_http: Option<PathBuf>,
}

/// Defaults of a new request.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    pub profiles: Vec<String>,
    pub validity_days: u32,
    pub country: String,
    /// 0 software, 1 smartcard, 2 cloud; none follows from the profile's name.
    pub secure_element: Option<String>,
    pub webhook_url: Option<Url>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Consent {
    pub paragraphs: Vec<String>,
    pub alternatives: String,
    pub terms_url: String,
    pub privacy_url: String,
    /// `acceptance.description`.
    pub description: String,
    /// `acceptance.url-web-videoid`.
    pub web_url: String,
    /// `acceptance.ip`; none takes the local address of the connection to the RA.
    pub ip: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Video {
    pub min_seconds: u32,
    pub max_seconds: u32,
    pub max_bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Evidence {
    pub similarity_form: SimilarityForm,
    pub send_unperformed_checks_as_false: bool,
    pub send_provenance: bool,
    pub send_passport_page_as_rear: bool,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// None is the user's data folder of this platform.
    pub data_folder: Option<PathBuf>,
    /// None is `keep` in training and `erase_after_delivery` elsewhere.
    pub retention: Option<Retention>,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Camera {
    /// What the replay camera plays instead of the specimens: a folder of JPEGs or an MP4.
    pub replay: Option<PathBuf>,
    /// Faults planted into the replay, for practice and tests.
    pub replay_faults: Vec<camera::ReplayFault>,
    /// What is wrong with what the specimens show, for practice and tests.
    pub replay_defects: Vec<camera::PlantedDefect>,
    /// Offers the replay camera outside training too; what it shows is marked as simulated.
    pub offer_replay: bool,
    /// The operator takes every picture; nothing is captured by itself.
    pub by_hand_only: bool,
}

/// What becomes of the evidence on the station once the RA has it. The audit record always stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    Keep,
    EraseAfterDelivery,
    Days(u32),
}

impl<'de> Deserialize<'de> for Retention {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Days(u32),
            Word(String),
        }
        match Form::deserialize(deserializer) {
            Ok(Form::Days(days)) => Ok(Retention::Days(days)),
            Ok(Form::Word(word)) if word == "keep" => Ok(Retention::Keep),
            Ok(Form::Word(word)) if word == "erase_after_delivery" => {
                Ok(Retention::EraseAfterDelivery)
            }
            _ => Err(serde::de::Error::custom(
                "retention is \"keep\", \"erase_after_delivery\" or a number of days",
            )),
        }
    }
}
