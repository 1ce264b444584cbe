//! The RAO's credentials: asked for once, held in memory while work goes on, wiped when it does not.

use time::{Duration, OffsetDateTime};

use ra_api::RaoCredentials;

use crate::clock::rfc3339;
use crate::contract::RaoView;

/// Who sits at the desk. Dropping the credentials overwrites them in memory.
pub(crate) struct Seat {
    taken: Option<Taken>,
    hold: Duration,
}

struct Taken {
    credentials: RaoCredentials,
    last_used: OffsetDateTime,
}

impl Seat {
    /// An empty seat; credentials will be held for `minutes` after the last thing that is done.
    pub fn new(minutes: u32) -> Self {
        Seat {
            taken: None,
            hold: Duration::minutes(i64::from(minutes)),
        }
    }

    pub fn take(&mut self, credentials: RaoCredentials, now: OffsetDateTime) {
        self.taken = Some(Taken {
            credentials,
            last_used: now,
        });
    }

    /// Wipes the credentials; tells whether there were any.
    pub fn lock(&mut self) -> bool {
        self.taken.take().is_some()
    }

    /// Something was done at the desk: the time begins anew.
    pub fn touch(&mut self, now: OffsetDateTime) {
        if !self.expire(now)
            && let Some(taken) = &mut self.taken
        {
            taken.last_used = now;
        }
    }

    /// Wipes credentials whose time is over; tells whether it did. A clock that was set back ends the time too.
    pub fn expire(&mut self, now: OffsetDateTime) -> bool {
        let over = self.taken.as_ref().is_some_and(|taken| {
            let idle = now - taken.last_used;
            idle >= self.hold || idle < -Duration::minutes(1)
        });
        over && self.lock()
    }

    pub fn credentials(&self) -> Option<&RaoCredentials> {
        self.taken.as_ref().map(|taken| &taken.credentials)
    }

    pub fn view(&self) -> Option<RaoView> {
        self.taken.as_ref().map(|taken| RaoView {
            username: taken.credentials.username.clone(),
            rao_id: taken.credentials.rao_id.to_string(),
            locks_at: rfc3339(taken.last_used + self.hold),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ra_api::{Id, Secret};
    use time::macros::datetime;

    fn taken(now: OffsetDateTime) -> Seat {
        let mut seat = Seat::new(10);
        seat.take(
            RaoCredentials {
                username: "rao1400".to_owned(),
                password: Secret::from("correct horse"),
                pin: Secret::from("4711"),
                rao_id: Id::new("1400"),
            },
            now,
        );
        seat
    }

    #[test]
    fn credentials_are_held_while_work_goes_on_and_no_longer() {
        let start = datetime!(2026-03-02 09:00 UTC);
        let mut seat = taken(start);
        seat.touch(start + Duration::minutes(9));
        assert!(!seat.expire(start + Duration::minutes(18)));
        assert!(seat.credentials().is_some());
        assert!(seat.expire(start + Duration::minutes(19)));
        assert!(seat.credentials().is_none() && seat.view().is_none());
        // Too late to be brought back by a touch.
        seat.touch(start + Duration::minutes(20));
        assert!(seat.credentials().is_none());
    }

    #[test]
    fn a_touch_after_the_time_wipes_and_does_not_renew() {
        let start = datetime!(2026-03-02 09:00 UTC);
        let mut seat = taken(start);
        seat.touch(start + Duration::minutes(11));
        assert!(seat.credentials().is_none());
    }

    #[test]
    fn a_clock_set_back_does_not_keep_the_seat_taken() {
        let start = datetime!(2026-03-02 09:00 UTC);
        let mut seat = taken(start);
        assert!(seat.expire(start - Duration::hours(1)));
    }

    #[test]
    fn what_is_shown_holds_no_secret() {
        let seat = taken(datetime!(2026-03-02 09:00 UTC));
        let shown = format!("{:?} {:?}", seat.view(), seat.credentials());
        assert!(
            !shown.contains("correct horse") && !shown.contains("4711"),
            "{shown}"
        );
    }
}
