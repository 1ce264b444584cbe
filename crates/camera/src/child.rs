//! The child process: owns the camera, writes frames to standard output until its input ends.

use std::io::{self, BufRead, BufWriter, Write};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, channel};

use crate::error::CameraError;
use crate::nokhwa_camera::{self, NokhwaCamera};
use crate::protocol::{self, Message, Request};

/// The whole life of the child: `… camera-child list` or `… camera-child open ID`.
pub fn child_main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(2).collect();
    let requests = watch_input();
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let ended = match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["list"] => list(&mut out),
        ["open", id] => stream(id, &requests, &mut out),
        _ => Err(CameraError::Process("unknown arguments".into())),
    };
    let Err(error) = ended else {
        return ExitCode::SUCCESS;
    };
    let failed = Message::Failed {
        code: error.code().to_owned(),
        detail: error.detail().to_owned(),
    };
    // Nobody may be reading any more; then there is nobody to tell.
    match protocol::write(&mut out, &failed, &[]) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Reads requests on a thread of its own. The end of the input ends the process at once, even while a frozen driver
/// holds the main thread: a child never outlives the app.
fn watch_input() -> Receiver<Request> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if let Ok(request) = serde_json::from_str(&line)
                && sender.send(request).is_err()
            {
                break;
            }
        }
        std::process::exit(0);
    });
    receiver
}

fn list(out: &mut impl Write) -> Result<(), CameraError> {
    let devices = nokhwa_camera::list()?;
    send(out, &Message::Devices { devices }, &[])
}

fn stream(id: &str, requests: &Receiver<Request>, out: &mut impl Write) -> Result<(), CameraError> {
    let mut camera = NokhwaCamera::open(id)?;
    send(
        out,
        &Message::Opened {
            name: camera.name.clone(),
        },
        &[],
    )?;
    let mut shot = None;
    loop {
        for request in requests.try_iter() {
            shot = match request {
                Request::Still { shot } => {
                    camera.switch_to_still()?;
                    Some(shot)
                }
                Request::Preview => {
                    camera.switch_to_preview()?;
                    None
                }
            };
        }
        match camera.frame() {
            Ok(frame) => {
                let head = Message::Frame {
                    format: frame.mode.format,
                    width: frame.mode.width,
                    height: frame.mode.height,
                    shot,
                };
                send(out, &head, &frame.data)?;
            }
            Err(CameraError::Format(detail)) => send(out, &Message::Damaged { detail }, &[])?,
            Err(error) => return Err(error),
        }
    }
}

fn send(out: &mut impl Write, message: &Message, body: &[u8]) -> Result<(), CameraError> {
    protocol::write(out, message, body).map_err(|error| CameraError::Process(error.to_string()))
}
