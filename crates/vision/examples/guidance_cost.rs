//! CPU time of guidance by frame, and what it says of pictures.
//!
//!     cargo run -p vision --example guidance_cost -- PICTURE…
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use vision::guidance::{Guide, Wanted, assess_still};
use vision::intake;

const FRAMES: u32 = 30;

fn main() {
    for file in std::env::args().skip(1) {
        let picture = intake::read(&std::fs::read(&file).unwrap()).unwrap();
        println!("{file} {}×{}", picture.width(), picture.height());
        for wanted in [
            Wanted::DocumentFront,
            Wanted::DocumentRear,
            Wanted::PassportPage,
            Wanted::Selfie,
        ] {
            let mut guide = Guide::new(wanted);
            guide.look(&picture, Duration::ZERO).unwrap();
            let began = Instant::now();
            let mut last = None;
            for i in 1..=FRAMES {
                last = Some(
                    guide
                        .look(&picture, Duration::from_millis(u64::from(i) * 66))
                        .unwrap(),
                );
            }
            let ms = began.elapsed().as_secs_f32() * 1000.0 / FRAMES as f32;
            let guidance = last.unwrap();
            println!(
                "  {wanted:?}: {ms:.1} ms a frame, {:?}, {:?}",
                guidance.instruction, guidance.seen
            );
            println!(
                "    as a still: {:?}",
                assess_still(wanted, &picture).unwrap().problems
            );
        }
    }
}
