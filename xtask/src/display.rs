//! A display of our own for the journeys, as `xvfb-run` makes one, without its guessing of numbers.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::exec::TaskError;

const SCREEN: &str = "1440x900x24";

/// An X server without a screen and a window manager on it. Both end with this value.
pub struct Display {
    server: Child,
    window_manager: Child,
    name: String,
}

impl Display {
    pub fn start() -> Result<Self, TaskError> {
        let start = |program: &str, source| TaskError::Start {
            program: program.to_owned(),
            source,
        };
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                SCREEN,
                "-nolisten",
                "tcp",
                "-noreset",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| start("Xvfb", source))?;
        // It writes the number that it chose once it accepts connections, and closes its end if it cannot.
        let mut number = String::new();
        if let Some(stdout) = server.stdout.take() {
            BufReader::new(stdout)
                .read_line(&mut number)
                .map_err(|source| start("Xvfb", source))?;
        }
        if number.trim().parse::<u32>().is_err() {
            end(&mut server);
            let detail = format!("no display number but {number:?}");
            return Err(TaskError::Answer {
                what: "Xvfb".to_owned(),
                detail,
            });
        }
        let name = format!(":{}", number.trim());
        let window_manager = Command::new("openbox")
            .env("DISPLAY", &name)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match window_manager {
            Ok(window_manager) => Ok(Self {
                server,
                window_manager,
                name,
            }),
            Err(source) => {
                end(&mut server);
                Err(start("openbox", source))
            }
        }
    }

    /// Sends what the command draws here.
    pub fn apply(&self, command: &mut Command) {
        command
            .env("DISPLAY", &self.name)
            .env_remove("WAYLAND_DISPLAY")
            .env("GDK_BACKEND", "x11")
            .env("NO_AT_BRIDGE", "1")
            // Half the processor time of painting without a graphics card.
            .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1");
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        end(&mut self.window_manager);
        end(&mut self.server);
    }
}

/// Ends and reaps it; a child that is gone already is no error.
fn end(child: &mut Child) {
    child.kill().ok();
    child.wait().ok();
}
