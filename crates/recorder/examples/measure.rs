//! CPU of recording: `cargo run --release -p recorder --example measure`.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use recorder::{FragmentSink, Recorder, RecorderConfig, YuvFrame};

struct Nowhere;

impl FragmentSink for Nowhere {
    fn write_fragment(&mut self, _: &[u8]) -> std::io::Result<()> {
        Ok(())
    }
}

fn main() {
    const FRAMES: u32 = 300;
    let (width, height) = (1280_u32, 720_u32);
    let mut noise = 1_u32;
    let mut random = || {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 29) as u8
    };
    let pictures: Vec<Vec<u8>> = (0..30_u32)
        .map(|n| {
            (0..width * height)
                .map(|i| (((i % width + n * 3) / 4) ^ ((i / width) / 3)) as u8 / 2 + random())
                .collect()
        })
        .collect();
    let config = RecorderConfig {
        queue: FRAMES as usize,
        ..RecorderConfig::default()
    };
    let recorder = Recorder::start(config, Box::new(Nowhere)).unwrap();
    let chroma = vec![128; (width * height / 4) as usize];
    for n in 0..FRAMES {
        recorder.push(YuvFrame {
            width,
            height,
            y: pictures[n as usize % pictures.len()].clone(),
            u: chroma.clone(),
            v: chroma.clone(),
            at: Duration::from_millis(u64::from(n) * 33),
        });
    }
    let start = Instant::now();
    let before = recorder.stats().frames;
    let summary = recorder.finish().unwrap();
    let each = start.elapsed().as_secs_f64() * 1000.0 / (summary.frames - before) as f64;
    println!(
        "{each:.2} ms a frame of {width}×{height}, {} bytes",
        summary.bytes
    );
}
