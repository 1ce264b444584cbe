//! The real window under WebDriver: a display, the driver, and a hand that clicks and types as an operator does.

mod desk;
mod display;
mod driver;
pub mod enrollment;
mod mock;
pub mod officer;

pub use desk::{Desk, Setup, program};
pub use display::Display;
pub use driver::signal;
pub use mock::Mock;

use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};

/// Longest wait for anything on the screen. A debug build on two busy cores takes seconds where a user waits none.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Where journeys leave what a failed run is judged by.
pub fn leavings() -> std::path::PathBuf {
    std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

/// One journey at a time: each has a window, and the machine's attention, for itself.
pub async fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::const_new(());
    TURN.lock().await
}
