//! The domain: enrollment, evidence, checks with provenance, payload. No I/O.

mod case;
mod challenge;
mod completeness;
pub mod dates;
mod event;
mod input;
mod letters;
mod names;
mod numbers;
mod payload;
mod readings;
mod records;
mod terms;

pub use case::{Case, CaseError, FORMAT};
pub use challenge::{CODE_ALPHABET, CODE_LENGTH, Challenge, ChallengeAction};
pub use completeness::{ESSENTIAL_FIELDS, Missing};
pub use event::{AuditEvent, AuditLine};
pub use input::{
    InputProblem, InvalidField, MAX_VALIDITY_DAYS, RequestForm, check_country,
    check_document_number, check_email, check_phone,
};
pub use names::{
    NameComparison, NameDifference, NameDifferenceKind, NamePart, PersonName, compare_names,
    split_surnames,
};
pub use numbers::{NumberCheck, NumberKind, check_number};
pub use payload::{EvidencePayload, PayloadOptions, SimilarityForm, build_payload};
pub use readings::{
    CaptureProblem, FaceArea, FaceMatch, FaceRecord, FieldSource, LivenessRecord, PictureReading,
    ProblemKind, ReadValue, ZoneReading,
};
pub use records::{
    Acceptance, Delivered, FieldEdit, FieldEntry, ImageRecord, OperatorRecord, OriginalRecord,
    PartsAtRa, RecordingRecord, RequestRecord, Similarity, VideoRecord,
};
pub use terms::{
    Check, CheckReason, CheckResult, DocumentType, Field, ImageKind, ReasonCode, Step,
};
