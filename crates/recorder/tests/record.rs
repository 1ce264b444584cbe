//! Recording, finishing and checking real files.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs::File;
use std::io::{self, Cursor};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use recorder::{
    FileSink, FinaliseError, FragmentSink, Pushed, RecordError, Recorder, RecorderConfig,
    VideoLimits, VideoProblem, VideoReader, YuvFrame, check_video, finalise,
};
use time::macros::datetime;

const WIDTH: u32 = 320;
const HEIGHT: u32 = 240;

fn picture(number: u32, at: Duration) -> YuvFrame {
    let y = (0..WIDTH * HEIGHT)
        .map(|i| ((i % WIDTH) * 2 + (i / WIDTH) + number * 7) as u8)
        .collect();
    let chroma = (WIDTH * HEIGHT / 4) as usize;
    YuvFrame {
        width: WIDTH,
        height: HEIGHT,
        y,
        u: vec![100; chroma],
        v: vec![150; chroma],
        at,
    }
}

/// Uneven times, as a camera in changing light gives them.
fn uneven(count: u32) -> Vec<Duration> {
    let mut at = Duration::ZERO;
    (0..count)
        .map(|number| {
            let now = at;
            at += Duration::from_millis(if number % 3 == 0 { 20 } else { 50 });
            now
        })
        .collect()
}

fn config() -> RecorderConfig {
    RecorderConfig {
        width: WIDTH,
        height: HEIGHT,
        created: datetime!(2026-02-03 04:05:06 UTC),
        queue: 1000,
        ..RecorderConfig::default()
    }
}

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl FragmentSink for Memory {
    fn write_fragment(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(())
    }
}

fn recorded(count: u32) -> Vec<u8> {
    let memory = Memory::default();
    let recorder = Recorder::start(config(), Box::new(memory.clone())).unwrap();
    for (number, at) in uneven(count).into_iter().enumerate() {
        assert_eq!(recorder.push(picture(number as u32, at)), Pushed::Accepted);
    }
    let summary = recorder.finish().unwrap();
    assert_eq!((summary.frames, summary.dropped), (u64::from(count), 0));
    let bytes = memory.0.lock().unwrap().clone();
    assert_eq!(summary.bytes, bytes.len() as u64);
    bytes
}

fn finished(count: u32) -> Vec<u8> {
    let mut out = Vec::new();
    finalise(Cursor::new(recorded(count)), &mut out).unwrap();
    out
}

#[test]
fn a_recording_becomes_a_faststart_mp4_with_the_times_it_was_given() {
    let fragmented = recorded(61);
    let before = check_video(Cursor::new(&fragmented), &VideoLimits::default()).unwrap();
    assert!(before.fragmented);

    let mut out = Vec::new();
    let summary = finalise(Cursor::new(&fragmented), &mut out).unwrap();
    let facts = check_video(Cursor::new(&out), &VideoLimits::default()).unwrap();
    assert_eq!(
        (facts.width, facts.height, facts.frames),
        (WIDTH, HEIGHT, 61)
    );
    assert!(facts.faststart && !facts.fragmented && !facts.audio);
    // 60 gaps of (20+50+50)/3 ms, and the last picture as long as the gap before it.
    assert_eq!(facts.duration_ms, 2400 + 50);
    assert_eq!(summary.duration.as_millis() as u64, facts.duration_ms);

    let mut reader = VideoReader::open(Cursor::new(&out)).unwrap();
    let mut times = Vec::new();
    while let Some(frame) = reader.next_frame().unwrap() {
        times.push(frame.at.as_millis() as i64);
    }
    let expected: Vec<i64> = uneven(61).iter().map(|at| at.as_millis() as i64).collect();
    assert_eq!(times.len(), expected.len());
    assert!(
        times.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= 1),
        "{times:?}"
    );
}

