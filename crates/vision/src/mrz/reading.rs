//! Reading the machine-readable zone of a picture: every turn is tried, and doubts are kept.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::Serialize;
use time::{Date, OffsetDateTime};

use super::find::{self, Group, SEARCH_SIDE};
use super::gray::Gray;
use super::judge::{LEAST_SURE_ALONE, judge};
use super::net::MrzModelError;
use super::strip::Pyramid;
use super::text::{MrzField, MrzKind};
use super::zone::{Zone, read_group};

/// Pictures with more pixels than this are not searched.
pub const MAX_PIXELS: usize = 50_000_000;
/// Fields whose own digit tells whether they were read as they are printed.
const WITH_DIGIT: [&str; 3] = ["number", "birth_date", "expiry_date"];
/// Groups of lines that are tried at most, by turn and size.
const MAX_GROUPS: usize = 4;

/// A zone that was read. Values are personal data; `Debug` shows none.
#[derive(Clone, Serialize)]
pub struct MrzReading {
    pub kind: MrzKind,
    pub lines: Vec<String>,
    /// As [`MrzText::fields`]; a field with an unsure letter does not hold (`false`, or `None` where a digit agrees).
    pub fields: BTreeMap<&'static str, MrzField>,
    /// By field: how sure its least sure letter is, 0 to 1.
    pub confidence: BTreeMap<&'static str, f32>,
    /// Every digit agrees, alphabets, countries and dates are right, and no letter is in doubt.
    pub all_valid: bool,
    pub names_truncated: bool,
    /// Corners in pixels of the picture, from the top left clockwise as the zone is read.
    pub corners: [[f32; 2]; 4],
    pub ms: MrzTimes,
}

impl std::fmt::Debug for MrzReading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MrzReading")
            .field("kind", &self.kind)
            .field("fields", &self.fields)
            .field("all_valid", &self.all_valid)
            .finish_non_exhaustive()
    }
}

impl MrzReading {
    /// What an earlier look at the same zone was sure of counts: a field of which it surely said otherwise, or whose digit it
    /// surely saw fail, is in doubt, however well this look's digits agree. Else looks would be repeated until digits agree.
    pub(crate) fn heed(&mut self, earlier: &MrzReading) {
        if self.kind != earlier.kind {
            return;
        }
        for (name, field) in &mut self.fields {
            let Some(before) = earlier.fields.get(name) else {
                continue;
            };
            let sure = earlier
                .confidence
                .get(name)
                .is_some_and(|sure| *sure >= LEAST_SURE_ALONE);
            let failed = before.valid == Some(false) && field.valid == Some(true);
            if !sure || (before.value == field.value && !(failed && WITH_DIGIT.contains(name))) {
                continue;
            }
            field.valid = match field.valid {
                Some(true) => None,
                _ => Some(false),
            };
            self.all_valid = false;
        }
    }
}

/// Wall-clock milliseconds by stage.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct MrzTimes {
    pub find: f32,
    pub read: f32,
}

/// Finds and reads the zone in a luma picture of `width` × `height` bytes, whatever its turn; nothing where there is none, where
/// the size does not fit the bytes, or above [`MAX_PIXELS`]. Dates are judged by today's date in UTC.
pub fn read_mrz(
    luma: &[u8],
    width: usize,
    height: usize,
) -> Result<Option<MrzReading>, MrzModelError> {
    read_mrz_on(luma, width, height, OffsetDateTime::now_utc().date())
}

