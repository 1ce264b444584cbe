//! What the documentation says of every call, typed by hand.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    Api,
    Video,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Text,
    Number,
    Flag,
    /// An object with keys of the caller's choice.
    Customisable,
}
pub use Type::{Customisable, Flag, Number, Text};

/// A field by its place: `videoid_data.images.document_front`.
#[derive(Debug, Clone, Copy)]
pub struct Field(pub &'static str, pub Type, pub Need);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Required,
    /// May be left out, and is sent in this test: its type is looked at.
    Sent,
}
pub use Need::{Required, Sent};

#[derive(Debug, Clone, Copy)]
pub enum Body {
    Nothing,
    /// `application/json` of these fields and no others.
    Json(&'static [Field]),
    /// `multipart/form-data` of one file at most and these texts, and nothing else.
    Form {
        file: Option<&'static str>,
        /// Where the documentation names the file's type.
        mime: Option<&'static str>,
        texts: &'static [&'static str],
    },
}

/// What the documentation says of a call.
#[derive(Debug, Clone, Copy)]
pub struct Fact {
    /// The client's method.
    pub call: &'static str,
    pub host: Host,
    pub method: &'static str,
    pub path: &'static str,
    pub query: &'static [&'static str],
    pub body: Body,
}

pub const fn api(call: &'static str, method: &'static str, path: &'static str, body: Body) -> Fact {
    Fact {
        call,
        host: Host::Api,
        method,
        path,
        query: &[],
        body,
    }
}

pub const SIGNED: [Field; 4] = [
    Field("username", Text, Required),
    Field("password", Text, Required),
    Field("pin", Text, Required),
    Field("rao_id", Text, Required),
];

/// What creates a request. The profiles of organisations have more fields, of which one stands here.
pub const NEW_REQUEST: &[Field] = &[
    Field("profile", Text, Required),
    Field("scratchcard", Text, Required),
    Field("registration_authority", Text, Required),
    Field("email", Text, Required),
    Field("videoid_mode", Number, Required),
    Field("secure_element", Text, Sent),
    Field("validity_time", Number, Sent),
    Field("identification_rao", Number, Sent),
    Field("country_name", Text, Sent),
    Field("serial_number", Text, Sent),
    Field("id_document_country", Text, Sent),
    Field("id_document_type", Text, Sent),
    Field("given_name", Text, Sent),
    Field("surname_1", Text, Sent),
    Field("surname_2", Text, Sent),
    Field("mobile_phone_number", Text, Sent),
    Field("webhook_url", Text, Sent),
    Field("organization_name", Text, Sent),
];

/// As for a new request; the country is required as well.
pub const CHANGED_REQUEST: &[Field] = &[
    Field("profile", Text, Required),
    Field("scratchcard", Text, Required),
    Field("registration_authority", Text, Required),
    Field("email", Text, Required),
    Field("country_name", Text, Required),
    Field("videoid_mode", Number, Sent),
    Field("secure_element", Text, Sent),
    Field("validity_time", Number, Sent),
    Field("identification_rao", Number, Sent),
    Field("given_name", Text, Sent),
    Field("surname_2", Text, Sent),
    Field("webhook_url", Text, Sent),
    Field("organization_name", Text, Sent),
];

pub const EVIDENCE: &[Field] = &[
    Field("acceptance", Customisable, Required),
    Field("videoid_data.images.document_front", Text, Required),
    Field("videoid_data.images.document_rear", Text, Sent),
    Field("videoid_data.images.document_photo", Text, Required),
    Field("videoid_data.images.document_owner", Text, Required),
    Field("videoid_data.ocr_data", Customisable, Required),
    Field("videoid_data.security_checks.otp_validation", Flag, Sent),
    Field("videoid_data.security_checks.documents_match", Flag, Sent),
    Field("videoid_data.security_checks.data_integrity", Flag, Sent),
    Field("videoid_data.security_checks.document_notcopy", Flag, Sent),
    Field(
        "videoid_data.security_checks.document_notexpired",
        Flag,
        Sent,
    ),
    Field(
        "videoid_data.security_checks.document_notunderage",
        Flag,
        Sent,
    ),
    Field("videoid_data.security_checks.liveliness", Flag, Sent),
    Field("videoid_data.similarity_level", Number, Sent),
];

/// The field that names the card is not documented for these two: it is sent under both names in use.
pub const CARD: &[Field] = &[
    Field("sn", Text, Required),
    Field("scratchcard", Text, Required),
];

