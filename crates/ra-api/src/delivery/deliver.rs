//! Brings the evidence of one enrollment to the RA.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::compare::Comparison;
use super::plan::{Part, Plan, plan};
use super::policy::{RetryPolicy, repeated, wait};
use crate::blob::BlobSource;
use crate::client::Client;
use crate::error::{ErrorKind, Operation, RaError};
use crate::types::{Id, RequestRecord, RequestState, VideoTarget};
use crate::upload::{DataEvidence, Pacing, Progress};

/// What a delivery tells while it runs.
#[derive(Debug, Clone)]
pub enum DeliveryEvent {
    /// The request was read.
    State(RequestState),
    /// A part begins, for the `attempt`th time in this delivery.
    Sending {
        part: Part,
        attempt: u32,
        total_bytes: u64,
    },
    Progress {
        part: Part,
        sent_bytes: u64,
        total_bytes: u64,
    },
    /// The RA has acknowledged a part.
    Sent(Part),
    /// Something failed that may pass; it goes on after `delay`.
    Waiting {
        error: RaError,
        delay: Duration,
        failures: u32,
    },
    /// Everything was sent; the RA has not yet shown the state that follows.
    Polling(RequestState),
}

pub type OnEvent = Arc<dyn Fn(DeliveryEvent) + Send + Sync>;

/// Why a delivery ended without the evidence being accepted. Everything sent so far stays where it is, and a later
/// delivery goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    #[error(transparent)]
    Ra(#[from] RaError),
    #[error("the request is cancelled")]
    RequestCancelled,
    #[error("the identification was refused")]
    Refused { reason: Option<String> },
    #[error("request {pk} shows no VideoID record to send the evidence to")]
    NoVideoId { pk: Id },
    #[error("the request is in state {state}, in which no evidence can be sent")]
    UnexpectedState { state: RequestState },
    /// The RA has everything and could not use it.
    #[error("the RA could not process the evidence (VIDEOERROR)")]
    VideoError { reason: Option<String> },
    /// The RA wants a part that the caller has not got.
    #[error("the RA wants the {}, which is not here", match part { Part::Data => "evidence", Part::Video => "video" })]
    NotHere { part: Part },
    /// The RA has everything, and this part of it is not the one that was to be sent: an earlier one was kept.
    #[error("the RA keeps the {} that it had before and takes no other", match part { Part::Data => "evidence", Part::Video => "video" })]
    OtherKept { part: Part },
    #[error("everything was sent, but the request stays in state {state}")]
    StateDoesNotFollow { state: RequestState },
}

impl DeliveryError {
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Ra(error) if error.kind() == ErrorKind::Cancelled)
    }

    /// Whether the same delivery may succeed later.
    pub fn retryable(&self) -> bool {
        match self {
            Self::Ra(error) => error.retryable() || error.kind() == ErrorKind::Cancelled,
            Self::VideoError { .. } | Self::StateDoesNotFollow { .. } => true,
            _ => false,
        }
    }
}

/// Reads the request, sends what it lacks, and returns it as it is once the RA has everything (`VIDEOREVIEW` or
/// later). Before anything is sent again the request is read again; a part that the RA acknowledged is not sent again
/// unless the request says that it is needed.
pub async fn deliver(
    client: &Client,
    request_pk: &Id,
    evidence: &DataEvidence,
    video: &Arc<dyn BlobSource>,
    policy: &RetryPolicy,
    on_event: &OnEvent,
    cancel: &CancellationToken,
) -> Result<RequestRecord, DeliveryError> {
    let (evidence, video) = (Some(evidence), Some(video));
    deliver_parts(
        client, request_pk, evidence, video, policy, on_event, cancel,
    )
    .await
}

/// The same where one part may be at the RA alone: should the RA want a part that is not given, nothing of it is
/// sent.
pub async fn deliver_parts(
    client: &Client,
    request_pk: &Id,
    evidence: Option<&DataEvidence>,
    video: Option<&Arc<dyn BlobSource>>,
    policy: &RetryPolicy,
    on_event: &OnEvent,
    cancel: &CancellationToken,
) -> Result<RequestRecord, DeliveryError> {
    let mut delivery = Delivery {
        client,
        request_pk,
        evidence,
        video,
        policy,
        on_event,
        cancel,
        failures: 0,
        attempts: (0, 0),
        lost: None,
        unanswered: (false, false),
    };
    delivery.run().await
}

struct Delivery<'a> {
    client: &'a Client,
    request_pk: &'a Id,
    evidence: Option<&'a DataEvidence>,
    video: Option<&'a Arc<dyn BlobSource>>,
    policy: &'a RetryPolicy,
    on_event: &'a OnEvent,
    cancel: &'a CancellationToken,
    /// Since anything last succeeded.
    failures: u32,
    /// Of data and video.
    attempts: (u32, u32),
    /// The upload whose connection was lost without an answer, and how far it had come.
    lost: Option<(Operation, u64)>,
    /// Whether an upload of data, of video, ended without a clear answer: it may have arrived.
    unanswered: (bool, bool),
}

