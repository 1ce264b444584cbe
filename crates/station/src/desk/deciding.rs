//! Validate, refuse, approve, cancel: asked of the RA once, and never believed to have failed before it was read.

use evidence::{AuditEvent, OperatorRecord};
use ra_api::decision::{DecideError, Decided, Verdict, decide};
use ra_api::{Id, RaoCredentials};
use tokio_util::sync::CancellationToken;

use crate::contract::*;
use crate::desk::{DeskReport, actions, facts};
use crate::failure::{code_name, not_now, of, plain};
use crate::message::Message;
use crate::ra;
use crate::session::Session;

/// Longest reason that is sent with a refusal, in characters.
const MAX_REASON: usize = 1_000;

/// How a decision ended.
pub(crate) struct DecisionReport {
    run: u64,
    pk: String,
    action: RequestAction,
    result: Result<Decided, DecideError>,
}

/// What is asked of the RA, owned so that it can go to a thread of its own.
enum Asked {
    Validate,
    Refuse(String),
    Approve(String),
    Cancel,
}

impl Asked {
    fn verdict(&self) -> Verdict<'_> {
        match self {
            Asked::Validate => Verdict::Validate,
            Asked::Refuse(reason) => Verdict::Refuse { reason },
            Asked::Approve(lang) => Verdict::Approve { lang },
            Asked::Cancel => Verdict::Cancel,
        }
    }
}

impl Session {
    pub(crate) fn validate(&mut self, confirmed: bool) -> Result<(), Failure> {
        self.decide(RequestAction::Validate, Asked::Validate, confirmed)
    }

    pub(crate) fn refuse(
        &mut self,
        reasons: &[String],
        note: &str,
        confirmed: bool,
    ) -> Result<(), Failure> {
        let reason = refusal_reason(reasons, note)?;
        self.decide(RequestAction::Refuse, Asked::Refuse(reason), confirmed)
    }

    pub(crate) fn approve(&mut self, lang: &str, confirmed: bool) -> Result<(), Failure> {
        if !self
            .settings
            .desk
            .languages
            .iter()
            .any(|known| known == lang)
        {
            return Err(of(FailureCode::InvalidInput, "the language is not offered"));
        }
        self.decide(
            RequestAction::Approve,
            // The API's examples write it in capitals.
            Asked::Approve(lang.to_uppercase()),
            confirmed,
        )
    }

    pub(crate) fn cancel_reviewed(&mut self, confirmed: bool) -> Result<(), Failure> {
        self.decide(RequestAction::Cancel, Asked::Cancel, confirmed)
    }

    /// Refuses what an obstacle stands before.
    pub(crate) fn demand(&mut self, action: RequestAction) -> Result<(), Failure> {
        self.reviewed()?;
        let review = self.desk.as_ref().and_then(|desk| desk.review.as_ref());
        let obstacle = review.and_then(|review| review.obstacle(action, &self.asking()));
        match obstacle {
            None => Ok(()),
            Some(obstacle) => Err(refusal(obstacle)),
        }
    }

    fn decide(
        &mut self,
        action: RequestAction,
        asked: Asked,
        confirmed: bool,
    ) -> Result<(), Failure> {
        self.demand(action)?;
        self.demand_confirmation(confirmed)?;
        let client = self.ra.client()?;
        let credentials: Option<RaoCredentials> = actions::needs_credentials(action)
            .then(|| self.seat.credentials().cloned())
            .flatten();
        // Written down before it is sent: a decision leaves a trace even where this program does not see its end.
        let pk = self.reviewed()?.pk.clone();
        self.desk_log(AuditEvent::DecisionSent {
            pk,
            action: action_name(action),
            rao_id: credentials.as_ref().map(|rao| rao.rao_id.to_string()),
        })?;
        let inbox = self.inbox.clone();
        let policy = self.decision_policy.clone();
        let review = self.reviewed()?;
        review.deciding = Work::Running {
            what: action_name(action),
        };
        review.decided = None;
        let (run, pk) = (review.run, review.pk.clone());
        let started = self.converse(move || async move {
            // Once sent it is not called back: the screen waits for its end.
            let never = CancellationToken::new();
            let result = decide(
                &client,
                &Id::new(pk.clone()),
                credentials.as_ref(),
                asked.verdict(),
                &policy,
                &never,
            )
            .await;
            let report = DecisionReport {
                run,
                pk,
                action,
                result,
            };
            let _ = inbox.send(Message::Desk(DeskReport::Decision(Box::new(report))));
        });
        if let (Err(failure), Ok(review)) = (&started, self.reviewed()) {
            review.deciding = Work::Failed {
                failure: failure.clone(),
            };
        }
        started
    }

