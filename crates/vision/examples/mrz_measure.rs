//! Measures the reading of zones on generated documents (`training/mrz_documents.py`):
//!
//!     cargo run -p vision --example mrz_measure -- FOLDER...
//!
//! One row a folder: documents, found, exact, valid but wrong, found where there is none, CPU a document (Linux). `--list` names each miss.

use std::error::Error;

use serde_json::Value;
use time::macros::date;

fn main() -> Result<(), Box<dyn Error>> {
    let (flags, folders): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|a| a.starts_with("--"));
    println!(
        "| set | documents | found | exact | exact and valid | valid but wrong | without a zone | found there | CPU ms a document | find, wall | read, wall |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for folder in folders {
        let (mut with, mut found, mut exact, mut valid, mut wrong, mut without, mut ghosts) =
            (0, 0, 0, 0, 0, 0, 0);
        let (mut find, mut read) = (0.0, 0.0);
        let truth = std::fs::read_to_string(format!("{folder}/truth.jsonl"))?;
        let mut pictures = Vec::new();
        for row in truth.lines() {
            let truth: Value = serde_json::from_str(row)?;
            let file = truth["file"].as_str().unwrap_or_default().to_owned();
            pictures.push((
                image::open(format!("{folder}/{file}"))?.into_luma8(),
                truth,
                file,
            ));
        }
        let before = cpu_ms();
        for (picture, truth, file) in pictures {
            let lines: Vec<String> = serde_json::from_value(truth["lines"].clone())?;
            let (w, h) = (picture.width() as usize, picture.height() as usize);
            let reading = vision::mrz::read_mrz_on(picture.as_raw(), w, h, date!(2026 - 06 - 01))?;
            if let Some(r) = &reading {
                find += r.ms.find;
                read += r.ms.read;
            }
            let same = reading.as_ref().is_some_and(|r| r.lines == lines);
            let claims = reading.as_ref().is_some_and(|r| r.all_valid);
            if lines.is_empty() {
                without += 1;
                ghosts += usize::from(reading.is_some());
                wrong += usize::from(claims);
                continue;
            }
            with += 1;
            found += usize::from(reading.is_some());
            exact += usize::from(same);
            valid += usize::from(same && claims);
            wrong += usize::from(claims && !same);
            if flags.iter().any(|f| f == "--list") && (!same || !claims) {
                println!(
                    "{file} {} turn {} valid {claims}\n  {}\n  {}",
                    truth["kind"],
                    truth["turn"],
                    lines.join(" "),
                    reading.map_or("-".into(), |r| r.lines.join(" "))
                );
            }
        }
        let total = cpu_ms() - before;
        let all = (with + without).max(1) as f32;
        let n = with.max(1) as f32;
        println!(
            "| {folder} | {with} | {found} | {exact} ({:.1} %) | {valid} ({:.1} %) | {wrong} | {without} | {ghosts} | {:.0} | {:.0} | {:.0} |",
            exact as f32 / n * 100.0,
            valid as f32 / n * 100.0,
            total / all,
            find / all,
            read / all
        );
    }
    Ok(())
}

/// CPU time of this process, in ms; 0 where `/proc` has none.
fn cpu_ms() -> f32 {
    const MS_PER_TICK: f32 = 10.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |s| s.1);
    let ticks = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|t| t.parse::<f32>().ok());
    ticks.sum::<f32>() * MS_PER_TICK
}
