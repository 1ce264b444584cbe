//! Uploads and downloads that stream, and what ends them early.

use std::io;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::CONTENT_TYPE;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{Transport, authority};
use crate::answer::Answer;
use crate::error::{ErrorKind, Operation, RaError};
use crate::trace::Payload;
use crate::upload::{BodyPlan, Pacing, Progress, UploadBody, UploadState};

/// How long the rest of an early answer is waited for.
const EARLY_ANSWER_PATIENCE: Duration = Duration::from_secs(5);
/// How often an upload is looked at.
const UPLOAD_TICK: Duration = Duration::from_millis(200);

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

impl Transport {
    /// An upload. An answer that comes before the body is out ends it, and is what the server said, not a failure of
    /// the connection.
    pub async fn upload(&self, upload: Upload<'_>) -> Result<Answer, RaError> {
        let started = Instant::now();
        let (method, url) = (upload.method.clone(), upload.url.clone());
        let total = upload.plan.total;
        let outcome = self.send_upload(upload).await;
        self.trace(&method, &url, started, Payload::Upload(total), &outcome);
        outcome
    }

    async fn send_upload(&self, upload: Upload<'_>) -> Result<Answer, RaError> {
        let operation = upload.operation;
        let state = UploadState::new(upload.plan.total);
        // Whatever ends this function also ends the body, and with it the connection.
        let _ends_with_us = AbortOnDrop(Arc::clone(&state));
        let pause = self.pause_for(&upload.url);
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
                    .with_sent_bytes(state.sent())
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

    /// A download: each piece is given to `take` with the length of the whole, where it is known. The answer that is
    /// returned holds no body unless its status is an error.
    pub async fn download(
        &self,
        operation: Operation,
        url: Url,
        cancel: &CancellationToken,
        take: impl AsyncFnMut(Bytes, Option<u64>) -> io::Result<()>,
    ) -> Result<Answer, RaError> {
        let started = Instant::now();
        let mut received = 0;
        let outcome = self
            .receive(operation, url.clone(), cancel, &mut received, take)
            .await;
        let payload = Payload::Download(received);
        self.trace(&Method::GET, &url, started, payload, &outcome);
        outcome
    }

    async fn receive(
        &self,
        operation: Operation,
        url: Url,
        cancel: &CancellationToken,
        received: &mut u64,
        mut take: impl AsyncFnMut(Bytes, Option<u64>) -> io::Result<()>,
    ) -> Result<Answer, RaError> {
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
            return self.read(operation, response, self.stall_timeout).await;
        }
        let total = response.content_length();
        let (status, headers) = (response.status(), response.headers().clone());
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
            *received += chunk.len() as u64;
            take(chunk, total).await.map_err(|error| {
                RaError::new(operation, ErrorKind::LocalIo, error.to_string()).with_source(error)
            })?;
        }
        Ok(Answer {
            operation,
            status,
            headers,
            body: Default::default(),
            cut: None,
            early: false,
        })
    }

    /// Long enough for an answer that a server gives at once to arrive: twice the time that it took last.
    fn pause_for(&self, url: &Url) -> Duration {
        let known = self
            .answer_times
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&authority(url))
            .copied();
        known.map_or(Duration::from_millis(100), |time| {
            (time * 2).clamp(Duration::from_millis(5), Duration::from_millis(300))
        })
    }
}

struct AbortOnDrop(Arc<UploadState>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
