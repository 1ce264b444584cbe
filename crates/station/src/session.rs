//! The session: one thread owns the state. Commands and reports of workers reach it one after the other; after each
//! of them the new state is published whole. Waiting for a disk therefore blocks nobody but this thread.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use evidence::OperatorRecord;
use ra_api::delivery::RetryPolicy;
use tokio::sync::watch;

use crate::camera_desk::CameraDesk;
use crate::clock::Clock;
use crate::contract::*;
use crate::desk::following::Recapture;
use crate::desk::{OpenDesk, Seat};
use crate::enrollment::OpenCase;
use crate::failure::not_now;
use crate::guiding::Watcher;
use crate::handle::{Lifeline, StartError, StationConfig, StationHandle};
use crate::message::Message;
use crate::profiles::{Place, Profiles};
use crate::ra::Ra;
use crate::settings::{Hosts, Settings};
use crate::source::{Opener, Shutter};
use crate::store::CaseStore;
use crate::training::Training;
use crate::views;

/// How often the session looks at the time without being asked: elapsed recording time, camera retries.
const TICK: Duration = Duration::from_millis(250);

pub(crate) struct Session {
    pub settings: Settings,
    pub profiles: Profiles,
    pub settings_file: Option<PathBuf>,
    pub data_dir: PathBuf,
    pub clock: Arc<dyn Clock>,
    pub runtime: tokio::runtime::Handle,
    pub inbox: mpsc::Sender<Message>,
    pub store: Arc<dyn CaseStore>,
    pub ra: Ra,
    pub hosts: Hosts,
    pub operator: Option<Operator>,
    pub health: Vec<HealthItem>,
    pub health_running: bool,
    pub health_run: u64,
    pub cases: Vec<CaseSummary>,
    pub open: Option<OpenCase>,
    pub camera: CameraDesk,
    /// The RAO desk, while it is open.
    pub desk: Option<OpenDesk>,
    pub seat: Seat,
    /// Numbers the reviews: a late report of an earlier one is told by it.
    pub reviews: u64,
    /// A new capture that begins once the request of that review is cancelled.
    pub recapture: Option<(u64, Recapture)>,
    /// How patiently the outcome of a decision is looked for.
    pub decision_policy: RetryPolicy,
    /// Local address towards the RA, once known.
    pub local_ip: Option<String>,
    snapshots: watch::Sender<Snapshot>,
    /// Looks at the live frames.
    pub watcher: Watcher,
    /// Numbers the work of looking at evidence, of whatever enrollment: a late report is told by it.
    pub seeing_jobs: u64,
    _training: Option<Training>,
    _lock: DataLock,
}

impl Session {
    pub async fn start(config: StationConfig) -> Result<StationHandle, StartError> {
        let mut profiles = Profiles::new(&config)?;
        let Place {
            settings,
            data_dir,
            lock,
            store,
            training,
            hosts,
            ra,
        } = profiles.open_first().await?;
        let (inbox, messages) = mpsc::channel();
        let opener = Opener::of(&settings, config.camera_child.clone());
        let (desk, latest) = CameraDesk::new(opener, inbox.clone());
        let snapshot = Snapshot {
            revision: 0,
            environment: settings.environment,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            operator: None,
            health: Vec::new(),
            health_running: false,
            cases: Vec::new(),
            enrollment: None,
            camera: desk.view(),
            desk: None,
            rao: None,
            profiles: profiles.views(),
            settings: settings.public(config.settings_file.as_deref(), &data_dir, &hosts),
        };
        let (publisher, snapshots) = watch::channel(snapshot);
        let (guide, guidance) = watch::channel(None);
        let watcher = Watcher::start(latest.clone(), Arc::new(guide), inbox.clone())
            .map_err(StartError::Thread)?;
        let lock_minutes = settings.desk.lock_minutes;
        let mut session = Session {
            settings,
            profiles,
            settings_file: config.settings_file,
            data_dir,
            clock: config.clock,
            runtime: tokio::runtime::Handle::current(),
            inbox: inbox.clone(),
            store,
            ra,
            hosts,
            operator: None,
            health: Vec::new(),
            health_running: false,
            health_run: 0,
            cases: Vec::new(),
            open: None,
            camera: desk,
            desk: None,
            seat: Seat::new(lock_minutes),
            reviews: 0,
            recapture: None,
            decision_policy: config.decision_policy,
            local_ip: None,
            snapshots: publisher,
            watcher,
            seeing_jobs: 0,
            _training: training,
            _lock: lock,
        };
        session.find_local_ip();
        let (ready, started) = tokio::sync::oneshot::channel();
        std::thread::Builder::new()
            .name("session".to_owned())
            .spawn(move || {
                session.sweep_retention();
                session.list_cases();
                session.publish();
                let _ = ready.send(());
                session.run(messages);
            })
            .map_err(StartError::Thread)?;
        let _ = started.await;
        Ok(StationHandle {
            inbox: inbox.clone(),
            snapshots,
            latest,
            guidance,
            _lifeline: Arc::new(Lifeline(inbox)),
        })
    }

