//! What happens on the connection: exact lengths, streaming, early answers, stalls, cancelling.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ra_api::{BlobSource, BytesBlob, DataEvidence, ErrorKind, Id, Progress, RequestFilter};
use serde_json::{Value, json};
use support::{Reply, answer, client, config, listen, read_body, read_head, scripted};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;

/// Bytes that are made up while they are read, and told from their place.
struct Pattern(u64);

impl BlobSource for Pattern {
    fn len(&self) -> u64 {
        self.0
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(io::repeat(0x5a).take(self.0)))
    }
}

fn evidence(images: Vec<(&str, Arc<dyn BlobSource>)>) -> DataEvidence {
    let object = |value: Value| value.as_object().unwrap().clone();
    DataEvidence {
        acceptance: object(json!({ "description": "accepted \"all\"", "date": 1622823879708u64 })),
        ocr_data: object(json!({ "given_name": "Núria" })),
        security_checks: object(json!({ "liveliness": true })),
        similarity_level: Some(json!(87)),
        images: images
            .into_iter()
            .map(|(name, blob)| (name.to_owned(), blob))
            .collect(),
        extra: Default::default(),
    }
}

#[tokio::test]
async fn evidence_is_json_of_exact_length_with_plain_base64() {
    let (url, log) = scripted(|_| Reply::ok(r#"{"status":"200 OK"}"#)).await;
    let client = client(&url);
    // Lengths around the boundaries of padding and of pieces.
    for len in [0usize, 1, 2, 3, 49_151, 49_152, 49_153, 200_000] {
        let bytes: Vec<u8> = (0..len).map(|i| (i * 7 % 251) as u8).collect();
        let evidence = evidence(vec![
            ("document_front", Arc::new(BytesBlob::new(bytes.clone()))),
            ("document_owner", Arc::new(BytesBlob::new(vec![1, 2, 3]))),
        ]);
        let told = Arc::new(AtomicU64::new(0));
        let last = Arc::clone(&told);
        let progress: Progress = Arc::new(move |sent, total| {
            assert!(sent > last.swap(sent, Ordering::SeqCst) && sent <= total);
        });
        client
            .upload_evidence(
                &Id::from(77),
                &evidence,
                Some(progress),
                &CancellationToken::new(),
            )
            .await
            .unwrap();
        let seen = log.last();
        assert_eq!(seen.line(), "PUT /api/v1/videoid/77/");
        assert_eq!(seen.head.header("content-type"), "application/json");
        assert_eq!(seen.head.header("transfer-encoding"), "");
        assert_eq!(seen.head.length() as u64, evidence.content_length());
        assert_eq!(told.load(Ordering::SeqCst), evidence.content_length());
        assert_eq!(
            seen.json(),
            json!({
                "acceptance": { "description": "accepted \"all\"", "date": 1622823879708u64 },
                "videoid_data": {
                    "images": { "document_front": STANDARD.encode(&bytes), "document_owner": "AQID" },
                    "ocr_data": { "given_name": "Núria" },
                    "security_checks": { "liveliness": true },
                    "similarity_level": 87,
                },
            })
        );
    }
}

#[tokio::test]
async fn the_video_is_one_part_of_a_form() {
    let (url, log) = scripted(|_| Reply::Json(200, String::new())).await;
    let client = client(&url);
    let bytes: Vec<u8> = (0..150_000u32).map(|i| (i % 253) as u8).collect();
    let video = Arc::new(BytesBlob::new(bytes.clone()));
    client
        .upload_video("0a-1b", video, None, &CancellationToken::new())
        .await
        .unwrap();
    let seen = log.last();
    assert_eq!(seen.line(), "POST /v1/upload/video/0a-1b/");
    let boundary = seen
        .head
        .header("content-type")
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"video\"; filename=\"video.mp4\"\r\n\
         Content-Type: video/mp4\r\n\r\n"
    );
    let expected = [
        head.as_bytes(),
        &bytes,
        format!("\r\n--{boundary}--\r\n").as_bytes(),
    ]
    .concat();
    assert!(seen.body == expected);
    assert_eq!(seen.head.length(), expected.len());
}

#[tokio::test]
async fn small_calls_have_the_form_that_the_api_asks_for() {
    let (url, log) = scripted(|seen| match seen.head.path() {
        "/api/v1/scratchcards/get_first_unused/" => {
            Reply::ok(json!({ "pk": 1, "sn": 55, "secrets": "{}" }))
        }
        "/api/v1/scratchcards/isused/" => Reply::ok("true"),
        "/api/v1/requests/5/validate/" => Reply::ok(json!([["serial_number", "missing"]])),
        "/api/v1/requests/5/cancel/" => Reply::ok(json!({ "status": "Request cancelled" })),
        "/api/v1/requests/" => Reply::ok(json!({
            "count": 2, "results": [{ "pk": 1, "status": "CREATED" }],
            "next": if seen.head.target.contains("page=2") { Value::Null }
                else { json!("http://192.0.2.1/api/v1/requests/?page=2") },
        })),
        _ => Reply::Json(404, String::new()),
    })
    .await;
    let client = client(&url);
    assert_eq!(
        client
            .first_unused_scratchcard(&Id::from(121))
            .await
            .unwrap()
            .sn,
        Id::from(55)
    );
    let seen = log.last();
    assert_eq!(
        (seen.head.method.as_str(), seen.json()),
        ("GET", json!({ "ra": "121" }))
    );
    assert!(client.scratchcard_is_used("55").await.unwrap());
    let problems = client.missing_fields(&Id::from(5)).await.unwrap();
    assert_eq!(
        (problems[0].field.as_str(), problems[0].problem.as_str()),
        ("serial_number", "missing")
    );
    client.cancel(&Id::from(5)).await.unwrap();
    assert_eq!(log.last().line(), "DELETE /api/v1/requests/5/cancel/");
    let filter = RequestFilter {
        email: Some("a+b@example.org".into()),
        ..Default::default()
    };
    let page = client.requests(&filter, None).await.unwrap();
    assert_eq!(
        log.last().head.target,
        "/api/v1/requests/?email=a%2Bb%40example.org"
    );
    // The host of `next` is not ours: only its query is taken.
    assert!(
        client
            .requests(&filter, page.next.as_ref())
            .await
            .unwrap()
            .next
            .is_none()
    );
    assert_eq!(log.last().head.target, "/api/v1/requests/?page=2");
    let listing = client
        .requests_in_state(&"VIDEOREVIEW".into(), &RequestFilter::default(), 5)
        .await
        .unwrap();
    assert!(listing.filter_ignored && listing.requests.is_empty());
    assert_eq!(
        (listing.loaded, listing.count, listing.truncated),
        (2, Some(2), false)
    );
    let odd = client.request(&Id::from("..")).await.unwrap_err();
    assert_eq!(odd.kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (url, log) =
        scripted(|_| Reply::Raw(answer(302, "Location: http://192.0.2.1/\r\n", ""))).await;
    let error = client(&url).request(&Id::from(1)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Malformed, Some(302))
    );
    assert_eq!(log.lines().len(), 1);
}

/// Reads `take` bytes of the body, answers 413, and ends the connection in one of three ways.
async fn early_413(take: usize, ending: &'static str) -> url::Url {
    listen(move |mut stream| async move {
        let (_, rest) = read_head(&mut stream).await.unwrap();
        let mut left = take.saturating_sub(rest.len());
        let mut buffer = vec![0; 16 * 1024];
        while left > 0 {
            left -= stream
                .read(&mut buffer[..left.min(16 * 1024)])
                .await
                .unwrap();
        }
        let text = answer(
            413,
            "Connection: close\r\n",
            r#"{"title":"Upload Video Error","description":"Too large"}"#,
        );
        stream.write_all(text.as_bytes()).await.unwrap();
        match ending {
            // As a good server does: no more from here, and what still comes is read away.
            "lingering" => {
                stream.shutdown().await.unwrap();
                while stream.read(&mut buffer).await.is_ok_and(|n| n > 0) {}
            }
            "closed" => stream.shutdown().await.unwrap(),
            // Unread bytes are in its buffer: the system sends a reset.
            _ => {}
        }
    })
    .await
}

#[tokio::test]
async fn an_early_413_is_read_as_what_it_is() {
    for ending in ["lingering", "closed", "reset"] {
        for take in [0, 64 * 1024] {
            let url = early_413(take, ending).await;
            let video = Arc::new(Pattern(64 << 20));
            let error = client(&url)
                .upload_video("id", video, None, &CancellationToken::new())
                .await
                .expect_err("refused");
            assert_eq!(
                (error.kind(), error.status()),
                (ErrorKind::Http, Some(413)),
                "{ending} {take}: {error}"
            );
            assert_eq!(error.text(), "Upload Video Error: Too large", "{ending}");
            assert!(!error.retryable());
        }
    }
}

#[tokio::test]
async fn a_connection_lost_in_the_middle_says_how_far_it_came() {
    let url = listen(|mut stream| async move {
        read_head(&mut stream).await;
        let mut buffer = vec![0; 300_000];
        let _ = stream.read_exact(&mut buffer).await;
    })
    .await;
    let error = client(&url)
        .upload_video(
            "id",
            Arc::new(Pattern(64 << 20)),
            None,
            &CancellationToken::new(),
        )
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
    assert!(error.retryable() && error.outcome_unknown());
    assert!(error.text().contains("of 67109"), "{error}");
}

#[tokio::test]
async fn a_server_that_reads_no_more_is_a_stall() {
    let url = listen(|mut stream| async move {
        read_head(&mut stream).await;
        tokio::time::sleep(Duration::from_secs(600)).await;
    })
    .await;
    let mut config = config(&url);
    config.stall_timeout = Duration::from_millis(600);
    let client = ra_api::Client::new(&config).unwrap();
    let error = client
        .upload_video(
            "id",
            Arc::new(Pattern(256 << 20)),
            None,
            &CancellationToken::new(),
        )
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Stalled);
    assert!(error.text().contains("stands still"), "{error}");
    // No answer to a small call is one as well.
    let mut slow = config.clone();
    slow.connect_timeout = Duration::from_millis(100);
    let error = ra_api::Client::new(&slow)
        .unwrap()
        .request(&Id::from(1))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Stalled);
}

