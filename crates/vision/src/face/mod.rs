//! Faces: where they are, how they are held and lit, and whether two of them are one person's.

mod align;
mod detect;
mod network;
mod onnx;

use std::sync::OnceLock;

use serde::Serialize;

use crate::models::ModelError;
use crate::picture::Picture;
use crate::quality::{self, Area};
use crate::runtime::Network;
use detect::distance;
pub use detect::{Face, Point, UPRIGHT, clearest, detect, detect_in_turns, detect_live};

/// All turns by quarters but none.
pub const TURNS: [usize; 3] = [1, 2, 3];
/// Below so many pixels between the eyes a comparison is not reliable.
pub const LEAST_INTER_EYE_PX: f32 = 40.0;
/// Distance at which the similarity is 50, and the width of the slope there.
const EVEN_DISTANCE: f32 = 0.60;
const DISTANCE_SLOPE: f32 = 0.055;
/// How far the tip of the nose stands out, in distances between the eyes.
const NOSE_DEPTH: f32 = 0.62;

/// How the head is held, in degrees. Five points do not tell how far it is raised or lowered.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Pose {
    /// Turn; positive towards the picture's right. True within about 6° up to 40°.
    pub yaw_deg: f32,
    /// Tilt; positive clockwise in the picture.
    pub roll_deg: f32,
}

/// How well a face can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FaceQuality {
    /// Mean luma of the middle of the face, 0 to 255.
    pub luma: f32,
    /// Variance of the Laplacian of the aligned face, whatever its size in the picture.
    pub sharpness: f32,
}

/// What makes a face this person's; near ones are the same person's. Biometric data: its `Debug` shows nothing.
#[derive(Clone, PartialEq)]
pub struct Descriptor([f32; network::DESCRIPTOR_LENGTH]);

impl std::fmt::Debug for Descriptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Descriptor(***)")
    }
}

impl Descriptor {
    /// A made-up one; the distance of two is that of their places.
    #[cfg(test)]
    pub(crate) fn at(place: f32) -> Descriptor {
        let mut values = [0.0; network::DESCRIPTOR_LENGTH];
        values[0] = place;
        Descriptor(values)
    }

    /// Euclidean.
    pub fn distance(&self, other: &Descriptor) -> f32 {
        let squares = self.0.iter().zip(&other.0).map(|(a, b)| (a - b).powi(2));
        squares.sum::<f32>().sqrt()
    }
}

/// Two faces compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Comparison {
    /// Euclidean, of the descriptors.
    pub distance: f32,
    /// 0 to 100, 50 at the threshold; `None` where the comparison is not reliable.
    pub similarity: Option<u8>,
    pub reliable: bool,
    pub inter_eye_px: [f32; 2],
}

/// 0 to 100; 50 and more pass, 30 to 60 are for a person to look at.
pub fn similarity(distance: f32) -> u8 {
    let value = 100.0 / (1.0 + ((distance - EVEN_DISTANCE) / DISTANCE_SLOPE).exp());
    value.round() as u8
}

/// Compares a face of one picture with a face of another.
pub fn compare(a: (&Picture, &Face), b: (&Picture, &Face)) -> Result<Comparison, ModelError> {
    let distance = descriptor(a.0, a.1)?.distance(&descriptor(b.0, b.1)?);
    let inter_eye_px = [a.1.inter_eye_px(), b.1.inter_eye_px()];
    let reliable = inter_eye_px.iter().all(|&px| px >= LEAST_INTER_EYE_PX);
    Ok(Comparison {
        distance,
        similarity: reliable.then(|| similarity(distance)),
        reliable,
        inter_eye_px,
    })
}

/// Mean of the descriptors of the aligned face and of its mirror picture.
pub fn descriptor(picture: &Picture, face: &Face) -> Result<Descriptor, ModelError> {
    let unusable = || ModelError::Run {
        file: network::FILE,
        reason: "the points of the face lie on one another".to_owned(),
    };
    let chip = align::aligned(picture, face).ok_or_else(unusable)?;
    let (plain, mirrored) = (raw_descriptor(&chip, false)?, raw_descriptor(&chip, true)?);
    Ok(Descriptor(std::array::from_fn(|i| {
        (plain[i] + mirrored[i]) / 2.0
    })))
}

fn raw_descriptor(chip: &Picture, mirrored: bool) -> Result<Vec<f32>, ModelError> {
    let side = network::SIDE;
    let column = |x: usize| if mirrored { side - 1 - x } else { x };
    let mut input = Vec::with_capacity(side * side * 3);
    for c in 0..3 {
        for y in 0..side {
            input.extend((0..side).map(|x| f32::from(chip.rgb()[(y * side + column(x)) * 3 + c])));
        }
    }
    let outputs = descriptor_network()?.run(&[1, 3, side, side], input, &[network::OUTPUT])?;
    match outputs.into_iter().next() {
        Some(output) if output.values.len() == network::DESCRIPTOR_LENGTH => Ok(output.values),
        _ => Err(ModelError::Shape {
            file: network::FILE,
        }),
    }
}

