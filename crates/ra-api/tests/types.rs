//! Both readings wherever the documentation contradicts itself, and nothing lost that is not known.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use ra_api::{
    Decision, Id, Level, NewRequest, Page, Presence, RequestRecord, RequestState, Scratchcard,
    Similarity, VideoIdState, WebhookEvent,
};
use serde_json::{Value, json};

fn record(value: Value) -> RequestRecord {
    serde_json::from_value(value).unwrap()
}

#[test]
fn scratchcards_are_read_in_both_forms_and_without_their_secrets() {
    for (sn, secrets) in [
        (
            json!("1256948"),
            json!("{\"erc\": \"KEEPOUT\", \"pin\": \"KEEPOUT\"}"),
        ),
        (
            json!(1256948),
            json!({ "erc": "KEEPOUT", "pin": "KEEPOUT" }),
        ),
    ] {
        let card: Scratchcard = serde_json::from_value(
            json!({ "pk": 1193, "sn": sn, "secrets": secrets, "registration_authority": 121, "new_field": 1 }),
        )
        .unwrap();
        assert_eq!(card.sn, Id::from("1256948"));
        assert_eq!(card.registration_authority, Some(Id::from(121)));
        assert_eq!(card.extra["new_field"], 1);
        assert!(!format!("{card:?}").contains("KEEPOUT"));
        assert!(!serde_json::to_string(&card).unwrap().contains("KEEPOUT"));
    }
}

#[test]
fn answers_of_decisions_drop_the_secrets() {
    let decision: Decision = serde_json::from_value(json!({
        "secrets": { "puk": "KEEPOUT", "enrollment_code": "KEEPOUT" },
        "request": { "pk": 7, "status": "ENROLLREADY", "secrets": { "pin": "KEEPOUT" } },
    }))
    .unwrap();
    let request = decision.request.as_ref().unwrap();
    assert_eq!(request.status, RequestState::EnrollReady);
    assert!(!format!("{decision:?}{:?}", request.extra).contains("KEEPOUT"));
    // Also where nobody expects them.
    let request = record(json!({
        "pk": 7, "status": "ISSUED", "enrollment_code": "KEEPOUT", "card": [{ "puk": "KEEPOUT", "sn": 1 }],
    }));
    assert_eq!(request.extra["card"], json!([{ "sn": 1 }]));
    assert!(!serde_json::to_string(&request).unwrap().contains("KEEPOUT"));
}

#[test]
fn a_request_keeps_what_is_not_known() {
    let request = record(json!({
        "pk": "46760", "status": "ARCHIVED", "validity_time": "730", "email": null, "brand_new": { "a": [1] },
        "videoid_data": { "pk": 9, "video_identifier": "0a1b", "status": "SOMEWHERE", "requests": [46760], "x": true },
    }));
    assert_eq!(request.pk, Id::from(46760));
    assert_eq!(request.status, RequestState::Other("ARCHIVED".into()));
    assert_eq!(request.validity_time.as_deref(), Some("730"));
    assert_eq!(request.extra["brand_new"], json!({ "a": [1] }));
    let videoid = request.videoid_data.as_ref().unwrap();
    assert_eq!(
        videoid.status,
        Some(VideoIdState::Other("SOMEWHERE".into()))
    );
    assert_eq!(videoid.requests, [Id::from(46760)]);
    assert_eq!(videoid.extra["x"], true);
    let back = serde_json::to_value(&request).unwrap();
    assert_eq!(back["status"], "ARCHIVED");
    assert_eq!(back["brand_new"], json!({ "a": [1] }));
}

#[test]
fn checks_and_similarity_are_read_in_all_forms() {
    let content = |data: Value| {
        let request =
            record(json!({ "pk": 1, "status": "VIDEOREVIEW", "videoid_data": { "data": data } }));
        request.videoid_data.unwrap().content().unwrap()
    };
    let sent = content(
        json!({ "security_checks": { "otp_validation": true, "document_notexpired": false } }),
    );
    let answered = content(json!({ "security_checks":
        [["OTP validation", true], ["Document not expired", false], ["Something new", true], ["Data integrity", null]] }));
    for checks in [&sent.security_checks, &answered.security_checks] {
        assert_eq!(checks.get("otp_validation"), Some(true));
        assert_eq!(checks.get("document_notexpired"), Some(false));
        assert_eq!(checks.get("liveliness"), None);
    }
    assert_eq!(answered.security_checks.get("Something new"), Some(true));
    assert_eq!(answered.security_checks.get("data_integrity"), None);
    for (form, expected) in [
        (json!(87), Similarity::Score(87)),
        (json!("87"), Similarity::Score(87)),
        (json!(86.6), Similarity::Score(87)),
        (json!("87%"), Similarity::Score(87)),
        (json!("high"), Similarity::Level(Level::High)),
        (json!("Medium"), Similarity::Level(Level::Medium)),
        (json!(870), Similarity::Other(json!(870))),
        (json!("excellent"), Similarity::Other(json!("excellent"))),
    ] {
        assert_eq!(
            content(json!({ "similarity_level": form })).similarity_level,
            Some(expected)
        );
    }
}

