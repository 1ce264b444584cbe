//! The data evidence with its images, and the state that follows from what is there.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Map, Value, json};

use crate::answers::ApiError;
use crate::api::requests::{blocking, path_pk};
use crate::app::{Mock, Shared};
use crate::body::{JsonObject, text};
use crate::checks;
use crate::record::{ImageRecord, RequestRecord, VideoIdRecord};

/// The sides that belong to every VideoID; passports have no rear.
const IMAGES: [&str; 4] = [
    "document_front",
    "document_photo",
    "document_owner",
    "document_rear",
];

/// What is still missing for a review, in the operator's words.
fn still_missing(request: &RequestRecord, videoid: &VideoIdRecord) -> Vec<String> {
    let mut missing = Vec::new();
    let ocr = videoid
        .data
        .as_ref()
        .and_then(|data| data.get("ocr_data"))
        .and_then(Value::as_object);
    let kind = request
        .field("id_document_type")
        .or_else(|| ocr.and_then(|ocr| text(ocr, "id_document_type")));
    for name in IMAGES {
        let needed = name != "document_rear" || kind != Some("PAS");
        if needed && !videoid.images.contains_key(name) {
            missing.push(format!("{name} is missing"));
        }
    }
    if videoid.acceptance.as_ref().is_none_or(Map::is_empty) {
        missing.push("acceptance is missing or empty".to_string());
    }
    if ocr.is_none_or(Map::is_empty) {
        missing.push("ocr_data is missing or empty".to_string());
    }
    if videoid.video.is_none() {
        missing.push("the video is missing".to_string());
    }
    missing
}

/// Enters the state that follows from what is there.
fn settle(shared: &Shared, request: &mut RequestRecord) {
    let Some(mut videoid) = request.videoid.take() else {
        return;
    };
    let mut problems: Vec<String> = videoid
        .images
        .iter()
        .filter_map(|(name, image)| {
            image
                .problem
                .as_ref()
                .map(|problem| format!("{name} {problem}"))
        })
        .collect();
    let video_problem = videoid
        .video
        .as_ref()
        .and_then(|video| video.problem.as_ref());
    problems.extend(video_problem.map(|problem| format!("video: {problem}")));
    let (status, reasons) = if problems.is_empty() {
        let missing = still_missing(request, &videoid);
        (
            if missing.is_empty() {
                "VIDEOREVIEW"
            } else {
                "VIDEOINCOMPLETE"
            },
            missing,
        )
    } else {
        ("VIDEOERROR", problems)
    };
    videoid.reasons = reasons;
    videoid.status = match status {
        "VIDEOREVIEW" => "REVIEW",
        "VIDEOERROR" => "ERROR",
        _ => "PENDING",
    }
    .to_string();
    request.videoid = Some(videoid);
    if status == "VIDEOREVIEW" {
        request.final_videos += 1;
    }
    shared.enter(request, status);
}

/// Settles now, or after the configured delay when the answer goes out before the checks decide.
pub fn settle_in_time(mock: &Mock, request: &mut RequestRecord) {
    let delay = mock.0.config.check_delay;
    if delay == Duration::ZERO {
        settle(&mock.0, request);
        return;
    }
    let (mock, pk) = (mock.clone(), request.pk);
    tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        let settled = mock.0.change(|store| {
            let request = store.request_mut(pk)?;
            if request.takes_evidence() {
                settle(&mock.0, request);
            }
            Ok(())
        });
        if settled.is_err() {
            tracing::warn!("the request's state could not be kept");
        }
    });
}

/// Data evidence as it will be kept, with its images already on the disk.
struct Received {
    acceptance: Option<Map<String, Value>>,
    data: Map<String, Value>,
    images: BTreeMap<String, ImageRecord>,
}

