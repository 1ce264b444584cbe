//! `videoid read` as a shell or another program sees it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use vision::{Picture, intake};

const SPECIMENS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../camera/specimens");
const ODD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../vision/tests/data");
/// Pixels that a corner may lie from where it was in another view of the same picture: 1.5 % of the document's width.
const NEAR: f64 = 20.0;

fn specimen(name: &str) -> PathBuf {
    Path::new(SPECIMENS).join(name)
}

fn picture(path: &Path) -> Picture {
    intake::read(&std::fs::read(path).unwrap()).unwrap()
}

fn videoid(files: &[PathBuf], more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_videoid"))
        .arg("read")
        .args(more)
        .args(files)
        .output()
        .unwrap()
}

/// The answers, one a file, and the exit code.
fn read(files: &[PathBuf], more: &[&str]) -> (Vec<Value>, i32) {
    let output = videoid(files, &[more, &["--json"]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), files.len(), "{text}");
    for (answer, file) in answers.iter().zip(files) {
        assert_eq!(answer["file"], file.to_str().unwrap());
    }
    (answers, output.status.code().unwrap())
}

fn keys(value: &Value) -> Vec<&str> {
    let map = value.as_object().unwrap();
    map.keys().map(String::as_str).collect()
}

/// The lines of a kind from the file that says what the specimens hold.
fn lines(length: usize) -> Vec<String> {
    let text = std::fs::read_to_string(specimen("mrz.txt")).unwrap();
    let lines = text.lines().filter(|line| line.len() == length);
    lines.map(str::to_owned).collect()
}

fn corners(answer: &Value) -> [[f64; 2]; 4] {
    serde_json::from_value(answer["document"]["corners"].clone()).unwrap()
}

fn assert_near(found: [[f64; 2]; 4], expected: [[f64; 2]; 4], what: &str) {
    for (a, b) in found.iter().zip(&expected) {
        let off = (a[0] - b[0]).hypot(a[1] - b[1]);
        assert!(off < NEAR, "{what}: {found:?} instead of {expected:?}");
    }
}

/// The zone of the rear, whole and certain.
fn assert_rear(answer: &Value, what: &str) {
    let zone = &answer["mrz"];
    assert_eq!(zone["all_valid"], true, "{what}: {zone}");
    assert_eq!(zone["kind"], "TD1", "{what}");
    assert_eq!(zone["lines"], serde_json::json!(lines(30)), "{what}");
}

fn saved(folder: &Path, name: &str, picture: &Picture) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, picture.jpeg(95).unwrap()).unwrap();
    path
}

#[test]
fn the_specimens_and_the_shape_of_the_answers() {
    let files = ["document_front", "document_rear", "passport_page", "face"]
        .map(|name| specimen(&format!("{name}.jpg")));
    let (answers, code) = read(&files, &["--no-printed"]);
    assert_eq!(code, 0);
    let [front, rear, passport, face] = answers.try_into().unwrap();
    for answer in [&front, &rear, &passport, &face] {
        assert_eq!(
            keys(answer),
            [
                "copy_cues",
                "document",
                "faces",
                "file",
                "mrz",
                "ms",
                "portrait",
                "printed"
            ]
        );
        let document = &answer["document"];
        assert_eq!(
            keys(document),
            ["corners", "dpi", "found", "quality", "width_px"]
        );
        assert_eq!(
            keys(&document["quality"]),
            ["glare", "luma", "sharpness", "tilt_deg"]
        );
        let zone = &answer["mrz"];
        assert_eq!(
            keys(zone),
            ["all_valid", "fields", "found", "kind", "lines"]
        );
        for field in zone["fields"].as_object().unwrap().values() {
            assert_eq!(keys(field), ["valid", "value"]);
            assert!(field["valid"].is_null() || field["valid"].is_boolean());
        }
        let stages = ["document", "faces", "mrz", "printed", "straighten", "total"];
        assert_eq!(keys(&answer["ms"]), stages);
        assert_eq!(answer["printed"], serde_json::json!([]));
    }

    for card in [&front, &rear, &passport] {
        assert_eq!(card["document"]["found"], true, "{card}");
        assert!(card["document"]["dpi"].as_f64().unwrap() > 250.0, "{card}");
        assert!(card["document"]["quality"]["tilt_deg"].as_f64().unwrap() < 5.0);
        let [a, b, c, d] = corners(card);
        assert!(
            a[0] < b[0] && d[0] < c[0] && a[1] < d[1] && b[1] < c[1],
            "{card}"
        );
    }
    for holder in [&front, &passport, &face] {
        assert_eq!(holder["faces"].as_array().unwrap().len(), 1, "{holder}");
        assert!(holder["faces"][0]["inter_eye_px"].as_f64().unwrap() > 80.0);
    }
    // Left of the print, and within the straightened document.
    let portrait: [f64; 4] = serde_json::from_value(front["portrait"].clone()).unwrap();
    let width = front["document"]["width_px"].as_f64().unwrap();
    assert!(portrait[0] + portrait[2] < width / 2.0, "{portrait:?}");

    assert_rear(&rear, "the rear");
    assert_eq!(rear["faces"], serde_json::json!([]));
    assert_eq!(rear["portrait"], Value::Null);
    for (name, value) in [
        ("number", "D23145890"),
        ("birth_date", "1974-08-12"),
        ("expiry_date", "2034-04-15"),
        ("surname", "ERIKSSON"),
        ("given_names", "ANNA MARIA"),
    ] {
        assert_eq!(rear["mrz"]["fields"][name]["value"], value);
    }
    assert_eq!(rear["mrz"]["fields"]["number"]["valid"], true);
    assert_eq!(rear["mrz"]["fields"]["surname"]["valid"], Value::Null);

    let zone = &passport["mrz"];
    assert_eq!(
        (&zone["found"], &zone["kind"]),
        (&true.into(), &"TD3".into())
    );
    assert_eq!(zone["lines"][1], lines(44)[1]);
    let exact = zone["lines"] == serde_json::json!(lines(44));
    assert_eq!(zone["all_valid"], exact, "a wrong reading says so: {zone}");

    for none in [&front, &face] {
        assert_eq!(none["mrz"]["found"], false);
        assert_eq!(none["mrz"]["kind"], Value::Null);
        assert_eq!(none["mrz"]["all_valid"], false);
        assert_eq!(none["mrz"]["lines"], serde_json::json!([]));
    }
    assert_eq!(face["document"]["found"], false);
    for unknown in ["corners", "dpi", "width_px"] {
        assert_eq!(face["document"][unknown], Value::Null, "{unknown}");
    }
}

