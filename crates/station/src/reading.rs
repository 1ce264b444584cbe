//! What the accepted pictures and the video show: looked at in the background, one piece of evidence after the other, and
//! written into the case with its source. What is still to be looked at follows from the case alone: each reading names the
//! digest of what it is of, and nothing has to be told when a picture comes, goes or was left unread.

mod faces;
mod picture;
mod print;
#[cfg(test)]
mod tests;
mod video;
mod views;
mod work;

use std::collections::BTreeMap;

use bytes::Bytes;
use evidence::{
    AuditEvent, Case, Check, CheckReason, Field, FieldSource, ImageKind, ReadValue, fields_read,
};

use crate::contract::{Failure, FailureCode};
use crate::failure::{chain, not_now, of};
use crate::session::Session;
use picture::{PictureSeen, Portrait};
use print::FrontPrint;
use video::{KnownFace, VideoSeen};
pub use work::SeenReport;
use work::{Job, Subject};

/// Pictures of the document that are read.
const DOCUMENT_SIDES: [ImageKind; 2] = [ImageKind::DocumentFront, ImageKind::DocumentRear];

/// The work of seeing that goes on for the open case, and what only memory keeps of it.
#[derive(Default)]
pub(crate) struct Seeing {
    job: Option<Job>,
    /// What could not be looked at: digests and why.
    failed: BTreeMap<Subject, (Vec<String>, Failure)>,
    /// The front's printed lines: kept out of the case, for they say more than is asked for.
    print: Option<FrontPrint>,
    portrait: Option<Portrait>,
    /// The video's best view of the face, with the video's digest.
    video_face: Option<(String, Option<KnownFace>)>,
    pub hints: BTreeMap<Check, Vec<CheckReason>>,
}

impl Seeing {
    /// What is to be looked at next; none where all is seen.
    fn next(&self, case: &Case) -> Option<(Subject, Vec<String>)> {
        let unread = DOCUMENT_SIDES.into_iter().find_map(|kind| {
            let of = vec![self.unread(case, kind)?];
            self.may(Subject::Picture(kind), of)
        });
        let unseen = || {
            let of = vec![self.unseen_video(case)?];
            self.may(Subject::Video, of)
        };
        let uncompared = || {
            let of = case.faces_of();
            let compared = case.faces.as_ref().is_some_and(|faces| faces.of == of);
            if of.len() < 2 || compared {
                return None;
            }
            self.may(Subject::Faces, of)
        };
        unread.or_else(unseen).or_else(uncompared)
    }

    fn may(&self, subject: Subject, of: Vec<String>) -> Option<(Subject, Vec<String>)> {
        (!self.has_failed(subject, &of)).then_some((subject, of))
    }

    fn has_failed(&self, subject: Subject, of: &[String]) -> bool {
        self.failure(subject, of).is_some()
    }

    fn failure(&self, subject: Subject, of: &[String]) -> Option<&Failure> {
        let (failed, failure) = self.failed.get(&subject)?;
        (failed == of).then_some(failure)
    }

    /// Digest of a picture that was not read.
    fn unread(&self, case: &Case, kind: ImageKind) -> Option<String> {
        let digest = &case.images.get(&kind)?.sha256;
        let reading = case.readings.get(&kind);
        let read = reading.is_some_and(|reading| reading.image_sha256 == *digest);
        (!read).then(|| digest.clone())
    }

    /// Digest of a video that was not looked at; of one whose best face is needed and not remembered.
    fn unseen_video(&self, case: &Case) -> Option<String> {
        let digest = case.judged_video()?;
        let judged = case
            .liveness
            .as_ref()
            .is_some_and(|record| record.video_sha256 == digest);
        let compared = case
            .faces
            .as_ref()
            .is_some_and(|faces| faces.of == case.faces_of());
        let remembered = self
            .video_face
            .as_ref()
            .is_some_and(|(of, _)| *of == digest);
        (!judged || !compared && !remembered).then(|| digest.to_owned())
    }

    /// Whether anything of the case is still to be looked at.
    pub fn working(&self, case: &Case) -> bool {
        self.next(case).is_some()
    }

    /// The lines of the front as it is now.
    fn print_of(&self, case: &Case) -> Option<&FrontPrint> {
        let front = case.images.get(&ImageKind::DocumentFront)?;
        self.print.as_ref().filter(|print| print.of == front.sha256)
    }

    /// The printed form of a value, or what was read where something else was typed.
    fn other_form(&self, case: &Case, field: Field) -> Option<(ReadValue, FieldSource)> {
        let read = fields_read(&case.readings, &case.document_country).remove(&field)?;
        let now = case.fields.get(&field)?;
        match now.source {
            FieldSource::Mrz => {
                let printed = read.printed.filter(|form| form.value != now.value)?;
                Some((printed, FieldSource::Printed))
            }
            FieldSource::Typed => {
                let doubtful = read.valid == Some(false) || read.value == now.value;
                let value = ReadValue {
                    value: read.value,
                    valid: read.valid,
                    confidence: read.confidence,
                };
                (!doubtful).then_some((value, read.source))
            }
            FieldSource::Printed => None,
        }
    }
}

impl Session {
    /// A reading goes with what it is of.
    fn forget_stale(&mut self) -> Result<(), Failure> {
        let open = self.opened()?;
        if !open.case.clone().forget_stale() {
            return Ok(());
        }
        let case_id = open.case.case_id.clone();
        let before = open.case.liveness.clone();
        self.change(None, |case| {
            case.forget_stale();
            Ok(())
        })?;
        if let (Some(seen), None) = (before, &self.opened()?.case.liveness) {
            self.erase_file(&case_id, seen.files().map(str::to_owned));
        }
        self.fill_fields()
    }

