//! Changes of the request after its creation: its user data before the evidence is sent, and its cancellation.

use std::sync::Arc;

use evidence::{AuditEvent, DocumentType, RequestForm};
use ra_api::decision::{DecideError, Decided, Verdict, decide};
use ra_api::{Client, Id, RequestState, RequestUpdate};
use tokio_util::sync::CancellationToken;

use crate::contract::{Failure, FailureCode, RequestAction, Work};
use crate::desk::deciding::{action_name, decide_failure};
use crate::failure::{code_name, invalid_input, not_now, of};
use crate::message::Message;
use crate::ra;
use crate::request::{RequestReport, running};
use crate::session::Session;

/// What an update led to.
pub(crate) struct Updated {
    pub record: ra_api::RequestRecord,
    pub form: RequestForm,
    /// Names of the fields that were sent anew.
    pub fields: Vec<String>,
}

impl Session {
    pub(crate) fn update_request(&mut self, form: &RequestForm) -> Result<(), Failure> {
        let client = self.ra.client()?;
        let inbox = self.inbox.clone();
        self.editable()?;
        let open = self.idle()?;
        let Some(request) = &open.case.request else {
            return Err(not_now("there is no request"));
        };
        if !changeable(&RequestState::from(request.status.as_str())) {
            return Err(not_now("the request's state does not allow it"));
        }
        // The profile is the request's for good.
        let form = RequestForm {
            profile: open.case.form.profile.clone(),
            ..form.clone()
        };
        let form = form.check().map_err(|all| invalid_input(&all))?;
        let pk = Id::new(request.pk.clone());
        let case_id = open.case.case_id.clone();
        open.request_work = running("updating");
        let started = self.converse(move || async move {
            let result = update(&client, &pk, form).await.map(Box::new);
            let report = RequestReport::Updated { case_id, result };
            let _ = inbox.send(Message::Request(report));
        });
        self.or_failed(started)
    }

    pub(crate) fn updated(&mut self, result: Result<Box<Updated>, Failure>) {
        let outcome = result.and_then(|updated| {
            let Updated {
                record,
                form,
                fields,
            } = *updated;
            let pk = record.pk.to_string();
            let removed = self.change(None, |case| {
                let chosen = (&form.id_document_type, &form.id_document_country);
                let before = (&case.form.id_document_type, &case.form.id_document_country);
                let removed = match DocumentType::from_code(&form.id_document_type) {
                    Some(kind) if chosen != before => {
                        case.set_document(kind, form.id_document_country.clone())?
                    }
                    _ => None,
                };
                if !case.step_needed(case.step) {
                    case.step = evidence::Step::DocumentFront;
                }
                case.form = form;
                Ok(removed)
            })?;
            let open = self.opened()?;
            let (case_id, step, document) = (
                open.case.case_id.clone(),
                open.case.step,
                open.case.document_type,
            );
            if !document.has_rear()
                && open
                    .pending
                    .as_ref()
                    .is_some_and(|pending| pending.kind == evidence::ImageKind::DocumentRear)
            {
                open.pending = None;
            }
            self.erase_images(&case_id, removed);
            self.camera.show(step, document);
            let event = match fields.is_empty() {
                // Nothing differed: the request was read, and nothing sent.
                true => AuditEvent::RequestRead {
                    status: record.status.to_string(),
                },
                false => AuditEvent::RequestUpdated { pk, fields },
            };
            self.adopt(&record, event, false)
        });
        self.request_ended(outcome);
    }

    pub(crate) fn cancel_request(&mut self, confirmed: bool) -> Result<(), Failure> {
        let client = self.ra.client()?;
        let inbox = self.inbox.clone();
        let policy = self.decision_policy.clone();
        let open = self.idle()?;
        let Some(request) = &open.case.request else {
            return Err(not_now("there is no request"));
        };
        if open.case.cancelled() {
            return Err(not_now("the request is cancelled"));
        }
        let pk = request.pk.clone();
        let case_id = open.case.case_id.clone();
        self.demand_confirmation(confirmed)?;
        // Written down before it is sent: it leaves a trace even where this program does not see its end.
        self.log(AuditEvent::DecisionSent {
            pk: pk.clone(),
            action: action_name(RequestAction::Cancel),
            rao_id: None,
        });
        self.opened()?.request_work = running("cancelling");
        let started = self.converse(move || async move {
            // Once sent it is not called back.
            let never = CancellationToken::new();
            let pk = Id::new(pk);
            let result = decide(&client, &pk, None, Verdict::Cancel, &policy, &never)
                .await
                .map(Box::new);
            let report = RequestReport::Cancelled { case_id, result };
            let _ = inbox.send(Message::Request(report));
        });
        self.or_failed(started)
    }

