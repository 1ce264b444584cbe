//! The four shapes of an error, with the codes that do not always match the HTTP status.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

#[derive(Debug)]
pub enum ApiError {
    /// `{"code","id","error"}`: `code` may differ from the HTTP status.
    Coded {
        status: StatusCode,
        code: &'static str,
        error: String,
    },
    /// `{"detail"}`: from the framework.
    Detail { status: StatusCode, detail: String },
    /// `{"error"}`.
    Plain { status: StatusCode, error: String },
    /// `{"title","description"}`: from the video host.
    Titled {
        status: StatusCode,
        description: String,
    },
}

impl ApiError {
    pub fn wrong_state() -> Self {
        Self::Coded {
            status: StatusCode::PRECONDITION_FAILED,
            code: "412",
            error: "Invalid request status".into(),
        }
    }

    /// The real service says 400 in the body of this 404.
    pub fn not_found(what: &str) -> Self {
        Self::Coded {
            status: StatusCode::NOT_FOUND,
            code: "400",
            error: format!("{what} not found"),
        }
    }

    /// The real service says 415 in the body of this 412.
    pub fn missing_fields(fields: &[&str]) -> Self {
        Self::Coded {
            status: StatusCode::PRECONDITION_FAILED,
            code: "415",
            error: format!("Missing fields: {}", fields.join(", ")),
        }
    }

    pub fn bad_parameter(error: impl Into<String>) -> Self {
        Self::Coded {
            status: StatusCode::BAD_REQUEST,
            code: "400",
            error: error.into(),
        }
    }

    pub fn missing_parameter(name: &str) -> Self {
        Self::bad_parameter(format!("Missing required parameter: {name}"))
    }

    pub fn invalid_scratchcard() -> Self {
        Self::Coded {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "500",
            error: "Invalid ScratchCard".into(),
        }
    }

    pub fn detail(status: StatusCode, detail: impl Into<String>) -> Self {
        Self::Detail {
            status,
            detail: detail.into(),
        }
    }

    pub fn plain(status: StatusCode, error: impl Into<String>) -> Self {
        Self::Plain {
            status,
            error: error.into(),
        }
    }

    pub fn video(status: StatusCode, description: impl Into<String>) -> Self {
        Self::Titled {
            status,
            description: description.into(),
        }
    }

    /// A fault of the mock's own machine, such as a full disk.
    pub fn own_fault(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "the mock could not keep what it received");
        Self::plain(StatusCode::INTERNAL_SERVER_ERROR, format!("mock: {error}"))
    }
}

/// Identifies one error at the provider: 16 hexadecimal digits.
pub fn error_id() -> String {
    format!("{:016x}", rand::random::<u64>())
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, body): (StatusCode, Value) = match self {
            Self::Coded {
                status,
                code,
                error,
            } => (
                status,
                json!({"code": code, "id": error_id(), "error": error}),
            ),
            Self::Detail { status, detail } => (status, json!({ "detail": detail })),
            Self::Plain { status, error } => (status, json!({ "error": error })),
            Self::Titled {
                status,
                description,
            } => (
                status,
                json!({"title": "Upload Video Error", "description": description}),
            ),
        };
        (status, Json(body)).into_response()
    }
}
