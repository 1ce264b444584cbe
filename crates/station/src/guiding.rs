//! Guidance before the camera, captures that happen by themselves, and what a still is looked at for.

use crate::contract::{CapturingView, Failure, RefusedCapture};
use crate::failure::not_now;
use crate::session::Session;

/// How the pictures of the present step are taken.
#[derive(Default)]
pub(crate) struct Capturing {
    pub failed_tries: u32,
    pub refused: Option<RefusedCapture>,
}

impl Capturing {
    pub fn view(&self, working: bool) -> CapturingView {
        CapturingView {
            automatic: false,
            manual: true,
            failed_tries: self.failed_tries,
            refused: self.refused.clone(),
            working,
        }
    }
}

impl Session {
    pub(crate) fn set_corners(&mut self, _corners: [[f32; 2]; 4]) -> Result<(), Failure> {
        Err(not_now("no straightened picture waits"))
    }
}
