#![no_main]

use libfuzzer_sys::fuzz_target;
use time::macros::date;

fuzz_target!(|text: &str| {
    let lines: Vec<&str> = text.lines().collect();
    if let Some(zone) = vision::mrz::parse(&lines, date!(2026 - 06 - 01)) {
        let wrong = zone.fields.values().any(|field| field.valid == Some(false));
        assert!(!(zone.all_valid && wrong));
    }
});
