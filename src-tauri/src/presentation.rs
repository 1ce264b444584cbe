//! The one table that says how grave each failure is and which single action helps. The texts are the UI's.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use station::contract::FailureCode;
use ts_rs::TS;

/// How a failure is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Severity {
    /// Expected in the course of the work; nothing is wrong.
    Info,
    /// The work stops here, and the operator can put it right at this station.
    Warning,
    /// Something is broken or refused; it may need somebody else.
    Error,
}

/// The one button that helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FailureAction {
    /// The same again.
    Retry,
    /// Open the same camera again.
    OpenCamera,
    /// List the cameras and choose another.
    ChooseCamera,
    /// Take the picture again.
    Retake,
    /// Record the video again.
    RecordAgain,
    /// Pick another video file.
    PickAnotherFile,
    /// Go to the station check: settings, certificate, disk, clock, network.
    CheckStation,
    /// Go to the request's form and correct it.
    EditRequest,
    /// Go to the consent.
    AskConsent,
    /// Say who operates the station.
    ChooseOperator,
    /// Go to the first thing that is missing.
    ShowMissing,
    /// Read the request's state again.
    RefreshRequest,
    /// Give the RAO's credentials.
    SignIn,
    /// Show the declaration and the contract.
    ShowPapers,
    /// Add what the request lacks.
    CompleteRequest,
    /// The words suffice.
    None,
}

/// How a failure is shown: what one row of the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Presentation {
    pub severity: Severity,
    pub action: FailureAction,
}

/// How the failure with this code is shown.
pub fn present(code: FailureCode) -> Presentation {
    use FailureAction as A;
    use FailureCode as C;
    use Severity::{Error, Info, Warning};
    let (severity, action) = match code {
        C::NoCamera | C::CameraPermission | C::CameraFormat => (Warning, A::ChooseCamera),
        C::CameraBusy | C::CameraDisconnected | C::CameraStalled => (Warning, A::OpenCamera),
        C::CameraProcess => (Error, A::OpenCamera),
        C::CaptureDamaged | C::PictureEmpty | C::PictureUnreadable => (Warning, A::Retake),
        C::VideoEmpty
        | C::VideoNotMp4
        | C::VideoTooLarge
        | C::VideoTooLong
        | C::VideoTooShort
        | C::VideoNoTrack
        | C::VideoOtherCodec
        | C::VideoDamaged
        | C::VideoUnreadable => (Warning, A::PickAnotherFile),
        C::RecordingFailed => (Error, A::RecordAgain),
        C::ProgramClosed => (Warning, A::RecordAgain),
        C::DiskFull | C::StorageFailed => (Error, A::Retry),
        C::CaseDamaged => (Error, A::None),
        C::SettingsInvalid
        | C::CertificateMissing
        | C::CertificatePassword
        | C::CertificateExpired
        | C::CertificateUnsupported
        | C::CertificateInvalid
        | C::RaServerCertificate
        | C::RaClientCertificate
        | C::RaUnauthorized
        | C::RaForbidden => (Error, A::CheckStation),
        C::ClockWrong => (Warning, A::CheckStation),
        C::RaUnreachable | C::RaTimeout | C::RaRateLimited => (Warning, A::Retry),
        C::RaServerError | C::RaAnswerUnreadable | C::RaTooLarge => (Error, A::Retry),
        C::RaNotFound | C::RaRejected | C::RaContactLimit | C::RaNoScratchcard => {
            (Error, A::EditRequest)
        }
        C::RaScratchcardTaken => (Warning, A::Retry),
        C::RaWrongState | C::RaNoVideoId => (Error, A::RefreshRequest),
        C::OutcomeUnknown => (Error, A::RefreshRequest),
        C::RaoCredentials | C::RaoUnknown | C::RaoNotSignedIn => (Warning, A::SignIn),
        C::SameOperator => (Warning, A::SignIn),
        C::OperatorNoRao | C::NotIdentificator => (Warning, A::ChooseOperator),
        C::PapersNotShown => (Info, A::ShowPapers),
        C::RaMissingDocuments | C::RaMissingFields => (Warning, A::CompleteRequest),
        C::ConfirmationNeeded => (Info, A::None),
        C::ContractUnreadable => (Error, A::Retry),
        C::DocumentUnreadable => (Warning, A::PickAnotherFile),
        C::VisionFailed => (Error, A::Retry),
        C::HookUnreachable | C::HookRejected | C::HookAnswerUnreadable => (Warning, A::Retry),
        C::ReasonNeeded | C::NoDate => (Info, A::None),
        C::RaEvidenceRejected => (Error, A::Retry),
        C::RaStillProcessing => (Info, A::RefreshRequest),
        C::Cancelled => (Info, A::Retry),
        C::OperatorMissing => (Info, A::ChooseOperator),
        C::ConsentMissing => (Info, A::AskConsent),
        C::Incomplete => (Info, A::ShowMissing),
        C::InvalidInput | C::NotAllowedNow => (Info, A::None),
        C::Internal => (Error, A::Retry),
    };
    Presentation { severity, action }
}

