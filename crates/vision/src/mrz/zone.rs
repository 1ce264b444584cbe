//! From a group of lines to the lines of a zone: direction, kind, and the lines that the search missed.

use super::decode::{Decoded, decode};
use super::find::{Group, Line};
use super::gray::P;
use super::net::{MrzModelError, STRIDE, STRIP_PITCH, columns};
use super::strip::{Course, Pyramid};

/// Letters of margin at both ends of a strip.
const MARGIN: f32 = 3.5;
/// Letters that a line of a zone has.
const KINDS: [usize; 3] = [30, 36, 44];
/// A line that is read so well is read right: no other distance of letters is tried.
const ENOUGH: f32 = 0.8;
/// A group whose first line is read worse than this, on average, is no zone.
const LEAST_SURE: f32 = 0.65;

/// A line that was read, and where.
#[derive(Clone)]
pub(super) struct ReadLine {
    pub course: Course,
    pub decoded: Decoded,
}

impl ReadLine {
    /// Pixels of the picture from letter to letter, as read.
    pub fn pitch(&self) -> f32 {
        let span = self.decoded.last - self.decoded.first;
        span * STRIDE as f32 / STRIP_PITCH * self.course.pitch
            / (self.decoded.text.len().max(2) - 1) as f32
    }
}

/// Lines of a possible zone, top first.
pub(super) struct Zone {
    pub lines: Vec<ReadLine>,
}

impl Zone {
    pub fn mean_sure(&self) -> f32 {
        self.lines
            .iter()
            .map(|l| l.decoded.mean_sure())
            .sum::<f32>()
            / self.lines.len().max(1) as f32
    }

    /// The same lines from strips that differ a little; each letter by the mean of what all of them show.
    pub fn read_again(&self, picture: &Pyramid) -> Result<Zone, MrzModelError> {
        let lines = self.lines.iter().map(|line| line.read_again(picture));
        Ok(Zone {
            lines: lines.collect::<Result<_, _>>()?,
        })
    }

    /// The four corners, from the top left clockwise as it is read.
    pub fn corners(&self) -> Option<[P; 4]> {
        let (top, bottom) = (self.lines.first()?, self.lines.last()?);
        let half = |l: &ReadLine| {
            (l.decoded.last - l.decoded.first) / (l.decoded.text.len().max(2) - 1) as f32 / 2.0
        };
        let ends = |l: &ReadLine, down: f32| {
            [l.decoded.first - half(l), l.decoded.last + half(l)].map(|c| {
                l.course
                    .place(c)
                    .plus(l.course.along.down(), down * l.course.pitch)
            })
        };
        let ([a, b], [d, c]) = (ends(top, -0.65), ends(bottom, 0.65));
        Some([a, b, c, d])
    }
}

fn read(
    picture: &Pyramid,
    course: Course,
    counts: &[usize],
) -> Result<Option<ReadLine>, MrzModelError> {
    let course = course.refined(picture);
    let columns = columns(&course.strip(picture), course.width())?;
    let best = counts
        .iter()
        .filter_map(|n| decode(&columns, *n))
        .max_by(|a, b| a.score.total_cmp(&b.score));
    Ok(best.map(|decoded| ReadLine { course, decoded }))
}

/// Letters of the window that tells direction and letter distance.
const WINDOW: f32 = 16.0;
/// Letters that are read in it.
const WINDOW_READ: usize = 13;
/// A window that is read worse than this, on average, shows no line of a zone.
const LEAST_WINDOW: f32 = 0.55;
/// One that is read so well needs no other to be compared with.
const CERTAIN: f32 = 0.93;

/// A line beside one of a zone that is read worse than this is looked for elsewhere.
const LEAST_NEIGHBOUR: f32 = 0.6;
/// Distance of lines over distance of letters on cards (4.23 mm to 2.54 mm) and on pages (6.35 mm), as ICAO 9303 has them.
const CARD: f32 = 1.667;
const PAGE: f32 = 2.5;

/// Letter distances that a line may have, by its length as any kind's and by the distance of lines; first those in which both
/// agree.
fn pitches(base: &Line, spacing: f32, scale: f32) -> Vec<f32> {
    let length = (base.length() - 9.0).max(20.0) * scale;
    let by_length = KINDS.map(|letters| length / letters as f32);
    let by_spacing = [CARD, PAGE].map(|ratio| spacing * scale / ratio);
    let apart = |a: f32, b: f32| (a / b).ln().abs();
    let agreed = |pitch: f32, others: &[f32]| {
        let apart = others.iter().map(|other| apart(pitch, *other));
        apart.fold(f32::INFINITY, f32::min)
    };
    let lengths = by_length.map(|pitch| (agreed(pitch, &by_spacing), pitch));
    let spacings = by_spacing.map(|pitch| (agreed(pitch, &by_length), pitch));
    let mut all: Vec<(f32, f32)> = lengths.into_iter().chain(spacings).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out: Vec<f32> = Vec::new();
    for (_, pitch) in all {
        if pitch > 3.0
            && pitch < 1.7 * base.thickness * scale
            && out.iter().all(|other| apart(*other, pitch) > 0.09)
        {
            out.push(pitch);
        }
    }
    out
}

