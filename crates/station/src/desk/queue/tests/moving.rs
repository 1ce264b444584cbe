//! Lists that change under the reading, and lists without end.

use super::*;

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
fn a_server_that_repeats_itself_is_left() {
    let mut queue = Queue::new("116".to_owned(), 500);
    queue.show(0, 200);
    let mut asked = 0;
    while let Some(task) = queue.next_task(START) {
        asked += 1;
        let same = row(1, "CREATED");
        queue.report(
            answered(task.number, &[&same], None, Some(cursor(1))),
            START,
        );
    }
    assert_eq!(asked, 2);
    assert_eq!(view(&queue).loaded, 1);
}

#[test]
fn far_down_the_rows_stay_on_the_screen_when_one_above_vanishes() {
    let mut server = Server::new(1_000);
    let mut queue = Queue::new("116".to_owned(), 100);
    queue.show(400, 30);
    settle(&mut queue, &server, START);
    server.rows.remove(5);
    queue.refresh(START);
    let task = queue.next_task(START).unwrap();
    assert_eq!(task.pages, MAX_REFRESH_PAGES);
    queue.report(server.answer(&task), START);
    let shown = view(&queue);
    assert_eq!(pks(&shown.rows), pks(&server.rows[400..430]));
    assert!(
        settle(&mut queue, &server, START) <= 2,
        "not all over again"
    );
    queue.show(440, 30);
    settle(&mut queue, &server, START);
    assert_eq!(pks(&view(&queue).rows), pks(&server.rows[440..470]));
}

#[test]
fn where_the_ra_does_not_count_a_vanished_request_is_noticed_in_what_is_read_again() {
    let mut server = Server::new(200);
    server.counts = false;
    let mut queue = Queue::new("116".to_owned(), 20);
    queue.show(0, 60);
    settle(&mut queue, &server, START);
    server.rows.remove(5);
    queue.refresh(START);
    settle(&mut queue, &server, START);
    queue.show(40, 100);
    settle(&mut queue, &server, START);
    let shown = view(&queue);
    assert_eq!(shown.total, None);
    assert_eq!(pks(&shown.rows), pks(&server.rows[40..140]));
}

#[test]
fn a_request_pushed_to_the_next_page_between_two_readings_stands_once() {
    let server = Server::new(25);
    let mut queue = Queue::new("116".to_owned(), 20);
    settle(&mut queue, &server, START);
    queue.refresh(START);
    let task = queue.next_task(START).unwrap();
    // A new request came after the first page was read: the tenth is on the second page too.
    let mut read: Vec<&QueueRow> = server.rows.iter().collect();
    read.insert(10, &server.rows[9]);
    queue.report(answered(task.number, &read, Some(26), None), START);
    assert_eq!(pks(&view(&queue).rows), pks(&server.rows));
}

#[test]
fn a_day_of_decisions_does_not_use_up_the_bound_of_one_go() {
    let mut server = Server::new(1_000);
    server.filters_state = true;
    let mut queue = Queue::new("116".to_owned(), 6);
    queue.set_filter(in_state("VIDEOREVIEW"));
    queue.show(0, 30);
    settle(&mut queue, &server, START);
    for _ in 0..100 {
        let pk = view(&queue).rows[3].pk.clone();
        let decided = server.rows.iter_mut().find(|row| row.pk == pk).unwrap();
        decided.state = "ENROLLREADY".to_owned();
        queue.update(decided.clone());
        queue.refresh(START);
        settle(&mut queue, &server, START);
        let shown = view(&queue);
        assert!(!shown.paused && !shown.filtered_here);
        assert_eq!(shown.rows.len(), 30);
    }
    assert_eq!(view(&queue).total, Some(234));
}

#[test]
fn more_new_requests_than_are_read_again_leave_no_gap() {
    let mut server = Server::new(100);
    let mut queue = Queue::new("116".to_owned(), 20);
    queue.show(0, 10);
    settle(&mut queue, &server, START);
    for pk in 1_000..1_035 {
        server.rows.insert(0, row(pk, "VIDEOREVIEW"));
    }
    queue.refresh(START);
    settle(&mut queue, &server, START);
    queue.show(0, 100);
    settle(&mut queue, &server, START);
    assert_eq!(pks(&view(&queue).rows), pks(&server.rows[..100]));
}

