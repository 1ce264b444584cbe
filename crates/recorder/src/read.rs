//! Decoding a video picture by picture.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::io::{self, Read, Seek, SeekFrom};
use std::time::Duration;

use openh264::OpenH264API;
use openh264::decoder::{Decoder, DecoderConfig, Flush};
use openh264::formats::YUVSource;

use crate::encode::YuvFrame;
use crate::index::{Codec, Index, IndexError, MAX_SAMPLE, Picture};

#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the file cannot be read")]
    Io(#[from] io::Error),
    #[error("the file is no H.264 video in MP4: {0}")]
    Unsupported(String),
    #[error("a picture cannot be decoded: {0}")]
    Decode(#[from] openh264::Error),
    #[error("a picture is damaged")]
    Damaged,
}

/// Yields the pictures of an MP4's video track in the order in which they are shown, upright as the file says, with their times.
pub struct VideoReader<R> {
    reader: R,
    index: Index,
    decoder: Option<Decoder>,
    next: usize,
    /// When the first picture is shown, in ticks: all times count from it, as files with pictures in another order
    /// have it in their edit list.
    begin: i64,
    /// Times of the pictures that the decoder holds: it gives them out in the order of these.
    held: BinaryHeap<Reverse<Duration>>,
    /// The last pictures, which the decoder gives out all at once.
    last: VecDeque<YuvFrame>,
}

impl<R: Read + Seek> VideoReader<R> {
    /// Opens an MP4 whose video is H.264.
    pub fn open(mut reader: R) -> Result<VideoReader<R>, ReadError> {
        let index = Index::read(&mut reader).map_err(|error| match error {
            IndexError::Io(error) => ReadError::Io(error),
            other => ReadError::Unsupported(other.to_string()),
        })?;
        match index {
            Some(index) if matches!(index.codec, Codec::H264(_)) => Ok(Self::new(reader, index)),
            Some(_) => Err(ReadError::Unsupported("another codec".into())),
            None => Err(ReadError::Unsupported("no video track".into())),
        }
    }

    pub(crate) fn new(reader: R, index: Index) -> VideoReader<R> {
        let begin = index.pictures.iter().map(Picture::shown).min();
        VideoReader {
            reader,
            index,
            begin: begin.unwrap_or(0),
            decoder: None,
            next: 0,
            held: BinaryHeap::new(),
            last: VecDeque::new(),
        }
    }

    /// Number of pictures.
    pub fn frames(&self) -> usize {
        self.index.pictures.len()
    }

    /// From the first picture to the end of the last.
    pub fn duration(&self) -> Duration {
        Duration::from_millis(self.index.duration_ms())
    }

    /// Back to the first picture.
    pub fn rewind(&mut self) {
        self.go_to(0);
    }

    /// Makes the picture at which decoding can begin, at or before this time, the next one.
    pub fn seek(&mut self, at: Duration) {
        self.go_to(self.sync_before(at));
    }

    /// Whether decoding on from here to that time would pass a picture at which it could begin anew.
    pub fn seek_saves_work(&self, at: Duration) -> bool {
        self.sync_before(at) > self.next
    }

    fn sync_before(&self, at: Duration) -> usize {
        let pictures = self.index.pictures.iter().enumerate();
        pictures
            .filter(|(_, picture)| picture.sync && self.shown_at(picture) <= at)
            .map(|(place, _)| place)
            .next_back()
            .unwrap_or(0)
    }

    fn shown_at(&self, picture: &Picture) -> Duration {
        let ticks = picture.shown().saturating_sub(self.begin);
        Duration::from_secs_f64(ticks as f64 / f64::from(self.index.timescale.max(1)))
    }

    fn go_to(&mut self, place: usize) {
        self.next = place;
        self.decoder = None;
        self.held.clear();
        self.last.clear();
    }

    /// The next picture, `None` at the end.
    pub fn next_frame(&mut self) -> Result<Option<YuvFrame>, ReadError> {
        while let Some(picture) = self.index.pictures.get(self.next).copied() {
            self.next += 1;
            if picture.size > MAX_SAMPLE {
                return Err(ReadError::Damaged);
            }
            let mut sample = vec![0; picture.size as usize];
            self.reader.seek(SeekFrom::Start(picture.offset))?;
            self.reader.read_exact(&mut sample)?;
            let start = self.decoder.is_none();
            let stream = annex_b(&self.index.codec, &sample, start)?;
            self.held.push(Reverse(self.shown_at(&picture)));
            let decoder = match &mut self.decoder {
                Some(decoder) => decoder,
                none => none.insert(decoder()?),
            };
            // A picture that is shown later than it is decoded comes out with a later packet.
            if let Some(decoded) = decoder.decode(&stream)? {
                let at = self.held.pop().map_or(Duration::ZERO, |Reverse(at)| at);
                return Ok(Some(self.index.turn.apply(copy(&decoded, at))));
            }
        }
        if let Some(decoder) = &mut self.decoder
            && self.next == self.index.pictures.len()
        {
            self.next += 1;
            for decoded in &decoder.flush_remaining()? {
                let at = self.held.pop().map_or(Duration::ZERO, |Reverse(at)| at);
                self.last.push_back(copy(decoded, at));
            }
        }
        let last = self.last.pop_front();
        Ok(last.map(|frame| self.index.turn.apply(frame)))
    }
}

impl Picture {
    /// When it is shown, in ticks.
    fn shown(&self) -> i64 {
        let decoded = i64::try_from(self.start).unwrap_or(i64::MAX);
        decoded.saturating_add(self.shown_after)
    }
}

/// By default each packet flushes the decoder, which breaks streams whose pictures are shown in another order.
fn decoder() -> Result<Decoder, openh264::Error> {
    let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
    Decoder::with_api_config(OpenH264API::from_source(), config)
}

fn copy(decoded: &impl YUVSource, at: Duration) -> YuvFrame {
    let (width, height) = decoded.dimensions();
    let (y_stride, u_stride, v_stride) = decoded.strides();
    YuvFrame {
        width: width as u32,
        height: height as u32,
        y: rows(decoded.y(), y_stride, width, height),
        u: rows(decoded.u(), u_stride, width / 2, height / 2),
        v: rows(decoded.v(), v_stride, width / 2, height / 2),
        at,
    }
}

fn rows(plane: &[u8], stride: usize, width: usize, height: usize) -> Vec<u8> {
    plane
        .chunks(stride.max(1))
        .take(height)
        .flat_map(|row| &row[..width.min(row.len())])
        .copied()
        .collect()
}

/// MP4's length-prefixed units as the start-code stream that decoders take, with the parameter sets at the start.
fn annex_b(codec: &Codec, sample: &[u8], start: bool) -> Result<Vec<u8>, ReadError> {
    let Codec::H264(avcc) = codec else {
        return Err(ReadError::Unsupported("another codec".into()));
    };
    let prefix = usize::from(avcc.length_size_minus_one.get()) + 1;
    let mut stream = Vec::with_capacity(sample.len() + 64);
    if start {
        for set in avcc.sps_list.iter().chain(&avcc.pps_list) {
            stream.extend_from_slice(&[0, 0, 0, 1]);
            stream.extend_from_slice(set);
        }
    }
    let mut rest = sample;
    while !rest.is_empty() {
        let (head, tail) = rest.split_at_checked(prefix).ok_or(ReadError::Damaged)?;
        let length = head
            .iter()
            .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
        let (unit, next) = tail.split_at_checked(length).ok_or(ReadError::Damaged)?;
        stream.extend_from_slice(&[0, 0, 0, 1]);
        stream.extend_from_slice(unit);
        rest = next;
    }
    Ok(stream)
}
