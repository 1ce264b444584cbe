//! Reading videos that others made.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs::File;
use std::process::Command;
use std::time::Duration;

use recorder::{VideoReader, YuvFrame};

/// Number of the picture by its brightness, and its time in ms.
fn seen(frame: &YuvFrame) -> (u64, u64) {
    let luma = frame.y[frame.y.len() / 2];
    let number = (f64::from(luma) - 20.0) / 2.0;
    (number.round() as u64, frame.at.as_millis() as u64)
}

#[test]
fn pictures_that_are_decoded_in_another_order_come_as_they_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("order.mp4");
    let film = "nullsrc=s=320x240:r=25:d=4,geq=lum='20+2*N':cb=128:cr=128";
    let status = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", film])
        .args([
            "-c:v", "libx264", "-bf", "3", "-g", "50", "-pix_fmt", "yuv420p",
        ])
        .arg(&path)
        .status()
        .expect("ffmpeg is needed by this test; cargo xtask test installs it");
    assert!(status.success());

    let mut reader = VideoReader::open(File::open(&path).unwrap()).unwrap();
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame().unwrap() {
        frames.push(seen(&frame));
    }
    let expected: Vec<(u64, u64)> = (0..100).map(|n| (n, 40 * n)).collect();
    assert_eq!(frames, expected);

    for at in [3_000, 1_999, 2_000, 0] {
        reader.seek(Duration::from_millis(at));
        let first = reader.next_frame().unwrap().unwrap();
        assert_eq!(
            seen(&first),
            (at / 2_000 * 50, at / 2_000 * 2_000),
            "{at} ms"
        );
    }
}
