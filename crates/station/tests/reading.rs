//! What the pictures show reaches fields and checks by itself, and goes with the pictures.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::*;
use evidence::{Check, CheckResult, Field, FieldSource, ImageKind, ReasonCode, Step};
use station::contract::*;

fn field(view: &EnrollmentView, field: Field) -> FieldView {
    let mut fields = view.fields.iter();
    fields.find(|view| view.field == field).unwrap().clone()
}

fn check(view: &EnrollmentView, check: Check) -> CheckView {
    let mut checks = view.checks.iter();
    checks.find(|view| view.check == check).unwrap().clone()
}

fn reasons(view: &CheckView) -> Vec<(ReasonCode, Option<bool>)> {
    let CheckResult::Measured { reasons, .. } = &view.result else {
        panic!("{:?}", view.result);
    };
    reasons
        .iter()
        .map(|reason| (reason.code, reason.holds))
        .collect()
}

/// The request that fits the replay's specimen.
fn specimens_form() -> RequestForm {
    RequestForm {
        given_name: "Anna Maria".into(),
        surname_1: "Eriksson".into(),
        ..form()
    }
}

async fn requested(desk: &Desk) {
    desk.started().await;
    desk.ok(Command::CreateRequest {
        form: specimens_form(),
    })
    .await;
    desk.until("the request", |view| {
        view.request.is_some() && view.request_work == Work::Idle
    })
    .await;
    desk.ok(Command::AcceptConsent).await;
    desk.camera().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_the_document_says_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    requested(&desk).await;
    desk.still(Step::DocumentFront, ImageKind::DocumentFront)
        .await;
    desk.still(Step::DocumentRear, ImageKind::DocumentRear)
        .await;
    desk.still(Step::Selfie, ImageKind::DocumentOwner).await;
    desk.video().await;
    let view = desk.seen().await;
    assert_eq!(view.missing, vec![], "{:#?}", view.readings);

    for (name, value) in [
        (Field::GivenName, "ANNA MARIA"),
        (Field::Surname1, "ERIKSSON"),
        (Field::SerialNumber, "12345678Z"),
        (Field::IdDocumentNumber, "D23145890"),
        (Field::BirthDate, "12/08/1974"),
        (Field::IdDocumentValidity, "15/04/2034"),
        (Field::Sex, "F"),
        (Field::Nationality, "UTO"),
    ] {
        let read = field(&view, name);
        assert_eq!(read.document, value);
        assert_eq!(read.source, FieldSource::Mrz, "{name:?}");
        assert!(
            read.confidence.is_some() && read.valid != Some(false),
            "{read:?}"
        );
    }
    assert!(!field(&view, Field::GivenName).differs);

    let portrait = view
        .images
        .iter()
        .find(|image| image.kind == ImageKind::DocumentPhoto);
    let (width, height) = portrait.map(|image| (image.width, image.height)).unwrap();
    assert!(width > 150 && height > width, "{width}x{height}");
    let likeness = view.faces.selfie_portrait.unwrap();
    assert!(likeness.score.unwrap() >= 70, "{likeness:?}");
    assert!(view.faces.video_selfie.unwrap().score.unwrap() >= 70);
    assert!(view.liveness.sampled >= 6, "{:?}", view.liveness);

    for name in [
        Check::DocumentNotexpired,
        Check::DocumentNotunderage,
        Check::DataIntegrity,
    ] {
        let measured = check(&view, name);
        assert_eq!(measured.result.value(), Some(true), "{measured:#?}");
    }
    let integrity = reasons(&check(&view, Check::DataIntegrity));
    for code in [
        ReasonCode::CheckDigits,
        ReasonCode::NameAsRequested,
        ReasonCode::NumberAsRequested,
        ReasonCode::NamePrinted,
    ] {
        assert!(
            integrity.contains(&(code, Some(true))),
            "{code:?} {integrity:?}"
        );
    }
    assert_eq!(
        check(&view, Check::DocumentNotcopy).result,
        CheckResult::NotPerformed
    );
    assert!(!check(&view, Check::DocumentNotcopy).hints.is_empty());
    assert_eq!(
        check(&view, Check::DocumentsMatch).result,
        CheckResult::NotPerformed
    );

    let view = desk.delivered().await;
    assert!(
        matches!(view.delivery, DeliveryView::Delivered { .. }),
        "{:?}",
        view.delivery
    );
    let events = desk.events(&view.case_id);
    for name in [
        "picture_read",
        "field_read",
        "faces_compared",
        "liveness_judged",
        "check_measured",
    ] {
        assert!(events.iter().any(|event| event["event"] == name), "{name}");
    }
    assert!(!events.iter().any(|event| event["event"] == "field_edited"));
}

