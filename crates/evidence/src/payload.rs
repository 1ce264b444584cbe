//! The body of the evidence upload: `acceptance` and `videoid_data`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{Case, Check, CheckResult, Field, FieldSource, ImageKind};

/// In which form `similarity_level` is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SimilarityForm {
    /// A whole number from 0 to 100.
    #[default]
    Score,
    /// `low`, `medium` or `high`.
    Level,
}

/// What the settings decide about the payload.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PayloadOptions {
    pub similarity_form: SimilarityForm,
    /// Sends a check that was not performed as false instead of leaving it out.
    pub unperformed_as_false: bool,
    /// Sends where each value comes from: the checks' inside `security_checks`, the fields' inside `ocr_data`.
    pub provenance: bool,
    /// Sends a passport's page as its rear side too.
    pub passport_rear_twice: bool,
}

/// The evidence upload without the pictures' bytes: these are streamed into `videoid_data.images` by whoever sends.
#[derive(Debug, Clone, PartialEq)]
pub struct EvidencePayload {
    pub acceptance: Map<String, Value>,
    pub ocr_data: Map<String, Value>,
    /// Performed checks; others only by a setting.
    pub security_checks: Map<String, Value>,
    /// None where it was not measured: there is no value that says so.
    pub similarity_level: Option<Value>,
    /// The key in `images`, and the picture that goes there.
    pub images: Vec<(ImageKind, ImageKind)>,
}

/// Builds the payload of a case as it stands. Whether it is complete is another question (`Case::missing`).
pub fn build_payload(case: &Case, options: PayloadOptions) -> EvidencePayload {
    let similarity_level = case
        .similarity()
        .map(|score| match options.similarity_form {
            SimilarityForm::Score => json!(score.min(100)),
            SimilarityForm::Level => json!(level(score)),
        });
    EvidencePayload {
        acceptance: acceptance(case),
        ocr_data: ocr_data(case, options),
        security_checks: security_checks(case, options),
        similarity_level,
        images: images(case, options),
    }
}

fn acceptance(case: &Case) -> Map<String, Value> {
    let mut map = Map::new();
    if let Some(given) = case.acceptance.as_ref().filter(|given| given.accepted) {
        map.insert("description".to_owned(), json!(given.description));
        map.insert("url-doc-termsconditions".to_owned(), json!(given.terms_url));
        map.insert("url-doc-privacypolicy".to_owned(), json!(given.privacy_url));
        if let Some(ip) = &given.ip {
            map.insert("ip".to_owned(), json!(ip));
        }
        map.insert("url-web-videoid".to_owned(), json!(given.web_url));
        map.insert("user-agent".to_owned(), json!(given.user_agent));
        let millis = given.at.unix_timestamp_nanos() / 1_000_000;
        let millis = i64::try_from(millis).unwrap_or(i64::MAX);
        map.insert("date".to_owned(), json!(millis));
    }
    if case.simulated() {
        map.insert("simulated".to_owned(), json!(true));
        map.insert("environment".to_owned(), json!(case.environment));
    }
    map
}

fn ocr_data(case: &Case, options: PayloadOptions) -> Map<String, Value> {
    let mut map = Map::new();
    let mut provenance = Map::new();
    for field in Field::ALL {
        let value = case.document_value(field);
        if value.is_empty() {
            continue;
        }
        map.insert(field.key().to_owned(), json!(value));
        // What no entry says was chosen or typed for the request.
        let entry = case.fields.get(&field);
        let source = entry.map_or(FieldSource::Typed, |entry| entry.source);
        let mut from = Map::from_iter([("source".to_owned(), json!(source))]);
        let confidence = entry.and_then(|entry| entry.confidence);
        from.extend(confidence.map(|sure| ("confidence".to_owned(), json!(sure))));
        provenance.insert(field.key().to_owned(), Value::Object(from));
    }
    if options.provenance {
        map.insert("provenance".to_owned(), Value::Object(provenance));
    }
    map
}

fn security_checks(case: &Case, options: PayloadOptions) -> Map<String, Value> {
    let mut map = Map::new();
    let mut provenance = Map::new();
    for check in Check::ALL {
        let result = case.check_result(check);
        match result.value() {
            Some(value) => {
                map.insert(check.key().to_owned(), json!(value));
            }
            None if options.unperformed_as_false => {
                map.insert(check.key().to_owned(), json!(false));
            }
            None => {}
        }
        let source = match &result {
            CheckResult::NotPerformed => json!({"source": "not_performed"}),
            CheckResult::Measured { method, .. } => json!({"source": "measured", "method": method}),
            CheckResult::LookedUp { register, at, .. } => {
                json!({"source": "looked_up", "register": register, "at": at})
            }
            CheckResult::Attested { at, .. } => json!({"source": "attested", "at": at}),
        };
        provenance.insert(check.key().to_owned(), source);
    }
    if options.provenance {
        map.insert("provenance".to_owned(), Value::Object(provenance));
    }
    map
}

fn images(case: &Case, options: PayloadOptions) -> Vec<(ImageKind, ImageKind)> {
    let mut images: Vec<_> = ImageKind::ALL
        .into_iter()
        .filter(|kind| case.needs_image(*kind) && case.images.contains_key(kind))
        .map(|kind| (kind, kind))
        .collect();
    if options.passport_rear_twice
        && !case.document_type.has_rear()
        && case.images.contains_key(&ImageKind::DocumentFront)
    {
        images.push((ImageKind::DocumentRear, ImageKind::DocumentFront));
    }
    images
}

fn level(score: u8) -> &'static str {
    match score {
        0..30 => "low",
        30..=60 => "medium",
        _ => "high",
    }
}
