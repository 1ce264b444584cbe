//! The files of a video: finished, copied, checked, described. Works on threads of its own, never on the session's.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use evidence::{RecordingRecord, VideoRecord};
use recorder::{RecordError, Recorder, Summary, VideoLimits, VideoProblem};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::contract::{Failure, FailureCode};
use crate::failure::{chain, code_name, of, plain};
use crate::store::{CaseStore, StoreError, discard};

/// Longest that a camera takes from the order to record to its first picture and from its last one to the end.
const FIRST_PICTURE: Duration = Duration::from_secs(1);

/// Longest wait for the camera thread to let go of the recorder.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(10);

/// Waits until the camera thread has let go of the recorder.
pub(crate) fn release(recorder: Arc<Recorder>) -> Result<Recorder, Failure> {
    let started = Instant::now();
    let mut shared = recorder;
    loop {
        match Arc::try_unwrap(shared) {
            Ok(recorder) => return Ok(recorder),
            Err(still) if started.elapsed() < RELEASE_TIMEOUT => shared = still,
            Err(_) => {
                return Err(of(
                    FailureCode::RecordingFailed,
                    "the camera does not let go of the recorder",
                ));
            }
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

pub(crate) fn record_failure(error: &RecordError) -> Failure {
    let code = match error {
        RecordError::Write(source) => match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                FailureCode::DiskFull
            }
            _ => FailureCode::StorageFailed,
        },
        _ => FailureCode::RecordingFailed,
    };
    of(code, chain(error))
}

/// Makes the finished file of what was recorded, torn or whole, and checks it. What was written before a failure is
/// kept: the cause then stands with the video.
pub(crate) fn finish_file(
    store: &dyn CaseStore,
    case_id: &str,
    record: &RecordingRecord,
    summary: Result<Summary, Failure>,
    interrupted: Option<FailureCode>,
    limits: &VideoLimits,
) -> Result<VideoRecord, Failure> {
    let (dropped, interrupted, first_failure) = match summary {
        Ok(summary) => (summary.dropped, interrupted, None),
        Err(failure) => {
            let cause = interrupted.unwrap_or(failure.code);
            (0, Some(cause), Some(failure))
        }
    };
    let file = format!("video-{}.mp4", record.id);
    let mut finalised = Ok(());
    let put = store.put(case_id, &file, &mut |out| {
        let (part, _) = store
            .open(case_id, &record.file)
            .map_err(std::io::Error::other)?;
        finalised = recorder::finalise(BufReader::new(part), out).map(drop);
        match &finalised {
            Ok(()) => Ok(()),
            Err(_) => Err(std::io::Error::other("not finalised")),
        }
    });
    if let Err(recorder::FinaliseError::Write(error)) = finalised {
        return Err(StoreError::from_io("writing the video", error).into());
    }
    if let Err(error) = finalised {
        return Err(
            first_failure.unwrap_or_else(|| of(FailureCode::RecordingFailed, chain(&error)))
        );
    }
    put?;
    let mut limits = *limits;
    // The operator's clock runs from the order to record, the video from its first picture: a recording of just the
    // least length is a little shorter, and must not be lost for it.
    limits.min_duration = limits.min_duration.saturating_sub(FIRST_PICTURE);
    if interrupted.is_some() {
        // However short it is, it is kept, to be judged and taken again.
        limits.min_duration = Duration::ZERO;
    }
    let checked =
        describe(store, case_id, &file, &limits, record.started_at).map(|video| VideoRecord {
            id: record.id.clone(),
            picked: false,
            source: record.source.clone(),
            simulated: record.simulated,
            dropped,
            interrupted: interrupted.map(code_name),
            virtual_camera: record.virtual_camera,
            ..video
        });
    if checked.is_err() {
        discard(store, case_id, &file);
    }
    checked
}

/// Copies a picked file into the case at once, for a stick may be pulled out, and checks the copy.
pub(crate) fn import(
    store: &dyn CaseStore,
    case_id: &str,
    path: &Path,
    limits: &VideoLimits,
    recorded_at: OffsetDateTime,
) -> Result<VideoRecord, Failure> {
    let unreadable = |error: std::io::Error| of(FailureCode::VideoUnreadable, error);
    let mut source = File::open(path).map_err(unreadable)?;
    let facts = source.metadata().map_err(unreadable)?;
    if !facts.is_file() {
        return Err(of(FailureCode::VideoUnreadable, "not a file"));
    }
    if facts.len() == 0 {
        return Err(plain(FailureCode::VideoEmpty));
    }
    if facts.len() > limits.max_bytes {
        return Err(of(
            FailureCode::VideoTooLarge,
            format!("{} bytes", facts.len()),
        ));
    }
    let id = uuid::Uuid::new_v4().simple().to_string();
    let file = format!("video-{id}.mp4");
    let mut read_error = None;
    let copied = store.put(case_id, &file, &mut |out| {
        copy(&mut source, out, &mut read_error)
    });
    if let Some(error) = read_error {
        return Err(unreadable(error));
    }
    copied?;
    let checked = describe(store, case_id, &file, limits, recorded_at).map(|video| VideoRecord {
        id,
        picked: true,
        source: path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
        ..video
    });
    if checked.is_err() {
        discard(store, case_id, &file);
    }
    checked
}

/// Copies, and keeps a failure of the source apart from one of the store.
fn copy(
    source: &mut impl Read,
    out: &mut dyn Write,
    read_error: &mut Option<std::io::Error>,
) -> std::io::Result<()> {
    let mut buffer = vec![0; 1 << 18];
    loop {
        let count = match source.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) => {
                *read_error = Some(error);
                return Err(std::io::Error::other("the picked file cannot be read"));
            }
        };
        out.write_all(&buffer[..count])?;
    }
}

