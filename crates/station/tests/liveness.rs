//! The challenge in the video, through camera, recorder and decoder: what is done passes, what is only marked does not.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use common::*;
use evidence::{Check, CheckResult, ReasonCode, Step};
use station::contract::*;

/// Records the challenge. Where the subject has time, what can be seen is waited for until the station has seen it, and what
/// cannot is marked; else all is marked at once.
async fn recorded(desk: &Desk, has_time: bool) -> EnrollmentView {
    desk.started().await;
    desk.request().await;
    desk.ok(Command::AcceptConsent).await;
    desk.camera().await;
    desk.ok(Command::GoTo { step: Step::Video }).await;
    desk.ok(Command::StartRecording).await;
    desk.until("frames", |view| {
        view.recording.as_ref().is_some_and(|now| now.frames > 5)
    })
    .await;
    let view = desk.view();
    for (index, action) in view.challenge.actions.iter().enumerate() {
        if has_time && view.liveness.measured_actions.contains(action) {
            desk.until("the action seen", |view| {
                view.challenge.marked_ms[index].is_some()
            })
            .await;
        } else {
            desk.ok(Command::MarkAction {
                index: u32::try_from(index).unwrap(),
            })
            .await;
        }
    }
    tokio::time::sleep(Duration::from_millis(1500)).await;
    desk.ok(Command::StopRecording).await;
    desk.until("the video", |view| {
        view.video.is_some() && view.recording.is_none()
    })
    .await;
    desk.seen().await
}

fn liveliness(view: &EnrollmentView) -> CheckResult {
    let mut checks = view.checks.iter();
    let check = checks.find(|view| view.check == Check::Liveliness).unwrap();
    check.result.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_turns_as_asked_passes_with_its_times() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    let view = recorded(&desk, true).await;
    assert_eq!(
        view.liveness.passed,
        Some(true),
        "{:#?} {:?} {:?}",
        view.liveness,
        view.challenge,
        view.video
    );
    for (action, seen) in view.challenge.actions.iter().zip(&view.liveness.seen_ms) {
        let measured = view.liveness.measured_actions.contains(action);
        assert_eq!(seen.is_some(), measured, "{action:?}");
    }
    let times: Vec<u64> = view.liveness.seen_ms.iter().flatten().copied().collect();
    assert!(times.is_sorted() && times.len() == 3, "{times:?}");
    assert_eq!(liveliness(&view).value(), Some(true));

    // What was seen can be looked at, at its time, and goes with the video.
    let frames = &view.liveness.frames;
    assert!(frames.iter().map(|frame| frame.at_ms).eq(times));
    for frame in frames {
        assert!(view.liveness.measured_actions.contains(&frame.action));
        let (jpeg, _) = desk.station.image(&view.case_id, &frame.id).await.unwrap();
        let picture = image::load_from_memory(&jpeg).unwrap();
        assert_eq!((picture.width(), picture.height()), (480, 270));
    }
    let kept = || {
        let files = std::fs::read_dir(desk.case_folder()).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("liveness-")).count()
    };
    assert_eq!(kept(), 3);
    desk.ok(Command::LeaveEnrollment).await;
    let case_id = view.case_id.clone();
    desk.ok(Command::ResumeEnrollment { case_id }).await;
    let again = desk.seen().await;
    assert_eq!((again.liveness.frames, kept()), (frames.clone(), 3));
    desk.ok(Command::DiscardVideo).await;
    assert_eq!(kept(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_that_are_marked_and_not_done_fail() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    let view = recorded(&desk, false).await;
    assert_eq!(view.liveness.passed, Some(false), "{:#?}", view.liveness);
    let CheckResult::Measured { value, reasons, .. } = liveliness(&view) else {
        panic!("{:?}", liveliness(&view));
    };
    assert!(!value);
    let turns = [ReasonCode::TurnedLeft, ReasonCode::TurnedRight];
    let fails = |code: &ReasonCode| {
        let mut found = reasons.iter();
        found.any(|reason| reason.code == *code && reason.holds == Some(false))
    };
    assert!(turns.iter().any(fails), "{reasons:?}");
    // With the consent go all pictures, those of the video too.
    desk.ok(Command::RefuseConsent).await;
    let files = std::fs::read_dir(desk.case_folder()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let left: Vec<String> = names.filter(|name| name.ends_with(".jpg")).collect();
    assert_eq!(left, Vec::<String>::new());
}
