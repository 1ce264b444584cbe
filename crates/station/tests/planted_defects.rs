//! What is wrong before the camera leads to the instruction that mends it; where nothing is, the picture is taken by itself.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::path::Path;

use camera::{Defect, PlantedDefect};
use common::*;
use evidence::{ImageKind, Step};
use station::contract::*;

/// A station that captures by itself, its replay camera open at this step.
async fn before_the_camera(folder: &Path, defect: PlantedDefect, step: Step) -> Desk {
    let mut settings = settings();
    settings.camera.by_hand_only = false;
    settings.camera.replay_defects = vec![defect];
    let desk = start_with(folder, settings, None).await;
    desk.started().await;
    desk.request().await;
    desk.ok(Command::AcceptConsent).await;
    desk.camera().await;
    desk.ok(Command::GoTo { step }).await;
    desk
}

/// Waits for one of these instructions.
async fn leads_to(defect: Defect, step: Step, wanted: &[Instruction]) {
    let folder = tempfile::tempdir().unwrap();
    let desk = before_the_camera(folder.path(), defect.into(), step).await;
    let mut guidance = desk.station.guidance();
    let mut told = Vec::new();
    let found = guidance.wait_for(|view| {
        let Some(view) = view else { return false };
        if told.last() != Some(&view.instruction) {
            told.push(view.instruction);
        }
        wanted.contains(&view.instruction)
    });
    let found = tokio::time::timeout(PATIENCE, found).await;
    assert!(matches!(found, Ok(Ok(_))), "{defect:?} {step:?}: {told:?}");
    drop(found);
    assert!(desk.view().pending.is_none(), "{defect:?} was captured");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_light_is_told() {
    let step = Step::DocumentFront;
    leads_to(Defect::Glare, step, &[Instruction::AvoidGlare]).await;
    leads_to(Defect::Dark, step, &[Instruction::TooDark]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_the_document_is_held_is_told() {
    let step = Step::DocumentFront;
    leads_to(Defect::Blur, step, &[Instruction::HoldSharp]).await;
    leads_to(Defect::Tilted, step, &[Instruction::HoldFlat]).await;
    leads_to(Defect::TooFar, step, &[Instruction::MoveCloser]).await;
    let outside = [Instruction::WholeDocument, Instruction::MoveAway];
    leads_to(Defect::PartOutside, step, &outside).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_side_is_told_on_both_sides() {
    for step in [Step::DocumentFront, Step::DocumentRear] {
        leads_to(Defect::WrongSide, step, &[Instruction::OtherSide]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stands_before_the_camera_is_told() {
    leads_to(Defect::TwoFaces, Step::Selfie, &[Instruction::OneFaceOnly]).await;
    leads_to(Defect::NoFace, Step::Selfie, &[Instruction::ShowFace]).await;
}

/// What is wrong for a while is captured afterwards, and what no instruction can mend at once.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_good_is_captured_by_itself() {
    let brief = PlantedDefect {
        defect: Defect::Dark,
        until_ms: Some(1500),
    };
    for (defect, step, kind) in [
        (brief, Step::DocumentFront, ImageKind::DocumentFront),
        (
            Defect::Expired.into(),
            Step::DocumentRear,
            ImageKind::DocumentRear,
        ),
        (
            Defect::OtherPerson.into(),
            Step::Selfie,
            ImageKind::DocumentOwner,
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let desk = before_the_camera(folder.path(), defect, step).await;
        let guidance = desk.station.guidance();
        let captured = desk.station.wait_for(|snapshot| {
            let open = snapshot.enrollment.as_ref();
            open.is_some_and(|view| view.pending.is_some())
        });
        let captured = tokio::time::timeout(PATIENCE, captured).await;
        let told = guidance.borrow().clone();
        assert!(captured.is_ok(), "{defect:?} is not captured: {told:?}");
        let pending = desk.view().pending.unwrap();
        assert_eq!(pending.kind, kind);
        assert!(pending.look.automatic);
    }
}
