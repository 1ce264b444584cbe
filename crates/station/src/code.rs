//! The one-time code: made here, delivered by a configured service, returned by the subject.

use crate::contract::{CodeView, Failure};
use crate::failure::not_now;
use crate::session::Session;

#[derive(Default)]
pub(crate) struct OneTimeCode {}

impl OneTimeCode {
    pub fn view(&self) -> CodeView {
        CodeView::NotConfigured
    }
}

impl Session {
    pub(crate) fn send_code(&mut self) -> Result<(), Failure> {
        Err(not_now("no delivery of codes is configured"))
    }

    pub(crate) fn return_code(&mut self, _code: &str) -> Result<(), Failure> {
        Err(not_now("no code was sent"))
    }
}
