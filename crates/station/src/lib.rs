//! The session: one owner of the state that joins camera, recorder, evidence and delivery; settings and storage.

mod camera_desk;
mod capture;
pub mod clock;
mod consent;
pub mod contract;
mod delivery;
pub mod desk;
mod enrollment;
pub mod evidence_folder;
pub mod failure;
mod handle;
pub mod health;
mod message;
mod preview;
mod ra;
mod request;
pub mod requests;
mod retention;
mod session;
pub mod settings;
mod settings_defaults;
mod source;
pub mod store;
mod training;
mod video;
mod video_file;
mod video_import;
mod views;

pub use camera::ChildCommand;
pub use desk::player::VideoPicture;
pub use handle::{StartError, Station, StationConfig, StationHandle};
pub use preview::PreviewPicture;
pub use ra_api::Secret;
pub use settings::{Settings, SettingsError};
