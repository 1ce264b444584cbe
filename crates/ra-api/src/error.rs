//! The one error of a call to the RA, whatever went wrong on the way.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::types::FieldProblem;

/// Which call failed. Displays as the words an operator would use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    FirstUnusedScratchcard,
    ListScratchcards,
    ScratchcardIsUsed,
    ScratchcardWhoami,
    CheckContactLimits,
    CreateRequest,
    ReadRequest,
    ListRequests,
    UpdateRequest,
    MissingFields,
    CancelRequest,
    UploadDocument,
    UploadVideoIdDocument,
    ListDocuments,
    ReadDocument,
    DeleteDocument,
    UploadEvidence,
    UploadVideo,
    DownloadVideo,
    Validate,
    Refuse,
    Receipt,
    Approve,
    PreauthLink,
    ReadRao,
    ServerDate,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FirstUnusedScratchcard => "fetching an unused scratchcard",
            Self::ListScratchcards => "listing scratchcards",
            Self::ScratchcardIsUsed => "asking whether the scratchcard is used",
            Self::ScratchcardWhoami => "looking up the request of a scratchcard",
            Self::CheckContactLimits => "checking the contact data",
            Self::CreateRequest => "creating the request",
            Self::ReadRequest => "reading the request",
            Self::ListRequests => "listing requests",
            Self::UpdateRequest => "updating the request",
            Self::MissingFields => "asking for the request's missing fields",
            Self::CancelRequest => "cancelling the request",
            Self::UploadDocument => "uploading a document",
            Self::UploadVideoIdDocument => "uploading a VideoID document",
            Self::ListDocuments => "listing the request's documents",
            Self::ReadDocument => "reading a document",
            Self::DeleteDocument => "deleting a document",
            Self::UploadEvidence => "uploading the data evidence",
            Self::UploadVideo => "uploading the video",
            Self::DownloadVideo => "downloading the video",
            Self::Validate => "validating the identification",
            Self::Refuse => "refusing the identification",
            Self::Receipt => "fetching the declaration",
            Self::Approve => "approving the request",
            Self::PreauthLink => "fetching the pre-authenticated link",
            Self::ReadRao => "reading the RAO",
            Self::ServerDate => "asking for the server's date",
        })
    }
}

/// Why the server (or a gateway before it) would not accept the client certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TlsRejection {
    CertificateMissing,
    CertificateExpired,
    /// Issued by nobody that the server knows.
    CertificateUnknown,
    CertificateRevoked,
    /// The server did not accept it and does not say why.
    CertificateRefused,
    /// The handshake failed for another reason (versions, ciphers).
    Other,
}

/// What is wrong with the server's own certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerCertificateFault {
    Expired,
    NotYetValid,
    UnknownIssuer,
    WrongName,
    Revoked,
    Other,
}

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "reason")]
pub enum ErrorKind {
    /// No connection came about: name, route, port, proxy.
    Connect,
    /// The server turned the handshake down because of the client's side.
    TlsRejected(TlsRejection),
    /// The client turned the handshake down because of the server's certificate.
    ServerCertificate(ServerCertificateFault),
    ConnectTimeout,
    /// Connected, but no byte moved in either direction for the stall time-out.
    Stalled,
    /// By the caller's token.
    Cancelled,
    /// The connection ended without an answer: it is unknown whether the call took effect.
    ConnectionLost,
    /// The server answered with an error status.
    Http,
    /// An answer that is not what the operation promises.
    Malformed,
    /// A file on this machine could not be read, or changed while it was sent.
    LocalIo,
    /// The call could not be made from what it was given.
    InvalidInput,
}

