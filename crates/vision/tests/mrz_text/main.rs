//! Zones as text: ICAO's published specimens, what must be found wrong, and round trips.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod properties;

use time::macros::date;
use vision::mrz::{MrzKind, MrzText, check, parse};

const TODAY: time::Date = date!(2026 - 06 - 01);

fn read(lines: &[&str]) -> MrzText {
    parse(lines, TODAY).expect("a zone")
}

fn value<'a>(text: &'a MrzText, name: &str) -> &'a str {
    &text.fields[name].value
}

const TD1: [&str; 3] = [
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
];
const TD2: [&str; 2] = [
    "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
    "D231458907UTO7408122F1204159<<<<<<<6",
];
const TD3: [&str; 2] = [
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
];
const MRV_A: [&str; 2] = [
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L8988901C4XXX4009078F96121096ZE184226B<<<<<<",
];
const MRV_B: [&str; 2] = [
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
    "L8988901C4XXX4009078F9612109<<<<<<<<",
];

#[test]
fn published_specimens() {
    for (lines, kind, number, birth, expiry, nationality) in [
        (
            &TD1[..],
            MrzKind::Td1,
            "D23145890",
            "1974-08-12",
            "2012-04-15",
            "UTO",
        ),
        (
            &TD2[..],
            MrzKind::Td2,
            "D23145890",
            "1974-08-12",
            "2012-04-15",
            "UTO",
        ),
        (
            &TD3[..],
            MrzKind::Td3,
            "L898902C3",
            "1974-08-12",
            "2012-04-15",
            "UTO",
        ),
        (
            &MRV_A[..],
            MrzKind::MrvA,
            "L8988901C",
            "1940-09-07",
            "1996-12-10",
            "XXX",
        ),
        (
            &MRV_B[..],
            MrzKind::MrvB,
            "L8988901C",
            "1940-09-07",
            "1996-12-10",
            "XXX",
        ),
    ] {
        let text = read(lines);
        assert_eq!(text.kind, kind);
        let got = [
            "surname",
            "given_names",
            "number",
            "birth_date",
            "expiry_date",
            "nationality",
            "country",
            "sex",
        ]
        .map(|n| value(&text, n));
        assert_eq!(
            got,
            [
                "ERIKSSON",
                "ANNA MARIA",
                number,
                birth,
                expiry,
                nationality,
                "UTO",
                "F"
            ],
            "{kind:?}"
        );
        assert!(text.all_valid, "{text:?}");
        assert!(!text.names_truncated);
        assert_eq!(text.fields["number"].valid, Some(true));
        assert_eq!(
            text.fields["surname"].valid, None,
            "no digit covers the names"
        );
        assert_eq!(
            text.fields.contains_key("composite"),
            !matches!(kind, MrzKind::MrvA | MrzKind::MrvB)
        );
    }
    assert_eq!(value(&read(&TD3), "optional"), "ZE184226B");
}

#[test]
fn a_long_number_goes_on_in_the_optional_field() {
    let text = read(&[
        "I<UTOD23145890<7349<<<<<<<<<<<",
        "7408122F1204159UTO<<<<<<<<<<<2",
        TD1[2],
    ]);
    assert_eq!(
        (
            value(&text, "number"),
            text.fields["number"].valid,
            value(&text, "optional")
        ),
        ("D23145890734", Some(true), "")
    );
    let text = read(&[
        "I<UTOD23145890<7348<<<<<<<<<<<",
        "7408122F1204159UTO<<<<<<<<<<<2",
        TD1[2],
    ]);
    assert_eq!(text.fields["number"].valid, Some(false));
    // a filler for a digit without anything after it is no number that holds
    let text = read(&["I<UTOD23145890<<<<<<<<<<<<<<<<", TD1[1], TD1[2]]);
    assert_eq!(text.fields["number"].valid, Some(false));
}