/// The whole table, one row a code.
pub fn table() -> HashMap<FailureCode, Presentation> {
    ALL_CODES
        .iter()
        .map(|&code| (code, present(code)))
        .collect()
}

const ALL_CODES: &[FailureCode] = &[
    FailureCode::NoCamera,
    FailureCode::CameraBusy,
    FailureCode::CameraPermission,
    FailureCode::CameraDisconnected,
    FailureCode::CameraStalled,
    FailureCode::CameraFormat,
    FailureCode::CameraProcess,
    FailureCode::CaptureDamaged,
    FailureCode::PictureEmpty,
    FailureCode::PictureUnreadable,
    FailureCode::VideoEmpty,
    FailureCode::VideoNotMp4,
    FailureCode::VideoTooLarge,
    FailureCode::VideoTooLong,
    FailureCode::VideoTooShort,
    FailureCode::VideoNoTrack,
    FailureCode::VideoOtherCodec,
    FailureCode::VideoDamaged,
    FailureCode::VideoUnreadable,
    FailureCode::RecordingFailed,
    FailureCode::ProgramClosed,
    FailureCode::DiskFull,
    FailureCode::StorageFailed,
    FailureCode::CaseDamaged,
    FailureCode::SettingsInvalid,
    FailureCode::CertificateMissing,
    FailureCode::CertificatePassword,
    FailureCode::CertificateExpired,
    FailureCode::CertificateUnsupported,
    FailureCode::CertificateInvalid,
    FailureCode::RaUnreachable,
    FailureCode::RaTimeout,
    FailureCode::RaServerCertificate,
    FailureCode::RaClientCertificate,
    FailureCode::RaUnauthorized,
    FailureCode::RaForbidden,
    FailureCode::RaNotFound,
    FailureCode::RaWrongState,
    FailureCode::RaRejected,
    FailureCode::RaTooLarge,
    FailureCode::RaRateLimited,
    FailureCode::RaServerError,
    FailureCode::RaAnswerUnreadable,
    FailureCode::RaNoScratchcard,
    FailureCode::RaScratchcardTaken,
    FailureCode::RaContactLimit,
    FailureCode::RaNoVideoId,
    FailureCode::RaEvidenceRejected,
    FailureCode::RaStillProcessing,
    FailureCode::ClockWrong,
    FailureCode::RaoCredentials,
    FailureCode::RaoUnknown,
    FailureCode::RaoNotSignedIn,
    FailureCode::SameOperator,
    FailureCode::OperatorNoRao,
    FailureCode::NotIdentificator,
    FailureCode::PapersNotShown,
    FailureCode::RaMissingDocuments,
    FailureCode::RaMissingFields,
    FailureCode::OutcomeUnknown,
    FailureCode::ConfirmationNeeded,
    FailureCode::ContractUnreadable,
    FailureCode::DocumentUnreadable,
    FailureCode::VisionFailed,
    FailureCode::HookUnreachable,
    FailureCode::HookRejected,
    FailureCode::HookAnswerUnreadable,
    FailureCode::ReasonNeeded,
    FailureCode::Cancelled,
    FailureCode::OperatorMissing,
    FailureCode::ConsentMissing,
    FailureCode::Incomplete,
    FailureCode::InvalidInput,
    FailureCode::NoDate,
    FailureCode::NotAllowedNow,
    FailureCode::Internal,
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;

    /// The exported TypeScript names every variant, so it finds a code that the list above forgot.
    #[test]
    fn the_table_has_a_row_for_each_code() {
        let declared: BTreeSet<String> = FailureCode::inline(&ts_rs::Config::default())
            .split('|')
            .map(|name| name.trim().trim_matches('"').to_owned())
            .collect();
        let sent = serde_json::to_value(table()).unwrap();
        let rows: BTreeSet<String> = sent.as_object().unwrap().keys().cloned().collect();
        assert_eq!(rows, declared);
        assert_eq!(sent["ra_too_large"]["severity"], "error");
    }
}
