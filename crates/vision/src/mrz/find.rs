//! Finding lines of dense text: long runs of upright strokes, and parallel lines of equal distance among them.

use super::gray::{Gray, P};

/// The long side of the picture that is searched, in pixels: letters of a zone are then some 4 to 20 pixels apart.
pub(super) const SEARCH_SIDE: usize = 960;
/// Lines whose lengths, places along them and distances differ by a smaller share are the same.
const LIKE: f32 = 0.04;

/// A line of text in the searched picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub middle: P,
    /// Unit vector along the line, pointing right (within ±45°).
    pub along: P,
    /// From the middle to the ends, along the line: negative and positive.
    pub from: f32,
    pub to: f32,
    pub thickness: f32,
}

impl Line {
    pub fn length(&self) -> f32 {
        self.to - self.from
    }
}

/// Two or three parallel lines, from the top, and the distance between neighbours.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub lines: Vec<Line>,
    pub spacing: f32,
}

impl Group {
    /// The longest line.
    pub fn base(&self) -> Option<&Line> {
        let longest = |a: &&Line, b: &&Line| a.length().total_cmp(&b.length());
        self.lines.iter().max_by(longest)
    }

    /// Whether this group, found in the picture shrunk by `scale`, lies where the other one does that was found at its scale.
    pub fn is_where(&self, scale: f32, other: &Group, other_scale: f32) -> bool {
        let (Some(a), Some(b)) = (self.base(), other.base()) else {
            return false;
        };
        let middle = |line: &Line, scale: f32| {
            let middle = line.middle.plus(line.along, (line.from + line.to) / 2.0);
            middle.scaled(scale)
        };
        let apart = middle(a, scale).to(middle(b, other_scale));
        let (length, thickness) = (a.length() * scale, a.thickness * scale);
        let near = |a: f32, b: f32| (a / b).ln().abs() < LIKE;
        apart.dot(a.along).abs() < LIKE * length
            && apart.dot(a.along.down()).abs() < 0.3 * thickness
            && near(length, b.length() * other_scale)
            && near(self.spacing * scale, other.spacing * other_scale)
    }
}

/// Sums over all pixels up to a place, for means over boxes.
fn integral(values: &[f32], w: usize) -> Vec<f64> {
    let mut out = vec![0.0; (w + 1) * (values.len() / w + 1)];
    for (y, row) in values.chunks_exact(w).enumerate() {
        let mut sum = 0.0;
        for (x, v) in row.iter().enumerate() {
            sum += f64::from(*v);
            out[(y + 1) * (w + 1) + x + 1] = out[y * (w + 1) + x + 1] + sum;
        }
    }
    out
}

fn box_mean(sums: &[f64], w: usize, h: usize, x: usize, y: usize, rx: usize, ry: usize) -> f32 {
    let (x0, x1, y0, y1) = (
        x.saturating_sub(rx),
        (x + rx + 1).min(w),
        y.saturating_sub(ry),
        (y + ry + 1).min(h),
    );
    let at = |x: usize, y: usize| sums[y * (w + 1) + x];
    ((at(x1, y1) - at(x0, y1) - at(x1, y0) + at(x0, y0)) / ((x1 - x0) * (y1 - y0)) as f64) as f32
}

/// Where upright strokes are denser than around; with `bold`, strong ones count more, which tells ink from a printed background.
fn stroke_mask(img: &Gray, bold: bool) -> Vec<bool> {
    let (w, h) = (img.w, img.h);
    let mut strokes = vec![0.0f32; w * h];
    for y in 0..h {
        let row = &img.px[y * w..(y + 1) * w];
        for x in 1..w - 1 {
            let change = (f32::from(row[x + 1]) - f32::from(row[x - 1])).abs();
            strokes[y * w + x] = if bold {
                (change * change).min(20_000.0)
            } else {
                change.min(60.0)
            };
        }
    }
    let sums = integral(&strokes, w);
    let mut mask = vec![false; w * h];
    let least = if bold { 16.0 } else { 3.0 };
    for y in 0..h {
        for x in 0..w {
            let here = box_mean(&sums, w, h, x, y, 7, 1);
            mask[y * w + x] = here > least && here > 1.05 * box_mean(&sums, w, h, x, y, 28, 22);
        }
    }
    mask
}

/// Sums that give a region's middle, direction and thickness, and add up over regions.
#[derive(Clone, Copy)]
struct Region {
    n: f64,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
    yy: f64,
    left: P,
    right: P,
}

impl Region {
    fn new(p: P) -> Region {
        Region {
            n: 0.0,
            x: 0.0,
            y: 0.0,
            xx: 0.0,
            xy: 0.0,
            yy: 0.0,
            left: p,
            right: p,
        }
    }
    fn add(&mut self, x: usize, y: usize) {
        let p = P {
            x: x as f32,
            y: y as f32,
        };
        let (fx, fy) = (x as f64, y as f64);
        self.n += 1.0;
        self.x += fx;
        self.y += fy;
        self.xx += fx * fx;
        self.xy += fx * fy;
        self.yy += fy * fy;
        if p.x < self.left.x {
            self.left = p;
        }
        if p.x > self.right.x {
            self.right = p;
        }
    }
    fn joined(&self, o: &Region) -> Region {
        Region {
            n: self.n + o.n,
            x: self.x + o.x,
            y: self.y + o.y,
            xx: self.xx + o.xx,
            xy: self.xy + o.xy,
            yy: self.yy + o.yy,
            left: if self.left.x <= o.left.x {
                self.left
            } else {
                o.left
            },
            right: if self.right.x >= o.right.x {
                self.right
            } else {
                o.right
            },
        }
    }
    fn line(&self) -> Line {
        let (mx, my) = (self.x / self.n, self.y / self.n);
        let (vx, vy, c) = (
            self.xx / self.n - mx * mx,
            self.yy / self.n - my * my,
            self.xy / self.n - mx * my,
        );
        let angle = 0.5 * (2.0 * c).atan2(vx - vy);
        let across = (vx * angle.sin().powi(2) + vy * angle.cos().powi(2)
            - 2.0 * c * angle.sin() * angle.cos())
        .max(0.08);
        let middle = P {
            x: mx as f32,
            y: my as f32,
        };
        let along = P {
            x: angle.cos() as f32,
            y: angle.sin() as f32,
        };
        Line {
            middle,
            along,
            from: middle.to(self.left).dot(along),
            to: middle.to(self.right).dot(along),
            thickness: (across * 12.0).sqrt() as f32,
        }
    }
}

