//! Failures of the RA and of the way there: never two requests, and after a retry everything is there.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use common::*;
use station::contract::*;
use station::evidence_folder::{EvidenceFolder, SubmitOptions, Submitted};
use station::settings::Settings;
use tokio_util::sync::CancellationToken;

async fn create(desk: &Desk) -> EnrollmentView {
    desk.ok(Command::CreateRequest { form: form() }).await;
    desk.until("the end of the creation", |view| {
        !matches!(view.request_work, Work::Running { .. })
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_makes_no_second_request() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    fault(
        &desk,
        r#"{"operation":"create_request","kind":"answer_lost"}"#,
    )
    .await;
    let view = create(&desk).await;
    assert!(view.request.is_some(), "{:?}", view.request_work);
    assert_eq!(requests(&desk).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_creating_makes_no_second_request() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    // The request is made, its answer is slow, and the program is killed meanwhile.
    fault(
        &desk,
        r#"{"operation":"create_request","kind":"delay","ms":600000}"#,
    )
    .await;
    desk.ok(Command::CreateRequest { form: form() }).await;
    let scratchcard = || {
        let text = std::fs::read_to_string(desk.case_folder().join("evidence.json")).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()["scratchcard"]
            .as_str()
            .map(str::to_owned)
    };
    let written = async {
        while scratchcard().is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, written).await.unwrap();
    let case_id = desk.view().case_id;
    drop(desk);
    let desk = start(folder.path()).await;
    desk.operator().await;
    desk.ok(Command::ResumeEnrollment { case_id }).await;
    // By itself: the card is looked up, and used where nothing is found.
    let view = desk
        .until("the request", |view| {
            !matches!(view.request_work, Work::Running { .. })
        })
        .await;
    assert!(view.request.is_some(), "{:?}", view.request_work);
    assert_eq!(requests(&desk).await, 1);
    let refused = desk
        .ask(Command::CreateRequest { form: form() })
        .await
        .unwrap_err();
    assert_eq!(refused.code, FailureCode::NotAllowedNow);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_upload_is_named_and_can_be_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.complete().await;
    // The data first: once the RA has it, it is not sent again.
    for (operation, status, code) in [
        ("upload_evidence", 403, FailureCode::RaForbidden),
        ("upload_video", 413, FailureCode::RaTooLarge),
    ] {
        let rule = format!(r#"{{"operation":"{operation}","kind":"status","status":{status}}}"#);
        fault(&desk, &rule).await;
        let before = desk.view();
        let view = desk.delivered().await;
        let DeliveryView::Failed { failure } = &view.delivery else {
            panic!("{operation}: {:?}", view.delivery)
        };
        assert_eq!(
            (failure.code, failure.http_status),
            (code, Some(status)),
            "{operation}"
        );
        assert_eq!(
            (view.images, view.video),
            (before.images, before.video),
            "nothing is lost"
        );
        control(&desk, "DELETE", "/_mock/faults", "").await;
    }
    let view = desk.delivered().await;
    assert!(
        matches!(view.delivery, DeliveryView::Delivered { .. }),
        "{:?}",
        view.delivery
    );
    assert_eq!(requests(&desk).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn sending_can_be_cancelled_and_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.complete().await;
    fault(
        &desk,
        r#"{"operation":"upload_video","kind":"bandwidth","bytes_per_s":20000,"times":null}"#,
    )
    .await;
    desk.ok(Command::Send).await;
    desk.until("the video's upload", |view| {
        matches!(
            view.delivery,
            DeliveryView::Sending {
                part: DeliveryPart::Video,
                ..
            }
        )
    })
    .await;
    for command in [
        Command::Send,
        Command::LeaveEnrollment,
        Command::DiscardVideo,
        Command::RefuseConsent,
        Command::SetField {
            field: evidence::Field::GivenName,
            value: "Y".into(),
        },
    ] {
        assert_eq!(
            desk.ask(command).await.unwrap_err().code,
            FailureCode::NotAllowedNow
        );
    }
    desk.ok(Command::CancelSend).await;
    let view = desk
        .until("the end", |view| {
            !matches!(view.delivery, DeliveryView::Sending { .. })
        })
        .await;
    let DeliveryView::Failed { failure } = view.delivery else {
        panic!("{:?}", view.delivery)
    };
    assert_eq!(failure.code, FailureCode::Cancelled);
    control(&desk, "DELETE", "/_mock/faults", "").await;
    let view = desk.delivered().await;
    assert!(
        matches!(view.delivery, DeliveryView::Delivered { .. }),
        "{:?}",
        view.delivery
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exported_folder_can_be_submitted() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.complete().await;
    let out = folder.path().join("out");
    desk.station
        .export_case(&desk.view().case_id, &out)
        .await
        .unwrap();
    let mut to_mock = settings();
    let refused = submit(&out, &to_mock).await.unwrap_err();
    assert_eq!(
        refused.code,
        FailureCode::SettingsInvalid,
        "practice never reaches a real RA"
    );
    let mock = format!("http://{}/", desk.station.snapshot().settings.api_host);
    to_mock.registration_authority.api_url = Some(mock.parse().unwrap());
    let submitted = submit(&out, &to_mock).await.unwrap();
    assert_eq!(submitted.status, "VIDEOREVIEW");
    assert_eq!(
        Some(submitted.request),
        desk.view().request.map(|request| request.pk)
    );
    assert!(
        EvidenceFolder::open(&out)
            .unwrap()
            .case()
            .delivered
            .is_some()
    );

    let picture = std::fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "jpg"))
        .unwrap();
    std::fs::write(picture, b"another picture").unwrap();
    let refused = EvidenceFolder::open(&out).err().unwrap();
    assert_eq!(refused.code, FailureCode::CaseDamaged);
}

async fn submit(folder: &std::path::Path, settings: &Settings) -> Result<Submitted, Failure> {
    let evidence = EvidenceFolder::open(folder).unwrap();
    evidence
        .submit(
            settings,
            SubmitOptions::default(),
            |_| {},
            CancellationToken::new(),
        )
        .await
}
