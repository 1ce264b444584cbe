//! What happens to a request after its creation, from its enrollment: changed, cancelled, sent what it lacks, sent
//! again.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
#[path = "common/reviewable.rs"]
mod reviewable;

use std::path::Path;
use std::sync::Arc;

use common::*;
use evidence::{ImageKind, Step};
use ra_api::{BlobSource, BytesBlob, DataEvidence, Id, NewRequest, RaoCredentials, Secret};
use reviewable::{client, film};
use serde_json::{Map, Value, json};
use station::contract::*;
use tokio_util::sync::CancellationToken;

/// Waits until nothing is done for the request any more.
async fn rested(desk: &Desk) -> EnrollmentView {
    desk.until("the end of the work for the request", |view| {
        !matches!(view.request_work, Work::Running { .. })
    })
    .await
}

fn failure(view: &EnrollmentView) -> Failure {
    match &view.request_work {
        Work::Failed { failure } => failure.clone(),
        other => panic!("no failure: {other:?}"),
    }
}

async fn at_ra(desk: &Desk, pk: &str) -> Value {
    control(desk, "GET", &format!("/_mock/requests/{pk}"), "").await
}

async fn calls(desk: &Desk, operation: &str) -> usize {
    let calls = control(desk, "GET", "/_mock/calls", "").await;
    let calls = calls.as_array().unwrap().iter();
    calls.filter(|call| call["operation"] == operation).count()
}

fn officer() -> RaoCredentials {
    RaoCredentials {
        username: "rao1500".to_owned(),
        password: Secret::from(reviewable::PASSWORD),
        pin: Secret::from(reviewable::PIN),
        rao_id: Id::new("1500"),
    }
}

async fn as_rao(desk: &Desk, rao_id: Option<&str>) {
    desk.ok(Command::ChooseOperator {
        name: "Op".into(),
        rao_id: rao_id.map(str::to_owned),
    })
    .await;
}

fn event<'a>(events: &'a [Value], name: &str) -> &'a Value {
    let found = events.iter().find(|event| event["event"] == name);
    found.unwrap_or_else(|| panic!("{name} is missing in {events:?}"))
}

