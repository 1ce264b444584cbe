//! The request at the RA: created once and only once, opened, read again.

use std::sync::{Arc, mpsc};

use evidence::{AuditEvent, Case, DocumentType, PartsAtRa, RequestForm, RequestRecord};
use ra_api::decision::{DecideError, Decided};
use ra_api::{Client, Id};
use tokio_util::sync::CancellationToken;

use crate::contract::{Failure, FailureCode, Work};
use crate::creation::{CreateFailure, create, template};
use crate::failure::{code_name, invalid_input, not_now, of};
use crate::message::Message;
use crate::operator_check;
use crate::ra;
use crate::reopening::at_ra;
use crate::request_changes::Updated;
use crate::session::Session;

/// What the work for a request reports.
pub(crate) enum RequestReport {
    /// A scratchcard is about to be used: it is written down before the request is sent.
    Scratchcard {
        case_id: String,
        scratchcard: String,
        written: mpsc::Sender<Result<(), Failure>>,
    },
    Created {
        case_id: String,
        result: Result<Box<ra_api::RequestRecord>, CreateFailure>,
    },
    Opened {
        case_id: String,
        result: Result<Box<ra_api::RequestRecord>, Failure>,
    },
    Read {
        case_id: String,
        result: Result<Box<ra_api::RequestRecord>, Failure>,
    },
    Updated {
        case_id: String,
        result: Result<Box<Updated>, Failure>,
    },
    Cancelled {
        case_id: String,
        result: Result<Box<Decided>, DecideError>,
    },
}

pub(crate) fn running(what: &str) -> Work {
    Work::Running {
        what: what.to_owned(),
    }
}

impl Session {
    pub(crate) fn create_request(&mut self, form: &RequestForm) -> Result<(), Failure> {
        let client = self.ra.client()?;
        self.editable()?;
        let open = self.idle()?;
        if open.case.request.is_some() {
            return Err(not_now("the enrollment has a request"));
        }
        self.identifying_rao()?;
        let open = self.opened()?;
        // Where an earlier attempt may have made a request, what was sent then decides, not what is typed now.
        let in_doubt = open.case.scratchcard.is_some();
        let form = if in_doubt {
            open.case.form.clone()
        } else {
            form.check().map_err(|all| invalid_input(&all))?
        };
        self.change(None, |case| {
            if let Some(kind) = DocumentType::from_code(&form.id_document_type) {
                case.set_document(kind, form.id_document_country.clone())?;
            }
            case.form = form;
            Ok(())
        })?;
        self.spawn_creation(client)
    }

    /// After a kill in the middle of a creation: finds out what became of it.
    pub(crate) fn resume_creation(&mut self) {
        let Some(open) = &self.open else { return };
        if open.case.scratchcard.is_some()
            && open.case.request.is_none()
            && let Ok(client) = self.ra.client()
        {
            let started = self.spawn_creation(client);
            let _ = self.or_failed(started);
        }
    }

    fn spawn_creation(&mut self, client: Arc<Client>) -> Result<(), Failure> {
        let inbox = self.inbox.clone();
        let identifying = self.identifying_rao()?;
        let open = self.opened()?;
        let case = open.case.clone();
        let cancel = CancellationToken::new();
        open.cancel = cancel.clone();
        open.request_work = running("creating");
        let mut template = template(&case, &self.ra.ra_id);
        template.secure_element = Some(self.settings.secure_element(&case.form.profile));
        template.webhook_url = self
            .settings
            .request
            .webhook_url
            .as_ref()
            .map(ToString::to_string);
        let started = self.converse(move || async move {
            let asked = match &identifying {
                Some(rao_id) => operator_check::demand(&client, rao_id).await,
                None => Ok(()),
            };
            let result = match asked {
                Ok(()) => create(&client, &case, &template, &inbox, &cancel).await,
                Err(failure) => Err(CreateFailure {
                    failure,
                    in_doubt: case.scratchcard.is_some(),
                    created: None,
                }),
            };
            let report = RequestReport::Created {
                case_id: case.case_id,
                result: result.map(Box::new),
            };
            let _ = inbox.send(Message::Request(report));
        });
        self.or_failed(started)
    }

    pub(crate) fn open_request(&mut self, pk: &str) -> Result<(), Failure> {
        let pk = pk.trim();
        if pk.is_empty() || !pk.bytes().all(|b| b.is_ascii_digit()) {
            return Err(of(
                FailureCode::InvalidInput,
                "a request's number has digits only",
            ));
        }
        let client = self.ra.client()?;
        self.editable()?;
        let open = self.idle()?;
        if open.case.request.is_some() || open.case.scratchcard.is_some() {
            return Err(not_now("the enrollment has a request"));
        }
        open.request_work = running("opening");
        let case_id = open.case.case_id.clone();
        self.read_request(client, Id::new(pk), move |result| RequestReport::Opened {
            case_id,
            result,
        });
        Ok(())
    }

    pub(crate) fn refresh_request(&mut self) -> Result<(), Failure> {
        let client = self.ra.client()?;
        let open = self.idle()?;
        let Some(request) = &open.case.request else {
            return Err(not_now("there is no request"));
        };
        let pk = Id::new(request.pk.clone());
        open.request_work = running("reading");
        let case_id = open.case.case_id.clone();
        self.read_request(client, pk, move |result| RequestReport::Read {
            case_id,
            result,
        });
        Ok(())
    }

    fn read_request(
        &self,
        client: Arc<Client>,
        pk: Id,
        report: impl FnOnce(Result<Box<ra_api::RequestRecord>, Failure>) -> RequestReport
        + Send
        + 'static,
    ) {
        let inbox = self.inbox.clone();
        self.runtime.spawn(async move {
            let result = client
                .request(&pk)
                .await
                .map(Box::new)
                .map_err(|error| ra::failure(&error));
            let _ = inbox.send(Message::Request(report(result)));
        });
    }

