//! `cargo xtask test`: what must hold before a change lands.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::cargo::{self, Program};
use crate::deny;
use crate::exec::{self, TaskError};
use crate::models;
use crate::setup::{self, Purpose};
use crate::steps::Steps;
use crate::ui;

/// Sums over the `test result:` lines of all test programs.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Totals {
    passed: u64,
    failed: u64,
    ignored: u64,
}

pub fn test(fast: bool) -> Result<(), TaskError> {
    let mut steps = Steps::default();
    let outcome = all(fast, &mut steps);
    steps.summary();
    let totals = outcome?;
    println!(
        "test result: ok. {} passed; {} failed; {} ignored; all steps",
        totals.passed, totals.failed, totals.ignored
    );
    Ok(())
}

fn all(fast: bool, steps: &mut Steps) -> Result<Totals, TaskError> {
    steps.step("Set-up", || {
        setup::prepare(Purpose::Tests)?;
        setup::rust_components()?;
        models::prepare()
    })?;
    steps.step("Format", || {
        exec::run(exec::cargo().args(["fmt", "--all", "--check"]))
    })?;
    if !fast {
        steps.step("Licences, bans, sources, advisories", deny::check)?;
    }
    steps.step("UI: packages and build", ui::build)?;
    steps.step("UI: types, lints, tests", ui::check)?;
    steps.step("Lints", || {
        exec::run(exec::cargo().args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]))
    })?;
    // One build of everything, so that features are unified once and the tests build nothing anew.
    let programs = steps.step("Build", || cargo::build(&["--workspace", "--all-targets"]))?;
    let bindings = ui::digest_folder(&ui::bindings_dir())?;
    let totals = if fast {
        steps.step("Unit tests", || {
            counted(exec::cargo().args(["test", "--workspace", "--lib", "--bins"]))
        })?
    } else {
        steps.step("Tests and journeys", || tests_and_journeys(&programs))?
    };
    steps.step("Types of the UI are those of the sources", || {
        if ui::digest_folder(&ui::bindings_dir())? == bindings {
            return Ok(());
        }
        Err(TaskError::Check(
            "the types in ui/src/api/bindings were out of date; the tests wrote them anew: look at them and commit them"
                .to_owned(),
        ))
    })?;
    Ok(totals)
}

fn tests_and_journeys(programs: &[Program]) -> Result<Totals, TaskError> {
    let app = cargo::find(programs, "videoid-desk")?;
    let cli = cargo::find(programs, "videoid")?;
    let folder = app
        .parent()
        .unwrap_or(Path::new("."))
        .join(format!("journeys-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(TaskError::file(&folder))?;
    let outcome = with_programs(&app, &cli, &folder);
    std::fs::remove_dir_all(&folder).map_err(TaskError::file(&folder))?;
    outcome
}

fn with_programs(app: &Path, cli: &Path, folder: &Path) -> Result<Totals, TaskError> {
    let mut command = exec::cargo();
    command.args(["test", "--workspace"]);
    command
        .env("VIDEOID_APP", cargo::keep(app, folder)?)
        .env("VIDEOID_CLI", cargo::keep(cli, folder)?);
    // Each journey brings a display of its own where there is none: windows on a shared one take each other's keys.
    command
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env("GDK_BACKEND", "x11")
        .env("NO_AT_BRIDGE", "1");
    counted(&mut command)
}

/// Runs it, passes its output on, and sums up its results.
fn counted(command: &mut Command) -> Result<Totals, TaskError> {
    let what = exec::shown(command);
    println!("$ {what}");
    let fail = |source| TaskError::Start {
        program: what.clone(),
        source,
    };
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(fail)?;
    let mut totals = Totals::default();
    if let Some(stdout) = child.stdout.take() {
        // Bytes, not text: a test may print anything.
        for line in BufReader::new(stdout).split(b'\n') {
            let line = String::from_utf8_lossy(&line.map_err(fail)?).into_owned();
            println!("{line}");
            totals.add(&line);
        }
    }
    let status = child.wait().map_err(fail)?;
    if status.success() {
        Ok(totals)
    } else {
        Err(TaskError::Failed { what, status })
    }
}

impl Totals {
    fn add(&mut self, line: &str) {
        let Some((_, counts)) = line
            .split_once("test result: ")
            .and_then(|(_, rest)| rest.split_once(". "))
        else {
            return;
        };
        for part in counts.split("; ") {
            let Some((number, what)) = part.split_once(' ') else {
                continue;
            };
            let number: u64 = number.parse().unwrap_or(0);
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_summed_over_all_programs() {
        let mut totals = Totals::default();
        for line in [
            "running 3 tests",
            "test a ... ok",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 4 filtered out; finished in 1.00s",
        ] {
            totals.add(line);
        }
        assert_eq!(
            totals,
            Totals {
                passed: 5,
                failed: 1,
                ignored: 1
            }
        );
    }
}
