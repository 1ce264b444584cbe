//! Limits, and which of the things that are wrong is told first.

use serde::Serialize;

use super::{DocumentSeen, FaceSeen, Instruction, Seen, Wanted};

/// What is wrong goes on being wrong until it is better than its limit by this part: no flicker at the limit.
const HYSTERESIS: f32 = 0.08;

/// Documents. Shares are of the frame's width; 0.51 of 1920 pixels are 290 dpi on an ID-1 card.
const LEAST_SHARE: f32 = 0.54;
const MOST_SHARE: f32 = 0.96;
const LEAST_WIDTH_PX: f32 = 977.0;
const HARD_WIDTH_PX: f32 = 500.0;
const MOST_TILT_DEG: f32 = 14.0;
const HARD_TILT_DEG: f32 = 32.0;
const MOST_ROLL_DEG: f32 = 15.0;
/// See `quality::edge_sharpness`.
const LEAST_EDGE: f32 = 0.58;
const HARD_EDGE: f32 = 0.42;
const MOST_GLARE: f32 = 0.012;
const HARD_GLARE: f32 = 0.10;
const LEAST_LUMA: f32 = 60.0;
const HARD_DARK: f32 = 30.0;
const MOST_LUMA: f32 = 238.0;
const HARD_BRIGHT: f32 = 250.0;
/// Shares of the frame's width a second.
const MOST_MOTION: f32 = 0.10;
/// Part of the frame that makes an unseen document's missing corners a matter of distance.
const CLOSE_PRESENCE: f32 = 0.55;

/// Faces: between the eyes as a share of the frame's width, and pixels of a still.
const LEAST_EYES: f32 = 0.048;
const LEAST_EYES_PX: f32 = 90.0;
const HARD_EYES_PX: f32 = 40.0;
const MOST_FACE_HEIGHT: f32 = 0.80;
const MOST_OFF: [f32; 2] = [0.14, 0.18];
const MOST_YAW_DEG: f32 = 12.0;
const HARD_YAW_DEG: f32 = 30.0;
const MOST_HEAD_ROLL_DEG: f32 = 10.0;
const FACE_LUMA: [f32; 2] = [40.0, 215.0];
const LEAST_FACE_EDGE: f32 = 0.45;

/// A limit that a still fails.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Problem {
    pub kind: ProblemKind,
    pub measured: f32,
    pub limit: f32,
    /// The picture is of no use; soft limits are for a person to judge.
    pub hard: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    NoDocument,
    CornerHidden,
    TooSmall,
    Tilted,
    Blurred,
    Glare,
    TooDark,
    TooBright,
    WrongSide,
    NoFace,
    SeveralFaces,
    FaceTooSmall,
    FaceTurned,
    FaceTooDark,
    FaceTooBright,
}

/// What to do about a frame; none where all is good. `shown` is what the screen says now.
pub(super) fn instruction(
    wanted: Wanted,
    seen: &Seen,
    shown: Option<Instruction>,
) -> Option<Instruction> {
    // A limit tightens while its instruction is shown.
    let over = |instruction: Instruction, value: f32, limit: f32| {
        let slack = if shown == Some(instruction) {
            1.0 - HYSTERESIS
        } else {
            1.0
        };
        value > limit * slack
    };
    let under = |instruction: Instruction, value: f32, limit: f32| {
        let slack = if shown == Some(instruction) {
            1.0 + HYSTERESIS
        } else {
            1.0
        };
        value < limit * slack
    };
    match seen {
        Seen::Document(seen) => document(wanted, seen, over, under),
        Seen::Face(seen) => face(seen, over, under),
    }
}

fn document(
    wanted: Wanted,
    seen: &DocumentSeen,
    over: impl Fn(Instruction, f32, f32) -> bool,
    under: impl Fn(Instruction, f32, f32) -> bool,
) -> Option<Instruction> {
    use Instruction::*;
    if seen.outline.is_none() {
        let dark = seen.luma < LEAST_LUMA / 2.0;
        return Some(match (seen.corner_hidden, seen.presence > CLOSE_PRESENCE) {
            (true, true) => MoveAway,
            (true, false) => WholeDocument,
            _ if dark => TooDark,
            _ => ShowDocument,
        });
    }
    [
        (wrong_side(wanted, seen), OtherSide),
        (
            over(TurnUpright, seen.roll_deg.abs(), MOST_ROLL_DEG),
            TurnUpright,
        ),
        (over(MoveAway, seen.share, MOST_SHARE), MoveAway),
        (under(MoveCloser, seen.share, LEAST_SHARE), MoveCloser),
        (under(TooDark, seen.luma, LEAST_LUMA), TooDark),
        (over(TooBright, seen.luma, MOST_LUMA), TooBright),
        (over(HoldStill, seen.motion, MOST_MOTION), HoldStill),
        (over(HoldFlat, seen.tilt_deg, MOST_TILT_DEG), HoldFlat),
        (over(AvoidGlare, seen.glare_share, MOST_GLARE), AvoidGlare),
        (
            seen.edge_sharpness
                .is_none_or(|sharp| under(HoldSharp, sharp, LEAST_EDGE)),
            HoldSharp,
        ),
    ]
    .into_iter()
    .find_map(|(wrong, instruction)| wrong.then_some(instruction))
}

