//! Measures the reading of printed text on generated documents (`training/printed_documents.py`), or shows what pictures say:
//!
//!     cargo run -p vision --example printed_measure -- FOLDER-OR-PICTURE...
//!
//! A row a folder: printed values, those that a line holds exactly, letters wrong of all, CPU a document and a line (Linux);
//! then for the names that a zone writes: those whose printed form is found as it is, as another though it is said to be
//! sure, as another and said to be doubtful, and not at all. `--list` names each miss; `--answers` prints one JSON object a folder.

mod common;

use std::error::Error;
use std::path::Path;

use serde_json::{Value, json};
use vision::printed::{PrintedLine, printed_form, read_lines};

use common::cpu_ms;

fn main() -> Result<(), Box<dyn Error>> {
    let (flags, places): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let given = |flag: &str| flags.iter().any(|f| f == flag);
    let (list, answers) = (given("--list"), given("--answers"));
    if !answers {
        println!(
            "| set | documents | values | exact | letters | wrong | CPU ms a document | lines | CPU ms a line |"
        );
        println!("|---|---|---|---|---|---|---|---|---|");
    }
    for place in places {
        if Path::new(&place).is_dir() {
            measure(&place, list, answers)?;
        } else {
            show(&place)?;
        }
    }
    Ok(())
}

fn show(file: &str) -> Result<(), Box<dyn Error>> {
    let picture = vision::intake::read(&std::fs::read(file)?)?;
    for _ in 0..2 {
        let before = cpu_ms();
        let lines = read_lines(&picture)?;
        println!("{file}: {} lines, {} ms", lines.len(), cpu_ms() - before);
        for line in lines {
            let [x, y] = line.corners[0];
            println!("  {:.2} at {x:.0},{y:.0}: {}", line.confidence, line.text);
        }
    }
    Ok(())
}

fn measure(folder: &str, list: bool, answers: bool) -> Result<(), Box<dyn Error>> {
    let truth = std::fs::read_to_string(format!("{folder}/truth.jsonl"))?;
    let (mut values, mut exact, mut letters, mut wrong, mut count, mut cpu) = (0, 0, 0, 0, 0, 0.0);
    let documents = truth.lines().count();
    let mut forms = [0; 4];
    for row in truth.lines() {
        let truth: Value = serde_json::from_str(row)?;
        let file = truth["file"].as_str().unwrap_or_default();
        let picture = vision::intake::read(&std::fs::read(format!("{folder}/{file}"))?)?;
        let before = cpu_ms();
        let lines = read_lines(&picture)?;
        cpu += cpu_ms() - before;
        count += lines.len();
        let names: Vec<[String; 2]> = serde_json::from_value(truth["names"].clone())?;
        for [printed, zone] in names {
            let form = printed_form(&zone, &lines);
            let place = match &form {
                Some(form) if form.value == printed => 0,
                Some(form) if form.sure => 1,
                Some(_) => 2,
                None => 3,
            };
            forms[place] += 1;
            if list && place > 0 {
                let form = form.map(|f| (f.value, f.sure));
                println!("{file}: {printed} of {zone} taken for {form:?}");
            }
        }
        let expected: Vec<String> = serde_json::from_value(truth["values"].clone())?;
        for value in expected {
            let found = nearest(&value, &lines);
            values += 1;
            exact += usize::from(found.0 == 0);
            letters += value.chars().count();
            wrong += found.0.min(value.chars().count());
            if list && found.0 > 0 {
                println!("{file}: {value} read as {}", found.1);
            }
        }
    }
    if answers {
        println!(
            "{}",
            json!({
                "documents": documents, "values": values, "exact": exact, "letters": letters, "wrong": wrong, "names": forms,
                "cpu_ms": cpu / documents as f64,
            })
        );
        return Ok(());
    }
    println!(
        "| {folder} | {documents} | {values} | {:.4} | {letters} | {wrong} | {:.0} | {count} | {:.1} | {} | {} | {} | {} | {} |",
        exact as f64 / values as f64,
        cpu / documents as f64,
        cpu / count as f64,
        forms.iter().sum::<usize>(),
        forms[0],
        forms[1],
        forms[2],
        forms[3]
    );
    Ok(())
}

/// The line nearest to a value, and by how many letters they differ.
fn nearest(value: &str, lines: &[PrintedLine]) -> (usize, String) {
    lines
        .iter()
        .map(|line| (edits(value, &line.text), line.text.clone()))
        .min()
        .unwrap_or((usize::MAX, String::new()))
}

fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}
