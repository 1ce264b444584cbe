//! Documents in pictures: where they are, that nothing else is taken for one, and what straightening keeps.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use vision::Picture;
use vision::document::{Format, Outline, follow, locate, look, look_quickly, straighten};
use vision::intake::read;

static FRONT: &[u8] = include_bytes!("../../camera/specimens/document_front.jpg");
static REAR: &[u8] = include_bytes!("../../camera/specimens/document_rear.jpg");
static PASSPORT: &[u8] = include_bytes!("../../camera/specimens/passport_page.jpg");
static SELFIE: &[u8] = include_bytes!("../../camera/specimens/face.jpg");
static OTHER: &[u8] = include_bytes!("data/face_other.jpg");

/// Where `draw.py` puts a document of that size: in the frame's middle, 46 px lower, turned about the middle.
fn drawn(width: f32, height: f32, turn_deg: f32) -> [[f32; 2]; 4] {
    let (sin, cos) = turn_deg.to_radians().sin_cos();
    let (w, h) = (width / 2.0, height / 2.0);
    [[-w, -h], [w, -h], [w, h], [-w, h]].map(|[x, y]| {
        let y = y + 46.0;
        [960.0 + x * cos - y * sin, 540.0 + x * sin + y * cos]
    })
}

/// Distance of the worst corner, as a share of the document's width, whichever corner comes first.
fn error(found: &Outline, truth: &[[f32; 2]; 4]) -> f32 {
    let worst = |found: &Outline| {
        let off = found.corners.iter().zip(truth);
        off.map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1]))
            .fold(0.0, f32::max)
    };
    let width = Outline {
        corners: *truth,
        score: 1.0,
    }
    .width_px();
    (0..4)
        .map(|quarters| worst(&found.turned(quarters)) / width)
        .fold(f32::MAX, f32::min)
}

#[test]
fn the_specimens_are_found_to_a_hundredth() {
    for (bytes, truth, format) in [
        (FRONT, drawn(1344.0, 848.0, -0.7), Format::Id1),
        (REAR, drawn(1344.0, 848.0, 0.5), Format::Id1),
        (PASSPORT, drawn(1344.0, 946.0, -0.4), Format::Id3),
    ] {
        let picture = read(bytes).unwrap();
        let located = look(&picture).unwrap();
        let outline = located.outline.unwrap();
        let off = error(&outline, &truth);
        assert!(off < 0.01, "{off}: {outline:?}, {truth:?}");
        assert_eq!(outline.format(&picture), format);
        assert!(outline.tilt_deg(&picture) < 6.0 && outline.roll_deg().abs() < 2.0);
        assert!(!located.corner_cut_off && located.presence > 0.3);
        assert!(outline.score > 0.9, "{outline:?}");
        let quick = look_quickly(&picture).unwrap().outline.unwrap();
        let off = error(&quick, &truth);
        assert!(off < 0.03, "{off}: {quick:?}");
        assert_eq!(locate(&picture).unwrap(), Some(outline));
    }
}

/// A colour for every pixel of a frame.
fn painted(width: usize, height: usize, colour: impl Fn(f32, f32) -> [u8; 3]) -> Picture {
    let rgb = (0..width * height)
        .flat_map(|i| colour((i % width) as f32, (i / width) as f32))
        .collect();
    Picture::new(width, height, rgb).unwrap()
}

fn pixel(picture: &Picture, x: f32, y: f32) -> [u8; 3] {
    let clip = |v: f32, size: usize| (v.round().max(0.0) as usize).min(size - 1);
    let at = (clip(y, picture.height()) * picture.width() + clip(x, picture.width())) * 3;
    picture.rgb()[at..at + 3].try_into().unwrap()
}

