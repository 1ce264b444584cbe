//! Stills: taken, looked at, accepted or retaken; the portrait cut out of the front.

use std::io::Cursor;

use bytes::Bytes;
use evidence::{AuditEvent, DocumentType, ImageKind, ImageRecord, OriginalRecord};
use image::ImageFormat;
use sha2::{Digest, Sha256};

use crate::camera_desk::Still;
use crate::contract::{Failure, FailureCode, PendingLook, Work};
use crate::enrollment::AwaitedStill;
use crate::failure::{not_now, of, plain};
use crate::guiding::{Looking, Original};
use crate::session::Session;
use crate::source::Shutter;
use crate::store::read_all;

/// Smallest side of a portrait, in pixels: less shows no face.
const MIN_PORTRAIT_SIDE: u32 = 48;
/// Quality of the portrait's JPEG; the front itself is never encoded again.
const PORTRAIT_QUALITY: u8 = 95;
/// Free space below which nothing is captured, in bytes.
const MIN_FREE_BYTES: u64 = 20_000_000;

pub const JPEG: &str = "image/jpeg";

/// A picture that becomes evidence.
struct NewPicture<'a> {
    kind: ImageKind,
    jpeg: &'a Bytes,
    size: (u32, u32),
    captured_at: time::OffsetDateTime,
    source: &'a str,
    simulated: bool,
    cut_from: Option<[u32; 4]>,
    original: Option<&'a Original>,
    look: Option<&'a PendingLook>,
    /// By the station itself, not by the operator's hand.
    automatic: bool,
}

impl Session {
    pub(crate) fn capture(&mut self, kind: ImageKind, shutter: Shutter) -> Result<(), Failure> {
        let live = self.camera.is_live();
        let open = self.editable()?;
        open.case.check_capture()?;
        if !open.case.needs_image(kind) {
            return Err(not_now("this kind of document has no rear side"));
        }
        if kind == ImageKind::DocumentPhoto {
            return Err(not_now("the portrait is cut out of the document's front"));
        }
        if open.recording.is_some() {
            return Err(not_now("a recording is going on"));
        }
        if open.awaiting_still.is_some() {
            return Err(not_now("a picture is being taken"));
        }
        if !live {
            return Err(self
                .camera
                .failure()
                .unwrap_or_else(|| plain(FailureCode::NoCamera)));
        }
        self.check_space()?;
        let awaited = AwaitedStill {
            number: self.camera.take_still(shutter),
            kind,
            automatic: shutter != Shutter::ByHand,
        };
        let open = self.opened()?;
        open.awaiting_still = Some(awaited);
        open.pending = None;
        Ok(())
    }

    pub(crate) fn check_space(&self) -> Result<(), Failure> {
        match self.store.free_bytes() {
            Ok(free) if free < MIN_FREE_BYTES => Err(of(
                FailureCode::DiskFull,
                format!("{} MB free", free / 1_000_000),
            )),
            _ => Ok(()),
        }
    }

    /// The camera's answer to a shutter. A picture that does not decode is refused here, before anyone is asked to
    /// judge it. One that nobody waits for any more is dropped.
    pub(crate) fn still_taken(&mut self, number: u64, still: Result<Still, Failure>) {
        let Some(open) = &mut self.open else { return };
        let Some(awaited) = open.awaiting_still.filter(|still| still.number == number) else {
            return;
        };
        match still {
            // It goes on waiting for what looking at it comes to.
            Ok(still) => {
                let passport = open.case.document_type == DocumentType::Pas;
                self.look_at(Looking {
                    awaited,
                    passport,
                    still,
                });
            }
            Err(failure) => {
                open.awaiting_still = None;
                self.camera.note_failure(failure);
            }
        }
    }

    pub(crate) fn use_pending(&mut self) -> Result<(), Failure> {
        let open = self.editable()?;
        let Some(pending) = open.pending.take() else {
            return Err(not_now("no picture waits"));
        };
        if let Some(problem) = pending.look.problems.iter().find(|problem| problem.hard) {
            let why = format!(
                "{:?}: {} of {}",
                problem.kind, problem.measured, problem.limit
            );
            open.pending = Some(pending);
            return Err(of(FailureCode::NotAllowedNow, why));
        }
        let result = self.accept_picture(NewPicture {
            kind: pending.kind,
            jpeg: &pending.jpeg,
            size: (pending.width, pending.height),
            captured_at: pending.captured_at,
            source: &pending.source,
            simulated: pending.simulated,
            cut_from: None,
            original: pending.original.as_ref(),
            look: Some(&pending.look),
            automatic: pending.look.automatic,
        });
        if result.is_err()
            && let Some(open) = &mut self.open
        {
            // Nothing is lost: the picture still waits.
            open.pending = Some(pending);
        }
        result
    }

