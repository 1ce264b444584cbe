//! Every command in every phase: what is not allowed is refused by name and changes nothing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::*;
use evidence::{Check, DocumentType, Field, ImageKind, Step};
use station::contract::*;

/// Every command with arguments that are good in themselves.
fn commands(case_id: &str) -> Vec<Command> {
    vec![
        Command::ChooseOperator {
            name: "Op".into(),
            rao_id: Some("1400".into()),
        },
        Command::StartEnrollment,
        Command::ResumeEnrollment {
            case_id: case_id.into(),
        },
        Command::LeaveEnrollment,
        Command::DiscardEnrollment {
            case_id: case_id.into(),
        },
        Command::GoTo {
            step: Step::DocumentFront,
        },
        Command::GoTo { step: Step::Done },
        Command::SetDocument {
            document_type: DocumentType::Idc,
            country: "ES".into(),
        },
        Command::CreateRequest { form: form() },
        Command::OpenRequest { pk: "1".into() },
        Command::AcceptConsent,
        Command::RefuseConsent,
        Command::OpenCamera {
            device: Some("replay".into()),
        },
        Command::CloseCamera,
        Command::Capture {
            kind: ImageKind::DocumentFront,
        },
        Command::Capture {
            kind: ImageKind::DocumentPhoto,
        },
        Command::UsePending,
        Command::Retake,
        Command::TakeAnother {
            kind: ImageKind::DocumentFront,
        },
        Command::KeepPicture,
        Command::LookAgain,
        Command::DiscardImage {
            kind: ImageKind::DocumentFront,
        },
        Command::CropPortrait {
            x: 0,
            y: 0,
            width: 100,
            height: 100,
        },
        Command::StartRecording,
        Command::MarkAction { index: 0 },
        Command::StopRecording,
        Command::AbandonRecording,
        Command::ImportVideo {
            path: "/nowhere.mp4".into(),
        },
        Command::DiscardVideo,
        Command::SetField {
            field: Field::GivenName,
            value: "X".into(),
        },
        Command::AttestCheck {
            reason: None,
            check: Check::Liveliness,
            value: Some(true),
        },
        Command::SetCorners {
            corners: [[0.0, 0.0], [200.0, 0.0], [200.0, 150.0], [0.0, 150.0]],
        },
        Command::TakeSuggestion {
            field: Field::Surname1,
        },
        Command::SendCode,
        Command::ReturnCode {
            code: "ACDEFG".into(),
        },
        Command::AskRegister,
        Command::Send,
        Command::CancelSend,
        Command::RefreshRequest,
        Command::UpdateRequest { form: form() },
        Command::CancelRequest { confirmed: true },
        Command::SwitchProfile {
            name: "moon".into(),
        },
    ]
}

fn name(command: &Command) -> String {
    let value = serde_json::to_value(command).unwrap();
    let detail = value
        .get("step")
        .or(value.get("kind"))
        .and_then(|detail| detail.as_str())
        .unwrap_or_default();
    format!("{} {detail}", value["type"].as_str().unwrap())
        .trim()
        .to_owned()
}

/// Tries everything but `allowed`; each is refused with the code expected, and the state stays what it is.
async fn refuse_all_but(
    desk: &Desk,
    phase: &str,
    allowed: &[&str],
    expected: impl Fn(&str) -> FailureCode,
) {
    let open = desk.station.snapshot().enrollment;
    let case_id = open
        .as_ref()
        .map_or("00000000".to_owned(), |view| view.case_id.clone());
    for command in commands(&case_id) {
        let name = name(&command);
        if allowed.contains(&name.as_str()) {
            continue;
        }
        let before = still(&desk.station.snapshot());
        let failure = match desk.ask(command).await {
            Err(failure) => failure,
            Ok(()) => panic!("{phase}: {name} was accepted"),
        };
        assert_eq!(
            failure.code,
            expected(&name),
            "{phase}: {name}: {failure:?}"
        );
        assert_eq!(
            still(&desk.station.snapshot()),
            before,
            "{phase}: {name} changed something"
        );
    }
}

