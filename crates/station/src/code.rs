//! The one-time code: made here, delivered by a configured service, returned by the subject. It lives in memory only, for
//! a few minutes and a few tries.

use evidence::{
    AuditEvent, CODE_ALPHABET, CODE_LENGTH, Check, CheckReason, CheckResult, ReasonCode,
};
use ra_api::Secret;
use rand::Rng;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::clock::rfc3339;
use crate::contract::{CodeView, Failure, FailureCode};
use crate::failure::{not_now, of};
use crate::hooks::{self, CodeHook, hook_failure};
use crate::message::Message;
use crate::session::Session;

/// Codes for one enrollment in one sitting: each of them is a new chance to guess.
const MAX_CODES: u32 = 5;
const METHOD: &str = "one-time code";

/// What the service is asked to deliver, and where to.
#[derive(Serialize)]
struct Delivery {
    code: String,
    mobile_phone_number: String,
    email: String,
    expires_at: String,
}

/// Any object will do: that it answered is what counts.
#[derive(Deserialize)]
struct Delivered {}

/// The service's answer, by the number of the code.
pub struct CodeReport {
    case_id: String,
    number: u32,
    result: Result<(), Failure>,
}

#[derive(Default)]
pub(crate) struct OneTimeCode {
    state: State,
    /// Codes made so far.
    made: u32,
}

#[derive(Default)]
enum State {
    #[default]
    None,
    Sending(Made),
    Sent(Made),
    Returned,
    Expired,
    Spent,
    Failed(Failure),
}

struct Made {
    code: Secret,
    expires_at: OffsetDateTime,
    tries_left: u32,
    tried: u32,
}

/// What became of a code that was given.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Right { tries: u32 },
    Wrong { tries_left: u32 },
    Spent { tries: u32 },
    Expired,
}

impl OneTimeCode {
    pub fn view(&self, configured: bool) -> CodeView {
        match &self.state {
            State::None if !configured => CodeView::NotConfigured,
            State::None => CodeView::Ready,
            State::Sending(_) => CodeView::Sending,
            State::Sent(made) => CodeView::Sent {
                expires_at: rfc3339(made.expires_at),
                tries_left: made.tries_left,
                wrong: made.tried > 0,
            },
            State::Returned => CodeView::Returned,
            State::Expired => CodeView::Expired,
            State::Spent => CodeView::Spent,
            State::Failed(failure) => CodeView::Failed {
                failure: failure.clone(),
            },
        }
    }

    /// Codes that may still be made.
    pub fn left(&self) -> u32 {
        MAX_CODES.saturating_sub(self.made)
    }

    /// The service did not deliver: the operator's word is left.
    pub fn failed(&self) -> bool {
        matches!(self.state, State::Failed(_))
    }

    /// What was sent went to another telephone or mailbox than there is now. The codes made so far count on.
    pub fn forget(&mut self) {
        self.state = State::None;
    }

    /// Lets a code that nobody returned in time expire.
    pub fn tick(&mut self, now: OffsetDateTime) {
        if matches!(&self.state, State::Sent(made) if now >= made.expires_at) {
            self.state = State::Expired;
        }
    }

    fn judge(&mut self, given: &str, now: OffsetDateTime) -> Option<Outcome> {
        self.tick(now);
        let State::Sent(made) = &mut self.state else {
            return matches!(self.state, State::Expired).then_some(Outcome::Expired);
        };
        made.tried += 1;
        made.tries_left = made.tries_left.saturating_sub(1);
        let tries = made.tried;
        if plain(given) == made.code.expose() {
            self.state = State::Returned;
            return Some(Outcome::Right { tries });
        }
        let tries_left = made.tries_left;
        if tries_left == 0 {
            self.state = State::Spent;
            return Some(Outcome::Spent { tries });
        }
        Some(Outcome::Wrong { tries_left })
    }
}

/// As a person types it: spaces and dashes do not count, nor does the case.
fn plain(given: &str) -> String {
    given
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect::<String>()
        .to_uppercase()
}

fn draw() -> Secret {
    let mut rng = rand::rng();
    let letter = |_| char::from(CODE_ALPHABET[rng.random_range(0..CODE_ALPHABET.len())]);
    Secret::new((0..CODE_LENGTH).map(letter).collect::<String>())
}

