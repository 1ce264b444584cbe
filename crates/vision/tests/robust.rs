//! Whatever comes, nothing panics, and nothing that was made up is called certain: the loops of the fuzz targets, in short.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use time::macros::date;
use vision::mrz::{MrzKind, MrzText, check, country, parse, read_mrz_on};
use vision::reading::{Wants, read_picture};
use vision::{Picture, intake};

const TODAY: time::Date = date!(2026 - 06 - 01);
const TD1: [&str; 3] = [
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
];
const TD3: [&str; 2] = [
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
];

/// Whether a zone that is said to be valid is so by an account of its own: digits, states, dates and letters, from the lines alone.
fn sound(text: &MrzText) -> bool {
    if !text.all_valid {
        return true;
    }
    let line = |row: usize| text.lines[row].as_str();
    let holds = |covered: &str, found: &str| {
        check::digit(covered).is_some_and(|digit| found == digit.to_string())
    };
    let day = |date: &str| {
        let pair = |i: usize| date[i..i + 2].parse::<u8>().unwrap_or(0);
        (1..=12).contains(&pair(2)) && (1..=31).contains(&pair(4))
    };
    let (second, names) = match text.kind {
        MrzKind::Td1 => (line(1), line(2)),
        MrzKind::Td3 => (line(1), &line(0)[5..]),
        _ => return false,
    };
    let (birth, expiry, state) = match text.kind {
        MrzKind::Td1 => (0, 8, 15),
        _ => (13, 21, 10),
    };
    let composite = match text.kind {
        MrzKind::Td1 => [&line(0)[5..], &second[..7], &second[8..15], &second[18..29]].concat(),
        _ => [&second[..10], &second[13..20], &second[21..43]].concat(),
    };
    holds(&second[birth..birth + 6], &second[birth + 6..=birth + 6])
        && holds(
            &second[expiry..expiry + 6],
            &second[expiry + 6..=expiry + 6],
        )
        && day(&second[birth..])
        && day(&second[expiry..])
        && holds(&composite, &second[second.len() - 1..])
        && country::exists(second[state..state + 3].trim_end_matches('<'))
        && country::exists(line(0)[2..5].trim_end_matches('<'))
        && names.chars().all(|c| c == '<' || c.is_ascii_uppercase())
}

fn patterned(width: usize, height: usize, seed: u32) -> Picture {
    let mut state = seed | 1;
    let rgb = (0..width * height * 3).map(|i| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        match seed % 4 {
            0 => (state >> 24) as u8,
            1 => (i / 3 % width * 255 / width) as u8,
            2 => [0, 255][(i / 3 / width / 3 + i / 3 % width / 5) % 2],
            _ => (seed >> 8) as u8,
        }
    });
    Picture::new(width, height, rgb.collect()).unwrap()
}

/// Sides that no document has, and colours that show nothing.
#[test]
fn pictures_of_odd_sizes_are_read_without_a_find() {
    for (n, (width, height)) in [
        (1, 1),
        (1, 400),
        (400, 1),
        (2, 3),
        (19, 121),
        (121, 21),
        (900, 22),
        (23, 700),
        (160, 120),
        (333, 251),
    ]
    .into_iter()
    .enumerate()
    {
        for pattern in 0..4 {
            let picture = patterned(width, height, pattern + 4 * n as u32);
            let reading = read_picture(&picture, TODAY, Wants { printed: true }).unwrap();
            assert!(
                !reading.zone.is_some_and(|zone| zone.all_valid),
                "{width}×{height}, pattern {pattern}"
            );
            assert!(
                reading.faces.is_empty(),
                "{width}×{height}, pattern {pattern}"
            );
            if let Some(area) = reading.portrait {
                assert!(reading.upright.cut(area).is_some());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Zones with a few characters exchanged, lost or added.
    #[test]
    fn damaged_zones_are_read_or_refused(
        passport: bool,
        hits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), "[A-Z0-9<a-z é\u{0}]?"), 0..6),
    ) {
        let mut lines: Vec<String> =
            if passport { TD3.map(str::to_owned).to_vec() } else { TD1.map(str::to_owned).to_vec() };
        for (row, place, with) in &hits {
            let line = row.get(&lines).chars().collect::<Vec<_>>();
            if line.is_empty() {
                continue;
            }
            let at = place.index(line.len());
            let changed = line[..at].iter().copied().chain(with.chars()).chain(line[at + 1..].iter().copied());
            let row = row.index(lines.len());
            lines[row] = changed.collect();
        }
        match parse(&lines, TODAY) {
            Some(text) => prop_assert!(sound(&text)),
            None => prop_assert!(!hits.is_empty()),
        }
    }

    /// Passports whose digits all agree, whatever stands in them.
    #[test]
    fn right_digits_alone_are_not_enough(
        number in "[A-Z0-9<]{9}", state in "UTO|ESP|D<<|[A-Z0-9<]{3}", birth in "[0-9]{2}[0-3][0-9]{3}|[0-9<]{6}",
        sex in "[MFX<7]", expiry in "[0-9]{2}[0-3][0-9]{3}", optional in "[A-Z0-9<]{14}", names in "[A-Z]{1,9}<<[A-Z0-9<]{0,9}",
    ) {
        let with_digit = |text: &str| format!("{text}{}", check::digit(text).unwrap());
        let [number, birth, expiry, optional] = [&number, &birth, &expiry, &optional].map(|text| with_digit(text));
        let covered = [number.as_str(), &birth, &expiry, &optional].concat();
        let second = format!("{number}{state}{birth}{sex}{expiry}{optional}{}", check::digit(&covered).unwrap());
        let text = parse(&[format!("P<{state}{names:<<39}"), second], TODAY).unwrap();
        prop_assert!(sound(&text), "{:?}", text.lines);
    }

    #[test]
    fn random_bytes_are_no_picture(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(intake::read(&bytes).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// A size that does not fit its bytes is no picture, and noise has no zone.
    #[test]
    fn noise_has_no_zone(width in 0usize..300, height in 0usize..200, spare in 0usize..2, seed: u32) {
        let luma: Vec<u8> = match (width, height) {
            (0, _) | (_, 0) => vec![0; spare],
            _ => {
                let mut luma = patterned(width, height, seed).luma();
                luma.extend(vec![0; spare]);
                luma
            }
        };
        let zone = read_mrz_on(&luma, width, height, TODAY).unwrap();
        prop_assert!(!zone.is_some_and(|zone| zone.all_valid));
    }
}