#[test]
fn ffprobe_agrees() {
    let file = tempfile::NamedTempFile::with_suffix(".mp4").unwrap();
    std::fs::write(file.path(), finished(60)).unwrap();
    let output = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-count_frames",
            "-of",
            "default=nw=1",
            "-show_entries",
        ])
        .arg("stream=codec_name,nb_read_frames,width:format=duration:format_tags=creation_time")
        .arg(file.path())
        .output()
        .expect("ffprobe is needed by this test; cargo xtask test installs it");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for line in [
        "codec_name=h264",
        "width=320",
        "nb_read_frames=60",
        "duration=2.4",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(text.contains("2026-02-03T04:05:06"), "{text}");
}

#[test]
fn a_recording_cut_off_anywhere_keeps_its_whole_fragments() {
    let whole = recorded(60);
    let mut last = 0;
    for share in [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.999] {
        let cut = (whole.len() as f64 * share) as usize;
        let mut out = Vec::new();
        let summary = finalise(Cursor::new(&whole[..cut]), &mut out).unwrap();
        assert!(summary.frames >= last, "a longer file holds fewer pictures");
        last = summary.frames;
        let facts = check_video(Cursor::new(&out), &VideoLimits::default()).unwrap();
        assert_eq!(facts.frames, summary.frames);
    }
    // Fragments hold half a second; no more than one may be lost.
    assert!(last >= 60 - 15, "{last}");
    assert!(matches!(
        finalise(Cursor::new(&whole[..40]), &mut Vec::new()),
        Err(FinaliseError::Empty)
    ));
}

#[test]
fn a_full_disk_is_reported_and_what_was_written_stays() {
    struct Full(Memory, usize);
    impl FragmentSink for Full {
        fn write_fragment(&mut self, bytes: &[u8]) -> io::Result<()> {
            if self.1 == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.1 -= 1;
            self.0.write_fragment(bytes)
        }
    }
    let memory = Memory::default();
    let recorder = Recorder::start(config(), Box::new(Full(memory.clone(), 2))).unwrap();
    for (number, at) in uneven(100).into_iter().enumerate() {
        recorder.push(picture(number as u32, at));
    }
    match recorder.finish() {
        Err(RecordError::Write(error)) => assert_eq!(error.kind(), io::ErrorKind::StorageFull),
        other => panic!("{other:?}"),
    }
    let kept = memory.0.lock().unwrap().clone();
    assert!(finalise(Cursor::new(kept), &mut Vec::new()).unwrap().frames > 10);
}

#[test]
fn frames_that_cannot_be_taken_are_counted() {
    let recorder = Recorder::start(config(), Box::new(Memory::default())).unwrap();
    let mut torn = picture(0, Duration::ZERO);
    torn.y.pop();
    assert_eq!(recorder.push(torn), Pushed::Dropped);
    assert_eq!(
        recorder.push(picture(0, Duration::from_millis(40))),
        Pushed::Accepted
    );
    // Time does not run backwards.
    assert_eq!(
        recorder.push(picture(1, Duration::from_millis(10))),
        Pushed::Accepted
    );
    assert_eq!(
        recorder.push(picture(2, Duration::from_millis(80))),
        Pushed::Accepted
    );
    let summary = recorder.finish().unwrap();
    assert_eq!((summary.frames, summary.dropped), (2, 2));
}

#[test]
fn a_recording_without_frames_is_an_error() {
    let recorder = Recorder::start(config(), Box::new(Memory::default())).unwrap();
    assert!(matches!(recorder.finish(), Err(RecordError::Empty)));
}

#[test]
fn a_file_sink_writes_the_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let sink = FileSink::new(File::create(file.path()).unwrap());
    let recorder = Recorder::start(config(), Box::new(sink)).unwrap();
    for (number, at) in uneven(20).into_iter().enumerate() {
        recorder.push(picture(number as u32, at));
    }
    let summary = recorder.finish().unwrap();
    assert_eq!(file.path().metadata().unwrap().len(), summary.bytes);
}

