//! What an officer's desk is practised on: a made-up queue, accounts, switches, a contract.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::*;
use ra_mock::{Mock, MockConfig, RaoAccount};
use serde_json::{Value, json};

async fn page(router: &axum::Router, query: &str) -> Value {
    let answer = call(router, "GET", &format!("/api/v1/requests/?{query}"), None).await;
    assert_eq!(answer.status, 200, "{query}");
    answer.json()
}

#[tokio::test]
async fn a_seeded_queue_is_read_page_by_page_to_its_end() {
    let (_, router) = mock(|config| config.seed_requests = 10_000);
    let first = page(&router, "registration_authority=116").await;
    assert_eq!(first["count"], 10_000);
    let results = first["results"].as_array().unwrap();
    assert_eq!(results.len(), 10);
    assert!(
        results[0]["pk"].as_u64() > results[9]["pk"].as_u64(),
        "the newest first"
    );
    let last = page(&router, "registration_authority=116&page=1000").await;
    assert_eq!(
        (
            last["next"].clone(),
            last["results"].as_array().unwrap().len()
        ),
        (Value::Null, 10)
    );
    assert_eq!(
        page(&router, "registration_authority=117").await["count"],
        0
    );
}

#[tokio::test]
async fn the_state_is_no_filter_unless_a_switch_makes_it_one() {
    let (_, router) = mock(|config| config.seed_requests = 300);
    let ignored = page(&router, "status=ISSUED").await;
    assert_eq!(ignored["count"], 300);
    let switched = call(
        &router,
        "POST",
        "/_mock/settings",
        Some(json!({"filters_status": true})),
    )
    .await;
    assert_eq!(
        (switched.status.as_u16(), &switched.json()["filters_status"]),
        (200, &json!(true))
    );
    let issued = page(&router, "status=ISSUED").await;
    assert!(
        (1..300).contains(&issued["count"].as_u64().unwrap()),
        "{}",
        issued["count"]
    );
    let states = issued["results"].as_array().unwrap().iter();
    assert!(states.clone().all(|request| request["status"] == "ISSUED"));
}

#[tokio::test]
async fn a_seeded_request_can_be_looked_at_and_decided_and_keeps_that_across_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let config = || MockConfig {
        data: Some(folder.path().to_owned()),
        seed_requests: 200,
        ..MockConfig::default()
    };
    let mock = Mock::new(config()).unwrap();
    let router = mock.router();
    let waits = |mock: &Mock| {
        let mut all = mock.requests().into_iter();
        all.find(|request| {
            request.status == "VIDEOREVIEW"
                && request.videoid.as_ref().unwrap().status == "REVIEW"
                && request.fields["profile"] == "PFnubeAFCiudadano"
        })
        .unwrap()
    };
    let pk = waits(&mock).pk;
    let shown = call(&router, "GET", &format!("/api/v1/requests/{pk}/"), None)
        .await
        .json();
    let data = &shown["videoid_data"];
    assert!(
        data["data"]["images"]["document_front"]
            .as_str()
            .unwrap()
            .len()
            > 10_000
    );
    assert_eq!(
        data["acceptance"]["simulated"], true,
        "made up, and says so"
    );
    let identifier = data["video_identifier"].as_str().unwrap();
    let video = call(
        &router,
        "GET",
        &format!("/api/v1/download/video/{identifier}/"),
        None,
    )
    .await;
    assert_eq!(&video.bytes[4..8], b"ftyp");

    let body = json!({"username": "u", "password": "p", "pin": "1", "rao_id": "1400"});
    let path = format!("/api/v1/requests/{pk}/validate_videoid/");
    assert_eq!(call(&router, "POST", &path, Some(body)).await.status, 200);
    let others: Vec<String> = mock
        .requests()
        .iter()
        .map(|request| serde_json::to_string(request).unwrap())
        .collect();
    let size = std::fs::metadata(folder.path().join("state.json"))
        .unwrap()
        .len();
    assert!(size < 10_000, "{size} bytes: only what was changed is kept");
    drop((mock, router));

    let again = Mock::new(config()).unwrap();
    let kept: Vec<String> = again
        .requests()
        .iter()
        .map(|request| serde_json::to_string(request).unwrap())
        .collect();
    assert_eq!(kept, others);
    assert_eq!(
        again.request(pk).unwrap().videoid.unwrap().status,
        "VALIDATED"
    );
}

#[tokio::test]
async fn a_store_that_was_used_is_not_seeded_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let config = |seed_requests| MockConfig {
        data: Some(folder.path().to_owned()),
        seed_requests,
        ..MockConfig::default()
    };
    let mock = Mock::new(config(0)).unwrap();
    reviewable(&mock.router(), |_| {}).await;
    drop(mock);
    assert_eq!(Mock::new(config(50)).unwrap().requests().len(), 1);
}

