//! What the RAO's part sends and gets: documents, decision, declaration, contract.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::lenient::{Dropped, Id, optional_flag, optional_id, optional_text, unknown_fields};
use super::request::RequestRecord;
use crate::secret::Secret;

/// The RAO's own credentials, for one call. Never stored, never printed.
#[derive(Debug, Clone)]
pub struct RaoCredentials {
    pub username: String,
    pub password: Secret,
    pub pin: Secret,
    pub rao_id: Id,
}

/// A document of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentRecord {
    #[serde(default, deserialize_with = "optional_id")]
    pub pk: Option<Id>,
    #[serde(rename = "type", default, deserialize_with = "optional_text")]
    pub kind: Option<String>,
    #[serde(flatten, deserialize_with = "unknown_fields")]
    pub extra: Map<String, Value>,
}

/// A document with its content, decoded.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    pub kind: String,
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("kind", &self.kind)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

/// Answer of validate and approve, without the subscriber's secrets.
#[derive(Debug, Clone, Deserialize)]
pub struct Decision {
    #[serde(default)]
    pub request: Option<RequestRecord>,
    #[serde(default)]
    #[allow(
        dead_code,
        reason = "named so that it is skipped instead of kept in `extra`"
    )]
    secrets: Dropped,
    #[serde(flatten, deserialize_with = "unknown_fields")]
    pub extra: Map<String, Value>,
}

/// Answer of refuse.
#[derive(Debug, Clone, Deserialize)]
pub struct Refusal {
    #[serde(default, deserialize_with = "optional_text")]
    pub videoid_status: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    pub reason: Option<String>,
    #[serde(default)]
    #[allow(
        dead_code,
        reason = "named so that it is skipped instead of kept in `extra`"
    )]
    secrets: Dropped,
    #[serde(flatten, deserialize_with = "unknown_fields")]
    pub extra: Map<String, Value>,
}

/// What a declaration is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptKind {
    Approve,
    Revoke,
}

impl ReceiptKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "APPROVE",
            Self::Revoke => "REVOKE",
        }
    }
}

/// The declaration that the RAO is shown before deciding.
#[derive(Clone, Deserialize)]
pub struct Receipt {
    #[serde(default, deserialize_with = "optional_text")]
    pub serial_number: Option<String>,
    pub receipt: String,
    #[serde(flatten, deserialize_with = "unknown_fields")]
    pub extra: Map<String, Value>,
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt").finish_non_exhaustive()
    }
}

/// A Registration Authority Officer.
#[derive(Clone, Serialize, Deserialize)]
pub struct Rao {
    #[serde(default, alias = "id", deserialize_with = "optional_id")]
    pub pk: Option<Id>,
    /// Whether this officer may identify without approving.
    #[serde(default, deserialize_with = "optional_flag")]
    pub is_identificator: Option<bool>,
    #[serde(default, skip_serializing)]
    #[allow(
        dead_code,
        reason = "named so that it is skipped instead of kept in `extra`"
    )]
    secrets: Dropped,
    #[serde(flatten, deserialize_with = "unknown_fields")]
    pub extra: Map<String, Value>,
}

impl fmt::Debug for Rao {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rao")
            .field("pk", &self.pk)
            .field("is_identificator", &self.is_identificator)
            .finish_non_exhaustive()
    }
}

/// What the RA posts to its `webhook_url` at each change of state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WebhookEvent {
    pub status: super::state::RequestState,
    /// As sent: local to the server, without an offset.
    #[serde(default, deserialize_with = "optional_text")]
    pub date: Option<String>,
    #[serde(default)]
    pub previous_status: Option<super::state::RequestState>,
    pub request: Id,
    #[serde(default, deserialize_with = "optional_id")]
    pub registration_authority: Option<Id>,
    #[serde(flatten, deserialize_with = "unknown_fields")]
    pub extra: Map<String, Value>,
}
