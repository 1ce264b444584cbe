//! What to do before the camera: each frame is measured, one instruction is chosen and kept steady, the moment to capture is found.

mod choose;
mod measure;
mod steady;

use std::time::Duration;

use serde::Serialize;

use crate::document::{self, Located, Outline};
use crate::face::{self, Point};
use crate::models::ModelError;
use crate::picture::Picture;
pub use choose::{Problem, ProblemKind};
pub use measure::{DocumentSeen, FaceSeen};
pub use steady::STEADY;
use steady::Steadied;

/// What is to be captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    DocumentFront,
    DocumentRear,
    /// Portrait and zone on one page.
    PassportPage,
    Selfie,
}

/// What to do, the most useful first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Instruction {
    ShowDocument,
    MoveCloser,
    MoveAway,
    WholeDocument,
    HoldFlat,
    TurnUpright,
    TooDark,
    TooBright,
    AvoidGlare,
    HoldStill,
    HoldSharp,
    OtherSide,
    ShowFace,
    OneFaceOnly,
    ComeCloser,
    GoBack,
    Centre,
    LookStraight,
    HeadUpright,
    FaceLight,
    /// All is good: stay so.
    Steady,
}

/// What a frame shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    Document(DocumentSeen),
    Face(FaceSeen),
}

/// What one frame comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Guidance {
    pub seen: Seen,
    /// What is shown: it stays for a while.
    pub instruction: Instruction,
    /// Nothing is wrong with this frame.
    pub good: bool,
    /// For how long all has been good.
    pub steady: Duration,
    /// All has been good for long enough: the moment to capture, told once for each such time.
    pub capture: bool,
}

/// A document is followed from frame to frame, and looked for anew in every so many-th: what is followed might be another thing.
const ANEW_EVERY: u32 = 15;

/// Guides to one picture. Give it the newest frame, as often as there is time.
pub struct Guide {
    wanted: Wanted,
    steadied: Steadied,
    last: Option<(Duration, [Point; 4])>,
    /// Cues that cost more than a frame has; they are looked for now and then.
    sides: measure::Sides,
    frames: u32,
}

impl Guide {
    pub fn new(wanted: Wanted) -> Guide {
        Guide {
            wanted,
            steadied: Steadied::default(),
            last: None,
            sides: measure::Sides::default(),
            frames: 0,
        }
    }

    pub fn wanted(&self) -> Wanted {
        self.wanted
    }

    /// Looks at a frame that was taken `at` a time of a steady clock.
    pub fn look(&mut self, frame: &Picture, at: Duration) -> Result<Guidance, ModelError> {
        let seen = match self.wanted {
            Wanted::Selfie => Seen::Face(measure::face(frame, &face::detect_live(frame)?)),
            _ => Seen::Document(self.document(frame, at)?),
        };
        Ok(self.judge(seen, at))
    }

    fn document(&mut self, frame: &Picture, at: Duration) -> Result<DocumentSeen, ModelError> {
        // Not in the frames in which its sides are looked for, which cost more as it is.
        let anew = (self.frames + 2).is_multiple_of(ANEW_EVERY);
        let followed = match self.last {
            Some((_, corners)) if !anew => document::follow(frame, &corners)?,
            _ => None,
        };
        let located = match followed {
            Some(located) => located,
            None => document::look_quickly(frame)?,
        };
        let motion = match (&located.outline, self.last) {
            (Some(outline), Some((before, corners))) if at > before => {
                let moved = measure::moved(&outline.corners, &corners) / frame.width() as f32;
                moved / (at - before).as_secs_f32()
            }
            _ => 0.0,
        };
        self.last = located.outline.map(|outline| (at, outline.corners));
        if let Some(outline) = &located.outline {
            if self.frames.is_multiple_of(measure::SIDES_EVERY) {
                self.sides = measure::sides(frame, outline)?;
            }
            self.frames += 1;
        }
        Ok(measure::document(frame, &located, self.sides, motion))
    }

    /// The choice alone: what a frame shows leads to what is shown on the screen.
    pub fn judge(&mut self, seen: Seen, at: Duration) -> Guidance {
        let problem = choose::instruction(self.wanted, &seen, self.steadied.shown());
        let good = problem.is_none();
        let told = self
            .steadied
            .tell(problem.unwrap_or(Instruction::Steady), at);
        Guidance {
            seen,
            instruction: told.instruction,
            good,
            steady: told.steady,
            capture: told.capture,
        }
    }
}

/// What a still shows, and which limits it fails.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    pub seen: Seen,
    /// Exact corners; none for a selfie, or where no document was found.
    pub outline: Option<Outline>,
    pub problems: Vec<Problem>,
}

/// Judges a still at its full size.
pub fn assess_still(wanted: Wanted, picture: &Picture) -> Result<Assessment, ModelError> {
    if wanted == Wanted::Selfie {
        let seen = measure::face(picture, &face::detect(picture)?);
        let problems = choose::face_problems(&seen);
        return Ok(Assessment {
            seen: Seen::Face(seen),
            outline: None,
            problems,
        });
    }
    assess_located(wanted, picture, &document::look(picture)?)
}

/// Judges a still by the document's outline that somebody gives, as [`assess_still`] does by the one that it finds.
pub fn assess_outlined(
    wanted: Wanted,
    picture: &Picture,
    outline: Outline,
) -> Result<Assessment, ModelError> {
    let located = Located {
        outline: Some(outline),
        presence: 1.0,
        corner_cut_off: false,
    };
    assess_located(wanted, picture, &located)
}

fn assess_located(
    wanted: Wanted,
    picture: &Picture,
    located: &Located,
) -> Result<Assessment, ModelError> {
    let sides = match &located.outline {
        Some(outline) => measure::sides(picture, outline)?,
        None => measure::Sides::default(),
    };
    let seen = measure::document(picture, located, sides, 0.0);
    let problems = choose::document_problems(wanted, &seen);
    Ok(Assessment {
        seen: Seen::Document(seen),
        outline: located.outline,
        problems,
    })
}
