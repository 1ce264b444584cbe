//! States and errors, driven through the router without sockets.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::*;
use ra_mock::Flow;
use serde_json::{Value, json};

#[tokio::test]
async fn evidence_in_either_order_leads_to_review() {
    for data_first in [true, false] {
        let (mock, router) = mock(|_| {});
        let request = created(&router, |_| {}).await;
        assert_eq!(request["status"], "VIDEOPENDING");
        assert_eq!(request["videoid_data"]["requests"], json!([pk(&request)]));
        if data_first {
            assert_eq!(
                upload_data(&router, &request, evidence_body()).await.json(),
                json!({"status": "200 OK"})
            );
        } else {
            assert_eq!(
                upload_video(&router, &request, &video()).await.json(),
                json!({"status": "200 OK"})
            );
        }
        assert_eq!(
            mock.request(pk(&request)).unwrap().status,
            "VIDEOINCOMPLETE"
        );
        if data_first {
            assert_eq!(upload_video(&router, &request, &video()).await.status, 200);
        } else {
            assert_eq!(
                upload_data(&router, &request, evidence_body()).await.status,
                200
            );
        }
        let record = mock.request(pk(&request)).unwrap();
        assert_eq!(record.status, "VIDEOREVIEW");
        let states: Vec<&str> = record
            .history
            .iter()
            .map(|change| change.status.as_str())
            .collect();
        assert_eq!(states, ["VIDEOPENDING", "VIDEOINCOMPLETE", "VIDEOREVIEW"]);
        assert_eq!(
            (
                record.data_uploads,
                record.video_uploads,
                record.final_videos
            ),
            (1, 1, 1)
        );
        let videoid = record.videoid.unwrap();
        let front = &videoid.images["document_front"];
        assert_eq!(
            (front.width, front.height, front.bytes),
            (64, 48, jpeg(64, 48).len() as u64)
        );
        assert_eq!(videoid.video.unwrap().facts["width"], 64);
        assert_eq!(mock.evidence(record.pk, "video").unwrap(), video());
        assert_eq!(
            mock.evidence(record.pk, "document_owner").unwrap(),
            jpeg(64, 48)
        );
        let again = upload_data(&router, &request, evidence_body()).await;
        assert_eq!(
            (again.status.as_u16(), &again.json()["error"]),
            (412, &json!("Invalid request status"))
        );
        let again = upload_video(&router, &request, &video()).await;
        assert_eq!(
            (again.status.as_u16(), &again.json()["title"]),
            (412, &json!("Upload Video Error"))
        );
    }
}

#[tokio::test]
async fn undecodable_evidence_is_taken_and_then_shown_as_an_error() {
    let line_breaks = format!("{}\n{}", "QUJD", "REVG");
    let png = {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(8, 8)
            .write_to(&mut bytes, image::ImageFormat::Png)
            .unwrap();
        STANDARD.encode(bytes.into_inner())
    };
    let with_prefix = format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg(8, 8)));
    let cut = STANDARD.encode(&jpeg(64, 48)[..300]);
    let cases = [
        (line_breaks, "line breaks"),
        (with_prefix, "data: prefix"),
        (png, "not a JPEG"),
        (cut, "cannot be decoded"),
        ("***".to_string(), "is not base64"),
        (String::new(), "is empty"),
    ];
    for (image, reason) in cases {
        let (mock, router) = mock(|_| {});
        let request = created(&router, |_| {}).await;
        let mut body = evidence_body();
        body["videoid_data"]["images"]["document_front"] = json!(image);
        assert_eq!(
            upload_data(&router, &request, body).await.status,
            200,
            "{reason}"
        );
        let record = mock.request(pk(&request)).unwrap();
        assert_eq!(record.status, "VIDEOERROR", "{reason}");
        let reasons = record.videoid.unwrap().reasons;
        assert!(
            reasons
                .iter()
                .any(|text| text.contains("document_front") && text.contains(reason)),
            "{reasons:?}"
        );
        let page = call(&router, "GET", "/", None).await;
        assert!(
            String::from_utf8(page.bytes).unwrap().contains(reason),
            "the page shows: {reason}"
        );
        // A repetition replaces what was wrong.
        assert_eq!(
            upload_data(&router, &request, evidence_body()).await.status,
            200
        );
        assert_eq!(upload_video(&router, &request, &video()).await.status, 200);
        let record = mock.request(pk(&request)).unwrap();
        assert_eq!(
            (record.status.as_str(), record.data_uploads),
            ("VIDEOREVIEW", 2)
        );
    }
}

