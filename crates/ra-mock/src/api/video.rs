//! The video: streamed to the disk, checked, replaced by a repetition.

use std::path::PathBuf;

use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;

use crate::answers::ApiError;
use crate::api::evidence::{discard, settle_in_time};
use crate::api::requests::blocking;
use crate::app::{Mock, Shared};
use crate::checks;
use crate::record::{RequestRecord, VideoRecord};

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

pub async fn upload(
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

pub async fn download(
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
