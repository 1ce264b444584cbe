//! The evidence to the RA: progress, cancel, and the end.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use evidence::{AuditEvent, Case, Delivered, PartsAtRa, PayloadOptions, Step, build_payload};
use ra_api::delivery::{DeliveryError, DeliveryEvent, OnEvent, Part, RetryPolicy, deliver_parts};
use ra_api::{BlobSource, Client, DataEvidence, Id};
use serde_json::Map;
use tokio_util::sync::CancellationToken;

use crate::contract::*;
use crate::failure::{code_name, not_now, of};
use crate::message::Message;
use crate::ra;
use crate::session::Session;
use crate::store::CaseStore;

/// Shortest time between two reports of progress: ten a second are enough for the eye.
const REPORT_INTERVAL: Duration = Duration::from_millis(100);
/// Time over which the rate is taken.
const RATE_WINDOW: Duration = Duration::from_secs(5);

pub enum DeliveryReport {
    Progress {
        case_id: String,
        view: DeliveryView,
    },
    Ended {
        case_id: String,
        result: Result<Box<ra_api::RequestRecord>, Failure>,
    },
}

impl Session {
    pub(crate) fn send(&mut self) -> Result<(), Failure> {
        let client = self.ra.client()?;
        self.editable()?;
        let (options, store, inbox) = (
            self.settings.payload_options(),
            self.store.clone(),
            self.inbox.clone(),
        );
        let training = self.settings.environment == Environment::Training;
        let open = self.idle()?;
        let missing = open.case.missing();
        if !missing.is_empty() {
            return Err(of(FailureCode::Incomplete, format!("{missing:?}")));
        }
        if open.seeing.working(&open.case) {
            return Err(not_now("the evidence is still being looked at"));
        }
        let request = open.case.request.as_ref();
        if request.is_none_or(|request| request.video_pk.is_none()) {
            return Err(ra::no_video_id());
        }
        let case = open.case.clone();
        let cancel = CancellationToken::new();
        open.cancel = cancel.clone();
        open.delivery = sending(DeliveryPart::ReadingRequest, 1);
        self.log(AuditEvent::DeliveryStarted);
        let started = self.converse(move || async move {
            let result = deliver_case(
                &client,
                case.clone(),
                store,
                options,
                training,
                &inbox,
                &cancel,
            )
            .await;
            let report = DeliveryReport::Ended {
                case_id: case.case_id,
                result,
            };
            let _ = inbox.send(Message::Delivery(report));
        });
        if let (Err(failure), Some(open)) = (&started, &mut self.open) {
            open.delivery = DeliveryView::Failed {
                failure: failure.clone(),
            };
        }
        started
    }

    pub(crate) fn cancel_send(&mut self) -> Result<(), Failure> {
        let open = self.opened()?;
        if !open.sending() {
            return Err(not_now("nothing is being sent"));
        }
        open.cancel.cancel();
        self.log(AuditEvent::DeliveryCancelled);
        Ok(())
    }

    pub(crate) fn delivery_reports(&mut self, report: DeliveryReport) {
        match report {
            DeliveryReport::Progress { case_id, view } => {
                if let Some(open) = &mut self.open
                    && open.case.case_id == case_id
                    && open.sending()
                {
                    open.delivery = view;
                }
            }
            DeliveryReport::Ended { case_id, result } => {
                if self
                    .open
                    .as_ref()
                    .is_some_and(|open| open.case.case_id == case_id)
                {
                    self.delivery_ended(result);
                }
            }
        }
    }

    fn delivery_ended(&mut self, result: Result<Box<ra_api::RequestRecord>, Failure>) {
        let at = self.clock.now();
        let stored = result.and_then(|record| {
            let status = record.status.to_string();
            let event = AuditEvent::Delivered {
                status: status.clone(),
            };
            self.change(event, |case| {
                if let Some(request) = &mut case.request {
                    request.status = status.clone();
                }
                case.delivered = Some(Delivered { status, at });
                case.step = Step::Done;
                Ok(())
            })
        });
        match stored {
            Ok(()) => {
                if let Some(open) = &mut self.open {
                    open.delivery = DeliveryView::Idle;
                }
                self.list_cases();
                self.sweep_retention();
            }
            Err(failure) => {
                if failure.code == FailureCode::Incomplete {
                    self.need_all_parts();
                }
                self.log(AuditEvent::DeliveryFailed {
                    code: code_name(failure.code),
                    provider_id: failure.provider_id.clone(),
                });
                if let Some(open) = &mut self.open {
                    open.delivery = DeliveryView::Failed { failure };
                }
            }
        }
    }
}

