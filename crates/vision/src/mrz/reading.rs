//! Reading the machine-readable zone of a picture: every turn is tried, and doubts are kept.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::Serialize;
use time::{Date, OffsetDateTime};

use super::decode::{Decoded, top};
use super::find::{self, Group, SEARCH_SIDE};
use super::gray::{Gray, P};
use super::net::MrzModelError;
use super::strip::Pyramid;
use super::text::{MrzField, MrzKind, MrzText, NUMBERED_TYPES, Span, parse};
use super::zone::{Zone, read_group};

/// A letter that no check digit covers must be at least so sure, or its field does not hold.
pub const LEAST_SURE_ALONE: f32 = 0.80;
/// A letter that a check digit covers must be at least so sure for the digit to decide; and of two letters in doubt it decides
/// none, for two mistakes (O for 0 here, 0 for O there) can make up for each other.
pub const LEAST_SURE_COVERED: f32 = 0.50;
/// In a place for digits, a digit at least so likely is taken where a letter was likelier; and in type and names a letter where a
/// digit was: O and 0 differ little. Below it the picture speaks against it, and what it shows stays.
const LEAST_LIKELY: f32 = 0.03;
/// How much commoner 0 is than O in the zones that the reader was trained on, through their dates. Where a field may hold either,
/// as often the one as the other, that is taken back; a digit covers these fields.
const ZERO_OVER_O: f32 = 1.8;
/// Pictures with more pixels than this are not searched.
pub const MAX_PIXELS: usize = 50_000_000;
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
                match look(picture, &group, scale, judged)? {
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
            let second = of(&zone.read_again(picture)?);
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

/// What the lines say, with the doubts of the reading; nothing where too little speaks for a zone.
fn judge(zone: &Zone, quarter: bool, height: usize, today: Date) -> Option<MrzReading> {
    let mut lines: Vec<Decoded> = zone.lines.iter().map(|l| l.decoded.clone()).collect();
    let kind = MrzKind::of(&lines.iter().map(text_of).collect::<Vec<_>>())?;
    let layout = kind.layout();
    let digit_after = |(row, _, to): Span| (row, to, to + 1);
    let mut digits = vec![
        layout.birth,
        digit_after(layout.birth),
        digit_after(layout.number),
    ];
    if let Some(expiry) = layout.expiry {
        digits.extend([expiry, digit_after(expiry)]);
    }
    if kind == MrzKind::IdFra {
        // Year, month and a running number; between them the department, which may have a letter.
        digits.extend([(1, 0, 4), (1, 7, 12)]);
    }
    if !layout.composite.is_empty() {
        digits.push((1, layout.letters - 1, layout.letters));
    }
    for (row, from, to) in digits {
        let Some(line) = lines.get_mut(row) else {
            continue;
        };
        for i in from..to {
            let (letter, sure) = top(&line.classes[i], |l| l.is_ascii_digit());
            let digits: f32 = line.classes[i][..10].iter().sum();
            if !line.text[i].is_ascii_digit() && sure >= LEAST_LIKELY {
                (line.text[i], line.sure[i]) = (letter, sure / digits.max(sure));
            }
        }
    }
    // Letters and fillers only: the type and the names. Countries are left as they look, and only their doubt is of letters alone.
    let numbered = (NUMBERED_TYPES.iter()).any(|code| lines[0].text.starts_with(code.as_bytes()));
    let states = [Some((0, 2, 5)), layout.nationality];
    let names = [Some(layout.names), layout.given];
    let mut lettered = vec![((0, 0, if numbered { 1 } else { 2 }), true)];
    lettered.extend(names.into_iter().flatten().map(|span| (span, true)));
    lettered.extend(states.into_iter().flatten().map(|span| (span, false)));
    for ((row, from, to), take) in lettered {
        let Some(line) = lines.get_mut(row) else {
            continue;
        };
        for i in from..to {
            let (letter, sure) = top(&line.classes[i], |l| !l.is_ascii_digit());
            if letter == line.text[i] || (take && sure >= LEAST_LIKELY) {
                let digits: f32 = line.classes[i][..10].iter().sum();
                (line.text[i], line.sure[i]) = (letter, sure / (1.0 - digits).max(sure));
            }
        }
    }
    let mut either = vec![layout.optional];
    either.extend((kind != MrzKind::IdFra).then_some(layout.number));
    either.extend(layout.optional_2);
    for (row, from, to) in either {
        let Some(line) = lines.get_mut(row) else {
            continue;
        };
        for i in from..to {
            let [zero, letter] = [b'0', b'O'].map(|c| top(&line.classes[i], |l| l == c).1);
            if line.text[i] == b'0' && letter * ZERO_OVER_O > zero {
                (line.text[i], line.sure[i]) =
                    (b'O', letter * ZERO_OVER_O / (letter * ZERO_OVER_O + zero));
            }
        }
    }
    let MrzText {
        kind,
        lines: text,
        mut fields,
        names_truncated,
        mut all_valid,
    } = parse(&lines.iter().map(text_of).collect::<Vec<_>>(), today)?;
    let least = |(row, from, to): Span| {
        lines.get(row).map_or(0.0, |l| {
            l.sure[from..to].iter().copied().fold(1.0, f32::min)
        })
    };
    let with_digit = |(row, from, to): Span| least((row, from, to + 1));
    let mut confidence = BTreeMap::new();
    let mut spans: Vec<(&'static str, f32)> = vec![
        ("type", least((0, 0, 2))),
        ("country", least((0, 2, 5))),
        ("sex", least(layout.sex)),
        ("surname", least(layout.names)),
        ("given_names", least(layout.given.unwrap_or(layout.names))),
        ("number", with_digit(layout.number)),
        ("birth_date", with_digit(layout.birth)),
        ("optional", least(layout.optional)),
    ];
    spans.extend(layout.nationality.map(|span| ("nationality", least(span))));
    spans.extend(layout.expiry.map(|span| ("expiry_date", with_digit(span))));
    spans.extend(layout.optional_2.map(|span| ("optional_2", least(span))));
    if !layout.composite.is_empty() {
        spans.push(("composite", least((1, layout.letters - 1, layout.letters))));
    }
    let doubts = |(row, from, to): Span| {
        lines.get(row).map_or(0, |l| {
            l.sure[from..to]
                .iter()
                .filter(|s| **s < LEAST_SURE_ALONE)
                .count()
        })
    };
    let mut doubtful = vec![
        ("number", doubts(layout.number)),
        ("birth_date", doubts(layout.birth)),
        ("optional", doubts(layout.optional)),
    ];
    doubtful.extend(layout.expiry.map(|span| ("expiry_date", doubts(span))));
    doubtful.extend(layout.optional_2.map(|span| ("optional_2", doubts(span))));
    for (name, sure) in spans {
        confidence.insert(name, sure);
        let Some(field) = fields.get_mut(name) else {
            continue;
        };
        match field.valid {
            None if sure < LEAST_SURE_ALONE => field.valid = Some(false),
            // The composite digit alone covers these, with much else: it settles no doubt in them.
            Some(true)
                if !layout.optional_digit
                    && name.starts_with("optional")
                    && sure < LEAST_SURE_ALONE =>
            {
                field.valid = None
            }
            Some(true)
                if sure < LEAST_SURE_COVERED || doubtful.iter().any(|d| d.0 == name && d.1 > 1) =>
            {
                field.valid = None
            }
            _ => continue,
        }
        all_valid = false;
    }
    let agreeing = fields.values().filter(|f| f.valid == Some(true)).count();
    if agreeing < 2 && zone.mean_sure() < 0.8 || zone.mean_sure() < 0.6 {
        return None;
    }
    let back = |p: P| {
        if quarter {
            [p.y, height as f32 - 1.0 - p.x]
        } else {
            [p.x, p.y]
        }
    };
    let corners = zone.corners()?.map(back);
    Some(MrzReading {
        kind,
        lines: text,
        fields,
        confidence,
        all_valid,
        names_truncated,
        corners,
        ms: MrzTimes::default(),
    })
}

fn text_of(line: &Decoded) -> String {
    line.text.iter().map(|b| char::from(*b)).collect()
}
