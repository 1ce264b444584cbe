//! Models that are too large for the tree: fetched from the package registry, known by their SHA-256.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::exec::{self, TaskError};

/// `crates/vision/models/LICENSES.md` says what it is and under which terms.
const PACKAGE: &str = "@vladmandic/face-api@1.7.15";

/// A file of the package, below `package/model/`.
struct Model {
    name: &'static str,
    sha256: &'static str,
}

const MODELS: [Model; 2] = [
    Model {
        name: "face_recognition_model.bin",
        sha256: "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589",
    },
    Model {
        name: "face_recognition_model-weights_manifest.json",
        sha256: "cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b",
    },
];

impl Model {
    fn is_at(&self, folder: &Path) -> bool {
        fs::read(folder.join(self.name))
            .is_ok_and(|bytes| hex::encode(Sha256::digest(bytes)) == self.sha256)
    }
}

/// Puts the models where the build looks for them: from there, from the cache, or from the registry.
pub fn prepare() -> Result<(), TaskError> {
    let wanted = exec::root().join("crates/vision/models/fetched");
    if all_at(&wanted) {
        return Ok(());
    }
    let cache = exec::cache_dir().join("models");
    if !all_at(&cache) {
        fetch(&cache)?;
    }
    copy(&cache, &wanted)
}

fn all_at(folder: &Path) -> bool {
    MODELS.iter().all(|model| model.is_at(folder))
}

fn fetch(cache: &Path) -> Result<(), TaskError> {
    println!("The models of the face comparison are missing: fetching {PACKAGE} (13 MB)");
    let folder = cache.with_file_name(format!("models-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(TaskError::file(&folder))?;
    let outcome = fetch_by_way_of(&folder, cache);
    fs::remove_dir_all(&folder).map_err(TaskError::file(&folder))?;
    outcome
}

fn fetch_by_way_of(folder: &Path, cache: &Path) -> Result<(), TaskError> {
    let mut npm = exec::npm();
    npm.current_dir(folder).args(["pack", "--silent", PACKAGE]);
    exec::run(&mut npm)?;
    let archive = archive_in(folder)?;
    let mut tar = exec::command("tar");
    tar.current_dir(folder).arg("-xzf").arg(&archive);
    tar.args(
        MODELS
            .iter()
            .map(|model| format!("package/model/{}", model.name)),
    );
    exec::run(&mut tar)?;
    copy(&folder.join("package/model"), cache)
}

/// The one archive there, by its name: `tar` on Windows takes the colon of a whole path for a host.
fn archive_in(folder: &Path) -> Result<PathBuf, TaskError> {
    let entries = fs::read_dir(folder).map_err(TaskError::file(folder))?;
    entries
        .filter_map(Result::ok)
        .map(|entry| PathBuf::from(entry.file_name()))
        .find(|name| name.extension().is_some_and(|extension| extension == "tgz"))
        .ok_or_else(|| TaskError::Check(format!("npm fetched {PACKAGE}, but left no archive")))
}

/// Copies what is known by its hash, and refuses what is not. Each file comes whole or not at all.
fn copy(from: &Path, to: &Path) -> Result<(), TaskError> {
    fs::create_dir_all(to).map_err(TaskError::file(to))?;
    for model in &MODELS {
        if !model.is_at(from) {
            return Err(TaskError::Check(format!(
                "{} of {PACKAGE} is missing or not the one that was pinned (SHA-256 {})",
                model.name, model.sha256
            )));
        }
        let target = to.join(model.name);
        let half = to.join(format!("{}.{}", model.name, std::process::id()));
        fs::copy(from.join(model.name), &half).map_err(TaskError::file(&half))?;
        fs::rename(&half, &target).map_err(TaskError::file(&target))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn files_that_are_not_the_pinned_ones_are_refused_and_not_copied() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        assert!(copy(from.path(), to.path()).is_err());
        for model in &MODELS {
            fs::write(from.path().join(model.name), b"something else").unwrap();
        }
        let error = copy(from.path(), to.path()).unwrap_err().to_string();
        assert!(error.contains(MODELS[0].name), "{error}");
        assert_eq!(fs::read_dir(to.path()).unwrap().count(), 0);
        assert!(!all_at(from.path()));
    }

    #[test]
    fn the_build_and_the_program_know_the_same_files() {
        let vision = exec::root().join("crates/vision");
        let text = fs::read_to_string(vision.join("src/models.rs")).unwrap();
        let build = fs::read_to_string(vision.join("build.rs")).unwrap();
        for model in &MODELS {
            assert!(text.contains(model.sha256), "{}", model.name);
            assert!(build.contains(model.name), "{}", model.name);
        }
    }
}
