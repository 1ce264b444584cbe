//! Decisions against the mock RA, in each of its flows, with answers lost before and after they took effect.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use ra_api::decision::{DecideError, Decided, Verdict, decide};
use ra_api::delivery::RetryPolicy;
use ra_api::{
    BytesBlob, Client, DataEvidence, ErrorKind, Id, NewRequest, RaoCredentials, RequestRecord,
    RequestState, RequestUpdate, VideoIdState,
};
use ra_mock::{Fault, FaultKind, Flow, MockConfig, MockServer};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use url::Url;

const REFUSE: Verdict<'static> = Verdict::Refuse { reason: "blurred" };
const APPROVE: Verdict<'static> = Verdict::Approve { lang: "es" };

fn policy() -> RetryPolicy {
    RetryPolicy {
        max_attempts: 3,
        first_wait: Duration::from_millis(5),
        longest_wait: Duration::from_millis(20),
        first_poll_wait: Duration::from_millis(10),
        longest_poll_wait: Duration::from_millis(40),
        unchanged_for: Duration::from_millis(150),
        reread_for: Duration::from_secs(30),
        ..RetryPolicy::default()
    }
}

/// An RA with one request that waits in review.
struct Ra {
    server: MockServer,
    client: Client,
    pk: Id,
}

impl Ra {
    async fn start(flow: Flow) -> Self {
        Self::start_with(flow, |_| {}).await
    }

    async fn start_with(flow: Flow, change: impl FnOnce(&mut NewRequest)) -> Self {
        let config = MockConfig {
            flow,
            checks: false,
            ..MockConfig::default()
        };
        let server = MockServer::start(config).await.unwrap();
        let client = support::client(&Url::parse(&server.base_url()).unwrap());
        let ra_id = Id::from(121);
        let card = client.first_unused_scratchcard(&ra_id).await.unwrap();
        let mut request = NewRequest::video_id("PFnubeAFCiudadano", ra_id, "ana@example.org");
        request.scratchcard = card.sn.to_string();
        request.secure_element = Some("2".into());
        request.mobile_phone_number = Some("+34600000000".into());
        request.given_name = Some("Ana".into());
        request.surname_1 = Some("Prueba".into());
        request.serial_number = Some("00000000T".into());
        request.country_name = Some("ES".into());
        request.id_document_country = Some("ES".into());
        request.id_document_type = Some("IDC".into());
        request.validity_time = Some(730);
        request.identification_rao = Some(1400);
        change(&mut request);
        let created = client.create_request(&request).await.unwrap();
        let target = created.video_target().unwrap();
        let cancel = CancellationToken::new();
        client
            .upload_evidence(&target.video_pk, &evidence(), None, &cancel)
            .await
            .unwrap();
        let video = Arc::new(BytesBlob::new(vec![8; 1000]));
        client
            .upload_video(&target.video_identifier, video, None, &cancel)
            .await
            .unwrap();
        Self {
            server,
            client,
            pk: created.pk,
        }
    }

    async fn decide(&self, verdict: Verdict<'_>) -> Result<Decided, DecideError> {
        self.decide_as(&rao("right"), verdict).await
    }

    async fn decide_as(
        &self,
        rao: &RaoCredentials,
        verdict: Verdict<'_>,
    ) -> Result<Decided, DecideError> {
        let cancel = CancellationToken::new();
        decide(
            &self.client,
            &self.pk,
            Some(rao),
            verdict,
            &policy(),
            &cancel,
        )
        .await
    }

    fn fault(&self, fault: Fault) {
        self.server.faults().add(fault);
    }

    async fn read(&self) -> RequestRecord {
        self.client.request(&self.pk).await.unwrap()
    }

    fn calls(&self, operation: &str) -> usize {
        let calls = self.server.calls();
        calls
            .iter()
            .filter(|call| call.operation == operation)
            .count()
    }

    /// How often the request came to a state.
    fn entered(&self, state: &str) -> usize {
        let pk = self.pk.as_str().parse().unwrap();
        let history = self.server.request(pk).unwrap().history;
        history
            .iter()
            .filter(|change| change.status == state)
            .count()
    }
}

