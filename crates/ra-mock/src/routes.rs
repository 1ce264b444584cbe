//! The one table of operations: it builds the router, and the published contract is compared with it.

use std::time::Instant;

use axum::Router;
use axum::extract::{DefaultBodyLimit, OriginalUri, Request};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::answers::ApiError;
use crate::api::{documents, evidence, rao, requests, scratchcards, video};
use crate::app::{Mock, now};
use crate::connection::ConnectionControl;
use crate::faults::{self, Struck};
use crate::record::Call;
use crate::{inspect, page};

/// One operation: its name is what faults and the log call it, and the contract's `operationId`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    pub name: &'static str,
    pub method: &'static str,
    pub path: &'static str,
}

macro_rules! operations {
    ($( $name:literal $method:ident $path:literal => $handler:expr; )*) => {
        /// Every operation of the mock.
        pub const OPERATIONS: &[Operation] = &[
            $( Operation { name: $name, method: stringify!($method), path: $path } ),*
        ];

        fn handlers() -> Vec<(Operation, MethodRouter<Mock>)> {
            vec![
                $( (
                    Operation { name: $name, method: stringify!($method), path: $path },
                    on(MethodFilter::$method, $handler),
                ) ),*
            ]
        }
    };
}

operations! {
    "get_first_unused_scratchcard" GET "/api/v1/scratchcards/get_first_unused/" => scratchcards::first_unused;
    "list_scratchcards" GET "/api/v1/scratchcards/" => scratchcards::list;
    "scratchcard_is_used" POST "/api/v1/scratchcards/isused/" => scratchcards::is_used;
    "scratchcard_whoami" POST "/api/v1/scratchcards/whoami/" => scratchcards::whoami;
    "check_contact_data_limits" POST "/api/v1/requests/check_contact_data_limits/" => requests::check_contact;
    "create_request" POST "/api/v1/requests/" => requests::create;
    "list_requests" GET "/api/v1/requests/" => requests::list;
    "get_request" GET "/api/v1/requests/{pk}/" => requests::get;
    "update_request" PUT "/api/v1/requests/{pk}/" => requests::update;
    "request_missing_fields" GET "/api/v1/requests/{pk}/validate/" => requests::missing;
    "cancel_request" DELETE "/api/v1/requests/{pk}/cancel/" => requests::cancel;
    "upload_document" POST "/api/v1/requests/{pk}/pl_upload_document/" => documents::upload;
    "upload_videoid_evidence" POST "/api/v1/requests/{pk}/upload_videoid_evidence/" => documents::upload_labelled;
    "put_videoid_evidence" PUT "/api/v1/requests/{pk}/upload_videoid_evidence/" => documents::upload_labelled;
    "list_documents" GET "/api/v1/requests/{pk}/pl_get_documents/" => documents::list;
    "get_document" POST "/api/v1/requests/{pk}/pl_get_document/" => documents::get;
    "delete_document" POST "/api/v1/requests/{pk}/pl_delete_document/" => documents::delete;
    "upload_evidence" PUT "/api/v1/videoid/{video_pk}/" => evidence::upload_data;
    "upload_video" POST "/v1/upload/video/{video_identifier}/" => video::upload;
    "download_video" GET "/api/v1/download/video/{video_identifier}/" => video::download;
    "validate_videoid" POST "/api/v1/requests/{pk}/validate_videoid/" => rao::validate;
    "refuse_videoid" POST "/api/v1/requests/{pk}/refuse_videoid/" => rao::refuse;
    "generate_receipt" POST "/api/v1/requests/{pk}/generates_tbs_receipt/" => rao::receipt;
    "approve_request" POST "/api/v1/requests/{pk}/pl_approve/" => rao::approve;
    "preauthlink" POST "/api/v1/requests/{pk}/preauthlink/" => rao::preauthlink;
    "get_rao" GET "/api/v1/rao/{id}/" => rao::get;
    "mock_page" GET "/" => page::page;
    "mock_requests" GET "/_mock/requests" => inspect::requests;
    "mock_request" GET "/_mock/requests/{pk}" => inspect::request;
    "mock_evidence" GET "/_mock/requests/{pk}/{evidence}" => inspect::evidence;
    "mock_calls" GET "/_mock/calls" => inspect::calls;
    "mock_faults" GET "/_mock/faults" => inspect::faults;
    "mock_add_fault" POST "/_mock/faults" => inspect::add_fault;
    "mock_clear_faults" DELETE "/_mock/faults" => inspect::clear_faults;
    "mock_settings" GET "/_mock/settings" => inspect::settings;
    "mock_set_settings" POST "/_mock/settings" => inspect::set_settings;
}