fn descriptor_network() -> Result<&'static Network, ModelError> {
    static NETWORK: OnceLock<Network> = OnceLock::new();
    if let Some(network) = NETWORK.get() {
        return Ok(network);
    }
    let network = network::load()?;
    Ok(NETWORK.get_or_init(|| network))
}

/// How the head is held; `None` where the eyes are one point.
pub fn pose(face: &Face) -> Option<Pose> {
    let between = distance(face.left_eye, face.right_eye);
    if between < 1e-3 {
        return None;
    }
    let (dx, dy) = (
        face.right_eye[0] - face.left_eye[0],
        face.right_eye[1] - face.left_eye[1],
    );
    let middle = |a: Point, b: Point| [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
    let eyes = middle(face.left_eye, face.right_eye);
    // Along the line through the eyes, from the point between them.
    let along = |p: Point| ((p[0] - eyes[0]) * dx + (p[1] - eyes[1]) * dy) / between;
    let mouth = along(middle(face.left_mouth, face.right_mouth));
    let sine = (along(face.nose) - mouth / 2.0) / between / NOSE_DEPTH;
    Some(Pose {
        yaw_deg: sine.clamp(-1.0, 1.0).asin().to_degrees(),
        roll_deg: dy.atan2(dx).to_degrees(),
    })
}

/// Light and sharpness on the face; `None` where it lies outside the picture.
pub fn face_quality(picture: &Picture, face: &Face) -> Option<FaceQuality> {
    // The middle of the box: its corners show hair and background.
    let [left, top, width, height] = face.bounds;
    let middle = Area::within(
        picture,
        [
            left + width * 0.2,
            top + height * 0.2,
            width * 0.6,
            height * 0.6,
        ],
    )?;
    let chip = align::aligned(picture, face)?;
    Some(FaceQuality {
        luma: quality::light(picture, middle).mean_luma,
        sharpness: quality::sharpness(&chip, Area::all(&chip)),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A face as a camera sees it that stands far away: points in space, turned about the upright axis.
    fn turned(yaw: f32, roll: f32) -> Face {
        // Between the eyes 100; the mouth lies a little before the eyes, the nose well before them.
        let point = |x: f32, y: f32, depth: f32| {
            let x = x * yaw.to_radians().cos() + depth * yaw.to_radians().sin();
            let (sin, cos) = roll.to_radians().sin_cos();
            [300.0 + x * cos - y * sin, 200.0 + x * sin + y * cos]
        };
        Face {
            bounds: [230.0, 130.0, 140.0, 180.0],
            left_eye: point(-50.0, 0.0, 0.0),
            right_eye: point(50.0, 0.0, 0.0),
            nose: point(0.0, 55.0, 60.0),
            left_mouth: point(-40.0, 110.0, 0.0),
            right_mouth: point(40.0, 110.0, 0.0),
            score: 0.9,
        }
    }

    #[test]
    fn the_turn_of_a_head_has_its_sign_and_grows_with_the_turn() {
        for roll in [-20.0, 0.0, 15.0] {
            let ahead = pose(&turned(0.0, roll)).unwrap();
            assert!(ahead.yaw_deg.abs() < 0.1, "{ahead:?}");
            assert!((ahead.roll_deg - roll).abs() < 0.1, "{ahead:?}");
            let (right, left) = (
                pose(&turned(15.0, roll)).unwrap(),
                pose(&turned(-15.0, roll)).unwrap(),
            );
            assert!((10.0..20.0).contains(&right.yaw_deg), "{right:?}");
            assert!((right.yaw_deg + left.yaw_deg).abs() < 0.1, "{left:?}");
            assert!(pose(&turned(30.0, roll)).unwrap().yaw_deg > right.yaw_deg + 8.0);
        }
    }

    #[test]
    fn eyes_on_one_point_have_no_pose() {
        let mut face = turned(0.0, 0.0);
        face.left_eye = face.right_eye;
        assert_eq!(pose(&face), None);
    }

    #[test]
    fn similarity_is_fifty_at_the_threshold_and_falls() {
        for (distance, expected) in [
            (0.0, 100),
            (0.45, 94),
            (0.60, 50),
            (0.65, 29),
            (0.75, 6),
            (2.0, 0),
        ] {
            assert_eq!(similarity(distance), expected, "{distance}");
        }
    }

    #[test]
    fn descriptors_are_not_shown() {
        assert_eq!(
            format!("{:?}", Descriptor([0.5; network::DESCRIPTOR_LENGTH])),
            "Descriptor(***)"
        );
    }
}
