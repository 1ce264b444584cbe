//! Every fault of the mock RA on every call that an enrollment makes.
//!
//! Each cell has an RA of its own. The delivery completes, or ends in a named error with all evidence still there and a
//! second try that completes. Never two requests, never two final videos, and the RA has the bytes that were captured.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::path::Path;

use common::*;
use futures_util::{StreamExt, stream};
use ra_mock::{Fault, FaultKind, MockConfig, MockServer};
use serde_json::Value;
use station::contract::*;
use station::evidence_folder::{EvidenceFolder, SubmitOptions, Submitted};
use station::settings::Settings;
use tokio_util::sync::CancellationToken;

/// Cells at a time: most of each is waiting.
const TOGETHER: usize = 12;
const STALL_SECONDS: u64 = 2;

/// The calls of a delivery from an evidence folder.
const CALLS: [&str; 5] = [
    "get_first_unused_scratchcard",
    "create_request",
    "get_request",
    "upload_evidence",
    "upload_video",
];

fn kinds() -> Vec<FaultKind> {
    let status = |status| FaultKind::Status {
        status,
        retry_after_s: None,
    };
    vec![
        FaultKind::Delay { ms: 300 },
        // Longer than the stall time-out.
        FaultKind::Delay {
            ms: STALL_SECONDS * 1000 + 1500,
        },
        FaultKind::Bandwidth {
            bytes_per_s: 1_500_000,
        },
        status(400),
        status(401),
        status(403),
        status(404),
        status(412),
        status(413),
        FaultKind::Status {
            status: 429,
            retry_after_s: Some(1),
        },
        status(500),
        status(502),
        FaultKind::Status {
            status: 503,
            retry_after_s: Some(1),
        },
        FaultKind::ResetBefore,
        FaultKind::ResetDuring {
            after_bytes: 50_000,
        },
        FaultKind::ResetAfter,
        FaultKind::AnswerLost,
        FaultKind::EarlyAnswer {
            status: 413,
            after_bytes: 20_000,
        },
        FaultKind::MalformedJson,
        FaultKind::HtmlPage { status: 502 },
        FaultKind::HtmlPage { status: 403 },
    ]
}

