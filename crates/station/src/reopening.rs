//! What a fresh reading of the request means for its enrollment: what the RA has, and whether what was delivered has to
//! be sent again.

use evidence::{AuditEvent, Case, PartsAtRa};
use ra_api::delivery::{Plan, plan};
use ra_api::{RequestRecord, RequestState};

use crate::contract::{DeliveryView, Failure, FailureCode};
use crate::failure::of;
use crate::session::Session;

impl Session {
    /// Takes over what the RA shows now. Evidence that was delivered and that it could not use can be sent again.
    pub(crate) fn was_read(&mut self, record: &RequestRecord) -> Result<(), Failure> {
        let status = record.status.to_string();
        let event = AuditEvent::RequestRead {
            status: status.clone(),
        };
        let adopted = self.adopt(record, event, false);
        self.leave_capture_when_cancelled()?;
        adopted?;
        if !reopens(&self.opened()?.case, &record.status)? {
            return Ok(());
        }
        self.change(AuditEvent::DeliveryReopened { status }, |case| {
            case.delivered = None;
            case.step = case.next_step();
            Ok(())
        })?;
        let open = self.opened()?;
        open.delivery = DeliveryView::Idle;
        let (step, document_type) = (open.case.step, open.case.document_type);
        self.camera.show(step, document_type);
        self.list_cases();
        Ok(())
    }
}

/// Whether a delivered enrollment is opened again in this state of its request; a failure where it would have to be,
/// and its evidence is gone.
fn reopens(case: &Case, status: &RequestState) -> Result<bool, Failure> {
    let not_used = matches!(
        status,
        RequestState::VideoError | RequestState::VideoIncomplete
    );
    if case.delivered.is_none() || !not_used {
        return Ok(false);
    }
    if case.erased_at.is_none() {
        return Ok(true);
    }
    let pk = case
        .request
        .as_ref()
        .map_or("", |request| request.pk.as_str());
    Err(Failure {
        retryable: false,
        ..of(
            FailureCode::RaEvidenceRejected,
            format!(
                "the request is {status}, and its evidence is erased from this station: open request {pk} in a new \
                 enrollment and capture it again"
            ),
        )
    })
}

/// What the RA needs no more, by the state that it shows.
pub(crate) fn at_ra(record: &RequestRecord) -> PartsAtRa {
    match plan(record) {
        Plan::Send { data, video } => PartsAtRa {
            data: !data,
            video: !video,
        },
        _ => PartsAtRa::default(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use evidence::{Challenge, Delivered, OperatorRecord};
    use time::OffsetDateTime;

    use super::*;

    #[test]
    fn only_what_was_delivered_and_not_used_is_sent_again() {
        let at = OffsetDateTime::UNIX_EPOCH;
        let operator = OperatorRecord {
            name: "Op".into(),
            rao_id: None,
        };
        let mut case = Case::new(
            "1".into(),
            "sandbox".into(),
            at,
            operator,
            Challenge::draw(&mut rand::rng()),
        );
        assert!(!reopens(&case, &RequestState::VideoError).unwrap());
        case.delivered = Some(Delivered {
            status: "VIDEOREVIEW".into(),
            at,
        });
        for (state, reopened) in [
            (RequestState::VideoError, true),
            (RequestState::VideoIncomplete, true),
            (RequestState::VideoReview, false),
            (RequestState::VideoPending, false),
            (RequestState::EnrollReady, false),
            (RequestState::Cancelled, false),
        ] {
            assert_eq!(reopens(&case, &state).unwrap(), reopened, "{state}");
        }
        case.erase(at);
        assert!(!reopens(&case, &RequestState::VideoReview).unwrap());
        let told = reopens(&case, &RequestState::VideoError).unwrap_err();
        assert_eq!(told.code, FailureCode::RaEvidenceRejected);
        assert!(!told.retryable, "the same again does not help");
        assert!(told.detail.unwrap().contains("erased"));
    }
}
