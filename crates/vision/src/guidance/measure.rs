//! What a frame shows, in numbers.

use crate::document::{Located, Outline};
use crate::face::{self, Face, Point};
use crate::models::ModelError;
use crate::picture::Picture;
use crate::quality::{self, Area};

/// The cues that tell a document's sides are looked for in every so many-th frame: a face costs more than all the rest.
pub(super) const SIDES_EVERY: u32 = 8;
/// Size of the document as those cues see it.
const SIDE_VIEW: [usize; 2] = [320, 202];
/// A face of this part of the document's height is the holder's portrait.
const LEAST_PORTRAIT: f32 = 0.14;
/// A second face that is smaller than this part of the first is in a picture on the wall.
const LEAST_SECOND_FACE: f32 = 0.3;

#[derive(Debug, Clone, PartialEq)]
pub struct DocumentSeen {
    pub outline: Option<[Point; 4]>,
    /// Part of the frame that looks like a document.
    pub presence: f32,
    /// There is a document, and a corner of it is outside or covered.
    pub corner_hidden: bool,
    /// Of the frame's width.
    pub share: f32,
    pub width_px: f32,
    pub tilt_deg: f32,
    pub roll_deg: f32,
    /// See [`quality::edge_sharpness`]; none where the document shows no edges.
    pub edge_sharpness: Option<f32>,
    /// Of the document's area.
    pub glare_share: f32,
    pub glare_at: Option<Point>,
    /// Mean of the document, or of the frame where there is none.
    pub luma: f32,
    /// Shares of the frame's width a second.
    pub motion: f32,
    pub zone_shown: bool,
    pub face_shown: bool,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct FaceSeen {
    /// Faces that count: the largest, and others that are not much smaller.
    pub faces: usize,
    /// Of the largest: left, top, width, height in pixels.
    pub bounds: Option<[f32; 4]>,
    pub inter_eye_px: f32,
    /// Between the eyes, of the frame's width.
    pub eyes_share: f32,
    pub height_share: f32,
    /// From the frame's middle to the face's, of the frame's width and height.
    pub off_centre: [f32; 2],
    pub yaw_deg: f32,
    pub roll_deg: f32,
    pub luma: f32,
    pub edge_sharpness: Option<f32>,
}

/// What tells the sides of a document apart.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sides {
    zone: bool,
    face: bool,
}

/// How far the corners have moved in the mean, whichever of them comes first, in pixels.
pub(super) fn moved(now: &[Point; 4], before: &[Point; 4]) -> f32 {
    (0..4)
        .map(|turn| {
            let off = |i: usize| {
                let (a, b) = (now[(i + turn) % 4], before[i]);
                (a[0] - b[0]).hypot(a[1] - b[1])
            };
            (0..4).map(off).sum::<f32>() / 4.0
        })
        .fold(f32::MAX, f32::min)
}

pub(super) fn document(
    frame: &Picture,
    located: &Located,
    sides: Sides,
    motion: f32,
) -> DocumentSeen {
    let Some(outline) = &located.outline else {
        return DocumentSeen {
            outline: None,
            presence: located.presence,
            corner_hidden: located.corner_cut_off,
            share: 0.0,
            width_px: 0.0,
            tilt_deg: 0.0,
            roll_deg: 0.0,
            edge_sharpness: None,
            glare_share: 0.0,
            glare_at: None,
            luma: quality::light(frame, Area::all(frame)).mean_luma,
            motion: 0.0,
            zone_shown: false,
            face_shown: false,
        };
    };
    let area = within(frame, outline).unwrap_or(Area::all(frame));
    let light = quality::light(frame, area);
    DocumentSeen {
        outline: Some(outline.corners),
        presence: located.presence,
        corner_hidden: false,
        share: outline.share_of(frame),
        width_px: outline.width_px(),
        tilt_deg: outline.tilt_deg(frame),
        roll_deg: outline.roll_deg(),
        edge_sharpness: quality::edge_sharpness(frame, area),
        glare_share: light.glare.share,
        glare_at: light.glare.at,
        luma: light.mean_luma,
        motion,
        zone_shown: sides.zone,
        face_shown: sides.face,
    }
}

