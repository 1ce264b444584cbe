#![no_main]

use libfuzzer_sys::fuzz_target;
use time::macros::date;

// Only that it ends: what is said to be valid is checked by `vision/tests/robust.rs`.
fuzz_target!(|text: &str| {
    let lines: Vec<&str> = text.lines().collect();
    std::hint::black_box(vision::mrz::parse(&lines, date!(2026 - 06 - 01)));
});
