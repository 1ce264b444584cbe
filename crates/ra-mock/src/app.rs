//! What all handlers share: the settings, the store, the folder of blobs, the faults and the log of calls.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;
use time::macros::format_description;
use tokio::sync::mpsc;

use crate::answers::ApiError;
use crate::config::{Flow, MockConfig, MockError};
use crate::faults::FaultControl;
use crate::record::{Call, RequestRecord, StateChange};
use crate::seed::{self, Seeds};
use crate::store::Store;
use crate::webhook::{self, Delivery};

/// The log of calls keeps the last ones.
const MAX_CALLS: usize = 2_000;

/// The mock without its sockets: `router()` can be driven directly by tests.
#[derive(Clone)]
pub struct Mock(pub(crate) Arc<Shared>);

/// Behaviour that can be changed while the mock runs.
#[derive(Debug, Clone, Copy)]
pub struct Switches {
    pub flow: Flow,
    pub filters_status: bool,
    pub refusal_reopens: bool,
}

pub(crate) struct Shared {
    pub config: MockConfig,
    pub faults: FaultControl,
    pub checks: AtomicBool,
    switches: Mutex<Switches>,
    store: Mutex<Store>,
    calls: Mutex<VecDeque<Call>>,
    blobs: PathBuf,
    state_file: Option<PathBuf>,
    webhooks: mpsc::UnboundedSender<Delivery>,
    /// Deletes the folder when the last handle is gone.
    _temporary: Option<tempfile::TempDir>,
}

/// `2021-07-20T08:08:21.132394`, UTC, as the service writes dates.
pub fn now() -> String {
    written(OffsetDateTime::now_utc())
}

/// A time as the service writes it.
pub fn written(time: OffsetDateTime) -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]");
    time.format(&format).unwrap_or_default()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Mock {
    /// Must be called inside a Tokio runtime: webhooks are sent by a task of their own.
    pub fn new(config: MockConfig) -> Result<Self, MockError> {
        let unusable = |path: &Path| {
            let path = path.to_path_buf();
            move |source| MockError::DataFolder { path, source }
        };
        let temporary = match config.data {
            Some(_) => None,
            None => Some(tempfile::tempdir().map_err(unusable(&std::env::temp_dir()))?),
        };
        let root = match (&config.data, &temporary) {
            (Some(data), _) => data.clone(),
            (None, Some(temporary)) => temporary.path().to_path_buf(),
            (None, None) => std::env::temp_dir(),
        };
        let blobs = root.join("requests");
        std::fs::create_dir_all(&blobs).map_err(unusable(&blobs))?;
        let state_file = config.data.as_ref().map(|data| data.join("state.json"));
        let mut store = match &state_file {
            Some(path) => Store::load(path).map_err(unusable(path))?,
            None => Store::default(),
        };
        let fresh = store.requests.is_empty() && store.seeds.is_none();
        if fresh && config.seed_requests > 0 {
            store.seeds = Some(Seeds {
                count: config.seed_requests,
                seed: config.seed,
                registration_authority: config.seed_registration_authority,
                from: OffsetDateTime::now_utc().unix_timestamp(),
            });
            if let Some(path) = &state_file {
                store.save(path).map_err(unusable(path))?;
            }
        }
        if let Some(seeds) = store.seeds {
            seed::write_files(&blobs).map_err(unusable(&blobs))?;
            seed::plant(&mut store, seeds, config.scratchcards_per_ra);
        }
        let (webhooks, queue) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            checks: AtomicBool::new(config.checks),
            switches: Mutex::new(Switches {
                flow: config.flow,
                filters_status: config.filters_status,
                refusal_reopens: config.refusal_reopens,
            }),
            faults: FaultControl::default(),
            store: Mutex::new(store),
            calls: Mutex::default(),
            blobs,
            state_file,
            webhooks,
            _temporary: temporary,
            config,
        });
        tokio::spawn(webhook::deliver(queue, Arc::downgrade(&shared)));
        Ok(Self(shared))
    }

    /// Every operation of the mock: the API, both hosts, `/_mock/` and the web page.
    pub fn router(&self) -> axum::Router {
        crate::routes::router(self.clone())
    }

    pub fn faults(&self) -> FaultControl {
        self.0.faults.clone()
    }

    /// All requests, oldest first.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.0.store().requests.values().cloned().collect()
    }

    pub fn request(&self, pk: u64) -> Option<RequestRecord> {
        self.0.store().requests.get(&pk).cloned()
    }

    pub fn calls(&self) -> Vec<Call> {
        locked(&self.0.calls).iter().cloned().collect()
    }

    /// The bytes of an image (`document_front`, …) or of the `video`, exactly as received.
    pub fn evidence(&self, pk: u64, name: &str) -> Option<Vec<u8>> {
        std::fs::read(self.0.evidence_path(pk, name)?).ok()
    }

    /// Where an image or the `video` lies, for evidence that is too large to be read at once.
    pub fn evidence_path(&self, pk: u64, name: &str) -> Option<PathBuf> {
        self.0.evidence_path(pk, name)
    }

    /// Turns decoding of images and videos off or on; what was checked stays as it is.
    pub fn set_checks(&self, on: bool) {
        self.0.checks.store(on, Ordering::Relaxed);
    }
}

