//! The queue read from a mock of the RA over a socket.

use std::sync::Arc;

use ra_api::{Client, ClientConfig, Id, ProxySetting};
use ra_mock::{Fault, FaultKind, MockConfig, MockServer};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::*;
use crate::desk::queue::{carry_out, row};

fn client(server: &MockServer) -> Arc<Client> {
    let url: Url = format!("{}/", server.base_url()).parse().unwrap();
    let mut config = ClientConfig::new(url.clone(), url);
    config.proxy = ProxySetting::None;
    Arc::new(Client::new(&config).unwrap())
}

async fn seeded(seed_requests: u64, filters_status: bool) -> MockServer {
    let config = MockConfig {
        seed_requests,
        filters_status,
        ..MockConfig::default()
    };
    MockServer::start(config).await.unwrap()
}

/// The numbers of the RA's requests in its order, those of one state or all.
fn served(server: &MockServer, state: Option<&str>) -> Vec<String> {
    let requests = server.requests();
    let wanted = requests
        .iter()
        .filter(|request| state.is_none_or(|state| request.status == state));
    wanted.rev().map(|request| request.pk.to_string()).collect()
}

/// Reads one task, if the queue wants anything.
async fn step(queue: &mut Queue, client: &Arc<Client>, now: OffsetDateTime) -> bool {
    let Some(task) = queue.next_task(now) else {
        return false;
    };
    let reading = carry_out(Arc::clone(client), task, CancellationToken::new());
    let report = tokio::spawn(reading).await.unwrap();
    queue.report(report, now);
    true
}

async fn read(queue: &mut Queue, client: &Arc<Client>, now: OffsetDateTime) -> usize {
    let mut tasks = 0;
    while step(queue, client, now).await {
        tasks += 1;
        assert!(tasks < 200, "it never settles");
    }
    tasks
}

