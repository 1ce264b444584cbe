//! Faces in pictures: one person on two pictures, another one, and pictures without any.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use vision::Picture;
use vision::face::{Face, TURNS, compare, detect, detect_in_turns, face_quality, pose};
use vision::intake::read;

static SELFIE: &[u8] = include_bytes!("../../camera/specimens/face.jpg");
static CARD: &[u8] = include_bytes!("../../camera/specimens/document_front.jpg");
static PASSPORT: &[u8] = include_bytes!("../../camera/specimens/passport_page.jpg");
static REAR: &[u8] = include_bytes!("../../camera/specimens/document_rear.jpg");
static OTHER: &[u8] = include_bytes!("data/face_other.jpg");

fn only_face(bytes: &[u8]) -> (Picture, Face) {
    let picture = read(bytes).unwrap();
    let mut faces = detect(&picture).unwrap();
    assert_eq!(faces.len(), 1, "{faces:?}");
    (picture, faces.remove(0))
}

/// Shrunk by whole numbers, each pixel the mean of those under it.
fn shrunk(picture: &Picture, by: usize) -> Picture {
    let (w, h) = (picture.width() / by, picture.height() / by);
    let mut rgb = Vec::new();
    for at in 0..w * h * 3 {
        let (x, y, c) = (at / 3 % w, at / 3 / w, at % 3);
        let under = (0..by * by).map(|i| {
            let (u, v) = (x * by + i % by, y * by + i / by);
            usize::from(picture.rgb()[(v * picture.width() + u) * 3 + c])
        });
        rgb.push((under.sum::<usize>() / (by * by)) as u8);
    }
    Picture::new(w, h, rgb).unwrap()
}

#[test]
fn a_picture_on_its_side_has_the_same_face() {
    let (picture, face) = only_face(SELFIE);
    for quarters in TURNS {
        let turned = picture.quarter_turned(quarters);
        let faces = detect_in_turns(&turned, &TURNS).unwrap();
        assert_eq!(faces.len(), 1, "{quarters}: {faces:?}");
        let found = compare((&picture, &face), (&turned, &faces[0])).unwrap();
        assert!(found.similarity.unwrap() > 95, "{quarters}: {found:?}");
        let [x, y, w, h] = faces[0].bounds;
        let [nose_x, nose_y] = faces[0].nose;
        assert!((x..x + w).contains(&nose_x) && (y..y + h).contains(&nose_y));
    }
    assert!(
        detect_in_turns(&read(REAR).unwrap(), &TURNS)
            .unwrap()
            .is_empty()
    );
}

#[test]
fn the_same_person_is_similar_and_another_is_not() {
    let pictures = [SELFIE, CARD, PASSPORT, OTHER].map(only_face);
    let [selfie, card, passport, other] =
        pictures.each_ref().map(|(picture, face)| (picture, face));
    for (name, a, b, same) in [
        ("selfie, card", selfie, card, true),
        ("selfie, passport", selfie, passport, true),
        ("selfie, other", selfie, other, false),
        ("card, other", card, other, false),
    ] {
        let found = compare(a, b).unwrap();
        assert!(found.reliable, "{name}: {found:?}");
        let similarity = found.similarity.unwrap();
        assert_eq!(similarity >= 50, same, "{name}: {found:?}");
        assert!(!same || similarity > 90, "{name}: {found:?}");
    }
    let itself = compare(selfie, selfie).unwrap();
    assert!(
        itself.distance < 1e-3 && itself.similarity == Some(100),
        "{itself:?}"
    );
}

#[test]
fn a_small_face_gets_no_number() {
    let (picture, face) = only_face(OTHER);
    let small = shrunk(&picture, 4);
    let found = detect(&small).unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].inter_eye_px() < 40.0);
    let compared = compare((&picture, &face), (&small, &found[0])).unwrap();
    assert!(
        !compared.reliable && compared.similarity.is_none(),
        "{compared:?}"
    );
    assert!(compared.inter_eye_px[1] < 40.0 && compared.inter_eye_px[0] >= 40.0);
}

#[test]
fn no_face_where_there_is_none() {
    let empty = [
        read(REAR).unwrap(),
        Picture::new(1, 1, vec![128; 3]).unwrap(),
        Picture::new(3000, 1, vec![90; 9000]).unwrap(),
        Picture::new(
            300,
            200,
            (0..180_000u32)
                .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
                .collect(),
        )
        .unwrap(),
    ];
    for picture in &empty {
        assert_eq!(detect(picture).unwrap(), Vec::<Face>::new(), "{picture:?}");
    }
}

#[test]
fn two_faces_are_two_and_the_larger_comes_first() {
    let (large, _) = only_face(OTHER);
    let small = shrunk(&large, 2);
    let (w, h) = (large.width() + small.width(), large.height());
    let mut rgb = vec![60u8; w * h * 3];
    for (picture, left) in [(&small, 0), (&large, small.width())] {
        for y in 0..picture.height() {
            let row = &picture.rgb()[y * picture.width() * 3..(y + 1) * picture.width() * 3];
            rgb[(y * w + left) * 3..][..row.len()].copy_from_slice(row);
        }
    }
    let faces = detect(&Picture::new(w, h, rgb).unwrap()).unwrap();
    assert_eq!(faces.len(), 2, "{faces:?}");
    assert!(faces[0].nose[0] > small.width() as f32 && faces[1].nose[0] < small.width() as f32);
    assert!(faces[0].inter_eye_px() > 1.6 * faces[1].inter_eye_px());
}

#[test]
fn the_points_lie_as_a_face_has_them() {
    for bytes in [SELFIE, CARD, PASSPORT, OTHER] {
        let (picture, face) = only_face(bytes);
        assert!(face.left_eye[0] < face.nose[0] && face.nose[0] < face.right_eye[0]);
        assert!(face.left_mouth[0] < face.right_mouth[0]);
        assert!(face.left_eye[1] < face.nose[1] && face.nose[1] < face.left_mouth[1]);
        let pose = pose(&face).unwrap();
        assert!(
            pose.yaw_deg.abs() < 20.0 && pose.roll_deg.abs() < 15.0,
            "{pose:?}"
        );
        let quality = face_quality(&picture, &face).unwrap();
        assert!((40.0..215.0).contains(&quality.luma), "{quality:?}");
    }
}

#[test]
fn a_blurred_face_is_less_sharp_and_a_dark_one_darker() {
    let (picture, face) = only_face(OTHER);
    let clear = face_quality(&picture, &face).unwrap();
    let dark = Picture::new(
        picture.width(),
        picture.height(),
        picture.rgb().iter().map(|v| v / 4).collect(),
    )
    .unwrap();
    let dark = face_quality(&dark, &face).unwrap();
    assert!(dark.luma < clear.luma / 3.0);
    let coarse = shrunk(&picture, 4);
    let (w, h) = (coarse.width() * 4, coarse.height() * 4);
    let at = |i: usize| coarse.rgb()[(i / 3 / w / 4 * coarse.width() + i / 3 % w / 4) * 3 + i % 3];
    let blocks = Picture::new(w, h, (0..w * h * 3).map(at).collect()).unwrap();
    // Blocks have edges; what is shrunk again has lost them.
    let soft = shrunk(&blocks, 4);
    let found = detect(&soft).unwrap();
    let soft = face_quality(&soft, &found[0]).unwrap();
    assert!(soft.sharpness < clear.sharpness / 2.0, "{soft:?} {clear:?}");
}
