//! Decisions against the mock RA, in each of its flows, and what it refuses.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod lost;
mod ra;
#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;
use std::time::Duration;

use ra::{APPROVE, REFUSE, Ra, flow, policy, rao, took_place, videoid};
use ra_api::decision::{DecideError, Verdict, decide};
use ra_api::{
    BytesBlob, ErrorKind, Id, RaoCredentials, RequestRecord, RequestState, RequestUpdate,
    VideoIdState,
};
use ra_mock::{Fault, FaultKind, Flow};
use serde_json::json;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn two_steps() {
    let ra = Ra::start(Flow::TwoStep).await;
    let validated = ra.decide(Verdict::Validate).await.unwrap();
    assert!(!validated.found_by_reading);
    assert_eq!(validated.request.status, RequestState::VideoReview);
    assert_eq!(videoid(&validated.request), Some(VideoIdState::Validated));
    let approved = ra.decide(APPROVE).await.unwrap();
    assert!(!approved.found_by_reading);
    assert_eq!(approved.request.status, RequestState::EnrollReady);
    assert_eq!(
        (ra.calls("validate_videoid"), ra.calls("approve_request")),
        (1, 1)
    );
    // The answers showed the request: it was read before each of the two, and no more.
    assert_eq!(ra.calls("get_request"), 2);
}

#[tokio::test]
async fn one_step_approves_from_the_review_and_takes_no_validation() {
    let ra = Ra::start(Flow::OneStep).await;
    let DecideError::Refused { error, request } = ra.decide(Verdict::Validate).await.unwrap_err()
    else {
        panic!("a one-step RA validated")
    };
    assert!(error.is_wrong_state() && !error.is_rao_credentials() && !error.is_missing_fields());
    assert_eq!(request.unwrap().status, RequestState::VideoReview);
    let approved = ra.decide(APPROVE).await.unwrap();
    assert_eq!(approved.request.status, RequestState::EnrollReady);
}

#[tokio::test]
async fn validation_that_approves() {
    let ra = Ra::start(Flow::ValidateApproves).await;
    let decided = ra.decide(Verdict::Validate).await.unwrap();
    assert_eq!(decided.request.status, RequestState::EnrollReady);
    let again = ra.decide(APPROVE).await.unwrap_err();
    assert!(
        matches!(&again, DecideError::NotInState { request } if request.status == RequestState::EnrollReady)
    );
    assert_eq!(ra.calls("approve_request"), 0);
    // Its answer lost, it is found all the same.
    let ra = Ra::start(Flow::ValidateApproves).await;
    ra.fault(Fault::next("validate_videoid", FaultKind::AnswerLost));
    let decided = ra.decide(Verdict::Validate).await.unwrap();
    assert!(decided.found_by_reading);
    assert_eq!(decided.request.status, RequestState::EnrollReady);
    assert_eq!(ra.entered("ENROLLREADY"), 1);
}

#[tokio::test]
async fn a_refusal_is_read_from_the_videoid_record() {
    let ra = Ra::start(Flow::TwoStep).await;
    let refused = ra.decide(REFUSE).await.unwrap();
    assert!(!refused.found_by_reading);
    assert_eq!(videoid(&refused.request), Some(VideoIdState::Refused));
    let reason = refused
        .request
        .videoid_data
        .as_ref()
        .unwrap()
        .refusal_reason
        .clone();
    assert_eq!(reason.as_deref(), Some("blurred"));
    for verdict in [Verdict::Validate, REFUSE, APPROVE] {
        let error = ra.decide(verdict).await.unwrap_err();
        assert!(
            matches!(error, DecideError::NotInState { .. }),
            "{verdict:?}: {error}"
        );
    }
    assert_eq!(
        (
            ra.calls("refuse_videoid"),
            ra.calls("validate_videoid"),
            ra.calls("approve_request")
        ),
        (1, 0, 0)
    );
}

