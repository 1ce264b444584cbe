//! What the mock keeps of a request: also what tests and the inspection endpoints see.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestRecord {
    pub pk: u64,
    pub status: String,
    /// The fields as they were sent.
    pub fields: Map<String, Value>,
    pub scratchcard: u64,
    pub registration_authority: u64,
    pub created: String,
    pub videoid: Option<VideoIdRecord>,
    pub documents: Vec<DocumentRecord>,
    pub history: Vec<StateChange>,
    pub webhooks: Vec<WebhookRecord>,
    /// Complete data evidence taken, repetitions included.
    pub data_uploads: u32,
    /// Complete videos taken, repetitions included. Only the last one is kept.
    pub video_uploads: u32,
    /// How often the request came to `VIDEOREVIEW` with a video: more than once is a fault of someone.
    pub final_videos: u32,
    /// One that the mock began with and nobody has changed: it follows from the seed and is not stored.
    #[serde(skip)]
    pub untouched: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VideoIdRecord {
    pub pk: u64,
    pub video_identifier: String,
    pub status: String,
    pub refusal_reason: Option<String>,
    pub validation_operator: Option<u64>,
    pub acceptance: Option<Map<String, Value>>,
    /// The data evidence as it was sent, without the images; none before it came.
    pub data: Option<Map<String, Value>>,
    pub images: BTreeMap<String, ImageRecord>,
    pub video: Option<VideoRecord>,
    /// What is wrong or still missing, for the web page.
    pub reasons: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImageRecord {
    /// Name in the request's folder; none where the base64 could not be decoded.
    pub file: Option<String>,
    pub bytes: u64,
    pub width: u32,
    pub height: u32,
    pub problem: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VideoRecord {
    pub file: String,
    pub bytes: u64,
    /// Width, height, duration and so on, as the check found them; null when it was off.
    pub facts: Value,
    pub problem: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DocumentRecord {
    pub pk: u64,
    pub kind: String,
    pub file: String,
    pub bytes: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StateChange {
    pub date: String,
    pub status: String,
    pub reasons: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WebhookRecord {
    pub date: String,
    pub status: String,
    /// The HTTP status of the receiver, or why nothing was sent.
    pub outcome: String,
}

/// One call as the log shows it: no query, no body, no secrets.
#[derive(Debug, Clone, Serialize)]
pub struct Call {
    pub date: String,
    pub method: String,
    pub path: String,
    pub operation: &'static str,
    /// None where the connection was reset instead of an answer.
    pub status: Option<u16>,
    pub duration_ms: u64,
    pub faults: Vec<&'static str>,
}
