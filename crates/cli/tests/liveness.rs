//! `videoid liveness` as a shell or another program sees it, on videos that are recorded here: from still pictures of faces, and
//! from the replay camera, whose head turns as it is asked.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use camera::{ReplaySpec, Scene, Turn, open_replay};
use recorder::{FileSink, Pushed, Recorder, RecorderConfig, YuvFrame};
use serde_json::{Value, json};
use vision::{Picture, intake};

const SELFIE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../camera/specimens/face.jpg");
const OTHER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../vision/tests/data/face_other.jpg"
);
const WIDTH: usize = 640;
const HEIGHT: usize = 360;
/// Just above the pace at which frames are looked at: each of them is.
const STEP_MS: u64 = 170;
const ACTIONS: &str = "--actions=look_ahead,turn_left,turn_right";

/// A scene of a face, its eyes 45 px apart, its nose in the middle.
struct Head(Vec<u8>);

impl Head {
    fn open(path: &str) -> Head {
        let picture = intake::read(&std::fs::read(path).unwrap()).unwrap();
        let face = vision::face::detect(&picture).unwrap().remove(0);
        let scale = face.inter_eye_px() / 45.0;
        let (w, h) = (picture.width(), picture.height());
        let colour = |i: usize| {
            let x = ((i % WIDTH) as f32 - WIDTH as f32 / 2.0) * scale + face.nose[0];
            let y = ((i / WIDTH) as f32 - HEIGHT as f32 / 2.0) * scale + face.nose[1];
            // Grey where the picture ends.
            if x < 0.0 || y < 0.0 || x as usize >= w || y as usize >= h {
                return [128; 3];
            }
            let at = (y as usize * w + x as usize) * 3;
            [0, 1, 2].map(|c| picture.rgb()[at + c])
        };
        Head((0..WIDTH * HEIGHT).flat_map(colour).collect())
    }

    /// The scene moved aside by so many pixels.
    fn seen(&self, moved: usize) -> Picture {
        let mut rgb = self.0.clone();
        for row in rgb.chunks_exact_mut(WIDTH * 3) {
            row.rotate_right(moved * 3);
        }
        Picture::new(WIDTH, HEIGHT, rgb).unwrap()
    }
}

/// Limited-range BT.601 as video has it.
fn yuv(picture: &Picture, at: Duration) -> YuvFrame {
    let weighted = |rgb: &[u8], by: [f32; 3], base: f32| {
        let sum: f32 = rgb.iter().zip(by).map(|(v, by)| f32::from(*v) * by).sum();
        (sum + base).round() as u8
    };
    let rgb = picture.rgb();
    let luma = rgb
        .chunks_exact(3)
        .map(|p| weighted(p, [0.257, 0.504, 0.098], 16.0));
    let chroma = |by: [f32; 3]| {
        (0..WIDTH * HEIGHT / 4)
            .map(|i| ((i / (WIDTH / 2) * 2) * WIDTH + i % (WIDTH / 2) * 2) * 3)
            .map(|at| weighted(&rgb[at..at + 3], by, 128.0))
            .collect()
    };
    YuvFrame {
        width: WIDTH as u32,
        height: HEIGHT as u32,
        y: luma.collect(),
        u: chroma([-0.148, -0.291, 0.439]),
        v: chroma([0.439, -0.368, -0.071]),
        at,
    }
}

/// Records these pictures, one each [`STEP_MS`].
fn film(folder: &Path, name: &str, pictures: impl IntoIterator<Item = Picture>) -> PathBuf {
    let path = folder.join(name);
    let config = RecorderConfig {
        width: WIDTH as u32,
        height: HEIGHT as u32,
        queue: 1000,
        ..RecorderConfig::default()
    };
    let part = path.with_extension("part");
    let sink = FileSink::new(File::create(&part).unwrap());
    let recorder = Recorder::start(config, Box::new(sink)).unwrap();
    for (n, picture) in pictures.into_iter().enumerate() {
        let at = Duration::from_millis(n as u64 * STEP_MS);
        assert_eq!(recorder.push(yuv(&picture, at)), Pushed::Accepted);
    }
    recorder.finish().unwrap();
    let mut finished = File::create(&path).unwrap();
    recorder::finalise(File::open(&part).unwrap(), &mut finished).unwrap();
    path
}

/// Nothing but light, which moves.
fn empty(n: usize) -> Picture {
    let rgb = (0..WIDTH * HEIGHT).flat_map(|i| [(i % WIDTH / 4 + n * 3) as u8; 3]);
    Picture::new(WIDTH, HEIGHT, rgb.collect()).unwrap()
}

