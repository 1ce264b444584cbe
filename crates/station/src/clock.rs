//! The time of day, replaceable in tests.

use time::OffsetDateTime;

/// Where the session takes the time of day from.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> OffsetDateTime;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// What the machine's time zone is ahead of UTC at that time; nothing where it cannot be told.
pub fn local_offset(at: OffsetDateTime) -> time::UtcOffset {
    let zone = jiff::tz::TimeZone::system();
    let ahead = jiff::Timestamp::from_second(at.unix_timestamp())
        .map_or(0, |instant| zone.to_offset(instant).seconds());
    time::UtcOffset::from_whole_seconds(ahead).unwrap_or(time::UtcOffset::UTC)
}

/// RFC 3339 in UTC, to the millisecond.
pub fn rfc3339(time: OffsetDateTime) -> String {
    let millis = time.millisecond();
    let whole = time.replace_nanosecond(0).unwrap_or(time);
    let text = whole
        .to_offset(time::UtcOffset::UTC)
        .format(&time::format_description::well_known::Rfc3339)
        .unwrap_or_default();
    match text.strip_suffix('Z') {
        Some(head) => format!("{head}.{millis:03}Z"),
        None => text,
    }
}