fn rao(password: &str) -> RaoCredentials {
    RaoCredentials {
        username: "rao".into(),
        password: password.into(),
        pin: "1234".into(),
        rao_id: Id::from(1400),
    }
}

fn evidence() -> DataEvidence {
    let object = |value: Value| value.as_object().unwrap().clone();
    let sides = [
        "document_front",
        "document_rear",
        "document_photo",
        "document_owner",
    ];
    DataEvidence {
        acceptance: object(json!({ "description": "accepted" })),
        ocr_data: object(json!({ "given_name": "Ana" })),
        security_checks: object(json!({ "liveliness": true })),
        similarity_level: Some(json!(87)),
        images: sides
            .map(|side| {
                let blob: Arc<dyn ra_api::BlobSource> = Arc::new(BytesBlob::new(vec![7; 3000]));
                (side.to_owned(), blob)
            })
            .to_vec(),
        extra: Default::default(),
    }
}

fn videoid(request: &RequestRecord) -> Option<VideoIdState> {
    request.videoid_data.as_ref().unwrap().status.clone()
}

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

/// Of each verdict: the mock's name of its call.
const CALLS: [(Verdict<'static>, &str); 4] = [
    (Verdict::Validate, "validate_videoid"),
    (REFUSE, "refuse_videoid"),
    (APPROVE, "approve_request"),
    (Verdict::Cancel, "cancel_request"),
];

/// Each verdict is allowed in the review: approval where nothing is validated first.
fn flow(verdict: Verdict<'_>) -> Flow {
    match verdict {
        Verdict::Approve { .. } => Flow::OneStep,
        _ => Flow::TwoStep,
    }
}

fn took_place(verdict: Verdict<'_>, request: &RequestRecord) -> bool {
    match verdict {
        Verdict::Validate => videoid(request) == Some(VideoIdState::Validated),
        Verdict::Refuse { .. } => videoid(request) == Some(VideoIdState::Refused),
        Verdict::Approve { .. } => request.status == RequestState::EnrollReady,
        Verdict::Cancel => request.status == RequestState::Cancelled,
    }
}

#[tokio::test]
async fn an_answer_lost_after_it_took_effect_is_found_by_reading() {
    for (verdict, call) in CALLS {
        for kind in [FaultKind::AnswerLost, FaultKind::MalformedJson] {
            // Cancelling is answered without anything that has to be read.
            if matches!(
                (verdict, &kind),
                (Verdict::Cancel, FaultKind::MalformedJson)
            ) {
                continue;
            }
            let ra = Ra::start(flow(verdict)).await;
            ra.fault(Fault::next(call, kind.clone()));
            let decided = ra.decide(verdict).await.unwrap();
            assert!(decided.found_by_reading, "{verdict:?} {kind:?}");
            assert!(took_place(verdict, &decided.request), "{verdict:?}");
            assert_eq!(ra.calls(call), 1, "{verdict:?} {kind:?}");
        }
    }
}

#[tokio::test]
async fn nothing_is_approved_twice_however_often_reading_fails() {
    let ra = Ra::start(Flow::OneStep).await;
    ra.fault(Fault::next("approve_request", FaultKind::AnswerLost));
    // The first reading is the one before.
    ra.fault(
        Fault::next(
            "get_request",
            FaultKind::Status {
                status: 503,
                retry_after_s: None,
            },
        )
        .nth(2)
        .times(2),
    );
    ra.fault(
        Fault::next("get_request", FaultKind::ResetBefore)
            .nth(4)
            .times(2),
    );
    let decided = ra.decide(APPROVE).await.unwrap();
    assert!(decided.found_by_reading);
    assert_eq!(
        (ra.calls("approve_request"), ra.entered("ENROLLREADY")),
        (1, 1)
    );
    assert_eq!(ra.calls("get_request"), 6);
}

#[tokio::test]
async fn an_answer_lost_before_it_took_effect_is_refused_with_the_request_as_it_is() {
    let kinds = [
        FaultKind::ResetAfter,
        FaultKind::Status {
            status: 500,
            retry_after_s: None,
        },
        FaultKind::HtmlPage { status: 200 },
        FaultKind::HtmlPage { status: 502 },
    ];
    for (verdict, call) in CALLS {
        for kind in kinds.clone() {
            let ra = Ra::start(flow(verdict)).await;
            ra.fault(Fault::next(call, kind.clone()));
            let error = ra.decide(verdict).await.unwrap_err();
            let DecideError::Refused { error, request } = error else {
                panic!("{verdict:?} {kind:?}: {error:?}")
            };
            assert_eq!(error.operation(), verdict.operation());
            assert!(error.retryable(), "{error}");
            assert_eq!(request.unwrap().status, RequestState::VideoReview);
            // Before, and twice at least after it.
            assert!(ra.calls("get_request") >= 3, "{verdict:?} {kind:?}");
            assert_eq!(ra.calls(call), 1, "{verdict:?} {kind:?}");
            // By hand it succeeds.
            assert!(took_place(
                verdict,
                &ra.decide(verdict).await.unwrap().request
            ));
        }
    }
}

#[tokio::test]
async fn an_effect_that_comes_late_is_waited_for() {
    // The second reading shows it: one that shows the request unchanged is not believed.
    let reads = std::sync::atomic::AtomicUsize::new(0);
    let (url, log) = support::scripted(move |seen| {
        if seen.head.method == "POST" {
            return support::Reply::Close;
        }
        let nth = reads.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let state = if nth < 2 {
            "VIDEOREVIEW"
        } else {
            "ENROLLREADY"
        };
        support::Reply::ok(json!({ "pk": 5, "status": state }))
    })
    .await;
    let client = support::client(&url);
    let cancel = CancellationToken::new();
    let decided = decide(
        &client,
        &Id::from(5),
        Some(&rao("right")),
        APPROVE,
        &policy(),
        &cancel,
    )
    .await
    .unwrap();
    assert!(decided.found_by_reading);
    assert_eq!(log.count("POST /api/v1/requests/5/pl_approve/"), 1);
}

#[tokio::test]
async fn a_server_that_stays_down_leaves_the_outcome_unknown() {
    for took_effect in [true, false] {
        let ra = Ra::start(Flow::OneStep).await;
        let lost = match took_effect {
            true => FaultKind::AnswerLost,
            false => FaultKind::ResetAfter,
        };
        ra.fault(Fault::next("approve_request", lost));
        ra.fault(
            Fault::next("get_request", FaultKind::ResetBefore)
                .nth(2)
                .always(),
        );
        let short = RetryPolicy {
            reread_for: Duration::from_millis(300),
            ..policy()
        };
        let cancel = CancellationToken::new();
        let error = decide(
            &ra.client,
            &ra.pk,
            Some(&rao("right")),
            APPROVE,
            &short,
            &cancel,
        )
        .await
        .unwrap_err();
        assert!(
            matches!(&error, DecideError::OutcomeUnknown { error } if error.kind() == ErrorKind::ConnectionLost),
            "{error:?}"
        );
        assert!(!error.is_cancelled());
        // Up again, the request shows which it was; what took place is not sent again.
        ra.server.faults().clear();
        match (took_effect, ra.decide(APPROVE).await) {
            (true, Err(DecideError::NotInState { request })) => {
                assert_eq!(request.status, RequestState::EnrollReady);
            }
            (false, Ok(decided)) => assert!(!decided.found_by_reading),
            (_, other) => panic!("took effect: {took_effect}: {other:?}"),
        }
        assert_eq!(ra.entered("ENROLLREADY"), 1);
    }
}

#[tokio::test]
async fn a_server_that_was_never_reached_got_nothing() {
    let ra = Ra::start(Flow::OneStep).await;
    ra.fault(Fault::next("get_request", FaultKind::ResetBefore).always());
    let error = ra.decide(APPROVE).await.unwrap_err();
    assert!(
        matches!(&error, DecideError::Refused { request: None, error } if error.retryable()),
        "{error:?}"
    );
    assert_eq!(
        (ra.calls("get_request"), ra.calls("approve_request")),
        (3, 0)
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