/// The specimen's card, held into another picture: its middle, its width and its roll.
fn held(
    card: &Picture,
    into: &Picture,
    middle: [f32; 2],
    width: f32,
    roll_deg: f32,
) -> (Picture, [[f32; 2]; 4]) {
    let (sin, cos) = roll_deg.to_radians().sin_cos();
    let height = width * 53.98 / 85.60;
    let (w, h) = (width / 2.0, height / 2.0);
    let rounded = width * 3.2 / 85.60;
    let corners = [[-w, -h], [w, -h], [w, h], [-w, h]]
        .map(|[x, y]| [middle[0] + x * cos - y * sin, middle[1] + x * sin + y * cos]);
    let picture = painted(into.width(), into.height(), |x, y| {
        let (x_off, y_off) = (x - middle[0], y - middle[1]);
        let (u, v) = (x_off * cos + y_off * sin, y_off * cos - x_off * sin);
        let beyond = |at: f32, most: f32| (at.abs() - most + rounded).max(0.0);
        if beyond(u, w).hypot(beyond(v, h)) > rounded {
            return pixel(into, x, y);
        }
        let at = |at: f32, half: f32, size: usize| (at + half) / (2.0 * half) * size as f32 - 0.5;
        pixel(card, at(u, w, card.width()), at(v, h, card.height()))
    });
    (picture, corners)
}

fn straight_card() -> Picture {
    let picture = read(FRONT).unwrap();
    let outline = look(&picture).unwrap().outline.unwrap();
    straighten(&picture, &outline, Format::Id1).unwrap().picture
}

/// The part of the selfie below its yellow band, smaller: a person before a wall.
fn person() -> Picture {
    let selfie = read(SELFIE).unwrap();
    painted(960, 540, |x, y| {
        pixel(&selfie, 40.0 + x * 1.9, 60.0 + y * 1.88)
    })
}

#[test]
fn a_card_before_a_person_is_found_wherever_it_is_held() {
    let (card, person) = (straight_card(), person());
    for (middle, width, roll) in [
        ([480.0, 300.0], 520.0, 0.0),
        ([400.0, 280.0], 480.0, 9.0),
        ([520.0, 290.0], 600.0, -7.0),
        ([600.0, 330.0], 420.0, -16.0),
        ([470.0, 270.0], 700.0, 4.0),
    ] {
        let (picture, truth) = held(&card, &person, middle, width, roll);
        let outline = look(&picture).unwrap().outline.unwrap();
        let off = error(&outline, &truth);
        assert!(off < 0.02, "{middle:?} {width} {roll}: {off}, {outline:?}");
        assert!((outline.roll_deg() - roll).abs() < 1.5);
    }
}

#[test]
fn a_card_is_followed_while_it_is_there() {
    let (card, person) = (straight_card(), person());
    let (width, roll) = (520.0, 3.0);
    let (first, truth) = held(&card, &person, [430.0, 280.0], width, roll);
    let mut corners = look_quickly(&first).unwrap().outline.unwrap().corners;
    assert!(follow(&first, &truth).unwrap().is_some());
    for step in 1..6 {
        let by = step as f32;
        let middle = [430.0 + 22.0 * by, 280.0 + 4.0 * by];
        let (picture, truth) = held(&card, &person, middle, width, roll - by);
        let located = follow(&picture, &corners).unwrap().unwrap();
        let outline = located.outline.unwrap();
        let off = error(&outline, &truth);
        assert!(off < 0.02, "{step}: {off}, {outline:?}");
        assert!((outline.area() / (truth_area(&truth)) - 1.0).abs() < 0.04);
        assert!(!located.corner_cut_off && located.presence > 0.2);
        corners = outline.corners;
    }
    // Taken away, and moved beyond the frame's edge.
    assert_eq!(follow(&person, &corners).unwrap(), None);
    let (gone, _) = held(&card, &person, [790.0, 300.0], width, -2.0);
    assert_eq!(follow(&gone, &corners).unwrap(), None);
}

fn truth_area(corners: &[[f32; 2]; 4]) -> f32 {
    let side =
        |a: usize, b: usize| (corners[a][0] - corners[b][0]).hypot(corners[a][1] - corners[b][1]);
    side(0, 1) * side(1, 2)
}

