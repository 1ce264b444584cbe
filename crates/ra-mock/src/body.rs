//! Reading request bodies as strictly as the real service's framework does.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use bytes::Bytes;
use serde_json::{Map, Value};

use crate::answers::ApiError;

/// Evidence is some tens of megabytes of base64 at most.
const MAX_JSON_BYTES: usize = 128 << 20;

fn content_type(request: &Request) -> String {
    let value = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

async fn read_all(request: Request) -> Result<Bytes, ApiError> {
    to_bytes(request.into_body(), MAX_JSON_BYTES)
        .await
        .map_err(|_| {
            ApiError::detail(
                StatusCode::PAYLOAD_TOO_LARGE,
                "Request body could not be read or is too large.",
            )
        })
}

fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| {
        ApiError::detail(
            StatusCode::BAD_REQUEST,
            format!("JSON parse error - {error}"),
        )
    })?;
    match value {
        Value::Object(map) => Ok(map),
        _ => Err(ApiError::detail(
            StatusCode::BAD_REQUEST,
            "Invalid data. Expected a dictionary.",
        )),
    }
}

fn unsupported(kind: &str) -> ApiError {
    ApiError::detail(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        format!("Unsupported media type \"{kind}\" in request."),
    )
}

/// A JSON object, also as the body of a GET.
pub struct JsonObject(pub Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for JsonObject {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let kind = content_type(&request);
        let bytes = read_all(request).await?;
        if bytes.is_empty() {
            return Ok(Self(Map::new()));
        }
        if kind != "application/json" {
            return Err(unsupported(&kind));
        }
        parse_object(&bytes).map(Self)
    }
}

/// Fields as JSON or as a multipart form; the documentation shows both for the same calls.
pub struct Fields {
    pub values: Map<String, Value>,
    pub file: Option<Bytes>,
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let kind = content_type(&request);
        if kind == "multipart/form-data" {
            return multipart_fields(request, state).await;
        }
        let bytes = read_all(request).await?;
        let values = match kind.as_str() {
            _ if bytes.is_empty() => Map::new(),
            "application/json" => parse_object(&bytes)?,
            "application/x-www-form-urlencoded" => url::form_urlencoded::parse(&bytes)
                .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
                .collect(),
            _ => return Err(unsupported(&kind)),
        };
        Ok(Self { values, file: None })
    }
}

async fn multipart_fields<S: Send + Sync>(request: Request, state: &S) -> Result<Fields, ApiError> {
    let bad = |error: &dyn std::fmt::Display| {
        ApiError::detail(
            StatusCode::BAD_REQUEST,
            format!("Multipart form parse error - {error}"),
        )
    };
    let mut form = Multipart::from_request(request, state)
        .await
        .map_err(|error| bad(&error))?;
    let mut fields = Fields {
        values: Map::new(),
        file: None,
    };
    while let Some(part) = form.next_field().await.map_err(|error| bad(&error))? {
        let name = part.name().unwrap_or_default().to_string();
        if part.file_name().is_some() {
            let bytes = part.bytes().await.map_err(|error| bad(&error))?;
            if name == "document" {
                fields.file = Some(bytes);
            }
        } else {
            let text = part.text().await.map_err(|error| bad(&error))?;
            fields.values.insert(name, Value::String(text));
        }
    }
    Ok(fields)
}

/// A number that may come as a number or as a string of digits.
pub fn number(value: &Value) -> Option<u64> {
    value
        .as_u64()
        .or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()))
}

pub fn number_field(fields: &Map<String, Value>, name: &str) -> Result<u64, ApiError> {
    let value = present(fields, name).ok_or_else(|| ApiError::missing_parameter(name))?;
    number(value).ok_or_else(|| ApiError::bad_parameter(format!("{name} is not a number")))
}

/// The field's value unless it is missing, null or an empty string.
pub fn present<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    fields
        .get(name)
        .filter(|value| !value.is_null() && value.as_str() != Some(""))
}

pub fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    present(fields, name).and_then(Value::as_str)
}
