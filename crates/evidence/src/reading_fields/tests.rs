#![allow(clippy::unwrap_used)]
use super::*;

fn value(value: &str, valid: Option<bool>) -> ReadValue {
    ReadValue {
        value: value.to_owned(),
        valid,
        confidence: 0.9,
    }
}

fn zone(country: &str, surname: &str, number: &str, optional: &str) -> ZoneReading {
    let fields = [
        ("type", value("ID", None)),
        ("country", value(country, None)),
        ("surname", value(surname, None)),
        ("given_names", value("ANA MARIA", None)),
        ("number", value(number, Some(true))),
        ("optional", value(optional, None)),
        ("birth_date", value("1980-01-31", Some(true))),
        ("expiry_date", value("2031-12-24", Some(true))),
        ("sex", value("F", None)),
        ("nationality", value(country, None)),
    ];
    ZoneReading {
        kind: "TD1".to_owned(),
        lines: Vec::new(),
        fields: fields.map(|(n, v)| (n.to_owned(), v)).into_iter().collect(),
        all_valid: true,
    }
}

fn reading(zone: Option<ZoneReading>) -> PictureReading {
    PictureReading {
        image_sha256: "00".to_owned(),
        zone,
        printed: BTreeMap::new(),
        face: None,
        sharpness: 1.0,
        glare: 0.0,
        luma: 120.0,
        copy_hints: Vec::new(),
        ms: 1,
    }
}

fn read(zone: ZoneReading) -> BTreeMap<Field, FieldRead> {
    fields_read(&[(ImageKind::DocumentRear, reading(Some(zone)))].into(), "")
}

fn texts(fields: &BTreeMap<Field, FieldRead>, wanted: &[Field]) -> Vec<String> {
    let text = |field| {
        fields
            .get(field)
            .map_or("-".to_owned(), |read| read.value.clone())
    };
    wanted.iter().map(text).collect()
}

#[test]
fn numbers_and_names_by_the_states_own_rules() {
    use Field::{IdDocumentNumber, Nationality, SerialNumber, Surname1, Surname2};
    let wanted = [
        Surname1,
        Surname2,
        SerialNumber,
        IdDocumentNumber,
        Nationality,
    ];
    let table = [
        (
            zone("ESP", "DE LA FUENTE GARCIA", "CAA000000", "12345678Z"),
            ["DE LA FUENTE", "GARCIA", "12345678Z", "CAA000000", "ES"],
        ),
        (
            zone("D", "MUSTERMANN", "L01X00T47", ""),
            ["MUSTERMANN", "-", "L01X00T47", "L01X00T47", "DE"],
        ),
        (
            zone("ITA", "ROSSI BIANCHI", "CA00000AA", ""),
            ["ROSSI BIANCHI", "-", "CA00000AA", "CA00000AA", "IT"],
        ),
        (
            zone("EST", "MAASIKAS", "AS0002261", "38001085718"),
            ["MAASIKAS", "-", "38001085718", "AS0002261", "EE"],
        ),
    ];
    for (zone, expected) in table {
        assert_eq!(texts(&read(zone), &wanted), expected);
    }
}

#[test]
fn a_number_that_breaks_its_rule_is_filled_and_said_to_be_wrong() {
    let fields = read(zone("ESP", "RUIZ", "CAA000000", "12345678A"));
    assert_eq!(fields[&Field::SerialNumber].value, "12345678A");
    assert_eq!(fields[&Field::SerialNumber].valid, Some(false));
    let fields = read(zone("ESP", "RUIZ", "CAA000000", "12345678Z"));
    assert_eq!(fields[&Field::SerialNumber].valid, Some(true));
}

#[test]
fn numbers_are_checked_by_the_rule_of_their_own_state() {
    use Field::{IdDocumentNumber, SerialNumber};
    let printed = |country: &str, field, number: &str| {
        let mut front = reading(None);
        front.printed = [(field, value(number, None))].into();
        let readings = [(ImageKind::DocumentFront, front)].into();
        fields_read(&readings, country)[&field].valid
    };
    let table = [
        ("ES", SerialNumber, "12345678Z", Some(true)),
        ("ES", SerialNumber, "12345678A", Some(false)),
        ("IT", SerialNumber, "RSSMRA85T10A562S", Some(true)),
        ("IT", SerialNumber, "RSSMRA85T10A562T", Some(false)),
        ("PT", SerialNumber, "000000000ZZ4", Some(true)),
        ("PT", SerialNumber, "000000000ZZ5", Some(false)),
        ("PT", SerialNumber, "123456789", Some(true)),
        ("PT", SerialNumber, "12345678", None),
        ("PT", IdDocumentNumber, "00000000 0 ZZ4", Some(true)),
        ("FR", SerialNumber, "295109912611193", Some(true)),
        ("FR", SerialNumber, "295109912611192", Some(false)),
        ("FR", IdDocumentNumber, "880692310285", None),
        ("DE", SerialNumber, "86095742719", Some(true)),
        ("DE", IdDocumentNumber, "T220001293", Some(true)),
        ("DE", IdDocumentNumber, "T22000129", None),
        // Valid in Spain, and of no meaning elsewhere.
        ("PL", SerialNumber, "12345678Z", None),
        ("IT", SerialNumber, "12345678Z", Some(false)),
    ];
    for (country, field, number, holds) in table {
        assert_eq!(printed(country, field, number), holds, "{country} {number}");
    }
}