/// The upright rectangle inside the outline: what lies around the document does not count.
fn within(frame: &Picture, outline: &Outline) -> Option<Area> {
    let mut xs = outline.corners.map(|[x, _]| x);
    let mut ys = outline.corners.map(|[_, y]| y);
    xs.sort_by(f32::total_cmp);
    ys.sort_by(f32::total_cmp);
    Area::within(frame, [xs[1], ys[1], xs[2] - xs[1], ys[2] - ys[1]])
}

pub(super) fn sides(frame: &Picture, outline: &Outline) -> Result<Sides, ModelError> {
    let [width, height] = SIDE_VIEW;
    let Some(view) = crate::document::view(frame, &outline.landscape(), width, height) else {
        return Ok(Sides::default());
    };
    let faces = face::detect_live(&view)?;
    let portrait = |face: &Face| face.bounds[3] >= LEAST_PORTRAIT * height as f32;
    Ok(Sides {
        zone: has_zone(&view),
        face: faces.iter().any(portrait),
    })
}

/// Pieces of a row, of which so many are full of upright strokes in a zone's line; print has gaps.
const PIECES: usize = 16;
const LEAST_PIECES: usize = 13;
/// Mean change from pixel to pixel that makes a piece full, in levels.
const LEAST_STROKES: f32 = 7.0;
/// Part of the document's height that a zone may take up, and lines that it has.
const ZONE_FROM: f32 = 0.55;

/// Whether the lower part shows lines of evenly dense strokes from side to side, whichever way up it is.
fn has_zone(view: &Picture) -> bool {
    let luma = view.luma();
    let (width, height) = (view.width(), view.height());
    let full = |y: usize| {
        let row = &luma[y * width..][..width];
        let piece = width / PIECES;
        let full = (0..PIECES).filter(|p| {
            let part = &row[p * piece..(p + 1) * piece];
            let change: u32 = part
                .windows(2)
                .map(|w| u32::from(w[0].abs_diff(w[1])))
                .sum();
            change as f32 / piece as f32 >= LEAST_STROKES
        });
        full.count() >= LEAST_PIECES
    };
    let lines = |rows: &mut dyn Iterator<Item = usize>| {
        let (mut lines, mut run) = (0, 0);
        for y in rows {
            if full(y) {
                run += 1;
                lines += usize::from(run == 2);
            } else {
                run = 0;
            }
        }
        lines
    };
    let from = (ZONE_FROM * height as f32) as usize;
    let below = lines(&mut (from..height));
    let above = lines(&mut (0..height - from));
    (2..=4).contains(&below) || (2..=4).contains(&above)
}

pub(super) fn face(frame: &Picture, faces: &[Face]) -> FaceSeen {
    let Some(first) = faces.first() else {
        return FaceSeen::default();
    };
    let size = |face: &Face| face.bounds[2] * face.bounds[3];
    let (width, height) = (frame.width() as f32, frame.height() as f32);
    let [left, top, w, h] = first.bounds;
    let pose = face::pose(first);
    let area = Area::within(frame, first.bounds);
    let light = face::face_quality(frame, first);
    FaceSeen {
        faces: faces
            .iter()
            .filter(|face| size(face) >= LEAST_SECOND_FACE * size(first))
            .count(),
        bounds: Some(first.bounds),
        inter_eye_px: first.inter_eye_px(),
        eyes_share: first.inter_eye_px() / width,
        height_share: h / height,
        off_centre: [
            (left + w / 2.0) / width - 0.5,
            (top + h / 2.0) / height - 0.5,
        ],
        yaw_deg: pose.map_or(0.0, |pose| pose.yaw_deg),
        roll_deg: pose.map_or(0.0, |pose| pose.roll_deg),
        luma: light.map_or(0.0, |light| light.luma),
        edge_sharpness: area.and_then(|area| quality::edge_sharpness(frame, area)),
    }
}
