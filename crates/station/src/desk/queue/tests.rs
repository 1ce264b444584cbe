//! The queue without a server: pages are handed to it as a worker would.
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;

use ra_api::Page;
use time::macros::datetime;

use super::*;

const START: OffsetDateTime = datetime!(2026-03-02 09:00 UTC);

fn row(pk: u32, state: &str) -> QueueRow {
    QueueRow {
        pk: pk.to_string(),
        state: state.to_owned(),
        videoid_state: None,
        name: format!("Person {pk}"),
        serial_number: String::new(),
        profile: String::new(),
        created_at: None,
        waits_for: None,
        captured_here: false,
    }
}

/// An RA: its requests in its own order, which pages are cut from.
struct Server {
    rows: Vec<QueueRow>,
    filters_state: bool,
    /// Whether answers say how many there are.
    counts: bool,
}

impl Server {
    fn new(count: u32) -> Self {
        let states = ["VIDEOREVIEW", "ISSUED", "CREATED"];
        let rows = (0..count).rev().map(|pk| row(pk, states[pk as usize % 3]));
        Server {
            rows: rows.collect(),
            filters_state: false,
            counts: true,
        }
    }

    fn answer(&self, task: &QueueTask) -> QueueReport {
        let asked = task.filter.status.as_ref().filter(|_| self.filters_state);
        let found: Vec<&QueueRow> = self
            .rows
            .iter()
            .filter(|row| asked.is_none_or(|state| state.as_str() == row.state))
            .collect();
        let from = task.cursor.as_ref().map_or(0, |cursor| {
            cursor.query().trim_start_matches("page=").parse().unwrap()
        });
        let to = (from + task.pages * PAGE).min(found.len());
        let next = (to < found.len()).then(|| cursor(to));
        let total = self.counts.then_some(found.len());
        answered(task.number, &found[from.min(to)..to], total, next)
    }
}

fn answered(
    number: u64,
    rows: &[&QueueRow],
    total: Option<usize>,
    next: Option<PageCursor>,
) -> QueueReport {
    QueueReport {
        number,
        result: Ok(Read {
            rows: rows.iter().map(|row| (*row).clone()).collect(),
            total: total.map(|total| total as u64),
            next,
        }),
    }
}

fn cursor(place: usize) -> PageCursor {
    // As the client reads it from an answer.
    let page: Page<QueueRowless> = serde_json::from_value(serde_json::json!({
        "count": 0, "next": format!("https://other.invalid/requests/?page={place}"), "results": [],
    }))
    .unwrap();
    page.next.unwrap()
}

#[derive(serde::Deserialize)]
struct QueueRowless {}

/// Lets the queue read until it wants nothing more.
fn settle(queue: &mut Queue, server: &Server, now: OffsetDateTime) -> usize {
    let mut tasks = 0;
    while let Some(task) = queue.next_task(now) {
        assert!(queue.next_task(now).is_none(), "one task at a time");
        queue.report(server.answer(&task), now);
        tasks += 1;
        assert!(tasks < 2_000, "it never settles");
    }
    tasks
}

fn view(queue: &Queue) -> QueueView {
    queue.view(&|_| false)
}

#[test]
fn it_loads_what_the_screen_shows_and_a_little_more() {
    let server = Server::new(10_000);
    let mut queue = Queue::new("116".to_owned(), 20);
    queue.show(0, 30);
    settle(&mut queue, &server, START);
    let shown = view(&queue);
    assert_eq!(
        (shown.loaded, shown.rows.len(), shown.total),
        (50, 30, Some(10_000))
    );
    assert!(shown.more && !shown.paused && !shown.filtered_here);
    assert_eq!(shown.rows[0].pk, "9999");

    queue.show(40, 30);
    settle(&mut queue, &server, START);
    let shown = view(&queue);
    assert_eq!((shown.first, shown.rows.len(), shown.loaded), (40, 30, 90));
    assert_eq!(shown.rows[0].pk, "9959");
}

#[test]
fn late_reports_of_an_earlier_filter_change_nothing() {
    let server = Server::new(30);
    let mut queue = Queue::new("116".to_owned(), 20);
    let old = queue.next_task(START).unwrap();
    queue.set_filter(QueueFilter {
        email: "nobody@example.org".to_owned(),
        ..QueueFilter::default()
    });
    queue.report(server.answer(&old), START);
    assert_eq!(view(&queue).loaded, 0);
    assert!(queue.next_task(START).is_some(), "the new filter is read");
}

#[test]
fn it_is_read_again_by_itself_and_more_rarely_while_nothing_changes() {
    let mut server = Server::new(25);
    let mut queue = Queue::new("116".to_owned(), 20);
    settle(&mut queue, &server, START);
    let mut now = START;
    let mut pauses = Vec::new();
    for _ in 0..5 {
        assert!(queue.next_task(now).is_none(), "not before its time");
        let next = queue.next_read_at.unwrap();
        pauses.push((next - now).whole_seconds());
        now = next;
        assert_eq!(settle(&mut queue, &server, now), 1);
    }
    assert_eq!(pauses, [10, 20, 40, 60, 60]);

    server.rows.insert(0, row(500, "VIDEOREVIEW"));
    server.rows[3].state = "CANCELLED".to_owned();
    now = queue.next_read_at.unwrap();
    settle(&mut queue, &server, now);
    let shown = view(&queue);
    assert_eq!(shown.rows[0].pk, "500");
    assert_eq!(shown.rows[3].state, "CANCELLED");
    assert_eq!(shown.loaded, 26);
    assert_eq!(
        (queue.next_read_at.unwrap() - now).whole_seconds(),
        10,
        "soon again"
    );
}

