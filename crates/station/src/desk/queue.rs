//! The queue: what is loaded of the RA's requests, and the part that is on the screen. Pages of 10 are followed one
//! after the other, as far as the screen needs them and within a bound; the list is read again by itself, more rarely
//! while nothing changes.

mod loaded;
mod reading;

use ra_api::{PageCursor, RequestFilter};
use time::{Duration, OffsetDateTime};

use crate::clock::rfc3339;
use crate::contract::*;
use loaded::Loaded;
use reading::{Read, wanted_state};

pub use reading::{QueueReport, QueueTask, carry_out};
pub(crate) use reading::{request_filter, row, row_of};

const PAGE: usize = 10;
/// Rows that are loaded beyond the screen's end.
const AHEAD: usize = 20;
/// Most rows that a screen may ask for.
const MAX_WINDOW: u32 = 200;
/// Pages that are read again at once.
const MAX_REFRESH_PAGES: usize = 5;
/// Pages that are followed in all: a server that never ends must not keep us.
const MAX_PAGES: usize = 1_000;
const SHORTEST_PAUSE: Duration = Duration::seconds(10);
const LONGEST_PAUSE: Duration = Duration::seconds(60);

/// The requests that are loaded, under one filter.
pub struct Queue {
    registration_authority: String,
    pages_in_one_go: usize,
    filter: QueueFilter,
    loaded: Loaded,
    /// How many the RA said that it has.
    total: Option<u32>,
    /// The pages that were followed, in their order.
    trail: Vec<Place>,
    /// The page to follow next; none at the list's end.
    next: Option<Place>,
    pages_this_go: usize,
    first: usize,
    count: usize,
    /// The number of the last task that was given out.
    tasks: u64,
    /// The task under way is the last one, and of this kind.
    busy: Option<Kind>,
    failure: Option<Failure>,
    read_at: Option<OffsetDateTime>,
    next_read_at: Option<OffsetDateTime>,
    pause: Duration,
    /// Somebody did something: the next reading is brought forward.
    attended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The page that follows.
    Load,
    /// The list from its beginning.
    Refresh,
}

/// Where a page of the list is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    First,
    At(PageCursor),
}

impl Queue {
    pub fn new(registration_authority: String, pages_in_one_go: u32) -> Self {
        Queue {
            registration_authority,
            pages_in_one_go: (pages_in_one_go as usize).clamp(1, MAX_PAGES),
            filter: QueueFilter::default(),
            loaded: Loaded::default(),
            total: None,
            trail: Vec::new(),
            next: Some(Place::First),
            pages_this_go: 0,
            first: 0,
            count: 50,
            tasks: 0,
            busy: None,
            failure: None,
            read_at: None,
            next_read_at: None,
            pause: SHORTEST_PAUSE,
            attended: false,
        }
    }

    /// Another filter: what was loaded is dropped, late reports are ignored.
    pub fn set_filter(&mut self, filter: QueueFilter) {
        *self = Queue {
            loaded: Loaded::new(wanted_state(&filter).as_ref()),
            filter,
            tasks: self.tasks,
            count: self.count,
            ..Queue::new(
                std::mem::take(&mut self.registration_authority),
                self.pages_in_one_go as u32,
            )
        };
    }

    /// The rows that are on the screen.
    pub fn show(&mut self, first: u32, count: u32) {
        self.first = first as usize;
        self.count = count.min(MAX_WINDOW) as usize;
    }

    /// Goes on after loading stopped at its bound.
    pub fn load_more(&mut self) {
        self.pages_this_go = 0;
        self.attend();
    }

    /// Reads the list again now.
    pub fn refresh(&mut self, now: OffsetDateTime) {
        self.attend();
        self.next_read_at = Some(now);
    }

    /// Somebody is at work here: what changes is wanted soon.
    fn attend(&mut self) {
        self.failure = None;
        self.pause = SHORTEST_PAUSE;
        self.attended = true;
    }

    /// What is to be read now; at most one task at a time.
    pub fn next_task(&mut self, now: OffsetDateTime) -> Option<QueueTask> {
        if std::mem::take(&mut self.attended) {
            self.next_read_at = self.next_read_at.map(|at| at.min(now + SHORTEST_PAUSE));
        }
        if self.busy.is_some() {
            return None;
        }
        let due = self.next_read_at.is_some_and(|at| at <= now);
        let (kind, cursor, pages) = if due && self.read_at.is_some() {
            // Where the filter works here, the rows on the screen lie further down the RA's own list.
            let reach = self.loaded.reach_of(self.first + self.count);
            let pages = reach.div_ceil(PAGE).clamp(1, MAX_REFRESH_PAGES);
            (Kind::Refresh, None, pages)
        } else if self.wants_more() && (self.failure.is_none() || due) {
            let cursor = match self.next.clone()? {
                Place::First => None,
                Place::At(cursor) => Some(cursor),
            };
            (Kind::Load, cursor, 1)
        } else {
            return None;
        };
        self.busy = Some(kind);
        self.tasks += 1;
        Some(QueueTask {
            number: self.tasks,
            filter: RequestFilter {
                registration_authority: Some(self.registration_authority.clone()),
                ..request_filter(&self.filter)
            },
            cursor,
            pages,
        })
    }

