//! Guidance before the camera, captures that happen by themselves, and what a still is looked at for.

mod still;
#[cfg(test)]
mod tests;
mod watch;
mod words;

use std::time::{Duration, Instant};

use evidence::{AuditEvent, ChallengeAction, ImageKind, Step};
use vision::guidance::Wanted;

use crate::contract::{CapturingView, Failure, FailureCode, RefusedCapture};
use crate::enrollment::{AwaitedStill, OpenCase, Pending};
use crate::failure::{not_now, of};
use crate::session::Session;
use crate::source::Shutter;
use still::Looked;
pub(crate) use still::{LookReport, Looking, Original};
pub(crate) use watch::{GuideReport, GuideTask, Watcher, demand};

/// Tries after which the operator may press the shutter, and the time after which without one.
const TRIES_BEFORE_MANUAL: u32 = 2;
const TIME_BEFORE_MANUAL: Duration = Duration::from_secs(10);

/// How the pictures of the present step are taken.
pub(crate) struct Capturing {
    /// The step that the counts are of, and since when.
    step: Option<Step>,
    since: Instant,
    failed_tries: u32,
    refused: Option<RefusedCapture>,
    /// An accepted picture of this kind is to be replaced; it stays until another is used.
    another: Option<ImageKind>,
    /// Grows with each picture that is asked for: what guides begins anew.
    pub round: u32,
}

impl Default for Capturing {
    fn default() -> Self {
        Capturing {
            step: None,
            since: Instant::now(),
            failed_tries: 0,
            refused: None,
            another: None,
            round: 0,
        }
    }
}

impl Capturing {
    pub fn view(&self, working: bool, by_hand: bool, blind: Option<&Failure>) -> CapturingView {
        let automatic = !by_hand && blind.is_none();
        CapturingView {
            automatic,
            manual: !automatic
                || self.failed_tries >= TRIES_BEFORE_MANUAL
                || self.since.elapsed() >= TIME_BEFORE_MANUAL,
            failed_tries: self.failed_tries,
            refused: self.refused.clone(),
            working,
            another: self.another,
            blind: blind.cloned(),
        }
    }

    /// Begins anew where another step, or another picture of it, is at hand.
    fn at(&mut self, step: Step) {
        if self.step != Some(step) {
            self.step = Some(step);
            self.begin(None);
        }
    }

    /// The tries count from now on, for another picture in an accepted one's place or for the first.
    pub fn begin(&mut self, another: Option<ImageKind>) {
        self.since = Instant::now();
        (self.failed_tries, self.refused) = (0, None);
        self.another = another;
        self.round += 1;
    }

    /// A picture of this kind was accepted.
    pub fn used(&mut self, kind: ImageKind) {
        self.another.take_if(|wanted| *wanted == kind);
    }

    pub fn taken(&mut self) {
        self.refused = None;
        self.round += 1;
    }

    fn refuse(&mut self, refused: RefusedCapture) {
        self.failed_tries += 1;
        self.refused = Some(refused);
        self.round += 1;
    }
}

/// What stands before the camera at a step that takes a picture.
fn wanted(step: Step, passport: bool) -> Option<(Wanted, ImageKind)> {
    match step {
        Step::DocumentFront if passport => Some((Wanted::PassportPage, ImageKind::DocumentFront)),
        Step::DocumentFront => Some((Wanted::DocumentFront, ImageKind::DocumentFront)),
        Step::DocumentRear => Some((Wanted::DocumentRear, ImageKind::DocumentRear)),
        Step::Selfie => Some((Wanted::Selfie, ImageKind::DocumentOwner)),
        _ => None,
    }
}

/// What a picture of this kind is judged as.
fn judged_as(kind: ImageKind, passport: bool) -> Wanted {
    match kind {
        ImageKind::DocumentRear => Wanted::DocumentRear,
        ImageKind::DocumentOwner => Wanted::Selfie,
        _ if passport => Wanted::PassportPage,
        _ => Wanted::DocumentFront,
    }
}

impl Session {
    /// Tells the watcher what to look for now; called after everything that may have changed it.
    pub(crate) fn direct_guidance(&mut self) {
        let live = self.camera.is_live();
        let task = self.open.as_mut().filter(|_| live).and_then(task_of);
        let task = task.filter(|_| self.watcher.blind.is_none());
        self.watcher.look_for(task);
    }

    /// An accepted picture is to be taken again: what guides and captures goes on as if there were none.
    pub(crate) fn take_another(&mut self, kind: ImageKind) -> Result<(), Failure> {
        let open = self.editable()?;
        let passport = open.case.document_type == evidence::DocumentType::Pas;
        if wanted(open.case.step, passport).is_none_or(|(_, here)| here != kind) {
            return Err(not_now("this step takes no such picture"));
        }
        if !open.case.images.contains_key(&kind) {
            return Err(not_now("there is no picture to replace"));
        }
        open.capturing.begin(Some(kind));
        Ok(())
    }

