//! A redacted trace of the exchanges, for support: one JSON object per line.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, Method};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::Url;

use crate::answer::Answer;
use crate::error::RaError;
use crate::redact;

pub(crate) struct Trace {
    file: Mutex<File>,
}

pub(crate) struct Exchange<'a> {
    pub method: &'a Method,
    pub url: &'a Url,
    pub took: Duration,
    pub payload: Payload<'a>,
    pub outcome: &'a Result<Answer, RaError>,
}

/// What went out or came in beside the answer. What streams is counted and never shown.
#[derive(Clone, Copy)]
pub(crate) enum Payload<'a> {
    /// A small call with its JSON, if any.
    Call(Option<&'a [u8]>),
    Upload(u64),
    Download(u64),
}

impl Trace {
    /// Appends; readable by its owner only where the system knows owners.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self {
            file: Mutex::new(options.open(path)?),
        })
    }

    pub fn write(&self, exchange: &Exchange<'_>) {
        let line = format!("{}\n", exchange.to_json());
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.write_all(line.as_bytes()) {
            tracing::warn!(%error, "the HTTP trace cannot be written");
        }
    }
}

impl Exchange<'_> {
    fn to_json(&self) -> Value {
        let mut line = Map::new();
        let now = OffsetDateTime::now_utc()
            .format(&Rfc3339)
            .unwrap_or_default();
        line.insert("time".into(), now.into());
        line.insert("method".into(), self.method.as_str().into());
        line.insert(
            "host".into(),
            self.url.host_str().unwrap_or_default().into(),
        );
        line.insert("path".into(), self.url.path().into());
        if self.url.query().is_some() {
            line.insert("query".into(), redact::query(self.url));
        }
        line.insert(
            "ms".into(),
            u64::try_from(self.took.as_millis())
                .unwrap_or(u64::MAX)
                .into(),
        );
        match self.payload {
            Payload::Call(None) | Payload::Download(_) => {}
            Payload::Call(Some(body)) => {
                line.insert("request_bytes".into(), body.len().into());
                line.insert("request".into(), redact::body(body));
            }
            Payload::Upload(bytes) => {
                line.insert("request_bytes".into(), bytes.into());
            }
        }
        match self.outcome {
            Ok(answer) => {
                line.insert("status".into(), answer.status.as_u16().into());
                line.insert("response_headers".into(), headers(&answer.headers));
                match self.payload {
                    Payload::Download(bytes) if answer.status.is_success() => {
                        line.insert("response_bytes".into(), bytes.into());
                    }
                    _ => {
                        line.insert("response_bytes".into(), answer.body.len().into());
                        line.insert("response".into(), redact::body(&answer.body));
                    }
                }
                if answer.early {
                    line.insert("early".into(), true.into());
                }
            }
            Err(error) => {
                line.insert(
                    "failure".into(),
                    json!({ "kind": error.kind(), "status": error.status(), "text": redact::text(error.text()) }),
                );
            }
        }
        Value::Object(line)
    }
}

/// Names and values of the harmless ones, names only of the others.
fn headers(headers: &HeaderMap) -> Value {
    const HARMLESS: [&str; 7] = [
        "content-type",
        "content-length",
        "date",
        "server",
        "retry-after",
        "allow",
        "x-request-id",
    ];
    let mut shown = Map::new();
    for (name, value) in headers {
        let value = match HARMLESS.contains(&name.as_str()) {
            true => String::from_utf8_lossy(value.as_bytes()).into_owned(),
            false => redact::HIDDEN.to_owned(),
        };
        shown.insert(name.as_str().to_owned(), value.into());
    }
    Value::Object(shown)
}
