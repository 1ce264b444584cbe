//! What no instruction can mend — a document whose time is over, somebody else before the camera — fails its check, and is sent so.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use camera::Defect;
use common::*;
use evidence::{Check, CheckResult, ImageKind, ReasonCode, Step};
use station::contract::*;

async fn with(defect: Defect, folder: &std::path::Path) -> Desk {
    let mut settings = settings();
    settings.camera.replay_defects = vec![defect.into()];
    let desk = start_with(folder, settings, None).await;
    desk.started().await;
    desk.request().await;
    desk.ok(Command::AcceptConsent).await;
    desk.camera().await;
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_document_is_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let desk = with(Defect::Expired, folder.path()).await;
    desk.still(Step::DocumentRear, ImageKind::DocumentRear)
        .await;
    let view = desk.seen().await;
    let check = |wanted: Check| {
        let mut checks = view.checks.iter();
        checks
            .find(|view| view.check == wanted)
            .unwrap()
            .result
            .clone()
    };
    let CheckResult::Measured { value, reasons, .. } = check(Check::DocumentNotexpired) else {
        panic!("{:?}", check(Check::DocumentNotexpired));
    };
    assert!(!value);
    let expiry = reasons
        .iter()
        .find(|reason| reason.code == ReasonCode::ExpiryDate);
    assert_eq!(expiry.unwrap().measured.as_deref(), Some("2020-04-15"));
    assert_eq!(check(Check::DocumentNotunderage).value(), Some(true));
    assert_eq!(data_step(&view), StepState::Attention);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_is_not_like_the_portrait() {
    let folder = tempfile::tempdir().unwrap();
    let desk = with(Defect::OtherPerson, folder.path()).await;
    desk.still(Step::DocumentFront, ImageKind::DocumentFront)
        .await;
    desk.still(Step::Selfie, ImageKind::DocumentOwner).await;
    let view = desk.seen().await;
    let likeness = view.faces.selfie_portrait.unwrap();
    assert!(likeness.score.unwrap() < 60, "{likeness:?}");
    assert!(likeness.distance > 0.55, "{likeness:?}");
    // The zone is not read yet, and there is no video: the fields that the front gave do not make it done.
    assert_eq!(data_step(&view), StepState::Todo);
}

fn data_step(view: &EnrollmentView) -> StepState {
    let mut steps = view.steps.iter();
    steps.find(|view| view.step == Step::Data).unwrap().state
}
