//! The pictures of the replay: JPEGs in the shake of a hand, or a film.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::defects::Defects;
use super::film::Film;
use super::touch::Touch;
use super::turn::{Head, turned};
use crate::convert::Rgb;
use crate::error::CameraError;
use crate::frame::{Payload, Scene, Turn};
use crate::{PREVIEW_HEIGHT, PREVIEW_WIDTH};

/// Different pictures before the motion repeats.
const LOOP: u64 = 24;
/// Pixels that the hand shakes a document, and a face moves in the recording scene.
const SHAKE: f64 = 3.0;
const SWAY: f64 = 16.0;
const PREVIEW_QUALITY: u8 = 84;
const STILL_QUALITY: u8 = 90;
/// Finished previews that are kept, some 200 KB each; specimens need [`LOOP`] a scene, and as many for each turn of the head.
const KEPT: usize = 180;

pub type Picture = (Payload, u32, u32);

pub struct Pictures {
    source: Source,
    touch: Touch,
    head: Head,
    defects: Defects,
    /// Finished previews by the picture shown, the step of the motion and that of the head.
    made: HashMap<(Key, u64, i32), (Bytes, u32, u32)>,
    /// The newest picture, larger than the preview by the room that it moves in, and that room.
    base: Option<(Key, Arc<Rgb>, Room)>,
}

enum Source {
    Specimens(Scene),
    Folder(Vec<PathBuf>),
    Film(Box<Film>),
}

/// Pixels across and down.
type Room = (u32, u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Specimen(Scene),
    File(usize),
}

impl Pictures {
    /// Errors: [`CameraError::Format`] for a folder without JPEGs and a file that is no video.
    pub fn open(path: Option<&Path>, seed: u32, defects: Defects) -> Result<Pictures, CameraError> {
        let source = match path {
            None => Source::Specimens(Scene::Face),
            Some(path) if path.is_dir() => Source::Folder(jpegs(path)?),
            Some(path) => Source::Film(Box::new(Film::open(path)?)),
        };
        Ok(Pictures {
            source,
            touch: Touch::new(seed),
            head: Head::default(),
            defects,
            made: HashMap::new(),
            base: None,
        })
    }

    pub fn show(&mut self, scene: Scene) {
        if let Source::Specimens(shown) = &mut self.source {
            *shown = scene;
        }
    }

    pub fn ask(&mut self, turn: Turn) {
        self.head.ask(turn);
    }

    /// Drops what was made with defects that are gone.
    fn renew(&mut self) {
        if self.defects.renew() {
            self.made.clear();
            self.base = None;
        }
    }

    pub fn preview(&mut self, number: u64) -> Result<Picture, CameraError> {
        self.renew();
        let Some(key) = self.key(number) else {
            return self.still(number);
        };
        let step = number % LOOP;
        let turn = match key {
            Key::Specimen(Scene::Video) => self.head.step(),
            _ => 0,
        };
        let (jpeg, width, height) = match self.made.get(&(key, step, turn)) {
            Some(made) => made.clone(),
            None => {
                let mut picture = self.moved(key, step, turn)?;
                self.touch.finish(&mut picture, step)?;
                let jpeg = picture.to_jpeg(PREVIEW_QUALITY)?;
                let made = (jpeg, picture.width, picture.height);
                if self.made.len() < KEPT {
                    self.made.insert((key, step, turn), made.clone());
                }
                made
            }
        };
        Ok((Payload::Mjpeg(jpeg), width, height))
    }

    pub fn still(&mut self, number: u64) -> Result<Picture, CameraError> {
        self.renew();
        let mut picture = match (self.key(number), &mut self.source) {
            (Some(key), _) => self.whole(key)?,
            (None, Source::Film(film)) => film.picture(number)?,
            (None, _) => return Err(CameraError::Format("nothing to play".into())),
        };
        self.touch.finish(&mut picture, number)?;
        let (width, height) = (picture.width, picture.height);
        let payload = match self.source {
            // Like a camera that sends pixels: nothing between the film and the recorder.
            Source::Film(_) => Payload::Rgb(picture.pixels.into()),
            _ => Payload::Mjpeg(picture.to_jpeg(STILL_QUALITY)?),
        };
        Ok((payload, width, height))
    }

