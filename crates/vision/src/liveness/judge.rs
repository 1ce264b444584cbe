//! The judgement alone: from what frames show to whether the challenge was met.

use std::time::Duration;

use serde::Serialize;

use super::{Demand, Observation};

/// A head looks ahead below this.
pub const MOST_AHEAD_DEG: f32 = 8.0;
/// And is turned from this on.
pub const LEAST_TURN_DEG: f32 = 16.0;
/// Longest time without a face: a head that turns far is lost for a moment.
pub const MOST_GAP: Duration = Duration::from_millis(700);
/// Descriptors farther apart are of two persons.
pub const MOST_DISTANCE: f32 = 0.62;
/// Faces turned farther are not compared: they differ from themselves.
const MOST_COMPARED_DEG: f32 = 14.0;
/// Frames with a second face that are let pass: reflections, errors.
const MOST_SECOND_FACE: usize = 1;
/// Frames in a row that are equal to the last pixel; no sensor gives two.
const MOST_EQUAL: usize = 2;
/// Fewer frames judge nothing.
const LEAST_FRAMES: usize = 8;

/// Whether a demand is met, and what was measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StepSeen {
    pub demand: Demand,
    /// When it was first seen, after all that was asked before.
    pub found_at: Option<Duration>,
    /// The angle there.
    pub yaw_deg: Option<f32>,
}

/// Why the challenge was not met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    TooFewFrames,
    /// Something that was asked was not seen in its place.
    NotSeen,
    FaceMissing,
    SecondFace,
    OtherPerson,
}

/// What speaks for pictures that come from no camera.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// Frames that are equal to the one before.
    IdenticalFrames { count: usize },
    /// Steps of time that are negative or nothing.
    ImpossibleTiming { count: usize },
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LivenessResult {
    pub passed: bool,
    pub steps: Vec<StepSeen>,
    /// None where too few faces could be compared.
    pub same_person: Option<bool>,
    /// The largest distance between a face and the first that looked ahead.
    pub largest_distance: Option<f32>,
    /// Spans without a face that are longer than [`MOST_GAP`], from and to.
    pub missing_face: Vec<[Duration; 2]>,
    pub second_face: Vec<Duration>,
    pub reasons: Vec<Reason>,
    pub warnings: Vec<Warning>,
    pub sampled: usize,
}

/// The demand that a head with this turn meets.
pub fn seen_now(yaw_deg: f32) -> Option<Demand> {
    if yaw_deg.abs() <= MOST_AHEAD_DEG {
        Some(Demand::LookAhead)
    } else if yaw_deg >= LEAST_TURN_DEG {
        Some(Demand::TurnLeft)
    } else if yaw_deg <= -LEAST_TURN_DEG {
        Some(Demand::TurnRight)
    } else {
        None
    }
}

/// Judges the frames of a video, in their order. Within `exempt` spans the face may be covered or a second one be shown, as when the
/// document is held up; what is asked may be met there all the same.
pub fn judge(
    demands: &[Demand],
    frames: &[Observation],
    exempt: &[[Duration; 2]],
) -> LivenessResult {
    let exempted = |at: Duration| exempt.iter().any(|[from, to]| (*from..=*to).contains(&at));
    let steps = steps(demands, frames);
    let missing_face = gaps(frames, &exempted);
    let second_face: Vec<Duration> = frames
        .iter()
        .filter(|frame| frame.faces > 1 && !exempted(frame.at))
        .map(|frame| frame.at)
        .collect();
    let largest_distance = largest_distance(frames);
    let same_person = largest_distance.map(|distance| distance <= MOST_DISTANCE);
    let mut reasons = Vec::new();
    let mut fails = |fails: bool, reason: Reason| {
        if fails {
            reasons.push(reason);
        }
    };
    fails(frames.len() < LEAST_FRAMES, Reason::TooFewFrames);
    fails(
        steps.iter().any(|step| step.found_at.is_none()),
        Reason::NotSeen,
    );
    fails(!missing_face.is_empty(), Reason::FaceMissing);
    fails(second_face.len() > MOST_SECOND_FACE, Reason::SecondFace);
    fails(same_person != Some(true), Reason::OtherPerson);
    LivenessResult {
        passed: reasons.is_empty(),
        steps,
        same_person,
        largest_distance,
        missing_face,
        second_face,
        reasons,
        warnings: warnings(frames),
        sampled: frames.len(),
    }
}

/// Each demand where it is first seen after the one before it.
fn steps(demands: &[Demand], frames: &[Observation]) -> Vec<StepSeen> {
    let mut rest = frames.iter();
    demands
        .iter()
        .map(|&demand| {
            let found = rest
                .by_ref()
                .find(|frame| frame.yaw_deg.and_then(seen_now) == Some(demand));
            StepSeen {
                demand,
                found_at: found.map(|frame| frame.at),
                yaw_deg: found.and_then(|frame| frame.yaw_deg),
            }
        })
        .collect()
}

fn gaps(frames: &[Observation], exempted: &impl Fn(Duration) -> bool) -> Vec<[Duration; 2]> {
    let mut gaps = Vec::new();
    let mut open: Option<[Duration; 2]> = None;
    for frame in frames {
        if frame.faces == 0 && !exempted(frame.at) {
            let from = open.map_or(frame.at, |[from, _]| from);
            open = Some([from, frame.at]);
        } else if let Some([from, _]) = open.take() {
            gaps.push([from, frame.at]);
        }
    }
    gaps.extend(open);
    let only_gap = frames.iter().all(|frame| frame.faces == 0) && !frames.is_empty();
    gaps.retain(|[from, to]| only_gap || *to - *from > MOST_GAP);
    gaps
}