#[tokio::test]
async fn a_video_that_cannot_be_played_is_an_error_until_it_is_replaced() {
    let (mock, router) = mock(|_| {});
    let request = created(&router, |_| {}).await;
    assert_eq!(
        upload_data(&router, &request, evidence_body()).await.status,
        200
    );
    assert_eq!(
        upload_video(&router, &request, b"no video at all")
            .await
            .status,
        200
    );
    let record = mock.request(pk(&request)).unwrap();
    assert_eq!(record.status, "VIDEOERROR");
    assert!(record.videoid.unwrap().video.unwrap().problem.is_some());
    assert_eq!(upload_video(&router, &request, &video()).await.status, 200);
    let record = mock.request(pk(&request)).unwrap();
    assert_eq!(
        (
            record.status.as_str(),
            record.video_uploads,
            record.final_videos
        ),
        ("VIDEOREVIEW", 2, 1)
    );
}

#[tokio::test]
async fn with_the_checks_off_anything_is_a_picture_and_a_video() {
    let (mock, router) = mock(|_| {});
    let answer = call(
        &router,
        "POST",
        "/_mock/settings",
        Some(json!({"checks": false})),
    )
    .await;
    assert_eq!(answer.json()["checks"], false);
    let request = created(&router, |_| {}).await;
    let mut body = evidence_body();
    body["videoid_data"]["images"]["document_rear"] = json!(STANDARD.encode(b"no picture"));
    assert_eq!(upload_data(&router, &request, body).await.status, 200);
    assert_eq!(
        upload_video(&router, &request, b"no video").await.status,
        200
    );
    assert_eq!(mock.request(pk(&request)).unwrap().status, "VIDEOREVIEW");
}

#[tokio::test]
async fn a_passport_needs_no_rear_side_and_an_identity_card_does() {
    for (kind, expected) in [("PAS", "VIDEOREVIEW"), ("IDC", "VIDEOINCOMPLETE")] {
        let (mock, router) = mock(|_| {});
        let request = created(&router, |body| body["id_document_type"] = json!(kind)).await;
        let mut body = evidence_body();
        body["videoid_data"]["images"]
            .as_object_mut()
            .unwrap()
            .remove("document_rear");
        assert_eq!(upload_data(&router, &request, body).await.status, 200);
        assert_eq!(upload_video(&router, &request, &video()).await.status, 200);
        assert_eq!(
            mock.request(pk(&request)).unwrap().status,
            expected,
            "{kind}"
        );
    }
}

#[tokio::test]
async fn empty_acceptance_or_ocr_data_is_incomplete_and_the_key_data_is_taken_too() {
    for missing in ["acceptance", "ocr_data"] {
        let (mock, router) = mock(|_| {});
        let request = created(&router, |_| {}).await;
        let mut body = evidence_body();
        match missing {
            "acceptance" => body["acceptance"] = json!({}),
            _ => body["videoid_data"]["ocr_data"] = json!({}),
        }
        let data = body
            .as_object_mut()
            .unwrap()
            .remove("videoid_data")
            .unwrap();
        body["data"] = data;
        assert_eq!(upload_data(&router, &request, body).await.status, 200);
        assert_eq!(upload_video(&router, &request, &video()).await.status, 200);
        let record = mock.request(pk(&request)).unwrap();
        assert_eq!(record.status, "VIDEOINCOMPLETE");
        assert!(
            record
                .videoid
                .unwrap()
                .reasons
                .iter()
                .any(|reason| reason.contains(missing))
        );
    }
}

