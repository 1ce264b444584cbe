//! A picture of a document read whole: where the document is and which way up, its zone, its print, its faces.

mod copy;

use std::time::Instant;

use serde::Serialize;
use thiserror::Error;
use time::Date;

use crate::document::{
    self, Format, Located, Outline, Side, Straightened, layout, portrait_area, straighten,
};
use crate::face::{self, Face, Point};
use crate::models::ModelError;
use crate::mrz::{MrzKind, MrzModelError, MrzReading, read_mrz_on};
use crate::picture::Picture;
use crate::printed::{self, PrintedLine};
use crate::quality::{self, Area, Glare};
pub use copy::{CopyCues, copy_cues};

#[derive(Debug, Error)]
pub enum ReadingError {
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Zone(#[from] MrzModelError),
}

/// What is to be read besides zone, document and faces.
#[derive(Debug, Clone, Copy)]
pub struct Wants {
    /// The printed text: by far the slowest part.
    pub printed: bool,
}

/// What a picture shows. Personal data: its `Debug` shows none.
pub struct Reading {
    pub document: Option<FoundDocument>,
    /// The picture that was read besides the zone: the straightened document; where no outline was found, the picture itself,
    /// turned so that it can be read.
    pub upright: Picture,
    pub quality: Quality,
    pub zone: Option<MrzReading>,
    /// In pixels of `upright`; empty where it was not wanted.
    pub printed: Vec<PrintedLine>,
    /// Faces in the picture as it came, largest first.
    pub faces: Vec<Face>,
    /// Faces on `upright`, largest first.
    pub document_faces: Vec<Face>,
    /// The holder's portrait in pixels of `upright`: left, top, width, height.
    pub portrait: Option<[u32; 4]>,
    pub copy_cues: CopyCues,
    pub ms: Times,
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading")
            .field("document", &self.document)
            .field("zone", &self.zone)
            .field("printed", &self.printed.len())
            .field("faces", &self.faces.len())
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct FoundDocument {
    /// In pixels of the picture, clockwise from the top left as the document is read.
    pub outline: Outline,
    pub format: Format,
    /// Pixels along the document's longer side.
    pub width_px: f32,
    /// Dots that the camera saw on an inch of the document.
    pub dpi: f32,
    pub tilt_deg: f32,
}

/// How well the document can be seen.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Quality {
    /// Variance of the Laplacian; it depends on scale and content.
    pub sharpness: f32,
    pub glare: Glare,
    /// Mean, 0 to 255.
    pub luma: f32,
}

/// Wall-clock milliseconds by stage.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Times {
    pub mrz: f32,
    pub document: f32,
    pub straighten: f32,
    pub faces: f32,
    pub printed: f32,
    pub total: f32,
}

