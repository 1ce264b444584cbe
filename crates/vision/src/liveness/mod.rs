//! Active liveness: whether the person in a video did what was asked, in the order in which it was asked, and stayed the same
//! person. That the pictures come from a camera cannot be told from them; what speaks against it is told as a warning.

mod judge;

use std::time::Duration;

use serde::Serialize;

use crate::document::shrunk;
use crate::face::{self, Descriptor, Face};
use crate::models::ModelError;
use crate::picture::Picture;
pub use judge::{
    LEAST_TURN_DEG, LivenessResult, MOST_AHEAD_DEG, MOST_DISTANCE, MOST_GAP, Reason, StepSeen,
    Warning, judge, seen_now,
};

/// What can be told by the five points of a face. Left and right are the subject's own; in a picture that is not mirrored, a head
/// that turns to its left turns to the picture's right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    LookAhead,
    TurnLeft,
    TurnRight,
}

/// What one frame of a video shows.
#[derive(Debug, Clone)]
pub struct Observation {
    pub at: Duration,
    /// Faces that are not much smaller than the largest.
    pub faces: usize,
    /// Positive where the head is turned to the picture's right.
    pub yaw_deg: Option<f32>,
    pub inter_eye_px: Option<f32>,
    /// Of the largest face, where it was asked for and the face looks ahead enough.
    pub descriptor: Option<Descriptor>,
    /// Equal for frames that are the same to the last pixel.
    pub fingerprint: u64,
}

/// Longest side of what is looked at.
const LONG_SIDE: usize = 640;
/// Faces smaller than this part of the largest are in pictures, or on a document.
const LEAST_SECOND_FACE: f32 = 0.3;

/// Measures a frame. The descriptor costs about as much as all the rest: every few frames are enough.
pub fn observe(
    picture: &Picture,
    at: Duration,
    with_descriptor: bool,
) -> Result<Observation, ModelError> {
    let fingerprint = fingerprint(picture);
    let long = picture.width().max(picture.height());
    let scale = (long as f32 / LONG_SIDE as f32).max(1.0);
    let side = |length: usize| ((length as f32 / scale).round() as usize).max(1);
    let (width, height) = (side(picture.width()), side(picture.height()));
    let small = shrunk(picture, width, height).and_then(|rgb| Picture::new(width, height, rgb));
    let faces = match &small {
        Some(small) => face::detect_live(small)?,
        None => Vec::new(),
    };
    let area = |face: &Face| face.bounds[2] * face.bounds[3];
    let first = faces.first();
    let pose = first.and_then(face::pose);
    let count = faces
        .iter()
        .filter(|face| first.is_some_and(|first| area(face) >= LEAST_SECOND_FACE * area(first)))
        .count();
    let descriptor = match (first, &small) {
        (Some(face), Some(small)) if with_descriptor => Some(face::descriptor(small, face)?),
        _ => None,
    };
    Ok(Observation {
        at,
        faces: count,
        yaw_deg: pose.map(|pose| pose.yaw_deg),
        inter_eye_px: first.map(|face| face.inter_eye_px() * scale),
        descriptor,
        fingerprint,
    })
}

/// FNV-1a over all pixels: equal frames are equal, and others differ but for one chance in 2⁶⁴.
fn fingerprint(picture: &Picture) -> u64 {
    picture
        .rgb()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
}
