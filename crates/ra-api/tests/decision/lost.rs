//! Answers that are lost, before and after the decision took effect.

use std::time::Duration;

use ra_api::decision::{DecideError, Verdict, decide};
use ra_api::delivery::RetryPolicy;
use ra_api::{ErrorKind, Id, RequestState};
use ra_mock::{Fault, FaultKind, Flow};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::ra::{APPROVE, CALLS, Ra, flow, policy, rao, took_place};
use crate::support;

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
