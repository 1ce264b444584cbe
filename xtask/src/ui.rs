//! The UI's packages and build, each done only when its inputs changed.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::exec::{self, TaskError};

fn dir() -> PathBuf {
    exec::root().join("ui")
}

/// `npm ci`, unless the installed packages are those of the lock file.
pub fn install() -> Result<(), TaskError> {
    let lock = dir().join("package-lock.json");
    let modules = dir().join("node_modules");
    let wanted = digest_files(&dir(), &[lock])?;
    let stamp = modules.join(".installed-from.sha256");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    exec::run(exec::npm().args(["ci", "--no-fund", "--no-audit"]))?;
    fs::write(&stamp, wanted).map_err(TaskError::file(&stamp))
}

/// `npm run build` into `ui/dist`, unless that was made from the present sources.
///
/// The app embeds `ui/dist`, so this comes before every build of the app.
pub fn build() -> Result<(), TaskError> {
    install()?;
    let wanted = digest_of_sources()?;
    let stamp = dir().join("node_modules").join(".built-from.sha256");
    let built = dir().join("dist").join("index.html").is_file();
    if built && fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    exec::run(exec::npm().args(["run", "build"]))?;
    fs::write(&stamp, wanted).map_err(TaskError::file(&stamp))
}

/// Types, lints and unit tests of the UI.
pub fn check() -> Result<(), TaskError> {
    exec::run(exec::npm().args(["run", "check"]))?;
    exec::run(exec::npm().args(["run", "lint", "--if-present"]))?;
    exec::run(exec::npm().args(["test", "--if-present"]))
}

/// The folder of the types that are generated from Rust by the tests.
pub fn bindings_dir() -> PathBuf {
    dir().join("src").join("api").join("bindings")
}

/// A digest over names and contents of all files below a folder.
pub fn digest_folder(folder: &Path) -> Result<String, TaskError> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    digest_files(folder, &files)
}

fn digest_of_sources() -> Result<String, TaskError> {
    let mut files = Vec::new();
    collect(&dir(), &mut files)?;
    digest_files(&dir(), &files)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), TaskError> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(TaskError::file(folder))? {
        let path = entry.map_err(TaskError::file(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if name != "node_modules" && !name.starts_with("dist") {
                collect(&path, files)?;
            }
        } else if !name.ends_with(".log") {
            files.push(path);
        }
    }
    Ok(())
}

fn digest_files(base: &Path, files: &[PathBuf]) -> Result<String, TaskError> {
    let mut sorted: Vec<&PathBuf> = files.iter().collect();
    sorted.sort();
    let mut hasher = Sha256::new();
    for path in sorted {
        let name = path.strip_prefix(base).unwrap_or(path).to_string_lossy();
        let content = fs::read(path).map_err(TaskError::file(path))?;
        for part in [name.as_bytes(), &content] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    Ok(hex::encode(hasher.finalize()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_digest_sees_contents_names_and_new_files_but_not_build_outputs() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let digest = || digest_folder(folder.path()).unwrap();
        put("src/a.ts", "one");
        let first = digest();
        put("node_modules/x/index.js", "ignored");
        put("dist/index.html", "ignored");
        assert_eq!(digest(), first);
        put("src/a.ts", "two");
        let second = digest();
        assert_ne!(second, first);
        put("src/b.ts", "");
        assert_ne!(digest(), second);
        fs::remove_file(folder.path().join("src/b.ts")).unwrap();
        assert_eq!(digest(), second);
        fs::rename(
            folder.path().join("src/a.ts"),
            folder.path().join("src/c.ts"),
        )
        .unwrap();
        assert_ne!(digest(), second);
    }

    #[test]
    fn a_folder_that_is_not_there_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let empty = digest_folder(folder.path()).unwrap();
        assert_eq!(digest_folder(&folder.path().join("absent")).unwrap(), empty);
    }
}
