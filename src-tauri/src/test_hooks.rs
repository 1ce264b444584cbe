//! Environment variables that serve tests and remote control of the window. A release build runs without them:
//! whoever can set a variable on a kiosk must not be able to drive its window or to choose its files.

use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitCode};

/// Prefix of the variables that this program's own tests use.
const OWN_PREFIX: &str = "VIDEOID_TEST_";

/// What Tauri's runtime and WebKit read to let a WebDriver or a remote inspector in.
const REMOTE_CONTROL: [&str; 4] = [
    "TAURI_AUTOMATION",
    "TAURI_WEBVIEW_AUTOMATION",
    "WEBKIT_INSPECTOR_SERVER",
    "WEBKIT_INSPECTOR_HTTP_SERVER",
];

/// In a debug build, makes it treat these variables as a release build does, so that a test can see it.
const AS_RELEASE: &str = "VIDEOID_TEST_AS_RELEASE";

fn is_test_hook(name: &OsStr) -> bool {
    name.to_str()
        .is_some_and(|name| name.starts_with(OWN_PREFIX) || REMOTE_CONTROL.contains(&name))
}

fn hooks_among(names: impl Iterator<Item = OsString>) -> Vec<OsString> {
    names.filter(|name| is_test_hook(name)).collect()
}

/// The value of one of the tests' own variables; always none in a release build.
pub fn test_value(name: &str) -> Option<OsString> {
    if cfg!(debug_assertions) {
        std::env::var_os(name)
    } else {
        None
    }
}

/// Where such variables are set in a release build, runs the program again without them and returns how that
/// ended. The libraries read the environment themselves, and a running process cannot change it safely.
pub fn run_without_test_hooks(args: &[OsString]) -> Option<ExitCode> {
    if cfg!(debug_assertions) && std::env::var_os(AS_RELEASE).is_none() {
        return None;
    }
    let hooks = hooks_among(std::env::vars_os().map(|(name, _)| name));
    if hooks.is_empty() {
        return None;
    }
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return Some(refused(&hooks, &error)),
    };
    let mut command = Command::new(program);
    command.args(args.iter().skip(1));
    for name in &hooks {
        command.env_remove(name);
    }
    Some(replace_process(command).unwrap_or_else(|error| refused(&hooks, &error)))
}

#[cfg(unix)]
pub(crate) fn replace_process(mut command: Command) -> std::io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
pub(crate) fn replace_process(mut command: Command) -> std::io::Result<ExitCode> {
    let status = command.status()?;
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from))
}

fn refused(hooks: &[OsString], error: &std::io::Error) -> ExitCode {
    eprintln!(
        "The program does not run with {hooks:?} set, and could not start itself without: {error}"
    );
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_remote_control_and_test_variables_are_taken_away() {
        let names = [
            "PATH",
            "TAURI_WEBVIEW_AUTOMATION",
            "VIDEOID_CONFIG",
            "VIDEOID_TEST_PICK",
            "WEBKIT_DISABLE_COMPOSITING_MODE",
            "WEBKIT_INSPECTOR_SERVER",
        ];
        let hooks = hooks_among(names.iter().map(OsString::from));
        assert_eq!(
            hooks,
            [
                "TAURI_WEBVIEW_AUTOMATION",
                "VIDEOID_TEST_PICK",
                "WEBKIT_INSPECTOR_SERVER"
            ]
        );
    }
}