    /// The JPEG that picture `number` shows; none in a film.
    fn key(&self, number: u64) -> Option<Key> {
        match &self.source {
            Source::Specimens(scene) => Some(Key::Specimen(*scene)),
            Source::Folder(files) => {
                Some(Key::File(number.checked_rem(files.len() as u64)? as usize))
            }
            Source::Film(_) => None,
        }
    }

    fn whole(&mut self, key: Key) -> Result<Rgb, CameraError> {
        match (key, &self.source) {
            (Key::File(place), Source::Folder(files)) => {
                let file = &files[place];
                let data = std::fs::read(file).map_err(|error| unplayable(file, error))?;
                Rgb::from_jpeg(&data).map_err(|error| unplayable(file, error))
            }
            (Key::Specimen(scene), _) => self.defects.picture(scene),
            (Key::File(_), _) => Err(CameraError::Format("nothing to play".into())),
        }
    }

    /// The picture at preview size at this step of its motion, the head turned so far.
    fn moved(&mut self, key: Key, step: u64, turn: i32) -> Result<Rgb, CameraError> {
        let (base, room) = match &self.base {
            Some((shown, base, room)) if *shown == key => (base.clone(), *room),
            _ => {
                let whole = self.whole(key)?;
                let (width, height) = fitting(whole.width, whole.height);
                let across = (2.0 * SWAY) as u32;
                let room = (across, across * height / width);
                let base = Arc::new(whole.resized(width + room.0, height + room.1)?);
                self.base = Some((key, base.clone(), room));
                (base, room)
            }
        };
        let reach = if key == Key::Specimen(Scene::Video) {
            SWAY
        } else {
            SHAKE
        };
        let base = match self.defects.turns() {
            Some(strength) if turn != 0 => Arc::new(turned(&base, turn, strength)),
            _ => base,
        };
        let phase = step as f64 / LOOP as f64 * std::f64::consts::TAU;
        let place = |room: u32, shift: f64| {
            let middle = f64::from(room / 2);
            (middle + shift.clamp(-middle, middle)) as u32
        };
        let (x, y) = (
            place(room.0, phase.sin() * reach),
            place(room.1, (2.0 * phase).sin() * reach / 2.0),
        );
        base.cropped(x, y, base.width - room.0, base.height - room.1)
            .ok_or_else(|| CameraError::Format("an empty picture".into()))
    }
}

/// The largest size of this shape inside the preview's, of even sides.
fn fitting(width: u32, height: u32) -> (u32, u32) {
    let share = |whole: u32, side: u32| f64::from(whole) / f64::from(side.max(1));
    let scale = share(PREVIEW_WIDTH, width).min(share(PREVIEW_HEIGHT, height));
    let even = |side: u32| ((f64::from(side) * scale / 2.0).round() as u32 * 2).max(2);
    (even(width), even(height))
}

fn jpegs(folder: &Path) -> Result<Vec<PathBuf>, CameraError> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|error| unplayable(folder, error))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| {
            file.extension().is_some_and(|end| {
                end.eq_ignore_ascii_case("jpg") || end.eq_ignore_ascii_case("jpeg")
            })
        })
        .collect();
    files.sort();
    if files.is_empty() {
        Err(unplayable(folder, "no JPEGs"))
    } else {
        Ok(files)
    }
}

pub fn unplayable(path: &Path, why: impl std::fmt::Display) -> CameraError {
    CameraError::Format(format!("{} cannot be played: {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn previews_keep_their_shape() {
        for (size, expected) in [
            ((1920, 1080), (1280, 720)),
            ((4000, 3000), (960, 720)),
            ((1080, 1920), (406, 720)),
            ((640, 360), (1280, 720)),
            ((9000, 10), (1280, 2)),
        ] {
            assert_eq!(fitting(size.0, size.1), expected, "{size:?}");
        }
    }
}
