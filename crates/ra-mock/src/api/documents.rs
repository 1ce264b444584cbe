//! Documents that are attached to a request beside its evidence, and the contract.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::answers::ApiError;
use crate::api::requests::{blocking, path_pk};
use crate::app::Mock;
use crate::body::{Fields, number, number_field, present, text};
use crate::pdf;
use crate::record::DocumentRecord;

fn attach(
    mock: &Mock,
    pk: &str,
    fields: &Fields,
    kind: &str,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let pk = path_pk(pk, "Request")?;
    mock.0.store().request(pk)?;
    let bytes = fields
        .file
        .as_ref()
        .ok_or_else(|| ApiError::missing_parameter("document"))?;
    let file = format!("attached-{}", uuid::Uuid::new_v4().simple());
    let folder = mock
        .0
        .folder(pk)
        .map_err(|error| ApiError::own_fault(&error))?;
    std::fs::write(folder.join(&file), bytes).map_err(|error| ApiError::own_fault(&error))?;
    let document = mock.0.change(|store| {
        let number = store.next_document_pk;
        let request = store.request_mut(pk)?;
        let document = DocumentRecord {
            pk: number,
            kind: kind.to_string(),
            file,
            bytes: bytes.len() as u64,
        };
        request.documents.push(document.clone());
        store.next_document_pk += 1;
        Ok(document)
    })?;
    Ok((
        StatusCode::CREATED,
        Json(json!({"pk": document.pk, "type": document.kind})),
    ))
}

pub async fn upload(
    State(mock): State<Mock>,
    Path(pk): Path<String>,
    fields: Fields,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let kind = text(&fields.values, "type").ok_or_else(|| ApiError::missing_parameter("type"))?;
    attach(&mock, &pk, &fields, kind)
}

pub async fn upload_labelled(
    State(mock): State<Mock>,
    Path(pk): Path<String>,
    fields: Fields,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    if present(&fields.values, "label").is_none() {
        return Err(ApiError::missing_parameter("label"));
    }
    attach(&mock, &pk, &fields, "videoid_evidence")
}

pub async fn list(
    State(mock): State<Mock>,
    Path(pk): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let store = mock.0.store();
    let request = store.request(path_pk(&pk, "Request")?)?;
    let documents = request.documents.iter();
    Ok(Json(
        documents
            .map(|document| json!({"pk": document.pk, "type": document.kind}))
            .collect(),
    ))
}

pub async fn delete(
    State(mock): State<Mock>,
    Path(pk): Path<String>,
    fields: Fields,
) -> Result<Json<Value>, ApiError> {
    let pk = path_pk(&pk, "Request")?;
    // The schema calls it `docpk`.
    let document =
        number_field(&fields.values, "pk").or_else(|_| number_field(&fields.values, "docpk"))?;
    let file = mock.0.change(|store| {
        let documents = &mut store.request_mut(pk)?.documents;
        let found = documents
            .iter()
            .position(|attached| attached.pk == document);
        Ok(documents
            .remove(found.ok_or_else(|| ApiError::not_found("Document"))?)
            .file)
    })?;
    if let Err(error) = std::fs::remove_file(mock.0.blob(pk, &file)) {
        tracing::debug!(%error, "the document's file was not there");
    }
    Ok(Json(json!({"status": "Document deleted"})))
}

/// Base64 in lines of 76, as the service sends documents.
fn in_lines(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(76)
        .filter_map(|line| std::str::from_utf8(line).ok())
        .collect();
    lines.join("\n") + "\n"
}

pub async fn get(
    State(mock): State<Mock>,
    Path(pk): Path<String>,
    fields: Fields,
) -> Result<Json<Value>, ApiError> {
    let pk = path_pk(&pk, "Request")?;
    let kind = text(&fields.values, "type")
        .ok_or_else(|| ApiError::missing_parameter("type"))?
        .to_string();
    let request = mock.0.store().request(pk)?.clone();
    let bytes = if kind == "contract" {
        let rao = present(&fields.values, "rao_id")
            .ok_or_else(|| ApiError::missing_parameter("rao_id"))?;
        if number(rao).is_none_or(|rao| rao == mock.0.config.unknown_rao) {
            return Err(crate::api::requests::unknown_rao());
        }
        if !matches!(request.status.as_str(), "CREATED" | "VIDEOREVIEW") {
            return Err(ApiError::wrong_state());
        }
        pdf::contract(&request)
    } else {
        let attached = request
            .documents
            .iter()
            .rev()
            .find(|document| document.kind == kind);
        let path = match attached {
            Some(document) => Some(mock.0.blob(pk, &document.file)),
            None => mock.0.evidence_path(pk, &kind).filter(|_| kind != "video"),
        };
        let path = path.ok_or_else(|| ApiError::not_found("Document"))?;
        blocking(move || std::fs::read(path))
            .await?
            .map_err(|error| ApiError::own_fault(&error))?
    };
    Ok(Json(json!([{"document": in_lines(&bytes), "type": kind}])))
}