    fn wants_more(&self) -> bool {
        self.next.is_some()
            && self.loaded.matching() < self.first + self.count + AHEAD
            && self.pages_this_go < self.pages_in_one_go
    }

    pub fn report(&mut self, report: QueueReport, now: OffsetDateTime) {
        if report.number != self.tasks {
            return;
        }
        let Some(kind) = self.busy.take() else { return };
        match (report.result, kind) {
            (Err(failure), _) => {
                self.failure = Some(failure);
                self.pause = longer(self.pause);
                self.next_read_at = Some(now + self.pause);
            }
            (Ok(read), Kind::Load) => {
                self.failure = None;
                self.follow(read);
                if self.read_at.is_none() {
                    self.pause = SHORTEST_PAUSE;
                    self.read_at = Some(now);
                    self.next_read_at = Some(now + self.pause);
                }
            }
            (Ok(read), Kind::Refresh) => {
                self.failure = None;
                self.pause = match self.merge(read) {
                    true => SHORTEST_PAUSE,
                    false => longer(self.pause),
                };
                self.read_at = Some(now);
                self.next_read_at = Some(now + self.pause);
            }
        }
    }

    /// Adds the page that was to follow.
    fn follow(&mut self, read: Read) {
        self.pages_this_go += 1;
        let moved_up = self.count_again(read.total);
        if moved_up > 0 && !self.trail.is_empty() {
            // Requests that would stand on this page are on an earlier one by now, which is read first.
            self.step_back(moved_up);
            return;
        }
        self.loaded.append(read.rows);
        self.trail.extend(self.next.take());
        self.next = read.next.map(Place::At).filter(|next| {
            // A server that repeats itself has nothing more.
            self.trail.len() < MAX_PAGES && !self.trail.contains(next)
        });
    }

    /// Takes over what was read from the beginning. Tells whether anything changed.
    fn merge(&mut self, read: Read) -> bool {
        let merged = self.loaded.merge(read.rows, read.next.is_none());
        let moved_up = self.count_again(read.total).max(merged.vanished);
        let unseen = self
            .total
            .is_some_and(|total| total as usize > self.loaded.len());
        if read.next.is_none() {
            self.next = None;
        } else if merged.torn {
            self.trail.truncate(self.loaded.len().div_ceil(PAGE));
            if self.trail.is_empty() {
                self.trail.push(Place::First);
            }
            self.next = read.next.map(Place::At);
            self.pages_this_go = 0;
        } else if self.next.is_some() {
            let back = self.step_back(moved_up);
            self.pages_this_go = self.pages_this_go.saturating_sub(back);
        } else if unseen && self.trail.len() < MAX_PAGES {
            // The list has grown at its end.
            self.step_back(1);
            self.pages_this_go = self.pages_this_go.saturating_sub(1);
        }
        merged.changed
    }

    /// Takes over how many there are. Tells by how many fewer: so far what is not loaded yet can have moved up.
    fn count_again(&mut self, total: Option<u64>) -> usize {
        let Some(total) = total.and_then(|count| u32::try_from(count).ok()) else {
            return 0;
        };
        let before = self.total.replace(total);
        before.map_or(0, |before| before.saturating_sub(total)) as usize
    }

    /// Goes back on the trail as many pages as that many requests can fill. Tells how many it were.
    fn step_back(&mut self, requests: usize) -> usize {
        let pages = requests.div_ceil(PAGE).min(self.trail.len());
        let kept = self.trail.len() - pages;
        if let Some(place) = self.trail.drain(kept..).next() {
            self.next = Some(place);
        }
        pages
    }

    /// Takes over what was read of a request elsewhere.
    pub fn update(&mut self, row: QueueRow) {
        if self.loaded.update(row) {
            self.pause = SHORTEST_PAUSE;
            self.attended = true;
        }
    }

    pub fn view(&self, captured_here: &dyn Fn(&str) -> bool) -> QueueView {
        let matching = self.loaded.matching();
        let first = self.first.min(matching);
        let rows = self.loaded.window(first, first + self.count);
        let more = self.next.is_some();
        QueueView {
            filter: self.filter.clone(),
            first: first as u32,
            rows: rows
                .map(|row| QueueRow {
                    captured_here: captured_here(&row.pk),
                    ..row.clone()
                })
                .collect(),
            matching: matching as u32,
            loaded: self.loaded.len() as u32,
            total: self.total,
            counts: self.loaded.counts().to_vec(),
            filtered_here: self.loaded.filter_ignored(),
            more,
            paused: more && self.pages_this_go >= self.pages_in_one_go,
            work: match (&self.failure, self.busy) {
                (_, Some(Kind::Load)) => running("loading"),
                (Some(failure), _) => Work::Failed {
                    failure: failure.clone(),
                },
                (None, Some(Kind::Refresh)) => running("refreshing"),
                (None, None) => Work::Idle,
            },
            read_at: self.read_at.map(rfc3339),
            next_read_at: self.next_read_at.map(rfc3339),
        }
    }
}

fn longer(pause: Duration) -> Duration {
    LONGEST_PAUSE.min(pause.saturating_mul(2))
}

fn running(what: &str) -> Work {
    Work::Running {
        what: what.to_owned(),
    }
}

#[cfg(test)]
mod tests;
