//! What the RA shows of a request, put beside what this station knows of it.

use evidence::{Case, Check, CheckResult, Field};
use ra_api::{RequestRecord, SecurityChecks, Similarity, VideoIdContent};
use serde_json::Value;

use crate::contract::{
    CheckOrigin, Fact, Operator, ReviewedCheck, ReviewedField, ReviewedRequest, ReviewedSimilarity,
};

/// The four profiles of natural persons; all others belong to organisations.
const NATURAL_PERSONS: [&str; 4] = [
    "PFSoftAFCiudadano",
    "PFqscdCiudadano",
    "PFnubeAFCiudadano",
    "PFnubeQAFCiudadano",
];

pub(crate) fn natural_person(profile: &str) -> bool {
    NATURAL_PERSONS.contains(&profile)
}

/// The request in the officer's words.
pub(crate) fn request(
    record: &RequestRecord,
    case: Option<&Case>,
    training: bool,
    read_at: String,
) -> ReviewedRequest {
    let videoid = record.videoid_data.as_ref();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let profile = text(&record.profile);
    let marked = videoid
        .and_then(|data| data.acceptance.as_ref())
        .and_then(|acceptance| acceptance.get("simulated"))
        .is_some_and(|mark| *mark == Value::Bool(true));
    let created = ["creation_date", "created", "date"]
        .into_iter()
        .find_map(|key| record.extra.get(key).and_then(Value::as_str));
    ReviewedRequest {
        state: record.status.to_string(),
        videoid_state: videoid_state(record),
        organisation: !natural_person(&profile),
        profile,
        name: name([&record.given_name, &record.surname_1, &record.surname_2]),
        email: text(&record.email),
        scratchcard: record.scratchcard.as_ref().map(ToString::to_string),
        created_at: created.map(str::to_owned),
        identification_rao: record.identification_rao.as_ref().map(ToString::to_string),
        validation_operator: videoid.and_then(|data| data.validation_operator.clone()),
        refusal_reason: videoid.and_then(|data| data.refusal_reason.clone()),
        captured_by: case.map(|case| Operator {
            name: case.operator.name.clone(),
            rao_id: case.operator.rao_id.clone(),
        }),
        case_id: case.map(|case| case.case_id.clone()),
        simulated: training || marked || case.is_some_and(Case::simulated),
        read_at,
    }
}

pub(crate) fn name(parts: [&Option<String>; 3]) -> String {
    let parts: Vec<&str> = parts
        .into_iter()
        .filter_map(|part| part.as_deref())
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(" ")
}

pub(crate) fn videoid_state(record: &RequestRecord) -> Option<String> {
    let videoid = record.videoid_data.as_ref()?;
    videoid.status.as_ref().map(ToString::to_string)
}

/// What was read from the document beside what the request says: the known fields first, then what else was sent.
pub(crate) fn fields(record: &RequestRecord, content: &VideoIdContent) -> Vec<ReviewedField> {
    let requested = |key: &str| -> String {
        let known = match key {
            "given_name" => &record.given_name,
            "surname_1" => &record.surname_1,
            "surname_2" => &record.surname_2,
            "email" => &record.email,
            "mobile_phone_number" => &record.mobile_phone_number,
            "serial_number" => &record.serial_number,
            "id_document_type" => &record.id_document_type,
            "id_document_country" => &record.id_document_country,
            other => return record.extra.get(other).map(plain).unwrap_or_default(),
        };
        known.clone().unwrap_or_default()
    };
    let known = Field::ALL.map(Field::key);
    let others = content
        .ocr_data
        .keys()
        .map(String::as_str)
        // Where the values come from is no value of the document's.
        .filter(|key| !known.contains(key) && *key != "provenance");
    known
        .into_iter()
        .chain(others)
        .map(|key| {
            let requested = requested(key);
            let document = content.ocr_data.get(key).map(plain).unwrap_or_default();
            ReviewedField {
                key: key.to_owned(),
                differs: !requested.is_empty()
                    && !document.is_empty()
                    && folded(&requested) != folded(&document),
                requested,
                document,
            }
        })
        .filter(|field| !(field.requested.is_empty() && field.document.is_empty()))
        .collect()
}