impl Operation {
    /// Faults and the log concern the API, not the mock's own pages.
    pub fn is_api(&self) -> bool {
        self.path.starts_with("/api/") || self.path.starts_with("/v1/")
    }
}

pub(crate) fn router(mock: Mock) -> Router {
    let mut router: Router<Mock> = Router::new();
    for (operation, handler) in handlers() {
        let handler = if operation.is_api() {
            let mock = mock.clone();
            handler.layer(from_fn(move |request: Request, next: Next| {
                let mock = mock.clone();
                async move { call(mock, operation.name, request, next).await }
            }))
        } else {
            handler
        };
        router = router.route(operation.path, handler);
    }
    router
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::disable())
        .with_state(mock)
}

/// Enters the call into the log also when its future is dropped, as after a reset.
struct Logged {
    mock: Mock,
    call: Option<Call>,
    began: Instant,
}

impl Drop for Logged {
    fn drop(&mut self) {
        if let Some(mut call) = self.call.take() {
            call.duration_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.mock.0.log(call);
        }
    }
}

async fn call(mock: Mock, operation: &'static str, request: Request, next: Next) -> Response {
    let kinds = mock.0.faults.strike(operation);
    let entry = Call {
        date: now(),
        method: request.method().to_string(),
        path: request.uri().path().to_string(),
        operation,
        status: None,
        duration_ms: 0,
        faults: faults::names(&kinds),
    };
    let mut logged = Logged {
        mock,
        call: Some(entry),
        began: Instant::now(),
    };
    let connection = request.extensions().get::<ConnectionControl>().cloned();
    let answer = match faults::before(kinds, request).await {
        Struck::Answered(answer) => answer,
        Struck::HandOn { request, after } => {
            faults::after(after, connection, next.run(request).await).await
        }
    };
    if let Some(call) = &mut logged.call {
        call.status = Some(answer.status().as_u16());
    }
    answer
}

fn matches(template: &str, path: &str) -> bool {
    let (mut expected, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (expected.next(), given.next()) {
            (None, None) => return true,
            (Some(part), Some(segment))
                if part == segment || (part.starts_with('{') && !segment.is_empty()) => {}
            _ => return false,
        }
    }
}

/// A path without its last slash is treated as the real service's framework does: a GET is redirected,
/// any other method is an error, because a redirect would lose the body.
async fn unknown_path(OriginalUri(uri): OriginalUri, method: Method) -> Response {
    let with_slash = format!("{}/", uri.path());
    if !OPERATIONS
        .iter()
        .any(|operation| operation.is_api() && matches(operation.path, &with_slash))
    {
        return ApiError::detail(StatusCode::NOT_FOUND, "Not found.").into_response();
    }
    if method == Method::GET || method == Method::HEAD {
        let query = uri
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        return (
            StatusCode::MOVED_PERMANENTLY,
            [(header::LOCATION, with_slash + &query)],
        )
            .into_response();
    }
    let words = format!(
        "You called this URL via {method}, but the URL doesn't end in a slash. The service can't redirect to the \
         slash URL while maintaining {method} data. Call {with_slash} instead."
    );
    ApiError::detail(StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
}

async fn wrong_method(method: Method) -> Response {
    ApiError::detail(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("Method \"{method}\" not allowed."),
    )
    .into_response()
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn templates_match_whole_paths_only() {
        let cases = [
            ("/api/v1/requests/{pk}/", "/api/v1/requests/7/", true),
            ("/api/v1/requests/{pk}/", "/api/v1/requests//", false),
            (
                "/api/v1/requests/{pk}/",
                "/api/v1/requests/7/cancel/",
                false,
            ),
            ("/api/v1/requests/", "/api/v1/requests/", true),
            ("/api/v1/requests/", "/v1/requests/", false),
        ];
        for (template, path, expected) in cases {
            assert_eq!(matches(template, path), expected, "{template} {path}");
        }
    }
}
