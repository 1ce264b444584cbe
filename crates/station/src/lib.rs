//! The session: one owner of the state that joins camera, recorder, evidence and delivery; settings and storage.

pub mod clock;
pub mod contract;
pub mod failure;
mod handle;
mod message;
mod preview;
mod secret;
mod session;
pub mod settings;
pub mod store;

pub use handle::{CameraChild, StartError, Station, StationConfig, StationHandle};
pub use preview::PreviewPicture;
pub use secret::Secret;
pub use settings::{Settings, SettingsError};
