//! The thread that looks at live frames, the newest only, and never so often that preview or recording would wait for it.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use evidence::{ChallengeAction, ImageKind};
use tokio::sync::watch;
use vision::Picture;
use vision::guidance::{Guidance, Guide, Seen, Wanted};
use vision::liveness::{Demand, seen_now};

use super::words;
use crate::contract::{Failure, FailureCode, GuidanceView, GuidedKind};
use crate::failure::{chain, of};
use crate::message::Message;
use crate::preview::LatestFrame;
use crate::source;

/// Between two looks: up to 15 a second, 10 while a recording needs the machine.
const PACE: Duration = Duration::from_millis(66);
const PACE_RECORDING: Duration = Duration::from_millis(100);
/// How often the thread looks for work while there is none.
const IDLE: Duration = Duration::from_millis(120);
/// Widest picture that is looked at.
const MAX_WIDTH: u32 = 960;
/// How long the head must be held as asked for the action to count as done.
const LEAST_HELD: Duration = Duration::from_millis(300);
/// Steady time after which a picture is taken: what fills the ring.
const STEADY: Duration = vision::guidance::STEADY;

/// What to look for. Equal tasks are one: guidance begins anew with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuideTask {
    wanted: Wanted,
    kind: Option<ImageKind>,
    round: u32,
    recording: bool,
    /// Number and kind of the action that is asked for now.
    asked: Option<(u32, ChallengeAction)>,
}

impl GuideTask {
    pub fn picture(wanted: Wanted, kind: ImageKind, round: u32) -> Self {
        GuideTask {
            wanted,
            kind: Some(kind),
            round,
            recording: false,
            asked: None,
        }
    }

    pub fn video(asked: Option<(u32, ChallengeAction)>, recording: bool) -> Self {
        GuideTask {
            wanted: Wanted::Selfie,
            kind: None,
            round: 0,
            recording,
            asked,
        }
    }
}

pub enum GuideReport {
    /// All has been good for long enough.
    Capture {
        task: GuideTask,
        kind: ImageKind,
        /// Where it stands: left, top, width, height as shares of the frame.
        place: [f32; 4],
    },
    /// The action that was asked for is being done.
    Seen { task: GuideTask, index: u32 },
    /// Frames cannot be looked at: a model fails.
    Blind(Failure),
}

/// The session's side of the thread; it ends with the session.
pub(crate) struct Watcher {
    tasks: watch::Sender<Option<GuideTask>>,
    /// Why frames cannot be looked at. It lasts, whatever enrollment is open, until it is tried again.
    pub blind: Option<Failure>,
}

impl Watcher {
    pub fn start(
        frames: LatestFrame,
        guidance: Arc<watch::Sender<Option<GuidanceView>>>,
        inbox: Sender<Message>,
    ) -> std::io::Result<Watcher> {
        let (tasks, receiver) = watch::channel(None);
        std::thread::Builder::new()
            .name("guidance".to_owned())
            .spawn(move || {
                let mut eyes = Eyes {
                    frames,
                    guidance,
                    inbox,
                    looking: None,
                    last_frame: 0,
                    blind: false,
                };
                // The sender is gone when the session is.
                while receiver.has_changed().is_ok() {
                    let task = *receiver.borrow();
                    let began = Instant::now();
                    let pace = eyes.turn(task);
                    std::thread::sleep(pace.saturating_sub(began.elapsed()));
                }
            })?;
        Ok(Watcher { tasks, blind: None })
    }

    pub fn look_for(&self, task: Option<GuideTask>) {
        self.tasks.send_if_modified(|now| {
            let other = *now != task;
            *now = task;
            other
        });
    }

    pub fn task(&self) -> Option<GuideTask> {
        *self.tasks.borrow()
    }
}

struct Eyes {
    frames: LatestFrame,
    guidance: Arc<watch::Sender<Option<GuidanceView>>>,
    inbox: Sender<Message>,
    looking: Option<Looking>,
    last_frame: u64,
    /// Said once: a model that fails fails again. Tried anew when the session has let go of the task.
    blind: bool,
}

struct Looking {
    task: GuideTask,
    guide: Guide,
    /// The asked action is seen since then.
    held_since: Option<Duration>,
    told: bool,
}

