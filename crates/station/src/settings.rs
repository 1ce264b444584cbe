//! Settings: one TOML file, `videoid-desk.toml`. A documented example is in `docs/videoid-desk.example.toml`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use evidence::{PayloadOptions, SimilarityForm};
use ra_api::Secret;
use recorder::VideoLimits;
use serde::{Deserialize, Deserializer};
use url::Url;

use crate::contract::{ConsentTexts, DeskSettings, Environment, PublicSettings, Theme};
use crate::hooks::Hooks;

/// Name of the file that is looked for.
pub const FILE_NAME: &str = "videoid-desk.toml";
/// Environment variable that names a settings file.
pub const CONFIG_VARIABLE: &str = "VIDEOID_CONFIG";

/// Why settings cannot be used. The text names file, line and column, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("{file} cannot be read: check that it exists and may be read by this user")]
    Read {
        file: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{file}:{line}:{column}: {message}")]
    Parse {
        file: PathBuf,
        line: usize,
        column: usize,
        message: String,
    },
    #[error("{file}: {key}: {problem}")]
    Value {
        file: PathBuf,
        key: &'static str,
        problem: String,
    },
}

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

/// Base URLs of the RA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts {
    pub api: String,
    /// Serves the video upload only.
    pub video: String,
}

impl Hosts {
    /// The mock of the training mode, whatever its port.
    pub(crate) fn this_machine() -> Self {
        let url = "http://127.0.0.1/".to_owned();
        Hosts {
            api: url.clone(),
            video: url,
        }
    }
}

impl Camera {
    /// What the replay camera is opened with.
    pub fn spec(&self) -> camera::ReplaySpec {
        let mut spec = camera::ReplaySpec::with_faults(self.replay_faults.clone());
        spec.source = self.replay.clone();
        spec.defects = self.replay_defects.clone();
        spec
    }
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

impl Settings {
    /// Reads the settings that apply: the file given, else the one that `VIDEOID_CONFIG` names, else the one in the
    /// user's configuration folder, else the defaults (training). Tells which file it was.
    pub fn load(given: Option<&Path>) -> Result<(Settings, Option<PathBuf>), SettingsError> {
        let named = given.map(Path::to_owned).or_else(|| {
            std::env::var_os(CONFIG_VARIABLE)
                .filter(|name| !name.is_empty())
                .map(PathBuf::from)
        });
        let file = named.or_else(|| {
            let file = directories::ProjectDirs::from("", "", "videoid-desk")?
                .config_dir()
                .join(FILE_NAME);
            file.exists().then_some(file)
        });
        match file {
            Some(file) => Ok((Settings::read(&file)?, Some(file))),
            None => Ok((Settings::default(), None)),
        }
    }

    /// Reads one file. Paths in it are taken from the file's own folder.
    pub fn read(file: &Path) -> Result<Settings, SettingsError> {
        let text = std::fs::read_to_string(file).map_err(|source| SettingsError::Read {
            file: file.to_owned(),
            source,
        })?;
        Settings::parse(&text, file)
    }

