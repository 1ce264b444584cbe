//! The camera: a thread of its own that pulls frames, shows the latest, feeds a recording, takes stills.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use evidence::{DocumentType, Step};
use recorder::{Pushed, Recorder};
use time::OffsetDateTime;
use tokio::sync::watch;

use crate::contract::*;
use crate::failure::{not_now, of, plain};
use crate::message::Message;
use crate::preview::{LatestFrame, Numbered};
use crate::session::Session;
use crate::source::{self, Frame, Lister, Opener, Source};

/// Longest wait for one frame; a camera that gives none for so long has stalled.
const FRAME_TIMEOUT: Duration = Duration::from_secs(3);
/// Longest wait for a list of devices.
const LIST_TIMEOUT: Duration = Duration::from_secs(8);
/// Between two tries to open a camera that was unplugged.
const REOPEN_INTERVAL: Duration = Duration::from_secs(2);
/// Damaged frames in a row after which the camera is given up.
const MAX_DAMAGED: u32 = 30;
/// Time over which the frame rate is measured.
const RATE_WINDOW: Duration = Duration::from_secs(2);

/// A still as the camera gave it.
pub struct Still {
    pub jpeg: Bytes,
    pub captured_at: OffsetDateTime,
    pub source: String,
    pub simulated: bool,
}

/// What the camera thread and the list of devices report. `run` tells a late report of a closed camera apart.
pub enum CameraReport {
    Listed(Result<Vec<DeviceView>, Failure>),
    Live {
        run: u64,
        /// Id among the devices.
        device: String,
        name: String,
        simulated: bool,
        width: u32,
        height: u32,
        fps: f32,
    },
    Lost {
        run: u64,
        failure: Failure,
    },
    Still {
        run: u64,
        result: Result<Still, Failure>,
    },
    /// The recorder takes no more frames: its disk failed.
    RecorderStopped,
}

enum Control {
    Show(Step, DocumentType),
    Ask(Option<ChallengeAction>),
    Still,
    Record(Weak<Recorder>),
    StopRecording,
    Close,
}

/// The session's side of the camera.
pub(crate) struct CameraDesk {
    opener: Opener,
    inbox: Sender<Message>,
    latest: Arc<watch::Sender<Option<Numbered>>>,
    shown_frames: Arc<AtomicU64>,
    control: Option<Sender<Control>>,
    run: u64,
    view: CameraView,
    source: Option<(String, bool)>,
    shown: (Step, DocumentType),
    /// When an unplugged camera is tried again.
    reopen_at: Option<Instant>,
}

impl CameraDesk {
    pub fn new(opener: Opener, inbox: Sender<Message>) -> (Self, LatestFrame) {
        let (latest, frames) = watch::channel(None);
        let desk = CameraDesk {
            opener,
            inbox,
            latest: Arc::new(latest),
            shown_frames: Arc::new(AtomicU64::new(0)),
            control: None,
            run: 0,
            view: CameraView {
                devices: Vec::new(),
                listing: false,
                chosen: None,
                state: CameraState::Closed,
            },
            source: None,
            shown: (Step::Request, DocumentType::Idc),
            reopen_at: None,
        };
        (desk, LatestFrame(frames))
    }

    pub fn view(&self) -> CameraView {
        self.view.clone()
    }

    pub fn is_live(&self) -> bool {
        matches!(self.view.state, CameraState::Live { .. })
    }

    pub fn failure(&self) -> Option<Failure> {
        match &self.view.state {
            CameraState::Failed { failure } => Some(failure.clone()),
            _ => None,
        }
    }

    /// Name of the open camera, and whether what it shows is simulated.
    pub fn source(&self) -> Option<(String, bool)> {
        self.source.clone()
    }

    /// Whether the camera is one that a program pretends to be.
    pub fn is_virtual(&self) -> bool {
        let chosen = self.view.chosen.as_ref();
        let mut devices = self.view.devices.iter();
        devices.any(|d| Some(&d.id) == chosen && d.kind == DeviceKind::Virtual)
    }

    /// Other cameras are offered from now on; the present one must be closed.
    pub fn use_opener(&mut self, opener: Opener) {
        self.opener = opener;
        self.view.devices.clear();
        self.view.chosen = None;
    }

    pub fn lister(&self) -> Lister {
        self.opener.lister()
    }

    /// Tells the replay what stands before the camera at this step.
    pub fn show(&mut self, step: Step, document: DocumentType) {
        self.shown = (step, document);
        self.tell(Control::Show(step, document));
    }

    /// Tells the replay what its subject is asked to do now.
    pub fn ask(&mut self, action: Option<ChallengeAction>) {
        self.tell(Control::Ask(action));
    }

    pub fn take_still(&mut self) {
        self.tell(Control::Still);
    }

