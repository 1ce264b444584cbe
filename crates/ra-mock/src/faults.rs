//! Faults by switch: which calls they strike, and what they do to the call and to its connection.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};

use crate::answers::{ApiError, error_id};
use crate::connection::ConnectionControl;

/// One rule. `{"operation":"upload_video","kind":"reset_during","after_bytes":65536,"nth":2}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// A name of the table of routes, or `*` for every operation of the API.
    pub operation: String,
    #[serde(flatten)]
    pub kind: FaultKind,
    /// The first call to strike, counted from one since the fault was added.
    #[serde(default = "one")]
    pub nth: u32,
    /// How many calls to strike from there on; null strikes all.
    #[serde(default = "once")]
    pub times: Option<u32>,
}

fn one() -> u32 {
    1
}

fn once() -> Option<u32> {
    Some(1)
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// Waits before the request's body is read.
    Delay { ms: u64 },
    /// Reads the request's body, and sends the answer's, no faster than this.
    Bandwidth { bytes_per_s: u64 },
    /// Reads the body, changes nothing and answers so.
    Status {
        status: u16,
        #[serde(default)]
        retry_after_s: Option<u64>,
    },
    /// Resets the connection before the body is read.
    ResetBefore,
    /// Resets the connection when so much of the body is read (or all of it, where it is shorter).
    ResetDuring { after_bytes: u64 },
    /// Resets the connection after the whole body, with nothing changed.
    ResetAfter,
    /// Makes the change, then resets the connection instead of answering.
    AnswerLost,
    /// Answers when so much of the body is read, and reads no more.
    EarlyAnswer { status: u16, after_bytes: u64 },
    /// Makes the change, then answers with JSON that ends in the middle.
    MalformedJson,
    /// A gateway's page instead of the service's answer; nothing is changed.
    HtmlPage { status: u16 },
}

impl FaultKind {
    fn name(&self) -> &'static str {
        match self {
            Self::Delay { .. } => "delay",
            Self::Bandwidth { .. } => "bandwidth",
            Self::Status { .. } => "status",
            Self::ResetBefore => "reset_before",
            Self::ResetDuring { .. } => "reset_during",
            Self::ResetAfter => "reset_after",
            Self::AnswerLost => "answer_lost",
            Self::EarlyAnswer { .. } => "early_answer",
            Self::MalformedJson => "malformed_json",
            Self::HtmlPage { .. } => "html_page",
        }
    }
}

impl Fault {
    /// Strikes the next call of the operation, once.
    pub fn next(operation: &str, kind: FaultKind) -> Self {
        Self {
            operation: operation.to_string(),
            kind,
            nth: 1,
            times: Some(1),
        }
    }

    #[must_use]
    pub fn nth(mut self, nth: u32) -> Self {
        self.nth = nth;
        self
    }

    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    #[must_use]
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct ActiveFault {
    pub id: u64,
    #[serde(flatten)]
    pub fault: Fault,
    /// Calls of the operation since the fault was added.
    pub seen: u32,
    /// Calls that it struck.
    pub struck: u32,
}

#[derive(Debug, Default)]
struct Rules {
    next_id: u64,
    active: Vec<ActiveFault>,
}

/// The switches of the faults; clones share them.
#[derive(Debug, Clone, Default)]
pub struct FaultControl(Arc<Mutex<Rules>>);

impl FaultControl {
    fn rules(&self) -> MutexGuard<'_, Rules> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a rule and returns its number.
    pub fn add(&self, fault: Fault) -> u64 {
        let mut rules = self.rules();
        rules.next_id += 1;
        let id = rules.next_id;
        rules.active.push(ActiveFault {
            id,
            fault,
            seen: 0,
            struck: 0,
        });
        id
    }

    /// Whether there was such a rule.
    pub fn remove(&self, id: u64) -> bool {
        let mut rules = self.rules();
        let before = rules.active.len();
        rules.active.retain(|active| active.id != id);
        rules.active.len() < before
    }

    pub fn clear(&self) {
        self.rules().active.clear();
    }

    /// All rules with what they did, the spent ones too.
    pub fn list(&self) -> Vec<ActiveFault> {
        self.rules().active.clone()
    }

    /// How many calls the rule struck.
    pub fn struck(&self, id: u64) -> u32 {
        self.rules()
            .active
            .iter()
            .find(|active| active.id == id)
            .map_or(0, |active| active.struck)
    }

