//! The RAO desk against the training RA, as a screen drives it: the ways from review to the link, and what goes wrong.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
#[path = "common/reviewable.rs"]
mod reviewable;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use common::*;
use evidence::{Check, ImageKind};
use ra_api::delivery::RetryPolicy;
use reviewable::*;
use station::contract::*;
use station::settings::TrainingFlow;
use station::{Station, StationConfig};

const PERSON: &str = "PFnubeAFCiudadano";

async fn desk_in(folder: &Path, flow: TrainingFlow) -> Desk {
    let mut settings = settings();
    settings.training.flow = flow;
    settings.training.seed_requests = 0;
    let mut config = StationConfig::new(settings, folder.to_owned());
    // Patient enough to find a lost answer, not enough to make the tests slow.
    config.decision_policy = RetryPolicy {
        max_attempts: 2,
        first_wait: Duration::from_millis(20),
        first_poll_wait: Duration::from_millis(50),
        longest_poll_wait: Duration::from_millis(100),
        unchanged_for: Duration::from_millis(300),
        reread_for: Duration::from_secs(2),
        ..RetryPolicy::default()
    };
    Desk {
        station: Station::start(config).await.unwrap(),
        folder: folder.to_owned(),
    }
}

/// How often the RA was asked for an operation, and how often a request came to a state.
async fn calls(desk: &Desk, operation: &str) -> usize {
    let calls = control(desk, "GET", "/_mock/calls", "").await;
    let calls = calls.as_array().unwrap().iter();
    calls.filter(|call| call["operation"] == operation).count()
}

async fn times_in(desk: &Desk, pk: &str, state: &str) -> usize {
    let request = control(desk, "GET", &format!("/_mock/requests/{pk}"), "").await;
    let history = request["history"].as_array().unwrap().iter();
    history.filter(|entry| entry["status"] == state).count()
}

