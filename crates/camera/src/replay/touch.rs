//! What is done to each picture of the replay: noise, and the band that says what it is.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::convert::Rgb;
use crate::error::CameraError;
use crate::frame::Scene;
use crate::specimen;

/// Rows of the band at the top of each specimen.
const BAND: u32 = 46;
/// Smaller than this share of the specimens' size the words could not be read.
const SMALLEST: f64 = 0.45;

/// Finishes pictures. The same seed gives the same noise.
pub struct Touch {
    seed: u32,
    /// For pictures of these sizes.
    bands: HashMap<(u32, u32), Rgb>,
}

impl Touch {
    pub fn new(seed: u32) -> Touch {
        Touch {
            seed,
            bands: HashMap::new(),
        }
    }

    /// Adds the noise of picture `number`, and the band.
    pub fn finish(&mut self, picture: &mut Rgb, number: u64) -> Result<(), CameraError> {
        let number = (number as u32).wrapping_add(1).wrapping_mul(0x9e37_79b9);
        noise(picture, self.seed ^ number);
        let size = (picture.width, picture.height);
        let band = match self.bands.entry(size) {
            std::collections::hash_map::Entry::Occupied(made) => made.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => place.insert(band(size)?),
        };
        // The band is as wide as the picture: its rows are the picture's first.
        let covered = band.pixels.len().min(picture.pixels.len());
        picture.pixels[..covered].copy_from_slice(&band.pixels[..covered]);
        Ok(())
    }
}

/// The band for pictures of this size: scaled, cut around its words.
fn band((width, height): (u32, u32)) -> Result<Rgb, CameraError> {
    static WHOLE: OnceLock<Result<Rgb, CameraError>> = OnceLock::new();
    let whole = WHOLE
        .get_or_init(|| {
            let specimen = Rgb::from_jpeg(specimen::picture(Scene::Face))?;
            let band = specimen.cropped(0, 0, specimen.width, BAND);
            band.ok_or_else(|| CameraError::Format("the specimen is too small".into()))
        })
        .as_ref()
        .map_err(Clone::clone)?;
    let share = |side: u32, whole: f64| f64::from(side) / whole;
    let scale = share(width, 1920.0)
        .max(share(height, 1080.0))
        .max(SMALLEST);
    let scaled = |side: u32| (f64::from(side) * scale).round() as u32;
    let wide = whole.resized(scaled(whole.width).max(width), scaled(BAND))?;
    wide.cropped((wide.width - width) / 2, 0, width, wide.height)
        .ok_or_else(|| CameraError::Format("an empty picture".into()))
}

/// The noise of a sensor in room light: up to three steps of 256 each way.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_all_sizes_are_marked() {
        for (width, height) in [
            (1280, 720),
            (1920, 1080),
            (720, 1280),
            (320, 240),
            (4000, 3000),
            (2, 2),
        ] {
            let mut picture = Rgb {
                width,
                height,
                pixels: vec![0; (width * height * 3) as usize],
            };
            let whole = picture.pixels.len();
            Touch::new(0).finish(&mut picture, 0).unwrap();
            assert_eq!(picture.pixels.len(), whole);
            // The band's yellow, in the middle of its upper edge.
            let middle = width as usize / 2 * 3;
            let [red, green, blue] = picture.pixels[middle..middle + 3] else {
                panic!()
            };
            assert!(
                red > 200 && green > 140 && blue < 110,
                "{width}×{height}: {red} {green} {blue}"
            );
        }
    }
}
