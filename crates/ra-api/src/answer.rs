//! Reading answers: the four error shapes, HTML, nothing at all, and what a success must hold.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use zeroize::Zeroizing;

use crate::error::{ErrorKind, Operation, RaError, TlsRejection};
use crate::types::FieldProblem;

/// Longest text that is taken over from a server.
const MAX_TEXT_CHARS: usize = 400;

/// A complete answer. Its body may hold secrets, and is overwritten when it is dropped.
pub(crate) struct Answer {
    pub operation: Operation,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Zeroizing<Vec<u8>>,
    /// Why the body is not whole, where it is not.
    pub cut: Option<String>,
    /// Sent before the server had the whole request.
    pub early: bool,
}

impl Answer {
    /// Itself where the status says success.
    pub fn success(self) -> Result<Self, RaError> {
        if !self.status.is_success() {
            return Err(self.into_error());
        }
        if self.early {
            let text = "the server said yes before it had everything";
            return Err(RaError::new(self.operation, ErrorKind::Malformed, text)
                .with_status(self.status.as_u16()));
        }
        match &self.cut {
            None => Ok(self),
            Some(cut) => Err(
                RaError::new(self.operation, ErrorKind::ConnectionLost, cut.clone())
                    .with_status(self.status.as_u16()),
            ),
        }
    }

    pub fn json<T: DeserializeOwned>(self) -> Result<T, RaError> {
        let answer = self.success()?;
        serde_json::from_slice(&answer.body).map_err(|error| {
            let text = match answer.page_title() {
                Some(title) => format!("the server answered with an HTML page: {title}"),
                None if answer.body.is_empty() => "the server's answer is empty".to_owned(),
                // serde's words may quote the answer, which may hold personal data: its place is enough.
                None => format!(
                    "the server's answer is not what was expected ({:?} error at line {}, column {})",
                    error.classify(),
                    error.line(),
                    error.column()
                ),
            };
            RaError::new(answer.operation, ErrorKind::Malformed, text).with_status(answer.status.as_u16())
        })
    }

    /// A success without anything in it that matters; an HTML page is still no success.
    pub fn accepted(self) -> Result<(), RaError> {
        let answer = self.success()?;
        match answer.page_title() {
            None => Ok(()),
            Some(title) => Err(RaError::new(
                answer.operation,
                ErrorKind::Malformed,
                format!("the server answered with an HTML page: {title}"),
            )
            .with_status(answer.status.as_u16())),
        }
    }

    pub fn into_error(self) -> RaError {
        let status = self.status.as_u16();
        let told = self.told();
        if let Some(rejection) = self.gateway_rejection() {
            let text = match rejection {
                TlsRejection::CertificateMissing => {
                    "the gateway asks for a client certificate, and got none"
                }
                _ => "the gateway does not accept the client certificate",
            };
            return RaError::new(self.operation, ErrorKind::TlsRejected(rejection), text)
                .with_status(status);
        }
        let kind = if self.status.is_redirection() {
            ErrorKind::Malformed
        } else {
            ErrorKind::Http
        };
        let fields = match self.status {
            StatusCode::PRECONDITION_FAILED => FieldProblem::in_error(&self.body),
            _ => vec![],
        };
        RaError::new(self.operation, kind, told.text)
            .with_status(status)
            .with_provider(told.code, told.id)
            .with_fields(fields)
            .with_retry_after(retry_after(&self.headers, OffsetDateTime::now_utc()))
    }

    fn told(&self) -> Told {
        let fallback = || {
            let reason = self.status.canonical_reason().unwrap_or("no reason given");
            Told::text(format!(
                "the server answered {} {reason}",
                self.status.as_u16()
            ))
        };
        if self.status.is_redirection() {
            return Told::text(
                "the server points to another address, which is not followed; check the settings",
            );
        }
        if let Some(title) = self.page_title() {
            return Told::text(format!(
                "the server answered {} with an HTML page: {title}",
                self.status.as_u16()
            ));
        }
        match serde_json::from_slice::<Value>(&self.body) {
            Ok(value) => Told::from_value(&value)
                .filter(|told| !told.text.is_empty())
                .unwrap_or_else(fallback),
            Err(_) if self.body.is_empty() => fallback(),
            Err(_) => match std::str::from_utf8(&self.body) {
                Ok(text) if !text.trim().is_empty() => Told::text(text),
                _ => fallback(),
            },
        }
    }

