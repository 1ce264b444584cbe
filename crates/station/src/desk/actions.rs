//! Which action a request allows: the table of its life.
//!
//! A request is judged by what it shows, never by which of the documented flows its RA is thought to follow: a request
//! in review may be validated or, where the RA takes no validation, approved at once; the RA has the last word.

use ra_api::{RequestState, VideoIdState};

use crate::contract::RequestAction;

/// All actions, in the order in which a screen lists them.
pub const ALL: [RequestAction; 9] = [
    RequestAction::SendEvidence,
    RequestAction::Update,
    RequestAction::Validate,
    RequestAction::Refuse,
    RequestAction::Complete,
    RequestAction::Approve,
    RequestAction::Link,
    RequestAction::Recapture,
    RequestAction::Cancel,
];

/// Whether the RA can be asked for the action while the request shows these states.
pub fn allowed(
    action: RequestAction,
    state: &RequestState,
    videoid: Option<&VideoIdState>,
) -> bool {
    use RequestState as S;
    use VideoIdState as V;
    let validated = videoid == Some(&V::Validated);
    let refused = videoid == Some(&V::Refused);
    let in_review = *state == S::VideoReview;
    // A request without an identification is none of ours to complete or approve.
    let validated_and_open = *state == S::Created && validated;
    match action {
        RequestAction::SendEvidence => takes_evidence(state),
        RequestAction::Update => *state == S::Created && !validated || takes_evidence(state),
        RequestAction::Validate | RequestAction::Refuse => in_review && !validated && !refused,
        RequestAction::Complete => validated_and_open,
        RequestAction::Approve => in_review && !refused || validated_and_open,
        RequestAction::Link => *state == S::EnrollReady,
        RequestAction::Recapture => refused && (in_review || takes_evidence(state)),
        RequestAction::Cancel => in_review || takes_evidence(state) || matches!(state, S::Created),
    }
}

/// Evidence can be sent, for the first time or again.
pub fn takes_evidence(state: &RequestState) -> bool {
    matches!(
        state,
        RequestState::VideoPending | RequestState::VideoIncomplete | RequestState::VideoError
    )
}

/// What the request waits for; none where nothing is left to do here, or where its state is unknown.
pub fn waits_for(
    state: &RequestState,
    videoid: Option<&VideoIdState>,
    natural_person: bool,
) -> Option<RequestAction> {
    let first = [
        RequestAction::Recapture,
        RequestAction::Validate,
        RequestAction::SendEvidence,
        RequestAction::Complete,
        RequestAction::Approve,
        RequestAction::Link,
    ];
    first.into_iter().find(|action| {
        // A natural person's request has nothing to complete.
        let needed = *action != RequestAction::Complete || !natural_person;
        needed && allowed(*action, state, videoid)
    })
}

/// Whether the action asks for the RAO's credentials.
pub fn needs_credentials(action: RequestAction) -> bool {
    matches!(
        action,
        RequestAction::Validate | RequestAction::Refuse | RequestAction::Approve
    )
}

/// Whether the call may approve, so that declaration and contract have to be shown before it.
pub fn may_approve(action: RequestAction) -> bool {
    matches!(action, RequestAction::Validate | RequestAction::Approve)
}

