//! One exchange with a server: small calls, uploads that stream, downloads that stream.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use url::Url;
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::config::{ClientConfig, ConfigError, ProxySetting};
use crate::error::{ErrorKind, Operation, RaError};
use crate::tls;
use crate::trace::{Exchange, Trace};
use crate::upload::{BodyPlan, Pacing, Progress, UploadBody, UploadState};

/// Answers longer than this are not held in memory: pictures in base64 stay far below.
const MAX_ANSWER_BYTES: usize = 96 * 1024 * 1024;
/// How long the rest of an early answer is waited for.
const EARLY_ANSWER_PATIENCE: Duration = Duration::from_secs(5);
/// How often an upload is looked at.
const UPLOAD_TICK: Duration = Duration::from_millis(200);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Host {
    Api,
    Video,
}

/// What a small call sends.
pub(crate) struct Call<'a> {
    pub operation: Operation,
    pub method: Method,
    pub url: Url,
    pub json: Option<&'a [u8]>,
}

/// What an upload sends.
pub(crate) struct Upload<'a> {
    pub operation: Operation,
    pub method: Method,
    pub url: Url,
    pub plan: BodyPlan,
    pub progress: Option<Progress>,
    pub pacing: Pacing,
    pub cancel: &'a CancellationToken,
}

pub(crate) struct Transport {
    http: reqwest::Client,
    api_url: Url,
    video_url: Url,
    has_identity: bool,
    identity_note: Option<String>,
    connect_timeout: Duration,
    stall_timeout: Duration,
    trace: Option<Trace>,
    /// How long each host took to answer its last small call.
    answer_times: Mutex<HashMap<String, Duration>>,
}

impl Transport {
    pub fn new(config: &ClientConfig) -> Result<Self, ConfigError> {
        config.check_url(&config.api_url)?;
        config.check_url(&config.video_url)?;
        let mut headers = HeaderMap::new();
        if let Ok(agent) = HeaderValue::from_str(&config.user_agent) {
            headers.insert(USER_AGENT, agent);
        }
        let mut builder = reqwest::Client::builder()
            .default_headers(headers)
            .http1_only()
            // An address that redirects is a wrong setting; following it would send the certificate elsewhere.
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(config.connect_timeout)
            .tcp_nodelay(true);
        builder = match &config.proxy {
            ProxySetting::Environment => builder,
            ProxySetting::None => builder.no_proxy(),
            ProxySetting::Url { url, credentials } => {
                let mut proxy = reqwest::Proxy::all(url.clone()).map_err(ConfigError::Proxy)?;
                if let Some((user, password)) = credentials {
                    proxy = proxy.basic_auth(user, password.expose());
                }
                builder.proxy(proxy)
            }
        };
        let tls = if config.uses_tls() {
            tls::client_config(config.identity.as_ref(), config.extra_roots()?)
                .map_err(ConfigError::Tls)?
        } else {
            tls::without_servers().map_err(ConfigError::Tls)?
        };
        let http = builder
            .tls_backend_preconfigured(tls)
            .build()
            .map_err(ConfigError::Http)?;
        Ok(Self {
            http,
            api_url: config.api_url.clone(),
            video_url: config.video_url.clone(),
            has_identity: config.identity.is_some(),
            identity_note: config.identity.as_ref().map(|identity| {
                let facts = identity.facts();
                format!(
                    "this station's certificate: {}, valid until {}",
                    facts.subject, facts.not_after
                )
            }),
            connect_timeout: config.connect_timeout,
            stall_timeout: config.stall_timeout,
            trace: config.trace_http.as_deref().map(open_trace).transpose()?,
            answer_times: Mutex::new(HashMap::new()),
        })
    }

    pub fn api_url(&self) -> &Url {
        &self.api_url
    }

    /// The address of a path, which always ends with a slash; each segment is escaped.
    pub fn url(&self, operation: Operation, host: Host, segments: &[&str]) -> Result<Url, RaError> {
        let mut url = match host {
            Host::Api => self.api_url.clone(),
            Host::Video => self.video_url.clone(),
        };
        if let Some(bad) = segments
            .iter()
            .find(|segment| matches!(**segment, "" | "." | ".."))
        {
            return Err(RaError::new(
                operation,
                ErrorKind::InvalidInput,
                format!("{bad:?} cannot stand in an address"),
            ));
        }
        url.path_segments_mut()
            .map_err(|()| {
                RaError::new(
                    operation,
                    ErrorKind::InvalidInput,
                    "the base address cannot hold a path",
                )
            })?
            .pop_if_empty()
            .extend(segments)
            .push("");
        Ok(url)
    }