    /// Counts a call and returns what strikes it, in the order in which the rules were added.
    pub(crate) fn strike(&self, operation: &str) -> Vec<FaultKind> {
        let mut striking = Vec::new();
        for active in &mut self.rules().active {
            if active.fault.operation != "*" && active.fault.operation != operation {
                continue;
            }
            active.seen += 1;
            let spent = active
                .fault
                .times
                .is_some_and(|times| active.struck >= times);
            if active.seen >= active.fault.nth && !spent {
                active.struck += 1;
                striking.push(active.fault.kind.clone());
            }
        }
        striking
    }
}

/// What the faults left of a request: answer it, or hand it on and then treat the answer.
pub(crate) enum Struck {
    Answered(Response),
    HandOn {
        request: Request,
        after: Vec<FaultKind>,
    },
}

pub(crate) fn names(kinds: &[FaultKind]) -> Vec<&'static str> {
    kinds.iter().map(FaultKind::name).collect()
}

/// Resets the connection and never returns on a real one; without a socket there is nothing to reset.
async fn reset(connection: Option<&ConnectionControl>) -> Response {
    match connection {
        Some(connection) => {
            connection.reset();
            std::future::pending().await
        }
        None => ApiError::plain(
            StatusCode::INTERNAL_SERVER_ERROR,
            "mock: no connection to reset",
        )
        .into_response(),
    }
}

pub(crate) async fn before(kinds: Vec<FaultKind>, mut request: Request) -> Struck {
    let connection = request.extensions().get::<ConnectionControl>().cloned();
    let mut after = Vec::new();
    for kind in kinds {
        match kind {
            FaultKind::Delay { ms } => tokio::time::sleep(Duration::from_millis(ms)).await,
            FaultKind::Bandwidth { bytes_per_s } => {
                request = request.map(|body| throttled(body, bytes_per_s));
                after.push(kind);
            }
            FaultKind::Status {
                status,
                retry_after_s,
            } => {
                read(&mut request, u64::MAX).await;
                return Struck::Answered(status_answer(status, retry_after_s));
            }
            FaultKind::ResetBefore => return Struck::Answered(reset(connection.as_ref()).await),
            FaultKind::ResetDuring { after_bytes } => {
                read(&mut request, after_bytes).await;
                return Struck::Answered(reset(connection.as_ref()).await);
            }
            FaultKind::ResetAfter => {
                read(&mut request, u64::MAX).await;
                return Struck::Answered(reset(connection.as_ref()).await);
            }
            FaultKind::EarlyAnswer {
                status,
                after_bytes,
            } => {
                read(&mut request, after_bytes).await;
                return Struck::Answered(status_answer(status, None));
            }
            FaultKind::HtmlPage { status } => {
                read(&mut request, u64::MAX).await;
                return Struck::Answered(html_page(status));
            }
            FaultKind::AnswerLost | FaultKind::MalformedJson => after.push(kind),
        }
    }
    Struck::HandOn { request, after }
}

pub(crate) async fn after(
    kinds: Vec<FaultKind>,
    connection: Option<ConnectionControl>,
    mut answer: Response,
) -> Response {
    for kind in kinds {
        match kind {
            FaultKind::AnswerLost => return reset(connection.as_ref()).await,
            FaultKind::MalformedJson => answer = malformed(answer.status()),
            FaultKind::Bandwidth { bytes_per_s } => {
                answer = answer.map(|body| throttled(body, bytes_per_s))
            }
            _ => {}
        }
    }
    answer
}

/// Reads at most so much of the body and drops it.
async fn read(request: &mut Request, limit: u64) {
    let mut stream = std::mem::take(request.body_mut()).into_data_stream();
    let mut taken = 0_u64;
    while taken < limit {
        match stream.next().await {
            Some(Ok(chunk)) => taken += chunk.len() as u64,
            Some(Err(_)) | None => return,
        }
    }
}

fn throttled(body: Body, bytes_per_s: u64) -> Body {
    let rate = bytes_per_s.max(1) as f64;
    let paced = |stream: BodyDataStream| {
        stream.then(move |chunk| async move {
            if let Ok(chunk) = &chunk {
                tokio::time::sleep(Duration::from_secs_f64(chunk.len() as f64 / rate)).await;
            }
            chunk
        })
    };
    Body::from_stream(paced(body.into_data_stream()))
}

fn status_answer(status: u16, retry_after_s: Option<u64>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::json!({"code": status.as_str(), "id": error_id(), "error": "Fault of the mock"});
    let mut answer = (status, axum::Json(body)).into_response();
    if let Some(seconds) = retry_after_s {
        answer
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

fn html_page(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let page = format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n<hr><center>gateway</center>\r\n</body>\r\n</html>\r\n"
    );
    (status, axum::response::Html(page)).into_response()
}

fn malformed(status: StatusCode) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        "{\"status\": \"200 OK\", \"request\": {",
    )
        .into_response()
}
