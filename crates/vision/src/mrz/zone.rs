//! From a group of lines to the lines of a zone: direction, kind, and the lines that the search missed.

use super::decode::{Decoded, decode};
use super::find::{Group, Line};
use super::gray::P;
use super::net::{MrzModelError, STRIDE, STRIP_PITCH, columns};
use super::strip::{Course, Pyramid};

/// Letters of margin at both ends of a strip.
const MARGIN: f32 = 3.5;
/// Distance of letters over distance of lines, on documents as ICAO has them.
const PITCH_TO_SPACING: f32 = 0.6;
/// A group whose first line is read worse than this, on average, is no zone.
const LEAST_SURE: f32 = 0.5;

/// A line that was read, and where.
#[derive(Clone)]
pub(super) struct ReadLine {
    pub course: Course,
    pub decoded: Decoded,
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

/// The first line's course: from the longest line's ends, its letters' distance from its length and from the distance of lines.
fn courses(base: &Line, spacing: f32, scale: f32, turned: bool) -> Vec<Course> {
    let length = (base.length() - 9.0).max(20.0) * scale;
    let by_spacing = spacing * scale * PITCH_TO_SPACING;
    let count = [30.0f32, 36.0, 44.0].into_iter().min_by(|a, b| {
        let off = |n: f32| (length / n / by_spacing).ln().abs();
        off(*a).total_cmp(&off(*b))
    });
    let mut pitches = vec![length / count.unwrap_or(30.0)];
    if (pitches[0] / by_spacing).ln().abs() > 0.12 {
        pitches.push(by_spacing);
    }
    let to_full = |p: P| P {
        x: (p.x + 0.5) * scale - 0.5,
        y: (p.y + 0.5) * scale - 0.5,
    };
    let (along, from) = if turned {
        (
            P {
                x: -base.along.x,
                y: -base.along.y,
            },
            -base.to,
        )
    } else {
        (base.along, base.from)
    };
    let start = to_full(base.middle).plus(along, from * scale);
    pitches
        .iter()
        .map(|pitch| Course {
            origin: start.plus(along, -MARGIN * pitch),
            along,
            pitch: *pitch,
            letters: length / pitch + 2.0 * MARGIN + 1.0,
        })
        .collect()
}

/// Reads a group that was found in the picture shrunk by `scale`.
pub(super) fn read_group(
    picture: &Pyramid,
    group: &Group,
    scale: f32,
) -> Result<Option<Zone>, MrzModelError> {
    let Some(base) = group
        .lines
        .iter()
        .max_by(|a, b| a.length().total_cmp(&b.length()))
    else {
        return Ok(None);
    };
    let mut first: Option<ReadLine> = None;
    for turned in [false, true] {
        for course in courses(base, group.spacing, scale, turned) {
            let line = read(picture, course, &[30, 36, 44])?;
            first = [first, line]
                .into_iter()
                .flatten()
                .max_by(|a, b| a.decoded.mean_sure().total_cmp(&b.decoded.mean_sure()));
        }
    }
    let Some(first) = first.filter(|l| l.decoded.mean_sure() > LEAST_SURE) else {
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
    let span = first.decoded.last - first.decoded.first;
    let pitch = span * STRIDE as f32 / STRIP_PITCH * first.course.pitch / (letters - 1) as f32;
    let middle = first
        .course
        .place((first.decoded.first + first.decoded.last) / 2.0);
    let base_middle = P {
        x: (base.middle.x + 0.5) * scale - 0.5,
        y: (base.middle.y + 0.5) * scale - 0.5,
    };
    let reach = (letters as f32 / 2.0 + MARGIN) * pitch;
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
    let seen = |k: i32| known.iter().any(|l| l.0 == k);
    let blocks: Vec<i32> = (1 - rows..=0).collect();
    let most = blocks
        .iter()
        .map(|b| (*b..b + rows).filter(|k| seen(*k)).count())
        .max()
        .unwrap_or(0);
    let mut best: Option<Zone> = None;
    for from in blocks
        .into_iter()
        .filter(|b| (*b..b + rows).filter(|k| seen(*k)).count() == most)
    {
        let lines = (from..from + rows)
            .map(&line_at)
            .collect::<Result<Vec<_>, _>>()?;
        let zone = Zone {
            lines: lines.into_iter().flatten().collect(),
        };
        if zone.lines.len() == rows as usize
            && best
                .as_ref()
                .is_none_or(|b| zone.mean_sure() > b.mean_sure())
        {
            best = Some(zone);
        }
    }
    Ok(best)
}
