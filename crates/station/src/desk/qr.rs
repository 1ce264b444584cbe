//! QR codes as SVG paths.

use qrcode::{Color, EcLevel, QrCode};

/// A QR code without its quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    /// Modules on a side.
    pub size: u32,
    /// The dark modules as an SVG path in units of one module.
    pub path: String,
}

/// None where the text is too long for any code (some 2,300 characters).
pub fn qr(text: &str) -> Option<Qr> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let size = code.width();
    let colors = code.to_colors();
    let mut path = String::new();
    for (y, row) in colors.chunks(size).enumerate() {
        let mut x = 0;
        while x < size {
            let run = row[x..]
                .iter()
                .take_while(|color| **color == Color::Dark)
                .count();
            if run > 0 {
                path.push_str(&format!("M{x} {y}h{run}v1h-{run}z"));
            }
            x += run.max(1);
        }
    }
    Some(Qr {
        size: u32::try_from(size).ok()?,
        path,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The modules that a path paints.
    fn painted(path: &str, size: usize) -> Vec<bool> {
        let mut modules = vec![false; size * size];
        for run in path.split('M').skip(1) {
            let (place, rest) = run.split_once('h').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let length: usize = rest.split('v').next().unwrap().parse().unwrap();
            modules[y * size + x..][..length].fill(true);
        }
        modules
    }

    #[test]
    fn the_path_paints_the_codes_dark_modules() {
        let text = "https://enroll.example.org/preauth/0123456789abcdef";
        let drawn = qr(text).unwrap();
        let expected: Vec<bool> = QrCode::with_error_correction_level(text, EcLevel::M)
            .unwrap()
            .to_colors()
            .into_iter()
            .map(|color| color == Color::Dark)
            .collect();
        assert_eq!(painted(&drawn.path, drawn.size as usize), expected);
    }

    #[test]
    fn a_text_beyond_every_code_gives_none() {
        assert_eq!(qr(&"x".repeat(5_000)), None);
    }
}
