//! The replay camera: specimens, a folder of JPEGs, or an MP4, at real pace, with planted faults.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use recorder::VideoReader;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use yuv::{YuvPlanarImage, YuvRange, YuvStandardMatrix, yuv420_to_rgb};

use crate::convert::Rgb;
use crate::error::CameraError;
use crate::frame::{Frame, FrameSource, Origin, Payload, Scene};
use crate::{PREVIEW_HEIGHT, PREVIEW_WIDTH, specimen};

/// Pictures a second.
const FPS: u32 = 30;
/// Different pictures of a scene before it repeats.
const LOOP: u64 = 24;
/// Pixels that the hand shakes a document, and a face moves in the recording scene.
const SHAKE: f64 = 3.0;
const SWAY: f64 = 16.0;

/// What to play. Clones share the time since the first opening, so that a planted unplugging ends for a camera that is
/// opened again.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReplaySpec {
    /// A folder of JPEGs (in the order of their names) or an MP4; none for the project's specimens.
    pub source: Option<PathBuf>,
    /// Of the sensor's noise.
    pub seed: u32,
    pub faults: Vec<ReplayFault>,
    #[serde(skip)]
    /// When it was first opened; leave it at its default.
    pub began: Arc<OnceLock<Instant>>,
}

impl ReplaySpec {
    pub fn with_faults(faults: Vec<ReplayFault>) -> ReplaySpec {
        ReplaySpec {
            faults,
            ..ReplaySpec::default()
        }
    }
}

/// A fault, in milliseconds since the replay was first opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum ReplayFault {
    /// No frames come.
    Stall { after_ms: u64, for_ms: u64 },
    /// The camera is gone, and cannot be opened, until it is back.
    Unplug { after_ms: u64, for_ms: u64 },
    /// Another program has the camera.
    Busy { after_ms: u64, for_ms: u64 },
    /// Each n-th frame is cut in half.
    CorruptJpeg { every: u64 },
}

impl ReplayFault {
    fn is_on(&self, now: Duration) -> bool {
        let now = now.as_millis() as u64;
        match *self {
            ReplayFault::Stall { after_ms, for_ms }
            | ReplayFault::Unplug { after_ms, for_ms }
            | ReplayFault::Busy { after_ms, for_ms } => {
                (after_ms..after_ms.saturating_add(for_ms)).contains(&now)
            }
            ReplayFault::CorruptJpeg { .. } => false,
        }
    }
}

/// Opens the replay camera. Errors: planted ones, and [`CameraError::Format`] for files that cannot be played.
pub fn open_replay(spec: ReplaySpec) -> Result<Box<dyn FrameSource>, CameraError> {
    let began = *spec.began.get_or_init(Instant::now);
    for fault in spec
        .faults
        .iter()
        .filter(|fault| fault.is_on(began.elapsed()))
    {
        match fault {
            ReplayFault::Unplug { .. } => return Err(CameraError::NoCamera),
            ReplayFault::Busy { .. } => return Err(CameraError::Busy),
            _ => {}
        }
    }
    let pictures = match &spec.source {
        None => Pictures::Specimens(Specimens::new(spec.seed)),
        Some(path) if path.is_dir() => Pictures::folder(path)?,
        Some(path) => Pictures::video(path)?,
    };
    let name = match &spec.source {
        None => "Replay camera (specimens)".to_owned(),
        Some(path) => format!(
            "Replay of {}",
            path.file_name().unwrap_or_default().display()
        ),
    };
    Ok(Box::new(Replay {
        pictures,
        faults: spec.faults,
        began,
        opened: Instant::now(),
        origin: Arc::new(Origin::Replay { name }),
        next: 0,
        seq: 0,
    }))
}

struct Replay {
    pictures: Pictures,
    faults: Vec<ReplayFault>,
    began: Instant,
    opened: Instant,
    origin: Arc<Origin>,
    /// Number of the next picture by the clock.
    next: u64,
    seq: u64,
}