#[test]
fn presence_of_the_data_is_decided_only_where_it_is_shown() {
    for (videoid, expected) in [
        (json!({ "data": null }), Presence::Absent),
        (json!({ "data": {}, "acceptance": null }), Presence::Absent),
        (
            json!({ "data": { "images": { "document_front": "AA==" } } }),
            Presence::Present,
        ),
        (
            json!({ "data": null, "acceptance": { "ip": "203.0.113.9" } }),
            Presence::Unknown,
        ),
        (json!({ "pk": 3 }), Presence::Unknown),
    ] {
        let request =
            record(json!({ "pk": 1, "status": "VIDEOINCOMPLETE", "videoid_data": videoid }));
        assert_eq!(request.data_presence(), expected, "{videoid}");
    }
    assert_eq!(
        record(json!({ "pk": 1, "status": "CREATED" })).data_presence(),
        Presence::Unknown
    );
}

#[test]
fn the_next_page_is_a_query_and_never_a_host() {
    for (next, expected) in [
        (
            json!("http://internal.example:8000/api/v1/requests/?page=2&email=a"),
            Some("page=2&email=a"),
        ),
        (json!("/api/v1/requests/?page=3"), Some("page=3")),
        (json!("https://api.example/api/v1/requests/"), None),
        (json!(null), None),
    ] {
        let page: Page<RequestRecord> = serde_json::from_value(
            json!({ "count": "11", "next": next, "previous": null, "results": [] }),
        )
        .unwrap();
        assert_eq!(page.count, Some(11));
        assert_eq!(page.next.as_ref().map(|cursor| cursor.query()), expected);
    }
}

#[test]
fn a_new_request_is_sent_as_the_examples_send_it() {
    let mut request = NewRequest::video_id("PFnubeAFCiudadano", 116, "a@example.org");
    request.scratchcard = "1256948".into();
    request.secure_element = Some("2".into());
    request.validity_time = Some(730);
    request.identification_rao = Some(1400);
    request
        .extra
        .insert("organization_name".into(), json!("Specimen"));
    assert_eq!(
        serde_json::to_value(&request).unwrap(),
        json!({
            "profile": "PFnubeAFCiudadano", "scratchcard": "1256948", "registration_authority": "116",
            "secure_element": "2", "email": "a@example.org", "validity_time": 730, "identification_rao": 1400,
            "videoid_mode": 1, "organization_name": "Specimen",
        })
    );
    assert!(!format!("{request:?}").contains("example.org"));
}

#[test]
fn the_webhook_is_read() {
    let event: WebhookEvent = serde_json::from_str(
        r#"{"status":"VIDEOREVIEW","date":"2021-07-20T08:08:21.132394","previous_status":"VIDEOINCOMPLETE",
            "request":46760,"registration_authority":455}"#,
    )
    .unwrap();
    assert_eq!(
        (event.status, event.request),
        (RequestState::VideoReview, Id::from(46760))
    );
    assert_eq!(event.previous_status, Some(RequestState::VideoIncomplete));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-zA-Z0-9 %{}\"]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,10}", inner, 0..5)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands in the optional fields, a request with a pk and a state is read.
    #[test]
    fn no_optional_value_breaks_a_request(a in any_json(), b in any_json(), c in any_json(), d in any_json()) {
        let request = record(json!({
            "pk": 1, "status": "VIDEOPENDING", "email": a, "scratchcard": b, "validity_time": c, "unknown": d,
            "videoid_data": { "pk": a, "video_identifier": b, "data": c, "acceptance": d, "requests": a,
                              "status": b, "refusal_reason": c },
        }));
        let _ = request.videoid_data.as_ref().unwrap().content();
        prop_assert_eq!(&request.extra["unknown"], &d);
    }

    #[test]
    fn states_survive(state in "[A-Z]{1,16}") {
        let request = record(json!({ "pk": 1, "status": state }));
        prop_assert_eq!(request.status.as_str(), &state);
    }

    #[test]
    fn ids_are_the_same_as_number_and_as_string(id in any::<u64>()) {
        let number: Id = serde_json::from_value(json!(id)).unwrap();
        let string: Id = serde_json::from_value(json!(id.to_string())).unwrap();
        prop_assert_eq!(&number, &string);
        prop_assert_eq!(number.to_json_number(), json!(id));
    }
}