    pub(crate) fn request_reports(&mut self, report: RequestReport) {
        let current = self.open.as_ref().map(|open| open.case.case_id.clone());
        let is_current = |case_id: &str| current.as_deref() == Some(case_id);
        match report {
            RequestReport::Scratchcard {
                case_id,
                scratchcard,
                written,
            } => {
                let result = if is_current(&case_id) {
                    let event = AuditEvent::ScratchcardTaken {
                        scratchcard: scratchcard.clone(),
                    };
                    self.change(event, |case| {
                        case.scratchcard = Some(scratchcard);
                        Ok(())
                    })
                } else {
                    Err(not_now("the enrollment is closed"))
                };
                let _ = written.send(result);
            }
            RequestReport::Created { case_id, result } if is_current(&case_id) => {
                self.created(result)
            }
            RequestReport::Opened { case_id, result } if is_current(&case_id) => {
                let outcome = result.and_then(|record| {
                    let event = AuditEvent::RequestOpened {
                        pk: record.pk.to_string(),
                    };
                    self.adopt(&record, event, true)
                });
                self.request_ended(outcome);
            }
            RequestReport::Read { case_id, result } if is_current(&case_id) => {
                let outcome = result.and_then(|record| self.was_read(&record));
                self.request_ended(outcome);
            }
            RequestReport::Updated { case_id, result } if is_current(&case_id) => {
                self.updated(result)
            }
            RequestReport::Cancelled { case_id, result } if is_current(&case_id) => {
                self.request_cancelled(result)
            }
            _ => {}
        }
    }

    fn created(&mut self, result: Result<Box<ra_api::RequestRecord>, CreateFailure>) {
        let outcome = match result {
            Ok(record) => {
                let event = AuditEvent::RequestCreated {
                    pk: record.pk.to_string(),
                };
                self.adopt(&record, event, false)
            }
            Err(CreateFailure {
                failure,
                in_doubt,
                created,
            }) => {
                let settled = self.change(None, |case| {
                    if let Some(pk) = created {
                        case.request = Some(RequestRecord {
                            pk,
                            scratchcard: case.scratchcard.clone(),
                            status: String::new(),
                            video_pk: None,
                            video_identifier: None,
                            api_url: None,
                            at_ra: PartsAtRa::default(),
                        });
                    } else if !in_doubt {
                        case.scratchcard = None;
                    }
                    Ok(())
                });
                if let Err(error) = settled {
                    tracing::warn!(
                        code = code_name(error.code),
                        "the end of a creation could not be stored"
                    );
                }
                Err(failure)
            }
        };
        self.request_ended(outcome);
    }

    pub(crate) fn request_ended(&mut self, outcome: Result<(), Failure>) {
        if let Err(failure) = &outcome {
            self.log(AuditEvent::RequestFailed {
                code: code_name(failure.code),
                provider_id: failure.provider_id.clone(),
            });
        }
        if let Some(open) = &mut self.open {
            open.request_work = match outcome {
                Ok(()) => Work::Idle,
                Err(failure) => Work::Failed { failure },
            };
        }
    }

    /// Takes over what the RA says of the request; with `fill`, its user data too.
    pub(crate) fn adopt(
        &mut self,
        record: &ra_api::RequestRecord,
        event: AuditEvent,
        fill: bool,
    ) -> Result<(), Failure> {
        let videoid = record.videoid_data.as_ref();
        let video_pk = videoid
            .and_then(|data| data.pk.as_ref())
            .map(ToString::to_string);
        let video_identifier = videoid.and_then(|data| data.video_identifier.clone());
        self.change(event, |case| {
            let before = case.request.take();
            let before = before.as_ref();
            case.request = Some(RequestRecord {
                pk: record.pk.to_string(),
                scratchcard: record
                    .scratchcard
                    .as_ref()
                    .map(ToString::to_string)
                    .or(case.scratchcard.clone()),
                status: record.status.to_string(),
                video_pk: video_pk
                    .clone()
                    .or_else(|| before.and_then(|request| request.video_pk.clone())),
                video_identifier: video_identifier
                    .clone()
                    .or_else(|| before.and_then(|request| request.video_identifier.clone())),
                api_url: None,
                at_ra: at_ra(record),
            });
            if fill {
                fill_form(case, record)?;
            }
            Ok(())
        })?;
        let request = self.opened()?.case.request.as_ref();
        match request
            .is_some_and(|request| request.video_pk.is_some() && request.video_identifier.is_some())
        {
            true => Ok(()),
            false => Err(ra::no_video_id()),
        }
    }
}

fn fill_form(case: &mut Case, record: &ra_api::RequestRecord) -> Result<(), Failure> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let form = &mut case.form;
    form.profile = text(&record.profile);
    form.given_name = text(&record.given_name);
    form.surname_1 = text(&record.surname_1);
    form.surname_2 = text(&record.surname_2);
    form.email = text(&record.email);
    form.mobile_phone_number = text(&record.mobile_phone_number);
    form.serial_number = text(&record.serial_number);
    form.country_name = text(&record.country_name);
    form.id_document_type = text(&record.id_document_type);
    form.id_document_country = text(&record.id_document_country);
    form.validity_days = record
        .validity_time
        .as_deref()
        .and_then(|days| days.trim().parse().ok())
        .unwrap_or(0);
    if let Some(kind) = DocumentType::from_code(&form.id_document_type) {
        let country = form.id_document_country.clone();
        case.set_document(kind, country)?;
    }
    Ok(())
}
