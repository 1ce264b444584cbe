//! What a case holds: each piece of evidence with where it comes from.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{CaptureProblem, FieldSource};

/// Who sat at the station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorRecord {
    pub name: String,
    /// Number at the RA, where the operator has one: becomes `identification_rao`.
    pub rao_id: Option<String>,
}

/// The request at the RA.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRecord {
    pub pk: String,
    pub scratchcard: Option<String>,
    /// The state as last read.
    pub status: String,
    pub video_pk: Option<String>,
    /// As the RA wrote it, dashed or not.
    pub video_identifier: Option<String>,
    /// Address of the RA's API, where an evidence folder was sent to another RA than its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_url: Option<String>,
    /// What the RA has of the evidence, as last read: it needs no capture here.
    #[serde(default)]
    pub at_ra: PartsAtRa,
}

/// The two parts of the evidence, where the RA waits for the other one alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartsAtRa {
    /// Pictures, data and checks.
    #[serde(default)]
    pub data: bool,
    #[serde(default)]
    pub video: bool,
}

/// The subject's answer to the consent screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    pub accepted: bool,
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    pub description: String,
    pub terms_url: String,
    pub privacy_url: String,
    pub web_url: String,
    pub user_agent: String,
    /// Local address of the connection to the RA, or from the settings; none when it is not known.
    pub ip: Option<String>,
}

/// An accepted picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageRecord {
    /// Name of the stored picture; changes with each acceptance.
    pub id: String,
    pub file: String,
    pub width: u32,
    pub height: u32,
    pub bytes: u64,
    pub sha256: String,
    #[serde(with = "time::serde::rfc3339")]
    pub captured_at: OffsetDateTime,
    /// Name of the camera, or of the replay.
    pub source: String,
    pub simulated: bool,
    /// For the portrait: the rectangle cut out of the front, `[x, y, width, height]` in its pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_from: Option<[u32; 4]>,
    /// For a straightened document: what it was straightened from, as the camera gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<OriginalRecord>,
    /// Dots an inch of the document that the camera really saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpi: Option<f32>,
    /// Taken by the station when all was good, not by the operator's hand.
    #[serde(default)]
    pub automatic: bool,
    /// Soft limits that it failed, and that the operator passed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overridden: Vec<CaptureProblem>,
}

impl ImageRecord {
    /// Names of its files: the picture, and the one that it was straightened from.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let original = self
            .original
            .as_ref()
            .map(|original| original.file.as_str());
        [self.file.as_str()].into_iter().chain(original)
    }
}

/// The picture that a straightened one was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OriginalRecord {
    /// Name for the screens, as `ImageRecord::id`.
    pub id: String,
    pub file: String,
    pub width: u32,
    pub height: u32,
    pub bytes: u64,
    pub sha256: String,
    /// The document's corners in its pixels, clockwise as the document is read, from its top left.
    pub corners: [[f32; 2]; 4],
    /// The corners were set by hand.
    pub by_hand: bool,
}

/// The accepted video.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoRecord {
    pub id: String,
    pub file: String,
    /// Picked from a file instead of recorded here.
    pub picked: bool,
    /// Name of the camera or of the file.
    pub source: String,
    pub simulated: bool,
    pub duration_ms: u64,
    pub width: u32,
    pub height: u32,
    pub frames: u64,
    /// Frames that the encoder could not take in time.
    pub dropped: u64,
    pub bytes: u64,
    pub sha256: String,
    #[serde(with = "time::serde::rfc3339")]
    pub recorded_at: OffsetDateTime,
    /// Why the recording ended before the operator ended it.
    pub interrupted: Option<String>,
    /// The camera is a program's, not a device's.
    #[serde(default)]
    pub virtual_camera: bool,
}

/// A recording in progress: what is needed to finish it if the program is killed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingRecord {
    pub id: String,
    pub file: String,
    pub source: String,
    pub simulated: bool,
    #[serde(default)]
    pub virtual_camera: bool,
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
}

/// A value as read from the document, with every change that a person made to it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FieldEntry {
    pub value: String,
    #[serde(default)]
    pub source: FieldSource,
    /// How sure the reading is, 0 to 1; none for what was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
    /// Whether a check digit or rule holds for what was read; none where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<bool>,
    /// For a value that a person chose among what was read: digest of the picture that it was read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<FieldEdit>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldEdit {
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    pub by: String,
    pub from: String,
}

/// The end of a delivery, as the RA confirmed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    pub status: String,
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}
