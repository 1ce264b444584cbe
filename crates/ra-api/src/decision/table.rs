//! What each verdict demands of a request, and what a request shows of it afterwards.

use super::Verdict;
use crate::types::{RequestRecord, RequestState, VideoIdState};

/// What a reading tells about a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// It took place.
    There,
    /// It did not take place, and still could.
    NotYet,
    /// The request went another way, which excludes it.
    Excluded,
    /// A state that tells neither.
    Unclear,
}

fn videoid(request: &RequestRecord) -> Option<&VideoIdState> {
    request
        .videoid_data
        .as_ref()
        .and_then(|videoid| videoid.status.as_ref())
}

/// Approved, whatever came after it.
fn approved(state: &RequestState) -> bool {
    matches!(
        state,
        RequestState::EnrollReady | RequestState::Issued | RequestState::Renewed
    )
}

/// Whether the request is in a state for the verdict.
pub(super) fn allows(verdict: &Verdict<'_>, request: &RequestRecord) -> bool {
    use RequestState as S;
    let validated = videoid(request) == Some(&VideoIdState::Validated);
    let refused = videoid(request) == Some(&VideoIdState::Refused);
    match verdict {
        Verdict::Validate | Verdict::Refuse { .. } => {
            request.status == S::VideoReview && !validated && !refused
        }
        // From the review as well: in the one-step flow there is no validation.
        Verdict::Approve { .. } => match request.status {
            S::VideoReview => !refused,
            S::Created => validated,
            _ => false,
        },
        Verdict::Cancel => matches!(
            request.status,
            S::Created | S::VideoPending | S::VideoIncomplete | S::VideoError | S::VideoReview
        ),
    }
}

pub(super) fn shown(verdict: &Verdict<'_>, request: &RequestRecord) -> Shown {
    let state = &request.status;
    let validated = videoid(request) == Some(&VideoIdState::Validated);
    let refused = videoid(request) == Some(&VideoIdState::Refused);
    let cancelled = *state == RequestState::Cancelled;
    let (there, excluded) = match verdict {
        // The request's own state shows it too: a request that was in review and now waits for its approval was
        // validated, and where validation itself approves it is approved.
        Verdict::Validate => (
            validated || approved(state) || (*state == RequestState::Created && !refused),
            cancelled || refused,
        ),
        // Which state a refused request has is not documented: its VideoID record tells.
        Verdict::Refuse { .. } => (refused, cancelled || validated || approved(state)),
        Verdict::Approve { .. } => (approved(state), cancelled || refused),
        Verdict::Cancel => (cancelled, approved(state)),
    };
    if there {
        Shown::There
    } else if excluded {
        Shown::Excluded
    } else if allows(verdict, request) {
        Shown::NotYet
    } else {
        Shown::Unclear
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
