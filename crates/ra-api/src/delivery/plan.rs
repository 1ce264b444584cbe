//! What to send, decided from a fresh reading of the request.

use serde::Serialize;

use crate::types::{Presence, RequestRecord, RequestState, VideoIdState};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Data,
    Video,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// These parts; where one is there already, it is replaced.
    Send { data: bool, video: bool },
    /// The RA has everything.
    Nothing,
    /// The request is cancelled: nothing will ever be accepted.
    Cancelled,
    /// The identification was refused.
    Refused,
    /// A state in which it is not known what the RA wants.
    Unexpected,
}

/// The table: pending needs both, incomplete what is missing, an error or anything unclear both again.
pub fn plan(request: &RequestRecord) -> Plan {
    const BOTH: Plan = Plan::Send {
        data: true,
        video: true,
    };
    let videoid_state = request
        .videoid_data
        .as_ref()
        .and_then(|videoid| videoid.status.as_ref());
    if request.status == RequestState::Cancelled {
        return Plan::Cancelled;
    }
    if videoid_state == Some(&VideoIdState::Refused) {
        // Where the request takes evidence again after a refusal, what is there was refused.
        return match &request.status {
            RequestState::VideoPending
            | RequestState::VideoIncomplete
            | RequestState::VideoError => BOTH,
            _ => Plan::Refused,
        };
    }
    match &request.status {
        state if state.evidence_complete() => Plan::Nothing,
        RequestState::VideoPending | RequestState::VideoError => BOTH,
        RequestState::VideoIncomplete => match request.data_presence() {
            Presence::Present => Plan::Send {
                data: false,
                video: true,
            },
            Presence::Absent => Plan::Send {
                data: true,
                video: false,
            },
            Presence::Unknown => BOTH,
        },
        // An organisation's profile that was validated waits for its completion, not for evidence.
        RequestState::Created if videoid_state == Some(&VideoIdState::Validated) => Plan::Nothing,
        _ => Plan::Unexpected,
    }
}
