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
        for kind in ImageKind::ALL {
            if self.needs_image(kind) && !self.images.contains_key(&kind) {
                missing.push(kind.into());
            }
        }
        // An interrupted video is kept and shown, but identifies nobody.
        if self
            .video
            .as_ref()
            .is_none_or(|video| video.interrupted.is_some())
        {
            missing.push(Missing::Video);
        }
        if ESSENTIAL_FIELDS
            .iter()
            .any(|field| self.document_value(*field).is_empty())
        {
            missing.push(Missing::OcrData);
        }
        missing
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
        self.missing()
            .first()
            .map_or(Step::Review, |missing| missing.step())
    }

    /// Whether the step has what it asks for.
    pub fn step_done(&self, step: Step) -> bool {
        match step {
            Step::Review | Step::Done => self.delivered.is_some(),
            _ => !self.missing().iter().any(|missing| missing.step() == step),
        }
    }

    /// Whether this kind of document has the step at all.
    pub fn step_needed(&self, step: Step) -> bool {
        step != Step::DocumentRear || self.document_type.has_rear()
    }
}
