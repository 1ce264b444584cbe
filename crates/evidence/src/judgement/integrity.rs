//! Whether the document's data hangs together: check digits, zone against print, document against request.

use std::collections::BTreeMap;

use time::Date;

use super::{Judged, LEAST_SURE_PRINT, plain};
use crate::countries::alpha2;
use crate::dates::never_expires;
use crate::reading_fields::{card_number, field_date, own_number, personal_number, written};
use crate::{
    Case, CheckReason, Field, FieldRead, FieldSource, ImageKind, NumberCheck, NumberKind,
    PersonName, ReadValue, ReasonCode, ZoneReading, check_number, compare_names, fields_read,
};

/// Fields of a zone that have a check digit.
const WITH_DIGIT: [&str; 5] = [
    "number",
    "birth_date",
    "expiry_date",
    "optional",
    "composite",
];
/// Fields whose content must exist.
const WITH_FORM: [&str; 6] = [
    "type",
    "country",
    "nationality",
    "sex",
    "surname",
    "given_names",
];
/// A digit that fails speaks against the document only where all its letters were read so surely.
const LEAST_SURE_FAILURE: f32 = 0.9;

pub(super) fn judged(case: &Case) -> Judged {
    let Some((_, zone)) = case.zone() else {
        let nothing = case.readings.is_empty();
        let hint = (!nothing).then(|| plain(ReasonCode::NoZone, None));
        return Judged::open(hint.into_iter().collect());
    };
    let mut reasons = vec![digits(zone)];
    reasons.extend(form(zone));
    let read = fields_read(&case.readings, &case.document_country);
    reasons.extend(zones_agree(case));
    reasons.extend(as_requested(case, zone, &read));
    reasons.extend(as_printed(case, zone));
    reasons.extend(number_rule(zone, &read));
    reasons.extend(edited(case, &read));
    let fails = reasons.iter().any(|reason| reason.holds == Some(false));
    if fails || zone.all_valid {
        return Judged::measured(!fails, "zone, print and request", reasons);
    }
    reasons.push(plain(ReasonCode::ZoneSure, Some(false)));
    Judged::open(reasons)
}

fn digits(zone: &ZoneReading) -> CheckReason {
    let covered = || {
        let reads = WITH_DIGIT.iter().filter_map(|name| zone.fields.get(*name));
        reads.filter(|read| read.valid.is_some())
    };
    let failed = || covered().filter(|read| read.valid == Some(false));
    let sure = |read: &ReadValue| read.confidence >= LEAST_SURE_FAILURE;
    let held = covered().count() - failed().count();
    CheckReason {
        code: ReasonCode::CheckDigits,
        holds: match (failed().count(), failed().any(sure)) {
            (0, _) => Some(true),
            (_, true) => Some(false),
            (_, false) => None,
        },
        measured: Some(held.to_string()),
        expected: Some(covered().count().to_string()),
    }
}

fn form(zone: &ZoneReading) -> Option<CheckReason> {
    if zone.all_valid {
        return Some(plain(ReasonCode::ZoneWellFormed, Some(true)));
    }
    let mut reads = WITH_FORM.iter().filter_map(|name| zone.fields.get(*name));
    // A field with a letter in doubt does not hold either: only a sure one speaks against the document.
    let wrong =
        |read: &ReadValue| read.valid == Some(false) && read.confidence >= LEAST_SURE_FAILURE;
    reads
        .any(wrong)
        .then(|| plain(ReasonCode::ZoneWellFormed, Some(false)))
}