fn liveness(files: &[&Path], more: &[&str]) -> (Vec<Value>, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_videoid"))
        .args(["liveness", "--json"])
        .args(more)
        .args(files)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), files.len(), "{text}");
    (answers, output.status.code())
}

fn demands(answer: &Value) -> Vec<&str> {
    let steps = answer["steps"].as_array().unwrap().iter();
    steps.map(|step| step["demand"].as_str().unwrap()).collect()
}

/// The replay's head: so many frames at each of these turns.
fn turning(turns: &[Turn], frames: usize) -> Vec<Picture> {
    let mut source = open_replay(ReplaySpec::default()).unwrap();
    source.show(Scene::Video);
    let mut pictures = Vec::new();
    for turn in turns {
        source.ask(*turn);
        for _ in 0..frames {
            let frame = source
                .next(Instant::now() + Duration::from_secs(20))
                .unwrap();
            let (width, height) = (WIDTH as u32, HEIGHT as u32);
            let small = frame.to_rgb().unwrap().resized(width, height).unwrap();
            pictures.push(Picture::new(WIDTH, HEIGHT, small.pixels).unwrap());
        }
    }
    pictures
}

#[test]
fn turns_pass_in_the_order_in_which_they_were_asked_alone() {
    let folder = tempfile::tempdir().unwrap();
    let turns = [Turn::Ahead, Turn::Left, Turn::Ahead, Turn::Right];
    let video = film(folder.path(), "turns.mp4", turning(&turns, 9));

    let (answers, code) = liveness(&[&video], &[ACTIONS]);
    let [answer] = &answers[..] else { panic!() };
    assert_eq!(
        (code, &answer["passed"]),
        (Some(0), &json!(true)),
        "{answer}"
    );
    assert_eq!(
        (&answer["reasons"], &answer["same_person"]),
        (&json!([]), &json!(true))
    );
    let steps = answer["steps"].as_array().unwrap();
    for (step, (from, side)) in steps.iter().zip([(0, 0.0), (9, 1.0), (27, -1.0)]) {
        let at = step["found_at_ms"].as_u64().unwrap();
        assert!(
            (from * STEP_MS..(from + 9) * STEP_MS).contains(&at),
            "{answer}"
        );
        let yaw = step["yaw_deg"].as_f64().unwrap();
        assert!(yaw * side >= 16.0 * side.abs(), "{answer}");
    }

    let (answers, code) = liveness(&[&video], &["--actions=turn_right,turn_left"]);
    assert_eq!((code, &answers[0]["passed"]), (Some(3), &json!(false)));
    assert_eq!(answers[0]["reasons"], json!(["not_seen"]));
    assert_eq!(answers[0]["steps"][1]["found_at_ms"], Value::Null);

    let (answers, code) = liveness(&[&video], &[]);
    assert_eq!((code, &answers[0]["passed"]), (Some(0), &Value::Null));
    let seen = ["look_ahead", "turn_left", "look_ahead", "turn_right"];
    assert_eq!(demands(&answers[0]), seen);
}

#[test]
fn a_head_that_only_looks_ahead_has_not_turned() {
    let folder = tempfile::tempdir().unwrap();
    let head = Head::open(SELFIE);
    let pictures = (0..12).map(|n| head.seen(n));
    let video = film(folder.path(), "ahead.mp4", pictures);

    let (answers, code) = liveness(&[&video], &["--actions=look_ahead"]);
    let [answer] = &answers[..] else { panic!() };
    assert_eq!(
        (code, &answer["passed"]),
        (Some(0), &json!(true)),
        "{answer}"
    );
    assert_eq!(answer["reasons"], json!([]));
    assert_eq!(answer["warnings"], json!([]));
    assert_eq!(answer["same_person"], true);
    assert_eq!(answer["sampled"], 12);
    assert_eq!(answer["steps"][0]["found_at_ms"], 0);
    assert!(answer["steps"][0]["yaw_deg"].as_f64().unwrap().abs() < 8.0);

    let (answers, code) = liveness(&[&video], &[ACTIONS]);
    assert_eq!((code, &answers[0]["passed"]), (Some(3), &json!(false)));
    assert_eq!(answers[0]["reasons"], json!(["not_seen"]));
    let steps = answers[0]["steps"].as_array().unwrap();
    assert_eq!(
        demands(&answers[0]),
        ["look_ahead", "turn_left", "turn_right"]
    );
    assert_eq!(steps[0]["found_at_ms"], 0);
    for step in &steps[1..] {
        assert_eq!(step["found_at_ms"], Value::Null);
        assert_eq!(step["yaw_deg"], Value::Null);
    }

    let (answers, code) = liveness(&[&video], &[]);
    assert_eq!((code, &answers[0]["passed"]), (Some(0), &Value::Null));
    assert_eq!(demands(&answers[0]), ["look_ahead"]);
}

