//! From what was read on a document's pictures to the fields that are sent.

use std::collections::BTreeMap;

use time::{Date, macros::format_description};

use crate::countries::alpha2;
use crate::{
    Case, Field, FieldEntry, FieldSource, ImageKind, NumberCheck, NumberKind, PictureReading,
    ReadValue, ZoneReading, check_number, split_surnames,
};

/// States whose documents have the person's own number in the zone's optional data (Utopia's specimens among them).
const PERSONAL_NUMBER_IN_ZONE: [&str; 9] = [
    "ESP", "UTO", "EST", "LVA", "LTU", "FIN", "SWE", "BEL", "POL",
];

/// A field as it was read. Personal data: no `Debug`.
#[derive(Clone, PartialEq)]
pub struct FieldRead {
    pub value: String,
    pub source: FieldSource,
    /// Of the least sure letter, 0 to 1.
    pub confidence: f32,
    /// Whether a check digit or a rule holds; none where there is none.
    pub valid: Option<bool>,
    /// The printed form, where it is another than that of the zone.
    pub printed: Option<ReadValue>,
}

/// The fields that the readings give. Dates are `DD/MM/YYYY`, as the RA shows them; states are written with two letters
/// where they have such a code. The zone comes first, for its digits are checked; print alone fills what no zone says. Where
/// two zones, or zone and print, cannot both be right, the field does not hold.
pub fn fields_read(readings: &BTreeMap<ImageKind, PictureReading>) -> BTreeMap<Field, FieldRead> {
    let zones: Vec<&ZoneReading> = readings.values().filter_map(|r| r.zone.as_ref()).collect();
    let first = zones.iter().find(|zone| zone.all_valid).or(zones.first());
    let mut fields = first.map_or_else(BTreeMap::new, |zone| of_zone(zone));
    for other in zones
        .iter()
        .filter(|zone| !std::ptr::eq(**zone, first.map_or(**zone, |z| *z)))
    {
        for (field, read) in of_zone(other) {
            if let Some(main) = fields.get_mut(&field)
                && main.value != read.value
                && read.valid != Some(false)
            {
                main.valid = Some(false);
            }
        }
    }
    let printed = readings.get(&ImageKind::DocumentFront).map(|r| &r.printed);
    for (field, form) in printed.into_iter().flatten() {
        match fields.get_mut(field) {
            Some(read) if read.value != form.value => read.printed = Some(form.clone()),
            Some(_) => {}
            None => {
                fields.insert(*field, of_print(*field, form));
            }
        }
    }
    if !fields.contains_key(&Field::SerialNumber)
        && let Some(number) = fields.get(&Field::IdDocumentNumber).cloned()
    {
        // A person without a number of their own is known by the document's.
        fields.insert(Field::SerialNumber, number);
    }
    fields
}

fn of_print(field: Field, form: &ReadValue) -> FieldRead {
    // Only Spain's personal numbers tell by themselves that they are right.
    let rule = (field == Field::SerialNumber)
        .then(|| check_number("ESP", NumberKind::Personal, &form.value));
    FieldRead {
        value: form.value.clone(),
        source: FieldSource::Printed,
        confidence: form.confidence,
        valid: match rule {
            Some(NumberCheck::Valid) => Some(true),
            _ => form.valid,
        },
        printed: None,
    }
}

fn of_zone(zone: &ZoneReading) -> BTreeMap<Field, FieldRead> {
    let mut fields = BTreeMap::new();
    let mut put = |field: Field, value: String, read: &ReadValue| {
        let read = FieldRead {
            value,
            source: FieldSource::Mrz,
            confidence: read.confidence,
            valid: read.valid,
            printed: None,
        };
        if !read.value.is_empty() {
            fields.insert(field, read);
        }
    };
    let country = zone.text("country");
    if let Some(read) = zone.fields.get("given_names") {
        put(Field::GivenName, spaced(&read.value), read);
    }
    if let Some(read) = zone.fields.get("surname") {
        let (first, second) = split_surnames(country, &read.value);
        put(Field::Surname1, first, read);
        put(Field::Surname2, second.unwrap_or_default(), read);
    }
    let dates = [
        ("birth_date", Field::BirthDate),
        ("expiry_date", Field::IdDocumentValidity),
    ];
    for (name, field) in dates {
        if let Some(read) = zone.fields.get(name) {
            put(field, written(&read.value), read);
        }
    }
    if let Some(read) = zone.fields.get("sex") {
        let value = match read.value.as_str() {
            "M" | "F" => read.value.clone(),
            _ => "X".to_owned(),
        };
        put(Field::Sex, value, read);
    }
    if let Some(read) = zone.fields.get("nationality") {
        let code = alpha2(&read.value).unwrap_or(&read.value);
        put(Field::Nationality, code.to_owned(), read);
    }
    if let Some(read) = zone.fields.get("country") {
        put(
            Field::IdDocumentCountry,
            alpha2(&read.value).unwrap_or_default().to_owned(),
            read,
        );
    }
    let number = zone.fields.get("number");
    if let Some(read) = number {
        put(Field::IdDocumentNumber, read.value.clone(), read);
    }
    match personal_number(zone, country) {
        Some((value, read)) => put(Field::SerialNumber, value, &read),
        None => {
            if let Some(read) = number {
                put(Field::SerialNumber, read.value.clone(), read);
            }
        }
    }
    fields
}