#[test]
fn a_list_that_was_turned_over_twice_hides_nothing() {
    let mut server = Server::new(300);
    let mut queue = Queue::new("116".to_owned(), 5);
    queue.show(0, 0);
    settle(&mut queue, &server, START);
    assert_eq!(queue.trail.len(), 2);
    // The next page shows that everything has moved up by more than was followed.
    server.rows.drain(..11);
    queue.show(0, 30);
    let task = queue.next_task(START).unwrap();
    queue.report(server.answer(&task), START);
    assert_eq!(queue.next, Some(Place::First));
    server.rows.drain(..20);
    queue.refresh(START);
    let task = queue.next_task(START).unwrap();
    assert_eq!(queue.busy, Some(Kind::Refresh));
    queue.report(server.answer(&task), START);
    server.rows.drain(..2);
    queue.load_more();
    settle(&mut queue, &server, START);
    let known: HashSet<&str> = pks(queue.loaded.all()).into_iter().collect();
    let reached = queue.loaded.len() - 2;
    assert!(
        server.rows[..reached]
            .iter()
            .all(|row| known.contains(row.pk.as_str()))
    );
}

#[test]
fn a_list_that_grows_at_its_end_is_followed_there() {
    for (loaded, shown) in [(30, 50), (25, 10), (0, 50)] {
        let mut server = Server::new(loaded);
        let mut queue = Queue::new("116".to_owned(), 20);
        queue.show(0, shown);
        settle(&mut queue, &server, START);
        assert!(!view(&queue).more);
        for pk in 1_000..1_011 {
            server.rows.push(row(pk, "VIDEOREVIEW"));
        }
        queue.refresh(START);
        settle(&mut queue, &server, START);
        queue.show(0, 100);
        settle(&mut queue, &server, START);
        assert_eq!(pks(&view(&queue).rows), pks(&server.rows), "{loaded}");
    }
}

#[test]
fn a_request_that_vanishes_between_two_pages_hides_no_other() {
    let mut server = Server::new(60);
    let mut queue = Queue::new("116".to_owned(), 20);
    queue.show(0, 60);
    for _ in 0..3 {
        let task = queue.next_task(START).unwrap();
        queue.report(server.answer(&task), START);
        server.rows.remove(2);
    }
    settle(&mut queue, &server, START);
    let shown = view(&queue);
    let known: HashSet<&str> = pks(&shown.rows).into_iter().collect();
    let hidden: Vec<&str> = pks(&server.rows)
        .into_iter()
        .filter(|pk| !known.contains(pk))
        .collect();
    assert_eq!(hidden, Vec::<&str>::new());
}

#[test]
fn a_count_that_never_stops_falling_is_bounded_too() {
    let mut queue = Queue::new("116".to_owned(), 7);
    queue.show(0, 200);
    let mut asked = 0;
    while let Some(task) = queue.next_task(START) {
        asked += 1;
        let fresh = row(asked, "CREATED");
        let total = 1_000_000 - asked as usize;
        let next = Some(cursor(asked as usize));
        queue.report(answered(task.number, &[&fresh], Some(total), next), START);
    }
    assert_eq!(asked, 7);
    assert!(view(&queue).paused);
}

#[test]
fn a_server_that_never_ends_is_left_after_a_thousand_pages() {
    let mut queue = Queue::new("116".to_owned(), 1_000);
    queue.show(u32::MAX, 200);
    let mut asked = 0;
    while let Some(task) = queue.next_task(START) {
        asked += 1;
        assert!(asked <= MAX_PAGES as u32, "it goes on and on");
        let fresh = row(asked, "CREATED");
        let next = Some(cursor(asked as usize));
        queue.report(answered(task.number, &[&fresh], None, next), START);
        queue.load_more();
    }
    assert_eq!(asked, 1_000);
    let shown = view(&queue);
    assert_eq!(
        (shown.loaded, shown.first, shown.rows.len()),
        (1_000, 1_000, 0)
    );
}

#[test]
fn the_last_request_vanishes_too() {
    let mut server = Server::new(25);
    let mut queue = Queue::new("116".to_owned(), 20);
    settle(&mut queue, &server, START);
    server.rows.pop();
    queue.refresh(START);
    settle(&mut queue, &server, START);
    assert_eq!(pks(&view(&queue).rows), pks(&server.rows));
}

#[test]
fn what_vanished_at_the_end_of_what_is_read_again_does_not_stay() {
    let mut server = Server::new(100);
    let mut queue = Queue::new("116".to_owned(), 20);
    queue.show(0, 0);
    settle(&mut queue, &server, START);
    assert_eq!(view(&queue).loaded, 20);
    server.rows.remove(19);
    server.rows.remove(0);
    queue.show(0, 20);
    queue.refresh(START);
    settle(&mut queue, &server, START);
    assert_eq!(pks(queue.loaded.all()), pks(&server.rows[..40]));
}