#[tokio::test]
async fn cancelling_twice() {
    let ra = Ra::start(Flow::TwoStep).await;
    let (cancel, policy) = (CancellationToken::new(), policy());
    let once = || decide(&ra.client, &ra.pk, None, Verdict::Cancel, &policy, &cancel);
    assert_eq!(
        once().await.unwrap().request.status,
        RequestState::Cancelled
    );
    let again = once().await.unwrap_err();
    assert!(matches!(&again, DecideError::NotInState { .. }), "{again}");
    assert_eq!(again.request().unwrap().status, RequestState::Cancelled);
    assert_eq!(
        (ra.calls("cancel_request"), ra.entered("CANCELLED")),
        (1, 1)
    );
}

#[tokio::test]
async fn wrong_credentials_are_told_apart_from_a_wrong_state() {
    for verdict in [Verdict::Validate, REFUSE, APPROVE] {
        let ra = Ra::start(flow(verdict)).await;
        let error = ra.decide_as(&rao("wrong"), verdict).await.unwrap_err();
        let DecideError::Refused { error, request } = &error else {
            panic!("{error:?}")
        };
        assert!(
            error.is_rao_credentials() && !error.is_wrong_state(),
            "{error}"
        );
        assert!(request.is_some());
        assert!(took_place(
            verdict,
            &ra.decide(verdict).await.unwrap().request
        ));
    }
}

#[tokio::test]
async fn an_unknown_rao_is_a_clear_no() {
    let ra = Ra::start(Flow::TwoStep).await;
    let unknown = RaoCredentials {
        rao_id: Id::from(999),
        ..rao("right")
    };
    let error = ra.decide_as(&unknown, Verdict::Validate).await.unwrap_err();
    let DecideError::Refused { error, .. } = &error else {
        panic!("{error:?}")
    };
    assert!(error.is_unknown_rao() && !error.is_rao_credentials() && !error.retryable());
    assert_eq!(error.status(), Some(500));
    // Read before and once after: a clear no is not waited on.
    assert_eq!(ra.calls("get_request"), 2);
}

#[tokio::test]
async fn a_412_after_an_earlier_call_had_worked_is_a_success() {
    // The state that is read before is the old one; by the time of the call, an earlier one has arrived.
    let reads = std::sync::atomic::AtomicUsize::new(0);
    let (url, _) = support::scripted(move |seen| {
        if seen.head.method == "POST" {
            return support::Reply::Json(
                412,
                json!({ "code": "412", "id": "b49f", "error": "Invalid request status" })
                    .to_string(),
            );
        }
        let first = reads.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        let state = if first { "VIDEOREVIEW" } else { "ENROLLREADY" };
        support::Reply::ok(json!({ "pk": 5, "status": state }))
    })
    .await;
    let client = support::client(&url);
    let cancel = CancellationToken::new();
    let rao = rao("right");
    let pk = Id::from(5);
    let decided = decide(&client, &pk, Some(&rao), APPROVE, &policy(), &cancel).await;
    assert!(decided.unwrap().found_by_reading);
}

#[tokio::test]
async fn another_officers_decision_is_not_that_of_wrong_credentials() {
    let reads = std::sync::atomic::AtomicUsize::new(0);
    let (url, _) = support::scripted(move |seen| {
        if seen.head.method == "POST" {
            return support::Reply::Json(403, json!({ "detail": "No." }).to_string());
        }
        let first = reads.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        let state = if first { "VIDEOREVIEW" } else { "ENROLLREADY" };
        support::Reply::ok(json!({ "pk": 5, "status": state }))
    })
    .await;
    let client = support::client(&url);
    let cancel = CancellationToken::new();
    let rao = rao("right");
    let pk = Id::from(5);
    let decided = decide(&client, &pk, Some(&rao), APPROVE, &policy(), &cancel).await;
    let error = decided.unwrap_err();
    assert!(error.error().unwrap().is_rao_credentials());
    assert_eq!(error.request().unwrap().status, RequestState::EnrollReady);
}