#[tokio::test]
async fn known_accounts_are_the_only_right_ones() {
    let (_, router) = mock(|config| {
        config.raos = vec![RaoAccount {
            rao_id: 1400,
            username: "olga".to_owned(),
            password: "secret-word".to_owned(),
            pin: "4711".to_owned(),
        }];
    });
    assert!(
        !format!(
            "{:?}",
            MockConfig {
                raos: vec![RaoAccount {
                    rao_id: 1,
                    username: "u".into(),
                    password: "secret-word".into(),
                    pin: "4711".into(),
                }],
                ..MockConfig::default()
            }
        )
        .contains("secret-word")
    );
    let request = reviewable(&router, |_| {}).await;
    let path = format!("/api/v1/requests/{}/validate_videoid/", request["pk"]);
    let right =
        json!({"username": "olga", "password": "secret-word", "pin": "4711", "rao_id": "1400"});
    for (field, value) in [
        ("username", "else"),
        ("password", "else"),
        ("pin", "0"),
        ("rao_id", "1401"),
    ] {
        let mut wrong = right.clone();
        wrong[field] = json!(value);
        let answer = call(&router, "POST", &path, Some(wrong)).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["code"]),
            (403, &json!("401")),
            "{field}"
        );
    }
    assert_eq!(call(&router, "POST", &path, Some(right)).await.status, 200);
}

#[tokio::test]
async fn a_refusal_reopens_where_the_switch_says_so() {
    for (reopens, status) in [(false, "VIDEOREVIEW"), (true, "VIDEOPENDING")] {
        let (mock, router) = mock(|config| config.refusal_reopens = reopens);
        let request = reviewable(&router, |_| {}).await;
        let pk = request["pk"].as_u64().unwrap();
        let body = json!({"username": "u", "password": "p", "pin": "1", "rao_id": "1400", "reason": "glare"});
        let path = format!("/api/v1/requests/{pk}/refuse_videoid/");
        assert_eq!(call(&router, "POST", &path, Some(body)).await.status, 200);
        let refused = mock.request(pk).unwrap();
        assert_eq!(
            (
                refused.status.as_str(),
                refused.videoid.unwrap().status.as_str()
            ),
            (status, "REFUSED")
        );
    }
}

#[tokio::test]
async fn the_flow_is_a_switch_and_unknown_switches_are_named() {
    let (_, router) = mock(|_| {});
    for (body, status) in [
        (json!({"flow": "one-step"}), 200),
        (json!({"flow": "sideways"}), 400),
        (json!({"checks": "maybe"}), 400),
        (json!({"colour": true}), 400),
    ] {
        let answer = call(&router, "POST", "/_mock/settings", Some(body.clone())).await;
        assert_eq!(answer.status, status, "{body}");
    }
    let shown = call(&router, "GET", "/_mock/settings", None).await.json();
    assert_eq!(shown["flow"], "one-step");
}

#[tokio::test]
async fn the_contract_is_a_whole_pdf_of_two_pages_marked_on_each() {
    let (_, router) = mock(|_| {});
    let request = reviewable(&router, |body| body["given_name"] = json!("Íñigo")).await;
    let path = format!("/api/v1/requests/{}/pl_get_document/", request["pk"]);
    let answer = call(
        &router,
        "POST",
        &path,
        Some(json!({"type": "contract", "rao_id": "1400"})),
    )
    .await
    .json();
    let text: String = answer[0]["document"]
        .as_str()
        .unwrap()
        .split_whitespace()
        .collect();
    let pdf = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).unwrap();
    let find = |needle: &[u8]| {
        pdf.windows(needle.len())
            .filter(|window| *window == needle)
            .count()
    };
    assert_eq!(find(b"/Type /Page "), 2);
    assert_eq!(find(b"MOCK \x97 training, not legally binding"), 2);
    assert_eq!(
        find(b"\xcd\xf1igo"),
        1,
        "letters with marks are written as the font has them"
    );
    // Every entry of the table leads to its object.
    let tail = String::from_utf8_lossy(&pdf).into_owned();
    let start: usize = tail
        .split("startxref\n")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let table = String::from_utf8_lossy(&pdf[start..]).into_owned();
    let entries: Vec<&str> = table
        .lines()
        .skip(3)
        .take_while(|line| line.ends_with("n "))
        .collect();
    assert_eq!(entries.len(), 8);
    for (index, entry) in entries.iter().enumerate() {
        let place: usize = entry[..10].parse().unwrap();
        assert!(
            pdf[place..].starts_with(format!("{} 0 obj", index + 1).as_bytes()),
            "object {}",
            index + 1
        );
    }
}
