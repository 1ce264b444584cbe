//! The program's log: standard error, and a file beside the cases. It names codes, sizes and times; who is
//! identified and what was captured never stands in it.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

/// Libraries speak only of warnings: their lower levels may quote what goes over the wire.
const DEFAULT_FILTER: &str =
    "warn,videoid_desk=info,station=info,camera=info,recorder=info,ra_api=info";

/// When the file is larger than this at the start, it becomes the one old log that is kept.
const MAX_LOG_BYTES: u64 = 5 * 1024 * 1024;

/// Starts logging. Without a usable file it goes to standard error alone, and says why there.
pub fn start(data_dir: Option<&Path>) {
    let filter =
        EnvFilter::try_from_env("VIDEOID_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let file = data_dir.map(|folder| log_file(&folder.join("log")));
    let (file, problem) = match file {
        Some(Ok(file)) => (Some(file), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    let to_file = file.map(|file| fmt::layer().json().with_writer(Mutex::new(file)));
    let started = tracing_subscriber::registry()
        .with(filter)
        .with(fmt::layer().with_writer(io::stderr))
        .with(to_file)
        .try_init();
    if started.is_ok()
        && let Some(error) = problem
    {
        tracing::warn!(%error, "the log file cannot be written");
    }
}

fn log_file(folder: &Path) -> io::Result<File> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join("videoid-desk.log");
    if std::fs::metadata(&path).is_ok_and(|found| found.len() > MAX_LOG_BYTES) {
        std::fs::rename(&path, folder.join("videoid-desk.1.log"))?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write;

    use super::*;

    #[test]
    fn a_large_log_is_set_aside_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("videoid-desk.log");
        std::fs::write(&path, "old").unwrap();
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(MAX_LOG_BYTES + 1)
            .unwrap();
        write!(log_file(folder.path()).unwrap(), "new").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        let kept = std::fs::metadata(folder.path().join("videoid-desk.1.log")).unwrap();
        assert_eq!(kept.len(), MAX_LOG_BYTES + 1);
    }
}
