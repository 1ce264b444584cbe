//! What pictures show: machine-readable zones, documents, faces. No camera, no network, no UI.

pub mod document;
pub mod face;
pub mod guidance;
pub mod intake;
pub mod liveness;
mod models;
pub mod mrz;
mod picture;
pub mod printed;
pub mod quality;
pub mod reading;
mod runtime;

pub use models::ModelError;
pub use picture::Picture;