#[test]
fn frances_former_card_has_its_fields_elsewhere() {
    // The specimen that France published.
    let specimen = [
        "IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<",
        "8806923102858CORINNE<<<<<<<6512068F6",
    ];
    let text = read(&specimen);
    let got =
        ["surname", "given_names", "number", "birth_date", "sex"].map(|name| value(&text, name));
    assert_eq!(
        got,
        ["BERTHIER", "CORINNE", "880692310285", "1965-12-06", "F"]
    );
    assert_eq!(text.kind, MrzKind::IdFra);
    assert!(text.all_valid && !text.names_truncated, "{text:?}");
    for absent in ["expiry_date", "nationality"] {
        assert!(!text.fields.contains_key(absent), "{absent}");
    }
    let text = read(&[
        "IDFRALE<GOFF<<<<<<<<<<<<<<<<<<2A4042",
        "06022A4001313ANNE<<MARIE<<C6512068F8",
    ]);
    let got = ["surname", "given_names", "number", "optional"].map(|name| value(&text, name));
    assert_eq!(got, ["LE GOFF", "ANNE MARIE C", "06022A400131", "2A4042"]);
    assert!(text.all_valid && text.names_truncated, "{text:?}");
    // The last digit covers the names, too.
    let other = read(&[&specimen[0].replace("THIER", "TIHER"), specimen[1]]);
    assert_eq!(other.fields["composite"].valid, Some(false));
    let digit = read(&[specimen[0], &specimen[1].replace("CORINNE", "C0RINNE")]);
    assert_eq!(digit.fields["given_names"].valid, Some(false));
}

#[test]
fn only_the_united_states_residents_have_a_digit_in_their_type() {
    let card = [
        "C1USA0000007010SRC0000000701<<",
        "5001013M2706306UTO<<<<<<<<<<<3",
        TD1[2],
    ];
    let text = read(&card);
    assert_eq!(value(&text, "type"), "C1");
    assert!(text.all_valid, "{text:?}");
    let other = read(&[&card[0].replace("C1", "I1"), card[1], card[2]]);
    assert_eq!(other.fields["type"].valid, Some(false));
}

#[test]
fn portugals_digit_covers_the_filler_too() {
    let card = [
        "I<PRT000024759<ZZ72<<<<<<<<<<<",
        "8010100F2006017PRT<<<<<<<<<<<8",
        "CARLOS<MONTEIRO<<AMELIA<VANESS",
    ];
    let text = read(&card);
    assert_eq!(value(&text, "number"), "000024759ZZ7");
    assert!(text.all_valid, "{text:?}");
    let other = read(&[&card[0].replace("PRT", "UTO"), card[1], card[2]]);
    assert_eq!(other.fields["number"].valid, Some(false));
}

#[test]
fn spains_cards_for_ever_end_in_9999() {
    let digit = |text: &str| check::digit(text).unwrap();
    for (state, end) in [("ESP", "9999-01-01"), ("UTO", "1999-01-01")] {
        let first = format!("ID{state}BAA000589732713712F<<<<<<");
        let body = format!("3203098F990101{}{state}<<<<<<<<<<<", digit("990101"));
        let covered = format!("{}{}{}", &first[5..], &body[..7], &body[8..15]);
        let second = format!("{body}{}", digit(&format!("{covered}<<<<<<<<<<<")));
        let text = parse(&[&first, &second, TD1[2]], TODAY).unwrap();
        assert_eq!(value(&text, "expiry_date"), end);
        assert_eq!(text.fields["expiry_date"].valid, Some(true));
    }
}

/// A TD3 with other values in its second line, every digit right.
fn passport(
    first: &str,
    number: &str,
    nationality: &str,
    birth: &str,
    sex: &str,
    expiry: &str,
    optional: &str,
) -> [String; 2] {
    let with_digit = |t: &str| format!("{t}{}", check::digit(t).unwrap());
    let body = format!(
        "{}{nationality}{}{sex}{}{}",
        with_digit(number),
        with_digit(birth),
        with_digit(expiry),
        with_digit(optional)
    );
    let covered = format!("{}{}{}", &body[0..10], &body[13..20], &body[21..43]);
    [
        first.to_owned(),
        format!("{body}{}", check::digit(&covered).unwrap()),
    ]
}