    fn accept_picture(&mut self, new: NewPicture<'_>) -> Result<(), Failure> {
        let case_id = self.opened()?.case.case_id.clone();
        let kind = new.kind;
        let id = uuid::Uuid::new_v4().simple().to_string();
        let file = format!("{}-{id}.jpg", kind.key());
        self.store
            .put(&case_id, &file, &mut |out| out.write_all(new.jpeg))?;
        let mut files = vec![file.clone()];
        // A picture without an outline is its own original.
        let original = new.original.and_then(|original| {
            let corners = original.corners?;
            Some((original, corners))
        });
        let original = match original {
            None => None,
            Some((original, corners)) => {
                let file = format!("{}-{}-original.jpg", kind.key(), original.id);
                let stored = self
                    .store
                    .put(&case_id, &file, &mut |out| out.write_all(&original.jpeg));
                if let Err(error) = stored {
                    self.erase_file(&case_id, files);
                    return Err(error.into());
                }
                files.push(file.clone());
                Some(OriginalRecord {
                    id: original.id.clone(),
                    file,
                    width: original.width,
                    height: original.height,
                    bytes: original.jpeg.len() as u64,
                    sha256: hex::encode(Sha256::digest(&original.jpeg)),
                    corners,
                    by_hand: original.by_hand,
                })
            }
        };
        let overridden = new.look.map_or(Vec::new(), |look| look.problems.clone());
        let passed_over: Vec<_> = overridden.iter().map(|problem| problem.kind).collect();
        let record = ImageRecord {
            id,
            file,
            width: new.size.0,
            height: new.size.1,
            bytes: new.jpeg.len() as u64,
            sha256: hex::encode(Sha256::digest(new.jpeg)),
            captured_at: new.captured_at,
            source: new.source.to_owned(),
            simulated: new.simulated,
            cut_from: new.cut_from,
            original,
            dpi: new.look.and_then(|look| look.dpi),
            automatic: new.automatic,
            overridden,
        };
        let event = AuditEvent::ImageAccepted {
            kind,
            sha256: record.sha256.clone(),
            bytes: record.bytes,
            simulated: new.simulated,
        };
        let changed = self.change(event, |case| {
            let mut replaced: Vec<ImageRecord> =
                case.put_image(kind, record)?.into_iter().collect();
            if kind == ImageKind::DocumentFront {
                // A portrait belongs to the front that it was cut from.
                replaced.extend(case.images.remove(&ImageKind::DocumentPhoto));
            }
            Ok(replaced)
        });
        match changed {
            Ok(replaced) => {
                self.erase_images(&case_id, replaced);
                self.opened()?.capturing.used(kind);
                if !passed_over.is_empty() {
                    self.log(AuditEvent::CaptureOverridden {
                        kind,
                        problems: passed_over,
                    });
                }
                Ok(())
            }
            Err(failure) => {
                self.erase_file(&case_id, files);
                Err(failure)
            }
        }
    }

    pub(crate) fn retake(&mut self) -> Result<(), Failure> {
        let open = self.editable()?;
        let Some(pending) = open.pending.take() else {
            return Err(not_now("no picture waits"));
        };
        open.capturing.taken();
        self.log(AuditEvent::ImageRetaken { kind: pending.kind });
        Ok(())
    }

    pub(crate) fn discard_image(&mut self, kind: ImageKind) -> Result<(), Failure> {
        self.editable()?;
        let removed = self.change(AuditEvent::ImageDiscarded { kind }, |case| {
            Ok(case.remove_image(kind)?)
        })?;
        let case_id = self.opened()?.case.case_id.clone();
        self.erase_images(&case_id, removed);
        Ok(())
    }

    pub(crate) fn crop_portrait(&mut self, area: [u32; 4]) -> Result<(), Failure> {
        let open = self.editable()?;
        open.case.check_capture()?;
        if matches!(open.import_work, Work::Running { .. }) || open.recording.is_some() {
            return Err(not_now("a video is being made"));
        }
        let Some(front) = open.case.images.get(&ImageKind::DocumentFront) else {
            return Err(not_now("there is no front to cut the portrait from"));
        };
        let [x, y, width, height] = area;
        let inside = |start: u32, length: u32, whole: u32| {
            start.checked_add(length).is_some_and(|end| end <= whole)
        };
        if width < MIN_PORTRAIT_SIDE
            || height < MIN_PORTRAIT_SIDE
            || !inside(x, width, front.width)
            || !inside(y, height, front.height)
        {
            return Err(of(
                FailureCode::InvalidInput,
                format!(
                    "the portrait lies inside the front and is at least {MIN_PORTRAIT_SIDE} pixels wide and high"
                ),
            ));
        }
        self.cut_portrait(area, false)
    }

