//! What the screens show of the seeing.

use evidence::{ActionFrame, Case, Field, ImageKind, LivenessRecord};

use super::{DOCUMENT_SIDES, Seeing, Subject};
use crate::contract::{
    ActionFrameView, ChallengeAction, FacesView, LivenessView, ReadingState, ReadingView,
    Suggestion,
};
use crate::guiding::demand;

impl Seeing {
    pub fn readings(&self, case: &Case) -> Vec<ReadingView> {
        let view = |kind: ImageKind| {
            let image = case.images.get(&kind)?;
            let subject = Subject::Picture(kind);
            let failure = self.failure(subject, std::slice::from_ref(&image.sha256));
            let reading = case
                .readings
                .get(&kind)
                .filter(|reading| reading.image_sha256 == image.sha256);
            let zone = reading.and_then(|reading| reading.zone.as_ref());
            let portrait = (self.portrait.as_ref())
                .filter(|portrait| kind == portrait.side && portrait.of == image.sha256);
            Some(ReadingView {
                kind,
                state: match (failure, reading) {
                    (Some(failure), _) => ReadingState::Failed {
                        failure: failure.clone(),
                    },
                    (None, Some(_)) => ReadingState::Read,
                    (None, None) => ReadingState::Reading,
                },
                zone: zone.map(|zone| zone.kind.clone()),
                zone_lines: zone.map_or_else(Vec::new, |zone| zone.lines.clone()),
                zone_valid: zone.is_some_and(|zone| zone.all_valid),
                face: reading.is_some_and(|reading| reading.face.is_some()),
                portrait: portrait.map(|portrait| portrait.area),
                dpi: image.dpi,
            })
        };
        DOCUMENT_SIDES.into_iter().filter_map(view).collect()
    }

    pub fn suggestion(&self, case: &Case, field: Field) -> Option<Suggestion> {
        let (read, source) = self.other_form(case, field)?;
        Some(Suggestion {
            value: read.value,
            source,
        })
    }

    pub fn faces(&self, case: &Case) -> FacesView {
        let of = case.faces_of();
        let failure = self.failure(Subject::Faces, &of).cloned();
        let faces = case.faces.clone().filter(|faces| faces.of == of);
        FacesView {
            working: of.len() > 1 && faces.is_none() && failure.is_none(),
            missing: faces.as_ref().and_then(|faces| faces.missing),
            selfie_portrait: faces.as_ref().and_then(|faces| faces.selfie_portrait),
            video_selfie: faces.as_ref().and_then(|faces| faces.video_selfie),
            video_portrait: faces.as_ref().and_then(|faces| faces.video_portrait),
            failure,
        }
    }

    pub fn liveness(&self, case: &Case) -> LivenessView {
        let digest = case.judged_video();
        let record =
            (case.liveness.as_ref()).filter(|record| Some(record.video_sha256.as_str()) == digest);
        let failure = digest
            .and_then(|digest| self.failure(Subject::Video, &[digest.to_owned()]))
            .cloned();
        LivenessView {
            working: digest.is_some() && record.is_none() && failure.is_none(),
            passed: record.map(|record| record.passed),
            reasons: record.map_or_else(Vec::new, |record| record.reasons.clone()),
            warnings: record.map_or_else(Vec::new, |record| record.warnings.clone()),
            sampled: record.map_or(0, |record| record.sampled),
            measured_actions: measured_actions(case),
            seen_ms: record.map_or_else(Vec::new, |record| record.seen_ms.clone()),
            frames: record.map_or_else(Vec::new, |record| frames(case, record)),
            failure,
        }
    }
}

fn frames(case: &Case, record: &LivenessRecord) -> Vec<ActionFrameView> {
    let view = |frame: &ActionFrame| {
        let action = case.challenge.actions.get(frame.action as usize)?;
        Some(ActionFrameView {
            action: *action,
            at_ms: frame.at_ms,
            id: frame.id.clone(),
        })
    };
    record.frames.iter().filter_map(view).collect()
}

/// The actions of the challenge that a face's points can tell.
fn measured_actions(case: &Case) -> Vec<ChallengeAction> {
    let actions = case.challenge.actions.iter().copied();
    actions.filter(|action| demand(*action).is_some()).collect()
}