#[test]
fn a_failure_leaves_the_rows_and_tries_again_later() {
    let server = Server::new(25);
    let mut queue = Queue::new("116".to_owned(), 20);
    settle(&mut queue, &server, START);
    queue.refresh(START);
    let task = queue.next_task(START).unwrap();
    queue.report(
        task.failed(crate::failure::plain(FailureCode::RaUnreachable)),
        START,
    );
    let shown = view(&queue);
    assert_eq!(shown.rows.len(), 25);
    assert!(
        matches!(&shown.work, Work::Failed { failure } if failure.code == FailureCode::RaUnreachable)
    );
    assert!(queue.next_task(START).is_none(), "not at once");
    let later = queue.next_read_at.unwrap();
    assert_eq!((later - START).whole_seconds(), 20);
    settle(&mut queue, &server, later);
    assert_eq!(view(&queue).work, Work::Idle);
}

#[test]
fn the_first_page_failing_is_tried_again_too() {
    let server = Server::new(25);
    let mut queue = Queue::new("116".to_owned(), 20);
    let task = queue.next_task(START).unwrap();
    queue.report(
        task.failed(crate::failure::plain(FailureCode::RaTimeout)),
        START,
    );
    assert!(queue.next_task(START).is_none());
    settle(&mut queue, &server, START + Duration::seconds(20));
    assert_eq!(view(&queue).loaded, 25);
}

#[test]
fn a_request_read_elsewhere_shows_in_its_row() {
    let server = Server::new(25);
    let mut queue = Queue::new("116".to_owned(), 20);
    settle(&mut queue, &server, START);
    queue.update(row(24, "ENROLLREADY"));
    queue.update(row(77, "ENROLLREADY"));
    let shown = view(&queue);
    assert_eq!(shown.rows[0].state, "ENROLLREADY");
    assert_eq!(
        shown.loaded, 25,
        "one that is not in the list is not put there"
    );
}

fn in_state(state: &str) -> QueueFilter {
    QueueFilter {
        state: Some(state.to_owned()),
        ..QueueFilter::default()
    }
}

fn pks(rows: &[QueueRow]) -> Vec<&str> {
    rows.iter().map(|row| row.pk.as_str()).collect()
}

#[test]
fn a_screen_has_an_end() {
    let server = Server::new(1_000);
    let mut queue = Queue::new("116".to_owned(), 100);
    queue.show(0, 900);
    settle(&mut queue, &server, START);
    assert_eq!(view(&queue).rows.len(), MAX_WINDOW as usize);
}

#[test]
fn a_doubled_report_is_not_taken_for_the_next_one() {
    let server = Server::new(100);
    let mut queue = Queue::new("116".to_owned(), 20);
    let first = queue.next_task(START).unwrap();
    queue.report(server.answer(&first), START);
    let second = queue.next_task(START).unwrap();
    queue.report(server.answer(&first), START);
    queue.report(
        first.failed(crate::failure::plain(FailureCode::RaTimeout)),
        START,
    );
    assert!(queue.next_task(START).is_none(), "the second is under way");
    queue.report(server.answer(&second), START);
    assert_eq!(view(&queue).loaded, 20);
    assert_eq!(pks(&view(&queue).rows), pks(&server.rows[..20]));
}

#[test]
fn work_at_the_desk_brings_the_next_reading_forward() {
    let server = Server::new(25);
    let mut queue = Queue::new("116".to_owned(), 20);
    settle(&mut queue, &server, START);
    let mut now = START;
    for _ in 0..4 {
        now = queue.next_read_at.unwrap();
        settle(&mut queue, &server, now);
    }
    assert_eq!((queue.next_read_at.unwrap() - now).whole_seconds(), 60);
    queue.update(row(24, "ENROLLREADY"));
    assert!(queue.next_task(now).is_none());
    assert_eq!((queue.next_read_at.unwrap() - now).whole_seconds(), 10);
}

#[test]
fn what_a_view_of_ten_thousand_takes() {
    let server = Server::new(10_000);
    let mut queue = Queue::new("116".to_owned(), 1_000);
    queue.show(9_900, 100);
    let loading = std::time::Instant::now();
    settle(&mut queue, &server, START);
    println!(
        "10,000 requests taken in, page by page: {:?}",
        loading.elapsed()
    );
    assert_eq!(view(&queue).loaded, 10_000);
    for (first, count) in [(0, 50), (5_000, 50), (9_800, 200)] {
        queue.show(first, count);
        let viewing = std::time::Instant::now();
        for _ in 0..100 {
            assert_eq!(view(&queue).rows.len(), count as usize);
        }
        println!(
            "a view of {count} rows at {first}: {:?}",
            viewing.elapsed() / 100
        );
    }
}

mod filtering;
mod interleaved;
mod moving;
mod served;
