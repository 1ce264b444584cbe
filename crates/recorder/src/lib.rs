//! Frames to MP4, and checks of picked video files.
//!
//! A recording is written as a fragmented MP4, half a second at a time, so that a power cut costs less than a second;
//! at the end [`finalise`] rewrites it with its index in front, which players and the RA expect.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod check;
mod encode;
mod finalise;
mod fragment;
mod index;
mod read;
mod record;
mod sink;
mod turn;

pub use check::{VideoFacts, VideoLimits, VideoProblem, check_video};
pub use encode::YuvFrame;
pub use finalise::{FinaliseError, finalise};
pub use read::{ReadError, VideoReader};
pub use record::{Pushed, RecordError, Recorder, RecorderConfig, Stats, Summary};
pub use sink::{FileSink, FragmentSink};

/// Ticks a second of the videos written here.
pub(crate) const TIMESCALE: u32 = 90_000;
