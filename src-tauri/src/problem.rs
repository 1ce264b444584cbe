//! The page that the window shows when the station could not start: what is wrong, where, and what to do.

use std::error::Error;

use station::StartError;
use station::settings::SettingsError;
use tauri::http::{Response, header};

/// Why there is no station in this run.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("The settings cannot be read")]
    Settings(#[source] SettingsError),
    #[error("The station cannot start")]
    Start(#[source] StartError),
    #[error("The program's own file cannot be found")]
    OwnProgram(#[source] camera::CameraError),
}

impl Problem {
    /// What the operator or the administrator can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Problem::Settings(_) | Problem::Start(StartError::Settings(_)) => {
                "Correct the settings file at the place named above, then start the program again. Nothing was \
                 changed or deleted."
            }
            Problem::Start(StartError::NoSuchProfile { .. }) => {
                "Start the program with one of the names above, or add the profile to the settings file."
            }
            Problem::Start(StartError::DataFolderInUse(_)) => {
                "VideoID Desk is already running with this data folder. Use its window, or close it and start \
                 again."
            }
            Problem::Start(StartError::DataFolder { .. }) => {
                "Make sure that the folder exists, that the disk is not full and that you may write there, then \
                 start the program again."
            }
            Problem::Start(_) | Problem::OwnProgram(_) => {
                "Start the program again. If it happens once more, give the lines above to your support."
            }
        }
    }

    /// The causes, outermost first.
    pub fn causes(&self) -> Vec<String> {
        let mut causes = Vec::new();
        let mut cause = self.source();
        while let Some(error) = cause {
            causes.push(error.to_string());
            cause = error.source();
        }
        causes
    }

    /// The page: no script, nothing loaded, every text escaped.
    pub fn page(&self) -> Response<Vec<u8>> {
        let causes: String = self
            .causes()
            .iter()
            .map(|cause| format!("<pre>{}</pre>", escape(cause)))
            .collect();
        let html = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>VideoID Desk</title>\
             <style>{STYLE}</style></head><body><main data-testid=\"start-problem\"><h1>{}</h1>{causes}\
             <h2>What to do</h2><p>{}</p></main></body></html>",
            escape(&self.to_string()),
            escape(self.remedy()),
        );
        Response::builder()
            .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
            .header(
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'",
            )
            .body(html.into_bytes())
            .unwrap_or_else(|_| Response::new(Vec::new()))
    }
}

const STYLE: &str = "\
    :root{color-scheme:light dark;font:17px/1.45 system-ui,sans-serif}\
    body{margin:0;display:grid;place-items:center;min-height:100vh;background:Canvas;color:CanvasText}\
    main{max-width:44rem;padding:32px}\
    h1{font-size:28px;margin:0 0 16px}h2{font-size:20px;margin:24px 0 4px}p{margin:0}\
    pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:0 0 8px;padding:12px 16px;border-radius:8px;\
    border:1px solid GrayText;font:15px/1.45 ui-monospace,monospace}";

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn the_page_names_cause_and_remedy_and_escapes_what_it_quotes() {
        let problem = Problem::Start(StartError::DataFolderInUse(PathBuf::from("/tmp/<case>&")));
        let page = String::from_utf8(problem.page().into_body()).unwrap();
        assert!(page.contains("/tmp/&lt;case&gt;&amp;"), "{page}");
        assert!(page.contains("already running"), "{page}");
        assert!(!page.contains("<case>"), "{page}");
    }
}
