//! Planted defects of the specimens: what an operator may meet, for practice and tests.
//!
//! Each is a change to the picture of a scene at its full size, before the noise and the band.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::paint::{lay, shine, warped};
use crate::convert::Rgb;
use crate::error::CameraError;
use crate::frame::Scene;
use crate::specimen;

/// Something wrong with what stands before the replay camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// A lamp is reflected by the document.
    Glare,
    /// Out of focus.
    Blur,
    Dark,
    /// The document leans away from the camera.
    Tilted,
    TooFar,
    /// The card's other side.
    WrongSide,
    /// The document is partly outside the picture.
    PartOutside,
    /// The document's time is over.
    Expired,
    /// Somebody else than the document's holder.
    OtherPerson,
    /// Holder and somebody else.
    TwoFaces,
    /// Nobody.
    NoFace,
}

/// A defect, and until when. It is for the specimens; files are played as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlantedDefect {
    pub defect: Defect,
    /// Milliseconds since the replay was first opened; none for always.
    #[serde(default)]
    pub until_ms: Option<u64>,
}

impl From<Defect> for PlantedDefect {
    fn from(defect: Defect) -> PlantedDefect {
        PlantedDefect {
            defect,
            until_ms: None,
        }
    }
}

/// The defects of a replay, and which are there now.
pub struct Defects {
    planted: Vec<PlantedDefect>,
    began: Instant,
    present: Vec<Defect>,
    /// The newest picture that had to be changed.
    made: Option<(Scene, Rgb)>,
}

impl Defects {
    pub fn new(planted: Vec<PlantedDefect>, began: Instant) -> Defects {
        let mut defects = Defects {
            planted,
            began,
            present: Vec::new(),
            made: None,
        };
        defects.renew();
        defects
    }

    /// Looks which are still there; true where that has changed.
    pub fn renew(&mut self) -> bool {
        let now = self.began.elapsed();
        let there = |planted: &&PlantedDefect| {
            let until = planted.until_ms.map(Duration::from_millis);
            until.is_none_or(|until| now < until)
        };
        let there = self.planted.iter().filter(there).map(|p| p.defect);
        let present: Vec<Defect> = there.collect();
        let other = present != self.present;
        if other {
            self.present = present;
            self.made = None;
        }
        other
    }

    /// How much of a turn suits who stands there; none where that is nobody, or two.
    pub fn turns(&self) -> Option<f64> {
        let has = |defect| self.present.contains(&defect);
        if has(Defect::TwoFaces) || has(Defect::NoFace) {
            None
        } else if has(Defect::OtherPerson) {
            Some(OTHER_TURNS)
        } else {
            Some(1.0)
        }
    }

    /// The picture of a scene with the present defects.
    pub fn picture(&mut self, scene: Scene) -> Result<Rgb, CameraError> {
        if self.present.is_empty() {
            return Rgb::from_jpeg(specimen::picture(scene));
        }
        match &self.made {
            Some((made, picture)) if *made == scene => Ok(picture.clone()),
            _ => {
                let picture = picture(scene, &self.present)?;
                self.made = Some((scene, picture.clone()));
                Ok(picture)
            }
        }
    }
}

/// The specimen of a scene with these defects: what stands there first, then how it is held, then light and focus.
fn picture(scene: Scene, defects: &[Defect]) -> Result<Rgb, CameraError> {
    let has = |defect| defects.contains(&defect);
    let person = matches!(scene, Scene::Face | Scene::Video);
    let mut picture = if person {
        people(scene, &has)?
    } else {
        document(scene, &has)?
    };
    if !person {
        if has(Defect::Tilted) {
            picture = warped(&picture, leaning);
        }
        if has(Defect::TooFar) {
            picture = warped(&picture, |x, y| {
                (
                    W / 2.0 + (x - W / 2.0) / SHRUNK,
                    H / 2.0 + (y - H / 2.0) / SHRUNK,
                )
            });
        }
        if has(Defect::PartOutside) {
            picture = warped(&picture, |x, y| (x + OUTSIDE * W, y));
        }
        if has(Defect::Glare) {
            shine(&mut picture);
        }
    }
    if has(Defect::Blur) {
        // Each way the filter spreads by 0.4 of the factor: together 5 pixels.
        let (width, height) = (picture.width, picture.height);
        picture = picture
            .resized(width / SPREAD, height / SPREAD)?
            .resized(width, height)?;
    }
    if has(Defect::Dark) {
        for value in &mut picture.pixels {
            *value = (f32::from(*value) * DARK) as u8;
        }
    }
    Ok(picture)
}

