//! The recorder: a bounded queue in front of an encoder thread, another in front of a writer thread.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use time::OffsetDateTime;

use crate::encode::{FrameEncoder, YuvFrame};
use crate::fragment::Fragmenter;
use crate::sink::FragmentSink;

/// Fragments that may wait for the disk; a sync has been seen to take 0.2 s.
const FRAGMENTS_WAITING: usize = 8;

#[derive(Debug, Clone)]
pub struct RecorderConfig {
    /// Pixels of every frame; even.
    pub width: u32,
    pub height: u32,
    /// Frames a second that the bit rate is planned for.
    pub max_fps: f32,
    pub bitrate_bps: u32,
    /// Length of a fragment: what a power cut may cost.
    pub fragment: Duration,
    /// Creation time, written into the file.
    pub created: OffsetDateTime,
    /// Frames that may wait for the encoder; more are dropped and counted.
    pub queue: usize,
}

impl Default for RecorderConfig {
    fn default() -> RecorderConfig {
        RecorderConfig {
            width: 1280,
            height: 720,
            max_fps: 30.0,
            bitrate_bps: 1_500_000,
            fragment: Duration::from_millis(500),
            created: OffsetDateTime::now_utc(),
            queue: 8,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("the encoder cannot start")]
    StartEncoder(#[source] openh264::Error),
    #[error("the recording cannot start a thread")]
    StartThread(#[source] io::Error),
    #[error("a frame cannot be encoded")]
    Encode(#[source] openh264::Error),
    #[error("a fragment cannot be put together: {0}")]
    Mux(String),
    #[error("a fragment cannot be written")]
    Write(#[source] io::Error),
    #[error("no frame was recorded")]
    Empty,
    #[error("the recording's thread ended unexpectedly")]
    Ended,
}

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    Accepted,
    /// The queue was full, or the frame's size or time does not fit. Counted.
    Dropped,
    /// The recording has failed; [`Recorder::finish`] says why.
    Stopped,
}

/// Counts so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    pub frames: u64,
    pub dropped: u64,
    /// Bytes that are safe on the disk.
    pub bytes: u64,
}

/// What a finished recording holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    pub frames: u64,
    pub dropped: u64,
    pub bytes: u64,
    pub duration: Duration,
}

#[derive(Default)]
struct Counters {
    frames: AtomicU64,
    dropped: AtomicU64,
    bytes: AtomicU64,
    stopped: AtomicBool,
}

/// A running recording. Dropping it ends it; only [`finish`](Recorder::finish) tells whether all was written.
pub struct Recorder {
    frames: Option<SyncSender<YuvFrame>>,
    encoder: Option<JoinHandle<Result<Duration, RecordError>>>,
    counters: Arc<Counters>,
    size: (u32, u32),
}

impl Recorder {
    /// Starts the threads. Nothing is written before the first frame.
    pub fn start(
        config: RecorderConfig,
        sink: Box<dyn FragmentSink>,
    ) -> Result<Recorder, RecordError> {
        let encoder = FrameEncoder::new(&config).map_err(RecordError::StartEncoder)?;
        let fragmenter = Fragmenter::new(config.created, config.fragment, config.max_fps)
            .map_err(|error| RecordError::Mux(error.to_string()))?;
        let counters = Arc::new(Counters::default());
        let (frames, queue) = sync_channel(config.queue.max(1));
        let (fragments, waiting) = sync_channel::<Vec<u8>>(FRAGMENTS_WAITING);
        let writer = std::thread::Builder::new()
            .name("recorder-write".into())
            .spawn({
                let counters = counters.clone();
                move || write_fragments(waiting, sink, &counters)
            })
            .map_err(RecordError::StartThread)?;
        let size = (config.width, config.height);
        let worker = std::thread::Builder::new()
            .name("recorder-encode".into())
            .spawn({
                let counters = counters.clone();
                move || {
                    let encoded = encode_frames(queue, encoder, fragmenter, fragments, &counters);
                    // The writer ends when the encoder has let go of the channel; its error comes first, as the cause.
                    let written = writer.join().map_err(|_| RecordError::Ended);
                    counters.stopped.store(true, Ordering::Release);
                    written??;
                    encoded
                }
            })
            .map_err(RecordError::StartThread)?;
        Ok(Recorder {
            frames: Some(frames),
            encoder: Some(worker),
            counters,
            size,
        })
    }

    /// Hands a frame over without ever blocking.
    pub fn push(&self, frame: YuvFrame) -> Pushed {
        if self.counters.stopped.load(Ordering::Acquire) {
            return Pushed::Stopped;
        }
        let fits = frame.is_whole() && (frame.width, frame.height) == self.size;
        let sent = match &self.frames {
            Some(frames) if fits => frames.try_send(frame),
            Some(_) => Err(TrySendError::Full(frame)),
            None => return Pushed::Stopped,
        };
        match sent {
            Ok(()) => Pushed::Accepted,
            Err(TrySendError::Full(_)) => {
                self.counters.dropped.fetch_add(1, Ordering::Relaxed);
                Pushed::Dropped
            }
            Err(TrySendError::Disconnected(_)) => Pushed::Stopped,
        }
    }

    pub fn stats(&self) -> Stats {
        Stats {
            frames: self.counters.frames.load(Ordering::Relaxed),
            dropped: self.counters.dropped.load(Ordering::Relaxed),
            bytes: self.counters.bytes.load(Ordering::Relaxed),
        }
    }

    /// Encodes what waits, writes the last fragment. An error leaves what was written before it.
    pub fn finish(mut self) -> Result<Summary, RecordError> {
        self.frames = None;
        let duration = match self.encoder.take() {
            Some(worker) => worker.join().map_err(|_| RecordError::Ended)??,
            None => return Err(RecordError::Ended),
        };
        let stats = self.stats();
        if stats.frames == 0 {
            return Err(RecordError::Empty);
        }
        Ok(Summary {
            frames: stats.frames,
            dropped: stats.dropped,
            bytes: stats.bytes,
            duration,
        })
    }
}

fn encode_frames(
    queue: Receiver<YuvFrame>,
    mut encoder: FrameEncoder,
    mut fragmenter: Fragmenter,
    fragments: SyncSender<Vec<u8>>,
    counters: &Counters,
) -> Result<Duration, RecordError> {
    let mux = |error: shiguredo_mp4::mux::MuxError| RecordError::Mux(error.to_string());
    let mut last = None;
    for frame in queue {
        if last.is_some_and(|last| frame.at <= last) {
            counters.dropped.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        last = Some(frame.at);
        let Some(encoded) = encoder.encode(&frame).map_err(RecordError::Encode)? else {
            counters.dropped.fetch_add(1, Ordering::Relaxed);
            continue;
        };
        if !fragmenter.is_described()
            && let Some(sets) = encoder.parameter_sets()
        {
            fragmenter.describe(sets, frame.width, frame.height);
        }
        counters.frames.fetch_add(1, Ordering::Relaxed);
        if let Some(fragment) = fragmenter.push(encoded).map_err(mux)?
            && fragments.send(fragment).is_err()
        {
            // The writer has failed and says why.
            return Ok(fragmenter.duration());
        }
    }
    if let Some(fragment) = fragmenter.finish().map_err(mux)?
        && fragments.send(fragment).is_err()
    {
        return Ok(fragmenter.duration());
    }
    Ok(fragmenter.duration())
}

fn write_fragments(
    waiting: Receiver<Vec<u8>>,
    mut sink: Box<dyn FragmentSink>,
    counters: &Counters,
) -> Result<(), RecordError> {
    for fragment in waiting {
        sink.write_fragment(&fragment).map_err(|error| {
            counters.stopped.store(true, Ordering::Release);
            RecordError::Write(error)
        })?;
        counters
            .bytes
            .fetch_add(fragment.len() as u64, Ordering::Relaxed);
    }
    Ok(())
}
