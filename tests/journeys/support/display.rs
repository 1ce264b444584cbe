//! An X display of the journey's own, where none is given.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running X server, or the one that `DISPLAY` names; with a window manager when asked for.
pub struct Display {
    pub name: String,
    server: Option<Child>,
    manager: Option<Child>,
}

impl Display {
    pub fn open(with_manager: bool) -> Self {
        let (name, server) = match std::env::var("DISPLAY") {
            Ok(name) if !name.is_empty() => (name, None),
            _ => start_server(),
        };
        let manager = with_manager.then(|| start_manager(&name));
        Display {
            name,
            server,
            manager,
        }
    }

    /// Runs xdotool and returns what it printed; none when it failed.
    pub fn xdotool(&self, args: &[&str]) -> Option<String> {
        let output = Command::new("xdotool")
            .args(args)
            .env("DISPLAY", &self.name)
            .output()
            .expect("xdotool is needed for this journey");
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Takes a picture of the screen, with few colours so that it stays small. The driver's own pictures wait for
    /// the page to be painted again, which on a still page never happens.
    pub fn picture(&self, file: &Path) -> bool {
        let palette = "trim=end_frame=1,split[a][b];[a]palettegen=max_colors=160[p];[b][p]paletteuse=dither=none";
        Command::new("ffmpeg")
            .args([
                "-nostdin",
                "-loglevel",
                "error",
                "-y",
                "-f",
                "x11grab",
                "-draw_mouse",
                "0",
            ])
            .args([
                "-video_size",
                "1280x800",
                "-i",
                &self.name,
                "-frames:v",
                "1",
            ])
            .args(["-vf", palette])
            .arg(file)
            .status()
            .is_ok_and(|made| made.success())
    }

    /// Waits for a window with this title and returns its number.
    pub fn wait_for_window(&self, title: &str, patience: Duration) -> Option<String> {
        let end = Instant::now() + patience;
        while Instant::now() < end {
            let found = self.xdotool(&["search", "--onlyvisible", "--name", title]);
            if let Some(window) = found.and_then(|list| list.lines().next().map(str::to_owned)) {
                return Some(window);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        None
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        for child in [&mut self.manager, &mut self.server].into_iter().flatten() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn start_server() -> (String, Option<Child>) {
    let mut server = Command::new("Xvfb")
        .args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x800x24",
            "-nolisten",
            "tcp",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Xvfb is needed for the journeys where there is no display");
    let mut line = String::new();
    let stdout = server.stdout.as_mut().expect("stdout was piped");
    BufReader::new(stdout)
        .read_line(&mut line)
        .expect("Xvfb tells its display");
    (format!(":{}", line.trim()), Some(server))
}

fn start_manager(display: &str) -> Child {
    Command::new("openbox")
        .arg("--sm-disable")
        .env("DISPLAY", display)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("openbox is needed for this journey")
}
