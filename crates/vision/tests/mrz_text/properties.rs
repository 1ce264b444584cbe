//! What holds for every zone: round trips, and what check digits find.

use proptest::prelude::*;
use vision::mrz::{check, parse};

use super::{TD3, TODAY, passport, read, value};

proptest! {
    #[test]
    fn what_is_written_is_read(
        number in "[A-Z0-9]{1,9}", surname in "[A-Z]{2,12}", given in "[A-Z]{2,12}( [A-Z]{2,10})?", optional in "[A-Z0-9]{0,14}",
        year in 1930i32..2020, day in 1u16..=365, sex in "[MF<]",
    ) {
        let birth = time::Date::from_ordinal_date(year, day).unwrap();
        let short = format!("{:02}{:02}{:02}", year % 100, u8::from(birth.month()), birth.day());
        let names = format!("{surname}<<{}", given.replace(' ', "<"));
        let first = format!("P<ESP{names:<<39}");
        let lines = passport(&first, &format!("{number:<<9}"), "ESP", &short, &sex, "310101", &format!("{optional:<<14}"));
        let text = parse(&lines, TODAY).unwrap();
        let got = ["number", "surname", "given_names", "optional", "expiry_date"].map(|n| value(&text, n));
        prop_assert_eq!(got, [number.as_str(), surname.as_str(), given.as_str(), optional.as_str(), "2031-01-01"]);
        let expected = if year < 1927 { year + 100 } else { year };
        prop_assert_eq!(value(&text, "birth_date"), format!("{expected:04}-{:02}-{:02}", u8::from(birth.month()), birth.day()));
        prop_assert!(text.all_valid);
    }

    /// Any one wrong character in a covered field is found, but for those whose values differ by a multiple of ten.
    #[test]
    fn one_wrong_character_is_found(place in 0usize..43, other in "[A-Z0-9<]") {
        prop_assume!(!(10..13).contains(&place) && place != 20, "nationality and sex have no digit");
        let other = other.chars().next().unwrap();
        let was = TD3[1].chars().nth(place).unwrap();
        prop_assume!(was != other);
        let congruent = check::value(was).unwrap() % 10 == check::value(other).unwrap() % 10;
        let mut line = TD3[1].to_owned();
        line.replace_range(place..place + 1, &other.to_string());
        let text = read(&[TD3[0], &line]);
        let is_digit_place = [9, 19, 27, 42].contains(&place);
        if !congruent || is_digit_place {
            prop_assert!(!text.all_valid, "{}", line);
        } else {
            prop_assert_eq!(text.fields["composite"].valid, Some(true), "stated limit of the digits");
        }
    }

    #[test]
    fn arbitrary_text_never_panics(lines in prop::collection::vec(".{0,50}", 0..5)) {
        let _ = parse(&lines, TODAY);
    }

    #[test]
    fn arbitrary_zones_never_panic(seed in "[A-Z0-9<]{132}") {
        for (letters, rows) in [(30, 3), (36, 2), (44, 2)] {
            let lines: Vec<&str> = (0..rows).map(|r| &seed[r * letters..(r + 1) * letters]).collect();
            prop_assert!(parse(&lines, TODAY).is_some());
        }
    }
}