#[tokio::test]
async fn an_organisation_is_validated_completed_and_approved() {
    let ra = Ra::start_with(Flow::TwoStep, |request| {
        request.profile = "PFnubeAFEmpleado".into();
        request
            .extra
            .insert("organization_name".into(), json!("Specimen S.A."));
        request.serial_number = None;
    })
    .await;
    let validated = ra.decide(Verdict::Validate).await.unwrap();
    assert_eq!(validated.request.status, RequestState::Created);
    assert!(!validated.request.is_natural_person());
    // Fields are missing.
    let error = ra.decide(APPROVE).await.unwrap_err();
    let missing = error.error().unwrap();
    assert!(
        missing.is_missing_fields() && !missing.is_wrong_state(),
        "{missing}"
    );
    assert!(
        missing
            .fields()
            .iter()
            .any(|problem| problem.field == "serial_number"),
        "{:?}",
        missing.fields()
    );
    // All that the RA says is missing is added, and nothing else changes.
    let before = ra.read().await;
    let mut update = RequestUpdate::from_record(&before);
    for problem in ra.client.missing_fields(&ra.pk).await.unwrap() {
        update.set(&problem.field, "00000000T").unwrap();
    }
    update.set("organization_city", "Barcelona").unwrap();
    ra.client.update_request(&ra.pk, &update).await.unwrap();
    let after = ra.read().await;
    for (key, value) in RequestUpdate::from_record(&before).fields() {
        assert_eq!(
            RequestUpdate::from_record(&after).get(key),
            Some(value),
            "{key}"
        );
    }
    assert_eq!(after.extra["organization_name"], json!("Specimen S.A."));
    assert_eq!(after.extra["organization_city"], json!("Barcelona"));
    assert_eq!(videoid_pk(&after), videoid_pk(&before));
    assert_eq!(
        (after.status, after.scratchcard),
        (before.status, before.scratchcard)
    );
    // Then the documents.
    let error = ra.decide(APPROVE).await.unwrap_err();
    assert!(error.error().unwrap().is_missing_documents(), "{error}");
    let deed = Arc::new(BytesBlob::new(vec![9; 100]));
    let cancel = CancellationToken::new();
    ra.client
        .upload_videoid_document(&ra.pk, "deed", "deed.pdf", "application/pdf", deed, &cancel)
        .await
        .unwrap();
    let approved = ra.decide(APPROVE).await.unwrap();
    assert_eq!(approved.request.status, RequestState::EnrollReady);
}

fn videoid_pk(request: &RequestRecord) -> Option<Id> {
    request.videoid_data.as_ref().unwrap().pk.clone()
}

#[tokio::test]
async fn cancelling_before_and_during_the_call() {
    let ra = Ra::start(Flow::OneStep).await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let rao = rao("right");
    let error = decide(&ra.client, &ra.pk, Some(&rao), APPROVE, &policy(), &cancel)
        .await
        .unwrap_err();
    assert!(matches!(error, DecideError::Cancelled), "{error:?}");
    assert_eq!(ra.calls("approve_request"), 0);

    // While the server keeps the call: whether it will be approved cannot be known.
    ra.fault(Fault::next(
        "approve_request",
        FaultKind::Delay { ms: 60_000 },
    ));
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let faults = ra.server.faults();
    tokio::spawn(async move {
        while faults.list().iter().all(|fault| fault.struck == 0) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.cancel();
    });
    let error = decide(&ra.client, &ra.pk, Some(&rao), APPROVE, &policy(), &cancel)
        .await
        .unwrap_err();
    assert!(
        matches!(error, DecideError::OutcomeUnknown { .. }) && error.is_cancelled(),
        "{error:?}"
    );
}

#[tokio::test]
async fn what_lacks_credentials_or_a_reason_is_not_sent() {
    let (url, log) = support::scripted(|_| support::Reply::Json(500, String::new())).await;
    let client = support::client(&url);
    let cancel = CancellationToken::new();
    let rao = rao("right");
    for (rao, verdict) in [
        (None, Verdict::Validate),
        (None, REFUSE),
        (None, APPROVE),
        (Some(&rao), Verdict::Refuse { reason: "  " }),
    ] {
        let decided = decide(&client, &Id::from(5), rao, verdict, &policy(), &cancel).await;
        let error = decided.unwrap_err();
        assert_eq!(error.error().unwrap().kind(), ErrorKind::InvalidInput);
    }
    assert!(log.lines().is_empty());
}
