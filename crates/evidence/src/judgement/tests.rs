#![allow(clippy::unwrap_used)]
use std::collections::BTreeMap;

use rand::SeedableRng;
use time::macros::{date, datetime};

use super::*;
use crate::{
    Challenge, ImageKind, ImageRecord, OperatorRecord, PictureReading, ReadValue, ZoneReading,
    fields_read,
};

pub(super) const TODAY: Today = Today {
    date: date!(2026 - 03 - 10),
    zone_offset_min: 60,
    clock: Clock::Checked { off_by_s: 0 },
};

pub(super) fn value(text: &str, valid: Option<bool>, confidence: f32) -> ReadValue {
    ReadValue {
        value: text.to_owned(),
        valid,
        confidence,
    }
}

pub(super) fn zone() -> ZoneReading {
    let fields = [
        ("type", value("ID", None, 1.0)),
        ("country", value("ESP", None, 1.0)),
        ("nationality", value("ESP", None, 1.0)),
        ("surname", value("MUNOZ GARCIA", None, 0.99)),
        ("given_names", value("ANA", None, 0.99)),
        ("number", value("CAA000000", Some(true), 0.99)),
        ("optional", value("12345678Z", None, 0.99)),
        ("birth_date", value("1980-01-31", Some(true), 0.99)),
        ("expiry_date", value("2031-12-24", Some(true), 0.99)),
        ("composite", value("4", Some(true), 0.99)),
        ("sex", value("F", None, 0.99)),
    ];
    ZoneReading {
        kind: "TD1".to_owned(),
        lines: vec![
            String::new(),
            String::new(),
            "MUNOZ<GARCIA<<ANA<<".to_owned(),
        ],
        fields: fields.map(|(n, v)| (n.to_owned(), v)).into_iter().collect(),
        all_valid: true,
    }
}

pub(super) fn front() -> BTreeMap<Field, ReadValue> {
    BTreeMap::from([
        (Field::Surname1, value("MUÑOZ", None, 0.95)),
        (Field::Surname2, value("GARCÍA", None, 0.95)),
        (Field::GivenName, value("ANA", None, 0.95)),
        (Field::BirthDate, value("31/01/1980", None, 0.95)),
    ])
}

pub(super) fn image(sha256: &str) -> ImageRecord {
    ImageRecord {
        id: "i".to_owned(),
        file: "i.jpg".to_owned(),
        width: 1000,
        height: 630,
        bytes: 1,
        sha256: sha256.to_owned(),
        captured_at: datetime!(2026-03-10 09:00 UTC),
        source: "Cam".to_owned(),
        simulated: false,
        cut_from: None,
        original: None,
        dpi: None,
        automatic: false,
        overridden: Vec::new(),
    }
}

pub(super) fn reading(
    zone: Option<ZoneReading>,
    printed: BTreeMap<Field, ReadValue>,
) -> PictureReading {
    PictureReading {
        image_sha256: "00".to_owned(),
        zone,
        printed,
        face: None,
        sharpness: 1.0,
        glare: 0.0,
        luma: 120.0,
        copy_hints: vec![CheckReason {
            code: ReasonCode::Colour,
            holds: Some(false),
            measured: Some("0.001".to_owned()),
            expected: Some("0.01".to_owned()),
        }],
        ms: 1,
    }
}

pub(super) fn case(zone: ZoneReading) -> Case {
    let mut case = Case::new(
        "c".to_owned(),
        "sandbox".to_owned(),
        datetime!(2026-03-10 09:00 UTC),
        OperatorRecord {
            name: "Op".to_owned(),
            rao_id: None,
        },
        Challenge::draw(&mut rand::rngs::StdRng::seed_from_u64(1)),
    );
    case.form.given_name = "Ana".to_owned();
    case.form.surname_1 = "Muñoz".to_owned();
    case.form.surname_2 = "García".to_owned();
    case.form.serial_number = "12345678-Z".to_owned();
    case.form.id_document_type = "IDC".to_owned();
    case.form.id_document_country = "ES".to_owned();
    for kind in [ImageKind::DocumentFront, ImageKind::DocumentRear] {
        case.images.insert(kind, image("00"));
    }
    case.readings = BTreeMap::from([
        (ImageKind::DocumentFront, reading(None, front())),
        (
            ImageKind::DocumentRear,
            reading(Some(zone), BTreeMap::new()),
        ),
    ]);
    let read = fields_read(&case.readings, &case.document_country);
    case.take_fields(read);
    case
}

