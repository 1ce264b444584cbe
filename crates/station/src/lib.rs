//! The session: one owner of the state that joins camera, recorder, evidence and delivery; settings and storage.

pub mod contract;
