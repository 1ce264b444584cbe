//! The index of an MP4: which pictures lie where. Reads the boxes, never the payload.

use std::io::{self, Read, Seek, SeekFrom};

use shiguredo_mp4::TrackKind;
use shiguredo_mp4::boxes::{AvccBox, SampleEntry};
use shiguredo_mp4::demux::{
    DemuxError, Fmp4FileDemuxer, Input, Mp4FileDemuxer, Mp4FileKind, Mp4FileKindDetector,
    RequiredInput, Sample,
};

use crate::turn::Turn;

/// Headers and fragments larger than this are not read: a bound on memory, whatever a file claims.
pub(crate) const MAX_READ: u64 = 64 << 20;
/// A picture larger than this is taken for damage.
pub(crate) const MAX_SAMPLE: u64 = 32 << 20;

#[derive(Debug, thiserror::Error)]
pub(crate) enum IndexError {
    #[error("the file cannot be read")]
    Io(#[from] io::Error),
    #[error("{0}")]
    NotMp4(String),
    #[error("{0}")]
    Damaged(String),
}

/// One picture of the video track.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Picture {
    pub offset: u64,
    pub size: u64,
    /// Ticks of the track's time scale, in decoding order.
    pub start: u64,
    pub duration: u32,
    /// Ticks from decoding to showing; another order of showing makes them differ.
    pub shown_after: i64,
    /// Decoding can begin here.
    pub sync: bool,
}

#[derive(Debug)]
pub(crate) enum Codec {
    H264(AvccBox),
    /// Four letters of the sample entry, or a name.
    Other(String),
}

#[derive(Debug)]
pub(crate) struct Index {
    pub codec: Codec,
    pub timescale: u32,
    pub pictures: Vec<Picture>,
    /// How the pictures are turned before they are shown.
    pub turn: Turn,
    pub fragmented: bool,
    pub audio: bool,
}

impl Index {
    /// `None` when the file has no video track.
    pub fn read<R: Read + Seek>(reader: &mut R) -> Result<Option<Index>, IndexError> {
        let length = reader.seek(SeekFrom::End(0))?;
        if is_quicktime(reader)? {
            return Err(IndexError::NotMp4(
                "it is a QuickTime movie (.mov); export or share it as MP4".into(),
            ));
        }
        match detect(reader, length)? {
            Mp4FileKind::Mp4 => plain(reader, length),
            Mp4FileKind::FragmentedMp4 => fragmented(reader, length),
        }
    }

    /// Milliseconds from the first picture to the end of the last.
    pub fn duration_ms(&self) -> u64 {
        let ticks: u64 = self
            .pictures
            .iter()
            .map(|picture| u64::from(picture.duration))
            .sum();
        ticks.saturating_mul(1000) / u64::from(self.timescale.max(1))
    }
}

/// Phones' .mov files are close to MP4, but players and the RA need not take them.
fn is_quicktime<R: Read + Seek>(reader: &mut R) -> Result<bool, IndexError> {
    reader.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    reader.by_ref().take(12).read_to_end(&mut head)?;
    Ok(head.get(4..12) == Some(b"ftypqt  "))
}

fn detect<R: Read + Seek>(reader: &mut R, length: u64) -> Result<Mp4FileKind, IndexError> {
    let mut detector = Mp4FileKindDetector::new();
    let mut stuck = Stuck::default();
    loop {
        match detector.file_kind() {
            Ok(Some(kind)) => return Ok(kind),
            Ok(None) | Err(DemuxError::InputRequired(_)) => {}
            Err(error) => return Err(IndexError::NotMp4(error.to_string())),
        }
        let Some(required) = detector.required_input() else {
            return Err(IndexError::NotMp4("it has no index (moov box)".into()));
        };
        if required.position >= length {
            return Err(IndexError::NotMp4("it has no index (moov box)".into()));
        }
        if stuck.at(required) {
            return Err(IndexError::Damaged("a box ends before its time".into()));
        }
        let data = read_required(reader, length, required)?;
        detector.handle_input(Input {
            position: required.position,
            data: &data,
        });
    }
}

fn plain<R: Read + Seek>(reader: &mut R, length: u64) -> Result<Option<Index>, IndexError> {
    let mut demuxer = Mp4FileDemuxer::new();
    let mut stuck = Stuck::default();
    while let Some(required) = demuxer.required_input() {
        if stuck.at(required) {
            return Err(IndexError::Damaged("its index ends before its time".into()));
        }
        let data = read_required(reader, length, required)?;
        demuxer.handle_input(Input {
            position: required.position,
            data: &data,
        });
    }
    let audio = has_audio(demuxer.tracks().map_err(damaged)?);
    let mut gathered = Gathered::default();
    while let Some(sample) = demuxer.next_sample().map_err(damaged)? {
        gathered.take(&sample)?;
    }
    gathered.finish(reader, false, audio)
}