impl Session {
    /// The RA wants a part that was taken to be there: it is to be captured here after all.
    fn need_all_parts(&mut self) {
        let changed = self.change(None, |case| {
            if let Some(request) = &mut case.request {
                request.at_ra = PartsAtRa::default();
            }
            Ok(())
        });
        if let Err(failure) = changed {
            tracing::warn!(%failure, "what the RA lacks could not be stored");
        }
    }
}

fn sending(part: DeliveryPart, attempt: u32) -> DeliveryView {
    DeliveryView::Sending {
        part,
        sent_bytes: 0,
        total_bytes: 0,
        rate: 0,
        seconds_left: None,
        attempt,
        waiting_after: None,
    }
}

async fn deliver_case(
    client: &Client,
    mut case: Case,
    store: Arc<dyn CaseStore>,
    options: PayloadOptions,
    training: bool,
    inbox: &mpsc::Sender<Message>,
    cancel: &CancellationToken,
) -> Result<Box<ra_api::RequestRecord>, Failure> {
    if let Some(acceptance) = &mut case.acceptance
        && acceptance.ip.is_none()
    {
        acceptance.ip = crate::health::local_ip(client, training).await;
    }
    let blob = |file: &str| StoreBlob::new(Arc::clone(&store), &case.case_id, file);
    let (evidence, video) = parts(&case, options, blob)?;
    let pk = Id::new(
        case.request
            .as_ref()
            .map(|request| request.pk.clone())
            .unwrap_or_default(),
    );
    let reporter = Reporter::new(inbox.clone(), case.case_id.clone());
    let on_event: OnEvent = Arc::new(move |event| reporter.tell(event));
    deliver_parts(
        client,
        &pk,
        evidence.as_ref(),
        video.as_ref(),
        &RetryPolicy::default(),
        &on_event,
        cancel,
    )
    .await
    .map(Box::new)
    .map_err(|error| delivery_failure(&error))
}

/// What is sent of a case: data and video, none of a part that the RA alone has.
pub(crate) type Parts = (Option<DataEvidence>, Option<Arc<dyn BlobSource>>);

/// The parts of a delivery, its pictures and video still where they are stored.
pub(crate) fn parts(
    case: &Case,
    options: PayloadOptions,
    blob: impl Fn(&str) -> Result<Arc<dyn BlobSource>, Failure>,
) -> Result<Parts, Failure> {
    let payload = build_payload(case, options);
    let mut images = Vec::new();
    for (key, kind) in payload.images {
        if let Some(image) = case.images.get(&kind) {
            images.push((key.key().to_owned(), blob(&image.file)?));
        }
    }
    // Half of a part is never sent in place of a whole one that the RA has.
    let at_ra = case.at_ra();
    let video = match &case.video {
        Some(video) if !at_ra.video || case.video_complete() => Some(blob(&video.file)?),
        _ if at_ra.video => None,
        _ => return Err(of(FailureCode::Incomplete, "video")),
    };
    let evidence = DataEvidence {
        acceptance: payload.acceptance,
        ocr_data: payload.ocr_data,
        security_checks: payload.security_checks,
        similarity_level: payload.similarity_level,
        images,
        extra: Map::new(),
    };
    let data_here = !at_ra.data || case.data_complete();
    Ok((data_here.then_some(evidence), video))
}

/// What the end of a delivery means to a person.
pub(crate) fn delivery_failure(error: &DeliveryError) -> Failure {
    let code = match error {
        DeliveryError::Ra(error) => return ra::failure(error),
        DeliveryError::RequestCancelled
        | DeliveryError::Refused { .. }
        | DeliveryError::UnexpectedState { .. } => FailureCode::RaWrongState,
        DeliveryError::NoVideoId { .. } => FailureCode::RaNoVideoId,
        DeliveryError::VideoError { .. } | DeliveryError::OtherKept { .. } => {
            FailureCode::RaEvidenceRejected
        }
        DeliveryError::NotHere { .. } => FailureCode::Incomplete,
        DeliveryError::StateDoesNotFollow { .. } => FailureCode::RaStillProcessing,
    };
    let detail = match error {
        DeliveryError::VideoError {
            reason: Some(reason),
        }
        | DeliveryError::Refused {
            reason: Some(reason),
        } => {
            format!("{error}: {reason}")
        }
        _ => error.to_string(),
    };
    Failure {
        retryable: error.retryable(),
        ..of(code, detail)
    }
}