#[test]
fn right_digits_do_not_make_wrong_content_right() {
    let first = TD3[0];
    let cases: [(&str, [String; 2]); 9] = [
        (
            "birth_date",
            passport(
                first,
                "L898902C3",
                "UTO",
                "741312",
                "F",
                "320415",
                "<<<<<<<<<<<<<<",
            ),
        ),
        (
            "birth_date",
            passport(
                first,
                "L898902C3",
                "UTO",
                "740230",
                "F",
                "320415",
                "<<<<<<<<<<<<<<",
            ),
        ),
        (
            "birth_date",
            passport(
                first,
                "L898902C3",
                "UTO",
                "74O812",
                "F",
                "320415",
                "<<<<<<<<<<<<<<",
            ),
        ),
        (
            "expiry_date",
            passport(
                first,
                "L898902C3",
                "UTO",
                "740812",
                "F",
                "320431",
                "<<<<<<<<<<<<<<",
            ),
        ),
        (
            "sex",
            passport(
                first,
                "L898902C3",
                "UTO",
                "740812",
                "P",
                "320415",
                "<<<<<<<<<<<<<<",
            ),
        ),
        (
            "nationality",
            passport(
                first,
                "L898902C3",
                "UT0",
                "740812",
                "F",
                "320415",
                "<<<<<<<<<<<<<<",
            ),
        ),
        (
            "country",
            passport(
                "P<UTPERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
                "L898902C3",
                "UTO",
                "740812",
                "F",
                "320415",
                "<<<<<<<<<<<<<<",
            ),
        ),
        (
            "surname",
            passport(
                "P<UTOER1KSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
                "L898902C3",
                "UTO",
                "740812",
                "F",
                "320415",
                "<<<<<<<<<<<<<<",
            ),
        ),
        (
            "number",
            passport(
                first,
                "<<<<<<<<<",
                "UTO",
                "740812",
                "F",
                "320415",
                "<<<<<<<<<<<<<<",
            ),
        ),
    ];
    for (field, lines) in cases {
        let text = parse(&lines, TODAY).unwrap();
        assert_eq!(text.fields[field].valid, Some(false), "{field}");
        assert!(!text.all_valid, "{field}");
        assert!(
            text.fields.iter().all(|(n, f)| f.valid != Some(false)
                || *n == field
                || (field == "surname" && *n == "given_names")),
            "{field}: {text:?}"
        );
    }
}

#[test]
fn centuries() {
    let dates = |birth: &str, expiry: &str| {
        let text = parse(
            &passport(
                TD3[0],
                "L898902C3",
                "UTO",
                birth,
                "F",
                expiry,
                "<<<<<<<<<<<<<<",
            ),
            TODAY,
        )
        .unwrap();
        (
            value(&text, "birth_date").to_owned(),
            value(&text, "expiry_date").to_owned(),
            text.all_valid,
        )
    };
    assert_eq!(
        dates("260601", "760101"),
        ("2026-06-01".into(), "2076-01-01".into(), true)
    );
    assert_eq!(
        dates("260602", "770101"),
        ("1926-06-02".into(), "1977-01-01".into(), true)
    );
    // 29 February: 2000 had one, 1900 had not
    assert_eq!(
        dates("000229", "320229"),
        ("2000-02-29".into(), "2032-02-29".into(), true)
    );
    // an unknown day and month agree with their digit, and are not a date that exists
    assert_eq!(
        dates("74<<<<", "320101"),
        ("74<<<<".into(), "2032-01-01".into(), false)
    );
}

#[test]
fn names() {
    let of = |names: &str| {
        let text = read(&[&format!("P<UTO{names:<<39}"), TD3[1]]);
        (
            value(&text, "surname").to_owned(),
            value(&text, "given_names").to_owned(),
            text.fields["surname"].valid,
            text.names_truncated,
        )
    };
    assert_eq!(
        of("VAN<DER<MUELLEN<<HILDE<MARIA"),
        ("VAN DER MUELLEN".into(), "HILDE MARIA".into(), None, false)
    );
    assert_eq!(
        of("ARKFREITH"),
        ("ARKFREITH".into(), String::new(), None, false)
    );
    let long = "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WARNA";
    assert_eq!(
        of(long),
        (
            "BENNELONG WOOLOOMOOLOO WARRANDYTE WARNA".into(),
            String::new(),
            None,
            true
        )
    );
    for bad in ["<<ANNA", "", "A<<B<<C", "A<<<B"] {
        assert_eq!(of(bad).2, Some(false), "{bad:?}");
    }
}

#[test]
fn nothing_but_zones_is_read() {
    for lines in [
        vec![],
        vec![""],
        vec!["P<UTO"],
        vec![TD3[0]],
        vec![TD1[0], TD1[1]],
        vec![TD3[0], TD1[1]],
    ] {
        assert!(parse(&lines, TODAY).is_none(), "{lines:?}");
    }
    assert!(parse(&[TD3[0].to_lowercase(), TD3[1].to_lowercase()], TODAY).is_none());
    assert!(
        parse(
            &[TD3[0].replace("ERIKSSON", "ERIKSSÖN"), TD3[1].to_owned()],
            TODAY
        )
        .is_none()
    );
}

#[test]
fn debug_shows_no_values() {
    let shown = format!("{:?}", read(&TD3));
    assert!(
        !shown.contains("ERIKSSON") && !shown.contains("L898902C3"),
        "{shown}"
    );
}