#[tokio::test]
async fn the_checks_may_decide_after_the_answer() {
    let (mock, router) = mock(|config| config.check_delay = Duration::from_millis(50));
    let request = created(&router, |_| {}).await;
    assert_eq!(
        upload_data(&router, &request, evidence_body()).await.status,
        200
    );
    assert_eq!(mock.request(pk(&request)).unwrap().status, "VIDEOPENDING");
    while mock.request(pk(&request)).unwrap().status == "VIDEOPENDING" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(
        mock.request(pk(&request)).unwrap().status,
        "VIDEOINCOMPLETE"
    );
}

#[tokio::test]
async fn a_read_request_shows_the_checks_in_another_form() {
    let (_mock, router) = mock(|_| {});
    let request = reviewable(&router, |_| {}).await;
    let data = &request["videoid_data"]["data"];
    let checks = data["security_checks"].as_array().unwrap();
    assert!(
        checks.contains(&json!(["OTP validation", true])),
        "{checks:?}"
    );
    assert_eq!(data["similarity_level"], "Medium");
    assert_eq!(
        data["images"]["document_front"],
        STANDARD.encode(jpeg(64, 48))
    );
    assert_eq!(request["validity_time"], "730");
    assert_eq!(request["registration_authority"], 121);
    assert!(request.as_object().unwrap().len() > 80);
}

#[tokio::test]
async fn create_may_leave_videoid_data_out_and_identifiers_may_have_no_dashes() {
    let (_mock, router) = mock(|config| {
        config.videoid_in_create = false;
        config.dashed_identifiers = false;
    });
    let request = created(&router, |_| {}).await;
    assert!(request.get("videoid_data").is_none());
    let read = call(
        &router,
        "GET",
        &format!("/api/v1/requests/{}/", pk(&request)),
        None,
    )
    .await
    .json();
    let identifier = read["videoid_data"]["video_identifier"].as_str().unwrap();
    assert_eq!((identifier.len(), identifier.contains('-')), (32, false));
}

#[tokio::test]
async fn scratchcards_are_not_reserved_and_serve_once() {
    let (_mock, router) = mock(|_| {});
    let (first, second) = (next_card(&router).await, next_card(&router).await);
    assert_eq!(first, second, "asking reserves nothing");
    let used = |sn: Value| {
        call(
            &router,
            "POST",
            "/api/v1/scratchcards/isused/",
            Some(json!({"sn": sn})),
        )
    };
    assert_eq!(used(first.clone()).await.json(), json!(false));
    let winner = call(
        &router,
        "POST",
        "/api/v1/requests/",
        Some(create_body(&first)),
    )
    .await;
    assert_eq!(winner.status, 201);
    let loser = call(
        &router,
        "POST",
        "/api/v1/requests/",
        Some(create_body(&second)),
    )
    .await;
    assert_eq!(
        (loser.status.as_u16(), &loser.json()["error"]),
        (500, &json!("Invalid ScratchCard"))
    );
    assert_ne!(next_card(&router).await, first);
    assert_eq!(used(first.clone()).await.json(), json!(true));
    let whoami = call(
        &router,
        "POST",
        "/api/v1/scratchcards/whoami/",
        Some(json!({"sn": first})),
    )
    .await;
    assert_eq!(whoami.json()["pk"], winner.json()["pk"]);
    let sn = first.as_str().unwrap();
    let found = call(
        &router,
        "GET",
        &format!("/api/v1/requests/?scratchcard={sn}"),
        None,
    )
    .await
    .json();
    assert_eq!(
        (&found["count"], &found["results"][0]["pk"]),
        (&json!(1), &winner.json()["pk"])
    );
    let listed = format!("/api/v1/scratchcards/?registration_authority=121&sn={sn}");
    let listed = call(&router, "GET", &listed, None).await.json();
    assert_eq!(listed["results"][0]["is_used"], true);
}

