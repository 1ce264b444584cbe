//! The queue: what is loaded of the RA's requests, and the part that is on the screen. Pages of 10 are followed one
//! after the other, as far as the screen needs them and within a bound; the list is read again by itself, more rarely
//! while nothing changes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ra_api::{
    Client, Page, PageCursor, RequestFilter, RequestRecord, RequestState, RequestSummary,
};
use time::{Duration, OffsetDateTime};
use tokio_util::sync::CancellationToken;

use crate::clock::rfc3339;
use crate::contract::*;
use crate::desk::{actions, facts};
use crate::ra;

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
/// The states in the order of a request's life.
const LIFE: [RequestState; 9] = [
    RequestState::Created,
    RequestState::VideoPending,
    RequestState::VideoIncomplete,
    RequestState::VideoError,
    RequestState::VideoReview,
    RequestState::EnrollReady,
    RequestState::Issued,
    RequestState::Renewed,
    RequestState::Cancelled,
];

/// The requests that are loaded, under one filter.
pub struct Queue {
    registration_authority: String,
    pages_in_one_go: usize,
    filter: QueueFilter,
    /// Tells reports of an earlier filter apart.
    generation: u64,
    rows: Vec<QueueRow>,
    /// Places in `rows` of what matches the filter.
    matching: Vec<usize>,
    counts: Vec<StateCount>,
    filtered_here: bool,
    total: Option<u32>,
    reach: Reach,
    pages: usize,
    pages_this_go: usize,
    first: usize,
    count: usize,
    busy: Option<Kind>,
    failure: Option<Failure>,
    read_at: Option<OffsetDateTime>,
    next_read_at: Option<OffsetDateTime>,
    pause: Duration,
}

/// How far the list was followed.
enum Reach {
    Nothing,
    UpTo(PageCursor),
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Load,
    Refresh,
}

/// What a worker is to read.
pub struct QueueTask {
    generation: u64,
    kind: Kind,
    filter: RequestFilter,
    cursor: Option<PageCursor>,
    pages: usize,
}

/// What a worker has read.
pub struct QueueReport {
    generation: u64,
    kind: Kind,
    result: Result<Read, Failure>,
}

struct Read {
    rows: Vec<QueueRow>,
    total: Option<u64>,
    next: Option<PageCursor>,
    pages: usize,
}

impl QueueTask {
    /// The report of a task that could not even begin.
    pub fn failed(&self, failure: Failure) -> QueueReport {
        QueueReport {
            generation: self.generation,
            kind: self.kind,
            result: Err(failure),
        }
    }
}

impl Queue {
    pub fn new(registration_authority: String, pages_in_one_go: u32) -> Self {
        Queue {
            registration_authority,
            pages_in_one_go: (pages_in_one_go as usize).clamp(1, MAX_PAGES),
            filter: QueueFilter::default(),
            generation: 0,
            rows: Vec::new(),
            matching: Vec::new(),
            counts: Vec::new(),
            filtered_here: false,
            total: None,
            reach: Reach::Nothing,
            pages: 0,
            pages_this_go: 0,
            first: 0,
            count: 50,
            busy: None,
            failure: None,
            read_at: None,
            next_read_at: None,
            pause: SHORTEST_PAUSE,
        }
    }