impl Replay {
    /// Waits for the next picture's time; passes over those whose time is gone, as a camera does.
    fn wait(&mut self, deadline: Instant) -> Result<(), CameraError> {
        let pace = Duration::from_secs(1) / FPS;
        let due = (self.opened.elapsed().as_nanos() / pace.as_nanos()) as u64;
        self.next = self.next.max(due);
        let time = self.opened + pace * self.next as u32;
        if time > deadline {
            sleep_until(deadline);
            return Err(CameraError::Stalled);
        }
        sleep_until(time);
        self.next += 1;
        let now = self.began.elapsed();
        for fault in self.faults.iter().filter(|fault| fault.is_on(now)) {
            match fault {
                ReplayFault::Unplug { .. } => return Err(CameraError::Disconnected),
                ReplayFault::Stall { .. } => {
                    sleep_until(deadline);
                    return Err(CameraError::Stalled);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn frame(&mut self, payload: Payload, width: u32, height: u32) -> Frame {
        self.seq += 1;
        let now = Instant::now();
        Frame {
            seq: self.seq,
            at: now.saturating_duration_since(self.opened),
            received: now,
            captured: OffsetDateTime::now_utc(),
            width,
            height,
            payload,
            origin: self.origin.clone(),
            decoded: Arc::default(),
        }
    }

    fn is_corrupt(&self) -> bool {
        self.faults.iter().any(|fault| {
            matches!(fault, ReplayFault::CorruptJpeg { every } if self.seq.is_multiple_of((*every).max(1)))
        })
    }
}

impl FrameSource for Replay {
    fn next(&mut self, deadline: Instant) -> Result<Frame, CameraError> {
        self.wait(deadline)?;
        let (payload, width, height) = self.pictures.preview(self.next)?;
        let frame = self.frame(payload, width, height);
        if self.is_corrupt() {
            return Err(CameraError::Format("a JPEG without its end".into()));
        }
        Ok(frame)
    }

    fn still(&mut self, deadline: Instant) -> Result<Frame, CameraError> {
        loop {
            self.wait(deadline)?;
            let (payload, width, height) = self.pictures.still(self.next)?;
            let frame = self.frame(payload, width, height);
            if !self.is_corrupt() {
                return Ok(frame);
            }
        }
    }

    fn origin(&self) -> Arc<Origin> {
        self.origin.clone()
    }

    fn show(&mut self, scene: Scene) {
        if let Pictures::Specimens(specimens) = &mut self.pictures {
            specimens.scene = scene;
        }
    }
}

fn sleep_until(time: Instant) {
    std::thread::sleep(time.saturating_duration_since(Instant::now()));
}

type Picture = (Payload, u32, u32);

enum Pictures {
    Specimens(Specimens),
    Folder(Vec<PathBuf>),
    Video(Box<VideoReader<BufReader<File>>>),
}

impl Pictures {
    fn folder(path: &Path) -> Result<Pictures, CameraError> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(path)
            .map_err(|error| unplayable(path, error))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|file| {
                file.extension().is_some_and(|end| {
                    end.eq_ignore_ascii_case("jpg") || end.eq_ignore_ascii_case("jpeg")
                })
            })
            .collect();
        files.sort();
        if files.is_empty() {
            Err(unplayable(path, "no JPEGs"))
        } else {
            Ok(Pictures::Folder(files))
        }
    }

    fn video(path: &Path) -> Result<Pictures, CameraError> {
        let file = File::open(path).map_err(|error| unplayable(path, error))?;
        let reader =
            VideoReader::open(BufReader::new(file)).map_err(|error| unplayable(path, error))?;
        Ok(Pictures::Video(Box::new(reader)))
    }

    fn preview(&mut self, number: u64) -> Result<Picture, CameraError> {
        match self {
            Pictures::Specimens(specimens) => specimens.preview(number),
            _ => self.still(number),
        }
    }

    fn still(&mut self, number: u64) -> Result<Picture, CameraError> {
        match self {
            Pictures::Specimens(specimens) => specimens.still(number),
            Pictures::Folder(files) => {
                let file = &files[number as usize % files.len()];
                let data = std::fs::read(file).map_err(|error| unplayable(file, error))?;
                let rgb = Rgb::from_jpeg(&data)?;
                Ok((Payload::Mjpeg(data.into()), rgb.width, rgb.height))
            }
            Pictures::Video(reader) => {
                let failed = |error: recorder::ReadError| CameraError::Format(error.to_string());
                let frame = match reader.next_frame().map_err(failed)? {
                    Some(frame) => frame,
                    None => {
                        reader.rewind();
                        let nothing = || CameraError::Format("the video holds no picture".into());
                        reader.next_frame().map_err(failed)?.ok_or_else(nothing)?
                    }
                };
                let pixels = video_rgb(&frame)?;
                Ok((Payload::Rgb(pixels.into()), frame.width, frame.height))
            }
        }
    }
}

fn unplayable(path: &Path, why: impl std::fmt::Display) -> CameraError {
    CameraError::Format(format!("{} cannot be played: {why}", path.display()))
}

fn video_rgb(frame: &recorder::YuvFrame) -> Result<Vec<u8>, CameraError> {
    let image = YuvPlanarImage {
        y_plane: &frame.y,
        y_stride: frame.width,
        u_plane: &frame.u,
        u_stride: frame.width / 2,
        v_plane: &frame.v,
        v_stride: frame.width / 2,
        width: frame.width,
        height: frame.height,
    };
    let mut pixels = vec![0; frame.width as usize * frame.height as usize * 3];
    yuv420_to_rgb(
        &image,
        &mut pixels,
        frame.width * 3,
        YuvRange::Limited,
        YuvStandardMatrix::Bt601,
    )
    .map_err(|error| CameraError::Format(error.to_string()))?;
    Ok(pixels)
}

/// The specimens with the shake of a hand and the noise of a sensor. Each scene's pictures are made once and repeated.
struct Specimens {
    scene: Scene,
    seed: u32,
    large: HashMap<Scene, Arc<Rgb>>,
    /// A little larger than the preview, so that it can be moved.
    small: HashMap<Scene, Arc<Rgb>>,
    made: HashMap<(Scene, u64), Bytes>,
}

impl Specimens {
    fn new(seed: u32) -> Specimens {
        Specimens {
            scene: Scene::Face,
            seed,
            large: HashMap::new(),
            small: HashMap::new(),
            made: HashMap::new(),
        }
    }

    fn large(&mut self) -> Result<Arc<Rgb>, CameraError> {
        if let Some(rgb) = self.large.get(&self.scene) {
            return Ok(rgb.clone());
        }
        let rgb = Arc::new(Rgb::from_jpeg(specimen::picture(self.scene))?);
        self.large.insert(self.scene, rgb.clone());
        Ok(rgb)
    }

    fn small(&mut self) -> Result<Arc<Rgb>, CameraError> {
        if let Some(rgb) = self.small.get(&self.scene) {
            return Ok(rgb.clone());
        }
        let margin = (2.0 * SWAY) as u32;
        let (width, height) = (PREVIEW_WIDTH + margin, PREVIEW_HEIGHT + margin * 9 / 16);
        let rgb = Arc::new(self.large()?.resized(width, height)?);
        self.small.insert(self.scene, rgb.clone());
        Ok(rgb)
    }

    fn preview(&mut self, number: u64) -> Result<Picture, CameraError> {
        let step = number % LOOP;
        let key = (self.scene, step);
        let jpeg = match self.made.get(&key) {
            Some(jpeg) => jpeg.clone(),
            None => {
                let base = self.small()?;
                let reach = if self.scene == Scene::Video {
                    SWAY
                } else {
                    SHAKE
                };
                let turn = step as f64 / LOOP as f64 * std::f64::consts::TAU;
                let place = |middle: u32, shift: f64| (f64::from(middle) + shift) as u32;
                let (x, y) = (
                    (base.width - PREVIEW_WIDTH) / 2,
                    (base.height - PREVIEW_HEIGHT) / 2,
                );
                let (x, y) = (
                    place(x, turn.sin() * reach),
                    place(y, (2.0 * turn).sin() * reach / 2.0),
                );
                let mut picture = base
                    .cropped(x, y, PREVIEW_WIDTH, PREVIEW_HEIGHT)
                    .ok_or_else(|| CameraError::Format("the specimen is too small".into()))?;
                noise(
                    &mut picture,
                    self.seed ^ (step as u32 + 1).wrapping_mul(0x9e37_79b9),
                );
                let jpeg = picture.to_jpeg(84)?;
                self.made.insert(key, jpeg.clone());
                jpeg
            }
        };
        Ok((Payload::Mjpeg(jpeg), PREVIEW_WIDTH, PREVIEW_HEIGHT))
    }

    fn still(&mut self, number: u64) -> Result<Picture, CameraError> {
        let mut picture = (*self.large()?).clone();
        noise(
            &mut picture,
            self.seed ^ (number as u32 | 1).wrapping_mul(0x85eb_ca6b),
        );
        let (width, height) = (picture.width, picture.height);
        Ok((Payload::Mjpeg(picture.to_jpeg(90)?), width, height))
    }
}

/// Adds the noise of a sensor in room light: about two steps of 256 each way.
fn noise(picture: &mut Rgb, seed: u32) {
    let mut state = seed | 1;
    for pixel in picture.pixels.chunks_exact_mut(3) {
        // Xorshift: quick, and the same for the same seed.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let change = (state & 3) as i16 + (state >> 2 & 3) as i16 - 3;
        for channel in pixel {
            *channel = (i16::from(*channel) + change).clamp(0, 255) as u8;
        }
    }
}
