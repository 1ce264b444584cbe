//! Measures the corner finder on a folder of scenes: `NAME.jpg` with `NAME.json` {"corners": [[x, y] × 4] or null, "visible": [4], "tilt"}.
//!
//!     cargo run -p vision --example corner_measure -- FOLDER
//!
//! `--answers` prints one JSON object of the counts alone. Usable: all four corners in the picture, the document at least 40 % of the frame's width, tilt at most 25°.
//! Fair: usable, and neither too blurred nor too dark for guidance.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::path::PathBuf;
use std::time::Instant;

use serde::Deserialize;
use serde_json::json;
use vision::Picture;
use vision::document::{Outline, look, look_quickly};
use vision::quality::{Area, edge_sharpness, light};

use common::cpu_ms;

#[derive(Deserialize)]
struct Truth {
    corners: Option<[[f32; 2]; 4]>,
    visible: [f32; 4],
    tilt: f32,
}

fn main() {
    let (flags, folders): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let answers = flags.iter().any(|flag| flag == "--answers");
    let folder = folders.first().expect("a folder");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "jpg"))
        .collect();
    files.sort();
    let (mut usable, mut missed, mut within, mut rough) = (0, 0, [0; 3], 0);
    let (mut fair_ones, mut fair_within) = (0, [0; 3]);
    let (mut without, mut false_alarms) = (0, 0);
    let (mut times, mut cpu) = (Vec::new(), 0.0);
    for file in files {
        let picture = vision::intake::read(&std::fs::read(&file).unwrap()).unwrap();
        let truth: Truth =
            serde_json::from_slice(&std::fs::read(file.with_extension("json")).unwrap()).unwrap();
        let (began, before) = (Instant::now(), cpu_ms());
        let located = look(&picture).unwrap();
        cpu += cpu_ms() - before;
        times.push(began.elapsed().as_secs_f32() * 1000.0);
        let Some(corners) = truth
            .corners
            .filter(|_| truth.visible.iter().any(|v| *v > 0.0))
        else {
            without += 1;
            if located.outline.is_some() {
                false_alarms += 1;
                let found = located.outline.map(|outline| outline.corners);
                eprintln!("false alarm: {} {found:?}", file.display());
            }
            continue;
        };
        let truth_outline = Outline {
            corners,
            score: 1.0,
        };
        if truth.visible.iter().any(|v| *v < 1.0)
            || truth_outline.width_px() < 0.4 * picture.width() as f32
            || truth.tilt > 25.0
        {
            continue;
        }
        usable += 1;
        let fair = is_fair(&picture, &corners);
        fair_ones += usize::from(fair);
        let error = |found: Option<Outline>| {
            // At 45 degrees either of two corners may come first.
            let off = |found: Outline| {
                let off = (0..4).map(|i| {
                    let (a, b) = (found.corners[i], corners[i]);
                    (a[0] - b[0]).hypot(a[1] - b[1])
                });
                off.fold(0.0f32, f32::max) / truth_outline.width_px()
            };
            found.map(|found| {
                let turned = (0..4).map(|quarters| off(found.turned(quarters)));
                turned.fold(f32::MAX, f32::min)
            })
        };
        if error(look_quickly(&picture).unwrap().outline).is_some_and(|e| e < 0.02) {
            rough += 1;
        }
        match error(located.outline) {
            None => {
                missed += 1;
                eprintln!("missed: {}", file.display());
            }
            Some(error) => {
                for (i, limit) in [0.01, 0.02, 0.04].into_iter().enumerate() {
                    within[i] += usize::from(error < limit);
                    fair_within[i] += usize::from(error < limit && fair);
                }
                if error >= 0.02 {
                    let found = located.outline.map(|outline| outline.corners);
                    eprintln!("{:.1} % off: {} {found:?}", error * 100.0, file.display());
                }
            }
        }
    }
    if answers {
        println!(
            "{}",
            json!({
                "usable": usable, "within_1": within[0], "within_2": within[1], "within_4": within[2], "missed": missed,
                "fair": fair_ones, "fair_within_1": fair_within[0], "fair_within_2": fair_within[1], "fair_within_4": fair_within[2],
                "quick_within_2": rough, "without": without, "false_alarms": false_alarms,
                "cpu_ms": cpu / times.len() as f64,
            })
        );
        return;
    }
    times.sort_by(f32::total_cmp);
    let share = |n: usize, of: usize| 100.0 * n as f32 / of.max(1) as f32;
    println!(
        "usable {usable}: within 1 % {:.1}, 2 % {:.1} (without the edges {:.1}), 4 % {:.1}, missed {:.1} %",
        share(within[0], usable),
        share(within[1], usable),
        share(rough, usable),
        share(within[2], usable),
        share(missed, usable)
    );
    println!(
        "of them fair {fair_ones}: within 1 % {:.1}, 2 % {:.1}, 4 % {:.1}",
        share(fair_within[0], fair_ones),
        share(fair_within[1], fair_ones),
        share(fair_within[2], fair_ones)
    );
    println!(
        "without a document {without}: false alarms {:.1} %; {:.1} ms a picture (median)",
        share(false_alarms, without),
        times[times.len() / 2]
    );
}

/// Guidance's limits for a frame that it lets pass.
const LEAST_EDGE: f32 = 0.58;
const LEAST_LUMA: f32 = 60.0;

fn is_fair(picture: &Picture, corners: &[[f32; 2]; 4]) -> bool {
    // The upright rectangle inside the corners, as guidance looks at it.
    let sorted = |k: usize| {
        let mut values = corners.map(|p| p[k]);
        values.sort_by(f32::total_cmp);
        values
    };
    let (xs, ys) = (sorted(0), sorted(1));
    let inner = [xs[1], ys[1], xs[2] - xs[1], ys[2] - ys[1]];
    let area = Area::within(picture, inner).unwrap_or(Area::all(picture));
    edge_sharpness(picture, area).is_none_or(|sharpness| sharpness >= LEAST_EDGE)
        && light(picture, area).mean_luma >= LEAST_LUMA
}
