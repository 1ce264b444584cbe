//! The RAO desk: the queue, the review of one request, decisions, and what follows them.

pub mod actions;
mod completion;
mod facts;
pub mod pdf;
pub mod player;
pub mod qr;
pub mod queue;
mod reading;
pub mod sealed;
mod seat;
