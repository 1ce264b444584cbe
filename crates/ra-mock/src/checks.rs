//! What the mock checks of the evidence: strict base64, decodable JPEG, an MP4 that can be played.

use std::io::BufReader;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// Plain base64: no `data:` prefix and no line breaks.
pub fn decode_base64(text: &str) -> Result<Vec<u8>, String> {
    if text.starts_with("data:") {
        return Err("has a data: prefix; plain base64 is expected".to_string());
    }
    if text.contains(['\n', '\r', ' ']) {
        return Err("has line breaks or spaces; plain base64 is expected".to_string());
    }
    if text.is_empty() {
        return Err("is empty".to_string());
    }
    STANDARD
        .decode(text)
        .map_err(|error| format!("is not base64: {error}"))
}

/// Width and height of a JPEG that decodes to its end.
pub fn check_image(bytes: &[u8]) -> Result<(u32, u32), String> {
    if image::guess_format(bytes).ok() != Some(image::ImageFormat::Jpeg) {
        return Err("is not a JPEG".to_string());
    }
    image::load_from_memory_with_format(bytes, image::ImageFormat::Jpeg)
        .map(|image| (image.width(), image.height()))
        .map_err(|error| format!("cannot be decoded: {error}"))
}

/// What was found in the video, or why it cannot be played.
pub fn check_video(path: &Path) -> Result<Value, String> {
    let file = std::fs::File::open(path).map_err(|error| format!("cannot be read: {error}"))?;
    // Only what can be played counts here; size and duration are the client's own rules.
    let limits = recorder::VideoLimits {
        max_duration: Duration::MAX,
        max_bytes: u64::MAX,
        ..Default::default()
    };
    let facts = recorder::check_video(BufReader::new(file), &limits)
        .map_err(|problem| problem.to_string())?;
    serde_json::to_value(facts).map_err(|error| error.to_string())
}
