//! The models of others, each known by its SHA-256. What the project trained itself lies with its reader.

use sha2::{Digest, Sha256};
use thiserror::Error;

include!(concat!(env!("OUT_DIR"), "/fetched.rs"));

/// Why a model cannot be used. None of these is passed over: what needs the model fails.
#[derive(Debug, Error)]
pub enum ModelError {
    #[error("this program was built without {file}: run `cargo xtask models` and build again")]
    Missing { file: &'static str },
    #[error("{file} is not the file that this program was made for: its SHA-256 is {found}")]
    Altered { file: &'static str, found: String },
    #[error("{file} cannot be loaded: {reason}")]
    Load { file: &'static str, reason: String },
    #[error("{file} cannot be run: {reason}")]
    Run { file: &'static str, reason: String },
    #[error("{file} gave a result of the wrong shape")]
    Shape { file: &'static str },
}

pub(crate) struct ModelFile {
    pub name: &'static str,
    sha256: &'static str,
    bytes: Option<&'static [u8]>,
}

pub(crate) static FACE_DETECTOR: ModelFile = ModelFile {
    name: "face_detection_yunet_2023mar.onnx",
    sha256: "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    bytes: Some(include_bytes!(
        "../models/face_detection_yunet_2023mar.onnx"
    )),
};

pub(crate) static FACE_DESCRIPTOR_WEIGHTS: ModelFile = ModelFile {
    name: "face_recognition_model.bin",
    sha256: "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589",
    bytes: FACE_WEIGHTS,
};

pub(crate) static FACE_DESCRIPTOR_MANIFEST: ModelFile = ModelFile {
    name: "face_recognition_model-weights_manifest.json",
    sha256: "cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b",
    bytes: FACE_MANIFEST,
};

pub(crate) static TEXT_DETECTOR: ModelFile = ModelFile {
    name: "ppocrv5_det.onnx",
    sha256: "62f0e79763dfd9bdadae166dd61078e703d9149df891e11a58c48d18595fad6f",
    bytes: TEXT_AREAS,
};

pub(crate) static TEXT_RECOGNISER: ModelFile = ModelFile {
    name: "PP-OCRv6_rec_small.onnx",
    sha256: "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
    bytes: TEXT_LETTERS,
};

impl ModelFile {
    /// Its bytes, if they are there and are those that the project knows.
    pub fn verified(&self) -> Result<&'static [u8], ModelError> {
        let bytes = self.bytes.ok_or(ModelError::Missing { file: self.name })?;
        let found = hex::encode(Sha256::digest(bytes));
        if found == self.sha256 {
            Ok(bytes)
        } else {
            Err(ModelError::Altered {
                file: self.name,
                found,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_there_is_what_was_pinned() {
        for file in [
            &FACE_DETECTOR,
            &FACE_DESCRIPTOR_WEIGHTS,
            &FACE_DESCRIPTOR_MANIFEST,
            &TEXT_DETECTOR,
            &TEXT_RECOGNISER,
        ] {
            file.verified().unwrap();
        }
    }

    #[test]
    fn missing_and_altered_models_are_named() {
        let missing = ModelFile {
            bytes: None,
            ..FACE_DETECTOR_FIELDS
        };
        let error = missing.verified().unwrap_err().to_string();
        assert!(error.contains("cargo xtask models"), "{error}");
        let altered = ModelFile {
            bytes: Some(b"else"),
            ..FACE_DETECTOR_FIELDS
        };
        let error = altered.verified().unwrap_err().to_string();
        assert!(
            error.contains("face_detection") && error.contains("SHA-256"),
            "{error}"
        );
    }

    const FACE_DETECTOR_FIELDS: ModelFile = ModelFile {
        name: "face_detection_yunet_2023mar.onnx",
        sha256: "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
        bytes: None,
    };
}
