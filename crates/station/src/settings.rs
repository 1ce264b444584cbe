//! Settings: one TOML file, `videoid-desk.toml`. A documented example is in `docs/videoid-desk.example.toml`.

mod shape;

use std::path::{Path, PathBuf};
use std::time::Duration;

use evidence::PayloadOptions;
use ra_api::Secret;
use recorder::VideoLimits;
use url::Url;

use crate::contract::{ConsentTexts, DeskSettings, Environment, PublicSettings};

pub use shape::*;

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
