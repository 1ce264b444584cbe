//! The body of an upload: read on a blocking thread, handed over in pieces, never whole in memory.

use std::future::Future;
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::task::AtomicWaker;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep};

use super::plan::{BodyPlan, Segment};

/// Told bytes sent and bytes in all, each time a piece is handed to the connection.
pub type Progress = Arc<dyn Fn(u64, u64) + Send + Sync>;

/// One piece, in bytes. Base64 makes 4 of 3, so its source pieces are 3/4 of this.
pub(crate) const PIECE_BYTES: usize = 64 * 1024;
/// Pieces read ahead of the connection.
const PIECES_AHEAD: usize = 4;

/// When the body stops for a moment, so that an answer that is already on its way is read before anything is written
/// to a connection which the server has closed: the failing write would hide the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pacing {
    /// After the head (a certificate or a length that is not accepted) and after the first piece.
    Normal,
    /// Also after each piece around the place where the connection was lost before without an answer. There the body
    /// rests nearly all of the time, so that the end of the connection hardly ever meets a write.
    Cautious { around_bytes: u64 },
}

/// A server has read this much less, at most, than was handed over when its refusal ended the connection: what the
/// systems on both sides hold.
const CAUTION_BEFORE_BYTES: u64 = 16 * 1024 * 1024;
const CAUTION_AFTER_BYTES: u64 = 4 * 1024 * 1024;
const CAUTIOUS_PAUSE: Duration = Duration::from_millis(5);

impl Pacing {
    fn is_cautious_at(self, sent: u64) -> bool {
        match self {
            Self::Normal => false,
            Self::Cautious { around_bytes } => (around_bytes.saturating_sub(CAUTION_BEFORE_BYTES)
                ..around_bytes.saturating_add(CAUTION_AFTER_BYTES))
                .contains(&sent),
        }
    }
}

/// What the sender and the body share.
pub(crate) struct UploadState {
    pub total: u64,
    sent: AtomicU64,
    born: Instant,
    /// Milliseconds after `born` at which the last piece was handed over.
    moved_ms: AtomicU64,
    polled: AtomicBool,
    aborted: AtomicBool,
    held: AtomicBool,
    waker: AtomicWaker,
    local_error: Mutex<Option<io::Error>>,
}

impl UploadState {
    pub fn new(total: u64) -> Arc<Self> {
        Arc::new(Self {
            total,
            sent: AtomicU64::new(0),
            born: Instant::now(),
            moved_ms: AtomicU64::new(0),
            polled: AtomicBool::new(false),
            aborted: AtomicBool::new(false),
            held: AtomicBool::new(false),
            waker: AtomicWaker::new(),
            local_error: Mutex::new(None),
        })
    }

    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Acquire)
    }

    pub fn finished(&self) -> bool {
        self.sent() >= self.total
    }

    /// Sends no more, keeps the connection.
    pub fn hold(&self) {
        self.held.store(true, Ordering::Release);
    }

    /// Ends the body with an error, which closes the connection.
    pub fn abort(&self) {
        self.aborted.store(true, Ordering::Release);
        self.waker.wake();
    }

    pub fn take_local_error(&self) -> Option<io::Error> {
        self.local_error
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Whether nothing has moved for longer than allowed.
    pub fn stalled(&self, connect: Duration, stall: Duration) -> bool {
        let idle = self
            .born
            .elapsed()
            .saturating_sub(Duration::from_millis(self.moved_ms.load(Ordering::Acquire)));
        if !self.polled.load(Ordering::Acquire) {
            return idle > connect + stall;
        }
        if !self.finished() {
            return idle > stall;
        }
        idle > stall + self.drain_allowance()
    }

    /// The last piece was handed over, but the system may still hold megabytes of it: they get the time that they
    /// take at the speed seen so far.
    fn drain_allowance(&self) -> Duration {
        const SYSTEM_BUFFER_BYTES: u64 = 4 * 1024 * 1024;
        let moving = Duration::from_millis(self.moved_ms.load(Ordering::Acquire)).as_secs_f64();
        let held = self.total.min(SYSTEM_BUFFER_BYTES) as f64;
        Duration::from_secs_f64((moving * held / self.total.max(1) as f64).min(3600.0))
    }

    fn moved(&self, bytes: u64) -> u64 {
        self.touch();
        self.sent.fetch_add(bytes, Ordering::AcqRel) + bytes
    }

    fn touch(&self) {
        let now = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.moved_ms.store(now, Ordering::Release);
        self.polled.store(true, Ordering::Release);
    }

    fn fail(&self, error: io::Error) -> io::Error {
        let copy = io::Error::new(error.kind(), error.to_string());
        *self
            .local_error
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(error);
        copy
    }
}

enum Source {
    Planned(Vec<Segment>),
    Reading(mpsc::Receiver<io::Result<Bytes>>),
}

