//! What the evidence says of each check, with the reasons. A value is given only where the evidence is sure of it: doubts
//! leave a check not performed, and say why.

use std::collections::BTreeMap;

use time::Date;

use crate::dates::{AGE_OF_MAJORITY, age_on, never_expires, not_expired};
use crate::reading_fields::field_date;
use crate::{Case, Check, CheckReason, CheckResult, Field, FieldEntry, FieldSource, ReasonCode};

mod integrity;

/// A printed value is believed from this certainty on; nothing checks it.
const LEAST_SURE_PRINT: f32 = 0.8;

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
    let Some(last_day) = sure_date(case, Field::IdDocumentValidity) else {
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
    on_a_clock(now, value, "date of expiry", reason)
}

fn age(case: &Case, now: &Today) -> Judged {
    let born = sure_date(case, Field::BirthDate);
    let Some(years) = born.and_then(|born| age_on(born, now.date)) else {
        return Judged::open(unread(case, Field::BirthDate, ReasonCode::Age));
    };
    let value = years >= u16::from(AGE_OF_MAJORITY);
    let reason = CheckReason {
        code: ReasonCode::Age,
        holds: Some(value),
        measured: Some(years.to_string()),
        expected: Some(AGE_OF_MAJORITY.to_string()),
    };
    on_a_clock(now, value, "date of birth", reason)
}

/// A clock that is known to be wrong judges no date.
fn on_a_clock(now: &Today, value: bool, method: &str, reason: CheckReason) -> Judged {
    let clock = |code, holds, off_by_s: Option<i64>| CheckReason {
        code,
        holds,
        measured: off_by_s.map(|off| off.to_string()),
        expected: None,
    };
    match now.clock {
        Clock::Wrong { off_by_s } => {
            let wrong = clock(ReasonCode::ClockChecked, Some(false), Some(off_by_s));
            Judged::open(vec![
                wrong,
                CheckReason {
                    holds: None,
                    ..reason
                },
            ])
        }
        Clock::Checked { .. } => {
            // The seconds differ from one comparison to the next; the reason does not.
            let checked = clock(ReasonCode::ClockChecked, Some(true), None);
            Judged::measured(value, method, vec![reason, checked])
        }
        Clock::Unchecked => {
            let unchecked = clock(ReasonCode::ClockUnchecked, None, None);
            Judged::measured(value, method, vec![reason, unchecked])
        }
    }
}

/// The date of a field, where it can be relied on.
fn sure_date(case: &Case, field: Field) -> Option<Date> {
    let entry = case.fields.get(&field).filter(|entry| sure(entry))?;
    field_date(&entry.value)
}

/// Whether a field's value can be relied on: typed by a person, held by a check digit, or printed clearly.
fn sure(entry: &FieldEntry) -> bool {
    match entry.source {
        FieldSource::Typed => true,
        FieldSource::Mrz => entry.valid == Some(true),
        FieldSource::Printed => {
            entry.valid != Some(false)
                && (entry.confidence).is_some_and(|sure| sure >= LEAST_SURE_PRINT)
        }
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
    match record.filter(|record| Some(record.video_sha256.as_str()) == video) {
        None => Judged::open(Vec::new()),
        Some(record) => {
            let reasons = record.reasons.iter().chain(&record.warnings).cloned();
            Judged::measured(record.passed, "challenge in the video", reasons.collect())
        }
    }
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
