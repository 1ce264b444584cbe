//! The session before the camera, its workers' reports forged where they must come late or fail.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use evidence::ImageKind;

use super::GuideReport;
use crate::camera_desk::{CameraReport, Still};
use crate::contract::*;
use crate::failure::{of, plain};
use crate::message::Message;
use crate::testing::Bench;

const FRONT: ImageKind = ImageKind::DocumentFront;

fn still(number: u64, result: Result<Still, Failure>) -> Message {
    // The camera was opened once.
    let run = 1;
    Message::Camera(CameraReport::Still {
        run,
        number,
        result,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_that_cannot_look_says_so_in_every_enrollment_until_it_can() {
    let bench = Bench::before_the_camera(false).await;
    let failure = of(FailureCode::VisionFailed, "a model");
    let blind = GuideReport::Blind(failure.clone());
    bench.tell(Message::Guide(blind));
    let cannot = |view: &EnrollmentView| {
        let CapturingView {
            automatic,
            manual,
            blind,
            ..
        } = &view.capturing;
        !automatic && *manual && blind.as_ref() == Some(&failure)
    };
    bench.until("the blindness", cannot).await;
    bench.ok(Command::LeaveEnrollment).await;
    bench.enroll().await;
    assert!(cannot(&bench.view()), "{:?}", bench.view().capturing);

    bench.ok(Command::LookAgain).await;
    let capturing = bench.view().capturing;
    assert!(capturing.automatic && capturing.blind.is_none());
    assert!(bench.pending(FRONT).await.look.automatic);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_still_of_an_enrollment_that_was_left_is_nobodys() {
    let bench = Bench::before_the_camera(true).await;
    bench.ok(Command::Capture { kind: FRONT }).await;
    bench.pending(FRONT).await;
    bench.ok(Command::LeaveEnrollment).await;
    bench.enroll().await;
    bench.ok(Command::Capture { kind: FRONT }).await;
    // The first enrollment's still, as if it had taken so long: no picture at all.
    let late = Still {
        jpeg: bytes::Bytes::from_static(b"late"),
        captured_at: time::OffsetDateTime::UNIX_EPOCH,
        source: "late".to_owned(),
        simulated: true,
    };
    bench.tell(still(1, Ok(late)));
    bench.tell(still(1, Err(plain(FailureCode::CameraStalled))));
    bench.used(FRONT).await;
    assert_eq!(bench.view().images[0].kind, FRONT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_by_hand_is_by_hand_whatever_became_of_the_automatic_one() {
    let bench = Bench::before_the_camera(false).await;
    bench
        .until("an automatic capture", |view| view.capturing.working)
        .await;
    bench.tell(still(1, Err(plain(FailureCode::CaptureDamaged))));
    bench.camera_failed().await;
    bench.camera().await;
    bench.ok(Command::Capture { kind: FRONT }).await;
    assert!(!bench.pending(FRONT).await.look.automatic);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_picture_is_guided_to_and_captured_by_itself() {
    let bench = Bench::before_the_camera(false).await;
    bench.used(FRONT).await;
    let first = bench.view().images[0].id.clone();
    let elsewhere = Command::TakeAnother {
        kind: ImageKind::DocumentOwner,
    };
    assert!(bench.ask(elsewhere).await.is_err());
    let refused = bench.ask(Command::KeepPicture).await.unwrap_err();
    assert_eq!(refused.code, FailureCode::NotAllowedNow);

    bench.ok(Command::TakeAnother { kind: FRONT }).await;
    let view = bench.view();
    assert_eq!(view.capturing.another, Some(FRONT));
    assert!(!view.capturing.manual, "the time counts anew");
    let pending = bench.pending(FRONT).await;
    assert!(pending.look.automatic);
    assert_eq!(bench.view().images[0].id, first, "it stays until then");
    // One that is thrown away is followed by the next.
    bench.ok(Command::Retake).await;
    assert!(bench.pending(FRONT).await.look.automatic);
    bench.ok(Command::UsePending).await;
    let view = bench.view();
    assert_ne!(view.images[0].id, first);
    assert_eq!(view.capturing.another, None);

    bench.ok(Command::TakeAnother { kind: FRONT }).await;
    bench.ok(Command::KeepPicture).await;
    assert_eq!(bench.view().capturing.another, None);
}
