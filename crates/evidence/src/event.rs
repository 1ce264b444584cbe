//! The audit record: what happened, when, by whom. It holds nothing that identifies the subject.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Check, Field, ImageKind, OperatorRecord};

/// One line of the audit record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    pub operator: OperatorRecord,
    #[serde(flatten)]
    pub event: AuditEvent,
}

/// What happened. Fields hold numbers, hashes, codes and kinds only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    DeliveryStarted,
    DeliveryCancelled,
    DeliveryFailed {
        code: String,
        provider_id: Option<String>,
    },
    Delivered {
        status: String,
    },
    EvidenceErased {
        reason: String,
    },
}
