//! Pictures for the live view: made on demand from the latest frame, so that a slow screen gets fewer, not late ones.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;

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
pub struct LatestFrame(pub watch::Receiver<Option<(u64, Bytes)>>);

impl LatestFrame {
    pub async fn next_picture(&self, after_seq: u64, _max_width: u32) -> Option<PreviewPicture> {
        let mut frames = self.0.clone();
        let newer =
            |frame: &Option<(u64, Bytes)>| frame.as_ref().is_some_and(|(seq, _)| *seq > after_seq);
        let wait = tokio::time::timeout(NEXT_FRAME_TIMEOUT, frames.wait_for(newer));
        let (seq, jpeg) = wait.await.ok()?.ok()?.clone()?;
        Some(PreviewPicture { seq, jpeg })
    }
}
