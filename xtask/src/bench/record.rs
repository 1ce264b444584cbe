//! CPU and quality of a recorded picture, beside libx264 at the same bit rate on the same input.

use std::path::Path;

use super::Row;
use super::measure::{Cost, cost, median, output, tempfile_path};
use crate::cargo;
use crate::exec::{self, TaskError};

const FRAMES: f64 = 300.0;
const BITRATE: &str = "1500000";

pub fn measure() -> Result<Vec<Row>, TaskError> {
    let programs = cargo::build(&["--release", "-p", "recorder", "--example", "encode"])?;
    let ours = cargo::find(&programs, "encode")?;
    let (raw, video) = (tempfile_path("raw.yuv"), tempfile_path("video.mp4"));
    make_input(&raw)?;
    let (input, out) = (raw.display().to_string(), video.display().to_string());
    let mut rows = Vec::new();
    let own = median(|| cost(&ours, &[&input, &out, BITRATE]))?;
    rows.push(row("VideoID Desk (OpenH264)", own, &raw, &video)?);
    for preset in ["veryfast", "ultrafast"] {
        let arguments = [
            "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "1280x720", "-r", "30", "-i",
            &input, "-c:v", "libx264", "-preset", preset, "-b:v", BITRATE, "-threads", "1", &out,
        ];
        let peer = median(|| cost(Path::new("ffmpeg"), &arguments))?;
        rows.push(row(
            &format!("ffmpeg libx264 {preset}"),
            peer,
            &raw,
            &video,
        )?);
    }
    for file in [&raw, &video] {
        std::fs::remove_file(file).map_err(TaskError::file(file))?;
    }
    let peer = rows[1].figure("CPU ms a frame");
    for row in &mut rows {
        let ratio = row.figure("CPU ms a frame") / peer;
        row.figures.push(("CPU ratio to veryfast".into(), ratio));
    }
    Ok(rows)
}

/// A face that moves, with a sensor's noise: what the product records.
fn make_input(raw: &Path) -> Result<(), TaskError> {
    let picture = exec::root().join("crates/camera/specimens/face.jpg");
    let motion = "crop=1280:720:320+40*sin(t*2):180+24*cos(t*3),noise=alls=5:allf=t,format=yuv420p";
    let mut command = exec::command("ffmpeg");
    command
        .args(["-y", "-v", "error", "-loop", "1", "-r", "30", "-i"])
        .arg(picture);
    command
        .args(["-vf", motion, "-frames:v", "300", "-f", "rawvideo"])
        .arg(raw);
    exec::run(&mut command)
}

fn row(what: &str, cost: Cost, raw: &Path, video: &Path) -> Result<Row, TaskError> {
    let bytes = std::fs::metadata(video)
        .map_err(TaskError::file(video))?
        .len();
    Ok(Row::new(
        what,
        &[
            ("CPU ms a frame", cost.cpu_s * 1000.0 / FRAMES),
            ("PSNR dB", psnr(raw, video)?),
            ("kbit/s", bytes as f64 * 8.0 / 10.0 / 1000.0),
        ],
    ))
}

/// Of all pictures against the input, pair by pair: both as raw files, because ffmpeg pairs by time stamps otherwise
/// and their rounding differs.
fn psnr(raw: &Path, video: &Path) -> Result<f64, TaskError> {
    let decoded = tempfile_path("decoded.yuv");
    let mut command = exec::command("ffmpeg");
    command.args(["-y", "-v", "error", "-i"]).arg(video);
    command
        .args(["-vsync", "0", "-f", "rawvideo", "-pix_fmt", "yuv420p"])
        .arg(&decoded);
    exec::run(&mut command)?;
    let mut command = exec::command("ffmpeg");
    for file in [&decoded, &raw.to_path_buf()] {
        command.args([
            "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "1280x720", "-r", "30", "-i",
        ]);
        command.arg(file);
    }
    let text = output(command.args(["-lavfi", "psnr", "-f", "null", "-"]))?;
    std::fs::remove_file(&decoded).map_err(TaskError::file(&decoded))?;
    let found = text
        .split("average:")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|word| word.parse().ok());
    found.ok_or_else(|| TaskError::Answer {
        what: "ffmpeg psnr".into(),
        detail: text,
    })
}
