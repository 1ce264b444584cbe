//! The only place that knows nokhwa. Runs in the child process, on its main thread.

use nokhwa::Camera;
use nokhwa::utils::{
    ApiBackend, CameraFormat, CameraIndex, CameraInfo, FrameFormat, RequestedFormat,
    RequestedFormatType,
};

use crate::device::{Device, Format, Mode, best_preview, best_still};
use crate::error::CameraError;
use crate::jpeg;

/// Frames that come out of the driver's queue after the stream starts and may be of an earlier time.
const STALE_FRAMES: u32 = 3;
const ALL_FORMATS: &[FrameFormat] = &[
    FrameFormat::MJPEG,
    FrameFormat::YUYV,
    FrameFormat::NV12,
    FrameFormat::RAWRGB,
];

/// A frame as the driver gave it, a JPEG trimmed to its end.
pub struct RawFrame {
    pub mode: Mode,
    pub data: Vec<u8>,
}

/// An open camera with its stream.
pub struct NokhwaCamera {
    camera: Camera,
    pub name: String,
    preview: Mode,
    still: Mode,
    current: Mode,
}

/// All cameras that give pictures. One USB camera shows as two devices under Linux, the second for metadata: those
/// that offer no format are left out, those that are busy stay.
pub fn list() -> Result<Vec<Device>, CameraError> {
    ask_for_permission();
    let found = nokhwa::query(ApiBackend::Auto).map_err(system)?;
    let mut devices: Vec<Device> = found.iter().filter_map(describe).collect();
    devices.sort_by(|a, b| a.id.len().cmp(&b.id.len()).then_with(|| a.id.cmp(&b.id)));
    if devices.is_empty() {
        Err(CameraError::NoCamera)
    } else {
        Ok(devices)
    }
}

fn describe(info: &CameraInfo) -> Option<Device> {
    let id = info.index().as_string();
    let device = |modes| Device::new(id.clone(), info.human_name(), modes);
    match open_any(info.index()).and_then(|mut camera| modes(&mut camera)) {
        Ok(modes) if modes.is_empty() => None,
        Ok(modes) => Some(device(modes)),
        Err(CameraError::Busy | CameraError::Permission) => Some(device(Vec::new())),
        Err(_) => None,
    }
}

fn index(id: &str) -> CameraIndex {
    id.parse()
        .map_or_else(|_| CameraIndex::String(id.to_owned()), CameraIndex::Index)
}

fn open_any(index: &CameraIndex) -> Result<Camera, CameraError> {
    let any = RequestedFormat::with_formats(RequestedFormatType::None, ALL_FORMATS);
    Camera::new(index.clone(), any).map_err(system)
}

fn modes(camera: &mut Camera) -> Result<Vec<Mode>, CameraError> {
    let mut modes: Vec<Mode> = camera
        .compatible_camera_formats()
        .map_err(system)?
        .into_iter()
        .filter_map(|found| {
            Some(Mode {
                format: format_of(found.format())?,
                width: found.width(),
                height: found.height(),
                fps: found.frame_rate(),
            })
        })
        .collect();
    modes.sort();
    modes.dedup();
    Ok(modes)
}

fn format_of(format: FrameFormat) -> Option<Format> {
    match format {
        FrameFormat::MJPEG => Some(Format::Mjpeg),
        FrameFormat::YUYV => Some(Format::Yuyv),
        FrameFormat::NV12 => Some(Format::Nv12),
        FrameFormat::RAWRGB => Some(Format::Rgb),
        FrameFormat::GRAY | FrameFormat::RAWBGR => None,
    }
}

fn nokhwa_format(mode: Mode) -> CameraFormat {
    let format = match mode.format {
        Format::Mjpeg => FrameFormat::MJPEG,
        Format::Yuyv => FrameFormat::YUYV,
        Format::Nv12 => FrameFormat::NV12,
        Format::Rgb => FrameFormat::RAWRGB,
    };
    CameraFormat::new_from(mode.width, mode.height, format, mode.fps)
}

