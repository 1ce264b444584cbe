//! What an enrollment needs before it can be sent.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Case, Field, ImageKind, Step};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Missing {
    Request,
    Consent,
    DocumentFront,
    DocumentRear,
    DocumentPhoto,
    DocumentOwner,
    Video,
    OcrData,
}

impl Missing {
    /// The step at which it is provided.
    pub fn step(self) -> Step {
        match self {
            Missing::Request => Step::Request,
            Missing::Consent => Step::Consent,
            Missing::DocumentFront => Step::DocumentFront,
            Missing::DocumentRear => Step::DocumentRear,
            Missing::DocumentPhoto => Step::Portrait,
            Missing::DocumentOwner => Step::Selfie,
            Missing::Video => Step::Video,
            Missing::OcrData => Step::Data,
        }
    }
}

impl From<ImageKind> for Missing {
    fn from(kind: ImageKind) -> Self {
        match kind {
            ImageKind::DocumentFront => Missing::DocumentFront,
            ImageKind::DocumentRear => Missing::DocumentRear,
            ImageKind::DocumentPhoto => Missing::DocumentPhoto,
            ImageKind::DocumentOwner => Missing::DocumentOwner,
        }
    }
}

/// Without these nothing was read from the document.
pub const ESSENTIAL_FIELDS: [Field; 3] = [Field::GivenName, Field::Surname1, Field::SerialNumber];

impl Case {
    /// What keeps the case from being sent, in the order of the steps; empty when it is complete.
    pub fn missing(&self) -> Vec<Missing> {
        let mut missing = Vec::new();
        if self.request.is_none() {
            missing.push(Missing::Request);
        }
        if !self.consented() {
            missing.push(Missing::Consent);
        }
        let at_ra = self.at_ra();
        if !at_ra.data {
            missing.extend(self.missing_images());
        }
        if !at_ra.video && !self.video_complete() {
            missing.push(Missing::Video);
        }
        if !at_ra.data && !self.fields_read() {
            missing.push(Missing::OcrData);
        }
        missing
    }

    fn missing_images(&self) -> impl Iterator<Item = Missing> {
        let wanted = ImageKind::ALL.into_iter();
        wanted
            .filter(|kind| self.needs_image(*kind) && !self.images.contains_key(kind))
            .map(Missing::from)
    }

    fn fields_read(&self) -> bool {
        ESSENTIAL_FIELDS
            .iter()
            .all(|field| !self.document_value(*field).is_empty())
    }

    /// Whether the pictures and data of this station could be sent.
    pub fn data_complete(&self) -> bool {
        self.missing_images().next().is_none() && self.fields_read()
    }

    /// Whether the video of this station could be sent. An interrupted one is kept and shown, but identifies nobody.
    pub fn video_complete(&self) -> bool {
        self.video
            .as_ref()
            .is_some_and(|video| video.interrupted.is_none())
    }

    /// Whether this picture belongs to the evidence of this kind of document.
    pub fn needs_image(&self, kind: ImageKind) -> bool {
        kind != ImageKind::DocumentRear || self.document_type.has_rear()
    }

    /// The first step that still lacks something; *Review* when nothing does, *Done* once delivered.
    pub fn next_step(&self) -> Step {
        if self.delivered.is_some() {
            return Step::Done;
        }
        if self.cancelled() {
            return Step::Request;
        }
        self.missing()
            .first()
            .map_or(Step::Review, |missing| missing.step())
    }

    /// Whether the step has what it asks for. Data and checks come from all of the evidence: they are not done before it is there.
    pub fn step_done(&self, step: Step) -> bool {
        let missing = self.missing();
        match step {
            Step::Review | Step::Done => self.delivered.is_some(),
            Step::Data => missing
                .iter()
                .all(|missing| matches!(missing, Missing::Request | Missing::Consent)),
            _ => !missing.iter().any(|missing| missing.step() == step),
        }
    }

    /// Whether a check failed, or a field was read that contradicts itself, and nobody has overridden it: whoever sends this should
    /// have looked at it.
    pub fn data_doubtful(&self) -> bool {
        let mut checks = self.checks.values();
        let mut fields = self.fields.values();
        checks.any(|check| check.value() == Some(false))
            || fields.any(|entry| entry.valid == Some(false))
    }

    /// Whether the step has anything to do: this kind of document has it, and the RA still lacks what it provides.
    pub fn step_needed(&self, step: Step) -> bool {
        let only_there = self.only_at_ra();
        match step {
            Step::DocumentRear => !only_there.data && self.document_type.has_rear(),
            Step::DocumentFront | Step::Portrait | Step::Selfie | Step::Data => !only_there.data,
            Step::Video => !only_there.video,
            Step::Request | Step::Consent | Step::Review | Step::Done => true,
        }
    }
}