    /// A small call: its answer is whole in memory.
    pub async fn call(&self, call: Call<'_>) -> Result<Answer, RaError> {
        let started = Instant::now();
        let operation = call.operation;
        let (method, url) = (call.method.clone(), call.url.clone());
        let mut request = self.http.request(call.method, call.url);
        if let Some(json) = call.json {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(json.to_vec());
        }
        let outcome = match timeout(self.connect_timeout + self.stall_timeout, request.send()).await
        {
            Err(_) => Err(self.stalled(operation, "the server did not answer")),
            Ok(Err(error)) => Err(self.failed(operation, &error)),
            Ok(Ok(response)) => {
                self.note_answer_time(&url, started.elapsed());
                self.read(operation, response, self.stall_timeout).await
            }
        };
        self.trace(&method, &url, started, call.json, None, &outcome);
        outcome
    }

    /// An upload. An answer that comes before the body is out ends it, and is what the server said, not a failure of
    /// the connection.
    pub async fn upload(&self, upload: Upload<'_>) -> Result<Answer, RaError> {
        let started = Instant::now();
        let (method, url) = (upload.method.clone(), upload.url.clone());
        let total = upload.plan.total;
        let outcome = self.send_upload(upload).await;
        self.trace(&method, &url, started, None, Some(total), &outcome);
        outcome
    }

    async fn send_upload(&self, upload: Upload<'_>) -> Result<Answer, RaError> {
        let operation = upload.operation;
        let state = UploadState::new(upload.plan.total);
        // Whatever ends this function also ends the body, and with it the connection.
        let _ends_with_us = AbortOnDrop(Arc::clone(&state));
        let pause = self.pause_for(&upload.url, upload.pacing);
        let content_type = upload.plan.content_type.clone();
        let body = UploadBody::new(
            upload.plan,
            Arc::clone(&state),
            upload.progress,
            upload.pacing,
            pause,
        );
        let sending = self
            .http
            .request(upload.method, upload.url)
            .header(CONTENT_TYPE, content_type)
            .body(reqwest::Body::wrap(body))
            .send();
        let mut sending = std::pin::pin!(sending);
        let mut tick = tokio::time::interval(
            UPLOAD_TICK
                .min(self.stall_timeout / 4)
                .max(Duration::from_millis(5)),
        );
        let sent = loop {
            tokio::select! {
                biased;
                answer = &mut sending => break answer,
                () = upload.cancel.cancelled() => return Err(RaError::cancelled(operation)),
                _ = tick.tick() => {
                    if state.stalled(self.connect_timeout, self.stall_timeout) {
                        let text = if state.finished() {
                            "everything was sent, and the server did not answer".to_owned()
                        } else {
                            format!("the upload stands still at {} of {} bytes", state.sent(), state.total)
                        };
                        return Err(self.stalled(operation, &text));
                    }
                }
            }
        };
        let response = match sent {
            Ok(response) => response,
            Err(error) => {
                if let Some(local) = state.take_local_error() {
                    return Err(
                        RaError::new(operation, ErrorKind::LocalIo, local.to_string())
                            .with_source(local),
                    );
                }
                let failure = self.failed(operation, &error);
                return Err(match failure.kind() {
                    ErrorKind::ConnectionLost => RaError::new(
                        operation,
                        ErrorKind::ConnectionLost,
                        format!(
                            "the connection was lost without an answer, with {} of {} bytes sent",
                            state.sent(),
                            state.total
                        ),
                    )
                    .with_source(error),
                    _ => failure,
                });
            }
        };
        let early = !state.finished();
        state.hold();
        let patience = if early {
            self.stall_timeout.min(EARLY_ANSWER_PATIENCE)
        } else {
            self.stall_timeout
        };
        let reading = self.read(operation, response, patience);
        let mut answer = tokio::select! {
            biased;
            answer = reading => answer?,
            () = upload.cancel.cancelled() => return Err(RaError::cancelled(operation)),
        };
        answer.early = early;
        Ok(answer)
    }

