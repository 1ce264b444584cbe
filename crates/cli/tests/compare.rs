//! `videoid compare` as a shell or another program sees it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::{Command, Output};

use serde_json::Value;

const SELFIE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../camera/specimens/face.jpg");
const CARD: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../camera/specimens/document_front.jpg"
);
const REAR: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../camera/specimens/document_rear.jpg"
);
const OTHER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../vision/tests/data/face_other.jpg"
);

fn compare(a: &str, b: &str, json: bool) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_videoid"));
    command.args(["compare", a, b]);
    if json {
        command.arg("--json");
    }
    command.output().unwrap()
}

fn json(output: &Output) -> Value {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(text).unwrap()
}

#[test]
fn one_person_on_two_pictures_and_two_persons() {
    for (a, b, same) in [(SELFIE, CARD, true), (SELFIE, OTHER, false)] {
        let output = compare(a, b, true);
        assert_eq!(output.status.code(), Some(0));
        let answer = json(&output);
        assert_eq!(answer["reliable"], true, "{answer}");
        let similarity = answer["similarity"].as_u64().unwrap();
        assert_eq!(similarity >= 50, same, "{answer}");
        assert_eq!(answer["distance"].as_f64().unwrap() < 0.6, same, "{answer}");
        for side in 0..2 {
            assert!(
                answer["inter_eye_px"][side].as_f64().unwrap() > 40.0,
                "{answer}"
            );
            assert_eq!(
                answer["faces"][side].as_array().unwrap().len(),
                1,
                "{answer}"
            );
        }
    }
    let words = String::from_utf8(compare(SELFIE, CARD, false).stdout).unwrap();
    assert!(
        words.contains("similarity") && words.contains("of 100"),
        "{words}"
    );
}

#[test]
fn a_picture_without_a_face_or_that_is_none_is_rejected_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("garbage.jpg");
    std::fs::write(&garbage, b"no picture").unwrap();
    let half = folder.path().join("half.jpg");
    std::fs::write(&half, &std::fs::read(SELFIE).unwrap()[..50_000]).unwrap();
    for (bad, code, exit) in [
        (REAR, "no_face", 3),
        (garbage.to_str().unwrap(), "picture_unusable", 3),
        (half.to_str().unwrap(), "picture_unusable", 3),
        ("/nonexistent/picture.jpg", "file", 1),
    ] {
        for (a, b) in [(SELFIE, bad), (bad, SELFIE)] {
            let output = compare(a, b, true);
            assert_eq!(output.status.code(), Some(exit), "{bad}");
            let answer = json(&output);
            assert_eq!(answer["error"]["code"], code, "{answer}");
            assert!(
                answer["error"]["text"].as_str().unwrap().contains(bad),
                "{answer}"
            );
        }
    }
}
