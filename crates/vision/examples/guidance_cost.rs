//! CPU time of guidance by frame of 1280×720, and what it says of pictures.
//!
//!     cargo run -p vision --example guidance_cost -- [--answers] PICTURE…
//!
//! `--answers` prints one JSON object for each picture and thing wanted: {"file", "wanted", "cpu_ms", "instruction"}.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::{Duration, Instant};

use image::imageops::FilterType;
use serde_json::json;
use vision::guidance::{Guide, Wanted, assess_still};
use vision::{Picture, intake};

use common::cpu_ms;

const FRAMES: u32 = 60;
const WIDTH: u32 = 1280;
const HEIGHT: u32 = 720;

fn main() {
    let (flags, files): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let answers = flags.iter().any(|flag| flag == "--answers");
    for file in files {
        let picture = as_previewed(&intake::read(&std::fs::read(&file).unwrap()).unwrap());
        for wanted in [
            Wanted::DocumentFront,
            Wanted::DocumentRear,
            Wanted::PassportPage,
            Wanted::Selfie,
        ] {
            let mut guide = Guide::new(wanted);
            guide.look(&picture, Duration::ZERO).unwrap();
            let (began, before) = (Instant::now(), cpu_ms());
            let mut last = None;
            for i in 1..=FRAMES {
                last = Some(
                    guide
                        .look(&picture, Duration::from_millis(u64::from(i) * 66))
                        .unwrap(),
                );
            }
            let wall = began.elapsed().as_secs_f64() * 1000.0 / f64::from(FRAMES);
            let cpu = (cpu_ms() - before) / f64::from(FRAMES);
            let guidance = last.unwrap();
            if answers {
                println!(
                    "{}",
                    json!({ "file": file, "wanted": wanted, "cpu_ms": cpu, "instruction": guidance.instruction })
                );
                continue;
            }
            println!(
                "{file} {wanted:?}: {cpu:.1} ms of CPU a frame ({wall:.1} ms), {:?}, {:?}",
                guidance.instruction, guidance.seen
            );
            println!(
                "    as a still: {:?}",
                assess_still(wanted, &picture).unwrap().problems
            );
        }
    }
}

/// The picture in the size that guidance sees.
fn as_previewed(picture: &Picture) -> Picture {
    let (width, height) = (picture.width() as u32, picture.height() as u32);
    let pixels = image::RgbImage::from_raw(width, height, picture.rgb().to_vec()).unwrap();
    let small = image::imageops::resize(&pixels, WIDTH, HEIGHT, FilterType::Triangle);
    Picture::new(WIDTH as usize, HEIGHT as usize, small.into_raw()).unwrap()
}
