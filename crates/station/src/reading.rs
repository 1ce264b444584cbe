//! What the accepted pictures and the video show: read in the background, written into the case with its source.

use evidence::{Case, Field, ImageKind};

use crate::contract::{ChallengeAction, FacesView, Failure, LivenessView, ReadingView, Suggestion};
use crate::failure::not_now;
use crate::session::Session;

/// The work of seeing that goes on for the open case.
#[derive(Default)]
pub(crate) struct Seeing {
    pub comparing: bool,
    pub judging: bool,
    pub judging_failure: Option<Failure>,
}

/// Actions that five points of a face can tell.
const MEASURED_ACTIONS: [ChallengeAction; 3] = [
    ChallengeAction::LookAhead,
    ChallengeAction::TurnLeft,
    ChallengeAction::TurnRight,
];

impl Seeing {
    pub fn readings(&self, _case: &Case) -> Vec<ReadingView> {
        Vec::new()
    }

    pub fn suggestion(&self, _case: &Case, _field: Field) -> Option<Suggestion> {
        None
    }

    pub fn faces(&self, case: &Case) -> FacesView {
        let faces = case.faces.clone().unwrap_or_default();
        FacesView {
            working: self.comparing,
            selfie_portrait: faces.selfie_portrait,
            video_selfie: faces.video_selfie,
            video_portrait: faces.video_portrait,
            missing: faces.missing,
        }
    }

    pub fn liveness(&self, case: &Case) -> LivenessView {
        let record = case.liveness.as_ref();
        LivenessView {
            working: self.judging,
            passed: record.map(|record| record.passed),
            reasons: record.map_or_else(Vec::new, |record| record.reasons.clone()),
            warnings: record.map_or_else(Vec::new, |record| record.warnings.clone()),
            sampled: record.map_or(0, |record| record.sampled),
            measured_actions: MEASURED_ACTIONS.to_vec(),
            seen_ms: record.map_or_else(Vec::new, |record| record.seen_ms.clone()),
            failure: self.judging_failure.clone(),
        }
    }
}

impl Session {
    /// A picture became evidence.
    pub(crate) fn picture_accepted(&mut self, _kind: ImageKind) {}

    /// A picture was taken out of the evidence.
    pub(crate) fn picture_removed(&mut self, _kind: ImageKind) {}

    pub(crate) fn take_suggestion(&mut self, _field: Field) -> Result<(), Failure> {
        Err(not_now("no other form is offered"))
    }
}
