//! How the web view paints on a machine without a graphics card.
//!
//! WebKitGTK passes pictures between its processes in the graphics card's buffers. Without a card (virtual machines,
//! remote desktops) that way is emulated: the live view was measured at 2 to 3 pictures a second with both cores busy, and
//! at 18 with less than one core when WebKit is told to leave it alone.

use std::ffi::OsString;
use std::process::ExitCode;

#[cfg(target_os = "linux")]
const NO_CARD_BUFFERS: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Where there is no graphics card, runs the program again with WebKit told so and returns how that ended. The library
/// reads the environment itself, and a running process cannot change it safely. A value set by hand is respected.
#[cfg(target_os = "linux")]
pub fn run_for_this_machine(args: &[OsString]) -> Option<ExitCode> {
    if std::env::var_os(NO_CARD_BUFFERS).is_some() || has_graphics_card() {
        return None;
    }
    let mut command = std::process::Command::new(std::env::current_exe().ok()?);
    command.args(args.iter().skip(1)).env(NO_CARD_BUFFERS, "1");
    match crate::test_hooks::replace_process(command) {
        Ok(ended) => Some(ended),
        // Slow is better than not at all.
        Err(error) => {
            eprintln!(
                "The live view will be slow: the program could not start itself again: {error}"
            );
            None
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub fn run_for_this_machine(_args: &[OsString]) -> Option<ExitCode> {
    None
}

/// A card that can paint has a render node.
#[cfg(target_os = "linux")]
fn has_graphics_card() -> bool {
    std::fs::read_dir("/dev/dri").is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with("renderD"))
    })
}