    pub fn record(&mut self, recorder: Weak<Recorder>) {
        self.tell(Control::Record(recorder));
    }

    pub fn stop_recording(&mut self) {
        self.tell(Control::StopRecording);
    }

    fn tell(&self, control: Control) {
        if let Some(thread) = &self.control {
            let _ = thread.send(control);
        }
    }

    pub fn close(&mut self) {
        self.tell(Control::Close);
        self.control = None;
        self.source = None;
        self.reopen_at = None;
        // Reports of the thread that now ends do not count.
        self.run += 1;
        self.latest.send_replace(None);
        self.view.state = CameraState::Closed;
    }

    fn open(&mut self, device: Option<String>) {
        self.close();
        self.view.chosen = device.clone().or_else(|| self.view.chosen.clone());
        self.view.state = CameraState::Opening;
        let (control, orders) = mpsc::channel();
        let _ = control.send(Control::Show(self.shown.0, self.shown.1));
        self.control = Some(control);
        let thread = CameraThread {
            run: self.run,
            inbox: self.inbox.clone(),
            latest: Arc::clone(&self.latest),
            shown_frames: Arc::clone(&self.shown_frames),
            orders,
        };
        let (opener, wanted) = (self.opener.clone(), self.view.chosen.clone());
        let spawned = std::thread::Builder::new()
            .name("camera".to_owned())
            .spawn(move || thread.run(&opener, wanted.as_deref()));
        if let Err(error) = spawned {
            self.failed(of(FailureCode::CameraProcess, error));
        }
    }

    fn failed(&mut self, failure: Failure) {
        self.control = None;
        self.source = None;
        self.latest.send_replace(None);
        self.reopen_at = (failure.code == FailureCode::CameraDisconnected)
            .then(|| Instant::now() + REOPEN_INTERVAL);
        self.view.state = CameraState::Failed { failure };
    }

    /// A failure that leaves the camera open cannot be shown as its state for long: the camera is opened anew.
    pub fn note_failure(&mut self, failure: Failure) {
        self.close();
        self.view.state = CameraState::Failed { failure };
    }

    /// Tries an unplugged camera again from time to time.
    pub fn tick(&mut self) {
        if self.reopen_at.is_some_and(|at| Instant::now() >= at) {
            let chosen = self.view.chosen.clone();
            self.open(chosen);
        }
    }
}

impl Session {
    pub(crate) fn list_cameras(&mut self) -> Result<(), Failure> {
        if self.camera.view.listing {
            return Err(not_now("the cameras are being listed"));
        }
        self.camera.view.listing = true;
        let (devices, inbox) = (list_in_time(self.camera.lister()), self.inbox.clone());
        self.runtime.spawn(async move {
            let _ = inbox.send(Message::Camera(CameraReport::Listed(devices.await)));
        });
        Ok(())
    }

    pub(crate) fn open_camera(&mut self, device: Option<String>) -> Result<(), Failure> {
        self.not_while_capturing()?;
        self.camera.open(device);
        Ok(())
    }

    pub(crate) fn close_camera(&mut self) -> Result<(), Failure> {
        self.not_while_capturing()?;
        self.camera.close();
        Ok(())
    }

    fn not_while_capturing(&self) -> Result<(), Failure> {
        match &self.open {
            Some(open) if open.recording.is_some() => Err(not_now("a recording is going on")),
            Some(open) if open.awaiting_still.is_some() => Err(not_now("a picture is being taken")),
            _ => Ok(()),
        }
    }

    pub(crate) fn camera_reports(&mut self, report: CameraReport) {
        match report {
            CameraReport::Listed(result) => {
                self.camera.view.listing = false;
                match result {
                    Ok(mut devices) => {
                        // The list may have been asked for in another environment.
                        let replay = self.camera.opener.offers_replay();
                        devices.retain(|device| replay || device.id != source::REPLAY);
                        self.camera.view.devices = devices;
                    }
                    Err(failure) if self.camera.control.is_none() => {
                        self.camera.view.state = CameraState::Failed { failure }
                    }
                    Err(_) => {}
                }
            }
            CameraReport::Live {
                run,
                device,
                name,
                simulated,
                width,
                height,
                fps,
            } if run == self.camera.run => {
                self.camera.view.chosen = Some(device);
                self.camera.source = Some((name, simulated));
                self.camera.view.state = CameraState::Live {
                    width,
                    height,
                    fps,
                    simulated,
                };
            }
            CameraReport::Lost { run, failure } if run == self.camera.run => {
                let cause = crate::failure::code_name(failure.code);
                self.camera.failed(failure);
                if let Some(open) = &mut self.open {
                    open.awaiting_still = None;
                }
                self.interrupt_recording(&cause);
            }
            CameraReport::RecorderStopped => self.recorder_stopped(),
            CameraReport::Still { run, result } if run == self.camera.run => {
                self.still_taken(result)
            }
            _ => {}
        }
    }
}

