//! One exchange with a server: small calls here, what streams in `streams`.

mod streams;

use std::collections::HashMap;
use std::error::Error as StdError;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use tokio::time::{Instant, timeout};
use url::Url;
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::config::{ClientConfig, ConfigError, ProxySetting};
use crate::error::{ErrorKind, Operation, RaError};
use crate::tls;
use crate::trace::{Exchange, Payload, Trace};

pub(crate) use streams::Upload;

/// Answers longer than this are not held in memory: pictures in base64 stay far below.
const MAX_ANSWER_BYTES: usize = 96 * 1024 * 1024;

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

/// The HTTP client of a configuration: its proxy, its trust, its identity.
pub(crate) fn http_client(config: &ClientConfig) -> Result<reqwest::Client, ConfigError> {
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
    builder
        .tls_backend_preconfigured(tls)
        .build()
        .map_err(ConfigError::Http)
}

impl Transport {
    pub fn new(config: &ClientConfig) -> Result<Self, ConfigError> {
        config.check_url(&config.api_url)?;
        config.check_url(&config.video_url)?;
        let http = http_client(config)?;
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
        let payload = Payload::Call(call.json);
        self.trace(&method, &url, started, payload, &outcome);
        outcome
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
        payload: Payload<'_>,
        outcome: &Result<Answer, RaError>,
    ) {
        if let Some(trace) = &self.trace {
            let took = started.elapsed();
            trace.write(&Exchange {
                method,
                url,
                took,
                payload,
                outcome,
            });
        }
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
