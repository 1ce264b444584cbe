#![allow(clippy::unwrap_used, clippy::expect_used)]

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use proptest::prelude::*;
use time::macros::datetime;

use super::*;

fn answer(status: u16, content_type: &'static str, body: &[u8]) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
    Answer {
        operation: Operation::ReadRequest,
        status: StatusCode::from_u16(status).unwrap(),
        headers,
        body: Zeroizing::new(body.to_vec()),
        cut: None,
        early: false,
    }
}

#[test]
fn every_error_shape_becomes_the_same_error() {
    type Row = (
        u16,
        &'static str,
        &'static str,
        Option<&'static str>,
        Option<&'static str>,
        bool,
    );
    // Status, body; text, code, id, whether trying again can help.
    let table: &[Row] = &[
        (
            412,
            r#"{"code":"415","id":"b49fee578381243a","error":"Invalid request status"}"#,
            "Invalid request status",
            Some("415"),
            Some("b49fee578381243a"),
            false,
        ),
        (
            404,
            r#"{"code":400,"id":7,"error":"Not found"}"#,
            "Not found",
            Some("400"),
            Some("7"),
            false,
        ),
        (
            400,
            r#"{"detail":"JSON parse error - line 3"}"#,
            "JSON parse error - line 3",
            None,
            None,
            false,
        ),
        (
            400,
            r#"{"error":"Missing required docs"}"#,
            "Missing required docs",
            None,
            None,
            false,
        ),
        (
            400,
            r#"{"title":"Upload Video Error","description":"No video file provided"}"#,
            "Upload Video Error: No video file provided",
            None,
            None,
            false,
        ),
        (
            412,
            r#"[["serial_number","missing"],["email","missing"]]"#,
            "serial_number missing, email missing",
            None,
            None,
            false,
        ),
        (
            400,
            r#"{"email":["Enter a valid email address."]}"#,
            "email: Enter a valid email address.",
            None,
            None,
            false,
        ),
        (
            500,
            r#""Invalid ScratchCard""#,
            "Invalid ScratchCard",
            None,
            None,
            false,
        ),
        (
            500,
            r#"{"error":"Rao matching query does not exist."}"#,
            "Rao matching query does not exist.",
            None,
            None,
            false,
        ),
        (500, r#"{"error":"Internal"}"#, "Internal", None, None, true),
        (
            502,
            "",
            "the server answered 502 Bad Gateway",
            None,
            None,
            true,
        ),
        (503, "upstream  \n down", "upstream down", None, None, true),
        (
            502,
            "<html><head><title>502 Bad\n Gateway</title></head><body>x</body></html>",
            "the server answered 502 with an HTML page: 502 Bad Gateway",
            None,
            None,
            true,
        ),
        (
            403,
            "{}",
            "the server answered 403 Forbidden",
            None,
            None,
            false,
        ),
        (
            429,
            r#"{"detail":"Request was throttled."}"#,
            "Request was throttled.",
            None,
            None,
            true,
        ),
    ];
    for (status, body, text, code, id, retryable) in table {
        let error = answer(*status, "application/json", body.as_bytes())
            .success()
            .err()
            .unwrap();
        assert_eq!(error.kind(), ErrorKind::Http, "{body}");
        assert_eq!(error.status(), Some(*status), "{body}");
        assert_eq!(error.text(), *text);
        assert_eq!((error.code(), error.id()), (*code, *id), "{body}");
        assert_eq!(error.retryable(), *retryable, "{body}");
    }
}

#[test]
fn an_error_is_displayed_with_what_support_needs() {
    let body = br#"{"code":"415","id":"b49fee578381243a","error":"Invalid request status"}"#;
    let error = answer(412, "application/json", body).into_error();
    assert_eq!(
        error.to_string(),
        "reading the request: Invalid request status (HTTP 412, code 415, error id b49fee578381243a)"
    );
}

#[test]
fn a_success_that_is_none_is_malformed() {
    for (body, expected) in [
        (
            "<!DOCTYPE html><title>Sign in</title>",
            "the server answered with an HTML page: Sign in",
        ),
        ("", "the server's answer is empty"),
        (
            "[1,",
            "the server's answer is not what was expected (Eof error at line 1, column 3)",
        ),
    ] {
        let error = answer(200, "application/json", body.as_bytes())
            .json::<Vec<u8>>()
            .err()
            .unwrap();
        assert_eq!(
            (error.kind(), error.text()),
            (ErrorKind::Malformed, expected)
        );
        assert!(error.retryable() && error.outcome_unknown());
    }
    assert!(answer(200, "text/plain", b"").accepted().is_ok());
    assert!(
        answer(200, "application/json", br#"{"status":"200 OK"}"#)
            .accepted()
            .is_ok()
    );
    let portal = answer(200, "text/html", b"<p>Please <b>log in</b></p>")
        .accepted()
        .err()
        .unwrap();
    assert_eq!(
        portal.text(),
        "the server answered with an HTML page: Please log in"
    );
    let mut early = answer(200, "application/json", b"{}");
    early.early = true;
    assert_eq!(early.accepted().err().unwrap().kind(), ErrorKind::Malformed);
}

#[test]
fn a_gateway_without_certificate_is_no_403() {
    let page = b"<html><title>400 No required SSL certificate was sent</title></html>";
    let error = answer(400, "text/html", page).into_error();
    assert_eq!(
        error.kind(),
        ErrorKind::TlsRejected(TlsRejection::CertificateMissing)
    );
    let plain = answer(403, "application/json", br#"{"detail":"Forbidden"}"#).into_error();
    assert_eq!(plain.kind(), ErrorKind::Http);
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    let now = datetime!(2026-03-01 12:00:00 UTC);
    for (text, expected) in [
        ("7", Some(7)),
        ("Sun, 01 Mar 2026 12:01:30 GMT", Some(90)),
        ("Sun, 01 Mar 2026 11:00:00 GMT", Some(0)),
        ("soon", None),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, text.parse().unwrap());
        assert_eq!(
            retry_after(&headers, now),
            expected.map(Duration::from_secs),
            "{text}"
        );
    }
}

#[test]
fn the_servers_clock_is_read() {
    let mut headers = HeaderMap::new();
    headers.insert(
        http::header::DATE,
        "Sun, 01 Mar 2026 12:01:30 GMT".parse().unwrap(),
    );
    assert_eq!(date(&headers), Some(datetime!(2026-03-01 12:01:30 UTC)));
}

proptest! {
    #[test]
    fn no_body_breaks_the_reading_of_an_error(status in 300u16..600, body in prop::collection::vec(any::<u8>(), 0..300)) {
        let error = answer(status, "text/html", &body).into_error();
        prop_assert_eq!(error.status(), Some(status));
        prop_assert!(error.text().chars().count() <= MAX_TEXT_CHARS + 60);
        prop_assert!(!error.text().chars().any(char::is_control));
    }
}