    fn run(mut self, messages: mpsc::Receiver<Message>) {
        loop {
            let message = match messages.recv_timeout(TICK) {
                Ok(Message::Abandon) | Err(RecvTimeoutError::Disconnected) => {
                    self.abandon();
                    return;
                }
                Ok(Message::Shutdown(done)) => {
                    self.finish(&messages);
                    self.publish();
                    drop(self);
                    let _ = done.send(());
                    return;
                }
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
            };
            // The answer to a command comes after the state that it led to is published.
            let answer = message.and_then(|message| self.handle(message));
            self.tick();
            self.see();
            self.direct_guidance();
            self.publish();
            if let Some((reply, result)) = answer {
                let _ = reply.send(result);
            }
        }
    }

    fn handle(&mut self, message: Message) -> Option<Answer> {
        match message {
            Message::Command { command, reply } => {
                let result = self.carry_out(command);
                return Some((reply, result));
            }
            Message::Image(query) => {
                let result = self.picture(&query.case_id, &query.id);
                let _ = query.reply.send(result);
            }
            Message::Export {
                case_id,
                folder,
                reply,
            } => {
                let result = crate::evidence_folder::export(self.store.as_ref(), &case_id, &folder);
                let _ = reply.send(result);
            }
            Message::Health { run, item } => self.health_measured(run, item),
            Message::Operator { run, rao_id, item } => {
                if self.rao_id() == rao_id.as_deref() {
                    self.health_measured(run, item);
                }
            }
            Message::HealthDone { run } if run == self.health_run => self.health_running = false,
            Message::HealthDone { .. } => {}
            Message::LocalIp { api, ip } if api == self.hosts.api => self.local_ip = ip,
            Message::LocalIp { .. } => {}
            Message::Camera(report) => self.camera_reports(report),
            Message::Recorder(report) => self.recorder_reports(report),
            Message::Imported { case_id, result } => self.imported(&case_id, result),
            Message::Recovered { case_id, result } => self.recovered(&case_id, result),
            Message::Request(report) => self.request_reports(report),
            Message::Delivery(report) => self.delivery_reports(report),
            Message::Desk(report) => self.desk_reports(report),
            Message::Guide(report) => self.guide_reports(report),
            Message::Looked(report) => self.looked(*report),
            Message::Seen(report) => self.seen(*report),
            Message::Code(report) => self.code_reports(report),
            Message::Register(report) => self.register_reports(*report),
            Message::Player { id, reply } => {
                let _ = reply.send(self.player(&id));
            }
            Message::Shutdown(_) | Message::Abandon => {}
        }
        None
    }

