//! What follows a decision: completing an organisation's request, the subscriber's link, a new capture.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use evidence::{AuditEvent, DocumentType, RequestForm};
use ra_api::{BytesBlob, Client, Id, RequestRecord, RequestUpdate};
use sha2::{Digest, Sha256};

use crate::contract::*;
use crate::desk::review::Review;
use crate::desk::{DeskReport, actions, completion, qr};
use crate::failure::{not_now, of};
use crate::message::Message;
use crate::ra;
use crate::session::Session;

/// Largest document that is attached.
const MAX_DOCUMENT_BYTES: u64 = 20 * 1024 * 1024;

/// What becomes of the request once its cancellation is through.
pub(crate) struct Recapture {
    pub form: RequestForm,
}

pub(crate) enum FollowingReport {
    Completed {
        run: u64,
        result: Result<Vec<String>, Failure>,
    },
    Attached {
        run: u64,
        label: String,
        result: Result<String, Failure>,
    },
    Removed {
        run: u64,
        document: String,
        result: Result<(), Failure>,
    },
    Link {
        run: u64,
        result: Result<ra_api::Secret, Failure>,
    },
}

fn running(what: &str) -> Work {
    Work::Running {
        what: what.to_owned(),
    }
}

impl Session {
    pub(crate) fn complete_request(
        &mut self,
        fields: &BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        self.demand(RequestAction::Complete)?;
        let client = self.ra.client()?;
        let inbox = self.inbox.clone();
        let review = self.reviewed()?;
        let record = review.record.clone().ok_or_else(unread)?;
        let asked = review.completion.as_mut().ok_or_else(unread)?;
        let changes = completion::changes(&asked.fields, fields).map_err(|key| {
            of(
                FailureCode::InvalidInput,
                format!("{key} cannot be changed"),
            )
        })?;
        if changes.is_empty() {
            return Ok(());
        }
        asked.work = running("completing");
        let (run, pk) = (review.run, Id::new(review.pk.clone()));
        self.converse(move || async move {
            let keys: Vec<String> = changes.keys().cloned().collect();
            let result = update(&client, &pk, &record, changes).await.map(|()| keys);
            let report = FollowingReport::Completed { run, result };
            let _ = inbox.send(Message::Desk(DeskReport::Following(report)));
        })
    }

    pub(crate) fn attach_document(&mut self, path: PathBuf, label: &str) -> Result<(), Failure> {
        self.demand(RequestAction::Complete)?;
        let label = label.trim().to_owned();
        if label.is_empty() || label.chars().count() > 100 || label.chars().any(char::is_control) {
            return Err(of(FailureCode::InvalidInput, "a label is needed"));
        }
        let client = self.ra.client()?;
        let inbox = self.inbox.clone();
        let review = self.reviewed()?;
        let attaching = &mut review.completion.as_mut().ok_or_else(unread)?.attaching;
        let (bytes, mime, extension) = match document(&path) {
            Ok(document) => document,
            Err(failure) => {
                *attaching = Work::Failed {
                    failure: failure.clone(),
                };
                return Err(failure);
            }
        };
        *attaching = running("attaching");
        let sha256 = hex::encode(Sha256::digest(&bytes));
        let (run, pk, cancel) = (
            review.run,
            Id::new(review.pk.clone()),
            review.cancel.clone(),
        );
        self.converse(move || async move {
            // The file's own name may name the subscriber; the label says what it is.
            let name = format!("document.{extension}");
            let blob = Arc::new(BytesBlob::new(bytes));
            let sent = client
                .upload_videoid_document(&pk, &label, &name, mime, blob, &cancel)
                .await;
            let report = FollowingReport::Attached {
                run,
                label,
                result: sent.map(|_| sha256).map_err(|error| ra::failure(&error)),
            };
            let _ = inbox.send(Message::Desk(DeskReport::Following(report)));
        })
    }

    pub(crate) fn remove_document(&mut self, document: &str) -> Result<(), Failure> {
        self.demand(RequestAction::Complete)?;
        let client = self.ra.client()?;
        let inbox = self.inbox.clone();
        let review = self.reviewed()?;
        let completion = review.completion.as_mut().ok_or_else(unread)?;
        if !completion
            .documents
            .iter()
            .any(|known| known.pk == document)
        {
            return Err(not_now("there is no such document"));
        }
        completion.attaching = running("removing");
        let (run, pk) = (review.run, Id::new(review.pk.clone()));
        let document = document.to_owned();
        self.converse(move || async move {
            let removed = client
                .delete_document(&pk, &Id::new(document.clone()))
                .await;
            let report = FollowingReport::Removed {
                run,
                document,
                result: removed.map_err(|error| ra::failure(&error)),
            };
            let _ = inbox.send(Message::Desk(DeskReport::Following(report)));
        })
    }

