//! The accepted video: whether the person in it did what was asked, and the best view of the face.

use std::io::BufReader;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use evidence::{
    ActionFrame, Case, Challenge, ChallengeAction, CheckReason, LivenessRecord, ReasonCode,
};
use recorder::{VideoReader, YuvFrame};
use sha2::{Digest, Sha256};
use vision::Picture;
use vision::face::Descriptor;
use vision::liveness::{
    Demand, LivenessResult, MOST_DISTANCE, Observation, Reason, Warning, judge, observe, seen_now,
};

use super::{faces, vision_failed};
use crate::contract::{Failure, FailureCode};
use crate::failure::{chain, of, plain};
use crate::guiding::demand;
use crate::source;
use crate::store::CaseStore;

/// Between two frames that are looked at: about six a second.
const PACE: Duration = Duration::from_millis(160);
/// Frames that are looked at in all; a longer video is looked at less often.
const MOST_SAMPLES: u32 = 400;
/// Every so many of them the face is described.
const DESCRIBED: usize = 3;
/// Widest that the frame of an action is kept: enough to see who turned the head, and which way.
const FRAME_WIDTH: u32 = 480;
/// A head turned farther is no view to compare.
const MOST_TURNED_DEG: f32 = 10.0;
/// The document is held up for so long before it is marked as shown, where no action was marked before it, and so long after.
const SHOWN_BEFORE: Duration = Duration::from_secs(6);
const SHOWN_AFTER: Duration = Duration::from_millis(1500);

/// A face that was described.
#[derive(Clone)]
pub(super) struct KnownFace {
    pub descriptor: Descriptor,
    pub inter_eye_px: f32,
}

pub(super) struct VideoSeen {
    pub liveness: LivenessRecord,
    /// JPEGs of the record's frames.
    pub frames: Vec<Bytes>,
    pub face: Option<KnownFace>,
}

/// The video that is looked at, and what its subject was asked to do.
pub(super) struct Task {
    case_id: String,
    file: String,
    digest: String,
    challenge: Challenge,
    warnings: Vec<CheckReason>,
}

impl Task {
    pub fn of(case: &Case) -> Option<Task> {
        let digest = case.judged_video()?.to_owned();
        let video = case.video.as_ref()?;
        let selfie = case.images.get(&evidence::ImageKind::DocumentOwner);
        let other = selfie.is_some_and(|selfie| selfie.source != video.source);
        let signs = [
            (video.picked, ReasonCode::PickedFile),
            (video.virtual_camera, ReasonCode::VirtualCamera),
            (!video.picked && other, ReasonCode::CameraChanged),
        ];
        Some(Task {
            case_id: case.case_id.clone(),
            file: video.file.clone(),
            digest,
            challenge: case.challenge.clone(),
            warnings: signs
                .into_iter()
                .filter(|(there, _)| *there)
                .map(|(_, code)| reason(code, Some(false), None, None))
                .collect(),
        })
    }

    /// Decodes the whole video, until it is told to stop.
    pub fn look(self, store: &dyn CaseStore, stopped: &AtomicBool) -> Result<VideoSeen, Failure> {
        let (file, _) = store.open(&self.case_id, &self.file)?;
        let unreadable =
            |error: recorder::ReadError| of(FailureCode::VideoUnreadable, chain(&error));
        let mut reader = VideoReader::open(BufReader::new(file)).map_err(unreadable)?;
        let pace = PACE.max(reader.duration() / MOST_SAMPLES);
        let mut seen: Vec<Observation> = Vec::new();
        let mut best = BestView::default();
        let mut shown = Shown::new(&self.challenge, &self.digest);
        let mut next = Duration::ZERO;
        while let Some(frame) = reader.next_frame().map_err(unreadable)? {
            if stopped.load(Ordering::Relaxed) {
                return Err(plain(FailureCode::Cancelled));
            }
            // A frame out of order is looked at too: that its time is impossible is what is to be seen.
            let back = seen.last().is_some_and(|last| frame.at <= last.at);
            if frame.at < next && !back {
                continue;
            }
            next = frame.at + pace;
            let Some(picture) = source::video_picture(&frame) else {
                continue;
            };
            let described = seen.len().is_multiple_of(DESCRIBED);
            let now = observe(&picture, frame.at, described).map_err(|e| vision_failed(&e))?;
            shown.consider(&now, &frame);
            best.consider(&now, picture);
            seen.push(now);
        }
        let demands: Vec<Demand> = demands(&self.challenge).map(|(_, demand)| demand).collect();
        let result = judge(&demands, &seen, &shown_document(&self.challenge));
        let mut liveness = record(&self.challenge, &result);
        let (kept, frames) = shown.frames.into_iter().unzip();
        liveness.frames = kept;
        liveness.video_sha256 = self.digest;
        liveness.warnings.extend(self.warnings);
        let face = match best.picture {
            Some(picture) => faces::known(&picture)?,
            None => None,
        };
        Ok(VideoSeen {
            liveness,
            frames,
            face,
        })
    }
}

