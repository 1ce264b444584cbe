//! A mock of the Registration Authority's server, written from the API's documentation alone.
//!
//! It shares no type with the client, so that it judges what the client sends instead of mirroring it.
//! Start reading at [`routes`]: one table names every operation and builds the router.

mod answers;
mod api;
mod app;
mod body;
mod checks;
mod config;
mod connection;
mod faults;
mod inspect;
mod page;
mod pdf;
mod record;
pub mod routes;
mod seed;
mod server;
mod store;
mod tls;
mod webhook;

pub use app::Mock;
pub use config::{Flow, MockConfig, MockError, RaoAccount};
pub use faults::{ActiveFault, Fault, FaultControl, FaultKind};
pub use record::{
    Call, DocumentRecord, ImageRecord, RequestRecord, StateChange, VideoIdRecord, VideoRecord,
    WebhookRecord,
};
pub use server::MockServer;
pub use tls::{P12_PASSWORD, TlsMaterial};
