//! The video: recorded here or picked from a file, checked, accepted; a recording that a kill cut off is finished.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use evidence::{AuditEvent, Challenge, RecordingRecord, VideoRecord};
use recorder::{
    FragmentSink, RecordError, Recorder, RecorderConfig, Summary, VideoLimits, VideoProblem,
};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::contract::{Failure, FailureCode, RecordingView, Work};
use crate::failure::{chain, code_name, not_now, of, plain};
use crate::message::Message;
use crate::session::Session;
use crate::store::{CaseStore, GrowingFile, StoreError};

pub const WIDTH: u32 = 1280;
pub const HEIGHT: u32 = 720;
/// Longest wait for the camera thread to let go of the recorder.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(10);

/// A recording that runs or is being finished.
pub(crate) struct Recording {
    id: String,
    started: Instant,
    /// None from the stop on.
    recorder: Option<Arc<Recorder>>,
    last: RecordingView,
    /// Why it ended before the operator ended it.
    interrupted: Option<String>,
    abandoned: bool,
}

impl Recording {
    pub fn view(&self) -> RecordingView {
        self.last.clone()
    }

    /// Takes the counts over; true when they changed enough to be shown.
    fn refresh(&mut self) {
        if let Some(recorder) = &self.recorder {
            let stats = recorder.stats();
            self.last = RecordingView {
                elapsed_ms: millis(self.started.elapsed()),
                frames: stats.frames,
                dropped: stats.dropped,
                bytes: stats.bytes,
                finishing: false,
            };
        }
    }
}

/// The end of a recording, from the thread that finished it.
pub struct RecorderReport {
    case_id: String,
    id: String,
    result: Result<VideoRecord, Failure>,
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

struct StoreSink(Box<dyn GrowingFile>);

impl FragmentSink for StoreSink {
    fn write_fragment(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.write_all(bytes)?;
        self.0.commit()
    }
}

impl Session {
    pub(crate) fn video_limits(&self) -> VideoLimits {
        self.settings.video_limits()
    }

    pub(crate) fn start_recording(&mut self) -> Result<(), Failure> {
        self.check_capture_of_video()?;
        if !self.desk.is_live() {
            return Err(self
                .desk
                .failure()
                .unwrap_or_else(|| plain(FailureCode::NoCamera)));
        }
        let Some((source, simulated)) = self.desk.source() else {
            return Err(plain(FailureCode::NoCamera));
        };
        self.check_space()?;
        let id = uuid::Uuid::new_v4().simple().to_string();
        let file = format!("recording-{id}.part");
        let started_at = self.clock.now();
        let open = self.opened()?;
        let case_id = open.case.case_id.clone();
        let record = RecordingRecord {
            id: id.clone(),
            file: file.clone(),
            source,
            simulated,
            started_at,
        };
        let sink = StoreSink(self.store.grow(&case_id, &file)?);
        let config = RecorderConfig {
            width: WIDTH,
            height: HEIGHT,
            created: started_at,
            ..RecorderConfig::default()
        };
        let prepared = Recorder::start(config, Box::new(sink))
            .map_err(|error| of(FailureCode::RecordingFailed, chain(&error)))
            .and_then(|recorder| {
                self.change(AuditEvent::RecordingStarted, |case| {
                    case.recording = Some(record);
                    case.challenge.clear_marks();
                    Ok(())
                })?;
                Ok(Arc::new(recorder))
            });
        let recorder = match prepared {
            Ok(recorder) => recorder,
            Err(failure) => {
                self.erase_file(&case_id, [file]);
                return Err(failure);
            }
        };
        self.desk.record(Arc::downgrade(&recorder));
        let open = self.opened()?;
        open.pending = None;
        open.import_work = Work::Idle;
        open.recording = Some(Recording {
            id,
            started: Instant::now(),
            recorder: Some(recorder),
            last: RecordingView {
                elapsed_ms: 0,
                frames: 0,
                dropped: 0,
                bytes: 0,
                finishing: false,
            },
            interrupted: None,
            abandoned: false,
        });
        Ok(())
    }

