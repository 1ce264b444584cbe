//! What is asked of the RA, and what is filtered and counted here.

use super::*;

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
fn a_request_that_leaves_the_state_here_does_not_make_the_ra_ignore_the_filter() {
    let mut server = Server::new(90);
    server.filters_state = true;
    let mut queue = Queue::new("116".to_owned(), 20);
    queue.set_filter(in_state(" VIDEOREVIEW "));
    queue.show(0, 10);
    settle(&mut queue, &server, START);
    queue.update(row(87, "ENROLLREADY"));
    let shown = view(&queue);
    assert!(
        !shown.filtered_here,
        "every answer held only what was asked"
    );
    assert_eq!((shown.matching, shown.loaded), (29, 30));
    assert_eq!(shown.rows[0].pk, "84", "it has left the list");
}

#[test]
fn an_empty_state_narrows_nothing() {
    let server = Server::new(25);
    let mut queue = Queue::new("116".to_owned(), 20);
    queue.set_filter(in_state(" "));
    let task = queue.next_task(START).unwrap();
    assert_eq!(task.filter.status, None);
    queue.report(server.answer(&task), START);
    settle(&mut queue, &server, START);
    assert_eq!(view(&queue).matching, 25);
}

#[test]
fn what_is_typed_is_trimmed_and_the_registration_authority_always_sent() {
    let mut queue = Queue::new("116".to_owned(), 20);
    queue.set_filter(QueueFilter {
        scratchcard: " 1256948\t".to_owned(),
        serial_number: "  ".to_owned(),
        ..QueueFilter::default()
    });
    let filter = queue.next_task(START).unwrap().filter;
    assert_eq!(
        filter,
        RequestFilter {
            scratchcard: Some("1256948".to_owned()),
            registration_authority: Some("116".to_owned()),
            ..RequestFilter::default()
        }
    );
}

#[test]
fn a_screen_with_room_left_reads_all_that_is_loaded_again() {
    let mut server = Server::new(40);
    server
        .rows
        .iter_mut()
        .for_each(|row| row.state = "CREATED".to_owned());
    let mut queue = Queue::new("116".to_owned(), 20);
    queue.set_filter(in_state("VIDEOREVIEW"));
    queue.show(0, 30);
    settle(&mut queue, &server, START);
    assert_eq!(view(&queue).matching, 0);
    server.rows[38].state = "VIDEOREVIEW".to_owned();
    queue.refresh(START);
    settle(&mut queue, &server, START);
    assert_eq!(pks(&view(&queue).rows), ["1"]);
}

#[test]
fn counts_are_in_the_order_of_a_requests_life_and_unknown_states_last() {
    let mut server = Server::new(0);
    let states = [
        "ZEBRA",
        "ISSUED",
        "AARDVARK",
        "CREATED",
        "VIDEOREVIEW",
        "ISSUED",
    ];
    server.rows = (0..)
        .zip(states)
        .map(|(pk, state)| row(pk, state))
        .collect();
    let mut queue = Queue::new("116".to_owned(), 20);
    settle(&mut queue, &server, START);
    let counts = view(&queue).counts;
    let counts: Vec<(&str, u32)> = counts
        .iter()
        .map(|entry| (entry.state.as_str(), entry.count))
        .collect();
    assert_eq!(
        counts,
        [
            ("CREATED", 1),
            ("VIDEOREVIEW", 1),
            ("ISSUED", 2),
            ("AARDVARK", 1),
            ("ZEBRA", 1)
        ]
    );
}
