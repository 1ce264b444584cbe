//! What an update sends. `PUT` replaces all fields, so everything that the request already has goes back with it.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use super::request::{NewRequest, RequestRecord};

/// The fields of a request that belong to the server: shown in its answers, and never sent back.
///
/// | what | fields |
/// | --- | --- |
/// | the request itself | `pk`, `id`, `status`, `previous_status`, `renewal_of`, `renewed_by`, `batch` |
/// | its dates | `creation_date`, `created`, `date`, `modified`, `modification_date`, `approval_date`, `issue_date`, `expiration_date`, `revocation_date`, `suspension_date` |
/// | its identification | `videoid_data` |
/// | its certificate | `certificate`, `certificate_set`, `certificate_serial`, `csr`, `revocation_reason`, `token`, `token_type` |
/// | who worked on it | `registering_user`, `approving_user`, `producing_user`, `approving_rao` |
/// | its signing | `paperless_status`, `contract_signed`, `receipt_signed`, `cloud_username`, `cloud_pin_set` |
/// | secrets | `secrets`, `pin`, `puk`, `erc`, `enrollment_code`, `password` |
/// | links | every name that is `link` or ends with `link` |
const SERVER_OWNED: [&str; 40] = [
    "pk",
    "id",
    "status",
    "previous_status",
    "renewal_of",
    "renewed_by",
    "batch",
    "creation_date",
    "created",
    "date",
    "modified",
    "modification_date",
    "approval_date",
    "issue_date",
    "expiration_date",
    "revocation_date",
    "suspension_date",
    "videoid_data",
    "certificate",
    "certificate_set",
    "certificate_serial",
    "csr",
    "revocation_reason",
    "token",
    "token_type",
    "registering_user",
    "approving_user",
    "producing_user",
    "approving_rao",
    "paperless_status",
    "contract_signed",
    "receipt_signed",
    "cloud_username",
    "cloud_pin_set",
    "secrets",
    "pin",
    "puk",
    "erc",
    "enrollment_code",
    "password",
];

/// The schema says number; answers show some of them as strings.
const NUMBERS: [&str; 4] = [
    "validity_time",
    "identification_rao",
    "videoid_mode",
    "paperless_mode",
];

/// The schema says string; answers show some of them as numbers.
const TEXTS: [&str; 13] = [
    "profile",
    "scratchcard",
    "registration_authority",
    "secure_element",
    "country_name",
    "serial_number",
    "id_document_country",
    "id_document_type",
    "given_name",
    "surname_1",
    "surname_2",
    "email",
    "mobile_phone_number",
];

/// Why a field is not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldNotSent {
    #[error("the field {0} belongs to the RA")]
    ServerOwned(String),
    #[error("the field {0} takes a text, a number or a truth value")]
    NotPlain(String),
}

/// All fields of a request as they are to be from now on. [`RequestUpdate::from_record`] begins with those that it has.
#[derive(Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct RequestUpdate(Map<String, Value>);

impl RequestUpdate {
    /// Everything that the request shows and that does not belong to the server. Nulls say nothing and are left out,
    /// and so are lists and objects, which no field that can be sent has.
    pub fn from_record(record: &RequestRecord) -> Self {
        Self(plain(record))
    }

    /// Changes a field by the API's key. An empty text empties it.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) -> Result<(), FieldNotSent> {
        if server_owned(key) {
            return Err(FieldNotSent::ServerOwned(key.to_owned()));
        }
        match in_form(key, value.into()) {
            Some(value) => {
                self.0.insert(key.to_owned(), value);
                Ok(())
            }
            None => Err(FieldNotSent::NotPlain(key.to_owned())),
        }
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// By the API's keys.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }
}

impl From<&NewRequest> for RequestUpdate {
    /// For a request that has no other fields than these.
    fn from(request: &NewRequest) -> Self {
        Self(plain(request))
    }
}