impl Shared {
    pub fn switches(&self) -> Switches {
        *locked(&self.switches)
    }

    pub fn set_switches(&self, switches: Switches) {
        *locked(&self.switches) = switches;
    }

    /// For reading only: what is changed through this guard is not written to the state file.
    pub fn store(&self) -> MutexGuard<'_, Store> {
        locked(&self.store)
    }

    /// Changes the store and keeps the change. The error of `change` is returned and nothing is kept.
    pub fn change<T>(
        &self,
        change: impl FnOnce(&mut Store) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let mut store = locked(&self.store);
        let done = change(&mut store)?;
        if let Some(path) = &self.state_file {
            store
                .save(path)
                .map_err(|error| ApiError::own_fault(&error))?;
        }
        Ok(done)
    }

    /// Enters a state into the request's history and queues the webhook, if the state is another one.
    pub fn enter(&self, request: &mut RequestRecord, status: &str) {
        if request.status == status {
            return;
        }
        let previous = std::mem::replace(&mut request.status, status.to_string());
        let reasons = request
            .videoid
            .as_ref()
            .map(|videoid| videoid.reasons.clone())
            .unwrap_or_default();
        let date = now();
        request.history.push(StateChange {
            date: date.clone(),
            status: status.to_string(),
            reasons,
        });
        if let Some(url) = request.field("webhook_url").map(str::to_string) {
            let delivery = Delivery {
                url,
                date,
                status: status.to_string(),
                previous_status: previous,
                request: request.pk,
                registration_authority: request.registration_authority,
            };
            if self.webhooks.send(delivery).is_err() {
                tracing::debug!("the mock is ending: webhook not sent");
            }
        }
    }

    pub fn checks_on(&self) -> bool {
        self.checks.load(Ordering::Relaxed)
    }

    pub fn log(&self, call: Call) {
        tracing::debug!(
            operation = call.operation,
            status = call.status,
            duration_ms = call.duration_ms,
            "call"
        );
        let mut calls = locked(&self.calls);
        if calls.len() == MAX_CALLS {
            calls.pop_front();
        }
        calls.push_back(call);
    }

    pub fn calls(&self) -> MutexGuard<'_, VecDeque<Call>> {
        locked(&self.calls)
    }

    /// The folder of a request's images, documents and video.
    pub fn folder(&self, pk: u64) -> std::io::Result<PathBuf> {
        let folder = self.blobs.join(pk.to_string());
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    pub fn blob(&self, pk: u64, file: &str) -> PathBuf {
        if file.starts_with(seed::SHARED) {
            return self.blobs.join(file);
        }
        self.blobs.join(pk.to_string()).join(file)
    }

    pub fn evidence_path(&self, pk: u64, name: &str) -> Option<PathBuf> {
        let store = self.store();
        let videoid = store.requests.get(&pk)?.videoid.as_ref()?;
        let file = match name {
            "video" => Some(videoid.video.as_ref()?.file.clone()),
            image => videoid.images.get(image)?.file.clone(),
        };
        drop(store);
        Some(self.blob(pk, &file?))
    }
}
