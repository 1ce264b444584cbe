//! What the product sees: zones beside other readers, corners, print, faces, and the cost of guidance.

mod score;
mod workshop;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::measure::output;
use super::{Row, Table, VisionOptions};
use crate::cargo::{self, Program};
use crate::exec::{self, TaskError};
use crate::models;
use score::{Answers, Score, Truth, unexpected};
use workshop::{PEERS, Workshop};

/// Widths of the document in the picture, in pixels.
const WIDTHS: [u32; 3] = [900, 700, 500];
/// Scenes whose seeds are below a million are kept for measuring.
const SCENES: u64 = 1_000_000;
/// Scenes are quickly drawn, and half of them are usable.
const SCENES_A_DOCUMENT: u64 = 4;
/// Printed documents are slow to read.
const MOST_PRINTED: u32 = 40;
const SPECIMENS: &str = "crates/camera/specimens";
/// What guidance is asked for, and the specimen before the camera.
const GUIDED: [(&str, &str); 6] = [
    ("document_front", "document_front"),
    ("document_rear", "document_rear"),
    ("passport_page", "passport_page"),
    ("selfie", "face"),
    ("document_front", "face"),
    ("selfie", "document_rear"),
];

pub fn measure(options: VisionOptions) -> Result<Vec<Table>, TaskError> {
    models::prepare()?;
    let mut programs = Vec::new();
    for example in [
        "mrz_measure",
        "corner_measure",
        "printed_measure",
        "face_pairs",
        "guidance_cost",
    ] {
        programs.extend(cargo::build(&["-p", "vision", "--example", example])?);
    }
    let workshop = Workshop::open()?;
    let mut tables = Vec::new();
    for width in WIDTHS {
        tables.push(zones(&workshop, &programs, options, width)?);
    }
    tables.push(corners(&workshop, &programs, options)?);
    tables.push(print(&workshop, &programs, options)?);
    tables.push(faces(&programs)?);
    tables.push(guidance(&programs)?);
    fs::remove_dir_all(&workshop.folder).map_err(TaskError::file(&workshop.folder))?;
    Ok(tables)
}

/// Machine-readable zones of documents `width` pixels wide, by the product and by its peers.
fn zones(
    workshop: &Workshop,
    programs: &[Program],
    options: VisionOptions,
    width: u32,
) -> Result<Table, TaskError> {
    let arguments = [
        format!("--count={}", options.documents),
        format!("--card-width={width}"),
        format!("--seed={}", options.seed),
    ];
    let folder = workshop.draw("mrz_documents.py", &format!("zones-{width}"), &arguments)?;
    let truths = score::truths(&folder)?;
    let mut rows = Vec::new();
    for (what, flags) in [
        ("VideoID Desk, the zone", vec!["--answers"]),
        (
            "VideoID Desk, the whole picture without print",
            vec!["--answers", "--whole"],
        ),
    ] {
        let output = example(programs, "mrz_measure", &flags, &[&folder])?;
        let found = score::answers("mrz_measure", &output)?;
        rows.push(row_of(what, &truths, &found));
    }
    for peer in PEERS.iter().filter(|_| !options.no_peers) {
        let asked = workshop
            .ask(peer, &folder)
            .and_then(|output| score::answers(peer.name, &output));
        rows.push(match asked {
            Ok(answers) => row_of(peer.name, &truths, &answers),
            Err(error) => {
                let why = error.to_string();
                eprintln!("{}: {why}", peer.name);
                Row::new(format!("{}: not measured ({why})", peer.name), &[])
            }
        });
    }
    const CPU: &str = "CPU ms a document";
    let peer = rows
        .iter()
        .find(|row| row.what.starts_with("PassportEye"))
        .map_or(f64::NAN, |row| row.figure(CPU));
    for row in rows.iter_mut().filter(|row| !row.figures.is_empty()) {
        let ratio = row.figure(CPU) / peer;
        row.figures
            .push(("CPU ratio to PassportEye".to_owned(), ratio));
    }
    Ok(Table {
        name: format!(
            "vision: zones of {} documents {width} px wide, seed {}",
            truths.len(),
            options.seed
        ),
        rows,
    })
}

