//! The project's own specimens (`specimens/SOURCES.md`).

use crate::frame::Scene;

/// The picture of a scene, a JPEG of 1920×1080.
pub(crate) fn picture(scene: Scene) -> &'static [u8] {
    match scene {
        Scene::DocumentFront => include_bytes!("../specimens/document_front.jpg"),
        Scene::DocumentRear => include_bytes!("../specimens/document_rear.jpg"),
        Scene::PassportPage => include_bytes!("../specimens/passport_page.jpg"),
        Scene::Face | Scene::Video => include_bytes!("../specimens/face.jpg"),
    }
}

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

/// Where the holder's portrait stands on the specimen documents, in a straightened picture of this size.
pub fn specimen_portrait_area(width: u32, height: u32) -> Area {
    let x = |share: f64| (f64::from(width) * share) as u32;
    let y = |share: f64| (f64::from(height) * share) as u32;
    Area {
        x: x(0.045),
        y: y(0.185),
        width: x(0.277),
        height: y(0.555),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::Rgb;

    const LINES: &str = include_str!("../specimens/mrz.txt");

    /// ICAO 9303 part 3: weights 7, 3, 1; letters count from A = 10, the filler 0.
    fn check_digit(text: &str) -> char {
        let sum: u32 = text
            .chars()
            .zip([7, 3, 1].into_iter().cycle())
            .map(|(letter, weight)| letter.to_digit(36).unwrap_or(0) * weight)
            .sum();
        char::from_digit(sum % 10, 10).unwrap()
    }

    fn digit_holds(line: &str, field: std::ops::Range<usize>) {
        let digit = line.as_bytes()[field.end] as char;
        assert_eq!(check_digit(&line[field.clone()]), digit, "{line} {field:?}");
    }

    #[test]
    fn the_cards_zone_is_valid_td1() {
        let lines: Vec<&str> = LINES.lines().take(3).collect();
        assert!(lines.iter().all(|line| line.len() == 30));
        digit_holds(lines[0], 5..14);
        digit_holds(lines[1], 0..6);
        digit_holds(lines[1], 8..14);
        let whole = [
            &lines[0][5..],
            &lines[1][0..7],
            &lines[1][8..15],
            &lines[1][18..29],
        ]
        .concat();
        assert_eq!(check_digit(&whole), lines[1].as_bytes()[29] as char);
    }

    #[test]
    fn the_passports_zone_is_valid_td3() {
        let lines: Vec<&str> = LINES.lines().skip(3).collect();
        assert!(lines.len() == 2 && lines.iter().all(|line| line.len() == 44));
        for field in [0..9, 13..19, 21..27, 28..42] {
            digit_holds(lines[1], field);
        }
        let whole = [&lines[1][0..10], &lines[1][13..20], &lines[1][21..43]].concat();
        assert_eq!(check_digit(&whole), lines[1].as_bytes()[43] as char);
    }

    #[test]
    fn the_pictures_are_whole_and_the_portrait_is_grey() {
        for scene in [
            Scene::DocumentFront,
            Scene::DocumentRear,
            Scene::PassportPage,
            Scene::Face,
        ] {
            let rgb = Rgb::from_jpeg(picture(scene)).unwrap();
            assert_eq!((rgb.width, rgb.height), (1920, 1080), "{scene:?}");
        }
        // The portrait is printed in grey on a coloured card: the area holds little else.
        let front = Rgb::from_jpeg(picture(Scene::DocumentFront)).unwrap();
        let area = specimen_portrait_area(front.width, front.height);
        let portrait = front
            .cropped(area.x, area.y, area.width, area.height)
            .unwrap();
        let grey = portrait
            .pixels
            .chunks_exact(3)
            .filter(|p| p.iter().max().unwrap() - p.iter().min().unwrap() < 24)
            .count();
        assert!(
            grey * 10 > portrait.pixels.len() / 3 * 7,
            "{grey} of {}",
            portrait.pixels.len() / 3
        );
    }
}