pub(super) fn with(change: impl FnOnce(&mut ZoneReading)) -> Case {
    let mut zone = zone();
    change(&mut zone);
    case(zone)
}

pub(super) fn result(case: &Case, check: Check) -> Option<bool> {
    judge(case, &TODAY)[&check].result.value()
}

pub(super) fn said(case: &Case, check: Check, code: ReasonCode) -> Option<Option<bool>> {
    let judged = judge(case, &TODAY).remove(&check).unwrap();
    let reasons = match judged.result {
        CheckResult::Measured { reasons, .. } => reasons,
        _ => judged.hints,
    };
    let found = reasons.into_iter().find(|reason| reason.code == code);
    found.map(|reason| reason.holds)
}

#[test]
fn a_good_document_holds() {
    let case = case(zone());
    for check in [
        Check::DocumentNotexpired,
        Check::DocumentNotunderage,
        Check::DataIntegrity,
    ] {
        assert_eq!(result(&case, check), Some(true), "{check:?}");
    }
    assert_eq!(result(&case, Check::Liveliness), None);
}

#[test]
fn a_document_ends_after_its_last_day() {
    for (last_day, valid) in [
        ("2026-03-10", true),
        ("2026-03-09", false),
        ("2026-03-11", true),
        ("1999-12-31", true),
    ] {
        let case = with(|zone| {
            zone.fields
                .insert("expiry_date".into(), value(last_day, Some(true), 0.99));
        });
        assert_eq!(
            result(&case, Check::DocumentNotexpired),
            Some(valid),
            "{last_day}"
        );
    }
}

#[test]
fn of_age_is_who_had_the_eighteenth_birthday() {
    for (born, of_age) in [("2008-03-10", true), ("2008-03-11", false)] {
        let case = with(|zone| {
            zone.fields
                .insert("birth_date".into(), value(born, Some(true), 0.99));
        });
        assert_eq!(
            result(&case, Check::DocumentNotunderage),
            Some(of_age),
            "{born}"
        );
    }
}

#[test]
fn doubt_judges_nothing_and_says_so() {
    let unsure = with(|zone| {
        zone.all_valid = false;
        zone.fields
            .insert("expiry_date".into(), value("2020-12-24", Some(false), 0.4));
    });
    assert_eq!(result(&unsure, Check::DocumentNotexpired), None);
    assert_eq!(result(&unsure, Check::DataIntegrity), None);
    let said = said(&unsure, Check::DocumentNotexpired, ReasonCode::ExpiryDate);
    assert_eq!(said, Some(None));
    let unread = with(|zone| {
        zone.fields.remove("birth_date");
    });
    assert_eq!(result(&unread, Check::DocumentNotexpired), Some(true));
}

#[test]
fn a_date_that_was_read_surely_goes_before_what_was_typed() {
    let at = datetime!(2026-03-10 09:00 UTC);
    let by_hand = |case: &Case, check| said(case, check, ReasonCode::DateByHand);
    // What the zone says, how surely, what is typed, what comes of it, and whether that is said to be typed.
    let table = [
        ("2020-12-24", Some(true), "24/12/2030", Some(false), None),
        ("2030-12-24", Some(true), "24/12/2020", Some(true), None),
        (
            "2020-12-24",
            Some(false),
            "24/12/2030",
            Some(true),
            Some(None),
        ),
        ("2030-12-24", None, "24/12/2020", Some(false), Some(None)),
    ];
    for (read, valid, typed, judged, hand) in table {
        for (name, field, check) in [
            (
                "expiry_date",
                Field::IdDocumentValidity,
                Check::DocumentNotexpired,
            ),
            ("birth_date", Field::BirthDate, Check::DocumentNotunderage),
        ] {
            let birth = field == Field::BirthDate;
            let day = |text: &str| match birth {
                true => text.replace("2030", "2015").replace("2020", "2000"),
                false => text.to_owned(),
            };
            // An early birth holds, an early end does not.
            let judged = judged.map(|value| value != birth);
            let mut case = with(|zone| {
                zone.fields
                    .insert(name.into(), value(&day(read), valid, 0.4));
            });
            let front = case.readings.get_mut(&ImageKind::DocumentFront).unwrap();
            front.printed.remove(&Field::BirthDate);
            case.set_field(field, &day(typed), at).unwrap();
            assert_eq!(result(&case, check), judged, "{name} {read} {typed}");
            assert_eq!(by_hand(&case, check), hand, "{name} {read} {typed}");
        }
    }
    let mut case = case(zone());
    case.set_field(Field::IdDocumentValidity, "01/01/2020", at)
        .unwrap();
    let edited = said(&case, Check::DataIntegrity, ReasonCode::EditedByHand);
    assert_eq!(edited, Some(Some(false)));
}

