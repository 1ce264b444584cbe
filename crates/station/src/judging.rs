//! Checks: measured, looked up, attested. What the operator says against a measurement needs a reason, and falls when the
//! measurement changes.

use evidence::{AuditEvent, Check, CheckResult, Clock, Today, judge};
use time::Date;

use crate::clock::{local_offset, rfc3339};
use crate::contract::{Failure, FailureCode, HealthState, HealthSubject};
use crate::failure::{not_now, of, plain};
use crate::health::clock_deviation;
use crate::session::Session;

/// Longest reason, in characters.
const LONGEST_REASON: usize = 500;

impl Session {
    /// The date where the station stands.
    pub(crate) fn today(&self) -> Date {
        let now = self.clock.now();
        now.to_offset(local_offset(now)).date()
    }

    fn judged_today(&self) -> Today {
        let now = self.clock.now();
        let offset = local_offset(now);
        let mut rows = self.health.iter();
        let row = rows.find(|item| item.subject == HealthSubject::Clock);
        let measured = row.and_then(|row| Some((row.state, clock_deviation(row)?)));
        Today {
            date: now.to_offset(offset).date(),
            zone_offset_min: i32::from(offset.whole_minutes()),
            clock: match measured {
                Some((HealthState::Failed, off_by_s)) => Clock::Wrong { off_by_s },
                Some((_, off_by_s)) => Clock::Checked { off_by_s },
                None => Clock::Unchecked,
            },
        }
    }

    /// Measures anew what follows from the evidence.
    pub(crate) fn judge_checks(&mut self) -> Result<(), Failure> {
        let today = self.judged_today();
        let judged = judge(&self.opened()?.case, &today);
        for (check, judged) in judged {
            self.opened()?.seeing.hints.insert(check, judged.hints);
            self.set_check(check, judged.result)?;
        }
        Ok(())
    }

