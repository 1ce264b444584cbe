//! WebKitWebDriver and the app that it starts; both are gone when this is dropped.

use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct Driver {
    child: Child,
    pub address: String,
}

impl Driver {
    /// Starts the driver; what it and the app print goes to `log`.
    pub async fn start(display: &str, env: &[(String, String)], log: &Path) -> Self {
        let port = free_port();
        let log = File::create(log).expect("the log can be written");
        let child = Command::new("WebKitWebDriver")
            .args(["--host=127.0.0.1", &format!("--port={port}")])
            .env("DISPLAY", display)
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log can be shared"))
            .stderr(log)
            .spawn()
            .expect("WebKitWebDriver is needed for the journeys (Debian: webkit2gtk-driver)");
        let driver = Driver {
            child,
            address: format!("http://127.0.0.1:{port}"),
        };
        driver.wait_until_ready(port).await;
        driver
    }

    async fn wait_until_ready(&self, port: u16) {
        let end = Instant::now() + Duration::from_secs(20);
        while tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .is_err()
        {
            assert!(Instant::now() < end, "WebKitWebDriver does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Process ids of the app and everything below the driver.
    pub fn descendants(&self) -> Vec<u32> {
        let mut found = vec![self.child.id()];
        let all = processes();
        let mut next = 0;
        while next < found.len() {
            let parent = found[next];
            found.extend(
                all.iter()
                    .filter(|(_, of)| *of == parent)
                    .map(|(pid, _)| *pid),
            );
            next += 1;
        }
        found.split_off(1)
    }

    /// Process id of the app itself.
    pub fn app(&self, program: &Path) -> Option<u32> {
        self.descendants().into_iter().find(|pid| {
            std::fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe == program)
        })
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let below = self.descendants();
        let _ = self.child.kill();
        let _ = self.child.wait();
        for pid in below {
            signal(pid, "KILL");
        }
    }
}

/// Sends a signal to one process.
pub fn signal(pid: u32, name: &str) {
    let _ = Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .stderr(Stdio::null())
        .status();
}

/// Whether the process still runs; one that only waits to be reaped does not.
pub fn alive(pid: u32) -> bool {
    stat(pid).is_some_and(|(state, _)| state != 'Z')
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .expect("a port is free")
        .port()
}

fn processes() -> Vec<(u32, u32)> {
    let entries = std::fs::read_dir("/proc").expect("/proc is there");
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| stat(pid).map(|(_, parent)| (pid, parent)))
        .collect()
}

/// State and parent of a process.
fn stat(pid: u32) -> Option<(char, u32)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}