/// A window of a line, read: how sure it is, its course, and how many letters of that distance the whole line has.
type Window = (f32, Course, f32);

/// Windows of a line in both directions and at all letter distances that it may have, the surest first; none is added to one that
/// is surer than `certain`.
fn windows(
    picture: &Pyramid,
    base: &Line,
    spacing: f32,
    scale: f32,
    certain: f32,
) -> Result<Vec<Window>, MrzModelError> {
    let mut windows: Vec<Window> = Vec::new();
    let middle = (base.from + base.to) / 2.0;
    'tries: for pitch in pitches(base, spacing, scale) {
        for sign in [1.0, -1.0] {
            let along = P {
                x: base.along.x * sign,
                y: base.along.y * sign,
            };
            let extent = base.length() * scale / pitch;
            // The part before the middle: fillers come last.
            let centre = (base.middle.plus(base.along, middle).scaled(scale))
                .plus(along, -0.14 * extent * pitch);
            let course = Course {
                origin: centre.plus(along, -WINDOW / 2.0 * pitch),
                along,
                pitch,
                letters: WINDOW,
            };
            if let Some(line) = read(picture, course, &[WINDOW_READ])? {
                let sure = line.decoded.mean_sure();
                windows.push((sure, line.course, extent));
                if sure > certain {
                    break 'tries;
                }
            }
        }
    }
    windows.sort_by(|a, b| b.0.total_cmp(&a.0));
    Ok(windows)
}

/// The longest line of a group, read in the direction and at the letter distance at which a window of it reads best.
fn first_line(
    picture: &Pyramid,
    base: &Line,
    spacing: f32,
    scale: f32,
) -> Result<Option<ReadLine>, MrzModelError> {
    let mut best: Option<ReadLine> = None;
    // Digits upside down are sure enough at times: then all windows are compared.
    for certain in [CERTAIN, f32::INFINITY] {
        let windows = windows(picture, base, spacing, scale, certain)?;
        let surest = windows.first().map_or(0.0, |window| window.0);
        for (sure, window, extent) in windows.into_iter().take(2) {
            if sure < LEAST_WINDOW || best.as_ref().is_some_and(is_read) {
                break;
            }
            let line = whole_line(picture, window, extent)?;
            if let Some(line) = line.filter(|line| {
                best.as_ref()
                    .is_none_or(|best| line.decoded.mean_sure() > best.decoded.mean_sure())
            }) {
                best = Some(line);
            }
        }
        if surest <= CERTAIN || best.as_ref().is_some_and(is_read) {
            break;
        }
    }
    Ok(best.filter(|line| line.decoded.mean_sure() > LEAST_SURE))
}

fn is_read(line: &ReadLine) -> bool {
    line.decoded.mean_sure() > ENOUGH
}

/// The line of `extent` letters that a window is of.
fn whole_line(
    picture: &Pyramid,
    window: Course,
    extent: f32,
) -> Result<Option<ReadLine>, MrzModelError> {
    // The search may have lost letters at the ends.
    let count = KINDS
        .into_iter()
        .find(|n| *n as f32 > extent - 1.5)
        .unwrap_or(44);
    let reach = extent / 2.0 + MARGIN + (count as f32 - extent).max(0.0);
    let centre = window
        .origin
        .plus(window.along, (WINDOW / 2.0 + 0.14 * extent) * window.pitch);
    let course = Course {
        origin: centre.plus(window.along, -reach * window.pitch),
        letters: 2.0 * reach,
        ..window
    };
    let Some(line) = read(picture, course, &KINDS)? else {
        return Ok(None);
    };
    let found = line.pitch();
    if (found / line.course.pitch).ln().abs() <= 0.06 {
        return Ok(Some(line));
    }
    let centre = line
        .course
        .place((line.decoded.first + line.decoded.last) / 2.0);
    let reach = line.decoded.text.len() as f32 / 2.0 + MARGIN;
    let again = Course {
        origin: centre.plus(line.course.along, -reach * found),
        pitch: found,
        letters: 2.0 * reach,
        ..line.course
    };
    let better = read(picture, again, &KINDS)?
        .filter(|again| again.decoded.mean_sure() > line.decoded.mean_sure());
    Ok(Some(better.unwrap_or(line)))
}