#[tokio::test]
async fn lists_have_ten_a_page_and_a_next_of_another_host() {
    let (_mock, router) = mock(|_| {});
    for _ in 0..12 {
        created(&router, |_| {}).await;
    }
    let page = call(
        &router,
        "GET",
        "/api/v1/requests/?status=ISSUED&given_name=Ana",
        None,
    )
    .await
    .json();
    assert_eq!(
        (
            page["count"].as_u64(),
            page["results"].as_array().unwrap().len()
        ),
        (Some(12), 10)
    );
    let next: url::Url = page["next"].as_str().unwrap().parse().unwrap();
    assert!(next.host_str().unwrap().ends_with(".invalid"));
    let second = call(
        &router,
        "GET",
        &format!("/api/v1/requests/?{}", next.query().unwrap()),
        None,
    )
    .await
    .json();
    assert_eq!(
        (second["results"].as_array().unwrap().len(), &second["next"]),
        (2, &Value::Null)
    );
    let none = call(&router, "GET", "/api/v1/requests/?given_name=Nobody", None)
        .await
        .json();
    assert_eq!(none["count"], 0);
    assert_eq!(
        call(&router, "GET", "/api/v1/requests/?page=9", None)
            .await
            .status,
        404
    );
}

fn credentials() -> Value {
    json!({"username": "rao", "password": "p", "pin": "1", "rao_id": "1400", "lang": "es"})
}

async fn act(router: &axum::Router, request: &Value, action: &str, body: Value) -> Answer {
    call(
        router,
        "POST",
        &format!("/api/v1/requests/{}/{action}/", pk(request)),
        Some(body),
    )
    .await
}

#[tokio::test]
async fn the_three_flows_lead_to_approval_in_their_own_way() {
    // Flow; answer to validate; state after it; answer to approve; state at the end.
    let cases = [
        (Flow::TwoStep, 200, "VIDEOREVIEW", 200, "ENROLLREADY"),
        (Flow::OneStep, 412, "VIDEOREVIEW", 200, "ENROLLREADY"),
        (
            Flow::ValidateApproves,
            200,
            "ENROLLREADY",
            412,
            "ENROLLREADY",
        ),
    ];
    for (flow, validated, between, approved, end) in cases {
        let (mock, router) = mock(|config| config.flow = flow);
        let request = reviewable(&router, |_| {}).await;
        if flow == Flow::TwoStep {
            assert_eq!(
                act(&router, &request, "pl_approve", credentials())
                    .await
                    .status,
                412
            );
        }
        let receipt = json!({"rao": "1400", "type": "APPROVE"});
        let receipt = act(&router, &request, "generates_tbs_receipt", receipt)
            .await
            .json();
        assert!(
            receipt["receipt"]
                .as_str()
                .unwrap()
                .starts_with("El operador 1400")
        );
        let contract = json!({"type": "contract", "rao_id": 1400});
        let contract = act(&router, &request, "pl_get_document", contract)
            .await
            .json();
        let text = contract[0]["document"].as_str().unwrap();
        assert!(text.lines().count() > 1);
        assert!(
            STANDARD
                .decode(text.replace('\n', ""))
                .unwrap()
                .starts_with(b"%PDF-1.4")
        );
        assert_eq!(
            act(&router, &request, "preauthlink", json!({}))
                .await
                .status,
            412
        );

        let answer = act(&router, &request, "validate_videoid", credentials()).await;
        assert_eq!(answer.status, validated, "{flow:?}");
        let record = mock.request(pk(&request)).unwrap();
        assert_eq!(record.status, between, "{flow:?}");
        if validated == 200 {
            assert_eq!(
                answer.json()["request"]["videoid_data"]["status"],
                "VALIDATED"
            );
            assert_eq!(record.videoid.unwrap().validation_operator, Some(1400));
            assert_eq!(
                act(&router, &request, "validate_videoid", credentials())
                    .await
                    .status,
                412
            );
        }
        let answer = act(&router, &request, "pl_approve", credentials()).await;
        assert_eq!(answer.status, approved, "{flow:?}");
        if approved == 200 {
            assert!(answer.json()["secrets"]["erc"].is_string());
        }
        assert_eq!(mock.request(pk(&request)).unwrap().status, end, "{flow:?}");
        let link = act(&router, &request, "preauthlink", json!({}))
            .await
            .json();
        assert!(
            link["preauthenticatedlink"]
                .as_str()
                .unwrap()
                .starts_with("https://")
        );
        let cancel = call(
            &router,
            "DELETE",
            &format!("/api/v1/requests/{}/cancel/", pk(&request)),
            None,
        )
        .await;
        assert_eq!(cancel.status, 412);
    }
}

