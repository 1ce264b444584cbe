//! `videoid liveness`: whether the person in a video did what was asked, as the screens judge it.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use recorder::VideoReader;
use serde::Serialize;
use vision::Picture;
use vision::liveness::{
    Demand, LivenessResult, Observation, Reason, StepSeen, Warning, judge, observe, seen_now,
};

use crate::args::LivenessArgs;
use crate::commands::read::refuse;
use crate::failure::CliError;
use crate::output::Output;

/// Between two frames that are looked at: about six a second.
const PACE: Duration = Duration::from_millis(160);
/// Frames that are looked at in all; a longer video is looked at less often.
const MOST_SAMPLES: u32 = 400;
/// Every so many of them the face is described.
const DESCRIBED: usize = 3;

#[derive(Serialize)]
struct Answer {
    file: String,
    /// None where nothing was asked.
    passed: Option<bool>,
    /// What was asked; where nothing was, what was seen, in its order.
    steps: Vec<Step>,
    same_person: Option<bool>,
    /// Of descriptors: the farthest that the face was from itself.
    largest_distance: Option<f32>,
    /// From and to, in milliseconds.
    missing_face: Vec<[u64; 2]>,
    /// In milliseconds.
    second_face: Vec<u64>,
    reasons: Vec<Reason>,
    warnings: Vec<Warning>,
    /// Frames that were looked at.
    sampled: usize,
    /// Wall-clock milliseconds that it took.
    ms: u64,
}

#[derive(Serialize)]
struct Step {
    demand: Demand,
    found_at_ms: Option<u64>,
    yaw_deg: Option<f32>,
}

pub fn run(args: LivenessArgs, output: &Output) -> Result<ExitCode, CliError> {
    let asked: Option<Vec<Demand>> = args
        .actions
        .map(|actions| actions.into_iter().map(Demand::from).collect());
    let mut worst = 0;
    for path in &args.videos {
        let began = Instant::now();
        match look(path) {
            Ok(seen) => {
                let answer = answer(path, asked.as_deref(), &seen, &args.document_shown, began);
                if answer.passed == Some(false) {
                    worst = worst.max(3);
                }
                output.result(&words(&answer), &answer);
            }
            Err(error) => {
                worst = worst.max(error.exit_code());
                refuse(path, &error, output);
            }
        }
    }
    Ok(ExitCode::from(worst))
}

fn look(path: &Path) -> Result<Vec<Observation>, CliError> {
    let file = File::open(path).map_err(|source| CliError::File {
        path: path.to_path_buf(),
        what: "cannot be read",
        source,
    })?;
    let unusable = |source| CliError::Video {
        path: path.to_path_buf(),
        source,
    };
    let mut reader = VideoReader::open(BufReader::new(file)).map_err(unusable)?;
    let pace = PACE.max(reader.duration() / MOST_SAMPLES);
    let mut seen: Vec<Observation> = Vec::new();
    let mut next = Duration::ZERO;
    while let Some(frame) = reader.next_frame().map_err(unusable)? {
        // A frame out of order is looked at too: that its time is impossible is what is to be seen.
        let back = seen.last().is_some_and(|last| frame.at <= last.at);
        if frame.at < next && !back {
            continue;
        }
        next = frame.at + pace;
        let rgb = camera::Rgb::from_video(&frame).map_err(CliError::Camera)?;
        let picture = Picture::new(rgb.width as usize, rgb.height as usize, rgb.pixels)
            .ok_or_else(|| unusable(recorder::ReadError::Damaged))?;
        let described = seen.len().is_multiple_of(DESCRIBED);
        seen.push(observe(&picture, frame.at, described).map_err(CliError::Model)?);
    }
    Ok(seen)
}

fn answer(
    path: &Path,
    asked: Option<&[Demand]>,
    seen: &[Observation],
    document_shown: &[[Duration; 2]],
    began: Instant,
) -> Answer {
    let demands = asked.map_or_else(|| turns(seen), <[Demand]>::to_vec);
    let result: LivenessResult = judge(&demands, seen, document_shown);
    let spans = result.missing_face.iter();
    Answer {
        file: path.display().to_string(),
        passed: asked.map(|_| result.passed),
        missing_face: spans.map(|span| span.map(milliseconds)).collect(),
        second_face: result.second_face.into_iter().map(milliseconds).collect(),
        steps: result.steps.iter().map(step).collect(),
        same_person: result.same_person,
        largest_distance: result.largest_distance,
        reasons: result.reasons,
        warnings: result.warnings,
        sampled: result.sampled,
        ms: milliseconds(began.elapsed()),
    }
}