    pub(crate) fn decision_reports(&mut self, report: DecisionReport) {
        let at = self.now_text();
        let rao_id = self
            .seat
            .credentials()
            .map(|rao| rao.rao_id.to_string())
            .unwrap_or_default();
        let DecisionReport {
            run,
            pk,
            action,
            result,
        } = report;
        let event = match result {
            Ok(decided) => {
                let status = decided.request.status.to_string();
                let videoid_state = facts::videoid_state(&decided.request);
                let found_by_reading = decided.found_by_reading;
                let mut captured_by = None;
                if let Some(review) = self.same_review(run) {
                    captured_by = review.own.as_ref().map(|own| own.case.operator.clone());
                    review.deciding = Work::Idle;
                    review.validation_not_taken = false;
                    review.decided = Some(DecidedView {
                        action,
                        state: status.clone(),
                        videoid_state,
                        found_by_reading,
                        at: at.clone(),
                    });
                    review.take_record(Box::new(decided.request), at);
                }
                done(action, pk, rao_id, captured_by, status, found_by_reading)
            }
            Err(error) => {
                let failure = self.not_decided(run, action, error);
                AuditEvent::DecisionFailed {
                    pk,
                    action: action_name(action),
                    code: code_name(failure.code),
                    provider_id: failure.provider_id,
                }
            }
        };
        if let Err(failure) = self.desk_log(event) {
            tracing::error!(%failure, "the end of a decision could not be recorded");
        }
        self.show_in_queue();
        self.after_decision(run);
        // What an organisation's request still needs is not in the answer to its validation.
        let completable = self.same_review(run).is_some_and(|review| {
            review.completion.is_none()
                && review.states().is_some_and(|(state, videoid)| {
                    actions::allowed(RequestAction::Complete, state, videoid)
                })
        });
        if completable {
            self.read_again();
        }
    }

    /// Shows why it was not done, and what the request is now.
    fn not_decided(&mut self, run: u64, action: RequestAction, error: DecideError) -> Failure {
        let at = self.now_text();
        let failure = decide_failure(&error);
        if failure.code == FailureCode::RaoCredentials {
            // The same again would count as another try at the RA.
            self.seat.lock();
        }
        if let Some(review) = self.same_review(run) {
            review.deciding = Work::Failed {
                failure: failure.clone(),
            };
            match error {
                DecideError::NotInState { request } => review.take_record(request, at),
                DecideError::Refused { error, request } => {
                    if let Some(request) = request {
                        review.take_record(request, at);
                    }
                    let still_there = review.states().is_some_and(|(state, videoid)| {
                        actions::allowed(RequestAction::Validate, state, videoid)
                    });
                    review.validation_not_taken = action == RequestAction::Validate
                        && error.status() == Some(412)
                        && still_there;
                }
                DecideError::OutcomeUnknown { .. } => review.outcome_unknown = true,
                DecideError::Cancelled => {}
            }
        }
        failure
    }
}

/// What a decision that was not taken means to a person.
pub fn decide_failure(error: &DecideError) -> Failure {
    match error {
        DecideError::NotInState { request } => of(
            FailureCode::RaWrongState,
            format!("the request is {}", request.status),
        ),
        DecideError::Refused { error, .. } => ra::failure(error),
        DecideError::Cancelled => plain(FailureCode::Cancelled),
        DecideError::OutcomeUnknown { error } => Failure {
            code: FailureCode::OutcomeUnknown,
            retryable: false,
            ..ra::failure(error)
        },
    }
}

/// The event of a decision that was taken.
pub(crate) fn done(
    action: RequestAction,
    pk: String,
    rao_id: String,
    captured_by: Option<OperatorRecord>,
    status: String,
    found_by_reading: bool,
) -> AuditEvent {
    match action {
        RequestAction::Validate => AuditEvent::Validated {
            pk,
            rao_id,
            captured_by,
            status,
            found_by_reading,
        },
        RequestAction::Refuse => AuditEvent::Refused {
            pk,
            rao_id,
            captured_by,
        },
        RequestAction::Approve => AuditEvent::Approved {
            pk,
            rao_id,
            captured_by,
            found_by_reading,
        },
        _ => AuditEvent::RequestCancelled { pk },
    }
}

/// The failure that an obstacle is, for whoever asks all the same.
fn refusal(obstacle: Obstacle) -> Failure {
    match obstacle {
        Obstacle::WrongState => not_now("the request's state does not allow it"),
        Obstacle::Busy => not_now("the request is being worked on"),
        Obstacle::OutcomeUnknown => plain(FailureCode::OutcomeUnknown),
        Obstacle::NotSignedIn => plain(FailureCode::RaoNotSignedIn),
        Obstacle::CapturedByYou => plain(FailureCode::SameOperator),
        Obstacle::PapersNotShown => plain(FailureCode::PapersNotShown),
        Obstacle::FieldsMissing => plain(FailureCode::RaMissingFields),
    }
}

/// The reasons as one text; at least one listed reason or a note.
pub(crate) fn refusal_reason(reasons: &[String], note: &str) -> Result<String, Failure> {
    let parts: Vec<&str> = reasons
        .iter()
        .map(String::as_str)
        .chain([note])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let text = parts.join(". ");
    if text.is_empty() {
        return Err(of(FailureCode::InvalidInput, "a reason is needed"));
    }
    if text.chars().count() > MAX_REASON {
        return Err(of(
            FailureCode::InvalidInput,
            format!("the reason has more than {MAX_REASON} characters"),
        ));
    }
    Ok(text)
}

/// The action's name as it crosses to the screens and stands in the record.
pub(crate) fn action_name(action: RequestAction) -> String {
    match serde_json::to_value(action) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_refusal_has_a_reason() {
        let listed = ["The document cannot be read".to_owned()];
        assert_eq!(refusal_reason(&listed, " ").unwrap(), listed[0]);
        assert_eq!(refusal_reason(&[], " glare ").unwrap(), "glare");
        assert_eq!(
            refusal_reason(&listed, "glare").unwrap(),
            "The document cannot be read. glare"
        );
        assert_eq!(
            refusal_reason(&[" ".to_owned()], "").unwrap_err().code,
            FailureCode::InvalidInput
        );
        assert!(refusal_reason(&[], &"x".repeat(MAX_REASON + 1)).is_err());
    }
}