#[test]
fn a_face_that_does_nothing_another_person_and_nobody_do_not_pass() {
    let folder = tempfile::tempdir().unwrap();
    let (head, other) = (Head::open(SELFIE), Head::open(OTHER));
    let still = film(folder.path(), "still.mp4", (0..12).map(|_| head.seen(0)));
    let swapped = (0..14).map(|n| if n < 7 { &head } else { &other }.seen(n));
    let swapped = film(folder.path(), "swapped.mp4", swapped);
    let nobody = film(folder.path(), "nobody.mp4", (0..12).map(empty));
    let short = film(folder.path(), "short.mp4", (0..3).map(|n| head.seen(n)));
    let files = [&still, &swapped, &nobody, &short].map(PathBuf::as_path);
    let (answers, code) = liveness(&files, &["--actions=look_ahead"]);
    assert_eq!(code, Some(3));
    let [still, swapped, nobody, short] = answers.try_into().unwrap();

    // That is all that was asked of it; that its frames are one and the same is told.
    assert_eq!(still["passed"], true, "{still}");
    assert!(
        still["warnings"][0]["identical_frames"]["count"]
            .as_u64()
            .unwrap()
            >= 2,
        "{still}"
    );
    assert_eq!(swapped["passed"], false, "{swapped}");
    assert_eq!(swapped["reasons"], json!(["other_person"]), "{swapped}");
    assert_eq!(swapped["same_person"], false);
    assert!(
        swapped["largest_distance"].as_f64().unwrap() > 0.62,
        "{swapped}"
    );
    assert_eq!(nobody["passed"], false, "{nobody}");
    assert_eq!(nobody["same_person"], Value::Null);
    assert_eq!(
        nobody["reasons"],
        json!(["not_seen", "face_missing", "other_person"])
    );
    assert_eq!(nobody["missing_face"], json!([[0, 11 * STEP_MS]]));
    assert_eq!(short["passed"], false, "{short}");
    assert_eq!(short["reasons"][0], "too_few_frames");

    let (answers, _) = liveness(&[files[0]], &[ACTIONS]);
    assert_eq!(answers[0]["passed"], false);
    assert_eq!(answers[0]["reasons"], json!(["not_seen"]));
}

#[test]
fn a_face_may_be_gone_while_the_document_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let head = Head::open(SELFIE);
    let covered = |n: usize| match n {
        6..13 => empty(n),
        _ => head.seen(n),
    };
    let video = film(folder.path(), "covered.mp4", (0..18).map(covered));
    let asked = "--actions=look_ahead";
    let (answers, code) = liveness(&[&video], &[asked]);
    assert_eq!(code, Some(3));
    assert_eq!(
        answers[0]["reasons"],
        json!(["face_missing"]),
        "{}",
        answers[0]
    );
    assert_eq!(
        answers[0]["missing_face"],
        json!([[6 * STEP_MS, 13 * STEP_MS]])
    );
    let (answers, code) = liveness(&[&video], &[asked, "--document-shown=1-2.3"]);
    assert_eq!(
        (code, &answers[0]["passed"]),
        (Some(0), &json!(true)),
        "{}",
        answers[0]
    );
    for wrong in ["2-1", "x", "1-", "-1-2"] {
        let (_, code) = liveness(&[], &["x.mp4", "--document-shown", wrong]);
        assert_eq!(code, Some(2), "{wrong}");
    }
}

#[test]
fn files_that_are_no_videos_are_named_and_the_rest_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    let head = Head::open(SELFIE);
    let good = film(folder.path(), "good.mp4", (0..9).map(|n| head.seen(n)));
    let bytes = std::fs::read(&good).unwrap();
    let half = folder.path().join("half.mp4");
    std::fs::write(&half, &bytes[..bytes.len() / 2]).unwrap();
    let missing = folder.path().join("missing.mp4");
    let files = [Path::new(SELFIE), &half, &missing, &good];
    let (answers, code) = liveness(&files, &[]);
    assert_eq!(code, Some(3));
    for (n, expected) in [(0, "video_unusable"), (1, "video_unusable"), (2, "file")] {
        assert_eq!(answers[n]["error"]["code"], expected, "{}", answers[n]);
        assert_eq!(answers[n]["file"], files[n].to_str().unwrap());
    }
    assert_eq!(answers[3]["sampled"], 9, "{}", answers[3]);
}
