//! Consent, and what the operator types.

use evidence::{Acceptance, AuditEvent, Field, Step, field_date};

use crate::contract::{Failure, FailureCode};
use crate::failure::of;
use crate::session::Session;

impl Session {
    pub(crate) fn accept_consent(&mut self) -> Result<(), Failure> {
        self.editable()?;
        if self.opened()?.case.consented() {
            return Ok(());
        }
        let consent = &self.settings.consent;
        let acceptance = Acceptance {
            accepted: true,
            at: self.clock.now(),
            description: consent.description.clone(),
            terms_url: consent.terms_url.clone(),
            privacy_url: consent.privacy_url.clone(),
            web_url: consent.web_url.clone(),
            user_agent: crate::ra::USER_AGENT.to_owned(),
            ip: consent.ip.clone().or_else(|| self.local_ip.clone()),
        };
        self.change(AuditEvent::ConsentAccepted, |case| {
            case.acceptance = Some(acceptance);
            Ok(())
        })
    }

    /// A refusal, or the withdrawal of a consent: what was captured is erased.
    pub(crate) fn refuse_consent(&mut self) -> Result<(), Failure> {
        self.editable()?;
        self.idle()?;
        let at = self.clock.now();
        let consent = self.settings.consent.clone();
        let files = self.change(AuditEvent::ConsentRefused, |case| {
            case.acceptance = Some(Acceptance {
                accepted: false,
                at,
                description: consent.description,
                terms_url: consent.terms_url,
                privacy_url: consent.privacy_url,
                web_url: consent.web_url,
                user_agent: crate::ra::USER_AGENT.to_owned(),
                ip: None,
            });
            case.step = Step::Consent;
            Ok(case.drop_captures())
        })?;
        let open = self.opened()?;
        open.pending = None;
        open.awaiting_still = None;
        let case_id = open.case.case_id.clone();
        self.erase_file(&case_id, files);
        Ok(())
    }

    pub(crate) fn set_field(&mut self, field: Field, value: &str) -> Result<(), Failure> {
        self.editable()?;
        if value.chars().count() > 200 || value.chars().any(char::is_control) {
            return Err(of(
                FailureCode::InvalidInput,
                format!("{} cannot be sent so", field.key()),
            ));
        }
        let dated = matches!(field, Field::BirthDate | Field::IdDocumentValidity);
        if dated && !value.trim().is_empty() && field_date(value.trim()).is_none() {
            return Err(of(
                FailureCode::NoDate,
                format!("{} is written DD/MM/YYYY", field.key()),
            ));
        }
        let at = self.clock.now();
        let unchanged = self.opened()?.case.document_value(field) == value.trim();
        if unchanged {
            return Ok(());
        }
        self.change(AuditEvent::FieldEdited { field }, |case| {
            Ok(case.set_field(field, value, at)?)
        })
    }
}
