//! `videoid record`.

use std::fs::{File, OpenOptions};
use std::io::BufReader;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use camera::{CameraError, FrameSource, ReplaySpec, Scene};
use recorder::{FileSink, Recorder, RecorderConfig, YuvFrame};

use crate::args::RecordArgs;
use crate::commands::camera_child;
use crate::failure::CliError;
use crate::output::Output;

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 720;
/// A camera that gives nothing for so long is given up.
const FRAME_TIMEOUT: Duration = Duration::from_secs(5);

pub fn run(args: RecordArgs, output: &Output) -> Result<ExitCode, CliError> {
    if args.out.exists() && !args.force {
        return Err(CliError::Exists(args.out));
    }
    let mut source = open(&args.source)?;
    source.show(Scene::Video);
    let part = args.out.with_extension("part");
    let file = File::create(&part).map_err(|source| CliError::File {
        path: part.clone(),
        what: "cannot be made",
        source,
    })?;
    let recorder = Recorder::start(
        RecorderConfig {
            width: WIDTH,
            height: HEIGHT,
            bitrate_bps: args.bitrate,
            ..RecorderConfig::default()
        },
        Box::new(FileSink::new(file)),
    )
    .map_err(CliError::Record)?;

    let interrupted = feed(
        source.as_mut(),
        &recorder,
        Duration::from_secs(args.seconds.into()),
    )?;
    let recorded = recorder.finish().map_err(CliError::Record)?;
    finalise(&part, &args.out)?;
    if let Err(error) = std::fs::remove_file(&part) {
        tracing::warn!(%error, "the unfinished recording cannot be removed");
    }

    let words = format!(
        "{}: {:.1} s, {} frames, {} dropped{}",
        args.out.display(),
        recorded.duration.as_secs_f64(),
        recorded.frames,
        recorded.dropped,
        interrupted
            .as_ref()
            .map(|error| format!("; interrupted: {error}"))
            .unwrap_or_default()
    );
    output.result(
        &words,
        &serde_json::json!({
            "file": args.out,
            "duration_ms": recorded.duration.as_millis() as u64,
            "frames": recorded.frames,
            "dropped": recorded.dropped,
            "source": *source.origin(),
            "interrupted": interrupted.as_ref().map(|error| error.code()),
        }),
    );
    Ok(if interrupted.is_some() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn open(source: &str) -> Result<Box<dyn FrameSource>, CliError> {
    if source == "replay" {
        camera::open_replay(ReplaySpec::default())
    } else {
        camera::open_live(&camera_child()?, source)
    }
    .map_err(CliError::Camera)
}

/// Records for `length`. A camera that fails on the way ends the recording; what there is, is kept.
fn feed(
    source: &mut dyn FrameSource,
    recorder: &Recorder,
    length: Duration,
) -> Result<Option<CameraError>, CliError> {
    let mut first = None;
    loop {
        let frame = match source.next(Instant::now() + FRAME_TIMEOUT) {
            Ok(frame) => frame,
            // One damaged picture is not the end of a recording.
            Err(CameraError::Format(why)) => {
                tracing::warn!(why, "a frame is left out");
                continue;
            }
            Err(error) if first.is_none() => return Err(CliError::Camera(error)),
            Err(error) => return Ok(Some(error)),
        };
        let start = *first.get_or_insert(frame.at);
        let at = frame.at.saturating_sub(start);
        if at >= length {
            return Ok(None);
        }
        match frame.to_i420(WIDTH, HEIGHT) {
            Ok(picture) => {
                recorder.push(YuvFrame {
                    width: WIDTH,
                    height: HEIGHT,
                    y: picture.y,
                    u: picture.u,
                    v: picture.v,
                    at,
                });
            }
            Err(error) => tracing::warn!(%error, "a frame is left out"),
        }
    }
}

fn finalise(part: &Path, out: &Path) -> Result<(), CliError> {
    let input = File::open(part).map_err(|source| CliError::File {
        path: part.to_owned(),
        what: "cannot be read",
        source,
    })?;
    let mut target = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(out)
        .map_err(|source| CliError::File {
            path: out.to_owned(),
            what: "cannot be written",
            source,
        })?;
    recorder::finalise(BufReader::new(input), &mut target).map_err(CliError::Finalise)?;
    target.sync_all().map_err(|source| CliError::File {
        path: out.to_owned(),
        what: "cannot be written",
        source,
    })
}