/// The frame that shows the face largest and straight.
#[derive(Default)]
struct BestView {
    score: f32,
    picture: Option<Picture>,
}

impl BestView {
    /// A view must be this much better to take another's place: each costs a copy.
    const BETTER: f32 = 1.05;

    fn consider(&mut self, now: &Observation, picture: Picture) {
        let (Some(yaw), Some(eyes), 1) = (now.yaw_deg, now.inter_eye_px, now.faces) else {
            return;
        };
        let score = eyes * (1.0 - yaw.abs() / (2.0 * MOST_TURNED_DEG));
        if yaw.abs() <= MOST_TURNED_DEG && score > self.score * Self::BETTER {
            (self.score, self.picture) = (score, Some(picture));
        }
    }
}

/// The frames in which the actions are seen, each after the one before it, as the judgement takes them; of all others nothing is kept.
struct Shown {
    /// What is still to be seen, the next one last.
    rest: Vec<(usize, Demand)>,
    digest: String,
    frames: Vec<(ActionFrame, Bytes)>,
}

impl Shown {
    fn new(challenge: &Challenge, digest: &str) -> Shown {
        let mut rest: Vec<_> = demands(challenge).collect();
        rest.reverse();
        Shown {
            rest,
            digest: digest.to_owned(),
            frames: Vec::new(),
        }
    }

    fn consider(&mut self, now: &Observation, frame: &YuvFrame) {
        let seen = now.yaw_deg.and_then(seen_now);
        let next = self.rest.pop_if(|(_, demand)| seen == Some(*demand));
        let Some((place, _)) = next else { return };
        let Some(jpeg) = source::video_jpeg(frame, FRAME_WIDTH) else {
            return;
        };
        // Named by the video: looked at once more, it has the same.
        let id = format!("{}-{place}", self.digest.get(..32).unwrap_or(&self.digest));
        let kept = ActionFrame {
            action: u32::try_from(place).unwrap_or(u32::MAX),
            at_ms: u64::try_from(now.at.as_millis()).unwrap_or(u64::MAX),
            file: format!("liveness-{id}.jpg"),
            id,
            sha256: hex::encode(Sha256::digest(&jpeg)),
        };
        self.frames.push((kept, jpeg));
    }
}

/// What of the challenge can be told, with its place.
fn demands(challenge: &Challenge) -> impl Iterator<Item = (usize, Demand)> {
    let actions = challenge.actions.iter().enumerate();
    actions.filter_map(|(place, action)| Some((place, demand(*action)?)))
}

/// When the document was held up, by the operator's marks: it covers faces, and shows one.
fn shown_document(challenge: &Challenge) -> Vec<[Duration; 2]> {
    let marks = || challenge.marked_ms.iter().flatten().copied();
    let actions = challenge.actions.iter().zip(&challenge.marked_ms);
    actions
        .filter(|(action, _)| **action == ChallengeAction::ShowDocument)
        .filter_map(|(_, mark)| {
            let mark = (*mark)?;
            let end = Duration::from_millis(mark);
            let before = marks().filter(|other| *other < mark).max();
            let begin = before.map_or(end.saturating_sub(SHOWN_BEFORE), Duration::from_millis);
            Some([begin, end + SHOWN_AFTER])
        })
        .collect()
}