#[test]
fn a_document_in_every_turn_is_read_from_its_own_top_left() {
    let folder = tempfile::tempdir().unwrap();
    let upright = picture(&specimen("document_rear.jpg"));
    let files: Vec<PathBuf> = (0..4)
        .map(|n| {
            saved(
                folder.path(),
                &format!("{n}.jpg"),
                &upright.quarter_turned(n),
            )
        })
        .collect();
    let (answers, code) = read(&files, &["--no-printed"]);
    assert_eq!(code, 0);
    let (w, h) = (upright.width() as f64, upright.height() as f64);
    let first = corners(&answers[0]);
    for (n, answer) in answers.iter().enumerate() {
        assert_rear(answer, &format!("{n} quarters"));
        let turned = first.map(|[x, y]| match n {
            0 => [x, y],
            1 => [h - y, x],
            2 => [w - x, h - y],
            _ => [y, w - x],
        });
        assert_near(corners(answer), turned, &format!("{n} quarters"));
    }
}

/// Fronts have no zone: their face tells which way is up, whether the card's edges can be seen or a scan was cut along them.
#[test]
fn a_front_in_every_turn_is_read_by_its_face() {
    let folder = tempfile::tempdir().unwrap();
    let front = picture(&specimen("document_front.jpg"));
    let scan = front.cut([300, 176, 1320, 826]).unwrap();
    for (name, whole) in [("card", &front), ("scan", &scan)] {
        let files: Vec<PathBuf> = (0..4)
            .map(|n| {
                let turned = whole.quarter_turned(n);
                saved(folder.path(), &format!("{name}{n}.jpg"), &turned)
            })
            .collect();
        let (answers, code) = read(&files, &[]);
        assert_eq!(code, 0);
        for (n, answer) in answers.iter().enumerate() {
            let what = format!("{name}, {n} quarters");
            assert_eq!(answer["faces"].as_array().unwrap().len(), 1, "{what}");
            assert!(answer["portrait"].is_array(), "{what}");
            let printed = answer["printed"].as_array().unwrap();
            let says = |word: &str| {
                let text = |line: &Value| line["text"].as_str().unwrap().to_uppercase();
                printed.iter().any(|line| text(line).contains(word))
            };
            assert!(says("ERIKSSON"), "{what}: {printed:?}");
        }
    }
}

/// Side by side exchanged.
fn mirrored(picture: &Picture) -> Picture {
    let rows = picture.rgb().chunks_exact(picture.width() * 3);
    let rgb = rows
        .flat_map(|row| row.chunks_exact(3).rev().flatten().copied())
        .collect();
    Picture::new(picture.width(), picture.height(), rgb).unwrap()
}

/// A JPEG with an EXIF segment of nothing but this orientation.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xFF, 0xE1]);
    bytes.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    bytes.extend(exif);
    bytes.extend(&jpeg[2..]);
    bytes
}

