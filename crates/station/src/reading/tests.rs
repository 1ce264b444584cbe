//! What could not be looked at, and reports that come late.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use evidence::{ImageKind, Step};

use super::work::SeenReport;
use crate::contract::*;
use crate::failure::of;
use crate::message::Message;
use crate::testing::Bench;

fn failed(bench: &Bench, number: u64) -> Message {
    Message::Seen(Box::new(SeenReport {
        case_id: bench.view().case_id,
        number,
        result: Err(of(FailureCode::VisionFailed, "a model")),
    }))
}

async fn captured(bench: &Bench, step: Step, kind: ImageKind) {
    bench.ok(Command::GoTo { step }).await;
    bench.ok(Command::Capture { kind }).await;
    bench.used(kind).await;
}

fn state(view: &EnrollmentView) -> Option<&ReadingState> {
    view.readings.first().map(|reading| &reading.state)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_looked_at_says_why_and_is_looked_at_again() {
    let bench = Bench::before_the_camera(true).await;
    captured(&bench, Step::DocumentFront, ImageKind::DocumentFront).await;
    bench.tell(failed(&bench, 1));
    let unread = |view: &EnrollmentView| matches!(state(view), Some(ReadingState::Failed { .. }));
    bench.until("the failed reading", unread).await;
    bench.ok(Command::LookAgain).await;
    let read = |view: &EnrollmentView| state(view) == Some(&ReadingState::Read);
    bench.until("the reading", read).await;

    // The portrait is cut by itself: with a selfie there is something to compare.
    captured(&bench, Step::Selfie, ImageKind::DocumentOwner).await;
    assert!(bench.view().faces.working);
    bench.tell(failed(&bench, 3));
    let view = bench
        .until("the failed comparison", |view| view.faces.failure.is_some())
        .await;
    assert!(!view.faces.working && view.faces.selfie_portrait.is_none());
    bench.ok(Command::LookAgain).await;
    let compared = |view: &EnrollmentView| view.faces.selfie_portrait.is_some();
    let view = bench.until("the comparison", compared).await;
    assert_eq!(view.faces.failure, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_report_of_before_the_enrollment_was_resumed_says_nothing_of_the_work_that_goes_on()
{
    let bench = Bench::before_the_camera(true).await;
    captured(&bench, Step::DocumentFront, ImageKind::DocumentFront).await;
    let case_id = bench.view().case_id;
    bench.ok(Command::LeaveEnrollment).await;
    bench.ok(Command::ResumeEnrollment { case_id }).await;
    bench.tell(failed(&bench, 1));
    let done = |view: &EnrollmentView| state(view) != Some(&ReadingState::Reading);
    let view = bench.until("the reading", done).await;
    assert_eq!(state(&view), Some(&ReadingState::Read));
}
