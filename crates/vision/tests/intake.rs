//! Pictures as they come: every orientation, every colour model, and garbage.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, RgbaImage};
use proptest::prelude::*;
use vision::intake::{IntakeError, read};

/// Quarters: red, green above; blue, white below.
fn quarters() -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(64, 32, |x, y| {
        Rgb(match (x < 32, y < 16) {
            (true, true) => [220, 20, 20],
            (false, true) => [20, 200, 20],
            (true, false) => [20, 20, 220],
            (false, false) => [240, 240, 240],
        })
    }))
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture
        .write_to(&mut Cursor::new(&mut bytes), format)
        .unwrap();
    bytes
}

/// A JPEG with an EXIF segment of nothing but this orientation.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xFF, 0xE1]);
    bytes.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    bytes.extend(exif);
    bytes.extend(&jpeg[2..]);
    bytes
}

/// A letter for the colour of each quarter, row by row.
fn letters(bytes: &[u8]) -> String {
    let picture = read(bytes).unwrap();
    let (w, h) = (picture.width(), picture.height());
    let letter = |x: usize, y: usize| {
        let rgb = &picture.rgb()[(y * w + x) * 3..][..3];
        match rgb.iter().map(|&v| v > 128).collect::<Vec<_>>()[..] {
            [true, false, false] => 'r',
            [false, true, false] => 'g',
            [false, false, true] => 'b',
            [true, true, true] => 'w',
            _ => '?',
        }
    };
    [(1, 1), (3, 1), (1, 3), (3, 3)]
        .map(|(x, y)| letter(x * w / 4, y * h / 4))
        .iter()
        .collect()
}

#[test]
fn all_eight_orientations_come_upright() {
    let jpeg = encoded(&quarters(), ImageFormat::Jpeg);
    for (orientation, expected, turned) in [
        (1, "rgbw", false),
        (2, "grwb", false),
        (3, "wbgr", false),
        (4, "bwrg", false),
        (5, "rbgw", true),
        (6, "brwg", true),
        (7, "wgbr", true),
        (8, "gwrb", true),
        (0, "rgbw", false),
        (99, "rgbw", false),
    ] {
        let bytes = with_orientation(&jpeg, orientation);
        assert_eq!(letters(&bytes), expected, "orientation {orientation}");
        let picture = read(&bytes).unwrap();
        assert_eq!(
            picture.width() < picture.height(),
            turned,
            "orientation {orientation}"
        );
    }
}

#[test]
fn every_kind_of_png_is_read() {
    let rgb = quarters();
    for picture in [
        DynamicImage::ImageRgb8(rgb.to_rgb8()),
        DynamicImage::ImageRgba8(rgb.to_rgba8()),
        DynamicImage::ImageRgb16(rgb.to_rgb16()),
        DynamicImage::ImageRgba16(rgb.to_rgba16()),
    ] {
        assert_eq!(
            letters(&encoded(&picture, ImageFormat::Png)),
            "rgbw",
            "{:?}",
            picture.color()
        );
    }
    for picture in [
        DynamicImage::ImageLuma8(rgb.to_luma8()),
        DynamicImage::ImageLumaA16(rgb.to_luma_alpha16()),
    ] {
        let read = read(&encoded(&picture, ImageFormat::Png)).unwrap();
        assert!(
            read.rgb()
                .chunks_exact(3)
                .all(|p| p[0] == p[1] && p[1] == p[2])
        );
    }
}

#[test]
fn what_is_transparent_lies_over_white() {
    let clear = RgbaImage::from_pixel(4, 4, image::Rgba([10, 20, 30, 0]));
    let picture = read(&encoded(&DynamicImage::ImageRgba8(clear), ImageFormat::Png)).unwrap();
    assert!(picture.rgb().iter().all(|&v| v == 255));
}

#[test]
fn printers_colours_and_animations() {
    let cmyk = read(include_bytes!("data/cmyk.jpg")).unwrap();
    let near = |at: usize, expected: [u8; 3]| {
        let found = &cmyk.rgb()[at * 3..at * 3 + 3];
        assert!(
            found.iter().zip(expected).all(|(&a, b)| a.abs_diff(b) < 24),
            "{found:?} {expected:?}"
        );
    };
    near(4, [255, 0, 0]);
    near(28, [0, 255, 255]);
    let first = read(include_bytes!("data/animated.png")).unwrap();
    assert!(first.rgb().chunks_exact(3).all(|p| p == [255, 0, 0]));
}

