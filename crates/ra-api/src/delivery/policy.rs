//! How often and how long something is tried, and waiting that can be cancelled.

use std::time::Duration;

use rand::Rng;
use tokio_util::sync::CancellationToken;

use crate::error::{Operation, RaError};

/// Limits of safe repetition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often an upload, a read or a create is tried in a row without any success between.
    pub max_attempts: u32,
    /// Wait before the second attempt; doubles from then on, and half of it is random.
    pub first_wait: Duration,
    pub longest_wait: Duration,
    /// A server that asks for a longer wait than this is told to the operator instead of being waited for.
    pub longest_retry_after: Duration,
    /// First wait between two readings of the request's state; doubles up to `longest_poll_wait`.
    pub first_poll_wait: Duration,
    pub longest_poll_wait: Duration,
    /// How long the RA may take until it shows the state that follows the uploads.
    pub poll_for: Duration,
    /// How long a request must be seen unchanged, after the answer to a decision was lost, until the decision is held
    /// for not taken.
    pub unchanged_for: Duration,
    /// How long a request is tried to be read after the answer to a decision was lost.
    pub reread_for: Duration,
    /// How many scratchcards are tried where other stations take them first.
    pub max_scratchcards: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 6,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(60),
            longest_retry_after: Duration::from_secs(600),
            first_poll_wait: Duration::from_millis(500),
            longest_poll_wait: Duration::from_secs(15),
            poll_for: Duration::from_secs(120),
            unchanged_for: Duration::from_secs(6),
            reread_for: Duration::from_secs(60),
            max_scratchcards: 3,
        }
    }
}

impl RetryPolicy {
    /// How long to wait after the `failures`th failure in a row; `None` where it makes no sense to go on.
    pub(crate) fn wait_after(&self, error: &RaError, failures: u32) -> Option<Duration> {
        if !error.retryable() || failures >= self.max_attempts {
            return None;
        }
        let doubled = self
            .first_wait
            .saturating_mul(2u32.saturating_pow(failures.saturating_sub(1).min(20)));
        let longest = doubled.min(self.longest_wait);
        let jittered = longest.mul_f64(rand::rng().random_range(0.5..=1.0));
        match error.retry_after() {
            Some(asked) if asked > self.longest_retry_after => None,
            Some(asked) => Some(asked.max(jittered)),
            None => Some(jittered),
        }
    }
}

/// Waits, or ends as cancelled.
pub(crate) async fn wait(
    operation: Operation,
    delay: Duration,
    cancel: &CancellationToken,
) -> Result<(), RaError> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(RaError::cancelled(operation)),
        () = tokio::time::sleep(delay) => Ok(()),
    }
}

/// A small call that ends when it is cancelled.
pub(crate) async fn until_cancelled<T>(
    operation: Operation,
    cancel: &CancellationToken,
    call: impl Future<Output = Result<T, RaError>>,
) -> Result<T, RaError> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(RaError::cancelled(operation)),
        outcome = call => outcome,
    }
}

/// A call that changes nothing: repeated as the policy says.
pub(crate) async fn repeated<T>(
    policy: &RetryPolicy,
    operation: Operation,
    cancel: &CancellationToken,
    mut waiting: impl FnMut(&RaError, Duration, u32),
    mut call: impl AsyncFnMut() -> Result<T, RaError>,
) -> Result<T, RaError> {
    let mut failures = 0;
    loop {
        let error = match until_cancelled(operation, cancel, call()).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        failures += 1;
        match policy.wait_after(&error, failures) {
            Some(delay) => {
                waiting(&error, delay, failures);
                wait(operation, delay, cancel).await?;
            }
            None => return Err(error),
        }
    }
}