fn failure_of(queue: &Queue) -> FailureCode {
    match view(queue).work {
        Work::Failed { failure } => failure.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn pages_are_read_as_far_as_the_screen_goes_and_to_the_end() {
    let server = seeded(95, false).await;
    let client = client(&server);
    let mut queue = Queue::new("116".to_owned(), 20);
    queue.show(0, 30);
    assert_eq!(read(&mut queue, &client, START).await, 5);
    let shown = view(&queue);
    assert_eq!(
        (shown.loaded, shown.total, shown.more),
        (50, Some(95), true)
    );
    assert_eq!(pks(&shown.rows), served(&server, None)[..30]);
    assert!(shown.rows.iter().all(|row| !row.name.is_empty()));

    queue.show(70, 30);
    assert_eq!(read(&mut queue, &client, START).await, 5);
    let shown = view(&queue);
    assert_eq!((shown.loaded, shown.more), (95, false));
    assert_eq!(pks(&shown.rows), served(&server, None)[70..]);
    let calls = server.calls();
    assert!(calls.iter().all(|call| call.operation == "list_requests"));
    assert_eq!(calls.len(), 10, "each page once");
}

#[tokio::test]
async fn another_registration_authoritys_requests_are_not_read() {
    let server = seeded(30, false).await;
    let mut queue = Queue::new("117".to_owned(), 20);
    read(&mut queue, &client(&server), START).await;
    let shown = view(&queue);
    assert_eq!((shown.loaded, shown.total, shown.more), (0, Some(0), false));
}

#[tokio::test]
async fn a_filter_by_state_is_sent_and_noticed_where_it_is_ignored() {
    for honoured in [false, true] {
        let server = seeded(150, honoured).await;
        let mut queue = Queue::new("116".to_owned(), 100);
        queue.set_filter(in_state("ISSUED"));
        queue.show(0, 200);
        read(&mut queue, &client(&server), START).await;
        let expected = served(&server, Some("ISSUED"));
        assert!((11..140).contains(&expected.len()), "{}", expected.len());
        let shown = view(&queue);
        assert_eq!(pks(&shown.rows), expected);
        let looked_at = if honoured { expected.len() } else { 150 };
        assert_eq!(
            (shown.filtered_here, shown.loaded, shown.total),
            (!honoured, looked_at as u32, Some(looked_at as u32))
        );
    }
}

#[tokio::test]
async fn every_failure_leaves_the_rows_and_is_recovered_from() {
    let status = |status| FaultKind::Status {
        status,
        retry_after_s: None,
    };
    let faults = [
        (status(401), FailureCode::RaUnauthorized),
        (status(412), FailureCode::RaWrongState),
        (status(429), FailureCode::RaRateLimited),
        (status(500), FailureCode::RaServerError),
        (
            FaultKind::HtmlPage { status: 502 },
            FailureCode::RaServerError,
        ),
        (FaultKind::MalformedJson, FailureCode::RaAnswerUnreadable),
        (FaultKind::AnswerLost, FailureCode::RaUnreachable),
    ];
    let server = seeded(45, false).await;
    let client = client(&server);
    for (kind, code) in faults {
        // While it loads.
        let mut queue = Queue::new("116".to_owned(), 20);
        queue.show(0, 20);
        assert!(step(&mut queue, &client, START).await);
        server
            .faults()
            .add(Fault::next("list_requests", kind.clone()).always());
        assert!(step(&mut queue, &client, START).await);
        assert_eq!((failure_of(&queue), view(&queue).rows.len()), (code, 10));
        assert!(!step(&mut queue, &client, START).await, "not at once");
        server.faults().clear();
        let later = queue.next_read_at.unwrap();
        read(&mut queue, &client, later).await;
        let shown = view(&queue);
        assert_eq!((&shown.work, shown.loaded), (&Work::Idle, 40), "{kind:?}");

        // While it reads again: at ever longer pauses.
        server
            .faults()
            .add(Fault::next("list_requests", kind.clone()).always());
        let mut pauses = Vec::new();
        let mut now = later;
        queue.refresh(now);
        for _ in 0..4 {
            assert!(step(&mut queue, &client, now).await);
            assert_eq!((failure_of(&queue), view(&queue).rows.len()), (code, 20));
            let next = queue.next_read_at.unwrap();
            pauses.push((next - now).whole_seconds());
            now = next;
        }
        assert_eq!(pauses, [20, 40, 60, 60]);
        server.faults().clear();
        assert!(step(&mut queue, &client, now).await);
        assert_eq!(view(&queue).work, Work::Idle);
    }
}

#[tokio::test]
async fn a_server_that_was_down_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let config = |listen| MockConfig {
        listen,
        data: Some(folder.path().to_owned()),
        seed_requests: 25,
        ..MockConfig::default()
    };
    let server = MockServer::start(config(MockConfig::default().listen))
        .await
        .unwrap();
    let (client, address) = (client(&server), server.addr());
    let mut queue = Queue::new("116".to_owned(), 20);
    read(&mut queue, &client, START).await;
    server.shutdown().await;

    queue.refresh(START);
    read(&mut queue, &client, START).await;
    assert_eq!(
        (failure_of(&queue), view(&queue).rows.len()),
        (FailureCode::RaUnreachable, 25)
    );
    let server = MockServer::start(config(address)).await.unwrap();
    let later = queue.next_read_at.unwrap();
    read(&mut queue, &client, later).await;
    let shown = view(&queue);
    assert_eq!(shown.work, Work::Idle);
    assert_eq!(pks(&shown.rows), served(&server, None));
}

#[tokio::test]
async fn another_filter_in_the_middle_of_loading_is_read_and_the_old_answer_dropped() {
    let server = seeded(60, true).await;
    let client = client(&server);
    let mut queue = Queue::new("116".to_owned(), 20);
    assert!(step(&mut queue, &client, START).await);
    let slow = FaultKind::Delay { ms: 200 };
    server.faults().add(Fault::next("list_requests", slow));
    let old = queue.next_task(START).unwrap();
    let old = tokio::spawn(carry_out(
        Arc::clone(&client),
        old,
        CancellationToken::new(),
    ));

    queue.set_filter(in_state("ISSUED"));
    assert_eq!(view(&queue).loaded, 0);
    let new = queue.next_task(START).unwrap();
    queue.report(old.await.unwrap(), START);
    assert_eq!(view(&queue).loaded, 0, "the old filter's page");
    assert!(matches!(view(&queue).work, Work::Running { .. }));
    let new = carry_out(Arc::clone(&client), new, CancellationToken::new());
    queue.report(new.await, START);
    read(&mut queue, &client, START).await;
    let shown = view(&queue);
    assert_eq!(pks(&shown.rows), served(&server, Some("ISSUED")));
    assert!(!shown.filtered_here);
}

#[tokio::test]
async fn reading_can_be_stopped() {
    let server = seeded(60, false).await;
    server.faults().add(Fault::next(
        "list_requests",
        FaultKind::Delay { ms: 600_000 },
    ));
    let mut queue = Queue::new("116".to_owned(), 20);
    let cancel = CancellationToken::new();
    let task = queue.next_task(START).unwrap();
    let reading = tokio::spawn(carry_out(client(&server), task, cancel.clone()));
    cancel.cancel();
    let patience = std::time::Duration::from_secs(60);
    let report = tokio::time::timeout(patience, reading).await.unwrap();
    queue.report(report.unwrap(), START);
    assert_eq!(failure_of(&queue), FailureCode::Cancelled);
}

#[tokio::test]
async fn requests_that_leave_the_list_while_it_is_paged_hide_no_other() {
    let server = seeded(300, true).await;
    let client = client(&server);
    let mut queue = Queue::new("116".to_owned(), 100);
    queue.set_filter(in_state("VIDEOREVIEW"));
    queue.show(0, 200);
    let before = served(&server, Some("VIDEOREVIEW"));
    assert!(before.len() > 40, "{}", before.len());
    for pk in [&before[1], &before[7], &before[12]] {
        assert!(step(&mut queue, &client, START).await);
        client.cancel(&Id::new(pk.as_str())).await.unwrap();
    }
    read(&mut queue, &client, START).await;
    queue.refresh(START);
    read(&mut queue, &client, START).await;
    let shown = view(&queue);
    assert!(!shown.filtered_here);
    assert_eq!(pks(&shown.rows), served(&server, Some("VIDEOREVIEW")));
}

#[tokio::test]
async fn a_request_read_whole_makes_the_row_that_the_list_makes() {
    let server = seeded(60, false).await;
    let client = client(&server);
    let mut queue = Queue::new("116".to_owned(), 20);
    queue.show(0, 60);
    read(&mut queue, &client, START).await;
    let listed = view(&queue).rows;
    assert_eq!(listed.len(), 60);
    for listed in listed {
        let whole = client.request(&Id::new(listed.pk.as_str())).await.unwrap();
        assert_eq!(row(&whole), listed);
    }
}
