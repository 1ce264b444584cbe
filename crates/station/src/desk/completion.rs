//! What an organisation's request still needs, and the form that asks for it.

use std::collections::BTreeMap;

use ra_api::{DocumentRecord, FieldProblem, RequestRecord};
use serde_json::Value;

use crate::contract::{AttachedDocument, CompletionField};

/// Came from the identification: what is filled in cannot be edited any more.
const IDENTIFIED: [&str; 12] = [
    "given_name",
    "surname_1",
    "surname_2",
    "serial_number",
    "id_document_type",
    "id_document_country",
    "email",
    "mobile_phone_number",
    "country_name",
    "citizenship",
    "date_of_birth",
    "gender",
];

/// Decided when the request was made; never part of the form.
const FIXED: [&str; 6] = [
    "profile",
    "scratchcard",
    "registration_authority",
    "secure_element",
    "videoid_mode",
    "identification_rao",
];

/// Begins the keys of an organisation and of who answers for it.
const ORGANISATION: [&str; 9] = [
    "organization",
    "responsible_",
    "subscriber_responsible",
    "legal_representation",
    "representation",
    "power_of_attorney",
    "empowerment",
    "circumstances",
    "registration_",
];

/// What is asked: the person as identified, what the request already says of the organisation, and what the RA misses.
pub(crate) fn fields(record: &RequestRecord, missing: &[FieldProblem]) -> Vec<CompletionField> {
    let values = values(record);
    let is_missing = |key: &str| missing.iter().any(|problem| problem.field == key);
    let value = |key: &str| values.get(key).cloned().unwrap_or_default();
    let mut keys: Vec<String> = IDENTIFIED
        .iter()
        .filter(|key| !value(key).is_empty() || is_missing(key))
        .map(|key| (*key).to_owned())
        .collect();
    keys.extend(
        values
            .iter()
            .filter(|(key, value)| {
                !value.is_empty()
                    && !FIXED.contains(&key.as_str())
                    && ORGANISATION.iter().any(|begin| key.starts_with(begin))
            })
            .map(|(key, _)| key.clone()),
    );
    for problem in missing {
        if !FIXED.contains(&problem.field.as_str()) && !keys.contains(&problem.field) {
            keys.push(problem.field.clone());
        }
    }
    keys.into_iter()
        .map(|key| {
            let value = value(&key);
            CompletionField {
                locked: IDENTIFIED.contains(&key.as_str()) && !value.is_empty(),
                missing: is_missing(&key),
                value,
                key,
            }
        })
        .collect()
}

/// The changes among what was typed; the key that may not be changed otherwise.
pub(crate) fn changes(
    asked: &[CompletionField],
    typed: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, String> {
    let mut changes = BTreeMap::new();
    for (key, value) in typed {
        let value = value.trim();
        match asked.iter().find(|field| field.key == *key) {
            Some(field) if field.value == value => {}
            Some(field) if !field.locked => {
                changes.insert(key.clone(), value.to_owned());
            }
            _ => return Err(key.clone()),
        }
    }
    Ok(changes)
}

pub(crate) fn documents(records: &[DocumentRecord]) -> Vec<AttachedDocument> {
    records
        .iter()
        .filter_map(|record| {
            Some(AttachedDocument {
                pk: record.pk.as_ref()?.to_string(),
                kind: record.kind.clone().unwrap_or_default(),
            })
        })
        .collect()
}

/// Every plain value of the request by its key.
fn values(record: &RequestRecord) -> BTreeMap<String, String> {
    let written = match serde_json::to_value(record) {
        Ok(Value::Object(fields)) => fields,
        _ => return BTreeMap::new(),
    };
    written
        .into_iter()
        .filter_map(|(key, value)| match value {
            Value::String(text) => Some((key, text)),
            Value::Number(number) => Some((key, number.to_string())),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn asked() -> Vec<CompletionField> {
        let record: RequestRecord = serde_json::from_value(json!({
            "pk": 1, "status": "CREATED", "profile": "PFnubeAFEmpleado", "given_name": "Ana", "surname_1": "",
            "organization_name": "Specimen S.A.", "organization_city": null,
        }))
        .unwrap();
        let missing =
            ["organization_tax_number", "surname_1", "profile"].map(|field| FieldProblem {
                field: field.to_owned(),
                problem: "missing".to_owned(),
            });
        fields(&record, &missing)
    }

    #[test]
    fn the_form_asks_for_what_is_missing_and_locks_what_was_identified() {
        let fields = asked();
        let field = |key: &str| fields.iter().find(|field| field.key == key).unwrap();
        assert!(field("given_name").locked && !field("given_name").missing);
        assert!(
            !field("surname_1").locked && field("surname_1").missing,
            "empty: nobody identified it"
        );
        assert!(!field("organization_name").locked);
        assert!(field("organization_tax_number").missing);
        assert_eq!(fields.len(), 4, "{fields:?}");
    }

    #[test]
    fn only_open_fields_change() {
        let typed = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
        assert_eq!(
            changes(&asked(), &typed("organization_tax_number", " A-1 ")).unwrap(),
            typed("organization_tax_number", "A-1")
        );
        assert!(
            changes(&asked(), &typed("given_name", "Ana"))
                .unwrap()
                .is_empty(),
            "unchanged"
        );
        assert_eq!(
            changes(&asked(), &typed("given_name", "Eva")),
            Err("given_name".to_owned())
        );
        assert_eq!(
            changes(&asked(), &typed("status", "ISSUED")),
            Err("status".to_owned())
        );
    }
}
