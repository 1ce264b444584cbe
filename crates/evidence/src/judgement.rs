//! What the evidence says of each check, with the reasons. A value is given only where the evidence is sure of it: doubts
//! leave a check not performed, and say why.

use std::collections::BTreeMap;

use time::Date;

use crate::dates::{AGE_OF_MAJORITY, age_on, never_expires, not_expired};
use crate::reading_fields::field_date;
use crate::{
    Case, Check, CheckReason, CheckResult, FaceMatch, Field, FieldRead, FieldSource, ReasonCode,
    fields_read,
};

mod integrity;

/// A printed value is believed from this certainty on; nothing checks it.
const LEAST_SURE_PRINT: f32 = 0.8;

/// Faces with less likeness than this are two persons'.
const OTHER_PERSON: u8 = 30;
/// Faces with so much are one person's; between the two it cannot be told.
const SAME_PERSON: u8 = 50;

/// The day on which is judged, and how far the clock can be trusted that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Today {
    /// Where the station stands.
    pub date: Date,
    /// Minutes by which the time there is ahead of UTC.
    pub zone_offset_min: i32,
    pub clock: Clock,
}

/// What is known of the station's clock: seconds by which it is ahead of the RA's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    Checked { off_by_s: i64 },
    Unchecked,
    Wrong { off_by_s: i64 },
}

/// A check as the evidence has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub result: CheckResult,
    /// Why it was not performed, or what hints at something: no value comes from these.
    pub hints: Vec<CheckReason>,
}

impl Judged {
    fn open(hints: Vec<CheckReason>) -> Judged {
        Judged {
            result: CheckResult::NotPerformed,
            hints,
        }
    }

    fn measured(value: bool, method: &str, reasons: Vec<CheckReason>) -> Judged {
        Judged {
            result: CheckResult::Measured {
                value,
                method: method.to_owned(),
                reasons,
            },
            hints: Vec::new(),
        }
    }
}

/// Judges what follows from the case's evidence alone; one-time code and register are asked elsewhere.
pub fn judge(case: &Case, now: &Today) -> BTreeMap<Check, Judged> {
    BTreeMap::from([
        (Check::DocumentNotexpired, expiry(case, now)),
        (Check::DocumentNotunderage, age(case, now)),
        (Check::DataIntegrity, integrity::judged(case)),
        (Check::Liveliness, liveliness(case)),
        (Check::DocumentNotcopy, Judged::open(copy_hints(case))),
    ])
}

fn expiry(case: &Case, now: &Today) -> Judged {
    let Some((last_day, by_hand)) = date_to_judge(case, Field::IdDocumentValidity) else {
        return Judged::open(unread(
            case,
            Field::IdDocumentValidity,
            ReasonCode::ExpiryDate,
        ));
    };
    let country = case.zone().map_or("", |(_, zone)| zone.text("country"));
    let value = never_expires(country, last_day) || not_expired(last_day, now.date);
    let reason = CheckReason {
        code: ReasonCode::ExpiryDate,
        holds: Some(value),
        measured: Some(last_day.to_string()),
        expected: Some(now.date.to_string()),
    };
    on_a_clock(now, value, "date of expiry", reason, by_hand)
}

fn age(case: &Case, now: &Today) -> Judged {
    let born = date_to_judge(case, Field::BirthDate);
    let Some((years, by_hand)) =
        born.and_then(|(born, by_hand)| Some((age_on(born, now.date)?, by_hand)))
    else {
        return Judged::open(unread(case, Field::BirthDate, ReasonCode::Age));
    };
    let value = years >= u16::from(AGE_OF_MAJORITY);
    let reason = CheckReason {
        code: ReasonCode::Age,
        holds: Some(value),
        measured: Some(years.to_string()),
        expected: Some(AGE_OF_MAJORITY.to_string()),
    };
    on_a_clock(now, value, "date of birth", reason, by_hand)
}

