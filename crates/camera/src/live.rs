//! A live camera as the app sees it: a child process that can be killed.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use time::OffsetDateTime;

use crate::device::{Device, Format};
use crate::error::CameraError;
use crate::frame::{Frame, FrameSource, Origin, Payload};
use crate::protocol::{self, Message, Request};

/// First argument that makes an executable of this product a camera child.
pub const CHILD_ARGUMENT: &str = "camera-child";
/// A camera that gives nothing for so long is frozen. Slow cameras in the dark still give five frames a second.
const STALL: Duration = Duration::from_secs(2);
/// A change of mode stops and starts the camera's stream: slow cameras give nothing for longer than [`STALL`].
const SWITCH: Duration = Duration::from_secs(4);
/// Opening includes the driver's set-up and the first frames.
const OPEN: Duration = Duration::from_secs(8);
/// Frames kept for a reader that is late; older ones are left out.
const WAITING: usize = 4;

/// How to start the child: an executable that calls [`crate::child_main`] when its first argument is [`CHILD_ARGUMENT`].
#[derive(Debug, Clone)]
pub struct ChildCommand {
    pub program: PathBuf,
    /// Set in the child's environment in addition to the app's own.
    pub environment: Vec<(OsString, OsString)>,
}

impl ChildCommand {
    /// The running executable. Errors: [`CameraError::Process`] when the system does not tell its path.
    pub fn this_executable() -> Result<ChildCommand, CameraError> {
        let program = std::env::current_exe().map_err(process)?;
        Ok(ChildCommand {
            program,
            environment: Vec::new(),
        })
    }
}

fn process(error: io::Error) -> CameraError {
    CameraError::Process(error.to_string())
}

/// The cameras of this machine, ours and those of other programs. Waits until `deadline` at the latest.
/// Errors: [`CameraError::NoCamera`], or why the system could not be asked.
pub fn devices(command: &ChildCommand, deadline: Instant) -> Result<Vec<Device>, CameraError> {
    let child = Running::start(command, &["list"])?;
    let mut state = child.shared.lock();
    loop {
        if let Some(devices) = state.devices.take() {
            return Ok(devices);
        }
        if let Some(error) = &state.ended {
            return Err(error.clone());
        }
        let Some(rest) = deadline.checked_duration_since(Instant::now()) else {
            return Err(CameraError::Stalled);
        };
        state = child.shared.wait(state, rest);
    }
}

/// Opens a camera by the id that [`devices`] gave it.
pub fn open_live(command: &ChildCommand, id: &str) -> Result<Box<dyn FrameSource>, CameraError> {
    let child = Running::start(command, &["open", id])?;
    let deadline = Instant::now() + OPEN;
    let mut state = child.shared.lock();
    let name = loop {
        if let Some(name) = state.name.clone() {
            break name;
        }
        if let Some(error) = &state.ended {
            return Err(error.clone());
        }
        let Some(rest) = deadline.checked_duration_since(Instant::now()) else {
            return Err(CameraError::Stalled);
        };
        state = child.shared.wait(state, rest);
    };
    drop(state);
    let marks = Device::new(id.to_owned(), name.clone(), Vec::new());
    let origin = Arc::new(Origin::Live {
        id: id.to_owned(),
        name,
        infrared: marks.infrared,
        virtual_camera: marks.virtual_camera,
    });
    Ok(Box::new(Live {
        child,
        origin,
        opened: Instant::now(),
        seq: 0,
        shots: 0,
        switched_by: Instant::now(),
    }))
}

struct Live {
    child: Running,
    origin: Arc<Origin>,
    opened: Instant,
    seq: u64,
    /// Stills asked for so far.
    shots: u64,
    /// Until then a change of mode excuses silence.
    switched_by: Instant,
}

impl Live {
    fn wait(
        &mut self,
        deadline: Instant,
        wanted: impl Fn(&Arrived) -> bool,
    ) -> Result<Frame, CameraError> {
        let mut state = self.child.shared.lock();
        loop {
            while let Some(arrived) = state.frames.pop_front() {
                self.seq = state.arrived - state.frames.len() as u64;
                match arrived {
                    Ok(frame) if wanted(&frame) => return Ok(self.frame(frame)),
                    Ok(_) => {}
                    Err(detail) => return Err(CameraError::Format(detail)),
                }
            }
            if let Some(error) = &state.ended {
                return Err(error.clone());
            }
            let now = Instant::now();
            let stalls = (state.last + STALL).max(self.switched_by);
            if now >= stalls || now >= deadline {
                // The child may hang in the driver for ever: it goes, and with it the hold on the camera.
                drop(state);
                self.child.kill();
                return Err(CameraError::Stalled);
            }
            state = self.child.shared.wait(state, stalls.min(deadline) - now);
        }
    }

