//! What can go wrong between a lens and a frame.

/// Why there is no frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CameraError {
    #[error("no camera was found")]
    NoCamera,
    #[error("the camera is not connected any more")]
    Disconnected,
    #[error("the camera gives no pictures")]
    Stalled,
    #[error("the camera is used by another program")]
    Busy,
    #[error("the system does not allow the use of the camera")]
    Permission,
    /// A frame, or all that the camera offers, cannot be used. The camera itself goes on.
    #[error("the camera's picture cannot be used: {0}")]
    Format(String),
    /// The process that drives the camera cannot be started or has ended.
    #[error("the camera's process failed: {0}")]
    Process(String),
}

impl CameraError {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            CameraError::NoCamera => "no_camera",
            CameraError::Disconnected => "disconnected",
            CameraError::Stalled => "stalled",
            CameraError::Busy => "busy",
            CameraError::Permission => "permission",
            CameraError::Format(_) => "format",
            CameraError::Process(_) => "process",
        }
    }

    /// The text that follows the code where an error crosses the pipe.
    pub(crate) fn detail(&self) -> &str {
        match self {
            CameraError::Format(detail) | CameraError::Process(detail) => detail,
            _ => "",
        }
    }

    pub(crate) fn from_code(code: &str, detail: &str) -> CameraError {
        match code {
            "no_camera" => CameraError::NoCamera,
            "disconnected" => CameraError::Disconnected,
            "stalled" => CameraError::Stalled,
            "busy" => CameraError::Busy,
            "permission" => CameraError::Permission,
            "format" => CameraError::Format(detail.into()),
            _ => CameraError::Process(detail.into()),
        }
    }

    /// nokhwa hands the system's errors on as text only.
    pub(crate) fn from_system_text(text: &str) -> CameraError {
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if has(&["os error 16", "resource busy", "0xC00D3704", "in use"]) {
            CameraError::Busy
        } else if has(&[
            "os error 13",
            "os error 1)",
            "ermission denied",
            "not permitted",
            "0x80070005",
        ]) {
            CameraError::Permission
        } else if has(&[
            "os error 19",
            "No such device",
            "os error 6)",
            "os error 5)",
            "0xC00D3EA2",
        ]) {
            CameraError::Disconnected
        } else if has(&["os error 2)", "No such file", "not found"]) {
            CameraError::NoCamera
        } else {
            CameraError::Process(text.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CameraError::{self, *};

    #[test]
    fn the_systems_words_are_understood() {
        for (text, expected) in [
            (
                "Could not open device: Device or resource busy (os error 16)",
                Busy,
            ),
            ("Permission denied (os error 13)", Permission),
            (
                "Could not read frame: No such device (os error 19)",
                Disconnected,
            ),
            ("No such file or directory (os error 2)", NoCamera),
        ] {
            assert_eq!(CameraError::from_system_text(text), expected, "{text}");
        }
        assert!(matches!(CameraError::from_system_text("Odd"), Process(_)));
    }

    #[test]
    fn errors_survive_the_pipe() {
        for error in [
            NoCamera,
            Disconnected,
            Stalled,
            Busy,
            Permission,
            Format("x".into()),
            Process("y".into()),
        ] {
            assert_eq!(CameraError::from_code(error.code(), error.detail()), error);
        }
    }
}