    /// Reads settings from text; `file` is for messages and relative paths.
    pub fn parse(text: &str, file: &Path) -> Result<Settings, SettingsError> {
        let mut settings: Settings = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let (line, column) = position(text, start);
            SettingsError::Parse {
                file: file.to_owned(),
                line,
                column,
                message: format!(
                    "{}: correct this line, or remove it to use the default",
                    error.message().trim()
                ),
            }
        })?;
        settings.anchor(file.parent().unwrap_or(Path::new("")));
        settings.check(file)?;
        Ok(settings)
    }

    fn anchor(&mut self, folder: &Path) {
        let mut paths = vec![
            &mut self.certificate.certificate,
            &mut self.certificate.key,
            &mut self.certificate.pkcs12,
            &mut self.network.extra_ca,
            &mut self.network.trace_http,
            &mut self.storage.data_folder,
            &mut self.camera.replay,
        ];
        for profile in &mut self.profiles {
            if let Some(own) = &mut profile.certificate {
                paths.extend([&mut own.certificate, &mut own.key, &mut own.pkcs12]);
            }
            if let Some(own) = &mut profile.network {
                paths.extend([&mut own.extra_ca, &mut own.trace_http]);
            }
        }
        for path in paths.into_iter().flatten() {
            *path = folder.join(&*path);
        }
    }

    /// Where the RA's hosts are. In training the mock's address is used instead.
    pub fn hosts(&self) -> Hosts {
        let (api, video) = match self.environment {
            Environment::Production => ("https://api.uanataca.com/", "https://lima.uanataca.com/"),
            _ => (
                "https://api.sandbox.uanataca.com/",
                "https://lima.sandbox.uanataca.com/",
            ),
        };
        let given = &self.registration_authority;
        let api_url = given.api_url.as_ref();
        let video_url = given.video_url.as_ref().or(api_url);
        Hosts {
            api: api_url.map_or_else(|| api.to_owned(), Url::to_string),
            video: video_url.map_or_else(|| video.to_owned(), Url::to_string),
        }
    }

    pub fn retention(&self) -> Retention {
        self.storage.retention.unwrap_or(match self.environment {
            Environment::Training => Retention::Keep,
            _ => Retention::EraseAfterDelivery,
        })
    }

    /// Where cases lie when nothing else is said.
    pub fn data_dir(&self) -> PathBuf {
        self.storage.data_folder.clone().unwrap_or_else(|| {
            directories::ProjectDirs::from("", "", "videoid-desk").map_or_else(
                || PathBuf::from("videoid-desk-data"),
                |dirs| dirs.data_dir().to_owned(),
            )
        })
    }

    /// The certificate's password from the environment variable that the settings name.
    pub fn password_from_env(&self) -> Option<Secret> {
        let name = self.certificate.password_env.as_ref()?;
        std::env::var(name).ok().map(Secret::from)
    }

    pub fn payload_options(&self) -> PayloadOptions {
        PayloadOptions {
            similarity_form: self.evidence.similarity_form,
            unperformed_as_false: self.evidence.send_unperformed_checks_as_false,
            provenance: self.evidence.send_provenance,
            passport_rear_twice: self.evidence.send_passport_page_as_rear,
        }
    }

    pub fn video_limits(&self) -> VideoLimits {
        VideoLimits {
            min_duration: Duration::from_secs(u64::from(self.video.min_seconds)),
            max_duration: Duration::from_secs(u64::from(self.video.max_seconds)),
            max_bytes: self.video.max_bytes,
        }
    }

    /// `secure_element` for a profile: as set, else by the profile's name.
    pub fn secure_element(&self, profile: &str) -> String {
        self.request.secure_element.clone().unwrap_or_else(|| {
            let name = profile.to_ascii_lowercase();
            if name.contains("nube") {
                "2"
            } else if name.contains("qscd") {
                "1"
            } else {
                "0"
            }
            .to_owned()
        })
    }

    /// What the screens see of the settings.
    pub fn public(&self, file: Option<&Path>, data_dir: &Path, hosts: &Hosts) -> PublicSettings {
        PublicSettings {
            theme: self.theme,
            registration_authority: self.registration_authority.id.clone(),
            api_host: host(&hosts.api),
            video_host: host(&hosts.video),
            profiles: self.request.profiles.clone(),
            consent: ConsentTexts {
                paragraphs: self.consent.paragraphs.clone(),
                terms_url: self.consent.terms_url.clone(),
                privacy_url: self.consent.privacy_url.clone(),
                alternatives: self.consent.alternatives.clone(),
            },
            video_min_seconds: self.video.min_seconds,
            video_max_seconds: self.video.max_seconds,
            video_max_bytes: self.video.max_bytes,
            settings_file: file.map(|file| file.display().to_string()),
            data_folder: data_dir.display().to_string(),
            desk: DeskSettings {
                refusal_reasons: self.desk.refusal_reasons.clone(),
                languages: self.desk.languages.clone(),
                separation_of_duties: self.desk.separation_of_duties,
                lock_minutes: self.desk.lock_minutes,
                document_labels: self.desk.document_labels.clone(),
            },
        }
    }
}

/// The host, with its port, of a URL.
pub(crate) fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default().to_owned()
}

/// Line and column, both from 1, of a byte offset.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |last| last.chars().count())
        + 1;
    (line, column)
}
