//! A lost answer never makes a second request, and a raced scratchcard is replaced.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ra_api::delivery::{CreateError, RetryPolicy, create_safely};
use ra_api::{ErrorKind, Id, NewRequest, RequestRecord};
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

/// Cards, and the requests that used them.
#[derive(Default)]
struct Desk {
    cards: Vec<&'static str>,
    /// Card and e-mail.
    requests: Vec<(String, String)>,
    whoami_fails: bool,
}

const CREATE: &str = "POST /api/v1/requests/";
const FETCH: &str = "GET /api/v1/scratchcards/get_first_unused/";

impl Desk {
    fn record(&self, index: usize, nested: bool) -> Value {
        let (card, email) = &self.requests[index];
        let videoid = json!({ "pk": index + 90, "video_identifier": "v" });
        json!({
            "pk": index, "status": "VIDEOPENDING", "scratchcard": card, "email": email,
            "videoid_data": if nested { videoid } else { Value::Null },
        })
    }

    fn create(&mut self, seen: &Seen, nested: bool) -> Reply {
        let body = seen.json();
        let card = body["scratchcard"].as_str().unwrap().to_owned();
        if self.requests.iter().any(|(used, _)| *used == card) {
            return Reply::Json(
                500,
                r#"{"code":"500","error":"Invalid ScratchCard"}"#.into(),
            );
        }
        self.requests
            .push((card, body["email"].as_str().unwrap().to_owned()));
        Reply::Json(
            201,
            self.record(self.requests.len() - 1, nested).to_string(),
        )
    }

    fn used(&self, card: &str) -> Option<usize> {
        self.requests.iter().position(|(used, _)| used == card)
    }
}