#[test]
fn names_that_are_typed_before_or_over_the_reading_hide_no_other_document() {
    let mut case = case(zone());
    case.form.surname_1 = "Ruiz".to_owned();
    case.form.surname_2.clear();
    let at = datetime!(2026-03-10 09:00 UTC);
    case.set_field(Field::Surname1, "RUIZ", at).unwrap();
    case.set_field(Field::Surname2, "", at).unwrap();
    assert_eq!(result(&case, Check::DataIntegrity), Some(false));
    // Another spelling of the same name is none.
    let mut same = self::case(zone());
    same.set_field(Field::Surname1, "Muñoz", at).unwrap();
    assert_eq!(result(&same, Check::DataIntegrity), Some(true));
}

#[test]
fn a_clock_that_is_wrong_judges_no_date() {
    let now = Today {
        clock: Clock::Wrong { off_by_s: 90_000 },
        ..TODAY
    };
    let judged = judge(&case(zone()), &now);
    for check in [Check::DocumentNotexpired, Check::DocumentNotunderage] {
        assert_eq!(judged[&check].result, CheckResult::NotPerformed);
        assert_eq!(judged[&check].hints[0].code, ReasonCode::ClockChecked);
        assert_eq!(judged[&check].hints[0].holds, Some(false));
    }
    let unchecked = Today {
        clock: Clock::Unchecked,
        ..TODAY
    };
    let judged = judge(&case(zone()), &unchecked);
    assert_eq!(
        judged[&Check::DocumentNotexpired].result.value(),
        Some(true)
    );
}

#[test]
fn what_breaks_the_datas_integrity() {
    type Break = fn(&mut Case);
    let table: [(&str, ReasonCode, Break); 6] = [
        ("another name", ReasonCode::NameAsRequested, |case| {
            case.form.surname_1 = "Ruiz".to_owned();
        }),
        ("another number", ReasonCode::NumberAsRequested, |case| {
            case.form.serial_number = "87654321X".to_owned();
        }),
        ("another kind", ReasonCode::KindAsRequested, |case| {
            case.form.id_document_type = "PAS".to_owned();
        }),
        ("a visa", ReasonCode::KindAsRequested, |case| {
            let rear = case.readings.get_mut(&ImageKind::DocumentRear).unwrap();
            rear.zone.as_mut().unwrap().kind = "MRVB".to_owned();
        }),
        ("another country", ReasonCode::CountryAsRequested, |case| {
            case.form.id_document_country = "FR".to_owned();
        }),
        ("another name in print", ReasonCode::NamePrinted, |case| {
            let front = case.readings.get_mut(&ImageKind::DocumentFront).unwrap();
            front
                .printed
                .insert(Field::Surname1, value("PEREZ", None, 0.95));
        }),
    ];
    for (what, code, break_it) in table {
        let mut case = case(zone());
        break_it(&mut case);
        assert_eq!(result(&case, Check::DataIntegrity), Some(false), "{what}");
        assert_eq!(
            said(&case, Check::DataIntegrity, code),
            Some(Some(false)),
            "{what}"
        );
    }
}

#[test]
fn a_check_digit_fails_a_document_only_where_it_was_read_surely() {
    for (confidence, expected) in [(0.97, Some(false)), (0.6, None)] {
        let case = with(|zone| {
            zone.all_valid = false;
            zone.fields
                .insert("number".into(), value("CAA000000", Some(false), confidence));
        });
        assert_eq!(
            result(&case, Check::DataIntegrity),
            expected,
            "{confidence}"
        );
    }
}