impl Eyes {
    /// Looks at the newest frame, where there is something to look for; tells how long to wait from the beginning of this turn.
    fn turn(&mut self, task: Option<GuideTask>) -> Duration {
        self.blind &= task.is_some();
        let Some(task) = task.filter(|_| !self.blind) else {
            self.looking = None;
            self.publish(None);
            return IDLE;
        };
        if self.looking.as_ref().is_none_or(|now| now.task != task) {
            self.looking = Some(Looking {
                task,
                guide: Guide::new(task.wanted),
                held_since: None,
                told: false,
            });
        }
        let newest = self.frames.0.borrow().clone();
        let Some((number, frame)) = newest.filter(|(number, _)| *number != self.last_frame) else {
            return IDLE.min(PACE);
        };
        self.last_frame = number;
        let Some(picture) = source::picture(&frame, MAX_WIDTH) else {
            return PACE;
        };
        match self.look(&picture, number, frame.at) {
            Ok(()) => {}
            Err(error) => {
                self.blind = true;
                self.publish(None);
                let failure = of(FailureCode::VisionFailed, chain(&error));
                let _ = self.inbox.send(Message::Guide(GuideReport::Blind(failure)));
            }
        }
        if task.recording { PACE_RECORDING } else { PACE }
    }

    fn look(
        &mut self,
        picture: &Picture,
        number: u64,
        at: Duration,
    ) -> Result<(), vision::ModelError> {
        let Some(looking) = &mut self.looking else {
            return Ok(());
        };
        let guidance = looking.guide.look(picture, at)?;
        let seen_action = looking.action(&guidance.seen);
        let task = looking.task;
        let mut view = view(task.wanted, &guidance, picture, number);
        view.seen_action = seen_action;
        let place = place(&view);
        self.publish(Some(view));
        if let (true, Some(kind), Some(place)) = (guidance.capture, task.kind, place) {
            let report = GuideReport::Capture { task, kind, place };
            let _ = self.inbox.send(Message::Guide(report));
        }
        if let Some(index) = seen_action
            && let Some(looking) = &mut self.looking
            && !looking.told
        {
            let since = *looking.held_since.get_or_insert(at);
            if at.saturating_sub(since) >= LEAST_HELD {
                looking.told = true;
                let report = GuideReport::Seen { task, index };
                let _ = self.inbox.send(Message::Guide(report));
            }
        } else if let Some(looking) = &mut self.looking {
            looking.held_since = None;
        }
        Ok(())
    }

    fn publish(&self, view: Option<GuidanceView>) {
        self.guidance.send_if_modified(|now| {
            let other = *now != view;
            *now = view;
            other
        });
    }
}

impl Looking {
    /// The asked action, where the head is held so now.
    fn action(&self, seen: &Seen) -> Option<u32> {
        let (index, action) = self.task.asked?;
        let Seen::Face(face) = seen else { return None };
        face.bounds?;
        (seen_now(face.yaw_deg) == Some(demand(action)?)).then_some(index)
    }
}

/// The upright rectangle around what was found.
fn place(view: &GuidanceView) -> Option<[f32; 4]> {
    let around = |corners: [[f32; 2]; 4]| {
        let [left, top] =
            [0, 1].map(|axis| corners.iter().fold(1.0, |least, c| c[axis].min(least)));
        let [right, bottom] =
            [0, 1].map(|axis| corners.iter().fold(0.0, |most, c| c[axis].max(most)));
        [left, top, right - left, bottom - top]
    };
    view.face.or(view.outline.map(around))
}

/// What of the challenge a face's five points can tell.
pub(crate) fn demand(action: ChallengeAction) -> Option<Demand> {
    match action {
        ChallengeAction::LookAhead => Some(Demand::LookAhead),
        ChallengeAction::TurnLeft => Some(Demand::TurnLeft),
        ChallengeAction::TurnRight => Some(Demand::TurnRight),
        ChallengeAction::SayCode | ChallengeAction::Nod | ChallengeAction::ShowDocument => None,
    }
}

fn view(wanted: Wanted, guidance: &Guidance, picture: &Picture, frame: u64) -> GuidanceView {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let share = |[x, y]: [f32; 2]| [x / width, y / height];
    let (kind, outline, face, glare) = match &guidance.seen {
        Seen::Document(seen) => (
            GuidedKind::Document,
            seen.outline.map(|corners| corners.map(share)),
            None,
            seen.glare_at.map(share),
        ),
        Seen::Face(seen) => {
            let bounds = seen
                .bounds
                .map(|[x, y, w, h]| [x / width, y / height, w / width, h / height]);
            (GuidedKind::Face, None, bounds, None)
        }
    };
    GuidanceView {
        frame,
        kind,
        instruction: words::instruction(guidance.instruction),
        outline,
        face,
        glare,
        good: guidance.good,
        steady: (guidance.steady.as_secs_f32() / STEADY.as_secs_f32()).min(1.0),
        measured: words::measured(wanted, &guidance.seen, &[]),
        seen_action: None,
    }
}
