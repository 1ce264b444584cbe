//! From the command line to a running station.

use std::collections::BTreeMap;

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
    let (settings, settings_file) =
        Settings::load(args.config.as_deref()).map_err(Problem::Settings)?;
    let profile = match &args.profile {
        _ if args.training => Some("training".to_owned()),
        named => named.clone(),
    };
    let names = settings.profile_names();
    // A name that nobody gave a profile leads to no folder: the station refuses it.
    let first = profile
        .as_deref()
        .filter(|name| names.iter().any(|known| known == name))
        .or(names.first().map(String::as_str));
    let data_dir = match &args.data {
        Some(folder) => folder.clone(),
        None => settings.profile_dir(first.unwrap_or_default()),
    };
    // With a folder of its own, everything lies in there.
    let profile_dirs = match &args.data {
        Some(_) => BTreeMap::new(),
        None => names
            .iter()
            .map(|name| (name.clone(), settings.profile_dir(name)))
            .collect(),
    };
    let mut camera_child = ChildCommand::this_executable().map_err(Problem::OwnProgram)?;
    // A test's camera driver is for the camera's process alone.
    if let Some(library) = test_hooks::test_value("VIDEOID_TEST_CAMERA_PRELOAD") {
        camera_child
            .environment
            .push(("LD_PRELOAD".into(), library));
    }
    Ok(StationConfig {
        settings_file,
        profile,
        profile_dirs,
        camera_child: Some(camera_child),
        ..StationConfig::new(settings, data_dir)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use station::contract::Environment;

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

        assert_eq!(
            real.profile_dirs["training"],
            folder.path().join("cases").join("training")
        );

        args.training = true;
        let training = plan(&args).unwrap();
        assert_eq!(training.profile.as_deref(), Some("training"));
        assert_eq!(
            training.data_dir,
            folder.path().join("cases").join("training")
        );
        assert_eq!(
            training.profile_dirs["sandbox"],
            folder.path().join("cases"),
            "the settings' own environment can be switched to"
        );

        args.data = Some(folder.path().join("elsewhere"));
        let named = plan(&args).unwrap();
        assert_eq!(named.data_dir, folder.path().join("elsewhere"));
        assert!(named.profile_dirs.is_empty());
    }

    #[test]
    fn a_profile_is_started_by_its_name_in_a_folder_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("videoid-desk.toml");
        std::fs::write(
            &file,
            "[storage]\ndata_folder = \"cases\"\n[[profiles]]\nname = \"Second office\"\nenvironment = \"sandbox\"\n",
        )
        .unwrap();
        let args = Args {
            config: Some(file),
            profile: Some("Second office".to_owned()),
            ..Args::default()
        };
        let planned = plan(&args).unwrap();
        let cases = folder.path().join("cases");
        assert_eq!(
            planned.data_dir,
            cases.join("profiles").join("second-office")
        );
        assert_eq!(planned.profile_dirs["training"], cases.join("training"));
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
