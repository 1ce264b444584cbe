//! Checks: measured, looked up, attested.

use evidence::{AuditEvent, Check, CheckResult};

use crate::contract::Failure;
use crate::session::Session;

impl Session {
    /// Writes what a measurement or a look-up gave; *not performed* takes an earlier value away.
    pub(crate) fn set_check(&mut self, check: Check, result: CheckResult) -> Result<(), Failure> {
        if self.opened()?.case.check_result(check) == result {
            return Ok(());
        }
        let method = match &result {
            CheckResult::Measured { method, .. } => method.clone(),
            CheckResult::LookedUp { register, .. } => register.clone(),
            CheckResult::Attested { .. } | CheckResult::NotPerformed => String::new(),
        };
        let event = AuditEvent::CheckMeasured {
            check,
            value: result.value(),
            method,
        };
        self.change(event, |case| Ok(case.put_check(check, result)?))
    }
}
