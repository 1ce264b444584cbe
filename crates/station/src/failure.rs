//! The one place where errors of every kind become what a person is told.

use evidence::{CaseError, InvalidField};

use crate::contract::{Failure, FailureCode};
use crate::settings::SettingsError;
use crate::store::StoreError;

/// A failure with its technical words. Whether the same again can help follows from the code.
pub fn of(code: FailureCode, detail: impl ToString) -> Failure {
    Failure {
        code,
        detail: Some(detail.to_string()).filter(|text| !text.is_empty()),
        provider_id: None,
        http_status: None,
        retryable: retryable(code),
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&code_name(self.code))?;
        match &self.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

/// A failure that needs no further words.
pub fn plain(code: FailureCode) -> Failure {
    of(code, "")
}

/// An error with all its causes, outermost first.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

/// The code's name as it crosses to the UI.
pub fn code_name(code: FailureCode) -> String {
    match serde_json::to_value(code) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// The code of that name.
pub fn code_named(name: &str) -> Option<FailureCode> {
    serde_json::from_value(name.into()).ok()
}

fn retryable(code: FailureCode) -> bool {
    use FailureCode::*;
    matches!(
        code,
        NoCamera
            | CameraBusy
            | CameraPermission
            | CameraDisconnected
            | CameraStalled
            | CameraProcess
            | CaptureDamaged
            | RecordingFailed
            | DiskFull
            | StorageFailed
            | RaUnreachable
            | RaTimeout
            | RaRateLimited
            | RaServerError
            | RaAnswerUnreadable
            | RaScratchcardTaken
            | RaStillProcessing
            | RaEvidenceRejected
            | Cancelled
    )
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::Full(_) => FailureCode::DiskFull,
            _ => FailureCode::StorageFailed,
        };
        of(code, chain(&error))
    }
}

impl From<CaseError> for Failure {
    fn from(error: CaseError) -> Self {
        let code = match error {
            CaseError::ConsentMissing => FailureCode::ConsentMissing,
            CaseError::NotNeeded
            | CaseError::AlreadyDelivered
            | CaseError::RequestCancelled
            | CaseError::Nothing => FailureCode::NotAllowedNow,
        };
        of(code, error)
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        of(FailureCode::SettingsInvalid, chain(&error))
    }
}

/// Everything that is wrong with what was typed; names fields, not what was typed.
pub fn invalid_input(problems: &[InvalidField]) -> Failure {
    let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
    of(FailureCode::InvalidInput, words.join("; "))
}

/// What cannot be done in this state.
pub fn not_now(why: &str) -> Failure {
    of(FailureCode::NotAllowedNow, why)
}
