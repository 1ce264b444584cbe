//! The replay camera's head turns to the side that is asked for, as far as a face's points tell.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use camera::{Defect, FrameSource, ReplaySpec, Scene, Turn, open_replay};
use vision::Picture;
use vision::liveness::{LEAST_TURN_DEG, MOST_AHEAD_DEG, observe};

/// Frames after which a turn is over, and those that are measured then: a whole round of the swaying.
const TURNING: usize = 8;
const ROUND: usize = 24;

fn frame(source: &mut dyn FrameSource) -> Picture {
    let frame = source.next(Instant::now() + Duration::from_secs(10));
    let rgb = frame.unwrap().to_rgb().unwrap();
    let (width, height) = (rgb.width as usize, rgb.height as usize);
    Picture::new(width, height, rgb.pixels.clone()).unwrap()
}

/// Yaws in degrees once the head is turned so, the least first.
fn yaws(source: &mut dyn FrameSource, turn: Turn) -> Vec<f32> {
    source.ask(turn);
    let mut yaws = Vec::new();
    for number in 0..TURNING + ROUND {
        let picture = frame(source);
        if number < TURNING || number % 3 != 0 {
            continue;
        }
        let seen = observe(&picture, Duration::ZERO, false).unwrap();
        assert_eq!(seen.faces, 1, "{turn:?}");
        yaws.push(seen.yaw_deg.expect("a face without a direction"));
    }
    yaws.sort_by(f32::total_cmp);
    yaws
}

#[test]
fn the_head_turns_as_asked_whoever_it_is() {
    for (who, defects) in [
        ("the holder", vec![]),
        ("somebody else", vec![Defect::OtherPerson.into()]),
    ] {
        let spec = ReplaySpec {
            defects,
            ..ReplaySpec::default()
        };
        let mut source = open_replay(spec).unwrap();
        source.show(Scene::Video);
        let ahead = yaws(source.as_mut(), Turn::Ahead);
        assert!(
            ahead.iter().all(|yaw| yaw.abs() < MOST_AHEAD_DEG),
            "{who} ahead: {ahead:?}"
        );
        for (turn, side) in [(Turn::Left, 1.0), (Turn::Right, -1.0)] {
            let turned = yaws(source.as_mut(), turn);
            // The points waver while the picture sways; a turn counts once it holds for a moment.
            let enough = turned.iter().filter(|yaw| **yaw * side >= LEAST_TURN_DEG);
            assert!(
                enough.count() * 3 >= turned.len() && turned.iter().all(|yaw| yaw * side > 0.0),
                "{who} {turn:?}: {turned:?}"
            );
        }
    }
}