#[test]
fn one_pixel_is_a_picture() {
    let one = DynamicImage::ImageRgb8(RgbImage::from_pixel(1, 1, Rgb([7, 8, 9])));
    assert_eq!(
        read(&encoded(&one, ImageFormat::Png)).unwrap().rgb(),
        [7, 8, 9]
    );
    assert_eq!(read(&encoded(&one, ImageFormat::Jpeg)).unwrap().width(), 1);
}

#[test]
fn too_many_pixels_are_refused_by_the_header_alone() {
    // Headers alone: whoever decoded first would call them truncated.
    let mut jpeg = encoded(&quarters(), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x4E, 0x20, 0x4E, 0x20]);
    let scan = jpeg.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap();
    jpeg.truncate(scan + 14);
    let mut png = encoded(&quarters(), ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 0, 0x4E, 0x20, 0, 0, 0x4E, 0x20]);
    // The checksum of the changed header, by bits.
    let crc = png[12..29].iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    });
    png[29..33].copy_from_slice(&(!crc).to_be_bytes());
    for bytes in [jpeg, png] {
        let error = read(&bytes).unwrap_err();
        assert!(
            matches!(
                error,
                IntakeError::TooManyPixels {
                    width: 20_000,
                    height: 20_000
                }
            ),
            "{error:?}"
        );
    }
}

#[test]
fn half_a_file_is_an_error() {
    let noise = DynamicImage::ImageRgb8(RgbImage::from_fn(200, 200, |x, y| {
        Rgb([(x * 7 + y * 13) as u8, (x * y) as u8, (x * 31) as u8])
    }));
    for format in [ImageFormat::Jpeg, ImageFormat::Png] {
        let bytes = with_thumbnail_if_jpeg(encoded(&noise, format));
        assert!(read(&bytes).is_ok(), "{format:?}");
        for part in 1..10 {
            let cut = &bytes[..bytes.len() * part / 10];
            assert!(read(cut).is_err(), "{format:?} {part}/10");
        }
        assert!(
            read(&bytes[..bytes.len() - 20]).is_err(),
            "{format:?} less 20"
        );
    }
}

/// A picture inside the picture, as cameras leave one: its end is not the picture's end.
fn with_thumbnail_if_jpeg(bytes: Vec<u8>) -> Vec<u8> {
    if !bytes.starts_with(&[0xFF, 0xD8]) {
        return bytes;
    }
    let inner = encoded(&quarters(), ImageFormat::Jpeg);
    let mut outer = bytes[..2].to_vec();
    outer.extend([0xFF, 0xE5]);
    outer.extend(u16::try_from(inner.len() + 2).unwrap().to_be_bytes());
    outer.extend(inner);
    outer.extend(&bytes[2..]);
    outer
}

#[test]
fn what_is_no_picture_is_called_so() {
    for bytes in [
        &b""[..],
        b"\xFF",
        b"hello",
        b"GIF89a\x01\0\x01\0",
        b"RIFF....WEBPVP8 ",
        b"%PDF-1.7",
    ] {
        assert!(
            matches!(read(bytes), Err(IntakeError::UnknownFormat)),
            "{bytes:?}"
        );
    }
    for bytes in [
        &b"\xFF\xD8\xFF"[..],
        b"\xFF\xD8\xFF\xE0\0\0",
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    ] {
        let error = read(bytes).unwrap_err();
        assert!(
            matches!(error, IntakeError::Truncated | IntakeError::Damaged(_)),
            "{bytes:?} {error:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn garbage_after_a_known_beginning_never_panics(png: bool, rest in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let mut bytes = if png { b"\x89PNG\r\n\x1a\n".to_vec() } else { vec![0xFF, 0xD8, 0xFF] };
        bytes.extend(rest);
        prop_assert!(read(&bytes).is_err());
    }

    #[test]
    fn damaged_pictures_never_panic(
        png: bool,
        hits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut bytes = encoded(&quarters(), if png { ImageFormat::Png } else { ImageFormat::Jpeg });
        for (at, value) in hits {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        // A damaged picture may still be one.
        if let Ok(picture) = read(&bytes) {
            prop_assert_eq!(picture.rgb().len(), picture.width() * picture.height() * 3);
        }
    }
}
