//! From the command line to a running station.

use std::path::PathBuf;

use station::contract::Environment;
use station::{ChildCommand, Settings, Station, StationConfig, StationHandle};

use crate::args::Args;
use crate::logging;
use crate::problem::Problem;
use crate::test_hooks;

/// Reads the settings, starts the log and the station. Must run inside a tokio runtime.
pub async fn start(args: &Args) -> Result<StationHandle, Problem> {
    let planned = plan(args);
    let data_dir = planned
        .as_ref()
        .ok()
        .map(|config| config.data_dir.as_path());
    logging::start(data_dir.or(args.data.as_deref()));
    Station::start(planned?).await.map_err(Problem::Start)
}

fn plan(args: &Args) -> Result<StationConfig, Problem> {
    let (mut settings, settings_file) =
        Settings::load(args.config.as_deref()).map_err(Problem::Settings)?;
    if args.training {
        settings.environment = Environment::Training;
    }
    let data_dir = data_dir(args, &settings);
    let mut camera_child = ChildCommand::this_executable().map_err(Problem::OwnProgram)?;
    // A test's camera driver is for the camera's process alone.
    if let Some(library) = test_hooks::test_value("VIDEOID_TEST_CAMERA_PRELOAD") {
        camera_child
            .environment
            .push(("LD_PRELOAD".into(), library));
    }
    let certificate_password = settings.password_from_env();
    Ok(StationConfig {
        settings_file,
        camera_child: Some(camera_child),
        certificate_password,
        ..StationConfig::new(settings, data_dir)
    })
}

/// Practice never lies among real cases: unless a folder is named, it has one of its own.
fn data_dir(args: &Args, settings: &Settings) -> PathBuf {
    match &args.data {
        Some(folder) => folder.clone(),
        None if settings.environment == Environment::Training => {
            settings.data_dir().join("training")
        }
        None => settings.data_dir(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn training_overrules_the_settings_and_keeps_its_cases_apart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("videoid-desk.toml");
        std::fs::write(
            &file,
            "environment = \"sandbox\"\n[storage]\ndata_folder = \"cases\"\n",
        )
        .unwrap();
        let mut args = Args {
            config: Some(file),
            ..Args::default()
        };
        let real = plan(&args).unwrap();
        assert_eq!(real.settings.environment, Environment::Sandbox);
        assert_eq!(real.data_dir, folder.path().join("cases"));

        args.training = true;
        let training = plan(&args).unwrap();
        assert_eq!(training.settings.environment, Environment::Training);
        assert_eq!(
            training.data_dir,
            folder.path().join("cases").join("training")
        );
    }

    #[test]
    fn settings_that_cannot_be_read_are_named_with_their_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("videoid-desk.toml");
        std::fs::write(&file, "theme = \"dark\"\nenvironment = sandbox\n").unwrap();
        let args = Args {
            config: Some(file),
            ..Args::default()
        };
        let problem = plan(&args).err().unwrap();
        assert!(
            problem.causes().concat().contains("videoid-desk.toml:2:"),
            "{problem:?}"
        );
    }
}
