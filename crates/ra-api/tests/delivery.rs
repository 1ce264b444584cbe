//! Safe repetition against a server with states, faults injected at every place where an answer can be lost.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ra_api::delivery::{DeliveryError, DeliveryEvent, OnEvent, RetryPolicy, deliver};
use ra_api::{BlobSource, BytesBlob, DataEvidence, Id, RequestRecord, RequestState};
use serde_json::{Value, json};
use support::{Log, Reply, Seen, answer, client, scripted};
use tokio_util::sync::CancellationToken;

fn policy() -> RetryPolicy {
    RetryPolicy {
        max_attempts: 4,
        first_wait: Duration::from_millis(5),
        longest_wait: Duration::from_millis(20),
        first_poll_wait: Duration::from_millis(5),
        longest_poll_wait: Duration::from_millis(20),
        poll_for: Duration::from_millis(300),
        ..RetryPolicy::default()
    }
}

/// A request as the RA keeps it.
#[derive(Default)]
struct Ra {
    data: bool,
    video: bool,
    state: Option<&'static str>,
    /// Whether the record shows what is there of the data.
    shows_data: bool,
    without_videoid: bool,
    /// Reads that still show the former state after the last part came.
    lag: u32,
    /// The video that it gives out is another one than what is sent here.
    other_video: bool,
}

impl Ra {
    fn record(&mut self) -> String {
        let state = match (self.state, self.data, self.video) {
            (Some(state), ..) => state,
            (_, true, true) if self.lag > 0 => {
                self.lag -= 1;
                "VIDEOINCOMPLETE"
            }
            (_, true, true) => "VIDEOREVIEW",
            (_, false, false) => "VIDEOPENDING",
            _ => "VIDEOINCOMPLETE",
        };
        let mut videoid =
            json!({ "pk": 9, "video_identifier": "v-9", "refusal_reason": "too dark" });
        if self.shows_data {
            videoid["data"] = if self.data {
                json!({ "images": { "document_front": "AA==" } })
            } else {
                Value::Null
            };
        }
        let videoid = if self.without_videoid {
            Value::Null
        } else {
            videoid
        };
        json!({ "pk": 5, "status": state, "videoid_data": videoid }).to_string()
    }
}

const DATA: &str = "PUT /api/v1/videoid/9/";
const VIDEO: &str = "POST /v1/upload/video/v-9/";
const READ: &str = "GET /api/v1/requests/5/";
const DOWNLOAD: &str = "GET /api/v1/download/video/v-9/";

