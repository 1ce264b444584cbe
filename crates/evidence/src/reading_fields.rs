//! From what was read on a document's pictures to the fields that are sent.

use std::collections::BTreeMap;

use time::{Date, macros::format_description};

use crate::countries::alpha2;
use crate::dates::never_expires;
use crate::{
    Field, FieldSource, ImageKind, NumberCheck, NumberKind, PictureReading, ReadValue, ZoneReading,
    check_number, split_surnames,
};

/// States whose documents have the person's own number in the zone's optional data (Utopia's specimens among them).
const PERSONAL_NUMBER_IN_ZONE: [&str; 9] = [
    "ESP", "UTO", "EST", "LVA", "LTU", "FIN", "SWE", "BEL", "POL",
];

/// What Spain's cards print where they are valid for ever.
const FOR_EVER: &str = "01/01/9999";

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
/// two zones, or zone and print, cannot both be right, the field does not hold. `country` is the document's where no zone
/// says it.
pub fn fields_read(
    readings: &BTreeMap<ImageKind, PictureReading>,
    country: &str,
) -> BTreeMap<Field, FieldRead> {
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
    let country = first.map_or(country, |zone| zone.text("country"));
    let printed = readings.get(&ImageKind::DocumentFront).map(|r| &r.printed);
    for (field, form) in printed.into_iter().flatten() {
        let form = by_rule(*field, form, country);
        match fields.get_mut(field) {
            Some(read) if read.value != form.value => read.printed = Some(form),
            Some(_) => {}
            None => {
                fields.insert(*field, of_print(form));
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

fn of_print(form: ReadValue) -> FieldRead {
    FieldRead {
        value: form.value,
        source: FieldSource::Printed,
        confidence: form.confidence,
        valid: form.valid,
        printed: None,
    }
}

/// A printed form, and whether its state's rule holds for it.
fn by_rule(field: Field, form: &ReadValue, country: &str) -> ReadValue {
    let rule = match field {
        Field::SerialNumber => own_number(country, &form.value),
        // Which kind of document it is, the print does not say: a number of another form may be another's.
        Field::IdDocumentNumber => {
            match check_number(country, NumberKind::IdentityCard, &form.value) {
                NumberCheck::Valid => NumberCheck::Valid,
                _ => NumberCheck::NoRule,
            }
        }
        _ => NumberCheck::NoRule,
    };
    ReadValue {
        valid: match rule {
            NumberCheck::Valid => Some(true),
            NumberCheck::Invalid => Some(false),
            NumberCheck::NoRule => form.valid,
        },
        ..form.clone()
    }
}

/// A person's own number by the rule of its state. The one for taxes is one too.
pub(crate) fn own_number(country: &str, value: &str) -> NumberCheck {
    // Utopia's specimens carry a number of Spain's form.
    let country = if country == "UTO" { "ESP" } else { country };
    let of = |kind| check_number(country, kind, value);
    match of(NumberKind::Tax) {
        NumberCheck::Valid => NumberCheck::Valid,
        _ => of(NumberKind::Personal),
    }
}

/// The zone's number by its state's rule for identity cards. Residence permits, temporary cards and passports have numbers of
/// other forms.
pub(crate) fn card_number(zone: &ZoneReading) -> NumberCheck {
    let card = matches!(zone.kind.as_str(), "TD1" | "TD2")
        && matches!(zone.text("type"), "I" | "ID" | "C" | "CI");
    if card {
        check_number(
            zone.text("country"),
            NumberKind::IdentityCard,
            zone.text("number"),
        )
    } else {
        NumberCheck::NoRule
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
            put(field, written(country, field, &read.value), read);
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
    let number = zone.fields.get("number").map(|read| ReadValue {
        valid: match card_number(zone) {
            NumberCheck::Invalid => Some(false),
            _ => read.valid,
        },
        ..read.clone()
    });
    if let Some(read) = &number {
        put(Field::IdDocumentNumber, read.value.clone(), read);
    }
    match personal_number(zone, country) {
        Some((value, read)) => put(Field::SerialNumber, value, &read),
        None => {
            if let Some(read) = &number {
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
    let valid = match own_number(country, &value) {
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

/// `DD/MM/YYYY`; a date that does not exist stays as it was read. A document that is valid for ever says so, as its print does.
pub(crate) fn written(country: &str, field: Field, zone_date: &str) -> String {
    let expiry = field == Field::IdDocumentValidity;
    Date::parse(zone_date, format_description!("[year]-[month]-[day]"))
        .ok()
        .and_then(|date| {
            if expiry && never_expires(country, date) {
                return Some(FOR_EVER.to_owned());
            }
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

    /// Whether the zone's names fill their place to its end. On France's former card they have two places.
    pub fn names_cut(&self) -> bool {
        let french = self.kind == "TD2" && self.text("country") == "FRA";
        let places: &[(usize, usize)] = match self.kind.as_str() {
            "TD1" => &[(2, 29)],
            "TD2" if french => &[(0, 29), (1, 26)],
            "TD2" | "MRVB" => &[(0, 35)],
            _ => &[(0, 43)],
        };
        let last = |(line, place): &(usize, usize)| self.lines.get(*line)?.chars().nth(*place);
        places.iter().filter_map(last).any(|letter| letter != '<')
    }
}

#[cfg(test)]
mod tests;