fn wrong_side(wanted: Wanted, seen: &DocumentSeen) -> bool {
    match wanted {
        Wanted::DocumentFront => seen.zone_shown && !seen.face_shown,
        Wanted::DocumentRear => seen.face_shown && !seen.zone_shown,
        Wanted::PassportPage | Wanted::Selfie => false,
    }
}

fn face(
    seen: &FaceSeen,
    over: impl Fn(Instruction, f32, f32) -> bool,
    under: impl Fn(Instruction, f32, f32) -> bool,
) -> Option<Instruction> {
    use Instruction::*;
    if seen.bounds.is_none() {
        return Some(ShowFace);
    }
    [
        (seen.faces > 1, OneFaceOnly),
        (under(ComeCloser, seen.eyes_share, LEAST_EYES), ComeCloser),
        (over(GoBack, seen.height_share, MOST_FACE_HEIGHT), GoBack),
        (
            (0..2).any(|axis| over(Centre, seen.off_centre[axis].abs(), MOST_OFF[axis])),
            Centre,
        ),
        (
            under(FaceLight, seen.luma, FACE_LUMA[0]) || over(FaceLight, seen.luma, FACE_LUMA[1]),
            FaceLight,
        ),
        (
            over(LookStraight, seen.yaw_deg.abs(), MOST_YAW_DEG),
            LookStraight,
        ),
        (
            over(HeadUpright, seen.roll_deg.abs(), MOST_HEAD_ROLL_DEG),
            HeadUpright,
        ),
        (
            seen.edge_sharpness
                .is_some_and(|sharp| under(HoldSharp, sharp, LEAST_FACE_EDGE)),
            HoldSharp,
        ),
    ]
    .into_iter()
    .find_map(|(wrong, instruction)| wrong.then_some(instruction))
}

/// Fails where `value` is on the wrong side of the soft limit; hard where it is beyond the hard one.
fn limit(kind: ProblemKind, value: f32, soft: f32, hard: f32) -> Option<Problem> {
    let beyond = |limit: f32| {
        if hard > soft {
            value > limit
        } else {
            value < limit
        }
    };
    beyond(soft).then(|| Problem {
        kind,
        measured: value,
        limit: if beyond(hard) { hard } else { soft },
        hard: beyond(hard),
    })
}

pub(super) fn document_problems(wanted: Wanted, seen: &DocumentSeen) -> Vec<Problem> {
    use ProblemKind::*;
    let light = [
        limit(TooDark, seen.luma, LEAST_LUMA, HARD_DARK),
        limit(TooBright, seen.luma, MOST_LUMA, HARD_BRIGHT),
    ];
    let soft = |kind| {
        Some(Problem {
            kind,
            measured: 0.0,
            limit: 0.0,
            hard: false,
        })
    };
    let mut problems: Vec<Option<Problem>> = Vec::new();
    if seen.outline.is_none() {
        // The finder may err: a person judges.
        problems.push(soft(if seen.corner_hidden {
            CornerHidden
        } else {
            NoDocument
        }));
    } else {
        problems.extend([
            wrong_side(wanted, seen)
                .then_some(())
                .and_then(|()| soft(WrongSide)),
            limit(TooSmall, seen.width_px, LEAST_WIDTH_PX, HARD_WIDTH_PX),
            limit(Tilted, seen.tilt_deg, MOST_TILT_DEG, HARD_TILT_DEG),
            limit(Glare, seen.glare_share, MOST_GLARE, HARD_GLARE),
            seen.edge_sharpness
                .and_then(|sharp| limit(Blurred, sharp, LEAST_EDGE, HARD_EDGE)),
        ]);
    }
    problems.extend(light);
    problems.into_iter().flatten().collect()
}

pub(super) fn face_problems(seen: &FaceSeen) -> Vec<Problem> {
    use ProblemKind::*;
    let hard = |kind, measured, limit| Problem {
        kind,
        measured,
        limit,
        hard: true,
    };
    if seen.bounds.is_none() {
        return vec![hard(NoFace, 0.0, 1.0)];
    }
    let mut problems = vec![
        limit(FaceTooSmall, seen.inter_eye_px, LEAST_EYES_PX, HARD_EYES_PX),
        limit(FaceTurned, seen.yaw_deg.abs(), MOST_YAW_DEG, HARD_YAW_DEG),
        limit(FaceTooDark, seen.luma, FACE_LUMA[0], FACE_LUMA[0] / 2.0),
        limit(FaceTooBright, seen.luma, FACE_LUMA[1], 245.0),
        seen.edge_sharpness
            .and_then(|sharp| limit(Blurred, sharp, LEAST_FACE_EDGE, 0.36)),
    ];
    if seen.faces > 1 {
        problems.push(Some(hard(SeveralFaces, seen.faces as f32, 1.0)));
    }
    problems.into_iter().flatten().collect()
}
