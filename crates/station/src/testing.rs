//! A station in training whose workers' reports can be forged: what comes late or fails is told to the session as they would.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use evidence::{ImageKind, Step};

use crate::contract::*;
use crate::message::Message;
use crate::settings::Settings;
use crate::{Station, StationConfig, StationHandle};

/// Far longer than anything takes, so that a slow machine fails no test.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Bench {
    station: StationHandle,
    _folder: tempfile::TempDir,
}

impl Bench {
    /// The camera open before the document's front; pictures are taken by hand only, or also by the station.
    pub async fn before_the_camera(by_hand_only: bool) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.training.seed_requests = 0;
        settings.camera.by_hand_only = by_hand_only;
        let config = StationConfig::new(settings, folder.path().to_owned());
        let bench = Bench {
            station: Station::start(config).await.unwrap(),
            _folder: folder,
        };
        bench
            .ok(Command::ChooseOperator {
                name: "Op".into(),
                rao_id: None,
            })
            .await;
        bench.enroll().await;
        bench.camera().await;
        bench
    }

    /// A new enrollment at the document's front.
    pub async fn enroll(&self) {
        self.ok(Command::StartEnrollment).await;
        self.ok(Command::AcceptConsent).await;
        let step = Step::DocumentFront;
        self.ok(Command::GoTo { step }).await;
    }

    pub async fn camera(&self) {
        let device = Some("replay".to_owned());
        self.ok(Command::OpenCamera { device }).await;
        let live = |snapshot: &Snapshot| matches!(snapshot.camera.state, CameraState::Live { .. });
        self.wait("a live camera", live).await;
    }

    pub async fn ask(&self, command: Command) -> Result<(), Failure> {
        self.station.dispatch(command).await
    }

    pub async fn ok(&self, command: Command) {
        self.ask(command.clone())
            .await
            .unwrap_or_else(|failure| panic!("{command:?}: {failure}"));
    }

    /// Tells the session what a worker would.
    pub fn tell(&self, message: Message) {
        self.station.ask(message).unwrap();
    }

    pub fn view(&self) -> EnrollmentView {
        self.station.snapshot().enrollment.unwrap()
    }

    async fn wait(&self, what: &str, until: impl FnMut(&Snapshot) -> bool) -> Snapshot {
        let found = tokio::time::timeout(PATIENCE, self.station.wait_for(until)).await;
        match found {
            Ok(snapshot) => snapshot.unwrap(),
            Err(_) => panic!("{what} did not come: {:#?}", self.station.snapshot()),
        }
    }

    pub async fn until(
        &self,
        what: &str,
        mut test: impl FnMut(&EnrollmentView) -> bool,
    ) -> EnrollmentView {
        let open = |snapshot: &Snapshot| snapshot.enrollment.as_ref().is_some_and(&mut test);
        self.wait(what, open).await.enrollment.unwrap()
    }

    /// Waits for a pending picture and uses it.
    pub async fn used(&self, kind: ImageKind) {
        self.pending(kind).await;
        self.ok(Command::UsePending).await;
    }

    pub async fn pending(&self, kind: ImageKind) -> PendingCapture {
        let here =
            |view: &EnrollmentView| view.pending.as_ref().is_some_and(|now| now.kind == kind);
        self.until("the picture", here).await.pending.unwrap()
    }

    pub async fn camera_failed(&self) {
        let failed =
            |snapshot: &Snapshot| matches!(snapshot.camera.state, CameraState::Failed { .. });
        self.wait("the camera's failure", failed).await;
    }
}