    /// Another filter: what was loaded is dropped, late reports are ignored.
    pub fn set_filter(&mut self, filter: QueueFilter) {
        *self = Queue {
            filter,
            generation: self.generation + 1,
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
        self.attended();
    }

    /// Reads the list again now.
    pub fn refresh(&mut self, now: OffsetDateTime) {
        self.attended();
        self.next_read_at = Some(now);
    }

    /// Somebody is at work here: what changes is wanted soon.
    fn attended(&mut self) {
        self.failure = None;
        self.pause = SHORTEST_PAUSE;
    }

    /// What is to be read now; at most one task at a time.
    pub fn next_task(&mut self, now: OffsetDateTime) -> Option<QueueTask> {
        if self.busy.is_some() {
            return None;
        }
        let due = self.next_read_at.is_some_and(|at| at <= now);
        let (kind, cursor, pages) = if due && self.read_at.is_some() {
            let shown = (self.first + self.count).min(self.matching.len());
            // Where the filter works here, the rows on the screen lie further down the RA's own list.
            let reach = self.matching[..shown].last().map_or(0, |place| place + 1);
            let pages = reach.div_ceil(PAGE).clamp(1, MAX_REFRESH_PAGES);
            (Kind::Refresh, None, pages)
        } else if self.wants_more() && (self.failure.is_none() || due) {
            let cursor = match &self.reach {
                Reach::UpTo(cursor) => Some(cursor.clone()),
                _ => None,
            };
            (Kind::Load, cursor, 1)
        } else {
            return None;
        };
        self.busy = Some(kind);
        Some(QueueTask {
            generation: self.generation,
            kind,
            filter: RequestFilter {
                registration_authority: Some(self.registration_authority.clone()),
                ..request_filter(&self.filter)
            },
            cursor,
            pages,
        })
    }

    fn wants_more(&self) -> bool {
        !matches!(self.reach, Reach::End)
            && self.matching.len() < self.first + self.count + AHEAD
            && self.pages_this_go < self.pages_in_one_go
    }

    pub fn report(&mut self, report: QueueReport, now: OffsetDateTime) {
        if report.generation != self.generation || self.busy != Some(report.kind) {
            return;
        }
        self.busy = None;
        match report.result {
            Err(failure) => {
                self.failure = Some(failure);
                self.pause = longer(self.pause);
                self.next_read_at = Some(now + self.pause);
            }
            Ok(read) => {
                self.failure = None;
                match report.kind {
                    Kind::Load => self.append(read, now),
                    Kind::Refresh => {
                        let changed = self.merge(read);
                        self.pause = match changed {
                            true => SHORTEST_PAUSE,
                            false => longer(self.pause),
                        };
                        self.read_at = Some(now);
                        self.next_read_at = Some(now + self.pause);
                    }
                }
                self.sort_out();
            }
        }
    }

    fn append(&mut self, read: Read, now: OffsetDateTime) {
        if self.read_at.is_none() {
            self.read_at = Some(now);
        }
        if self.next_read_at.is_none_or(|at| at <= now) {
            self.next_read_at = Some(now + self.pause);
        }
        self.total = total(read.total).or(self.total);
        self.pages += read.pages;
        self.pages_this_go += read.pages;
        let known: HashSet<String> = self.rows.iter().map(|row| row.pk.clone()).collect();
        let mut seen = HashSet::new();
        self.rows.extend(
            read.rows
                .into_iter()
                .filter(|row| !known.contains(&row.pk) && seen.insert(row.pk.clone())),
        );
        let repeats =
            matches!((&self.reach, &read.next), (Reach::UpTo(last), Some(next)) if last == next);
        self.reach = match read.next {
            Some(next) if !repeats && self.pages < MAX_PAGES => Reach::UpTo(next),
            _ => Reach::End,
        };
    }

    /// Puts what was read from the beginning in place of what stood there. Tells whether anything changed.
    fn merge(&mut self, read: Read) -> bool {
        self.total = total(read.total).or(self.total);
        let mut seen = HashSet::new();
        let head: Vec<QueueRow> = read
            .rows
            .into_iter()
            .filter(|row| seen.insert(row.pk.clone()))
            .collect();
        let known: HashSet<&str> = self.rows.iter().map(|row| row.pk.as_str()).collect();
        let new = head
            .iter()
            .filter(|row| !known.contains(row.pk.as_str()))
            .count();
        // New requests push the others down: so many of the old ones can have left the head.
        let still_in_head = head.len().saturating_sub(new);
        let vanished = self
            .rows
            .iter()
            .take(still_in_head)
            .any(|row| !seen.contains(&row.pk));
        let mut rows = head;
        if read.next.is_none() {
            self.reach = Reach::End;
        } else if vanished {
            // The RA's pages have moved up: what lies behind is read anew, or some would be passed over.
            self.reach = read.next.map_or(Reach::End, Reach::UpTo);
            self.pages = read.pages;
            self.pages_this_go = 0;
        } else {
            let old = std::mem::take(&mut self.rows);
            let rest: Vec<QueueRow> = old
                .iter()
                .filter(|row| !seen.contains(&row.pk))
                .cloned()
                .collect();
            self.rows = old;
            rows.extend(rest);
        }
        let changed = rows != self.rows;
        self.rows = rows;
        changed
    }

    /// Takes over what was read of a request elsewhere.
    pub fn update(&mut self, row: QueueRow) {
        if let Some(known) = self.rows.iter_mut().find(|known| known.pk == row.pk)
            && *known != row
        {
            *known = row;
            self.sort_out();
        }
    }

    fn sort_out(&mut self) {
        let wanted = self.filter.state.as_deref().map(RequestState::from);
        let state_of = |row: &QueueRow| RequestState::from(row.state.as_str());
        self.matching = (0..self.rows.len())
            .filter(|place| {
                wanted
                    .as_ref()
                    .is_none_or(|wanted| state_of(&self.rows[*place]) == *wanted)
            })
            .collect();
        self.filtered_here = self.matching.len() < self.rows.len();
        let mut counts: HashMap<&str, u32> = HashMap::new();
        for row in &self.rows {
            *counts.entry(row.state.as_str()).or_default() += 1;
        }
        let mut counts: Vec<StateCount> = counts
            .into_iter()
            .map(|(state, count)| StateCount {
                state: state.to_owned(),
                count,
            })
            .collect();
        counts.sort_by_key(|entry| {
            let state = RequestState::from(entry.state.as_str());
            let place = LIFE.iter().position(|known| *known == state);
            (place.unwrap_or(LIFE.len()), entry.state.clone())
        });
        self.counts = counts;
    }

    pub fn view(&self, captured_here: &dyn Fn(&str) -> bool) -> QueueView {
        let first = self.first.min(self.matching.len());
        let end = (first + self.count).min(self.matching.len());
        let more = !matches!(self.reach, Reach::End);
        QueueView {
            filter: self.filter.clone(),
            first: first as u32,
            rows: self.matching[first..end]
                .iter()
                .map(|place| QueueRow {
                    captured_here: captured_here(&self.rows[*place].pk),
                    ..self.rows[*place].clone()
                })
                .collect(),
            matching: self.matching.len() as u32,
            loaded: self.rows.len() as u32,
            total: self.total,
            counts: self.counts.clone(),
            filtered_here: self.filtered_here,
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

fn total(count: Option<u64>) -> Option<u32> {
    count.and_then(|count| u32::try_from(count).ok())
}

/// The filter as the API takes it; empty texts narrow nothing.
pub(crate) fn request_filter(filter: &QueueFilter) -> RequestFilter {
    let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    RequestFilter {
        scratchcard: text(&filter.scratchcard),
        given_name: text(&filter.given_name),
        surname_1: text(&filter.surname_1),
        surname_2: text(&filter.surname_2),
        serial_number: text(&filter.serial_number),
        email: text(&filter.email),
        mobile_phone_number: text(&filter.mobile_phone_number),
        registration_authority: None,
        status: filter
            .state
            .as_deref()
            .map(str::trim)
            .filter(|state| !state.is_empty())
            .map(RequestState::from),
    }
}

/// A row of the list.
pub(crate) fn row_of(summary: &RequestSummary) -> QueueRow {
    QueueRow {
        pk: summary.pk.to_string(),
        state: summary.status.to_string(),
        videoid_state: summary.videoid_status.as_ref().map(ToString::to_string),
        name: facts::name([&summary.given_name, &summary.surname_1, &summary.surname_2]),
        serial_number: summary.serial_number.clone().unwrap_or_default(),
        profile: summary.profile.clone().unwrap_or_default(),
        created_at: summary.created.clone(),
        waits_for: actions::waits_for(
            &summary.status,
            summary.videoid_status.as_ref(),
            summary.is_natural_person(),
        ),
        captured_here: false,
    }
}

/// The row of a request that was read whole.
pub(crate) fn row(record: &RequestRecord) -> QueueRow {
    let shown = facts::request(record, None, false, String::new());
    let videoid = record.videoid_data.as_ref();
    QueueRow {
        pk: record.pk.to_string(),
        waits_for: actions::waits_for(
            &record.status,
            videoid.and_then(|videoid| videoid.status.as_ref()),
            !shown.organisation,
        ),
        state: shown.state,
        videoid_state: shown.videoid_state,
        name: shown.name,
        serial_number: record.serial_number.clone().unwrap_or_default(),
        profile: shown.profile,
        created_at: shown.created_at,
        captured_here: false,
    }
}

/// Reads what the task asks for.
pub async fn carry_out(
    client: Arc<Client>,
    task: QueueTask,
    cancel: CancellationToken,
) -> QueueReport {
    let reading = read(&client, &task);
    let result = match cancel.run_until_cancelled(reading).await {
        Some(result) => result,
        None => Err(crate::failure::plain(FailureCode::Cancelled)),
    };
    QueueReport {
        generation: task.generation,
        kind: task.kind,
        result,
    }
}

async fn read(client: &Client, task: &QueueTask) -> Result<Read, Failure> {
    let mut read = Read {
        rows: Vec::new(),
        total: None,
        next: task.cursor.clone(),
        pages: 0,
    };
    while read.pages < task.pages && (read.pages == 0 || read.next.is_some()) {
        let page: Page<RequestSummary> = client
            .request_summaries(&task.filter, read.next.as_ref())
            .await
            .map_err(|error| ra::failure(&error))?;
        read.pages += 1;
        read.total = read.total.or(page.count);
        read.rows.extend(page.results.iter().map(row_of));
        read.next = page.next;
    }
    Ok(read)
}

#[cfg(test)]
mod tests;
