//! The domain: enrollment, evidence, checks with provenance, payload. No I/O.

mod case;
mod challenge;
mod check;
mod completeness;
mod countries;
pub mod dates;
mod event;
mod input;
mod judgement;
mod names;
mod numbers;
mod payload;
mod reading_fields;
mod readings;
mod records;
mod seen;
mod standing;
mod terms;

pub use case::{Case, CaseError, FORMAT};
pub use challenge::{CODE_ALPHABET, CODE_LENGTH, Challenge, ChallengeAction};
pub use check::{Check, CheckReason, CheckResult, ReasonCode};
pub use completeness::{ESSENTIAL_FIELDS, Missing};
pub use countries::alpha2;
pub use event::{AuditEvent, AuditLine};
pub use input::{
    InputProblem, InvalidField, MAX_VALIDITY_DAYS, RequestForm, check_country,
    check_document_number, check_email, check_phone,
};
pub use judgement::{Clock, Judged, Today, judge};
pub use names::{
    NameComparison, NameDifference, NameDifferenceKind, NamePart, PersonName, compare_names,
    split_surnames,
};
pub use numbers::{NumberCheck, NumberKind, check_number};
pub use payload::{EvidencePayload, PayloadOptions, SimilarityForm, build_payload};
pub use reading_fields::{FieldRead, field_date, fields_read};
pub use readings::{
    ActionFrame, CaptureProblem, FaceArea, FaceMatch, FaceRecord, FieldSource, LivenessRecord,
    PictureReading, ProblemKind, ReadValue, ZoneReading,
};
pub use records::{
    Acceptance, Delivered, FieldEdit, FieldEntry, ImageRecord, OperatorRecord, OriginalRecord,
    PartsAtRa, RecordingRecord, RequestRecord, VideoRecord,
};
pub use terms::{DocumentType, Field, ImageKind, Step};