pub const FACTS: &[Fact] = &[
    api("server_date", "GET", "/api/v1/requests/", Body::Nothing),
    api(
        "first_unused_scratchcard",
        "GET",
        "/api/v1/scratchcards/get_first_unused/",
        Body::Json(&[Field("ra", Text, Required)]),
    ),
    Fact {
        query: &["registration_authority", "sn"],
        ..api(
            "scratchcards",
            "GET",
            "/api/v1/scratchcards/",
            Body::Nothing,
        )
    },
    api(
        "scratchcard_is_used",
        "POST",
        "/api/v1/scratchcards/isused/",
        Body::Json(CARD),
    ),
    api(
        "scratchcard_whoami",
        "POST",
        "/api/v1/scratchcards/whoami/",
        Body::Json(CARD),
    ),
    api(
        "check_contact_limits",
        "POST",
        "/api/v1/requests/check_contact_data_limits/",
        Body::Json(&[
            Field("registration_authority", Number, Required),
            Field("serial_number", Text, Required),
            Field("email", Text, Required),
            Field("mobile_phone_number", Text, Required),
        ]),
    ),
    api(
        "create_request",
        "POST",
        "/api/v1/requests/",
        Body::Json(NEW_REQUEST),
    ),
    api("request", "GET", "/api/v1/requests/46760/", Body::Nothing),
    Fact {
        query: &FILTERS,
        ..api("requests", "GET", "/api/v1/requests/", Body::Nothing)
    },
    Fact {
        query: &FILTERS,
        ..api(
            "request_summaries",
            "GET",
            "/api/v1/requests/",
            Body::Nothing,
        )
    },
    // The filter by state is not documented: it is tried, and the answer shows whether it was heeded.
    Fact {
        query: &["status"],
        ..api(
            "requests_in_state",
            "GET",
            "/api/v1/requests/",
            Body::Nothing,
        )
    },
    api(
        "update_request",
        "PUT",
        "/api/v1/requests/46760/",
        Body::Json(CHANGED_REQUEST),
    ),
    api(
        "missing_fields",
        "GET",
        "/api/v1/requests/46760/validate/",
        Body::Nothing,
    ),
    api(
        "cancel",
        "DELETE",
        "/api/v1/requests/46760/cancel/",
        Body::Nothing,
    ),
    api(
        "upload_evidence",
        "PUT",
        "/api/v1/videoid/9001/",
        Body::Json(EVIDENCE),
    ),
    Fact {
        host: Host::Video,
        ..api(
            "upload_video",
            "POST",
            "/v1/upload/video/0a1b-2c3d/",
            Body::Form {
                file: Some("video"),
                mime: Some("video/mp4"),
                texts: &[],
            },
        )
    },
    api(
        "download_video",
        "GET",
        "/api/v1/download/video/0a1b-2c3d/",
        Body::Nothing,
    ),
    api(
        "upload_document",
        "POST",
        "/api/v1/requests/46760/pl_upload_document/",
        Body::Form {
            file: Some("document"),
            mime: None,
            texts: &["type"],
        },
    ),
    api(
        "upload_videoid_document",
        "POST",
        "/api/v1/requests/46760/upload_videoid_evidence/",
        Body::Form {
            file: Some("document"),
            mime: None,
            texts: &["label"],
        },
    ),
    api(
        "documents",
        "GET",
        "/api/v1/requests/46760/pl_get_documents/",
        Body::Nothing,
    ),
    api(
        "document",
        "POST",
        "/api/v1/requests/46760/pl_get_document/",
        Body::Form {
            file: None,
            mime: None,
            texts: &["type", "rao_id"],
        },
    ),
    api(
        "delete_document",
        "POST",
        "/api/v1/requests/46760/pl_delete_document/",
        Body::Form {
            file: None,
            mime: None,
            texts: &["docpk"],
        },
    ),
    api(
        "validate",
        "POST",
        "/api/v1/requests/46760/validate_videoid/",
        Body::Json(&SIGNED),
    ),
    api(
        "refuse",
        "POST",
        "/api/v1/requests/46760/refuse_videoid/",
        Body::Json(&[
            SIGNED[0],
            SIGNED[1],
            SIGNED[2],
            SIGNED[3],
            Field("reason", Text, Required),
        ]),
    ),
    api(
        "receipt",
        "POST",
        "/api/v1/requests/46760/generates_tbs_receipt/",
        Body::Json(&[Field("rao", Text, Required), Field("type", Text, Required)]),
    ),
    api(
        "approve",
        "POST",
        "/api/v1/requests/46760/pl_approve/",
        Body::Json(&[
            SIGNED[0],
            SIGNED[1],
            SIGNED[2],
            SIGNED[3],
            Field("lang", Text, Required),
        ]),
    ),
    api(
        "preauth_link",
        "POST",
        "/api/v1/requests/46760/preauthlink/",
        Body::Json(&[]),
    ),
    api("rao", "GET", "/api/v1/rao/1400/", Body::Nothing),
    // No operation of the API: any answer shows that the host is reached.
    Fact {
        host: Host::Video,
        ..api(
            "reach_video_host",
            "GET",
            "/v1/upload/video/",
            Body::Nothing,
        )
    },
];

pub const FILTERS: [&str; 8] = [
    "scratchcard",
    "given_name",
    "surname_1",
    "surname_2",
    "serial_number",
    "email",
    "mobile_phone_number",
    "registration_authority",
];
