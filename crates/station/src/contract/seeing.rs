//! What the station sees: guidance before the camera, what a capture shows, what was read and compared.

use evidence::{
    CaptureProblem, ChallengeAction, CheckReason, FaceMatch, FieldSource, ImageKind, ProblemKind,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Failure;

/// What to do now before the camera, from one frame of the live view. Reaches the screens on a channel of its own, up to
/// 15 times a second; none while nothing is guided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct GuidanceView {
    /// Number of the frame that was looked at, as the live view counts them.
    #[ts(type = "number")]
    pub frame: u64,
    pub kind: GuidedKind,
    /// One at a time; stays for at least 1.5 s.
    pub instruction: Instruction,
    /// Corners of the document, clockwise, each as shares of the frame's width and height.
    pub outline: Option<[[f32; 2]; 4]>,
    /// The face: left, top, width, height as shares of the frame's width and height.
    pub face: Option<[f32; 4]>,
    /// Centre of the glare, as shares.
    pub glare: Option<[f32; 2]>,
    /// Nothing is wrong with this frame.
    pub good: bool,
    /// How much of the steady time has passed, 0 to 1: the ring.
    pub steady: f32,
    /// The measured numbers, for the details.
    pub measured: Vec<MeasuredValue>,
    /// During a recording: the action that the subject is seen to do, by the challenge's order.
    pub seen_action: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum GuidedKind {
    Document,
    Face,
}

/// What to do, at most five words on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Instruction {
    ShowDocument,
    MoveCloser,
    MoveAway,
    /// A corner is outside or covered.
    WholeDocument,
    /// Tilted away from the camera.
    HoldFlat,
    TurnUpright,
    TooDark,
    TooBright,
    AvoidGlare,
    HoldStill,
    /// Blurred.
    HoldSharp,
    OtherSide,
    ShowFace,
    OneFaceOnly,
    ComeCloser,
    GoBack,
    Centre,
    LookStraight,
    HeadUpright,
    FaceLight,
    /// Good: stay so.
    Steady,
    /// The picture is being taken.
    Taken,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct MeasuredValue {
    pub what: Measured,
    pub value: f32,
    /// Whether it is as it should be; none where it has no limit.
    pub good: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Measured {
    /// Share of the frame's width, 0 to 1.
    Share,
    /// Pixels across the document.
    WidthPx,
    Dpi,
    TiltDeg,
    RollDeg,
    YawDeg,
    Sharpness,
    /// Share of the document, 0 to 1.
    Glare,
    /// Mean, 0 to 255.
    Luma,
    /// Shares of the frame's width a second.
    Motion,
    Faces,
    InterEyePx,
}

/// How the pictures of the present step are taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CapturingView {
    /// The station captures by itself; off by a setting, or where the models are not there.
    pub automatic: bool,
    /// The operator may press the shutter: after 10 s or two failed tries, at once where nothing is automatic.
    pub manual: bool,
    /// Tries that failed at this step.
    pub failed_tries: u32,
    /// The last capture failed a hard limit.
    pub refused: Option<RefusedCapture>,
    /// A still is being taken and looked at.
    pub working: bool,
    /// The accepted picture of this kind is to be replaced: guidance and automatic capture go on for another.
    pub another: Option<ImageKind>,
    /// Why the live picture cannot be looked at: nothing guides, and the operator captures.
    pub blind: Option<Failure>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RefusedCapture {
    pub kind: ImageKind,
    pub problems: Vec<CaptureProblem>,
}

/// What the pending picture shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PendingLook {
    /// Limits that it fails. Soft ones: *use this* takes it all the same, and that is recorded. Hard ones, as corners set by hand
    /// may come to: it is not taken before its corners are set otherwise.
    pub problems: Vec<CaptureProblem>,
    /// Name of the picture as the camera gave it, where the pending one is straightened from it.
    pub original: Option<String>,
    pub original_width: u32,
    pub original_height: u32,
    /// The document's corners in the original's pixels, clockwise from its top left.
    pub corners: Option<[[f32; 2]; 4]>,
    pub by_hand: bool,
    pub dpi: Option<f32>,
    pub measured: Vec<MeasuredValue>,
    pub automatic: bool,
}

impl PendingLook {
    /// Of a picture that nothing was measured on.
    pub fn none() -> Self {
        PendingLook {
            problems: Vec::new(),
            original: None,
            original_width: 0,
            original_height: 0,
            corners: None,
            by_hand: false,
            dpi: None,
            measured: Vec::new(),
            automatic: false,
        }
    }
}

/// What was read on an accepted picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReadingView {
    pub kind: ImageKind,
    pub state: ReadingState,
    /// Kind of the machine-readable zone, where one was found.
    pub zone: Option<String>,
    pub zone_lines: Vec<String>,
    /// All check digits hold and no letter is in doubt.
    pub zone_valid: bool,
    /// Whether a face was found on it.
    pub face: bool,
    /// The portrait as it would be cut, in the picture's pixels: left, top, width, height.
    pub portrait: Option<[u32; 4]>,
    pub dpi: Option<f32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
#[ts(export)]
pub enum ReadingState {
    Reading,
    Read,
    Failed { failure: Failure },
}

/// Another form of a value than the one that would be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Suggestion {
    pub value: String,
    pub source: FieldSource,
}

/// The faces compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FacesView {
    pub working: bool,
    pub selfie_portrait: Option<FaceMatch>,
    pub video_selfie: Option<FaceMatch>,
    pub video_portrait: Option<FaceMatch>,
    /// Why there is no comparison.
    pub missing: Option<ProblemKind>,
    /// Why the faces could not be looked at.
    pub failure: Option<Failure>,
}

/// What the video shows of the challenge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LivenessView {
    pub working: bool,
    /// None while nothing was judged.
    pub passed: Option<bool>,
    pub reasons: Vec<CheckReason>,
    pub warnings: Vec<CheckReason>,
    pub sampled: u32,
    /// Which actions are measured; the others are the operator's to mark.
    pub measured_actions: Vec<ChallengeAction>,
    #[ts(type = "(number | null)[]")]
    pub seen_ms: Vec<Option<u64>>,
    /// The frames in which actions were seen, in the challenge's order.
    pub frames: Vec<ActionFrameView>,
    pub failure: Option<Failure>,
}

/// A frame of the video in which an action was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ActionFrameView {
    pub action: ChallengeAction,
    #[ts(type = "number")]
    pub at_ms: u64,
    /// Part of the picture's URL.
    pub id: String,
}

/// The one-time code that proves a telephone or a mailbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(
    tag = "state",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
#[ts(export)]
pub enum CodeView {
    /// No delivery is configured: the operator can attest.
    NotConfigured,
    Ready,
    Sending,
    Sent {
        /// RFC 3339.
        expires_at: String,
        tries_left: u32,
        /// The last code given was another.
        wrong: bool,
    },
    Returned,
    Expired,
    /// No tries are left.
    Spent,
    Failed {
        failure: Failure,
    },
}

/// The look-up in an official register.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(
    tag = "state",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
#[ts(export)]
pub enum RegisterView {
    NotConfigured,
    Ready,
    Asking,
    /// The register answered, with or without a match; the check holds it.
    Answered,
    Failed {
        failure: Failure,
    },
}