    pub(crate) fn show_link(&mut self) -> Result<(), Failure> {
        self.demand(RequestAction::Link)?;
        let client = self.ra.client()?;
        let inbox = self.inbox.clone();
        let review = self.reviewed()?;
        review.deciding = running("link");
        let (run, pk, cancel) = (
            review.run,
            Id::new(review.pk.clone()),
            review.cancel.clone(),
        );
        self.converse(move || async move {
            let Some(asked) = cancel.run_until_cancelled(client.preauth_link(&pk)).await else {
                return;
            };
            let result = asked.map_err(|error| ra::failure(&error));
            let report = FollowingReport::Link { run, result };
            let _ = inbox.send(Message::Desk(DeskReport::Following(report)));
        })
    }

    pub(crate) fn hide_link(&mut self) -> Result<(), Failure> {
        self.reviewed()?.link = None;
        Ok(())
    }

    pub(crate) fn following_reports(&mut self, report: FollowingReport) {
        let event = match report {
            FollowingReport::Completed { run, result } => self.completed(run, result),
            FollowingReport::Attached { run, label, result } => self.attached(run, label, result),
            FollowingReport::Removed {
                run,
                document,
                result,
            } => self.removed(run, document, result),
            FollowingReport::Link { run, result } => self.link_came(run, result),
        };
        if let Some(event) = event
            && let Err(failure) = self.desk_log(event)
        {
            tracing::error!(%failure, "what followed a decision could not be recorded");
        }
    }

    fn completed(&mut self, run: u64, result: Result<Vec<String>, Failure>) -> Option<AuditEvent> {
        let review = self.same_review(run)?;
        let work = &mut review.completion.as_mut()?.work;
        match result {
            Err(failure) => {
                *work = Work::Failed { failure };
                None
            }
            Ok(fields) => {
                *work = Work::Idle;
                let pk = review.pk.clone();
                self.read_again();
                Some(AuditEvent::RequestUpdated { pk, fields })
            }
        }
    }

    fn attached(
        &mut self,
        run: u64,
        label: String,
        result: Result<String, Failure>,
    ) -> Option<AuditEvent> {
        let review = self.same_review(run)?;
        let work = &mut review.completion.as_mut()?.attaching;
        match result {
            Err(failure) => {
                *work = Work::Failed { failure };
                None
            }
            Ok(sha256) => {
                *work = Work::Idle;
                let pk = review.pk.clone();
                self.read_again();
                Some(AuditEvent::DocumentAttached { pk, label, sha256 })
            }
        }
    }

    fn removed(
        &mut self,
        run: u64,
        document: String,
        result: Result<(), Failure>,
    ) -> Option<AuditEvent> {
        let review = self.same_review(run)?;
        let work = &mut review.completion.as_mut()?.attaching;
        match result {
            Err(failure) => {
                *work = Work::Failed { failure };
                None
            }
            Ok(()) => {
                *work = Work::Idle;
                let pk = review.pk.clone();
                self.read_again();
                Some(AuditEvent::DocumentRemoved { pk, document })
            }
        }
    }

    fn link_came(
        &mut self,
        run: u64,
        result: Result<ra_api::Secret, Failure>,
    ) -> Option<AuditEvent> {
        let review = self.same_review(run)?;
        match result.and_then(|link| link_view(review, &link)) {
            Err(failure) => {
                review.deciding = Work::Failed { failure };
                None
            }
            Ok(link) => {
                review.deciding = Work::Idle;
                review.link = Some(link);
                let pk = review.pk.clone();
                Some(AuditEvent::LinkShown { pk })
            }
        }
    }

    /// The request is read again after a change; a failure shows as that of any reading.
    pub(crate) fn read_again(&mut self) {
        if let Err(failure) = self.read_review()
            && let Ok(review) = self.reviewed()
        {
            review.reading = Work::Failed { failure };
        }
    }

    /// Goes on with the capture on this station.
    pub(crate) fn capture_reviewed(&mut self) -> Result<(), Failure> {
        self.demand(RequestAction::SendEvidence)?;
        let pk = self.reviewed()?.pk.clone();
        self.leave_for(|session| session.capture_request(&pk))
    }

    /// Captures again: on the same request where the RA takes evidence for it, else on a new one once this one is
    /// cancelled.
    pub(crate) fn recapture(&mut self, confirmed: bool) -> Result<(), Failure> {
        self.demand(RequestAction::Recapture)?;
        self.demand_confirmation(confirmed)?;
        let review = self.reviewed()?;
        let record = review.record.as_deref().ok_or_else(unread)?;
        let (pk, form) = (review.pk.clone(), form_of(record));
        if actions::takes_evidence(&record.status) {
            let same = Some(pk.clone());
            return self.leave_for(|session| session.begin_recapture(form, &pk, same));
        }
        let run = review.run;
        self.cancel_reviewed(confirmed)?;
        self.recapture = Some((run, Recapture { form }));
        Ok(())
    }

