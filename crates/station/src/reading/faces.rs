//! The faces of an enrollment compared: selfie, portrait, and the best view of the video.

use evidence::{Case, FaceMatch, FaceRecord, ImageKind, ProblemKind};
use vision::Picture;
use vision::face::{self, LEAST_INTER_EYE_PX};

use super::video::KnownFace;
use super::vision_failed;
use crate::contract::{Failure, FailureCode};
use crate::failure::{chain, of};
use crate::store::{CaseStore, read_all};

/// What is compared.
pub(super) struct Task {
    case_id: String,
    of: Vec<String>,
    selfie: Option<String>,
    portrait: Option<String>,
    video: Option<KnownFace>,
}

impl Task {
    pub fn of(case: &Case, video: Option<KnownFace>) -> Task {
        let file = |kind| case.images.get(&kind).map(|image| image.file.clone());
        Task {
            case_id: case.case_id.clone(),
            of: case.faces_of(),
            selfie: file(ImageKind::DocumentOwner),
            portrait: file(ImageKind::DocumentPhoto),
            video,
        }
    }

    pub fn compare(self, store: &dyn CaseStore) -> Result<FaceRecord, Failure> {
        let face_of = |file: &Option<String>| match file {
            None => Ok(None),
            Some(file) => {
                let bytes = read_all(store, &self.case_id, file)?;
                let picture = vision::intake::read(&bytes)
                    .map_err(|error| of(FailureCode::PictureUnreadable, chain(&error)))?;
                known(&picture)
            }
        };
        let (selfie, portrait) = (face_of(&self.selfie)?, face_of(&self.portrait)?);
        let pair =
            |a: &Option<KnownFace>, b: &Option<KnownFace>| Some(matched(a.as_ref()?, b.as_ref()?));
        let selfie_portrait = pair(&selfie, &portrait);
        let faceless = (self.selfie.is_some() && selfie.is_none())
            || (self.portrait.is_some() && portrait.is_none());
        let too_small = selfie_portrait.is_some_and(|found| found.score.is_none());
        Ok(FaceRecord {
            of: self.of,
            video_selfie: pair(&self.video, &selfie),
            video_portrait: pair(&self.video, &portrait),
            selfie_portrait,
            missing: match (faceless, too_small) {
                (true, _) => Some(ProblemKind::NoFace),
                (_, true) => Some(ProblemKind::FaceTooSmall),
                _ => None,
            },
        })
    }
}

/// The largest face of a picture, described.
pub(super) fn known(picture: &Picture) -> Result<Option<KnownFace>, Failure> {
    let faces = face::detect(picture).map_err(|error| vision_failed(&error))?;
    let Some(face) = faces.first() else {
        return Ok(None);
    };
    let descriptor = face::descriptor(picture, face).map_err(|error| vision_failed(&error))?;
    Ok(Some(KnownFace {
        descriptor,
        inter_eye_px: face.inter_eye_px(),
    }))
}

/// A score only where both faces are large enough for it.
fn matched(a: &KnownFace, b: &KnownFace) -> FaceMatch {
    let distance = a.descriptor.distance(&b.descriptor);
    let inter_eye_px = [a.inter_eye_px, b.inter_eye_px];
    let reliable = inter_eye_px.iter().all(|&px| px >= LEAST_INTER_EYE_PX);
    FaceMatch {
        distance,
        score: reliable.then(|| face::similarity(distance)),
        inter_eye_px,
    }
}
