//! What operators do: validate, refuse, see declaration and contract, approve.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::answers::ApiError;
use crate::api::object;
use crate::api::requests::{missing_fields, path_pk, unknown_rao};
use crate::app::Mock;
use crate::body::{JsonObject, number, present, text};
use crate::config::Flow;
use crate::record::RequestRecord;

/// The operator of a call. Where the mock knows accounts, one of them; else any non-empty username, password and PIN are
/// right, except the configured wrong one. Wrong ones are answered with HTTP 403 and the code 401.
fn operator(mock: &Mock, body: &Map<String, Value>) -> Result<u64, ApiError> {
    let config = &mock.0.config;
    let mut given = [""; 3];
    for (place, name) in given.iter_mut().zip(["username", "password", "pin"]) {
        *place = text(body, name).ok_or_else(|| ApiError::missing_parameter(name))?;
    }
    let rao = known_rao(mock, body, "rao_id")?;
    let right = if config.raos.is_empty() {
        !given.contains(&config.wrong_secret.as_str())
    } else {
        config.raos.iter().any(|account| {
            account.rao_id == rao
                && given == [&*account.username, &*account.password, &*account.pin]
        })
    };
    if right {
        return Ok(rao);
    }
    Err(ApiError::Coded {
        status: StatusCode::FORBIDDEN,
        code: "401",
        error: "Invalid credentials".to_string(),
    })
}

fn known_rao(mock: &Mock, body: &Map<String, Value>, name: &str) -> Result<u64, ApiError> {
    let rao = present(body, name).ok_or_else(|| ApiError::missing_parameter(name))?;
    number(rao)
        .filter(|rao| *rao != 0 && *rao != mock.0.config.unknown_rao)
        .ok_or_else(unknown_rao)
}

fn subscriber_secrets(request: &RequestRecord) -> Value {
    let sn = request.scratchcard;
    json!({
        "puk": format!("{:08}", sn % 100_000_000), "enrollment_code": format!("{sn:08}"),
        "pin": format!("{:06}", sn % 1_000_000), "erc": format!("ERC-{sn}"),
    })
}

fn videoid_status(request: &RequestRecord) -> Option<&str> {
    request
        .videoid
        .as_ref()
        .map(|videoid| videoid.status.as_str())
}

pub async fn validate(
    State(mock): State<Mock>,
    Path(pk): Path<String>,
    JsonObject(body): JsonObject,
) -> Result<Json<Value>, ApiError> {
    let pk = path_pk(&pk, "Request")?;
    let rao = operator(&mock, &body)?;
    let flow = mock.0.switches().flow;
    let request = mock.0.change(|store| {
        let request = store.request_mut(pk)?;
        let reviewable =
            request.status == "VIDEOREVIEW" && videoid_status(request) == Some("REVIEW");
        if !reviewable || flow == Flow::OneStep {
            return Err(ApiError::wrong_state());
        }
        if let Some(videoid) = &mut request.videoid {
            videoid.status = "VALIDATED".to_string();
            videoid.validation_operator = Some(rao);
        }
        if !request.is_natural_person() {
            mock.0.enter(request, "CREATED");
        } else if flow == Flow::ValidateApproves {
            mock.0.enter(request, "ENROLLREADY");
        }
        Ok(request.clone())
    })?;
    let approved = request.status == "ENROLLREADY";
    let secrets = if approved {
        subscriber_secrets(&request)
    } else {
        json!({})
    };
    Ok(Json(
        json!({"secrets": secrets, "request": object::request(&mock.0, &request, false)}),
    ))
}

pub async fn refuse(
    State(mock): State<Mock>,
    Path(pk): Path<String>,
    JsonObject(body): JsonObject,
) -> Result<Json<Value>, ApiError> {
    let pk = path_pk(&pk, "Request")?;
    let rao = operator(&mock, &body)?;
    let reason = text(&body, "reason").ok_or_else(|| ApiError::missing_parameter("reason"))?;
    let reopens = mock.0.switches().refusal_reopens;
    mock.0.change(|store| {
        let request = store.request_mut(pk)?;
        let reviewable =
            request.status == "VIDEOREVIEW" && videoid_status(request) == Some("REVIEW");
        match &mut request.videoid {
            // Which state the request then has is not documented: it stays as it is.
            Some(videoid) if reviewable => {
                videoid.status = "REFUSED".to_string();
                videoid.refusal_reason = Some(reason.to_string());
                videoid.validation_operator = Some(rao);
                if reopens {
                    // What was refused is asked for anew, all of it.
                    videoid.data = None;
                    videoid.acceptance = None;
                    videoid.images.clear();
                    videoid.video = None;
                    mock.0.enter(request, "VIDEOPENDING");
                }
                Ok(())
            }
            _ => Err(ApiError::wrong_state()),
        }
    })?;
    Ok(Json(json!({"videoid_status": "REFUSED", "reason": reason})))
}

