//! Faults, mutual TLS, webhooks and the end of the server, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{create_body, multipart, video};
use ra_mock::{Fault, FaultKind, MockConfig, MockServer, TlsMaterial};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

async fn server() -> MockServer {
    MockServer::start(MockConfig::default()).await.unwrap()
}

/// Sends a whole request, then reads to the end; what was read and how the connection ended.
async fn exchange<S>(mut stream: S, head: &str, body: &[u8]) -> (Vec<u8>, Result<(), ErrorKind>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let head = format!(
        "{head}Host: mock\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut sent = stream.write_all(head.as_bytes()).await;
    for chunk in body.chunks(4096) {
        if sent.is_ok() {
            sent = stream.write_all(chunk).await;
        }
    }
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer).await;
    (
        answer,
        sent.and(read.map(|_| ())).map_err(|error| error.kind()),
    )
}

async fn http(
    server: &MockServer,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> (Vec<u8>, Result<(), ErrorKind>) {
    let stream = TcpStream::connect(server.addr()).await.unwrap();
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    exchange(
        stream,
        &format!("{method} {path} HTTP/1.1\r\nContent-Type: application/json\r\n"),
        body.as_bytes(),
    )
    .await
}

fn status(answer: &[u8]) -> u16 {
    String::from_utf8_lossy(answer)
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .unwrap_or(0)
}

fn text(answer: &[u8]) -> String {
    String::from_utf8_lossy(answer).into_owned()
}

fn body(answer: &[u8]) -> Value {
    let text = text(answer);
    serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap()
}

async fn created(server: &MockServer, webhook: Option<String>) -> Value {
    let card = http(
        server,
        "GET",
        "/api/v1/scratchcards/get_first_unused/",
        Some(json!({"ra": "121"})),
    )
    .await
    .0;
    let mut request = create_body(&body(&card)["sn"]);
    request["webhook_url"] = json!(webhook);
    body(
        &http(server, "POST", "/api/v1/requests/", Some(request))
            .await
            .0,
    )
}

async fn send_video(
    server: &MockServer,
    request: &Value,
    bytes: &[u8],
) -> (Vec<u8>, Result<(), ErrorKind>) {
    let identifier = request["videoid_data"]["video_identifier"]
        .as_str()
        .unwrap();
    let (kind, body) = multipart("video", "video/mp4", bytes, &[]);
    let stream = TcpStream::connect(server.addr()).await.unwrap();
    exchange(
        stream,
        &format!("POST /v1/upload/video/{identifier}/ HTTP/1.1\r\nContent-Type: {kind}\r\n"),
        &body,
    )
    .await
}

#[tokio::test]
async fn resets_reach_the_client_as_resets_and_change_nothing() {
    let server = server().await;
    let request = created(&server, None).await;
    let resets = [
        FaultKind::ResetBefore,
        FaultKind::ResetDuring { after_bytes: 1_000 },
        FaultKind::ResetAfter,
    ];
    for kind in resets {
        server
            .faults()
            .add(Fault::next("upload_video", kind.clone()));
        let (answer, end) = send_video(&server, &request, &video()).await;
        assert!(answer.is_empty(), "{kind:?}");
        let end = end.expect_err("the connection was reset");
        assert!(
            matches!(end, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe),
            "{kind:?}: {end:?}"
        );
        assert_eq!(server.requests()[0].video_uploads, 0, "{kind:?}");
    }
    assert_eq!(
        status(&send_video(&server, &request, &video()).await.0),
        200
    );
    assert_eq!(server.requests()[0].video_uploads, 1);
    let resets = server
        .calls()
        .iter()
        .filter(|call| call.status.is_none())
        .count();
    assert_eq!(resets, 3, "the log shows them");
}

#[tokio::test]
async fn a_lost_answer_comes_after_the_change() {
    let server = server().await;
    server
        .faults()
        .add(Fault::next("create_request", FaultKind::AnswerLost));
    let card = http(
        &server,
        "GET",
        "/api/v1/scratchcards/get_first_unused/",
        Some(json!({"ra": "121"})),
    )
    .await
    .0;
    let sn = body(&card)["sn"].clone();
    let (answer, end) = http(&server, "POST", "/api/v1/requests/", Some(create_body(&sn))).await;
    assert_eq!((answer.len(), end), (0, Err(ErrorKind::ConnectionReset)));
    assert_eq!(server.requests().len(), 1);
    let found = http(
        &server,
        "GET",
        &format!("/api/v1/requests/?scratchcard={}", sn.as_str().unwrap()),
        None,
    )
    .await
    .0;
    assert_eq!(body(&found)["count"], 1);
    let again = http(&server, "POST", "/api/v1/requests/", Some(create_body(&sn)))
        .await
        .0;
    assert_eq!(status(&again), 500, "the scratchcard is used");
}

#[tokio::test]
async fn answers_by_switch() {
    let server = server().await;
    let list = || http(&server, "GET", "/api/v1/requests/", None);
    for code in [400, 403, 413, 429, 500, 503] {
        let kind = FaultKind::Status {
            status: code,
            retry_after_s: (code == 429).then_some(7),
        };
        server.faults().add(Fault::next("list_requests", kind));
        let answer = list().await.0;
        assert_eq!(status(&answer), code);
        assert_eq!(
            text(&answer)
                .to_ascii_lowercase()
                .contains("retry-after: 7\r\n"),
            code == 429
        );
    }
    server.faults().add(Fault::next(
        "list_requests",
        FaultKind::HtmlPage { status: 502 },
    ));
    let answer = list().await.0;
    assert!(status(&answer) == 502 && text(&answer).contains("<html>"));
    server
        .faults()
        .add(Fault::next("list_requests", FaultKind::MalformedJson));
    let answer = text(&list().await.0);
    assert!(serde_json::from_str::<Value>(answer.split_once("\r\n\r\n").unwrap().1).is_err());
    assert!(answer.to_ascii_lowercase().contains("\r\ndate: "));
    assert_eq!(status(&list().await.0), 200, "every fault is spent");
}

#[tokio::test]
async fn the_nth_call_is_struck_and_the_rule_counts() {
    let server = server().await;
    let rule = json!({"operation": "list_requests", "kind": "status", "status": 503, "nth": 2, "times": 2});
    let added = http(&server, "POST", "/_mock/faults", Some(rule)).await.0;
    assert_eq!(status(&added), 201);
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(status(
            &http(&server, "GET", "/api/v1/requests/", None).await.0,
        ));
    }
    assert_eq!(seen, [200, 503, 503, 200, 200]);
    let rules = body(&http(&server, "GET", "/_mock/faults", None).await.0);
    assert_eq!(
        (&rules[0]["struck"], &rules[0]["seen"]),
        (&json!(2), &json!(5))
    );
    assert_eq!(
        status(&http(&server, "DELETE", "/_mock/faults", None).await.0),
        204
    );
    assert!(server.faults().list().is_empty());
    let unknown = json!({"operation": "no_such", "kind": "reset_before"});
    assert_eq!(
        status(
            &http(&server, "POST", "/_mock/faults", Some(unknown))
                .await
                .0
        ),
        400
    );
}