/// Size of the specimens, as numbers to reckon with.
const W: f64 = 1920.0;
const H: f64 = 1080.0;

/// The card is 0.7 of the picture's width.
const SHRUNK: f64 = 0.5;
/// Part of the picture's width by which the document is moved out.
const OUTSIDE: f64 = 0.4;
const SPREAD: u32 = 9;
const DARK: f32 = 0.15;
/// How far the document leans, and the distance of the camera in pixels.
const LEANS_DEG: f64 = 28.0;
const DISTANCE: f64 = 1700.0;
/// What stands before a camera that looks at documents.
fn document(scene: Scene, has: &impl Fn(Defect) -> bool) -> Result<Rgb, CameraError> {
    let scene = match scene {
        Scene::DocumentFront if has(Defect::WrongSide) => Scene::DocumentRear,
        Scene::DocumentRear if has(Defect::WrongSide) => Scene::DocumentFront,
        scene => scene,
    };
    let mut picture = Rgb::from_jpeg(specimen::picture(scene))?;
    if has(Defect::Expired) {
        // Where `specimens/draw.py` cuts these parts out.
        let (part, x, y): (&[u8], u32, u32) = match scene {
            Scene::DocumentFront => (
                include_bytes!("../../specimens/expired_front.jpg"),
                1072,
                592,
            ),
            Scene::DocumentRear => (include_bytes!("../../specimens/expired_rear.jpg"), 320, 416),
            _ => (
                include_bytes!("../../specimens/expired_passport.jpg"),
                320,
                656,
            ),
        };
        lay(
            &mut picture,
            &Rgb::from_jpeg(part)?,
            (x.into(), y.into()),
            0.0,
        );
    }
    Ok(picture)
}

/// Somebody else: the tip of the nose in the picture, and how much larger it is shown for as much between the eyes as the specimen
/// has.
const OTHER: &[u8] = include_bytes!("../../specimens/face_other.jpg");
const OTHER_NOSE: (f64, f64) = (266.4, 240.1);
const OTHER_SCALE: f64 = 1.52;
const LOWER: f64 = 40.0;
/// Glasses hold the points of the eyes back: turned further, the face no longer shows it.
const OTHER_TURNS: f64 = 0.78;
/// The tip of the specimen's nose.
const NOSE: (f64, f64) = (957.4, 372.6);
/// Where two people stand, from where one would.
const ASIDE: f64 = 330.0;
/// Columns of the specimen that show nothing but the wall, dimly.
const WALL: f64 = 250.0;
/// Pixels over which a person fades into the wall.
const RIM: f64 = 60.0;

/// Who stands before a camera that looks at people.
fn people(scene: Scene, has: &impl Fn(Defect) -> bool) -> Result<Rgb, CameraError> {
    let specimen = Rgb::from_jpeg(specimen::picture(scene))?;
    let wall = |picture: &Rgb| warped(picture, |x, y| (W - WALL * (1.0 - x / W), y));
    if has(Defect::NoFace) {
        return Ok(wall(&specimen));
    }
    let other = |picture: &mut Rgb, (x, y): (f64, f64)| -> Result<(), CameraError> {
        let other = Rgb::from_jpeg(OTHER)?;
        let scaled = |side: u32| (f64::from(side) * OTHER_SCALE).round() as u32;
        let other = other.resized(scaled(other.width), scaled(other.height))?;
        let place = (
            x - OTHER_NOSE.0 * OTHER_SCALE,
            y - OTHER_NOSE.1 * OTHER_SCALE,
        );
        lay(picture, &other, place, RIM);
        Ok(())
    };
    let mut picture = specimen;
    if has(Defect::TwoFaces) {
        picture = warped(&picture, |x, y| (x + ASIDE, y));
        other(&mut picture, (NOSE.0 + ASIDE, NOSE.1))?;
    } else if has(Defect::OtherPerson) {
        picture = wall(&picture);
        // Where the head turns, the noses must be in one place; else the longer face is better off in the middle.
        let lower = if scene == Scene::Face { LOWER } else { 0.0 };
        other(&mut picture, (NOSE.0, NOSE.1 + lower))?;
    }
    Ok(picture)
}