fn desk_events(desk: &Desk) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(desk.folder.join("desk-events.jsonl")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn names(events: &[serde_json::Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect()
}

/// Every byte that the station left on the disk, the training RA's own data excepted.
fn left_on_disk(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().unwrap() != "training-ra" {
            all.extend(left_on_disk(&path));
        } else if path.is_file() {
            all.extend(std::fs::read(&path).unwrap());
        }
    }
    all
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_listed_reviewed_validated_approved_and_linked() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path(), TrainingFlow::TwoStep).await;
    let pk = reviewable(&desk, PERSON, Some(1400)).await;
    desk.officer().await;
    let listed = desk.station.wait_for(|snapshot| {
        let rows = snapshot.desk.as_ref().map(|desk| &desk.queue.rows);
        rows.is_some_and(|rows| rows.iter().any(|row| row.pk == pk))
    });
    let snapshot = tokio::time::timeout(PATIENCE, listed)
        .await
        .unwrap()
        .unwrap();
    let row = &snapshot.desk.unwrap().queue.rows[0];
    assert_eq!(
        (row.state.as_str(), row.waits_for),
        ("VIDEOREVIEW", Some(RequestAction::Validate))
    );

    // What there is to see.
    let review = desk.open_review(&pk).await;
    let request = review.request.clone().unwrap();
    assert_eq!(
        (request.name.as_str(), request.organisation),
        ("SPECIMEN MUSTER", false)
    );
    assert_eq!(request.identification_rao.as_deref(), Some("1400"));
    assert_eq!(
        (request.captured_by, review.audit.len()),
        (None, 0),
        "captured elsewhere"
    );
    assert!(request.simulated, "the training RA");
    let kinds: Vec<ImageKind> = review.pictures.iter().map(|picture| picture.kind).collect();
    assert_eq!(kinds, ImageKind::ALL);
    let front = &review.pictures[0];
    let (bytes, mime) = desk.station.image("review", &front.id).await.unwrap();
    assert_eq!((front.width, front.height, mime), (640, 400, "image/jpeg"));
    assert_eq!(bytes.len() as u64, front.bytes);
    let differs = |key: &str| {
        review
            .fields
            .iter()
            .find(|field| field.key == key)
            .unwrap()
            .differs
    };
    assert!(differs("surname_1") && !differs("given_name") && !differs("serial_number"));
    let check = |check| {
        review
            .checks
            .iter()
            .find(|shown| shown.check == Some(check))
            .unwrap()
    };
    assert_eq!(check(Check::DataIntegrity).value, Some(true));
    assert_eq!(check(Check::Liveliness).value, Some(false));
    assert_eq!(check(Check::DocumentsMatch).value, None);
    assert_eq!(
        check(Check::DataIntegrity).source,
        CheckOrigin::NotTransmitted
    );
    let similarity = review.similarity.clone().unwrap();
    assert_eq!(
        similarity.level.as_deref(),
        Some("high"),
        "the RA answers in words"
    );
    let review = desk
        .review_until("the video", |review| {
            matches!(review.video, PlayerView::Ready { .. })
        })
        .await;
    let PlayerView::Ready {
        id,
        duration_ms,
        frames,
        ..
    } = review.video
    else {
        unreachable!()
    };
    assert_eq!((duration_ms, frames), (6_000, 60));
    let picture = desk
        .station
        .video_picture(&id, 2_050, 200)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(picture.at_ms, 2_000);
    assert_eq!(image::load_from_memory(&picture.jpeg).unwrap().width(), 200);

    // Nothing is decided unseen or unsigned.
    assert_eq!(
        desk.obstacle(RequestAction::Validate),
        Some(Obstacle::NotSignedIn)
    );
    let failure = desk
        .desk_fails(DeskCommand::Validate { confirmed: true })
        .await;
    assert_eq!(failure.code, FailureCode::RaoNotSignedIn);
    desk.sign_in().await;
    assert_eq!(
        desk.obstacle(RequestAction::Validate),
        Some(Obstacle::PapersNotShown)
    );
    let failure = desk
        .desk_fails(DeskCommand::Validate { confirmed: true })
        .await;
    assert_eq!(failure.code, FailureCode::PapersNotShown);
    desk.papers().await;
    let papers = desk.review().papers;
    assert!(papers.declaration.unwrap().text.contains("SPECIMEN MUSTER"));
    let contract = papers.contract.unwrap();
    let (page, mime) = desk
        .station
        .image("contract", &format!("{}-1", contract.id))
        .await
        .unwrap();
    assert_eq!(mime, "image/png");
    assert_eq!(
        image::load_from_memory(&page).unwrap().width(),
        contract.pages[0].width
    );
    let saved = folder.path().join("contract.pdf");
    desk.desk(DeskCommand::SaveContract {
        path: saved.to_str().unwrap().to_owned(),
    })
    .await;
    assert_eq!(std::fs::metadata(&saved).unwrap().len(), contract.bytes);
    std::fs::remove_file(saved).unwrap();

    // Validated, then approved, each once.
    desk.desk(DeskCommand::Validate { confirmed: true }).await;
    let review = desk.decided().await;
    let decided = review.decided.unwrap();
    assert_eq!(decided.videoid_state.as_deref(), Some("VALIDATED"));
    assert_eq!(
        (decided.state.as_str(), decided.found_by_reading),
        ("VIDEOREVIEW", false)
    );
    assert_eq!(review.suggested, Some(RequestAction::Approve));
    let failure = desk
        .desk_fails(DeskCommand::Approve {
            lang: "xx".to_owned(),
            confirmed: true,
        })
        .await;
    assert_eq!(failure.code, FailureCode::InvalidInput);
    desk.desk(DeskCommand::Approve {
        lang: "en".to_owned(),
        confirmed: true,
    })
    .await;
    let review = desk.decided().await;
    assert_eq!(review.decided.unwrap().state, "ENROLLREADY");
    assert_eq!(review.suggested, Some(RequestAction::Link));
    assert_eq!(calls(&desk, "approve_request").await, 1);
    let rows = desk.station.snapshot().desk.unwrap().queue.rows;
    assert_eq!(rows[0].state, "ENROLLREADY", "the queue shows it at once");

    // The link, only while it is wanted.
    assert!(review.link.is_none());
    desk.desk(DeskCommand::ShowLink).await;
    let review = desk
        .review_until("the link", |review| review.link.is_some())
        .await;
    let link = review.link.unwrap();
    assert!(link.url.starts_with("https://") && link.qr_size > 20 && link.qr_path.starts_with('M'));
    assert_eq!(link.email, "specimen@example.org");
    desk.desk(DeskCommand::HideLink).await;
    assert!(desk.review().link.is_none());

    // What is left of it: the record, and no secret.
    let events = desk_events(&desk);
    assert_eq!(
        names(&events),
        [
            "review_opened",
            "desk_unlocked",
            "papers_shown",
            "decision_sent",
            "validated",
            "decision_sent",
            "approved",
            "link_shown"
        ]
    );
    let approved = events
        .iter()
        .find(|event| event["event"] == "approved")
        .unwrap();
    assert_eq!(
        (&approved["rao_id"], &approved["pk"]),
        (&"1500".into(), &pk.as_str().into())
    );
    let shown = serde_json::to_string(&desk.station.snapshot()).unwrap();
    let disk = left_on_disk(folder.path());
    for secret in [PASSWORD, PIN, "enrollment_code", "preauth/"] {
        assert!(!contains(&disk, secret), "{secret} is on the disk");
        assert!(!shown.contains(secret), "{secret} is in the snapshot");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_ra_takes_no_validation_it_is_approved_without() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path(), TrainingFlow::OneStep).await;
    let pk = reviewable(&desk, PERSON, None).await;
    desk.officer().await;
    desk.open_review(&pk).await;
    desk.sign_in().await;
    desk.papers().await;
    desk.desk(DeskCommand::Validate { confirmed: true }).await;
    let review = desk.decided().await;
    assert!(
        matches!(&review.deciding, Work::Failed { failure } if failure.code == FailureCode::RaWrongState)
    );
    assert!(review.validation_not_taken);
    assert_eq!(review.suggested, Some(RequestAction::Approve));
    desk.desk(DeskCommand::Approve {
        lang: "es".to_owned(),
        confirmed: true,
    })
    .await;
    assert_eq!(desk.decided().await.decided.unwrap().state, "ENROLLREADY");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_validation_approves_the_answer_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path(), TrainingFlow::ValidateApproves).await;
    let pk = reviewable(&desk, PERSON, None).await;
    desk.officer().await;
    desk.open_review(&pk).await;
    desk.sign_in().await;
    desk.papers().await;
    desk.desk(DeskCommand::Validate { confirmed: true }).await;
    let review = desk.decided().await;
    assert_eq!(review.decided.unwrap().state, "ENROLLREADY");
    assert_eq!(review.suggested, Some(RequestAction::Link));
    assert_eq!(calls(&desk, "approve_request").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_is_cancelled_and_captured_again() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path(), TrainingFlow::TwoStep).await;
    let pk = reviewable(&desk, PERSON, None).await;
    desk.officer().await;
    desk.open_review(&pk).await;
    desk.sign_in().await;
    let refusal = |reasons: &[&str], note: &str| DeskCommand::Refuse {
        reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
        note: note.to_owned(),
        confirmed: true,
    };
    assert_eq!(
        desk.desk_fails(refusal(&[], " ")).await.code,
        FailureCode::InvalidInput
    );
    desk.desk(refusal(
        &["The document cannot be read"],
        "glare on the number",
    ))
    .await;
    let review = desk.decided().await;
    let request = review.request.unwrap();
    assert_eq!(request.videoid_state.as_deref(), Some("REFUSED"));
    assert_eq!(
        request.refusal_reason.as_deref(),
        Some("The document cannot be read. glare on the number")
    );
    assert_eq!(review.suggested, Some(RequestAction::Recapture));
    assert!(
        !contains(&left_on_disk(folder.path()), "glare on the number"),
        "free text may name a person"
    );

    desk.desk(DeskCommand::Recapture { confirmed: true }).await;
    let snapshot = desk
        .station
        .wait_for(|snapshot| snapshot.enrollment.is_some());
    let snapshot = tokio::time::timeout(PATIENCE, snapshot)
        .await
        .unwrap()
        .unwrap();
    assert!(snapshot.desk.is_none(), "never both");
    let enrollment = snapshot.enrollment.unwrap();
    assert_eq!(enrollment.form.surname_1, "MUSTER");
    assert_eq!(enrollment.form.serial_number, "12345678Z");
    assert!(
        enrollment.request.is_none(),
        "a new request is made from it"
    );
    assert_eq!(
        times_in(&desk, &pk, "CANCELLED").await,
        1,
        "not approved: cancelled"
    );
    let events = desk.events(&enrollment.case_id);
    assert_eq!(names(&events), ["enrollment_started", "recapture_of"]);
    assert_eq!(events[1]["pk"], pk.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_ra_takes_evidence_again_the_same_request_is_captured_again() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path(), TrainingFlow::TwoStep).await;
    control(
        &desk,
        "POST",
        "/_mock/settings",
        r#"{"refusal_reopens":true}"#,
    )
    .await;
    let pk = reviewable(&desk, PERSON, None).await;
    desk.officer().await;
    desk.open_review(&pk).await;
    desk.sign_in().await;
    desk.desk(DeskCommand::Refuse {
        reasons: vec!["The video is incomplete or unclear".to_owned()],
        note: String::new(),
        confirmed: true,
    })
    .await;
    let review = desk.decided().await;
    assert_eq!(review.decided.unwrap().state, "VIDEOPENDING");
    desk.desk(DeskCommand::Recapture { confirmed: true }).await;
    let view = desk
        .until("the request", |view| {
            view.request.is_some() && view.request_work == Work::Idle
        })
        .await;
    assert_eq!(view.request.unwrap().pk, pk, "no second request");
    assert_eq!(view.form.surname_1, "MUSTER");
    assert_eq!(times_in(&desk, &pk, "CANCELLED").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_evidence_goes_on_in_this_stations_own_case_or_in_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path(), TrainingFlow::TwoStep).await;
    desk.started().await;
    desk.request().await;
    let own = desk.view();
    let own_pk = own.request.unwrap().pk;
    desk.ok(Command::LeaveEnrollment).await;
    desk.desk(DeskCommand::Open).await;
    let review = desk.open_review(&own_pk).await;
    assert_eq!(review.suggested, Some(RequestAction::SendEvidence));
    assert_eq!(
        desk.desk_fails(DeskCommand::ShowLink).await.code,
        FailureCode::NotAllowedNow
    );
    desk.desk(DeskCommand::CaptureEvidence).await;
    assert_eq!(desk.view().case_id, own.case_id);
    desk.ok(Command::LeaveEnrollment).await;

    // Made elsewhere: there is no case of it here.
    let client = client(&desk);
    let ra = desk.station.snapshot().settings.registration_authority;
    let card = client
        .first_unused_scratchcard(&ra_api::Id::new(ra.clone()))
        .await
        .unwrap();
    let mut new = ra_api::NewRequest::video_id(PERSON, ra.as_str(), "other@example.org");
    new.scratchcard = card.sn.to_string();
    let other = client.create_request(&new).await.unwrap().pk.to_string();
    desk.desk(DeskCommand::Open).await;
    desk.open_review(&other).await;
    desk.desk(DeskCommand::CaptureEvidence).await;
    let view = desk
        .until("the request", |view| {
            view.request.is_some() && view.request_work == Work::Idle
        })
        .await;
    assert_eq!(view.request.unwrap().pk, other);
    assert_ne!(view.case_id, own.case_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_is_told_apart_and_asked_for_again() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path(), TrainingFlow::TwoStep).await;
    let pk = reviewable(&desk, PERSON, None).await;
    desk.officer().await;
    desk.open_review(&pk).await;
    // The training RA takes this word as wrong.
    desk.sign_in_with("wrong").await;
    desk.papers().await;
    desk.desk(DeskCommand::Validate { confirmed: true }).await;
    let review = desk.decided().await;
    assert!(
        matches!(&review.deciding, Work::Failed { failure } if failure.code == FailureCode::RaoCredentials)
    );
    assert!(
        desk.station.snapshot().rao.is_none(),
        "the same again would count as another try"
    );
    assert_eq!(
        desk.obstacle(RequestAction::Validate),
        Some(Obstacle::NotSignedIn)
    );
    assert!(!review.validation_not_taken);
    desk.sign_in().await;
    desk.desk(DeskCommand::Validate { confirmed: true }).await;
    assert_eq!(
        desk.decided()
            .await
            .decided
            .unwrap()
            .videoid_state
            .as_deref(),
        Some("VALIDATED")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_changed_meanwhile_is_shown_as_it_is_now() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path(), TrainingFlow::TwoStep).await;
    let pk = reviewable(&desk, PERSON, None).await;
    desk.officer().await;
    desk.open_review(&pk).await;
    desk.sign_in().await;
    desk.papers().await;
    client(&desk)
        .cancel(&ra_api::Id::new(pk.clone()))
        .await
        .unwrap();
    desk.desk(DeskCommand::Validate { confirmed: true }).await;
    let review = desk.decided().await;
    assert!(
        matches!(&review.deciding, Work::Failed { failure } if failure.code == FailureCode::RaWrongState)
    );
    assert_eq!(review.request.unwrap().state, "CANCELLED");
    assert_eq!(
        calls(&desk, "validate_videoid").await,
        0,
        "it was read first"
    );
    assert_eq!(
        desk.obstacle(RequestAction::Approve),
        Some(Obstacle::WrongState)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_the_approval_is_found_by_reading_and_nothing_is_approved_twice() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path(), TrainingFlow::OneStep).await;
    let pk = reviewable(&desk, PERSON, None).await;
    desk.officer().await;
    desk.open_review(&pk).await;
    desk.sign_in().await;
    desk.papers().await;
    fault(
        &desk,
        r#"{"operation":"approve_request","kind":"answer_lost"}"#,
    )
    .await;
    desk.desk(DeskCommand::Approve {
        lang: "es".to_owned(),
        confirmed: true,
    })
    .await;
    let decided = desk.decided().await.decided.unwrap();
    assert_eq!(
        (decided.state.as_str(), decided.found_by_reading),
        ("ENROLLREADY", true)
    );
    assert_eq!(calls(&desk, "approve_request").await, 1);
    assert_eq!(times_in(&desk, &pk, "ENROLLREADY").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_whose_end_is_unknown_is_read_before_anything_else() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path(), TrainingFlow::OneStep).await;
    let pk = reviewable(&desk, PERSON, None).await;
    desk.officer().await;
    desk.open_review(&pk).await;
    desk.sign_in().await;
    desk.papers().await;
    // The answer is lost and the server is down from then on: after the reading before the decision.
    fault(
        &desk,
        r#"{"operation":"approve_request","kind":"answer_lost"}"#,
    )
    .await;
    fault(
        &desk,
        r#"{"operation":"get_request","kind":"reset_before","nth":2,"times":null}"#,
    )
    .await;
    desk.desk(DeskCommand::Approve {
        lang: "es".to_owned(),
        confirmed: true,
    })
    .await;
    let review = desk.decided().await;
    assert!(
        matches!(&review.deciding, Work::Failed { failure } if failure.code == FailureCode::OutcomeUnknown),
        "{:?}",
        review.deciding
    );
    assert_eq!(
        desk.obstacle(RequestAction::Approve),
        Some(Obstacle::OutcomeUnknown)
    );
    let failure = desk
        .desk_fails(DeskCommand::Approve {
            lang: "es".to_owned(),
            confirmed: true,
        })
        .await;
    assert_eq!(failure.code, FailureCode::OutcomeUnknown);

    control(&desk, "DELETE", "/_mock/faults", "").await;
    desk.desk(DeskCommand::RefreshReview).await;
    let review = desk
        .review_until("the reading", |review| {
            !matches!(review.reading, Work::Running { .. })
        })
        .await;
    assert_eq!(review.request.unwrap().state, "ENROLLREADY");
    assert_eq!(review.suggested, Some(RequestAction::Link));
    assert_eq!(calls(&desk, "approve_request").await, 1);
    assert_eq!(times_in(&desk, &pk, "ENROLLREADY").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisations_request_is_completed_before_it_is_approved() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path(), TrainingFlow::TwoStep).await;
    let pk = reviewable(&desk, "PFnubeAFEmpleado", None).await;
    desk.officer().await;
    desk.open_review(&pk).await;
    desk.sign_in().await;
    desk.papers().await;
    desk.desk(DeskCommand::Validate { confirmed: true }).await;
    let review = desk.decided().await;
    assert_eq!(review.decided.clone().unwrap().state, "CREATED");
    let review = desk
        .review_until("the form", |review| review.completion.is_some())
        .await;
    assert_eq!(review.suggested, Some(RequestAction::Complete));
    let completion = review.completion.unwrap();
    let field = |key: &str| {
        completion
            .fields
            .iter()
            .find(|field| field.key == key)
            .cloned()
    };
    assert!(field("surname_1").unwrap().locked);
    let typed = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
    let failure = desk
        .desk_fails(DeskCommand::CompleteRequest {
            fields: typed("surname_1", "OTHER"),
        })
        .await;
    assert_eq!(failure.code, FailureCode::InvalidInput);

    // What the RA misses is filled in; where it misses nothing of the organisation, there is nothing to fill.
    let missing: BTreeMap<String, String> = completion
        .fields
        .iter()
        .filter(|field| field.missing)
        .map(|field| (field.key.clone(), "SPECIMEN ORGANISATION".to_owned()))
        .collect();
    if !missing.is_empty() {
        assert_eq!(
            desk.obstacle(RequestAction::Approve),
            Some(Obstacle::FieldsMissing)
        );
        desk.desk(DeskCommand::CompleteRequest { fields: missing })
            .await;
        desk.review_until("the completion", |review| {
            review.completion.as_ref().is_some_and(|completion| {
                completion.work == Work::Idle
                    && completion.fields.iter().all(|field| !field.missing)
            })
        })
        .await;
        let record = client(&desk)
            .request(&ra_api::Id::new(pk.clone()))
            .await
            .unwrap();
        assert_eq!(
            record.email.as_deref(),
            Some("specimen@example.org"),
            "nothing else is lost"
        );
        // Another request than the papers were made out for.
        assert_eq!(
            desk.obstacle(RequestAction::Approve),
            Some(Obstacle::PapersNotShown)
        );
        desk.papers().await;
    }
    desk.desk(DeskCommand::Approve {
        lang: "es".to_owned(),
        confirmed: true,
    })
    .await;
    let review = desk.decided().await;
    assert!(
        matches!(&review.deciding, Work::Failed { failure } if failure.code == FailureCode::RaMissingDocuments),
        "{:?}",
        review.deciding
    );

    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "no document").unwrap();
    let attach = |path: &Path| DeskCommand::AttachDocument {
        path: path.to_str().unwrap().to_owned(),
        label: "power_of_attorney".to_owned(),
    };
    assert_eq!(
        desk.desk_fails(attach(&text)).await.code,
        FailureCode::DocumentUnreadable
    );
    let pdf = folder.path().join("power.pdf");
    std::fs::write(&pdf, b"%PDF-1.4 specimen").unwrap();
    desk.desk(attach(&pdf)).await;
    let attached = |review: &ReviewView| {
        review.completion.as_ref().is_some_and(|completion| {
            completion.documents.len() == 1 && completion.attaching == Work::Idle
        })
    };
    let review = desk.review_until("the document", attached).await;
    let first = review.completion.unwrap().documents[0].pk.clone();
    desk.desk(DeskCommand::RemoveDocument { pk: first }).await;
    desk.review_until("the removal", |review| {
        review.completion.as_ref().is_some_and(|completion| {
            completion.documents.is_empty() && completion.attaching == Work::Idle
        })
    })
    .await;
    desk.desk(attach(&pdf)).await;
    let review = desk
        .review_until("the document", |review| {
            attached(review) && review.reading == Work::Idle
        })
        .await;
    assert_eq!(review.suggested, Some(RequestAction::Approve));
    desk.desk(DeskCommand::Approve {
        lang: "es".to_owned(),
        confirmed: true,
    })
    .await;
    assert_eq!(desk.decided().await.decided.unwrap().state, "ENROLLREADY");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_identified_cannot_approve() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path(), TrainingFlow::TwoStep).await;
    let by_number = reviewable(&desk, PERSON, Some(1500)).await;
    desk.officer().await;
    desk.open_review(&by_number).await;
    desk.sign_in().await;
    desk.papers().await;
    for action in [RequestAction::Validate, RequestAction::Approve] {
        assert_eq!(
            desk.obstacle(action),
            Some(Obstacle::CapturedByYou),
            "{action:?}"
        );
    }
    let failure = desk
        .desk_fails(DeskCommand::Validate { confirmed: true })
        .await;
    assert_eq!(failure.code, FailureCode::SameOperator);
    assert_eq!(
        desk.obstacle(RequestAction::Refuse),
        None,
        "who captured may still refuse"
    );
    assert_eq!(calls(&desk, "validate_videoid").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_captured_here_shows_its_sources_and_its_record_and_needs_another_officer() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path(), TrainingFlow::TwoStep).await;
    desk.complete().await;
    desk.ok(Command::AttestCheck {
        reason: None,
        check: Check::DocumentNotcopy,
        value: Some(true),
    })
    .await;
    let sent = desk.delivered().await;
    let pk = sent.request.clone().unwrap().pk;
    desk.ok(Command::LeaveEnrollment).await;

    // The same person, at the desk under a RAO number of another.
    desk.desk(DeskCommand::Open).await;
    let review = desk.open_review(&pk).await;
    assert_eq!(
        review.request.clone().unwrap().captured_by.unwrap().name,
        "Op"
    );
    let check = review
        .checks
        .iter()
        .find(|shown| shown.check == Some(Check::DocumentNotcopy))
        .unwrap();
    assert!(
        matches!(&check.source, CheckOrigin::Attested { by, .. } if by == "Op"),
        "{check:?}"
    );
    assert!(
        review
            .audit
            .iter()
            .any(|row| row.event == "delivered" && row.operator == "Op (1400)")
    );
    let review = desk
        .review_until("the video", |review| {
            matches!(review.video, PlayerView::Ready { .. })
        })
        .await;
    let PlayerView::Ready { chapters, .. } = &review.video else {
        panic!("{:?}", review.video)
    };
    // The station marks what it sees, the operator the rest; each action once, and all of it stands in the record.
    let marks: Vec<_> = desk
        .events(&sent.case_id)
        .into_iter()
        .filter(|event| event["event"] == "action_marked")
        .map(|event| event["at_ms"].as_u64().unwrap())
        .collect();
    assert!(!marks.is_empty());
    let shown: Vec<_> = chapters.iter().map(|chapter| chapter.at_ms).collect();
    assert_eq!(shown, marks);
    desk.sign_in().await;
    desk.papers().await;
    assert_eq!(
        desk.obstacle(RequestAction::Validate),
        Some(Obstacle::CapturedByYou)
    );

    // Another person.
    desk.ok(Command::ChooseOperator {
        name: "Officer".into(),
        rao_id: Some("1500".into()),
    })
    .await;
    assert!(
        desk.station.snapshot().rao.is_none(),
        "another operator signs in anew"
    );
    desk.sign_in().await;
    desk.desk(DeskCommand::Validate { confirmed: true }).await;
    desk.decided().await;
    let case_id = review.request.unwrap().case_id.unwrap();
    let events = desk.events(&case_id);
    let validated = events
        .iter()
        .find(|event| event["event"] == "validated")
        .unwrap();
    assert_eq!(validated["operator"]["name"], "Officer");
    assert_eq!(
        validated["captured_by"]["name"], "Op",
        "both are in the record"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_and_an_enrollment_are_never_open_together() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path(), TrainingFlow::TwoStep).await;
    assert_eq!(
        desk.desk_fails(DeskCommand::Open).await.code,
        FailureCode::OperatorMissing
    );
    desk.officer().await;
    assert_eq!(
        desk.ask(Command::StartEnrollment).await.unwrap_err().code,
        FailureCode::NotAllowedNow
    );
    desk.sign_in().await;
    assert!(desk.station.snapshot().rao.is_some());
    desk.desk(DeskCommand::Lock).await;
    assert!(desk.station.snapshot().rao.is_none());
    desk.desk(DeskCommand::Close).await;
    desk.ok(Command::StartEnrollment).await;
    assert_eq!(
        desk.desk_fails(DeskCommand::Open).await.code,
        FailureCode::NotAllowedNow
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_not_there_is_named_and_the_desk_stays() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_in(folder.path(), TrainingFlow::TwoStep).await;
    desk.officer().await;
    desk.desk(DeskCommand::OpenReview {
        pk: "999999".to_owned(),
    })
    .await;
    let review = desk
        .review_until("the failure", |review| {
            matches!(review.reading, Work::Failed { .. })
        })
        .await;
    assert!(
        matches!(&review.reading, Work::Failed { failure } if failure.code == FailureCode::RaNotFound)
    );
    assert_eq!(
        desk.desk_fails(DeskCommand::OpenReview {
            pk: "12a".to_owned()
        })
        .await
        .code,
        FailureCode::InvalidInput
    );
    desk.desk(DeskCommand::CloseReview).await;
    assert!(desk.station.snapshot().desk.unwrap().review.is_none());
}