/// Reads one picture. Dates are judged by `today`.
pub fn read_picture(picture: &Picture, today: Date, wants: Wants) -> Result<Reading, ReadingError> {
    let began = Instant::now();
    let mut ms = Times::default();
    let mut zone = timed(&mut ms.mrz, || zone_of(picture, today))?;
    let located = timed(&mut ms.document, || document::look(picture))?;
    // A zone has told which way is up.
    let turns = match &zone {
        Some(zone) => vec![turns_to_lie(along(zone))],
        None => face::TURNS.to_vec(),
    };
    let faces = timed(&mut ms.faces, || face::detect_in_turns(picture, &turns))?;
    let outline = outline(&located, zone.as_ref(), &faces);
    let format = outline.map(|outline| match zone.as_ref().map(|zone| zone.kind) {
        Some(MrzKind::Td1) => Format::Id1,
        Some(MrzKind::Td2 | MrzKind::IdFra) => Format::Id2,
        Some(MrzKind::Td3) => Format::Id3,
        _ => outline.format(picture),
    });
    let cut = timed(&mut ms.straighten, || {
        straighten(picture, outline.as_ref()?, format?)
    });
    let (mut outline, mut upright, dpi) = match cut {
        Some(Straightened { picture, dpi }) => (outline, picture, Some(dpi)),
        None => {
            let along = (zone.as_ref().map(along)).or(faces.first().map(across));
            let turns = along.map_or(0, turns_to_lie);
            (None, picture.quarter_turned(turns), None)
        }
    };
    if !zone.as_ref().is_some_and(|zone| zone.all_valid) && outline.is_some() {
        // Straightened, lines are level and of one size; where that reads better, it is taken whole.
        let mut again = timed(&mut ms.mrz, || zone_of(&upright, today))?;
        if let (Some(again), Some(first)) = (&mut again, &zone) {
            again.heed(first);
        }
        if worth(again.as_ref()) > worth(zone.as_ref()) {
            zone = again.map(|mut again| {
                if upside_down(&again.corners) {
                    upright = half_turned(&upright);
                    outline = outline.map(|outline| outline.turned(2));
                }
                again.corners = again.corners.map(|_| [f32::NAN; 2]);
                again
            });
        }
    }
    let mut document_faces = timed(&mut ms.faces, || face::detect(&upright))?;
    if zone.is_none() && outline.is_some() && face::clearest(&document_faces) < face::UPRIGHT {
        // Nothing has told yet which way is up.
        let turned = half_turned(&upright);
        let found = timed(&mut ms.faces, || face::detect(&turned))?;
        if face::clearest(&found) > face::clearest(&document_faces) {
            (document_faces, upright) = (found, turned);
            outline = outline.map(|outline| outline.turned(2));
        }
    }
    // A scan that was cut along the document's edges shows no outline.
    let whole = !document_faces.is_empty() && is_of_a_documents_shape(&upright);
    let wants = Wants {
        printed: wants.printed && (outline.is_some() || zone.is_some() || whole),
    };
    let document = outline
        .zip(format)
        .zip(dpi)
        .map(|((outline, format), dpi)| FoundDocument {
            outline,
            format,
            width_px: outline.width_px(),
            dpi,
            tilt_deg: outline.tilt_deg(picture),
        });
    let format = format.unwrap_or(Format::Id1);
    let mut reading = finished(upright, zone, document_faces, format, wants, ms)?;
    (reading.document, reading.faces) = (document, faces);
    reading.ms.total = milliseconds(began);
    Ok(reading)
}

/// Reads a picture that shows a document and nothing else, upright: one that was straightened before. Nothing is looked for
/// around it.
pub fn read_straightened(
    picture: &Picture,
    today: Date,
    wants: Wants,
) -> Result<Reading, ReadingError> {
    let began = Instant::now();
    let mut ms = Times::default();
    let zone = timed(&mut ms.mrz, || zone_of(picture, today))?;
    let faces = timed(&mut ms.faces, || face::detect(picture))?;
    let format = match zone.as_ref().map(|zone| zone.kind) {
        Some(MrzKind::Td3) => Format::Id3,
        Some(MrzKind::Td2 | MrzKind::IdFra) => Format::Id2,
        _ => Format::Id1,
    };
    let mut reading = finished(picture.clone(), zone, faces.clone(), format, wants, ms)?;
    reading.faces = faces;
    reading.ms.total = milliseconds(began);
    Ok(reading)
}

/// An outline the way up in which its document is read: its face upright, else along its zone, else as it lies.
pub fn as_read(picture: &Picture, outline: Outline, today: Date) -> Result<Outline, ReadingError> {
    let outline = outline.landscape();
    let Some(cut) = straighten(picture, &outline, outline.format(picture)) else {
        return Ok(outline);
    };
    let upright = face::clearest(&face::detect(&cut.picture)?);
    let upside = upright < face::UPRIGHT
        && match zone_of(&cut.picture, today)? {
            Some(zone) => upside_down(&zone.corners),
            None => face::clearest(&face::detect(&half_turned(&cut.picture))?) > upright,
        };
    Ok(if upside { outline.turned(2) } else { outline })
}

/// What is read and measured on the upright document.
fn finished(
    upright: Picture,
    zone: Option<MrzReading>,
    document_faces: Vec<Face>,
    format: Format,
    wants: Wants,
    mut ms: Times,
) -> Result<Reading, ReadingError> {
    let printed = if wants.printed {
        timed(&mut ms.printed, || printed::read_lines(&upright))?
    } else {
        Vec::new()
    };
    let country = zone
        .as_ref()
        .and_then(|zone| zone.fields.get("country"))
        .map_or("", |field| field.value.as_str());
    let places = layout(country, format, Side::Front);
    let portrait = portrait_area(&upright, &document_faces, &places);
    let all = Area::all(&upright);
    let light = quality::light(&upright, all);
    Ok(Reading {
        document: None,
        quality: Quality {
            sharpness: quality::sharpness(&upright, all),
            glare: light.glare,
            luma: light.mean_luma,
        },
        zone,
        printed,
        faces: Vec::new(),
        document_faces,
        portrait,
        copy_cues: copy_cues(&upright),
        ms,
        upright,
    })
}

