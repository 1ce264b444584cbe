//! `/_mock/`: what arrived, the log of calls, the switches. None of it belongs to the real service.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use crate::answers::ApiError;
use crate::api::requests::path_pk;
use crate::api::video::stream_file;
use crate::app::Mock;
use crate::body::JsonObject;
use crate::config::Flow;
use crate::faults::{ActiveFault, Fault};
use crate::record::{Call, RequestRecord};

pub async fn requests(State(mock): State<Mock>) -> Json<Vec<RequestRecord>> {
    Json(mock.requests())
}

pub async fn request(
    State(mock): State<Mock>,
    Path(pk): Path<String>,
) -> Result<Json<RequestRecord>, ApiError> {
    let found = mock.request(path_pk(&pk, "Request")?);
    found
        .map(Json)
        .ok_or_else(|| ApiError::not_found("Request"))
}

pub async fn evidence(
    State(mock): State<Mock>,
    Path((pk, name)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let path = mock
        .evidence_path(path_pk(&pk, "Request")?, &name)
        .ok_or_else(|| ApiError::not_found("Evidence"))?;
    stream_file(
        path,
        if name == "video" {
            "video/mp4"
        } else {
            "image/jpeg"
        },
    )
    .await
}

pub async fn calls(State(mock): State<Mock>) -> Json<Vec<Call>> {
    Json(mock.calls())
}

pub async fn faults(State(mock): State<Mock>) -> Json<Vec<ActiveFault>> {
    Json(mock.faults().list())
}

pub async fn add_fault(
    State(mock): State<Mock>,
    JsonObject(body): JsonObject,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let fault: Fault = serde_json::from_value(Value::Object(body))
        .map_err(|error| ApiError::detail(StatusCode::BAD_REQUEST, error.to_string()))?;
    let known = crate::routes::OPERATIONS
        .iter()
        .any(|operation| operation.is_api() && operation.name == fault.operation);
    if fault.operation != "*" && !known {
        return Err(ApiError::detail(
            StatusCode::BAD_REQUEST,
            format!("no operation {}", fault.operation),
        ));
    }
    let id = mock.faults().add(fault);
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))))
}

pub async fn clear_faults(State(mock): State<Mock>) -> StatusCode {
    mock.faults().clear();
    StatusCode::NO_CONTENT
}

pub async fn settings(State(mock): State<Mock>) -> Json<Value> {
    let delay: Duration = mock.0.config.check_delay;
    let switches = mock.0.switches();
    Json(json!({
        "checks": mock.0.checks_on(),
        "check_delay_ms": u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
        "flow": match switches.flow {
            Flow::TwoStep => "two-step",
            Flow::OneStep => "one-step",
            Flow::ValidateApproves => "validate-approves",
        },
        "filters_status": switches.filters_status,
        "refusal_reopens": switches.refusal_reopens,
    }))
}

pub async fn set_settings(
    state: State<Mock>,
    JsonObject(body): JsonObject,
) -> Result<Json<Value>, ApiError> {
    let refused = |what: &str| ApiError::detail(StatusCode::BAD_REQUEST, what.to_string());
    let flag = |value: &Value| {
        value
            .as_bool()
            .ok_or_else(|| refused("switches are true or false"))
    };
    let mut switches = state.0.0.switches();
    let mut checks = None;
    for (name, value) in &body {
        match name.as_str() {
            "checks" => checks = Some(flag(value)?),
            "filters_status" => switches.filters_status = flag(value)?,
            "refusal_reopens" => switches.refusal_reopens = flag(value)?,
            "flow" => {
                switches.flow = match value.as_str().unwrap_or_default() {
                    "two-step" => Flow::TwoStep,
                    "one-step" => Flow::OneStep,
                    "validate-approves" => Flow::ValidateApproves,
                    _ => {
                        return Err(refused("flow is two-step, one-step or validate-approves"));
                    }
                }
            }
            other => return Err(refused(&format!("no switch {other}"))),
        }
    }
    if let Some(checks) = checks {
        state.0.set_checks(checks);
    }
    state.0.0.set_switches(switches);
    Ok(settings(state).await)
}
