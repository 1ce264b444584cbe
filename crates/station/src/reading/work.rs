//! The work of looking at evidence: one thing at a time, each on a thread of its own that can be told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use evidence::{Case, ImageKind};

use super::picture::PictureSeen;
use super::video::VideoSeen;
use super::{Seeing, faces, picture, video};
use crate::contract::{Failure, FailureCode};
use crate::failure::{not_now, of};
use crate::message::Message;
use crate::session::Session;

/// Far longer than anything takes: what is not done by then is given up. A video has its own length in addition, for each of its
/// pictures is decoded.
const DEADLINE: Duration = Duration::from_secs(150);

/// A piece of evidence that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    Picture(ImageKind),
    Video,
    Faces,
}

pub(super) struct Job {
    number: u64,
    subject: Subject,
    /// Digests of what it looks at.
    of: Vec<String>,
    since: Instant,
    deadline: Duration,
    stop: Stop,
}

/// Tells the thread of a job that nobody waits for it any more. It does so by itself where the job goes: given up, or left with its
/// enrollment.
#[derive(Default)]
struct Stop(Arc<AtomicBool>);

impl Stop {
    fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.set();
    }
}

pub struct SeenReport {
    pub(super) case_id: String,
    pub(super) number: u64,
    pub(super) result: Result<Seen, Failure>,
}

pub(super) enum Seen {
    Picture(PictureSeen),
    Video(Box<VideoSeen>),
    Faces(evidence::FaceRecord),
}

impl Seeing {
    /// Digests of what the subject is now.
    fn of(case: &Case, subject: Subject) -> Vec<String> {
        match subject {
            Subject::Picture(kind) => {
                let image = case.images.get(&kind);
                image
                    .map(|image| image.sha256.clone())
                    .into_iter()
                    .collect()
            }
            Subject::Video => case.judged_video().map(str::to_owned).into_iter().collect(),
            Subject::Faces => case.faces_of(),
        }
    }

    /// Stops the work that a new recording makes useless: what it looks at is replaced.
    pub fn recording_begins(&mut self) {
        let job = self.job.as_ref();
        if let Some(job) = job.filter(|job| job.subject == Subject::Video) {
            job.stop.set();
        }
    }
}

impl Session {
    /// Brings what was seen and judged up to date with the case, and looks at what was not looked at yet. Called after
    /// everything that may have changed it.
    pub(crate) fn see(&mut self) {
        let Some(open) = self.open.as_ref().filter(|open| !open.sending()) else {
            return;
        };
        if open.case.check_open().is_err() {
            return;
        }
        if let Err(failure) = self.forget_stale().and_then(|()| self.judge_checks()) {
            tracing::warn!(%failure, "what was seen could not be written");
            return;
        }
        self.stop_overtaken();
        self.give_up_late();
        self.look_at_next();
    }

    /// Looks again at what could not be looked at.
    pub(crate) fn look_again(&mut self) -> Result<(), Failure> {
        let failed = std::mem::take(&mut self.editable()?.seeing.failed);
        if failed.is_empty() && self.watcher.blind.is_none() {
            return Err(not_now("nothing failed to be looked at"));
        }
        self.watcher.blind = None;
        Ok(())
    }

    /// Stops the work on what was replaced or discarded. It has its place until its thread reports: no two run at once.
    fn stop_overtaken(&mut self) {
        let Some(open) = &self.open else { return };
        let overtaken = |job: &&Job| job.of != Seeing::of(&open.case, job.subject);
        if let Some(job) = open.seeing.job.as_ref().filter(overtaken) {
            job.stop.set();
        }
    }

    fn give_up_late(&mut self) {
        let Some(open) = &mut self.open else { return };
        let late = |job: &mut Job| job.since.elapsed() > job.deadline;
        if let Some(job) = open.seeing.job.take_if(late)
            && !job.stop.is_set()
        {
            let failure = of(
                FailureCode::VisionFailed,
                format!("given up after {} s", job.deadline.as_secs()),
            );
            open.seeing.failed.insert(job.subject, (job.of, failure));
        }
    }

