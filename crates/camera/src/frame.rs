//! A frame, and where frames come from.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::convert::Rgb;
use crate::error::CameraError;

/// Where a picture comes from. Stays with the picture into the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    Live {
        id: String,
        name: String,
        infrared: bool,
        virtual_camera: bool,
    },
    /// Not a camera: specimens, or files.
    Replay { name: String },
}

impl Origin {
    pub fn name(&self) -> &str {
        match self {
            Origin::Live { name, .. } | Origin::Replay { name } => name,
        }
    }

    /// True for everything that no camera saw.
    pub fn is_simulated(&self) -> bool {
        matches!(self, Origin::Replay { .. })
    }
}

/// The pixels, as the source gave them.
#[derive(Debug, Clone)]
pub enum Payload {
    /// One whole JPEG, from its first to its last marker.
    Mjpeg(Bytes),
    Yuyv(Bytes),
    Nv12(Bytes),
    /// Three bytes a pixel.
    Rgb(Bytes),
}

/// One picture. Cheap to clone: clones share pixels and their decoded form.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Grows by one with each frame of the source; gaps are frames that were left out.
    pub seq: u64,
    /// Monotonic time since the source was opened.
    pub at: Duration,
    /// When it reached this process.
    pub received: Instant,
    /// When it was taken, UTC.
    pub captured: OffsetDateTime,
    pub width: u32,
    pub height: u32,
    pub payload: Payload,
    pub origin: Arc<Origin>,
    pub(crate) decoded: Arc<OnceLock<Result<Arc<Rgb>, CameraError>>>,
}

/// What stands before the replay camera. Live cameras see what they see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scene {
    DocumentFront,
    DocumentRear,
    PassportPage,
    Face,
    /// A face that moves, for the recording.
    Video,
}

/// How the subject before the replay camera holds the head; left and right are the subject's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Ahead,
    Left,
    Right,
}

/// Gives frames. After an error other than [`CameraError::Format`] the source is used up; open another.
pub trait FrameSource: Send {
    /// The next frame, waiting until `deadline` at the latest. Frames that nobody asked for in time are left out.
    fn next(&mut self, deadline: Instant) -> Result<Frame, CameraError>;

    /// A still at the best resolution of the source, taken after this call, undamaged.
    fn still(&mut self, deadline: Instant) -> Result<Frame, CameraError>;

    /// A still, and what follows it at once: so many in all, and none later than `time` after the first. At least one.
    fn stills(
        &mut self,
        most: usize,
        time: Duration,
        deadline: Instant,
    ) -> Result<Vec<Frame>, CameraError> {
        let mut stills = vec![self.still(deadline)?];
        let until = Instant::now() + time;
        while stills.len() < most
            && let Ok(next) = self.still(until)
        {
            stills.push(next);
        }
        Ok(stills)
    }

    fn origin(&self) -> Arc<Origin>;

    /// Tells the replay what to show.
    fn show(&mut self, _scene: Scene) {}

    /// Tells the replay how the head of the recording scene is to turn.
    fn ask(&mut self, _turn: Turn) {}
}
