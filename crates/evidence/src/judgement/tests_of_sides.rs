//! Two sides, and the person in the video.
#![allow(clippy::unwrap_used)]
use time::macros::datetime;

use super::tests::{case, image, reading, result, said, value, with, zone};
use crate::*;

const INTEGRITY: Check = Check::DataIntegrity;

#[test]
fn zones_of_both_sides_say_the_same() {
    type Change = fn(&mut ZoneReading);
    let table: [(&str, Change, Option<bool>, Option<bool>); 6] = [
        ("the same", |_| {}, Some(true), Some(true)),
        (
            "another number",
            |zone| {
                drop(
                    zone.fields
                        .insert("number".into(), value("CAA000009", Some(true), 0.99)),
                )
            },
            Some(false),
            Some(false),
        ),
        (
            "another name",
            |zone| {
                drop(
                    zone.fields
                        .insert("surname".into(), value("PEREZ", None, 0.99)),
                )
            },
            Some(false),
            Some(false),
        ),
        (
            "a name cut at the end",
            |zone| {
                zone.lines[2] = "MUNOZ<GARCIA<<AN<<<<<<<<<<<<<<".replace('<', "X");
                drop(
                    zone.fields
                        .insert("given_names".into(), value("AN", None, 0.99)),
                );
            },
            Some(true),
            Some(true),
        ),
        (
            "another number, in doubt",
            |zone| {
                zone.all_valid = false;
                drop(
                    zone.fields
                        .insert("number".into(), value("CAA000009", Some(false), 0.5)),
                );
            },
            None,
            Some(true),
        ),
        (
            "a number whose digit fails, read surely",
            |zone| {
                zone.all_valid = false;
                drop(
                    zone.fields
                        .insert("number".into(), value("CAA000009", Some(false), 0.97)),
                );
            },
            Some(false),
            Some(false),
        ),
    ];
    for (what, change, agree, holds) in table {
        let mut other = zone();
        change(&mut other);
        let mut case = case(zone());
        let front = case.readings.get_mut(&ImageKind::DocumentFront).unwrap();
        front.zone = Some(other);
        let said = said(&case, INTEGRITY, ReasonCode::ZonesAgree);
        assert_eq!(said, Some(agree), "{what}");
        assert_eq!(result(&case, INTEGRITY), holds, "{what}");
    }
    assert_eq!(said(&case(zone()), INTEGRITY, ReasonCode::ZonesAgree), None);
}

#[test]
fn a_card_for_ever_is_one_in_zone_and_print() {
    for (in_zone, printed, holds) in [
        ("1999-01-01", "01/01/9999", true),
        ("1999-12-31", "01/01/9999", true),
        ("1999-01-02", "01/01/9999", false),
        ("1999-01-01", "01/01/2019", false),
    ] {
        let mut case = with(|zone| {
            zone.fields
                .insert("expiry_date".into(), value(in_zone, Some(true), 0.99));
        });
        let front = case.readings.get_mut(&ImageKind::DocumentFront).unwrap();
        front
            .printed
            .insert(Field::IdDocumentValidity, value(printed, None, 0.95));
        let said = said(&case, INTEGRITY, ReasonCode::DatesPrinted);
        assert_eq!(said, Some(Some(holds)), "{in_zone} {printed}");
        assert_eq!(result(&case, INTEGRITY), Some(holds), "{in_zone} {printed}");
    }
    let case = with(|zone| {
        zone.fields
            .insert("expiry_date".into(), value("1999-01-01", Some(true), 0.99));
    });
    assert_eq!(result(&case, Check::DocumentNotexpired), Some(true));
    let sent = build_payload(&case, PayloadOptions::default()).ocr_data;
    assert_eq!(sent["id_document_validity"], "01/01/9999");
}

#[test]
fn numbers_keep_their_states_rules() {
    // State, the zone's number, the printed one of the person, and what comes of it.
    let table = [
        (
            "ITA",
            "C",
            "CA00000AA",
            Some("RSSMRA85T10A562S"),
            Some(Some(true)),
        ),
        (
            "ITA",
            "C",
            "CA00000AA",
            Some("RSSMRA85T10A562T"),
            Some(None),
        ),
        ("ITA", "C", "CA0000AA", None, Some(Some(false))),
        ("ITA", "IR", "I0000000", None, None),
        ("PRT", "I", "000000000ZZ4", None, Some(Some(true))),
        ("PRT", "I", "000000000ZZ5", None, Some(Some(false))),
        (
            "FRA",
            "ID",
            "880692310285",
            Some("295109912611193"),
            Some(Some(true)),
        ),
        ("FRA", "ID", "880692310285", None, None),
        ("D", "ID", "LO1X00T47", None, Some(Some(false))),
        ("D", "ID", "L01X00T47", None, None),
        ("ESP", "ID", "CAA000000", None, Some(Some(true))),
    ];
    for (country, kind, number, own, holds) in table {
        let mut case = with(|zone| {
            for (name, text) in [("country", country), ("type", kind), ("number", number)] {
                zone.fields.insert(name.into(), value(text, None, 0.99));
            }
        });
        let front = case.readings.get_mut(&ImageKind::DocumentFront).unwrap();
        if let Some(own) = own {
            front
                .printed
                .insert(Field::SerialNumber, value(own, None, 0.95));
        }
        let said = said(&case, INTEGRITY, ReasonCode::NumberRule);
        assert_eq!(said, holds, "{country} {kind} {number} {own:?}");
    }
}