    fn look_at_next(&mut self) {
        let (store, inbox) = (self.store.clone(), self.inbox.clone());
        let today = self.today();
        let Some(open) = &mut self.open else { return };
        // A recording needs the machine.
        if open.seeing.job.is_some() || open.recording.is_some() {
            return;
        }
        let case = &open.case;
        let Some((subject, of)) = open.seeing.next(case) else {
            return;
        };
        let case_id = case.case_id.clone();
        let stop = Stop::default();
        let work: Box<dyn FnOnce() -> Result<Seen, Failure> + Send> = match subject {
            Subject::Picture(kind) => {
                let Some(image) = case.images.get(&kind).cloned() else {
                    return;
                };
                let case_id = case_id.clone();
                Box::new(move || {
                    picture::read(store.as_ref(), &case_id, kind, &image, today).map(Seen::Picture)
                })
            }
            Subject::Video => {
                let Some(task) = video::Task::of(case) else {
                    return;
                };
                let stopped = Arc::clone(&stop.0);
                Box::new(move || {
                    task.look(store.as_ref(), &stopped)
                        .map(|seen| Seen::Video(Box::new(seen)))
                })
            }
            Subject::Faces => {
                let known = open.seeing.video_face.as_ref();
                let video = known.and_then(|(_, face)| face.clone());
                let task = faces::Task::of(case, video);
                Box::new(move || task.compare(store.as_ref()).map(Seen::Faces))
            }
        };
        let deadline = match (subject, &case.video) {
            (Subject::Video, Some(video)) => DEADLINE + Duration::from_millis(video.duration_ms),
            _ => DEADLINE,
        };
        self.seeing_jobs += 1;
        let number = self.seeing_jobs;
        let report_to = case_id.clone();
        let spawned = std::thread::Builder::new()
            .name("seeing".to_owned())
            .spawn(move || {
                let result = work();
                let _ = inbox.send(Message::Seen(Box::new(SeenReport {
                    case_id: report_to,
                    number,
                    result,
                })));
            });
        match spawned {
            Ok(_) => {
                open.seeing.job = Some(Job {
                    number,
                    subject,
                    of,
                    since: Instant::now(),
                    deadline,
                    stop,
                });
            }
            Err(error) => {
                let failure = crate::failure::of(FailureCode::Internal, error);
                open.seeing.failed.insert(subject, (of, failure));
            }
        }
    }

    pub(crate) fn seen(&mut self, report: SeenReport) {
        let Some(open) = &mut self.open else { return };
        if open.case.case_id != report.case_id {
            return;
        }
        let mine = |job: &mut Job| job.number == report.number;
        let Some(job) = open.seeing.job.take_if(mine) else {
            return;
        };
        let failure = match report.result {
            // What was stopped is no failure, whatever it says; what it found of the case as it is now is taken.
            Err(_) if job.stop.is_set() => return,
            Err(failure) => failure,
            // Sent or cancelled in the meantime: nothing changes any more.
            Ok(_) if open.sending() || open.case.check_open().is_err() => return,
            Ok(seen) => {
                let written = match seen {
                    Seen::Picture(seen) => self.picture_read(seen),
                    Seen::Video(seen) => self.video_judged(*seen),
                    Seen::Faces(record) => self.faces_compared(record),
                };
                match written {
                    Ok(()) => return,
                    Err(failure) => failure,
                }
            }
        };
        tracing::warn!(%failure, "evidence could not be looked at");
        if let Some(open) = &mut self.open {
            open.seeing.failed.insert(job.subject, (job.of, failure));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(subject: Subject) -> (Seeing, Arc<AtomicBool>) {
        let stop = Stop::default();
        let stopped = Arc::clone(&stop.0);
        let job = Job {
            number: 1,
            subject,
            of: Vec::new(),
            since: Instant::now(),
            deadline: DEADLINE,
            stop,
        };
        let seeing = Seeing {
            job: Some(job),
            ..Seeing::default()
        };
        (seeing, stopped)
    }

    #[test]
    fn a_new_recording_stops_the_work_on_the_video_and_no_other() {
        for (subject, stops) in [
            (Subject::Video, true),
            (Subject::Faces, false),
            (Subject::Picture(ImageKind::DocumentFront), false),
        ] {
            let (mut seeing, stopped) = job(subject);
            seeing.recording_begins();
            assert_eq!(stopped.load(Ordering::Relaxed), stops, "{subject:?}");
        }
    }

    #[test]
    fn work_that_is_left_or_given_up_stops() {
        let (mut seeing, stopped) = job(Subject::Faces);
        seeing.job = None;
        assert!(stopped.load(Ordering::Relaxed));
        let (seeing, stopped) = job(Subject::Video);
        drop(seeing);
        assert!(stopped.load(Ordering::Relaxed));
    }
}
