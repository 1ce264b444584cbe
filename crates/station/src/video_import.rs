//! Videos that do not come from a recording just made: picked files, and recordings that a kill cut off.

use std::path::PathBuf;

use evidence::{AuditEvent, Challenge, VideoRecord};

use crate::contract::{Failure, FailureCode, Work};
use crate::failure::{code_name, of, plain};
use crate::message::Message;
use crate::session::Session;
use crate::video::storage_failed;
use crate::video_file::{finish_file, import};

impl Session {
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
            let cause = Some(FailureCode::ProgramClosed);
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
