//! The only place that names the camera crate: opening, listing, and what its frames and errors become here.

use std::time::{Duration, Instant};

use bytes::Bytes;
use camera::{CameraError, ChildCommand, Device, FrameSource, ReplaySpec, Scene, Turn};
use evidence::{ChallengeAction, DocumentType, Step};
use recorder::YuvFrame;

use crate::camera_desk::Still;
use crate::contract::{DeviceKind, DeviceView, Environment, Failure, FailureCode};
use crate::failure::{of, plain};
use crate::handle::StationConfig;
use crate::settings::Settings;
use crate::video::{HEIGHT, WIDTH};

pub(crate) use camera::Frame;

/// Id of the replay camera among the devices.
pub const REPLAY: &str = "replay";
/// Quality of the live view's pictures.
const PREVIEW_QUALITY: u8 = 75;

/// Stills of which an automatic capture keeps the best, and the longest time for those after the first. The last frames before the
/// shutter are no choice: they have the preview's size, and a camera gives stills from the shutter on. So the best is chosen of
/// what follows at once, while the hand still holds: most cameras give two or three stills in that time, a slow one only the first.
const BURST: usize = 3;
const BURST_TIME: Duration = Duration::from_millis(400);

/// Who asks for a still.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Shutter {
    ByHand,
    /// The station itself. What is to be captured was seen there: left, top, width, height as shares of the frame.
    Automatic([f32; 4]),
}

/// Knows what cameras there are and how to open one.
#[derive(Clone)]
pub(crate) struct Opener {
    child: Option<ChildCommand>,
    /// None offers no replay camera.
    replay: Option<ReplaySpec>,
}

/// Lists the cameras; may take as long as the system lets it.
pub(crate) struct Lister(Opener);

/// An open camera.
pub(crate) struct Source(Box<dyn FrameSource>);

impl Opener {
    pub fn new(config: &StationConfig) -> Self {
        Opener::of(&config.settings, config.camera_child.clone())
    }

    pub fn of(settings: &Settings, child: Option<ChildCommand>) -> Self {
        let offered = settings.environment == Environment::Training || settings.camera.offer_replay;
        Opener {
            child,
            replay: offered.then(|| settings.camera.spec()),
        }
    }

    pub fn offers_replay(&self) -> bool {
        self.replay.is_some()
    }

    pub fn lister(&self) -> Lister {
        Lister(self.clone())
    }

    /// Opens the device, or the first usable one: real cameras before the replay, ones that see infrared never.
    pub fn open(&self, device: Option<&str>) -> Result<Source, Failure> {
        let no_camera = || plain(FailureCode::NoCamera);
        let id = match device {
            Some(id) => id.to_owned(),
            None => {
                let devices = self
                    .lister()
                    .list(Instant::now() + Duration::from_secs(5))?;
                let usable = devices
                    .into_iter()
                    .find(|device| device.kind != DeviceKind::Infrared);
                usable.ok_or_else(no_camera)?.id
            }
        };
        let source = if id == REPLAY {
            camera::open_replay(self.replay.clone().ok_or_else(no_camera)?)
        } else {
            camera::open_live(self.child.as_ref().ok_or_else(no_camera)?, &id)
        };
        source.map(Source).map_err(|error| failure(&error))
    }
}

impl Lister {
    pub fn list(&self, deadline: Instant) -> Result<Vec<DeviceView>, Failure> {
        let live = match &self.0.child {
            None => Ok(Vec::new()),
            Some(child) => match camera::devices(child, deadline) {
                Err(CameraError::NoCamera) => Ok(Vec::new()),
                other => other,
            },
        };
        let mut devices: Vec<DeviceView> = match live {
            Ok(devices) => devices.iter().map(view).collect(),
            // The replay needs none of what failed.
            Err(_) if self.0.replay.is_some() => Vec::new(),
            Err(error) => return Err(failure(&error)),
        };
        // Real ones first, then what poses as one, then what shows no colours.
        devices.sort_by_key(|device| match device.kind {
            DeviceKind::Camera => 0,
            DeviceKind::Virtual => 1,
            DeviceKind::Infrared => 2,
            DeviceKind::Replay => 3,
        });
        if self.0.replay.is_some() {
            let replay = DeviceView {
                id: REPLAY.to_owned(),
                name: "Replay".to_owned(),
                kind: DeviceKind::Replay,
                best_width: 1920,
                best_height: 1080,
            };
            devices.push(replay);
        }
        Ok(devices)
    }
}

