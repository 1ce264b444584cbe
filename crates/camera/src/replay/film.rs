//! An MP4 as the replay plays it: at its own pace, again and again.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Duration;

use recorder::{ReadError, VideoReader, YuvFrame};

use super::{FPS, pictures::unplayable};
use crate::convert::Rgb;
use crate::error::CameraError;

/// A film that nobody looked at for so long waits, instead of being decoded up to where it would be.
const PAUSE: Duration = Duration::from_secs(1);
const PACE: Duration = Duration::from_nanos(1_000_000_000 / FPS as u64);

pub struct Film {
    reader: VideoReader<BufReader<File>>,
    /// The picture that is shown, and the one after it.
    current: Option<YuvFrame>,
    upcoming: Option<YuvFrame>,
    /// Number of the replay's picture at which the film began.
    began: u64,
}

impl Film {
    pub fn open(path: &Path) -> Result<Film, CameraError> {
        let file = File::open(path).map_err(|error| unplayable(path, error))?;
        let reader =
            VideoReader::open(BufReader::new(file)).map_err(|error| unplayable(path, error))?;
        Ok(Film {
            reader,
            current: None,
            upcoming: None,
            began: 0,
        })
    }

    /// The film's picture at the time of the replay's picture `number`.
    pub fn picture(&mut self, number: u64) -> Result<Rgb, CameraError> {
        if self.current.is_none() {
            self.began = number;
        }
        let mut time = self.time(number);
        if let Some(current) = &self.current
            && time > current.at + PAUSE
        {
            self.began = number.saturating_sub(pictures(current.at));
            time = self.time(number);
        }
        loop {
            if self.upcoming.is_none() {
                self.upcoming = self.read()?;
            }
            match (&self.upcoming, &self.current) {
                (Some(upcoming), Some(current)) if upcoming.at > time.max(current.at) => break,
                // Pictures whose time has come replace each other; the first is shown whatever its time.
                (Some(_), _) => self.current = self.upcoming.take(),
                // The last one stays for as long as a picture does.
                (None, Some(current)) if time < current.at + PACE => break,
                (None, Some(_)) => {
                    self.reader.rewind();
                    self.current = None;
                    self.began = number;
                    time = Duration::ZERO;
                }
                (None, None) => {
                    return Err(CameraError::Format("the video holds no picture".into()));
                }
            }
        }
        match &self.current {
            Some(frame) => Rgb::from_video(frame),
            None => Err(CameraError::Format("the video holds no picture".into())),
        }
    }

    fn time(&self, number: u64) -> Duration {
        let since = number.saturating_sub(self.began);
        Duration::from_secs_f64(since as f64 / f64::from(FPS))
    }

    /// The next picture; times never go back.
    fn read(&mut self) -> Result<Option<YuvFrame>, CameraError> {
        let next = self
            .reader
            .next_frame()
            .map_err(|error: ReadError| CameraError::Format(error.to_string()))?;
        let earliest = self.current.as_ref().map_or(Duration::ZERO, |last| last.at);
        Ok(next.map(|frame| YuvFrame {
            at: frame.at.max(earliest),
            ..frame
        }))
    }
}

/// Pictures of the replay in this time.
fn pictures(time: Duration) -> u64 {
    (time.as_secs_f64() * f64::from(FPS)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use recorder::{FileSink, Recorder, RecorderConfig};

    /// Three pictures, dark to bright, 100 ms from one to the next.
    fn three_pictures() -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::with_suffix(".mp4").unwrap();
        let config = RecorderConfig {
            width: 320,
            height: 240,
            ..RecorderConfig::default()
        };
        let sink = FileSink::new(file.reopen().unwrap());
        let recorder = Recorder::start(config, Box::new(sink)).unwrap();
        for number in 0..3_u8 {
            recorder.push(YuvFrame {
                width: 320,
                height: 240,
                y: vec![40 + number * 80; 320 * 240],
                u: vec![128; 160 * 120],
                v: vec![128; 160 * 120],
                at: Duration::from_millis(u64::from(number) * 100),
            });
        }
        recorder.finish().unwrap();
        file
    }

    /// Which of the three this is.
    fn shade(picture: &Rgb) -> u8 {
        (picture.pixels[picture.pixels.len() / 2] - 20) / 80
    }

    #[test]
    fn a_film_keeps_its_own_times_and_begins_again() {
        let file = three_pictures();
        let mut film = Film::open(file.path()).unwrap();
        // The replay counts thirtieths of a second, and was opened a while ago.
        let shades: Vec<u8> = (100..114)
            .map(|number| shade(&film.picture(number).unwrap()))
            .collect();
        assert_eq!(shades, [0, 0, 0, 1, 1, 1, 2, 0, 0, 0, 1, 1, 1, 2]);
    }

    #[test]
    fn a_film_waits_while_nobody_looks() {
        let file = three_pictures();
        let mut film = Film::open(file.path()).unwrap();
        assert_eq!(shade(&film.picture(0).unwrap()), 0);
        assert_eq!(shade(&film.picture(4).unwrap()), 1);
        assert_eq!(shade(&film.picture(90_000).unwrap()), 1);
        assert_eq!(shade(&film.picture(90_003).unwrap()), 2);
    }
}
