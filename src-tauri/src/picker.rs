//! Asks for files: a video, a document, a place to save to.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::test_hooks;

/// Answers with the chosen file; none when none was chosen.
pub type Picked<'a> = Pin<Box<dyn Future<Output = Option<PathBuf>> + Send + 'a>>;

/// Where a picked file comes from.
pub trait FilePicker: Send + Sync {
    fn pick_video(&self) -> Picked<'_>;
    /// A document to attach to a request.
    fn pick_document(&self) -> Picked<'_>;
    /// Where a PDF is written to.
    fn pick_save(&self, suggested: String) -> Picked<'_>;
}

/// The picker of this run: the system's dialogs, or in a test of a debug build fixed files.
pub fn of_this_run() -> Box<dyn FilePicker> {
    let named = |variable| test_hooks::test_value(variable).map(PathBuf::from);
    let fixed = FixedFiles {
        video: named("VIDEOID_TEST_PICK"),
        document: named("VIDEOID_TEST_DOCUMENT"),
        save: named("VIDEOID_TEST_SAVE"),
    };
    if fixed.video.is_none() && fixed.document.is_none() && fixed.save.is_none() {
        Box::new(SystemDialog::default())
    } else {
        Box::new(fixed)
    }
}

/// The system's file dialogs; one at a time.
#[derive(Default)]
struct SystemDialog {
    open: AtomicBool,
}

impl SystemDialog {
    fn ask<'a>(
        &'a self,
        dialog: impl Future<Output = Option<rfd::FileHandle>> + Send + 'a,
    ) -> Picked<'a> {
        Box::pin(async {
            if self.open.swap(true, Ordering::AcqRel) {
                return None;
            }
            let chosen = dialog.await;
            self.open.store(false, Ordering::Release);
            chosen.map(|file| file.path().to_path_buf())
        })
    }
}

impl FilePicker for SystemDialog {
    fn pick_video(&self) -> Picked<'_> {
        self.ask(async {
            rfd::AsyncFileDialog::new()
                .set_title("Choose the video of the identification")
                .add_filter("MP4 video", &["mp4", "m4v", "MP4", "M4V"])
                .add_filter("All files", &["*"])
                .pick_file()
                .await
        })
    }

    fn pick_document(&self) -> Picked<'_> {
        self.ask(async {
            rfd::AsyncFileDialog::new()
                .set_title("Choose the document to attach")
                .add_filter(
                    "PDF, JPEG, PNG",
                    &["pdf", "jpg", "jpeg", "png", "PDF", "JPG", "JPEG", "PNG"],
                )
                .add_filter("All files", &["*"])
                .pick_file()
                .await
        })
    }

    fn pick_save(&self, suggested: String) -> Picked<'_> {
        self.ask(async move {
            rfd::AsyncFileDialog::new()
                .set_title("Save the contract")
                .set_file_name(suggested)
                .add_filter("PDF", &["pdf"])
                .save_file()
                .await
        })
    }
}

struct FixedFiles {
    video: Option<PathBuf>,
    document: Option<PathBuf>,
    save: Option<PathBuf>,
}

impl FilePicker for FixedFiles {
    fn pick_video(&self) -> Picked<'_> {
        Box::pin(std::future::ready(self.video.clone()))
    }

    fn pick_document(&self) -> Picked<'_> {
        Box::pin(std::future::ready(self.document.clone()))
    }

    fn pick_save(&self, _suggested: String) -> Picked<'_> {
        Box::pin(std::future::ready(self.save.clone()))
    }
}
