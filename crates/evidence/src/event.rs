//! The audit record: what happened, when, by whom. It holds nothing that identifies the subject.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Check, Field, FieldSource, ImageKind, OperatorRecord, ProblemKind};

/// One line of the audit record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditLine {
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    pub operator: OperatorRecord,
    #[serde(flatten)]
    pub event: AuditEvent,
}

/// What happened. Fields hold numbers, hashes, codes and kinds only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum AuditEvent {
    EnrollmentStarted {
        environment: String,
    },
    EnrollmentResumed,
    EnrollmentLeft,
    OperatorChanged,
    DocumentChosen {
        document_type: String,
        country: String,
    },
    ScratchcardTaken {
        scratchcard: String,
    },
    RequestCreated {
        pk: String,
    },
    RequestOpened {
        pk: String,
    },
    RequestFailed {
        code: String,
        provider_id: Option<String>,
    },
    RequestRead {
        status: String,
    },
    ConsentAccepted,
    ConsentRefused,
    ImageAccepted {
        kind: ImageKind,
        sha256: String,
        bytes: u64,
        simulated: bool,
    },
    ImageRetaken {
        kind: ImageKind,
    },
    ImageDiscarded {
        kind: ImageKind,
    },
    RecordingStarted,
    ActionMarked {
        index: u32,
        at_ms: u64,
    },
    RecordingFinished {
        sha256: String,
        bytes: u64,
        duration_ms: u64,
        dropped: u64,
        simulated: bool,
    },
    RecordingInterrupted {
        cause: String,
    },
    RecordingAbandoned,
    RecordingRecovered {
        bytes: u64,
    },
    VideoImported {
        sha256: String,
        bytes: u64,
    },
    VideoRejected {
        code: String,
    },
    VideoDiscarded,
    FieldEdited {
        field: Field,
    },
    CheckAttested {
        check: Check,
        value: Option<bool>,
    },
    /// A capture that failed a hard limit.
    CaptureRefused {
        kind: ImageKind,
        problems: Vec<ProblemKind>,
    },
    /// The operator took a picture that failed soft limits.
    CaptureOverridden {
        kind: ImageKind,
        problems: Vec<ProblemKind>,
    },
    CornersMoved {
        kind: ImageKind,
    },
    PictureRead {
        kind: ImageKind,
        zone: Option<String>,
        all_valid: bool,
    },
    /// A value was taken from the document.
    FieldRead {
        field: Field,
        source: FieldSource,
        confidence: f32,
    },
    FacesCompared {
        score: Option<u8>,
        distance: Option<f32>,
    },
    LivenessJudged {
        passed: bool,
        sampled: u32,
    },
    /// A check was measured or looked up, or its value fell with what it was measured on.
    CheckMeasured {
        check: Check,
        value: Option<bool>,
        method: String,
    },
    /// The operator says otherwise than the measurement.
    CheckOverridden {
        check: Check,
        measured: bool,
        value: bool,
        reason: String,
    },
    CodeSent,
    CodeRefused {
        tries_left: u32,
    },
    CodeReturned,
    RegisterAsked {
        found: Option<bool>,
    },
    DeliveryStarted,
    DeliveryCancelled,
    DeliveryFailed {
        code: String,
        provider_id: Option<String>,
    },
    Delivered {
        status: String,
    },
    /// The RA could not use what was delivered: it can be sent again.
    DeliveryReopened {
        status: String,
    },
    EvidenceErased {
        reason: String,
    },
    /// A new capture after a request was refused or cancelled.
    RecaptureOf {
        pk: String,
    },
    /// The request's fields were changed; names only.
    RequestUpdated {
        pk: String,
        fields: Vec<String>,
    },
    RequestCancelled {
        pk: String,
    },
    DeskUnlocked {
        rao_id: String,
    },
    DeskLocked,
    ReviewOpened {
        pk: String,
    },
    /// The declaration and the contract were on the screen; the digest is of the contract.
    PapersShown {
        pk: String,
        rao_id: String,
        contract_sha256: String,
    },
    /// Written before a decision is sent: it leaves a trace even where its end is not seen.
    DecisionSent {
        pk: String,
        action: String,
        rao_id: Option<String>,
    },
    Validated {
        pk: String,
        rao_id: String,
        captured_by: Option<OperatorRecord>,
        status: String,
        found_by_reading: bool,
    },
    Refused {
        pk: String,
        rao_id: String,
        captured_by: Option<OperatorRecord>,
    },
    Approved {
        pk: String,
        rao_id: String,
        captured_by: Option<OperatorRecord>,
        found_by_reading: bool,
    },
    DecisionFailed {
        pk: String,
        action: String,
        code: String,
        provider_id: Option<String>,
    },
    DocumentAttached {
        pk: String,
        label: String,
        sha256: String,
    },
    DocumentRemoved {
        pk: String,
        document: String,
    },
    /// The subscriber's link was shown on the screen.
    LinkShown {
        pk: String,
    },
}
