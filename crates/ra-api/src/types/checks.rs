//! Security checks and similarity, which the provider answers in another form than it is sent them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::lenient::flag_of;

/// The checks that the API names; `liveliness` is spelt so.
pub const CHECK_NAMES: [&str; 7] = [
    "otp_validation",
    "documents_match",
    "data_integrity",
    "document_notcopy",
    "document_notexpired",
    "document_notunderage",
    "liveliness",
];

/// One check as the RA has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The API's name where it could be recognised, else the label as it was sent.
    pub name: String,
    /// `None` where the value is no truth value.
    pub value: Option<bool>,
}

/// Reads `{"otp_validation": true}` as well as `[["OTP validation", true]]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecurityChecks(pub Vec<Check>);

impl SecurityChecks {
    pub fn get(&self, name: &str) -> Option<bool> {
        self.0
            .iter()
            .find(|check| check.name == name)
            .and_then(|check| check.value)
    }

    pub(crate) fn from_value(value: &Value) -> Self {
        let check = |label: &str, value: &Value| Check {
            name: check_name(label),
            value: flag_of(value),
        };
        Self(match value {
            Value::Object(fields) => fields
                .iter()
                .map(|(label, value)| check(label, value))
                .collect(),
            Value::Array(items) => items
                .iter()
                .flat_map(|item| match item {
                    Value::Array(pair) => match pair.as_slice() {
                        [Value::String(label), value, ..] => vec![check(label, value)],
                        _ => vec![],
                    },
                    Value::Object(fields) => match (fields.get("name"), fields.get("value")) {
                        (Some(Value::String(label)), Some(value)) => vec![check(label, value)],
                        _ => fields
                            .iter()
                            .map(|(label, value)| check(label, value))
                            .collect(),
                    },
                    _ => vec![],
                })
                .collect(),
            _ => vec![],
        })
    }
}

/// `Document not expired`, `document_notexpired` and `document_not_expired` are the same check.
fn check_name(label: &str) -> String {
    let squeezed = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let wanted = squeezed(label);
    if matches!(
        wanted.as_str(),
        "liveness" | "livelinesscheck" | "livenesscheck"
    ) {
        return "liveliness".to_owned();
    }
    CHECK_NAMES
        .iter()
        .find(|name| squeezed(name) == wanted)
        .map_or_else(|| label.to_owned(), |name| (*name).to_owned())
}

impl<'de> Deserialize<'de> for SecurityChecks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Self::from_value(&value))
    }
}

impl Serialize for SecurityChecks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|check| (&check.name, check.value)))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Low,
    Medium,
    High,
}

/// How alike the portrait and the selfie are.
#[derive(Debug, Clone, PartialEq)]
pub enum Similarity {
    /// 0–100.
    Score(u8),
    Level(Level),
    /// A form that is neither, as it was sent.
    Other(Value),
}

impl Similarity {
    pub(crate) fn from_value(value: Value) -> Self {
        let score = |number: f64| {
            let rounded = number.round();
            (0.0..=100.0).contains(&rounded).then_some(rounded as u8)
        };
        let read = match &value {
            Value::Number(number) => number.as_f64().and_then(score).map(Self::Score),
            Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
                "low" => Some(Self::Level(Level::Low)),
                "medium" => Some(Self::Level(Level::Medium)),
                "high" => Some(Self::Level(Level::High)),
                other => other
                    .trim_end_matches('%')
                    .trim()
                    .parse()
                    .ok()
                    .and_then(score)
                    .map(Self::Score),
            },
            _ => None,
        };
        read.unwrap_or(Self::Other(value))
    }
}

impl<'de> Deserialize<'de> for Similarity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from_value)
    }
}

impl Serialize for Similarity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Score(score) => serializer.serialize_u8(*score),
            Self::Level(level) => level.serialize(serializer),
            Self::Other(value) => value.serialize(serializer),
        }
    }
}
