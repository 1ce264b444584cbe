//! Running other programs, and saying so.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use thiserror::Error;

/// Why a task ended early.
#[derive(Debug, Error)]
pub enum TaskError {
    /// Something that this program does not install by itself; the text says what to do.
    #[error("{0}")]
    Prerequisite(String),
    #[error("cannot start {program}")]
    Start {
        program: String,
        #[source]
        source: io::Error,
    },
    #[error("{what} failed ({status})")]
    Failed { what: String, status: ExitStatus },
    #[error("{what} did not say what was expected of it: {detail}")]
    Answer { what: String, detail: String },
    #[error("cannot read or write {}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// A check of this program's own found something wrong.
    #[error("{0}")]
    Check(String),
}

impl TaskError {
    /// For `map_err`: names the file.
    pub fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::File {
            path: path.to_path_buf(),
            source,
        }
    }
}

/// The root of the repository.
///
/// Asked at run time first: a target folder may be shared by several checkouts.
pub fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    own.parent().map_or(own.clone(), Path::to_path_buf)
}

/// Where tools that are built for the checks stay between runs, outside any checkout.
pub fn cache_dir() -> PathBuf {
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let home = || {
        std::env::var_os("HOME")
            .or_else(|| std::env::var_os("USERPROFILE"))
            .map(PathBuf::from)
    };
    base.or_else(|| home().map(|home| home.join(".cache")))
        .unwrap_or_else(std::env::temp_dir)
        .join("videoid-desk")
}

/// A command that runs in the repository's root, without what `cargo run` added to the environment for us:
/// build scripts that look at it would run again.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// The cargo that runs this program.
pub fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

pub fn npm() -> Command {
    let mut npm = command(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.current_dir(root().join("ui"));
    npm
}

/// Prints the command and runs it with our own output; an exit status other than 0 is an error.
pub fn run(command: &mut Command) -> Result<(), TaskError> {
    let what = shown(command);
    eprintln!("$ {what}");
    let status = status(command)?;
    if status.success() {
        Ok(())
    } else {
        Err(TaskError::Failed { what, status })
    }
}

/// Runs it with our own output, whatever its exit status.
pub fn status(command: &mut Command) -> Result<ExitStatus, TaskError> {
    command.status().map_err(|source| TaskError::Start {
        program: shown(command),
        source,
    })
}

/// Standard output of a question such as `node --version`; `None` where it cannot be asked or fails.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a program of this name is on the PATH.
pub fn on_path(program: &str) -> bool {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(&file).is_file()))
}

/// The command as one would type it.
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned();
    let args = command.get_args().map(|arg| {
        let arg = arg.to_string_lossy();
        if arg.is_empty() || arg.contains(char::is_whitespace) {
            format!("'{arg}'")
        } else {
            arg.into_owned()
        }
    });
    std::iter::once(name)
        .chain(args)
        .collect::<Vec<_>>()
        .join(" ")
}
