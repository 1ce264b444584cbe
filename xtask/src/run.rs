//! `cargo xtask run`.

use std::process::ExitCode;

use crate::cargo;
use crate::exec::{self, TaskError};
use crate::models;
use crate::setup::{self, Purpose};
use crate::ui;

/// Where the enrollment from the shell leaves its evidence.
const EVIDENCE_DIR: &str = "evidence-out";

/// Opens the window, or takes an enrollment from the shell; the exit code is that of the program.
pub fn run(headless: bool, args: &[String]) -> Result<ExitCode, TaskError> {
    if headless {
        return demo(args);
    }
    if !has_display() {
        println!("No display: taking the enrollment from the shell.");
        return demo(args);
    }
    window(args)
}

fn window(args: &[String]) -> Result<ExitCode, TaskError> {
    setup::prepare(Purpose::Window)?;
    models::prepare()?;
    ui::build()?;
    // With the journeys, because their dependencies change features of the web view's ones: so this build and that
    // of the tests share everything, instead of building the web view twice.
    let programs = cargo::build(&[
        "--package",
        "videoid-desk",
        "--bin",
        "videoid-desk",
        "--test",
        "*",
    ])?;
    let app = cargo::find(&programs, "videoid-desk")?;
    start(exec::command(app).arg("--training").args(args))
}

fn demo(args: &[String]) -> Result<ExitCode, TaskError> {
    setup::prepare(Purpose::Shell)?;
    models::prepare()?;
    let programs = cargo::build(&["--package", "cli", "--bin", "videoid"])?;
    let videoid = cargo::find(&programs, "videoid")?;
    start(
        exec::command(videoid)
            .args(["demo", "--out", EVIDENCE_DIR])
            .args(args),
    )
}

fn start(program: &mut std::process::Command) -> Result<ExitCode, TaskError> {
    println!("$ {}", exec::shown(program));
    let status = exec::status(program)?;
    // No code: ended by a signal.
    let code = status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1);
    Ok(ExitCode::from(code))
}

fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