#[tokio::test]
async fn an_organisation_needs_its_documents_before_approval() {
    let (mock, router) = mock(|_| {});
    let request = reviewable(&router, |body| body["profile"] = json!("PJSoftAF")).await;
    assert_eq!(
        act(&router, &request, "validate_videoid", credentials())
            .await
            .status,
        200
    );
    assert_eq!(mock.request(pk(&request)).unwrap().status, "CREATED");
    let refused = act(&router, &request, "pl_approve", credentials()).await;
    assert_eq!(refused.status, 412);
    let missing = [
        "organization_name",
        "organization_tax_number",
        "organization_country",
    ];
    for name in missing {
        assert!(
            refused.json()["error"].as_str().unwrap().contains(name),
            "{name}"
        );
    }
    let path = format!("/api/v1/requests/{}/", pk(&request));
    let listed = call(&router, "GET", &format!("{path}validate/"), None)
        .await
        .json();
    assert_eq!(listed, json!(missing.map(|name| [name, "missing"])));
    let mut update = request.clone();
    for name in missing {
        update[name] = json!("ES");
    }
    assert_eq!(call(&router, "PUT", &path, Some(update)).await.status, 200);
    let refused = act(&router, &request, "pl_approve", credentials()).await;
    assert_eq!(
        (refused.status.as_u16(), refused.json()),
        (400, json!({"error": "Missing required docs"}))
    );
    let path = format!("/api/v1/requests/{}/pl_upload_document/", pk(&request));
    let uploaded = post_file(&router, &path, "document", "image/jpeg", &jpeg(8, 8)).await;
    assert_eq!(
        (uploaded.status.as_u16(), &uploaded.json()["type"]),
        (201, &json!("document_front"))
    );
    let path = format!("/api/v1/requests/{}/upload_videoid_evidence/", pk(&request));
    let labelled = post_file(&router, &path, "document", "image/jpeg", &jpeg(8, 8))
        .await
        .json();
    assert_eq!(labelled["type"], "videoid_evidence");
    let deleted = act(
        &router,
        &request,
        "pl_delete_document",
        json!({"pk": labelled["pk"]}),
    )
    .await;
    assert_eq!(deleted.status, 200);
    let documents = call(
        &router,
        "GET",
        &format!("/api/v1/requests/{}/pl_get_documents/", pk(&request)),
        None,
    )
    .await;
    assert_eq!(documents.json().as_array().unwrap().len(), 1);
    assert_eq!(
        act(&router, &request, "pl_approve", credentials())
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn refusal_is_in_the_videoid_record() {
    let (_mock, router) = mock(|_| {});
    let request = reviewable(&router, |_| {}).await;
    let mut body = credentials();
    assert_eq!(
        act(&router, &request, "refuse_videoid", body.clone())
            .await
            .status,
        400
    );
    body["reason"] = json!("The portrait is of another person");
    let answer = act(&router, &request, "refuse_videoid", body).await.json();
    assert_eq!(answer["videoid_status"], "REFUSED");
    let read = call(
        &router,
        "GET",
        &format!("/api/v1/requests/{}/", pk(&request)),
        None,
    )
    .await
    .json();
    assert_eq!(read["videoid_data"]["status"], "REFUSED");
    assert_eq!(
        read["videoid_data"]["refusal_reason"],
        "The portrait is of another person"
    );
    assert_eq!(
        act(&router, &request, "pl_approve", credentials())
            .await
            .status,
        412
    );
}

#[tokio::test]
async fn operators_are_checked() {
    let (_mock, router) = mock(|_| {});
    let request = reviewable(&router, |_| {}).await;
    for (field, value, status) in [
        ("password", "wrong", 403),
        ("pin", "", 400),
        ("rao_id", "999", 500),
    ] {
        let mut body = credentials();
        body[field] = json!(value);
        assert_eq!(
            act(&router, &request, "validate_videoid", body)
                .await
                .status,
            status,
            "{field}"
        );
    }
    assert_eq!(
        call(&router, "GET", "/api/v1/rao/1400/", None).await.json()["is_identificator"],
        true
    );
    assert_eq!(
        call(&router, "GET", "/api/v1/rao/998/", None).await.json()["is_identificator"],
        false
    );
    assert_eq!(
        call(&router, "GET", "/api/v1/rao/999/", None).await.status,
        404
    );
}

#[tokio::test]
async fn update_fills_the_missing_fields_and_cancel_ends_it() {
    let (mock, router) = mock(|config| config.flow = Flow::OneStep);
    let request = reviewable(&router, |body| {
        body.as_object_mut().unwrap().remove("surname_1");
    })
    .await;
    let path = format!("/api/v1/requests/{}/", pk(&request));
    let missing = call(&router, "GET", &format!("{path}validate/"), None)
        .await
        .json();
    assert_eq!(missing, json!([["surname_1", "missing"]]));
    let refused = act(&router, &request, "pl_approve", credentials()).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.json()["code"]),
        (412, &json!("415"))
    );
    let update = create_body(&request["scratchcard"]);
    assert_eq!(
        call(&router, "PUT", &path, Some(update)).await.json()["surname_1"],
        "Prueba"
    );
    assert_eq!(
        call(&router, "GET", &format!("{path}validate/"), None)
            .await
            .json(),
        json!([])
    );
    let cancelled = call(&router, "DELETE", &format!("{path}cancel/"), None).await;
    assert_eq!(cancelled.json(), json!({"status": "Request cancelled"}));
    assert_eq!(
        call(&router, "DELETE", &format!("{path}cancel/"), None)
            .await
            .status,
        412
    );
    assert_eq!(mock.request(pk(&request)).unwrap().status, "CANCELLED");
}