pub(crate) struct UploadBody {
    source: Source,
    state: Arc<UploadState>,
    progress: Option<Progress>,
    pacing: Pacing,
    pause: Duration,
    pause_at: u64,
    /// Where the body was last asked to rest.
    paced_at: u64,
    pausing: Option<Pin<Box<Sleep>>>,
}

impl UploadBody {
    pub fn new(
        plan: BodyPlan,
        state: Arc<UploadState>,
        progress: Option<Progress>,
        pacing: Pacing,
        pause: Duration,
    ) -> Self {
        Self {
            source: Source::Planned(plan.segments),
            state,
            progress,
            pacing,
            pause,
            pause_at: 0,
            paced_at: 0,
            pausing: None,
        }
    }

    /// Whether the body is to wait here, its timer registered.
    fn poll_pause(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let sent = self.state.sent();
        if self.pausing.is_none() && sent < self.state.total {
            let pause = if sent >= self.pause_at {
                let first = PIECE_BYTES as u64;
                self.pause_at = if sent >= first { u64::MAX } else { first };
                Some(self.pause)
            } else if sent > self.paced_at && self.pacing.is_cautious_at(sent) {
                Some(CAUTIOUS_PAUSE)
            } else {
                None
            };
            self.paced_at = sent;
            self.pausing = pause.map(|pause| Box::pin(tokio::time::sleep(pause)));
        }
        if let Some(sleep) = &mut self.pausing {
            ready!(sleep.as_mut().poll(cx));
            self.pausing = None;
            self.state.touch();
        }
        Poll::Ready(())
    }
}

impl Body for UploadBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        this.state.waker.register(cx.waker());
        if this.state.aborted.load(Ordering::Acquire) {
            return Poll::Ready(Some(Err(io::Error::new(
                io::ErrorKind::ConnectionAborted,
                "upload ended early",
            ))));
        }
        if this.state.finished() {
            return Poll::Ready(None);
        }
        if this.state.held.load(Ordering::Acquire) {
            return Poll::Pending;
        }
        ready!(this.poll_pause(cx));
        if let Source::Planned(segments) = &mut this.source {
            this.state.touch();
            let segments = std::mem::take(segments);
            let (pieces, receiver) = mpsc::channel(PIECES_AHEAD);
            tokio::task::spawn_blocking(move || read_segments(segments, &pieces));
            this.source = Source::Reading(receiver);
        }
        let Source::Reading(receiver) = &mut this.source else {
            return Poll::Ready(None);
        };
        match ready!(receiver.poll_recv(cx)) {
            Some(Ok(piece)) => {
                let sent = this.state.moved(piece.len() as u64);
                if let Some(progress) = &this.progress {
                    progress(sent, this.state.total);
                }
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            Some(Err(error)) => Poll::Ready(Some(Err(this.state.fail(error)))),
            None => {
                let error = io::Error::new(io::ErrorKind::UnexpectedEof, "reading ended early");
                Poll::Ready(Some(Err(this.state.fail(error))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.state.finished()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.state.total.saturating_sub(self.state.sent()))
    }
}

/// Ends when everything was read, at the first error, or when nobody listens any more.
fn read_segments(segments: Vec<Segment>, pieces: &mpsc::Sender<io::Result<Bytes>>) {
    for segment in segments {
        let outcome = match segment {
            Segment::Text(text) => hand_over(pieces, text),
            Segment::Raw(blob) => {
                read_blob(&*blob, PIECE_BYTES, |piece| hand_over(pieces, piece.into()))
            }
            Segment::Base64(blob) => {
                // A multiple of 3, so that padding stands at the very end only.
                read_blob(&*blob, PIECE_BYTES / 4 * 3, |piece| {
                    hand_over(pieces, STANDARD.encode(piece).into())
                })
            }
        };
        if let Err(error) = outcome {
            // Whoever gave up listening does not want to know.
            let _ = pieces.blocking_send(Err(error));
            return;
        }
    }
}

fn hand_over(pieces: &mpsc::Sender<io::Result<Bytes>>, piece: Bytes) -> io::Result<()> {
    pieces
        .blocking_send(Ok(piece))
        .map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "the upload has ended"))
}

fn read_blob(
    blob: &dyn crate::blob::BlobSource,
    piece_bytes: usize,
    mut give: impl FnMut(Vec<u8>) -> io::Result<()>,
) -> io::Result<()> {
    let mut reader = blob.open()?;
    let mut left = blob.len();
    while left > 0 {
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(piece_bytes);
        let mut piece = vec![0; wanted];
        reader
            .read_exact(&mut piece)
            .map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => changed("it is shorter than it was"),
                _ => error,
            })?;
        left -= wanted as u64;
        give(piece)?;
    }
    match reader.read(&mut [0])? {
        0 => Ok(()),
        _ => Err(changed("it is longer than it was")),
    }
}

fn changed(how: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("the file changed while it was sent: {how}"),
    )
}
