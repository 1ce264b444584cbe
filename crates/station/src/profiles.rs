//! Environments by name: which settings each one means, where its data lies, and the change from one to another.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use camera::ChildCommand;
use ra_api::Secret;

use crate::contract::{Environment, Failure, FailureCode, ProfileView};
use crate::failure::{chain, not_now, of};
use crate::handle::{StartError, StationConfig};
use crate::ra::Ra;
use crate::session::{DataLock, Session};
use crate::settings::{Hosts, Settings};
use crate::source::Opener;
use crate::store::{CaseStore, FolderStore, StoreError};
use crate::training::Training;
use crate::views::environment_name;

/// Longest name of a profile, in characters.
const MAX_NAME: usize = 40;

impl Settings {
    /// Names that `SwitchProfile` takes: that of the settings themselves first, training last where nothing else is
    /// called so.
    pub fn profile_names(&self) -> Vec<String> {
        let own = environment_name(self.environment);
        let training = environment_name(Environment::Training);
        let mut names = vec![own.to_owned()];
        names.extend(self.profiles.iter().map(|profile| profile.name.clone()));
        if !names.iter().any(|name| name == training) {
            names.push(training.to_owned());
        }
        names
    }

    /// The settings of that profile; none where there is no such profile.
    pub fn of_profile(&self, name: &str) -> Option<Settings> {
        if name == environment_name(self.environment) {
            return Some(self.clone());
        }
        let mut settings = self.clone();
        match self.profiles.iter().find(|profile| profile.name == name) {
            Some(profile) => {
                settings.environment = profile.environment;
                match &profile.registration_authority {
                    Some(given) => settings.registration_authority = given.clone(),
                    // Another environment is never reached by this one's addresses.
                    None if profile.environment != self.environment => {
                        settings.registration_authority.api_url = None;
                        settings.registration_authority.video_url = None;
                    }
                    None => {}
                }
                if let Some(given) = &profile.certificate {
                    settings.certificate = given.clone();
                }
                if let Some(given) = &profile.network {
                    settings.network = given.clone();
                }
            }
            None if name == environment_name(Environment::Training) => {
                settings.environment = Environment::Training;
            }
            None => return None,
        }
        Some(settings)
    }

    /// Where a profile's cases lie unless a folder is named. Practice never lies among real cases, and no
    /// environment's cases among another's: the settings' own environment has the folder itself, training `training`
    /// in it, every other profile `profiles/NAME`.
    pub fn profile_dir(&self, name: &str) -> PathBuf {
        let folder = self.data_dir();
        let training = environment_name(Environment::Training);
        if name == training {
            folder.join(training)
        } else if name == environment_name(self.environment) {
            folder
        } else {
            folder.join("profiles").join(folder_name(name))
        }
    }

    /// What is wrong with the names of the profiles.
    pub(crate) fn check_profile_names(&self) -> Result<(), String> {
        let mut folders = vec![folder_name(environment_name(self.environment))];
        for profile in &self.profiles {
            let name = &profile.name;
            let plain = name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            if name.trim().is_empty() || name.trim() != name || !plain {
                return Err(format!(
                    "the name \"{name}\" is to be of letters, digits, blanks, - and _"
                ));
            }
            if name.chars().count() > MAX_NAME {
                return Err(format!(
                    "the name \"{name}\" has more than {MAX_NAME} characters"
                ));
            }
            let folder = folder_name(name);
            let named_like = [
                Environment::Training,
                Environment::Sandbox,
                Environment::Production,
            ]
            .into_iter()
            .find(|environment| environment_name(*environment) == folder);
            // Training is there in any case: it is not to be had twice.
            let training_again =
                named_like == Some(Environment::Training) && folder.as_str() != name.as_str();
            if training_again || named_like.is_some_and(|like| like != profile.environment) {
                return Err(format!(
                    "\"{name}\" is named like an environment that it is not"
                ));
            }
            if folders.contains(&folder) {
                return Err(format!("the name \"{name}\" is taken: give it another"));
            }
            folders.push(folder);
        }
        Ok(())
    }
}

/// The name of a profile as that of a folder: two names that differ in capitals or blanks alone are the same.
pub(crate) fn folder_name(profile: &str) -> String {
    profile.to_lowercase().replace(' ', "-")
}

/// What is in force of a profile while the station works with it.
pub(crate) struct Place {
    pub settings: Settings,
    pub data_dir: PathBuf,
    pub lock: DataLock,
    pub store: Arc<dyn CaseStore>,
    pub training: Option<Training>,
    pub hosts: Hosts,
    pub ra: Ra,
}

impl Place {
    /// Takes the folder, opens the store and, in training, starts the RA. A certificate that cannot be used is no
    /// reason to fail: the station opens and shows why.
    async fn open(
        settings: Settings,
        data_dir: PathBuf,
        store: Option<Arc<dyn CaseStore>>,
        password: Option<Secret>,
    ) -> Result<Self, StartError> {
        let folder_error = |source| StartError::DataFolder {
            folder: data_dir.clone(),
            source,
        };
        std::fs::create_dir_all(&data_dir).map_err(folder_error)?;
        let lock = DataLock::take(&data_dir)?;
        let store: Arc<dyn CaseStore> = match store {
            Some(store) => store,
            None => Arc::new(FolderStore::open(data_dir.join("cases")).map_err(folder_error)?),
        };
        let training = match settings.environment {
            Environment::Training => {
                let folder = data_dir.join("training-ra");
                let ra = &settings.registration_authority.id;
                Some(Training::start(&folder, &settings.training, ra).await?)
            }
            _ => None,
        };
        let hosts = match &training {
            Some(training) => training.hosts(),
            None => settings.hosts(),
        };
        let ra = Ra::new(&settings, &hosts, password);
        Ok(Place {
            settings,
            data_dir,
            lock,
            store,
            training,
            hosts,
            ra,
        })
    }
}