    /// Writes what a measurement or a look-up gave; *not performed* takes an earlier value away.
    pub(crate) fn set_check(&mut self, check: Check, result: CheckResult) -> Result<(), Failure> {
        if !overtakes(&self.opened()?.case.check_result(check), &result) {
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

    /// The operator vouches for a check, says otherwise than what was measured, or (`None`) takes that back.
    pub(crate) fn attest_check(
        &mut self,
        check: Check,
        value: Option<bool>,
        reason: Option<String>,
    ) -> Result<(), Failure> {
        let at = rfc3339(self.clock.now());
        let by_code = check == Check::OtpValidation && self.settings.hooks.code.is_some();
        let open = self.editable()?;
        let reason = reason.map(|reason| reason.trim().to_owned());
        let reason = reason.filter(|reason| !reason.is_empty());
        if reason.as_ref().is_some_and(|reason| {
            reason.chars().count() > LONGEST_REASON || reason.chars().any(char::is_control)
        }) {
            return Err(of(
                FailureCode::InvalidInput,
                format!("a reason has at most {LONGEST_REASON} characters, on one line"),
            ));
        }
        let (attested, measurement) = match open.case.check_result(check) {
            CheckResult::Attested { overridden, .. } => (true, overridden),
            CheckResult::NotPerformed => (false, None),
            measured => (false, Some(Box::new(measured))),
        };
        let measured = measurement.as_ref().and_then(|under| under.value());
        if value.is_none() && measured.is_some() && !attested {
            return Err(not_now(
                "what was measured stands; say otherwise with a reason",
            ));
        }
        // To say what was measured takes an override back, too.
        let Some(value) = value.filter(|value| measured != Some(*value)) else {
            if !attested {
                return Ok(());
            }
            let restored = measurement.map_or(CheckResult::NotPerformed, |under| *under);
            return self.change(AuditEvent::CheckAttested { check, value: None }, |case| {
                Ok(case.put_check(check, restored)?)
            });
        };
        if by_code && measured.is_none() && !open.code.failed() {
            return Err(not_now("a code proves it: send one"));
        }
        let event = match (measured, &reason) {
            (Some(_), None) => return Err(plain(FailureCode::ReasonNeeded)),
            (Some(measured), Some(reason)) => AuditEvent::CheckOverridden {
                check,
                measured,
                value,
                reason: reason.clone(),
            },
            (None, _) => AuditEvent::CheckAttested {
                check,
                value: Some(value),
            },
        };
        self.change(event, |case| {
            let by = case.operator.name.clone();
            let attested = CheckResult::Attested {
                value,
                by,
                at,
                reason,
                measured,
                overridden: measurement,
            };
            Ok(case.put_check(check, attested)?)
        })
    }
}

/// Whether a new result takes the place of what stands.
fn overtakes(now: &CheckResult, new: &CheckResult) -> bool {
    match now {
        // An override stands as long as what it overrides, and the reasons for that.
        CheckResult::Attested {
            overridden: Some(under),
            ..
        } => !under.says_as(new),
        // What the operator vouched for stands until it is measured.
        CheckResult::Attested {
            overridden: None, ..
        } => new.value().is_some(),
        _ => now != new,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use evidence::{CheckReason, ReasonCode};

    use super::*;

    fn measured(value: bool) -> CheckResult {
        because(value, &[])
    }

    fn because(value: bool, reasons: &[(ReasonCode, Option<bool>)]) -> CheckResult {
        let reason = |&(code, holds)| CheckReason {
            code,
            holds,
            measured: None,
            expected: Some(String::new()),
        };
        CheckResult::Measured {
            value,
            method: "m".to_owned(),
            reasons: reasons.iter().map(reason).collect(),
        }
    }

    fn attested(value: bool, overridden: Option<CheckResult>) -> CheckResult {
        CheckResult::Attested {
            value,
            by: "o".to_owned(),
            at: String::new(),
            reason: None,
            measured: overridden.as_ref().and_then(CheckResult::value),
            overridden: overridden.map(Box::new),
        }
    }

    #[test]
    fn an_override_falls_with_the_measurement_and_only_with_it() {
        let over = attested(true, Some(measured(false)));
        assert!(!overtakes(&over, &measured(false)));
        assert!(overtakes(&over, &measured(true)));
        assert!(overtakes(&over, &CheckResult::NotPerformed));
    }

    #[test]
    fn an_override_falls_with_the_reasons_too_but_not_with_the_clock() {
        use ReasonCode::{ClockChecked, ClockUnchecked, NameAsRequested, ZonesAgree};
        let name = (NameAsRequested, Some(false));
        let over = attested(
            true,
            Some(because(false, &[name, (ClockChecked, Some(true))])),
        );
        for (now, falls) in [
            (vec![name, (ClockUnchecked, None)], false),
            (vec![name, (ZonesAgree, Some(false))], true),
            (vec![(ZonesAgree, Some(false))], true),
            (vec![(NameAsRequested, None)], true),
        ] {
            assert_eq!(overtakes(&over, &because(false, &now)), falls, "{now:?}");
        }
        let looked_up = |at: &str, register: &str| CheckResult::LookedUp {
            value: false,
            register: register.to_owned(),
            reference: None,
            at: at.to_owned(),
        };
        let over = attested(true, Some(looked_up("1", "A")));
        assert!(!overtakes(&over, &looked_up("2", "A")));
        assert!(overtakes(&over, &looked_up("2", "B")));
    }

    #[test]
    fn an_override_of_before_is_read_and_measured_anew() {
        let old = r#"{"source":"attested","value":true,"by":"o","at":"","measured":false}"#;
        let old: CheckResult = serde_json::from_str(old).unwrap();
        assert!(overtakes(&old, &measured(false)));
    }

    #[test]
    fn an_attestation_stands_until_it_is_measured() {
        let word = attested(true, None);
        assert!(!overtakes(&word, &CheckResult::NotPerformed));
        assert!(overtakes(&word, &measured(false)));
        assert!(!overtakes(&measured(true), &measured(true)));
        assert!(overtakes(&measured(true), &CheckResult::NotPerformed));
    }
}