/// A failed call to the RA. Displays as `operation: what happened`.
#[derive(Debug, Clone)]
pub struct RaError(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    operation: Operation,
    kind: ErrorKind,
    status: Option<u16>,
    code: Option<String>,
    id: Option<String>,
    text: String,
    retry_after: Option<Duration>,
    sent_bytes: Option<u64>,
    fields: Vec<FieldProblem>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl RaError {
    pub(crate) fn new(operation: Operation, kind: ErrorKind, text: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            operation,
            kind,
            status: None,
            code: None,
            id: None,
            text: text.into(),
            retry_after: None,
            sent_bytes: None,
            fields: vec![],
            source: None,
        }))
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_provider(mut self, code: Option<String>, id: Option<String>) -> Self {
        self.0.code = code;
        self.0.id = id;
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    pub(crate) fn with_sent_bytes(mut self, sent_bytes: u64) -> Self {
        self.0.sent_bytes = Some(sent_bytes);
        self
    }

    pub(crate) fn with_fields(mut self, fields: Vec<FieldProblem>) -> Self {
        self.0.fields = fields;
        self
    }

    pub(crate) fn cancelled(operation: Operation) -> Self {
        Self::new(operation, ErrorKind::Cancelled, "cancelled")
    }

    pub fn operation(&self) -> Operation {
        self.0.operation
    }

    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status, where there was an answer.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The provider's own code; it may differ from the HTTP status.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The provider's identifier of this error, which its support asks for.
    pub fn id(&self) -> Option<&str> {
        self.0.id.as_deref()
    }

    /// What happened, without the operation and without the numbers.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// How long the server asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How far an upload had come when its connection was lost.
    pub fn sent_bytes(&self) -> Option<u64> {
        self.0.sent_bytes
    }

    /// The fields that a 412 lists as missing or wrong.
    pub fn fields(&self) -> &[FieldProblem] {
        &self.0.fields
    }

    /// Whether the same call may succeed later without anything being changed. It does not say that repeating is
    /// harmless: whether the first call took effect has to be read from the request first.
    pub fn retryable(&self) -> bool {
        match self.0.kind {
            ErrorKind::Connect
            | ErrorKind::ConnectTimeout
            | ErrorKind::Stalled
            | ErrorKind::ConnectionLost
            | ErrorKind::Malformed => true,
            ErrorKind::Http => match self.0.status.unwrap_or(0) {
                408 | 425 | 429 | 502 | 503 | 504 => true,
                // The provider also answers 500 to input that will never be right.
                500 => !self.names_bad_input(),
                _ => false,
            },
            ErrorKind::TlsRejected(_)
            | ErrorKind::ServerCertificate(_)
            | ErrorKind::Cancelled
            | ErrorKind::LocalIo
            | ErrorKind::InvalidInput => false,
        }
    }

    /// Whether the call may have taken effect although it failed.
    pub fn outcome_unknown(&self) -> bool {
        match self.0.kind {
            ErrorKind::Stalled
            | ErrorKind::ConnectionLost
            | ErrorKind::Malformed
            | ErrorKind::Cancelled => true,
            ErrorKind::Http => {
                matches!(self.0.status, Some(408 | 500 | 502 | 503 | 504))
                    && !self.names_bad_input()
            }
            _ => false,
        }
    }

    /// The scratchcard is used, unknown, or was taken by another station in the meantime.
    pub fn is_invalid_scratchcard(&self) -> bool {
        self.says("invalidscratchcard")
    }

    /// The RAO's user name, password or PIN is wrong, or the RAO may not do this. The code counts as well as the
    /// status, for they may differ.
    pub fn is_rao_credentials(&self) -> bool {
        let signed = matches!(
            self.0.operation,
            Operation::Validate | Operation::Refuse | Operation::Approve
        );
        signed
            && self.0.kind == ErrorKind::Http
            && (matches!(self.0.status, Some(401 | 403))
                || matches!(self.0.code.as_deref(), Some("401" | "403")))
    }

    /// There is no RAO of this id; answered with 500.
    pub fn is_unknown_rao(&self) -> bool {
        self.says("raomatchingquerydoesnotexist")
    }

    /// The request lacks documents that its profile needs.
    pub fn is_missing_documents(&self) -> bool {
        self.says("missingrequireddoc")
    }

    /// The request lacks fields: see [`fields`](Self::fields).
    pub fn is_missing_fields(&self) -> bool {
        !self.0.fields.is_empty()
    }

    /// The request's state does not allow the call. The same status also lists missing fields, which is another case.
    pub fn is_wrong_state(&self) -> bool {
        self.0.kind == ErrorKind::Http
            && matches!(self.0.status, Some(409 | 412))
            && self.0.fields.is_empty()
    }

    fn says(&self, words: &str) -> bool {
        self.0.kind == ErrorKind::Http && squeezed(&self.0.text).contains(words)
    }

    fn names_bad_input(&self) -> bool {
        let text = squeezed(&self.0.text);
        text.contains("invalidscratchcard") || text.contains("doesnotexist")
    }
}

fn squeezed(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

impl fmt::Display for RaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.operation, self.0.text)?;
        let mut notes = Vec::new();
        if let Some(status) = self.0.status {
            notes.push(format!("HTTP {status}"));
        }
        if let Some(code) = &self.0.code
            && self
                .0
                .status
                .is_none_or(|status| status.to_string() != *code)
        {
            notes.push(format!("code {code}"));
        }
        if let Some(id) = &self.0.id {
            notes.push(format!("error id {id}"));
        }
        if !notes.is_empty() {
            write!(f, " ({})", notes.join(", "))?;
        }
        Ok(())
    }
}

impl StdError for RaError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_ref()
            .map(|source| source.as_ref() as &(dyn StdError + 'static))
    }
}
