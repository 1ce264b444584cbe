//! A camera through nokhwa itself: frames, stills, unplugged, plugged in again, frozen.
//!
//! `fakecam/fakecam.c` plays the driver. It needs a file `/dev/video0` to exist: made here where it is missing.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use camera::{CameraError, ChildCommand, FrameSource, Origin, devices, jpeg, open_live};

const SMALL: &[u8] = include_bytes!("../specimens/document_front.jpg");
const LARGE: &[u8] = include_bytes!("../specimens/face.jpg");

/// One camera, one test at a time.
static ONE: Mutex<()> = Mutex::new(());

struct Rig {
    folder: tempfile::TempDir,
    command: ChildCommand,
}

impl Rig {
    fn new() -> Rig {
        if !Path::new("/dev/video0").exists() {
            std::fs::write("/dev/video0", b"").expect(
                "the test camera needs a file /dev/video0; make it once with: sudo touch /dev/video0",
            );
        }
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("fakecam.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fakecam/fakecam.c");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .args([&library, &source])
            .arg("-ldl")
            .status()
            .unwrap();
        assert!(built.success());
        let place = |name: &str| folder.path().join(name);
        // What the small mode shows is small.
        let small = camera_sized(SMALL);
        std::fs::write(place("small.jpg"), small).unwrap();
        std::fs::write(place("large.jpg"), LARGE).unwrap();
        let variable = |name: &str, path: PathBuf| (name.into(), path.into_os_string());
        let environment = vec![
            variable("LD_PRELOAD", library),
            variable("FAKECAM", place("small.jpg")),
            variable("FAKECAM_STILL", place("large.jpg")),
            variable("FAKECAM_UNPLUG", place("unplug")),
            variable("FAKECAM_FREEZE", place("freeze")),
        ];
        let program = env!("CARGO_BIN_EXE_camera-probe").into();
        Rig {
            folder,
            command: ChildCommand {
                program,
                environment,
            },
        }
    }

    fn open(&self) -> Result<Box<dyn FrameSource>, CameraError> {
        open_live(&self.command, "0")
    }

    fn set(&self, fault: &str, on: bool) {
        let file = self.folder.path().join(fault);
        if on {
            std::fs::write(file, b"").unwrap()
        } else {
            std::fs::remove_file(file).unwrap()
        }
    }
}

fn camera_sized(picture: &[u8]) -> Vec<u8> {
    let rgb = camera::Rgb::from_jpeg(picture)
        .unwrap()
        .resized(1280, 720)
        .unwrap();
    rgb.to_jpeg(85).unwrap().to_vec()
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(5)
}

/// The error that ends the source within a few seconds.
fn error_of(source: &mut dyn FrameSource) -> CameraError {
    for _ in 0..300 {
        if let Err(error) = source.next(soon()) {
            return error;
        }
    }
    panic!("frames go on");
}

#[test]
fn the_camera_is_listed_with_its_formats() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let rig = Rig::new();
    let found = devices(&rig.command, soon()).unwrap();
    let device = found.iter().find(|device| device.id == "0").unwrap();
    assert_eq!(device.name, "Shim Camera");
    assert_eq!(device.best_size(), Some((1920, 1080)));
    assert!(!device.infrared && !device.virtual_camera);
}

#[test]
fn frames_are_trimmed_and_stills_are_large_and_fresh() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let rig = Rig::new();
    let mut source = rig.open().unwrap();
    assert!(matches!(&*source.origin(), Origin::Live { name, .. } if name == "Shim Camera"));
    let first = source.next(soon()).unwrap();
    let second = source.next(soon()).unwrap();
    assert_eq!((first.width, first.height), (1280, 720));
    assert!(second.seq > first.seq && second.at > first.at);
    let jpeg = first.still_jpeg().unwrap();
    assert_eq!(jpeg::trim(&jpeg), Some(&jpeg[..]), "bytes after the end");

    let still = source.still(soon()).unwrap();
    assert_eq!((still.width, still.height), (1920, 1080));
    assert_eq!(
        still.still_jpeg().unwrap(),
        LARGE,
        "the evidence is what the camera sent"
    );
    // And on with the preview.
    let after = source.next(soon()).unwrap();
    assert_eq!((after.width, after.height), (1280, 720));
}

#[test]
fn a_few_stills_in_one_go_are_large_and_end_in_time() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let rig = Rig::new();
    let mut source = rig.open().unwrap();
    for (most, time, taken) in [
        (3, Duration::from_secs(4), 3),
        (3, Duration::ZERO, 1),
        (1, Duration::from_secs(4), 1),
    ] {
        let stills = source.stills(most, time, soon()).unwrap();
        assert_eq!(stills.len(), taken, "{most} in {time:?}");
        assert!(stills.iter().all(|still| still.width == 1920));
        assert!(stills.windows(2).all(|pair| pair[0].seq < pair[1].seq));
        assert_eq!(source.next(soon()).unwrap().width, 1280);
    }
}

#[test]
fn a_second_still_is_taken_after_its_own_shutter() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let rig = Rig::new();
    let mut source = rig.open().unwrap();
    source.still(soon()).unwrap();
    // The child goes on sending stills of the first shot until it reads that they are not wanted any more.
    std::thread::sleep(Duration::from_millis(200));
    let other = rig.folder.path().join("other.jpg");
    std::fs::write(&other, SMALL).unwrap();
    std::fs::rename(other, rig.folder.path().join("large.jpg")).unwrap();
    let still = source.still(soon()).unwrap();
    assert_eq!(still.still_jpeg().unwrap(), SMALL, "an older picture");
}

#[test]
fn the_child_ends_with_its_input_even_in_a_frozen_driver() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let rig = Rig::new();
    let mut child = Command::new(&rig.command.program)
        .args([camera::CHILD_ARGUMENT, "open", "0"])
        .envs(rig.command.environment.iter().cloned())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = child.stdout.take().unwrap();
    // Past the first frames; then the driver freezes, and the app is gone.
    output.read_exact(&mut vec![0; 400_000]).unwrap();
    rig.set("freeze", true);
    let reader = std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none());
    drop(child.stdin.take());
    reader.join().unwrap().unwrap();
    child.wait().unwrap();
}

#[test]
fn an_unplugged_camera_is_told_and_works_when_it_is_back() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let rig = Rig::new();
    let mut source = rig.open().unwrap();
    source.next(soon()).unwrap();
    rig.set("unplug", true);
    assert_eq!(error_of(source.as_mut()), CameraError::Disconnected);
    drop(source);
    assert!(rig.open().is_err(), "an unplugged camera opens");
    rig.set("unplug", false);
    rig.open().unwrap().next(soon()).unwrap();
}

#[test]
fn a_frozen_driver_is_told_and_the_next_child_works() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let rig = Rig::new();
    let mut source = rig.open().unwrap();
    source.next(soon()).unwrap();
    rig.set("freeze", true);
    assert_eq!(error_of(source.as_mut()), CameraError::Stalled);
    drop(source);
    rig.set("freeze", false);
    rig.open().unwrap().next(soon()).unwrap();
}

#[test]
fn a_child_that_cannot_start_is_told() {
    let missing = ChildCommand {
        program: "/nowhere/videoid".into(),
        environment: vec![],
    };
    assert!(matches!(
        open_live(&missing, "0"),
        Err(CameraError::Process(_))
    ));
    // A program that ends at once and says something.
    let other = ChildCommand {
        program: "/bin/sh".into(),
        environment: vec![],
    };
    match open_live(&other, "0") {
        Err(CameraError::Process(words)) => assert!(words.contains("camera-child"), "{words}"),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("opened"),
    }
}
