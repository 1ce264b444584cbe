//! Why a command failed, and the exit code that says so.

use std::path::PathBuf;

use station::contract::{Failure, FailureCode};

#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error("the program's runtime cannot start")]
    Runtime(#[source] std::io::Error),
    #[error("{path}: {what}")]
    File {
        path: PathBuf,
        what: &'static str,
        source: std::io::Error,
    },
    #[error("{path}: the picture cannot be used")]
    Picture {
        path: PathBuf,
        source: vision::intake::IntakeError,
    },
    #[error("{path}: the video cannot be used")]
    Video {
        path: PathBuf,
        source: recorder::ReadError,
    },
    #[error("{0}: no face was found")]
    NoFace(PathBuf),
    #[error("the picture cannot be read")]
    Reading(#[source] vision::reading::ReadingError),
    #[error("faces cannot be found or compared")]
    Model(#[source] vision::ModelError),
    #[error("{0} exists already; name another file or give --force")]
    Exists(PathBuf),
    #[error("the settings cannot be used")]
    Settings(#[source] station::settings::SettingsError),
    #[error("the station cannot start")]
    Station(#[source] station::StartError),
    #[error("the mock RA cannot start")]
    Mock(#[source] ra_mock::MockError),
    #[error("a fault cannot be understood: {0}")]
    Fault(String),
    #[error("the camera failed ({})", .0.code())]
    Camera(#[source] camera::CameraError),
    #[error("the recording failed")]
    Record(#[source] recorder::RecordError),
    #[error("the recording cannot be finished")]
    Finalise(#[source] recorder::FinaliseError),
    #[error("{step}: {}", words(.failure))]
    Session { step: String, failure: Failure },
    #[error("{step} took longer than {seconds} s")]
    Slow { step: String, seconds: u64 },
    #[error("the evidence folder cannot be used: {0}")]
    Evidence(String),
    #[error("{0}")]
    Usage(String),
    #[error("{address} cannot be listened on")]
    Listen {
        address: std::net::SocketAddr,
        source: std::io::Error,
    },
}

/// The failure in words: its code, the technical detail, and the provider's id to quote.
fn words(failure: &Failure) -> String {
    let code = serde_json::to_value(failure.code)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default();
    let mut text = code.replace('_', " ");
    if let Some(status) = failure.http_status {
        text.push_str(&format!(" (HTTP {status})"));
    }
    if let Some(detail) = &failure.detail {
        text.push_str(&format!(": {detail}"));
    }
    if let Some(id) = &failure.provider_id {
        text.push_str(&format!(" [provider's error id {id}]"));
    }
    text
}

impl CliError {
    /// A stable word for programs.
    pub fn code(&self) -> String {
        match self {
            CliError::Runtime(_) => "runtime".into(),
            CliError::File { .. } => "file".into(),
            CliError::Picture { .. } => "picture_unusable".into(),
            CliError::Video { .. } => "video_unusable".into(),
            CliError::NoFace(_) => "no_face".into(),
            CliError::Model(_) | CliError::Reading(_) => "model".into(),
            CliError::Exists(_) => "exists".into(),
            CliError::Settings(_) => "settings_invalid".into(),
            CliError::Station(_) => "station".into(),
            CliError::Mock(_) => "mock".into(),
            CliError::Fault(_) => "fault_invalid".into(),
            CliError::Camera(error) => error.code().to_string(),
            CliError::Record(_) => "recording_failed".into(),
            CliError::Finalise(_) => "recording_failed".into(),
            CliError::Session { failure, .. } => serde_json::to_value(failure.code)
                .ok()
                .and_then(|value| value.as_str().map(str::to_owned))
                .unwrap_or_default(),
            CliError::Slow { .. } => "slow".into(),
            CliError::Evidence(_) => "evidence".into(),
            CliError::Usage(_) => "usage".into(),
            CliError::Listen { .. } => "listen".into(),
        }
    }

    /// Exit code as documented in `--help`.
    pub fn exit_code(&self) -> u8 {
        match self {
            CliError::Session { failure, .. } if is_ra(failure.code) => 4,
            CliError::Evidence(_)
            | CliError::Picture { .. }
            | CliError::Video { .. }
            | CliError::NoFace(_) => 3,
            CliError::Usage(_) => 2,
            _ => 1,
        }
    }
}

fn is_ra(code: FailureCode) -> bool {
    use FailureCode::*;
    matches!(
        code,
        RaUnreachable
            | RaTimeout
            | RaServerCertificate
            | RaClientCertificate
            | RaUnauthorized
            | RaForbidden
            | RaNotFound
            | RaWrongState
            | RaRejected
            | RaTooLarge
            | RaRateLimited
            | RaServerError
            | RaAnswerUnreadable
            | RaNoScratchcard
            | RaScratchcardTaken
            | RaContactLimit
            | RaNoVideoId
            | RaEvidenceRejected
            | RaStillProcessing
            | RaoCredentials
            | RaoUnknown
            | RaMissingDocuments
            | RaMissingFields
            | OutcomeUnknown
    )
}
