//! An accepted picture of the document, read whole.

use evidence::{
    CheckReason, FaceArea, ImageKind, ImageRecord, PictureReading, ReadValue, ReasonCode,
    ZoneReading,
};
use std::collections::BTreeMap;
use time::Date;
use vision::mrz::{MrzKind, MrzReading};
use vision::printed::PrintedLine;
use vision::reading::{CopyCues, Reading, Wants, read_picture, read_straightened};

use super::vision_failed;
use crate::contract::{Failure, FailureCode};
use crate::failure::{chain, of};
use crate::store::{CaseStore, read_all};

/// A picture with less colour than this is as grey as a copy.
const LEAST_COLOUR: f32 = 0.01;
/// A pattern so much stronger than what lies beside it is as regular as a screen's.
const MOST_PATTERN: f32 = 60.0;

/// What was seen on a picture.
pub(super) struct PictureSeen {
    pub kind: ImageKind,
    pub reading: PictureReading,
    /// Of the front.
    pub lines: Option<Vec<PrintedLine>>,
    pub portrait: Option<Portrait>,
}

/// Where the holder's portrait stands on a picture, in its pixels.
#[derive(Debug, Clone)]
pub(super) struct Portrait {
    pub side: ImageKind,
    /// Digest of the picture.
    pub of: String,
    pub area: [u32; 4],
}

/// Reads a stored picture; its print only where it is the front, for nothing of the rear's print is asked for.
pub(super) fn read(
    store: &dyn CaseStore,
    case_id: &str,
    kind: ImageKind,
    image: &ImageRecord,
    today: Date,
) -> Result<PictureSeen, Failure> {
    let bytes = read_all(store, case_id, &image.file)?;
    let picture = vision::intake::read(&bytes)
        .map_err(|error| of(FailureCode::PictureUnreadable, chain(&error)))?;
    let front = kind == ImageKind::DocumentFront;
    let wants = Wants { printed: front };
    let straightened = image.original.is_some();
    let mut seen = if straightened {
        read_straightened(&picture, today, wants)
    } else {
        // Nobody has found its outline yet: it is looked for again, for the reading alone.
        read_picture(&picture, today, wants)
    }
    .map_err(|error| vision_failed(&error))?;
    // Only what was read on the picture itself has its place there.
    let placed = straightened || seen.document.is_none();
    let portrait = seen.portrait.filter(|_| placed && front);
    let lines = std::mem::take(&mut seen.printed);
    Ok(PictureSeen {
        kind,
        reading: reading(&seen, image),
        lines: front.then_some(lines),
        portrait: portrait.map(|area| Portrait {
            side: kind,
            of: image.sha256.clone(),
            area,
        }),
    })
}

fn reading(seen: &Reading, image: &ImageRecord) -> PictureReading {
    PictureReading {
        image_sha256: image.sha256.clone(),
        zone: seen.zone.as_ref().map(zone),
        printed: BTreeMap::new(),
        face: seen.document_faces.first().map(|face| FaceArea {
            bounds: face.bounds,
            inter_eye_px: face.inter_eye_px(),
        }),
        sharpness: seen.quality.sharpness,
        glare: seen.quality.glare.share,
        luma: seen.quality.luma,
        copy_hints: copy_hints(&seen.copy_cues),
        ms: seen.ms.total as u32,
    }
}

fn zone(zone: &MrzReading) -> ZoneReading {
    let fields = zone.fields.iter().map(|(name, field)| {
        let confidence = zone.confidence.get(name).copied().unwrap_or_default();
        let value = ReadValue {
            value: field.value.clone(),
            valid: field.valid,
            confidence,
        };
        ((*name).to_owned(), value)
    });
    ZoneReading {
        kind: match zone.kind {
            MrzKind::Td1 => "TD1",
            MrzKind::Td2 | MrzKind::IdFra => "TD2",
            MrzKind::Td3 => "TD3",
            MrzKind::MrvA => "MRVA",
            MrzKind::MrvB => "MRVB",
        }
        .to_owned(),
        lines: zone.lines.clone(),
        fields: fields.collect(),
        all_valid: zone.all_valid,
    }
}

fn copy_hints(cues: &CopyCues) -> Vec<CheckReason> {
    let hint = |code, holds, measured: String, expected: String| CheckReason {
        code,
        holds: Some(holds),
        measured: Some(measured),
        expected: Some(expected),
    };
    vec![
        hint(
            ReasonCode::Colour,
            cues.colour_share >= LEAST_COLOUR,
            format!("{:.3}", cues.colour_share),
            LEAST_COLOUR.to_string(),
        ),
        hint(
            ReasonCode::ScreenPattern,
            cues.pattern <= MOST_PATTERN,
            format!("{:.0}", cues.pattern),
            MOST_PATTERN.to_string(),
        ),
    ]
}