#[test]
fn what_exif_says_about_turns_and_mirrors_is_undone_first() {
    let folder = tempfile::tempdir().unwrap();
    let upright = picture(&specimen("document_rear.jpg"));
    // Each as it must be stored so that its orientation gives the upright picture.
    let stored = [
        (1, upright.clone()),
        (2, mirrored(&upright)),
        (3, upright.quarter_turned(2)),
        (5, mirrored(&upright.quarter_turned(1))),
        (6, upright.quarter_turned(3)),
    ];
    let files = stored.map(|(orientation, picture)| {
        let path = folder.path().join(format!("{orientation}.jpg"));
        let jpeg = picture.jpeg(95).unwrap();
        std::fs::write(&path, with_orientation(&jpeg, orientation)).unwrap();
        path
    });
    let (answers, code) = read(&files, &["--no-printed"]);
    assert_eq!(code, 0);
    for (answer, file) in answers.iter().zip(&files) {
        let what = file.display().to_string();
        assert_rear(answer, &what);
        assert_near(corners(answer), corners(&answers[0]), &what);
    }
    // A mirror that nothing tells of shows no zone that could be believed.
    let mirror = saved(folder.path(), "mirror.jpg", &mirrored(&upright));
    let (answers, _) = read(&[mirror], &["--no-printed"]);
    assert_eq!(answers[0]["mrz"]["all_valid"], false, "{}", answers[0]);
}

/// A PNG's beginning that promises so many pixels.
fn huge_png() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x4e\x20\0\0\x4e\x20\x08\x02\0\0\0".to_vec();
    let crc = png[12..].iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    });
    png.extend((!crc).to_be_bytes());
    png.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
    png
}

#[test]
fn a_batch_goes_on_after_files_that_are_no_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let noise: Vec<u8> = (0u32..5000)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let rear = std::fs::read(specimen("document_rear.jpg")).unwrap();
    let one = Picture::new(1, 1, vec![200, 30, 40]).unwrap();
    let files = [
        write("noise.jpg", &noise),
        write("huge.png", &huge_png()),
        write("half.jpg", &rear[..rear.len() / 2]),
        write("empty.png", b""),
        folder.path().join("missing.jpg"),
        folder.path().to_path_buf(),
        saved(folder.path(), "one.jpg", &one),
        Path::new(ODD).join("cmyk.jpg"),
        Path::new(ODD).join("animated.png"),
        specimen("document_rear.jpg"),
    ];
    let (answers, code) = read(&files, &["--no-printed"]);
    assert_eq!(code, 3);
    for (n, expected) in [
        (0, "picture_unusable"),
        (1, "picture_unusable"),
        (2, "picture_unusable"),
        (3, "picture_unusable"),
        (4, "file"),
        (5, "file"),
    ] {
        let answer = &answers[n];
        assert_eq!(keys(answer), ["error", "file"], "{answer}");
        assert_eq!(answer["error"]["code"], expected, "{answer}");
        let text = answer["error"]["text"].as_str().unwrap();
        assert!(text.contains(files[n].to_str().unwrap()), "{text}");
    }
    let huge = answers[1]["error"]["text"].as_str().unwrap();
    assert!(huge.contains("20000"), "{huge}");
    for small in &answers[6..9] {
        assert_eq!(small["document"]["found"], false, "{small}");
        assert_eq!(small["mrz"]["found"], false, "{small}");
        assert_eq!(small["faces"], serde_json::json!([]), "{small}");
    }
    assert_rear(&answers[9], "the last of the batch");
}

#[test]
fn words_for_a_person_and_pictures_to_keep() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out/deep");
    let front = specimen("document_front.jpg");
    let files = [front.clone(), folder.path().join("missing.jpg")];
    let output = videoid(&files, &["--save", out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let words = String::from_utf8(output.stdout).unwrap();
    for expected in [
        front.to_str().unwrap(),
        "ERIKSSON",
        "ANNA MARIA",
        "D23145890",
        "px between the eyes",
    ] {
        assert!(words.contains(expected), "{expected} in {words}");
    }
    assert!(!words.contains("missing.jpg"), "{words}");
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains("missing.jpg"), "{complaint}");

    let document = picture(&out.join("document_front.document.jpg"));
    let ratio = document.width() as f64 / document.height() as f64;
    assert!((ratio - 85.6 / 53.98).abs() < 0.02, "ID-1: {ratio}");
    let portrait = picture(&out.join("document_front.portrait.jpg"));
    assert!(portrait.height() > portrait.width());
    assert!(portrait.width() < document.width() / 2);
    let faces = vision::face::detect(&portrait).unwrap();
    assert_eq!(faces.len(), 1, "the portrait shows its face");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let one = Picture::new(1, 1, vec![200, 30, 40]).unwrap();
    let file = saved(folder.path(), "one.jpg", &one);
    let mut child = Command::new(env!("CARGO_BIN_EXE_videoid"))
        .arg("read")
        .args([&file, &file])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), complaint.as_str()), (Some(0), ""));
}
