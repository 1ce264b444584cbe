//! The thread that a camera has to itself: it pulls frames, shows the latest, feeds a recording, takes stills.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use recorder::{Pushed, Recorder};
use tokio::sync::watch;

use super::{CameraReport, Control};
use crate::contract::*;
use crate::message::Message;
use crate::preview::Numbered;
use crate::source::{self, Frame, Opener, Source};

/// Longest wait for one frame; a camera that gives none for so long has stalled.
const FRAME_TIMEOUT: Duration = Duration::from_secs(3);
/// Damaged frames in a row after which the camera is given up.
const MAX_DAMAGED: u32 = 30;
/// Time over which the frame rate is measured.
const RATE_WINDOW: Duration = Duration::from_secs(2);

pub(super) struct CameraThread {
    pub run: u64,
    pub inbox: Sender<Message>,
    pub latest: Arc<watch::Sender<Option<Numbered>>>,
    pub shown_frames: Arc<AtomicU64>,
    pub orders: Receiver<Control>,
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

    pub fn run(self, opener: &Opener, device: Option<&str>) {
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
                    Ok(Control::Still(number, shutter)) => {
                        let result = source.still(shutter, Instant::now() + FRAME_TIMEOUT * 2);
                        let run = self.run;
                        self.report(CameraReport::Still {
                            run,
                            number,
                            result,
                        });
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
