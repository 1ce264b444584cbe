//! The queue without a server: pages are handed to it as a worker would.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
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
}

impl Server {
    fn new(count: u32) -> Self {
        let states = ["VIDEOREVIEW", "ISSUED", "CREATED"];
        let rows = (0..count).rev().map(|pk| row(pk, states[pk as usize % 3]));
        Server {
            rows: rows.collect(),
            filters_state: false,
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
        QueueReport {
            generation: task.generation,
            kind: task.kind,
            result: Ok(Read {
                rows: found[from.min(to)..to]
                    .iter()
                    .map(|row| (*row).clone())
                    .collect(),
                total: Some(found.len() as u64),
                next,
                pages: task.pages,
            }),
        }
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
fn a_filter_that_the_ra_ignores_is_applied_here_and_said() {
    let server = Server::new(10_000);
    let mut queue = Queue::new("116".to_owned(), 4);
    queue.set_filter(QueueFilter {
        state: Some("VIDEOREVIEW".to_owned()),
        ..QueueFilter::default()
    });
    queue.show(0, 30);
    settle(&mut queue, &server, START);
    let shown = view(&queue);
    assert_eq!(shown.loaded, 40, "four pages in one go");
    assert!(shown.filtered_here && shown.paused && shown.more);
    assert!(shown.rows.iter().all(|row| row.state == "VIDEOREVIEW"));
    assert_eq!(shown.matching as usize, shown.rows.len());
    assert_eq!(
        shown.counts.iter().map(|entry| entry.count).sum::<u32>(),
        40
    );
    assert_eq!(
        shown.counts[0].state, "CREATED",
        "in the order of a request's life"
    );

    queue.load_more();
    settle(&mut queue, &server, START);
    assert_eq!(view(&queue).loaded, 80);
}

#[test]
fn a_filter_that_the_ra_applies_is_left_to_it() {
    let mut server = Server::new(300);
    server.filters_state = true;
    let mut queue = Queue::new("116".to_owned(), 20);
    queue.set_filter(QueueFilter {
        state: Some("ISSUED".to_owned()),
        ..QueueFilter::default()
    });
    queue.show(0, 20);
    settle(&mut queue, &server, START);
    let shown = view(&queue);
    assert_eq!(
        (shown.total, shown.filtered_here, shown.matching),
        (Some(100), false, 40)
    );
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
fn a_request_that_vanishes_is_dropped_and_none_is_passed_over() {
    let mut server = Server::new(200);
    let mut queue = Queue::new("116".to_owned(), 20);
    queue.show(0, 60);
    settle(&mut queue, &server, START);
    server.rows.remove(5);
    queue.refresh(START);
    settle(&mut queue, &server, START);
    queue.show(100, 60);
    settle(&mut queue, &server, START);
    queue.show(0, 190);
    let shown: Vec<String> = view(&queue).rows.into_iter().map(|row| row.pk).collect();
    let expected: Vec<String> = server
        .rows
        .iter()
        .take(shown.len())
        .map(|row| row.pk.clone())
        .collect();
    assert_eq!(shown, expected);
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
fn a_server_that_repeats_itself_is_left() {
    let mut queue = Queue::new("116".to_owned(), 500);
    queue.show(0, 200);
    let mut asked = 0;
    while let Some(task) = queue.next_task(START) {
        asked += 1;
        let report = QueueReport {
            generation: task.generation,
            kind: task.kind,
            result: Ok(Read {
                rows: vec![row(1, "CREATED")],
                total: None,
                next: Some(cursor(1)),
                pages: 1,
            }),
        };
        queue.report(report, START);
    }
    assert_eq!(asked, 2);
    assert_eq!(view(&queue).loaded, 1);
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

/// What may happen while an officer looks at the queue.
#[derive(Debug, Clone)]
enum Event {
    Show(u32, u32),
    New,
    Gone(usize),
    Changed(usize),
    Refresh,
    More,
    Later,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (0..400u32, 0..80u32).prop_map(|(first, count)| Event::Show(first, count)),
        Just(Event::New),
        (0..300usize).prop_map(Event::Gone),
        (0..300usize).prop_map(Event::Changed),
        Just(Event::Refresh),
        Just(Event::More),
        Just(Event::Later),
    ]
}

proptest! {
    #[test]
    fn no_request_stands_twice_and_the_window_is_inside(events in prop::collection::vec(event(), 1..40)) {
        let mut server = Server::new(300);
        let mut queue = Queue::new("116".to_owned(), 5);
        let mut now = START;
        for event in events {
            match event {
                Event::Show(first, count) => queue.show(first, count),
                Event::New => {
                    let pk = 1_000 + server.rows.len() as u32;
                    server.rows.retain(|row| row.pk != pk.to_string());
                    server.rows.insert(0, row(pk, "VIDEOREVIEW"));
                }
                Event::Gone(place) => { server.rows.remove(place % server.rows.len()); }
                Event::Changed(place) => {
                    let place = place % server.rows.len();
                    server.rows[place].state = "CANCELLED".to_owned();
                }
                Event::Refresh => queue.refresh(now),
                Event::More => queue.load_more(),
                Event::Later => now += Duration::seconds(61),
            }
            settle(&mut queue, &server, now);
            let shown = view(&queue);
            let pks: HashSet<&str> = queue.rows.iter().map(|row| row.pk.as_str()).collect();
            prop_assert_eq!(pks.len(), queue.rows.len());
            prop_assert!(shown.matching <= shown.loaded);
            prop_assert!(shown.first as usize + shown.rows.len() <= shown.matching as usize);
        }
    }
}
