//! What goes over the pipe between the app and the camera's child process.
//!
//! A message is a JSON head behind its length, then a body behind its length (both four bytes, little-endian).

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::device::{Device, Format};

const MAX_HEAD: u32 = 1 << 20;
/// An uncompressed 4K picture has 25 MB.
const MAX_BODY: u32 = 64 << 20;

/// From the child to the app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Message {
    Devices {
        devices: Vec<Device>,
    },
    Opened {
        name: String,
    },
    /// The body is the picture.
    Frame {
        format: Format,
        width: u32,
        height: u32,
        /// The still request that it answers; none for the preview.
        shot: Option<u64>,
    },
    /// A frame was thrown away; the camera goes on.
    Damaged {
        detail: String,
    },
    /// The last message of a child.
    Failed {
        code: String,
        detail: String,
    },
}

/// From the app to the child, a line of JSON each. The end of the input ends the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Stills until the next request. The number tells them from those of an earlier request.
    Still {
        shot: u64,
    },
    Preview,
}

pub fn write(out: &mut impl Write, message: &Message, body: &[u8]) -> io::Result<()> {
    let head = serde_json::to_vec(message)?;
    out.write_all(&(head.len() as u32).to_le_bytes())?;
    out.write_all(&head)?;
    out.write_all(&(body.len() as u32).to_le_bytes())?;
    out.write_all(body)?;
    out.flush()
}

/// Reads a message. Errors: the pipe's, and `InvalidData` for lengths or heads that make no sense.
pub fn read(input: &mut impl Read) -> io::Result<(Message, Vec<u8>)> {
    let head = read_part(input, MAX_HEAD)?;
    let message = serde_json::from_slice(&head)?;
    let body = read_part(input, MAX_BODY)?;
    Ok((message, body))
}

fn read_part(input: &mut impl Read, limit: u32) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if length > limit {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut part = vec![0; length as usize];
    input.read_exact(&mut part)?;
    Ok(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn messages_come_out_as_they_went_in() {
        let messages = [
            (
                Message::Opened {
                    name: "Cámara".into(),
                },
                vec![],
            ),
            (
                Message::Frame {
                    format: Format::Mjpeg,
                    width: 2,
                    height: 1,
                    shot: Some(7),
                },
                vec![1, 2, 3],
            ),
            (
                Message::Failed {
                    code: "busy".into(),
                    detail: String::new(),
                },
                vec![],
            ),
        ];
        let mut pipe = Vec::new();
        for (message, body) in &messages {
            write(&mut pipe, message, body).unwrap();
        }
        let mut input = pipe.as_slice();
        for expected in messages {
            assert_eq!(read(&mut input).unwrap(), expected);
        }
        assert_eq!(
            read(&mut input).unwrap_err().kind(),
            io::ErrorKind::UnexpectedEof
        );
    }

    #[test]
    fn lengths_that_make_no_sense_are_refused_before_memory_is_taken() {
        let mut pipe = (MAX_HEAD + 1).to_le_bytes().to_vec();
        pipe.extend([0; 8]);
        let error = read(&mut pipe.as_slice()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    proptest! {
        #[test]
        fn noise_is_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(read(&mut bytes.as_slice()).is_err());
        }
    }
}