fn milliseconds(since: Instant) -> f32 {
    since.elapsed().as_secs_f32() * 1e3
}

fn timed<T>(ms: &mut f32, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let result = work();
    *ms += milliseconds(began);
    result
}

fn zone_of(picture: &Picture, today: Date) -> Result<Option<MrzReading>, MrzModelError> {
    read_mrz_on(&picture.luma(), picture.width(), picture.height(), today)
}

/// The more of two readings of one zone is to be believed.
fn worth(zone: Option<&MrzReading>) -> (bool, usize) {
    zone.map_or((false, 0), |zone| {
        let held = zone.fields.values().filter(|f| f.valid == Some(true));
        (zone.all_valid, held.count())
    })
}

/// The outline as the document is read: along the zone's lines, else with the faces upright, else as it lies. An outline that
/// does not hold the zone is of something else.
fn outline(located: &Located, zone: Option<&MrzReading>, faces: &[Face]) -> Option<Outline> {
    let outline = located.outline?.landscape();
    if let Some(zone) = zone {
        let [a, b, c, d] = zone.corners;
        let middle = [0, 1].map(|i| (a[i] + b[i] + c[i] + d[i]) / 4.0);
        return holds(&outline, middle).then(|| facing(outline, along(zone)));
    }
    let held = faces.iter().find(|face| holds(&outline, face.nose));
    Some(held.map_or(outline, |face| facing(outline, across(face))))
}

/// Of the two ways in which a lying document can be read, the one whose lines run more in this direction.
fn facing(outline: Outline, along: Point) -> Outline {
    let c = &outline.corners;
    let side = [c[1][0] - c[0][0], c[1][1] - c[0][1]];
    if side[0] * along[0] + side[1] * along[1] < 0.0 {
        outline.turned(2)
    } else {
        outline
    }
}

fn holds(outline: &Outline, p: Point) -> bool {
    let c = &outline.corners;
    (0..4).all(|i| {
        let (a, b) = (c[i], c[(i + 1) % 4]);
        (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) >= 0.0
    })
}

fn upside_down(corners: &[Point; 4]) -> bool {
    corners[1][0] < corners[0][0]
}

fn half_turned(picture: &Picture) -> Picture {
    picture.quarter_turned(2)
}

/// From the left end of the zone's lines to the right one.
fn along(zone: &MrzReading) -> Point {
    let [a, b, ..] = zone.corners;
    [b[0] - a[0], b[1] - a[1]]
}

/// From a face's one eye to the other.
fn across(face: &Face) -> Point {
    [0, 1].map(|i| face.right_eye[i] - face.left_eye[i])
}

/// Turns by a quarter, clockwise, after which this direction runs to the right.
fn turns_to_lie([x, y]: Point) -> usize {
    match (x.abs() >= y.abs(), x >= 0.0, y >= 0.0) {
        (true, true, _) => 0,
        (true, false, _) => 2,
        (false, _, true) => 3,
        (false, _, false) => 1,
    }
}

/// Shares by which the sides of a scan that was cut along the edges may differ from the document's.
const SHAPE: f32 = 0.04;

fn is_of_a_documents_shape(picture: &Picture) -> bool {
    let aspect = picture.width() as f32 / picture.height() as f32;
    let shapes = [Format::Id1, Format::Id2, Format::Id3].map(Format::aspect);
    shapes
        .iter()
        .any(|shape| (aspect / shape).ln().abs() < SHAPE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_along_its_zone() {
        let outline = Outline {
            corners: [[0.0, 0.0], [100.0, 0.0], [100.0, 60.0], [0.0, 60.0]],
            score: 1.0,
        };
        assert_eq!(facing(outline, [1.0, 0.1]).corners[0], [0.0, 0.0]);
        assert_eq!(facing(outline, [-1.0, 0.1]).corners[0], [100.0, 60.0]);
        assert!(holds(&outline, [50.0, 30.0]) && !holds(&outline, [50.0, 61.0]));
    }
}