fn row_of(reader: &str, truths: &[Truth], found: &Answers) -> Row {
    let score = Score::of(truths, &found.answers);
    let count = |n: Option<u32>| n.map_or(f64::NAN, f64::from);
    Row::new(
        reader,
        &[
            ("exact documents %", percent(score.exact, score.documents)),
            (
                "exact and said to be valid %",
                count(score.exact_and_valid) * 100.0 / f64::from(score.documents),
            ),
            ("exact lines %", percent(score.exact_lines, score.lines)),
            ("valid but wrong", count(score.valid_but_wrong)),
            ("lines where there is no zone", f64::from(score.made_up)),
            ("pictures without a zone", f64::from(score.without_zone)),
            ("CPU ms a document", found.cpu_ms / truths.len() as f64),
        ],
    )
}

/// Corners of documents in scenes that were never trained on.
fn corners(
    workshop: &Workshop,
    programs: &[Program],
    options: VisionOptions,
) -> Result<Table, TaskError> {
    let count = u64::from(options.documents) * SCENES_A_DOCUMENT;
    let first = scenes_from(options.seed, count);
    let arguments = [first.to_string(), count.to_string()];
    let folder = workshop.draw("corners_check.py", "scenes", &arguments)?;
    let found = object(&example(
        programs,
        "corner_measure",
        &["--answers"],
        &[&folder],
    )?)?;
    let number = |name: &str| found[name].as_f64().unwrap_or(f64::NAN);
    let of_usable = |name: &str| 100.0 * number(name) / number("usable");
    let row = Row::new(
        format!("scenes {first} to {}", first + count - 1),
        &[
            ("usable", number("usable")),
            (
                "all corners within 1 % of the width, %",
                of_usable("within_1"),
            ),
            ("within 2 %", of_usable("within_2")),
            ("within 4 %", of_usable("within_4")),
            ("as in the preview, within 2 %", of_usable("quick_within_2")),
            ("not found %", of_usable("missed")),
            ("without a document", number("without")),
            (
                "a document seen there, %",
                100.0 * number("false_alarms") / number("without"),
            ),
            ("CPU ms a picture", number("cpu_ms")),
        ],
    );
    Ok(Table {
        name: format!("vision: corners in {count} scenes, seed {}", options.seed),
        rows: vec![row],
    })
}

/// The first of `count` scenes that are kept for measuring.
fn scenes_from(seed: u64, count: u64) -> u64 {
    let room = SCENES.saturating_sub(count).max(1);
    seed.wrapping_mul(count).wrapping_add(10_000) % room
}

/// Printed names, numbers and dates on straightened fronts.
fn print(
    workshop: &Workshop,
    programs: &[Program],
    options: VisionOptions,
) -> Result<Table, TaskError> {
    let count = options.documents.min(MOST_PRINTED);
    let arguments = [
        format!("--count={count}"),
        "--width=1000".to_owned(),
        format!("--seed={}", options.seed),
    ];
    let folder = workshop.draw("printed_documents.py", "printed", &arguments)?;
    let found = object(&example(
        programs,
        "printed_measure",
        &["--answers"],
        &[&folder],
    )?)?;
    let number = |name: &str| found[name].as_f64().unwrap_or(f64::NAN);
    let names: Vec<f64> = (0..4)
        .map(|i| found["names"][i].as_f64().unwrap_or(f64::NAN))
        .collect();
    let of_names = |n: f64| 100.0 * n / names.iter().sum::<f64>();
    let row = Row::new(
        format!("{count} straightened fronts, 1000 px wide"),
        &[
            ("values", number("values")),
            ("exact %", 100.0 * number("exact") / number("values")),
            (
                "wrong letters %",
                100.0 * number("wrong") / number("letters"),
            ),
            ("printed form of a zone's name, right %", of_names(names[0])),
            ("wrong and said to be sure %", of_names(names[1])),
            ("wrong and said to be doubtful %", of_names(names[2])),
            ("none %", of_names(names[3])),
            ("CPU ms a document", number("cpu_ms")),
        ],
    );
    Ok(Table {
        name: format!("vision: print, seed {}", options.seed),
        rows: vec![row],
    })
}

