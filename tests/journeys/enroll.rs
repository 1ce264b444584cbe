//! Whole enrollments, from the station check to `VIDEOREVIEW`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::support::enrollment::{
    attest, begin, capture_documents, case_files_with, delivered, portrait, read_data, record,
    review, selfie,
};
use crate::support::{Desk, PATIENCE, Setup, turn};

const IMAGES: [&str; 4] = [
    "document_front",
    "document_rear",
    "document_photo",
    "document_owner",
];

#[tokio::test(flavor = "multi_thread")]
async fn an_enrollment_with_the_replay_camera_reaches_the_officer_byte_for_byte() {
    let _turn = turn().await;
    let desk = Desk::open(
        "replay-enrollment",
        Setup {
            album: true,
            ..Setup::default()
        },
    )
    .await;
    let pk = begin(&desk).await;
    capture_documents(&desk).await;
    portrait(&desk).await;
    selfie(&desk).await;
    record(&desk).await;
    read_data(&desk).await;
    attest(&desk, "document_notcopy").await;
    review(&desk).await;
    let mock = desk.mock().await;
    // Slow enough that the progress can be seen.
    mock.fault(&json!({"operation": "upload_video", "kind": "delay", "ms": 1500}))
        .await;
    desk.click("primary").await;
    desk.element("[data-testid=\"delivery-state\"][data-state=\"sending\"]")
        .await;
    desk.picture("11-sending").await;
    delivered(&desk).await;
    desk.picture("12-done").await;

    let state = desk.snapshot().await;
    let case_id = state["enrollment"]["caseId"].as_str().unwrap().to_owned();
    assert_eq!(state["enrollment"]["simulated"], true);
    assert_eq!(
        mock.json(&format!("/_mock/requests/{pk}")).await["status"],
        "VIDEOREVIEW"
    );
    for piece in IMAGES {
        let received = mock.evidence(&pk, piece).await;
        assert_ne!(
            case_files_with(desk.data.path(), &case_id, &received),
            Vec::<std::path::PathBuf>::new(),
            "no file of the case is the {piece} that the RA has ({} bytes)",
            received.len()
        );
    }
    let video = mock.evidence(&pk, "video").await;
    let files = case_files_with(desk.data.path(), &case_id, &video);
    assert_eq!(files.len(), 1, "the video of the case: {files:?}");
    assert_eq!(probe(&files[0]), "h264");
    assert_eq!(mock.calls("create_request").await, 1);
    assert_eq!(mock.calls("upload_video").await, 1);
    desk.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrollment_with_a_picked_file_reaches_the_officer() {
    let _turn = turn().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("subject.mp4");
    make_video(&file);
    let desk = Desk::open(
        "picked-file",
        Setup {
            env: vec![("VIDEOID_TEST_PICK".to_owned(), file.display().to_string())],
            ..Setup::default()
        },
    )
    .await;
    let pk = begin(&desk).await;
    capture_documents(&desk).await;
    portrait(&desk).await;
    selfie(&desk).await;
    desk.click("pick-video").await;
    desk.element("[data-testid=\"video-result\"][data-picked=\"true\"]")
        .await;
    desk.picture("13-picked-video").await;
    // The stick is pulled: the case has its own copy.
    let picked = std::fs::read(&file).unwrap();
    drop(folder);
    desk.click("primary").await;
    read_data(&desk).await;
    review(&desk).await;
    desk.click("primary").await;
    delivered(&desk).await;
    let received = desk.mock().await.evidence(&pk, "video").await;
    assert!(received == picked, "the RA has the picked file as it was");
    desk.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_picked_in_the_systems_own_dialog() {
    let _turn = turn().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dialog.mp4");
    make_video(&file);
    let desk = Desk::open(
        "system-dialog",
        Setup {
            window_manager: true,
            ..Setup::default()
        },
    )
    .await;
    begin(&desk).await;
    desk.click("step-video").await;
    desk.click("pick-video").await;
    let title = "Choose the video of the identification";
    let Some(dialog) = desk.display.wait_for_window(title, PATIENCE) else {
        desk.give_up("the file dialog does not open").await
    };
    let path = file.to_str().unwrap();
    for keys in [
        &["windowactivate", "--sync", &dialog][..],
        &["key", "--clearmodifiers", "ctrl+l"],
        &["type", "--delay", "20", path],
        &["key", "Return"],
    ] {
        assert!(
            desk.display.xdotool(keys).is_some(),
            "xdotool {keys:?} failed"
        );
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    desk.element("[data-testid=\"video-result\"][data-picked=\"true\"]")
        .await;
    let source = desk.snapshot().await["enrollment"]["video"]["source"].clone();
    assert_eq!(source, "dialog.mp4");
    desk.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_upload_is_named_and_sent_again() {
    let _turn = turn().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("subject.mp4");
    make_video(&file);
    let desk = Desk::open(
        "refused-upload",
        Setup {
            env: vec![("VIDEOID_TEST_PICK".to_owned(), file.display().to_string())],
            ..Setup::default()
        },
    )
    .await;
    let pk = begin(&desk).await;
    capture_documents(&desk).await;
    portrait(&desk).await;
    selfie(&desk).await;
    desk.click("pick-video").await;
    desk.see("video-result").await;
    desk.click("primary").await;
    read_data(&desk).await;
    review(&desk).await;

    let mock = desk.mock().await;
    mock.fault(&json!({
        "operation": "upload_video", "kind": "early_answer", "status": 413, "after_bytes": 4096
    }))
    .await;
    desk.click("primary").await;
    desk.sees_failure("ra_too_large").await;
    desk.picture("14-upload-refused").await;
    let state = desk.snapshot().await;
    assert_eq!(
        state["enrollment"]["delivery"]["failure"]["httpStatus"],
        413
    );
    assert_eq!(
        state["enrollment"]["images"].as_array().map(Vec::len),
        Some(4)
    );

    desk.click("failure-action").await;
    desk.until("another try", |state| {
        (state["enrollment"]["delivery"]["state"] != "failed").then_some(())
    })
    .await;
    delivered(&desk).await;
    assert_eq!(mock.calls("create_request").await, 1);
    let sent = mock.evidence(&pk, "video").await;
    assert!(
        sent == std::fs::read(&file).unwrap(),
        "the RA has one whole video"
    );
    desk.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_the_window_during_a_recording_loses_nothing() {
    let _turn = turn().await;
    let desk = Desk::open("closed-while-recording", Setup::default()).await;
    begin(&desk).await;
    desk.click("step-video").await;
    desk.click("record-start").await;
    desk.until("three seconds of recording", |state| {
        let elapsed = state["enrollment"]["recording"]["elapsedMs"].as_u64()?;
        (elapsed > 3000).then_some(())
    })
    .await;
    let case_id = desk.snapshot().await["enrollment"]["caseId"].clone();
    let data = desk.quit().await;

    let desk = Desk::open(
        "reopened-after-recording",
        Setup {
            data: Some(data),
            ..Setup::default()
        },
    )
    .await;
    desk.fill("operator-name", "Olga Operator").await;
    desk.fill("operator-rao-id", "1400").await;
    desk.click(&format!("resume-{}", case_id.as_str().unwrap()))
        .await;
    let video = desk
        .until("the recording", |state| {
            let video = &state["enrollment"]["video"];
            video.is_object().then(|| video.clone())
        })
        .await;
    assert!(video["durationMs"].as_u64().unwrap() >= 2500, "{video}");
    desk.quit().await;
}

/// Eight seconds of a test picture, as a phone or another program would deliver it.
fn make_video(file: &Path) {
    let made = Command::new("ffmpeg")
        .args([
            "-loglevel",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc=size=1280x720:rate=25",
        ])
        .args([
            "-t",
            "8",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
            "-movflags",
            "+faststart",
        ])
        .arg(file)
        .status()
        .expect("ffmpeg is needed for this journey");
    assert!(made.success(), "ffmpeg makes the video");
}

/// The codec of the video stream, as ffprobe sees it.
fn probe(file: &Path) -> String {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v:0"])
        .args(["-show_entries", "stream=codec_name", "-of", "csv=p=0"])
        .arg(file)
        .output()
        .expect("ffprobe is needed for this journey");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