fn view(device: &Device) -> DeviceView {
    let (best_width, best_height) = device.best_size().unwrap_or((0, 0));
    DeviceView {
        id: device.id.clone(),
        name: device.name.clone(),
        kind: match (device.infrared, device.virtual_camera) {
            (true, _) => DeviceKind::Infrared,
            (_, true) => DeviceKind::Virtual,
            _ => DeviceKind::Camera,
        },
        best_width,
        best_height,
    }
}

/// Id of the device that a frame comes from.
pub(crate) fn device(frame: &Frame) -> String {
    match &*frame.origin {
        camera::Origin::Live { id, .. } => id.clone(),
        camera::Origin::Replay { .. } => REPLAY.to_owned(),
    }
}

impl Source {
    pub fn next(&mut self, deadline: Instant) -> Result<Frame, Failure> {
        self.0.next(deadline).map_err(|error| failure(&error))
    }

    pub fn still(&mut self, shutter: Shutter, deadline: Instant) -> Result<Still, Failure> {
        let frame = match shutter {
            Shutter::ByHand => self.0.still(deadline),
            Shutter::Automatic(place) => {
                let stills = self.0.stills(BURST, BURST_TIME, deadline);
                stills.and_then(|stills| sharpest(stills, place).ok_or(CameraError::Stalled))
            }
        }
        .map_err(|error| failure(&error))?;
        let jpeg = frame
            .still_jpeg()
            .map_err(|error| of(FailureCode::CaptureDamaged, error))?;
        let (source, simulated) = origin(&frame);
        Ok(Still {
            jpeg,
            captured_at: frame.captured,
            source,
            simulated,
        })
    }

    /// Tells the replay what stands before the camera at this step.
    pub fn show(&mut self, step: Step, document: DocumentType) {
        self.0.show(match step {
            Step::DocumentRear => Scene::DocumentRear,
            Step::Selfie => Scene::Face,
            Step::Video => Scene::Video,
            Step::DocumentFront | Step::Portrait if document == DocumentType::Pas => {
                Scene::PassportPage
            }
            Step::DocumentFront | Step::Portrait => Scene::DocumentFront,
            _ => Scene::Face,
        });
    }
}

impl Source {
    /// Tells the replay what its subject is asked to do now.
    pub fn ask(&mut self, action: Option<ChallengeAction>) {
        self.0.ask(match action {
            Some(ChallengeAction::TurnLeft) => Turn::Left,
            Some(ChallengeAction::TurnRight) => Turn::Right,
            _ => Turn::Ahead,
        });
    }
}

/// The still that is sharpest there, the first of equals: the document or the face counts, not what lies behind it.
fn sharpest(stills: Vec<Frame>, place: [f32; 4]) -> Option<Frame> {
    let sharp = |still: &Frame| sharpness(still, place).unwrap_or(0.0);
    let mut best: Option<(f32, Frame)> = None;
    for still in stills {
        let now = sharp(&still);
        if best.as_ref().is_none_or(|(before, _)| now > *before) {
            best = Some((now, still));
        }
    }
    best.map(|(_, still)| still)
}

fn sharpness(still: &Frame, [left, top, width, height]: [f32; 4]) -> Option<f32> {
    let whole = still.to_rgb().ok()?;
    let along = |from: f32, length: f32, side: u32| {
        let to = ((from + length) * side as f32).clamp(0.0, side as f32) as u32;
        let from = (from * side as f32).clamp(0.0, side as f32) as u32;
        (from, to.saturating_sub(from))
    };
    let (x, across) = along(left, width, whole.width);
    let (y, down) = along(top, height, whole.height);
    let part = whole.cropped(x, y, across, down)?;
    let part = vision::Picture::new(part.width as usize, part.height as usize, part.pixels)?;
    vision::quality::edge_sharpness(&part, vision::quality::Area::all(&part))
}

