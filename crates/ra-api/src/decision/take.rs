//! The way of a decision: read, send once, and read again where the answer leaves a doubt.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::table::{Shown, allows, shown};
use super::{DecideError, Decided, Verdict};
use crate::client::Client;
use crate::delivery::RetryPolicy;
use crate::delivery::policy::{repeated, until_cancelled, wait};
use crate::error::{ErrorKind, Operation, RaError};
use crate::types::{Id, RaoCredentials, RequestRecord};

/// How long the one reading after cancelling may take.
const LAST_READING: Duration = Duration::from_secs(5);

/// Reads the request, and where its state allows the verdict, sends it: once, whatever happens. Where the answer is
/// lost or unclear, the request is read until it shows what became of it, for as long as the policy says.
///
/// `rao` is needed for every verdict but `Cancel`.
pub async fn decide(
    client: &Client,
    pk: &Id,
    rao: Option<&RaoCredentials>,
    verdict: Verdict<'_>,
    policy: &RetryPolicy,
    cancel: &CancellationToken,
) -> Result<Decided, DecideError> {
    let decision = Decision {
        client,
        pk,
        verdict,
        policy,
        cancel,
    };
    decision.run(rao).await
}

struct Decision<'a> {
    client: &'a Client,
    pk: &'a Id,
    verdict: Verdict<'a>,
    policy: &'a RetryPolicy,
    cancel: &'a CancellationToken,
}