fn fragmented<R: Read + Seek>(reader: &mut R, length: u64) -> Result<Option<Index>, IndexError> {
    let mut demuxer = Fmp4FileDemuxer::new();
    let mut gathered = Gathered::default();
    let mut stuck = Stuck::default();
    loop {
        match demuxer.next_sample() {
            Ok(Some(sample)) => {
                gathered.take(&sample)?;
                continue;
            }
            Ok(None) => break,
            Err(DemuxError::InputRequired(_)) => {}
            Err(error) => return Err(damaged(error)),
        }
        let Some(required) = demuxer.required_input() else {
            break;
        };
        if stuck.at(required) {
            // A torn last fragment: what came before it is whole.
            if required.position >= length || !gathered.pictures.is_empty() {
                break;
            }
            return Err(IndexError::Damaged(
                "a fragment ends before its time".into(),
            ));
        }
        let data = read_required(reader, length, required)?;
        demuxer.handle_input(Input {
            position: required.position,
            data: &data,
        });
    }
    let audio = demuxer.tracks().map(has_audio).map_err(damaged)?;
    gathered.finish(reader, true, audio)
}

fn has_audio(tracks: &[shiguredo_mp4::demux::TrackInfo]) -> bool {
    tracks
        .iter()
        .any(|track| matches!(track.kind, TrackKind::Audio))
}

fn damaged(error: DemuxError) -> IndexError {
    IndexError::Damaged(error.to_string())
}

/// Whether the parser keeps asking for the same. It may ask twice, for a box as long as the longest header.
#[derive(Default)]
struct Stuck {
    last: Option<(u64, Option<usize>)>,
    repeats: u32,
}

impl Stuck {
    fn at(&mut self, next: RequiredInput) -> bool {
        let next = Some((next.position, next.size));
        self.repeats = if self.last == next {
            self.repeats + 1
        } else {
            0
        };
        self.last = next;
        self.repeats > 2
    }
}

/// Reads what the parser asks for, never more than [`MAX_READ`] and never past the end.
fn read_required<R: Read + Seek>(
    reader: &mut R,
    length: u64,
    required: RequiredInput,
) -> Result<Vec<u8>, IndexError> {
    let available = length.saturating_sub(required.position);
    let wanted = required
        .size
        .map_or(available, |size| (size as u64).min(available));
    if wanted > MAX_READ {
        return Err(IndexError::Damaged(format!(
            "a header of {} MB; more than {} MB are not read",
            wanted >> 20,
            MAX_READ >> 20
        )));
    }
    reader.seek(SeekFrom::Start(required.position))?;
    let mut data = Vec::with_capacity(wanted as usize);
    reader.by_ref().take(wanted).read_to_end(&mut data)?;
    Ok(data)
}

/// The first video track's samples.
#[derive(Default)]
struct Gathered {
    track: Option<u32>,
    head: Option<(Codec, u32)>,
    pictures: Vec<Picture>,
}

impl Gathered {
    fn take(&mut self, sample: &Sample<'_>) -> Result<(), IndexError> {
        if !matches!(sample.track.kind, TrackKind::Video)
            || *self.track.get_or_insert(sample.track.track_id) != sample.track.track_id
        {
            return Ok(());
        }
        if let Some(entry) = sample.sample_entry {
            let codec = describe(entry);
            match (&self.head, &codec) {
                (None, _) => {
                    self.head = Some((codec, sample.track.timescale.get()));
                }
                // The same description is repeated by fragmented files; another codec half-way is not supported.
                (Some((Codec::H264(_), _)), Codec::H264(_)) => {}
                (Some(_), _) => {
                    return Err(IndexError::Damaged("the codec changes half-way".into()));
                }
            }
        }
        self.pictures.push(Picture {
            offset: sample.data_offset,
            size: sample.data_size as u64,
            start: sample.timestamp,
            duration: sample.duration,
            shown_after: sample.composition_time_offset.unwrap_or(0),
            sync: sample.keyframe,
        });
        Ok(())
    }

    fn finish<R: Read + Seek>(
        self,
        reader: &mut R,
        fragmented: bool,
        audio: bool,
    ) -> Result<Option<Index>, IndexError> {
        let Some(((codec, timescale), track)) = self.head.zip(self.track) else {
            return Ok(None);
        };
        Ok(Some(Index {
            codec,
            timescale,
            pictures: self.pictures,
            turn: Turn::of_track(reader, track)?,
            fragmented,
            audio,
        }))
    }
}

fn describe(entry: &SampleEntry) -> Codec {
    let name = match entry {
        SampleEntry::Avc1(avc1) => return Codec::H264(avc1.avcc_box.clone()),
        SampleEntry::Hev1(_) | SampleEntry::Hvc1(_) => "H.265 (HEVC)".into(),
        SampleEntry::Vp08(_) => "VP8".into(),
        SampleEntry::Vp09(_) => "VP9".into(),
        SampleEntry::Av01(_) => "AV1".into(),
        SampleEntry::Unknown(unknown) => {
            match String::from_utf8_lossy(unknown.box_type.as_bytes()).trim() {
                "mp4v" => "MPEG-4 part 2 (mp4v)".into(),
                letters => letters.to_string(),
            }
        }
        _ => "no video codec".into(),
    };
    Codec::Other(name)
}
