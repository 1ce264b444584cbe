//! Zones in pictures: generated documents in a face that was not trained on, in every turn, and pictures without a zone.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use time::macros::date;
use vision::mrz::{MrzReading, read_mrz_on};

struct Luma {
    px: Vec<u8>,
    w: usize,
    h: usize,
}

impl Luma {
    fn open(name: &str) -> Luma {
        let picture = image::open(format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR")))
            .unwrap()
            .into_luma8();
        Luma {
            w: picture.width() as usize,
            h: picture.height() as usize,
            px: picture.into_raw(),
        }
    }
    fn quarter_turned(&self) -> Luma {
        let (w, h) = (self.h, self.w);
        let px = (0..w * h)
            .map(|i| self.px[(self.h - 1 - i % w) * self.w + i / w])
            .collect();
        Luma { px, w, h }
    }
    fn read(&self) -> Option<MrzReading> {
        read_mrz_on(&self.px, self.w, self.h, date!(2026 - 06 - 01))
            .expect("the model loads and runs")
    }
}

#[test]
fn documents_in_every_turn() {
    let truth = std::fs::read_to_string(format!(
        "{}/tests/data/mrz.jsonl",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap();
    for row in truth.lines() {
        let row: serde_json::Value = serde_json::from_str(row).unwrap();
        let mut picture = Luma::open(row["file"].as_str().unwrap());
        for turn in 0..4 {
            let reading = picture.read().expect("a zone");
            assert_eq!(
                serde_json::json!(reading.lines),
                row["lines"],
                "turn {turn}"
            );
            assert!(reading.all_valid, "turn {turn}: {reading:?}");
            assert_eq!(serde_json::json!(reading.kind), row["kind"]);
            let [a, b, c, d] = reading.corners;
            for [x, y] in [a, b, c, d] {
                assert!(
                    x > 0.0 && y > 0.0 && x < picture.w as f32 && y < picture.h as f32,
                    "turn {turn}: {x} {y}"
                );
            }
            // Clockwise as it is read: the turn from the top edge to the right one is a right turn.
            assert!((b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]) > 0.0);
            picture = picture.quarter_turned();
        }
    }
}

/// What a covering hand leaves of a name must not count as a name.
#[test]
fn a_covered_name_does_not_hold() {
    let truth = std::fs::read_to_string(format!(
        "{}/tests/data/mrz.jsonl",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap();
    for row in truth.lines() {
        let row: serde_json::Value = serde_json::from_str(row).unwrap();
        let mut picture = Luma::open(row["file"].as_str().unwrap());
        let reading = picture.read().unwrap();
        let [a, b, _, d] = reading.corners;
        let rows = reading.lines.len() as f32;
        let letters = reading.lines[0].len() as f32;
        let name = if rows > 2.5 { rows - 0.5 } else { 0.5 };
        // A blot over letters 6 to 8 of the line with the names.
        let at = |i: usize| a[i] + (b[i] - a[i]) * 7.0 / letters + (d[i] - a[i]) * name / rows;
        let radius = (b[0] - a[0]).hypot(b[1] - a[1]) / letters * 1.2;
        for y in 0..picture.h {
            for x in 0..picture.w {
                if (x as f32 - at(0)).hypot(y as f32 - at(1)) < radius {
                    picture.px[y * picture.w + x] = 128;
                }
            }
        }
        if let Some(reading) = picture.read() {
            assert!(!reading.all_valid, "{}", row["file"]);
        }
    }
}

#[test]
fn pictures_without_a_zone() {
    let stripes = |w: usize, h: usize, by: usize| Luma {
        px: (0..w * h)
            .map(|i| {
                if ((i % w) / by).is_multiple_of(2) {
                    40
                } else {
                    200
                }
            })
            .collect(),
        w,
        h,
    };
    for picture in [
        stripes(600, 400, 3),
        stripes(600, 400, 5),
        Luma {
            px: vec![128; 600 * 400],
            w: 600,
            h: 400,
        },
    ] {
        assert!(picture.read().is_none());
    }
    // A zone cut off after its first half is none that holds.
    let mut whole = Luma::open("mrz_td3.jpg");
    let w = whole.w;
    for row in whole.px.chunks_exact_mut(w) {
        row[w / 2..].fill(200);
    }
    assert!(whole.read().is_none_or(|r| !r.all_valid));
}

#[test]
fn sizes_that_cannot_be() {
    let day = date!(2026 - 06 - 01);
    for (bytes, w, h) in [
        (0, 0, 0),
        (1, 1, 1),
        (10, 3, 3),
        (300, 300, 1),
        (0, usize::MAX, usize::MAX),
        (0, 0, 500),
    ] {
        assert!(read_mrz_on(&vec![0; bytes], w, h, day).unwrap().is_none());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn arbitrary_pixels_never_panic(w in 100usize..300, h in 20usize..200, seed in prop::collection::vec(any::<u8>(), 64)) {
        let px: Vec<u8> = (0..w * h).map(|i| seed[(i * 31 + i / w * 7) % seed.len()].wrapping_add((i / 97) as u8)).collect();
        let picture = Luma { px, w, h };
        let reading = picture.read();
        prop_assert!(reading.is_none_or(|r| !r.all_valid));
    }
}