#[tokio::test]
async fn a_phone_of_many_persons_is_told_before_the_capture() {
    let (_mock, router) = mock(|_| {});
    let ask = |serial: &str| {
        let body = json!({"registration_authority": 121, "serial_number": serial, "email": "a@example.org",
            "mobile_phone_number": "+34600000000"});
        call(
            &router,
            "POST",
            "/api/v1/requests/check_contact_data_limits/",
            Some(body),
        )
    };
    assert_eq!(ask("X").await.json(), json!({"result": "ok"}));
    for serial in ["A", "B", "C"] {
        created(&router, |body| body["serial_number"] = json!(serial)).await;
    }
    assert_eq!(ask("D").await.json()["result"], "ko");
    assert_eq!(ask("A").await.json()["result"], "ok");
}

#[tokio::test]
async fn the_four_shapes_of_errors() {
    let (_mock, router) = mock(|_| {});
    let request = created(&router, |_| {}).await;
    let not_found = call(&router, "GET", "/api/v1/requests/1/", None).await;
    assert_eq!(
        (not_found.status.as_u16(), &not_found.json()["code"]),
        (404, &json!("400"))
    );
    assert_eq!(not_found.json()["id"].as_str().unwrap().len(), 16);

    let broken = Request::post("/api/v1/requests/").header("content-type", "application/json");
    let broken = send(&router, broken.body(Body::from("{\"a\" 1}")).unwrap()).await;
    assert_eq!(broken.status, 400);
    assert!(
        broken.json()["detail"]
            .as_str()
            .unwrap()
            .starts_with("JSON parse error - ")
    );

    let untyped = Request::post("/api/v1/requests/")
        .body(Body::from("{}"))
        .unwrap();
    assert_eq!(send(&router, untyped).await.status, 415);

    let identifier = request["videoid_data"]["video_identifier"]
        .as_str()
        .unwrap();
    let path = format!("/v1/upload/video/{identifier}/");
    let no_part = post_file(&router, &path, "film", "video/mp4", b"x").await;
    let shape = json!({"title": "Upload Video Error", "description": "No video file provided"});
    assert_eq!((no_part.status.as_u16(), no_part.json()), (400, shape));
    assert_eq!(
        post_file(&router, &path, "video", "image/jpeg", b"x")
            .await
            .status,
        400
    );
    assert_eq!(
        post_file(&router, "/v1/upload/video/0/", "video", "video/mp4", b"x")
            .await
            .status,
        404
    );

    let unknown_rao = call(
        &router,
        "POST",
        "/api/v1/requests/",
        Some(json!({"profile": "P", "scratchcard": "1",
        "registration_authority": "121", "email": "e", "identification_rao": 999})),
    )
    .await;
    assert_eq!(
        unknown_rao.json(),
        json!({"error": "Rao matching query does not exist."})
    );
    let lacking = call(
        &router,
        "POST",
        "/api/v1/requests/",
        Some(json!({"profile": "P"})),
    )
    .await;
    assert_eq!(
        lacking.json()["error"],
        "Missing required parameter: scratchcard"
    );
}

