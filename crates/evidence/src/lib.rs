//! The domain: enrollment, evidence, checks with provenance, payload. No I/O.

mod terms;

pub use terms::{Check, CheckResult, DocumentType, Field, ImageKind, Step};
