//! Builds whose products are known from what cargo says, not guessed from a folder that other builds share.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;

use crate::exec::{self, TaskError};

/// A program that a build made, or found up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    pub name: String,
    pub path: PathBuf,
}

#[derive(Deserialize)]
struct Message {
    reason: String,
    target: Option<Target>,
    profile: Option<Profile>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

/// `cargo build` with these arguments; its diagnostics go to our standard error.
pub fn build(args: &[&str]) -> Result<Vec<Program>, TaskError> {
    let mut command = exec::cargo();
    command.arg("build").args(args);
    let what = exec::shown(&command);
    eprintln!("$ {what}");
    command
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|source| TaskError::Start {
        program: what.clone(),
        source,
    })?;
    let mut programs = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line.map_err(|source| TaskError::Start {
                program: what.clone(),
                source,
            })?;
            programs.extend(program(&line));
        }
    }
    let status = child.wait().map_err(|source| TaskError::Start {
        program: what.clone(),
        source,
    })?;
    if status.success() {
        Ok(programs)
    } else {
        Err(TaskError::Failed { what, status })
    }
}

/// The program of this name among those that were built.
pub fn find(programs: &[Program], name: &str) -> Result<PathBuf, TaskError> {
    programs
        .iter()
        .find(|program| program.name == name)
        .map(|program| program.path.clone())
        .ok_or_else(|| TaskError::Answer {
            what: "cargo build".to_owned(),
            detail: format!("it built no program {name}"),
        })
}

/// A second name for a program, so that another build in the same target folder cannot exchange it meanwhile.
pub fn keep(program: &Path, folder: &Path) -> Result<PathBuf, TaskError> {
    let kept = folder.join(program.file_name().unwrap_or_default());
    if std::fs::hard_link(program, &kept).is_err() {
        std::fs::copy(program, &kept).map_err(TaskError::file(program))?;
    }
    // As the system will name the running program.
    kept.canonicalize().map_err(TaskError::file(&kept))
}

fn program(line: &str) -> Option<Program> {
    let message: Message = serde_json::from_str(line).ok()?;
    let target = message.target?;
    let is_program = message.reason == "compiler-artifact"
        && target
            .kind
            .iter()
            .any(|kind| kind == "bin" || kind == "example")
        && message.profile.is_some_and(|profile| !profile.test);
    is_program.then_some(Program {
        name: target.name,
        path: message.executable?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn line(kind: &str, test: bool, executable: &str) -> String {
        format!(
            r#"{{"reason":"compiler-artifact","package_id":"path+file:///p#cli@0.1.0","target":{{"kind":["{kind}"],"crate_types":["bin"],"name":"videoid","src_path":"/p/main.rs"}},"profile":{{"opt_level":"0","test":{test}}},"features":[],"filenames":[],"executable":{executable},"fresh":true}}"#
        )
    }

    #[test]
    fn only_programs_proper_are_found() {
        let found = program(&line("bin", false, r#""/t/debug/videoid""#)).unwrap();
        assert_eq!(
            found,
            Program {
                name: "videoid".to_owned(),
                path: PathBuf::from("/t/debug/videoid")
            }
        );
        assert_eq!(
            program(&line("bin", true, r#""/t/debug/deps/videoid-1""#)),
            None,
            "a test of the program"
        );
        assert_eq!(
            program(&line("test", true, r#""/t/debug/deps/flows-1""#)),
            None,
            "an integration test"
        );
        assert_eq!(program(&line("lib", false, "null")), None, "a library");
        assert_eq!(
            program(r#"{"reason":"build-finished","success":true}"#),
            None
        );
        assert_eq!(program("warning: not JSON"), None);
    }

    #[test]
    fn a_kept_program_survives_the_exchange_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let kept_in = tempfile::tempdir_in(folder.path()).unwrap();
        let first = folder.path().join("videoid");
        std::fs::write(&first, "old").unwrap();
        let kept = keep(&first, kept_in.path()).unwrap();
        std::fs::remove_file(&first).unwrap();
        std::fs::write(&first, "new").unwrap();
        assert_eq!(std::fs::read_to_string(kept).unwrap(), "old");
    }
}