#[tokio::test]
async fn every_path_ends_with_a_slash() {
    let (_mock, router) = mock(|_| {});
    let cases = [
        ("GET", "/api/v1/requests?page=2", 301),
        ("POST", "/api/v1/requests", 500),
        ("PUT", "/api/v1/videoid/7", 500),
        ("POST", "/v1/upload/video/abc", 500),
        ("GET", "/api/v1/nothing/", 404),
        ("PATCH", "/api/v1/requests/", 405),
        ("POST", "/api/v1/upload/video/abc/", 404),
    ];
    for (method, path, status) in cases {
        let answer = call(&router, method, path, None).await;
        assert_eq!(answer.status, status, "{method} {path}");
        if status == 301 {
            assert_eq!(answer.headers["location"], "/api/v1/requests/?page=2");
        }
    }
}

#[tokio::test]
async fn requests_and_evidence_outlive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_path_buf();
    let (first, router) = mock(|config| config.data = Some(data.clone()));
    let request = reviewable(&router, |_| {}).await;
    drop((first, router));
    let (second, router) = mock(|config| config.data = Some(data.clone()));
    assert_eq!(second.request(pk(&request)).unwrap().status, "VIDEOREVIEW");
    assert_eq!(second.evidence(pk(&request), "video").unwrap(), video());
    let identifier = request["videoid_data"]["video_identifier"]
        .as_str()
        .unwrap();
    let download = call(
        &router,
        "GET",
        &format!("/api/v1/download/video/{identifier}/"),
        None,
    )
    .await;
    assert_eq!(download.bytes, video());
    assert_ne!(
        next_card(&router).await,
        request["scratchcard"],
        "a used scratchcard stays used"
    );
    let shown = call(
        &router,
        "GET",
        &format!("/_mock/requests/{}/document_front", pk(&request)),
        None,
    )
    .await;
    assert_eq!(shown.bytes, jpeg(64, 48));
}
