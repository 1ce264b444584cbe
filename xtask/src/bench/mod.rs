//! `cargo xtask bench`: what the product costs beside well-known peers, measured in one run on one machine.

mod measure;
mod preview;
mod record;
mod upload;
mod vision;

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
    /// Zones read beside PassportEye, fastmrz and tesseract; corners, print, faces, guidance.
    Vision,
}

/// What the benchmark of the subject `vision` measures with.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct VisionOptions {
    /// vision: which made-up documents and scenes are drawn.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// vision: documents of each size; scenes are four times as many.
    #[arg(long, default_value_t = 60)]
    documents: u32,
    /// vision: the product alone, without what it is measured beside.
    #[arg(long)]
    no_peers: bool,
}

/// A table and its heading.
struct Table {
    name: String,
    rows: Vec<Row>,
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
pub fn bench(
    subject: Option<Subject>,
    vision: VisionOptions,
    as_json: bool,
) -> Result<(), TaskError> {
    setup::prepare(match subject {
        // Its peers are installed on the way, and may fail.
        Some(Subject::Vision) => Purpose::Shell,
        _ => Purpose::Bench,
    })?;
    let mut results = serde_json::Map::new();
    for (each, name) in [
        (Subject::Record, "record"),
        (Subject::Upload, "upload"),
        (Subject::Preview, "preview"),
        (Subject::Vision, "vision"),
    ] {
        if subject.is_some_and(|wanted| wanted != each) {
            continue;
        }
        let one = |rows| {
            vec![Table {
                name: name.to_owned(),
                rows,
            }]
        };
        let tables = match each {
            Subject::Upload => one(upload::measure()?),
            Subject::Record => one(record::measure()?),
            Subject::Preview => one(preview::measure()?),
            Subject::Vision => vision::measure(vision)?,
        };
        for Table { name, rows } in tables {
            if !as_json {
                print_table(&name, &rows);
            }
            results.insert(name, rows.iter().map(row_json).collect());
        }
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
    // A peer that could not be run has no figures.
    let Some(fullest) = rows.iter().max_by_key(|row| row.figures.len()) else {
        return;
    };
    let names: Vec<&str> = fullest
        .figures
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    println!("\n## {name}\n\n| | {} |", names.join(" | "));
    println!("| --- |{}", " --- |".repeat(names.len()));
    for row in rows {
        let cells: Vec<String> = names.iter().map(|name| shown(row.figure(name))).collect();
        println!("| {} | {} |", row.what, cells.join(" | "));
    }
}

/// `–` for what was not measured.
fn shown(figure: f64) -> String {
    if figure.is_nan() {
        "–".to_owned()
    } else if figure.fract() == 0.0 {
        format!("{figure:.0}")
    } else {
        format!("{figure:.2}")
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
