//! Asks the operator for a video file.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::test_hooks;

/// Answers with the chosen file; none when the operator chose none.
pub type Picked<'a> = Pin<Box<dyn Future<Output = Option<PathBuf>> + Send + 'a>>;

/// Where a picked file comes from.
pub trait FilePicker: Send + Sync {
    fn pick_video(&self) -> Picked<'_>;
}

/// The picker of this run: the system's dialog, or in a test of a debug build a fixed file.
pub fn of_this_run() -> Box<dyn FilePicker> {
    match test_hooks::test_value("VIDEOID_TEST_PICK") {
        Some(path) => Box::new(FixedFile(PathBuf::from(path))),
        None => Box::new(SystemDialog::default()),
    }
}

/// The system's file dialog; one at a time.
#[derive(Default)]
struct SystemDialog {
    open: AtomicBool,
}

impl FilePicker for SystemDialog {
    fn pick_video(&self) -> Picked<'_> {
        Box::pin(async {
            if self.open.swap(true, Ordering::AcqRel) {
                return None;
            }
            let chosen = rfd::AsyncFileDialog::new()
                .set_title("Choose the video of the identification")
                .add_filter("MP4 video", &["mp4", "m4v", "MP4", "M4V"])
                .add_filter("All files", &["*"])
                .pick_file()
                .await;
            self.open.store(false, Ordering::Release);
            chosen.map(|file| file.path().to_path_buf())
        })
    }
}

struct FixedFile(PathBuf);

impl FilePicker for FixedFile {
    fn pick_video(&self) -> Picked<'_> {
        Box::pin(std::future::ready(Some(self.0.clone())))
    }
}
