//! A Python of the benchmark's own: draws documents and scenes, and runs the readers that are compared.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::super::measure::output;
use crate::exec::{self, TaskError};
use crate::setup::{self, Purpose};

/// What draws. The photographs that come with scikit-image are some scenes' backgrounds.
const DRAWING: &[&str] = &[
    "numpy==2.4.6",
    "pillow==13.0.0",
    "opencv-python-headless==5.0.0.93",
    "scikit-image==0.26.0",
];

/// A reader that is compared.
pub struct Peer {
    pub name: &'static str,
    /// As `mrz_peers.py` calls it.
    pub key: &'static str,
    package: Option<&'static str>,
}

pub const PEERS: [Peer; 3] = [
    Peer {
        name: "PassportEye 2.2.2",
        key: "passporteye",
        package: Some("PassportEye==2.2.2"),
    },
    Peer {
        name: "fastmrz 2.1.2",
        key: "fastmrz",
        package: Some("fastmrz==2.1.2"),
    },
    Peer {
        name: "tesseract, given the zone",
        key: "tesseract",
        package: None,
    },
];

pub struct Workshop {
    python: PathBuf,
    /// Emptied when the workshop is opened.
    pub folder: PathBuf,
}

impl Workshop {
    /// Installs what draws; quick when it is there.
    pub fn open() -> Result<Workshop, TaskError> {
        setup::prepare(Purpose::Drawing)?;
        let home = exec::cache_dir().join("bench");
        let folder = home.join("vision");
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(TaskError::file(&folder))?;
        }
        fs::create_dir_all(&folder).map_err(TaskError::file(&folder))?;
        // A list of other versions makes an environment of its own.
        let list = hex::encode(Sha256::digest(DRAWING.join(" ")));
        let environment = home.join(format!("python-{}", &list[..8]));
        let python = if cfg!(windows) {
            environment.join("Scripts/python.exe")
        } else {
            environment.join("bin/python")
        };
        let workshop = Workshop { python, folder };
        let ready = environment.join("ready");
        if !ready.exists() {
            let mut make = exec::command(if cfg!(windows) { "python" } else { "python3" });
            exec::run(make.args(["-m", "venv", "--clear"]).arg(&environment))?;
            workshop.install(DRAWING)?;
            fs::write(&ready, "").map_err(TaskError::file(&ready))?;
        }
        Ok(workshop)
    }

    fn install(&self, packages: &[&str]) -> Result<(), TaskError> {
        let mut pip = exec::command(&self.python);
        pip.args(["-m", "pip", "--disable-pip-version-check"])
            .args(["install", "--quiet"])
            .args(packages);
        exec::run(&mut pip)
    }

    /// Draws into a folder of this name, by a program of the project's training: the folder comes first, then these arguments.
    pub fn draw(
        &self,
        program: &str,
        name: &str,
        arguments: &[String],
    ) -> Result<PathBuf, TaskError> {
        let folder = self.folder.join(name);
        let program = exec::root().join("crates/vision/training").join(program);
        let mut command = exec::command(&self.python);
        command.arg(program).arg(&folder).args(arguments);
        eprintln!("$ {}", exec::shown(&command));
        output(&mut command)?;
        Ok(folder)
    }

    /// What a peer prints of a folder's documents. Errors: it cannot be installed, or fails.
    pub fn ask(&self, peer: &Peer, folder: &Path) -> Result<String, TaskError> {
        setup::prepare(Purpose::Tesseract)?;
        if let Some(package) = peer.package {
            self.install(&[package])?;
        }
        let script = exec::root().join("xtask/src/bench/vision/mrz_peers.py");
        let mut command = exec::command(&self.python);
        command.arg(script).arg(peer.key).arg(folder);
        eprintln!("$ {}", exec::shown(&command));
        output(&mut command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_peer_is_known_to_the_program_that_asks_it_and_pinned() {
        let script = include_str!("mrz_peers.py");
        for peer in &PEERS {
            assert!(script.contains(&format!("def {}():", peer.key)));
            let version = peer.package.and_then(|package| package.split_once("=="));
            assert!(version.is_none_or(|(_, version)| peer.name.ends_with(version)));
        }
    }
}
