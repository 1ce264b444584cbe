//! Whatever happens between a task and its report: requests come and go, reports are late, doubled or never come.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Event {
    Show(u32, u32),
    New,
    Gone(usize),
    Changed(usize),
    Refresh,
    More,
    Later,
    /// A worker reads what is wanted; its report is on its way from then on.
    Read,
    /// A report arrives; which of those on their way, and whether it will arrive once more.
    Arrives(usize, bool),
    Fails(usize),
    Filter(bool),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        2 => (0..400u32, 0..80u32).prop_map(|(first, count)| Event::Show(first, count)),
        2 => Just(Event::New),
        2 => (0..300usize).prop_map(Event::Gone),
        2 => (0..300usize).prop_map(Event::Changed),
        1 => Just(Event::Refresh),
        1 => Just(Event::More),
        1 => Just(Event::Later),
        8 => Just(Event::Read),
        8 => (any::<usize>(), any::<bool>()).prop_map(|(which, again)| Event::Arrives(which, again)),
        1 => any::<usize>().prop_map(Event::Fails),
        1 => any::<bool>().prop_map(Event::Filter),
    ]
}

struct World {
    server: Server,
    queue: Queue,
    now: OffsetDateTime,
    newest: u32,
    /// The task under way, and reports that have not arrived or will arrive again.
    under_way: Vec<(QueueTask, QueueReport)>,
}

impl World {
    fn happens(&mut self, event: Event) {
        let (server, queue) = (&mut self.server, &mut self.queue);
        match event {
            Event::Show(first, count) => queue.show(first, count),
            Event::New => {
                self.newest += 1;
                server.rows.insert(0, row(self.newest, "VIDEOREVIEW"));
            }
            Event::Gone(place) => {
                let count = server.rows.len();
                server.rows.remove(place % count);
            }
            Event::Changed(place) => {
                let count = server.rows.len();
                server.rows[place % count].state = "CANCELLED".to_owned();
            }
            Event::Refresh => queue.refresh(self.now),
            Event::More => queue.load_more(),
            Event::Later => self.now += Duration::seconds(61),
            Event::Read => {
                if let Some(task) = queue.next_task(self.now) {
                    let report = server.answer(&task);
                    self.under_way.push((task, report));
                }
            }
            Event::Arrives(which, again) => {
                if !self.under_way.is_empty() {
                    let (task, report) = self.under_way.remove(which % self.under_way.len());
                    if again {
                        let doubled = server.answer(&task);
                        self.under_way.push((task, doubled));
                    }
                    queue.report(report, self.now);
                }
            }
            Event::Fails(which) => {
                if !self.under_way.is_empty() {
                    let (task, _) = self.under_way.remove(which % self.under_way.len());
                    let failure = crate::failure::plain(FailureCode::RaTimeout);
                    queue.report(task.failed(failure), self.now);
                }
            }
            Event::Filter(by_state) => queue.set_filter(match by_state {
                true => in_state("VIDEOREVIEW"),
                false => QueueFilter::default(),
            }),
        }
    }

    /// Every report arrives, and all that is wanted is read.
    fn calms(&mut self) {
        for (_, report) in self.under_way.drain(..) {
            self.queue.report(report, self.now);
        }
        self.queue.load_more();
        self.queue.refresh(self.now);
        settle(&mut self.queue, &self.server, self.now);
    }
}

fn sound(queue: &Queue) -> Result<(), TestCaseError> {
    let shown = view(queue);
    let rows: Vec<&QueueRow> = queue.loaded.all().iter().collect();
    let each: HashSet<&str> = rows.iter().map(|row| row.pk.as_str()).collect();
    prop_assert_eq!(each.len(), rows.len(), "a request stands twice");
    prop_assert!(shown.matching <= shown.loaded);
    prop_assert!(shown.first as usize + shown.rows.len() <= shown.matching as usize);
    prop_assert_eq!(
        shown.counts.iter().map(|entry| entry.count).sum::<u32>(),
        shown.loaded
    );
    if let Some(wanted) = &shown.filter.state {
        prop_assert!(shown.rows.iter().all(|row| row.state == *wanted));
    }
    Ok(())
}

proptest! {
    #[test]
    fn each_request_stands_once_and_none_is_passed_over(
        filters_state in any::<bool>(),
        events in prop::collection::vec(event(), 1..120),
    ) {
        let mut server = Server::new(300);
        server.filters_state = filters_state;
        let mut world = World {
            server,
            queue: Queue::new("116".to_owned(), 5),
            now: START,
            newest: 1_000,
            under_way: Vec::new(),
        };
        for event in events {
            world.happens(event);
            sound(&world.queue)?;
        }

        // The head of the list is the RA's own, in its order.
        world.queue.show(0, 20);
        world.calms();
        world.calms();
        let wanted = world.queue.filter.state.clone();
        let filtered = |rows: &[QueueRow]| -> Vec<String> {
            let matching = rows
                .iter()
                .filter(|row| wanted.as_ref().is_none_or(|wanted| row.state == *wanted));
            matching.map(|row| row.pk.clone()).collect()
        };
        let all = filtered(&world.server.rows);
        // Where the filter works here, what is read again may end before the screen is full.
        let mut head = match world.queue.loaded.filter_ignored() {
            true => filtered(&world.server.rows[..MAX_REFRESH_PAGES * PAGE]),
            false => all.clone(),
        };
        let shown = view(&world.queue);
        head.truncate(20);
        prop_assert!(shown.rows.len() >= head.len());
        prop_assert_eq!(&pks(&shown.rows)[..head.len()], &head);

        // Followed to its end, it lacks no request.
        world.queue.show(10_000, 20);
        for _ in 0..100 {
            world.queue.load_more();
            settle(&mut world.queue, &world.server, world.now);
        }
        prop_assert!(!view(&world.queue).more);
        let known: HashSet<&str> = pks(world.queue.loaded.all()).into_iter().collect();
        let lacking: Vec<&String> = all.iter().filter(|pk| !known.contains(pk.as_str())).collect();
        prop_assert!(lacking.is_empty(), "{:?}", lacking);
    }
}
