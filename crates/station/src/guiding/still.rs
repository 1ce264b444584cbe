//! A still, looked at before anyone is asked to judge it: limits, corners, the straightened picture.

use std::sync::mpsc::Sender;

use bytes::Bytes;
use evidence::CaptureProblem;
use time::OffsetDateTime;
use vision::Picture;
use vision::document::{Outline, straighten};
use vision::guidance::{Assessment, Wanted, assess_outlined, assess_still};

use super::words;
use crate::camera_desk::Still;
use crate::capture::check_jpeg;
use crate::contract::{Failure, FailureCode, MeasuredValue, PendingLook};
use crate::enrollment::{AwaitedStill, Pending};
use crate::failure::{chain, of};
use crate::message::Message;

/// Quality of the straightened picture; the original stays as the camera gave it.
const STRAIGHTENED_QUALITY: u8 = 95;
/// Shortest side that corners by hand may leave, in pixels.
const LEAST_SIDE: f32 = 100.0;

/// A still to be looked at.
pub(crate) struct Looking {
    pub awaited: AwaitedStill,
    pub passport: bool,
    pub still: Still,
}

/// What looking at a still came to.
pub struct LookReport {
    pub(super) awaited: AwaitedStill,
    pub(super) result: Result<Looked, Failure>,
}

/// The picture as the camera gave it, beside the one that was straightened from it.
#[derive(Clone)]
pub(crate) struct Original {
    pub id: String,
    pub jpeg: Bytes,
    pub width: u32,
    pub height: u32,
    /// As the document is read; none where no outline was found.
    pub corners: Option<[[f32; 2]; 4]>,
    pub by_hand: bool,
}

pub(super) struct Looked {
    pub jpeg: Bytes,
    pub width: u32,
    pub height: u32,
    pub captured_at: OffsetDateTime,
    pub source: String,
    pub simulated: bool,
    pub automatic: bool,
    pub original: Option<Original>,
    pub problems: Vec<CaptureProblem>,
    pub measured: Vec<MeasuredValue>,
    pub dpi: Option<f32>,
}

impl Looked {
    fn take(&mut self, wanted: Wanted, seen: &Assessment) {
        self.problems = seen.problems.iter().map(words::problem).collect();
        self.measured = words::measured(wanted, &seen.seen, &self.problems);
    }

    pub fn view(&self) -> PendingLook {
        let original = self.original.as_ref();
        PendingLook {
            problems: self.problems.clone(),
            original: original.map(|original| original.id.clone()),
            original_width: original.map_or(0, |original| original.width),
            original_height: original.map_or(0, |original| original.height),
            corners: original.and_then(|original| original.corners),
            by_hand: original.is_some_and(|original| original.by_hand),
            dpi: self.dpi,
            measured: self.measured.clone(),
            automatic: self.automatic,
        }
    }
}

/// Looks at it on a thread of its own and reports.
pub(super) fn look(looking: Looking, inbox: Sender<Message>) -> Result<(), Failure> {
    std::thread::Builder::new()
        .name("look".to_owned())
        .spawn(move || {
            let awaited = looking.awaited;
            let result = looked(looking);
            let _ = inbox.send(Message::Looked(Box::new(LookReport { awaited, result })));
        })
        .map(drop)
        .map_err(|error| of(FailureCode::Internal, error))
}

fn looked(looking: Looking) -> Result<Looked, Failure> {
    let Looking {
        awaited: AwaitedStill {
            kind, automatic, ..
        },
        passport,
        still,
    } = looking;
    let (width, height) = check_jpeg(&still.jpeg)?;
    let mut looked = Looked {
        jpeg: still.jpeg.clone(),
        width,
        height,
        captured_at: still.captured_at,
        source: still.source,
        simulated: still.simulated,
        automatic,
        original: None,
        problems: Vec::new(),
        measured: Vec::new(),
        dpi: None,
    };
    let picture = vision::intake::read(&still.jpeg)
        .map_err(|error| of(FailureCode::CaptureDamaged, chain(&error)))?;
    let wanted = super::judged_as(kind, passport);
    let assessment = match assess_still(wanted, &picture) {
        Ok(assessment) => assessment,
        Err(error) => {
            // The operator judges, as without models.
            tracing::error!(error = chain(&error), "a still could not be looked at");
            return Ok(looked);
        }
    };
    looked.take(wanted, &assessment);
    if wanted != Wanted::Selfie {
        straighten_into(&mut looked, &picture, &assessment, &still.jpeg);
    }
    Ok(looked)
}

fn straighten_into(looked: &mut Looked, picture: &Picture, seen: &Assessment, jpeg: &Bytes) {
    let today = OffsetDateTime::now_utc().date();
    let outline = seen.outline.map(|outline| {
        vision::reading::as_read(picture, outline, today).unwrap_or_else(|error| {
            tracing::error!(error = chain(&error), "which way is up could not be told");
            outline.landscape()
        })
    });
    looked.original = Some(Original {
        id: uuid::Uuid::new_v4().simple().to_string(),
        jpeg: jpeg.clone(),
        width: looked.width,
        height: looked.height,
        corners: outline.map(|outline| outline.corners),
        by_hand: false,
    });
    if let Some(outline) = outline {
        replace(looked, picture, &outline);
    }
}

/// The straightened picture in place of the original.
fn replace(looked: &mut Looked, picture: &Picture, outline: &Outline) -> Option<()> {
    let straight = straighten(picture, outline, outline.format(picture))?;
    let jpeg = straight.picture.jpeg(STRAIGHTENED_QUALITY)?;
    looked.width = u32::try_from(straight.picture.width()).ok()?;
    looked.height = u32::try_from(straight.picture.height()).ok()?;
    looked.jpeg = jpeg.into();
    looked.dpi = Some(straight.dpi);
    Some(())
}

/// The pending picture anew by corners that a person set, and measured anew: what held for the outline before says nothing of
/// this one. `None` where no document has such corners.
pub(super) fn straightened_by_hand(
    pending: &Pending,
    original: &Original,
    corners: [[f32; 2]; 4],
    wanted: Wanted,
) -> Option<Looked> {
    let outline = Outline {
        corners,
        score: 1.0,
    };
    let inside = corners.iter().all(|[x, y]| {
        (0.0..=original.width as f32).contains(x) && (0.0..=original.height as f32).contains(y)
    });
    if !inside || !outline.is_plausible(LEAST_SIDE) {
        return None;
    }
    let picture = vision::intake::read(&original.jpeg).ok()?;
    let mut looked = Looked {
        jpeg: pending.jpeg.clone(),
        width: pending.width,
        height: pending.height,
        captured_at: pending.captured_at,
        source: pending.source.clone(),
        simulated: pending.simulated,
        automatic: pending.look.automatic,
        original: Some(Original {
            corners: Some(corners),
            by_hand: true,
            ..original.clone()
        }),
        problems: Vec::new(),
        measured: Vec::new(),
        dpi: None,
    };
    match assess_outlined(wanted, &picture, outline) {
        Ok(assessment) => looked.take(wanted, &assessment),
        // The operator judges, as without models.
        Err(error) => tracing::error!(error = chain(&error), "an outline could not be looked at"),
    }
    replace(&mut looked, &picture, &outline)?;
    Some(looked)
}
