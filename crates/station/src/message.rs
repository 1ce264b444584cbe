//! What reaches the session: commands from outside, reports from its workers.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use evidence::VideoRecord;
use tokio::sync::oneshot;

use crate::camera_desk::CameraReport;
use crate::code::CodeReport;
use crate::contract::{Command, Failure, HealthItem};
use crate::delivery::DeliveryReport;
use crate::desk::DeskReport;
use crate::desk::player::Player;
use crate::guiding::{GuideReport, LookReport};
use crate::reading::SeenReport;
use crate::register::RegisterReport;
use crate::request::RequestReport;
use crate::video::RecorderReport;

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
    Export {
        case_id: String,
        folder: PathBuf,
        reply: oneshot::Sender<Result<(), Failure>>,
    },
    Health {
        run: u64,
        item: HealthItem,
    },
    /// What the RA says of the operator with that number, in that run of the station check.
    Operator {
        run: u64,
        rao_id: Option<String>,
        item: HealthItem,
    },
    HealthDone {
        run: u64,
    },
    /// The address towards the RA of that API host.
    LocalIp {
        api: String,
        ip: Option<String>,
    },
    Camera(CameraReport),
    Recorder(RecorderReport),
    /// A picked file was copied into the case and checked.
    Imported {
        case_id: String,
        result: Result<VideoRecord, Failure>,
    },
    /// A recording that a kill had cut off was finished.
    Recovered {
        case_id: String,
        result: Result<VideoRecord, Failure>,
    },
    Request(RequestReport),
    Delivery(DeliveryReport),
    Desk(DeskReport),
    Guide(GuideReport),
    Looked(Box<LookReport>),
    Seen(Box<SeenReport>),
    Code(CodeReport),
    Register(Box<RegisterReport>),
    /// Asks for the player of the reviewed video with that name.
    Player {
        id: String,
        reply: oneshot::Sender<Option<Arc<Player>>>,
    },
    Shutdown(oneshot::Sender<()>),
    /// Every handle is gone.
    Abandon,
}