/// Where a point of the leaning document is on the one that lies flat: it turns about the picture's horizontal axis.
fn leaning(x: f64, y: f64) -> (f64, f64) {
    let (u, v) = (x - W / 2.0, y - H / 2.0);
    let (sin, cos) = LEANS_DEG.to_radians().sin_cos();
    // On the document's plane: v = DISTANCE · t·cos / (DISTANCE + t·sin).
    let t = v * DISTANCE / (DISTANCE * cos - v * sin);
    let away = (DISTANCE + t * sin) / DISTANCE;
    (W / 2.0 + u * away, H / 2.0 + t)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(picture: &Rgb) -> f64 {
        let sum: u64 = picture.pixels.iter().map(|&value| u64::from(value)).sum();
        sum as f64 / picture.pixels.len() as f64
    }

    /// Mean change from pixel to pixel along the rows below the band.
    fn detail(picture: &Rgb) -> f64 {
        let below = &picture.pixels[picture.width as usize * 3 * 60..];
        let changes = below.chunks_exact(3).zip(below.chunks_exact(3).skip(1));
        let sum: u64 = changes.map(|(a, b)| u64::from(a[0].abs_diff(b[0]))).sum();
        sum as f64 / below.len() as f64
    }

    fn with(scene: Scene, defects: &[Defect]) -> Rgb {
        picture(scene, defects).unwrap()
    }

    #[test]
    fn each_defect_changes_the_scenes_that_it_is_about_and_no_other() {
        use Defect::*;
        let documents = [
            Scene::DocumentFront,
            Scene::DocumentRear,
            Scene::PassportPage,
        ];
        let untouched: Vec<Rgb> = documents.map(|scene| with(scene, &[])).into();
        let face = with(Scene::Face, &[]);
        for defect in [
            Glare,
            Blur,
            Dark,
            Tilted,
            TooFar,
            WrongSide,
            PartOutside,
            Expired,
            OtherPerson,
            TwoFaces,
            NoFace,
        ] {
            let people = matches!(defect, OtherPerson | TwoFaces | NoFace);
            for (scene, plain) in documents.iter().zip(&untouched) {
                let passes = people || (defect == WrongSide && *scene == Scene::PassportPage);
                let changed = with(*scene, &[defect]);
                assert_eq!(changed == *plain, passes, "{defect:?} {scene:?}");
                assert_eq!((changed.width, changed.height), (1920, 1080));
            }
            let everywhere = people || matches!(defect, Blur | Dark);
            assert_eq!(
                with(Scene::Face, &[defect]) != face,
                everywhere,
                "{defect:?}"
            );
        }
    }

    #[test]
    fn defects_are_what_their_names_say() {
        let front = with(Scene::DocumentFront, &[]);
        assert!(mean(&with(Scene::DocumentFront, &[Defect::Dark])) < mean(&front) * 0.16);
        let blurred = with(Scene::DocumentFront, &[Defect::Blur]);
        assert!(detail(&blurred) < detail(&front) * 0.6);
        let white = |picture: &Rgb| {
            picture
                .pixels
                .chunks_exact(3)
                .filter(|p| **p == [255; 3])
                .count()
        };
        let shining = white(&with(Scene::DocumentFront, &[Defect::Glare])) - white(&front);
        let card = 1344 * 848;
        assert!((card / 20..card / 12).contains(&shining), "{shining}");
        assert_eq!(
            with(Scene::DocumentFront, &[Defect::WrongSide]),
            with(Scene::DocumentRear, &[])
        );
    }

    #[test]
    fn the_expired_parts_fit_where_they_are_laid() {
        for scene in [
            Scene::DocumentFront,
            Scene::DocumentRear,
            Scene::PassportPage,
        ] {
            let (plain, expired) = (with(scene, &[]), with(scene, &[Defect::Expired]));
            let pixels = plain.pixels.iter().zip(&expired.pixels);
            let other = pixels.filter(|(a, b)| a.abs_diff(**b) > 40).count();
            // A few letters, and not everything that a part out of place would change.
            assert!((500..60_000).contains(&other), "{scene:?}: {other}");
        }
    }

    #[test]
    fn a_defect_goes_away_at_its_time() {
        let planted = vec![PlantedDefect {
            defect: Defect::Dark,
            until_ms: Some(60_000),
        }];
        let mut defects = Defects::new(planted, Instant::now());
        let dark = defects.picture(Scene::Face).unwrap();
        defects.began = defects.began.checked_sub(Duration::from_secs(60)).unwrap();
        assert!(defects.renew() && !defects.renew());
        assert!(mean(&defects.picture(Scene::Face).unwrap()) > mean(&dark) * 3.0);
    }
}