async fn desk_with(
    desk: Desk,
    fault: impl Fn(&Seen, usize, &mut Desk) -> Option<Reply> + Send + Sync + 'static,
) -> (ra_api::Client, Log, Arc<Mutex<Desk>>) {
    let desk = Arc::new(Mutex::new(desk));
    let kept = Arc::clone(&desk);
    let nth = Mutex::new(0);
    let (url, log) = scripted(move |seen| {
        let mut desk = kept.lock().unwrap();
        let line = seen.line();
        let count = {
            let mut nth = nth.lock().unwrap();
            *nth += usize::from(line == CREATE);
            *nth
        };
        if let Some(reply) = fault(seen, count, &mut desk) {
            return reply;
        }
        match line.as_str() {
            FETCH => {
                let sn = if desk.cards.len() > 1 { desk.cards.remove(0) } else { desk.cards[0] };
                Reply::ok(json!({ "pk": 1, "sn": sn }))
            }
            CREATE => desk.create(seen, true),
            "POST /api/v1/scratchcards/whoami/" if desk.whoami_fails => Reply::Json(500, r#"{"error":"x does not exist."}"#.into()),
            "POST /api/v1/scratchcards/whoami/" => match desk.used(seen.json()["sn"].as_str().unwrap()) {
                Some(index) => Reply::ok(desk.record(index, true)),
                None => Reply::Json(404, r#"{"code":"400","error":"Not found"}"#.into()),
            },
            line if line.starts_with("GET /api/v1/requests/?scratchcard=") => {
                let card = line.rsplit('=').next().unwrap();
                let found: Vec<_> = desk.used(card).map(|index| desk.record(index, true)).into_iter().collect();
                Reply::ok(json!({ "count": found.len(), "next": null, "previous": null, "results": found }))
            }
            line => {
                let pk = line.trim_end_matches('/').rsplit('/').next().unwrap().parse().unwrap();
                Reply::ok(desk.record(pk, true))
            }
        }
    })
    .await;
    (client(&url), log, desk)
}

async fn create(
    client: &ra_api::Client,
    pending: Option<&str>,
) -> (Result<RequestRecord, CreateError>, Vec<String>) {
    let template = NewRequest::video_id("PFnubeAFCiudadano", 121, "person@example.org");
    let mut told = vec![];
    let mut on_scratchcard = |sn: &str| {
        told.push(sn.to_owned());
        Ok(())
    };
    let outcome = create_safely(
        client,
        &template,
        pending,
        &mut on_scratchcard,
        &policy(),
        &CancellationToken::new(),
    )
    .await;
    (outcome, told)
}

fn cards(cards: &[&'static str]) -> Desk {
    Desk {
        cards: cards.to_vec(),
        ..Desk::default()
    }
}

#[tokio::test]
async fn a_request_is_created_and_its_card_told_before() {
    let (client, log, desk) = desk_with(cards(&["11"]), |_, _, _| None).await;
    let (outcome, told) = create(&client, None).await;
    assert_eq!(outcome.unwrap().scratchcard, Some(Id::from("11")));
    assert_eq!(told, ["11"]);
    assert_eq!(
        (log.count(CREATE), desk.lock().unwrap().requests.len()),
        (1, 1)
    );
}

#[tokio::test]
async fn a_lost_answer_never_makes_a_second_request() {
    for whoami_fails in [false, true] {
        // Taken effect, and the answer lost in each of the ways.
        for lost in [
            || Reply::Close,
            || Reply::Json(502, String::new()),
            || Reply::Raw(answer(201, "", "{")),
        ] {
            let (client, log, desk) = desk_with(
                Desk {
                    whoami_fails,
                    ..cards(&["11", "22"])
                },
                move |seen, nth, desk| {
                    (seen.line() == CREATE && nth == 1).then(|| {
                        desk.create(seen, true);
                        lost()
                    })
                },
            )
            .await;
            let (outcome, told) = create(&client, None).await;
            assert_eq!(outcome.unwrap().pk, Id::from(0));
            assert_eq!((log.count(CREATE), told.len()), (1, 1));
            assert_eq!(desk.lock().unwrap().requests.len(), 1);
        }
    }
}

#[tokio::test]
async fn a_create_that_did_not_take_effect_is_repeated_with_the_same_card() {
    let (client, log, desk) = desk_with(cards(&["11", "22"]), |seen, nth, _| {
        (seen.line() == CREATE && nth == 1).then_some(Reply::Close)
    })
    .await;
    let (outcome, told) = create(&client, None).await;
    assert!(outcome.is_ok());
    assert_eq!(told, ["11"]);
    assert_eq!(
        (log.count(CREATE), desk.lock().unwrap().requests.len()),
        (2, 1)
    );
}

#[tokio::test]
async fn a_raced_card_is_replaced_three_times_at_most() {
    let other = |card: &str| (card.to_owned(), "somebody@example.org".to_owned());
    let raced = Desk {
        requests: vec![other("11"), other("22")],
        ..cards(&["11", "22", "33"])
    };
    let (client, _, desk) = desk_with(raced, |_, _, _| None).await;
    let (outcome, told) = create(&client, None).await;
    assert_eq!(outcome.unwrap().scratchcard, Some(Id::from("33")));
    assert_eq!(told, ["11", "22", "33"]);
    assert_eq!(desk.lock().unwrap().requests.len(), 3);

    let raced = Desk {
        requests: vec![other("11")],
        ..cards(&["11"])
    };
    let (client, log, _) = desk_with(raced, |_, _, _| None).await;
    let error = create(&client, None).await.0.unwrap_err();
    assert!(
        matches!(error, CreateError::NoScratchcard { tries: 3, .. }),
        "{error}"
    );
    assert_eq!(log.count(CREATE), 3);
}

#[tokio::test]
async fn an_interrupted_creation_is_resumed_by_its_card() {
    // It had taken effect.
    let ours = Desk {
        requests: vec![("11".into(), "Person@example.org".into())],
        ..cards(&["22"])
    };
    let (client, log, _) = desk_with(ours, |_, _, _| None).await;
    let (outcome, told) = create(&client, Some("11")).await;
    assert_eq!(outcome.unwrap().pk, Id::from(0));
    assert_eq!((log.count(CREATE), log.count(FETCH), told.len()), (0, 0, 0));
    // It had not: the same card is used.
    let (client, log, desk) = desk_with(cards(&["22"]), |_, _, _| None).await;
    let (outcome, _) = create(&client, Some("11")).await;
    assert_eq!(outcome.unwrap().scratchcard, Some(Id::from("11")));
    assert_eq!(
        (log.count(FETCH), desk.lock().unwrap().requests.len()),
        (0, 1)
    );
    // Another station took the card in the meantime, for somebody else.
    let theirs = Desk {
        requests: vec![("11".into(), "somebody@example.org".into())],
        ..cards(&["22"])
    };
    let (client, _, _) = desk_with(theirs, |_, _, _| None).await;
    let (outcome, told) = create(&client, Some("11")).await;
    assert_eq!(outcome.unwrap().scratchcard, Some(Id::from("22")));
    assert_eq!(told, ["22"]);
}

#[tokio::test]
async fn an_unknown_outcome_names_the_card_to_resume_with() {
    let (client, _, _) = desk_with(cards(&["11"]), |seen, _, desk| match seen.line().as_str() {
        CREATE => {
            desk.create(seen, true);
            Some(Reply::Close)
        }
        FETCH => None,
        _ => Some(Reply::Close),
    })
    .await;
    let error = create(&client, None).await.0.unwrap_err();
    assert_eq!(error.pending(), Some("11"), "{error}");
}

#[tokio::test]
async fn a_refused_create_is_not_repeated() {
    let (client, log, _) = desk_with(cards(&["11"]), |seen, _, _| {
        (seen.line() == CREATE)
            .then(|| Reply::Json(400, r#"{"email":["Enter a valid email address."]}"#.into()))
    })
    .await;
    let error = create(&client, None).await.0.unwrap_err();
    assert!(
        matches!(&error, CreateError::Ra(error) if error.kind() == ErrorKind::Http),
        "{error}"
    );
    assert_eq!(log.count(CREATE), 1);
}

#[tokio::test]
async fn a_missing_videoid_record_is_read_again_and_then_named() {
    let (client, log, _) = desk_with(cards(&["11"]), |seen, _, desk| {
        (seen.line() == CREATE).then(|| desk.create(seen, false))
    })
    .await;
    assert!(
        create(&client, None)
            .await
            .0
            .unwrap()
            .video_target()
            .is_some()
    );
    assert_eq!(log.count("GET /api/v1/requests/0/"), 1);

    let (client, log, _) = desk_with(cards(&["11"]), |seen, _, desk| match seen.line().as_str() {
        CREATE => Some(desk.create(seen, false)),
        "GET /api/v1/requests/0/" => Some(Reply::ok(desk.record(0, false))),
        _ => None,
    })
    .await;
    let error = create(&client, None).await.0.unwrap_err();
    assert!(matches!(error, CreateError::NoVideoId { .. }), "{error}");
    assert_eq!(log.count(CREATE), 1);
}

#[tokio::test]
async fn a_card_that_cannot_be_written_down_is_not_used() {
    let (client, log, _) = desk_with(cards(&["11"]), |_, _, _| None).await;
    let template = NewRequest::video_id("P", 121, "person@example.org");
    let mut full = |_: &str| {
        Err(std::io::Error::new(
            std::io::ErrorKind::StorageFull,
            "disk full",
        ))
    };
    let outcome = create_safely(
        &client,
        &template,
        None,
        &mut full,
        &policy(),
        &CancellationToken::new(),
    )
    .await;
    assert!(matches!(outcome, Err(CreateError::NotRecorded(_))));
    assert_eq!(log.count(CREATE), 0);
}