impl Delivery<'_> {
    async fn run(&mut self) -> Result<RequestRecord, DeliveryError> {
        let mut record = self.read().await?;
        // Twice, where the request asks for the other part only after the first one is there.
        let mut rounds = 0;
        loop {
            let (data, video) = match self.planned(&record)? {
                None => return self.complete(record).await,
                Some(parts) => parts,
            };
            let Some(target) = record.video_target() else {
                return Err(DeliveryError::NoVideoId {
                    pk: self.request_pk.clone(),
                });
            };
            let evidence = match (data, self.evidence) {
                (true, None) => return Err(DeliveryError::NotHere { part: Part::Data }),
                (true, there) => there,
                (false, _) => None,
            };
            let film = match (video, self.video) {
                (true, None) => return Err(DeliveryError::NotHere { part: Part::Video }),
                (true, there) => there,
                (false, _) => None,
            };
            match self.send(&target, evidence, film).await {
                Ok(()) => {
                    rounds += 1;
                    record = self.poll(data, video).await?;
                    if record.status == RequestState::VideoError {
                        return Err(DeliveryError::VideoError {
                            reason: reason(&record),
                        });
                    }
                    let wanted = plan(&record);
                    if matches!(wanted, Plan::Send { .. })
                        && (rounds > 1 || !wants_more(wanted, data, video))
                    {
                        return Err(DeliveryError::StateDoesNotFollow {
                            state: record.status,
                        });
                    }
                }
                Err(error) => record = self.recover(error).await?,
            }
        }
    }

    fn planned(&self, record: &RequestRecord) -> Result<Option<(bool, bool)>, DeliveryError> {
        match plan(record) {
            Plan::Nothing => Ok(None),
            Plan::Send { data, video } => Ok(Some((data, video))),
            Plan::Cancelled => Err(DeliveryError::RequestCancelled),
            Plan::Refused => Err(DeliveryError::Refused {
                reason: reason(record),
            }),
            Plan::Unexpected => Err(DeliveryError::UnexpectedState {
                state: record.status.clone(),
            }),
        }
    }

    async fn read(&self) -> Result<RequestRecord, DeliveryError> {
        let record = repeated(
            self.policy,
            Operation::ReadRequest,
            self.cancel,
            |error, delay, failures| {
                self.tell(DeliveryEvent::Waiting {
                    error: error.clone(),
                    delay,
                    failures,
                });
            },
            async || self.client.request(self.request_pk).await,
        )
        .await?;
        self.tell(DeliveryEvent::State(record.status.clone()));
        Ok(record)
    }

    async fn send(
        &mut self,
        target: &VideoTarget,
        evidence: Option<&DataEvidence>,
        video: Option<&Arc<dyn BlobSource>>,
    ) -> Result<(), RaError> {
        if let Some(evidence) = evidence {
            self.attempts.0 += 1;
            let total_bytes = evidence.content_length();
            self.tell(DeliveryEvent::Sending {
                part: Part::Data,
                attempt: self.attempts.0,
                total_bytes,
            });
            let progress = Some(self.progress(Part::Data));
            self.client
                .upload_evidence_paced(
                    &target.video_pk,
                    evidence,
                    progress,
                    self.pacing(Operation::UploadEvidence),
                    self.cancel,
                )
                .await?;
            self.succeeded(Part::Data);
        }
        if let Some(video) = video {
            self.attempts.1 += 1;
            let total_bytes = video.len();
            self.tell(DeliveryEvent::Sending {
                part: Part::Video,
                attempt: self.attempts.1,
                total_bytes,
            });
            let progress = Some(self.progress(Part::Video));
            self.client
                .upload_video_paced(
                    &target.video_identifier,
                    Arc::clone(video),
                    progress,
                    self.pacing(Operation::UploadVideo),
                    self.cancel,
                )
                .await?;
            self.succeeded(Part::Video);
        }
        Ok(())
    }

    fn pacing(&self, operation: Operation) -> Pacing {
        match self.lost {
            Some((lost, around_bytes)) if lost == operation => Pacing::Cautious { around_bytes },
            _ => Pacing::Normal,
        }
    }

    fn succeeded(&mut self, part: Part) {
        self.failures = 0;
        self.lost = None;
        self.tell(DeliveryEvent::Sent(part));
    }

    /// After a failed upload: waits as the policy says, and reads what the RA has by now. A refusal for good is
    /// believed only when the request still lacks the part: a 412 may mean that an upload, whose answer was lost,
    /// has arrived.
    async fn recover(&mut self, error: RaError) -> Result<RequestRecord, DeliveryError> {
        self.failures += 1;
        self.lost = error.sent_bytes().map(|sent| (error.operation(), sent));
        let part = match error.operation() {
            Operation::UploadVideo => Part::Video,
            _ => Part::Data,
        };
        let clear = error.kind() == ErrorKind::Http && error.status().is_some_and(|s| s < 500);
        if !clear {
            match part {
                Part::Data => self.unanswered.0 = true,
                Part::Video => self.unanswered.1 = true,
            }
        }
        if let Some(delay) = self.policy.wait_after(&error, self.failures) {
            self.tell(DeliveryEvent::Waiting {
                error: error.clone(),
                delay,
                failures: self.failures,
            });
            wait(error.operation(), delay, self.cancel).await?;
            return self.read().await;
        }
        let wrong_state =
            error.kind() == ErrorKind::Http && matches!(error.status(), Some(409 | 412));
        if wrong_state || error.retryable() {
            let record = self.read().await?;
            if self.planned(&record)?.is_none() {
                return match !wrong_state || self.arrived(part, &record).await? {
                    true => Ok(record),
                    false => Err(DeliveryError::OtherKept { part }),
                };
            }
        }
        Err(error.into())
    }

    /// The RA has everything. Where this delivery sent nothing, an earlier one may have, or another station: the video
    /// that the RA has tells, where it gives it out.
    async fn complete(&self, record: RequestRecord) -> Result<RequestRecord, DeliveryError> {
        let sent_nothing = self.attempts == (0, 0) && self.video.is_some();
        if sent_nothing && matches!(self.arrived(Part::Video, &record).await, Ok(false)) {
            return Err(DeliveryError::OtherKept { part: Part::Video });
        }
        Ok(record)
    }

    /// Whether what the RA has of this part is what was to be sent. An upload that lost its answer has arrived. Without
    /// one the RA may have filled the place with what it had before; a video can be asked back and compared.
    async fn arrived(&self, part: Part, record: &RequestRecord) -> Result<bool, DeliveryError> {
        match part {
            Part::Data => Ok(self.unanswered.0),
            Part::Video if self.unanswered.1 => Ok(true),
            Part::Video => {
                let (Some(video), Some(target)) = (self.video, record.video_target()) else {
                    return Ok(false);
                };
                let mut compared = Comparison::new(video.as_ref()).map_err(|error| {
                    RaError::new(
                        Operation::DownloadVideo,
                        ErrorKind::LocalIo,
                        error.to_string(),
                    )
                })?;
                let identifier = &target.video_identifier;
                self.client
                    .download_video(identifier, &mut compared, None, self.cancel)
                    .await?;
                Ok(compared.same())
            }
        }
    }

    /// Reads until the state is one that follows from what was sent. Large videos take the RA a while.
    async fn poll(&self, data: bool, video: bool) -> Result<RequestRecord, DeliveryError> {
        let started = Instant::now();
        let mut delay = self.policy.first_poll_wait;
        loop {
            let record = self.read().await?;
            let settled = match plan(&record) {
                _ if record.status == RequestState::VideoError => true,
                // The part that was not sent turns out to be missing. It may also be that the state lags behind.
                wanted @ Plan::Send { .. } => {
                    wants_more(wanted, data, video)
                        && started.elapsed() >= self.policy.first_poll_wait * 4
                }
                Plan::Unexpected => false,
                Plan::Nothing | Plan::Cancelled | Plan::Refused => true,
            };
            if settled || started.elapsed() >= self.policy.poll_for {
                return Ok(record);
            }
            self.tell(DeliveryEvent::Polling(record.status));
            wait(Operation::ReadRequest, delay, self.cancel).await?;
            delay = (delay * 2).min(self.policy.longest_poll_wait);
        }
    }

    fn progress(&self, part: Part) -> Progress {
        let on_event = Arc::clone(self.on_event);
        Arc::new(move |sent_bytes, total_bytes| {
            on_event(DeliveryEvent::Progress {
                part,
                sent_bytes,
                total_bytes,
            });
        })
    }

    fn tell(&self, event: DeliveryEvent) {
        (self.on_event)(event);
    }
}

/// Whether a plan asks for a part that has not just been sent.
fn wants_more(plan: Plan, sent_data: bool, sent_video: bool) -> bool {
    matches!(plan, Plan::Send { data, video } if (data && !sent_data) || (video && !sent_video))
}

/// The RA's own words, where it has any.
fn reason(record: &RequestRecord) -> Option<String> {
    let videoid = record.videoid_data.as_ref()?;
    videoid
        .refusal_reason
        .clone()
        .filter(|reason| !reason.trim().is_empty())
}
