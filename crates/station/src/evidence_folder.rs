//! A case as a plain folder: `evidence.json`, the JPEGs, the MP4. For handing over, and for sending from the shell.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use evidence::{Case, Delivered, ImageRecord, LivenessRecord, Step};
use ra_api::delivery::{DeliveryEvent, OnEvent, Part, RetryPolicy, create_safely, deliver_parts};
use ra_api::{BlobSource, Client, FileBlob, Id};
use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, SystemClock};
use crate::contract::{Environment, Failure, FailureCode};
use crate::delivery::{delivery_failure, parts};
use crate::enrollment::{CASE_FILE, load};
use crate::failure::{chain, invalid_input, of, plain};
use crate::ra::Ra;
use crate::settings::Settings;
use crate::store::{CaseStore, FolderStore, StoreError};

/// A folder of evidence that was read and found whole.
pub struct EvidenceFolder {
    folder: PathBuf,
    case: Case,
}

/// Which request the evidence goes to. With neither, the one that the folder names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubmitOptions {
    /// Creates a request where the folder names none, or one at another RA.
    pub create: bool,
    /// An existing request, by its number.
    pub request: Option<String>,
}

/// How far a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubmitProgress {
    /// `evidence` or `video`.
    pub part: &'static str,
    pub sent_bytes: u64,
    pub total_bytes: u64,
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
    let images = case.images.values().flat_map(ImageRecord::files);
    let frames = case.liveness.iter().flat_map(LivenessRecord::files);
    images
        .chain(case.video.as_ref().map(|video| video.file.as_str()))
        .chain(frames)
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
        let named = case.images.values().flat_map(|image| {
            let original = image.original.as_ref();
            let original = original.map(|original| (&original.file, &original.sha256));
            [(&image.file, &image.sha256)].into_iter().chain(original)
        });
        let video = case.video.as_ref();
        let video = video.map(|video| (&video.file, &video.sha256));
        let frames = case.liveness.iter().flat_map(|seen| &seen.frames);
        let frames = frames.map(|frame| (&frame.file, &frame.sha256));
        for (name, sha256) in named.chain(video).chain(frames) {
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

    /// A case of a station: in `data_dir`, else where the settings say.
    pub fn of_case(
        settings: &Settings,
        data_dir: Option<&Path>,
        case_id: &str,
    ) -> Result<Self, Failure> {
        let data_dir = data_dir.map_or_else(|| settings.data_dir(), Path::to_owned);
        let root = data_dir.join("cases");
        let store =
            FolderStore::open(&root).map_err(|error| stored("opening the data folder", error))?;
        load(&store, case_id)?;
        EvidenceFolder::open(&root.join(case_id))
    }

    pub fn case(&self) -> &Case {
        &self.case
    }

    /// Sends the evidence. `evidence.json` then says that it was delivered.
    pub async fn submit(
        mut self,
        settings: &Settings,
        options: SubmitOptions,
        progress: impl Fn(SubmitProgress) + Send + Sync + 'static,
        cancel: CancellationToken,
    ) -> Result<Submitted, Failure> {
        if settings.environment == Environment::Training
            && settings.registration_authority.api_url.is_none()
        {
            let why = "in training, name the mock RA's address as registration_authority.api_url";
            return Err(of(FailureCode::SettingsInvalid, why));
        }
        let ra = Ra::new(settings, &settings.hosts(), settings.password_from_env());
        let client = ra.client()?;
        let api_url = settings.hosts().api;
        if let Some(pk) = &options.request {
            let record = client
                .request(&Id::new(pk.clone()))
                .await
                .map_err(|error| crate::ra::failure(&error))?;
            self.case.request = Some(request_record(&record, &api_url));
        } else if options.create {
            self.leave_other_ra(settings.environment, &api_url)?;
            if self.case.request.is_none() {
                let record = self.create(settings, &client, &ra.ra_id, &cancel).await?;
                self.case.request = Some(request_record(&record, &api_url));
                self.write()?;
            }
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
        let (data, video) = parts(&self.case, settings.payload_options(), |name| {
            let blob = FileBlob::new(self.folder.join(name))
                .map_err(|error| stored("reading the evidence folder", error))?;
            Ok(Arc::new(blob) as Arc<dyn BlobSource>)
        })?;
        let on_event: OnEvent = Arc::new(move |event| {
            if let DeliveryEvent::Progress {
                part,
                sent_bytes,
                total_bytes,
            } = event
            {
                let part = match part {
                    Part::Data => "evidence",
                    Part::Video => "video",
                };
                progress(SubmitProgress {
                    part,
                    sent_bytes,
                    total_bytes,
                });
            }
        });
        let record = deliver_parts(
            &client,
            &pk,
            data.as_ref(),
            video.as_ref(),
            &RetryPolicy::default(),
            &on_event,
            &cancel,
        )
        .await
        .map_err(|error| delivery_failure(&error))?;
        let status = record.status.to_string();
        if let Some(request) = &mut self.case.request {
            request.status = status.clone();
        }
        self.case.delivered = Some(Delivered {
            status: status.clone(),
            at: SystemClock.now(),
        });
        self.case.step = Step::Done;
        self.write()?;
        Ok(Submitted {
            request: pk.to_string(),
            status,
        })
    }

    /// A request, and a scratchcard, of another RA mean nothing to this one.
    fn leave_other_ra(&mut self, environment: Environment, api_url: &str) -> Result<(), Failure> {
        let Some(request) = &self.case.request else {
            return Ok(());
        };
        let other = match &request.api_url {
            Some(named) => named != api_url,
            None => self.case.environment != crate::views::environment_name(environment),
        };
        if other {
            self.case.request = None;
            self.case.scratchcard = None;
            self.case.delivered = None;
            self.write()?;
        }
        Ok(())
    }

    /// Creates the request that the case's form asks for; its scratchcard is written down before it is used.
    async fn create(
        &mut self,
        settings: &Settings,
        client: &Client,
        ra_id: &Id,
        cancel: &CancellationToken,
    ) -> Result<ra_api::RequestRecord, Failure> {
        self.case.form = self.case.form.check().map_err(|all| invalid_input(&all))?;
        if settings.desk.separation_of_duties {
            let rao_id = self.case.operator.rao_id.as_deref();
            let rao_id = rao_id.ok_or_else(|| plain(FailureCode::OperatorNoRao))?;
            crate::operator_check::demand(client, rao_id).await?;
        }
        let mut template = crate::creation::template(&self.case, ra_id);
        template.secure_element = Some(settings.secure_element(&self.case.form.profile));
        let pending = self.case.scratchcard.clone();
        let mut write_down = |scratchcard: &str| {
            self.case.scratchcard = Some(scratchcard.to_owned());
            self.write().map_err(io::Error::other)
        };
        create_safely(
            client,
            &template,
            pending.as_deref(),
            &mut write_down,
            &RetryPolicy::default(),
            cancel,
        )
        .await
        .map_err(|error| crate::creation::create_failure(&error))
    }

    fn write(&self) -> Result<(), Failure> {
        let json = serde_json::to_vec_pretty(&self.case)
            .map_err(|error| of(FailureCode::Internal, error))?;
        let written = (|| {
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            io::Write::write_all(&mut file, &json)?;
            file.as_file().sync_all()?;
            file.persist(self.folder.join(CASE_FILE))
                .map_err(|error| error.error)
        })();
        written
            .map(drop)
            .map_err(|error| stored("writing evidence.json", error))
    }
}

fn stored(operation: &'static str, error: io::Error) -> Failure {
    StoreError::from_io(operation, error).into()
}

fn request_record(record: &ra_api::RequestRecord, api_url: &str) -> evidence::RequestRecord {
    let videoid = record.videoid_data.as_ref();
    evidence::RequestRecord {
        pk: record.pk.to_string(),
        scratchcard: record.scratchcard.as_ref().map(ToString::to_string),
        status: record.status.to_string(),
        video_pk: videoid
            .and_then(|data| data.pk.as_ref())
            .map(ToString::to_string),
        video_identifier: videoid.and_then(|data| data.video_identifier.clone()),
        api_url: Some(api_url.to_owned()),
        at_ra: evidence::PartsAtRa::default(),
    }
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
