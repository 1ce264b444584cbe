//! What a camera is and offers.

use serde::{Deserialize, Serialize};

/// One way a camera can send pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mode {
    pub format: Format,
    pub width: u32,
    pub height: u32,
    /// Frames a second.
    pub fps: u32,
}

/// Formats that are understood here. Better ones come later in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Rgb,
    Nv12,
    Yuyv,
    Mjpeg,
}

impl std::fmt::Display for Format {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(match self {
            Format::Rgb => "RGB",
            Format::Nv12 => "NV12",
            Format::Yuyv => "YUYV",
            Format::Mjpeg => "MJPEG",
        })
    }
}

/// A camera of this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    pub id: String,
    pub name: String,
    /// Empty when the camera is used by another program and could not be asked.
    pub formats: Vec<Mode>,
    /// Sees heat or night, not documents; by its name.
    pub infrared: bool,
    /// A program that poses as a camera; by its name.
    pub virtual_camera: bool,
}

impl Device {
    pub fn new(id: String, name: String, formats: Vec<Mode>) -> Device {
        let infrared = is_infrared(&name);
        let virtual_camera = is_virtual(&name);
        Device {
            id,
            name,
            formats,
            infrared,
            virtual_camera,
        }
    }

    /// Pixels of the largest picture.
    pub fn best_size(&self) -> Option<(u32, u32)> {
        best_still(&self.formats).map(|mode| (mode.width, mode.height))
    }
}

/// No document needs more, and larger modes of webcams are interpolated.
const MAX_STILL_PIXELS: u64 = 3840 * 2160;
/// Slower modes are of no use for a preview.
const MIN_PREVIEW_FPS: u32 = 10;

/// The mode for stills: the most pixels, then the better format, then the faster.
pub(crate) fn best_still(modes: &[Mode]) -> Option<Mode> {
    modes
        .iter()
        .filter(|mode| pixels(mode) <= MAX_STILL_PIXELS)
        .max_by_key(|mode| (pixels(mode), mode.format, mode.fps.min(30)))
        .or_else(|| modes.iter().min_by_key(|mode| pixels(mode)))
        .copied()
}

/// The mode for preview and video: nearest to 1280×720, fast enough, then the better format.
pub(crate) fn best_preview(modes: &[Mode]) -> Option<Mode> {
    let wanted = u64::from(crate::PREVIEW_WIDTH) * u64::from(crate::PREVIEW_HEIGHT);
    modes
        .iter()
        .max_by_key(|mode| {
            let fast = mode.fps >= MIN_PREVIEW_FPS;
            let near = wanted.abs_diff(pixels(mode));
            let smooth = if mode.fps > 30 { 30 } else { mode.fps };
            (
                fast,
                std::cmp::Reverse(near),
                smooth >= 24,
                mode.format,
                smooth,
                std::cmp::Reverse(mode.fps),
            )
        })
        .copied()
}

fn pixels(mode: &Mode) -> u64 {
    u64::from(mode.width) * u64::from(mode.height)
}

fn is_infrared(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.contains("infrared")
        || lower.contains("depth")
        || lower
            .split(|letter: char| !letter.is_alphanumeric())
            .any(|word| matches!(word, "ir" | "hello" | "greyscale" | "grayscale"))
}

fn is_virtual(name: &str) -> bool {
    let lower = name.to_lowercase();
    [
        "virtual",
        "obs",
        "v4l2loopback",
        "loopback",
        "dummy",
        "manycam",
        "snap camera",
        "xsplit",
        "droidcam",
        "iriun",
        "epoccam",
        "ndi",
        "vcam",
        "mmhmm",
        "nvidia broadcast",
        "camo",
        "vivid",
        "unity video",
        "screen capture",
    ]
    .iter()
    .any(|mark| {
        if mark.len() <= 4 {
            lower
                .split(|letter: char| !letter.is_alphanumeric())
                .any(|word| word == *mark)
        } else {
            lower.contains(mark)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(format: Format, width: u32, height: u32, fps: u32) -> Mode {
        Mode {
            format,
            width,
            height,
            fps,
        }
    }

    #[test]
    fn the_best_modes_are_found() {
        let modes = [
            mode(Format::Yuyv, 640, 480, 30),
            mode(Format::Yuyv, 1280, 720, 10),
            mode(Format::Mjpeg, 1280, 720, 30),
            mode(Format::Mjpeg, 1280, 720, 60),
            mode(Format::Yuyv, 1920, 1080, 5),
            mode(Format::Mjpeg, 1920, 1080, 30),
        ];
        assert_eq!(
            best_preview(&modes),
            Some(mode(Format::Mjpeg, 1280, 720, 30))
        );
        assert_eq!(
            best_still(&modes),
            Some(mode(Format::Mjpeg, 1920, 1080, 30))
        );
        // A camera without 720p and one that is slow everywhere still work.
        assert_eq!(best_preview(&modes[..1]), Some(modes[0]));
        assert_eq!(best_preview(&modes[4..5]), Some(modes[4]));
        assert_eq!(best_preview(&[]), None);
        let huge = [
            mode(Format::Mjpeg, 8000, 6000, 5),
            mode(Format::Mjpeg, 1920, 1080, 30),
        ];
        assert_eq!(best_still(&huge), Some(huge[1]));
    }

    #[test]
    fn infrared_and_virtual_cameras_are_told_by_their_names() {
        for (name, infrared, virtual_camera) in [
            ("Integrated Camera: Integrated C", false, false),
            ("Integrated IR Camera", true, false),
            ("Logitech HD Pro Webcam C920", false, false),
            ("Chicony USB2.0 Camera: IR Camer", true, false),
            ("Windows Hello Face Camera", true, false),
            ("FirstVision Aircam", false, false),
            ("OBS Virtual Camera", false, true),
            ("Dummy video device (0x0000)", false, true),
            ("Observer HD", false, false),
            ("RealSense Depth Module", true, false),
        ] {
            let device = Device::new("0".into(), name.into(), vec![]);
            assert_eq!(
                (device.infrared, device.virtual_camera),
                (infrared, virtual_camera),
                "{name}"
            );
        }
    }
}
