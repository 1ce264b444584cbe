//! A fragmented recording, whole or torn, to an MP4 with its index in front.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::num::NonZeroU32;
use std::time::Duration;

use shiguredo_mp4::boxes::{FtypBox, MoovBox, SampleEntry};
use shiguredo_mp4::demux::Fmp4SegmentDemuxer;
use shiguredo_mp4::mux::{
    Mp4FileMuxer, Mp4FileMuxerOptions, Sample, estimate_maximum_moov_box_size,
};

use shiguredo_mp4::{Decode, TrackKind};

use crate::record::Summary;

/// A fragment of half a second is some hundred kilobytes; more than this is damage.
const MAX_FRAGMENT: u64 = 64 << 20;

#[derive(Debug, thiserror::Error)]
pub enum FinaliseError {
    #[error("the recording cannot be read")]
    Read(#[source] io::Error),
    #[error("the video cannot be written")]
    Write(#[source] io::Error),
    #[error("the recording holds no complete picture")]
    Empty,
    #[error("the recording is damaged: {0}")]
    Damaged(String),
}

/// A box of the file's top level.
pub(crate) struct TopBox {
    pub kind: [u8; 4],
    /// Position after it. Never past the end of the file.
    pub end: u64,
}

/// The whole box at `position`; `None` where there is none, or where it is torn.
pub(crate) fn box_at<R: Read + Seek>(
    reader: &mut R,
    position: u64,
    length: u64,
) -> io::Result<Option<TopBox>> {
    if length.saturating_sub(position) < 8 {
        return Ok(None);
    }
    reader.seek(SeekFrom::Start(position))?;
    let mut head = [0; 8];
    reader.read_exact(&mut head)?;
    let [a, b, c, d, kind @ ..] = head;
    let size = match u32::from_be_bytes([a, b, c, d]) {
        0 => length - position,
        1 if length - position >= 16 => {
            let mut large = [0; 8];
            reader.read_exact(&mut large)?;
            u64::from_be_bytes(large)
        }
        size => u64::from(size),
    };
    let end = position
        .checked_add(size)
        .filter(|end| *end <= length && size >= 8);
    Ok(end.map(|end| TopBox { kind, end }))
}

/// One picture of the recording.
struct Picture {
    offset: u64,
    size: usize,
    duration: u32,
    key: bool,
}

/// What a recording holds, as far as it is whole.
struct Recording {
    pictures: Vec<Picture>,
    entry: SampleEntry,
    timescale: NonZeroU32,
    created: Duration,
}

/// Rewrites `fragmented` to `out` as an MP4 with its index in front. What is torn at the end is left out.
/// `out` gets it from start to end, so that it may be a pipe or an encrypted store.
pub fn finalise<R: Read + Seek, W: Write>(
    mut fragmented: R,
    mut out: W,
) -> Result<Summary, FinaliseError> {
    let recording = scan(&mut fragmented)?;
    let mux = |error: shiguredo_mp4::mux::MuxError| FinaliseError::Damaged(error.to_string());
    let mut muxer = Mp4FileMuxer::with_options(Mp4FileMuxerOptions {
        reserved_moov_box_size: estimate_maximum_moov_box_size(&[recording.pictures.len()]),
        creation_timestamp: recording.created,
        ..Mp4FileMuxerOptions::default()
    })
    .map_err(mux)?;
    let mut head = muxer.initial_boxes_bytes().to_vec();
    let mut position = head.len() as u64;
    for (number, picture) in recording.pictures.iter().enumerate() {
        muxer
            .append_sample(&Sample {
                track_kind: TrackKind::Video,
                sample_entry: (number == 0).then(|| recording.entry.clone()),
                keyframe: picture.key,
                timescale: recording.timescale,
                duration: picture.duration,
                composition_time_offset: None,
                data_offset: position,
                data_size: picture.size,
            })
            .map_err(mux)?;
        position += picture.size as u64;
    }
    let boxes = muxer.finalize().map_err(mux)?;
    for (offset, bytes) in boxes.offset_and_bytes_pairs() {
        let place = (offset as usize)
            .checked_add(bytes.len())
            .and_then(|end| head.get_mut(offset as usize..end))
            .ok_or_else(|| {
                FinaliseError::Damaged("the index does not fit before the pictures".into())
            })?;
        place.copy_from_slice(bytes);
    }
    out.write_all(&head).map_err(FinaliseError::Write)?;
    let mut buffer = Vec::new();
    for picture in &recording.pictures {
        buffer.resize(picture.size, 0);
        fragmented
            .seek(SeekFrom::Start(picture.offset))
            .map_err(FinaliseError::Read)?;
        fragmented
            .read_exact(&mut buffer)
            .map_err(FinaliseError::Read)?;
        out.write_all(&buffer).map_err(FinaliseError::Write)?;
    }
    out.flush().map_err(FinaliseError::Write)?;
    let ticks: u64 = recording
        .pictures
        .iter()
        .map(|picture| u64::from(picture.duration))
        .sum();
    Ok(Summary {
        frames: recording.pictures.len() as u64,
        dropped: 0,
        bytes: position,
        duration: Duration::from_secs_f64(ticks as f64 / f64::from(recording.timescale.get())),
    })
}

fn scan<R: Read + Seek>(reader: &mut R) -> Result<Recording, FinaliseError> {
    let length = reader.seek(SeekFrom::End(0)).map_err(FinaliseError::Read)?;
    let init_end = find_end(reader, 0, length, b"moov")?.ok_or(FinaliseError::Empty)?;
    let init = read_range(reader, 0, init_end)?;
    let mut demuxer = Fmp4SegmentDemuxer::new();
    let damaged =
        |error: shiguredo_mp4::demux::DemuxError| FinaliseError::Damaged(error.to_string());
    demuxer.handle_init_segment(&init).map_err(damaged)?;
    let track = demuxer
        .tracks()
        .map_err(damaged)?
        .iter()
        .find(|track| matches!(track.kind, TrackKind::Video))
        .map(|track| track.timescale)
        .ok_or(FinaliseError::Empty)?;
    let mut entry = None;
    let mut pictures = Vec::new();
    let mut position = init_end;
    while let Some(end) = find_end(reader, position, length, b"mdat")? {
        let segment = read_range(reader, position, end)?;
        // A fragment that cannot be understood ends the usable part, as a torn one does.
        let Ok(samples) = demuxer.handle_media_segment(&segment) else {
            break;
        };
        for sample in samples {
            if let Some(found) = sample.sample_entry {
                entry.get_or_insert_with(|| found.clone());
            }
            pictures.push(Picture {
                offset: position + sample.data_offset,
                size: sample.data_size,
                duration: sample.duration,
                key: sample.keyframe,
            });
        }
        position = end;
    }
    let entry = entry
        .filter(|_| !pictures.is_empty())
        .ok_or(FinaliseError::Empty)?;
    Ok(Recording {
        pictures,
        entry,
        timescale: track,
        created: creation_time(&init),
    })
}

/// The end of the next whole box of this kind, skipping others; `None` where the file ends or is torn before.
fn find_end<R: Read + Seek>(
    reader: &mut R,
    mut position: u64,
    length: u64,
    kind: &[u8; 4],
) -> Result<Option<u64>, FinaliseError> {
    while let Some(found) = box_at(reader, position, length).map_err(FinaliseError::Read)? {
        if &found.kind == kind {
            return Ok(Some(found.end));
        }
        position = found.end;
    }
    Ok(None)
}

fn read_range<R: Read + Seek>(
    reader: &mut R,
    start: u64,
    end: u64,
) -> Result<Vec<u8>, FinaliseError> {
    if end - start > MAX_FRAGMENT {
        return Err(FinaliseError::Damaged(format!(
            "a fragment of {} bytes",
            end - start
        )));
    }
    reader
        .seek(SeekFrom::Start(start))
        .map_err(FinaliseError::Read)?;
    let mut bytes = vec![0; (end - start) as usize];
    reader.read_exact(&mut bytes).map_err(FinaliseError::Read)?;
    Ok(bytes)
}

/// The creation time of the init segment, since the Unix epoch.
fn creation_time(init: &[u8]) -> Duration {
    let moov = FtypBox::decode(init)
        .ok()
        .and_then(|(_, used)| init.get(used..))
        .and_then(|rest| MoovBox::decode(rest).ok());
    /// Seconds from 1904, where MP4 counts from, to 1970.
    const EPOCH: u64 = 2_082_844_800;
    moov.map_or(Duration::ZERO, |(moov, _)| {
        Duration::from_secs(moov.mvhd_box.creation_time.as_secs().saturating_sub(EPOCH))
    })
}