    /// nginx answers 400 with a page of its own where the certificate is missing or wrong.
    fn gateway_rejection(&self) -> Option<TlsRejection> {
        if !matches!(self.status.as_u16(), 400 | 403 | 495 | 496) {
            return None;
        }
        let text = String::from_utf8_lossy(&self.body);
        if text.contains("No required SSL certificate was sent") {
            Some(TlsRejection::CertificateMissing)
        } else if text.contains("The SSL certificate error") {
            Some(TlsRejection::CertificateRefused)
        } else {
            None
        }
    }

    /// The title (or the beginning of the text) of an HTML page.
    fn page_title(&self) -> Option<String> {
        let text = std::str::from_utf8(&self.body).ok()?;
        let start = text.trim_start_matches('\u{feff}').trim_start();
        let is_html = self
            .headers
            .get(http::header::CONTENT_TYPE)
            .is_some_and(|value| {
                value
                    .to_str()
                    .is_ok_and(|value| value.to_ascii_lowercase().contains("text/html"))
            });
        let has_markup = start.starts_with('<') || (is_html && start.contains('<'));
        if !has_markup {
            return None;
        }
        let lower = start.to_ascii_lowercase();
        let titled = lower.find("<title").and_then(|at| {
            let open = at + lower[at..].find('>')? + 1;
            let close = open + lower[open..].find("</title")?;
            Some(tidy(&start[open..close]))
        });
        Some(
            titled
                .filter(|title| !title.is_empty())
                .unwrap_or_else(|| tidy(&without_tags(start))),
        )
    }
}

/// What an error's body tells.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    text: String,
    code: Option<String>,
    id: Option<String>,
}

impl Told {
    fn text(text: impl AsRef<str>) -> Self {
        Self {
            text: tidy(text.as_ref()),
            ..Self::default()
        }
    }

    fn from_value(value: &Value) -> Option<Self> {
        let scalar = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        match value {
            Value::String(text) => Some(Self::text(text)),
            Value::Object(fields) => {
                let get = |name: &str| {
                    fields
                        .get(name)
                        .map(flat)
                        .filter(|text| !text.trim().is_empty())
                };
                let text = get("error")
                    .or_else(|| get("detail"))
                    .or_else(|| match (get("title"), get("description")) {
                        (Some(title), Some(description)) => Some(format!("{title}: {description}")),
                        (title, description) => title.or(description),
                    })
                    .or_else(|| get("message"))
                    .or_else(|| get("reason"))
                    .unwrap_or_else(|| flat(value));
                Some(Self {
                    text: tidy(&text),
                    code: fields.get("code").and_then(scalar).map(|code| tidy(&code)),
                    id: fields.get("id").and_then(scalar).map(|id| tidy(&id)),
                })
            }
            // A 412 lists the missing fields.
            Value::Array(items) if !items.is_empty() => Some(Self::text(flat(value))),
            _ => None,
        }
    }
}

/// Nested lists and objects as one line of text.
fn flat(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items
            .iter()
            .map(|item| match item {
                Value::Array(pair) => pair.iter().map(flat).collect::<Vec<_>>().join(" "),
                other => flat(other),
            })
            .collect::<Vec<_>>()
            .join(", "),
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| *name != "secrets")
            .map(|(name, value)| format!("{name}: {}", flat(value)))
            .collect::<Vec<_>>()
            .join("; "),
        other => other.to_string(),
    }
}

fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text
}

/// One line without control characters, not longer than an error message may be.
fn tidy(text: &str) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.retain(|c| !c.is_control());
    match line.char_indices().nth(MAX_TEXT_CHARS) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// Seconds or an HTTP date.
pub(crate) fn retry_after(headers: &HeaderMap, now: OffsetDateTime) -> Option<Duration> {
    let text = headers
        .get(http::header::RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let wait = OffsetDateTime::parse(text, &Rfc2822).ok()? - now;
    Some(Duration::try_from(wait).unwrap_or(Duration::ZERO))
}

/// The server's clock, to the second.
pub(crate) fn date(headers: &HeaderMap) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(
        headers.get(http::header::DATE)?.to_str().ok()?.trim(),
        &Rfc2822,
    )
    .ok()
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