fn regions(mask: &mut [bool], w: usize, h: usize) -> Vec<Region> {
    let mut out = Vec::new();
    let mut stack = Vec::new();
    for start in 0..w * h {
        if !mask[start] {
            continue;
        }
        mask[start] = false;
        stack.push(start);
        let mut region = Region::new(P {
            x: (start % w) as f32,
            y: (start / w) as f32,
        });
        while let Some(i) = stack.pop() {
            let (x, y) = (i % w, i / w);
            region.add(x, y);
            let mut visit = |j: usize| {
                if mask[j] {
                    mask[j] = false;
                    stack.push(j);
                }
            };
            if x > 0 {
                visit(i - 1);
            }
            if x + 1 < w {
                visit(i + 1);
            }
            if y > 0 {
                visit(i - w);
            }
            if y + 1 < h {
                visit(i + w);
            }
        }
        let line = region.line();
        if region.n > 40.0
            && line.thickness > 2.5
            && line.thickness < 40.0
            && line.length() > 1.5 * line.thickness
            && line.along.x > 0.7
        {
            out.push(region);
        }
    }
    out
}

/// Regions on one line, joined: longest first.
fn joined_lines(mut regions: Vec<Region>) -> Vec<Line> {
    regions.sort_by(|a, b| b.line().length().total_cmp(&a.line().length()));
    regions.truncate(160);
    let mut used = vec![false; regions.len()];
    let mut lines = Vec::new();
    for seed in 0..regions.len() {
        let mut whole = regions[seed];
        if used[seed] || whole.line().length() < 4.0 * whole.line().thickness {
            continue;
        }
        used[seed] = true;
        let mut grew = true;
        while grew {
            grew = false;
            let line = whole.line();
            for (i, region) in regions.iter().enumerate() {
                let other = region.line();
                let offset = line.middle.to(other.middle);
                let (x, y) = (offset.dot(line.along), offset.dot(line.along.down()));
                let gap =
                    (x.abs() - other.length() / 2.0 - if x > 0.0 { line.to } else { -line.from })
                        .max(0.0);
                if !used[i]
                    && y.abs() < 0.5 * line.thickness
                    && gap < 5.0 * line.thickness
                    && other.thickness < 1.6 * line.thickness
                {
                    used[i] = true;
                    whole = whole.joined(region);
                    grew = true;
                    break;
                }
            }
        }
        lines.push(whole.line());
    }
    lines.retain(|l| l.length() > 10.0 * l.thickness && l.length() > 100.0);
    lines.sort_by(|a, b| b.length().total_cmp(&a.length()));
    lines
}

/// Groups of lines that may be a zone, the likeliest first, in a picture of at most [`SEARCH_SIDE`]; `bold` as for the strokes.
pub(super) fn groups(img: &Gray, bold: bool) -> Vec<Group> {
    if img.w < 100 || img.h < 20 {
        return Vec::new();
    }
    let mut mask = stroke_mask(img, bold);
    let lines = joined_lines(regions(&mut mask, img.w, img.h));
    let mut out: Vec<Group> = Vec::new();
    for (i, base) in lines.iter().enumerate().take(12) {
        let down = base.along.down();
        let mut near: Vec<(f32, Line)> = lines
            .iter()
            .enumerate()
            .filter(|(j, l)| {
                *j != i && l.along.dot(down).abs() < 0.07 && l.length() > 0.4 * base.length()
            })
            .map(|(_, l)| {
                (
                    base.middle.to(l.middle).dot(down)
                        - l.along.dot(down) * base.middle.to(l.middle).dot(base.along) * 0.5,
                    *l,
                )
            })
            .filter(|(y, l)| {
                y.abs() > 0.9 * base.thickness
                    && y.abs() < 7.2 * base.thickness
                    && l.thickness < 1.8 * base.thickness
            })
            .collect();
        near.sort_by(|a, b| a.0.abs().total_cmp(&b.0.abs()));
        let Some(spacing) = near.first().map(|n| n.0.abs()) else {
            continue;
        };
        if spacing > 3.6 * base.thickness {
            continue;
        }
        near.retain(|(y, _)| {
            let steps = y.abs() / spacing;
            (steps - steps.round()).abs() < 0.25 && steps < 2.5
        });
        let mut lines: Vec<(f32, Line)> = near;
        lines.push((0.0, *base));
        lines.sort_by(|a, b| a.0.total_cmp(&b.0));
        let lines: Vec<Line> = lines.into_iter().map(|l| l.1).collect();
        let known = out
            .iter()
            .any(|g| g.lines.iter().any(|l| l.middle == base.middle));
        if !known {
            out.push(Group { lines, spacing });
        }
    }
    out
}
