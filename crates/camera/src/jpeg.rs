//! Finding the end of a JPEG in a buffer that goes on with stale bytes.

/// The JPEG at the start of `buffer`, from its first marker to the end-of-image marker; `None` when it is no JPEG or
/// has no end. Camera drivers hand out their whole buffer, and the bytes after the picture are of older pictures; a
/// picture without its end decodes "fine" and is half grey.
pub fn trim(buffer: &[u8]) -> Option<&[u8]> {
    if buffer.get(..2)? != [0xff, 0xd8] {
        return None;
    }
    let mut at = 2;
    loop {
        // Segments: a marker, then a length that includes itself.
        if *buffer.get(at)? != 0xff {
            return None;
        }
        let marker = *buffer.get(at + 1)?;
        match marker {
            0xff => at += 1,
            0xd9 => return buffer.get(..at + 2),
            0x01 | 0xd0..=0xd7 => at += 2,
            0x00 | 0xd8 => return None,
            _ => {
                let length = usize::from(u16::from_be_bytes([
                    *buffer.get(at + 2)?,
                    *buffer.get(at + 3)?,
                ]));
                if length < 2 {
                    return None;
                }
                at += 2 + length;
                if marker == 0xda {
                    at = end_of_scan(buffer, at)?;
                }
            }
        }
    }
}

/// Position of the marker that ends the entropy-coded data beginning at `at`.
fn end_of_scan(buffer: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += buffer.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        match *buffer.get(at + 1)? {
            // A stuffed byte, a restart, or fill.
            0x00 | 0xd0..=0xd7 => at += 2,
            0xff => at += 1,
            _ => return Some(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::trim;
    use proptest::prelude::*;

    const PICTURE: &[u8] = include_bytes!("../specimens/face.jpg");

    #[test]
    fn stale_bytes_after_the_end_are_left_out() {
        let mut buffer = PICTURE.to_vec();
        buffer.extend_from_slice(&PICTURE[5000..9000]);
        assert_eq!(trim(&buffer), Some(PICTURE));
    }

    #[test]
    fn half_a_picture_is_none() {
        for cut in [2, 3, 20, PICTURE.len() / 2, PICTURE.len() - 1] {
            assert_eq!(trim(&PICTURE[..cut]), None, "{cut}");
        }
        assert_eq!(trim(b""), None);
        assert_eq!(trim(b"GIF89a"), None);
    }

    #[test]
    fn an_end_marker_inside_a_segment_does_not_count() {
        // A thumbnail in an APP1 segment ends with the same two bytes.
        let buffer = [
            0xff, 0xd8, 0xff, 0xe1, 0, 6, 0xff, 0xd9, 0, 0, 0xff, 0xd9, 7, 7,
        ];
        assert_eq!(trim(&buffer), Some(&buffer[..12]));
    }

    proptest! {
        #[test]
        fn whatever_the_bytes_it_answers(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let mut buffer = vec![0xff, 0xd8];
            buffer.extend(bytes);
            if let Some(found) = trim(&buffer) {
                prop_assert!(found.ends_with(&[0xff, 0xd9]));
            }
        }
    }
}
