//! Fields that a request lacks, in each form in which the RA lists them.

use serde::Serialize;
use serde_json::{Map, Value};

/// A field that the request still lacks, and what is wrong with it (`missing`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldProblem {
    pub field: String,
    pub problem: String,
}

impl FieldProblem {
    /// Reads `[["serial_number","missing"], …]`, and an object or plain names in its place.
    pub(crate) fn list(value: &Value) -> Option<Vec<Self>> {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let one = |field: &Value, problem: &Value| Self {
            field: text(field),
            problem: text(problem),
        };
        match value {
            Value::Null => Some(vec![]),
            Value::Array(items) => items
                .iter()
                .map(|item| match item {
                    Value::Array(pair) => match pair.as_slice() {
                        [field, problem, ..] => Some(one(field, problem)),
                        [field] => Some(one(field, &Value::from("missing"))),
                        [] => None,
                    },
                    Value::String(_) => Some(one(item, &Value::from("missing"))),
                    _ => None,
                })
                .collect(),
            Value::Object(fields) => Some(
                fields
                    .iter()
                    .map(|(field, problem)| one(&Value::from(field.as_str()), problem))
                    .collect(),
            ),
            _ => None,
        }
    }

    /// What the body of an error lists: alone, below `error` or `fields`, or in a sentence
    /// (`Missing fields: serial_number, email`). Empty where it lists none.
    pub(crate) fn in_error(body: &[u8]) -> Vec<Self> {
        match serde_json::from_slice::<Value>(body) {
            Ok(list @ Value::Array(_)) => Self::list(&list).unwrap_or_default(),
            Ok(Value::Object(fields)) => Self::in_object(&fields),
            Ok(Value::String(sentence)) => Self::in_sentence(&sentence),
            _ => vec![],
        }
    }

    fn in_object(fields: &Map<String, Value>) -> Vec<Self> {
        /// Of the four shapes of an error.
        const SHAPES: [&str; 9] = [
            "code",
            "id",
            "error",
            "detail",
            "title",
            "description",
            "message",
            "reason",
            "status",
        ];
        let listed = ["fields", "missing_fields", "missing", "errors"]
            .iter()
            .find_map(|name| fields.get(*name));
        if let Some(listed) = listed {
            return Self::list(listed).unwrap_or_default();
        }
        if !fields.keys().any(|name| SHAPES.contains(&name.as_str())) {
            return Self::list(&Value::Object(fields.clone())).unwrap_or_default();
        }
        ["error", "detail", "message"]
            .iter()
            .find_map(|name| match fields.get(*name)? {
                Value::String(sentence) => Some(Self::in_sentence(sentence)),
                list @ (Value::Array(_) | Value::Object(_)) => Self::list(list),
                _ => None,
            })
            .unwrap_or_default()
    }

    fn in_sentence(sentence: &str) -> Vec<Self> {
        let Some((subject, names)) = sentence.split_once(':') else {
            return vec![];
        };
        let subject = subject.to_ascii_lowercase();
        if !["missing", "required", "field"]
            .iter()
            .any(|word| subject.contains(word))
        {
            return vec![];
        }
        names
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .filter(|name| !name.is_empty())
            .map(|name| Self {
                field: name.to_owned(),
                problem: "missing".to_owned(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::FieldProblem;

    #[test]
    fn every_form_of_a_list_is_read() {
        for body in [
            r#"[["serial_number","missing"],["email","missing"]]"#,
            r#"["serial_number","email"]"#,
            r#"{"code":"415","id":"b4","error":"Missing fields: serial_number, email"}"#,
            r#"{"code":"412","id":"b4","error":[["serial_number","missing"],["email","missing"]]}"#,
            r#"{"error":"Missing required fields: ['serial_number', 'email']"}"#,
            r#"{"code":"412","fields":["serial_number","email"]}"#,
            r#"{"serial_number":"missing","email":"missing"}"#,
        ] {
            let mut found = FieldProblem::in_error(body.as_bytes());
            found.sort_by(|a, b| b.field.cmp(&a.field));
            let names: Vec<_> = found.iter().map(|found| found.field.as_str()).collect();
            assert_eq!(names, ["serial_number", "email"], "{body}");
            assert!(
                found.iter().all(|found| found.problem == "missing"),
                "{body}"
            );
        }
    }

    #[test]
    fn what_lists_no_field_is_not_taken_for_a_list() {
        for body in [
            r#"{"code":"412","id":"b49fee578381243a","error":"Invalid request status"}"#,
            r#"{"error":"Missing required docs"}"#,
            r#"{"detail":"JSON parse error - Expecting ',' delimiter: line 3"}"#,
            r#"{"code":"412","error":"Invalid state: CANCELLED"}"#,
            "<html>412</html>",
            "",
        ] {
            assert!(FieldProblem::in_error(body.as_bytes()).is_empty(), "{body}");
        }
    }
}
