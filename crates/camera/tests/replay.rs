//! The replay camera as a source.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use camera::{CameraError, Payload, ReplayFault, ReplaySpec, Scene, open_replay};

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

#[test]
fn it_shows_the_scene_that_it_is_told_in_motion() {
    let mut source = open_replay(ReplaySpec::default()).unwrap();
    assert!(source.origin().is_simulated());
    source.show(Scene::DocumentFront);
    let first = source.next(soon()).unwrap();
    let second = source.next(soon()).unwrap();
    assert_eq!((first.width, first.height), (1280, 720));
    assert_ne!(
        first.to_rgb().unwrap(),
        second.to_rgb().unwrap(),
        "nothing moves"
    );
    let still = source.still(soon()).unwrap();
    assert_eq!((still.width, still.height), (1920, 1080));
    source.show(Scene::Face);
    let face = source.still(soon()).unwrap();
    assert_ne!(still.to_rgb().unwrap(), face.to_rgb().unwrap());
}

#[test]
fn the_same_seed_gives_the_same_pictures() {
    let picture = |seed| {
        let spec = ReplaySpec {
            seed,
            ..ReplaySpec::default()
        };
        let mut source = open_replay(spec).unwrap();
        source.show(Scene::DocumentRear);
        // The still's noise follows the picture's number; the preview repeats every 24.
        let mut frames = std::collections::BTreeSet::new();
        for _ in 0..60 {
            frames.insert(source.next(soon()).unwrap().still_jpeg().unwrap());
        }
        frames
    };
    let (a, b, c) = (picture(1), picture(1), picture(2));
    assert!(a.intersection(&b).count() > 0, "nothing in common");
    assert_eq!(a.intersection(&c).count(), 0, "the seed changes nothing");
}

#[test]
fn frames_convert_to_what_recorder_and_window_need() {
    let mut source = open_replay(ReplaySpec::default()).unwrap();
    let frame = source.next(soon()).unwrap();
    let picture = frame.to_i420(1280, 720).unwrap();
    assert_eq!(
        (picture.y.len(), picture.u.len(), picture.v.len()),
        (921_600, 230_400, 230_400)
    );
    // Limited range: black is 16, white 235.
    assert!(picture.y.iter().all(|luma| (14..=237).contains(luma)));
    let small = frame.preview_jpeg(640, 75).unwrap();
    let shown = camera::Rgb::from_jpeg(&small).unwrap();
    assert_eq!((shown.width, shown.height), (640, 360));
}

#[test]
fn planted_faults_come_and_go() {
    let spec = ReplaySpec::with_faults(vec![ReplayFault::Unplug {
        after_ms: 300,
        for_ms: 400,
    }]);
    let mut source = open_replay(spec.clone()).unwrap();
    let error = loop {
        if let Err(error) = source.next(soon()) {
            break error;
        }
    };
    assert_eq!(error, CameraError::Disconnected);
    assert_eq!(open_replay(spec.clone()).err(), Some(CameraError::NoCamera));
    std::thread::sleep(Duration::from_millis(500));
    open_replay(spec).unwrap().next(soon()).unwrap();

    let stalled = vec![ReplayFault::Stall {
        after_ms: 0,
        for_ms: 60_000,
    }];
    let mut source = open_replay(ReplaySpec::with_faults(stalled)).unwrap();
    let deadline = Instant::now() + Duration::from_millis(100);
    assert_eq!(source.next(deadline).err(), Some(CameraError::Stalled));

    let busy = vec![ReplayFault::Busy {
        after_ms: 0,
        for_ms: 60_000,
    }];
    assert_eq!(
        open_replay(ReplaySpec::with_faults(busy)).err(),
        Some(CameraError::Busy)
    );

    let corrupt = vec![ReplayFault::CorruptJpeg { every: 2 }];
    let mut source = open_replay(ReplaySpec::with_faults(corrupt)).unwrap();
    let outcomes: Vec<bool> = (0..6).map(|_| source.next(soon()).is_ok()).collect();
    assert_eq!(outcomes, [true, false, true, false, true, false]);
    source.still(soon()).unwrap();
}