/// The document, as it was read, against the request: what a person typed proves nothing of the document.
fn as_requested(
    case: &Case,
    zone: &ZoneReading,
    read: &BTreeMap<Field, FieldRead>,
) -> Vec<CheckReason> {
    let form = &case.form;
    let mut reasons = Vec::new();
    let value = |field: &Field| read.get(field).map_or("", |read| read.value.as_str());
    let doubtful = |fields: &[Field]| {
        let mut found = fields.iter().filter_map(|field| read.get(field));
        found.any(|read| read.valid == Some(false))
    };
    let requested = PersonName {
        given_name: form.given_name.clone(),
        surname_1: form.surname_1.clone(),
        surname_2: form.surname_2.clone(),
        may_be_cut: false,
    };
    let document = PersonName {
        given_name: value(&Field::GivenName).to_owned(),
        surname_1: value(&Field::Surname1).to_owned(),
        surname_2: value(&Field::Surname2).to_owned(),
        may_be_cut: zone.names_cut(),
    };
    if !form.surname_1.is_empty() {
        let same = compare_names(&requested, &document).same;
        let open = !same && doubtful(&[Field::GivenName, Field::Surname1]);
        reasons.push(plain(ReasonCode::NameAsRequested, (!open).then_some(same)));
    }
    if !form.serial_number.is_empty() {
        let wanted = bare(&form.serial_number);
        let numbers = [Field::SerialNumber, Field::IdDocumentNumber];
        let same = numbers.iter().any(|field| bare(value(field)) == wanted);
        let open = !same && (doubtful(&numbers) || unsaid_by(zone, &form.serial_number));
        reasons.push(plain(
            ReasonCode::NumberAsRequested,
            (!open).then_some(same),
        ));
    }
    // A visa's zone, MRVA or MRVB, is of neither kind.
    let kinds: &[&str] = match form.id_document_type.as_str() {
        "PAS" => &["TD3"],
        "IDC" => &["TD1", "TD2"],
        _ => &[],
    };
    if !kinds.is_empty() {
        let same = kinds.contains(&zone.kind.as_str());
        reasons.push(plain(ReasonCode::KindAsRequested, Some(same)));
    }
    if !form.id_document_country.is_empty() {
        // A code that stands for no state cannot be compared.
        let same = alpha2(zone.text("country")).map(|code| code == form.id_document_country);
        let same = same.and_then(|same| sure_of(same, zone, &["country"]));
        reasons.push(plain(ReasonCode::CountryAsRequested, same));
    }
    reasons
}

/// What the front prints against the zone. Print that was not read clearly speaks neither way.
fn as_printed(case: &Case, zone: &ZoneReading) -> Vec<CheckReason> {
    let Some(front) = case.readings.get(&ImageKind::DocumentFront) else {
        return Vec::new();
    };
    let printed = |field: Field| {
        let read = front.printed.get(&field)?;
        (read.confidence >= LEAST_SURE_PRINT).then_some(read.value.as_str())
    };
    let mut reasons = Vec::new();
    if let (Some(surname), Some(given)) = (printed(Field::Surname1), printed(Field::GivenName)) {
        let on_front = PersonName {
            given_name: given.to_owned(),
            surname_1: surname.to_owned(),
            surname_2: printed(Field::Surname2).unwrap_or_default().to_owned(),
            may_be_cut: false,
        };
        let in_zone = PersonName {
            given_name: zone.text("given_names").replace('<', " "),
            surname_1: zone.text("surname").replace('<', " "),
            surname_2: String::new(),
            may_be_cut: zone.names_cut(),
        };
        let same = compare_names(&on_front, &in_zone).same;
        let same = sure_of(same, zone, &["surname", "given_names"]);
        reasons.push(plain(ReasonCode::NamePrinted, same));
    }
    if let Some(number) = printed(Field::IdDocumentNumber) {
        let same = bare(number) == bare(zone.text("number"));
        let same = sure_of(same, zone, &["number"]);
        reasons.push(plain(ReasonCode::NumberPrinted, same));
    }
    let dates = [
        (Field::BirthDate, "birth_date"),
        (Field::IdDocumentValidity, "expiry_date"),
    ];
    let same: Vec<bool> = dates
        .iter()
        .filter_map(|(field, name)| {
            let printed = field_date(printed(*field)?)?;
            let country = zone.text("country");
            let in_zone = field_date(&written(country, *field, zone.text(name)));
            let ever =
                |date: Date| *field == Field::IdDocumentValidity && never_expires(country, date);
            Some(in_zone == Some(printed) || ever(printed) && in_zone.is_some_and(ever))
        })
        .collect();
    if !same.is_empty() {
        let same = same.iter().all(|same| *same);
        let same = sure_of(same, zone, &["birth_date", "expiry_date"]);
        reasons.push(plain(ReasonCode::DatesPrinted, same));
    }
    reasons
}

/// What the numbers' own checks say. A printed one that fails may be misread, for no digit of the zone holds it.
fn number_rule(zone: &ZoneReading, read: &BTreeMap<Field, FieldRead>) -> Option<CheckReason> {
    let country = zone.text("country");
    let own = personal_number(zone, country).map(|(number, _)| own_number(country, &number));
    let said = [(own, "optional"), (Some(card_number(zone)), "number")];
    let mut said: Vec<Option<bool>> = said
        .into_iter()
        .filter_map(|(rule, name)| match rule? {
            NumberCheck::Valid => Some(Some(true)),
            NumberCheck::Invalid => Some(sure_of(false, zone, &["country", name])),
            NumberCheck::NoRule => None,
        })
        .collect();
    let printed = read
        .get(&Field::SerialNumber)
        .and_then(|read| match read.source {
            FieldSource::Printed => Some((read.value.as_str(), read.confidence)),
            _ => (read.printed.as_ref()).map(|form| (form.value.as_str(), form.confidence)),
        });
    if let Some((number, _)) = printed.filter(|(_, confidence)| *confidence >= LEAST_SURE_PRINT) {
        match own_number(country, number) {
            NumberCheck::Valid => said.push(Some(true)),
            NumberCheck::Invalid => said.push(None),
            NumberCheck::NoRule => {}
        }
    }
    let holds = [Some(false), None, Some(true)];
    let holds = holds.into_iter().find(|holds| said.contains(holds))?;
    Some(plain(ReasonCode::NumberRule, holds))
}