/// The state without what moves by itself.
fn still(snapshot: &Snapshot) -> Snapshot {
    let mut snapshot = snapshot.clone();
    snapshot.revision = 0;
    if let CameraState::Live { fps, .. } = &mut snapshot.camera.state {
        *fps = 0.0;
    }
    if let Some(recording) = snapshot
        .enrollment
        .as_mut()
        .and_then(|view| view.recording.as_mut())
    {
        (
            recording.elapsed_ms,
            recording.frames,
            recording.bytes,
            recording.dropped,
        ) = (0, 0, 0, 0);
    }
    snapshot
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_in_every_phase() {
    use FailureCode::*;
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    let anywhere = ["choose_operator", "open_camera", "close_camera"];
    let with = |more: &[&'static str]| [&anywhere[..], more].concat();

    refuse_all_but(&desk, "without operator", &anywhere, |name| match name {
        "start_enrollment" | "resume_enrollment" => OperatorMissing,
        "switch_profile" => InvalidInput,
        _ => NotAllowedNow,
    })
    .await;

    desk.operator().await;
    refuse_all_but(
        &desk,
        "without enrollment",
        &with(&["start_enrollment"]),
        |name| match name {
            "switch_profile" => InvalidInput,
            _ => NotAllowedNow,
        },
    )
    .await;

    desk.ok(Command::StartEnrollment).await;
    let allowed = with(&[
        "leave_enrollment",
        "discard_enrollment",
        "set_document",
        "create_request",
        "open_request",
        "accept_consent",
        "refuse_consent",
        "set_field",
        "attest_check",
    ]);
    refuse_all_but(&desk, "before consent", &allowed, |name| match name {
        "go_to document_front"
        | "capture document_front"
        | "crop_portrait"
        | "start_recording"
        | "import_video" => ConsentMissing,
        "capture document_photo" => ConsentMissing,
        "send" => Incomplete,
        _ => NotAllowedNow,
    })
    .await;

    desk.ok(Command::AcceptConsent).await;
    let allowed = with(&[
        "leave_enrollment",
        "discard_enrollment",
        "go_to document_front",
        "set_document",
        "create_request",
        "open_request",
        "accept_consent",
        "refuse_consent",
        "import_video",
        "set_field",
        "attest_check",
    ]);
    refuse_all_but(&desk, "without camera", &allowed, |name| match name {
        "capture document_front" | "start_recording" => NoCamera,
        "send" => Incomplete,
        _ => NotAllowedNow,
    })
    .await;

    desk.request().await;
    desk.pictures().await;
    desk.recording().await;
    refuse_all_but(
        &desk,
        "while recording",
        &[
            "accept_consent",
            "mark_action",
            "stop_recording",
            "abandon_recording",
            "set_field",
            "attest_check",
            "discard_image document_front",
        ],
        |_| NotAllowedNow,
    )
    .await;

    desk.ok(Command::AbandonRecording).await;
    desk.until("the end of the recording", |view| view.recording.is_none())
        .await;
    desk.video().await;
    desk.data().await;
    desk.delivered().await;
    let allowed = with(&[
        "leave_enrollment",
        "discard_enrollment",
        "refresh_request",
        "cancel_request",
        "go_to done",
    ]);
    refuse_all_but(&desk, "after delivery", &allowed, |_| NotAllowedNow).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_arguments_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    for (name, rao_id) in [("", None), ("   ", None), ("Op", Some("RAO-1"))] {
        let command = Command::ChooseOperator {
            name: name.into(),
            rao_id: rao_id.map(str::to_owned),
        };
        assert_eq!(
            desk.ask(command).await.unwrap_err().code,
            FailureCode::InvalidInput
        );
    }
    desk.started().await;
    desk.ok(Command::AcceptConsent).await;
    let wrong = RequestForm {
        email: "nobody".into(),
        serial_number: "12345678A".into(),
        ..form()
    };
    let failure = desk
        .ask(Command::CreateRequest { form: wrong })
        .await
        .unwrap_err();
    assert_eq!(failure.code, FailureCode::InvalidInput);
    let detail = failure.detail.unwrap();
    assert!(
        detail.contains("email") && detail.contains("serial_number"),
        "{detail}"
    );
    assert!(
        !detail.contains("nobody"),
        "what was typed does not travel in failures"
    );
    for pk in ["", "abc", "1/../2"] {
        let failure = desk
            .ask(Command::OpenRequest { pk: pk.into() })
            .await
            .unwrap_err();
        assert_eq!(failure.code, FailureCode::InvalidInput);
    }
    desk.camera().await;
    desk.still(Step::DocumentFront, ImageKind::DocumentFront)
        .await;
    let front = desk.view().images[0].clone();
    for (x, y, width, height) in [
        (0, 0, 10, 10),
        (0, 0, front.width + 1, 100),
        (u32::MAX, 0, 100, 100),
        (0, front.height - 50, 100, 100),
        (0, 0, 0, 0),
    ] {
        let failure = desk
            .ask(Command::CropPortrait {
                x,
                y,
                width,
                height,
            })
            .await
            .unwrap_err();
        assert_eq!(
            failure.code,
            FailureCode::InvalidInput,
            "{x} {y} {width} {height}"
        );
    }
    desk.ok(Command::StartRecording).await;
    assert_eq!(
        desk.ask(Command::MarkAction { index: 99 })
            .await
            .unwrap_err()
            .code,
        FailureCode::InvalidInput
    );
    assert_eq!(
        desk.ask(Command::StopRecording).await.unwrap_err().code,
        FailureCode::VideoTooShort
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let desk = start(folder.path()).await;
    desk.started().await;
    desk.ok(Command::OpenRequest {
        pk: "99999999".into(),
    })
    .await;
    let view = desk
        .until("the answer", |view| {
            !matches!(view.request_work, Work::Running { .. })
        })
        .await;
    let Work::Failed { failure } = view.request_work else {
        panic!("opened")
    };
    assert_eq!(failure.code, FailureCode::RaNotFound);
    assert!(view.request.is_none());
    desk.request().await;
    let pk = desk.view().request.unwrap().pk;
    desk.ok(Command::LeaveEnrollment).await;
    desk.ok(Command::StartEnrollment).await;
    desk.ok(Command::OpenRequest { pk: pk.clone() }).await;
    let view = desk
        .until("the request", |view| view.request.is_some())
        .await;
    assert_eq!(view.request.unwrap().pk, pk);
    assert_eq!(view.form.surname_1, "MUSTER");
}
