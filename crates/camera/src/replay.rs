//! The replay camera: specimens, a folder of JPEGs, or an MP4, at real pace, with planted faults.
//!
//! Whatever it plays, each picture has the noise of a sensor and the band SPECIMEN · TRAINING across its top, so that
//! none can be taken for evidence.

mod defects;
mod film;
mod paint;
mod pictures;
mod touch;
mod turn;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::error::CameraError;
use crate::frame::{Frame, FrameSource, Origin, Payload, Scene, Turn};
use defects::Defects;
pub use defects::{Defect, PlantedDefect};
use pictures::Pictures;

/// Pictures a second.
const FPS: u32 = 30;

/// What to play. Clones share the time since the first opening, so that a planted unplugging ends for a camera that is
/// opened again.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReplaySpec {
    /// A folder of JPEGs (in the order of their names) or an MP4; none for the project's specimens.
    pub source: Option<PathBuf>,
    /// Of the sensor's noise.
    pub seed: u32,
    pub faults: Vec<ReplayFault>,
    /// What is wrong with what the specimens show.
    pub defects: Vec<PlantedDefect>,
    #[serde(skip)]
    /// When it was first opened; leave it at its default.
    pub began: Arc<OnceLock<Instant>>,
}

impl ReplaySpec {
    pub fn with_faults(faults: Vec<ReplayFault>) -> ReplaySpec {
        ReplaySpec {
            faults,
            ..ReplaySpec::default()
        }
    }
}

/// A fault, in milliseconds since the replay was first opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum ReplayFault {
    /// No frames come.
    Stall { after_ms: u64, for_ms: u64 },
    /// The camera is gone, and cannot be opened, until it is back.
    Unplug { after_ms: u64, for_ms: u64 },
    /// Another program has the camera.
    Busy { after_ms: u64, for_ms: u64 },
    /// Each n-th frame is cut in half.
    CorruptJpeg { every: u64 },
}

impl ReplayFault {
    fn is_on(&self, now: Duration) -> bool {
        let now = now.as_millis() as u64;
        match *self {
            ReplayFault::Stall { after_ms, for_ms }
            | ReplayFault::Unplug { after_ms, for_ms }
            | ReplayFault::Busy { after_ms, for_ms } => {
                (after_ms..after_ms.saturating_add(for_ms)).contains(&now)
            }
            ReplayFault::CorruptJpeg { .. } => false,
        }
    }
}

/// Opens the replay camera. Errors: planted ones, and [`CameraError::Format`] for files that cannot be played.
pub fn open_replay(spec: ReplaySpec) -> Result<Box<dyn FrameSource>, CameraError> {
    let began = *spec.began.get_or_init(Instant::now);
    for fault in spec
        .faults
        .iter()
        .filter(|fault| fault.is_on(began.elapsed()))
    {
        match fault {
            ReplayFault::Unplug { .. } => return Err(CameraError::NoCamera),
            ReplayFault::Busy { .. } => return Err(CameraError::Busy),
            _ => {}
        }
    }
    let pictures = Pictures::open(
        spec.source.as_deref(),
        spec.seed,
        Defects::new(spec.defects, began),
    )?;
    let name = match &spec.source {
        None => "Replay camera (specimens)".to_owned(),
        Some(path) => format!(
            "Replay of {}",
            path.file_name().unwrap_or_default().display()
        ),
    };
    Ok(Box::new(Replay {
        pictures,
        faults: spec.faults,
        began,
        opened: Instant::now(),
        origin: Arc::new(Origin::Replay { name }),
        next: 0,
        seq: 0,
    }))
}

struct Replay {
    pictures: Pictures,
    faults: Vec<ReplayFault>,
    began: Instant,
    opened: Instant,
    origin: Arc<Origin>,
    /// Number of the next picture by the clock.
    next: u64,
    seq: u64,
}

impl Replay {
    /// Waits for the next picture's time; passes over those whose time is gone, as a camera does.
    fn wait(&mut self, deadline: Instant) -> Result<(), CameraError> {
        let pace = Duration::from_secs(1) / FPS;
        let due = (self.opened.elapsed().as_nanos() / pace.as_nanos()) as u64;
        self.next = self.next.max(due);
        let time = self.opened + pace * self.next as u32;
        if time > deadline {
            sleep_until(deadline);
            return Err(CameraError::Stalled);
        }
        sleep_until(time);
        self.next += 1;
        let now = self.began.elapsed();
        for fault in self.faults.iter().filter(|fault| fault.is_on(now)) {
            match fault {
                ReplayFault::Unplug { .. } => return Err(CameraError::Disconnected),
                ReplayFault::Stall { .. } => {
                    sleep_until(deadline);
                    return Err(CameraError::Stalled);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn frame(&mut self, payload: Payload, width: u32, height: u32) -> Frame {
        self.seq += 1;
        let now = Instant::now();
        Frame {
            seq: self.seq,
            at: now.saturating_duration_since(self.opened),
            received: now,
            captured: OffsetDateTime::now_utc(),
            width,
            height,
            payload,
            origin: self.origin.clone(),
            decoded: Arc::default(),
        }
    }

    fn is_corrupt(&self) -> bool {
        self.faults.iter().any(|fault| {
            matches!(fault, ReplayFault::CorruptJpeg { every } if self.seq.is_multiple_of((*every).max(1)))
        })
    }
}

impl FrameSource for Replay {
    fn next(&mut self, deadline: Instant) -> Result<Frame, CameraError> {
        self.wait(deadline)?;
        let (payload, width, height) = self.pictures.preview(self.next)?;
        let frame = self.frame(payload, width, height);
        if self.is_corrupt() {
            return Err(CameraError::Format("a JPEG without its end".into()));
        }
        Ok(frame)
    }

    fn still(&mut self, deadline: Instant) -> Result<Frame, CameraError> {
        loop {
            self.wait(deadline)?;
            let (payload, width, height) = self.pictures.still(self.next)?;
            let frame = self.frame(payload, width, height);
            if !self.is_corrupt() {
                return Ok(frame);
            }
        }
    }

    fn origin(&self) -> Arc<Origin> {
        self.origin.clone()
    }

    fn show(&mut self, scene: Scene) {
        self.pictures.show(scene);
    }

    fn ask(&mut self, turn: Turn) {
        self.pictures.ask(turn);
    }
}

fn sleep_until(time: Instant) {
    std::thread::sleep(time.saturating_duration_since(Instant::now()));
}
