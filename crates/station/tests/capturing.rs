//! How pictures are taken: what corners set by hand come to, another picture in an accepted one's place.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::*;
use evidence::{CaptureProblem, ImageKind, ProblemKind, Step};
use station::contract::*;

type Corners = [[f32; 2]; 4];

/// The same document, smaller about its middle.
fn shrunk(corners: Corners, by: f32) -> Corners {
    let middle = [0, 1].map(|axis| corners.iter().map(|corner| corner[axis]).sum::<f32>() / 4.0);
    corners.map(|corner| [0, 1].map(|axis| middle[axis] + (corner[axis] - middle[axis]) * by))
}

fn too_small(look: &PendingLook) -> Option<CaptureProblem> {
    let mut problems = look.problems.iter();
    problems
        .find(|problem| problem.kind == ProblemKind::TooSmall)
        .cloned()
}

#[tokio::test(flavor = "multi_thread")]
async fn corners_set_by_hand_are_measured_anew_and_have_the_same_limits() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    desk.ok(Command::AcceptConsent).await;
    desk.camera().await;
    let (step, kind) = (Step::DocumentFront, ImageKind::DocumentFront);
    desk.ok(Command::GoTo { step }).await;
    desk.ok(Command::Capture { kind }).await;
    let view = desk.until("the still", |view| view.pending.is_some()).await;
    let found = view.pending.unwrap().look;
    let corners = found.corners.unwrap();
    assert!(too_small(&found).is_none(), "{found:?}");

    let set = async |by: f32| {
        let corners = shrunk(corners, by);
        desk.ok(Command::SetCorners { corners }).await;
        desk.view().pending.unwrap().look
    };
    let width = |look: &PendingLook| {
        let mut measured = look.measured.iter();
        measured
            .find(|value| value.what == Measured::WidthPx)
            .unwrap()
            .value
    };
    let soft = set(0.6).await;
    assert!(
        too_small(&soft).is_some_and(|problem| !problem.hard),
        "{soft:?}"
    );
    assert!(
        (width(&soft) / width(&found) - 0.6).abs() < 0.02,
        "{soft:?}"
    );
    assert!((soft.dpi.unwrap() / found.dpi.unwrap() - 0.6).abs() < 0.02);

    let useless = set(0.3).await;
    assert!(
        too_small(&useless).is_some_and(|problem| problem.hard),
        "{useless:?}"
    );
    let refused = desk.ask(Command::UsePending).await.unwrap_err();
    assert_eq!(refused.code, FailureCode::NotAllowedNow);
    assert!(desk.view().pending.is_some() && desk.view().images.is_empty());

    // What was wrong with an outline goes with it: nothing is overridden that does not hold any more.
    let again = set(1.0).await;
    assert!(too_small(&again).is_none(), "{again:?}");
    desk.ok(Command::UsePending).await;
    let view = desk.view();
    assert_eq!(view.images[0].kind, kind);
    let events = desk.events(&view.case_id);
    let overridden = events
        .iter()
        .find(|event| event["event"] == "capture_overridden")
        .map(|event| event["problems"].to_string());
    assert!(!overridden.is_some_and(|problems| problems.contains("too_small")));
}