impl NokhwaCamera {
    /// Opens the camera and starts its stream in the preview mode.
    pub fn open(id: &str) -> Result<NokhwaCamera, CameraError> {
        ask_for_permission();
        let mut camera = open_any(&index(id))?;
        let modes = modes(&mut camera)?;
        let nothing =
            || CameraError::Format("the camera offers no format that is understood".into());
        let preview = best_preview(&modes).ok_or_else(nothing)?;
        let still = best_still(&modes).ok_or_else(nothing)?;
        let name = camera.info().human_name();
        let mut opened = NokhwaCamera {
            camera,
            name,
            preview,
            still,
            current: preview,
        };
        opened.start(preview)?;
        Ok(opened)
    }

    /// Stills are taken by switching, which costs a camera of 30 frames a second about 170 ms each way, once a picture
    /// (nearly all of it for the stale frames). Running at 1920×1080 instead would cost every frame of preview and
    /// video 8 ms of decoding in place of 3.5, and 16 ms more to scale it for the recorder: with the encoder's 7 ms, all
    /// the time there is between two frames. `examples/measure.rs` shows these figures.
    pub fn switch_to_still(&mut self) -> Result<(), CameraError> {
        self.switch(self.still)
    }

    pub fn switch_to_preview(&mut self) -> Result<(), CameraError> {
        self.switch(self.preview)
    }

    fn switch(&mut self, mode: Mode) -> Result<(), CameraError> {
        if mode == self.current {
            // The queue may hold frames from before the shutter.
            return self.drop_stale();
        }
        // V4L2 answers "busy" to a change of format while the stream runs.
        self.camera.stop_stream().map_err(system)?;
        self.start(mode)
    }

    fn start(&mut self, mode: Mode) -> Result<(), CameraError> {
        let format = nokhwa_format(mode);
        let formats = [format.format()];
        // `Closest` fails where the exact size is absent: what is asked for comes from the camera's own list.
        let exact = RequestedFormat::with_formats(RequestedFormatType::Exact(format), &formats);
        self.camera.set_camera_requset(exact).map_err(system)?;
        self.camera.open_stream().map_err(system)?;
        self.current = mode;
        self.drop_stale()
    }

    fn drop_stale(&mut self) -> Result<(), CameraError> {
        for _ in 0..STALE_FRAMES {
            self.camera.frame().map_err(system)?;
        }
        Ok(())
    }

    /// The next frame; blocks as long as the driver does, for ever with a frozen camera.
    /// Errors: [`CameraError::Format`] for a damaged frame, after which the camera goes on.
    pub fn frame(&mut self) -> Result<RawFrame, CameraError> {
        let buffer = self.camera.frame().map_err(system)?;
        let size = buffer.resolution();
        let mode = Mode {
            width: size.width(),
            height: size.height(),
            ..self.current
        };
        let data = match mode.format {
            Format::Mjpeg => jpeg::trim(buffer.buffer())
                .ok_or_else(|| CameraError::Format("a JPEG without its end".into()))?,
            _ => buffer.buffer(),
        };
        Ok(RawFrame {
            mode,
            data: data.to_vec(),
        })
    }
}

fn system(error: nokhwa::NokhwaError) -> CameraError {
    CameraError::from_system_text(&error.to_string())
}

/// macOS asks the person at the machine, once, before the first use.
#[cfg(target_os = "macos")]
fn ask_for_permission() {
    let (answered, answer) = std::sync::mpsc::channel();
    nokhwa::nokhwa_initialize(move |allowed| {
        if answered.send(allowed).is_err() {
            tracing::debug!("the answer about the camera came too late");
        }
    });
    // Denied or unanswered shows as a permission error when the camera is opened.
    if answer
        .recv_timeout(std::time::Duration::from_secs(60))
        .is_err()
    {
        tracing::warn!("nobody answered whether the camera may be used");
    }
}

#[cfg(not(target_os = "macos"))]
fn ask_for_permission() {}