/// Whether the request waits for its approval in this flow.
fn awaits_approval(request: &RequestRecord, flow: Flow) -> bool {
    match (request.status.as_str(), videoid_status(request)) {
        ("CREATED", None | Some("VALIDATED")) => true,
        ("VIDEOREVIEW", Some("REVIEW")) => flow == Flow::OneStep,
        ("VIDEOREVIEW", Some("VALIDATED")) => flow == Flow::TwoStep,
        _ => false,
    }
}

pub async fn receipt(
    State(mock): State<Mock>,
    Path(pk): Path<String>,
    JsonObject(body): JsonObject,
) -> Result<Json<Value>, ApiError> {
    let pk = path_pk(&pk, "Request")?;
    let rao = known_rao(&mock, &body, "rao")?;
    if text(&body, "type") != Some("APPROVE") {
        return Err(ApiError::bad_parameter("type must be APPROVE"));
    }
    let store = mock.0.store();
    let request = store.request(pk)?;
    if !matches!(request.status.as_str(), "CREATED" | "VIDEOREVIEW") {
        return Err(ApiError::wrong_state());
    }
    let name = ["given_name", "surname_1", "surname_2"]
        .map(|name| request.field(name).unwrap_or_default())
        .join(" ");
    let receipt = format!(
        "El operador {rao} de la autoridad de registro {ra} declara, a fecha {date} (UTC), que ha identificado a {name}, \
         con documento {document} número {number} expedido por {country}, mediante el vídeo y las evidencias de la \
         solicitud {pk}. Declara que ha comprobado que los datos de la solicitud coinciden con los del documento, que \
         la persona ha sido informada de las condiciones del servicio y que las ha aceptado. En consecuencia, aprueba \
         la emisión del certificado con perfil {profile}.\n\nDeclaración de prueba, sin valor jurídico.",
        ra = request.registration_authority,
        date = &crate::app::now()[..10],
        name = name.trim(),
        document = request.field("id_document_type").unwrap_or("-"),
        number = request.field("serial_number").unwrap_or("-"),
        country = request.field("id_document_country").unwrap_or("-"),
        profile = request.field("profile").unwrap_or("-"),
    );
    Ok(Json(
        json!({"serial_number": request.scratchcard.to_string(), "receipt": receipt}),
    ))
}

pub async fn approve(
    State(mock): State<Mock>,
    Path(pk): Path<String>,
    JsonObject(body): JsonObject,
) -> Result<Json<Value>, ApiError> {
    let pk = path_pk(&pk, "Request")?;
    operator(&mock, &body)?;
    let flow = mock.0.switches().flow;
    let request = mock.0.change(|store| {
        let request = store.request_mut(pk)?;
        if !awaits_approval(request, flow) {
            return Err(ApiError::wrong_state());
        }
        let missing = missing_fields(request);
        if !missing.is_empty() {
            return Err(ApiError::missing_fields(&missing));
        }
        let needs_documents = request.videoid.is_none() || !request.is_natural_person();
        if needs_documents && request.documents.is_empty() {
            return Err(ApiError::plain(
                StatusCode::BAD_REQUEST,
                "Missing required docs",
            ));
        }
        mock.0.enter(request, "ENROLLREADY");
        Ok(request.clone())
    })?;
    let secrets = subscriber_secrets(&request);
    Ok(Json(
        json!({"secrets": secrets, "request": object::request(&mock.0, &request, false)}),
    ))
}

pub async fn preauthlink(
    State(mock): State<Mock>,
    Path(pk): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let store = mock.0.store();
    let request = store.request(path_pk(&pk, "Request")?)?;
    if request.status != "ENROLLREADY" {
        return Err(ApiError::wrong_state());
    }
    let link = format!(
        "https://enroll.mock.invalid/preauth/{:016x}",
        rand::random::<u64>()
    );
    Ok(Json(json!({"preauthenticatedlink": link})))
}

pub async fn get(
    State(mock): State<Mock>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let config = &mock.0.config;
    let id = path_pk(&id, "Rao")?;
    if id == 0 || id == config.unknown_rao {
        return Err(ApiError::detail(StatusCode::NOT_FOUND, "Not found."));
    }
    Ok(Json(json!({
        "pk": id,
        "username": format!("rao{id}"),
        "is_identificator": id != config.approver_only_rao,
        "status": "ENABLED",
    })))
}