    fn carry_out(&mut self, command: Command) -> Result<(), Failure> {
        match command {
            Command::CheckStation => self.check_station(),
            Command::ChooseOperator { name, rao_id } => self.choose_operator(&name, rao_id),
            Command::StartEnrollment => self.start_enrollment(),
            Command::ResumeEnrollment { case_id } => self.resume_enrollment(&case_id),
            Command::LeaveEnrollment => self.leave_enrollment(),
            Command::DiscardEnrollment { case_id } => self.discard_enrollment(&case_id),
            Command::GoTo { step } => self.go_to(step),
            Command::SetDocument {
                document_type,
                country,
            } => self.set_document(document_type, &country),
            Command::CreateRequest { form } => self.create_request(&form),
            Command::OpenRequest { pk } => self.open_request(&pk),
            Command::AcceptConsent => self.accept_consent(),
            Command::RefuseConsent => self.refuse_consent(),
            Command::ListCameras => self.list_cameras(),
            Command::OpenCamera { device } => self.open_camera(device),
            Command::CloseCamera => self.close_camera(),
            Command::Capture { kind } => self.capture(kind, Shutter::ByHand),
            Command::UsePending => self.use_pending(),
            Command::Retake => self.retake(),
            Command::TakeAnother { kind } => self.take_another(kind),
            Command::KeepPicture => self.keep_picture(),
            Command::LookAgain => self.look_again(),
            Command::DiscardImage { kind } => self.discard_image(kind),
            Command::CropPortrait {
                x,
                y,
                width,
                height,
            } => self.crop_portrait([x, y, width, height]),
            Command::StartRecording => self.start_recording(),
            Command::MarkAction { index } => self.mark_action(index),
            Command::StopRecording => self.stop_recording(),
            Command::AbandonRecording => self.abandon_recording(),
            Command::ImportVideo { path } => self.import_video(path.into()),
            Command::DiscardVideo => self.discard_video(),
            Command::SetField { field, value } => self.set_field(field, &value),
            Command::AttestCheck {
                check,
                value,
                reason,
            } => self.attest_check(check, value, reason),
            Command::SetCorners { corners } => self.set_corners(corners),
            Command::TakeSuggestion { field } => self.take_suggestion(field),
            Command::SendCode => self.send_code(),
            Command::ReturnCode { code } => self.return_code(&code),
            Command::AskRegister => self.ask_register(),
            Command::Send => self.send(),
            Command::CancelSend => self.cancel_send(),
            Command::RefreshRequest => self.refresh_request(),
            Command::UpdateRequest { form } => self.update_request(&form),
            Command::CancelRequest { confirmed } => self.cancel_request(confirmed),
            Command::SwitchProfile { name } => self.switch_profile(&name),
            Command::Desk { command } => self.desk_command(command),
        }
    }