#[tokio::test]
async fn a_slow_upload_that_moves_is_no_stall() {
    let url = listen(|mut stream| async move {
        let (head, rest) = read_head(&mut stream).await.unwrap();
        let mut left = head.length() - rest.len();
        let mut buffer = vec![0; 1 << 20];
        while left > 0 {
            left -= stream.read(&mut buffer).await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stream
            .write_all(answer(200, "", "").as_bytes())
            .await
            .unwrap();
        support::finish(&mut stream).await;
    })
    .await;
    let mut config = config(&url);
    config.stall_timeout = Duration::from_millis(1000);
    let client = ra_api::Client::new(&config).unwrap();
    let started = std::time::Instant::now();
    client
        .upload_video(
            "id",
            Arc::new(Pattern(96 << 20)),
            None,
            &CancellationToken::new(),
        )
        .await
        .unwrap();
    assert!(
        started.elapsed() > config.stall_timeout,
        "the test must take longer than the time-out"
    );
}

#[tokio::test]
async fn cancelling_ends_the_upload_and_the_connection() {
    let (closed, mut told) = tokio::sync::mpsc::channel(1);
    let url = listen(move |mut stream| {
        let closed = closed.clone();
        async move {
            read_head(&mut stream).await;
            let mut buffer = vec![0; 1 << 16];
            let mut seen = 0u64;
            while let Ok(n @ 1..) = stream.read(&mut buffer).await {
                seen += n as u64;
            }
            let _ = closed.send(seen).await;
        }
    })
    .await;
    let cancel = CancellationToken::new();
    let trigger = cancel.clone();
    let progress: Progress = Arc::new(move |sent, _| {
        if sent > 1 << 20 {
            trigger.cancel();
        }
    });
    let error = client(&url)
        .upload_video("id", Arc::new(Pattern(1 << 40)), Some(progress), &cancel)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(told.recv().await.unwrap() < 1 << 40);
}

#[tokio::test]
async fn a_file_that_changed_is_a_local_error() {
    struct Shrunk;
    impl BlobSource for Shrunk {
        fn len(&self) -> u64 {
            1 << 20
        }
        fn open(&self) -> io::Result<Box<dyn Read + Send>> {
            Ok(Box::new(io::repeat(1).take(1000)))
        }
    }
    struct Unreadable;
    impl BlobSource for Unreadable {
        fn len(&self) -> u64 {
            10
        }
        fn open(&self) -> io::Result<Box<dyn Read + Send>> {
            Err(io::Error::new(io::ErrorKind::PermissionDenied, "not yours"))
        }
    }
    let (url, log) = scripted(|_| Reply::ok("{}")).await;
    let blobs: [(Arc<dyn BlobSource>, &str); 2] = [
        (Arc::new(Shrunk), "shorter"),
        (Arc::new(Unreadable), "not yours"),
    ];
    for (blob, expected) in blobs {
        let error = client(&url)
            .upload_video("id", blob, None, &CancellationToken::new())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LocalIo);
        assert!(error.text().contains(expected), "{error}");
    }
    assert!(log.lines().is_empty(), "no whole call may arrive");
}