    /// The accepted picture stays after all; one that is on its way is dropped.
    pub(crate) fn keep_picture(&mut self) -> Result<(), Failure> {
        let open = self.editable()?;
        if open.capturing.another.is_none() {
            return Err(not_now("no picture is being replaced"));
        }
        open.capturing.begin(None);
        (open.pending, open.awaiting_still) = (None, None);
        Ok(())
    }

    pub(crate) fn guide_reports(&mut self, report: GuideReport) {
        let by_hand = self.settings.camera.by_hand_only;
        match report {
            GuideReport::Capture { task, kind, place } => {
                if by_hand || self.watcher.task() != Some(task) {
                    return;
                }
                if let Err(failure) = self.capture(kind, Shutter::Automatic(place)) {
                    tracing::debug!(%failure, "no picture is taken by itself now");
                }
            }
            GuideReport::Seen { task, index } => {
                if self.watcher.task() == Some(task)
                    && let Err(failure) = self.mark_action(index)
                {
                    tracing::debug!(%failure, "an action that was seen could not be marked");
                }
            }
            GuideReport::Blind(failure) => {
                tracing::error!(%failure, "frames cannot be looked at");
                self.watcher.blind = Some(failure);
            }
        }
    }

    /// Looks at a still on a thread of its own.
    pub(crate) fn look_at(&mut self, looking: Looking) {
        if let Err(failure) = still::look(looking, self.inbox.clone()) {
            self.stop_waiting(failure);
        }
    }

    fn stop_waiting(&mut self, failure: Failure) {
        if let Some(open) = &mut self.open {
            open.awaiting_still = None;
        }
        self.camera.note_failure(failure);
    }

    pub(crate) fn looked(&mut self, report: LookReport) {
        let Some(open) = &mut self.open else { return };
        let mine = |still: &mut AwaitedStill| *still == report.awaited;
        let Some(AwaitedStill { kind, .. }) = open.awaiting_still.take_if(mine) else {
            return;
        };
        match report.result {
            Err(failure) => self.camera.note_failure(failure),
            Ok(looked) if looked.problems.iter().any(|problem| problem.hard) => {
                let kinds = looked.problems.iter().map(|problem| problem.kind).collect();
                open.capturing.refuse(RefusedCapture {
                    kind,
                    problems: looked.problems,
                });
                self.log(AuditEvent::CaptureRefused {
                    kind,
                    problems: kinds,
                });
            }
            Ok(looked) => {
                open.capturing.taken();
                open.pending = Some(pending(kind, looked));
            }
        }
    }

    pub(crate) fn set_corners(&mut self, corners: [[f32; 2]; 4]) -> Result<(), Failure> {
        let passport = self.opened()?.case.document_type == evidence::DocumentType::Pas;
        let open = self.editable()?;
        let waiting = open.pending.as_ref().and_then(|pending| {
            let original = pending.original.clone()?;
            Some((pending.kind, pending, original))
        });
        let Some((kind, pending_now, original)) = waiting else {
            return Err(not_now("no picture of a document waits"));
        };
        let looked = still::straightened_by_hand(
            pending_now,
            &original,
            corners,
            judged_as(kind, passport),
        )
        .ok_or_else(|| {
            of(
                FailureCode::InvalidInput,
                "corners lie inside the picture, clockwise, each side at least 100 pixels long",
            )
        })?;
        open.pending = Some(pending(kind, looked));
        self.log(AuditEvent::CornersMoved { kind });
        Ok(())
    }
}

fn pending(kind: ImageKind, looked: Looked) -> Pending {
    let look = looked.view();
    Pending {
        kind,
        id: uuid::Uuid::new_v4().simple().to_string(),
        width: looked.width,
        height: looked.height,
        jpeg: looked.jpeg,
        captured_at: looked.captured_at,
        source: looked.source,
        simulated: looked.simulated,
        look,
        original: looked.original,
    }
}

/// What the open enrollment wants to see now.
fn task_of(open: &mut OpenCase) -> Option<GuideTask> {
    let case = &open.case;
    if case.check_capture().is_err() || open.sending() {
        return None;
    }
    let step = case.step;
    let passport = case.document_type == evidence::DocumentType::Pas;
    open.capturing.at(step);
    if step == Step::Video {
        let recording = open.recording.as_ref();
        if recording.is_none() && case.video.is_some() {
            return None;
        }
        let marks = &case.challenge.marked_ms;
        let next = marks.iter().position(Option::is_none);
        let asked = next.and_then(|index| {
            let action: ChallengeAction = *case.challenge.actions.get(index)?;
            Some((u32::try_from(index).ok()?, action))
        });
        let running = recording.is_some_and(|recording| !recording.view().finishing);
        return Some(GuideTask::video(
            running.then_some(asked).flatten(),
            running,
        ));
    }
    let (wanted, kind) = wanted(step, passport)?;
    let asked = !case.images.contains_key(&kind) || open.capturing.another == Some(kind);
    let waits = open
        .pending
        .as_ref()
        .is_some_and(|pending| pending.kind == kind);
    let idle = asked && !waits && open.awaiting_still.is_none();
    idle.then(|| GuideTask::picture(wanted, kind, open.capturing.round))
}
