//! Pixels from one form to another. Colours are BT.601, as webcams send them; video is limited range.

use std::sync::Arc;

use bytes::Bytes;
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use yuv::{
    YuvBiPlanarImage, YuvChromaSubsampling, YuvConversionMode, YuvPackedImage, YuvPlanarImage,
    YuvPlanarImageMut, YuvRange, YuvStandardMatrix, rgb_to_yuv420, yuv_nv12_to_rgb, yuv420_to_rgb,
    yuyv422_to_rgb, yuyv422_to_yuv420,
};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::error::CameraError;
use crate::frame::{Frame, Payload};
use crate::jpeg;

/// No webcam has more pixels a side; a header that claims more is damage.
const MAX_SIDE: usize = 8192;
/// Quality of stills that the camera did not send as JPEG.
const STILL_QUALITY: u8 = 95;

/// Three bytes a pixel, rows without padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rgb {
    pub width: u32,
    pub height: u32,
    pub pixels: Vec<u8>,
}

/// Planar 4:2:0, limited-range BT.601, planes without padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct I420 {
    pub y: Vec<u8>,
    pub u: Vec<u8>,
    pub v: Vec<u8>,
}

fn format(what: impl std::fmt::Display) -> CameraError {
    CameraError::Format(what.to_string())
}

impl Rgb {
    /// Decodes a JPEG. Errors: [`CameraError::Format`].
    pub fn from_jpeg(data: &[u8]) -> Result<Rgb, CameraError> {
        let options = DecoderOptions::default()
            .set_max_width(MAX_SIDE)
            .set_max_height(MAX_SIDE)
            .jpeg_set_out_colorspace(ColorSpace::RGB);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(data), options);
        let pixels = decoder.decode().map_err(format)?;
        let (width, height) = decoder.dimensions().ok_or_else(|| format("no size"))?;
        if pixels.len() != width * height * 3 {
            return Err(format("another number of pixels than announced"));
        }
        Ok(Rgb {
            width: width as u32,
            height: height as u32,
            pixels,
        })
    }

    /// A decoded picture of a video. Errors: [`CameraError::Format`] where its planes do not fit its size.
    pub fn from_video(frame: &recorder::YuvFrame) -> Result<Rgb, CameraError> {
        let (width, height) = (frame.width, frame.height);
        let image = YuvPlanarImage {
            y_plane: &frame.y,
            y_stride: width,
            u_plane: &frame.u,
            u_stride: width / 2,
            v_plane: &frame.v,
            v_stride: width / 2,
            width,
            height,
        };
        let mut pixels = vec![0; width as usize * height as usize * 3];
        yuv420_to_rgb(
            &image,
            &mut pixels,
            width * 3,
            YuvRange::Limited,
            YuvStandardMatrix::Bt601,
        )
        .map_err(format)?;
        Ok(Rgb {
            width,
            height,
            pixels,
        })
    }

    /// Scaled down to at most this width, as JPEG.
    pub fn preview_jpeg(&self, max_width: u32, quality: u8) -> Result<Bytes, CameraError> {
        if self.width <= max_width {
            return self.to_jpeg(quality);
        }
        let height = (u64::from(self.height) * u64::from(max_width) / u64::from(self.width)).max(1);
        self.resized(max_width, height as u32)?.to_jpeg(quality)
    }

    pub fn to_jpeg(&self, quality: u8) -> Result<Bytes, CameraError> {
        let mut out = Vec::with_capacity(self.pixels.len() / 10);
        let mut encoder = Encoder::new(&mut out, quality);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        let (width, height) = (side(self.width)?, side(self.height)?);
        encoder
            .encode(&self.pixels, width, height, ColorType::Rgb)
            .map_err(format)?;
        Ok(out.into())
    }

    /// Scaled to exactly this size.
    pub fn resized(&self, width: u32, height: u32) -> Result<Rgb, CameraError> {
        let source = ImageRef::new(self.width, self.height, &self.pixels, PixelType::U8x3)
            .map_err(format)?;
        let mut target = Image::new(width, height, PixelType::U8x3);
        // Bilinear over all source pixels when shrinking: no shimmer in the preview, a third of Lanczos' time.
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
        Resizer::new()
            .resize(&source, &mut target, &options)
            .map_err(format)?;
        Ok(Rgb {
            width,
            height,
            pixels: target.into_vec(),
        })
    }

    /// The part of the picture inside this rectangle; `None` when that is empty or does not lie in the picture.
    pub fn cropped(&self, x: u32, y: u32, width: u32, height: u32) -> Option<Rgb> {
        let empty = width == 0 || height == 0;
        if empty || x.checked_add(width)? > self.width || y.checked_add(height)? > self.height {
            return None;
        }
        let row = self.width as usize * 3;
        let pixels = self
            .pixels
            .chunks_exact(row)
            .skip(y as usize)
            .take(height as usize)
            .flat_map(|line| &line[x as usize * 3..(x + width) as usize * 3])
            .copied()
            .collect();
        Some(Rgb {
            width,
            height,
            pixels,
        })
    }

    /// The largest part around the middle with this aspect ratio.
    fn middle(&self, width: u32, height: u32) -> Option<Rgb> {
        if width == 0 || height == 0 {
            return None;
        }
        let wide = u64::from(self.width) * u64::from(height);
        let high = u64::from(self.height) * u64::from(width);
        let (w, h) = if wide > high {
            ((high / u64::from(height)) as u32, self.height)
        } else {
            (self.width, (wide / u64::from(width)) as u32)
        };
        self.cropped((self.width - w) / 2, (self.height - h) / 2, w, h)
    }

    fn to_i420(&self) -> Result<I420, CameraError> {
        let mut image =
            YuvPlanarImageMut::alloc(self.width, self.height, YuvChromaSubsampling::Yuv420);
        rgb_to_yuv420(
            &mut image,
            &self.pixels,
            self.width * 3,
            YuvRange::Limited,
            YuvStandardMatrix::Bt601,
            YuvConversionMode::Balanced,
        )
        .map_err(format)?;
        Ok(planes(image))
    }
}

