//! The video: recorded here or picked from a file, checked, accepted; a recording that a kill cut off is finished.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use evidence::{AuditEvent, Challenge, RecordingRecord, VideoRecord};
use recorder::{FragmentSink, Recorder, RecorderConfig, VideoLimits};

use crate::contract::{Failure, FailureCode, RecordingView, Work};
use crate::failure::{chain, code_name, not_now, of, plain};
use crate::message::Message;
use crate::session::Session;
use crate::store::GrowingFile;
use crate::video_file::{finish_file, record_failure, release};

pub const WIDTH: u32 = 1280;
pub const HEIGHT: u32 = 720;
/// A recording that runs or is being finished.
pub(crate) struct Recording {
    id: String,
    started: Instant,
    /// None from the stop on.
    recorder: Option<Arc<Recorder>>,
    last: RecordingView,
    /// Why it ended before the operator ended it.
    interrupted: Option<FailureCode>,
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
        if !self.camera.is_live() {
            return Err(self
                .camera
                .failure()
                .unwrap_or_else(|| plain(FailureCode::NoCamera)));
        }
        let Some((source, simulated)) = self.camera.source() else {
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
            virtual_camera: self.camera.is_virtual(),
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
        self.camera.record(Arc::downgrade(&recorder));
        let open = self.opened()?;
        open.pending = None;
        open.import_work = Work::Idle;
        open.seeing.recording_begins();
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
        self.ask_next();
        Ok(())
    }

    pub(crate) fn check_capture_of_video(&mut self) -> Result<(), Failure> {
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
        let place = usize::try_from(index).unwrap_or(usize::MAX);
        match self.opened()?.case.challenge.marked_ms.get(place) {
            None => return Err(of(FailureCode::InvalidInput, "there is no such action")),
            Some(Some(_)) => return Ok(()),
            Some(None) => {}
        }
        self.change(AuditEvent::ActionMarked { index, at_ms }, |case| {
            case.challenge.mark(place, at_ms);
            Ok(())
        })?;
        self.ask_next();
        Ok(())
    }

    /// The subject before the replay camera does what is asked for next.
    fn ask_next(&mut self) {
        let Some(open) = &self.open else { return };
        let challenge = &open.case.challenge;
        let next = challenge.marked_ms.iter().position(Option::is_none);
        let action = next.and_then(|place| challenge.actions.get(place).copied());
        self.camera.ask(action);
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
    pub(crate) fn interrupt_recording(&mut self, cause: FailureCode) {
        if self.running().is_ok() {
            self.end_recording(Some(cause), false);
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

    fn end_recording(&mut self, interrupted: Option<FailureCode>, abandoned: bool) {
        self.camera.stop_recording();
        self.camera.ask(None);
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
        recording.interrupted = interrupted;
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
            (Ok(_), Some(cause)) => Some(AuditEvent::RecordingInterrupted {
                cause: code_name(cause),
            }),
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
    pub(crate) fn forget_recording(&mut self) {
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
    pub(crate) fn accept_video(
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

    pub(crate) fn video_refused(&mut self, failure: Failure) {
        self.log(AuditEvent::VideoRejected {
            code: code_name(failure.code),
        });
        if let Some(open) = &mut self.open {
            open.import_work = Work::Failed { failure };
        }
    }
}

pub(crate) fn storage_failed(failure: &Failure) -> bool {
    matches!(
        failure.code,
        FailureCode::DiskFull | FailureCode::StorageFailed
    )
}