/// Lists the devices on a thread that may hang; the answer comes in time all the same.
pub(crate) async fn list_in_time(lister: Lister) -> Result<Vec<DeviceView>, Failure> {
    let deadline = Instant::now() + LIST_TIMEOUT;
    let listing = tokio::task::spawn_blocking(move || lister.list(deadline));
    match tokio::time::timeout(LIST_TIMEOUT + Duration::from_secs(1), listing).await {
        Ok(Ok(devices)) => devices,
        Ok(Err(error)) => Err(of(FailureCode::CameraProcess, error)),
        Err(_) => Err(plain(FailureCode::CameraStalled)),
    }
}

struct CameraThread {
    run: u64,
    inbox: Sender<Message>,
    latest: Arc<watch::Sender<Option<Numbered>>>,
    shown_frames: Arc<AtomicU64>,
    orders: Receiver<Control>,
}

/// A recording as the camera thread feeds it.
struct Feed {
    recorder: Weak<Recorder>,
    /// Time of the first frame that went in.
    first: Option<Duration>,
}

impl CameraThread {
    fn report(&self, report: CameraReport) {
        let _ = self.inbox.send(Message::Camera(report));
    }

    fn run(self, opener: &Opener, device: Option<&str>) {
        let run = self.run;
        let ended = match opener.open(device) {
            Ok(mut source) => self.pull(&mut source),
            Err(failure) => Err(failure),
        };
        if let Err(failure) = ended {
            self.report(CameraReport::Lost { run, failure });
        }
    }

    fn pull(&self, source: &mut Source) -> Result<(), Failure> {
        let mut feed: Option<Feed> = None;
        let mut damaged = 0;
        let mut rate = Rate::default();
        loop {
            loop {
                match self.orders.try_recv() {
                    Ok(Control::Show(step, document)) => source.show(step, document),
                    Ok(Control::Ask(action)) => source.ask(action),
                    Ok(Control::Still) => {
                        let result = source.still(Instant::now() + FRAME_TIMEOUT * 2);
                        let run = self.run;
                        self.report(CameraReport::Still { run, result });
                    }
                    Ok(Control::Record(recorder)) => {
                        feed = Some(Feed {
                            recorder,
                            first: None,
                        })
                    }
                    Ok(Control::StopRecording) => feed = None,
                    Ok(Control::Close) | Err(TryRecvError::Disconnected) => return Ok(()),
                    Err(TryRecvError::Empty) => break,
                }
            }
            let frame = match source.next(Instant::now() + FRAME_TIMEOUT) {
                Ok(frame) => frame,
                // One damaged frame is dropped; a camera that sends nothing else is not usable.
                Err(failure)
                    if failure.code == FailureCode::CameraFormat && damaged < MAX_DAMAGED =>
                {
                    damaged += 1;
                    continue;
                }
                Err(failure) => return Err(failure),
            };
            damaged = 0;
            if feed.as_mut().is_some_and(|feed| !feed.take(&frame)) {
                feed = None;
                self.report(CameraReport::RecorderStopped);
            }
            if let Some(fps) = rate.count(Instant::now()) {
                let (width, height) = (frame.width, frame.height);
                let (name, simulated) = source::origin(&frame);
                self.report(CameraReport::Live {
                    run: self.run,
                    device: source::device(&frame),
                    name,
                    simulated,
                    width,
                    height,
                    fps,
                });
            }
            let number = self.shown_frames.fetch_add(1, Ordering::Relaxed) + 1;
            self.latest.send_replace(Some((number, frame)));
        }
    }
}

impl Feed {
    /// Hands a frame to the recorder; false when that takes no more.
    fn take(&mut self, frame: &Frame) -> bool {
        let Some(recorder) = self.recorder.upgrade() else {
            return true;
        };
        let at = frame.at;
        let first = *self.first.get_or_insert(at);
        match source::to_yuv(frame, at.saturating_sub(first)) {
            Some(picture) => recorder.push(picture) != Pushed::Stopped,
            None => {
                tracing::debug!("a frame that cannot be decoded is left out of the recording");
                true
            }
        }
    }
}

/// Frames a second: told with the first frame, then once in a while.
#[derive(Default)]
struct Rate {
    since: Option<Instant>,
    frames: u32,
}

impl Rate {
    fn count(&mut self, now: Instant) -> Option<f32> {
        let Some(since) = self.since else {
            self.since = Some(now);
            return Some(0.0);
        };
        self.frames += 1;
        let elapsed = now - since;
        if elapsed < RATE_WINDOW {
            return None;
        }
        let fps = (self.frames as f32 / elapsed.as_secs_f32()).round();
        self.since = Some(now);
        self.frames = 0;
        Some(fps)
    }
}
