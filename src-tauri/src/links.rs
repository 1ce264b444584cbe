//! Web pages outside the window: the terms and the privacy policy open in the user's browser.

use std::process::{Command, Stdio};

use tauri::Url;

#[derive(Debug, thiserror::Error)]
pub enum OpenLinkError {
    #[error("the link is not a web address")]
    NotAnAddress,
    #[error("links of the kind {0} are not opened")]
    Scheme(String),
    #[error("no browser could be started: {0}")]
    Browser(#[source] std::io::Error),
}

/// Opens an http or https address in the system's browser, without waiting for it.
pub fn open(link: &str) -> Result<(), OpenLinkError> {
    let url = web_address(link)?;
    let mut child = browser(&url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(OpenLinkError::Browser)?;
    // The opener ends at once or with the browser; either way it must be reaped.
    std::thread::spawn(move || child.wait());
    Ok(())
}

fn web_address(link: &str) -> Result<Url, OpenLinkError> {
    let url = Url::parse(link).map_err(|_| OpenLinkError::NotAnAddress)?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        other => Err(OpenLinkError::Scheme(other.to_owned())),
    }
}

#[cfg(target_os = "macos")]
fn browser(url: &Url) -> Command {
    let mut command = Command::new("open");
    command.arg(url.as_str());
    command
}

#[cfg(windows)]
fn browser(url: &Url) -> Command {
    let mut command = Command::new("rundll32");
    command.arg("url.dll,FileProtocolHandler").arg(url.as_str());
    command
}

#[cfg(not(any(target_os = "macos", windows)))]
fn browser(url: &Url) -> Command {
    let mut command = Command::new("xdg-open");
    command.arg(url.as_str());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_opened() {
        assert!(web_address("https://example.org/privacy").is_ok());
        assert!(web_address("http://127.0.0.1:8443/").is_ok());
        for link in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "mailto:a@example.org",
            "--help",
            "",
        ] {
            assert!(web_address(link).is_err(), "{link} was accepted");
        }
    }
}
