//! Faces with five points each, by YuNet.

use std::sync::OnceLock;

use serde::Serialize;

use crate::models::{FACE_DETECTOR, ModelError};
use crate::picture::Picture;
use crate::runtime::{Network, Output};

/// The surest detections below this are taken for no face.
const LEAST_SCORE: f32 = 0.7;
/// Two boxes that share more than this part of their union are one face.
const MOST_OVERLAP: f32 = 0.3;
/// The network's cells, in pixels of its input; its sides are multiples of the largest.
const STRIDES: [usize; 3] = [8, 16, 32];
/// The longer side of what the network looks at first.
const LONG_SIDE: usize = 640;
/// A face is looked at again so large, in pixels of its longer side, where the first look shrank it by more than this.
const SECOND_LOOK_FACE: f32 = 120.0;
const SECOND_LOOK_SHRUNK: f32 = 1.5;
const SECOND_LOOK_SIDE: usize = 256;

const OUTPUTS: [&str; 12] = [
    "cls_8", "cls_16", "cls_32", "obj_8", "obj_16", "obj_32", "bbox_8", "bbox_16", "bbox_32",
    "kps_8", "kps_16", "kps_32",
];

pub type Point = [f32; 2];

/// In pixels of the picture; left and right are the picture's.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Face {
    /// Left, top, width, height; may reach beyond the picture.
    pub bounds: [f32; 4],
    pub left_eye: Point,
    pub right_eye: Point,
    pub nose: Point,
    pub left_mouth: Point,
    pub right_mouth: Point,
    /// 0 to 1.
    pub score: f32,
}

impl Face {
    /// Between the eyes, in pixels.
    pub fn inter_eye_px(&self) -> f32 {
        distance(self.left_eye, self.right_eye)
    }

    pub(super) fn points(&self) -> [Point; 5] {
        [
            self.left_eye,
            self.right_eye,
            self.nose,
            self.left_mouth,
            self.right_mouth,
        ]
    }

    fn area(&self) -> f32 {
        self.bounds[2] * self.bounds[3]
    }

    fn moved(&self, to: impl Fn(Point) -> Point, scale: f32) -> Face {
        let [left, top] = to([self.bounds[0], self.bounds[1]]);
        Face {
            bounds: [left, top, self.bounds[2] * scale, self.bounds[3] * scale],
            left_eye: to(self.left_eye),
            right_eye: to(self.right_eye),
            nose: to(self.nose),
            left_mouth: to(self.left_mouth),
            right_mouth: to(self.right_mouth),
            score: self.score,
        }
    }

    /// The same face in the picture that, turned clockwise by so many quarters, became one of `width` × `height` in which it was
    /// found.
    fn turned_back(&self, quarters: usize, width: f32, height: f32) -> Face {
        let back = |[x, y]: Point| match quarters % 4 {
            0 => [x, y],
            1 => [y, width - x],
            2 => [width - x, height - y],
            _ => [height - y, x],
        };
        let mut face = self.moved(back, 1.0);
        let [x, y, w, h] = self.bounds;
        let (a, b) = (back([x, y]), back([x + w, y + h]));
        let side = |i: usize| (a[i] - b[i]).abs();
        face.bounds = [a[0].min(b[0]), a[1].min(b[1]), side(0), side(1)];
        face
    }

    /// Shared part of the union of both boxes.
    fn overlap(&self, other: &Face) -> f32 {
        let [ax, ay, aw, ah] = self.bounds;
        let [bx, by, bw, bh] = other.bounds;
        let width = (ax + aw).min(bx + bw) - ax.max(bx);
        let height = (ay + ah).min(by + bh) - ay.max(by);
        let shared = width.max(0.0) * height.max(0.0);
        shared / (self.area() + other.area() - shared).max(1e-6)
    }
}

pub(super) fn distance(a: Point, b: Point) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// The longer side of what is looked at in a live picture, and how near faces must be for it: some 25 pixels wide there.
const LIVE_SIDE: usize = 320;

