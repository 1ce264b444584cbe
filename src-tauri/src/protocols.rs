//! Pictures for the page, outside the message channel: `preview` gives the newest frame, `evidence` the pictures
//! of a case. Only the app's own page may read them.

use std::time::Duration;

use station::StationHandle;
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};

/// The page's origin, as its requests to other schemes carry it.
const PAGE_ORIGIN: &str = if cfg!(windows) {
    "http://tauri.localhost"
} else {
    "tauri://localhost"
};

/// Widths of the preview in pixels that may be asked for, and the one that is given when none is.
const MIN_WIDTH: u32 = 160;
const MAX_WIDTH: u32 = 1920;
const DEFAULT_WIDTH: u32 = 1280;

/// How long a request for the next frame is held open; the page then asks again.
const PREVIEW_WAIT: Duration = Duration::from_millis(1000);

/// `preview://localhost/?after=SEQ&width=W`: the next frame after SEQ as JPEG, its number in `X-Frame-Seq`; 204
/// when none came in time.
pub fn preview<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let station = station_of(&context);
    tauri::async_runtime::spawn(async move {
        let answer = match station {
            Some(station) => next_frame(&station, &request).await,
            None => empty(StatusCode::SERVICE_UNAVAILABLE),
        };
        responder.respond(answer);
    });
}

/// `video://localhost/?id=ID&at=MS&width=W`: the picture of the reviewed video that is shown at that time as JPEG, its
/// own time in `X-Video-Ms`; 204 when there is none, or when a later request has overtaken this one.
pub fn video<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let station = station_of(&context);
    tauri::async_runtime::spawn(async move {
        let answer = match station {
            Some(station) => video_picture(&station, &request).await,
            None => empty(StatusCode::SERVICE_UNAVAILABLE),
        };
        responder.respond(answer);
    });
}

async fn video_picture(station: &StationHandle, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let Some((id, at, width)) = video_query(request.uri().query().unwrap_or_default()) else {
        return empty(StatusCode::BAD_REQUEST);
    };
    match station.video_picture(id, at, width).await {
        Ok(Some(picture)) => respond(
            Response::builder()
                .header("X-Video-Ms", picture.at_ms)
                .header(header::CONTENT_TYPE, "image/jpeg"),
            picture.jpeg.into(),
        ),
        Ok(None) => empty(StatusCode::NO_CONTENT),
        Err(failure) => {
            tracing::warn!(code = ?failure.code, "a picture of the video could not be shown");
            empty(StatusCode::NOT_FOUND)
        }
    }
}

/// Which video, the time in milliseconds, the width; none when any is missing or no number.
fn video_query(query: &str) -> Option<(&str, u64, u32)> {
    let (mut id, mut at, mut width) = (None, None, DEFAULT_WIDTH);
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        match name {
            "id" => id = Some(value),
            "at" => at = Some(value.parse().ok()?),
            "width" => width = value.parse().ok()?,
            _ => {}
        }
    }
    Some((id?, at?, width.clamp(MIN_WIDTH, MAX_WIDTH)))
}

/// `evidence://localhost/CASE/KIND/ID`: a pending or accepted picture, one of the request under review
/// (`review/KIND/ID`), or a page of its contract (`contract/page/ID-N`). The kind is for the reader of the address; the
/// id alone says which picture it is.
pub fn evidence<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let station = station_of(&context);
    tauri::async_runtime::spawn(async move {
        let answer = match station {
            Some(station) => picture(&station, request.uri().path()).await,
            None => empty(StatusCode::SERVICE_UNAVAILABLE),
        };
        responder.respond(answer);
    });
}

fn station_of<R: Runtime>(context: &UriSchemeContext<'_, R>) -> Option<StationHandle> {
    context
        .app_handle()
        .try_state::<StationHandle>()
        .map(|station| station.inner().clone())
}

async fn next_frame(station: &StationHandle, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let Some((after, width)) = preview_query(request.uri().query().unwrap_or_default()) else {
        return empty(StatusCode::BAD_REQUEST);
    };
    match tokio::time::timeout(PREVIEW_WAIT, station.preview(after, width)).await {
        Ok(Some(picture)) => respond(
            Response::builder()
                .header("X-Frame-Seq", picture.seq)
                .header(header::CONTENT_TYPE, "image/jpeg"),
            picture.jpeg.into(),
        ),
        Ok(None) | Err(_) => empty(StatusCode::NO_CONTENT),
    }
}

async fn picture(station: &StationHandle, path: &str) -> Response<Vec<u8>> {
    let Some((case_id, id)) = picture_path(path) else {
        return empty(StatusCode::BAD_REQUEST);
    };
    match station.image(case_id, id).await {
        Ok((bytes, mime)) => respond(
            Response::builder()
                .header(header::CONTENT_TYPE, mime)
                .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            bytes.into(),
        ),
        Err(failure) => {
            tracing::warn!(code = ?failure.code, "a picture could not be read");
            empty(StatusCode::NOT_FOUND)
        }
    }
}

/// The frame number that the page has, and the width that it wants; none when either is no number.
fn preview_query(query: &str) -> Option<(u64, u32)> {
    let (mut after, mut width) = (0, DEFAULT_WIDTH);
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        match name {
            "after" => after = value.parse().ok()?,
            "width" => width = value.parse().ok()?,
            _ => {}
        }
    }
    Some((after, width.clamp(MIN_WIDTH, MAX_WIDTH)))
}

fn picture_path(path: &str) -> Option<(&str, &str)> {
    let mut parts = path.trim_start_matches('/').split('/');
    let (case_id, _kind, id) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = parts.next().is_none() && !case_id.is_empty() && !id.is_empty();
    whole.then_some((case_id, id))
}

fn empty(status: StatusCode) -> Response<Vec<u8>> {
    respond(Response::builder().status(status), Vec::new())
}

fn respond(builder: tauri::http::response::Builder, body: Vec<u8>) -> Response<Vec<u8>> {
    builder
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, PAGE_ORIGIN)
        .header(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            "X-Frame-Seq, X-Video-Ms",
        )
        .header(header::CACHE_CONTROL, "no-store")
        .body(body)
        .unwrap_or_else(|_| Response::new(Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preview_queries_are_bounded_and_checked() {
        assert_eq!(preview_query(""), Some((0, DEFAULT_WIDTH)));
        assert_eq!(preview_query("after=42&width=640"), Some((42, 640)));
        assert_eq!(preview_query("width=1"), Some((0, MIN_WIDTH)));
        assert_eq!(preview_query("width=99999"), Some((0, MAX_WIDTH)));
        assert_eq!(preview_query("after=-1"), None);
        assert_eq!(preview_query("width=wide"), None);
    }

    #[test]
    fn video_queries_name_a_video_and_a_time() {
        assert_eq!(
            video_query("id=v&at=1500&width=640"),
            Some(("v", 1500, 640))
        );
        assert_eq!(video_query("id=v&at=0"), Some(("v", 0, DEFAULT_WIDTH)));
        for query in ["", "id=v", "at=1", "id=v&at=-1", "id=v&at=soon"] {
            assert_eq!(video_query(query), None, "{query}");
        }
    }

    #[test]
    fn a_picture_has_exactly_case_kind_and_id() {
        assert_eq!(picture_path("/c1/document_front/7"), Some(("c1", "7")));
        for path in [
            "",
            "/",
            "/c1",
            "/c1/7",
            "//document_front/7",
            "/c1/k/7/x",
            "/c1/k/",
        ] {
            assert_eq!(picture_path(path), None, "{path}");
        }
    }
}