    fn choose_operator(&mut self, name: &str, rao_id: Option<String>) -> Result<(), Failure> {
        let name = name.trim();
        let rao_id = rao_id
            .map(|id| id.trim().to_owned())
            .filter(|id| !id.is_empty());
        if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
            return Err(crate::failure::of(
                FailureCode::InvalidInput,
                "name is needed",
            ));
        }
        if rao_id
            .as_ref()
            .is_some_and(|id| !id.bytes().all(|b| b.is_ascii_digit()))
        {
            return Err(crate::failure::of(
                FailureCode::InvalidInput,
                "rao_id is a number",
            ));
        }
        if self.open.as_ref().is_some_and(|open| open.busy().is_some()) {
            return Err(not_now("the operator cannot change while work is going on"));
        }
        let record = OperatorRecord {
            name: name.to_owned(),
            rao_id: rao_id.clone(),
        };
        if self
            .open
            .as_ref()
            .is_some_and(|open| open.case.operator != record)
        {
            self.change(evidence::AuditEvent::OperatorChanged, |case| {
                case.operator = record;
                Ok(())
            })?;
        }
        let operator = Operator {
            name: name.to_owned(),
            rao_id,
        };
        if self.operator.as_ref() != Some(&operator) {
            // The credentials are those of whoever sat here before.
            self.lock_desk()?;
        }
        self.operator = Some(operator);
        self.measure_operator();
        Ok(())
    }

    /// The state of another profile in place of the present one's. What the present one held is let go of.
    pub(crate) fn enter_place(&mut self, place: Place) {
        self.settings = place.settings;
        self.data_dir = place.data_dir;
        self.store = place.store;
        self.hosts = place.hosts;
        self.ra = place.ra;
        self.seat = Seat::new(self.settings.desk.lock_minutes);
        self._training = place.training;
        self._lock = place.lock;
    }

    fn tick(&mut self) {
        self.camera.tick();
        self.watch_recording();
        self.desk_tick();
        let now = self.clock.now();
        if let Some(open) = &mut self.open {
            open.code.tick(now);
        }
    }

    /// Runs a conversation with the RA on a thread of its own, on the runtime's sockets and timers. The client's
    /// futures borrow across their awaits in ways that keep them from moving between the runtime's threads.
    pub(crate) fn converse<F: Future<Output = ()>>(
        &self,
        conversation: impl FnOnce() -> F + Send + 'static,
    ) -> Result<(), Failure> {
        let runtime = self.runtime.clone();
        std::thread::Builder::new()
            .name("ra".to_owned())
            .spawn(move || runtime.block_on(conversation()))
            .map(drop)
            .map_err(|error| crate::failure::of(FailureCode::Internal, error))
    }

    pub(crate) fn publish(&mut self) {
        let next = Snapshot {
            revision: 0,
            environment: self.settings.environment,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            operator: self.operator.clone(),
            health: self.health.clone(),
            health_running: self.health_running,
            cases: self.cases.clone(),
            enrollment: self.open.as_ref().map(|open| {
                views::enrollment_view(open, &self.settings, self.watcher.blind.as_ref())
            }),
            camera: self.camera.view(),
            desk: self.desk_view(),
            rao: self.seat.view(),
            profiles: self.profiles.views(),
            settings: self.settings.public(
                self.settings_file.as_deref(),
                &self.data_dir,
                &self.hosts,
            ),
        };
        self.snapshots.send_if_modified(|current| {
            let revision = current.revision;
            let next = Snapshot { revision, ..next };
            if *current == next {
                return false;
            }
            *current = Snapshot {
                revision: revision + 1,
                ..next
            };
            true
        });
    }

    /// An orderly end: a recording is finished and kept, uploads are stopped.
    fn finish(&mut self, messages: &mpsc::Receiver<Message>) {
        if let Some(open) = &self.open {
            open.cancel_work();
        }
        self.interrupt_recording(FailureCode::ProgramClosed);
        while self
            .open
            .as_ref()
            .is_some_and(|open| open.recording.is_some())
        {
            match messages.recv_timeout(Duration::from_secs(20)) {
                Ok(Message::Recorder(report)) => self.recorder_reports(report),
                Ok(_) => {}
                Err(_) => break,
            }
        }
        self.camera.close();
    }

    /// The end without a word: nothing is finished, as after a kill.
    fn abandon(mut self) {
        if let Some(open) = &self.open {
            open.cancel_work();
        }
        self.camera.close();
    }
}

type Answer = (
    tokio::sync::oneshot::Sender<Result<(), Failure>>,
    Result<(), Failure>,
);

/// Keeps a second program from working on the same cases.
pub(crate) struct DataLock(#[allow(dead_code)] std::fs::File);

impl DataLock {
    pub fn take(folder: &std::path::Path) -> Result<Self, StartError> {
        let path = folder.join("station.lock");
        let file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|source| StartError::DataFolder {
                folder: folder.to_owned(),
                source,
            })?;
        match fs4::fs_std::FileExt::try_lock_exclusive(&file) {
            Ok(true) => Ok(DataLock(file)),
            _ => Err(StartError::DataFolderInUse(folder.to_owned())),
        }
    }
}
