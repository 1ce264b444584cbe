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
}