impl fmt::Debug for RequestUpdate {
    /// Names alone: the values are the subscriber's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequestUpdate")
            .field(&self.0.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// The fields of a request or record that can be sent, in the form in which they are sent.
fn plain(fields: &impl Serialize) -> Map<String, Value> {
    let Ok(Value::Object(written)) = serde_json::to_value(fields) else {
        return Map::new();
    };
    written
        .into_iter()
        .filter(|(key, _)| !server_owned(key))
        .filter_map(|(key, value)| {
            let value = in_form(&key, value)?;
            Some((key, value))
        })
        .collect()
}

fn server_owned(key: &str) -> bool {
    SERVER_OWNED.contains(&key) || key == "link" || key.ends_with("link")
}

/// The value as the schema wants it; none where it is null, a list or an object.
fn in_form(key: &str, value: Value) -> Option<Value> {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        Value::String(text) if NUMBERS.contains(&key) => Some(
            text.trim()
                .parse::<u64>()
                .map_or(Value::String(text), Value::from),
        ),
        Value::Number(number) if TEXTS.contains(&key) => Some(Value::from(number.to_string())),
        value => Some(value),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn record() -> RequestRecord {
        serde_json::from_value(json!({
            "pk": 5, "status": "CREATED", "creation_date": "2021-07-20T08:08:21.132394", "scratchcard": 5051762,
            "registration_authority": 504, "secure_element": 2, "validity_time": "365", "identification_rao": "1400",
            "videoid_mode": "1", "profile": "PFnubeAFEmpleado", "email": "a@example.org", "given_name": "Ana",
            "surname_2": null, "title": "", "organization_name": "Specimen", "registration_number": 77,
            "registration_date": "2001-01-01", "legal_representation": true, "certificate_set": [{}],
            "registering_user": { "pk": 527 }, "csr": "AA==", "token": "T", "paperless_link": "https://x.example/",
            "webhook_url": "https://hook.example/", "secrets": { "pin": "1" },
            "videoid_data": { "pk": 9, "data": { "images": { "document_front": "AA==" } } },
        }))
        .unwrap()
    }

    #[test]
    fn everything_goes_back_but_what_the_server_owns() {
        assert_eq!(
            serde_json::to_value(RequestUpdate::from_record(&record())).unwrap(),
            json!({
                "scratchcard": "5051762", "registration_authority": "504", "secure_element": "2",
                "validity_time": 365, "identification_rao": 1400, "videoid_mode": 1, "profile": "PFnubeAFEmpleado",
                "email": "a@example.org", "given_name": "Ana", "title": "", "organization_name": "Specimen",
                "registration_number": 77, "registration_date": "2001-01-01", "legal_representation": true,
                "webhook_url": "https://hook.example/",
            })
        );
    }

    #[test]
    fn fields_are_set_in_their_form_and_those_of_the_server_not_at_all() {
        let mut update = RequestUpdate::from_record(&record());
        update.set("validity_time", "730").unwrap();
        update.set("surname_2", "Prueba").unwrap();
        assert_eq!(update.get("validity_time"), Some(&json!(730)));
        assert_eq!(update.get("surname_2"), Some(&json!("Prueba")));
        assert_eq!(
            update.set("status", "ISSUED"),
            Err(FieldNotSent::ServerOwned("status".into()))
        );
        assert_eq!(
            update.set("title", json!(["Dr"])),
            Err(FieldNotSent::NotPlain("title".into()))
        );
        assert!(!format!("{update:?}").contains("Ana"));
    }

    #[test]
    fn a_new_request_is_an_update_of_the_same_fields() {
        let mut request = NewRequest::video_id("PFnubeAFCiudadano", 116, "a@example.org");
        request.scratchcard = "1256948".into();
        request.validity_time = Some(730);
        assert_eq!(
            serde_json::to_value(RequestUpdate::from(&request)).unwrap(),
            serde_json::to_value(&request).unwrap()
        );
    }
}