#[tokio::test]
async fn an_early_answer_comes_while_the_body_is_still_to_be_sent() {
    let server = server().await;
    let request = created(&server, None).await;
    let identifier = request["videoid_data"]["video_identifier"]
        .as_str()
        .unwrap();
    server.faults().add(Fault::next(
        "upload_video",
        FaultKind::EarlyAnswer {
            status: 413,
            after_bytes: 1_000,
        },
    ));
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    let head = format!(
        "POST /v1/upload/video/{identifier}/ HTTP/1.1\r\nHost: mock\r\nContent-Length: 10000000\r\n\
         Content-Type: multipart/form-data; boundary=XX\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&[b'x'; 2_000]).await.unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 413");
}

#[tokio::test]
async fn delay_and_bandwidth_slow_a_call_down() {
    let server = server().await;
    let request = created(&server, None).await;
    server
        .faults()
        .add(Fault::next("upload_video", FaultKind::Delay { ms: 200 }));
    server.faults().add(Fault::next(
        "upload_video",
        FaultKind::Bandwidth {
            bytes_per_s: 100_000,
        },
    ));
    let bytes = vec![0; 50_000];
    let began = Instant::now();
    assert_eq!(status(&send_video(&server, &request, &bytes).await.0), 200);
    assert!(
        began.elapsed() >= Duration::from_millis(690),
        "{:?}",
        began.elapsed()
    );
}

fn client(tls: &TlsMaterial, with_certificate: bool) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(&tls.ca).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = if with_certificate {
        let certificate = CertificateDer::from_pem_file(&tls.client_cert).unwrap();
        let key = PrivateKeyDer::from_pem_file(&tls.client_key).unwrap();
        builder
            .with_client_auth_cert(vec![certificate], key)
            .unwrap()
    } else {
        builder.with_no_client_auth()
    };
    TlsConnector::from(Arc::new(config))
}

