//! Licences, sources and known weaknesses of what is linked in: cargo-deny.

use std::path::PathBuf;
use std::process::Command;

use crate::exec::{self, TaskError};

const VERSION: &str = "0.20.2";

pub fn check() -> Result<(), TaskError> {
    let program = install()?;
    exec::run(deny(&program).args(["check", "bans", "licenses", "sources"]))?;
    println!("$ cargo-deny fetch db");
    if exec::answer(deny(&program).args(["fetch", "db"])).is_none() {
        println!("advisories: SKIPPED, their database cannot be fetched from here");
        return Ok(());
    }
    exec::run(deny(&program).args(["check", "--disable-fetch", "advisories"]))
}

fn deny(program: &PathBuf) -> Command {
    let mut command = exec::command(program);
    command.args(["--all-features", "--workspace"]);
    command
}

/// The program on the PATH or in our cache, built there where it is missing.
fn install() -> Result<PathBuf, TaskError> {
    let tools = exec::cache_dir().join("tools");
    let cached = tools
        .join("bin")
        .join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    let wanted = format!("cargo-deny {VERSION}");
    for program in [PathBuf::from("cargo-deny"), cached.clone()] {
        if exec::answer(Command::new(&program).arg("--version"))
            .is_some_and(|version| version == wanted)
        {
            return Ok(program);
        }
    }
    println!(
        "cargo-deny {VERSION} is missing: building it once, into {}",
        tools.display()
    );
    let mut install = exec::cargo();
    // Its own build folder, so that no dependency of ours is built with its features.
    install.env_remove("CARGO_TARGET_DIR");
    install
        .args([
            "install",
            "--locked",
            "cargo-deny",
            "--version",
            VERSION,
            "--root",
        ])
        .arg(&tools);
    exec::run(&mut install)?;
    Ok(cached)
}
