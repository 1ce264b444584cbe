//! Frames to H.264 samples as MP4 wants them: length-prefixed, parameter sets apart.

use std::time::Duration;

use openh264::OpenH264API;
use openh264::Timestamp;
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, QpRange,
    RateControlMode, UsageType, VuiConfig,
};
use openh264::formats::YUVSlices;

use crate::record::RecorderConfig;

/// A key frame is forced after this much time, so that seeking and salvage work at any frame rate.
const KEY_FRAME_EVERY: Duration = Duration::from_secs(2);

/// A picture in planar 4:2:0, limited-range BT.601, planes without padding.
#[derive(Debug, Clone)]
pub struct YuvFrame {
    /// Pixels; even.
    pub width: u32,
    pub height: u32,
    /// `width × height` bytes.
    pub y: Vec<u8>,
    /// `width/2 × height/2` bytes.
    pub u: Vec<u8>,
    pub v: Vec<u8>,
    /// Time since the start of the recording; must grow from frame to frame.
    pub at: Duration,
}

impl YuvFrame {
    /// Whether the planes have the size that width and height call for.
    pub(crate) fn is_whole(&self) -> bool {
        let luma = self.width as usize * self.height as usize;
        self.width.is_multiple_of(2)
            && self.height.is_multiple_of(2)
            && self.y.len() == luma
            && self.u.len() == luma / 4
            && self.v.len() == luma / 4
    }
}

/// One encoded picture.
pub(crate) struct EncodedFrame {
    /// NAL units, each behind its length as four bytes, big-endian.
    pub data: Vec<u8>,
    pub key: bool,
    pub at: Duration,
}

/// The stream's parameter sets, known after the first frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParameterSets {
    pub sps: Vec<u8>,
    pub pps: Vec<u8>,
}

pub(crate) struct FrameEncoder {
    encoder: Encoder,
    sets: Option<ParameterSets>,
    last_key: Option<Duration>,
}

impl FrameEncoder {
    pub fn new(config: &RecorderConfig) -> Result<FrameEncoder, openh264::Error> {
        let settings = EncoderConfig::new()
            .bitrate(BitRate::from_bps(config.bitrate_bps))
            // The rate control spends its budget by this figure, not by the time stamps.
            .max_frame_rate(FrameRate::from_hz(config.max_fps))
            .rate_control_mode(RateControlMode::Bitrate)
            .usage_type(UsageType::CameraVideoRealTime)
            .complexity(Complexity::Low)
            .qp(QpRange::new(12, 42))
            .skip_frames(false)
            .num_threads(1)
            // Key frames are forced by time below; this is for cameras faster than announced.
            .intra_frame_period(IntraFramePeriod::from_num_frames(240))
            .vui(VuiConfig::bt601());
        Ok(FrameEncoder {
            encoder: Encoder::with_api_config(OpenH264API::from_source(), settings)?,
            sets: None,
            last_key: None,
        })
    }

    pub fn parameter_sets(&self) -> Option<&ParameterSets> {
        self.sets.as_ref()
    }

    /// Encodes one frame. `None` when the encoder gave no picture for it.
    pub fn encode(&mut self, frame: &YuvFrame) -> Result<Option<EncodedFrame>, openh264::Error> {
        if self
            .last_key
            .is_none_or(|last| frame.at.saturating_sub(last) >= KEY_FRAME_EVERY)
        {
            self.encoder.force_intra_frame();
        }
        let (width, height) = (frame.width as usize, frame.height as usize);
        let planes = YUVSlices::new(
            (&frame.y, &frame.u, &frame.v),
            (width, height),
            (width, width / 2, width / 2),
        );
        let at = Timestamp::from_millis(frame.at.as_millis() as u64);
        let stream = self.encoder.encode_at(&planes, at)?;
        let key = matches!(stream.frame_type(), FrameType::IDR);
        let mut data = Vec::new();
        let (mut sps, mut pps) = (None, None);
        for layer in (0..stream.num_layers()).filter_map(|layer| stream.layer(layer)) {
            for nal in (0..layer.nal_count()).filter_map(|nal| layer.nal_unit(nal)) {
                let nal = without_start_code(nal);
                match nal.first().map(|head| head & 0x1f) {
                    Some(7) => sps = Some(nal.to_vec()),
                    Some(8) => pps = Some(nal.to_vec()),
                    Some(_) => {
                        data.extend_from_slice(&(nal.len() as u32).to_be_bytes());
                        data.extend_from_slice(nal);
                    }
                    None => {}
                }
            }
        }
        if self.sets.is_none()
            && let (Some(sps), Some(pps)) = (sps, pps)
        {
            self.sets = Some(ParameterSets { sps, pps });
        }
        if data.is_empty() {
            return Ok(None);
        }
        if key {
            self.last_key = Some(frame.at);
        }
        Ok(Some(EncodedFrame {
            data,
            key,
            at: frame.at,
        }))
    }
}

/// The encoder's units come with an Annex B start code of three or four bytes.
fn without_start_code(nal: &[u8]) -> &[u8] {
    nal.strip_prefix(&[0, 0, 0, 1])
        .or_else(|| nal.strip_prefix(&[0, 0, 1]))
        .unwrap_or(nal)
}
