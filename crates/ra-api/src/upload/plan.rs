//! What an upload consists of: pieces of known length, so that the whole has an exact `Content-Length`.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::blob::BlobSource;

pub(crate) enum Segment {
    Text(Bytes),
    Raw(Arc<dyn BlobSource>),
    /// Sent as base64 without line breaks, encoded while it is sent.
    Base64(Arc<dyn BlobSource>),
}

impl Segment {
    fn len(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Raw(blob) => blob.len(),
            Self::Base64(blob) => blob.len().div_ceil(3) * 4,
        }
    }
}

pub(crate) struct BodyPlan {
    pub segments: Vec<Segment>,
    pub total: u64,
    pub content_type: String,
}

impl BodyPlan {
    pub fn new(segments: Vec<Segment>, content_type: impl Into<String>) -> Self {
        let total = segments.iter().map(Segment::len).sum();
        Self {
            segments,
            total,
            content_type: content_type.into(),
        }
    }

    /// One file part and plain fields before it.
    pub fn multipart(
        fields: &[(&str, &str)],
        name: &str,
        file_name: &str,
        mime: &str,
        blob: Arc<dyn BlobSource>,
    ) -> Self {
        let boundary = boundary();
        let mut head = plain_parts(&boundary, fields);
        head.push_str(&format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {mime}\r\n\r\n",
            quoted(name),
            quoted(file_name)
        ));
        let tail = format!("\r\n--{boundary}--\r\n");
        Self::new(
            vec![
                Segment::Text(head.into()),
                Segment::Raw(blob),
                Segment::Text(tail.into()),
            ],
            format!("multipart/form-data; boundary={boundary}"),
        )
    }

    /// Plain fields alone.
    pub fn form(fields: &[(&str, &str)]) -> Self {
        let boundary = boundary();
        let text = format!("{}--{boundary}--\r\n", plain_parts(&boundary, fields));
        Self::new(
            vec![Segment::Text(text.into())],
            format!("multipart/form-data; boundary={boundary}"),
        )
    }
}

/// Random, hence not in the content by any realistic chance.
fn boundary() -> String {
    format!("videoid-{}", Uuid::new_v4().simple())
}

fn plain_parts(boundary: &str, fields: &[(&str, &str)]) -> String {
    fields
        .iter()
        .map(|(name, value)| {
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{value}\r\n",
                quoted(name)
            )
        })
        .collect()
}

/// As browsers write names in a form's headers.
fn quoted(text: &str) -> String {
    text.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The data evidence of one enrollment, its pictures still where they are stored.
#[derive(Clone)]
pub struct DataEvidence {
    pub acceptance: Map<String, Value>,
    pub ocr_data: Map<String, Value>,
    /// Checks that were performed; one that was not is left out.
    pub security_checks: Map<String, Value>,
    /// In the form the settings ask for; `None` leaves it out.
    pub similarity_level: Option<Value>,
    /// JPEGs by name (`document_front`, …), in the order they are sent in.
    pub images: Vec<(String, Arc<dyn BlobSource>)>,
    /// Further members of `videoid_data`.
    pub extra: Map<String, Value>,
}

impl std::fmt::Debug for DataEvidence {
    /// Without the subscriber's data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DataEvidence")
            .field(
                "images",
                &self
                    .images
                    .iter()
                    .map(|(name, blob)| (name, blob.len()))
                    .collect::<Vec<_>>(),
            )
            .finish_non_exhaustive()
    }
}

impl DataEvidence {
    pub(crate) fn plan(&self) -> io::Result<BodyPlan> {
        let mut segments = Vec::new();
        let mut text = String::from("{\"acceptance\":");
        text.push_str(&json(&self.acceptance)?);
        text.push_str(",\"videoid_data\":{\"images\":{");
        for (index, (name, blob)) in self.images.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            text.push_str(&json(name)?);
            text.push_str(":\"");
            segments.push(Segment::Text(std::mem::take(&mut text).into()));
            segments.push(Segment::Base64(Arc::clone(blob)));
            text.push('"');
        }
        text.push_str("},\"ocr_data\":");
        text.push_str(&json(&self.ocr_data)?);
        text.push_str(",\"security_checks\":");
        text.push_str(&json(&self.security_checks)?);
        if let Some(level) = &self.similarity_level {
            text.push_str(",\"similarity_level\":");
            text.push_str(&json(level)?);
        }
        for (name, value) in &self.extra {
            text.push(',');
            text.push_str(&json(name)?);
            text.push(':');
            text.push_str(&json(value)?);
        }
        text.push_str("}}");
        segments.push(Segment::Text(text.into()));
        Ok(BodyPlan::new(segments, "application/json"))
    }
}

fn json<T: serde::Serialize + ?Sized>(value: &T) -> io::Result<String> {
    serde_json::to_string(value).map_err(io::Error::other)
}

impl DataEvidence {
    /// Bytes of the body that it makes.
    pub fn content_length(&self) -> u64 {
        self.plan().map_or(0, |plan| plan.total)
    }
}
