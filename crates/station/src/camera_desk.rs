//! The camera, as the session uses it.

mod thread;

use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use evidence::{DocumentType, Step};
use recorder::Recorder;
use time::OffsetDateTime;
use tokio::sync::watch;

use thread::CameraThread;

use crate::contract::*;
use crate::failure::{not_now, of, plain};
use crate::message::Message;
use crate::preview::{LatestFrame, Numbered};
use crate::session::Session;
use crate::source::{self, Lister, Opener, Shutter};

/// Longest wait for a list of devices.
const LIST_TIMEOUT: Duration = Duration::from_secs(8);
/// Between two tries to open a camera that was unplugged.
const REOPEN_INTERVAL: Duration = Duration::from_secs(2);

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
        /// The one that [`CameraDesk::take_still`] gave.
        number: u64,
        result: Result<Still, Failure>,
    },
    /// The recorder takes no more frames: its disk failed.
    RecorderStopped,
}

enum Control {
    Show(Step, DocumentType),
    Ask(Option<ChallengeAction>),
    Still(u64, Shutter),
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
    /// Stills asked for so far.
    stills: u64,
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
            stills: 0,
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

    /// Asks for a still; its report bears this number. Numbers never come again, whatever enrollment is open.
    pub fn take_still(&mut self, shutter: Shutter) -> u64 {
        self.stills += 1;
        self.tell(Control::Still(self.stills, shutter));
        self.stills
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
                let cause = failure.code;
                self.camera.failed(failure);
                if let Some(open) = &mut self.open {
                    open.awaiting_still = None;
                }
                self.interrupt_recording(cause);
            }
            CameraReport::RecorderStopped => self.recorder_stopped(),
            CameraReport::Still {
                run,
                number,
                result,
            } if run == self.camera.run => self.still_taken(number, result),
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
