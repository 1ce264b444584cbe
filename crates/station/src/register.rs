//! The look-up in an official register, by a configured service. Only its answer, or the operator's word that one was
//! made, gives `documents_match` a value.

use evidence::{AuditEvent, Check, CheckResult};
use serde::{Deserialize, Serialize};

use crate::clock::rfc3339;
use crate::contract::{Failure, FailureCode, RegisterView};
use crate::failure::{not_now, of};
use crate::hooks::{self, RegisterHook, hook_failure};
use crate::message::Message;
use crate::session::Session;

/// What the register is asked: the document as it will be sent.
#[derive(Serialize)]
struct Question {
    id_document_type: String,
    id_document_country: String,
    id_document_number: String,
    serial_number: String,
    given_name: String,
    surname_1: String,
    surname_2: String,
    birth_date: String,
    id_document_validity: String,
}

#[derive(Deserialize)]
struct Answer {
    /// Whether the register knows the document and what it says is the same.
    matches: bool,
    register: Option<String>,
    reference: Option<String>,
}

/// The register's answer.
pub struct RegisterReport {
    case_id: String,
    asked: [String; 9],
    result: Result<Answer, Failure>,
}

#[derive(Default)]
pub(crate) enum RegisterLookup {
    #[default]
    None,
    Asking,
    Answered,
    Failed(Failure),
}

impl RegisterLookup {
    pub fn view(&self, configured: bool) -> RegisterView {
        match self {
            RegisterLookup::None if !configured => RegisterView::NotConfigured,
            RegisterLookup::None => RegisterView::Ready,
            RegisterLookup::Asking => RegisterView::Asking,
            RegisterLookup::Answered => RegisterView::Answered,
            RegisterLookup::Failed(failure) => RegisterView::Failed {
                failure: failure.clone(),
            },
        }
    }
}

impl Session {
    pub(crate) fn ask_register(&mut self) -> Result<(), Failure> {
        let hook: RegisterHook = self
            .settings
            .hooks
            .register
            .clone()
            .ok_or_else(|| not_now("no register is configured"))?;
        let network = self.settings.network.clone();
        let inbox = self.inbox.clone();
        let open = self.editable()?;
        if matches!(open.register, RegisterLookup::Asking) {
            return Err(not_now("the register is being asked"));
        }
        let asked = open.case.register_question();
        let [
            kind,
            country,
            number,
            person,
            given_name,
            surname_1,
            surname_2,
            birth,
            validity,
        ] = asked.clone();
        if number.is_empty() && person.is_empty() {
            return Err(of(
                FailureCode::InvalidInput,
                "no number was read from the document",
            ));
        }
        let question = Question {
            id_document_type: kind,
            id_document_country: country,
            id_document_number: number,
            serial_number: person,
            given_name,
            surname_1,
            surname_2,
            birth_date: birth,
            id_document_validity: validity,
        };
        let service = hooks::service(&hook.url, hook.token_env.as_deref(), &network)?;
        open.register = RegisterLookup::Asking;
        let case_id = open.case.case_id.clone();
        self.converse(move || async move {
            let result = service.ask::<_, Answer>(&question).await;
            let result = result.map_err(|error| hook_failure(&error));
            let _ = inbox.send(Message::Register(Box::new(RegisterReport {
                case_id,
                asked,
                result,
            })));
        })
    }

    pub(crate) fn register_reports(&mut self, report: RegisterReport) {
        let at = rfc3339(self.clock.now());
        let name = self
            .settings
            .hooks
            .register
            .as_ref()
            .map(|hook| hook.name.clone())
            .unwrap_or_default();
        let Some(open) = &mut self.open else { return };
        if open.case.case_id != report.case_id || !matches!(open.register, RegisterLookup::Asking) {
            return;
        }
        if open.case.register_question() != report.asked {
            // The data changed while the register was asked: its answer is about something else.
            return;
        }
        if open.sending() || open.case.check_open().is_err() {
            // What is sent was read before the answer came.
            open.register = RegisterLookup::None;
            return;
        }
        match report.result {
            Err(failure) => {
                open.register = RegisterLookup::Failed(failure);
                self.log(AuditEvent::RegisterAsked { found: None });
            }
            Ok(answer) => {
                open.register = RegisterLookup::Answered;
                self.log(AuditEvent::RegisterAsked {
                    found: Some(answer.matches),
                });
                let result = CheckResult::LookedUp {
                    value: answer.matches,
                    register: answer.register.unwrap_or(name),
                    reference: answer.reference,
                    at,
                };
                if let Err(failure) = self.set_check(Check::DocumentsMatch, result)
                    && let Some(open) = &mut self.open
                {
                    open.register = RegisterLookup::Failed(failure);
                }
            }
        }
    }
}
