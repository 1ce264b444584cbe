//! The RAO desk: the queue, the review of one request, decisions, and what follows them.

pub mod actions;
mod pdf;
mod player;
mod qr;
mod queue;
mod sealed;
