//! Measures the reading of zones on generated documents (`training/mrz_documents.py`):
//!
//!     cargo run -p vision --example mrz_measure -- FOLDER...
//!
//! One row a folder: documents, found, exact, valid but wrong, found where there is none, CPU a document (Linux). `--list` names each
//! miss; `--answers` prints instead, of the first folder, one JSON object a picture, {"file", "lines", "all_valid"}, and a last one
//! {"cpu_ms"}, which counts the files' decoding too; with `--whole` the zone is read as part of the whole picture, print left out.

mod common;

use std::error::Error;

use serde_json::{Value, json};
use time::Date;
use time::macros::date;
use vision::mrz::read_mrz_on;
use vision::reading::{Wants, read_picture};

use common::cpu_ms;

/// The day that the dates on the generated documents are judged by.
const TODAY: Date = date!(2026 - 06 - 01);

fn main() -> Result<(), Box<dyn Error>> {
    let (flags, folders): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let given = |flag: &str| flags.iter().any(|f| f == flag);
    if given("--answers") {
        let folder = folders.first().ok_or("a folder is needed")?;
        return answers(folder, given("--whole"));
    }
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
            let reading = read_mrz_on(picture.as_raw(), w, h, TODAY)?;
            if let Some(r) = &reading {
                find += f64::from(r.ms.find);
                read += f64::from(r.ms.read);
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
        let all = f64::from((with + without).max(1_u32));
        let n = f64::from(with.max(1));
        println!(
            "| {folder} | {with} | {found} | {exact} ({:.1} %) | {valid} ({:.1} %) | {wrong} | {without} | {ghosts} | {:.0} | {:.0} | {:.0} |",
            exact as f64 / n * 100.0,
            valid as f64 / n * 100.0,
            total / all,
            find / all,
            read / all
        );
    }
    Ok(())
}

/// What was read on each picture, for whoever compares readers.
fn answers(folder: &str, whole: bool) -> Result<(), Box<dyn Error>> {
    let truth = std::fs::read_to_string(format!("{folder}/truth.jsonl"))?;
    let began = cpu_ms();
    for row in truth.lines() {
        let truth: Value = serde_json::from_str(row)?;
        let file = truth["file"].as_str().unwrap_or_default();
        let path = format!("{folder}/{file}");
        let reading = if whole {
            let picture = vision::intake::read(&std::fs::read(path)?)?;
            read_picture(&picture, TODAY, Wants { printed: false })?.zone
        } else {
            let picture = image::open(path)?.into_luma8();
            let (w, h) = (picture.width() as usize, picture.height() as usize);
            read_mrz_on(picture.as_raw(), w, h, TODAY)?
        };
        let (lines, all_valid) = reading.map_or((Vec::new(), false), |r| (r.lines, r.all_valid));
        println!(
            "{}",
            json!({ "file": file, "lines": lines, "all_valid": all_valid })
        );
    }
    println!("{}", json!({ "cpu_ms": cpu_ms() - began }));
    Ok(())
}
