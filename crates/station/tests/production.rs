//! Production, here against the mock over mutual TLS: what cannot be taken back is asked for twice, and delivered
//! evidence leaves the station.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
#[path = "common/reviewable.rs"]
mod reviewable;

use std::path::Path;

use common::*;
use ra_mock::{MockConfig, MockServer};
use serde_json::{Value, json};
use station::contract::*;
use station::{Station, StationConfig};

async fn ra(folder: &Path, listen: Option<std::net::SocketAddr>) -> MockServer {
    let standard = MockConfig::default();
    MockServer::start(MockConfig {
        listen: listen.unwrap_or(standard.listen),
        tls: Some(folder.join("tls")),
        data: Some(folder.join("ra")),
        ..standard
    })
    .await
    .unwrap()
}

/// A station in production whose RA is this mock. The replay stands in for a camera.
async fn production(folder: &Path, ra: &MockServer) -> Desk {
    let mut settings = settings();
    let tls = ra.tls_material().unwrap();
    settings.environment = Environment::Production;
    settings.registration_authority.api_url = Some(ra.base_url().parse().unwrap());
    settings.network.extra_ca = Some(tls.ca);
    settings.certificate.certificate = Some(tls.client_cert);
    settings.certificate.key = Some(tls.client_key);
    settings.camera.offer_replay = true;
    let folder = folder.join("station");
    Desk {
        station: Station::start(StationConfig::new(settings, folder.clone()))
            .await
            .unwrap(),
        folder,
    }
}

fn called(ra: &MockServer, operation: &str) -> usize {
    let calls = ra.calls();
    calls
        .iter()
        .filter(|call| call.operation == operation)
        .count()
}

fn has(events: &[Value], name: &str) -> bool {
    events.iter().any(|event| event["event"] == name)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_cancelled_when_it_is_asked_for_twice() {
    let folder = tempfile::tempdir().unwrap();
    let ra = ra(folder.path(), None).await;
    let desk = production(folder.path(), &ra).await;
    desk.started().await;
    desk.request().await;
    let case_id = desk.view().case_id;
    let unconfirmed = Command::CancelRequest { confirmed: false };
    let refused = desk.ask(unconfirmed).await.unwrap_err();
    assert_eq!(refused.code, FailureCode::ConfirmationNeeded);
    assert_eq!(called(&ra, "cancel_request"), 0);
    assert!(!has(&desk.events(&case_id), "decision_sent"));

    desk.ok(Command::CancelRequest { confirmed: true }).await;
    let view = desk
        .until("the cancellation", |view| {
            !matches!(view.request_work, Work::Running { .. })
        })
        .await;
    assert_eq!(view.request.unwrap().status, "CANCELLED");
    assert!(has(&desk.events(&case_id), "request_cancelled"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_decision_is_sent_that_is_not_asked_for_twice() {
    let folder = tempfile::tempdir().unwrap();
    let ra = ra(folder.path(), None).await;
    let desk = production(folder.path(), &ra).await;
    desk.complete().await;
    let pk = desk.delivered().await.request.unwrap().pk;
    desk.ok(Command::LeaveEnrollment).await;
    desk.officer().await;
    desk.open_review(&pk).await;
    desk.sign_in_with(reviewable::PIN).await;
    desk.desk(DeskCommand::ReadPapers).await;
    desk.review_until("the papers", |review| review.papers.work == Work::Idle)
        .await;
    for paper in [Paper::Declaration, Paper::Contract] {
        desk.desk(DeskCommand::PaperShown { paper }).await;
    }
    let refuse = DeskCommand::Refuse {
        reasons: vec!["The document has expired".to_owned()],
        note: String::new(),
        confirmed: false,
    };
    let approve = DeskCommand::Approve {
        lang: "es".to_owned(),
        confirmed: false,
    };
    for command in [
        DeskCommand::Validate { confirmed: false },
        refuse,
        approve,
        DeskCommand::CancelRequest { confirmed: false },
    ] {
        let shown = format!("{command:?}");
        let refused = desk.desk_fails(command).await;
        assert_eq!(refused.code, FailureCode::ConfirmationNeeded, "{shown}");
    }
    let decided = ra.request(pk.parse().unwrap()).unwrap();
    assert_eq!(decided.status, "VIDEOREVIEW");
    desk.desk(DeskCommand::Validate { confirmed: true }).await;
    desk.review_until("the decision", |review| review.decided.is_some())
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_ra_could_not_use_is_not_sent_again_once_it_is_erased() {
    let folder = tempfile::tempdir().unwrap();
    let server = ra(folder.path(), None).await;
    let desk = production(folder.path(), &server).await;
    desk.complete().await;
    let view = desk.delivered().await;
    let pk = view.request.unwrap().pk;
    assert!(view.images.is_empty(), "erased after delivery");

    let addr = server.addr();
    server.shutdown().await;
    let file = folder.path().join("ra").join("state.json");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    state["requests"][&pk]["status"] = json!("VIDEOERROR");
    std::fs::write(&file, state.to_string()).unwrap();
    let server = ra(folder.path(), Some(addr)).await;

    desk.ok(Command::RefreshRequest).await;
    let view = desk
        .until("the reading", |view| {
            !matches!(view.request_work, Work::Running { .. })
        })
        .await;
    let Work::Failed { failure } = &view.request_work else {
        panic!("{:?}", view.request_work);
    };
    assert_eq!(failure.code, FailureCode::RaEvidenceRejected);
    let told = failure.detail.as_deref().unwrap();
    assert!(told.contains("erased") && told.contains(&pk), "{told}");
    assert!(!failure.retryable);
    assert_eq!(view.request.unwrap().status, "VIDEOERROR");
    assert!(matches!(view.delivery, DeliveryView::Delivered { .. }));
    assert!(!has(&desk.events(&view.case_id), "delivery_reopened"));
    assert_eq!(called(&server, "upload_evidence"), 0);
}
