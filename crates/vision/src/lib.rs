//! What pictures show: machine-readable zones, documents, faces. No camera, no network, no UI.

pub mod mrz;