    pub(crate) fn request_cancelled(&mut self, result: Result<Box<Decided>, DecideError>) {
        let outcome = match result {
            Ok(decided) => {
                let pk = decided.request.pk.to_string();
                self.note_status(AuditEvent::RequestCancelled { pk }, &decided.request)
            }
            Err(error) => {
                let failure = decide_failure(&error);
                let pk = self.opened().ok().and_then(|open| {
                    let request = open.case.request.as_ref();
                    request.map(|request| request.pk.clone())
                });
                self.log(AuditEvent::DecisionFailed {
                    pk: pk.unwrap_or_default(),
                    action: action_name(RequestAction::Cancel),
                    code: code_name(failure.code),
                    provider_id: failure.provider_id.clone(),
                });
                // What the RA showed when it was asked is kept, whatever became of the cancellation.
                let read = match &error {
                    DecideError::NotInState { request } => Some(request),
                    DecideError::Refused { request, .. } => request.as_ref(),
                    _ => None,
                };
                let noted = read.map_or(Ok(()), |record| {
                    let status = record.status.to_string();
                    self.note_status(AuditEvent::RequestRead { status }, record)
                });
                noted.and(Err(failure))
            }
        };
        if let Some(open) = &mut self.open {
            open.request_work = match outcome {
                Ok(()) => Work::Idle,
                Err(failure) => Work::Failed { failure },
            };
        }
    }

    /// Takes over the request's state alone. A cancelled request leaves nothing to capture.
    fn note_status(
        &mut self,
        event: AuditEvent,
        record: &ra_api::RequestRecord,
    ) -> Result<(), Failure> {
        let status = record.status.to_string();
        self.change(event, |case| {
            if let Some(request) = &mut case.request {
                request.status = status;
            }
            Ok(())
        })?;
        self.leave_capture_when_cancelled()
    }

    /// Ends what captures for a request that is cancelled; what was accepted stays until it is discarded.
    pub(crate) fn leave_capture_when_cancelled(&mut self) -> Result<(), Failure> {
        let open = self.opened()?;
        if !open.case.cancelled() {
            return Ok(());
        }
        open.pending = None;
        open.awaiting_still = None;
        let (step, document) = (open.case.step, open.case.document_type);
        if !crate::views::reachable(&open.case, step) {
            self.change(None, |case| {
                case.step = evidence::Step::Request;
                Ok(())
            })?;
            self.camera.show(evidence::Step::Request, document);
        }
        self.list_cases();
        Ok(())
    }

    /// Shows why work for the request could not begin.
    pub(crate) fn or_failed(&mut self, started: Result<(), Failure>) -> Result<(), Failure> {
        if let (Err(failure), Some(open)) = (&started, &mut self.open) {
            open.request_work = Work::Failed {
                failure: failure.clone(),
            };
        }
        started
    }
}

/// States in which the RA takes other user data.
fn changeable(state: &RequestState) -> bool {
    matches!(
        state,
        RequestState::Created
            | RequestState::VideoPending
            | RequestState::VideoIncomplete
            | RequestState::VideoError
    )
}

/// Reads the request, sends back all that it has with what differs from the form, and reads it again.
async fn update(client: &Arc<Client>, pk: &Id, form: RequestForm) -> Result<Updated, Failure> {
    let read = async || {
        client
            .request(pk)
            .await
            .map_err(|error| ra::failure(&error))
    };
    let record = read().await?;
    // A validated request waits for its completion: what came from the identification stays as it is.
    let validated = record
        .videoid_data
        .as_ref()
        .is_some_and(|videoid| videoid.status == Some(ra_api::VideoIdState::Validated));
    if !changeable(&record.status) || validated {
        return Err(of(
            FailureCode::RaWrongState,
            format!("the request is {}", record.status),
        ));
    }
    let changed = changes(&record, &form);
    if changed.is_empty() {
        return Ok(Updated {
            record,
            form,
            fields: Vec::new(),
        });
    }
    let mut update = RequestUpdate::from_record(&record);
    for (key, value) in &changed {
        update
            .set(key, value.clone())
            .map_err(|error| of(FailureCode::InvalidInput, error))?;
    }
    client
        .update_request(pk, &update)
        .await
        .map_err(|error| ra::failure(&error))?;
    Ok(Updated {
        record: read().await?,
        form,
        fields: changed.into_iter().map(|(key, _)| key.to_owned()).collect(),
    })
}

/// What the form says otherwise than the request, by the API's keys.
fn changes(record: &ra_api::RequestRecord, form: &RequestForm) -> Vec<(&'static str, String)> {
    let validity = form.validity_days.to_string();
    let fields = [
        ("given_name", &record.given_name, &form.given_name),
        ("surname_1", &record.surname_1, &form.surname_1),
        ("surname_2", &record.surname_2, &form.surname_2),
        ("email", &record.email, &form.email),
        (
            "mobile_phone_number",
            &record.mobile_phone_number,
            &form.mobile_phone_number,
        ),
        ("serial_number", &record.serial_number, &form.serial_number),
        ("country_name", &record.country_name, &form.country_name),
        (
            "id_document_type",
            &record.id_document_type,
            &form.id_document_type,
        ),
        (
            "id_document_country",
            &record.id_document_country,
            &form.id_document_country,
        ),
        ("validity_time", &record.validity_time, &validity),
    ];
    fields
        .into_iter()
        .filter(|(_, has, wanted)| has.as_deref().unwrap_or_default() != wanted.as_str())
        .map(|(key, _, wanted)| (key, wanted.clone()))
        .collect()
}