fn largest_distance(frames: &[Observation]) -> Option<f32> {
    let mut ahead = frames.iter().filter_map(|frame| {
        let turned = frame.yaw_deg?.abs() > MOST_COMPARED_DEG;
        frame.descriptor.as_ref().filter(|_| !turned)
    });
    let first = ahead.next()?;
    ahead.map(|other| first.distance(other)).reduce(f32::max)
}

fn warnings(frames: &[Observation]) -> Vec<Warning> {
    let pairs = || frames.windows(2);
    let equal = pairs().filter(|pair| pair[0].fingerprint == pair[1].fingerprint);
    let still = pairs().filter(|pair| pair[1].at <= pair[0].at);
    let (equal, still) = (equal.count(), still.count());
    let mut warnings = Vec::new();
    if equal >= MOST_EQUAL {
        warnings.push(Warning::IdenticalFrames { count: equal });
    }
    if still > 0 {
        warnings.push(Warning::ImpossibleTiming { count: still });
    }
    warnings
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::face::Descriptor;
    use Demand::*;

    /// A frame each 200 ms with these angles, of one person.
    fn film(yaws: &[f32]) -> Vec<Observation> {
        let frame = |(i, yaw): (usize, &f32)| Observation {
            at: Duration::from_millis(i as u64 * 200),
            faces: 1,
            yaw_deg: Some(*yaw),
            inter_eye_px: Some(90.0),
            descriptor: Some(Descriptor::at(0.01 * (i % 3) as f32)),
            fingerprint: i as u64,
        };
        yaws.iter().enumerate().map(frame).collect()
    }

    const FILM: [f32; 12] = [
        2.0, 1.0, 9.0, 18.0, 22.0, 10.0, 0.0, -9.0, -20.0, -21.0, -6.0, 1.0,
    ];

    fn result(demands: &[Demand], frames: &[Observation]) -> LivenessResult {
        judge(demands, frames, &[])
    }

    #[test]
    fn turns_in_the_order_asked_pass_with_their_times() {
        let seen = result(&[LookAhead, TurnLeft, TurnRight], &film(&FILM));
        assert!(seen.passed, "{seen:?}");
        let times: Vec<_> = seen
            .steps
            .iter()
            .map(|step| step.found_at.unwrap().as_millis())
            .collect();
        assert_eq!(times, [0, 600, 1600]);
        assert_eq!(seen.same_person, Some(true));
        assert!(seen.warnings.is_empty());
    }

    #[test]
    fn the_wrong_order_or_a_missing_turn_fails() {
        let wrong = result(&[LookAhead, TurnRight, TurnLeft], &film(&FILM));
        assert_eq!(wrong.reasons, [Reason::NotSeen]);
        assert_eq!(wrong.steps[2].found_at, None);
        let half = result(&[LookAhead, TurnLeft, TurnRight], &film(&FILM[..8]));
        assert_eq!(half.reasons, [Reason::NotSeen]);
    }

    #[test]
    fn a_second_face_fails_unless_the_document_is_shown() {
        let mut frames = film(&FILM);
        for frame in &mut frames[4..7] {
            frame.faces = 2;
        }
        let demands = [LookAhead, TurnLeft, TurnRight];
        let seen = result(&demands, &frames);
        assert_eq!(seen.reasons, [Reason::SecondFace]);
        assert_eq!(seen.second_face.len(), 3);
        let shown = [[Duration::from_millis(800), Duration::from_millis(1300)]];
        assert!(judge(&demands, &frames, &shown).passed);
    }

    #[test]
    fn a_face_that_is_gone_fails_and_a_short_gap_does_not() {
        let mut frames = film(&FILM);
        let gone = |frame: &mut Observation| {
            (frame.faces, frame.yaw_deg, frame.descriptor) = (0, None, None);
        };
        frames[4..6].iter_mut().for_each(gone);
        let demands = [LookAhead, TurnLeft, TurnRight];
        assert!(result(&demands, &frames).passed);
        frames[6..8].iter_mut().for_each(gone);
        let seen = result(&demands, &frames);
        assert_eq!(seen.reasons, [Reason::FaceMissing]);
        let ms = |n| Duration::from_millis(n);
        assert_eq!(seen.missing_face, [[ms(800), ms(1600)]]);
        let mut none = film(&FILM);
        none.iter_mut().for_each(gone);
        assert!(!result(&[], &none).passed);
    }

    #[test]
    fn another_person_half_way_fails() {
        let mut frames = film(&FILM);
        for frame in &mut frames[9..] {
            frame.descriptor = Some(Descriptor::at(0.9));
        }
        let seen = result(&[LookAhead, TurnLeft, TurnRight], &frames);
        assert_eq!(seen.reasons, [Reason::OtherPerson]);
        assert!(seen.largest_distance.unwrap() > MOST_DISTANCE);
        for frame in &mut frames {
            frame.descriptor = None;
        }
        assert_eq!(result(&[], &frames).same_person, None);
        assert!(!result(&[], &frames).passed);
    }

    #[test]
    fn still_pictures_and_times_that_stand_still_are_told() {
        let mut frames = film(&FILM);
        for frame in &mut frames[3..6] {
            frame.fingerprint = 7;
        }
        frames[8].at = frames[7].at;
        let warnings = result(&[], &frames).warnings;
        assert!(warnings.contains(&Warning::IdenticalFrames { count: 2 }));
        assert!(warnings.contains(&Warning::ImpossibleTiming { count: 1 }));
    }

    #[test]
    fn two_frames_are_no_video() {
        let seen = result(&[LookAhead], &film(&FILM[..2]));
        assert_eq!(seen.reasons, [Reason::TooFewFrames]);
    }
}