/// Fields of which two zones of one document say the same, names apart.
const IN_BOTH: [&str; 6] = [
    "country",
    "nationality",
    "number",
    "birth_date",
    "expiry_date",
    "sex",
];

/// Whether the zones of both sides say the same. A difference counts where both were read surely.
fn zones_agree(case: &Case) -> Option<CheckReason> {
    let mut zones = case.readings.values().filter_map(|r| r.zone.as_ref());
    let (one, other) = (zones.next()?, zones.next()?);
    let sure = |zone: &ZoneReading, read: &ReadValue| {
        zone.all_valid || read.valid == Some(true) || read.confidence >= LEAST_SURE_FAILURE
    };
    let surely = |name: &str| {
        let both = [one, other].map(|zone| (zone.fields.get(name)).map(|read| sure(zone, read)));
        both == [Some(true), Some(true)]
    };
    let differs = |name: &str| {
        let values = [one.text(name), other.text(name)];
        surely(name) && !values.contains(&"") && values[0] != values[1]
    };
    let name = |zone: &ZoneReading| PersonName {
        given_name: zone.text("given_names").replace('<', " "),
        surname_1: zone.text("surname").replace('<', " "),
        surname_2: String::new(),
        may_be_cut: zone.names_cut(),
    };
    // Of two kinds of zone, either may be the one that has no place for all.
    let same_name = compare_names(&name(one), &name(other)).same
        || compare_names(&name(other), &name(one)).same;
    let named = ["surname", "given_names"].iter().all(|name| surely(name));
    let contradict = IN_BOTH.iter().any(|name| differs(name)) || (named && !same_name);
    let holds = match (contradict, one.all_valid && other.all_valid) {
        (true, _) => Some(false),
        (false, true) => Some(true),
        (false, false) => None,
    };
    Some(plain(ReasonCode::ZonesAgree, holds))
}

/// What a comparison says: a difference counts only where the fields of the zone were read surely.
fn sure_of(same: bool, zone: &ZoneReading, names: &[&str]) -> Option<bool> {
    let mut reads = names.iter().filter_map(|name| zone.fields.get(*name));
    let doubt =
        |read: &ReadValue| read.valid == Some(false) && read.confidence < LEAST_SURE_FAILURE;
    (same || !reads.any(doubt)).then_some(same)
}

/// Whether a number is the person's own, or for taxes, and the zone has none such to compare it with.
fn unsaid_by(zone: &ZoneReading, number: &str) -> bool {
    let country = zone.text("country");
    let own = [NumberKind::Personal, NumberKind::Tax]
        .iter()
        .any(|kind| check_number(country, *kind, number) == NumberCheck::Valid);
    let unsure = sure_of(false, zone, &["country", "optional"]).is_none();
    unsure || (own && personal_number(zone, country).is_none())
}

/// Values that a person typed and that say otherwise than the document: they speak against it where it was read surely.
fn edited(case: &Case, read: &BTreeMap<Field, FieldRead>) -> Option<CheckReason> {
    let others = case.fields.iter().filter_map(|(field, entry)| {
        let read = read.get(field)?;
        let other = entry.source == FieldSource::Typed && !alike(*field, &entry.value, &read.value);
        other.then_some(read)
    });
    let others: Vec<&FieldRead> = others.collect();
    let sure = |read: &&FieldRead| {
        read.source == FieldSource::Mrz
            && read.valid != Some(false)
            && read.confidence >= LEAST_SURE_FAILURE
    };
    (!others.is_empty()).then(|| CheckReason {
        measured: Some(others.len().to_string()),
        ..plain(
            ReasonCode::EditedByHand,
            others.iter().any(sure).then_some(false),
        )
    })
}

fn alike(field: Field, one: &str, other: &str) -> bool {
    match field {
        Field::GivenName | Field::Surname1 | Field::Surname2 => {
            let name = |text: &str| PersonName {
                surname_1: text.to_owned(),
                given_name: "X".to_owned(),
                ..PersonName::default()
            };
            compare_names(&name(one), &name(other)).same
        }
        _ => bare(one) == bare(other),
    }
}

fn bare(number: &str) -> String {
    let letters = number.chars().filter(|c| c.is_ascii_alphanumeric());
    letters.map(|c| c.to_ascii_uppercase()).collect()
}
