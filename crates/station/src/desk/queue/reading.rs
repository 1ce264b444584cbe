//! What a worker reads of the queue, and how an answer of the RA becomes rows.

use std::sync::Arc;

use ra_api::{
    Client, Page, PageCursor, RequestFilter, RequestRecord, RequestState, RequestSummary,
};
use tokio_util::sync::CancellationToken;

use crate::contract::*;
use crate::desk::{actions, facts};
use crate::ra;

/// What a worker is to read.
pub struct QueueTask {
    /// Tells a task's report from a late or doubled one.
    pub(super) number: u64,
    pub(super) filter: RequestFilter,
    pub(super) cursor: Option<PageCursor>,
    pub(super) pages: usize,
}

/// What a worker has read.
pub struct QueueReport {
    pub(super) number: u64,
    pub(super) result: Result<Read, Failure>,
}

pub(super) struct Read {
    pub rows: Vec<QueueRow>,
    pub total: Option<u64>,
    pub next: Option<PageCursor>,
}

impl QueueTask {
    /// The report of a task that could not even begin.
    pub fn failed(&self, failure: Failure) -> QueueReport {
        QueueReport {
            number: self.number,
            result: Err(failure),
        }
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
        number: task.number,
        result,
    }
}

async fn read(client: &Client, task: &QueueTask) -> Result<Read, Failure> {
    let mut read = Read {
        rows: Vec::new(),
        total: None,
        next: task.cursor.clone(),
    };
    for page in 0..task.pages {
        if page > 0 && read.next.is_none() {
            break;
        }
        let page: Page<RequestSummary> = client
            .request_summaries(&task.filter, read.next.as_ref())
            .await
            .map_err(|error| ra::failure(&error))?;
        // The last page's count: the list may have moved since the first.
        read.total = page.count.or(read.total);
        read.rows.extend(page.results.iter().map(row_of));
        read.next = page.next;
    }
    Ok(read)
}

/// The state that the filter asks for; an empty one is every state.
pub(super) fn wanted_state(filter: &QueueFilter) -> Option<RequestState> {
    let state = filter.state.as_deref().map(str::trim);
    state
        .filter(|state| !state.is_empty())
        .map(RequestState::from)
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
        status: wanted_state(filter),
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
