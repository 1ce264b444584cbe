//! Readers for values that the provider sends in more than one form.

use std::fmt;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// An identifier: the provider sends some as numbers and some as strings, the same one sometimes as both.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(String);

impl Id {
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a JSON number where it is one, else as a string: for fields whose schema says number.
    pub fn to_json_number(&self) -> Value {
        match self.0.parse::<u64>() {
            Ok(number) => Value::from(number),
            Err(_) => Value::from(self.0.as_str()),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<u64> for Id {
    fn from(id: u64) -> Self {
        Self(id.to_string())
    }
}

impl From<&str> for Id {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl From<String> for Id {
    fn from(id: String) -> Self {
        Self(id)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            Value::Number(number) => Ok(Self(number.to_string())),
            other => Err(serde::de::Error::custom(format!(
                "an id is a string or a number, not {}",
                kind_of(&other)
            ))),
        }
    }
}

pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// `null`, absent, a string or a number; an object stands for what it references (`sn`, `pk` or `id`).
pub(crate) fn optional_id<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Id>, D::Error> {
    Ok(id_of(&Value::deserialize(deserializer)?))
}

pub(crate) fn id_of(value: &Value) -> Option<Id> {
    match value {
        Value::String(text) if !text.is_empty() => Some(Id(text.clone())),
        Value::Number(number) => Some(Id(number.to_string())),
        Value::Object(fields) => ["sn", "pk", "id"]
            .iter()
            .find_map(|key| fields.get(*key).and_then(id_of)),
        _ => None,
    }
}

/// `null`, absent, a string, a number or a boolean, as text.
pub(crate) fn optional_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    })
}

/// A boolean, or what stands for one (`"true"`, `1`); `None` where it is neither.
pub(crate) fn flag_of(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

pub(crate) fn optional_flag<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<bool>, D::Error> {
    Ok(flag_of(&Value::deserialize(deserializer)?))
}

/// A list of ids in any form; anything else is an empty list.
pub(crate) fn id_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Id>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Array(items) => items.iter().filter_map(id_of).collect(),
        other => id_of(&other).into_iter().collect(),
    })
}

/// The subscriber's secrets (PIN, PUK, enrollment code) stand in some answers. They are skipped while parsing: no
/// copy of them is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dropped;

impl<'de> Deserialize<'de> for Dropped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// Fields in which the subscriber's secrets stand, wherever they turn up.
const SECRET_FIELDS: [&str; 6] = [
    "secrets",
    "pin",
    "puk",
    "erc",
    "enrollment_code",
    "password",
];

/// The fields that are not known, without those that hold secrets.
pub(crate) fn unknown_fields<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Map<String, Value>, D::Error> {
    let mut fields = Map::deserialize(deserializer)?;
    drop_secrets(&mut fields);
    Ok(fields)
}

fn drop_secrets(fields: &mut Map<String, Value>) {
    fields.retain(|name, _| !SECRET_FIELDS.contains(&name.as_str()));
    fields.values_mut().for_each(drop_secrets_within);
}

fn drop_secrets_within(value: &mut Value) {
    match value {
        Value::Object(fields) => drop_secrets(fields),
        Value::Array(items) => items.iter_mut().for_each(drop_secrets_within),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn secrets_are_dropped_however_deep_they_stand() {
        let answer = serde_json::json!({
            "pin": "1234",
            "kept": "seen",
            "cards": [{"puk": "5678", "sn": 7}, [{"erc": "9012", "sn": 8}, [[{"password": "3456"}]]]],
            "inner": {"secrets": {"a": "7890"}, "name": "seen"},
        });
        let fields = unknown_fields(answer).unwrap();
        let rest = serde_json::json!({
            "kept": "seen",
            "cards": [{"sn": 7}, [{"sn": 8}, [[{}]]]],
            "inner": {"name": "seen"},
        });
        assert_eq!(Value::Object(fields), rest);
    }
}