fn record(challenge: &Challenge, result: &LivenessResult) -> LivenessRecord {
    let mut seen_ms = vec![None; challenge.actions.len()];
    let mut reasons = Vec::new();
    for ((place, demand), step) in demands(challenge).zip(&result.steps) {
        let code = match demand {
            Demand::LookAhead => ReasonCode::LookedAhead,
            Demand::TurnLeft => ReasonCode::TurnedLeft,
            Demand::TurnRight => ReasonCode::TurnedRight,
        };
        let at = step.found_at.map(seconds);
        reasons.push(reason(code, Some(step.found_at.is_some()), at, None));
        seen_ms[place] = step
            .found_at
            .and_then(|at| u64::try_from(at.as_millis()).ok());
    }
    let failed = |what| result.reasons.contains(&what);
    reasons.push(reason(
        ReasonCode::SamePerson,
        Some(!failed(Reason::OtherPerson)),
        result.largest_distance.map(|d| format!("{d:.2}")),
        Some(MOST_DISTANCE.to_string()),
    ));
    let missing: Duration = result
        .missing_face
        .iter()
        .map(|[from, to]| *to - *from)
        .sum();
    reasons.push(reason(
        ReasonCode::FaceThroughout,
        Some(!failed(Reason::FaceMissing) && !failed(Reason::TooFewFrames)),
        Some(seconds(missing)),
        None,
    ));
    reasons.push(reason(
        ReasonCode::OneFaceOnly,
        Some(!failed(Reason::SecondFace)),
        Some(result.second_face.len().to_string()),
        None,
    ));
    let warnings = result.warnings.iter().map(|warning| {
        let (code, count) = match warning {
            Warning::IdenticalFrames { count } => (ReasonCode::IdenticalFrames, count),
            Warning::ImpossibleTiming { count } => (ReasonCode::FrameTiming, count),
        };
        reason(code, Some(false), Some(count.to_string()), None)
    });
    LivenessRecord {
        video_sha256: String::new(),
        passed: result.passed,
        reasons,
        warnings: warnings.collect(),
        sampled: u32::try_from(result.sampled).unwrap_or(u32::MAX),
        seen_ms,
        frames: Vec::new(),
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f32())
}

fn reason(
    code: ReasonCode,
    holds: Option<bool>,
    measured: Option<String>,
    expected: Option<String>,
) -> CheckReason {
    CheckReason {
        code,
        holds,
        measured,
        expected,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_document_is_shown_between_the_mark_before_and_its_own() {
        use ChallengeAction::{LookAhead, ShowDocument, TurnLeft};
        let mut challenge = Challenge {
            code: String::new(),
            actions: vec![LookAhead, TurnLeft, ShowDocument],
            marked_ms: vec![Some(1000), Some(3000), Some(7000)],
        };
        let ms = Duration::from_millis;
        assert_eq!(shown_document(&challenge), [[ms(3000), ms(8500)]]);
        challenge.marked_ms = vec![None, None, Some(7000)];
        assert_eq!(shown_document(&challenge), [[ms(1000), ms(8500)]]);
        challenge.marked_ms = vec![Some(1000), None, None];
        assert!(shown_document(&challenge).is_empty());
    }

    #[test]
    fn a_look_through_a_video_ends_when_it_is_told_to() {
        let folder = tempfile::tempdir().unwrap();
        let store = crate::store::FolderStore::open(folder.path()).unwrap();
        let film = include_bytes!("../../../ra-mock/specimens/video.mp4");
        store.create("case").unwrap();
        let put = store.put("case", "video.mp4", &mut |out| out.write_all(film));
        put.unwrap();
        let task = Task {
            case_id: "case".to_owned(),
            file: "video.mp4".to_owned(),
            digest: String::new(),
            challenge: Challenge {
                code: String::new(),
                actions: Vec::new(),
                marked_ms: Vec::new(),
            },
            warnings: Vec::new(),
        };
        let looked = task.look(&store, &AtomicBool::new(true));
        assert_eq!(looked.err().unwrap().code, FailureCode::Cancelled);
    }
}
