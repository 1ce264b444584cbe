//! What the accepted pictures and the video show, as the station read it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{CheckReason, Field};

/// A limit that a picture fails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CaptureProblem {
    pub kind: ProblemKind,
    pub measured: f32,
    pub limit: f32,
    /// A picture that fails a hard limit is not offered.
    pub hard: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ProblemKind {
    NoDocument,
    CornerHidden,
    /// Pixels across the document.
    TooSmall,
    /// Degrees.
    Tilted,
    Blurred,
    /// Share of the document, 0 to 1.
    Glare,
    /// Mean luma, 0 to 255.
    TooDark,
    TooBright,
    WrongSide,
    NoFace,
    /// Faces.
    SeveralFaces,
    /// Pixels between the eyes.
    FaceTooSmall,
    /// Degrees.
    FaceTurned,
    FaceTooDark,
    FaceTooBright,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FieldSource {
    #[default]
    Typed,
    /// Machine-readable zone.
    Mrz,
    /// The document's printed text.
    Printed,
}

/// What an accepted picture of a document shows. Personal data: no `Debug`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct PictureReading {
    /// Of the picture that was read.
    pub image_sha256: String,
    pub zone: Option<ZoneReading>,
    /// By field, the printed form.
    pub printed: BTreeMap<Field, ReadValue>,
    /// The largest face: left, top, width, height in the picture's pixels, and the pixels between the eyes.
    pub face: Option<FaceArea>,
    pub sharpness: f32,
    /// Share of the picture, 0 to 1.
    pub glare: f32,
    /// Mean, 0 to 255.
    pub luma: f32,
    /// Cues of a copy, a hint for the operator and no check.
    pub copy_hints: Vec<CheckReason>,
    /// Milliseconds of the whole reading.
    pub ms: u32,
}

impl std::fmt::Debug for PictureReading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let zone = self.zone.as_ref().map(|zone| (&zone.kind, zone.all_valid));
        f.debug_struct("PictureReading")
            .field("zone", &zone)
            .field("printed", &self.printed.len())
            .field("face", &self.face)
            .finish_non_exhaustive()
    }
}

/// A machine-readable zone as it was read.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ZoneReading {
    /// `TD1`, `TD2`, `TD3`, `MRVA`, `MRVB`.
    pub kind: String,
    pub lines: Vec<String>,
    /// By the names of ICAO 9303: value, whether it holds (none: no digit covers it), how sure the least sure letter is.
    pub fields: BTreeMap<String, ReadValue>,
    pub all_valid: bool,
}

/// A value that was read.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadValue {
    pub value: String,
    pub valid: Option<bool>,
    /// 0 to 1.
    pub confidence: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FaceArea {
    pub bounds: [f32; 4],
    pub inter_eye_px: f32,
}

/// Two faces compared by the distance of their descriptors.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FaceMatch {
    pub distance: f32,
    /// 0 (another person) to 100; none where a face is too small to tell.
    pub score: Option<u8>,
    /// Pixels between the eyes, of both.
    pub inter_eye_px: [f32; 2],
}

/// The faces of the enrollment, compared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FaceRecord {
    /// Digests of the pictures and the video that were compared: where one has changed, this says nothing more.
    pub of: Vec<String>,
    pub selfie_portrait: Option<FaceMatch>,
    pub video_selfie: Option<FaceMatch>,
    pub video_portrait: Option<FaceMatch>,
    /// Why a comparison is missing.
    pub missing: Option<ProblemKind>,
}

/// The challenge as the video shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LivenessRecord {
    pub video_sha256: String,
    pub passed: bool,
    /// Each with the numbers behind it: times, angles, distances.
    pub reasons: Vec<CheckReason>,
    /// Signs of replay or injection.
    pub warnings: Vec<CheckReason>,
    /// Frames that were looked at.
    pub sampled: u32,
    /// Milliseconds of the video at which each action was seen, by the challenge's order; none where it is not measured
    /// or was not seen.
    pub seen_ms: Vec<Option<u64>>,
    /// The frame of each action that was seen, in the challenge's order.
    #[serde(default)]
    pub frames: Vec<ActionFrame>,
}

/// A frame of the video, kept small: what an action was seen in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionFrame {
    /// Place in the challenge.
    pub action: u32,
    /// Time in the video.
    pub at_ms: u64,
    pub id: String,
    pub file: String,
    pub sha256: String,
}

impl LivenessRecord {
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.frames.iter().map(|frame| frame.file.as_str())
    }
}