/// Whether production asks once more before it.
pub fn irreversible(action: RequestAction) -> bool {
    matches!(
        action,
        RequestAction::Validate
            | RequestAction::Refuse
            | RequestAction::Approve
            | RequestAction::Cancel
            | RequestAction::Recapture
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use RequestAction::*;

    /// Every state that a request can be read in, with every action that it allows; what is not named is refused.
    /// `-` stands for a request without a VideoID record.
    const TABLE: &[(&str, &str, &[RequestAction])] = &[
        ("CREATED", "-", &[Update, Cancel]),
        ("CREATED", "PENDING", &[Update, Cancel]),
        ("CREATED", "REVIEW", &[Update, Cancel]),
        ("CREATED", "VALIDATED", &[Complete, Approve, Cancel]),
        ("CREATED", "REFUSED", &[Update, Cancel]),
        ("CREATED", "SOMETHING", &[Update, Cancel]),
        ("VIDEOPENDING", "-", &[SendEvidence, Update, Cancel]),
        ("VIDEOPENDING", "PENDING", &[SendEvidence, Update, Cancel]),
        ("VIDEOPENDING", "REVIEW", &[SendEvidence, Update, Cancel]),
        ("VIDEOPENDING", "VALIDATED", &[SendEvidence, Update, Cancel]),
        (
            "VIDEOPENDING",
            "REFUSED",
            &[SendEvidence, Update, Recapture, Cancel],
        ),
        ("VIDEOPENDING", "SOMETHING", &[SendEvidence, Update, Cancel]),
        ("VIDEOINCOMPLETE", "-", &[SendEvidence, Update, Cancel]),
        (
            "VIDEOINCOMPLETE",
            "PENDING",
            &[SendEvidence, Update, Cancel],
        ),
        ("VIDEOINCOMPLETE", "REVIEW", &[SendEvidence, Update, Cancel]),
        (
            "VIDEOINCOMPLETE",
            "VALIDATED",
            &[SendEvidence, Update, Cancel],
        ),
        (
            "VIDEOINCOMPLETE",
            "REFUSED",
            &[SendEvidence, Update, Recapture, Cancel],
        ),
        (
            "VIDEOINCOMPLETE",
            "SOMETHING",
            &[SendEvidence, Update, Cancel],
        ),
        ("VIDEOERROR", "-", &[SendEvidence, Update, Cancel]),
        ("VIDEOERROR", "PENDING", &[SendEvidence, Update, Cancel]),
        ("VIDEOERROR", "REVIEW", &[SendEvidence, Update, Cancel]),
        ("VIDEOERROR", "VALIDATED", &[SendEvidence, Update, Cancel]),
        (
            "VIDEOERROR",
            "REFUSED",
            &[SendEvidence, Update, Recapture, Cancel],
        ),
        ("VIDEOERROR", "SOMETHING", &[SendEvidence, Update, Cancel]),
        ("VIDEOREVIEW", "-", &[Validate, Refuse, Approve, Cancel]),
        (
            "VIDEOREVIEW",
            "PENDING",
            &[Validate, Refuse, Approve, Cancel],
        ),
        (
            "VIDEOREVIEW",
            "REVIEW",
            &[Validate, Refuse, Approve, Cancel],
        ),
        ("VIDEOREVIEW", "VALIDATED", &[Approve, Cancel]),
        ("VIDEOREVIEW", "REFUSED", &[Recapture, Cancel]),
        (
            "VIDEOREVIEW",
            "SOMETHING",
            &[Validate, Refuse, Approve, Cancel],
        ),
        ("ENROLLREADY", "-", &[Link]),
        ("ENROLLREADY", "PENDING", &[Link]),
        ("ENROLLREADY", "REVIEW", &[Link]),
        ("ENROLLREADY", "VALIDATED", &[Link]),
        ("ENROLLREADY", "REFUSED", &[Link]),
        ("ENROLLREADY", "SOMETHING", &[Link]),
        ("ISSUED", "-", &[]),
        ("ISSUED", "PENDING", &[]),
        ("ISSUED", "REVIEW", &[]),
        ("ISSUED", "VALIDATED", &[]),
        ("ISSUED", "REFUSED", &[]),
        ("ISSUED", "SOMETHING", &[]),
        ("RENEWED", "-", &[]),
        ("RENEWED", "PENDING", &[]),
        ("RENEWED", "REVIEW", &[]),
        ("RENEWED", "VALIDATED", &[]),
        ("RENEWED", "REFUSED", &[]),
        ("RENEWED", "SOMETHING", &[]),
        ("CANCELLED", "-", &[]),
        ("CANCELLED", "PENDING", &[]),
        ("CANCELLED", "REVIEW", &[]),
        ("CANCELLED", "VALIDATED", &[]),
        ("CANCELLED", "REFUSED", &[]),
        ("CANCELLED", "SOMETHING", &[]),
        ("UNHEARD_OF", "-", &[]),
        ("UNHEARD_OF", "PENDING", &[]),
        ("UNHEARD_OF", "REVIEW", &[]),
        ("UNHEARD_OF", "VALIDATED", &[]),
        ("UNHEARD_OF", "REFUSED", &[]),
        ("UNHEARD_OF", "SOMETHING", &[]),
    ];

    fn videoid(text: &str) -> Option<VideoIdState> {
        (text != "-").then(|| VideoIdState::from(text))
    }

    #[test]
    fn each_action_in_each_state() {
        for &(state, record, expected) in TABLE {
            for action in ALL {
                assert_eq!(
                    allowed(action, &RequestState::from(state), videoid(record).as_ref()),
                    expected.contains(&action),
                    "{action:?} in {state}/{record}"
                );
            }
        }
    }

    #[test]
    fn the_table_holds_every_state_and_record() {
        let states = [
            "CREATED",
            "VIDEOPENDING",
            "VIDEOINCOMPLETE",
            "VIDEOERROR",
            "VIDEOREVIEW",
            "ENROLLREADY",
            "ISSUED",
            "RENEWED",
            "CANCELLED",
            "UNHEARD_OF",
        ];
        let records = [
            "-",
            "PENDING",
            "REVIEW",
            "VALIDATED",
            "REFUSED",
            "SOMETHING",
        ];
        for state in states {
            for record in records {
                let rows = TABLE.iter().filter(|row| row.0 == state && row.1 == record);
                assert_eq!(rows.count(), 1, "{state}/{record}");
            }
        }
        assert_eq!(TABLE.len(), states.len() * records.len());
        // Only the last one is unknown to the client: the others are no typing errors.
        for state in &states[..9] {
            assert!(
                !matches!(RequestState::from(*state), RequestState::Other(_)),
                "{state}"
            );
        }
    }

    #[test]
    fn what_a_request_waits_for_is_an_action_that_it_allows() {
        for &(state, record, _) in TABLE {
            for natural in [true, false] {
                let (state, record) = (RequestState::from(state), videoid(record));
                if let Some(action) = waits_for(&state, record.as_ref(), natural) {
                    assert!(allowed(action, &state, record.as_ref()));
                }
            }
        }
        let waits = |state: &str, record: &str, natural| {
            waits_for(
                &RequestState::from(state),
                videoid(record).as_ref(),
                natural,
            )
        };
        assert_eq!(waits("VIDEOREVIEW", "REVIEW", true), Some(Validate));
        assert_eq!(waits("VIDEOREVIEW", "VALIDATED", true), Some(Approve));
        assert_eq!(waits("VIDEOREVIEW", "REFUSED", true), Some(Recapture));
        assert_eq!(waits("CREATED", "VALIDATED", false), Some(Complete));
        assert_eq!(waits("CREATED", "VALIDATED", true), Some(Approve));
        assert_eq!(waits("CREATED", "-", true), None);
        assert_eq!(waits("VIDEOERROR", "ERROR", true), Some(SendEvidence));
        assert_eq!(waits("ENROLLREADY", "VALIDATED", true), Some(Link));
        assert_eq!(waits("ISSUED", "VALIDATED", true), None);
    }
}
