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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::Rgb;

    const ALL_LINES: [&str; 2] = [
        include_str!("../specimens/mrz.txt"),
        include_str!("../specimens/mrz_expired.txt"),
    ];

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
        for all in ALL_LINES {
            let lines: Vec<&str> = all.lines().take(3).collect();
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
    }

    #[test]
    fn the_passports_zone_is_valid_td3() {
        for all in ALL_LINES {
            let lines: Vec<&str> = all.lines().skip(3).collect();
            assert!(lines.len() == 2 && lines.iter().all(|line| line.len() == 44));
            for field in [0..9, 13..19, 21..27, 28..42] {
                digit_holds(lines[1], field);
            }
            let whole = [&lines[1][0..10], &lines[1][13..20], &lines[1][21..43]].concat();
            assert_eq!(check_digit(&whole), lines[1].as_bytes()[43] as char);
        }
    }

    #[test]
    fn the_pictures_are_whole() {
        for scene in [
            Scene::DocumentFront,
            Scene::DocumentRear,
            Scene::PassportPage,
            Scene::Face,
        ] {
            let rgb = Rgb::from_jpeg(picture(scene)).unwrap();
            assert_eq!((rgb.width, rgb.height), (1920, 1080), "{scene:?}");
        }
    }
}
