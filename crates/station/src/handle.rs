//! The handle through which a screen or the shell speaks with the session.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};

use bytes::Bytes;
use camera::ChildCommand;
use ra_api::Secret;
use ra_api::delivery::RetryPolicy;
use tokio::sync::{oneshot, watch};

use crate::clock::{Clock, SystemClock};
use crate::contract::{Command, Failure, FailureCode, GuidanceView, Snapshot};
use crate::desk::player::VideoPicture;
use crate::failure;
use crate::message::{ImageQuery, Message};
use crate::preview::{LatestFrame, PreviewPicture};
use crate::session::Session;
use crate::settings::Settings;
use crate::store::CaseStore;

/// What a station is started with.
pub struct StationConfig {
    pub settings: Settings,
    /// Where the settings were read from; none when they are the defaults.
    pub settings_file: Option<PathBuf>,
    /// The profile to start with; none is the settings' own environment.
    pub profile: Option<String>,
    /// Where cases and the training server's data lie, for the profile that is started with.
    pub data_dir: PathBuf,
    /// The same for the other profiles, by their names; those that are not named here lie under `profiles` in
    /// `data_dir`.
    pub profile_dirs: BTreeMap<String, PathBuf>,
    /// How the camera process is started; none offers no live cameras.
    pub camera_child: Option<ChildCommand>,
    /// Password of the client certificate's key; never stored.
    pub certificate_password: Option<Secret>,
    pub clock: Arc<dyn Clock>,
    /// Replaces the plain folder under `data_dir`; none is the normal case.
    pub store: Option<Arc<dyn CaseStore>>,
    /// How patiently the outcome of a decision is looked for.
    pub decision_policy: RetryPolicy,
}

impl StationConfig {
    /// Settings and a data folder, with the system's clock and no live cameras.
    pub fn new(settings: Settings, data_dir: PathBuf) -> Self {
        StationConfig {
            settings,
            settings_file: None,
            profile: None,
            data_dir,
            profile_dirs: BTreeMap::new(),
            camera_child: None,
            certificate_password: None,
            clock: Arc::new(SystemClock),
            store: None,
            decision_policy: RetryPolicy::default(),
        }
    }
}

/// Why a station could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the settings cannot be used")]
    Settings(#[source] crate::settings::SettingsError),
    #[error("there is no profile {name:?}: the settings know {}", known.join(", "))]
    NoSuchProfile { name: String, known: Vec<String> },
    #[error("the data folder {folder} cannot be used")]
    DataFolder {
        folder: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("another station uses the data folder {0}")]
    DataFolderInUse(PathBuf),
    #[error("the training server did not start")]
    TrainingServer(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the client of the Registration Authority's API could not be made: {0:?}")]
    Client(Failure),
    #[error("a thread could not be started")]
    Thread(#[source] std::io::Error),
}

/// The running station.
pub struct Station;

impl Station {
    /// Starts the session and, in training, the mock server. Must run inside a tokio runtime.
    pub async fn start(config: StationConfig) -> Result<StationHandle, StartError> {
        Session::start(config).await
    }
}

/// Ends the session when the last handle is gone, as a kill would: nothing is finished or tidied.
pub(crate) struct Lifeline(pub(crate) mpsc::Sender<Message>);

impl Drop for Lifeline {
    fn drop(&mut self) {
        let _ = self.0.send(Message::Abandon);
    }
}

/// A clonable handle to the session.
#[derive(Clone)]
pub struct StationHandle {
    pub(crate) inbox: mpsc::Sender<Message>,
    pub(crate) snapshots: watch::Receiver<Snapshot>,
    pub(crate) latest: LatestFrame,
    pub(crate) guidance: watch::Receiver<Option<GuidanceView>>,
    pub(crate) _lifeline: Arc<Lifeline>,
}

impl StationHandle {
    /// The state as of now.
    pub fn snapshot(&self) -> Snapshot {
        self.snapshots.borrow().clone()
    }

    /// Follows the state; intermediate states may be skipped.
    pub fn subscribe(&self) -> watch::Receiver<Snapshot> {
        self.snapshots.clone()
    }

    /// Follows the guidance before the camera, up to 15 times a second; none while nothing is guided.
    pub fn guidance(&self) -> watch::Receiver<Option<GuidanceView>> {
        self.guidance.clone()
    }

    /// Carries out a command. Returns as soon as it is accepted or refused; long work goes on in the
    /// background and shows in the snapshot.
    pub async fn dispatch(&self, command: Command) -> Result<(), Failure> {
        let (reply, answer) = oneshot::channel();
        self.ask(Message::Command { command, reply })?;
        answer.await.map_err(|_| gone())?
    }

    /// The next picture newer than `after_seq`, at most `max_width` pixels wide, as JPEG. Waits up to a second;
    /// none when no newer frame came. Pictures are made on demand: whoever asks less often gets fewer.
    pub async fn preview(&self, after_seq: u64, max_width: u32) -> Option<PreviewPicture> {
        self.latest.next_picture(after_seq, max_width).await
    }

    /// An accepted picture (by its `ImageView::id`) or the pending one (by `PendingCapture::id`), with its MIME
    /// type.
    pub async fn image(&self, case_id: &str, id: &str) -> Result<(Bytes, &'static str), Failure> {
        let (reply, answer) = oneshot::channel();
        self.ask(Message::Image(ImageQuery {
            case_id: case_id.to_owned(),
            id: id.to_owned(),
            reply,
        }))?;
        answer.await.map_err(|_| gone())?
    }

    /// The picture of the reviewed video with that name that is shown at this time; none when a later request has
    /// overtaken this one.
    pub async fn video_picture(
        &self,
        id: &str,
        at_ms: u64,
        max_width: u32,
    ) -> Result<Option<VideoPicture>, Failure> {
        let (reply, answer) = oneshot::channel();
        self.ask(Message::Player {
            id: id.to_owned(),
            reply,
        })?;
        let player = answer
            .await
            .map_err(|_| gone())?
            .ok_or_else(|| failure::not_now("there is no such video"))?;
        let decoded = tokio::task::spawn_blocking(move || player.picture(at_ms, max_width));
        decoded
            .await
            .map_err(|error| failure::of(FailureCode::Internal, error))?
            .map_err(|error| failure::of(FailureCode::VideoDamaged, failure::chain(&error)))
    }

    /// Stops a recording, closes the camera, ends the session. The case stays and can be resumed.
    pub async fn shutdown(&self) {
        let (reply, answer) = oneshot::channel();
        if self.ask(Message::Shutdown(reply)).is_ok() {
            let _ = answer.await;
        }
    }

    /// Waits until `until` holds for the state and returns that state; none when the station has ended.
    pub async fn wait_for(&self, until: impl FnMut(&Snapshot) -> bool) -> Option<Snapshot> {
        let mut snapshots = self.snapshots.clone();
        match snapshots.wait_for(until).await {
            Ok(found) => Some(found.clone()),
            Err(_) => None,
        }
    }

    pub(crate) fn ask(&self, message: Message) -> Result<(), Failure> {
        self.inbox.send(message).map_err(|_| gone())
    }
}

fn gone() -> Failure {
    failure::of(FailureCode::Internal, "the session has ended")
}
