//! From what vision says to the contract's words.

use evidence::{CaptureProblem, ProblemKind};
use vision::document::Format;
use vision::guidance::{self as seen, DocumentSeen, FaceSeen, Seen, Wanted};

use crate::contract::{Instruction, Measured, MeasuredValue};

const MM_PER_INCH: f32 = 25.4;

/// The longer side of what is before the camera. Cards are taken for those of ID-1, which nearly all are: a frame does not
/// tell.
fn inches(wanted: Wanted) -> f32 {
    let format = match wanted {
        Wanted::PassportPage => Format::Id3,
        _ => Format::Id1,
    };
    format.millimetres()[0] / MM_PER_INCH
}

pub fn instruction(said: seen::Instruction) -> Instruction {
    use seen::Instruction as S;
    match said {
        S::ShowDocument => Instruction::ShowDocument,
        S::MoveCloser => Instruction::MoveCloser,
        S::MoveAway => Instruction::MoveAway,
        S::WholeDocument => Instruction::WholeDocument,
        S::HoldFlat => Instruction::HoldFlat,
        S::TurnUpright => Instruction::TurnUpright,
        S::TooDark => Instruction::TooDark,
        S::TooBright => Instruction::TooBright,
        S::AvoidGlare => Instruction::AvoidGlare,
        S::HoldStill => Instruction::HoldStill,
        S::HoldSharp => Instruction::HoldSharp,
        S::OtherSide => Instruction::OtherSide,
        S::ShowFace => Instruction::ShowFace,
        S::OneFaceOnly => Instruction::OneFaceOnly,
        S::ComeCloser => Instruction::ComeCloser,
        S::GoBack => Instruction::GoBack,
        S::Centre => Instruction::Centre,
        S::LookStraight => Instruction::LookStraight,
        S::HeadUpright => Instruction::HeadUpright,
        S::FaceLight => Instruction::FaceLight,
        S::Steady => Instruction::Steady,
    }
}

pub fn problem(found: &seen::Problem) -> CaptureProblem {
    use seen::ProblemKind as S;
    CaptureProblem {
        kind: match found.kind {
            S::NoDocument => ProblemKind::NoDocument,
            S::CornerHidden => ProblemKind::CornerHidden,
            S::TooSmall => ProblemKind::TooSmall,
            S::Tilted => ProblemKind::Tilted,
            S::Blurred => ProblemKind::Blurred,
            S::Glare => ProblemKind::Glare,
            S::TooDark => ProblemKind::TooDark,
            S::TooBright => ProblemKind::TooBright,
            S::WrongSide => ProblemKind::WrongSide,
            S::NoFace => ProblemKind::NoFace,
            S::SeveralFaces => ProblemKind::SeveralFaces,
            S::FaceTooSmall => ProblemKind::FaceTooSmall,
            S::FaceTurned => ProblemKind::FaceTurned,
            S::FaceTooDark => ProblemKind::FaceTooDark,
            S::FaceTooBright => ProblemKind::FaceTooBright,
        },
        measured: found.measured,
        limit: found.limit,
        hard: found.hard,
    }
}

/// The measured numbers; whether each is good follows from the limits that it fails.
pub fn measured(wanted: Wanted, seen: &Seen, problems: &[CaptureProblem]) -> Vec<MeasuredValue> {
    let fails = |kinds: &[ProblemKind]| problems.iter().any(|p| kinds.contains(&p.kind));
    let value = |what, value, kinds: &[ProblemKind]| MeasuredValue {
        what,
        value,
        good: (!kinds.is_empty()).then(|| !fails(kinds)),
    };
    use ProblemKind as K;
    match seen {
        Seen::Document(DocumentSeen {
            outline: None,
            luma,
            ..
        }) => {
            vec![value(Measured::Luma, *luma, &[K::TooDark, K::TooBright])]
        }
        Seen::Document(seen) => {
            let mut values = vec![
                value(Measured::Share, seen.share, &[]),
                value(Measured::WidthPx, seen.width_px, &[K::TooSmall]),
                value(
                    Measured::Dpi,
                    seen.width_px / inches(wanted),
                    &[K::TooSmall],
                ),
                value(Measured::TiltDeg, seen.tilt_deg, &[K::Tilted]),
                value(Measured::RollDeg, seen.roll_deg, &[]),
                value(Measured::Glare, seen.glare_share, &[K::Glare]),
                value(Measured::Luma, seen.luma, &[K::TooDark, K::TooBright]),
                value(Measured::Motion, seen.motion, &[]),
            ];
            values.extend(
                seen.edge_sharpness
                    .map(|sharp| value(Measured::Sharpness, sharp, &[K::Blurred])),
            );
            values
        }
        Seen::Face(FaceSeen { bounds: None, .. }) => {
            vec![value(Measured::Faces, 0.0, &[K::NoFace])]
        }
        Seen::Face(seen) => {
            let mut values = vec![
                value(Measured::Faces, seen.faces as f32, &[K::SeveralFaces]),
                value(Measured::InterEyePx, seen.inter_eye_px, &[K::FaceTooSmall]),
                value(Measured::YawDeg, seen.yaw_deg, &[K::FaceTurned]),
                value(Measured::RollDeg, seen.roll_deg, &[]),
                value(
                    Measured::Luma,
                    seen.luma,
                    &[K::FaceTooDark, K::FaceTooBright],
                ),
            ];
            values.extend(
                seen.edge_sharpness
                    .map(|sharp| value(Measured::Sharpness, sharp, &[K::Blurred])),
            );
            values
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resolution_goes_by_the_size_of_what_is_asked_for() {
        let seen = Seen::Document(DocumentSeen {
            outline: Some([[0.0; 2]; 4]),
            presence: 1.0,
            corner_hidden: false,
            share: 0.5,
            width_px: 1011.0,
            tilt_deg: 0.0,
            roll_deg: 0.0,
            edge_sharpness: None,
            glare_share: 0.0,
            glare_at: None,
            luma: 128.0,
            motion: 0.0,
            zone_shown: false,
            face_shown: false,
        });
        for (wanted, dpi) in [
            (Wanted::DocumentFront, 300),
            (Wanted::DocumentRear, 300),
            (Wanted::PassportPage, 205),
        ] {
            let values = measured(wanted, &seen, &[]);
            let found = values.iter().find(|value| value.what == Measured::Dpi);
            assert_eq!(
                found.map(|value| value.value.round() as i32),
                Some(dpi),
                "{wanted:?}"
            );
        }
    }
}