/// The profiles of a station, and where each one's data lies.
pub(crate) struct Profiles {
    /// The settings as they were read.
    base: Settings,
    /// The one that the station was started with, and what it was given for it.
    first: String,
    first_dir: PathBuf,
    first_store: Option<Arc<dyn CaseStore>>,
    first_password: Option<Secret>,
    dirs: BTreeMap<String, PathBuf>,
    camera_child: Option<ChildCommand>,
    current: String,
    views: Vec<ProfileView>,
}

impl Profiles {
    pub fn new(config: &StationConfig) -> Result<Self, StartError> {
        let base = config.settings.clone();
        let first = match &config.profile {
            Some(name) if base.of_profile(name).is_none() => {
                return Err(StartError::NoSuchProfile {
                    name: name.clone(),
                    known: base.profile_names(),
                });
            }
            Some(name) => name.clone(),
            None => environment_name(base.environment).to_owned(),
        };
        Ok(Profiles {
            current: first.clone(),
            first,
            first_dir: config.data_dir.clone(),
            first_store: config.store.clone(),
            first_password: config.certificate_password.clone(),
            dirs: config.profile_dirs.clone(),
            camera_child: config.camera_child.clone(),
            views: Vec::new(),
            base,
        })
    }

    /// Brings up the profile that the station starts with.
    pub async fn open_first(&mut self) -> Result<Place, StartError> {
        let name = self.first.clone();
        let place = self.open(&name).await?;
        self.entered(name, &place);
        Ok(place)
    }

    async fn open(&self, name: &str) -> Result<Place, StartError> {
        let settings = self
            .base
            .of_profile(name)
            .ok_or_else(|| StartError::NoSuchProfile {
                name: name.to_owned(),
                known: self.base.profile_names(),
            })?;
        let store = self
            .first_store
            .clone()
            .filter(|_| name == self.first.as_str());
        let password = self
            .first_password
            .clone()
            .filter(|_| name == self.first.as_str())
            .or_else(|| settings.password_from_env());
        Place::open(settings, self.data_dir(name), store, password).await
    }

    fn data_dir(&self, name: &str) -> PathBuf {
        if name == self.first {
            return self.first_dir.clone();
        }
        match self.dirs.get(name) {
            Some(folder) => folder.clone(),
            None => default_dir(&self.first_dir, name),
        }
    }

    fn entered(&mut self, name: String, place: &Place) {
        self.current = name;
        let named = self.base.profile_names().into_iter();
        self.views = named
            .filter_map(|name| {
                let settings = self.base.of_profile(&name)?;
                let current = name == self.current;
                let hosts = match settings.environment {
                    _ if current => place.hosts.clone(),
                    // The mock gets its port when it starts.
                    Environment::Training => Hosts::this_machine(),
                    _ => settings.hosts(),
                };
                Some(ProfileView {
                    environment: settings.environment,
                    registration_authority: settings.registration_authority.id,
                    api_host: crate::settings::host(&hosts.api),
                    current,
                    name,
                })
            })
            .collect();
    }

    pub fn views(&self) -> Vec<ProfileView> {
        self.views.clone()
    }
}

/// Where the data of a profile lies that was given no folder of its own.
fn default_dir(first: &Path, name: &str) -> PathBuf {
    first.join("profiles").join(folder_name(name))
}

impl Session {
    /// Works with another environment from now on. Where it cannot be brought up, the present one stays.
    pub(crate) fn switch_profile(&mut self, name: &str) -> Result<(), Failure> {
        if self.open.is_some() {
            return Err(not_now("an enrollment is open"));
        }
        if self.desk.is_some() {
            return Err(not_now("the RAO desk is open"));
        }
        if name == self.profiles.current {
            return Ok(());
        }
        let runtime = self.runtime.clone();
        let place = runtime
            .block_on(self.profiles.open(name))
            .map_err(|error| not_brought_up(&error))?;
        // Still into the record of the environment that is left.
        self.lock_desk()?;
        self.profiles.entered(name.to_owned(), &place);
        self.recapture = None;
        self.local_ip = None;
        self.cases.clear();
        self.enter_place(place);
        self.camera.close();
        self.camera.use_opener(Opener::of(
            &self.settings,
            self.profiles.camera_child.clone(),
        ));
        self.sweep_retention();
        self.list_cases();
        self.health.clear();
        self.health_running = false;
        self.check_station()?;
        tracing::info!(
            environment = environment_name(self.settings.environment),
            "the station works with another environment"
        );
        Ok(())
    }
}

fn not_brought_up(error: &StartError) -> Failure {
    let code = match error {
        StartError::NoSuchProfile { .. } => FailureCode::InvalidInput,
        StartError::Settings(_) => FailureCode::SettingsInvalid,
        StartError::DataFolder { source, .. } => {
            let kind = StoreError::from_io("opening the data folder", source.kind().into());
            return of(Failure::from(kind).code, chain(error));
        }
        StartError::DataFolderInUse(_) => FailureCode::StorageFailed,
        StartError::TrainingServer(_) | StartError::Client(_) | StartError::Thread(_) => {
            FailureCode::Internal
        }
    };
    of(code, chain(error))
}