    fn frame(&self, arrived: Arrived) -> Frame {
        let payload = match arrived.format {
            Format::Mjpeg => Payload::Mjpeg(arrived.data),
            Format::Yuyv => Payload::Yuyv(arrived.data),
            Format::Nv12 => Payload::Nv12(arrived.data),
            Format::Rgb => Payload::Rgb(arrived.data),
        };
        Frame {
            seq: self.seq,
            at: arrived.received.saturating_duration_since(self.opened),
            received: arrived.received,
            captured: arrived.captured,
            width: arrived.width,
            height: arrived.height,
            payload,
            origin: self.origin.clone(),
            decoded: Arc::default(),
        }
    }
}

impl FrameSource for Live {
    fn next(&mut self, deadline: Instant) -> Result<Frame, CameraError> {
        self.wait(deadline, |arrived| arrived.shot.is_none())
    }

    fn still(&mut self, deadline: Instant) -> Result<Frame, CameraError> {
        self.shoot(deadline, |_, _, still| still)
    }

    fn stills(
        &mut self,
        most: usize,
        time: Duration,
        deadline: Instant,
    ) -> Result<Vec<Frame>, CameraError> {
        self.shoot(deadline, |live, shot, still| {
            let (mut stills, until) = (vec![still], Instant::now() + time);
            while stills.len() < most
                && let Some(next) = live.next_whole(shot, until)
            {
                stills.push(next);
            }
            stills
        })
    }

    fn origin(&self) -> Arc<Origin> {
        self.origin.clone()
    }
}

impl Live {
    /// Takes a still; `more` may take others before the camera goes back to its preview.
    fn shoot<T>(
        &mut self,
        deadline: Instant,
        more: impl FnOnce(&mut Live, u64, Frame) -> T,
    ) -> Result<T, CameraError> {
        self.shots += 1;
        let shot = self.shots;
        self.switch(Request::Still { shot })?;
        let taken = self.wait_whole(shot, deadline);
        let taken = taken.map(|still| more(self, shot, still));
        // Back to the preview whatever came of the still; a camera that is gone says so at the next frame.
        if let Err(error) = self.switch(Request::Preview) {
            tracing::debug!(%error, "the camera did not go back to its preview");
        }
        taken
    }

    /// The next still that decodes, where one comes in time. That none does says nothing of the camera.
    fn next_whole(&mut self, shot: u64, until: Instant) -> Option<Frame> {
        loop {
            let mut state = self.child.shared.lock();
            let arrived = loop {
                let now = Instant::now();
                match state.frames.pop_front() {
                    Some(arrived) => break arrived,
                    None if state.ended.is_some() || now >= until => return None,
                    None => state = self.child.shared.wait(state, until - now),
                }
            };
            self.seq = state.arrived - state.frames.len() as u64;
            drop(state);
            let Some(arrived) = arrived.ok().filter(|arrived| arrived.shot == Some(shot)) else {
                continue;
            };
            let frame = self.frame(arrived);
            if frame.to_rgb().is_ok() {
                return Some(frame);
            }
        }
    }

    fn switch(&mut self, request: Request) -> Result<(), CameraError> {
        self.switched_by = Instant::now() + SWITCH;
        self.child.request(request)
    }

    /// A still that decodes whole; damaged ones are passed over until the deadline.
    fn wait_whole(&mut self, shot: u64, deadline: Instant) -> Result<Frame, CameraError> {
        loop {
            let damage = match self.wait(deadline, |arrived| arrived.shot == Some(shot)) {
                Ok(frame) => match frame.to_rgb() {
                    Ok(_) => return Ok(frame),
                    Err(damage) => damage,
                },
                Err(damage @ CameraError::Format(_)) => damage,
                Err(error) => return Err(error),
            };
            if Instant::now() >= deadline {
                return Err(damage);
            }
        }
    }
}

struct Arrived {
    format: Format,
    width: u32,
    height: u32,
    shot: Option<u64>,
    data: Bytes,
    received: Instant,
    captured: OffsetDateTime,
}

