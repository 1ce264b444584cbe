//! Uploads that stream: exact length known beforehand, content never whole in memory.

mod body;
mod plan;

pub use body::{Pacing, Progress};
pub use plan::DataEvidence;

pub(crate) use body::{UploadBody, UploadState};
pub(crate) use plan::BodyPlan;
