//! Changes of the open case: stored before they count, and written into the audit record.

use evidence::{AuditEvent, AuditLine, Case};

use crate::contract::Failure;
use crate::enrollment::{append_events, save};
use crate::failure::chain;
use crate::register::RegisterLookup;
use crate::session::Session;

impl Session {
    /// Changes the case: on a copy, which is stored, and only then becomes the case. Then the event is written. What was looked
    /// up, proved or attested of what has changed falls with it.
    pub(crate) fn change<T>(
        &mut self,
        event: impl Into<Option<AuditEvent>>,
        change: impl FnOnce(&mut Case) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let store = self.store.clone();
        let open = self.opened()?;
        let mut next = open.case.clone();
        let result = change(&mut next)?;
        let fallen = next.drop_outdated(&open.case);
        save(store.as_ref(), &next)?;
        let before = std::mem::replace(&mut open.case, next);
        if open.case.register_question() != before.register_question() {
            open.register = RegisterLookup::None;
        }
        if open.case.contact() != before.contact() {
            open.code.forget();
        }
        if let Some(event) = event.into() {
            self.log(event);
        }
        for check in fallen {
            self.log(AuditEvent::CheckMeasured {
                check,
                value: None,
                method: String::new(),
            });
        }
        Ok(result)
    }

    /// Adds to the audit record. What cannot be written now is written with the next event.
    pub(crate) fn log(&mut self, event: AuditEvent) {
        let at = self.clock.now();
        let store = self.store.clone();
        let Some(open) = &mut self.open else { return };
        open.unlogged.push(AuditLine {
            at,
            operator: open.case.operator.clone(),
            event,
        });
        match append_events(store.as_ref(), &open.case.case_id, &open.unlogged) {
            Ok(()) => open.unlogged.clear(),
            Err(error) => tracing::warn!(
                error = chain(&error),
                "the audit record could not be written"
            ),
        }
    }
}