/// Takes the training RA's own record in hand while it is stopped.
fn change_at_ra(folder: &Path, pk: &str, change: impl FnOnce(&mut Value)) {
    let file = folder.join("training-ra").join("state.json");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    change(&mut state["requests"][pk]);
    std::fs::write(&file, state.to_string()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_identifies_is_in_the_request_and_known_to_the_ra() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    as_rao(&desk, None).await;
    desk.ok(Command::StartEnrollment).await;
    let refused = desk.ask(Command::CreateRequest { form: form() }).await;
    assert_eq!(refused.unwrap_err().code, FailureCode::OperatorNoRao);
    for (rao, code) in [
        ("999", FailureCode::RaoUnknown),
        ("998", FailureCode::NotIdentificator),
    ] {
        as_rao(&desk, Some(rao)).await;
        desk.ok(Command::CreateRequest { form: form() }).await;
        assert_eq!(failure(&rested(&desk).await).code, code);
    }
    assert_eq!(requests(&desk).await, 0, "nothing was created");
    assert_eq!(
        calls(&desk, "get_first_unused_scratchcard").await,
        0,
        "no card was used"
    );
    as_rao(&desk, Some("1400")).await;
    desk.request().await;
    let pk = desk.view().request.unwrap().pk;
    let record = client(&desk).request(&Id::new(pk)).await.unwrap();
    assert_eq!(record.identification_rao, Some(Id::new("1400")));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_separation_of_duties_nobody_is_asked_for_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings();
    settings.desk.separation_of_duties = false;
    let desk = start_with(folder.path(), settings, None).await;
    as_rao(&desk, None).await;
    desk.ok(Command::StartEnrollment).await;
    desk.request().await;
    assert_eq!(calls(&desk, "get_rao").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_user_data_is_changed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    desk.request().await;
    let pk = desk.view().request.unwrap().pk;
    let before = client(&desk).request(&Id::new(pk.clone())).await.unwrap();

    let wrong = RequestForm {
        email: "nobody".into(),
        ..form()
    };
    let refused = desk.ask(Command::UpdateRequest { form: wrong }).await;
    assert_eq!(refused.unwrap_err().code, FailureCode::InvalidInput);

    let other = RequestForm {
        profile: "PFqscdCiudadano".into(),
        given_name: "Anna".into(),
        email: "anna@example.org".into(),
        ..form()
    };
    desk.ok(Command::UpdateRequest { form: other }).await;
    let view = rested(&desk).await;
    assert_eq!(view.request_work, Work::Idle);
    assert_eq!(view.form.given_name, "Anna");
    assert_eq!(view.form.profile, form().profile);
    let after = client(&desk).request(&Id::new(pk.clone())).await.unwrap();
    assert_eq!(after.given_name.as_deref(), Some("Anna"));
    assert_eq!(after.email.as_deref(), Some("anna@example.org"));
    assert_eq!(after.profile, before.profile);
    assert_eq!(after.scratchcard, before.scratchcard);
    assert_eq!(after.identification_rao, before.identification_rao);
    let events = desk.events(&view.case_id);
    let updated = event(&events, "request_updated");
    assert_eq!(updated["pk"], pk.as_str());
    assert_eq!(updated["fields"], json!(["given_name", "email"]));
    assert!(
        !events
            .iter()
            .any(|event| event.to_string().contains("Anna"))
    );

    // The same again changes nothing, and asks for nothing.
    let sent = calls(&desk, "update_request").await;
    let same = desk.view().form;
    desk.ok(Command::UpdateRequest { form: same }).await;
    assert_eq!(rested(&desk).await.request_work, Work::Idle);
    assert_eq!(calls(&desk, "update_request").await, sent);
    let events = desk.events(&view.case_id);
    let updates = events
        .iter()
        .filter(|event| event["event"] == "request_updated");
    assert_eq!(
        updates.count(),
        1,
        "the record names no change that was none"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_fails_leaves_the_form_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    let early = desk.ask(Command::UpdateRequest { form: form() }).await;
    assert_eq!(early.unwrap_err().code, FailureCode::NotAllowedNow);
    desk.request().await;
    fault(
        &desk,
        r#"{"operation":"update_request","kind":"status","status":500}"#,
    )
    .await;
    let other = RequestForm {
        given_name: "Anna".into(),
        ..form()
    };
    desk.ok(Command::UpdateRequest { form: other }).await;
    let view = rested(&desk).await;
    assert_eq!(failure(&view).code, FailureCode::RaServerError);
    assert_eq!(view.form.given_name, form().given_name);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_request_takes_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    let early = desk.ask(Command::CancelRequest { confirmed: true }).await;
    assert_eq!(early.unwrap_err().code, FailureCode::NotAllowedNow);
    desk.request().await;
    desk.ok(Command::AcceptConsent).await;
    desk.pictures().await;
    let pk = desk.view().request.unwrap().pk;

    desk.ok(Command::CancelRequest { confirmed: true }).await;
    let view = rested(&desk).await;
    assert_eq!(view.request_work, Work::Idle);
    assert_eq!(view.request.as_ref().unwrap().status, "CANCELLED");
    assert_eq!(at_ra(&desk, &pk).await["status"], "CANCELLED");
    assert_eq!(view.step, Step::Request);
    assert_eq!(view.images.len(), 4, "the evidence stays until discarded");
    for step in view.steps {
        let open = matches!(step.step, Step::Request | Step::Review);
        assert_eq!(step.reachable, open, "{step:?}");
    }
    for command in [
        Command::Send,
        Command::GoTo { step: Step::Video },
        Command::Capture {
            kind: ImageKind::DocumentFront,
        },
        Command::StartRecording,
        Command::UpdateRequest { form: form() },
        Command::CancelRequest { confirmed: true },
        Command::RefuseConsent,
    ] {
        let refused = desk.ask(command.clone()).await;
        assert_eq!(
            refused.unwrap_err().code,
            FailureCode::NotAllowedNow,
            "{command:?}"
        );
    }
    let events = desk.events(&view.case_id);
    assert_eq!(event(&events, "decision_sent")["action"], "cancel");
    assert_eq!(event(&events, "request_cancelled")["pk"], pk.as_str());
    desk.ok(Command::DiscardEnrollment {
        case_id: view.case_id,
    })
    .await;
    assert!(desk.station.snapshot().cases.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_whose_answer_is_lost_is_found_by_reading() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    desk.request().await;
    fault(
        &desk,
        r#"{"operation":"cancel_request","kind":"answer_lost"}"#,
    )
    .await;
    desk.ok(Command::CancelRequest { confirmed: true }).await;
    let view = rested(&desk).await;
    assert_eq!(view.request_work, Work::Idle);
    assert_eq!(view.request.unwrap().status, "CANCELLED");
    assert_eq!(
        calls(&desk, "cancel_request").await,
        1,
        "it was asked for once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_that_is_refused_leaves_the_enrollment_open() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    desk.request().await;
    fault(
        &desk,
        r#"{"operation":"cancel_request","kind":"status","status":403}"#,
    )
    .await;
    desk.ok(Command::CancelRequest { confirmed: true }).await;
    let view = rested(&desk).await;
    assert_eq!(failure(&view).code, FailureCode::RaForbidden);
    assert_eq!(view.request.unwrap().status, "VIDEOPENDING");
    desk.ok(Command::AcceptConsent).await;
    desk.ok(Command::GoTo {
        step: Step::DocumentFront,
    })
    .await;
    let events = desk.events(&view.case_id);
    assert_eq!(event(&events, "decision_failed")["action"], "cancel");
}

/// A request that another station made, with one part of its evidence.
async fn half(desk: &Desk, data: bool) -> String {
    let client = client(desk);
    let ra = desk.station.snapshot().settings.registration_authority;
    let ra = Id::new(ra);
    let card = client.first_unused_scratchcard(&ra).await.unwrap();
    let mut new = NewRequest::video_id(form().profile, ra, form().email);
    new.scratchcard = card.sn.to_string();
    new.given_name = Some(form().given_name);
    new.surname_1 = Some(form().surname_1);
    new.serial_number = Some(form().serial_number);
    new.id_document_type = Some("IDC".to_owned());
    new.id_document_country = Some("ES".to_owned());
    let created = client.create_request(&new).await.unwrap();
    let target = created.video_target().unwrap();
    let never = CancellationToken::new();
    if data {
        let jpeg = || {
            let mut out = std::io::Cursor::new(Vec::new());
            image::DynamicImage::new_rgb8(320, 240)
                .write_to(&mut out, image::ImageFormat::Jpeg)
                .unwrap();
            Arc::new(BytesBlob::new(out.into_inner())) as Arc<dyn BlobSource>
        };
        let object = |value: Value| value.as_object().unwrap().clone();
        let evidence = DataEvidence {
            acceptance: object(json!({"description": "Accepted", "date": 1_622_823_879_708_u64})),
            ocr_data: object(json!({"given_name": "SPECIMEN"})),
            security_checks: Map::new(),
            similarity_level: None,
            images: [
                "document_front",
                "document_rear",
                "document_photo",
                "document_owner",
            ]
            .map(|name| (name.to_owned(), jpeg()))
            .to_vec(),
            extra: Map::new(),
        };
        client
            .upload_evidence(&target.video_pk, &evidence, None, &never)
            .await
            .unwrap();
    } else {
        let film = Arc::new(BytesBlob::new(film())) as Arc<dyn BlobSource>;
        client
            .upload_video(&target.video_identifier, film, None, &never)
            .await
            .unwrap();
    }
    created.pk.to_string()
}

fn needed(view: &EnrollmentView, step: Step) -> bool {
    let found = view.steps.iter().find(|row| row.step == step).unwrap();
    assert_eq!(
        found.reachable,
        found.state != StepState::NotNeeded,
        "{found:?}"
    );
    found.reachable
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_data_is_there_only_the_video_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    let pk = half(&desk, true).await;
    desk.ok(Command::OpenRequest { pk: pk.clone() }).await;
    let view = rested(&desk).await;
    assert_eq!(view.request_work, Work::Idle);
    assert_eq!(view.request.unwrap().status, "VIDEOINCOMPLETE");
    assert_eq!(view.missing, [Missing::Consent, Missing::Video]);
    desk.ok(Command::AcceptConsent).await;
    let view = desk.view();
    for step in [
        Step::DocumentFront,
        Step::DocumentRear,
        Step::Portrait,
        Step::Selfie,
        Step::Data,
    ] {
        assert!(!needed(&view, step), "{step:?}");
    }
    assert!(needed(&view, Step::Video));
    desk.camera().await;
    desk.video().await;
    assert_eq!(desk.view().missing, []);
    let view = desk.delivered().await;
    assert!(
        matches!(&view.delivery, DeliveryView::Delivered { status, .. } if status == "VIDEOREVIEW"),
        "{:?}",
        view.delivery
    );
    let record = at_ra(&desk, &pk).await;
    assert_eq!(
        (&record["data_uploads"], &record["video_uploads"]),
        (&json!(1), &json!(1)),
        "the data was not sent again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_video_is_there_only_the_data_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    let pk = half(&desk, false).await;
    desk.ok(Command::OpenRequest { pk: pk.clone() }).await;
    let view = rested(&desk).await;
    assert_eq!(view.request.as_ref().unwrap().status, "VIDEOINCOMPLETE");
    assert!(
        !view.missing.contains(&Missing::Video),
        "{:?}",
        view.missing
    );
    desk.ok(Command::AcceptConsent).await;
    assert!(!needed(&desk.view(), Step::Video));
    desk.pictures().await;
    desk.data().await;
    assert_eq!(desk.view().missing, []);
    let view = desk.delivered().await;
    assert!(
        matches!(&view.delivery, DeliveryView::Delivered { status, .. } if status == "VIDEOREVIEW"),
        "{:?}",
        view.delivery
    );
    let record = at_ra(&desk, &pk).await;
    assert_eq!(
        (&record["data_uploads"], &record["video_uploads"]),
        (&json!(1), &json!(1))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_the_ra_wants_after_all_is_never_sent_empty() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    let pk = half(&desk, true).await;
    desk.ok(Command::OpenRequest { pk: pk.clone() }).await;
    rested(&desk).await;
    desk.ok(Command::AcceptConsent).await;
    desk.camera().await;
    desk.video().await;
    let case_id = desk.view().case_id;
    desk.station.shutdown().await;
    change_at_ra(folder.path(), &pk, |request| {
        request["status"] = json!("VIDEOERROR");
    });

    let desk = start(folder.path()).await;
    desk.operator().await;
    desk.ok(Command::ResumeEnrollment { case_id }).await;
    assert_eq!(desk.view().missing, []);
    let view = desk.delivered().await;
    match &view.delivery {
        DeliveryView::Failed { failure } => assert_eq!(failure.code, FailureCode::Incomplete),
        other => panic!("{other:?}"),
    }
    assert_eq!(at_ra(&desk, &pk).await["data_uploads"], 1);
    assert!(view.missing.contains(&Missing::DocumentFront));
    assert!(needed(&view, Step::DocumentFront));
}

/// Delivers an enrollment, and lets the training RA come to this state afterwards. Returns the case and the request.
async fn delivered_then(folder: &Path, status: &str) -> (String, String) {
    let desk = start(folder).await;
    desk.complete().await;
    let view = desk.delivered().await;
    assert!(
        matches!(view.delivery, DeliveryView::Delivered { .. }),
        "{:?}",
        view.delivery
    );
    let pk = view.request.unwrap().pk;
    desk.station.shutdown().await;
    change_at_ra(folder, &pk, |request| request["status"] = json!(status));
    (view.case_id, pk)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_ra_could_not_use_is_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let (case_id, pk) = delivered_then(folder.path(), "VIDEOERROR").await;
    let desk = start(folder.path()).await;
    desk.operator().await;
    desk.ok(Command::ResumeEnrollment {
        case_id: case_id.clone(),
    })
    .await;
    assert_eq!(desk.view().step, Step::Done);
    desk.ok(Command::RefreshRequest).await;
    let view = rested(&desk).await;
    assert_eq!(view.request_work, Work::Idle);
    assert_eq!(view.delivery, DeliveryView::Idle);
    assert_eq!(view.step, Step::Review);
    assert_eq!(desk.station.snapshot().cases.len(), 1, "it is open again");
    let view = desk.delivered().await;
    assert!(
        matches!(&view.delivery, DeliveryView::Delivered { status, .. } if status == "VIDEOREVIEW"),
        "{:?}",
        view.delivery
    );
    assert_eq!(at_ra(&desk, &pk).await["data_uploads"], 2);
    let events = desk.events(&case_id);
    assert_eq!(event(&events, "delivery_reopened")["status"], "VIDEOERROR");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_that_is_open_again_takes_new_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    let pk = reviewable::reviewable(&desk, &form().profile, None).await;
    control(
        &desk,
        "POST",
        "/_mock/settings",
        r#"{"refusal_reopens":true}"#,
    )
    .await;
    client(&desk)
        .refuse(&Id::new(pk.clone()), &officer(), "glare")
        .await
        .unwrap();
    desk.started().await;
    desk.ok(Command::OpenRequest { pk: pk.clone() }).await;
    rested(&desk).await;
    desk.ok(Command::AcceptConsent).await;
    assert!(
        desk.view().missing.contains(&Missing::Video),
        "what is there was refused"
    );
    desk.pictures().await;
    desk.video().await;
    desk.data().await;
    let view = desk.delivered().await;
    assert!(
        matches!(&view.delivery, DeliveryView::Delivered { status, .. } if status == "VIDEOREVIEW"),
        "{:?}",
        view.delivery
    );
    assert_eq!(at_ra(&desk, &pk).await["data_uploads"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_capture_that_cannot_begin_leaves_the_desk_open_and_no_enrollment() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = FullStore::open(&folder.path().join("cases"));
    let desk = start_with(folder.path(), settings(), Some(store.clone())).await;
    control(
        &desk,
        "POST",
        "/_mock/settings",
        r#"{"refusal_reopens":true}"#,
    )
    .await;
    let pk = reviewable::reviewable(&desk, &form().profile, None).await;
    client(&desk)
        .refuse(&Id::new(pk.clone()), &officer(), "glare")
        .await
        .unwrap();
    desk.officer().await;
    desk.open_review(&pk).await;
    // Room for the enrollment, none for what it begins with.
    *store.room.lock().unwrap() = Some(1);
    let failed = desk
        .desk_fails(DeskCommand::Recapture { confirmed: true })
        .await;
    assert_eq!(failed.code, FailureCode::DiskFull);
    let snapshot = desk.station.snapshot();
    assert!(snapshot.desk.is_some());
    assert!(snapshot.enrollment.is_none(), "never both");
    assert!(snapshot.cases.is_empty());
    *store.room.lock().unwrap() = None;
    desk.desk(DeskCommand::Recapture { confirmed: true }).await;
    let snapshot = desk.station.snapshot();
    assert!(snapshot.desk.is_none() && snapshot.enrollment.is_some());
}