/// As [`detect`] at a fifth of its cost, for live pictures: faces that fill less than a tenth of the width are not found.
pub fn detect_live(picture: &Picture) -> Result<Vec<Face>, ModelError> {
    let long = picture.width().max(picture.height());
    let scale = (long as f32 / LIVE_SIDE as f32).max(1.0);
    let side = |length: usize| ((length as f32 / scale).round() as usize).max(1);
    let (width, height) = (side(picture.width()), side(picture.height()));
    let small = crate::document::shrunk(picture, width, height)
        .and_then(|rgb| Picture::new(width, height, rgb))
        .ok_or(ModelError::Run {
            file: FACE_DETECTOR.name,
            reason: "the picture could not be scaled".to_owned(),
        })?;
    let back = |p: Point| p.map(|v| (v + 0.5) * scale - 0.5);
    let found = look(&small, [0.0, 0.0], 1.0, [width, height])?;
    let mut faces: Vec<Face> = found.iter().map(|face| face.moved(back, scale)).collect();
    faces.sort_by(|a, b| b.area().total_cmp(&a.area()));
    Ok(faces)
}

/// All faces, the largest first.
pub fn detect(picture: &Picture) -> Result<Vec<Face>, ModelError> {
    let long = picture.width().max(picture.height());
    let scale = (long as f32 / LONG_SIDE as f32).max(1.0);
    let mut faces = look(
        picture,
        [0.0, 0.0],
        scale,
        [picture.width(), picture.height()],
    )?;
    if scale > SECOND_LOOK_SHRUNK {
        for face in &mut faces {
            *face = second_look(picture, face, scale)?;
        }
        faces = apart(faces);
    }
    faces.sort_by(|a, b| b.area().total_cmp(&a.area()));
    Ok(faces)
}

/// The same face at a better scale, where it is found again: its points are truer.
fn second_look(picture: &Picture, face: &Face, first_scale: f32) -> Result<Face, ModelError> {
    let [left, top, width, height] = face.bounds;
    let scale = (width.max(height) / SECOND_LOOK_FACE).max(1.0);
    if scale >= first_scale {
        return Ok(face.clone());
    }
    let half = SECOND_LOOK_SIDE as f32 * scale / 2.0;
    let from = [left + width / 2.0 - half, top + height / 2.0 - half];
    let side = (2.0 * half) as usize;
    let again = look(picture, from, scale, [side, side])?;
    let same = again
        .into_iter()
        .max_by(|a, b| a.overlap(face).total_cmp(&b.overlap(face)))
        .filter(|found| found.overlap(face) > 0.5);
    Ok(same.unwrap_or_else(|| face.clone()))
}

/// Looks at a part of the picture, from a point, shrunk by `scale`.
fn look(
    picture: &Picture,
    from: Point,
    scale: f32,
    part: [usize; 2],
) -> Result<Vec<Face>, ModelError> {
    let [width, height] = part.map(|length| {
        let shrunk = (length as f32 / scale).round() as usize;
        shrunk.max(1).next_multiple_of(STRIDES[2])
    });
    // Pixels' middles lie at whole numbers, edges at halves.
    let place = |x: f32, axis: usize| (x + 0.5) * scale - 0.5 + from[axis];
    let seen = picture.sampled(width, height, scale, |x, y| (place(x, 0), place(y, 1)));
    let faces = run(&seen)?;
    let inside = [picture.width() as f32, picture.height() as f32];
    let back = |p: Point| [place(p[0], 0), place(p[1], 1)];
    Ok(faces
        .into_iter()
        .map(|face| face.moved(back, scale))
        // The edge's colour beyond the edge may look like anything.
        .filter(|face| (0..2).all(|axis| face.nose[axis] >= 0.0 && face.nose[axis] < inside[axis]))
        .collect())
}

fn network() -> Result<&'static Network, ModelError> {
    static NETWORK: OnceLock<Network> = OnceLock::new();
    if let Some(network) = NETWORK.get() {
        return Ok(network);
    }
    let onnx = of_any_size(FACE_DETECTOR.verified()?)?;
    let network = Network::load(FACE_DETECTOR.name, onnx)?;
    Ok(NETWORK.get_or_init(|| network))
}

/// The file says that its input has 640×640 pixels, though nothing in it depends on that: the two lengths become
/// names in place, which makes neither the file nor the messages in it longer.
fn of_any_size(onnx: &[u8]) -> Result<Vec<u8>, ModelError> {
    const FIXED: [u8; 10] = [0x0A, 3, 0x08, 0x80, 5, 0x0A, 3, 0x08, 0x80, 5];
    const NAMED: [u8; 10] = [0x0A, 3, 0x12, 1, b'h', 0x0A, 3, 0x12, 1, b'w'];
    let mut places = onnx
        .windows(FIXED.len())
        .enumerate()
        .filter(|(_, window)| *window == FIXED);
    let (Some((at, _)), None) = (places.next(), places.next()) else {
        return Err(ModelError::Load {
            file: FACE_DETECTOR.name,
            reason: "the size of its input is not where it was".to_owned(),
        });
    };
    let mut onnx = onnx.to_vec();
    onnx[at..at + NAMED.len()].copy_from_slice(&NAMED);
    Ok(onnx)
}

