//! Whether a picked file can serve as the video of an identification.

use std::io::{self, Read, Seek, SeekFrom};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::index::{Codec, Index, IndexError, MAX_SAMPLE};
use crate::read::{ReadError, VideoReader};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VideoLimits {
    pub min_duration: Duration,
    pub max_duration: Duration,
    pub max_bytes: u64,
}

impl Default for VideoLimits {
    /// No limit but a gigabyte and an hour.
    fn default() -> VideoLimits {
        VideoLimits {
            min_duration: Duration::ZERO,
            max_duration: Duration::from_secs(3600),
            max_bytes: 1 << 30,
        }
    }
}

/// What was measured in an accepted video.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub struct VideoFacts {
    #[ts(type = "number")]
    pub duration_ms: u64,
    /// Pixels, as the first decoded picture has them.
    pub width: u32,
    pub height: u32,
    #[ts(type = "number")]
    pub frames: u64,
    pub codec: String,
    #[ts(type = "number")]
    pub bytes: u64,
    /// The index lies before the pictures.
    pub faststart: bool,
    pub fragmented: bool,
    pub audio: bool,
}

/// Why a file is rejected.
#[derive(Debug, thiserror::Error)]
pub enum VideoProblem {
    #[error("the file is empty")]
    Empty,
    #[error("the file is no MP4 video: {0}")]
    NotMp4(String),
    #[error("the file has {} MB; at most {} MB are allowed", .bytes / 1_000_000, .limit / 1_000_000)]
    TooLarge { bytes: u64, limit: u64 },
    #[error("the video lasts {:.1} s; at most {:.0} s are allowed", .duration.as_secs_f64(), .limit.as_secs_f64())]
    TooLong { duration: Duration, limit: Duration },
    #[error("the video lasts {:.1} s; at least {:.0} s are needed", .duration.as_secs_f64(), .limit.as_secs_f64())]
    TooShort { duration: Duration, limit: Duration },
    #[error("the file has no video track")]
    NoVideoTrack,
    #[error("the video is encoded as {name}; H.264 is needed")]
    OtherCodec { name: String },
    #[error("the file is cut off: picture {picture} lies outside of it")]
    OffsetsOutside { picture: usize },
    #[error("the first picture cannot be decoded: {0}")]
    FirstFrameUndecodable(String),
    #[error("the file is damaged: {0}")]
    Damaged(String),
    #[error("the file cannot be read")]
    Io(#[from] io::Error),
}

impl VideoProblem {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            VideoProblem::Empty => "empty",
            VideoProblem::NotMp4(_) => "not_mp4",
            VideoProblem::TooLarge { .. } => "too_large",
            VideoProblem::TooLong { .. } => "too_long",
            VideoProblem::TooShort { .. } => "too_short",
            VideoProblem::NoVideoTrack => "no_video_track",
            VideoProblem::OtherCodec { .. } => "other_codec",
            VideoProblem::OffsetsOutside { .. } => "cut_off",
            VideoProblem::FirstFrameUndecodable(_) => "undecodable",
            VideoProblem::Damaged(_) => "damaged",
            VideoProblem::Io(_) => "unreadable",
        }
    }
}

impl From<IndexError> for VideoProblem {
    fn from(error: IndexError) -> VideoProblem {
        match error {
            IndexError::Io(error) => VideoProblem::Io(error),
            IndexError::NotMp4(why) => VideoProblem::NotMp4(why),
            IndexError::Damaged(why) => VideoProblem::Damaged(why),
        }
    }
}

/// Checks size, container, codec, that every picture lies inside the file, duration, and that the first picture decodes.
/// Reads the index and one picture, never the whole file.
pub fn check_video<R: Read + Seek>(
    mut reader: R,
    limits: &VideoLimits,
) -> Result<VideoFacts, VideoProblem> {
    let bytes = reader.seek(SeekFrom::End(0))?;
    if bytes == 0 {
        return Err(VideoProblem::Empty);
    }
    if bytes > limits.max_bytes {
        return Err(VideoProblem::TooLarge {
            bytes,
            limit: limits.max_bytes,
        });
    }
    let index = Index::read(&mut reader)?.ok_or(VideoProblem::NoVideoTrack)?;
    if let Codec::Other(name) = &index.codec {
        return Err(VideoProblem::OtherCodec { name: name.clone() });
    }
    if index.pictures.is_empty() {
        return Err(VideoProblem::NoVideoTrack);
    }
    for (picture, place) in index.pictures.iter().enumerate() {
        if place.size > MAX_SAMPLE {
            return Err(VideoProblem::Damaged(format!(
                "picture {picture} claims {} bytes",
                place.size
            )));
        }
        if place
            .offset
            .checked_add(place.size)
            .is_none_or(|end| end > bytes)
        {
            return Err(VideoProblem::OffsetsOutside { picture });
        }
    }
    let duration = Duration::from_millis(index.duration_ms());
    if duration > limits.max_duration {
        return Err(VideoProblem::TooLong {
            duration,
            limit: limits.max_duration,
        });
    }
    if duration < limits.min_duration {
        return Err(VideoProblem::TooShort {
            duration,
            limit: limits.min_duration,
        });
    }
    let faststart = index_comes_first(&mut reader, bytes)?;
    let (frames, fragmented, audio) = (index.pictures.len() as u64, index.fragmented, index.audio);
    let mut video = VideoReader::new(reader, index);
    let first = video.next_frame().map_err(|error| match error {
        ReadError::Io(error) => VideoProblem::Io(error),
        other => VideoProblem::FirstFrameUndecodable(other.to_string()),
    })?;
    let first = first.ok_or_else(|| {
        VideoProblem::FirstFrameUndecodable("the decoder gives no picture".into())
    })?;
    Ok(VideoFacts {
        duration_ms: duration.as_millis() as u64,
        width: first.width,
        height: first.height,
        frames,
        codec: "H.264".into(),
        bytes,
        faststart,
        fragmented,
        audio,
    })
}

/// Whether `moov` stands before the first `mdat`.
fn index_comes_first<R: Read + Seek>(reader: &mut R, length: u64) -> io::Result<bool> {
    let mut position = 0;
    while let Some(found) = crate::finalise::box_at(reader, position, length)? {
        match &found.kind {
            b"moov" => return Ok(true),
            b"mdat" => return Ok(false),
            _ => position = found.end,
        }
    }
    Ok(false)
}