/// [`read_mrz`] with the date that centuries are judged by.
pub fn read_mrz_on(
    luma: &[u8],
    width: usize,
    height: usize,
    today: Date,
) -> Result<Option<MrzReading>, MrzModelError> {
    let pixels = width.checked_mul(height);
    if pixels != Some(luma.len())
        || luma.len() > MAX_PIXELS
        || width.min(height) < 20
        || width.max(height) < 120
    {
        return Ok(None);
    }
    let mut ms = MrzTimes::default();
    let upright = Pyramid::new(Gray {
        w: width,
        h: height,
        px: luma.to_vec(),
    });
    let aside = Pyramid::new(upright.full().quarter_turned());
    let coarse = width.max(height).div_ceil(SEARCH_SIDE);
    let mut tries = vec![(coarse, false)];
    if coarse > 1 {
        tries.push((coarse / 2, false));
    }
    tries.extend([(coarse * 2, false), (coarse, true), (coarse * 2, true)]);
    let mut best: Option<Look> = None;
    // What is no zone is found at several sizes, too.
    let mut refused: Vec<(bool, f32, Group)> = Vec::new();
    for (size, bold) in tries {
        let scale = size as f32;
        for (picture, quarter) in [(&upright, false), (&aside, true)] {
            let began = Instant::now();
            let groups = find::groups(&picture.full().shrunk(size), bold);
            ms.find += began.elapsed().as_secs_f32() * 1e3;
            let began = Instant::now();
            for group in groups.into_iter().take(MAX_GROUPS) {
                if refused
                    .iter()
                    .any(|(aside, s, other)| *aside == quarter && group.is_where(scale, other, *s))
                {
                    continue;
                }
                let judged = |zone: &Zone| judge(zone, quarter, height, today);
                let found = look(picture, &group, scale, judged)?.map(|mut look| {
                    if let Some(best) = &best {
                        look.reading.heed(&best.reading);
                    }
                    look
                });
                match found {
                    Some(look) if best.as_ref().is_none_or(|best| look.beats(best)) => {
                        best = Some(look);
                    }
                    Some(_) => {}
                    None => refused.push((quarter, scale, group)),
                }
                if best.as_ref().is_some_and(|best| best.reading.all_valid) {
                    break;
                }
            }
            ms.read += began.elapsed().as_secs_f32() * 1e3;
            if let Some(Look { mut reading, .. }) = best.take_if(|best| best.reading.all_valid) {
                reading.ms = ms;
                return Ok(Some(reading));
            }
        }
        // A zone that was read, if with faults, is not searched for at other sizes.
        if best.as_ref().is_some_and(|best| best.held >= 3) {
            break;
        }
    }
    Ok(best.map(|Look { mut reading, .. }| {
        reading.ms = ms;
        reading
    }))
}

/// A reading and what speaks for it.
struct Look {
    reading: MrzReading,
    /// Fields that a digit confirms.
    held: u32,
    mean_sure: f32,
}

impl Look {
    fn beats(&self, other: &Look) -> bool {
        let rank = |look: &Look| (look.reading.all_valid, look.held);
        rank(self) > rank(other) || (rank(self) == rank(other) && self.mean_sure > other.mean_sure)
    }
}

/// What a group of lines says as a zone; where that is in doubt, a second look tells more.
fn look(
    picture: &Pyramid,
    group: &Group,
    scale: f32,
    judged: impl Fn(&Zone) -> Option<MrzReading>,
) -> Result<Option<Look>, MrzModelError> {
    let Some(zone) = read_group(picture, group, scale)? else {
        return Ok(None);
    };
    let of = |zone: &Zone| {
        judged(zone).map(|reading| Look {
            held: held(&reading),
            mean_sure: zone.mean_sure(),
            reading,
        })
    };
    match of(&zone) {
        Some(first) if !first.reading.all_valid => {
            let second = of(&zone.read_again(picture)?).map(|mut second| {
                second.reading.heed(&first.reading);
                second
            });
            Ok(Some(second.filter(|s| s.beats(&first)).unwrap_or(first)))
        }
        other => Ok(other),
    }
}

/// Fields that a digit confirms.
fn held(reading: &MrzReading) -> u32 {
    reading
        .fields
        .values()
        .filter(|f| f.valid == Some(true))
        .count() as u32
}