#[test]
fn a_card_beyond_the_frame_is_noticed_and_not_guessed() {
    let (picture, _) = held(&straight_card(), &person(), [90.0, 300.0], 520.0, 0.0);
    let located = look(&picture).unwrap();
    assert_eq!(located.outline, None);
    assert!(located.corner_cut_off && located.presence > 0.05);
}

#[test]
fn nothing_else_is_a_document() {
    let frame = |colour: fn(f32, f32) -> [u8; 3]| painted(960, 540, colour);
    let inside = |x: f32, y: f32, [left, top, right, bottom]: [f32; 4]| {
        x > left && x < right && y > top && y < bottom
    };
    let sheet = painted(960, 540, |x, y| {
        // A written sheet on a desk, upright.
        match inside(x, y, [330.0, 40.0, 640.0, 500.0]) {
            true if y % 24.0 < 3.0 && inside(x, y, [370.0, 90.0, 600.0, 450.0]) => [60; 3],
            true => [238, 238, 234],
            false => [120, 92, 66],
        }
    });
    let window = painted(960, 540, |x, y| {
        match (x % 240.0 < 14.0, y % 270.0 < 14.0) {
            (false, false) => [205, 222, 240],
            _ => [96, 88, 80],
        }
    });
    for (name, picture) in [
        ("selfie", read(SELFIE).unwrap()),
        ("person", person()),
        ("portrait", read(OTHER).unwrap()),
        ("grey", frame(|_, _| [128; 3])),
        ("black", frame(|_, _| [0; 3])),
        (
            "chequers",
            frame(|x, y| {
                let odd = ((x / 60.0) as usize + (y / 60.0) as usize) % 2 == 1;
                if odd { [200, 190, 180] } else { [60, 70, 90] }
            }),
        ),
        ("written sheet", sheet),
        ("window", window),
    ] {
        for located in [look(&picture).unwrap(), look_quickly(&picture).unwrap()] {
            assert_eq!(located.outline, None, "{name}");
        }
    }
}

#[test]
fn straightened_it_keeps_its_colours_and_says_its_resolution() {
    let picture = read(FRONT).unwrap();
    let truth = drawn(1344.0, 848.0, -0.7);
    let outline = look(&picture).unwrap().outline.unwrap();
    let straight = straighten(&picture, &outline, Format::Id1).unwrap();
    let card = &straight.picture;
    // 1344 pixels on 85.60 mm.
    assert!((straight.dpi - 398.8).abs() < 4.0, "{} dpi", straight.dpi);
    let aspect = card.width() as f32 / card.height() as f32;
    assert!((aspect - 85.60 / 53.98).abs() < 0.01);
    // Means of a small field in the band, in the background, in the jacket of the portrait.
    for [u, v] in [[0.75, 0.05], [0.62, 0.90], [0.20, 0.70], [0.5, 0.96]] {
        let mean = |picture: &Picture, x: f32, y: f32| -> [f32; 3] {
            let mut sum = [0.0; 3];
            for i in 0..49 {
                let at = pixel(picture, x + (i % 7) as f32 - 3.0, y + (i / 7) as f32 - 3.0);
                sum = std::array::from_fn(|c| sum[c] + f32::from(at[c]) / 49.0);
            }
            sum
        };
        let seen: [f32; 2] = std::array::from_fn(|k| {
            let top = truth[0][k] + (truth[1][k] - truth[0][k]) * u;
            let bottom = truth[3][k] + (truth[2][k] - truth[3][k]) * u;
            top + (bottom - top) * v
        });
        let before = mean(&picture, seen[0], seen[1]);
        let after = mean(card, u * card.width() as f32, v * card.height() as f32);
        for (a, b) in before.iter().zip(after) {
            assert!((a - b).abs() < 8.0, "at {u} {v}: {before:?} {after:?}");
        }
    }
}
