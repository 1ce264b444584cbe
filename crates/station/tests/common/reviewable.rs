//! Requests that wait for review, brought to the training RA by its own API, without a camera.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

use std::io::Cursor;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ra_api::{BytesBlob, Client, ClientConfig, DataEvidence, Id, NewRequest, Secret};
use recorder::{FragmentSink, Recorder, RecorderConfig, YuvFrame};
use serde_json::{Map, Value, json};
use station::contract::*;
use tokio_util::sync::CancellationToken;

use crate::common::{Desk, PATIENCE};

pub const PASSWORD: &str = "correct-horse-battery";
pub const PIN: &str = "471147";

pub fn client(desk: &Desk) -> Client {
    let url: url::Url = format!("http://{}/", desk.station.snapshot().settings.api_host)
        .parse()
        .unwrap();
    Client::new(&ClientConfig::new(url.clone(), url)).unwrap()
}

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl FragmentSink for Memory {
    fn write_fragment(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(())
    }
}

/// Six seconds of grey that grows lighter.
pub fn film() -> Vec<u8> {
    let memory = Memory::default();
    let config = RecorderConfig {
        width: 320,
        height: 240,
        queue: 1_000,
        ..RecorderConfig::default()
    };
    let recorder = Recorder::start(config, Box::new(memory.clone())).unwrap();
    for n in 0..60u64 {
        recorder.push(YuvFrame {
            width: 320,
            height: 240,
            y: vec![20 + 3 * n as u8; 320 * 240],
            u: vec![128; 160 * 120],
            v: vec![128; 160 * 120],
            at: Duration::from_millis(n * 100),
        });
    }
    recorder.finish().unwrap();
    let fragmented = memory.0.lock().unwrap().clone();
    let mut out = Vec::new();
    recorder::finalise(Cursor::new(fragmented), &mut out).unwrap();
    out
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(width, height)
        .write_to(&mut out, image::ImageFormat::Jpeg)
        .unwrap();
    out.into_inner()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => panic!("no object"),
    }
}

/// A request of this profile, in `VIDEOREVIEW`. The document reads `MUSTERMANN` where the request says `MUSTER`.
pub async fn reviewable(desk: &Desk, profile: &str, identification_rao: Option<u64>) -> String {
    let client = client(desk);
    let ra = desk.station.snapshot().settings.registration_authority;
    let card = client
        .first_unused_scratchcard(&Id::new(ra.clone()))
        .await
        .unwrap();
    let mut new = NewRequest::video_id(profile, ra.as_str(), "specimen@example.org");
    new.scratchcard = card.sn.to_string();
    new.secure_element = Some("2".to_owned());
    new.mobile_phone_number = Some("+34611223344".to_owned());
    new.given_name = Some("SPECIMEN".to_owned());
    new.surname_1 = Some("MUSTER".to_owned());
    new.serial_number = Some("12345678Z".to_owned());
    new.country_name = Some("ES".to_owned());
    new.id_document_country = Some("ES".to_owned());
    new.id_document_type = Some("IDC".to_owned());
    new.validity_time = Some(730);
    new.identification_rao = identification_rao;
    let created = client.create_request(&new).await.unwrap();
    let target = created.video_target().unwrap();
    let blob = |bytes: Vec<u8>| Arc::new(BytesBlob::new(bytes)) as Arc<dyn ra_api::BlobSource>;
    let evidence = DataEvidence {
        acceptance: object(json!({"description": "Accepted", "date": 1_622_823_879_708_u64})),
        ocr_data: object(json!({
            "given_name": "Specimen", "surname_1": "MUSTERMANN", "serial_number": "12345678Z",
        })),
        security_checks: object(json!({"data_integrity": true, "liveliness": false})),
        similarity_level: Some(json!(87)),
        images: vec![
            ("document_front".to_owned(), blob(jpeg(640, 400))),
            ("document_rear".to_owned(), blob(jpeg(641, 400))),
            ("document_photo".to_owned(), blob(jpeg(120, 160))),
            ("document_owner".to_owned(), blob(jpeg(320, 240))),
        ],
        extra: Map::new(),
    };
    let never = CancellationToken::new();
    client
        .upload_evidence(&target.video_pk, &evidence, None, &never)
        .await
        .unwrap();
    client
        .upload_video(&target.video_identifier, blob(film()), None, &never)
        .await
        .unwrap();
    let pk = created.pk.to_string();
    let read = client.request(&created.pk).await.unwrap();
    assert_eq!(read.status, ra_api::RequestState::VideoReview);
    pk
}

impl Desk {
    pub async fn desk(&self, command: DeskCommand) {
        self.ok(Command::Desk { command }).await;
    }

    pub async fn desk_fails(&self, command: DeskCommand) -> Failure {
        self.ask(Command::Desk { command })
            .await
            .expect_err("the desk should refuse")
    }

    pub fn review(&self) -> ReviewView {
        let desk = self.station.snapshot().desk.expect("the desk is open");
        desk.review.expect("a request is under review")
    }

    /// Waits for a state of the review.
    pub async fn review_until(
        &self,
        what: &str,
        mut test: impl FnMut(&ReviewView) -> bool,
    ) -> ReviewView {
        let found = self.station.wait_for(|snapshot| {
            let review = snapshot.desk.as_ref().and_then(|desk| desk.review.as_ref());
            review.is_some_and(&mut test)
        });
        match tokio::time::timeout(PATIENCE, found).await {
            Ok(snapshot) => snapshot.unwrap().desk.unwrap().review.unwrap(),
            Err(_) => panic!("{what} did not come: {:#?}", self.station.snapshot().desk),
        }
    }

    /// Another officer than the one who captures in these tests opens the desk.
    pub async fn officer(&self) {
        self.ok(Command::ChooseOperator {
            name: "Officer".into(),
            rao_id: Some("1500".into()),
        })
        .await;
        self.desk(DeskCommand::Open).await;
    }

    pub async fn open_review(&self, pk: &str) -> ReviewView {
        self.desk(DeskCommand::OpenReview { pk: pk.to_owned() })
            .await;
        self.review_until("the request", |review| {
            review.request.is_some() && review.reading == Work::Idle
        })
        .await
    }

    pub async fn sign_in_with(&self, pin: &str) {
        self.desk(DeskCommand::SignIn {
            username: "rao1500".to_owned(),
            password: SecretText(Secret::from(PASSWORD)),
            pin: SecretText(Secret::from(pin)),
            rao_id: "1500".to_owned(),
        })
        .await;
    }

    pub async fn sign_in(&self) {
        self.sign_in_with(PIN).await;
    }

    /// The papers, brought and seen.
    pub async fn papers(&self) {
        self.desk(DeskCommand::ReadPapers).await;
        let review = self
            .review_until("the papers", |review| {
                !matches!(review.papers.work, Work::Running { .. })
            })
            .await;
        assert!(review.papers.contract.is_some(), "{:?}", review.papers);
        for paper in [Paper::Declaration, Paper::Contract] {
            self.desk(DeskCommand::PaperShown { paper }).await;
        }
    }

    /// Waits for the end of a decision.
    pub async fn decided(&self) -> ReviewView {
        self.review_until("the end of the decision", |review| {
            !matches!(review.deciding, Work::Running { .. })
        })
        .await
    }

    pub fn obstacle(&self, action: RequestAction) -> Option<Obstacle> {
        let actions = self.review().actions;
        let found = actions.iter().find(|view| view.action == action);
        found.expect("every action is listed").obstacle
    }
}