/// Checks a stored video and describes it.
fn describe(
    store: &dyn CaseStore,
    case_id: &str,
    file: &str,
    limits: &VideoLimits,
    recorded_at: OffsetDateTime,
) -> Result<VideoRecord, Failure> {
    let (reader, bytes) = store.open(case_id, file)?;
    let facts = recorder::check_video(BufReader::new(reader), limits)
        .map_err(|problem| video_failure(&problem))?;
    let (mut reader, _) = store.open(case_id, file)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match reader
            .read(&mut buffer)
            .map_err(|error| StoreError::from_io("reading", error))?
        {
            0 => break,
            count => hash.update(&buffer[..count]),
        }
    }
    Ok(VideoRecord {
        id: String::new(),
        file: file.to_owned(),
        picked: false,
        source: String::new(),
        simulated: false,
        duration_ms: facts.duration_ms,
        width: facts.width,
        height: facts.height,
        frames: facts.frames,
        dropped: 0,
        bytes,
        sha256: hex::encode(hash.finalize()),
        recorded_at,
        interrupted: None,
        virtual_camera: false,
    })
}

fn video_failure(problem: &VideoProblem) -> Failure {
    of(video_code(problem), chain(problem))
}

fn video_code(problem: &VideoProblem) -> FailureCode {
    match problem {
        VideoProblem::Empty => FailureCode::VideoEmpty,
        VideoProblem::NotMp4(_) => FailureCode::VideoNotMp4,
        VideoProblem::TooLarge { .. } => FailureCode::VideoTooLarge,
        VideoProblem::TooLong { .. } => FailureCode::VideoTooLong,
        VideoProblem::TooShort { .. } => FailureCode::VideoTooShort,
        VideoProblem::NoVideoTrack => FailureCode::VideoNoTrack,
        VideoProblem::OtherCodec { .. } => FailureCode::VideoOtherCodec,
        VideoProblem::OffsetsOutside { .. }
        | VideoProblem::FirstFrameUndecodable(_)
        | VideoProblem::Damaged(_) => FailureCode::VideoDamaged,
        VideoProblem::Io(_) => FailureCode::VideoUnreadable,
    }
}