    /// Cuts the portrait out of the front; the area lies inside it.
    pub(crate) fn cut_portrait(&mut self, area: [u32; 4], automatic: bool) -> Result<(), Failure> {
        let open = self.opened()?;
        let case_id = open.case.case_id.clone();
        let Some(front) = open.case.images.get(&ImageKind::DocumentFront).cloned() else {
            return Ok(());
        };
        let [_, _, width, height] = area;
        if width.min(height) < MIN_PORTRAIT_SIDE {
            return Ok(());
        }
        let bytes = read_all(self.store.as_ref(), &case_id, &front.file)?;
        let jpeg = cut(&bytes, area)?;
        self.accept_picture(NewPicture {
            kind: ImageKind::DocumentPhoto,
            jpeg: &jpeg,
            size: (width, height),
            captured_at: front.captured_at,
            source: &front.source,
            simulated: front.simulated,
            cut_from: Some(area),
            original: None,
            look: None,
            automatic,
        })
    }

    /// A picture of the request under review, or a page of its contract.
    fn reviewed_picture(&self, what: &str, id: &str) -> Option<(Bytes, &'static str)> {
        let review = self.desk.as_ref()?.review.as_ref()?;
        match what {
            "contract" => review.page(id),
            _ => review.picture(id),
        }
    }

    /// An accepted or the pending picture, or one of the request under review.
    pub(crate) fn picture(
        &self,
        case_id: &str,
        id: &str,
    ) -> Result<(Bytes, &'static str), Failure> {
        let missing = || not_now("there is no such picture");
        if matches!(case_id, "review" | "contract") {
            return self.reviewed_picture(case_id, id).ok_or_else(missing);
        }
        let open = self
            .open
            .as_ref()
            .filter(|open| open.case.case_id == case_id)
            .ok_or_else(missing)?;
        if let Some(pending) = open.pending.as_ref().filter(|pending| pending.id == id) {
            return Ok((pending.jpeg.clone(), JPEG));
        }
        let original = open
            .pending
            .as_ref()
            .and_then(|pending| pending.original.as_ref());
        if let Some(original) = original.filter(|original| original.id == id) {
            return Ok((original.jpeg.clone(), JPEG));
        }
        let image = open.case.images.values().find_map(|image| {
            let original = image.original.as_ref().filter(|original| original.id == id);
            let own = (image.id == id).then_some(&image.file);
            own.or(original.map(|original| &original.file))
        });
        let mut frames = open.case.liveness.iter().flat_map(|seen| &seen.frames);
        let frame = || frames.find(|frame| frame.id == id).map(|frame| &frame.file);
        let file = image.or_else(frame).ok_or_else(missing)?;
        let bytes = read_all(self.store.as_ref(), case_id, file)?;
        Ok((bytes.into(), JPEG))
    }
}

/// Decodes a JPEG whole and tells its size.
pub(crate) fn check_jpeg(jpeg: &[u8]) -> Result<(u32, u32), Failure> {
    if jpeg.is_empty() {
        return Err(plain(FailureCode::PictureEmpty));
    }
    // Decoders fill up a picture that was cut off; only its end says that it is whole.
    if !jpeg.ends_with(&[0xFF, 0xD9]) {
        return Err(of(FailureCode::CaptureDamaged, "the JPEG has no end"));
    }
    let picture = image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg)
        .map_err(|error| of(FailureCode::CaptureDamaged, error))?;
    Ok((picture.width(), picture.height()))
}

fn cut(front: &[u8], [x, y, width, height]: [u32; 4]) -> Result<Bytes, Failure> {
    let damaged = |error: image::ImageError| of(FailureCode::PictureUnreadable, error);
    let picture = image::load_from_memory_with_format(front, ImageFormat::Jpeg).map_err(damaged)?;
    let portrait = picture.crop_imm(x, y, width, height).to_rgb8();
    let mut jpeg = Cursor::new(Vec::new());
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, PORTRAIT_QUALITY)
        .encode_image(&portrait)
        .map_err(damaged)?;
    Ok(jpeg.into_inner().into())
}
