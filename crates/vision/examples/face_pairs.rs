//! Distances of faces of the same and of different persons as their pictures get worse:
//!
//!     cargo run -p vision --example face_pairs -- PICTURE-OF-A PICTURE-OF-B…
//!
//! Every person is on one picture alone, so "same" means: that picture against worse copies of itself, which is easier than two
//! pictures taken on two days. One JSON object for each number of pixels between the eyes.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use image::RgbImage;
use image::imageops::{self, FilterType};
use serde_json::json;
use vision::face::{self, Descriptor};
use vision::{Picture, intake};

use common::cpu_ms;

/// Pixels between the eyes; below 40 the program gives no similarity.
const INTER_EYE_PX: [f32; 6] = [100.0, 60.0, 40.0, 30.0, 22.0, 16.0];

fn main() {
    let originals: Vec<Picture> = std::env::args()
        .skip(1)
        .map(|file| intake::read(&std::fs::read(file).unwrap()).unwrap())
        .collect();
    let own: Vec<Descriptor> = originals
        .iter()
        .map(|picture| described(picture).expect("a face").0)
        .collect();
    for inter_eye_px in INTER_EYE_PX {
        let (mut same, mut different, mut lost, mut cpu) = (Vec::new(), Vec::new(), 0, 0.0);
        for (person, original) in originals.iter().enumerate() {
            for copy in worse_copies(original, inter_eye_px) {
                let before = cpu_ms();
                let described = described(&copy);
                cpu += cpu_ms() - before;
                let Some((descriptor, _)) = described else {
                    lost += 1;
                    continue;
                };
                for (other, descriptor_of_other) in own.iter().enumerate() {
                    let distance = descriptor.distance(descriptor_of_other);
                    let place = if other == person {
                        &mut same
                    } else {
                        &mut different
                    };
                    place.push(distance);
                }
            }
        }
        let looked = lost + same.len();
        same.sort_by(f32::total_cmp);
        different.sort_by(f32::total_cmp);
        let share = |count: usize, of: usize| count as f64 / of.max(1) as f64;
        let passing = |distances: &[f32]| {
            let count = distances
                .iter()
                .filter(|d| face::similarity(**d) >= 50)
                .count();
            share(count, distances.len())
        };
        println!(
            "{}",
            json!({
                "inter_eye_px": inter_eye_px,
                "persons": originals.len(),
                "same": same.len(),
                "different": different.len(),
                "faces_not_found": lost,
                "same_median": same.get(same.len() / 2),
                "same_largest": same.last(),
                "different_least": different.first(),
                "same_passing": passing(&same),
                "different_passing": passing(&different),
                "cpu_ms": cpu / looked as f64,
            })
        );
    }
}

/// The largest face and the pixels between its eyes.
fn described(picture: &Picture) -> Option<(Descriptor, f32)> {
    let faces = face::detect(picture).unwrap();
    let face = faces.first()?;
    Some((
        face::descriptor(picture, face).unwrap(),
        face.inter_eye_px(),
    ))
}

/// The picture made so small, as it is and grey, dark, bright, blurred, tilted, printed with dots, and in poor JPEG.
fn worse_copies(original: &Picture, inter_eye_px: f32) -> Vec<Picture> {
    let (_, own_px) = described(original).expect("a face");
    let scale = inter_eye_px / own_px;
    let pixels = pixels(original);
    let size = |side: u32| ((side as f32 * scale).round() as u32).max(1);
    let small = imageops::resize(
        &pixels,
        size(pixels.width()),
        size(pixels.height()),
        FilterType::Triangle,
    );
    let grey =
        image::DynamicImage::ImageLuma8(image::DynamicImage::ImageRgb8(small.clone()).to_luma8())
            .to_rgb8();
    let lit = |gain: f32, gamma: f32| {
        mapped(&small, |v, _, _| {
            ((v / 255.0).powf(gamma) * gain * 255.0).min(255.0)
        })
    };
    let dots = mapped(&grey, |v, x, y| {
        let screen = ((x as f32 * 1.9).sin() * (y as f32 * 1.9).sin()) * 30.0;
        v * 0.8 + 30.0 + screen
    });
    let blurred = imageops::blur(&small, inter_eye_px / 25.0);
    let ramp = mapped(&small, |v, x, _| {
        v * (0.45 + 0.75 * x as f32 / small.width() as f32)
    });
    let mut copies: Vec<Picture> = [
        small.clone(),
        grey.clone(),
        lit(0.4, 1.0),
        lit(1.0, 0.6),
        lit(1.0, 1.6),
        blurred,
        dots,
        ramp,
        turned(&small, 8.0),
        turned(&grey, -12.0),
    ]
    .into_iter()
    .map(picture)
    .collect();
    for quality in [60, 25] {
        let jpeg = picture(small.clone()).jpeg(quality).unwrap();
        copies.push(intake::read(&jpeg).unwrap());
    }
    copies
}

fn mapped(from: &RgbImage, to: impl Fn(f32, u32, u32) -> f32) -> RgbImage {
    let mut made = from.clone();
    for (x, y, pixel) in made.enumerate_pixels_mut() {
        for value in &mut pixel.0 {
            *value = to(f32::from(*value), x, y).clamp(0.0, 255.0) as u8;
        }
    }
    made
}

/// Turned about its middle, by the nearest pixels' mean; what comes from outside is grey.
fn turned(from: &RgbImage, degrees: f32) -> RgbImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (cx, cy) = (from.width() as f32 / 2.0, from.height() as f32 / 2.0);
    RgbImage::from_fn(from.width(), from.height(), |x, y| {
        let (dx, dy) = (x as f32 - cx, y as f32 - cy);
        let (u, v) = (cx + dx * cos - dy * sin, cy + dx * sin + dy * cos);
        imageops::interpolate_bilinear(from, u, v).unwrap_or(image::Rgb([128; 3]))
    })
}

fn pixels(picture: &Picture) -> RgbImage {
    let (width, height) = (picture.width() as u32, picture.height() as u32);
    RgbImage::from_raw(width, height, picture.rgb().to_vec()).unwrap()
}

fn picture(pixels: RgbImage) -> Picture {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    Picture::new(width, height, pixels.into_raw()).unwrap()
}
