//! Any JPEG or PNG to an upright picture, with bounds on what it may cost; garbage is an error.

use std::io::Cursor;

use image::codecs::{jpeg::JpegDecoder, png::PngDecoder};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, Limits, RgbImage};
use thiserror::Error;

use crate::picture::Picture;

/// Larger pictures are refused before anything is decoded.
pub const MAX_PIXELS: u64 = 50_000_000;
/// A picture of [`MAX_PIXELS`] that is hard to compress takes less.
pub const MAX_FILE_BYTES: usize = 200_000_000;
/// What a decoder may allocate: the largest picture with four channels of 16 bits, and some room.
const MAX_DECODER_BYTES: u64 = MAX_PIXELS * 8 + 50_000_000;

#[derive(Debug, Error)]
pub enum IntakeError {
    #[error("it is neither a JPEG nor a PNG")]
    UnknownFormat,
    #[error("the file has {bytes} bytes, more than {MAX_FILE_BYTES}")]
    FileTooLarge { bytes: usize },
    #[error("it has {width}×{height} pixels, more than {MAX_PIXELS} in all")]
    TooManyPixels { width: u32, height: u32 },
    #[error("the file ends before the picture does")]
    Truncated,
    #[error("the picture is damaged")]
    Damaged(#[source] ImageError),
}

/// Decodes and turns it as its EXIF orientation says. Of an animation the first picture; what is transparent is
/// laid over white.
pub fn read(bytes: &[u8]) -> Result<Picture, IntakeError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(IntakeError::FileTooLarge { bytes: bytes.len() });
    }
    match image::guess_format(bytes) {
        Ok(ImageFormat::Jpeg) => {
            let decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(damaged)?;
            within_bounds(&decoder)?;
            // Decoders fill what is missing with grey and call it a picture.
            if !reaches_end(bytes) {
                return Err(IntakeError::Truncated);
            }
            decoded(decoder)
        }
        Ok(ImageFormat::Png) => {
            let mut limits = Limits::no_limits();
            limits.max_alloc = Some(MAX_DECODER_BYTES);
            let decoder = PngDecoder::with_limits(Cursor::new(bytes), limits).map_err(damaged)?;
            within_bounds(&decoder)?;
            decoded(decoder)
        }
        _ => Err(IntakeError::UnknownFormat),
    }
}

fn damaged(error: ImageError) -> IntakeError {
    match error {
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            IntakeError::Truncated
        }
        error => IntakeError::Damaged(error),
    }
}

fn within_bounds(decoder: &impl ImageDecoder) -> Result<(), IntakeError> {
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(IntakeError::TooManyPixels { width, height });
    }
    Ok(())
}

fn decoded(mut decoder: impl ImageDecoder) -> Result<Picture, IntakeError> {
    // An unreadable orientation is none.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let decoded = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    let mut upright = DynamicImage::ImageRgb8(opaque(decoded));
    upright.apply_orientation(orientation);
    let rgb = upright.into_rgb8();
    let (width, height) = (rgb.width() as usize, rgb.height() as usize);
    Picture::new(width, height, rgb.into_raw()).ok_or(IntakeError::Truncated)
}

fn opaque(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let rgba = picture.into_rgba8();
    let mut rgb = RgbImage::new(rgba.width(), rgba.height());
    for (to, from) in rgb.pixels_mut().zip(rgba.pixels()) {
        let alpha = u32::from(from.0[3]);
        let over_white = |v: u8| ((u32::from(v) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        to.0 = [from.0[0], from.0[1], from.0[2]].map(over_white);
    }
    rgb
}

/// Whether the JPEG's segments and scans lead to its end marker; a thumbnail's inside a segment does not count.
fn reaches_end(bytes: &[u8]) -> bool {
    let mut at = 2;
    loop {
        // Scan data and padding up to the next marker.
        let Some(skip) = bytes
            .get(at..)
            .and_then(|rest| rest.iter().position(|&b| b == 0xFF))
        else {
            return false;
        };
        at += skip + 1;
        match bytes.get(at) {
            None => return false,
            Some(0xD9) => return true,
            // A stuffed byte or a restart within a scan, a marker without a segment, a fill byte.
            Some(0x00 | 0x01 | 0xD0..=0xD8) => at += 1,
            Some(0xFF) => {}
            Some(_) => {
                let Some(&[high, low]) = bytes.get(at + 1..at + 3) else {
                    return false;
                };
                at += 1 + usize::from(u16::from_be_bytes([high, low])).max(2);
            }
        }
    }
}
