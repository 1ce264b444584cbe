//! Encoded frames to fragments of an MP4.

use std::num::NonZeroU32;
use std::time::Duration;

use shiguredo_mp4::boxes::{Avc1Box, AvccBox, SampleEntry, VisualSampleEntryFields};
use shiguredo_mp4::mux::{Fmp4SegmentMuxer, MuxError, Sample, SegmentMuxerOptions};
use shiguredo_mp4::{TrackKind, Uint};
use time::OffsetDateTime;

use crate::TIMESCALE;
use crate::encode::{EncodedFrame, ParameterSets};

/// Gathers frames and gives out a fragment each time enough of them are there.
pub(crate) struct Fragmenter {
    muxer: Fmp4SegmentMuxer,
    timescale: NonZeroU32,
    length: Duration,
    entry: Option<SampleEntry>,
    started: bool,
    samples: Vec<Sample>,
    payload: Vec<u8>,
    gathered: Duration,
    /// A frame's duration is known when the next one comes: one is held back.
    held: Option<EncodedFrame>,
    last_duration: Duration,
    ticks: u64,
}

impl Fragmenter {
    pub fn new(
        created: OffsetDateTime,
        length: Duration,
        max_fps: f32,
    ) -> Result<Fragmenter, MuxError> {
        let since_epoch = created.unix_timestamp().max(0) as u64;
        let muxer = Fmp4SegmentMuxer::with_options(SegmentMuxerOptions {
            creation_timestamp: Duration::from_secs(since_epoch),
            ..SegmentMuxerOptions::default()
        })?;
        Ok(Fragmenter {
            muxer,
            timescale: NonZeroU32::new(TIMESCALE).unwrap_or(NonZeroU32::MIN),
            length,
            entry: None,
            started: false,
            samples: Vec::new(),
            payload: Vec::new(),
            gathered: Duration::ZERO,
            held: None,
            last_duration: Duration::from_secs_f32(1.0 / max_fps.max(1.0)),
            ticks: 0,
        })
    }

    /// Names the stream's parameter sets and size; before the first frame.
    pub fn describe(&mut self, sets: &ParameterSets, width: u32, height: u32) {
        self.entry = Some(sample_entry(sets, width as u16, height as u16));
    }

    pub fn is_described(&self) -> bool {
        self.entry.is_some()
    }

    /// Takes a frame; gives a fragment when `length` of them is there.
    pub fn push(&mut self, frame: EncodedFrame) -> Result<Option<Vec<u8>>, MuxError> {
        if let Some(held) = self.held.take() {
            self.last_duration = frame.at.saturating_sub(held.at);
            self.add(held, frame.at);
        }
        self.held = Some(frame);
        if self.gathered >= self.length {
            self.flush().map(Some)
        } else {
            Ok(None)
        }
    }

    /// The last fragment; the last frame lasts as long as the one before it.
    pub fn finish(&mut self) -> Result<Option<Vec<u8>>, MuxError> {
        if let Some(held) = self.held.take() {
            let end = held.at + self.last_duration;
            self.add(held, end);
        }
        if self.samples.is_empty() {
            Ok(None)
        } else {
            self.flush().map(Some)
        }
    }

    /// What has been given out, in time.
    pub fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.ticks as f64 / f64::from(TIMESCALE))
    }

    fn add(&mut self, frame: EncodedFrame, end: Duration) {
        // Rounded from the start of the recording, so that errors do not add up.
        let end_ticks =
            ((end.as_nanos() * u128::from(TIMESCALE) + 500_000_000) / 1_000_000_000) as u64;
        let duration = end_ticks.saturating_sub(self.ticks).max(1);
        self.ticks += duration;
        self.gathered += end.saturating_sub(frame.at);
        self.samples.push(Sample {
            track_kind: TrackKind::Video,
            sample_entry: if self.started {
                None
            } else {
                self.entry.clone()
            },
            keyframe: frame.key,
            timescale: self.timescale,
            duration: duration.min(u64::from(u32::MAX)) as u32,
            composition_time_offset: None,
            data_offset: self.payload.len() as u64,
            data_size: frame.data.len(),
        });
        self.started = true;
        self.payload.extend_from_slice(&frame.data);
    }

    fn flush(&mut self) -> Result<Vec<u8>, MuxError> {
        let first = self
            .samples
            .iter()
            .any(|sample| sample.sample_entry.is_some());
        let head = self.muxer.create_media_segment_metadata(&self.samples)?;
        let mut fragment = if first {
            self.muxer.init_segment_bytes()?
        } else {
            Vec::new()
        };
        fragment.reserve(head.len() + self.payload.len());
        fragment.extend_from_slice(&head);
        fragment.append(&mut self.payload);
        self.samples.clear();
        self.gathered = Duration::ZERO;
        Ok(fragment)
    }
}

fn sample_entry(sets: &ParameterSets, width: u16, height: u16) -> SampleEntry {
    let byte = |index: usize| sets.sps.get(index).copied().unwrap_or_default();
    SampleEntry::Avc1(Avc1Box {
        visual: VisualSampleEntryFields {
            data_reference_index: VisualSampleEntryFields::DEFAULT_DATA_REFERENCE_INDEX,
            width,
            height,
            horizresolution: VisualSampleEntryFields::DEFAULT_HORIZRESOLUTION,
            vertresolution: VisualSampleEntryFields::DEFAULT_VERTRESOLUTION,
            frame_count: VisualSampleEntryFields::DEFAULT_FRAME_COUNT,
            compressorname: VisualSampleEntryFields::NULL_COMPRESSORNAME,
            depth: VisualSampleEntryFields::DEFAULT_DEPTH,
        },
        avcc_box: AvccBox {
            avc_profile_indication: byte(1),
            profile_compatibility: byte(2),
            avc_level_indication: byte(3),
            length_size_minus_one: Uint::new(3),
            sps_list: vec![sets.sps.clone()],
            pps_list: vec![sets.pps.clone()],
            chroma_format: None,
            bit_depth_luma_minus8: None,
            bit_depth_chroma_minus8: None,
            sps_ext_list: vec![],
        },
        unknown_boxes: vec![],
    })
}
