//! One module a command.

pub mod cameras;
pub mod check_video;
pub mod compare;
pub mod demo;
pub mod doctor;
pub mod liveness;
pub mod mock;
pub mod read;
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
        // Its cases lie where the window has them: who captured them is found there.
        let folder = settings.profile_dir(name);
        settings = settings.of_profile(name).ok_or_else(|| {
            CliError::Usage(format!(
                "the settings have no environment {name}; they have: {}",
                settings.profile_names().join(", ")
            ))
        })?;
        settings.storage.data_folder = Some(folder);
    }
    if let Some(file) = &args.trace_http {
        settings.network.trace_http = Some(file.clone());
    }
    Ok((settings, file))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_profile_has_the_cases_that_the_window_has_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("videoid-desk.toml");
        std::fs::write(
            &file,
            "environment = \"sandbox\"\n[storage]\ndata_folder = \"cases\"\n\
             [[profiles]]\nname = \"Second office\"\nenvironment = \"production\"\n",
        )
        .unwrap();
        let cases = folder.path().join("cases");
        for (profile, data) in [
            (None, cases.clone()),
            (Some("sandbox"), cases.clone()),
            (Some("training"), cases.join("training")),
            (Some("Second office"), cases.join("profiles/second-office")),
        ] {
            let args = StationArgs {
                config: Some(file.clone()),
                profile: profile.map(str::to_owned),
                ..StationArgs::default()
            };
            let (found, _) = settings(&args).unwrap();
            assert_eq!(found.data_dir(), data, "{profile:?}");
        }
    }
}