/// The person's own number in the optional data. Where the state has a rule for it, the rule says whether it holds.
pub(crate) fn personal_number(zone: &ZoneReading, country: &str) -> Option<(String, ReadValue)> {
    if !PERSONAL_NUMBER_IN_ZONE.contains(&country) {
        return None;
    }
    let read = zone.fields.get("optional")?;
    let value: String = read
        .value
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .collect();
    // Spain's passports have letters and digits of another form there, as the specimen's A9999999900.
    let other_form = country == "ESP" && zone.kind == "TD3" && value.len() != 9;
    if value.len() < 5 || other_form {
        return None;
    }
    // Utopia's specimens carry a number of Spain's form.
    let country = if country == "UTO" { "ESP" } else { country };
    let valid = match check_number(country, NumberKind::Personal, &value) {
        NumberCheck::Valid if read.valid != Some(false) => Some(true),
        NumberCheck::Invalid => Some(false),
        _ => read.valid,
    };
    let confidence = read.confidence;
    let checked = ReadValue {
        value: value.clone(),
        valid,
        confidence,
    };
    Some((value, checked))
}

fn spaced(zone_name: &str) -> String {
    let words = zone_name.split(['<', ' ']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// `DD/MM/YYYY`; a date that does not exist stays as it was read.
fn written(zone_date: &str) -> String {
    Date::parse(zone_date, format_description!("[year]-[month]-[day]"))
        .ok()
        .and_then(|date| {
            date.format(format_description!("[day]/[month]/[year]"))
                .ok()
        })
        .unwrap_or_else(|| zone_date.to_owned())
}

/// A date of a field, `DD/MM/YYYY`.
pub fn field_date(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[day]/[month]/[year]")).ok()
}

impl ZoneReading {
    /// A field's value; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", |read| read.value.as_str())
    }
}

impl Case {
    /// Writes what was read; what a person typed or chose stays, and what is read no more goes. Returns the fields that were
    /// filled.
    pub fn take_fields(&mut self, read: BTreeMap<Field, FieldRead>) -> Vec<Field> {
        self.fields
            .retain(|field, entry| entry.by_hand() || read.contains_key(field));
        let mut filled = Vec::new();
        for (field, read) in read {
            let now = self.fields.get(&field);
            if now.is_some_and(|entry| entry.by_hand() && !entry.value.is_empty()) {
                continue;
            }
            let entry = FieldEntry {
                value: read.value,
                source: read.source,
                confidence: Some(read.confidence),
                valid: read.valid,
                edits: now.map(|entry| entry.edits.clone()).unwrap_or_default(),
            };
            if now != Some(&entry) {
                self.fields.insert(field, entry);
                filled.push(field);
            }
        }
        filled
    }
}

impl FieldEntry {
    /// A person typed it, or chose it among what was read.
    pub fn by_hand(&self) -> bool {
        self.source == FieldSource::Typed || !self.edits.is_empty()
    }
}

#[cfg(test)]
mod tests {
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
        fields_read(&[(ImageKind::DocumentRear, reading(Some(zone)))].into())
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
        let fields = fields_read(&both.into());
        assert_eq!(fields[&Field::Surname1].value, "MUNOZ");
        assert_eq!(
            fields[&Field::Surname1].printed.as_ref().unwrap().value,
            "MUÑOZ"
        );
        assert!(fields[&Field::GivenName].printed.is_none());
        let alone = fields_read(&[(ImageKind::DocumentFront, front)].into());
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
        let fields = fields_read(&both.into());
        assert_eq!(fields[&Field::IdDocumentNumber].valid, Some(false));
        assert_eq!(fields[&Field::Surname1].valid, None);
    }
}