/// Reads a group that was found in the picture shrunk by `scale`.
pub(super) fn read_group(
    picture: &Pyramid,
    group: &Group,
    scale: f32,
) -> Result<Option<Zone>, MrzModelError> {
    let Some(base) = group.base() else {
        return Ok(None);
    };
    let Some(first) = first_line(picture, base, group.spacing, scale)? else {
        return Ok(None);
    };
    let letters = first.decoded.text.len();
    let rows: i32 = if letters == 30 { 3 } else { 2 };

    // Where the other lines are: in steps from the first, as found or as they must be.
    let spacing = group.spacing * scale;
    let down = first.course.along.down();
    let turned = first.course.along.dot(base.along) < 0.0;
    let mut known: Vec<(i32, f32, Option<P>)> = Vec::new();
    for line in &group.lines {
        let offset =
            (base.middle.to(line.middle)).dot(base.along.down()) * if turned { -1.0 } else { 1.0 };
        let across = offset
            - base.middle.to(line.middle).dot(base.along)
                * line.along.dot(base.along.down())
                * if turned { -1.0 } else { 1.0 };
        let straight = line.length() > 0.6 * base.length();
        let along = straight.then(|| {
            if turned {
                P {
                    x: -line.along.x,
                    y: -line.along.y,
                }
            } else {
                line.along
            }
        });
        known.push((
            (offset / group.spacing).round() as i32,
            across * scale,
            along,
        ));
    }
    let pitch = first.pitch();
    let middle = first
        .course
        .place((first.decoded.first + first.decoded.last) / 2.0);
    let base_middle = base.middle.scaled(scale);
    let reach = (letters as f32 / 2.0 + MARGIN) * pitch;
    let read_at = |centre: P, along: P| {
        read(
            picture,
            Course {
                origin: centre.plus(along, -reach),
                along,
                pitch,
                letters: 2.0 * reach / pitch,
            },
            &[letters],
        )
    };
    let line_at = |k: i32| -> Result<Option<ReadLine>, MrzModelError> {
        if k == 0 {
            return Ok(Some(first.clone()));
        }
        let found = known.iter().find(|l| l.0 == k);
        let along = found.and_then(|l| l.2).unwrap_or(first.course.along);
        let mut centre = middle.plus(down, found.map_or(k as f32 * spacing, |l| l.1));
        if found.is_some_and(|l| l.2.is_some()) {
            // Its own direction, about the foot of the perpendicular from the base's middle.
            let away = base_middle.to(middle).dot(first.course.along);
            centre = centre.plus(down, away * along.dot(down));
        }
        read_at(centre, along)
    };
    let seen = |k: i32| known.iter().any(|l| l.0 == k);
    let blocks: Vec<i32> = (1 - rows..=0).collect();
    let most = blocks
        .iter()
        .map(|b| (*b..b + rows).filter(|k| seen(*k)).count())
        .max()
        .unwrap_or(0);
    let mut best: Option<Zone> = None;
    let keep = |best: &mut Option<Zone>, lines: Vec<Option<ReadLine>>| {
        let zone = Zone {
            lines: lines.into_iter().flatten().collect(),
        };
        if zone.lines.len() == rows as usize
            && best
                .as_ref()
                .is_none_or(|b| zone.mean_sure() > b.mean_sure())
        {
            *best = Some(zone);
        }
    };
    for from in blocks
        .iter()
        .filter(|b| (**b..**b + rows).filter(|k| seen(*k)).count() == most)
    {
        let lines = (*from..from + rows)
            .map(&line_at)
            .collect::<Result<Vec<_>, _>>()?;
        keep(&mut best, lines);
    }
    // What was taken for a neighbour was none: neighbours are looked for where documents have them.
    let doubtful = |zone: &Zone| {
        zone.lines
            .iter()
            .any(|l| l.decoded.mean_sure() < LEAST_NEIGHBOUR)
    };
    if best.as_ref().is_none_or(doubtful) {
        let spacings: &[f32] = if rows == 3 { &[CARD] } else { &[PAGE, CARD] };
        for spacing in spacings.iter().map(|s| s * pitch) {
            let around = (1 - rows..rows)
                .map(|k| match k {
                    0 => Ok(Some(first.clone())),
                    k => read_at(middle.plus(down, k as f32 * spacing), first.course.along),
                })
                .collect::<Result<Vec<_>, _>>()?;
            for lines in around.windows(rows as usize) {
                keep(&mut best, lines.to_vec());
            }
        }
    }
    Ok(best)
}
