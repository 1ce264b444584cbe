//! The front's printed lines, matched to what the zone says; by their labels where there is none.

use std::collections::BTreeMap;

use evidence::{Case, Field, ReadValue, split_surnames};
use time::{Date, macros::format_description};
use vision::printed::{
    Printed, PrintedDate, PrintedLine, fields_without_mrz, printed_date, printed_form,
    printed_form_of_cut_name, printed_number,
};

/// Of what is printed, but not read with certainty, no more is believed than this.
const UNSURE: f32 = 0.5;

pub(super) struct FrontPrint {
    /// Digest of the picture.
    pub of: String,
    pub lines: Vec<PrintedLine>,
}

impl FrontPrint {
    /// The printed forms of the case's fields.
    pub fn fields(&self, case: &Case, today: Date) -> BTreeMap<Field, ReadValue> {
        let mut fields = self.by_labels(case, today);
        let Some((_, zone)) = case.zone() else {
            return fields;
        };
        let value = |name: &str| {
            zone.fields
                .get(name)
                .map_or("", |field| field.value.as_str())
        };
        let names = zone.lines.get(if zone.kind == "TD1" { 2 } else { 0 });
        let cut = names.is_some_and(|line| !line.ends_with('<'));
        let text = |wanted: &str, name: bool| {
            let found = match name {
                false => printed_number(wanted, &self.lines),
                true if cut => printed_form_of_cut_name(wanted, &self.lines),
                true => printed_form(wanted, &self.lines),
            };
            Some(self.text(&found?))
        };
        let date = |name: &str| {
            let wanted = iso(value(name))?;
            Some(self.date(&printed_date(wanted, &self.lines)?))
        };
        let (first, second) = split_surnames(value("country"), value("surname"));
        let optional = value("optional").replace('<', "");
        // What the print says as the zone does takes the place of what stands beside a label.
        let matched = [
            (Field::GivenName, text(value("given_names"), true)),
            (Field::Surname1, text(&first, true)),
            (
                Field::Surname2,
                second.and_then(|second| text(&second, true)),
            ),
            (Field::IdDocumentNumber, text(value("number"), false)),
            (Field::SerialNumber, text(&optional, false)),
            (Field::BirthDate, date("birth_date")),
            (Field::IdDocumentValidity, date("expiry_date")),
        ];
        fields.extend(matched.into_iter().filter_map(|(f, read)| Some((f, read?))));
        fields
    }

    fn by_labels(&self, case: &Case, today: Date) -> BTreeMap<Field, ReadValue> {
        let front = fields_without_mrz(&self.lines, today);
        let country = match case.document_country.as_str() {
            "ES" => "ESP",
            _ => "",
        };
        let mut fields = BTreeMap::new();
        if let Some(surname) = &front.surname {
            let read = self.text(surname);
            let (first, second) = split_surnames(country, &read.value);
            if let Some(value) = second {
                fields.insert(
                    Field::Surname2,
                    ReadValue {
                        value,
                        ..read.clone()
                    },
                );
            }
            fields.insert(
                Field::Surname1,
                ReadValue {
                    value: first,
                    ..read
                },
            );
        }
        let texts = [
            (Field::GivenName, &front.given_names),
            (Field::IdDocumentNumber, &front.number),
            (Field::SerialNumber, &front.personal_number),
        ];
        for (field, found) in texts {
            fields.extend(found.as_ref().map(|found| (field, self.text(found))));
        }
        let dates = [
            (Field::BirthDate, &front.birth_date),
            (Field::IdDocumentValidity, &front.expiry_date),
        ];
        for (field, found) in dates {
            fields.extend(found.as_ref().map(|found| (field, self.date(found))));
        }
        fields
    }

    fn text(&self, found: &Printed) -> ReadValue {
        self.read(found.value.clone(), found.line, found.sure)
    }

    fn date(&self, found: &PrintedDate) -> ReadValue {
        let written = found
            .date
            .format(format_description!("[day]/[month]/[year]"))
            .unwrap_or_default();
        self.read(written, found.line, found.sure)
    }

    fn read(&self, value: String, line: usize, sure: bool) -> ReadValue {
        let confidence = self.lines.get(line).map_or(0.0, |line| line.confidence);
        ReadValue {
            value,
            valid: None,
            confidence: if sure {
                confidence
            } else {
                confidence.min(UNSURE)
            },
        }
    }
}

fn iso(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
}
