//! The session against the mock RA over a real socket, with the replay camera.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::atomic::Ordering;

use common::*;
use evidence::{Check, CheckResult, DocumentType, ImageKind, Step};
use station::contract::*;
use station::evidence_folder::EvidenceFolder;
use station::settings::Retention;

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_way() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.complete().await;
    let view = desk.view();
    assert!(view.simulated);
    assert!(view.images.iter().all(|image| image.simulated));
    // What has a value was measured, and says on what; the request names another person than the specimen.
    for check in &view.checks {
        match &check.result {
            CheckResult::NotPerformed => {}
            CheckResult::Measured { reasons, .. } => assert!(!reasons.is_empty(), "{check:?}"),
            other => panic!("{other:?}"),
        }
        if check.check == Check::DataIntegrity {
            assert_eq!(check.result.value(), Some(false), "{check:?}");
        }
    }
    desk.ok(Command::AttestCheck {
        reason: None,
        check: Check::DocumentNotcopy,
        value: Some(true),
    })
    .await;
    let view = desk.delivered().await;
    assert!(
        matches!(&view.delivery, DeliveryView::Delivered { status, .. } if status == "VIDEOREVIEW"),
        "{:?}",
        view.delivery
    );
    assert_eq!(view.step, Step::Done);

    let out = folder.path().join("out");
    desk.station.export_case(&view.case_id, &out).await.unwrap();
    let exported = EvidenceFolder::open(&out).unwrap();
    assert!(exported.case().delivered.is_some());
    assert!(
        desk.station.snapshot().cases.is_empty(),
        "a delivered enrollment is not offered again"
    );

    let events = desk.events(&view.case_id);
    assert!(
        events
            .iter()
            .all(|event| event["operator"]["name"] == "Op" && event["at"].is_string())
    );
    let names: Vec<_> = events
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect();
    for name in [
        "enrollment_started",
        "scratchcard_taken",
        "request_created",
        "consent_accepted",
        "image_accepted",
        "recording_started",
        "action_marked",
        "recording_finished",
        "field_edited",
        "check_attested",
        "delivered",
    ] {
        assert!(names.contains(&name), "{name} is missing in {names:?}");
    }
    let text = serde_json::to_string(&events).unwrap();
    for personal in [
        "MUSTER",
        "12345678Z",
        "specimen@example.org",
        "+34611223344",
    ] {
        assert!(
            !text.contains(personal),
            "{personal} stands in the audit record"
        );
    }
    desk.station.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_the_latest_frame() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    assert!(
        desk.station.preview(0, 640).await.is_none(),
        "a closed camera shows nothing"
    );
    desk.camera().await;
    let first = desk.station.preview(0, 640).await.unwrap();
    let second = desk.station.preview(first.seq, 640).await.unwrap();
    assert!(second.seq > first.seq);
    let picture = image::load_from_memory(&second.jpeg).unwrap();
    assert!(
        picture.width() <= 640 && picture.width() > 300,
        "{}",
        picture.width()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_capture_before_consent() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    desk.camera().await;
    for command in [
        Command::Capture {
            kind: ImageKind::DocumentFront,
        },
        Command::StartRecording,
        Command::ImportVideo {
            path: "/nowhere.mp4".into(),
        },
        Command::GoTo {
            step: Step::DocumentFront,
        },
        Command::GoTo { step: Step::Video },
    ] {
        let failure = desk.ask(command.clone()).await.unwrap_err();
        assert_eq!(failure.code, FailureCode::ConsentMissing, "{command:?}");
    }
    desk.ok(Command::AcceptConsent).await;
    desk.ok(Command::GoTo {
        step: Step::DocumentFront,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawing_consent_erases_what_was_captured() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    desk.ok(Command::AcceptConsent).await;
    desk.pictures().await;
    desk.ok(Command::RefuseConsent).await;
    assert!(desk.view().images.is_empty());
    let left: Vec<_> = std::fs::read_dir(desk.case_folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".jpg"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
    let failure = desk
        .ask(Command::Capture {
            kind: ImageKind::DocumentFront,
        })
        .await
        .unwrap_err();
    assert_eq!(failure.code, FailureCode::ConsentMissing);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passport_has_no_rear() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    desk.ok(Command::AcceptConsent).await;
    desk.ok(Command::SetDocument {
        document_type: DocumentType::Pas,
        country: "fr".into(),
    })
    .await;
    assert_eq!(desk.view().document_country, "FR");
    assert!(!desk.view().missing.contains(&Missing::DocumentRear));
    assert_eq!(
        desk.ask(Command::GoTo {
            step: Step::DocumentRear
        })
        .await
        .unwrap_err()
        .code,
        FailureCode::NotAllowedNow
    );
    desk.camera().await;
    let refused = desk
        .ask(Command::Capture {
            kind: ImageKind::DocumentRear,
        })
        .await
        .unwrap_err();
    assert_eq!(refused.code, FailureCode::NotAllowedNow);
    let refused = desk
        .ask(Command::SetDocument {
            document_type: DocumentType::Idc,
            country: "XX".into(),
        })
        .await;
    assert_eq!(refused.unwrap_err().code, FailureCode::InvalidInput);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_the_middle_loses_nothing_that_was_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    desk.request().await;
    desk.ok(Command::AcceptConsent).await;
    desk.pictures().await;
    desk.recording().await;
    let before = desk.view();
    // No shutdown: the handle goes, and with it the session, in the middle of the recording.
    drop(desk);

    let desk = start(folder.path()).await;
    let cases = desk.station.snapshot().cases;
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0].case_id, before.case_id);
    desk.operator().await;
    desk.ok(Command::ResumeEnrollment {
        case_id: before.case_id.clone(),
    })
    .await;
    let view = desk
        .until("the recovered recording", |view| {
            matches!(view.import_work, Work::Idle | Work::Failed { .. })
        })
        .await;
    assert_eq!(view.images, before.images);
    assert_eq!(view.request, before.request);
    assert_eq!(view.challenge.code, before.challenge.code);
    let video = view
        .video
        .expect("what was recorded before the kill is kept");
    assert!(video.frames > 0);
    assert_eq!(video.interrupted, Some(FailureCode::ProgramClosed));
    assert!(
        view.missing.contains(&Missing::Video),
        "an interrupted video is to be taken again"
    );
    let parts = std::fs::read_dir(desk.case_folder())
        .unwrap()
        .filter(|entry| {
            entry
                .as_ref()
                .unwrap()
                .path()
                .extension()
                .is_some_and(|end| end == "part")
        })
        .count();
    assert_eq!(parts, 0, "the torn file is gone once it is finished");
    desk.camera().await;
    desk.video().await;
    desk.data().await;
    let view = desk.delivered().await;
    assert!(
        matches!(view.delivery, DeliveryView::Delivered { .. }),
        "{:?}",
        view.delivery
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_keeps_the_recording() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    desk.ok(Command::AcceptConsent).await;
    desk.camera().await;
    desk.recording().await;
    let case_id = desk.view().case_id;
    desk.station.shutdown().await;
    let desk = start(folder.path()).await;
    desk.operator().await;
    desk.ok(Command::ResumeEnrollment { case_id }).await;
    let video = desk
        .until("the video", |view| view.video.is_some())
        .await
        .video
        .unwrap();
    assert_eq!(video.interrupted, Some(FailureCode::ProgramClosed));
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_videos_are_refused_with_their_reason() {
    let folder = tempfile::tempdir().unwrap();
    let mut limits = settings();
    limits.video.max_bytes = 1000;
    let desk = start_with(folder.path(), limits, None).await;
    desk.started().await;
    desk.ok(Command::AcceptConsent).await;
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    let cases = [
        (file("empty.mp4", b""), FailureCode::VideoEmpty),
        (
            file("text.mp4", b"this is no video at all, not even close"),
            FailureCode::VideoNotMp4,
        ),
        (file("large.mp4", &[0; 2000]), FailureCode::VideoTooLarge),
        (
            folder.path().display().to_string(),
            FailureCode::VideoUnreadable,
        ),
        (
            "/nowhere/at/all.mp4".to_owned(),
            FailureCode::VideoUnreadable,
        ),
    ];
    for (path, code) in cases {
        desk.ok(Command::ImportVideo { path: path.clone() }).await;
        let view = desk
            .until("the check", |view| {
                !matches!(view.import_work, Work::Running { .. })
            })
            .await;
        let Work::Failed { failure } = view.import_work else {
            panic!("{path} was accepted")
        };
        assert_eq!(failure.code, code, "{path}: {failure:?}");
        assert!(view.video.is_none());
    }
    let names: Vec<_> = std::fs::read_dir(desk.case_folder())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(
        names.len(),
        2,
        "nothing of the refused files stays: {names:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_video_can_be_picked_again() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    desk.ok(Command::AcceptConsent).await;
    desk.camera().await;
    desk.video().await;
    let recorded = std::fs::read_dir(desk.case_folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "mp4"))
        .unwrap();
    let stick = folder.path().join("stick.mp4");
    std::fs::copy(&recorded, &stick).unwrap();
    desk.ok(Command::DiscardVideo).await;
    assert!(!recorded.exists());
    desk.ok(Command::ImportVideo {
        path: stick.display().to_string(),
    })
    .await;
    let view = desk
        .until("the import", |view| {
            !matches!(view.import_work, Work::Running { .. })
        })
        .await;
    let video = view
        .video
        .unwrap_or_else(|| panic!("{:?}", view.import_work));
    assert!(video.picked);
    assert_eq!(video.source, "stick.mp4");
    std::fs::remove_file(&stick).unwrap();
    assert_eq!(
        video.bytes,
        std::fs::metadata(desk.case_folder().join(format!("video-{}.mp4", video.id)))
            .unwrap()
            .len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (store, full) = FullStore::open(&folder.path().join("cases"));
    let desk = start_with(folder.path(), settings(), Some(store)).await;
    desk.started().await;
    desk.request().await;
    desk.ok(Command::AcceptConsent).await;
    desk.pictures().await;
    desk.ok(Command::GoTo {
        step: Step::DocumentFront,
    })
    .await;
    desk.ok(Command::Capture {
        kind: ImageKind::DocumentFront,
    })
    .await;
    let before = desk.until("the still", |view| view.pending.is_some()).await;
    let file = std::fs::read(desk.case_folder().join("evidence.json")).unwrap();

    full.store(true, Ordering::SeqCst);
    let code = |result: Result<(), Failure>| result.unwrap_err().code;
    assert_eq!(
        code(desk.ask(Command::UsePending).await),
        FailureCode::DiskFull
    );
    assert_eq!(
        code(desk.ask(Command::StartRecording).await),
        FailureCode::DiskFull
    );
    let field = Command::SetField {
        field: evidence::Field::GivenName,
        value: "X".into(),
    };
    assert_eq!(code(desk.ask(field.clone()).await), FailureCode::DiskFull);
    assert_eq!(
        desk.view(),
        before,
        "neither the picture that waits nor anything else is lost"
    );
    assert_eq!(
        std::fs::read(desk.case_folder().join("evidence.json")).unwrap(),
        file
    );

    full.store(false, Ordering::SeqCst);
    desk.ok(Command::UsePending).await;
    desk.ok(field).await;
    assert!(desk.view().pending.is_none());

    // In the middle of a recording: what was written is kept, and finished when there is room again.
    desk.portrait().await;
    desk.recording().await;
    full.store(true, Ordering::SeqCst);
    let view = desk
        .until("the end of the recording", |view| view.recording.is_none())
        .await;
    let Work::Failed { failure } = &view.import_work else {
        panic!("{:?}", view.import_work)
    };
    assert_eq!(failure.code, FailureCode::DiskFull);
    full.store(false, Ordering::SeqCst);
    desk.ok(Command::LeaveEnrollment).await;
    desk.ok(Command::ResumeEnrollment {
        case_id: view.case_id,
    })
    .await;
    let view = desk
        .until("the recovery", |view| {
            !matches!(view.import_work, Work::Running { .. })
        })
        .await;
    assert!(view.video.is_some_and(|video| video.interrupted.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn retention_erases_evidence_and_keeps_the_record() {
    let folder = tempfile::tempdir().unwrap();
    let mut erase = settings();
    erase.storage.retention = Some(Retention::EraseAfterDelivery);
    let desk = start_with(folder.path(), erase, None).await;
    desk.complete().await;
    let view = desk.delivered().await;
    assert!(
        matches!(view.delivery, DeliveryView::Delivered { .. }),
        "{:?}",
        view.delivery
    );
    let mut names: Vec<_> = std::fs::read_dir(desk.case_folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["events.jsonl", "evidence.json"]);
    let text = std::fs::read_to_string(desk.case_folder().join("evidence.json")).unwrap();
    assert!(!text.contains("MUSTER") && !text.contains("12345678Z"));
    assert!(desk.view().images.is_empty() && desk.view().video.is_none());
    let events = desk.events(&view.case_id);
    assert_eq!(events.last().unwrap()["event"], "evidence_erased");
    let refused = desk
        .station
        .export_case(&view.case_id, &folder.path().join("out"))
        .await;
    assert_eq!(refused.unwrap_err().code, FailureCode::NotAllowedNow);
}

#[tokio::test(flavor = "multi_thread")]
async fn discarding_keeps_the_record_only() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    desk.ok(Command::AcceptConsent).await;
    desk.pictures().await;
    let (case_id, case_folder) = (desk.view().case_id, desk.case_folder());
    desk.ok(Command::DiscardEnrollment {
        case_id: case_id.clone(),
    })
    .await;
    assert!(desk.station.snapshot().enrollment.is_none());
    assert!(desk.station.snapshot().cases.is_empty());
    let names: Vec<_> = std::fs::read_dir(case_folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["events.jsonl"]);
    let refused = desk.ask(Command::ResumeEnrollment { case_id }).await;
    assert_eq!(refused.unwrap_err().code, FailureCode::NotAllowedNow);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_station_check_measures_every_row() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.operator().await;
    desk.ok(Command::CheckStation).await;
    let done = desk
        .station
        .wait_for(|snapshot| !snapshot.health_running && !snapshot.health.is_empty());
    let snapshot = tokio::time::timeout(PATIENCE, done).await.unwrap().unwrap();
    for row in &snapshot.health {
        match row.subject {
            // There is no certificate in training, and nobody asked how full this disk is.
            HealthSubject::Certificate => assert_eq!(row.state, HealthState::NotPerformed),
            HealthSubject::Disk => assert_ne!(row.state, HealthState::Checking),
            _ => assert_eq!(row.state, HealthState::Good, "{row:?}"),
        }
    }
    assert_eq!(snapshot.health.len(), 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stations_do_not_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let _desk = start(folder.path()).await;
    let second = station::StationConfig::new(settings(), folder.path().to_owned());
    let refused = station::Station::start(second).await;
    assert!(matches!(
        refused,
        Err(station::StartError::DataFolderInUse(_))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_case_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    let (case_id, file) = (
        desk.view().case_id,
        desk.case_folder().join("evidence.json"),
    );
    desk.ok(Command::LeaveEnrollment).await;
    std::fs::write(&file, b"{\"format\": 1,").unwrap();
    let refused = desk
        .ask(Command::ResumeEnrollment { case_id })
        .await
        .unwrap_err();
    assert_eq!(refused.code, FailureCode::CaseDamaged);
    assert_eq!(std::fs::read(&file).unwrap(), b"{\"format\": 1,");
}
