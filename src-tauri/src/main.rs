//! The desktop program. With `camera-child` as its first argument it serves as the camera's process instead.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    videoid_desk::run(std::env::args_os().collect())
}
