//! What crosses between the session and whoever shows it: commands in, snapshots out.
//!
//! A snapshot is the whole of what a screen may show; the UI keeps no state of its own beyond what is being
//! typed. All types here are exported to TypeScript.

mod desk;
mod seeing;

pub use desk::*;
pub use evidence::{Challenge, ChallengeAction, Missing, RequestForm};
use evidence::{
    Check, CheckReason, CheckResult, DocumentType, Field, FieldSource, ImageKind,
    NameDifferenceKind, Step,
};
pub use seeing::*;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Everything a screen may show. Sent whole on each change; `revision` grows by one each time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Snapshot {
    #[ts(type = "number")]
    pub revision: u64,
    pub environment: Environment,
    pub version: String,
    pub operator: Option<Operator>,
    /// The station check, one row for each thing that was looked at.
    pub health: Vec<HealthItem>,
    pub health_running: bool,
    /// Enrollments on this station that are not finished and can be resumed, newest first.
    pub cases: Vec<CaseSummary>,
    pub enrollment: Option<EnrollmentView>,
    pub camera: CameraView,
    /// The RAO desk, while it is open. Never together with an enrollment.
    pub desk: Option<DeskView>,
    /// Who is signed in at the desk.
    pub rao: Option<RaoView>,
    /// The environments that the station can be switched to; training is always among them.
    pub profiles: Vec<ProfileView>,
    pub settings: PublicSettings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Environment {
    Training,
    Sandbox,
    Production,
}

/// What the screens need of the settings. No secrets, no paths of keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PublicSettings {
    pub theme: Theme,
    pub registration_authority: String,
    pub api_host: String,
    pub video_host: String,
    pub profiles: Vec<String>,
    pub consent: ConsentTexts,
    pub video_min_seconds: u32,
    pub video_max_seconds: u32,
    #[ts(type = "number")]
    pub video_max_bytes: u64,
    /// Where the settings were read from, or none when the defaults are used.
    pub settings_file: Option<String>,
    /// Where the evidence lies, for the operator's information.
    pub data_folder: String,
    pub desk: DeskSettings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Theme {
    System,
    Light,
    Dark,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ConsentTexts {
    /// What is recorded, why, for how long: one paragraph an entry.
    pub paragraphs: Vec<String>,
    pub terms_url: String,
    pub privacy_url: String,
    /// What else the subject can do who refuses.
    pub alternatives: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Operator {
    pub name: String,
    /// Number of the operator at the RA, where he or she has one.
    pub rao_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HealthItem {
    pub subject: HealthSubject,
    pub state: HealthState,
    /// The measured fact in a few words or numbers: "48 GB free", "valid until 2027-03-01".
    pub value: Option<String>,
    pub failure: Option<Failure>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum HealthSubject {
    Settings,
    Camera,
    Disk,
    Certificate,
    Api,
    VideoHost,
    Clock,
    Scratchcards,
    /// Whether the operator may identify; not there without separation of duties.
    Operator,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum HealthState {
    Checking,
    Good,
    Warning,
    Failed,
    NotPerformed,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CaseSummary {
    pub case_id: String,
    /// RFC 3339, UTC.
    pub started_at: String,
    pub subject_name: Option<String>,
    pub request_id: Option<String>,
    pub request_state: Option<String>,
    pub next_step: Step,
    pub environment: Environment,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EnrollmentView {
    pub case_id: String,
    pub started_at: String,
    /// True when any part comes from the replay camera or the mock: marked on screen and in the data.
    pub simulated: bool,
    pub step: Step,
    pub steps: Vec<StepView>,
    pub form: RequestForm,
    pub request: Option<RequestView>,
    pub request_work: Work,
    pub document_type: DocumentType,
    pub document_country: String,
    pub consent: Option<ConsentView>,
    /// A capture waits for *use this* or *retake*.
    pub pending: Option<PendingCapture>,
    pub capturing: CapturingView,
    pub images: Vec<ImageView>,
    /// What was read on the document's accepted pictures.
    pub readings: Vec<ReadingView>,
    pub faces: FacesView,
    pub liveness: LivenessView,
    pub code: CodeView,
    /// Codes that may still be sent for this enrollment.
    pub codes_left: u32,
    pub register: RegisterView,
    pub video: Option<VideoView>,
    pub recording: Option<RecordingView>,
    /// Copying and checking a picked file.
    pub import_work: Work,
    pub challenge: Challenge,
    pub fields: Vec<FieldView>,
    pub checks: Vec<CheckView>,
    /// What keeps the enrollment from being sent, empty when it is complete.
    pub missing: Vec<Missing>,
    pub delivery: DeliveryView,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct StepView {
    pub step: Step,
    pub state: StepState,
    /// Whether *GoTo* is accepted now.
    pub reachable: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum StepState {
    Todo,
    Current,
    Done,
    Attention,
    NotNeeded,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RequestView {
    pub pk: String,
    pub scratchcard: Option<String>,
    pub status: String,
    pub video_identifier: Option<String>,
}

/// A piece of work that runs in the background.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
#[ts(export)]
pub enum Work {
    Idle,
    Running { what: String },
    Failed { failure: Failure },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ConsentView {
    pub accepted: bool,
    pub at: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PendingCapture {
    pub kind: ImageKind,
    /// Changes with each capture; part of the picture's URL.
    pub id: String,
    pub width: u32,
    pub height: u32,
    #[ts(type = "number")]
    pub bytes: u64,
    pub look: PendingLook,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ImageView {
    pub kind: ImageKind,
    /// Changes with each accepted picture; part of the picture's URL.
    pub id: String,
    pub width: u32,
    pub height: u32,
    #[ts(type = "number")]
    pub bytes: u64,
    pub captured_at: String,
    /// Name of the camera, or of the replay.
    pub source: String,
    pub simulated: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct VideoView {
    pub id: String,
    /// Recorded here, or picked from a file.
    pub picked: bool,
    /// Name of the camera or of the file.
    pub source: String,
    pub simulated: bool,
    #[ts(type = "number")]
    pub duration_ms: u64,
    pub width: u32,
    pub height: u32,
    #[ts(type = "number")]
    pub frames: u64,
    #[ts(type = "number")]
    pub dropped: u64,
    #[ts(type = "number")]
    pub bytes: u64,
    pub recorded_at: String,
    /// Set when the recording ended before the operator ended it, with the cause.
    pub interrupted: Option<FailureCode>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordingView {
    #[ts(type = "number")]
    pub elapsed_ms: u64,
    #[ts(type = "number")]
    pub frames: u64,
    #[ts(type = "number")]
    pub dropped: u64,
    #[ts(type = "number")]
    pub bytes: u64,
    /// True from the stop until the file is finished and checked.
    pub finishing: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FieldView {
    pub field: Field,
    /// What the request says.
    pub requested: String,
    /// What will be sent as read from the document.
    pub document: String,
    pub differs: bool,
    /// How a name is written otherwise than in the request; where it differs, another name.
    pub differences: Vec<NameDifferenceKind>,
    pub edited: bool,
    pub source: FieldSource,
    /// 0 to 1; none for what was typed.
    pub confidence: Option<f32>,
    /// Whether a check digit or a rule holds for it; none where there is none.
    pub valid: Option<bool>,
    /// The form as printed, where it is another than that of the zone.
    pub suggestion: Option<Suggestion>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CheckView {
    pub check: Check,
    pub result: CheckResult,
    /// What could not be measured, or what hints at something: no value comes from these.
    pub hints: Vec<CheckReason>,
    /// The operator may vouch for it, or override what was measured.
    pub attestable: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
#[ts(export)]
pub enum DeliveryView {
    Idle,
    Sending {
        part: DeliveryPart,
        #[ts(type = "number")]
        sent_bytes: u64,
        #[ts(type = "number")]
        total_bytes: u64,
        /// Mean of the last seconds, bytes a second.
        #[ts(type = "number")]
        rate: u64,
        #[ts(type = "number | null")]
        seconds_left: Option<u64>,
        /// 1 for the first try.
        attempt: u32,
        /// Why the last try failed, while waiting for the next.
        waiting_after: Option<Failure>,
    },
    Failed {
        failure: Failure,
    },
    Delivered {
        /// The request's state as read after the delivery.
        status: String,
        at: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DeliveryPart {
    ReadingRequest,
    Evidence,
    Video,
    Confirming,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CameraView {
    pub devices: Vec<DeviceView>,
    pub listing: bool,
    /// Id of the chosen device.
    pub chosen: Option<String>,
    pub state: CameraState,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
#[ts(export)]
pub enum CameraState {
    Closed,
    Opening,
    Live {
        width: u32,
        height: u32,
        fps: f32,
        simulated: bool,
    },
    Failed {
        failure: Failure,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DeviceView {
    pub id: String,
    pub name: String,
    pub kind: DeviceKind,
    /// Largest picture it offers.
    pub best_width: u32,
    pub best_height: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DeviceKind {
    Camera,
    Infrared,
    Virtual,
    Replay,
}

/// What went wrong, for a person. The text comes from the UI's table by `code`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Failure {
    pub code: FailureCode,
    /// The technical words, one click away.
    pub detail: Option<String>,
    /// The error's id at the provider, quoted to its support.
    pub provider_id: Option<String>,
    pub http_status: Option<u16>,
    /// Whether the same again can help.
    pub retryable: bool,
}

/// Closed list of what can go wrong; each has a text and an action in the UI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FailureCode {
    NoCamera,
    CameraBusy,
    CameraPermission,
    CameraDisconnected,
    CameraStalled,
    CameraFormat,
    CameraProcess,
    CaptureDamaged,
    PictureEmpty,
    PictureUnreadable,
    VideoEmpty,
    VideoNotMp4,
    VideoTooLarge,
    VideoTooLong,
    VideoTooShort,
    VideoNoTrack,
    VideoOtherCodec,
    VideoDamaged,
    VideoUnreadable,
    RecordingFailed,
    /// The program ended while a video was recorded.
    ProgramClosed,
    DiskFull,
    StorageFailed,
    CaseDamaged,
    SettingsInvalid,
    CertificateMissing,
    CertificatePassword,
    CertificateExpired,
    CertificateUnsupported,
    CertificateInvalid,
    RaUnreachable,
    RaTimeout,
    RaServerCertificate,
    RaClientCertificate,
    RaUnauthorized,
    RaForbidden,
    RaNotFound,
    RaWrongState,
    RaRejected,
    RaTooLarge,
    RaRateLimited,
    RaServerError,
    RaAnswerUnreadable,
    RaNoScratchcard,
    RaScratchcardTaken,
    RaContactLimit,
    RaNoVideoId,
    RaEvidenceRejected,
    RaStillProcessing,
    ClockWrong,
    /// The RA takes the RAO's user name, password or PIN as wrong.
    RaoCredentials,
    /// The RA knows no RAO of that number.
    RaoUnknown,
    /// Nobody is signed in at the desk.
    RaoNotSignedIn,
    /// Whoever captured the evidence cannot approve it.
    SameOperator,
    /// The operator has no RAO number, which the RA needs to tell who identified.
    OperatorNoRao,
    /// The operator may not identify, by the RA's record.
    NotIdentificator,
    /// The declaration and the contract have to be shown first.
    PapersNotShown,
    /// The RA demands documents that are not attached.
    RaMissingDocuments,
    /// The RA demands fields that are empty.
    RaMissingFields,
    /// A decision was sent and its outcome could not be found out.
    OutcomeUnknown,
    /// Production asks once more.
    ConfirmationNeeded,
    ContractUnreadable,
    DocumentUnreadable,
    /// A model of the picture reader is missing or does not run.
    VisionFailed,
    /// The code's or register's service cannot be reached, or answers something else.
    HookUnreachable,
    HookRejected,
    HookAnswerUnreadable,
    /// A measured value is overridden only with a reason.
    ReasonNeeded,
    Cancelled,
    OperatorMissing,
    ConsentMissing,
    Incomplete,
    InvalidInput,
    /// What was typed is no day, or not written as `DD/MM/YYYY`.
    NoDate,
    NotAllowedNow,
    Internal,
}

/// What a screen or the shell may ask of the session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
#[ts(export)]
pub enum Command {
    CheckStation,
    ChooseOperator {
        name: String,
        rao_id: Option<String>,
    },
    /// A new enrollment: an empty case.
    StartEnrollment,
    ResumeEnrollment {
        case_id: String,
    },
    /// Back to the station check; the case stays.
    LeaveEnrollment,
    /// Erases the case with all its evidence from this station.
    DiscardEnrollment {
        case_id: String,
    },
    GoTo {
        step: Step,
    },
    SetDocument {
        document_type: DocumentType,
        country: String,
    },
    CreateRequest {
        form: RequestForm,
    },
    /// An existing request, by its number.
    OpenRequest {
        pk: String,
    },
    AcceptConsent,
    RefuseConsent,
    ListCameras,
    /// Opens the chosen camera, or the first usable one.
    OpenCamera {
        device: Option<String>,
    },
    CloseCamera,
    /// Takes a still; the result waits in `pending`.
    Capture {
        kind: ImageKind,
    },
    UsePending,
    Retake,
    /// Guides to another picture in the place of the accepted one, which stays until the other is used.
    TakeAnother {
        kind: ImageKind,
    },
    /// The accepted picture stays after all.
    KeepPicture,
    /// Looks again at what could not be looked at: live picture, readings, faces, video.
    LookAgain,
    /// Straightens the pending picture by these corners, in the original's pixels, clockwise from the document's top left.
    SetCorners {
        corners: [[f32; 2]; 4],
    },
    /// Removes an accepted picture.
    DiscardImage {
        kind: ImageKind,
    },
    /// Cuts the portrait out of the front, in pixels of the accepted front picture.
    CropPortrait {
        x: u32,
        y: u32,
        width: u32,
        height: u32,
    },
    StartRecording,
    /// The operator saw the subject do this action now.
    MarkAction {
        index: u32,
    },
    StopRecording,
    /// Stops and throws the recording away, with a new challenge.
    AbandonRecording,
    ImportVideo {
        path: String,
    },
    DiscardVideo,
    SetField {
        field: Field,
        value: String,
    },
    /// Takes the form that is offered for the field.
    TakeSuggestion {
        field: Field,
    },
    /// `value` none takes an attestation back. Against a measured value a reason is demanded.
    AttestCheck {
        check: Check,
        value: Option<bool>,
        reason: Option<String>,
    },
    /// Sends a one-time code to the subject.
    SendCode,
    /// What the subject says the code is.
    ReturnCode {
        code: String,
    },
    /// Asks the configured register.
    AskRegister,
    Send,
    CancelSend,
    /// Reads the request's state again.
    RefreshRequest,
    /// Changes the user data of the request before its evidence is sent.
    UpdateRequest {
        form: RequestForm,
    },
    /// Cancels the open enrollment's request at the RA. `confirmed` is demanded in production.
    CancelRequest {
        confirmed: bool,
    },
    /// Works with another environment from now on. No enrollment and no desk may be open.
    SwitchProfile {
        name: String,
    },
    /// Asks something of the RAO desk.
    Desk {
        command: DeskCommand,
    },
}