    fn check_capture_of_video(&mut self) -> Result<(), Failure> {
        self.editable()?;
        let open = self.idle()?;
        open.case.check_capture()?;
        if open.awaiting_still.is_some() {
            return Err(not_now("a picture is being taken"));
        }
        Ok(())
    }

    fn running(&mut self) -> Result<&mut Recording, Failure> {
        self.opened()?
            .recording
            .as_mut()
            .filter(|recording| recording.recorder.is_some())
            .ok_or_else(|| not_now("no recording is going on"))
    }

    pub(crate) fn mark_action(&mut self, index: u32) -> Result<(), Failure> {
        let at_ms = millis(self.running()?.started.elapsed());
        let known = self.opened()?.case.challenge.actions.len();
        let place = usize::try_from(index).unwrap_or(usize::MAX);
        if place >= known {
            return Err(of(FailureCode::InvalidInput, "there is no such action"));
        }
        self.change(AuditEvent::ActionMarked { index, at_ms }, |case| {
            case.challenge.mark(place, at_ms);
            Ok(())
        })
    }

    pub(crate) fn stop_recording(&mut self) -> Result<(), Failure> {
        let least = Duration::from_secs(u64::from(self.settings.video.min_seconds));
        let elapsed = self.running()?.started.elapsed();
        if elapsed < least {
            return Err(of(
                FailureCode::VideoTooShort,
                format!("at least {} s", least.as_secs()),
            ));
        }
        self.end_recording(None, false);
        Ok(())
    }

    pub(crate) fn abandon_recording(&mut self) -> Result<(), Failure> {
        self.running()?;
        self.end_recording(None, true);
        Ok(())
    }

    /// Ends a running recording with a cause that nobody asked for; what was recorded is kept.
    pub(crate) fn interrupt_recording(&mut self, cause: &str) {
        if self.running().is_ok() {
            self.end_recording(Some(cause.to_owned()), false);
        }
    }

    /// Ends the recording by itself at the limits, and keeps the counts on screen true.
    pub(crate) fn watch_recording(&mut self) {
        let limits = (
            Duration::from_secs(u64::from(self.settings.video.max_seconds)),
            self.settings.video.max_bytes,
        );
        let Some(recording) = self.open.as_mut().and_then(|open| open.recording.as_mut()) else {
            return;
        };
        recording.refresh();
        let full = recording.started.elapsed() >= limits.0
            || recording.last.bytes.saturating_add(1_000_000) >= limits.1;
        if recording.recorder.is_some() && full {
            self.end_recording(None, false);
        }
    }

    /// The recorder itself says at its end why it stopped.
    pub(crate) fn recorder_stopped(&mut self) {
        if self.running().is_ok() {
            self.end_recording(None, false);
        }
    }

    fn end_recording(&mut self, interrupted: Option<String>, abandoned: bool) {
        self.desk.stop_recording();
        let (store, inbox, limits) = (self.store.clone(), self.inbox.clone(), self.video_limits());
        let Some(open) = &mut self.open else { return };
        let (Some(recording), Some(record)) = (&mut open.recording, open.case.recording.clone())
        else {
            return;
        };
        let Some(recorder) = recording.recorder.take() else {
            return;
        };
        recording.last.finishing = true;
        recording.interrupted = interrupted.clone();
        recording.abandoned = abandoned;
        let case_id = open.case.case_id.clone();
        let id = recording.id.clone();
        let finish = move || {
            let summary = release(recorder)
                .and_then(|recorder| recorder.finish().map_err(|error| record_failure(&error)));
            let result = if abandoned {
                Err(plain(FailureCode::Cancelled))
            } else {
                finish_file(
                    store.as_ref(),
                    &case_id,
                    &record,
                    summary,
                    interrupted,
                    &limits,
                )
            };
            let _ = inbox.send(Message::Recorder(RecorderReport {
                case_id,
                id,
                result,
            }));
        };
        if let Err(error) = std::thread::Builder::new()
            .name("recording-end".to_owned())
            .spawn(finish)
        {
            tracing::error!(%error, "a thread could not be started");
        }
    }