/// Faces of the committed pictures, each against worse copies of itself and of the others.
fn faces(programs: &[Program]) -> Result<Table, TaskError> {
    let root = exec::root();
    let persons = [
        root.join(SPECIMENS).join("face.jpg"),
        root.join("crates/vision/tests/data/face_other.jpg"),
    ];
    let text = example(programs, "face_pairs", &[], &[&persons[0], &persons[1]])?;
    let mut rows = Vec::new();
    for found in objects(&text)? {
        let number = |name: &str| found[name].as_f64().unwrap_or(f64::NAN);
        rows.push(Row::new(
            format!("{} px between the eyes", number("inter_eye_px")),
            &[
                ("same", number("same")),
                ("passing %", 100.0 * number("same_passing")),
                ("median distance", number("same_median")),
                ("largest", number("same_largest")),
                ("different", number("different")),
                ("different, passing %", 100.0 * number("different_passing")),
                ("least distance", number("different_least")),
                ("faces not found", number("faces_not_found")),
                ("CPU ms a face", number("cpu_ms")),
            ],
        ));
    }
    Ok(Table {
        name: "vision: faces of two persons".to_owned(),
        rows,
    })
}

/// CPU of a guided preview picture, for what is asked for and for a picture that does not show it.
fn guidance(programs: &[Program]) -> Result<Table, TaskError> {
    let folder = exec::root().join(SPECIMENS);
    let files = ["document_front", "document_rear", "passport_page", "face"]
        .map(|name| folder.join(format!("{name}.jpg")));
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let text = example(programs, "guidance_cost", &["--answers"], &files)?;
    let mut rows = Vec::new();
    for found in objects(&text)? {
        let file = Path::new(found["file"].as_str().unwrap_or_default());
        let shown = file.file_stem().unwrap_or_default().to_string_lossy();
        let wanted = found["wanted"].as_str().unwrap_or_default();
        if !GUIDED.contains(&(wanted, &shown)) {
            continue;
        }
        let said = found["instruction"].as_str().unwrap_or_default();
        rows.push(Row::new(
            format!("{wanted} asked, {shown} shown: {said}"),
            &[(
                "CPU ms a frame",
                found["cpu_ms"].as_f64().unwrap_or(f64::NAN),
            )],
        ));
    }
    Ok(Table {
        name: "vision: guidance on frames of 1280×720".to_owned(),
        rows,
    })
}

fn example(
    programs: &[Program],
    name: &str,
    flags: &[&str],
    places: &[&Path],
) -> Result<String, TaskError> {
    let mut command: Command = exec::command(cargo::find(programs, name)?);
    command.args(flags).args(places);
    eprintln!("$ {}", exec::shown(&command));
    output(&mut command)
}

fn objects(text: &str) -> Result<Vec<Value>, TaskError> {
    text.lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).map_err(|error| unexpected("measuring", &error)))
        .collect()
}

fn object(text: &str) -> Result<Value, TaskError> {
    let first = objects(text)?.into_iter().next();
    first.ok_or_else(|| unexpected("measuring", &"it said nothing"))
}

fn percent(part: u32, whole: u32) -> f64 {
    100.0 * f64::from(part) / f64::from(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenes_are_never_those_of_the_training() {
        for seed in [0, 1, 7, 4_949, u64::MAX] {
            for count in [1, 200, 6_000, 1_000_000] {
                assert!(
                    scenes_from(seed, count) + count <= SCENES + 1,
                    "{seed} {count}"
                );
            }
        }
        assert_ne!(scenes_from(1, 200), scenes_from(2, 200));
    }
}