fn receive(shared: &Shared, pk: u64, mut body: Map<String, Value>) -> Result<Received, ApiError> {
    let acceptance = match body.remove("acceptance") {
        None | Some(Value::Null) => None,
        Some(Value::Object(acceptance)) => Some(acceptance),
        Some(_) => return Err(ApiError::bad_parameter("acceptance is not an object")),
    };
    // One example of the documentation calls the key `data`.
    let data = body.remove("videoid_data").or_else(|| body.remove("data"));
    let mut data = match data {
        Some(Value::Object(data)) => data,
        _ => return Err(ApiError::missing_parameter("videoid_data")),
    };
    let sent = match data.remove("images") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(images)) => images,
        Some(_) => return Err(ApiError::bad_parameter("images is not an object")),
    };
    let mut images = BTreeMap::new();
    for (name, value) in sent {
        if !IMAGES.contains(&name.as_str()) {
            return Err(ApiError::bad_parameter(format!(
                "images: unknown name {name}"
            )));
        }
        match value {
            Value::Null => {}
            Value::String(text) => {
                let record = receive_image(shared, pk, &name, &text)
                    .map_err(|error| ApiError::own_fault(&error))?;
                images.insert(name, record);
            }
            _ => {
                return Err(ApiError::bad_parameter(format!(
                    "images: {name} is not a string"
                )));
            }
        }
    }
    Ok(Received {
        acceptance,
        data,
        images,
    })
}

fn receive_image(shared: &Shared, pk: u64, name: &str, text: &str) -> std::io::Result<ImageRecord> {
    let nothing = ImageRecord {
        file: None,
        bytes: 0,
        width: 0,
        height: 0,
        problem: None,
    };
    let bytes = match checks::decode_base64(text) {
        Ok(bytes) => bytes,
        Err(problem) => {
            return Ok(ImageRecord {
                problem: Some(problem),
                ..nothing
            });
        }
    };
    let file = format!("{name}-{}.jpg", uuid::Uuid::new_v4().simple());
    std::fs::write(shared.folder(pk)?.join(&file), &bytes)?;
    let mut record = ImageRecord {
        file: Some(file),
        bytes: bytes.len() as u64,
        ..nothing
    };
    if shared.checks_on() {
        match checks::check_image(&bytes) {
            Ok((width, height)) => (record.width, record.height) = (width, height),
            Err(problem) => record.problem = Some(problem),
        }
    }
    Ok(record)
}

/// Deletes what a repetition replaced; a file that is already gone is no fault.
pub fn discard(shared: &Shared, pk: u64, files: impl IntoIterator<Item = String>) {
    for file in files {
        // Shared by all that the mock began with.
        if file.starts_with(crate::seed::SHARED) {
            continue;
        }
        if let Err(error) = std::fs::remove_file(shared.blob(pk, &file)) {
            tracing::debug!(%error, "replaced evidence was not there");
        }
    }
}

pub async fn upload_data(
    State(mock): State<Mock>,
    Path(video_pk): Path<String>,
    JsonObject(body): JsonObject,
) -> Result<Json<Value>, ApiError> {
    let video_pk = path_pk(&video_pk, "VideoID")?;
    let pk = {
        let store = mock.0.store();
        let request = store
            .requests
            .values()
            .find(|request| has_pk(request, video_pk));
        let request = request.ok_or_else(|| ApiError::not_found("VideoID"))?;
        if !request.takes_evidence() {
            return Err(ApiError::wrong_state());
        }
        request.pk
    };
    let receiver = mock.clone();
    let received = blocking(move || receive(&receiver.0, pk, body)).await??;
    let fresh = received
        .images
        .values()
        .filter_map(|image| image.file.clone())
        .collect::<Vec<_>>();
    let replaced = mock.0.change(|store| {
        let request = store.request_mut(pk)?;
        let open = request.takes_evidence();
        let videoid = match &mut request.videoid {
            Some(videoid) if open => videoid,
            _ => return Err(ApiError::wrong_state()),
        };
        let replaced = std::mem::replace(&mut videoid.images, received.images);
        videoid.acceptance = received.acceptance;
        videoid.data = Some(received.data);
        request.data_uploads += 1;
        settle_in_time(&mock, request);
        Ok(replaced)
    });
    match replaced {
        Ok(replaced) => discard(
            &mock.0,
            pk,
            replaced.into_values().filter_map(|image| image.file),
        ),
        Err(error) => {
            discard(&mock.0, pk, fresh);
            return Err(error);
        }
    }
    Ok(Json(json!({"status": "200 OK"})))
}

fn has_pk(request: &RequestRecord, video_pk: u64) -> bool {
    request
        .videoid
        .as_ref()
        .is_some_and(|videoid| videoid.pk == video_pk)
}
