//! One module a command.

pub mod cameras;
pub mod check_video;
pub mod demo;
pub mod doctor;
pub mod mock;
pub mod record;
pub mod requests;
pub mod submit;
pub mod webhook;

use std::path::PathBuf;

use camera::ChildCommand;
use station::Settings;

use crate::args::StationArgs;
use crate::failure::CliError;

/// The camera's child process: this same executable.
fn camera_child() -> Result<ChildCommand, CliError> {
    ChildCommand::this_executable().map_err(CliError::Camera)
}

/// The settings that the command line names, else those found in the usual places, and where they were found.
fn settings(args: &StationArgs) -> Result<(Settings, Option<PathBuf>), CliError> {
    let (mut settings, file) =
        Settings::load(args.config.as_deref()).map_err(CliError::Settings)?;
    if let Some(name) = &args.profile {
        settings = settings.of_profile(name).ok_or_else(|| {
            CliError::Usage(format!(
                "the settings have no environment {name}; they have: {}",
                settings.profile_names().join(", ")
            ))
        })?;
    }
    if let Some(file) = &args.trace_http {
        settings.network.trace_http = Some(file.clone());
    }
    Ok((settings, file))
}
