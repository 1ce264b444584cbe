//! The evidence: the data with its images, the video, and what they do to the request's state.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde_json::{Map, Value, json};
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;

use crate::answers::ApiError;
use crate::api::requests::{blocking, path_pk};
use crate::app::{Mock, Shared};
use crate::body::{JsonObject, text};
use crate::checks;
use crate::record::{ImageRecord, RequestRecord, VideoIdRecord, VideoRecord};

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
fn settle_in_time(mock: &Mock, request: &mut RequestRecord) {
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
fn discard(shared: &Shared, pk: u64, files: impl IntoIterator<Item = String>) {
    for file in files {
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

fn has_identifier(request: &RequestRecord, identifier: &str) -> bool {
    request
        .videoid
        .as_ref()
        .is_some_and(|videoid| videoid.video_identifier == identifier)
}

/// Why a video is not taken; the body is read to its end all the same, as the real service does.
async fn refuse_video(request: Request, error: ApiError) -> ApiError {
    let mut body = request.into_body().into_data_stream();
    while let Some(Ok(_)) = body.next().await {}
    error
}

/// The file of a video that is being received; deleted unless it is kept.
struct Incoming {
    path: tempfile::TempPath,
    bytes: u64,
}

async fn receive_video(
    shared: &Shared,
    pk: u64,
    request: Request,
) -> Result<Option<Incoming>, ApiError> {
    let broken = |error: &dyn std::fmt::Display| {
        ApiError::video(
            StatusCode::BAD_REQUEST,
            format!("Multipart form parse error - {error}"),
        )
    };
    let mut form = match Multipart::from_request(request, &()).await {
        Ok(form) => form,
        Err(_) => return Ok(None),
    };
    let mut video = None;
    while let Some(mut part) = form.next_field().await.map_err(|error| broken(&error))? {
        let is_video = part.name() == Some("video") && part.file_name().is_some();
        if is_video && part.content_type() != Some("video/mp4") {
            return Err(ApiError::video(
                StatusCode::BAD_REQUEST,
                "The part video is not of the type video/mp4",
            ));
        }
        if !is_video {
            continue;
        }
        let folder = shared
            .folder(pk)
            .map_err(|error| ApiError::own_fault(&error))?;
        let file = tempfile::Builder::new()
            .prefix("incoming-")
            .suffix(".part")
            .tempfile_in(folder);
        let (file, path) = file
            .map_err(|error| ApiError::own_fault(&error))?
            .into_parts();
        let mut file =
            tokio::io::BufWriter::with_capacity(1 << 20, tokio::fs::File::from_std(file));
        let mut bytes = 0;
        while let Some(chunk) = part.chunk().await.map_err(|error| broken(&error))? {
            bytes += chunk.len() as u64;
            file.write_all(&chunk)
                .await
                .map_err(|error| ApiError::own_fault(&error))?;
        }
        file.flush()
            .await
            .map_err(|error| ApiError::own_fault(&error))?;
        video = Some(Incoming { path, bytes });
    }
    Ok(video)
}

pub async fn upload_video(
    State(mock): State<Mock>,
    Path(identifier): Path<String>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let found = {
        let store = mock.0.store();
        let found = store
            .requests
            .values()
            .find(|request| has_identifier(request, &identifier));
        found.map(|request| (request.pk, request.takes_evidence()))
    };
    let pk = match found {
        None => {
            let error = ApiError::video(StatusCode::NOT_FOUND, "Video identifier not found");
            return Err(refuse_video(request, error).await);
        }
        Some((_, false)) => {
            let error = ApiError::video(StatusCode::PRECONDITION_FAILED, "Invalid request status");
            return Err(refuse_video(request, error).await);
        }
        Some((pk, true)) => pk,
    };
    let Some(incoming) = receive_video(&mock.0, pk, request).await? else {
        return Err(ApiError::video(
            StatusCode::BAD_REQUEST,
            "No video file provided",
        ));
    };
    let path: PathBuf = incoming.path.to_path_buf();
    let checked = if mock.0.checks_on() {
        blocking(move || checks::check_video(&path)).await?
    } else {
        Ok(Value::Null)
    };
    let file = format!("video-{}.mp4", uuid::Uuid::new_v4().simple());
    let kept = mock.0.blob(pk, &file);
    let (facts, problem) = match checked {
        Ok(facts) => (facts, None),
        Err(problem) => (Value::Null, Some(problem)),
    };
    let video = VideoRecord {
        file,
        bytes: incoming.bytes,
        facts,
        problem,
    };
    let replaced = mock.0.change(|store| {
        let request = store.request_mut(pk)?;
        let open = request.takes_evidence();
        let videoid = match &mut request.videoid {
            Some(videoid) if open => videoid,
            _ => {
                return Err(ApiError::video(
                    StatusCode::PRECONDITION_FAILED,
                    "Invalid request status",
                ));
            }
        };
        incoming
            .path
            .persist(&kept)
            .map_err(|error| ApiError::own_fault(&error))?;
        let replaced = videoid.video.replace(video);
        request.video_uploads += 1;
        settle_in_time(&mock, request);
        Ok(replaced)
    })?;
    discard(&mock.0, pk, replaced.map(|video| video.file));
    Ok(Json(json!({"status": "200 OK"})))
}

pub async fn download_video(
    State(mock): State<Mock>,
    Path(identifier): Path<String>,
) -> Result<Response, ApiError> {
    let path = {
        let store = mock.0.store();
        let request = store
            .requests
            .values()
            .find(|request| has_identifier(request, &identifier));
        let videoid = request.and_then(|request| Some((request.pk, request.videoid.as_ref()?)));
        videoid.and_then(|(pk, videoid)| Some(mock.0.blob(pk, &videoid.video.as_ref()?.file)))
    };
    let path = path.ok_or_else(|| ApiError::not_found("Video"))?;
    stream_file(path, "video/mp4").await
}

/// A file as an answer, without being read into memory.
pub async fn stream_file(path: PathBuf, kind: &'static str) -> Result<Response, ApiError> {
    let file = tokio::fs::File::open(&path)
        .await
        .map_err(|error| ApiError::own_fault(&error))?;
    let length = file
        .metadata()
        .await
        .map_err(|error| ApiError::own_fault(&error))?
        .len();
    let headers = [
        (header::CONTENT_TYPE, kind.to_string()),
        (header::CONTENT_LENGTH, length.to_string()),
    ];
    Ok((
        headers,
        Body::from_stream(ReaderStream::with_capacity(file, 1 << 16)),
    )
        .into_response())
}
