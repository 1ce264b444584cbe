//! Time, CPU and memory of another program, as GNU time sees them.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::exec::{self, TaskError};

/// What one run of a program cost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    pub wall_s: f64,
    /// User and system together.
    pub cpu_s: f64,
    pub peak_mib: f64,
}

/// Runs a program with these arguments and measures it.
pub fn cost(program: &Path, arguments: &[&str]) -> Result<Cost, TaskError> {
    let report = tempfile_path("time");
    let mut command = exec::command("time");
    command
        .args(["-f", "%e %U %S %M", "-o"])
        .arg(&report)
        .arg(program)
        .args(arguments);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    exec::run(&mut command)?;
    let text = std::fs::read_to_string(&report).map_err(TaskError::file(&report))?;
    std::fs::remove_file(&report).map_err(TaskError::file(&report))?;
    let figures: Vec<f64> = text
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    match figures.as_slice() {
        [wall, user, system, peak] => Ok(Cost {
            wall_s: *wall,
            cpu_s: user + system,
            peak_mib: peak / 1024.0,
        }),
        _ => Err(TaskError::Answer {
            what: "time".into(),
            detail: text,
        }),
    }
}

/// The median of three runs, by wall time.
pub fn median(mut run: impl FnMut() -> Result<Cost, TaskError>) -> Result<Cost, TaskError> {
    let mut costs = [run()?, run()?, run()?];
    costs.sort_by(|a, b| a.wall_s.total_cmp(&b.wall_s));
    Ok(costs[1])
}

/// A name in the system's folder for passing files, for this process alone.
pub fn tempfile_path(name: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("videoid-bench-{}-{name}", std::process::id()))
}

/// Runs a command for its standard output. Errors: what it wrote to standard error.
pub fn output(command: &mut Command) -> Result<String, TaskError> {
    let what = exec::shown(command);
    let output = command.output().map_err(|source| TaskError::Start {
        program: what.clone(),
        source,
    })?;
    if !output.status.success() {
        let detail = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(TaskError::Answer { what, detail });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr))
}