/// The evidence of one enrollment with the replay camera.
async fn evidence_folder(place: &Path) {
    let data = tempfile::tempdir().unwrap();
    let desk = start(data.path()).await;
    desk.complete().await;
    let case_id = desk.view().case_id;
    desk.station.export_case(&case_id, place).await.unwrap();
    desk.station.shutdown().await;
    // Each cell makes its own request.
    let file = place.join("evidence.json");
    let mut record: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    for made in ["request", "scratchcard"] {
        record[made] = Value::Null;
    }
    std::fs::write(file, record.to_string()).unwrap();
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn settings_for(mock: &MockServer) -> Settings {
    let mut settings = settings();
    let url = mock.base_url().parse().unwrap();
    settings.registration_authority.api_url = Some(url);
    settings.network.stall_timeout_seconds = STALL_SECONDS;
    settings
}

async fn submit(folder: &Path, settings: &Settings) -> Result<Submitted, Failure> {
    let options = SubmitOptions {
        create: true,
        request: None,
    };
    EvidenceFolder::open(folder)?
        .submit(settings, options, |_| {}, CancellationToken::new())
        .await
}

/// What went wrong in a cell, or how it ended.
async fn cell(evidence: &Path, call: &'static str, fault: Fault) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    copy(evidence, folder.path());
    let mock = MockServer::start(MockConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        ..MockConfig::default()
    })
    .await
    .map_err(|error| error.to_string())?;
    let settings = settings_for(&mock);
    let number = mock.faults().add(fault);
    let first = submit(folder.path(), &settings).await;
    if mock.faults().struck(number) == 0 {
        return Err(format!("the fault did not strike: {first:?}"));
    }
    mock.faults().clear();
    let ended = match first {
        Ok(done) => format!("completed, {}", done.status),
        Err(failure) => {
            if failure.code == FailureCode::Internal {
                return Err(format!("no name for it: {failure}"));
            }
            let again = submit(folder.path(), &settings).await;
            let done = again.map_err(|second| format!("{failure}; and again: {second}"))?;
            format!(
                "{}, then {}",
                station::failure::code_name(failure.code),
                done.status
            )
        }
    };
    let requests = mock.requests();
    let [request] = requests.as_slice() else {
        return Err(format!("{} requests ({ended})", requests.len()));
    };
    if request.status != "VIDEOREVIEW" || request.final_videos != 1 {
        return Err(format!(
            "{}, {} final videos ({ended})",
            request.status, request.final_videos
        ));
    }
    let record: Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("evidence.json")).unwrap())
            .unwrap();
    let images = [
        "document_front",
        "document_rear",
        "document_photo",
        "document_owner",
    ];
    let files = images
        .iter()
        .map(|name| (*name, &record["images"][name]["file"]))
        .chain([("video", &record["video"]["file"])]);
    for (name, file) in files {
        let sent = std::fs::read(folder.path().join(file.as_str().unwrap())).unwrap();
        if mock.evidence(request.pk, name) != Some(sent) {
            return Err(format!(
                "{name} at the RA is not what was captured ({ended})"
            ));
        }
    }
    mock.shutdown().await;
    Ok(format!("{call}: {ended}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_on_every_call_of_a_delivery_ends_well() {
    let evidence = tempfile::tempdir().unwrap();
    evidence_folder(evidence.path()).await;
    let mut cells = Vec::new();
    for call in CALLS {
        for kind in kinds() {
            cells.push((call, Fault::next(call, kind)));
        }
    }
    // And some that do not pass by themselves.
    for (call, kind) in [
        (
            "upload_evidence",
            FaultKind::Status {
                status: 503,
                retry_after_s: None,
            },
        ),
        (
            "upload_video",
            FaultKind::ResetDuring {
                after_bytes: 100_000,
            },
        ),
        (
            "upload_video",
            FaultKind::EarlyAnswer {
                status: 413,
                after_bytes: 100_000,
            },
        ),
    ] {
        cells.push((call, Fault::next(call, kind).always()));
    }
    let count = cells.len();
    let outcomes: Vec<_> = stream::iter(cells)
        .map(|(call, fault)| {
            let row = format!("{call} × {fault:?}");
            let evidence = evidence.path();
            async move { (row, cell(evidence, call, fault).await) }
        })
        .buffer_unordered(TOGETHER)
        .collect()
        .await;
    assert_eq!(outcomes.len(), count);
    let wrong: Vec<String> = outcomes
        .iter()
        .filter_map(|(row, outcome)| Some(format!("{row}: {}", outcome.as_ref().err()?)))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {count} cells:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    // The matrix must have seen both kinds of end.
    let ended = |word: &str| {
        outcomes
            .iter()
            .any(|(_, end)| matches!(end, Ok(end) if end.contains(word)))
    };
    assert!(ended("completed") && ended("ra_too_large"), "{outcomes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_while_the_request_is_made_ends_well() {
    for call in [
        "check_contact_data_limits",
        "get_first_unused_scratchcard",
        "create_request",
    ] {
        let calls = kinds().into_iter().map(|kind| async move {
            let row = format!("{call} × {kind:?}");
            let folder = tempfile::tempdir().unwrap();
            let mut settings = settings();
            settings.network.stall_timeout_seconds = STALL_SECONDS;
            let desk = start_with(folder.path(), settings, None).await;
            desk.started().await;
            let rule = serde_json::to_string(&Fault::next(call, kind)).unwrap();
            fault(&desk, &rule).await;
            let settled =
                |view: &EnrollmentView| !matches!(view.request_work, Work::Running { .. });
            let mut view = desk.view();
            // Refused for good it is asked again by the operator, once.
            for _ in 0..2 {
                desk.ok(Command::CreateRequest { form: form() }).await;
                view = desk.until("the end of the creation", settled).await;
                if view.request.is_some() {
                    break;
                }
                let Work::Failed { failure } = &view.request_work else {
                    panic!("{row}: neither made nor failed: {:?}", view.request_work);
                };
                assert_ne!(failure.code, FailureCode::Internal, "{row}");
            }
            assert!(view.request.is_some(), "{row}: {:?}", view.request_work);
            assert_eq!(requests(&desk).await, 1, "{row}");
            let rules = control(&desk, "GET", "/_mock/faults", "").await;
            let rules = rules.as_array().unwrap();
            assert_eq!(rules.len(), 1, "{row}: {rules:?}");
            assert_eq!(rules[0]["struck"], 1, "{row}: the fault did not strike");
            desk.station.shutdown().await;
        });
        stream::iter(calls)
            .buffer_unordered(TOGETHER)
            .collect::<Vec<()>>()
            .await;
    }
}
