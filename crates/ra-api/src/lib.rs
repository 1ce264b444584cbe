//! Wire types and client of the Registration Authority's API.
//!
//! Start at [`Client`]; what it needs is in [`ClientConfig`]. Calls that must not be repeated blindly are in
//! [`delivery`]: creating a request, and bringing its evidence to the RA; and in [`decision`]: validating, refusing,
//! approving, cancelling.

mod answer;
mod blob;
mod client;
mod config;
pub mod decision;
pub mod delivery;
mod error;
mod hook;
mod redact;
mod secret;
mod tls;
mod trace;
mod transport;
mod types;
mod upload;

pub use blob::{BlobSource, BytesBlob, FileBlob};
pub use client::Client;
pub use config::{
    ClientConfig, ConfigError, DEFAULT_CONNECT_TIMEOUT, DEFAULT_STALL_TIMEOUT, ExtraCa, PRODUCTION,
    ProxySetting, SANDBOX,
};
pub use error::{ErrorKind, Operation, RaError, ServerCertificateFault, TlsRejection};
pub use hook::{Hook, HookError};
pub use secret::Secret;
pub use tls::{Identity, IdentityError, IdentityFacts};
pub use types::{
    CHECK_NAMES, Check, ContactData, ContactLimits, Decision, Document, DocumentRecord, Dropped,
    FieldNotSent, FieldProblem, Id, Level, NATURAL_PERSON_PROFILES, NewRequest, Page, PageCursor,
    Presence, Rao, RaoCredentials, Receipt, ReceiptKind, Refusal, RequestFilter, RequestRecord,
    RequestState, RequestSummary, RequestUpdate, Scratchcard, SecurityChecks, Similarity,
    StateListing, VideoIdContent, VideoIdData, VideoIdState, VideoTarget, WebhookEvent,
};
pub use upload::{DataEvidence, Pacing, Progress};
