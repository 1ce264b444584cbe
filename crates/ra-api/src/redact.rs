//! Takes personal data, secrets and pictures out of what is traced. What is not known to be harmless is hidden.

use serde_json::{Map, Value};
use url::Url;

pub(crate) const HIDDEN: &str = "***";

/// Fields whose plain values (texts, numbers) are shown. Truth values and nulls are shown everywhere else too, except
/// below `secrets`.
const SHOWN: [&str; 39] = [
    "pk",
    "id",
    "sn",
    "status",
    "previous_status",
    "videoid_status",
    "code",
    "type",
    "count",
    "result",
    "profile",
    "registration_authority",
    "ra",
    "scratchcard",
    "secure_element",
    "videoid_mode",
    "video_identifier",
    "provider",
    "validity_time",
    "identification_rao",
    "rao_id",
    "rao",
    "request",
    "requests",
    "id_document_type",
    "label",
    "lang",
    "is_identificator",
    "similarity_level",
    "date",
    "created",
    "modified",
    "used",
    "error",
    "detail",
    "title",
    "description",
    "reason",
    "refusal_reason",
];

/// Of these, the texts are the server's own words, in which it may quote what it was sent.
const WORDS: [&str; 6] = [
    "error",
    "detail",
    "title",
    "description",
    "reason",
    "refusal_reason",
];

pub(crate) fn body(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    match serde_json::from_slice::<Value>(bytes) {
        Ok(value) => redacted(&value, None),
        Err(_) => Value::from(format!("{HIDDEN} ({} bytes, not JSON)", bytes.len())),
    }
}

fn redacted(value: &Value, name: Option<&str>) -> Value {
    let shown = name.is_some_and(|name| SHOWN.contains(&name));
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Number(_) if shown => value.clone(),
        Value::Number(_) => Value::from(HIDDEN),
        Value::String(words) if shown => match name.is_some_and(|name| WORDS.contains(&name)) {
            true => Value::from(text(words)),
            false => Value::from(words.chars().take(80).collect::<String>()),
        },
        Value::String(hidden) => {
            Value::from(format!("{HIDDEN} ({} characters)", hidden.chars().count()))
        }
        // A list stands under its own name: `requests: [46760]`, `[["serial_number", "missing"]]`.
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| redacted(item, name)).collect())
        }
        Value::Object(fields) => {
            let mut out = Map::new();
            for (field, value) in fields {
                let hidden = matches!(
                    field.as_str(),
                    "secrets" | "password" | "pin" | "puk" | "erc" | "enrollment_code"
                );
                let value = if hidden {
                    Value::from(HIDDEN)
                } else {
                    redacted(value, Some(field))
                };
                out.insert(field.clone(), value);
            }
            Value::Object(out)
        }
    }
}

/// A sentence without addresses, long numbers and what looks like a document number.
pub(crate) fn text(words: &str) -> String {
    words
        .split_whitespace()
        .map(|word| {
            let digits = word.chars().filter(char::is_ascii_digit).count();
            if word.contains('@') || digits >= 5 {
                HIDDEN
            } else {
                word
            }
        })
        .take(80)
        .collect::<Vec<_>>()
        .join(" ")
}

pub(crate) fn query(url: &Url) -> Value {
    let mut out = Map::new();
    for (name, value) in url.query_pairs() {
        let value = match SHOWN.contains(&name.as_ref()) || name == "page" {
            true => value.into_owned(),
            false => HIDDEN.to_owned(),
        };
        out.insert(name.into_owned(), value.into());
    }
    Value::Object(out)
}

#[cfg(test)]
#[path = "redact_tests.rs"]
mod tests;