/// A file of the store as the client reads it.
struct StoreBlob {
    store: Arc<dyn CaseStore>,
    case_id: String,
    file: String,
    length: u64,
}

impl StoreBlob {
    #[allow(clippy::new_ret_no_self)]
    fn new(
        store: Arc<dyn CaseStore>,
        case_id: &str,
        file: &str,
    ) -> Result<Arc<dyn BlobSource>, Failure> {
        let (_, length) = store.open(case_id, file)?;
        Ok(Arc::new(StoreBlob {
            store,
            case_id: case_id.to_owned(),
            file: file.to_owned(),
            length,
        }))
    }
}

impl BlobSource for StoreBlob {
    fn len(&self) -> u64 {
        self.length
    }

    fn open(&self) -> std::io::Result<Box<dyn Read + Send>> {
        let (reader, _) = self
            .store
            .open(&self.case_id, &self.file)
            .map_err(std::io::Error::other)?;
        Ok(Box::new(reader))
    }
}

/// Turns the client's events into views, at most ten a second while bytes flow.
pub(crate) struct Reporter {
    inbox: mpsc::Sender<Message>,
    case_id: String,
    meter: Mutex<Meter>,
}

struct Meter {
    view: DeliveryView,
    attempt: u32,
    samples: VecDeque<(Instant, u64)>,
    reported: Option<Instant>,
}

impl Reporter {
    fn new(inbox: mpsc::Sender<Message>, case_id: String) -> Self {
        Reporter {
            inbox,
            case_id,
            meter: Mutex::new(Meter::new()),
        }
    }

    fn tell(&self, event: DeliveryEvent) {
        let mut meter = self.meter.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(view) = meter.take(event, Instant::now()) {
            let _ = self.inbox.send(Message::Delivery(DeliveryReport::Progress {
                case_id: self.case_id.clone(),
                view,
            }));
        }
    }
}

impl Meter {
    fn new() -> Self {
        Meter {
            view: sending(DeliveryPart::ReadingRequest, 1),
            attempt: 1,
            samples: VecDeque::new(),
            reported: None,
        }
    }

    /// The view to show now; none while it is too early for another.
    fn take(&mut self, event: DeliveryEvent, now: Instant) -> Option<DeliveryView> {
        match event {
            DeliveryEvent::State(_) => {
                self.view = sending(DeliveryPart::ReadingRequest, self.attempt)
            }
            DeliveryEvent::Polling(_) => {
                self.view = sending(DeliveryPart::Confirming, self.attempt)
            }
            DeliveryEvent::Sending {
                part,
                attempt,
                total_bytes,
            } => {
                self.attempt = attempt;
                self.samples.clear();
                self.view = self.progress(part, 0, total_bytes, now);
            }
            DeliveryEvent::Progress {
                part,
                sent_bytes,
                total_bytes,
            } => {
                self.view = self.progress(part, sent_bytes, total_bytes, now);
                let early = self
                    .reported
                    .is_some_and(|last| now - last < REPORT_INTERVAL);
                if early && sent_bytes < total_bytes {
                    return None;
                }
            }
            DeliveryEvent::Sent(_) => return None,
            DeliveryEvent::Waiting { error, .. } => {
                if let DeliveryView::Sending { waiting_after, .. } = &mut self.view {
                    *waiting_after = Some(ra::failure(&error));
                }
            }
        }
        self.reported = Some(now);
        Some(self.view.clone())
    }

    fn progress(
        &mut self,
        part: Part,
        sent_bytes: u64,
        total_bytes: u64,
        now: Instant,
    ) -> DeliveryView {
        self.samples.push_back((now, sent_bytes));
        while self.samples.len() > 2
            && self
                .samples
                .front()
                .is_some_and(|(at, _)| now - *at > RATE_WINDOW)
        {
            self.samples.pop_front();
        }
        let rate = self.samples.front().map_or(0, |(at, sent)| {
            let seconds = (now - *at).as_secs_f64();
            if seconds < 0.05 {
                0
            } else {
                (sent_bytes.saturating_sub(*sent) as f64 / seconds) as u64
            }
        });
        DeliveryView::Sending {
            part: match part {
                Part::Data => DeliveryPart::Evidence,
                Part::Video => DeliveryPart::Video,
            },
            sent_bytes,
            total_bytes,
            rate,
            seconds_left: (rate > 0).then(|| total_bytes.saturating_sub(sent_bytes).div_ceil(rate)),
            attempt: self.attempt,
            waiting_after: None,
        }
    }
}
