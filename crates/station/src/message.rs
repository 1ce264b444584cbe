//! What reaches the session: commands from outside, reports from its workers.

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::contract::{Command, Failure};

/// Asks for a stored or pending picture.
pub struct ImageQuery {
    pub case_id: String,
    pub id: String,
    pub reply: oneshot::Sender<Result<(Bytes, &'static str), Failure>>,
}

pub enum Message {
    Command {
        command: Command,
        reply: oneshot::Sender<Result<(), Failure>>,
    },
    Image(ImageQuery),
    Shutdown(oneshot::Sender<()>),
    /// Every handle is gone.
    Abandon,
}