#[tokio::test(flavor = "multi_thread")]
async fn readings_go_with_their_pictures_and_what_was_typed_stays() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    requested(&desk).await;
    desk.still(Step::DocumentFront, ImageKind::DocumentFront)
        .await;
    desk.still(Step::DocumentRear, ImageKind::DocumentRear)
        .await;
    let view = desk.seen().await;
    assert_eq!(field(&view, Field::Sex).document, "F");
    desk.ok(Command::SetField {
        field: Field::Surname1,
        value: "ERIKSEN".into(),
    })
    .await;
    let view = desk.view();
    let typed = field(&view, Field::Surname1);
    assert_eq!((typed.source, typed.confidence), (FieldSource::Typed, None));
    assert_eq!(typed.suggestion.unwrap().value, "ERIKSSON");

    desk.ok(Command::DiscardImage {
        kind: ImageKind::DocumentRear,
    })
    .await;
    let view = desk.view();
    assert_eq!(field(&view, Field::Sex).document, "");
    assert_eq!(field(&view, Field::Surname1).document, "ERIKSEN");
    assert_eq!(
        check(&view, Check::DataIntegrity).result,
        CheckResult::NotPerformed
    );
    desk.still(Step::DocumentRear, ImageKind::DocumentRear)
        .await;
    let view = desk.seen().await;
    assert_eq!(field(&view, Field::Sex).document, "F");
    assert_eq!(field(&view, Field::Surname1).document, "ERIKSEN");
    desk.ok(Command::TakeSuggestion {
        field: Field::Surname1,
    })
    .await;
    let view = desk.view();
    let taken = field(&view, Field::Surname1);
    assert_eq!(
        (taken.document.as_str(), taken.source),
        ("ERIKSSON", FieldSource::Mrz)
    );
    assert!(taken.suggestion.is_none());
    let again = desk.ask(Command::TakeSuggestion {
        field: Field::Surname1,
    });
    assert_eq!(again.await.unwrap_err().code, FailureCode::NotAllowedNow);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_unread_is_read_when_the_enrollment_is_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    requested(&desk).await;
    desk.still(Step::DocumentFront, ImageKind::DocumentFront)
        .await;
    desk.still(Step::DocumentRear, ImageKind::DocumentRear)
        .await;
    let case_id = desk.view().case_id;
    // At once: nothing can have been read.
    desk.ok(Command::LeaveEnrollment).await;
    desk.ok(Command::ResumeEnrollment { case_id }).await;
    let view = desk.seen().await;
    assert_eq!(field(&view, Field::Surname1).document, "ERIKSSON");
    assert!(
        view.images
            .iter()
            .any(|image| image.kind == ImageKind::DocumentPhoto)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_measured_is_overridden_with_a_reason_and_falls_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    requested(&desk).await;
    desk.still(Step::DocumentRear, ImageKind::DocumentRear)
        .await;
    let view = desk.seen().await;
    assert_eq!(
        check(&view, Check::DocumentNotexpired).result.value(),
        Some(true)
    );
    let attest = |value: Option<bool>, reason: Option<&str>| Command::AttestCheck {
        check: Check::DocumentNotexpired,
        value,
        reason: reason.map(str::to_owned),
    };
    for (value, reason, code) in [
        (Some(false), None, FailureCode::ReasonNeeded),
        (Some(false), Some("  "), FailureCode::ReasonNeeded),
        (None, None, FailureCode::NotAllowedNow),
    ] {
        assert_eq!(
            desk.ask(attest(value, reason)).await.unwrap_err().code,
            code
        );
    }
    desk.ok(attest(Some(true), None)).await;
    assert!(matches!(
        check(&desk.view(), Check::DocumentNotexpired).result,
        CheckResult::Measured { .. }
    ));
    desk.ok(attest(Some(false), Some("the card is punched")))
        .await;
    let overridden = check(&desk.view(), Check::DocumentNotexpired).result;
    assert!(
        matches!(&overridden, CheckResult::Attested { value: false, measured: Some(true), reason: Some(reason), .. }
            if reason == "the card is punched"),
        "{overridden:?}"
    );
    let set = |value: &str| Command::SetField {
        field: Field::IdDocumentValidity,
        value: value.into(),
    };
    // What is typed over a date that was read surely does not count; the override stands.
    desk.ok(set("01/01/2020")).await;
    let now = check(&desk.view(), Check::DocumentNotexpired).result;
    assert_eq!(now, overridden);
    // What was read goes: what overrode it falls, and the typed date is judged as what it is.
    desk.ok(Command::DiscardImage {
        kind: ImageKind::DocumentRear,
    })
    .await;
    let view = check(&desk.view(), Check::DocumentNotexpired);
    assert_eq!(view.result.value(), Some(false), "{view:?}");
    assert!(reasons(&view).contains(&(ReasonCode::DateByHand, None)));
    desk.ok(attest(Some(true), Some("prolonged by decree")))
        .await;
    desk.ok(attest(None, None)).await;
    let now = check(&desk.view(), Check::DocumentNotexpired).result;
    assert!(
        matches!(now, CheckResult::Measured { value: false, .. }),
        "{now:?}"
    );
    let events = desk.events(&desk.view().case_id);
    let overrides = events
        .iter()
        .filter(|event| event["event"] == "check_overridden");
    assert_eq!(overrides.count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_for_the_document_falls_with_its_pictures_and_with_the_consent() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    requested(&desk).await;
    let word = |value| Command::AttestCheck {
        check: Check::DocumentNotcopy,
        value,
        reason: None,
    };
    let said = || check(&desk.view(), Check::DocumentNotcopy).result.value();
    desk.still(Step::DocumentFront, ImageKind::DocumentFront)
        .await;
    desk.still(Step::DocumentRear, ImageKind::DocumentRear)
        .await;
    desk.seen().await;
    desk.ok(word(Some(true))).await;
    desk.still(Step::Selfie, ImageKind::DocumentOwner).await;
    assert_eq!(said(), Some(true), "the selfie is none of the document's");
    desk.still(Step::DocumentRear, ImageKind::DocumentRear)
        .await;
    assert_eq!(said(), None);
    desk.ok(word(Some(true))).await;
    desk.ok(Command::RefuseConsent).await;
    assert_eq!(said(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_given_for_one_document_is_none_for_another() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    // The request's name is not the specimen's.
    desk.request().await;
    desk.ok(Command::AcceptConsent).await;
    desk.camera().await;
    desk.still(Step::DocumentRear, ImageKind::DocumentRear)
        .await;
    desk.seen().await;
    let integrity = || check(&desk.view(), Check::DataIntegrity).result;
    assert_eq!(integrity().value(), Some(false));
    desk.ok(Command::AttestCheck {
        check: Check::DataIntegrity,
        value: Some(true),
        reason: Some("married since".into()),
    })
    .await;
    assert_eq!(integrity().value(), Some(true));
    desk.still(Step::DocumentRear, ImageKind::DocumentRear)
        .await;
    desk.seen().await;
    let now = integrity();
    assert!(
        matches!(now, CheckResult::Measured { value: false, .. }),
        "{now:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_emptied_by_hand_stays_empty() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    requested(&desk).await;
    desk.still(Step::DocumentRear, ImageKind::DocumentRear)
        .await;
    desk.seen().await;
    desk.ok(Command::SetField {
        field: Field::Sex,
        value: String::new(),
    })
    .await;
    desk.still(Step::DocumentFront, ImageKind::DocumentFront)
        .await;
    let view = desk.seen().await;
    assert_eq!(field(&view, Field::Sex).document, "");
    assert_eq!(field(&view, Field::Surname1).document, "ERIKSSON");
}
