//! A station in training, driven as a screen drives it.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use evidence::{DocumentType, Field, ImageKind, Step};
use station::contract::*;
use station::settings::Settings;
use station::store::{CaseStore, FolderStore, GrowingFile, ReadSeek, StoreError};
use station::{Station, StationConfig, StationHandle};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Far longer than anything takes, so that a slow machine fails no test.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct Desk {
    pub station: StationHandle,
    pub folder: PathBuf,
}

pub fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.video.min_seconds = 1;
    settings.training.seed_requests = 0;
    settings.camera.by_hand_only = true;
    settings
}

pub async fn start(folder: &Path) -> Desk {
    start_with(folder, settings(), None).await
}

pub async fn start_with(
    folder: &Path,
    settings: Settings,
    store: Option<Arc<dyn CaseStore>>,
) -> Desk {
    let mut config = StationConfig::new(settings, folder.to_owned());
    config.store = store;
    // After a kill the old session may take a moment to let go of the folder.
    for _ in 0..200 {
        let again = StationConfig {
            settings: config.settings.clone(),
            store: config.store.clone(),
            ..StationConfig::new(Settings::default(), config.data_dir.clone())
        };
        match Station::start(again).await {
            Ok(station) => {
                return Desk {
                    station,
                    folder: folder.to_owned(),
                };
            }
            Err(station::StartError::DataFolderInUse(_)) => {
                tokio::time::sleep(Duration::from_millis(50)).await
            }
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the data folder stays in use");
}

pub fn form() -> RequestForm {
    RequestForm {
        profile: "PFnubeAFCiudadano".into(),
        given_name: "SPECIMEN".into(),
        surname_1: "MUSTER".into(),
        surname_2: String::new(),
        email: "specimen@example.org".into(),
        mobile_phone_number: "+34611223344".into(),
        serial_number: "12345678Z".into(),
        country_name: "ES".into(),
        id_document_type: "IDC".into(),
        id_document_country: "ES".into(),
        validity_days: 730,
    }
}

/// Speaks with the mock's control endpoint.
pub async fn control(desk: &Desk, method: &str, path: &str, body: &str) -> serde_json::Value {
    let host = desk.station.snapshot().settings.api_host;
    let mut stream = tokio::net::TcpStream::connect(&host).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 2"), "{answer}");
    serde_json::from_str(body).unwrap_or_default()
}

pub async fn fault(desk: &Desk, fault: &str) {
    control(desk, "POST", "/_mock/faults", fault).await;
}

pub async fn requests(desk: &Desk) -> usize {
    let value = control(desk, "GET", "/_mock/requests", "").await;
    value
        .as_array()
        .or(value["requests"].as_array())
        .unwrap_or_else(|| panic!("{value}"))
        .len()
}

impl Desk {
    pub async fn ask(&self, command: Command) -> Result<(), Failure> {
        self.station.dispatch(command).await
    }

    pub async fn ok(&self, command: Command) {
        let shown = format!("{command:?}");
        self.ask(command)
            .await
            .unwrap_or_else(|failure| panic!("{shown}: {failure:?}"));
    }

    pub fn view(&self) -> EnrollmentView {
        self.station
            .snapshot()
            .enrollment
            .expect("no enrollment is open")
    }

    /// Waits for a state of the enrollment.
    pub async fn until(
        &self,
        what: &str,
        mut test: impl FnMut(&EnrollmentView) -> bool,
    ) -> EnrollmentView {
        let found = self
            .station
            .wait_for(|snapshot| snapshot.enrollment.as_ref().is_some_and(&mut test));
        match tokio::time::timeout(PATIENCE, found).await {
            Ok(snapshot) => snapshot.expect("the session ended").enrollment.unwrap(),
            Err(_) => panic!("{what} did not come: {:#?}", self.station.snapshot()),
        }
    }

    pub async fn operator(&self) {
        self.ok(Command::ChooseOperator {
            name: "Op".into(),
            rao_id: Some("1400".into()),
        })
        .await;
    }

    pub async fn started(&self) {
        self.operator().await;
        self.ok(Command::StartEnrollment).await;
    }

    pub async fn request(&self) {
        self.ok(Command::CreateRequest { form: form() }).await;
        self.until("the request", |view| {
            view.request.is_some() && view.request_work == Work::Idle
        })
        .await;
    }

    pub async fn camera(&self) {
        self.ok(Command::OpenCamera {
            device: Some("replay".into()),
        })
        .await;
        let live = self
            .station
            .wait_for(|snapshot| matches!(snapshot.camera.state, CameraState::Live { .. }));
        match tokio::time::timeout(PATIENCE, live).await {
            Ok(Some(_)) => {}
            _ => panic!("no live camera: {:?}", self.station.snapshot().camera),
        }
    }

    pub async fn still(&self, step: Step, kind: ImageKind) {
        self.ok(Command::GoTo { step }).await;
        self.ok(Command::Capture { kind }).await;
        self.until("the still", |view| {
            view.pending
                .as_ref()
                .is_some_and(|pending| pending.kind == kind)
        })
        .await;
        self.ok(Command::UsePending).await;
        assert!(self.view().images.iter().any(|image| image.kind == kind));
    }

    pub async fn portrait(&self) {
        self.ok(Command::GoTo {
            step: Step::Portrait,
        })
        .await;
        self.ok(Command::CropPortrait {
            x: 100,
            y: 200,
            width: 300,
            height: 400,
        })
        .await;
    }

    pub async fn pictures(&self) {
        self.camera().await;
        self.still(Step::DocumentFront, ImageKind::DocumentFront)
            .await;
        if self.view().document_type != DocumentType::Pas {
            self.still(Step::DocumentRear, ImageKind::DocumentRear)
                .await;
        }
        self.portrait().await;
        self.still(Step::Selfie, ImageKind::DocumentOwner).await;
    }

    pub async fn recording(&self) {
        self.ok(Command::GoTo { step: Step::Video }).await;
        self.ok(Command::StartRecording).await;
        self.until("frames", |view| {
            view.recording
                .as_ref()
                .is_some_and(|now| now.elapsed_ms > 1500 && now.frames > 5)
        })
        .await;
    }

    pub async fn video(&self) {
        self.recording().await;
        self.ok(Command::MarkAction { index: 0 }).await;
        self.ok(Command::StopRecording).await;
        self.until("the video", |view| {
            view.video.is_some() && view.recording.is_none()
        })
        .await;
    }

    /// Waits until all evidence is looked at.
    pub async fn seen(&self) -> EnrollmentView {
        self.until("the reading", |view| {
            let reading = |view: &ReadingView| view.state == ReadingState::Reading;
            !view.readings.iter().any(reading) && !view.faces.working && !view.liveness.working
        })
        .await
    }

    pub async fn data(&self) {
        for field in [Field::GivenName, Field::Surname1, Field::SerialNumber] {
            let value = self
                .view()
                .fields
                .iter()
                .find(|view| view.field == field)
                .unwrap()
                .requested
                .clone();
            self.ok(Command::SetField { field, value }).await;
        }
    }

    /// Everything but the sending.
    pub async fn complete(&self) {
        self.started().await;
        self.request().await;
        self.ok(Command::AcceptConsent).await;
        self.pictures().await;
        self.video().await;
        self.data().await;
        assert_eq!(self.view().missing, vec![]);
        self.seen().await;
    }

    pub async fn delivered(&self) -> EnrollmentView {
        self.seen().await;
        self.ok(Command::Send).await;
        self.until("the end of the delivery", |view| {
            !matches!(view.delivery, DeliveryView::Sending { .. })
        })
        .await
    }

    pub fn case_folder(&self) -> PathBuf {
        self.folder.join("cases").join(self.view().case_id)
    }

    pub fn events(&self, case_id: &str) -> Vec<serde_json::Value> {
        let text =
            std::fs::read_to_string(self.folder.join("cases").join(case_id).join("events.jsonl"))
                .unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// A folder store whose disk fills up on demand.
pub struct FullStore {
    pub inner: FolderStore,
    pub full: Arc<AtomicBool>,
    /// How many more files are taken before the disk is full; none is any number.
    pub room: Mutex<Option<u32>>,
}

impl FullStore {
    pub fn open(root: &Path) -> (Arc<Self>, Arc<AtomicBool>) {
        let full = Arc::new(AtomicBool::new(false));
        let inner = FolderStore::open(root).unwrap();
        (
            Arc::new(FullStore {
                inner,
                full: full.clone(),
                room: Mutex::new(None),
            }),
            full,
        )
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.full.load(Ordering::SeqCst) {
            return Err(StoreError::Full(io::Error::from(
                io::ErrorKind::StorageFull,
            )));
        }
        Ok(())
    }
}

struct FullFile(Box<dyn GrowingFile>, Arc<AtomicBool>);

impl Write for FullFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.1.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl GrowingFile for FullFile {
    fn commit(&mut self) -> io::Result<()> {
        self.0.commit()
    }
}

impl CaseStore for FullStore {
    fn list(&self) -> Result<Vec<String>, StoreError> {
        self.inner.list()
    }
    fn create(&self, case: &str) -> Result<(), StoreError> {
        self.check()?;
        self.inner.create(case)
    }
    fn put(
        &self,
        case: &str,
        name: &str,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        self.check()?;
        if let Some(room) = self.room.lock().unwrap().as_mut() {
            match room.checked_sub(1) {
                Some(left) => *room = left,
                None => return Err(StoreError::Full(io::ErrorKind::StorageFull.into())),
            }
        }
        self.inner.put(case, name, write)
    }
    fn open(&self, case: &str, name: &str) -> Result<(Box<dyn ReadSeek>, u64), StoreError> {
        self.inner.open(case, name)
    }
    fn grow(&self, case: &str, name: &str) -> Result<Box<dyn GrowingFile>, StoreError> {
        self.check()?;
        Ok(Box::new(FullFile(
            self.inner.grow(case, name)?,
            self.full.clone(),
        )))
    }
    fn append(&self, case: &str, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.check()?;
        self.inner.append(case, name, bytes)
    }
    fn remove(&self, case: &str, name: &str) -> Result<(), StoreError> {
        self.inner.remove(case, name)
    }
    fn files(&self, case: &str) -> Result<Vec<String>, StoreError> {
        self.inner.files(case)
    }
    fn erase(&self, case: &str) -> Result<(), StoreError> {
        self.inner.erase(case)
    }
    fn free_bytes(&self) -> Result<u64, StoreError> {
        self.inner.free_bytes()
    }
}