/// The band that marks a picture is yellow in the middle of its upper edge.
fn assert_marked(frame: &camera::Frame) {
    let rgb = frame.to_rgb().unwrap();
    let middle = rgb.width as usize / 2 * 3;
    let (red, green, blue) = (
        rgb.pixels[middle],
        rgb.pixels[middle + 1],
        rgb.pixels[middle + 2],
    );
    assert!(
        red > 190 && green > 130 && blue < 120,
        "{red} {green} {blue}"
    );
}

#[test]
fn whatever_is_played_is_marked() {
    let folder = tempfile::tempdir().unwrap();
    let grey = camera::Rgb {
        width: 800,
        height: 600,
        pixels: vec![120; 800 * 600 * 3],
    };
    std::fs::write(folder.path().join("a.jpg"), grey.to_jpeg(90).unwrap()).unwrap();
    for source in [None, Some(folder.path().into())] {
        let spec = ReplaySpec {
            source,
            ..ReplaySpec::default()
        };
        let mut source = open_replay(spec).unwrap();
        for scene in [Scene::DocumentFront, Scene::Video] {
            source.show(scene);
            for _ in 0..8 {
                assert_marked(&source.next(soon()).unwrap());
            }
            assert_marked(&source.still(soon()).unwrap());
        }
    }
}

#[test]
fn all_pictures_of_a_folder_are_played() {
    let folder = tempfile::tempdir().unwrap();
    for (name, shade) in [("b.jpg", 160), ("a.jpeg", 60), ("c.JPG", 220)] {
        let picture = camera::Rgb {
            width: 1600,
            height: 1200,
            pixels: vec![shade; 1600 * 1200 * 3],
        };
        std::fs::write(folder.path().join(name), picture.to_jpeg(90).unwrap()).unwrap();
    }
    std::fs::write(folder.path().join("notes.txt"), "no picture").unwrap();
    let spec = ReplaySpec {
        source: Some(folder.path().into()),
        ..ReplaySpec::default()
    };
    let mut source = open_replay(spec).unwrap();
    assert!(source.origin().is_simulated());
    let shades: std::collections::BTreeSet<u8> = (0..40)
        .map(|_| {
            let frame = source.next(soon()).unwrap();
            assert_eq!((frame.width, frame.height), (960, 720));
            let rgb = frame.to_rgb().unwrap();
            // Noise changes a pixel by three at most.
            (rgb.pixels[rgb.pixels.len() / 2] - 30) / 80
        })
        .collect();
    assert_eq!(shades.into_iter().collect::<Vec<_>>(), [0, 1, 2]);
    let still = source.still(soon()).unwrap();
    assert_eq!((still.width, still.height), (1600, 1200));

    let empty = tempfile::tempdir().unwrap();
    let spec = ReplaySpec {
        source: Some(empty.path().into()),
        ..ReplaySpec::default()
    };
    assert!(matches!(
        open_replay(spec).err(),
        Some(CameraError::Format(_))
    ));
}

#[test]
fn a_video_is_played() {
    use recorder::{FileSink, Recorder, RecorderConfig, YuvFrame};
    let file = tempfile::NamedTempFile::with_suffix(".mp4").unwrap();
    let config = RecorderConfig {
        width: 320,
        height: 240,
        ..RecorderConfig::default()
    };
    let recorder =
        Recorder::start(config, Box::new(FileSink::new(file.reopen().unwrap()))).unwrap();
    for number in 0..3_u8 {
        recorder.push(YuvFrame {
            width: 320,
            height: 240,
            y: vec![120; 320 * 240],
            u: vec![128; 160 * 120],
            v: vec![128; 160 * 120],
            at: Duration::from_millis(u64::from(number) * 40),
        });
    }
    recorder.finish().unwrap();
    let spec = ReplaySpec {
        source: Some(file.path().into()),
        ..ReplaySpec::default()
    };
    let mut source = open_replay(spec).unwrap();
    for _ in 0..6 {
        let frame = source.next(soon()).unwrap();
        assert!(matches!(frame.payload, Payload::Rgb(_)));
        assert_eq!((frame.width, frame.height), (320, 240));
        assert_marked(&frame);
    }

    let noise = tempfile::NamedTempFile::with_suffix(".mp4").unwrap();
    std::fs::write(noise.path(), [7; 5000]).unwrap();
    let spec = ReplaySpec {
        source: Some(noise.path().into()),
        ..ReplaySpec::default()
    };
    assert!(matches!(
        open_replay(spec).err(),
        Some(CameraError::Format(_))
    ));
}