    pub(crate) fn recorder_reports(&mut self, report: RecorderReport) {
        let Some(open) = &mut self.open else { return };
        if open.case.case_id != report.case_id {
            return;
        }
        let Some(recording) = open
            .recording
            .take_if(|recording| recording.id == report.id)
        else {
            return;
        };
        if recording.abandoned {
            self.drop_recording();
            return;
        }
        let event = match (&report.result, recording.interrupted) {
            (Ok(_), Some(cause)) => Some(AuditEvent::RecordingInterrupted { cause }),
            _ => None,
        };
        let accepted = report
            .result
            .and_then(|video| self.accept_video(video, event));
        if let Err(failure) = accepted {
            if !storage_failed(&failure) {
                self.forget_recording();
            }
            self.video_refused(failure);
        }
    }

    /// Removes what is left of a recording. Where only the disk failed, it stays instead, and is finished when the
    /// enrollment is resumed.
    fn forget_recording(&mut self) {
        let rest = self.change(None, |case| Ok(case.recording.take()));
        if let (Ok(Some(record)), Some(open)) = (rest, &self.open) {
            self.erase_file(&open.case.case_id.clone(), [record.file]);
        }
    }

    /// Throws the recording away; the next one gets another challenge.
    fn drop_recording(&mut self) {
        let dropped = self.change(AuditEvent::RecordingAbandoned, |case| {
            case.challenge = Challenge::draw(&mut rand::rng());
            Ok(case.recording.take())
        });
        if let (Ok(Some(record)), Some(open)) = (dropped, &self.open) {
            self.erase_file(&open.case.case_id.clone(), [record.file]);
        }
    }

    /// Puts a finished, checked video into the case; its file is already there.
    fn accept_video(
        &mut self,
        video: VideoRecord,
        also: Option<AuditEvent>,
    ) -> Result<(), Failure> {
        let event = if video.picked {
            AuditEvent::VideoImported {
                sha256: video.sha256.clone(),
                bytes: video.bytes,
            }
        } else {
            AuditEvent::RecordingFinished {
                sha256: video.sha256.clone(),
                bytes: video.bytes,
                duration_ms: video.duration_ms,
                dropped: video.dropped,
                simulated: video.simulated,
            }
        };
        let file = video.file.clone();
        let picked = video.picked;
        let case_id = self.opened()?.case.case_id.clone();
        let changed = self.change(event, |case| {
            let replaced = case.put_video(video)?;
            let leftover = if picked { None } else { case.recording.take() };
            Ok((replaced, leftover))
        });
        match changed {
            Ok((replaced, leftover)) => {
                if let Some(also) = also {
                    self.log(also);
                }
                let files = replaced
                    .map(|video| video.file)
                    .into_iter()
                    .chain(leftover.map(|record| record.file));
                self.erase_file(&case_id, files);
                if let Some(open) = &mut self.open {
                    open.import_work = Work::Idle;
                }
                Ok(())
            }
            Err(failure) => {
                self.erase_file(&case_id, [file]);
                Err(failure)
            }
        }
    }

    fn video_refused(&mut self, failure: Failure) {
        self.log(AuditEvent::VideoRejected {
            code: code_name(failure.code),
        });
        if let Some(open) = &mut self.open {
            open.import_work = Work::Failed { failure };
        }
    }

    pub(crate) fn import_video(&mut self, path: PathBuf) -> Result<(), Failure> {
        self.check_capture_of_video()?;
        self.check_space()?;
        let (store, inbox, limits) = (self.store.clone(), self.inbox.clone(), self.video_limits());
        let recorded_at = self.clock.now();
        let open = self.opened()?;
        let case_id = open.case.case_id.clone();
        open.import_work = Work::Running {
            what: "copying".to_owned(),
        };
        let work = move || {
            let result = import(store.as_ref(), &case_id, &path, &limits, recorded_at);
            let _ = inbox.send(Message::Imported { case_id, result });
        };
        self.in_background(work)
    }

    fn in_background(&mut self, work: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
        std::thread::Builder::new()
            .name("video".to_owned())
            .spawn(work)
            .map(drop)
            .map_err(|error| {
                let failure = of(FailureCode::Internal, error);
                if let Some(open) = &mut self.open {
                    open.import_work = Work::Failed {
                        failure: failure.clone(),
                    };
                }
                failure
            })
    }

