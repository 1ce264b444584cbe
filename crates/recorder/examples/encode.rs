//! Encodes a raw I420 file as the app records a camera: `encode IN.yuv OUT.mp4 [BITS_A_SECOND]`, 1280×720 at 30 frames a
//! second. `cargo xtask bench record` compares it with other encoders on the same input.
#![allow(clippy::unwrap_used)]

use std::fs::File;
use std::io::{BufReader, BufWriter, Read};
use std::time::Duration;

use recorder::{FileSink, Pushed, Recorder, RecorderConfig, YuvFrame, finalise};

const WIDTH: usize = 1280;
const HEIGHT: usize = 720;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, output, rest @ ..] = arguments.as_slice() else {
        panic!("encode IN.yuv OUT.mp4 [BITS_A_SECOND]")
    };
    let bitrate_bps = rest.first().map_or(1_500_000, |bits| bits.parse().unwrap());
    let config = RecorderConfig {
        bitrate_bps,
        ..RecorderConfig::default()
    };
    let part = format!("{output}.part");
    let sink = FileSink::new(File::create(&part).unwrap());
    let recorder = Recorder::start(config, Box::new(sink)).unwrap();
    let mut reader = BufReader::with_capacity(1 << 20, File::open(input).unwrap());
    let mut plane = |length: usize| {
        let mut bytes = vec![0; length];
        reader.read_exact(&mut bytes).ok().map(|()| bytes)
    };
    let mut number = 0_u32;
    while let (Some(y), Some(u), Some(v)) = (
        plane(WIDTH * HEIGHT),
        plane(WIDTH * HEIGHT / 4),
        plane(WIDTH * HEIGHT / 4),
    ) {
        let at = Duration::from_secs(1) * number / 30;
        let (width, height) = (WIDTH as u32, HEIGHT as u32);
        let frame = YuvFrame {
            width,
            height,
            y,
            u,
            v,
            at,
        };
        // A file gives frames faster than a camera; nothing may be dropped here.
        loop {
            match recorder.push(frame.clone()) {
                Pushed::Accepted => break,
                Pushed::Dropped => std::thread::sleep(Duration::from_millis(2)),
                // What went wrong, `finish` says below.
                Pushed::Stopped => break,
            }
        }
        number += 1;
    }
    let summary = recorder.finish().unwrap();
    assert_eq!(summary.frames, u64::from(number), "pictures were lost");
    let out = BufWriter::new(File::create(output).unwrap());
    finalise(BufReader::new(File::open(&part).unwrap()), out).unwrap();
    std::fs::remove_file(part).unwrap();
    println!("{} frames", summary.frames);
}
