//! A case as a plain folder: `evidence.json`, the JPEGs, the MP4. For handing over, and for sending from the shell.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use evidence::{Case, Delivered, PayloadOptions};
use ra_api::delivery::{OnEvent, RetryPolicy, deliver};
use ra_api::{BlobSource, Client, FileBlob, Id};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::contract::{Environment, Failure, FailureCode};
use crate::delivery::{delivery_failure, parts};
use crate::enrollment::{CASE_FILE, load};
use crate::failure::{chain, of};
use crate::ra::Ra;
use crate::settings::Settings;
use crate::store::{CaseStore, FolderStore, StoreError};

/// A folder of evidence that was read and found whole.
pub struct EvidenceFolder {
    folder: PathBuf,
    case: Case,
}

/// What the RA said in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    pub request: String,
    pub status: String,
}

/// Writes a case as a folder, made if need be; files of the same names are replaced.
pub(crate) fn export(store: &dyn CaseStore, case_id: &str, folder: &Path) -> Result<(), Failure> {
    let case = load(store, case_id)?;
    if case.erased_at.is_some() {
        return Err(of(FailureCode::NotAllowedNow, "the evidence is erased"));
    }
    let target = |error| Failure::from(StoreError::from_io("writing the evidence folder", error));
    fs::create_dir_all(folder).map_err(target)?;
    for name in files(&case) {
        let (mut source, _) = store.open(case_id, name)?;
        let mut out = fs::File::create(folder.join(name)).map_err(target)?;
        io::copy(&mut source, &mut out).map_err(target)?;
        out.sync_all().map_err(target)?;
    }
    // Last, so that a folder with it is whole.
    let json =
        serde_json::to_vec_pretty(&case).map_err(|error| of(FailureCode::Internal, error))?;
    fs::write(folder.join(CASE_FILE), json).map_err(target)
}

fn files(case: &Case) -> impl Iterator<Item = &str> {
    let images = case.images.values().map(|image| image.file.as_str());
    images.chain(case.video.as_ref().map(|video| video.file.as_str()))
}

impl EvidenceFolder {
    /// Reads a folder and checks that every file is there with the size and hash that `evidence.json` names.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        let damaged = |detail: String| of(FailureCode::CaseDamaged, detail);
        let json = fs::read(folder.join(CASE_FILE))
            .map_err(|error| damaged(format!("{CASE_FILE}: {error}")))?;
        let case: Case = serde_json::from_slice(&json)
            .map_err(|error| damaged(format!("{CASE_FILE}: {error}")))?;
        if case.format != evidence::FORMAT {
            return Err(damaged(format!(
                "{CASE_FILE}: written in form {}",
                case.format
            )));
        }
        let named = case
            .images
            .values()
            .map(|image| (&image.file, &image.sha256));
        for (name, sha256) in named.chain(
            case.video
                .as_ref()
                .map(|video| (&video.file, &video.sha256)),
        ) {
            let plain = Path::new(name)
                .file_name()
                .is_some_and(|only| only == name.as_str());
            if !plain {
                return Err(damaged(format!("{name}: not a plain file name")));
            }
            let found =
                hash(&folder.join(name)).map_err(|error| damaged(format!("{name}: {error}")))?;
            if found != *sha256 {
                return Err(damaged(format!("{name}: not the file that was accepted")));
            }
        }
        Ok(EvidenceFolder {
            folder: folder.to_owned(),
            case,
        })
    }

    /// A case of the station with this data folder.
    pub fn of_case(data_dir: &Path, case_id: &str) -> Result<Self, Failure> {
        let root = data_dir.join("cases");
        let store = FolderStore::open(&root).map_err(|error| {
            Failure::from(StoreError::from_io("opening the data folder", error))
        })?;
        load(&store, case_id)?;
        EvidenceFolder::open(&root.join(case_id))
    }

    pub fn case(&self) -> &Case {
        &self.case
    }

    /// Sends the evidence to its request, or to `request` where that is given; creating none. `evidence.json` then
    /// says that it was delivered.
    pub async fn submit(
        mut self,
        settings: &Settings,
        password: Option<ra_api::Secret>,
        request: Option<&str>,
        clock: &dyn Clock,
        on_event: &OnEvent,
        cancel: &CancellationToken,
    ) -> Result<Submitted, Failure> {
        let client = client(settings, password)?;
        let options: PayloadOptions = settings.payload_options();
        if let Some(pk) = request {
            let record = client
                .request(&Id::new(pk))
                .await
                .map_err(|error| crate::ra::failure(&error))?;
            self.case.request = Some(evidence::RequestRecord {
                pk: record.pk.to_string(),
                scratchcard: None,
                status: record.status.to_string(),
                video_pk: None,
                video_identifier: None,
            });
        }
        let missing = self.case.missing();
        if !missing.is_empty() {
            return Err(of(FailureCode::Incomplete, format!("{missing:?}")));
        }
        if let Some(acceptance) = &mut self.case.acceptance
            && acceptance.ip.is_none()
        {
            let training = settings.environment == Environment::Training;
            acceptance.ip = crate::health::local_ip(&client, training).await;
        }
        let pk = self
            .case
            .request
            .as_ref()
            .map(|request| Id::new(request.pk.clone()));
        let pk = pk.ok_or_else(|| of(FailureCode::Incomplete, "request"))?;
        let (data, video) = parts(&self.case, options, |name| {
            let blob = FileBlob::new(self.folder.join(name)).map_err(|error| {
                Failure::from(StoreError::from_io("reading the evidence folder", error))
            })?;
            Ok(Arc::new(blob) as Arc<dyn BlobSource>)
        })?;
        let record = deliver(
            &client,
            &pk,
            &data,
            &video,
            &RetryPolicy::default(),
            on_event,
            cancel,
        )
        .await
        .map_err(|error| delivery_failure(&error))?;
        let status = record.status.to_string();
        if let Some(request) = &mut self.case.request {
            request.status = status.clone();
        }
        self.case.delivered = Some(Delivered {
            status: status.clone(),
            at: clock.now(),
        });
        self.case.step = evidence::Step::Done;
        let json = serde_json::to_vec_pretty(&self.case)
            .map_err(|error| of(FailureCode::Internal, error))?;
        fs::write(self.folder.join(CASE_FILE), json)
            .map_err(|error| Failure::from(StoreError::from_io("writing evidence.json", error)))?;
        Ok(Submitted {
            request: pk.to_string(),
            status,
        })
    }
}

/// The RA's client of these settings, for the shell.
pub fn client(
    settings: &Settings,
    password: Option<ra_api::Secret>,
) -> Result<Arc<Client>, Failure> {
    let password = password.or_else(|| settings.password_from_env());
    Ra::new(settings, &settings.hosts(), password).client()
}

fn hash(path: &Path) -> io::Result<String> {
    use sha2::{Digest, Sha256};
    let mut file = fs::File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match io::Read::read(&mut file, &mut buffer)? {
            0 => return Ok(hex::encode(hash.finalize())),
            count => hash.update(&buffer[..count]),
        }
    }
}

impl crate::handle::StationHandle {
    /// Writes a case of this station as a folder.
    pub async fn export_case(&self, case_id: &str, folder: &Path) -> Result<(), Failure> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        self.ask(crate::message::Message::Export {
            case_id: case_id.to_owned(),
            folder: folder.to_owned(),
            reply,
        })?;
        answer
            .await
            .map_err(|error| of(FailureCode::Internal, chain(&error)))?
    }
}
