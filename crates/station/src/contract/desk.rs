//! The RAO desk as the screens see it: the queue of requests, the review of one, decisions, and what follows them.

use std::collections::BTreeMap;

use evidence::{Check, ImageKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Environment, Failure, Operator, Work};

/// A set of hosts, RA and certificate that the station can work with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProfileView {
    /// Names it in `SwitchProfile`.
    pub name: String,
    pub environment: Environment,
    pub registration_authority: String,
    pub api_host: String,
    pub current: bool,
}

/// Who is signed in at the desk. The password and the PIN are held in memory and never shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RaoView {
    pub username: String,
    pub rao_id: String,
    /// RFC 3339, UTC: when the credentials are wiped unless something is done before.
    pub locks_at: String,
}

/// What the desk needs of the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DeskSettings {
    pub refusal_reasons: Vec<String>,
    /// Languages of what the subscriber gets, by their two-letter codes; the first is offered first.
    pub languages: Vec<String>,
    /// Whoever captured the evidence cannot approve it.
    pub separation_of_duties: bool,
    pub lock_minutes: u32,
    /// Labels offered for documents that complete an organisation's request.
    pub document_labels: Vec<String>,
}

/// The desk, while it is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DeskView {
    pub queue: QueueView,
    pub review: Option<ReviewView>,
}

/// What the queue is narrowed to. Empty texts narrow nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(export)]
pub struct QueueFilter {
    /// A state of the request, as the RA names it; none is every state.
    pub state: Option<String>,
    pub scratchcard: String,
    pub given_name: String,
    pub surname_1: String,
    pub surname_2: String,
    pub serial_number: String,
    pub email: String,
    pub mobile_phone_number: String,
}

/// The requests of the RA, as far as they are loaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct QueueView {
    pub filter: QueueFilter,
    /// Place of the first of `rows` among the `matching`, from 0.
    pub first: u32,
    /// The rows on the screen, as asked for by `ShowQueue`.
    pub rows: Vec<QueueRow>,
    /// How many of the loaded requests match the filter.
    pub matching: u32,
    /// How many requests were loaded and looked at.
    pub loaded: u32,
    /// How many the RA has under the filter that it applies itself; none where it does not tell.
    pub total: Option<u32>,
    /// How many of the loaded requests are in each state, in the order of a request's life.
    pub counts: Vec<StateCount>,
    /// The RA ignores the filter by state: what was loaded is filtered here.
    pub filtered_here: bool,
    /// There are requests that are not loaded yet.
    pub more: bool,
    /// Loading stopped at the bound for one go; `LoadMoreRequests` goes on.
    pub paused: bool,
    pub work: Work,
    /// RFC 3339, UTC: when the list was last read from its beginning.
    pub read_at: Option<String>,
    /// When it is read again by itself.
    pub next_read_at: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct StateCount {
    pub state: String,
    pub count: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct QueueRow {
    pub pk: String,
    pub state: String,
    pub videoid_state: Option<String>,
    pub name: String,
    pub serial_number: String,
    pub profile: String,
    /// As the RA wrote it.
    pub created_at: Option<String>,
    /// What the request waits for; none where nothing is left to do, or its state is unknown.
    pub waits_for: Option<RequestAction>,
    /// The evidence was captured on this station.
    pub captured_here: bool,
}

/// What can be done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RequestAction {
    /// Capture and send what is missing.
    SendEvidence,
    /// Change the user data before the evidence is sent.
    Update,
    Validate,
    Refuse,
    /// Add what an organisation's request lacks.
    Complete,
    Approve,
    Cancel,
    /// Get the subscriber's link.
    Link,
    /// Capture again after a refusal, on the same or a new request.
    Recapture,
}

/// Why an action cannot be taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Obstacle {
    /// The request's state does not allow it.
    WrongState,
    /// The request is being read or worked on.
    Busy,
    /// An earlier decision's outcome is not known: the request has to be read first.
    OutcomeUnknown,
    /// Nobody is signed in with RAO credentials.
    NotSignedIn,
    /// The same person captured the evidence (separation of duties).
    CapturedByYou,
    /// The declaration and the contract were not shown yet.
    PapersNotShown,
    /// The request lacks fields.
    FieldsMissing,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ActionView {
    pub action: RequestAction,
    /// None: the action can be taken.
    pub obstacle: Option<Obstacle>,
}