async fn over_tls(
    server: &MockServer,
    connector: &TlsConnector,
) -> std::io::Result<(Vec<u8>, Result<(), ErrorKind>)> {
    let stream = TcpStream::connect(server.addr()).await?;
    let stream = connector
        .connect(ServerName::try_from("127.0.0.1").unwrap(), stream)
        .await?;
    Ok(exchange(stream, "GET /api/v1/requests/ HTTP/1.1\r\n", b"").await)
}

#[tokio::test]
async fn only_a_client_with_the_certificate_is_let_in_and_it_stays_valid() {
    let folder = tempfile::tempdir().unwrap();
    let config = || MockConfig {
        tls: Some(folder.path().to_path_buf()),
        ..MockConfig::default()
    };
    let server = MockServer::start(config()).await.unwrap();
    assert!(server.base_url().starts_with("https://127.0.0.1:"));
    let tls = server.tls_material().unwrap();
    let (known, stranger) = (client(&tls, true), client(&tls, false));
    assert_eq!(status(&over_tls(&server, &known).await.unwrap().0), 200);
    // With TLS 1.3 the client learns of the refusal when it first reads.
    match over_tls(&server, &stranger).await {
        Err(_) => {}
        Ok((answer, end)) => assert!(answer.is_empty() && end.is_err(), "{end:?}"),
    }
    assert_eq!(server.calls().len(), 1, "the stranger's call never arrived");

    let p12 = std::fs::read(&tls.client_p12).unwrap();
    let policy = p12_keystore::Pkcs12ImportPolicy::Strict;
    let store = p12_keystore::KeyStore::from_pkcs12(&p12, ra_mock::P12_PASSWORD, policy).unwrap();
    let chain = store.private_key_chain().unwrap().1;
    assert_eq!(
        chain.certs()[0].as_der(),
        CertificateDer::from_pem_file(&tls.client_cert)
            .unwrap()
            .as_ref()
    );

    server
        .faults()
        .add(Fault::next("list_requests", FaultKind::ResetAfter));
    assert_eq!(
        over_tls(&server, &known).await.unwrap().1,
        Err(ErrorKind::ConnectionReset)
    );
    server.shutdown().await;
    let again = MockServer::start(config()).await.unwrap();
    assert_eq!(status(&over_tls(&again, &known).await.unwrap().0), 200);
}

#[tokio::test]
async fn each_state_is_sent_to_the_webhook_in_order() {
    let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = receiver.local_addr().unwrap();
    let server = server().await;
    let request = created(&server, Some(format!("http://{address}/hook"))).await;
    let path = format!("/api/v1/videoid/{}/", request["videoid_data"]["pk"]);
    assert_eq!(
        status(
            &http(&server, "PUT", &path, Some(common::evidence_body()))
                .await
                .0
        ),
        200
    );
    assert_eq!(
        status(&send_video(&server, &request, &video()).await.0),
        200
    );
    let expected = [
        ("VIDEOPENDING", "VIDEOINCOMPLETE"),
        ("VIDEOINCOMPLETE", "VIDEOREVIEW"),
    ];
    for (previous, state) in expected {
        let (mut stream, _) = receiver.accept().await.unwrap();
        let mut received = vec![0; 4096];
        let mut length = 0;
        let sent: Value = loop {
            length += stream.read(&mut received[length..]).await.unwrap();
            let text = text(&received[..length]);
            let whole = text
                .split_once("\r\n\r\n")
                .and_then(|(_, body)| serde_json::from_str(body).ok());
            if let Some(body) = whole {
                break body;
            }
        };
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .await
            .unwrap();
        assert_eq!(
            (&sent["previous_status"], &sent["status"]),
            (&json!(previous), &json!(state))
        );
        assert_eq!(
            (&sent["request"], &sent["registration_authority"]),
            (&request["pk"], &json!(121))
        );
        assert_eq!(
            sent["date"].as_str().unwrap().len(),
            "2021-07-20T08:08:21.132394".len()
        );
    }
}

#[tokio::test]
async fn a_dropped_server_listens_no_more() {
    let server = server().await;
    let address = server.addr();
    drop(server);
    while TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = MockConfig {
        listen: taken.local_addr().unwrap(),
        ..MockConfig::default()
    };
    assert!(matches!(
        MockServer::start(config).await,
        Err(ra_mock::MockError::Listen { .. })
    ));
}
