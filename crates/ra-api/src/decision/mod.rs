//! Decisions on a request, each sent once: what became of one whose answer was lost is read from the request.

mod table;
mod take;

use crate::error::{ErrorKind, Operation, RaError};
use crate::types::RequestRecord;

pub use take::decide;

/// What is to be done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// For natural persons it may approve at once.
    Validate,
    Refuse {
        reason: &'a str,
    },
    Approve {
        /// Language of what the subscriber gets.
        lang: &'a str,
    },
    /// Needs no RAO credentials.
    Cancel,
}

impl Verdict<'_> {
    /// The call that carries it out.
    pub fn operation(&self) -> Operation {
        match self {
            Self::Validate => Operation::Validate,
            Self::Refuse { .. } => Operation::Refuse,
            Self::Approve { .. } => Operation::Approve,
            Self::Cancel => Operation::CancelRequest,
        }
    }
}

/// A decision that took place.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The request as it is after it.
    pub request: RequestRecord,
    /// The RA did not say so: reading the request showed it.
    pub found_by_reading: bool,
}

/// Why a decision did not take place, or is not known to have.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// The request, read just before, is in no state for it; nothing was sent.
    #[error("the request is in state {}, which does not allow it", request.status)]
    NotInState { request: Box<RequestRecord> },
    /// It did not take place: the RA refused it, it could not be sent, or its answer was lost and the request stayed
    /// as it was. With the request as read afterwards, where it could be.
    #[error("{error}")]
    Refused {
        #[source]
        error: RaError,
        request: Option<Box<RequestRecord>>,
    },
    /// It was sent, and reading could not tell whether it took place. The request has to be read before anything is
    /// decided again.
    #[error("{error}; whether it took place is not known")]
    OutcomeUnknown {
        #[source]
        error: RaError,
    },
    /// Cancelled before anything was sent. Once it is sent, cancelling ends in what a last reading shows, or in
    /// `OutcomeUnknown`.
    #[error("cancelled before it was sent")]
    Cancelled,
}

impl DecideError {
    /// The call's own error, where there was a call.
    pub fn error(&self) -> Option<&RaError> {
        match self {
            Self::Refused { error, .. } | Self::OutcomeUnknown { error } => Some(error),
            Self::NotInState { .. } | Self::Cancelled => None,
        }
    }

    /// The request as it was last read, where it was.
    pub fn request(&self) -> Option<&RequestRecord> {
        match self {
            Self::NotInState { request } => Some(request),
            Self::Refused { request, .. } => request.as_deref(),
            Self::OutcomeUnknown { .. } | Self::Cancelled => None,
        }
    }

    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled)
            || self
                .error()
                .is_some_and(|error| error.kind() == ErrorKind::Cancelled)
    }
}