/// One request under review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReviewView {
    pub pk: String,
    /// Reading the request, or the last reading's failure.
    pub reading: Work,
    /// A decision under way (`what` is the action's name), or the last one's failure.
    pub deciding: Work,
    /// None until it is read.
    pub request: Option<ReviewedRequest>,
    pub pictures: Vec<ReviewedPicture>,
    pub fields: Vec<ReviewedField>,
    pub checks: Vec<ReviewedCheck>,
    pub similarity: Option<ReviewedSimilarity>,
    /// The subject's acceptance as the RA has it, key by key.
    pub acceptance: Vec<Fact>,
    pub video: PlayerView,
    /// The audit record of this station for the request, oldest first; empty where it was captured elsewhere.
    pub audit: Vec<AuditRow>,
    /// Every action, allowed or not.
    pub actions: Vec<ActionView>,
    /// The one to offer first.
    pub suggested: Option<RequestAction>,
    /// The RA refused a validation of a request that waits for one: it approves without.
    pub validation_not_taken: bool,
    pub papers: PapersView,
    pub completion: Option<CompletionView>,
    pub link: Option<LinkView>,
    /// What the last decision led to.
    pub decided: Option<DecidedView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReviewedRequest {
    pub state: String,
    pub videoid_state: Option<String>,
    pub profile: String,
    /// The profile is one of an organisation: it is completed before it is approved.
    pub organisation: bool,
    pub name: String,
    pub email: String,
    pub scratchcard: Option<String>,
    pub created_at: Option<String>,
    /// RAO id of the identifying operator, as the request names it.
    pub identification_rao: Option<String>,
    pub validation_operator: Option<String>,
    pub refusal_reason: Option<String>,
    /// Who captured it, where that was on this station.
    pub captured_by: Option<Operator>,
    /// The station's own case of it.
    pub case_id: Option<String>,
    /// Any part was marked as simulated by whoever captured it, or the RA is the training one.
    pub simulated: bool,
    /// RFC 3339, UTC.
    pub read_at: String,
}

/// A picture at `evidence://localhost/review/KIND/ID`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReviewedPicture {
    pub kind: ImageKind,
    pub id: String,
    pub width: u32,
    pub height: u32,
    #[ts(type = "number")]
    pub bytes: u64,
}

/// What was read from the document beside what the request says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReviewedField {
    /// The API's key.
    pub key: String,
    pub requested: String,
    pub document: String,
    pub differs: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReviewedCheck {
    /// None where the RA names a check that this program does not know.
    pub check: Option<Check>,
    /// As the RA names it.
    pub label: String,
    /// None: not performed, or not transmitted.
    pub value: Option<bool>,
    pub source: CheckOrigin,
}

