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

fn ffmpeg(arguments: &[&str]) {
    let status = Command::new("ffmpeg")
        .args(["-v", "error"])
        .args(arguments)
        .status()
        .expect("ffmpeg is needed by this test; cargo xtask test installs it");
    assert!(status.success());
}

#[test]
fn pictures_that_are_decoded_in_another_order_come_as_they_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("order.mp4");
    let film = "nullsrc=s=320x240:r=25:d=4,geq=lum='20+2*N':cb=128:cr=128";
    let encode = [
        "-c:v", "libx264", "-bf", "3", "-g", "50", "-pix_fmt", "yuv420p",
    ];
    ffmpeg(
        &[
            &["-f", "lavfi", "-i", film],
            &encode[..],
            &[path.to_str().unwrap()],
        ]
        .concat(),
    );

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

/// Phones write frames as the sensor lies, and how the picture is turned.
#[test]
fn a_film_that_says_how_it_is_turned_is_shown_upright() {
    let folder = tempfile::tempdir().unwrap();
    let (flat, turned) = (
        folder.path().join("flat.mp4"),
        folder.path().join("turned.mp4"),
    );
    // Bright above, dark below.
    let film = "nullsrc=s=320x240:r=25:d=1,geq=lum='if(lt(Y,120),200,60)':cb=128:cr=128";
    let encode = ["-c:v", "libx264", "-pix_fmt", "yuv420p"];
    ffmpeg(
        &[
            &["-f", "lavfi", "-i", film],
            &encode[..],
            &[flat.to_str().unwrap()],
        ]
        .concat(),
    );
    let mut bytes = std::fs::read(&flat).unwrap();
    let tkhd = bytes.windows(4).position(|four| four == b"tkhd").unwrap();
    let matrix = tkhd + 4 + 40;
    assert_eq!(bytes[matrix..matrix + 4], [0, 1, 0, 0]);
    let quarter = [0, 1 << 16, 0, -(1 << 16), 0]
        .map(i32::to_be_bytes)
        .concat();
    bytes[matrix..matrix + quarter.len()].copy_from_slice(&quarter);
    std::fs::write(&turned, bytes).unwrap();

    let mut reader = VideoReader::open(File::open(&turned).unwrap()).unwrap();
    let frame = reader.next_frame().unwrap().unwrap();
    assert_eq!((frame.width, frame.height), (240, 320));
    // Clockwise: what was above is right.
    let luma = |x: usize| frame.y[160 * 240 + x];
    assert!(
        luma(20) < 90 && luma(220) > 170,
        "{} {}",
        luma(20),
        luma(220)
    );
}