/// Letters' case and the spaces around and between words make no difference.
fn folded(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_uppercase()
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The checks as the RA shows them, with their sources where they are known: from this station's own case, or from
/// what was sent beside the values. The seven of the API are always listed.
pub(crate) fn checks(record: &RequestRecord, case: Option<&Case>) -> Vec<ReviewedCheck> {
    let data = record
        .videoid_data
        .as_ref()
        .and_then(|videoid| videoid.data.as_ref());
    let shown = record
        .videoid_data
        .as_ref()
        .and_then(ra_api::VideoIdData::content)
        .map(|content| content.security_checks)
        .unwrap_or_default();
    let sent = data
        .and_then(|data| data.get("security_checks"))
        .and_then(sent_sources);
    let known = Check::ALL.map(|check| reviewed(check, &shown, case, sent));
    let others = shown
        .0
        .iter()
        .filter(|shown| {
            !shown.name.eq_ignore_ascii_case("provenance")
                && Check::ALL.iter().all(|check| check.key() != shown.name)
        })
        .map(|shown| ReviewedCheck {
            check: None,
            label: shown.name.clone(),
            value: shown.value,
            source: CheckOrigin::NotTransmitted,
        });
    known.into_iter().chain(others).collect()
}

fn reviewed(
    check: Check,
    shown: &SecurityChecks,
    case: Option<&Case>,
    sent: Option<&Value>,
) -> ReviewedCheck {
    let value = shown.get(check.key());
    // The station's own record speaks only for the value that the RA shows.
    let own = case
        .map(|case| case.check_result(check))
        .filter(|own| own.value() == value);
    let source = match own {
        Some(CheckResult::NotPerformed) => CheckOrigin::NotPerformed,
        Some(CheckResult::Measured { method, .. }) => CheckOrigin::Measured { method },
        Some(CheckResult::LookedUp { register, at, .. }) => CheckOrigin::LookedUp { register, at },
        Some(CheckResult::Attested { by, at, .. }) => CheckOrigin::Attested { by, at },
        None => sent_source(sent.and_then(|sources| sources.get(check.key()))),
    };
    ReviewedCheck {
        check: Some(check),
        label: check.key().to_owned(),
        value,
        source,
    }
}

/// Where each value comes from, where a station sent it inside the checks: as a key of the object, or as a pair.
fn sent_sources(checks: &Value) -> Option<&Value> {
    match checks {
        Value::Object(fields) => fields.get("provenance"),
        Value::Array(pairs) => pairs
            .iter()
            .find_map(|pair| match pair.as_array()?.as_slice() {
                [Value::String(label), value, ..] if label.eq_ignore_ascii_case("provenance") => {
                    Some(value)
                }
                _ => None,
            }),
        _ => None,
    }
}

fn sent_source(source: Option<&Value>) -> CheckOrigin {
    let text = |key: &str| {
        source
            .and_then(|source| source.get(key))
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    match text("source").as_str() {
        "not_performed" => CheckOrigin::NotPerformed,
        "measured" => CheckOrigin::Measured {
            method: text("method"),
        },
        "looked_up" => CheckOrigin::LookedUp {
            register: text("register"),
            at: text("at"),
        },
        "attested" => CheckOrigin::Attested {
            by: text("by"),
            at: text("at"),
        },
        _ => CheckOrigin::NotTransmitted,
    }
}

pub(crate) fn similarity(content: &VideoIdContent) -> Option<ReviewedSimilarity> {
    let shown = content.similarity_level.as_ref()?;
    Some(match shown {
        Similarity::Score(score) => ReviewedSimilarity {
            score: Some(*score),
            level: None,
        },
        Similarity::Level(level) => ReviewedSimilarity {
            score: None,
            level: serde_json::to_value(level).ok().as_ref().map(plain),
        },
        Similarity::Other(value) => ReviewedSimilarity {
            score: None,
            level: Some(plain(value)).filter(|text| !text.is_empty()),
        },
    })
}

/// The acceptance, key by key, as the RA has it.
pub(crate) fn acceptance(record: &RequestRecord) -> Vec<Fact> {
    let parsed;
    let acceptance = record
        .videoid_data
        .as_ref()
        .and_then(|data| data.acceptance.as_ref());
    let fields = match acceptance {
        Some(Value::Object(fields)) => fields,
        // A JSON document inside a string was seen for other fields.
        Some(Value::String(text)) => match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => {
                parsed = fields;
                &parsed
            }
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    fields
        .iter()
        .map(|(key, value)| Fact {
            key: key.clone(),
            value: plain(value),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn record(checks: Value) -> RequestRecord {
        serde_json::from_value(json!({
            "pk": 46760, "status": "VIDEOREVIEW", "profile": "PFnubeAFCiudadano",
            "given_name": "Ana María", "surname_1": "Muñoz", "surname_2": null, "email": "ana@example.org",
            "serial_number": "12345678Z", "creation_date": "2026-03-01T10:00:00", "identification_rao": 1400,
            "videoid_data": {
                "pk": 1, "video_identifier": "x", "status": "REVIEW",
                "acceptance": {"description": "Accepted", "date": 1_622_823_879_708_u64, "simulated": true},
                "data": {
                    "ocr_data": {"given_name": "ANA  MARÍA", "surname_1": "Munoz", "birth_date": "01/01/1980", "odd": 7},
                    "security_checks": checks, "similarity_level": "Medium",
                },
            },
        }))
        .unwrap()
    }

    fn case(result: CheckResult) -> Case {
        let operator = evidence::OperatorRecord {
            name: "Olga".to_owned(),
            rao_id: Some("1400".to_owned()),
        };
        let at = time::macros::datetime!(2026-03-01 10:00 UTC);
        let challenge = evidence::Challenge::draw(&mut rand::rng());
        let mut case = Case::new(
            "c".to_owned(),
            "production".to_owned(),
            at,
            operator,
            challenge,
        );
        case.checks.insert(Check::DataIntegrity, result);
        case
    }

    #[test]
    fn the_request_is_described_with_who_captured_it() {
        let own = case(CheckResult::NotPerformed);
        let shown = request(&record(json!({})), Some(&own), false, String::new());
        assert_eq!(shown.name, "Ana María Muñoz");
        assert_eq!(shown.captured_by.unwrap().name, "Olga");
        assert_eq!(shown.identification_rao.as_deref(), Some("1400"));
        assert!(shown.simulated && !shown.organisation);
        assert_eq!(shown.created_at.as_deref(), Some("2026-03-01T10:00:00"));
    }

    #[test]
    fn differences_ignore_letter_case_and_spaces_only() {
        let record = record(json!({}));
        let content = record.videoid_data.as_ref().unwrap().content().unwrap();
        let all = fields(&record, &content);
        let differs = |key: &str| all.iter().find(|field| field.key == key).unwrap().differs;
        assert!(!differs("given_name"), "ANA  MARÍA is Ana María");
        assert!(differs("surname_1"), "Munoz is not Muñoz");
        assert!(!differs("birth_date"), "the request says nothing of it");
        assert_eq!(
            all.iter()
                .find(|field| field.key == "odd")
                .unwrap()
                .document,
            "7"
        );
        assert!(
            all.iter().all(|field| field.key != "surname_2"),
            "nothing on either side"
        );
    }

    #[test]
    fn both_forms_of_the_checks_are_read_and_the_seven_are_always_listed() {
        for form in [
            json!({"data_integrity": true, "liveliness": false, "Odd one": true}),
            json!([
                ["Data integrity", true],
                ["Liveliness", false],
                ["Odd one", true]
            ]),
        ] {
            let all = checks(&record(form), None);
            let value = |name: &str| all.iter().find(|check| check.label == name).unwrap().value;
            assert_eq!(all.len(), 8);
            assert_eq!(value("data_integrity"), Some(true));
            assert_eq!(value("liveliness"), Some(false));
            assert_eq!(value("otp_validation"), None);
            assert_eq!(value("Odd one"), Some(true));
            assert!(
                all.iter()
                    .all(|check| check.source == CheckOrigin::NotTransmitted)
            );
        }
    }

    #[test]
    fn a_source_comes_from_this_station_only_for_the_value_that_the_ra_shows() {
        let attested = |value| CheckResult::Attested {
            value,
            by: "Olga".to_owned(),
            at: "2026-03-01T10:00:00Z".to_owned(),
            reason: None,
            measured: None,
            overridden: None,
        };
        let record = record(json!([["Data integrity", true]]));
        let source = |own: CheckResult| {
            let all = checks(&record, Some(&case(own)));
            let found = all
                .into_iter()
                .find(|check| check.check == Some(Check::DataIntegrity));
            found.unwrap().source
        };
        assert!(matches!(
            source(attested(true)),
            CheckOrigin::Attested { .. }
        ));
        assert_eq!(source(attested(false)), CheckOrigin::NotTransmitted);
    }

    #[test]
    fn sources_sent_beside_the_values_are_read_in_both_forms() {
        let sources =
            json!({"data_integrity": {"source": "measured", "method": "MRZ check digits"}});
        for form in [
            json!({"data_integrity": true, "provenance": sources}),
            json!([["Data integrity", true], ["Provenance", sources]]),
        ] {
            let all = checks(&record(form), None);
            let integrity = all
                .iter()
                .find(|check| check.check == Some(Check::DataIntegrity))
                .unwrap();
            let method = "MRZ check digits".to_owned();
            assert_eq!(integrity.source, CheckOrigin::Measured { method });
            assert_eq!(all.len(), 7, "the sources are no check");
        }
    }

    #[test]
    fn similarity_is_shown_as_it_came() {
        let content = |level: Value| {
            let mut record = record(json!({}));
            record.videoid_data.as_mut().unwrap().data.as_mut().unwrap()["similarity_level"] =
                level;
            let content = record.videoid_data.as_ref().unwrap().content().unwrap();
            similarity(&content)
        };
        assert_eq!(content(json!(87)).unwrap().score, Some(87));
        assert_eq!(
            content(json!("Medium")).unwrap().level.as_deref(),
            Some("medium")
        );
        assert_eq!(
            content(json!("unsure")).unwrap().level.as_deref(),
            Some("unsure")
        );
        assert_eq!(content(Value::Null), None);
    }
}