fn planes(image: YuvPlanarImageMut<u8>) -> I420 {
    I420 {
        y: image.y_plane.borrow().to_vec(),
        u: image.u_plane.borrow().to_vec(),
        v: image.v_plane.borrow().to_vec(),
    }
}

fn side(pixels: u32) -> Result<u16, CameraError> {
    u16::try_from(pixels).map_err(format)
}

impl Frame {
    /// The decoded picture; decoded once, whoever asks. Errors: [`CameraError::Format`] for damage.
    pub fn to_rgb(&self) -> Result<Arc<Rgb>, CameraError> {
        self.decoded
            .get_or_init(|| self.decode().map(Arc::new))
            .clone()
    }

    fn decode(&self) -> Result<Rgb, CameraError> {
        let (width, height) = (self.width, self.height);
        let area = width as usize * height as usize;
        let mut pixels = Vec::new();
        match &self.payload {
            Payload::Mjpeg(data) => {
                let whole = jpeg::trim(data).ok_or_else(|| format("a JPEG without its end"))?;
                return Rgb::from_jpeg(whole);
            }
            Payload::Rgb(data) => {
                let data = data
                    .get(..area * 3)
                    .ok_or_else(|| format("too few bytes"))?;
                pixels.extend_from_slice(data);
            }
            Payload::Yuyv(data) => {
                let image = packed(data, width, height)?;
                pixels.resize(area * 3, 0);
                yuyv422_to_rgb(
                    &image,
                    &mut pixels,
                    width * 3,
                    YuvRange::Limited,
                    YuvStandardMatrix::Bt601,
                )
                .map_err(format)?;
            }
            Payload::Nv12(data) => {
                let (luma, chroma) = data
                    .split_at_checked(area)
                    .ok_or_else(|| format("too few bytes"))?;
                let image = YuvBiPlanarImage {
                    y_plane: luma,
                    y_stride: width,
                    uv_plane: chroma,
                    uv_stride: width,
                    width,
                    height,
                };
                pixels.resize(area * 3, 0);
                yuv_nv12_to_rgb(
                    &image,
                    &mut pixels,
                    width * 3,
                    YuvRange::Limited,
                    YuvStandardMatrix::Bt601,
                    YuvConversionMode::Balanced,
                )
                .map_err(format)?;
            }
        }
        Ok(Rgb {
            width,
            height,
            pixels,
        })
    }

    /// The picture for the recorder at exactly this size; another shape is cut around its middle.
    pub fn to_i420(&self, width: u32, height: u32) -> Result<I420, CameraError> {
        if let Payload::Yuyv(data) = &self.payload
            && (self.width, self.height) == (width, height)
        {
            let mut image = YuvPlanarImageMut::alloc(width, height, YuvChromaSubsampling::Yuv420);
            yuyv422_to_yuv420(&mut image, &packed(data, width, height)?).map_err(format)?;
            return Ok(planes(image));
        }
        let rgb = self.to_rgb()?;
        if (rgb.width, rgb.height) == (width, height) {
            return rgb.to_i420();
        }
        let shaped = rgb
            .middle(width, height)
            .ok_or_else(|| format("an empty picture"))?;
        shaped.resized(width, height)?.to_i420()
    }

    /// A JPEG for the window, at most `max_width` wide.
    pub fn preview_jpeg(&self, max_width: u32, quality: u8) -> Result<Bytes, CameraError> {
        let rgb = self.to_rgb()?;
        match &self.payload {
            Payload::Mjpeg(data) if rgb.width <= max_width => Ok(data.clone()),
            _ => rgb.preview_jpeg(max_width, quality),
        }
    }

    /// The picture as evidence: the camera's own JPEG to the byte where it sends JPEG, else encoded at quality 95.
    /// Errors: [`CameraError::Format`] when it does not decode whole.
    pub fn still_jpeg(&self) -> Result<Bytes, CameraError> {
        let rgb = self.to_rgb()?;
        match &self.payload {
            Payload::Mjpeg(data) => {
                let whole = jpeg::trim(data).ok_or_else(|| format("a JPEG without its end"))?;
                Ok(data.slice(..whole.len()))
            }
            _ => rgb.to_jpeg(STILL_QUALITY),
        }
    }
}

