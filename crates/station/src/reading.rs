//! What the accepted pictures and the video show: looked at in the background, one piece of evidence after the other, and
//! written into the case with its source. What is still to be looked at follows from the case alone: each reading names the
//! digest of what it is of, and nothing has to be told when a picture comes, goes or was left unread.

mod faces;
mod picture;
mod print;
mod video;
mod views;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use evidence::{
    AuditEvent, Case, Check, CheckReason, Field, FieldSource, ImageKind, ReadValue, fields_read,
};

use crate::contract::{Failure, FailureCode};
use crate::failure::{chain, not_now, of};
use crate::message::Message;
use crate::session::Session;
use picture::{PictureSeen, Portrait};
use print::FrontPrint;
use video::{KnownFace, VideoSeen};

/// Pictures of the document that are read.
const DOCUMENT_SIDES: [ImageKind; 2] = [ImageKind::DocumentFront, ImageKind::DocumentRear];
/// Far longer than anything takes: what is not done by then is given up.
const DEADLINE: Duration = Duration::from_secs(150);

/// A piece of evidence that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Picture(ImageKind),
    Video,
    Faces,
}

struct Job {
    number: u64,
    subject: Subject,
    /// Digests of what it looks at.
    of: Vec<String>,
    since: Instant,
}

/// The work of seeing that goes on for the open case, and what only memory keeps of it.
#[derive(Default)]
pub(crate) struct Seeing {
    job: Option<Job>,
    jobs: u64,
    /// What could not be looked at: digests and why.
    failed: BTreeMap<Subject, (Vec<String>, Failure)>,
    /// The front's printed lines: kept out of the case, for they say more than is asked for.
    print: Option<FrontPrint>,
    portrait: Option<Portrait>,
    /// The video's best view of the face, with the video's digest.
    video_face: Option<(String, Option<KnownFace>)>,
    pub hints: BTreeMap<Check, Vec<CheckReason>>,
}

pub struct SeenReport {
    case_id: String,
    number: u64,
    result: Result<Seen, Failure>,
}

enum Seen {
    Picture(PictureSeen),
    Video(Box<VideoSeen>),
    Faces(evidence::FaceRecord),
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
    /// Brings what was seen and judged up to date with the case, and looks at what was not looked at yet. Called after
    /// everything that may have changed it.
    pub(crate) fn see(&mut self) {
        let Some(open) = self.open.as_ref().filter(|open| !open.sending()) else {
            return;
        };
        if open.case.check_open().is_err() {
            return;
        }
        if let Err(failure) = self.forget_stale().and_then(|()| self.judge_checks()) {
            tracing::warn!(%failure, "what was seen could not be written");
            return;
        }
        self.give_up_late();
        self.look_at_next();
    }

    /// A reading goes with what it is of.
    fn forget_stale(&mut self) -> Result<(), Failure> {
        let open = self.opened()?;
        if !open.case.clone().forget_stale() {
            return Ok(());
        }
        self.change(None, |case| {
            case.forget_stale();
            Ok(())
        })?;
        self.fill_fields()
    }

    fn give_up_late(&mut self) {
        let Some(open) = &mut self.open else { return };
        let late = |job: &mut Job| job.since.elapsed() > DEADLINE;
        if let Some(job) = open.seeing.job.take_if(late) {
            let failure = of(
                FailureCode::VisionFailed,
                format!("given up after {} s", DEADLINE.as_secs()),
            );
            open.seeing.failed.insert(job.subject, (job.of, failure));
        }
    }

    fn look_at_next(&mut self) {
        let (store, inbox) = (self.store.clone(), self.inbox.clone());
        let today = self.today();
        let Some(open) = &mut self.open else { return };
        // A recording needs the machine.
        if open.seeing.job.is_some() || open.recording.is_some() {
            return;
        }
        let case = &open.case;
        let Some((subject, of)) = open.seeing.next(case) else {
            return;
        };
        let case_id = case.case_id.clone();
        let work: Box<dyn FnOnce() -> Result<Seen, Failure> + Send> = match subject {
            Subject::Picture(kind) => {
                let Some(image) = case.images.get(&kind).cloned() else {
                    return;
                };
                let case_id = case_id.clone();
                Box::new(move || {
                    picture::read(store.as_ref(), &case_id, kind, &image, today).map(Seen::Picture)
                })
            }
            Subject::Video => {
                let Some(task) = video::Task::of(case) else {
                    return;
                };
                Box::new(move || {
                    task.look(store.as_ref())
                        .map(|seen| Seen::Video(Box::new(seen)))
                })
            }
            Subject::Faces => {
                let known = open.seeing.video_face.as_ref();
                let video = known.and_then(|(_, face)| face.clone());
                let task = faces::Task::of(case, video);
                Box::new(move || task.compare(store.as_ref()).map(Seen::Faces))
            }
        };
        open.seeing.jobs += 1;
        let number = open.seeing.jobs;
        let report_to = case_id.clone();
        let spawned = std::thread::Builder::new()
            .name("seeing".to_owned())
            .spawn(move || {
                let result = work();
                let _ = inbox.send(Message::Seen(Box::new(SeenReport {
                    case_id: report_to,
                    number,
                    result,
                })));
            });
        match spawned {
            Ok(_) => {
                open.seeing.job = Some(Job {
                    number,
                    subject,
                    of,
                    since: Instant::now(),
                });
            }
            Err(error) => {
                let failure = crate::failure::of(FailureCode::Internal, error);
                open.seeing.failed.insert(subject, (of, failure));
            }
        }
    }

    pub(crate) fn seen(&mut self, report: SeenReport) {
        let Some(open) = &mut self.open else { return };
        if open.case.case_id != report.case_id {
            return;
        }
        let mine = |job: &mut Job| job.number == report.number;
        let Some(job) = open.seeing.job.take_if(mine) else {
            return;
        };
        let failure = match report.result {
            Err(failure) => failure,
            // Sent or cancelled in the meantime: nothing changes any more.
            Ok(_) if open.sending() || open.case.check_open().is_err() => return,
            Ok(seen) => {
                let written = match seen {
                    Seen::Picture(seen) => self.picture_read(seen),
                    Seen::Video(seen) => self.video_judged(*seen),
                    Seen::Faces(record) => self.faces_compared(record),
                };
                match written {
                    Ok(()) => return,
                    Err(failure) => failure,
                }
            }
        };
        tracing::warn!(%failure, "evidence could not be looked at");
        if let Some(open) = &mut self.open {
            open.seeing.failed.insert(job.subject, (job.of, failure));
        }
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
        if open.case.liveness.as_ref() == Some(&seen.liveness) {
            return Ok(());
        }
        let event = AuditEvent::LivenessJudged {
            passed: seen.liveness.passed,
            sampled: seen.liveness.sampled,
        };
        self.change(event, |case| {
            case.liveness = Some(seen.liveness);
            Ok(())
        })
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