    /// A cancellation that was asked for by a new capture leads to it.
    pub(crate) fn after_decision(&mut self, run: u64) {
        let Some((_, recapture)) = self.recapture.take_if(|(asked, _)| *asked == run) else {
            return;
        };
        let cancelled = self.same_review(run).is_some_and(|review| {
            review
                .states()
                .is_some_and(|(state, _)| *state == ra_api::RequestState::Cancelled)
        });
        if !cancelled {
            return;
        }
        let Ok(pk) = self.reviewed().map(|review| review.pk.clone()) else {
            return;
        };
        let begun = self.leave_for(|session| session.begin_recapture(recapture.form, &pk, None));
        if let (Err(failure), Ok(review)) = (begun, self.reviewed()) {
            review.deciding = Work::Failed { failure };
        }
    }

    /// Closes the desk for an enrollment; where that cannot begin, the desk stays as it is.
    fn leave_for(
        &mut self,
        begin: impl FnOnce(&mut Session) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let desk = self.desk.take();
        let begun = begin(self);
        match begun {
            Ok(()) => {
                if let Some(desk) = desk {
                    desk.cancel.cancel();
                    if let Some(review) = desk.review {
                        review.cancel.cancel();
                    }
                }
            }
            Err(_) => self.desk = desk,
        }
        begun
    }
}

async fn update(
    client: &Client,
    pk: &Id,
    record: &RequestRecord,
    changes: BTreeMap<String, String>,
) -> Result<(), Failure> {
    let mut update = RequestUpdate::from_record(record);
    for (key, value) in changes {
        update
            .set(&key, value)
            .map_err(|error| of(FailureCode::InvalidInput, error))?;
    }
    client
        .update_request(pk, &update)
        .await
        .map(drop)
        .map_err(|error| ra::failure(&error))
}

/// A document that an RA can read: its bytes, its MIME type, its file extension. Told by its content, not its name.
fn document(path: &Path) -> Result<(Vec<u8>, &'static str, &'static str), Failure> {
    let unreadable = |why: &dyn std::fmt::Display| of(FailureCode::DocumentUnreadable, why);
    let length = std::fs::metadata(path)
        .map_err(|error| unreadable(&error))?
        .len();
    if length > MAX_DOCUMENT_BYTES {
        return Err(unreadable(&format!(
            "{} MB are more than the {} MB that can be attached",
            length / 1_000_000,
            MAX_DOCUMENT_BYTES / 1_000_000
        )));
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable(&error))?;
    let (mime, extension) = match bytes.as_slice() {
        [b'%', b'P', b'D', b'F', ..] => ("application/pdf", "pdf"),
        [0xff, 0xd8, 0xff, ..] => ("image/jpeg", "jpg"),
        [0x89, b'P', b'N', b'G', ..] => ("image/png", "png"),
        _ => return Err(unreadable(&"the file is no PDF, JPEG or PNG")),
    };
    Ok((bytes, mime, extension))
}

fn link_view(review: &Review, link: &ra_api::Secret) -> Result<LinkView, Failure> {
    let url = link.expose();
    if !url.starts_with("https://") {
        return Err(of(
            FailureCode::RaAnswerUnreadable,
            "the link does not begin with https://",
        ));
    }
    let code =
        qr::qr(url).ok_or_else(|| of(FailureCode::RaAnswerUnreadable, "the link is too long"))?;
    Ok(LinkView {
        url: url.to_owned(),
        email: review
            .record
            .as_ref()
            .and_then(|record| record.email.clone())
            .unwrap_or_default(),
        qr_size: code.size,
        qr_path: code.path,
    })
}

/// The form of a new request with the same user data.
fn form_of(record: &RequestRecord) -> RequestForm {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let mut form = RequestForm {
        profile: text(&record.profile),
        given_name: text(&record.given_name),
        surname_1: text(&record.surname_1),
        surname_2: text(&record.surname_2),
        email: text(&record.email),
        mobile_phone_number: text(&record.mobile_phone_number),
        serial_number: text(&record.serial_number),
        country_name: text(&record.country_name),
        id_document_type: text(&record.id_document_type),
        id_document_country: text(&record.id_document_country),
        ..RequestForm::default()
    };
    if let Some(days) = record
        .validity_time
        .as_deref()
        .and_then(|days| days.parse().ok())
    {
        form.validity_days = days;
    }
    if DocumentType::from_code(&form.id_document_type).is_none() {
        form.id_document_type = DocumentType::Idc.code().to_owned();
    }
    form
}

fn unread() -> Failure {
    not_now("the request is not read yet")
}