    pub(crate) fn imported(&mut self, case_id: &str, result: Result<VideoRecord, Failure>) {
        if self
            .open
            .as_ref()
            .is_none_or(|open| open.case.case_id != case_id)
        {
            return;
        }
        if let Err(failure) = result.and_then(|video| self.accept_video(video, None)) {
            self.video_refused(failure);
        }
    }

    /// Finishes a recording that was running when the program ended.
    pub(crate) fn recover_recording(&mut self) {
        let (store, inbox, limits) = (self.store.clone(), self.inbox.clone(), self.video_limits());
        let Some(open) = &mut self.open else { return };
        let Some(record) = open.case.recording.clone() else {
            return;
        };
        let case_id = open.case.case_id.clone();
        open.import_work = Work::Running {
            what: "recovering".to_owned(),
        };
        let work = move || {
            let cause = Some("the program ended during the recording".to_owned());
            let unknown = Err(plain(FailureCode::RecordingFailed));
            let result = finish_file(store.as_ref(), &case_id, &record, unknown, cause, &limits);
            let _ = inbox.send(Message::Recovered { case_id, result });
        };
        if let Err(failure) = self.in_background(work) {
            tracing::warn!(
                code = code_name(failure.code),
                "a recording could not be recovered"
            );
        }
    }

    pub(crate) fn recovered(&mut self, case_id: &str, result: Result<VideoRecord, Failure>) {
        if self
            .open
            .as_ref()
            .is_none_or(|open| open.case.case_id != case_id)
        {
            return;
        }
        let bytes = result.as_ref().map_or(0, |video| video.bytes);
        let has_video = self
            .open
            .as_ref()
            .is_some_and(|open| open.case.video.is_some());
        let outcome = match result {
            // A video accepted earlier is worth more than a torn one.
            Ok(video) if has_video => {
                self.erase_file(case_id, [video.file]);
                Ok(())
            }
            Ok(video) => self.accept_video(video, Some(AuditEvent::RecordingRecovered { bytes })),
            Err(failure) => Err(failure),
        };
        if !outcome.as_ref().is_err_and(storage_failed) {
            self.forget_recording();
        }
        match outcome {
            Ok(()) => {
                if let Some(open) = &mut self.open {
                    open.import_work = Work::Idle;
                }
            }
            Err(failure) => self.video_refused(failure),
        }
    }

    pub(crate) fn discard_video(&mut self) -> Result<(), Failure> {
        self.editable()?;
        self.idle()?;
        let video = self.change(AuditEvent::VideoDiscarded, |case| {
            let video = case.remove_video()?;
            case.challenge = Challenge::draw(&mut rand::rng());
            Ok(video)
        })?;
        let case_id = self.opened()?.case.case_id.clone();
        self.erase_file(&case_id, [video.file]);
        Ok(())
    }
}

fn storage_failed(failure: &Failure) -> bool {
    matches!(
        failure.code,
        FailureCode::DiskFull | FailureCode::StorageFailed
    )
}

/// Waits until the camera thread has let go of the recorder.
fn release(recorder: Arc<Recorder>) -> Result<Recorder, Failure> {
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

fn record_failure(error: &RecordError) -> Failure {
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
fn finish_file(
    store: &dyn CaseStore,
    case_id: &str,
    record: &RecordingRecord,
    summary: Result<Summary, Failure>,
    interrupted: Option<String>,
    limits: &VideoLimits,
) -> Result<VideoRecord, Failure> {
    let (dropped, interrupted, first_failure) = match summary {
        Ok(summary) => (summary.dropped, interrupted, None),
        Err(failure) => {
            let cause = interrupted.unwrap_or_else(|| code_name(failure.code));
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
            interrupted: interrupted.clone(),
            ..video
        });
    if checked.is_err() {
        let _ = store.remove(case_id, &file);
    }
    checked
}

/// Copies a picked file into the case at once, for a stick may be pulled out, and checks the copy.
fn import(
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
        let _ = store.remove(case_id, &file);
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
