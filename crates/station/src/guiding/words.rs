//! From what vision says to the contract's words.

use evidence::{CaptureProblem, ProblemKind};
use vision::guidance::{self as seen, DocumentSeen, FaceSeen, Seen};

use crate::contract::{Instruction, Measured, MeasuredValue};

/// ID-1 cards are 85.6 mm wide; the format of others is not known from a frame.
const CARD_INCHES: f32 = 85.6 / 25.4;

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
pub fn measured(seen: &Seen, problems: &[CaptureProblem]) -> Vec<MeasuredValue> {
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
                value(Measured::Dpi, seen.width_px / CARD_INCHES, &[K::TooSmall]),
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