#[test]
fn a_cards_number_has_the_form_of_its_state() {
    let table = [
        ("D", "ID", "L01X00T47", Some(true)),
        ("D", "ID", "LO1X00T47", Some(false)),
        ("D", "IT", "BO1X00T47", Some(true)),
        ("D", "P", "A01234567", Some(true)),
        ("ITA", "C", "CA00000AA", Some(true)),
        ("ITA", "C", "CA0000AA", Some(false)),
        ("ITA", "IR", "I0000000", Some(true)),
        ("PRT", "I", "000000000ZZ4", Some(true)),
        ("PRT", "I", "000000000ZZ5", Some(false)),
        ("FRA", "ID", "880692310285", Some(true)),
    ];
    for (country, kind, number, holds) in table {
        let mut zone = zone(country, "RUIZ", number, "");
        zone.fields.insert("type".to_owned(), value(kind, None));
        let fields = read(zone);
        for field in [Field::IdDocumentNumber, Field::SerialNumber] {
            assert_eq!(fields[&field].valid, holds, "{country} {kind} {number}");
        }
    }
}

#[test]
fn what_is_valid_for_ever_is_sent_so() {
    for (country, ends, sent) in [
        ("ESP", "1999-01-01", "01/01/9999"),
        ("ESP", "1999-12-31", "01/01/9999"),
        ("ITA", "1999-01-01", "01/01/1999"),
    ] {
        let mut zone = zone(country, "RUIZ", "CAA000000", "12345678Z");
        for name in ["expiry_date", "birth_date"] {
            zone.fields.insert(name.to_owned(), value(ends, Some(true)));
        }
        let fields = read(zone);
        assert_eq!(fields[&Field::IdDocumentValidity].value, sent);
        assert!(fields[&Field::BirthDate].value.ends_with("1999"));
    }
}

#[test]
fn dates_are_written_as_the_ra_shows_them() {
    let fields = read(zone("ESP", "RUIZ", "CAA000000", "12345678Z"));
    let wanted = [Field::BirthDate, Field::IdDocumentValidity, Field::Sex];
    assert_eq!(texts(&fields, &wanted), ["31/01/1980", "24/12/2031", "F"]);
}

#[test]
fn the_printed_form_is_offered_and_fills_what_no_zone_says() {
    let mut front = reading(None);
    front.printed = [
        (Field::Surname1, value("MUÑOZ", None)),
        (Field::GivenName, value("ANA MARIA", None)),
    ]
    .into();
    let rear = reading(Some(zone("ESP", "MUNOZ", "CAA000000", "12345678Z")));
    let both = [
        (ImageKind::DocumentFront, front.clone()),
        (ImageKind::DocumentRear, rear),
    ];
    let fields = fields_read(&both.into(), "");
    assert_eq!(fields[&Field::Surname1].value, "MUNOZ");
    assert_eq!(
        fields[&Field::Surname1].printed.as_ref().unwrap().value,
        "MUÑOZ"
    );
    assert!(fields[&Field::GivenName].printed.is_none());
    let alone = fields_read(&[(ImageKind::DocumentFront, front)].into(), "ES");
    assert_eq!(alone[&Field::Surname1].value, "MUÑOZ");
    assert_eq!(alone[&Field::Surname1].source, FieldSource::Printed);
}

#[test]
fn two_zones_that_disagree_do_not_hold() {
    let both = [
        (
            ImageKind::DocumentFront,
            reading(Some(zone("ESP", "RUIZ", "CAA000000", "12345678Z"))),
        ),
        (
            ImageKind::DocumentRear,
            reading(Some(zone("ESP", "RUIZ", "CAA000001", "12345678Z"))),
        ),
    ];
    let fields = fields_read(&both.into(), "");
    assert_eq!(fields[&Field::IdDocumentNumber].valid, Some(false));
    assert_eq!(fields[&Field::Surname1].valid, None);
}