/// What could have been asked, in the order in which it was seen.
fn turns(seen: &[Observation]) -> Vec<Demand> {
    let mut turns: Vec<Demand> = seen
        .iter()
        .filter_map(|frame| frame.yaw_deg.and_then(seen_now))
        .collect();
    turns.dedup();
    turns
}

fn step(step: &StepSeen) -> Step {
    Step {
        demand: step.demand,
        found_at_ms: step.found_at.map(milliseconds),
        yaw_deg: step.yaw_deg,
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn words(answer: &Answer) -> String {
    let verdict = match answer.passed {
        Some(true) => "passed",
        Some(false) => "NOT passed",
        None => "nothing was asked; this was seen",
    };
    let mut text = format!("{}: {verdict}", answer.file);
    let mut line = |words: String| text.push_str(&format!("\n  {words}"));
    for step in &answer.steps {
        let seen = match (step.found_at_ms, step.yaw_deg) {
            (Some(ms), Some(yaw)) => format!("at {:.1} s, {yaw:.0}°", ms as f64 / 1e3),
            _ => "not seen in its place".to_owned(),
        };
        line(format!("{:<14} {seen}", demand(step.demand)));
    }
    for reason in &answer.reasons {
        line(reason_words(*reason).to_owned());
    }
    for [from, to] in &answer.missing_face {
        let (from, to) = (*from as f64 / 1e3, *to as f64 / 1e3);
        line(format!("no face        {from:.1} to {to:.1} s"));
    }
    if let Some(distance) = answer.largest_distance {
        line(format!("farthest       {distance:.2} from itself"));
    }
    for warning in &answer.warnings {
        line(match warning {
            Warning::IdenticalFrames { count } => {
                format!("warning: {count} frames are equal to the one before")
            }
            Warning::ImpossibleTiming { count } => {
                format!("warning: {count} frames are not later than the one before")
            }
        });
    }
    line(format!("looked at      {} frames", answer.sampled));
    text
}

fn demand(demand: Demand) -> &'static str {
    match demand {
        Demand::LookAhead => "looks ahead",
        Demand::TurnLeft => "turns left",
        Demand::TurnRight => "turns right",
    }
}

fn reason_words(reason: Reason) -> &'static str {
    match reason {
        Reason::TooFewFrames => "too few frames to judge",
        Reason::NotSeen => "something that was asked was not seen in its place",
        Reason::FaceMissing => "the face was gone",
        Reason::SecondFace => "there was a second face",
        Reason::OtherPerson => "not known to be one person throughout",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film(yaws: &[f32]) -> Vec<Observation> {
        let frame = |(i, yaw): (usize, &f32)| Observation {
            at: Duration::from_millis(i as u64 * 160),
            faces: 1,
            yaw_deg: Some(*yaw),
            inter_eye_px: Some(90.0),
            descriptor: None,
            fingerprint: i as u64,
        };
        yaws.iter().enumerate().map(frame).collect()
    }

    #[test]
    fn what_was_seen_is_told_in_its_order_and_nothing_passes_unasked() {
        let seen = film(&[1.0, 2.0, 12.0, 20.0, 25.0, 9.0, 3.0, -18.0, -19.0]);
        let told = answer(Path::new("v.mp4"), None, &seen, &[], Instant::now());
        assert_eq!(told.passed, None);
        let steps: Vec<_> = told
            .steps
            .iter()
            .map(|step| (step.demand, step.found_at_ms))
            .collect();
        assert_eq!(
            steps,
            [
                (Demand::LookAhead, Some(0)),
                (Demand::TurnLeft, Some(480)),
                (Demand::LookAhead, Some(960)),
                (Demand::TurnRight, Some(1120)),
            ]
        );
        let asked = [Demand::TurnRight, Demand::TurnLeft];
        let told = answer(Path::new("v.mp4"), Some(&asked), &seen, &[], Instant::now());
        assert_eq!(told.passed, Some(false));
        assert_eq!(told.steps[1].found_at_ms, None);
    }
}
