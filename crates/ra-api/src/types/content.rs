//! The evidence inside a VideoID record.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use super::checks::{SecurityChecks, Similarity};

/// The evidence as the RA shows it.
#[derive(Clone, Default)]
pub struct VideoIdContent {
    /// Base64 by name (`document_front`, …).
    pub images: BTreeMap<String, String>,
    pub ocr_data: Map<String, Value>,
    pub security_checks: SecurityChecks,
    pub similarity_level: Option<Similarity>,
    pub extra: Map<String, Value>,
}

impl VideoIdContent {
    pub(crate) fn from_value(value: &Value) -> Self {
        let mut content = Self::default();
        let parsed;
        let fields = match value {
            Value::Object(fields) => fields,
            // A JSON document inside a string was seen for other fields.
            Value::String(text) => match serde_json::from_str::<Value>(text) {
                Ok(Value::Object(fields)) => {
                    parsed = fields;
                    &parsed
                }
                _ => return content,
            },
            _ => return content,
        };
        for (name, value) in fields {
            match (name.as_str(), value) {
                ("images", Value::Object(images)) => {
                    content.images = images
                        .iter()
                        .filter_map(|(name, image)| {
                            Some((name.clone(), image.as_str()?.to_owned()))
                        })
                        .collect();
                }
                ("ocr_data", Value::Object(texts)) => content.ocr_data = texts.clone(),
                ("security_checks", checks) => {
                    content.security_checks = SecurityChecks::from_value(checks)
                }
                ("similarity_level", Value::Null) => {}
                ("similarity_level", level) => {
                    content.similarity_level = Some(Similarity::from_value(level.clone()));
                }
                ("secrets", _) => {}
                _ => {
                    content.extra.insert(name.clone(), value.clone());
                }
            }
        }
        content
    }

    pub(super) fn is_empty(&self) -> bool {
        self.images.is_empty()
            && self.ocr_data.is_empty()
            && self.security_checks.0.is_empty()
            && self.similarity_level.is_none()
            && self.extra.is_empty()
    }
}

impl fmt::Debug for VideoIdContent {
    /// Without the subscriber's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VideoIdContent")
            .field("images", &self.images.keys().collect::<Vec<_>>())
            .field("security_checks", &self.security_checks)
            .field("similarity_level", &self.similarity_level)
            .finish_non_exhaustive()
    }
}
