//! The mock RA with one request that waits in review, and what is counted there.

use std::sync::Arc;
use std::time::Duration;

use ra_api::decision::{DecideError, Decided, Verdict, decide};
use ra_api::delivery::RetryPolicy;
use ra_api::{
    BytesBlob, Client, DataEvidence, Id, NewRequest, RaoCredentials, RequestRecord, RequestState,
    VideoIdState,
};
use ra_mock::{Fault, Flow, MockConfig, MockServer};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::support;

pub const REFUSE: Verdict<'static> = Verdict::Refuse { reason: "blurred" };
pub const APPROVE: Verdict<'static> = Verdict::Approve { lang: "es" };

pub fn policy() -> RetryPolicy {
    RetryPolicy {
        max_attempts: 3,
        first_wait: Duration::from_millis(5),
        longest_wait: Duration::from_millis(20),
        first_poll_wait: Duration::from_millis(10),
        longest_poll_wait: Duration::from_millis(40),
        unchanged_for: Duration::from_millis(150),
        reread_for: Duration::from_secs(30),
        ..RetryPolicy::default()
    }
}

/// An RA with one request that waits in review.
pub struct Ra {
    pub server: MockServer,
    pub client: Client,
    pub pk: Id,
}

impl Ra {
    pub async fn start(flow: Flow) -> Self {
        Self::start_with(flow, |_| {}).await
    }

    pub async fn start_with(flow: Flow, change: impl FnOnce(&mut NewRequest)) -> Self {
        let config = MockConfig {
            flow,
            checks: false,
            ..MockConfig::default()
        };
        let server = MockServer::start(config).await.unwrap();
        let client = support::client(&Url::parse(&server.base_url()).unwrap());
        let ra_id = Id::from(121);
        let card = client.first_unused_scratchcard(&ra_id).await.unwrap();
        let mut request = NewRequest::video_id("PFnubeAFCiudadano", ra_id, "ana@example.org");
        request.scratchcard = card.sn.to_string();
        request.secure_element = Some("2".into());
        request.mobile_phone_number = Some("+34600000000".into());
        request.given_name = Some("Ana".into());
        request.surname_1 = Some("Prueba".into());
        request.serial_number = Some("00000000T".into());
        request.country_name = Some("ES".into());
        request.id_document_country = Some("ES".into());
        request.id_document_type = Some("IDC".into());
        request.validity_time = Some(730);
        request.identification_rao = Some(1400);
        change(&mut request);
        let created = client.create_request(&request).await.unwrap();
        let target = created.video_target().unwrap();
        let cancel = CancellationToken::new();
        client
            .upload_evidence(&target.video_pk, &evidence(), None, &cancel)
            .await
            .unwrap();
        let video = Arc::new(BytesBlob::new(vec![8; 1000]));
        client
            .upload_video(&target.video_identifier, video, None, &cancel)
            .await
            .unwrap();
        Self {
            server,
            client,
            pk: created.pk,
        }
    }

    pub async fn decide(&self, verdict: Verdict<'_>) -> Result<Decided, DecideError> {
        self.decide_as(&rao("right"), verdict).await
    }

    pub async fn decide_as(
        &self,
        rao: &RaoCredentials,
        verdict: Verdict<'_>,
    ) -> Result<Decided, DecideError> {
        let cancel = CancellationToken::new();
        decide(
            &self.client,
            &self.pk,
            Some(rao),
            verdict,
            &policy(),
            &cancel,
        )
        .await
    }

    pub fn fault(&self, fault: Fault) {
        self.server.faults().add(fault);
    }

    pub async fn read(&self) -> RequestRecord {
        self.client.request(&self.pk).await.unwrap()
    }

    pub fn calls(&self, operation: &str) -> usize {
        let calls = self.server.calls();
        calls
            .iter()
            .filter(|call| call.operation == operation)
            .count()
    }

    /// How often the request came to a state.
    pub fn entered(&self, state: &str) -> usize {
        let pk = self.pk.as_str().parse().unwrap();
        let history = self.server.request(pk).unwrap().history;
        history
            .iter()
            .filter(|change| change.status == state)
            .count()
    }
}

pub fn rao(password: &str) -> RaoCredentials {
    RaoCredentials {
        username: "rao".into(),
        password: password.into(),
        pin: "1234".into(),
        rao_id: Id::from(1400),
    }
}

pub fn evidence() -> DataEvidence {
    let object = |value: Value| value.as_object().unwrap().clone();
    let sides = [
        "document_front",
        "document_rear",
        "document_photo",
        "document_owner",
    ];
    DataEvidence {
        acceptance: object(json!({ "description": "accepted" })),
        ocr_data: object(json!({ "given_name": "Ana" })),
        security_checks: object(json!({ "liveliness": true })),
        similarity_level: Some(json!(87)),
        images: sides
            .map(|side| {
                let blob: Arc<dyn ra_api::BlobSource> = Arc::new(BytesBlob::new(vec![7; 3000]));
                (side.to_owned(), blob)
            })
            .to_vec(),
        extra: Default::default(),
    }
}

pub fn videoid(request: &RequestRecord) -> Option<VideoIdState> {
    request.videoid_data.as_ref().unwrap().status.clone()
}

/// Of each verdict: the mock's name of its call.
pub const CALLS: [(Verdict<'static>, &str); 4] = [
    (Verdict::Validate, "validate_videoid"),
    (REFUSE, "refuse_videoid"),
    (APPROVE, "approve_request"),
    (Verdict::Cancel, "cancel_request"),
];

/// Each verdict is allowed in the review: approval where nothing is validated first.
pub fn flow(verdict: Verdict<'_>) -> Flow {
    match verdict {
        Verdict::Approve { .. } => Flow::OneStep,
        _ => Flow::TwoStep,
    }
}

pub fn took_place(verdict: Verdict<'_>, request: &RequestRecord) -> bool {
    match verdict {
        Verdict::Validate => videoid(request) == Some(VideoIdState::Validated),
        Verdict::Refuse { .. } => videoid(request) == Some(VideoIdState::Refused),
        Verdict::Approve { .. } => request.status == RequestState::EnrollReady,
        Verdict::Cancel => request.status == RequestState::Cancelled,
    }
}