    /// A download: `Ok(Err(answer))` where the server answers with an error.
    pub async fn download(
        &self,
        operation: Operation,
        url: Url,
        cancel: &CancellationToken,
        mut take: impl AsyncFnMut(Bytes, Option<u64>) -> io::Result<()>,
    ) -> Result<Result<u64, Answer>, RaError> {
        let sending = timeout(
            self.connect_timeout + self.stall_timeout,
            self.http.get(url).send(),
        );
        let mut response = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(RaError::cancelled(operation)),
            response = sending => match response {
                Err(_) => return Err(self.stalled(operation, "the server did not answer")),
                Ok(Err(error)) => return Err(self.failed(operation, &error)),
                Ok(Ok(response)) => response,
            },
        };
        if !response.status().is_success() {
            return Ok(Err(self
                .read(operation, response, self.stall_timeout)
                .await?));
        }
        let total = response.content_length();
        let mut received = 0u64;
        loop {
            let chunk = tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(RaError::cancelled(operation)),
                chunk = timeout(self.stall_timeout, response.chunk()) => match chunk {
                    Err(_) => return Err(self.stalled(operation, "the download stands still")),
                    Ok(Err(error)) => return Err(self.failed(operation, &error)),
                    Ok(Ok(chunk)) => chunk,
                },
            };
            let Some(chunk) = chunk else { break };
            received += chunk.len() as u64;
            take(chunk, total).await.map_err(|error| {
                RaError::new(operation, ErrorKind::LocalIo, error.to_string()).with_source(error)
            })?;
        }
        Ok(Ok(received))
    }

    async fn read(
        &self,
        operation: Operation,
        mut response: reqwest::Response,
        patience: Duration,
    ) -> Result<Answer, RaError> {
        let status = response.status();
        let headers = response.headers().clone();
        let mut body = Zeroizing::new(Vec::new());
        let cut = loop {
            match timeout(patience, response.chunk()).await {
                Err(_) => {
                    break Some((
                        ErrorKind::Stalled,
                        "the server's answer stands still".to_owned(),
                    ));
                }
                Ok(Err(error)) => {
                    let failure = self.failed(operation, &error);
                    break Some((
                        failure.kind(),
                        format!("the server's answer is cut off: {}", failure.text()),
                    ));
                }
                Ok(Ok(None)) => break None,
                Ok(Ok(Some(chunk))) if body.len() + chunk.len() > MAX_ANSWER_BYTES => {
                    break Some((
                        ErrorKind::Malformed,
                        "the server's answer is too long".to_owned(),
                    ));
                }
                Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
            }
        };
        match cut {
            // What an error status says outweighs that its text is not whole.
            Some((kind, text)) if status.is_success() => {
                Err(RaError::new(operation, kind, text).with_status(status.as_u16()))
            }
            cut => Ok(Answer {
                operation,
                status,
                headers,
                body,
                cut: cut.map(|(_, text)| text),
                early: false,
            }),
        }
    }

    fn stalled(&self, operation: Operation, text: &str) -> RaError {
        RaError::new(
            operation,
            ErrorKind::Stalled,
            format!("{text} (no byte for {} s)", self.stall_timeout.as_secs()),
        )
    }

    fn failed(&self, operation: Operation, error: &reqwest::Error) -> RaError {
        if let Some((kind, mut text)) = tls::classify(error, self.has_identity) {
            if let (ErrorKind::TlsRejected(_), Some(note)) = (kind, &self.identity_note) {
                text = format!("{text}; {note}");
            }
            return RaError::new(operation, kind, text);
        }
        let cause = innermost(error);
        if error.is_timeout() {
            let text = format!(
                "no connection within {} s",
                self.connect_timeout.as_secs_f32()
            );
            return RaError::new(operation, ErrorKind::ConnectTimeout, text);
        }
        if error.is_connect() {
            return RaError::new(
                operation,
                ErrorKind::Connect,
                format!("no connection: {cause}"),
            );
        }
        if error.is_builder() {
            return RaError::new(operation, ErrorKind::InvalidInput, cause);
        }
        if cause.starts_with("invalid HTTP")
            || cause.contains("parsed")
            || cause.contains("message head is too large")
        {
            return RaError::new(
                operation,
                ErrorKind::Malformed,
                format!("the answer is not HTTP: {cause}"),
            );
        }
        RaError::new(
            operation,
            ErrorKind::ConnectionLost,
            format!("the connection was lost without an answer: {cause}"),
        )
    }

    /// Long enough for an answer that a server gives at once to arrive: twice the time that it took last.
    fn pause_for(&self, url: &Url, pacing: Pacing) -> Duration {
        let known = self
            .answer_times
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&authority(url))
            .copied();
        match pacing {
            Pacing::Normal => known.map_or(Duration::from_millis(100), |time| {
                (time * 2).clamp(Duration::from_millis(5), Duration::from_millis(300))
            }),
            Pacing::Cautious => known.map_or(Duration::from_millis(400), |time| {
                (time * 2).clamp(Duration::from_millis(200), Duration::from_millis(1000))
            }),
        }
    }

    fn note_answer_time(&self, url: &Url, time: Duration) {
        self.answer_times
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(authority(url), time);
    }

    fn trace(
        &self,
        method: &Method,
        url: &Url,
        started: Instant,
        json: Option<&[u8]>,
        streamed: Option<u64>,
        outcome: &Result<Answer, RaError>,
    ) {
        if let Some(trace) = &self.trace {
            trace.write(&Exchange {
                method,
                url,
                took: started.elapsed(),
                json,
                streamed,
                outcome,
            });
        }
    }
}

struct AbortOnDrop(Arc<UploadState>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn authority(url: &Url) -> String {
    format!(
        "{}:{}",
        url.host_str().unwrap_or_default(),
        url.port_or_known_default().unwrap_or_default()
    )
}

fn open_trace(path: &Path) -> Result<Trace, ConfigError> {
    Trace::open(path).map_err(|source| ConfigError::Trace {
        path: path.to_path_buf(),
        source,
    })
}

/// The words of the first cause: the outer ones repeat the address.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn StdError = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