/// `fault` may answer in place of the RA; told the call, how often this call came before, and the RA, which it may
/// change first.
async fn ra_with(
    ra: Ra,
    fault: impl Fn(&Seen, usize, &mut Ra) -> Option<Reply> + Send + Sync + 'static,
) -> (ra_api::Client, Log) {
    let ra = Mutex::new(ra);
    let counts = Mutex::new(std::collections::HashMap::<String, usize>::new());
    let (url, log) = scripted(move |seen| {
        let nth = {
            let mut counts = counts.lock().unwrap();
            let count = counts.entry(seen.line()).or_default();
            *count += 1;
            *count - 1
        };
        let mut ra = ra.lock().unwrap();
        if let Some(reply) = fault(seen, nth, &mut ra) {
            return reply;
        }
        match seen.line().as_str() {
            READ => Reply::ok(ra.record()),
            DATA => {
                ra.data = true;
                Reply::ok(r#"{"status":"200 OK"}"#)
            }
            VIDEO => {
                ra.video = true;
                Reply::ok(r#"{"status":"200 OK"}"#)
            }
            DOWNLOAD => {
                let byte = if ra.other_video { 9 } else { 8 };
                Reply::ok(String::from_utf8(vec![byte; 100_000]).unwrap())
            }
            line => panic!("unexpected {line}"),
        }
    })
    .await;
    (client(&url), log)
}

async fn run(
    client: &ra_api::Client,
) -> (Result<RequestRecord, DeliveryError>, Vec<DeliveryEvent>) {
    run_with(client, &policy(), &CancellationToken::new()).await
}

async fn run_with(
    client: &ra_api::Client,
    policy: &RetryPolicy,
    cancel: &CancellationToken,
) -> (Result<RequestRecord, DeliveryError>, Vec<DeliveryEvent>) {
    let evidence = DataEvidence {
        acceptance: Default::default(),
        ocr_data: Default::default(),
        security_checks: Default::default(),
        similarity_level: None,
        images: vec![(
            "document_front".into(),
            Arc::new(BytesBlob::new(vec![7; 5000])),
        )],
        extra: Default::default(),
    };
    let video: Arc<dyn BlobSource> = Arc::new(BytesBlob::new(vec![8; 100_000]));
    let events = Arc::new(Mutex::new(vec![]));
    let kept = Arc::clone(&events);
    let on_event: OnEvent = Arc::new(move |event| kept.lock().unwrap().push(event));
    let outcome = deliver(
        client,
        &Id::from(5),
        &evidence,
        &video,
        policy,
        &on_event,
        cancel,
    )
    .await;
    let events = events.lock().unwrap().clone();
    (outcome, events)
}

fn sent(log: &Log) -> (usize, usize) {
    (log.count(DATA), log.count(VIDEO))
}

#[tokio::test]
async fn the_state_decides_what_is_sent() {
    let shown = || Ra {
        shows_data: true,
        ..Ra::default()
    };
    for (ra, expected) in [
        (shown(), (1, 1)),
        (
            Ra {
                data: true,
                ..shown()
            },
            (0, 1),
        ),
        (
            Ra {
                video: true,
                ..shown()
            },
            (1, 0),
        ),
        // Not shown, hence unclear: both.
        (
            Ra {
                data: true,
                ..Ra::default()
            },
            (1, 1),
        ),
        (
            Ra {
                data: true,
                video: true,
                ..shown()
            },
            (0, 0),
        ),
        (
            Ra {
                state: Some("ENROLLREADY"),
                ..shown()
            },
            (0, 0),
        ),
        (Ra { lag: 3, ..shown() }, (1, 1)),
    ] {
        let (client, log) = ra_with(ra, |_, _, _| None).await;
        let (outcome, _) = run(&client).await;
        assert!(outcome.unwrap().status.evidence_complete());
        assert_eq!(sent(&log), expected);
    }
}

#[tokio::test]
async fn after_an_error_state_both_are_sent_again() {
    let ra = Ra {
        data: true,
        video: true,
        state: Some("VIDEOERROR"),
        shows_data: true,
        ..Ra::default()
    };
    let (client, log) = ra_with(ra, |seen, _, ra| {
        if seen.line() == VIDEO {
            ra.state = None;
        }
        None
    })
    .await;
    let (outcome, _) = run(&client).await;
    assert_eq!(outcome.unwrap().status, RequestState::VideoReview);
    assert_eq!(sent(&log), (1, 1));
}

#[tokio::test]
async fn states_in_which_nothing_can_be_sent_are_named() {
    type Expected = fn(&DeliveryError) -> bool;
    let cases: [(Ra, Expected); 4] = [
        (
            Ra {
                state: Some("CANCELLED"),
                ..Ra::default()
            },
            |e| matches!(e, DeliveryError::RequestCancelled),
        ),
        (
            Ra {
                state: Some("SOMETHING"),
                ..Ra::default()
            },
            |e| matches!(e, DeliveryError::UnexpectedState { state } if state.as_str() == "SOMETHING"),
        ),
        (
            Ra {
                state: Some("CREATED"),
                ..Ra::default()
            },
            |e| matches!(e, DeliveryError::UnexpectedState { .. }),
        ),
        (
            Ra {
                without_videoid: true,
                ..Ra::default()
            },
            |e| matches!(e, DeliveryError::NoVideoId { .. }),
        ),
    ];
    for (ra, expected) in cases {
        let (client, log) = ra_with(ra, |_, _, _| None).await;
        let error = run(&client).await.0.unwrap_err();
        assert!(expected(&error), "{error}");
        assert_eq!(sent(&log), (0, 0));
    }
}

#[tokio::test]
async fn a_passing_fault_of_any_kind_at_any_call_is_survived() {
    let faults: [fn() -> Reply; 6] = [
        || Reply::Close,
        || Reply::Json(503, String::new()),
        || Reply::Json(500, r#"{"error":"Internal"}"#.into()),
        || {
            Reply::Raw(answer(
                200,
                "Content-Type: text/html\r\n",
                "<html><title>Portal</title></html>",
            ))
        },
        || Reply::Raw(answer(429, "Retry-After: 0\r\n", "")),
        || Reply::Raw(answer(502, "", "<html>bad gateway</html>")),
    ];
    for (index, fault) in faults.into_iter().enumerate() {
        for at in [READ, DATA, VIDEO] {
            let ra = Ra {
                shows_data: true,
                ..Ra::default()
            };
            let (client, log) = ra_with(ra, move |seen, nth, _| {
                (seen.line() == at && nth == 0).then(fault)
            })
            .await;
            let (outcome, _) = run(&client).await;
            let record = outcome.unwrap_or_else(|error| panic!("fault {index} at {at}: {error}"));
            assert_eq!(record.status, RequestState::VideoReview);
            let expected = match at {
                DATA => (2, 1),
                VIDEO => (1, 2),
                _ => (1, 1),
            };
            assert_eq!(sent(&log), expected, "fault {index} at {at}");
        }
    }
}

#[tokio::test]
async fn a_video_that_the_ra_had_before_is_not_taken_for_the_one_that_was_sent() {
    for other_video in [false, true] {
        // The data fills the last place beside a video of another capture: the RA then takes no other.
        let ra = Ra {
            other_video,
            ..Ra::default()
        };
        let (client, log) = ra_with(ra, |seen, _, ra| {
            (seen.line() == VIDEO).then(|| {
                ra.video = true;
                Reply::Json(412, r#"{"error":"Invalid request status"}"#.to_owned())
            })
        })
        .await;
        let (outcome, _) = run(&client).await;
        match outcome {
            Ok(record) => assert!(!other_video, "{record:?}"),
            Err(DeliveryError::OtherKept { .. }) => assert!(other_video),
            Err(error) => panic!("{error}"),
        }
        // The same again is no way around it.
        let (outcome, _) = run(&client).await;
        assert_eq!(outcome.is_err(), other_video);
        assert_eq!(sent(&log), (1, 1));
    }
}

#[tokio::test]
async fn a_lost_answer_makes_nothing_go_twice() {
    for (at, code) in [
        (DATA, None),
        (VIDEO, None),
        (VIDEO, Some(412)),
        (VIDEO, Some(502)),
    ] {
        let ra = Ra {
            shows_data: true,
            ..Ra::default()
        };
        let (client, log) = ra_with(ra, move |seen, nth, ra| {
            if seen.line() != at || nth > 0 {
                return None;
            }
            ra.data |= at == DATA;
            ra.video |= at == VIDEO;
            Some(code.map_or(Reply::Close, |code| Reply::Json(code, String::new())))
        })
        .await;
        let (outcome, _) = run(&client).await;
        assert_eq!(outcome.unwrap().status, RequestState::VideoReview);
        assert_eq!(sent(&log), (1, 1), "{at} {code:?}");
    }
}

#[tokio::test]
async fn a_fault_for_good_ends_it_at_once_and_one_that_stays_after_its_attempts() {
    let (client, log) = ra_with(Ra::default(), |seen, _, _| {
        (seen.line() == VIDEO).then(|| {
            Reply::Json(
                413,
                r#"{"title":"Upload Video Error","description":"Too large"}"#.into(),
            )
        })
    })
    .await;
    let error = run(&client).await.0.unwrap_err();
    assert!(
        matches!(&error, DeliveryError::Ra(error) if error.status() == Some(413)),
        "{error}"
    );
    assert!(!error.retryable());
    assert_eq!(sent(&log), (1, 1));

    let ra = Ra {
        shows_data: true,
        ..Ra::default()
    };
    let (client, log) = ra_with(ra, |seen, _, _| {
        (seen.line() == VIDEO).then(|| Reply::Json(503, String::new()))
    })
    .await;
    let (outcome, events) = run(&client).await;
    let error = outcome.unwrap_err();
    assert!(
        matches!(&error, DeliveryError::Ra(error) if error.status() == Some(503)),
        "{error}"
    );
    assert!(error.retryable());
    assert_eq!(
        sent(&log),
        (1, 4),
        "the data were acknowledged and must not go again"
    );
    assert_eq!(
        events
            .iter()
            .filter(|event| matches!(event, DeliveryEvent::Waiting { .. }))
            .count(),
        3
    );
}

#[tokio::test]
async fn retry_after_is_waited_for_up_to_a_limit() {
    let throttle = |seconds: u32| {
        move |seen: &Seen, nth: usize, _: &mut Ra| {
            let first = seen.line() == DATA && nth == 0;
            first.then(|| Reply::Raw(answer(429, &format!("Retry-After: {seconds}\r\n"), "")))
        }
    };
    let (client, _) = ra_with(Ra::default(), throttle(1)).await;
    let (outcome, events) = run(&client).await;
    assert!(outcome.is_ok());
    assert!(events.iter().any(
        |event| matches!(event, DeliveryEvent::Waiting { delay, .. } if *delay >= Duration::from_secs(1))
    ));
    let (client, _) = ra_with(Ra::default(), throttle(3600)).await;
    let error = run(&client).await.0.unwrap_err();
    assert!(
        matches!(&error, DeliveryError::Ra(error) if error.retry_after() == Some(Duration::from_secs(3600))),
        "{error}"
    );
}

#[tokio::test]
async fn an_unusable_video_and_a_state_that_never_follows_are_named() {
    let (client, log) = ra_with(Ra::default(), |seen, _, ra| {
        if seen.line() == VIDEO {
            ra.state = Some("VIDEOERROR");
        }
        None
    })
    .await;
    let error = run(&client).await.0.unwrap_err();
    assert!(
        matches!(&error, DeliveryError::VideoError { reason } if reason.as_deref() == Some("too dark")),
        "{error}"
    );
    assert_eq!(sent(&log), (1, 1));

    let ra = Ra {
        state: Some("VIDEOINCOMPLETE"),
        ..Ra::default()
    };
    let (client, log) = ra_with(ra, |_, _, _| None).await;
    let error = run(&client).await.0.unwrap_err();
    assert!(
        matches!(error, DeliveryError::StateDoesNotFollow { .. }),
        "{error}"
    );
    assert_eq!(
        sent(&log),
        (1, 1),
        "what was acknowledged is not sent again by itself"
    );
}

#[tokio::test]
async fn a_part_that_turns_out_to_be_missing_is_sent_after_the_other() {
    // The data are shown as missing, so they are sent alone; the video had never arrived either.
    let ra = Ra {
        state: Some("VIDEOINCOMPLETE"),
        shows_data: true,
        ..Ra::default()
    };
    let (client, log) = ra_with(ra, |seen, _, ra| {
        if seen.line() == VIDEO {
            ra.state = None;
        }
        None
    })
    .await;
    let (outcome, _) = run(&client).await;
    assert_eq!(outcome.unwrap().status, RequestState::VideoReview);
    assert_eq!(sent(&log), (1, 1));
}

#[tokio::test]
async fn cancelling_ends_waits_and_calls() {
    for hang_at in [READ, DATA, VIDEO] {
        let cancel = CancellationToken::new();
        let trigger = cancel.clone();
        let (client, _) = ra_with(Ra::default(), move |seen, _, _| {
            (seen.line() == hang_at).then(|| {
                trigger.cancel();
                Reply::Hang
            })
        })
        .await;
        let error = run_with(&client, &policy(), &cancel).await.0.unwrap_err();
        assert!(error.is_cancelled(), "{hang_at}: {error}");
    }
    let cancel = CancellationToken::new();
    let trigger = cancel.clone();
    let (client, _) = ra_with(Ra::default(), move |_, _, _| {
        trigger.cancel();
        Some(Reply::Raw(answer(503, "Retry-After: 600\r\n", "")))
    })
    .await;
    assert!(
        run_with(&client, &policy(), &cancel)
            .await
            .0
            .unwrap_err()
            .is_cancelled()
    );
}
