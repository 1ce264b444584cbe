//! The camera's child process alone, for this crate's tests.

use std::process::ExitCode;

fn main() -> ExitCode {
    camera::child_main()
}
