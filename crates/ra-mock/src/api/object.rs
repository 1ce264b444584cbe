//! The whole request object, as every answer shows it: some 90 fields, most of them null.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::app::Shared;
use crate::record::{RequestRecord, VideoIdRecord};

/// Fields that are null unless they were sent.
const NULL_FIELDS: &[&str] = &[
    "profile",
    "secure_element",
    "validity_time",
    "country_name",
    "serial_number",
    "id_document_country",
    "id_document_type",
    "given_name",
    "surname_1",
    "surname_2",
    "email",
    "mobile_phone_number",
    "webhook_url",
    "identification_rao",
    "videoid_mode",
    "approving_rao",
    "billing_username",
    "billing_password",
    "citizenship",
    "residence_city",
    "residence_address",
    "residence_postal_code",
    "residence_province",
    "gender",
    "date_of_birth",
    "organization_name",
    "organization_tax_number",
    "organizational_unit_1",
    "organizational_unit_2",
    "organization_address",
    "organization_city",
    "organization_country",
    "organization_postal_code",
    "organization_email",
    "organization_phone",
    "responsible_name",
    "responsible_first_surname",
    "responsible_second_surname",
    "responsible_email",
    "responsible_position",
    "responsible_serial",
    "title",
    "pseudonym",
    "domain_name",
    "software_name",
    "psd2_roles",
    "psd2_authority_name",
    "psd2_authority_id",
    "legal_representation",
    "representation_document",
    "commercial_register",
    "registration_date",
    "registration_number",
    "notary_name",
    "power_of_attorney",
    "department",
    "employee_number",
    "profession",
    "college",
    "college_number",
    "csr",
    "certificate",
    "certificate_serial",
    "issue_date",
    "expiration_date",
    "revocation_date",
    "revocation_reason",
    "renewal_of",
    "renewed_by",
    "suspension_date",
    "token",
    "token_type",
    "cloud_username",
    "cloud_pin_set",
    "paperless_mode",
    "paperless_link",
    "paperless_status",
    "contract_signed",
    "receipt_signed",
    "lang",
    "notes",
    "custom_field_1",
    "custom_field_2",
    "external_id",
    "batch",
];

/// The request as it is answered. Images are read from the disk and may be megabytes.
pub fn request(shared: &Shared, request: &RequestRecord, with_images: bool) -> Value {
    let mut object = Map::new();
    for name in NULL_FIELDS {
        object.insert((*name).to_string(), Value::Null);
    }
    for (name, value) in &request.fields {
        object.insert(name.clone(), value.clone());
    }
    // The service writes this number as a string.
    if let Some(days) = request
        .fields
        .get("validity_time")
        .and_then(crate::body::number)
    {
        object.insert("validity_time".to_string(), json!(days.to_string()));
    }
    object.insert("pk".to_string(), json!(request.pk));
    object.insert("status".to_string(), json!(request.status));
    object.insert(
        "scratchcard".to_string(),
        json!(request.scratchcard.to_string()),
    );
    object.insert(
        "registration_authority".to_string(),
        json!(request.registration_authority),
    );
    object.insert("creation_date".to_string(), json!(request.created));
    let videoid = request
        .videoid
        .as_ref()
        .map(|videoid| videoid_data(shared, request.pk, videoid, with_images));
    object.insert("videoid_data".to_string(), videoid.unwrap_or(Value::Null));
    Value::Object(object)
}

fn videoid_data(shared: &Shared, pk: u64, videoid: &VideoIdRecord, with_images: bool) -> Value {
    let data = videoid.data.as_ref().map(|sent| {
        let mut data = sent.clone();
        if let Some(checks) = sent.get("security_checks").and_then(Value::as_object) {
            let pairs = checks
                .iter()
                .map(|(name, value)| json!([check_title(name), value]))
                .collect();
            data.insert("security_checks".to_string(), Value::Array(pairs));
        }
        if let Some(level) = sent.get("similarity_level") {
            data.insert("similarity_level".to_string(), similarity(level));
        }
        if with_images {
            let images = videoid.images.iter().filter_map(|(name, image)| {
                let bytes = std::fs::read(shared.blob(pk, image.file.as_ref()?)).ok()?;
                Some((name.clone(), Value::String(STANDARD.encode(bytes))))
            });
            data.insert("images".to_string(), Value::Object(images.collect()));
        }
        Value::Object(data)
    });
    json!({
        "pk": videoid.pk,
        "video_identifier": videoid.video_identifier,
        "status": videoid.status,
        "provider": "EXTERNAL",
        "videoid_link": null,
        "requests": [pk],
        "refusal_reason": videoid.refusal_reason,
        "validation_operator": videoid.validation_operator,
        "data": data,
        "acceptance": videoid.acceptance,
        "validation_services": [],
    })
}

/// `otp_validation` is answered as `OTP validation`.
fn check_title(name: &str) -> String {
    let words = name.replace('_', " ");
    match words.strip_prefix("otp ") {
        Some(rest) => format!("OTP {rest}"),
        None => capitalised(&words),
    }
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// A score from 0 to 100 or a word; always answered as `Low`, `Medium` or `High`.
fn similarity(sent: &Value) -> Value {
    match sent {
        Value::String(word) if word.parse::<f64>().is_err() => {
            json!(capitalised(&word.to_lowercase()))
        }
        other => {
            let score = other
                .as_f64()
                .or_else(|| other.as_str()?.parse().ok())
                .unwrap_or_default();
            json!(if score < 50.0 {
                "Low"
            } else if score < 80.0 {
                "Medium"
            } else {
                "High"
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{check_title, similarity};
    use serde_json::json;

    #[test]
    fn checks_are_answered_in_the_form_of_the_real_service() {
        assert_eq!(check_title("otp_validation"), "OTP validation");
        assert_eq!(check_title("data_integrity"), "Data integrity");
        for (sent, answered) in [
            (json!(10), "Low"),
            (json!(79), "Medium"),
            (json!("80"), "High"),
            (json!("medium"), "Medium"),
        ] {
            assert_eq!(similarity(&sent), json!(answered), "{sent}");
        }
    }
}
