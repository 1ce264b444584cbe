//! What is done to each frame, on one thread, the quickest of several times: `cargo run -p camera --example measure`.
//! Development builds optimise these crates too, so the figures hold for a release within a few per cent.

use std::time::{Duration, Instant};

use camera::{CameraError, ReplaySpec, Rgb, Scene, open_replay};

const TIMES: u32 = 40;

fn main() -> Result<(), CameraError> {
    let mut source = open_replay(ReplaySpec::default())?;
    source.show(Scene::DocumentFront);
    let soon = || Instant::now() + Duration::from_secs(5);
    let preview = source.next(soon())?;
    let still = source.still(soon())?;
    for frame in [preview, still] {
        println!("{}×{} MJPEG, ms a frame", frame.width, frame.height);
        // A frame is decoded once, whoever asks: what follows is measured on the decoded one.
        let jpeg = frame.still_jpeg()?;
        report("decode", || Rgb::from_jpeg(&jpeg).map(drop))?;
        report("to_i420 1280×720", || frame.to_i420(1280, 720).map(drop))?;
        report("preview_jpeg 640", || frame.preview_jpeg(640, 75).map(drop))?;
        report("preview_jpeg 960", || frame.preview_jpeg(960, 75).map(drop))?;
    }
    Ok(())
}

fn report(
    what: &str,
    mut work: impl FnMut() -> Result<(), CameraError>,
) -> Result<(), CameraError> {
    work()?;
    let mut best = Duration::MAX;
    for _ in 0..TIMES {
        let began = Instant::now();
        work()?;
        best = best.min(began.elapsed());
    }
    println!("  {what:<18} {:6.2}", best.as_secs_f64() * 1000.0);
    Ok(())
}
