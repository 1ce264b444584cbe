use crate::camera_desk::Still;
use crate::contract::*;
use crate::handle::StationConfig;
use evidence::{DocumentType, Step};
use recorder::YuvFrame;
use std::time::{Duration, Instant};
pub struct Frame {
    pub seq: u64,
}
pub struct Source;
#[derive(Clone)]
pub struct Opener;
pub struct Lister;
impl Opener {
    pub fn new(_c: &StationConfig) -> Self {
        Opener
    }
    pub fn lister(&self) -> Lister {
        Lister
    }
    pub fn open(&self, _d: Option<&str>) -> Result<Source, Failure> {
        Ok(Source)
    }
}
impl Lister {
    pub fn list(&self, _d: Instant) -> Result<Vec<DeviceView>, Failure> {
        Ok(vec![])
    }
}
impl Source {
    pub fn show(&mut self, _s: Step, _d: DocumentType) {}
    pub fn still(&mut self, _d: Instant) -> Result<Still, Failure> {
        Err(crate::failure::plain(FailureCode::NoCamera))
    }
    pub fn next(&mut self, _d: Instant) -> Result<Frame, Failure> {
        Err(crate::failure::plain(FailureCode::NoCamera))
    }
}
pub fn size(_f: &Frame) -> (u32, u32) {
    (0, 0)
}
pub fn origin(_f: &Frame) -> (String, bool) {
    (String::new(), true)
}
pub fn time(_f: &Frame) -> Duration {
    Duration::ZERO
}
pub fn to_yuv(_f: &Frame, _at: Duration) -> Option<YuvFrame> {
    None
}
pub fn sequence(f: &Frame) -> u64 {
    f.seq
}
pub fn preview_jpeg(_f: &Frame, _w: u32) -> Option<bytes::Bytes> {
    None
}
