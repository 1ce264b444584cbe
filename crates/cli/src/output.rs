//! What a command prints: words for a person, or one JSON object for a program.

use std::io::Write;
use std::process::ExitCode;

use serde::Serialize;

use crate::failure::CliError;

pub struct Output {
    json: bool,
}

impl Output {
    pub fn new(json: bool) -> Output {
        Output { json }
    }

    pub fn is_json(&self) -> bool {
        self.json
    }

    /// A step or remark on the way; on standard error when standard output is for JSON.
    pub fn step(&self, text: &str) {
        if self.json {
            eprintln!("{text}");
        } else {
            print(text);
        }
    }

    /// A remark that is no result, on standard error.
    pub fn note(&self, text: &str) {
        eprintln!("{text}");
    }

    /// The result: `words` for a person, `value` on one line for a program.
    pub fn result(&self, words: &str, value: &impl Serialize) {
        if self.json {
            match serde_json::to_string(value) {
                Ok(line) => print(&line),
                Err(error) => eprintln!("The result cannot be written as JSON: {error}"),
            }
        } else if !words.is_empty() {
            print(words);
        }
    }

    /// Says why the command failed and gives its exit code.
    pub fn fail(&self, error: &CliError) -> ExitCode {
        let text = chain(error);
        if self.json {
            let object = serde_json::json!({ "error": { "code": error.code(), "text": text } });
            print(&object.to_string());
        }
        eprintln!("videoid: {text}");
        ExitCode::from(error.exit_code())
    }
}

/// A line on standard output. That nobody reads on, as behind `| head`, is no failure of the command.
fn print(line: &str) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = writeln!(out, "{line}").and_then(|()| out.flush())
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        eprintln!("The result cannot be written: {error}");
    }
}

/// An error with all its causes.
pub fn chain(error: &CliError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