struct State {
    name: Option<String>,
    devices: Option<Vec<Device>>,
    /// The newest frames, or why one was thrown away.
    frames: VecDeque<Result<Arrived, String>>,
    arrived: u64,
    last: Instant,
    /// Set once the child has ended.
    ended: Option<CameraError>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, guard: MutexGuard<'a, State>, rest: Duration) -> MutexGuard<'a, State> {
        self.changed
            .wait_timeout(guard, rest)
            .unwrap_or_else(PoisonError::into_inner)
            .0
    }
}

/// A child with the threads that read it. Dropping it kills the child.
struct Running {
    child: Child,
    input: Option<ChildStdin>,
    shared: Arc<Shared>,
}

impl Running {
    fn start(command: &ChildCommand, arguments: &[&str]) -> Result<Running, CameraError> {
        let mut child = Command::new(&command.program)
            .arg(CHILD_ARGUMENT)
            .args(arguments)
            .envs(command.environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(process)?;
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                name: None,
                devices: None,
                frames: VecDeque::new(),
                arrived: 0,
                last: Instant::now(),
                ended: None,
            }),
            changed: Condvar::new(),
        });
        let input = child.stdin.take();
        if let (Some(output), Some(words)) = (child.stdout.take(), child.stderr.take()) {
            let words = std::thread::spawn(move || last_words(words));
            let shared = shared.clone();
            std::thread::spawn(move || read_child(output, words, &shared));
        }
        Ok(Running {
            child,
            input,
            shared,
        })
    }

    fn request(&mut self, request: Request) -> Result<(), CameraError> {
        let line = serde_json::to_string(&request).unwrap_or_default() + "\n";
        match self
            .input
            .as_mut()
            .map(|input| input.write_all(line.as_bytes()))
        {
            Some(Ok(())) => Ok(()),
            _ => Err(self
                .shared
                .lock()
                .ended
                .clone()
                .unwrap_or(CameraError::Disconnected)),
        }
    }

    fn kill(&mut self) {
        self.input = None;
        if let Err(error) = self.child.kill() {
            tracing::debug!(%error, "the camera's process has ended already");
        }
        // It is reaped without waiting: a process stuck in a driver dies when the driver lets go.
        if let Err(error) = self.child.try_wait() {
            tracing::debug!(%error, "the camera's process cannot be waited for");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
        // A child that was killed ends within milliseconds, unless a driver holds it.
        for _ in 0..50 {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(2)),
                _ => return,
            }
        }
    }
}

/// The end of what the child printed: the only trace of a crash in native code.
fn last_words(mut words: impl Read) -> String {
    let mut kept = VecDeque::new();
    let mut buffer = [0; 512];
    while let Ok(count @ 1..) = words.read(&mut buffer) {
        kept.extend(&buffer[..count]);
        let surplus = kept.len().saturating_sub(400);
        kept.drain(..surplus);
    }
    String::from_utf8_lossy(&kept.into_iter().collect::<Vec<u8>>())
        .trim()
        .to_owned()
}

fn read_child(mut output: impl Read, words: std::thread::JoinHandle<String>, shared: &Shared) {
    let ended = loop {
        let (message, body) = match protocol::read(&mut output) {
            Ok(read) => read,
            Err(_) => break None,
        };
        let mut state = shared.lock();
        state.last = Instant::now();
        match message {
            Message::Devices { devices } => state.devices = Some(devices),
            Message::Opened { name } => state.name = Some(name),
            Message::Frame {
                format,
                width,
                height,
                shot,
            } => {
                let arrived = Arrived {
                    format,
                    width,
                    height,
                    shot,
                    data: body.into(),
                    received: Instant::now(),
                    captured: OffsetDateTime::now_utc(),
                };
                keep(&mut state, Ok(arrived));
            }
            Message::Damaged { detail } => keep(&mut state, Err(detail)),
            Message::Failed { code, detail } => break Some(CameraError::from_code(&code, &detail)),
        }
        drop(state);
        shared.changed.notify_all();
    };
    let ended = ended.unwrap_or_else(|| {
        let words = words.join().unwrap_or_default();
        CameraError::Process(if words.is_empty() {
            "it ended unexpectedly".into()
        } else {
            words
        })
    });
    shared.lock().ended = Some(ended);
    shared.changed.notify_all();
}

fn keep(state: &mut State, frame: Result<Arrived, String>) {
    if state.frames.len() == WAITING {
        state.frames.pop_front();
    }
    state.arrived += 1;
    state.frames.push_back(frame);
}