fn in_video(passed: bool, selfie: Option<u8>, portrait: Option<u8>) -> Case {
    let mut case = case(zone());
    case.images.insert(ImageKind::DocumentOwner, image("0a"));
    case.video = Some(VideoRecord {
        id: "v".to_owned(),
        file: "v.mp4".to_owned(),
        picked: false,
        source: "Cam".to_owned(),
        simulated: false,
        duration_ms: 9000,
        width: 1280,
        height: 720,
        frames: 270,
        dropped: 0,
        bytes: 1,
        sha256: "0b".to_owned(),
        recorded_at: datetime!(2026-03-10 09:00 UTC),
        interrupted: None,
        virtual_camera: false,
    });
    case.liveness = Some(LivenessRecord {
        frames: Vec::new(),
        video_sha256: "0b".to_owned(),
        passed,
        reasons: Vec::new(),
        warnings: Vec::new(),
        sampled: 50,
        seen_ms: Vec::new(),
    });
    let matched = |score: Option<u8>| FaceMatch {
        distance: 0.5,
        score,
        inter_eye_px: [60.0, 60.0],
    };
    case.faces = Some(FaceRecord {
        of: case.faces_of(),
        selfie_portrait: None,
        video_selfie: Some(matched(selfie)),
        video_portrait: Some(matched(portrait)),
        missing: None,
    });
    case
}

#[test]
fn another_person_in_the_video_is_not_live() {
    // Challenge passed, likeness with selfie and with portrait: the check, and what is said of the face.
    let table = [
        (true, Some(80), None, Some(true), Some(Some(true))),
        (true, Some(50), None, Some(true), Some(Some(true))),
        (true, Some(49), None, None, Some(None)),
        (true, Some(30), None, None, Some(None)),
        (true, Some(29), Some(90), Some(false), Some(Some(false))),
        (true, None, Some(10), Some(false), Some(Some(false))),
        (true, None, None, Some(true), None),
        (false, Some(40), None, Some(false), Some(None)),
        (false, Some(90), None, Some(false), Some(Some(true))),
    ];
    for (passed, selfie, portrait, live, face) in table {
        let case = in_video(passed, selfie, portrait);
        let what = format!("{passed} {selfie:?} {portrait:?}");
        assert_eq!(result(&case, Check::Liveliness), live, "{what}");
        let said = said(&case, Check::Liveliness, ReasonCode::FaceAsPictured);
        assert_eq!(said, face, "{what}");
    }
    let mut of_others = in_video(true, Some(10), None);
    of_others
        .images
        .insert(ImageKind::DocumentOwner, image("0c"));
    assert_eq!(result(&of_others, Check::Liveliness), Some(true));
}

const AT: time::OffsetDateTime = datetime!(2026-03-10 09:00 UTC);

fn printed_surname(case: &mut Case, text: &str) {
    let front = case.readings.get_mut(&ImageKind::DocumentFront).unwrap();
    front
        .printed
        .insert(Field::Surname1, value(text, None, 0.95));
}

fn take(case: &mut Case) -> String {
    let read = fields_read(&case.readings, "ES");
    case.take_fields(read);
    case.document_value(Field::Surname1)
}

#[test]
fn a_chosen_form_stays_while_it_is_offered() {
    let mut case = case(zone());
    let read = value("MUÑOZ", None, 0.95);
    case.choose_read(Field::Surname1, &read, FieldSource::Printed, AT)
        .unwrap();
    assert_eq!(take(&mut case), "MUÑOZ");
    // About to be read again: nothing is known to be otherwise.
    let front = case.readings.remove(&ImageKind::DocumentFront).unwrap();
    assert_eq!(take(&mut case), "MUÑOZ");
    case.readings.insert(ImageKind::DocumentFront, front);
    printed_surname(&mut case, "MUÑIZ");
    assert_eq!(take(&mut case), "MUNOZ");
    assert_eq!(case.fields[&Field::Surname1].source, FieldSource::Mrz);
}

#[test]
fn a_chosen_form_goes_with_its_picture() {
    let mut case = case(zone());
    for (field, read, source) in [
        (
            Field::Surname1,
            value("MUÑOZ", None, 0.95),
            FieldSource::Printed,
        ),
        (Field::Sex, value("F", None, 0.99), FieldSource::Mrz),
    ] {
        case.choose_read(field, &read, source, AT).unwrap();
    }
    case.images.insert(ImageKind::DocumentFront, image("01"));
    case.images.insert(ImageKind::DocumentRear, image("02"));
    assert!(case.forget_stale());
    assert_eq!(take(&mut case), "");
    assert_eq!(case.document_value(Field::Sex), "");
    let other = reading(None, [(Field::Surname1, value("PEREZ", None, 0.95))].into());
    case.readings.insert(ImageKind::DocumentFront, other);
    assert_eq!(take(&mut case), "PEREZ");
}

#[test]
fn what_was_typed_or_emptied_by_hand_is_not_refilled() {
    let mut case = case(zone());
    case.set_field(Field::Surname2, "", AT).unwrap();
    case.set_field(Field::Surname1, "RUIZ", AT).unwrap();
    assert_eq!(take(&mut case), "RUIZ");
    assert_eq!(case.document_value(Field::Surname2), "");
    case.readings.clear();
    assert_eq!(take(&mut case), "RUIZ");
    assert!(!case.fields.contains_key(&Field::Sex));
}
