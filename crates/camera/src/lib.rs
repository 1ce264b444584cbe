//! Frame sources: a live camera through nokhwa in a child process, and the replay camera.
//!
//! nokhwa has no time-outs, is bound to its thread, and drives native code that can hang or crash. So it runs in a
//! child process of the same executable ([`child_main`]); a child can be killed and started again.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod child;
mod convert;
mod device;
mod error;
mod frame;
pub mod jpeg;
mod live;
mod nokhwa_camera;
mod protocol;
mod replay;
mod specimen;

pub use child::child_main;
pub use convert::{I420, Rgb};
pub use device::{Device, Format, Mode};
pub use error::CameraError;
pub use frame::{Frame, FrameSource, Origin, Payload, Scene, Turn};
pub use live::{CHILD_ARGUMENT, ChildCommand, devices, open_live};
pub use replay::{Defect, PlantedDefect, ReplayFault, ReplaySpec, open_replay};

/// Preview and video: enough for a face and a script, light enough for two cores.
pub const PREVIEW_WIDTH: u32 = 1280;
pub const PREVIEW_HEIGHT: u32 = 720;
