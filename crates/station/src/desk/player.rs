//! The video under review, picture by picture. The page pulls: it asks for later and later times while it plays, and
//! for any time when it seeks. So nothing is decoded that nobody looks at.

use std::io::BufReader;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use recorder::{ReadError, VideoReader, YuvFrame};

use crate::desk::sealed::{SealedFile, SealedReader};

/// Quality of the pictures as JPEG.
const QUALITY: u8 = 80;

#[derive(Debug, thiserror::Error)]
pub enum PlayerError {
    #[error("the video cannot be opened")]
    Open(#[source] ReadError),
    #[error("a picture of the video cannot be decoded")]
    Decode(#[source] ReadError),
    #[error("the video has no picture")]
    Empty,
    #[error("a picture of the video cannot be painted")]
    Paint(#[source] camera::CameraError),
}

/// What was measured of the video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlayerFacts {
    pub duration_ms: u64,
    pub width: u32,
    pub height: u32,
    pub frames: u64,
    pub bytes: u64,
}

/// A picture of the video and its own time.
#[derive(Debug, Clone)]
pub struct VideoPicture {
    pub at_ms: u64,
    pub jpeg: Bytes,
}

pub struct Player {
    facts: PlayerFacts,
    decoding: Mutex<Decoding>,
    /// Numbers the requests: one that waited while a later one came is not worth decoding any more.
    newest: AtomicU64,
}

struct Decoding {
    reader: VideoReader<BufReader<SealedReader>>,
    /// The picture that is shown, and the one after it.
    shown: Option<YuvFrame>,
    ahead: Option<YuvFrame>,
}

impl Player {
    /// Opens an MP4 and decodes its first picture. Blocks.
    pub fn open(file: &SealedFile) -> Result<Player, PlayerError> {
        let mut reader =
            VideoReader::open(BufReader::new(file.reader())).map_err(PlayerError::Open)?;
        let first = reader
            .next_frame()
            .map_err(PlayerError::Decode)?
            .ok_or(PlayerError::Empty)?;
        let facts = PlayerFacts {
            duration_ms: millis(reader.duration()),
            width: first.width,
            height: first.height,
            frames: reader.frames() as u64,
            bytes: file.length(),
        };
        Ok(Player {
            facts,
            decoding: Mutex::new(Decoding {
                reader,
                shown: Some(first),
                ahead: None,
            }),
            newest: AtomicU64::new(0),
        })
    }

    pub fn facts(&self) -> PlayerFacts {
        self.facts
    }

    /// The picture that is shown at this time, at most `max_width` wide; none when a later request has overtaken this
    /// one. Blocks while it decodes.
    pub fn picture(&self, at_ms: u64, max_width: u32) -> Result<Option<VideoPicture>, PlayerError> {
        let ticket = self.newest.fetch_add(1, Ordering::AcqRel) + 1;
        let frame = {
            let mut decoding = self.decoding.lock().unwrap_or_else(PoisonError::into_inner);
            if self.newest.load(Ordering::Acquire) != ticket {
                return Ok(None);
            }
            let wanted = || self.newest.load(Ordering::Acquire) == ticket;
            match decoding.advance(Duration::from_millis(at_ms), wanted)? {
                Some(frame) => frame.clone(),
                None => return Ok(None),
            }
        };
        let jpeg = camera::Rgb::from_video(&frame)
            .and_then(|rgb| rgb.preview_jpeg(max_width, QUALITY))
            .map_err(PlayerError::Paint)?;
        Ok(Some(VideoPicture {
            at_ms: millis(frame.at),
            jpeg,
        }))
    }
}

impl Decoding {
    /// Decodes up to this time. None once it is not wanted any more; the way that was made is kept.
    fn advance(
        &mut self,
        at: Duration,
        wanted: impl Fn() -> bool,
    ) -> Result<Option<&YuvFrame>, PlayerError> {
        let back = self.shown.as_ref().is_none_or(|shown| at < shown.at);
        if back || self.reader.seek_saves_work(at) {
            self.reader.seek(at);
            self.shown = None;
            self.ahead = None;
        }
        loop {
            if let Some(ahead) = &self.ahead
                && ahead.at > at
                && self.shown.is_some()
            {
                break;
            }
            if let Some(ahead) = self.ahead.take() {
                self.shown = Some(ahead);
            }
            match self.reader.next_frame().map_err(PlayerError::Decode)? {
                Some(frame) if self.shown.is_none() => self.shown = Some(frame),
                Some(frame) => self.ahead = Some(frame),
                None => break,
            }
            if !wanted() {
                return Ok(None);
            }
        }
        self.shown.as_ref().map(Some).ok_or(PlayerError::Empty)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::desk::sealed::SealedWriter;
    use recorder::{Recorder, RecorderConfig};
    use std::io::Write;

    const PICTURES: u64 = 90;
    const STEP_MS: u64 = 40;

    /// A film whose brightness tells the number of each picture.
    fn film() -> Vec<u8> {
        recorded(320, 240, PICTURES, STEP_MS, |n, _, _| luma(n))
    }

    fn recorded(
        width: u32,
        height: u32,
        pictures: u64,
        step_ms: u64,
        luma: impl Fn(u64, u32, u32) -> u8,
    ) -> Vec<u8> {
        let memory = Memory::default();
        let config = RecorderConfig {
            width,
            height,
            queue: pictures as usize,
            ..RecorderConfig::default()
        };
        let recorder = Recorder::start(config, Box::new(memory.clone())).unwrap();
        let quarter = (width * height / 4) as usize;
        for n in 0..pictures {
            recorder.push(YuvFrame {
                width,
                height,
                y: (0..height)
                    .flat_map(|y| (0..width).map(move |x| (x, y)))
                    .map(|(x, y)| luma(n, x, y))
                    .collect(),
                u: vec![128; quarter],
                v: vec![128; quarter],
                at: Duration::from_millis(n * step_ms),
            });
        }
        let summary = recorder.finish().unwrap();
        assert_eq!((summary.frames, summary.dropped), (pictures, 0));
        let fragmented = memory.0.lock().unwrap().clone();
        let mut out = Vec::new();
        recorder::finalise(std::io::Cursor::new(fragmented), &mut out).unwrap();
        out
    }

    #[derive(Clone, Default)]
    struct Memory(std::sync::Arc<Mutex<Vec<u8>>>);

    impl recorder::FragmentSink for Memory {
        fn write_fragment(&mut self, bytes: &[u8]) -> std::io::Result<()> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(())
        }
    }

    fn luma(n: u64) -> u8 {
        (20 + 2 * n) as u8
    }

    fn sealed(bytes: &[u8]) -> SealedFile {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = SealedWriter::create(folder.path(), 1 << 30).unwrap();
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    /// Number of the picture that is painted at this time.
    fn number(player: &Player, at_ms: u64) -> u64 {
        let picture = player.picture(at_ms, 1_000).unwrap().unwrap();
        let pixels = image::load_from_memory(&picture.jpeg).unwrap().to_rgb8();
        let mean = pixels
            .pixels()
            .map(|pixel| f64::from(pixel.0[1]))
            .sum::<f64>()
            / f64::from(320 * 240);
        // Limited range: luma 16 is black, 235 is white.
        let luma = 16.0 + mean * 219.0 / 255.0;
        let seen = ((luma - 20.0) / 2.0).round() as u64;
        assert_eq!(
            picture.at_ms,
            seen * STEP_MS,
            "the time belongs to the picture at {at_ms} ms"
        );
        seen
    }

    #[test]
    fn each_time_shows_its_picture_in_any_order() {
        let bytes = film();
        let player = Player::open(&sealed(&bytes)).unwrap();
        let facts = player.facts();
        assert_eq!(
            (facts.width, facts.height, facts.frames),
            (320, 240, PICTURES)
        );
        assert_eq!(facts.bytes, bytes.len() as u64);
        for at in [
            0, 39, 40, 41, 500, 1_000, 2_000, 3_000, 2_999, 0, 3_599, 10, 1_720, 1_719,
        ] {
            assert_eq!(number(&player, at), at / STEP_MS, "{at} ms");
        }
        // Beyond the end the last picture stays, and from there every way is open.
        assert_eq!(number(&player, 60_000), PICTURES - 1);
        assert_eq!(number(&player, 80), 2);
    }

    #[test]
    fn a_request_that_was_overtaken_is_not_decoded() {
        let player = Player::open(&sealed(&film())).unwrap();
        let held = player.decoding.lock().unwrap();
        std::thread::scope(|scope| {
            let old = scope.spawn(|| player.picture(0, 320));
            while player.newest.load(Ordering::Acquire) < 1 {
                std::thread::yield_now();
            }
            let new = scope.spawn(|| player.picture(400, 320));
            while player.newest.load(Ordering::Acquire) < 2 {
                std::thread::yield_now();
            }
            drop(held);
            assert!(old.join().unwrap().unwrap().is_none());
            assert_eq!(new.join().unwrap().unwrap().unwrap().at_ms, 400);
        });
    }

    #[test]
    fn decoding_stops_when_it_is_overtaken_and_goes_on_from_there() {
        let player = Player::open(&sealed(&film())).unwrap();
        let at = Duration::from_millis(1_500);
        {
            let mut decoding = player.decoding.lock().unwrap();
            for _ in 0..10 {
                assert!(decoding.advance(at, || false).unwrap().is_none());
            }
            let reached = decoding.shown.as_ref().unwrap().at;
            assert!(
                reached > Duration::ZERO && reached < at,
                "one picture each time, none twice: {reached:?}"
            );
        }
        assert_eq!(number(&player, 1_500), 37);
        assert_eq!(number(&player, 0), 0);
    }

    #[test]
    fn damage_ends_in_an_error_or_a_picture() {
        let whole = film();
        assert!(Player::open(&sealed(b"no video at all")).is_err());
        assert!(Player::open(&sealed(&whole[..whole.len() / 20])).is_err());
        for place in (0..whole.len()).step_by(whole.len() / 40) {
            let mut damaged = whole.clone();
            for byte in damaged.iter_mut().skip(place).take(16) {
                *byte ^= 0xa5;
            }
            if let Ok(player) = Player::open(&sealed(&damaged)) {
                let _ = player.picture(1_500, 320);
                let _ = player.picture(0, 320);
            }
        }
    }

    /// Prints what a picture costs: `cargo test -p station --lib desk::player -- --ignored --nocapture`.
    #[test]
    #[ignore = "prints times, asserts none"]
    fn costs_of_playing_and_seeking() {
        // A moving pattern with grain, four key-frame distances long.
        let noise = |n: u64, x: u32, y: u32| {
            let seed = (x ^ (y << 11)).wrapping_mul(2_654_435_761) ^ (n as u32 * 40_503);
            let grain = seed.wrapping_mul(2_246_822_519) >> 29;
            let moved = x + 4 * n as u32;
            (40 + (moved / 5 + y / 3) % 160 + grain) as u8
        };
        let player = Player::open(&sealed(&recorded(1280, 720, 200, 40, noise))).unwrap();
        println!("{:?}", player.facts());
        for width in [1280, 960, 640] {
            player.picture(0, width).unwrap();
            let start = std::time::Instant::now();
            for n in 1..200 {
                player.picture(n * 40, width).unwrap();
            }
            println!(
                "playing, {width} wide: {:?} a picture",
                start.elapsed() / 199
            );
        }
        let mut seeks: Vec<Duration> = (0..60)
            .map(|n| {
                let start = std::time::Instant::now();
                player.picture(n * 4_637 % 8_000, 960).unwrap();
                start.elapsed()
            })
            .collect();
        seeks.sort();
        println!("seeking: median {:?}, worst {:?}", seeks[30], seeks[59]);
    }
}