impl Session {
    pub(crate) fn send_code(&mut self) -> Result<(), Failure> {
        let hook: CodeHook = self
            .settings
            .hooks
            .code
            .clone()
            .ok_or_else(|| not_now("no delivery of codes is configured"))?;
        let now = self.clock.now();
        let network = self.settings.network.clone();
        let inbox = self.inbox.clone();
        let open = self.editable()?;
        if matches!(open.code.state, State::Sending(_)) {
            return Err(not_now("a code is being sent"));
        }
        if open.code.left() == 0 {
            return Err(not_now("no more codes are made for this enrollment"));
        }
        let form = &open.case.form;
        if form.mobile_phone_number.is_empty() && form.email.is_empty() {
            return Err(of(
                FailureCode::InvalidInput,
                "the request names no telephone and no mailbox",
            ));
        }
        let service = hooks::service(&hook.url, hook.token_env.as_deref(), &network)?;
        let code = draw();
        let expires_at = now + time::Duration::seconds(i64::from(hook.valid_seconds));
        let delivery = Delivery {
            code: code.expose().to_owned(),
            mobile_phone_number: form.mobile_phone_number.clone(),
            email: form.email.clone(),
            expires_at: rfc3339(expires_at),
        };
        open.code.made += 1;
        let (case_id, number) = (open.case.case_id.clone(), open.code.made);
        open.code.state = State::Sending(Made {
            code,
            expires_at,
            tries_left: hook.tries.max(1),
            tried: 0,
        });
        // A new code takes the place of what an earlier one proved or failed to prove.
        self.set_check(Check::OtpValidation, CheckResult::NotPerformed)?;
        self.converse(move || async move {
            let result = service.ask::<_, Delivered>(&delivery).await;
            let result = result.map(drop).map_err(|error| hook_failure(&error));
            let _ = inbox.send(Message::Code(CodeReport {
                case_id,
                number,
                result,
            }));
        })
    }

    pub(crate) fn code_reports(&mut self, report: CodeReport) {
        let Some(open) = &mut self.open else { return };
        if open.case.case_id != report.case_id || open.code.made != report.number {
            return;
        }
        let State::Sending(made) = std::mem::take(&mut open.code.state) else {
            return;
        };
        match report.result {
            Ok(()) => {
                open.code.state = State::Sent(made);
                self.log(AuditEvent::CodeSent);
            }
            Err(failure) => open.code.state = State::Failed(failure),
        }
    }

    pub(crate) fn return_code(&mut self, code: &str) -> Result<(), Failure> {
        let now = self.clock.now();
        let open = self.editable()?;
        let outcome = open
            .code
            .judge(code, now)
            .ok_or_else(|| not_now("no code was sent"))?;
        match outcome {
            Outcome::Expired => Ok(()),
            Outcome::Wrong { tries_left } => {
                self.log(AuditEvent::CodeRefused { tries_left });
                Ok(())
            }
            Outcome::Spent { tries } => {
                self.log(AuditEvent::CodeRefused { tries_left: 0 });
                self.set_check(Check::OtpValidation, measured(false, tries))
            }
            Outcome::Right { tries } => {
                self.log(AuditEvent::CodeReturned);
                self.set_check(Check::OtpValidation, measured(true, tries))
            }
        }
    }
}

fn measured(value: bool, tries: u32) -> CheckResult {
    let reason = |code, holds, measured| CheckReason {
        code,
        holds,
        measured,
        expected: None,
    };
    CheckResult::Measured {
        value,
        method: METHOD.to_owned(),
        reasons: vec![
            reason(ReasonCode::CodeReturned, Some(value), None),
            reason(ReasonCode::CodeTries, None, Some(tries.to_string())),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = time::macros::datetime!(2026-03-01 10:00 UTC);

    fn sent(tries_left: u32) -> OneTimeCode {
        OneTimeCode {
            state: State::Sent(Made {
                code: Secret::from("ACDEFG"),
                expires_at: NOW + time::Duration::minutes(5),
                tries_left,
                tried: 0,
            }),
            made: 1,
        }
    }

    #[test]
    fn a_code_comes_back_as_people_type_it() {
        for given in ["ACDEFG", " acd-efg ", "AC DE FG"] {
            let mut code = sent(3);
            assert_eq!(code.judge(given, NOW), Some(Outcome::Right { tries: 1 }));
            assert_eq!(code.view(true), CodeView::Returned);
        }
    }

    #[test]
    fn tries_are_limited_and_a_spent_code_is_of_no_use() {
        let mut code = sent(2);
        assert_eq!(
            code.judge("WRONG1", NOW),
            Some(Outcome::Wrong { tries_left: 1 })
        );
        assert_eq!(code.judge("WRONG2", NOW), Some(Outcome::Spent { tries: 2 }));
        assert_eq!(code.judge("ACDEFG", NOW), None);
    }

    #[test]
    fn a_code_expires() {
        let mut code = sent(3);
        let late = NOW + time::Duration::minutes(5);
        assert_eq!(code.judge("ACDEFG", late), Some(Outcome::Expired));
        assert_eq!(code.view(true), CodeView::Expired);
    }

    #[test]
    fn codes_are_long_enough_and_differ() {
        let codes: std::collections::BTreeSet<_> =
            (0..50).map(|_| draw().expose().to_owned()).collect();
        assert!(codes.iter().all(|code| code.len() >= 6));
        assert!(codes.len() > 45, "{codes:?}");
    }
}
