//! `cargo xtask bench`: what the product costs beside well-known peers, measured in one run on one machine.

mod measure;
mod preview;
mod record;
mod upload;

use clap::ValueEnum;
use serde::Serialize;
use serde_json::{Value, json};

use crate::exec::{self, TaskError};
use crate::setup::{self, Purpose};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Subject {
    /// 4 pictures of 1 MB and a video of 200 MB over mutual TLS, against curl from files.
    Upload,
    /// CPU and quality of a recorded 720p picture, against ffmpeg's libx264.
    Record,
    /// Painted pictures a second and CPU of the live view in the real window.
    Preview,
}

/// One line of a table.
#[derive(Debug, Serialize)]
struct Row {
    what: String,
    /// Named figures with their units in the name.
    figures: Vec<(String, f64)>,
}

impl Row {
    fn new(what: impl Into<String>, figures: &[(&str, f64)]) -> Row {
        let figures = figures
            .iter()
            .map(|(name, value)| ((*name).to_owned(), *value))
            .collect();
        Row {
            what: what.into(),
            figures,
        }
    }

    fn figure(&self, name: &str) -> f64 {
        self.figures
            .iter()
            .find(|(own, _)| own == name)
            .map_or(f64::NAN, |(_, value)| *value)
    }
}

/// Runs the benchmarks named, or all, and prints tables or one JSON object.
pub fn bench(subject: Option<Subject>, as_json: bool) -> Result<(), TaskError> {
    setup::prepare(Purpose::Bench)?;
    let mut results = serde_json::Map::new();
    for (each, name) in [
        (Subject::Record, "record"),
        (Subject::Upload, "upload"),
        (Subject::Preview, "preview"),
    ] {
        if subject.is_some_and(|wanted| wanted != each) {
            continue;
        }
        let rows = match each {
            Subject::Upload => upload::measure()?,
            Subject::Record => record::measure()?,
            Subject::Preview => preview::measure()?,
        };
        if !as_json {
            print_table(name, &rows);
        }
        results.insert(name.to_owned(), rows.iter().map(row_json).collect());
    }
    if as_json {
        println!("{}", json!({ "machine": machine(), "results": results }));
    } else {
        println!("\nMachine: {}", machine());
    }
    Ok(())
}

fn row_json(row: &Row) -> Value {
    let figures: serde_json::Map<String, Value> = row
        .figures
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    json!({ "what": row.what, "figures": figures })
}

/// A Markdown table, ready for `docs/benchmarks.md`.
fn print_table(name: &str, rows: &[Row]) {
    let Some(first) = rows.first() else { return };
    let names: Vec<&str> = first
        .figures
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    println!("\n## {name}\n\n| | {} |", names.join(" | "));
    println!("| --- |{}", " --- |".repeat(names.len()));
    for row in rows {
        let cells: Vec<String> = names
            .iter()
            .map(|name| format!("{:.2}", row.figure(name)))
            .collect();
        println!("| {} | {} |", row.what, cells.join(" | "));
    }
}

/// The processor's name and how many of it there are.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = exec::answer(
        exec::command("sh").args(["-c", "grep -m1 'model name' /proc/cpuinfo | cut -d: -f2"]),
    )
    .unwrap_or_default();
    format!("{cores} cores, {}", model.trim())
}