#[tokio::test]
async fn nobody_there_and_nonsense_are_told_apart() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = url::Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let error = client(&url).request(&Id::from(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(error.retryable() && !error.outcome_unknown());

    let (url, _) = scripted(|_| Reply::Raw("SSH-2.0-OpenSSH_9.2\r\n\r\n".into())).await;
    let error = client(&url).request(&Id::from(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");

    let (url, _) = scripted(|_| Reply::Close).await;
    let error = client(&url).request(&Id::from(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");

    let (url, _) =
        scripted(|_| Reply::Raw("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{".into())).await;
    let mut config = config(&url);
    config.stall_timeout = Duration::from_millis(300);
    let error = ra_api::Client::new(&config)
        .unwrap()
        .request(&Id::from(1))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Stalled, Some(200)),
        "{error}"
    );
}

#[tokio::test]
async fn the_video_is_downloaded_as_it_is() {
    let bytes: Vec<u8> = (0..300_000u32).map(|i| (i % 241) as u8).collect();
    let served = bytes.clone();
    let url = listen(move |mut stream| {
        let served = served.clone();
        async move {
            let (head, rest) = read_head(&mut stream).await.unwrap();
            read_body(&mut stream, &head, rest).await.unwrap();
            assert_eq!(head.path(), "/api/v1/download/video/id/");
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
                served.len()
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(&served).await.unwrap();
            support::finish(&mut stream).await;
        }
    })
    .await;
    let mut sink = Vec::new();
    let received = client(&url)
        .download_video("id", &mut sink, None, &CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(received, bytes.len() as u64);
    assert!(sink == bytes);
    let (url, _) = scripted(|_| Reply::Json(404, r#"{"error":"No video"}"#.into())).await;
    let outcome = client(&url)
        .download_video("id", &mut sink, None, &CancellationToken::new())
        .await;
    assert_eq!(outcome.unwrap_err().status(), Some(404));
}

#[tokio::test]
async fn the_trace_holds_the_calls_and_no_person() {
    let (url, _) = scripted(|seen| match seen.head.method.as_str() {
        "PUT" => Reply::ok(json!({ "status": "200 OK" })),
        _ => Reply::ok(json!({ "pk": 1, "status": "VIDEOREVIEW", "given_name": "Specimen", "secrets": { "pin": "KEEPOUT" } })),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.jsonl");
    let mut config = config(&url);
    config.trace_http = Some(path.clone());
    let client = ra_api::Client::new(&config).unwrap();
    client.request(&Id::from(1)).await.unwrap();
    let evidence = evidence(vec![(
        "document_front",
        Arc::new(BytesBlob::new(vec![0; 90])),
    )]);
    client
        .upload_evidence(&Id::from(2), &evidence, None, &CancellationToken::new())
        .await
        .unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[0]["path"], &lines[0]["status"]),
        (&json!("/api/v1/requests/1/"), &json!(200))
    );
    assert_eq!(lines[0]["response"]["status"], "VIDEOREVIEW");
    assert_eq!(lines[1]["request_bytes"], evidence.content_length());
    for hidden in ["Specimen", "KEEPOUT", "Núria", "AAAA"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
}

#[tokio::test]
async fn progress_never_runs_ahead_of_what_is_handed_over() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let (url, log) = scripted(|_| Reply::ok("{}")).await;
    let progress: Progress = Arc::new(move |sent, total| kept.lock().unwrap().push((sent, total)));
    client(&url)
        .upload_video(
            "id",
            Arc::new(Pattern(1 << 20)),
            Some(progress),
            &CancellationToken::new(),
        )
        .await
        .unwrap();
    let seen = seen.lock().unwrap();
    let total = log.last().head.length() as u64;
    assert!(seen.windows(2).all(|pair| pair[0].0 < pair[1].0));
    assert_eq!(seen.last(), Some(&(total, total)));
}

#[tokio::test]
async fn a_proxy_from_the_settings_is_used_with_its_credentials() {
    let (proxy, log) = scripted(|_| Reply::ok(json!({ "pk": 1, "status": "CREATED" }))).await;
    let mut config = config(&url::Url::parse("http://127.0.0.1:9/gateway/").unwrap());
    config.proxy = ra_api::ProxySetting::Url {
        url: proxy,
        credentials: Some(("user".into(), ra_api::Secret::from("secret"))),
    };
    let client = ra_api::Client::new(&config).unwrap();
    client.request(&Id::from(1)).await.unwrap();
    let seen = log.last();
    assert_eq!(
        seen.line(),
        "GET http://127.0.0.1:9/gateway/api/v1/requests/1/"
    );
    let credentials = format!("Basic {}", STANDARD.encode("user:secret"));
    assert_eq!(seen.head.header("proxy-authorization"), credentials);
    assert!(!format!("{config:?}").contains("secret"));
}

#[tokio::test]
async fn the_servers_date_and_our_own_address_are_known() {
    let (url, _) =
        scripted(|_| Reply::Raw(answer(401, "Date: Sun, 01 Mar 2026 12:01:30 GMT\r\n", ""))).await;
    let client = client(&url);
    let date = client.server_date().await.unwrap();
    assert_eq!(date, time::macros::datetime!(2026-03-01 12:01:30 UTC));
    assert!(client.local_ip().await.unwrap().is_loopback());
    assert_eq!(client.reach_video_host().await.unwrap(), 401);
}

#[tokio::test]
async fn the_raos_calls_have_their_form() {
    let (url, log) = scripted(|seen| match seen.head.path().rsplit('/').nth(1).unwrap() {
        "validate_videoid" | "pl_approve" => Reply::ok(json!({
            "secrets": { "pin": "KEEPOUT" }, "request": { "pk": 5, "status": "ENROLLREADY" },
        })),
        "refuse_videoid" => Reply::ok(json!({ "videoid_status": "REFUSED", "reason": "blurred" })),
        "generates_tbs_receipt" => {
            Reply::ok(json!({ "serial_number": "1", "receipt": "El operador" }))
        }
        "pl_get_document" => Reply::ok(json!([{ "document": "JVBE\nRi0=\n", "type": "contract" }])),
        "pl_get_documents" => Reply::ok(json!([{ "pk": 3, "type": "document_front" }])),
        "pl_upload_document" => Reply::Json(
            201,
            json!({ "pk": 48312, "type": "document_front" }).to_string(),
        ),
        "preauthlink" => {
            Reply::ok(json!({ "preauthenticatedlink": "https://example.org/KEEPOUT" }))
        }
        "1400" => Reply::ok(json!({ "id": 1400, "is_identificator": "true" })),
        "pl_delete_document" => Reply::Json(204, String::new()),
        _ => Reply::Json(404, String::new()),
    })
    .await;
    let client = client(&url);
    let (pk, rao_id) = (Id::from(5), Id::from(1400));
    let rao = ra_api::RaoCredentials {
        username: "rao".into(),
        password: "KEEPOUT".into(),
        pin: "1234".into(),
        rao_id: rao_id.clone(),
    };
    let signed =
        json!({ "username": "rao", "password": "KEEPOUT", "pin": "1234", "rao_id": "1400" });
    let with = |name: &str, value: &str| {
        let mut body = signed.clone();
        body[name] = json!(value);
        body
    };
    let decision = client.validate(&pk, &rao).await.unwrap();
    assert_eq!(log.last().json(), signed);
    assert!(!format!("{decision:?} {rao:?}").contains("KEEPOUT"));
    client.refuse(&pk, &rao, "blurred").await.unwrap();
    assert_eq!(log.last().json(), with("reason", "blurred"));
    client.approve(&pk, &rao, "es").await.unwrap();
    assert_eq!(log.last().line(), "POST /api/v1/requests/5/pl_approve/");
    assert_eq!(log.last().json(), with("lang", "es"));
    client
        .receipt(&pk, &rao_id, ra_api::ReceiptKind::Approve)
        .await
        .unwrap();
    assert_eq!(
        log.last().json(),
        json!({ "rao": "1400", "type": "APPROVE" })
    );
    let contract = client.document(&pk, "contract", &rao_id).await.unwrap();
    assert_eq!(contract[0].bytes, b"%PDF-");
    assert_eq!(
        client.documents(&pk).await.unwrap()[0].kind.as_deref(),
        Some("document_front")
    );
    client.delete_document(&pk, &Id::from(3)).await.unwrap();
    let link = client.preauth_link(&pk).await.unwrap();
    assert!(link.expose().ends_with("KEEPOUT") && !format!("{link:?}").contains("KEEPOUT"));
    assert_eq!(
        client.rao(&rao_id).await.unwrap().is_identificator,
        Some(true)
    );
    let picture = Arc::new(BytesBlob::new(vec![9; 10]));
    let cancel = CancellationToken::new();
    let stored = client
        .upload_document(
            &pk,
            "document_front",
            "a.jpg",
            "image/jpeg",
            picture,
            &cancel,
        )
        .await
        .unwrap();
    assert_eq!(stored.pk, Some(Id::from(48312)));
    let form = String::from_utf8(log.last().body).unwrap();
    assert!(
        form.contains("name=\"type\"\r\n\r\ndocument_front\r\n")
            && form.contains("filename=\"a.jpg\"")
    );
}
