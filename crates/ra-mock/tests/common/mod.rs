//! What the tests share: calls through the router, evidence, and requests in a given state.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

use std::io::Cursor;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ra_mock::{Mock, MockConfig};
use recorder::{Recorder, RecorderConfig, YuvFrame};
use serde_json::{Value, json};
use tower::ServiceExt;

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.bytes)))
    }
}

pub async fn send(router: &Router, request: Request<Body>) -> Answer {
    let answer = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = answer.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer {
        status: parts.status,
        headers: parts.headers,
        bytes,
    }
}

pub async fn call(router: &Router, method: &str, path: &str, body: Option<Value>) -> Answer {
    let request = Request::builder().method(method).uri(path);
    let request = match body {
        Some(body) => request
            .header("content-type", "application/json")
            .body(Body::from(body.to_string())),
        None => request.body(Body::empty()),
    };
    send(router, request.unwrap()).await
}

pub fn multipart(
    name: &str,
    kind: &str,
    bytes: &[u8],
    fields: &[(&str, &str)],
) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (field, value) in fields {
        body.extend(
            format!("--XX\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n")
                .bytes(),
        );
    }
    body.extend(
        format!(
            "--XX\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"f\"\r\nContent-Type: {kind}\r\n\r\n"
        )
        .bytes(),
    );
    body.extend(bytes);
    body.extend(b"\r\n--XX--\r\n");
    ("multipart/form-data; boundary=XX".to_string(), body)
}

pub async fn post_file(
    router: &Router,
    path: &str,
    name: &str,
    kind: &str,
    bytes: &[u8],
) -> Answer {
    let (content_type, body) = multipart(
        name,
        kind,
        bytes,
        &[("type", "document_front"), ("label", "x")],
    );
    let request = Request::post(path)
        .header("content-type", content_type)
        .body(Body::from(body))
        .unwrap();
    send(router, request).await
}

pub fn mock(change: impl FnOnce(&mut MockConfig)) -> (Mock, Router) {
    let mut config = MockConfig::default();
    change(&mut config);
    let mock = Mock::new(config).unwrap();
    let router = mock.router();
    (mock, router)
}

pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let picture =
        image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 99]));
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

pub fn evidence_body() -> Value {
    let image = STANDARD.encode(jpeg(64, 48));
    json!({
        "acceptance": {"description": "User Accepted", "date": 1_622_823_879_708_u64},
        "videoid_data": {
            "images": {
                "document_front": image, "document_rear": image, "document_photo": image, "document_owner": image,
            },
            "ocr_data": {"given_name": "Ana", "id_document_type": "IDC"},
            "security_checks": {"otp_validation": true, "data_integrity": true},
            "similarity_level": 60,
        },
    })
}

pub fn create_body(sn: &Value) -> Value {
    json!({
        "profile": "PFnubeAFCiudadano", "scratchcard": sn, "registration_authority": "121", "secure_element": "2",
        "email": "ana@example.org", "videoid_mode": 1, "country_name": "ES", "serial_number": "00000000T",
        "id_document_country": "ES", "id_document_type": "IDC", "given_name": "Ana", "surname_1": "Prueba",
        "mobile_phone_number": "+34600000000", "validity_time": 730,
    })
}

pub async fn next_card(router: &Router) -> Value {
    let answer = call(
        router,
        "GET",
        "/api/v1/scratchcards/get_first_unused/",
        Some(json!({"ra": "121"})),
    )
    .await;
    assert_eq!(answer.status, 200);
    answer.json()["sn"].clone()
}

/// A created request as the answer shows it.
pub async fn created(router: &Router, change: impl FnOnce(&mut Value)) -> Value {
    let mut body = create_body(&next_card(router).await);
    change(&mut body);
    let answer = call(router, "POST", "/api/v1/requests/", Some(body)).await;
    assert_eq!(
        answer.status,
        201,
        "{}",
        String::from_utf8_lossy(&answer.bytes)
    );
    answer.json()
}

pub async fn upload_video(router: &Router, request: &Value, bytes: &[u8]) -> Answer {
    let identifier = request["videoid_data"]["video_identifier"]
        .as_str()
        .unwrap();
    post_file(
        router,
        &format!("/v1/upload/video/{identifier}/"),
        "video",
        "video/mp4",
        bytes,
    )
    .await
}

pub async fn upload_data(router: &Router, request: &Value, body: Value) -> Answer {
    let path = format!("/api/v1/videoid/{}/", request["videoid_data"]["pk"]);
    call(router, "PUT", &path, Some(body)).await
}

pub async fn reviewable(router: &Router, change: impl FnOnce(&mut Value)) -> Value {
    let request = created(router, change).await;
    assert_eq!(
        upload_data(router, &request, evidence_body()).await.status,
        200
    );
    assert_eq!(upload_video(router, &request, &video()).await.status, 200);
    let answer = call(
        router,
        "GET",
        &format!("/api/v1/requests/{}/", request["pk"]),
        None,
    )
    .await
    .json();
    assert_eq!(answer["status"], "VIDEOREVIEW");
    answer
}

pub fn pk(request: &Value) -> u64 {
    request["pk"].as_u64().unwrap()
}

/// A short H.264 video, recorded once for all tests.
pub fn video() -> Vec<u8> {
    static VIDEO: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    VIDEO
        .get_or_init(|| {
            let file = tempfile::NamedTempFile::new().unwrap();
            let config = RecorderConfig {
                width: 64,
                height: 48,
                queue: 32,
                ..RecorderConfig::default()
            };
            let sink = recorder::FileSink::new(file.reopen().unwrap());
            let recorder = Recorder::start(config, Box::new(sink)).unwrap();
            for number in 0..12_u8 {
                let frame = YuvFrame {
                    width: 64,
                    height: 48,
                    y: vec![number * 20; 64 * 48],
                    u: vec![128; 32 * 24],
                    v: vec![128; 32 * 24],
                    at: std::time::Duration::from_millis(u64::from(number) * 40),
                };
                recorder.push(frame);
            }
            recorder.finish().unwrap();
            std::fs::read(file.path()).unwrap()
        })
        .clone()
}
