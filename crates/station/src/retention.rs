//! What stays on the station: evidence for as long as the settings say, the audit record always.

use evidence::{AuditEvent, AuditLine, OperatorRecord};
use time::OffsetDateTime;

use crate::contract::Failure;
use crate::enrollment::{CASE_FILE, EVENTS_FILE, append_events, load, save};
use crate::failure::chain;
use crate::session::Session;
use crate::settings::Retention;
use crate::store::{CaseStore, StoreError};

impl Session {
    /// Erases the evidence of delivered enrollments whose time has come.
    pub(crate) fn sweep_retention(&mut self) {
        let now = self.clock.now();
        for case_id in self.store.list().unwrap_or_default() {
            let Ok(case) = load(self.store.as_ref(), &case_id) else {
                continue;
            };
            let Some(delivered) = &case.delivered else {
                continue;
            };
            if case.erased_at.is_some() || !due(self.settings.retention(), delivered.at, now) {
                continue;
            }
            if let Err(error) = erase_evidence(self.store.as_ref(), &case_id, now) {
                tracing::warn!(
                    code = crate::failure::code_name(error.code),
                    "evidence could not be erased yet"
                );
            }
        }
        if let Some(open) = &mut self.open
            && let Ok(case) = load(self.store.as_ref(), &open.case.case_id)
            && case.erased_at.is_some()
        {
            open.case = case;
        }
    }
}

fn due(retention: Retention, delivered: OffsetDateTime, now: OffsetDateTime) -> bool {
    match retention {
        Retention::Keep => false,
        Retention::EraseAfterDelivery => true,
        Retention::Days(days) => now - delivered >= time::Duration::days(i64::from(days)),
    }
}

/// Erases pictures, video and personal data of a delivered case.
fn erase_evidence(store: &dyn CaseStore, case_id: &str, at: OffsetDateTime) -> Result<(), Failure> {
    let mut case = load(store, case_id)?;
    // The files first: if this is cut short, the next sweep goes on.
    remove_all_but(store, case_id, &[CASE_FILE, EVENTS_FILE])?;
    case.erase(at);
    save(store, &case)?;
    let line = AuditLine {
        at,
        operator: case.operator.clone(),
        event: AuditEvent::EvidenceErased {
            reason: "delivered".to_owned(),
        },
    };
    Ok(append_events(store, case_id, &[line])?)
}

/// Erases everything of a case but its audit record.
pub(crate) fn discard(
    store: &dyn CaseStore,
    case_id: &str,
    operator: OperatorRecord,
    at: OffsetDateTime,
) -> Result<(), StoreError> {
    let line = AuditLine {
        at,
        operator,
        event: AuditEvent::EvidenceErased {
            reason: "discarded".to_owned(),
        },
    };
    if let Err(error) = append_events(store, case_id, &[line]) {
        // A full disk must not keep anyone from erasing.
        tracing::warn!(
            error = chain(&error),
            "the audit record could not be written"
        );
    }
    remove_all_but(store, case_id, &[EVENTS_FILE])
}

fn remove_all_but(store: &dyn CaseStore, case_id: &str, keep: &[&str]) -> Result<(), StoreError> {
    for name in store.files(case_id)? {
        if !keep.contains(&name.as_str()) {
            match store.remove(case_id, &name) {
                Ok(()) | Err(StoreError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}