    fn picture_read(&mut self, seen: PictureSeen) -> Result<(), Failure> {
        let open = self.opened()?;
        let kind = seen.kind;
        let digest = seen.reading.image_sha256.clone();
        let current = open.case.images.get(&kind).map(|image| &image.sha256);
        if current != Some(&digest) {
            return Ok(());
        }
        if let Some(lines) = seen.lines {
            open.seeing.print = Some(FrontPrint { of: digest, lines });
        }
        open.seeing.portrait = seen.portrait.clone().or(open.seeing.portrait.take());
        let event = AuditEvent::PictureRead {
            kind,
            zone: seen.reading.zone.as_ref().map(|zone| zone.kind.clone()),
            all_valid: (seen.reading.zone.as_ref()).is_some_and(|zone| zone.all_valid),
        };
        let front = ImageKind::DocumentFront;
        let zone = seen.reading.zone.is_some();
        let print_lost = kind != front && zone && open.seeing.print_of(&open.case).is_none();
        self.change(event, |case| {
            case.readings.insert(kind, seen.reading);
            if print_lost {
                // Read again, now that its print can be matched to a zone.
                case.readings.remove(&front);
            }
            Ok(())
        })?;
        self.match_print()?;
        self.fill_fields()?;
        let wants_portrait = !(self.opened()?.case.images).contains_key(&ImageKind::DocumentPhoto);
        if let Some(portrait) = seen.portrait.filter(|_| wants_portrait)
            && kind == ImageKind::DocumentFront
            && let Err(failure) = self.cut_portrait(portrait.area, true)
        {
            // The operator cuts it by hand.
            tracing::warn!(%failure, "the portrait could not be cut");
        }
        Ok(())
    }

    /// Reads the front's print again by what the zone says.
    fn match_print(&mut self) -> Result<(), Failure> {
        let today = self.today();
        let open = self.opened()?;
        let Some(print) = open.seeing.print_of(&open.case) else {
            return Ok(());
        };
        let printed = print.fields(&open.case, today);
        self.change(None, |case| {
            case.put_print(printed);
            Ok(())
        })
    }

    /// Writes what was read into the fields, where the operator has not typed something else.
    fn fill_fields(&mut self) -> Result<(), Failure> {
        let filled = self.change(None, |case| {
            let read = fields_read(&case.readings, &case.document_country);
            Ok(case.take_fields(read))
        })?;
        for field in filled {
            let entry = self.opened()?.case.fields.get(&field).cloned();
            if let Some(entry) = entry {
                self.log(AuditEvent::FieldRead {
                    field,
                    source: entry.source,
                    confidence: entry.confidence.unwrap_or_default(),
                });
            }
        }
        Ok(())
    }

    fn video_judged(&mut self, seen: VideoSeen) -> Result<(), Failure> {
        let open = self.opened()?;
        let digest = seen.liveness.video_sha256.clone();
        if open.case.judged_video() != Some(digest.as_str()) {
            return Ok(());
        }
        open.seeing.video_face = Some((digest, seen.face));
        // Looked at once more for its face alone: the files of its frames are there.
        if open.case.liveness.as_ref() == Some(&seen.liveness) {
            return Ok(());
        }
        let case_id = open.case.case_id.clone();
        let VideoSeen {
            liveness, frames, ..
        } = seen;
        let new: Vec<String> = liveness.files().map(str::to_owned).collect();
        let event = AuditEvent::LivenessJudged {
            passed: liveness.passed,
            sampled: liveness.sampled,
        };
        let kept = self.keep_frames(&case_id, &new, &frames);
        let written =
            kept.and_then(|()| self.change(event, |case| Ok(case.liveness.replace(liveness))));
        // Of the files before and now, those stay that the case names.
        let mut files = new;
        let before = written.as_ref().ok().and_then(Option::as_ref);
        files.extend(
            before
                .iter()
                .flat_map(|seen| seen.files())
                .map(str::to_owned),
        );
        let named = self.opened()?.case.liveness.as_ref();
        files.retain(|file| !named.is_some_and(|seen| seen.files().any(|name| name == file)));
        self.erase_file(&case_id, files);
        written.map(drop)
    }

    fn keep_frames(&self, case_id: &str, files: &[String], jpegs: &[Bytes]) -> Result<(), Failure> {
        for (file, jpeg) in files.iter().zip(jpegs) {
            self.store
                .put(case_id, file, &mut |out| out.write_all(jpeg))?;
        }
        Ok(())
    }

    fn faces_compared(&mut self, record: evidence::FaceRecord) -> Result<(), Failure> {
        if self.opened()?.case.faces_of() != record.of {
            return Ok(());
        }
        let first = record.selfie_portrait;
        let event = AuditEvent::FacesCompared {
            score: first.and_then(|found| found.score),
            distance: first.map(|found| found.distance),
        };
        self.change(event, |case| {
            case.faces = Some(record);
            Ok(())
        })
    }

    pub(crate) fn take_suggestion(&mut self, field: Field) -> Result<(), Failure> {
        let at = self.clock.now();
        let open = self.editable()?;
        let Some((read, source)) = open.seeing.other_form(&open.case, field) else {
            return Err(not_now("no other form is offered"));
        };
        let event = AuditEvent::FieldRead {
            field,
            source,
            confidence: read.confidence,
        };
        self.change(
            event,
            |case| Ok(case.choose_read(field, &read, source, at)?),
        )
    }
}

fn vision_failed(error: &(dyn std::error::Error + 'static)) -> Failure {
    of(FailureCode::VisionFailed, chain(error))
}
