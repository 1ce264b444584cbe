//! Enrollments that begin at a request of the desk: captured again, or gone on with.

use evidence::{AuditEvent, DocumentType, RequestForm};

use crate::contract::Failure;
use crate::failure::chain;
use crate::session::Session;
use crate::views;

impl Session {
    /// A new enrollment for a request that was refused, with its user data; on that same request where the RA takes
    /// evidence for it.
    pub(crate) fn begin_recapture(
        &mut self,
        form: RequestForm,
        old_pk: &str,
        same_request: Option<String>,
    ) -> Result<(), Failure> {
        let event = AuditEvent::RecaptureOf {
            pk: old_pk.to_owned(),
        };
        self.begin(|session| {
            session.change(event, |case| {
                if let Some(kind) = DocumentType::from_code(&form.id_document_type) {
                    case.set_document(kind, form.id_document_country.clone())?;
                }
                case.form = form;
                Ok(())
            })?;
            match same_request {
                Some(pk) => session.open_request(&pk),
                None => Ok(()),
            }
        })
    }

    /// Goes on with the capture of a request: in this station's own case of it, else in a new one.
    pub(crate) fn capture_request(&mut self, pk: &str) -> Result<(), Failure> {
        let environment = views::environment_name(self.settings.environment);
        let own = crate::desk::reading::own_case(self.store.as_ref(), pk)
            .map(|own| own.case)
            .filter(|case| case.erased_at.is_none() && case.environment == environment);
        let Some(case) = own else {
            return self.begin(|session| session.open_request(pk));
        };
        self.resume_enrollment(&case.case_id)?;
        // What was delivered and could not be used is opened again by what the RA shows now. The enrollment is open:
        // it shows why the RA could not be asked.
        if case.delivered.is_some() {
            let started = self.refresh_request();
            let _ = self.or_failed(started);
        }
        Ok(())
    }

    /// A new enrollment and what comes first in it. Where that cannot be, none is left: nothing is captured yet, and
    /// the desk stays open.
    fn begin(
        &mut self,
        first: impl FnOnce(&mut Session) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.start_enrollment()?;
        let begun = first(self);
        if begun.is_err()
            && let Some(open) = self.open.take()
        {
            if let Err(error) = self.store.erase(&open.case.case_id) {
                tracing::warn!(error = chain(&error), "an empty case could not be removed");
            }
            self.list_cases();
        }
        begun
    }
}
