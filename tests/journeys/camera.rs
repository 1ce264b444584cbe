//! A camera through nokhwa, in the camera's own process, in the real window: the driver behind it is the test
//! library of the camera crate, which can be unplugged and frozen.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::enrollment::begin;
use crate::support::{Desk, Setup, turn};

const DRIVER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/crates/camera/tests/fakecam/fakecam.c"
);

/// What stands before the camera when the still is taken.
const SPECIMEN: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/crates/camera/specimens/document_front.jpg"
);

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_is_seen_unplugged_replugged_and_frozen() {
    let _turn = turn().await;
    let camera = FakeCamera::make();
    let desk = Desk::open(
        "camera-faults",
        Setup {
            env: camera.environment(),
            ..Setup::default()
        },
    )
    .await;
    begin(&desk).await;
    desk.click("doc-type-IDC").await;
    let device = desk
        .until("the test camera among the devices", |state| {
            let devices = state["camera"]["devices"].as_array()?;
            let shim = devices
                .iter()
                .find(|device| device["name"].as_str().unwrap_or("").contains("Shim"))?;
            shim["id"].as_str().map(str::to_owned)
        })
        .await;
    desk.choose("camera-select", &device).await;
    frames_flow(&desk).await;
    desk.picture("15-webcam").await;

    std::fs::write(camera.place("unplug"), "").unwrap();
    desk.sees_failure("camera_disconnected").await;
    desk.picture("16-camera-unplugged").await;
    std::fs::remove_file(camera.place("unplug")).unwrap();
    desk.click("failure-action").await;
    frames_flow(&desk).await;

    std::fs::write(camera.place("freeze"), "").unwrap();
    desk.sees_failure("camera_stalled").await;
    std::fs::remove_file(camera.place("freeze")).unwrap();
    desk.click("failure-action").await;
    frames_flow(&desk).await;

    // A still through the same camera, at its best resolution.
    desk.click("shutter").await;
    desk.see("use-picture").await;
    let look = desk.snapshot().await["enrollment"]["pending"]["look"].clone();
    assert_eq!(
        (&look["originalWidth"], &look["originalHeight"]),
        (&1920.into(), &1080.into())
    );
    desk.quit().await;
}

/// The camera is live, real, and each answer brings a newer frame.
async fn frames_flow(desk: &Desk) {
    desk.until("a live camera that is not simulated", |state| {
        let camera = &state["camera"]["state"];
        (camera["state"] == "live" && camera["simulated"] == false).then_some(())
    })
    .await;
    desk.see("preview").await;
    let script = "const done = arguments[arguments.length - 1]; \
        (async () => { let after = 0; const seen = []; \
          while (seen.length < 5) { \
            const answer = await fetch(`preview://localhost/?after=${after}&width=640`); \
            if (answer.status !== 200) { done(answer.status); return; } \
            after = Number(answer.headers.get('X-Frame-Seq')); \
            const picture = await createImageBitmap(await answer.blob()); \
            seen.push([after, picture.width]); } \
          done(seen); })().catch(error => done(String(error)));";
    let seen = desk.script_async(script).await;
    let Some(frames) = seen.as_array().filter(|frames| frames.len() == 5) else {
        desk.give_up(&format!("no frames: {seen}")).await
    };
    for pair in frames.windows(2) {
        assert!(pair[0][0].as_u64() < pair[1][0].as_u64(), "{seen}");
    }
    assert_eq!(frames[0][1], 640, "{seen}");
}

/// The library and its pictures, and the switches by which it is unplugged and frozen.
struct FakeCamera {
    folder: tempfile::TempDir,
}

impl FakeCamera {
    fn make() -> Self {
        if !Path::new("/dev/video0").exists() {
            std::fs::write("/dev/video0", b"").expect(
                "the test camera needs a file /dev/video0; make it once with: sudo touch /dev/video0",
            );
        }
        let camera = FakeCamera {
            folder: tempfile::tempdir().unwrap(),
        };
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(camera.place("fakecam.so"))
            .args([DRIVER, "-ldl"])
            .status()
            .expect("a C compiler is needed for this journey");
        assert!(built.success(), "the test driver is built");
        // Nothing to capture in the live view, a document in the still.
        let input = ["-f", "lavfi", "-i", "testsrc=size=1280x720:rate=1"];
        let specimen = ["-i", SPECIMEN];
        for (name, input) in [("small.jpg", &input[..]), ("large.jpg", &specimen[..])] {
            let made = Command::new("ffmpeg")
                .args(["-nostdin", "-loglevel", "error"])
                .args(input)
                .args(["-frames:v", "1", "-pix_fmt", "yuvj422p", "-q:v", "3"])
                .arg(camera.place(name))
                .status()
                .expect("ffmpeg is needed for this journey");
            assert!(made.success(), "the camera's picture is made");
        }
        camera
    }

    fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn environment(&self) -> Vec<(String, String)> {
        [
            ("VIDEOID_TEST_CAMERA_PRELOAD", "fakecam.so"),
            ("FAKECAM", "small.jpg"),
            ("FAKECAM_STILL", "large.jpg"),
            ("FAKECAM_UNPLUG", "unplug"),
            ("FAKECAM_FREEZE", "freeze"),
        ]
        .map(|(name, file)| (name.to_owned(), self.place(file).display().to_string()))
        .into()
    }
}