#[test]
fn rejected_files_say_why() {
    let good = finished(30);
    let check = |bytes: &[u8], limits: &VideoLimits| check_video(Cursor::new(bytes), limits);
    let limits = VideoLimits::default();
    assert!(matches!(check(b"", &limits), Err(VideoProblem::Empty)));
    assert!(matches!(
        check(b"%PDF-1.7 not a video", &limits),
        Err(VideoProblem::NotMp4(_))
    ));
    assert!(matches!(
        check(
            &good,
            &VideoLimits {
                max_bytes: 100,
                ..limits
            }
        ),
        Err(VideoProblem::TooLarge { .. })
    ));
    assert!(matches!(
        check(
            &good,
            &VideoLimits {
                min_duration: Duration::from_secs(5),
                ..limits
            }
        ),
        Err(VideoProblem::TooShort { .. })
    ));
    assert!(matches!(
        check(
            &good,
            &VideoLimits {
                max_duration: Duration::from_millis(500),
                ..limits
            }
        ),
        Err(VideoProblem::TooLong { .. })
    ));
    assert!(matches!(
        check(&good[..good.len() - 10], &limits),
        Err(VideoProblem::OffsetsOutside { .. })
    ));
    // The payload of the first picture overwritten: only decoding finds that.
    let mut spoilt = good.clone();
    let payload = good.windows(4).position(|w| w == b"mdat").unwrap() + 4;
    let end = (payload + 4000).min(spoilt.len());
    spoilt[payload..end].fill(0xff);
    assert!(matches!(
        check(&spoilt, &limits),
        Err(VideoProblem::FirstFrameUndecodable(_))
    ));
}

#[test]
fn other_codecs_are_named_and_sound_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, arguments: &[&str]| {
        let path = folder.path().join(name);
        let status = Command::new("ffmpeg")
            .args([
                "-v",
                "error",
                "-f",
                "lavfi",
                "-i",
                "testsrc=size=320x240:rate=10:duration=1",
            ])
            .args(["-f", "lavfi", "-i", "sine=duration=1"])
            .args(arguments)
            .arg(&path)
            .status()
            .expect("ffmpeg is needed by this test; cargo xtask test installs it");
        assert!(status.success(), "{name}");
        check_video(File::open(path).unwrap(), &VideoLimits::default())
    };
    let sound = make(
        "sound.mp4",
        &["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"],
    )
    .unwrap();
    assert!(sound.audio && sound.frames == 10);
    assert!(matches!(
        make("phone.mov", &["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"]),
        Err(VideoProblem::NotMp4(why)) if why.contains("QuickTime")
    ));
    assert!(matches!(
        make("mpeg4.mp4", &["-c:v", "mpeg4", "-an"]),
        Err(VideoProblem::OtherCodec { name }) if name.contains("mp4v")
    ));
    assert!(matches!(
        make("vp9.mp4", &["-c:v", "libvpx-vp9", "-an"]),
        Err(VideoProblem::OtherCodec { name }) if name == "VP9"
    ));
    assert!(matches!(
        make("only-sound.mp4", &["-map", "1:a", "-c:a", "aac"]),
        Err(VideoProblem::NoVideoTrack)
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is overwritten, the check answers; it never panics and never runs away.
    #[test]
    fn spoilt_files_never_panic(places in prop::collection::vec((0.0..1.0_f64, any::<u8>()), 1..20), cut in 0.0..1.0_f64) {
        static GOOD: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let mut bytes = GOOD.get_or_init(|| finished(12)).clone();
        // Most of the damage goes to the index, where it hurts.
        for (place, value) in places {
            let at = (place * place * bytes.len() as f64) as usize;
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
        }
        bytes.truncate(bytes.len() - (cut * cut * cut * 500.0) as usize);
        let checked = check_video(Cursor::new(&bytes), &VideoLimits::default());
        if let Ok(facts) = checked {
            prop_assert!(facts.frames > 0);
        }
        let salvaged = finalise(Cursor::new(&bytes), &mut Vec::new());
        if let Ok(summary) = salvaged {
            prop_assert!(summary.frames > 0);
        }
    }
}
