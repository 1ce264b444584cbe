#![no_main]

use libfuzzer_sys::fuzz_target;
use vision::intake;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(picture) = intake::read(bytes) {
        let pixels = picture.width() * picture.height();
        assert_eq!(picture.rgb().len(), pixels * 3);
        assert!(pixels as u64 <= intake::MAX_PIXELS);
    }
});