/// Sides are multiples of the largest stride.
fn run(picture: &Picture) -> Result<Vec<Face>, ModelError> {
    let (width, height) = (picture.width(), picture.height());
    let blue_first = [2, 1, 0];
    let input = picture.planes(blue_first, f32::from);
    let outputs = network()?.run(&[1, 3, height, width], input, &OUTPUTS)?;
    let mut faces = Vec::new();
    for (i, stride) in STRIDES.into_iter().enumerate() {
        let of = |kind: usize| &outputs[kind * STRIDES.len() + i];
        let cells = (width / stride) * (height / stride);
        for (kind, length) in [(0, 1), (1, 1), (2, 4), (3, 10)] {
            if of(kind).last != length || of(kind).values.len() != cells * length {
                return Err(ModelError::Shape {
                    file: FACE_DETECTOR.name,
                });
            }
        }
        faces.extend(decode([of(0), of(1), of(2), of(3)], stride, width / stride));
    }
    Ok(apart(faces))
}

fn decode(
    [class, object, bounds, points]: [&Output; 4],
    stride: usize,
    columns: usize,
) -> Vec<Face> {
    let size = stride as f32;
    let likely = class.values.iter().zip(&object.values).enumerate();
    likely
        .filter_map(|(cell, (class, object))| {
            let score = (class.clamp(0.0, 1.0) * object.clamp(0.0, 1.0)).sqrt();
            if score < LEAST_SCORE {
                return None;
            }
            let (column, row) = ((cell % columns) as f32, (cell / columns) as f32);
            let b = &bounds.values[cell * 4..][..4];
            let (width, height) = (b[2].exp() * size, b[3].exp() * size);
            let p = &points.values[cell * 10..][..10];
            let point = |n: usize| [(p[2 * n] + column) * size, (p[2 * n + 1] + row) * size];
            let [left, top] = [
                (column + b[0]) * size - width / 2.0,
                (row + b[1]) * size - height / 2.0,
            ];
            let face = Face {
                bounds: [left, top, width, height],
                left_eye: point(0),
                right_eye: point(1),
                nose: point(2),
                left_mouth: point(3),
                right_mouth: point(4),
                score,
            };
            let numbers = face.bounds.iter().chain(p);
            (width > 0.0 && height > 0.0 && numbers.into_iter().all(|v| v.is_finite()))
                .then_some(face)
        })
        .collect()
}

/// Of boxes that are one face, the surest.
fn apart(mut faces: Vec<Face>) -> Vec<Face> {
    faces.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Face> = Vec::new();
    for face in faces {
        if kept
            .iter()
            .all(|other| other.overlap(&face) <= MOST_OVERLAP)
        {
            kept.push(face);
        }
    }
    kept
}

/// A face that is clearer than this is upright; those that lie or stand on their head were found with .71 to .85 here, with
/// points in wrong places, upright ones with .92 and more.
pub const UPRIGHT: f32 = 0.88;

/// The score of the clearest of some faces; 0 where there is none.
pub fn clearest(faces: &[Face]) -> f32 {
    faces.iter().map(|face| face.score).fold(0.0, f32::max)
}

/// [`detect`], and where that finds no upright face, in that of these turns (clockwise, in quarters) in which a face is:
/// pictures lie on their side, and nothing in the file says so. In pixels of the picture as it lies.
pub fn detect_in_turns(picture: &Picture, turns: &[usize]) -> Result<Vec<Face>, ModelError> {
    let mut best = detect(picture)?;
    if clearest(&best) > UPRIGHT {
        return Ok(best);
    }
    for quarters in turns {
        let turned = picture.quarter_turned(*quarters);
        let (width, height) = (turned.width() as f32, turned.height() as f32);
        let found: Vec<Face> = detect(&turned)?
            .iter()
            .map(|face| face.turned_back(*quarters, width, height))
            .collect();
        if clearest(&found) > clearest(&best).max(UPRIGHT) {
            best = found;
        }
    }
    Ok(best)
}