#[test]
fn without_a_zone_integrity_is_open_and_copies_are_only_hinted_at() {
    let mut case = case(zone());
    case.readings.remove(&ImageKind::DocumentRear);
    assert_eq!(result(&case, Check::DataIntegrity), None);
    assert_eq!(
        said(&case, Check::DataIntegrity, ReasonCode::NoZone),
        Some(None)
    );
    assert_eq!(result(&case, Check::DocumentNotcopy), None);
    assert_eq!(
        said(&case, Check::DocumentNotcopy, ReasonCode::Colour),
        Some(Some(false))
    );
}

#[test]
fn readings_go_with_their_pictures() {
    let mut case = case(zone());
    assert!(!case.forget_stale());
    case.images.insert(ImageKind::DocumentRear, image("01"));
    assert!(case.forget_stale());
    assert!(case.zone().is_none());
    let read = fields_read(&case.readings, &case.document_country);
    case.take_fields(read);
    assert!(
        !case.fields.contains_key(&Field::BirthDate)
            || case.fields[&Field::BirthDate].source == FieldSource::Printed
    );
    assert!(!case.fields.contains_key(&Field::Sex));
}

#[test]
fn a_spanish_passport_has_no_dni_in_its_optional_data() {
    for (requested, number) in [("ZAB000254", Some(true)), ("99999999R", None)] {
        let mut zone = zone();
        zone.kind = "TD3".to_owned();
        zone.lines = vec!["P<ESPMUNOZ<GARCIA<<ANA<<<<".to_owned(), String::new()];
        let fields = [
            ("type", value("P", None, 1.0)),
            ("number", value("ZAB000254", Some(true), 0.99)),
            ("optional", value("A9999999900", Some(true), 0.99)),
        ];
        zone.fields
            .extend(fields.map(|(name, read)| (name.to_owned(), read)));
        let mut case = case(zone);
        case.form.id_document_type = "PAS".to_owned();
        case.form.serial_number = requested.to_owned();
        assert_eq!(case.fields[&Field::SerialNumber].value, "ZAB000254");
        assert_eq!(result(&case, Check::DataIntegrity), Some(true));
        let compared = said(&case, Check::DataIntegrity, ReasonCode::NumberAsRequested);
        assert_eq!(compared, Some(number), "{requested}");
    }
}

#[test]
fn a_difference_counts_only_where_the_zone_was_read_surely() {
    for (name, misread) in [
        ("optional", "12345878Z"),
        ("number", "CAA000008"),
        ("surname", "MUNDZ GARCIA"),
        ("birth_date", "1980-01-81"),
        ("country", "EST"),
        ("country", "ESF"),
    ] {
        let mut case = with(|zone| {
            zone.all_valid = false;
            zone.fields
                .insert(name.to_owned(), value(misread, Some(false), 0.4));
        });
        let front = case.readings.get_mut(&ImageKind::DocumentFront).unwrap();
        front
            .printed
            .insert(Field::IdDocumentNumber, value("CAA000000", None, 0.95));
        assert_eq!(
            result(&case, Check::DataIntegrity),
            None,
            "{name} {misread}"
        );
    }
}

#[test]
fn a_number_that_no_zone_says_is_not_compared() {
    let mut zone = zone();
    for (name, text) in [
        ("country", "ITA"),
        ("nationality", "ITA"),
        ("number", "CA00000AA"),
        ("optional", ""),
    ] {
        let valid = (name == "number").then_some(true);
        zone.fields
            .insert(name.to_owned(), value(text, valid, 0.99));
    }
    let mut case = case(zone);
    case.form.id_document_country = "IT".to_owned();
    case.form.id_document_type = "TIN".to_owned();
    case.form.serial_number = "RSSMRA85T10A562S".to_owned();
    assert_eq!(result(&case, Check::DataIntegrity), Some(true));
    case.form.serial_number = "CA99999AA".to_owned();
    assert_eq!(result(&case, Check::DataIntegrity), Some(false));
}
