//! Which way up a video is shown: phones film lying on their side and write a turn into the file.

use std::io::{Read, Seek, SeekFrom};

use shiguredo_mp4::boxes::MoovBox;
use shiguredo_mp4::{BoxHeader, Decode};

use crate::encode::YuvFrame;
use crate::index::{IndexError, MAX_READ};

/// Quarter turns clockwise by which a picture is turned before it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Turn {
    #[default]
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

impl Turn {
    /// By the upper left of the track's matrix (ISO/IEC 14496-12, 8.3.2), whose numbers have 16 bits after the point. Mirrored or
    /// slanted pictures occur in no recording and stay as they lie.
    fn of(matrix: [i32; 9]) -> Turn {
        match [matrix[0], matrix[1], matrix[3], matrix[4]].map(i32::signum) {
            [0, 1, -1, 0] => Turn::Quarter,
            [-1, 0, 0, -1] => Turn::Half,
            [0, -1, 1, 0] => Turn::ThreeQuarters,
            _ => Turn::None,
        }
    }

    /// The turn of a track of the file.
    pub fn of_track<R: Read + Seek>(reader: &mut R, track: u32) -> Result<Turn, IndexError> {
        let Some(moov) = moov(reader)? else {
            return Ok(Turn::None);
        };
        let mut tracks = moov.trak_boxes.iter().map(|trak| &trak.tkhd_box);
        let head = tracks.find(|head| head.track_id == track);
        Ok(head.map_or(Turn::None, |head| Turn::of(head.matrix)))
    }

    pub fn apply(self, frame: YuvFrame) -> YuvFrame {
        let (width, height) = (frame.width as usize, frame.height as usize);
        let turned = |plane: &[u8], width: usize, height: usize| -> Vec<u8> {
            let at = |x: usize, y: usize| plane.get(y * width + x).copied().unwrap_or_default();
            match self {
                Turn::None => plane.to_vec(),
                Turn::Half => plane.iter().rev().copied().collect(),
                Turn::Quarter => (0..width)
                    .flat_map(|x| (0..height).rev().map(move |y| at(x, y)))
                    .collect(),
                Turn::ThreeQuarters => (0..width)
                    .rev()
                    .flat_map(|x| (0..height).map(move |y| at(x, y)))
                    .collect(),
            }
        };
        let (width_after, height_after) = match self {
            Turn::None => return frame,
            Turn::Half => (frame.width, frame.height),
            Turn::Quarter | Turn::ThreeQuarters => (frame.height, frame.width),
        };
        YuvFrame {
            width: width_after,
            height: height_after,
            y: turned(&frame.y, width, height),
            u: turned(&frame.u, width / 2, height / 2),
            v: turned(&frame.v, width / 2, height / 2),
            at: frame.at,
        }
    }
}

/// The movie's head, wherever it lies among the outermost boxes.
fn moov<R: Read + Seek>(reader: &mut R) -> Result<Option<MoovBox>, IndexError> {
    let length = reader.seek(SeekFrom::End(0))?;
    let mut position = 0;
    while position < length {
        reader.seek(SeekFrom::Start(position))?;
        let mut head = Vec::new();
        reader.by_ref().take(16).read_to_end(&mut head)?;
        let Ok((header, _)) = BoxHeader::decode(&head) else {
            return Ok(None);
        };
        let size = match header.box_size.get() {
            0 => length - position,
            size => size,
        };
        if size < 8 || size > length - position {
            return Ok(None);
        }
        if header.box_type == MoovBox::TYPE {
            if size > MAX_READ {
                return Ok(None);
            }
            reader.seek(SeekFrom::Start(position))?;
            let mut moov = Vec::new();
            reader.by_ref().take(size).read_to_end(&mut moov)?;
            let decoded = MoovBox::decode(&moov);
            return Ok(decoded.ok().map(|(moov, _)| moov));
        }
        position += size;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn pictures_are_turned_clockwise() {
        let frame = YuvFrame {
            width: 4,
            height: 2,
            y: (0..8).collect(),
            u: vec![1, 2],
            v: vec![3, 4],
            at: Duration::ZERO,
        };
        let quarter = Turn::Quarter.apply(frame.clone());
        assert_eq!((quarter.width, quarter.height), (2, 4));
        assert_eq!(quarter.y, [4, 0, 5, 1, 6, 2, 7, 3]);
        assert_eq!(quarter.u, [1, 2]);
        let half = Turn::Half.apply(frame.clone());
        assert_eq!(half.y, [7, 6, 5, 4, 3, 2, 1, 0]);
        let back = Turn::ThreeQuarters.apply(quarter);
        assert_eq!((back.y, back.u), (frame.y, frame.u));
    }

    #[test]
    fn turns_by_the_matrix() {
        const ONE: i32 = 1 << 16;
        let of = |a, b, c, d| Turn::of([a, b, 0, c, d, 0, 0, 0, 1 << 30]);
        assert_eq!(of(ONE, 0, 0, ONE), Turn::None);
        assert_eq!(of(0, ONE, -ONE, 0), Turn::Quarter);
        assert_eq!(of(-ONE, 0, 0, -ONE), Turn::Half);
        assert_eq!(of(0, -ONE, ONE, 0), Turn::ThreeQuarters);
        assert_eq!(of(-ONE, 0, 0, ONE), Turn::None);
    }
}