/// Where a check's value comes from, as far as this station can tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "from", rename_all = "snake_case")]
#[ts(export)]
pub enum CheckOrigin {
    /// The request shows a value and not where it comes from.
    NotTransmitted,
    NotPerformed,
    Measured {
        method: String,
    },
    LookedUp {
        register: String,
        at: String,
    },
    Attested {
        by: String,
        at: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReviewedSimilarity {
    /// 0–100, where the RA shows a number.
    pub score: Option<u8>,
    /// `low`, `medium`, `high`, where the RA shows a word.
    pub level: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Fact {
    pub key: String,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AuditRow {
    /// RFC 3339, UTC.
    pub at: String,
    pub operator: String,
    /// The event's name in the record.
    pub event: String,
    pub details: Vec<Fact>,
}

/// The video under review. Pictures come from `StationHandle::video_picture`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(
    tag = "state",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
#[ts(export)]
pub enum PlayerView {
    /// The request has no video yet.
    None,
    Loading {
        #[ts(type = "number")]
        received_bytes: u64,
        /// None where the RA does not tell.
        #[ts(type = "number | null")]
        total_bytes: Option<u64>,
    },
    Ready {
        /// Changes with each download; part of the pictures' address.
        id: String,
        #[ts(type = "number")]
        duration_ms: u64,
        width: u32,
        height: u32,
        #[ts(type = "number")]
        frames: u64,
        #[ts(type = "number")]
        bytes: u64,
        /// The challenge's moments, where this station recorded them.
        chapters: Vec<Chapter>,
    },
    Failed {
        failure: Failure,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Chapter {
    pub action: evidence::ChallengeAction,
    #[ts(type = "number")]
    pub at_ms: u64,
}

/// The declaration and the contract, which are shown before any call that may approve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PapersView {
    pub work: Work,
    pub declaration: Option<DeclarationView>,
    pub contract: Option<ContractView>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Paper {
    Declaration,
    Contract,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DeclarationView {
    pub text: String,
    /// The RAO to whom it was made out.
    pub rao_id: String,
    /// `PaperShown` was said of it.
    pub shown: bool,
}

/// Pages are pictures at `evidence://localhost/contract/page/ID-N`, N from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ContractView {
    pub id: String,
    pub pages: Vec<PageView>,
    #[ts(type = "number")]
    pub bytes: u64,
    pub shown: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PageView {
    pub width: u32,
    pub height: u32,
}

/// What an organisation's request still needs before it can be approved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CompletionView {
    pub work: Work,
    pub fields: Vec<CompletionField>,
    pub documents: Vec<AttachedDocument>,
    /// Attaching a file.
    pub attaching: Work,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CompletionField {
    /// The API's key.
    pub key: String,
    pub value: String,
    /// The RA says that it is missing.
    pub missing: bool,
    /// It came from the identification and cannot be edited.
    pub locked: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AttachedDocument {
    pub pk: String,
    pub kind: String,
}

/// The subscriber's link, while it is shown. Whoever has it can enroll.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LinkView {
    pub url: String,
    /// Where the RA mails it.
    pub email: String,
    /// The QR code's modules on a side, without the quiet zone.
    pub qr_size: u32,
    /// The dark modules as an SVG path in units of one module.
    pub qr_path: String,
}

impl std::fmt::Debug for LinkView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkView(***)")
    }
}

/// What a decision led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DecidedView {
    pub action: RequestAction,
    /// The request's state after it.
    pub state: String,
    pub videoid_state: Option<String>,
    /// The answer was lost; that it took place was found by reading the request.
    pub found_by_reading: bool,
    pub at: String,
}

/// A password or PIN on its way in. It prints as `***` and is wiped when it is dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, type = "string")]
pub struct SecretText(pub ra_api::Secret);

/// What may be asked of the desk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
#[ts(export)]
pub enum DeskCommand {
    Open,
    Close,
    FilterQueue {
        filter: QueueFilter,
    },
    /// The rows that are on the screen; what is not loaded yet is loaded.
    ShowQueue {
        first: u32,
        count: u32,
    },
    /// Looks further after loading stopped at its bound.
    LoadMoreRequests,
    RefreshQueue,
    OpenReview {
        pk: String,
    },
    CloseReview,
    /// Reads the request again.
    RefreshReview,
    /// Downloads the video again after a failure.
    LoadVideo,
    /// Holds the RAO's credentials for the set time.
    SignIn {
        username: String,
        password: SecretText,
        pin: SecretText,
        rao_id: String,
    },
    /// Wipes the credentials.
    Lock,
    /// Gets the declaration and the contract.
    ReadPapers,
    /// The officer has had it on the screen to its end.
    PaperShown {
        paper: Paper,
    },
    /// Writes the contract to a file of the officer's choice.
    SaveContract {
        path: String,
    },
    /// `confirmed` is demanded in production.
    Validate {
        confirmed: bool,
    },
    /// At least one of a listed reason and free text.
    Refuse {
        reasons: Vec<String>,
        note: String,
        confirmed: bool,
    },
    Approve {
        lang: String,
        confirmed: bool,
    },
    CancelRequest {
        confirmed: bool,
    },
    /// Values by the API's keys; locked ones are refused.
    CompleteRequest {
        fields: BTreeMap<String, String>,
    },
    AttachDocument {
        path: String,
        label: String,
    },
    RemoveDocument {
        pk: String,
    },
    /// Asks for the subscriber's link and shows it.
    ShowLink,
    HideLink,
    /// Goes on with the capture of this request on this station.
    CaptureEvidence,
    /// Captures again after a refusal: on this request where the RA takes evidence for it, else this one is cancelled
    /// and a new one begun with the same user data.
    Recapture {
        confirmed: bool,
    },
}
