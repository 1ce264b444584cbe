//! `videoid cameras`.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::args::CamerasArgs;
use crate::commands::camera_child;
use crate::failure::CliError;
use crate::output::Output;

pub fn run(args: CamerasArgs, output: &Output) -> Result<ExitCode, CliError> {
    let deadline = Instant::now() + Duration::from_secs(args.timeout);
    let devices = match camera::devices(&camera_child()?, deadline) {
        Ok(devices) => devices,
        Err(camera::CameraError::NoCamera) => Vec::new(),
        Err(error) => return Err(CliError::Camera(error)),
    };
    let mut words = String::new();
    for device in &devices {
        let mark = match (device.infrared, device.virtual_camera) {
            (true, _) => "  (infrared)",
            (_, true) => "  (virtual)",
            _ => "",
        };
        words.push_str(&format!("{}  {}{mark}\n", device.id, device.name));
        for mode in &device.formats {
            words.push_str(&format!(
                "    {:<6} {}×{} at {} frames a second\n",
                mode.format, mode.width, mode.height, mode.fps
            ));
        }
    }
    if devices.is_empty() {
        words.push_str(
            "No camera was found. Connect one, close other programs that use it, and try again; \
             the replay camera (--source replay) needs none.\n",
        );
    }
    output.result(words.trim_end(), &serde_json::json!({ "cameras": devices }));
    Ok(ExitCode::SUCCESS)
}