impl Decision<'_> {
    async fn run(&self, rao: Option<&RaoCredentials>) -> Result<Decided, DecideError> {
        self.check(rao)?;
        let before = self.read().await.map_err(|error| match error.kind() {
            ErrorKind::Cancelled => DecideError::Cancelled,
            _ => DecideError::Refused {
                error,
                request: None,
            },
        })?;
        if !allows(&self.verdict, &before) {
            return Err(DecideError::NotInState {
                request: Box::new(before),
            });
        }
        if self.cancel.is_cancelled() {
            return Err(DecideError::Cancelled);
        }
        let operation = self.verdict.operation();
        match until_cancelled(operation, self.cancel, self.send(rao)).await {
            Ok(answered) => self.taken(answered).await,
            Err(error) if error.kind() == ErrorKind::Cancelled => self.interrupted(error).await,
            Err(error) if in_doubt(&error) => self.look(error).await,
            Err(error) => self.refused(error).await,
        }
    }

    /// What the RA would refuse in any state is not sent.
    fn check(&self, rao: Option<&RaoCredentials>) -> Result<(), DecideError> {
        let text = match self.verdict {
            Verdict::Refuse { reason } if reason.trim().is_empty() => "a refusal needs a reason",
            Verdict::Validate | Verdict::Refuse { .. } | Verdict::Approve { .. }
                if rao.is_none() =>
            {
                "it needs the RAO's credentials"
            }
            _ => return Ok(()),
        };
        Err(DecideError::Refused {
            error: RaError::new(self.verdict.operation(), ErrorKind::InvalidInput, text),
            request: None,
        })
    }

    /// The one call; the request, where its answer shows it.
    async fn send(&self, rao: Option<&RaoCredentials>) -> Result<Option<RequestRecord>, RaError> {
        match (self.verdict, rao) {
            (Verdict::Cancel, _) => self.client.cancel(self.pk).await.map(|()| None),
            (Verdict::Validate, Some(rao)) => {
                let answer = self.client.validate(self.pk, rao).await?;
                Ok(answer.request)
            }
            (Verdict::Refuse { reason }, Some(rao)) => {
                self.client.refuse(self.pk, rao, reason).await?;
                Ok(None)
            }
            (Verdict::Approve { lang }, Some(rao)) => {
                let answer = self.client.approve(self.pk, rao, lang).await?;
                Ok(answer.request)
            }
            (_, None) => Err(RaError::new(
                self.verdict.operation(),
                ErrorKind::InvalidInput,
                "it needs the RAO's credentials",
            )),
        }
    }

    /// The RA said yes. Its word stands; the request is read where the answer does not show it, twice at most where
    /// its state lags behind.
    async fn taken(&self, answered: Option<RequestRecord>) -> Result<Decided, DecideError> {
        let decided = |request| {
            Ok(Decided {
                request,
                found_by_reading: false,
            })
        };
        let mut last = match answered {
            Some(request) if shown(&self.verdict, &request) == Shown::There => {
                return decided(request);
            }
            answered => answered,
        };
        for pause in [Duration::ZERO, self.policy.first_poll_wait] {
            let read = match wait(Operation::ReadRequest, pause, self.cancel).await {
                Ok(()) => self.read().await,
                Err(cancelled) => Err(cancelled),
            };
            match (read, last.take()) {
                (Ok(request), _) if shown(&self.verdict, &request) == Shown::There => {
                    return decided(request);
                }
                (Ok(request), _) => last = Some(request),
                (Err(error), Some(request)) => {
                    tracing::debug!(%error, "the request could not be read after a decision");
                    return decided(request);
                }
                (Err(error), None) => return Err(DecideError::OutcomeUnknown { error }),
            }
        }
        match last {
            Some(request) => decided(request),
            None => Err(DecideError::OutcomeUnknown {
                error: RaError::cancelled(Operation::ReadRequest),
            }),
        }
    }

    /// The RA said no, or was never told. Where the request shows the outcome all the same, an earlier call whose
    /// answer was lost has arrived.
    async fn refused(&self, error: RaError) -> Result<Decided, DecideError> {
        // Its own reason is what the officer waits for: the reading is tried twice at most.
        let attempts = match error.kind() {
            ErrorKind::Http => 2,
            _ => 1,
        };
        match self.read_within(attempts).await {
            // Whoever is not who he says he is has decided nothing: then it was somebody else.
            Ok(request)
                if shown(&self.verdict, &request) == Shown::There
                    && !error.is_rao_credentials() =>
            {
                Ok(found(request))
            }
            Ok(request) => Err(DecideError::Refused {
                error,
                request: Some(Box::new(request)),
            }),
            Err(reading) => {
                tracing::debug!(error = %reading, "the request could not be read after a refusal");
                Err(DecideError::Refused {
                    error,
                    request: None,
                })
            }
        }
    }

    /// Cancelled while the call was under way: one more reading, which cancelling does not end.
    async fn interrupted(&self, error: RaError) -> Result<Decided, DecideError> {
        let until = Instant::now() + LAST_READING;
        match timeout_at(until, self.client.request(self.pk)).await {
            Ok(Ok(request)) if shown(&self.verdict, &request) == Shown::There => Ok(found(request)),
            _ => Err(DecideError::OutcomeUnknown { error }),
        }
    }

    /// The answer was lost: reads until the request shows what became of it. One reading that shows it unchanged is
    /// not enough, for the RA may still be at work.
    async fn look(&self, error: RaError) -> Result<Decided, DecideError> {
        let until = Instant::now() + self.policy.reread_for.max(self.policy.unchanged_for);
        let mut delay = self.policy.first_poll_wait;
        let mut unchanged_since: Option<Instant> = None;
        loop {
            let reading = until_cancelled(
                Operation::ReadRequest,
                self.cancel,
                self.client.request(self.pk),
            );
            match timeout_at(until, reading).await {
                Err(_) => return Err(DecideError::OutcomeUnknown { error }),
                Ok(Ok(request)) => match shown(&self.verdict, &request) {
                    Shown::There => return Ok(found(request)),
                    Shown::NotYet => match unchanged_since {
                        None => unchanged_since = Some(Instant::now()),
                        Some(since) if since.elapsed() < self.policy.unchanged_for => {}
                        Some(_) => return Err(not_taken(error, request)),
                    },
                    Shown::Excluded => return Err(not_taken(error, request)),
                    Shown::Unclear => unchanged_since = None,
                },
                Ok(Err(reading)) if reading.retryable() => {
                    tracing::debug!(error = %reading, "the request cannot be read yet");
                }
                Ok(Err(reading)) => {
                    tracing::debug!(error = %reading, "the request cannot be read");
                    return Err(DecideError::OutcomeUnknown { error });
                }
            }
            let pause = delay.min(until.saturating_duration_since(Instant::now()));
            if pause.is_zero() || wait(error.operation(), pause, self.cancel).await.is_err() {
                return Err(DecideError::OutcomeUnknown { error });
            }
            delay = (delay * 2).min(self.policy.longest_poll_wait);
        }
    }

    /// A reading that is repeated as the policy says.
    async fn read(&self) -> Result<RequestRecord, RaError> {
        self.read_within(self.policy.max_attempts).await
    }

    async fn read_within(&self, attempts: u32) -> Result<RequestRecord, RaError> {
        let policy = RetryPolicy {
            max_attempts: attempts.min(self.policy.max_attempts),
            ..self.policy.clone()
        };
        repeated(
            &policy,
            Operation::ReadRequest,
            self.cancel,
            |_, _, _| {},
            async || self.client.request(self.pk).await,
        )
        .await
    }
}

fn found(request: RequestRecord) -> Decided {
    Decided {
        request,
        found_by_reading: true,
    }
}

fn not_taken(error: RaError, request: RequestRecord) -> DecideError {
    DecideError::Refused {
        error,
        request: Some(Box::new(request)),
    }
}

/// Whether the call may have taken effect although it failed. The provider's 500 for bad input is a clear no.
fn in_doubt(error: &RaError) -> bool {
    error.outcome_unknown()
        || (error.kind() == ErrorKind::Http
            && error.status().is_some_and(|status| status >= 500)
            && !error.is_unknown_rao())
}