fn packed(data: &[u8], width: u32, height: u32) -> Result<YuvPackedImage<'_, u8>, CameraError> {
    let length = width as usize * height as usize * 2;
    let yuy = data.get(..length).ok_or_else(|| format("too few bytes"))?;
    Ok(YuvPackedImage {
        yuy,
        yuy_stride: width * 2,
        width,
        height,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Origin;
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    fn frame(payload: Payload, width: u32, height: u32) -> Frame {
        Frame {
            seq: 1,
            at: Duration::ZERO,
            received: Instant::now(),
            captured: time::OffsetDateTime::UNIX_EPOCH,
            width,
            height,
            payload,
            origin: Arc::new(Origin::Replay { name: "t".into() }),
            decoded: Arc::default(),
        }
    }

    /// One colour in each form a camera may send it, and what it is in RGB.
    #[test]
    fn every_form_shows_the_same_colour() {
        // BT.601, limited range: the Y, Cb, Cr of (200, 80, 40).
        let (y, u, v) = (112, 93, 184);
        let (width, height) = (32, 16);
        let pixels = (width * height) as usize;
        let yuyv = [y, u, y, v].repeat(pixels / 2);
        let nv12 = [vec![y; pixels], [u, v].repeat(pixels / 4)].concat();
        let rgb = [200, 80, 40].repeat(pixels);
        let jpeg = Rgb {
            width,
            height,
            pixels: rgb.clone(),
        }
        .to_jpeg(95)
        .unwrap();
        for payload in [
            Payload::Mjpeg(jpeg),
            Payload::Yuyv(yuyv.into()),
            Payload::Nv12(nv12.into()),
            Payload::Rgb(rgb.into()),
        ] {
            let frame = frame(payload, width, height);
            let shown = frame.to_rgb().unwrap();
            for (found, wanted) in shown.pixels.iter().zip([200, 80, 40].into_iter().cycle()) {
                assert!(found.abs_diff(wanted) <= 6, "{:?}", &shown.pixels[..3]);
            }
            // Through the scaler too, and never as full range, which would be darker and more colourful.
            for (width, height) in [(width, height), (16, 8)] {
                let planes = frame.to_i420(width, height).unwrap();
                for (plane, wanted) in [(&planes.y, y), (&planes.u, u), (&planes.v, v)] {
                    assert!(plane.iter().all(|found| found.abs_diff(wanted) <= 3));
                }
            }
        }
    }

    #[test]
    fn another_shape_is_cut_around_its_middle() {
        // Left third dark, the rest bright: a square from the middle begins half-way through the dark.
        let row: Vec<u8> = (0..96)
            .flat_map(|x| [if x < 32 { 0 } else { 255 }; 3])
            .collect();
        let wide = Rgb {
            width: 96,
            height: 64,
            pixels: row.repeat(64),
        };
        let planes = frame(Payload::Rgb(wide.pixels.into()), 96, 64)
            .to_i420(64, 64)
            .unwrap();
        let dark = planes.y[..64].iter().filter(|luma| **luma < 100).count();
        assert_eq!(dark, 16);
    }

    #[test]
    fn a_still_without_its_end_is_refused() {
        let whole = include_bytes!("../specimens/face.jpg");
        let cut = Bytes::from_static(&whole[..whole.len() / 2]);
        let damaged = frame(Payload::Mjpeg(cut), 1920, 1080);
        assert!(matches!(damaged.still_jpeg(), Err(CameraError::Format(_))));
        let mut followed = whole.to_vec();
        followed.extend([1, 2, 3]);
        let stale = frame(Payload::Mjpeg(followed.into()), 1920, 1080);
        assert_eq!(stale.still_jpeg().unwrap(), &whole[..]);
    }

    proptest! {
        /// Sizes and bytes come from drivers: whatever they are, there is an answer.
        #[test]
        fn damaged_frames_are_errors(
            form in 0..4,
            (width, height) in (0_u32..40, 0_u32..40),
            bytes in prop::collection::vec(any::<u8>(), 0..4000),
            target in (0_u32..40, 0_u32..40),
        ) {
            let payload = match form {
                0 => Payload::Mjpeg([&[0xff, 0xd8][..], &bytes, &[0xff, 0xd9]].concat().into()),
                1 => Payload::Yuyv(bytes.into()),
                2 => Payload::Nv12(bytes.into()),
                _ => Payload::Rgb(bytes.into()),
            };
            let frame = frame(payload, width, height);
            if let Ok(rgb) = frame.to_rgb() {
                prop_assert_eq!(rgb.pixels.len(), (rgb.width * rgb.height * 3) as usize);
            }
            if let Ok(planes) = frame.to_i420(target.0, target.1) {
                prop_assert_eq!(planes.y.len(), (target.0 * target.1) as usize);
            }
            if let Ok(jpeg) = frame.preview_jpeg(16, 75) {
                prop_assert!(jpeg::trim(&jpeg).is_some());
            }
            if let Ok(jpeg) = frame.still_jpeg() {
                prop_assert!(jpeg::trim(&jpeg).is_some());
            }
        }
    }
}