/// Name of what a frame comes from, and whether it is simulated.
pub(crate) fn origin(frame: &Frame) -> (String, bool) {
    (frame.origin.name().to_owned(), frame.origin.is_simulated())
}

/// The frame as the recorder takes it; none where it does not decode.
pub(crate) fn to_yuv(frame: &Frame, at: Duration) -> Option<YuvFrame> {
    let picture = frame.to_i420(WIDTH, HEIGHT).ok()?;
    Some(YuvFrame {
        width: WIDTH,
        height: HEIGHT,
        y: picture.y,
        u: picture.u,
        v: picture.v,
        at,
    })
}

/// The frame as a picture to look at, at most so wide; none where it does not decode.
pub(crate) fn picture(frame: &Frame, max_width: u32) -> Option<vision::Picture> {
    let whole = frame.to_rgb().ok()?;
    let (width, height, pixels) = if whole.width <= max_width {
        (whole.width, whole.height, whole.pixels.clone())
    } else {
        let height = (whole.height * max_width / whole.width).max(1);
        let small = whole.resized(max_width, height).ok()?;
        (small.width, small.height, small.pixels)
    };
    vision::Picture::new(width as usize, height as usize, pixels)
}

/// A decoded frame of a video as a picture to look at; none where its planes do not fit.
pub(crate) fn video_picture(frame: &YuvFrame) -> Option<vision::Picture> {
    let rgb = camera::Rgb::from_video(frame).ok()?;
    vision::Picture::new(rgb.width as usize, rgb.height as usize, rgb.pixels)
}

/// The same as a JPEG at most so wide.
pub(crate) fn video_jpeg(frame: &YuvFrame, max_width: u32) -> Option<Bytes> {
    let rgb = camera::Rgb::from_video(frame).ok()?;
    rgb.preview_jpeg(max_width, PREVIEW_QUALITY).ok()
}

pub(crate) fn preview_jpeg(frame: &Frame, max_width: u32) -> Option<Bytes> {
    frame.preview_jpeg(max_width, PREVIEW_QUALITY).ok()
}

fn failure(error: &CameraError) -> Failure {
    let code = match error {
        CameraError::NoCamera => FailureCode::NoCamera,
        CameraError::Disconnected => FailureCode::CameraDisconnected,
        CameraError::Stalled => FailureCode::CameraStalled,
        CameraError::Busy => FailureCode::CameraBusy,
        CameraError::Permission => FailureCode::CameraPermission,
        CameraError::Format(_) => FailureCode::CameraFormat,
        CameraError::Process(_) => FailureCode::CameraProcess,
    };
    of(code, error)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A still of stripes whose edges are so many pixels wide.
    fn striped(ramp: u32) -> Frame {
        let picture = image::RgbImage::from_fn(640, 480, |x, _| {
            let from_side = (x % 40).min(39 - x % 40);
            let at = from_side.saturating_sub(10 - ramp / 2).min(ramp);
            image::Rgb([60 + (140 * at / ramp) as u8; 3])
        });
        let folder = tempfile::tempdir().unwrap();
        picture.save(folder.path().join("stripes.jpg")).unwrap();
        let spec = ReplaySpec {
            source: Some(folder.path().to_owned()),
            ..ReplaySpec::default()
        };
        let mut source = camera::open_replay(spec).unwrap();
        let soon = Instant::now() + Duration::from_secs(20);
        source.still(soon).unwrap()
    }

    #[test]
    fn of_several_stills_the_sharpest_is_kept() {
        let place = [0.1, 0.3, 0.8, 0.6];
        let pixels = |still: &Frame| still.to_rgb().unwrap().pixels.clone();
        let sharp = striped(1);
        for stills in [
            vec![striped(12), sharp.clone()],
            vec![sharp.clone(), striped(8)],
            vec![striped(12), sharp.clone(), striped(12)],
        ] {
            let kept = sharpest(stills, place).unwrap();
            assert!(pixels(&kept) == pixels(&sharp));
        }
        assert!(sharpest(Vec::new(), place).is_none());
    }
}
