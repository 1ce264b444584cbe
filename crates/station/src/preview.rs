//! Pictures for the live view: made on demand from the latest frame, so that a slow screen gets fewer, not late ones.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;

use crate::source::{self, Frame};

/// Longest wait for a newer frame.
const NEXT_FRAME_TIMEOUT: Duration = Duration::from_secs(1);

/// One picture of the live view.
#[derive(Debug, Clone)]
pub struct PreviewPicture {
    pub seq: u64,
    pub jpeg: Bytes,
}

/// The newest frame of the open camera; none while it is closed.
#[derive(Clone)]
pub(crate) struct LatestFrame(pub watch::Receiver<Option<Numbered>>);

/// A frame with its number among all that this station has shown; a camera that is opened anew does not start over.
pub(crate) type Numbered = (u64, Frame);

impl LatestFrame {
    pub async fn next_picture(&self, after_seq: u64, max_width: u32) -> Option<PreviewPicture> {
        let mut frames = self.0.clone();
        let newer =
            |frame: &Option<Numbered>| frame.as_ref().is_some_and(|(seq, _)| *seq > after_seq);
        let waited = tokio::time::timeout(NEXT_FRAME_TIMEOUT, frames.wait_for(newer)).await;
        let (seq, frame) = waited.ok()?.ok()?.clone()?;
        let jpeg = tokio::task::spawn_blocking(move || source::preview_jpeg(&frame, max_width))
            .await
            .ok()??;
        Some(PreviewPicture { seq, jpeg })
    }
}