/// A clock that is known to be wrong judges no date. One that comes from a person's hand is said to.
fn on_a_clock(
    now: &Today,
    value: bool,
    method: &str,
    reason: CheckReason,
    by_hand: bool,
) -> Judged {
    let reasons = |clock: CheckReason| {
        let by_hand = by_hand.then(|| plain(ReasonCode::DateByHand, None));
        [Some(reason.clone()), by_hand, Some(clock)]
            .into_iter()
            .flatten()
            .collect()
    };
    let clock = |code, holds, off_by_s: Option<i64>| CheckReason {
        code,
        holds,
        measured: off_by_s.map(|off| off.to_string()),
        expected: None,
    };
    match now.clock {
        Clock::Wrong { off_by_s } => {
            let wrong = clock(ReasonCode::ClockChecked, Some(false), Some(off_by_s));
            let reason = CheckReason {
                holds: None,
                ..reason
            };
            Judged::open(vec![wrong, reason])
        }
        Clock::Checked { .. } => {
            // The seconds differ from one comparison to the next; the reason does not.
            let checked = clock(ReasonCode::ClockChecked, Some(true), None);
            Judged::measured(value, method, reasons(checked))
        }
        Clock::Unchecked => {
            let unchecked = clock(ReasonCode::ClockUnchecked, None, None);
            Judged::measured(value, method, reasons(unchecked))
        }
    }
}

/// The date that is judged, and whether it comes from a person's hand: one that was read surely goes before all that was typed
/// or chosen over it.
fn date_to_judge(case: &Case, field: Field) -> Option<(Date, bool)> {
    let read = fields_read(&case.readings, &case.document_country);
    let sure_date = |read: &FieldRead| field_date(&read.value).filter(|_| sure(read));
    if let Some(date) = read.get(&field).and_then(sure_date) {
        return Some((date, false));
    }
    let entry = case.fields.get(&field).filter(|entry| entry.by_hand())?;
    Some((field_date(&entry.value)?, true))
}

/// Whether what was read can be relied on: held by a check digit, or printed clearly.
fn sure(read: &FieldRead) -> bool {
    match read.source {
        FieldSource::Typed => false,
        FieldSource::Mrz => read.valid == Some(true),
        FieldSource::Printed => read.valid != Some(false) && read.confidence >= LEAST_SURE_PRINT,
    }
}

fn unread(case: &Case, field: Field, code: ReasonCode) -> Vec<CheckReason> {
    let doubtful = case
        .fields
        .get(&field)
        .is_some_and(|entry| !entry.value.is_empty());
    let mut hints = vec![plain(code, None)];
    if doubtful {
        hints.push(plain(ReasonCode::ZoneSure, Some(false)));
    }
    hints
}

fn liveliness(case: &Case) -> Judged {
    let video = case.judged_video();
    let record = case.liveness.as_ref();
    let Some(record) = record.filter(|record| Some(record.video_sha256.as_str()) == video) else {
        return Judged::open(Vec::new());
    };
    let face = face_as_pictured(case);
    let likeness = face.as_ref().map(|face| face.holds);
    let reasons = record.reasons.iter().chain(&face).chain(&record.warnings);
    let reasons = reasons.cloned().collect();
    match (record.passed, likeness) {
        // Whether it is somebody else is a person's to say.
        (true, Some(None)) => Judged::open(reasons),
        (passed, likeness) => {
            let value = passed && likeness != Some(Some(false));
            Judged::measured(value, "challenge in the video", reasons)
        }
    }
}

/// Whether the face of the video is the one in the pictures; nothing where no face is large enough to tell.
fn face_as_pictured(case: &Case) -> Option<CheckReason> {
    let faces = case
        .faces
        .as_ref()
        .filter(|faces| faces.of == case.faces_of())?;
    let score = |pair: Option<FaceMatch>| pair?.score;
    let score = score(faces.video_selfie).or(score(faces.video_portrait))?;
    Some(CheckReason {
        code: ReasonCode::FaceAsPictured,
        holds: match score {
            0..OTHER_PERSON => Some(false),
            OTHER_PERSON..SAME_PERSON => None,
            _ => Some(true),
        },
        measured: Some(score.to_string()),
        expected: Some(SAME_PERSON.to_string()),
    })
}

/// Cues of all sides; of two of a kind, the one that speaks of a copy.
fn copy_hints(case: &Case) -> Vec<CheckReason> {
    let mut hints: BTreeMap<ReasonCode, CheckReason> = BTreeMap::new();
    for hint in case
        .readings
        .values()
        .flat_map(|reading| &reading.copy_hints)
    {
        let worse = hint.holds == Some(false) || !hints.contains_key(&hint.code);
        if worse {
            hints.insert(hint.code, hint.clone());
        }
    }
    hints.into_values().collect()
}

fn plain(code: ReasonCode, holds: Option<bool>) -> CheckReason {
    CheckReason {
        code,
        holds,
        measured: None,
        expected: None,
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_sides;
