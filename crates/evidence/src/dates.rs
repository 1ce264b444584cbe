//! Dates of documents: years of two digits, age, and whether a document has ended.

use time::{Date, Month, OffsetDateTime, UtcOffset};

/// A year of two digits in an expiry date is the latest that lies at most so many years ahead.
pub const EXPIRY_MAX_YEARS_AHEAD: i32 = 50;
/// The age at which a person is of age.
pub const AGE_OF_MAJORITY: u8 = 18;

/// The day that it is where the station stands: `offset` is that of its time zone at that moment.
pub fn today(now: OffsetDateTime, offset: UtcOffset) -> Date {
    now.to_offset(offset).date()
}

/// A birth date whose year has two digits: the latest that is not in the future. Nobody of a hundred years and more is told
/// from a child by it. Nothing where there is no such day.
pub fn birth_date(year: u8, month: u8, day: u8, today: Date) -> Option<Date> {
    let century = today.year() / 100 * 100;
    [century, century - 100]
        .into_iter()
        .filter_map(|century| date(century, year, month, day))
        .find(|date| *date <= today)
}

/// An expiry date whose year has two digits: the latest that is at most [`EXPIRY_MAX_YEARS_AHEAD`] years ahead.
pub fn expiry_date(year: u8, month: u8, day: u8, today: Date) -> Option<Date> {
    let latest = today.year() + EXPIRY_MAX_YEARS_AHEAD;
    let century = latest / 100 * 100;
    let century = if century + i32::from(year) <= latest {
        century
    } else {
        century - 100
    };
    date(century, year, month, day)
}

fn date(century: i32, year: u8, month: u8, day: u8) -> Option<Date> {
    if year > 99 {
        return None;
    }
    let month = Month::try_from(month).ok()?;
    Date::from_calendar_date(century + i32::from(year), month, day).ok()
}

/// Whether the document is valid for ever: Spain's cards of people over 70 say 1 January 9999, and 31 December or 1 January
/// 99 in the zone, which the rule of two digits makes 1999.
pub fn never_expires(country: &str, expiry: Date) -> bool {
    let end_of_time = matches!(
        (expiry.year(), expiry.month(), expiry.day()),
        (1999, Month::December, 31) | (1999, Month::January, 1)
    );
    matches!(country, "ESP" | "ES") && end_of_time || expiry.year() == 9999
}

/// A document is valid to the end of its last day.
pub fn not_expired(last_day: Date, today: Date) -> bool {
    today <= last_day
}

/// Whole years of life; nothing before the birth. Who was born on 29 February is a year older on 1 March where there is none.
pub fn age_on(birth: Date, day: Date) -> Option<u16> {
    if day < birth {
        return None;
    }
    let had_birthday = (day.month() as u8, day.day()) >= (birth.month() as u8, birth.day());
    u16::try_from(day.year() - birth.year() - i32::from(!had_birthday)).ok()
}

/// Whether a person has reached an age; one who is not born yet has not.
pub fn not_underage(birth: Date, today: Date, age: u8) -> bool {
    age_on(birth, today).is_some_and(|years| years >= u16::from(age))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use time::macros::{date, datetime, offset};

    use super::*;

    const TODAY: Date = date!(2026 - 11 - 23);

    #[test]
    fn years_of_two_digits() {
        for (digits, birth, expiry) in [
            ((26, 11, 23), date!(2026 - 11 - 23), date!(2026 - 11 - 23)),
            ((26, 11, 24), date!(1926 - 11 - 24), date!(2026 - 11 - 24)),
            ((27, 1, 1), date!(1927 - 01 - 01), date!(2027 - 01 - 01)),
            ((74, 8, 12), date!(1974 - 08 - 12), date!(2074 - 08 - 12)),
            ((76, 12, 31), date!(1976 - 12 - 31), date!(2076 - 12 - 31)),
            ((77, 1, 1), date!(1977 - 01 - 01), date!(1977 - 01 - 01)),
            ((0, 2, 29), date!(2000 - 02 - 29), date!(2000 - 02 - 29)),
        ] {
            let (year, month, day) = digits;
            assert_eq!(
                birth_date(year, month, day, TODAY),
                Some(birth),
                "{digits:?}"
            );
            assert_eq!(
                expiry_date(year, month, day, TODAY),
                Some(expiry),
                "{digits:?}"
            );
        }
        for (year, month, day) in [
            (99, 13, 1),
            (99, 0, 1),
            (99, 2, 30),
            (100, 1, 1),
            (25, 2, 29),
        ] {
            assert_eq!(birth_date(year, month, day, TODAY), None);
            assert_eq!(expiry_date(year, month, day, TODAY), None);
        }
        // 29 February: not in 1900, but in 2000.
        assert_eq!(birth_date(0, 2, 29, date!(2000 - 01 - 31)), None);
    }

    #[test]
    fn today_is_the_stations_day() {
        let now = datetime!(2026-11-23 23:30 UTC);
        assert_eq!(today(now, offset!(UTC)), TODAY);
        assert_eq!(today(now, offset!(+1)), date!(2026 - 11 - 24));
        assert_eq!(today(datetime!(2026-11-24 00:30 UTC), offset!(-3)), TODAY);
    }

    #[test]
    fn a_document_is_valid_on_its_last_day() {
        assert!(not_expired(TODAY, TODAY));
        assert!(!not_expired(date!(2026 - 11 - 22), TODAY));
        assert!(not_expired(date!(2026 - 11 - 24), TODAY));
    }

    #[test]
    fn spains_cards_for_ever() {
        assert!(never_expires(
            "ESP",
            expiry_date(99, 12, 31, TODAY).unwrap()
        ));
        assert!(never_expires("ESP", date!(9999 - 01 - 01)));
        assert!(!never_expires("ITA", date!(1999 - 12 - 31)));
        assert!(!never_expires("ESP", date!(1999 - 12 - 30)));
    }

    #[test]
    fn of_age_on_the_birthday() {
        let birth = date!(2008 - 11 - 23);
        assert!(not_underage(birth, TODAY, AGE_OF_MAJORITY));
        assert!(!not_underage(birth, date!(2026 - 11 - 22), AGE_OF_MAJORITY));
        assert!(!not_underage(date!(2027 - 01 - 01), TODAY, 0));
        assert_eq!(
            age_on(date!(2008 - 02 - 29), date!(2026 - 02 - 28)),
            Some(17)
        );
        assert_eq!(
            age_on(date!(2008 - 02 - 29), date!(2026 - 03 - 01)),
            Some(18)
        );
        assert_eq!(age_on(TODAY, TODAY), Some(0));
        assert_eq!(age_on(date!(1900 - 01 - 01), TODAY), Some(126));
    }

    proptest! {
        #[test]
        fn births_are_past_and_within_a_century(year in 0u8..100, month in 1u8..13, day in 1u8..29) {
            let birth = birth_date(year, month, day, TODAY).unwrap();
            prop_assert!(birth <= TODAY);
            prop_assert!(age_on(birth, TODAY).unwrap() < 100);
            let expiry = expiry_date(year, month, day, TODAY).unwrap();
            prop_assert!(expiry.year() <= TODAY.year() + EXPIRY_MAX_YEARS_AHEAD);
            prop_assert!(expiry.year() > TODAY.year() + EXPIRY_MAX_YEARS_AHEAD - 100);
        }
    }
}
