//! `videoid check-video`.

use std::fs::File;
use std::io::BufReader;
use std::process::ExitCode;

use serde::Serialize;

use crate::args::CheckVideoArgs;
use crate::commands::settings;
use crate::failure::CliError;
use crate::output::Output;

#[derive(Serialize)]
struct Row {
    file: String,
    accepted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    facts: Option<recorder::VideoFacts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

pub fn run(args: CheckVideoArgs, output: &Output) -> Result<ExitCode, CliError> {
    let limits = settings(&args.station)?.0.video_limits();
    let mut all_accepted = true;
    for path in &args.files {
        let file = path.display().to_string();
        let checked = File::open(path)
            .map_err(recorder::VideoProblem::from)
            .and_then(|opened| recorder::check_video(BufReader::new(opened), &limits));
        let (words, row) = match checked {
            Ok(facts) => (
                format!(
                    "{file}: accepted, {}×{}, {:.1} s, {} frames, {:.1} MB",
                    facts.width,
                    facts.height,
                    facts.duration_ms as f64 / 1000.0,
                    facts.frames,
                    facts.bytes as f64 / 1e6
                ),
                Row {
                    file,
                    accepted: true,
                    facts: Some(facts),
                    problem: None,
                    reason: None,
                },
            ),
            Err(problem) => {
                all_accepted = false;
                (
                    format!("{file}: rejected, {problem}"),
                    Row {
                        file,
                        accepted: false,
                        facts: None,
                        problem: Some(problem.code().to_string()),
                        reason: Some(problem.to_string()),
                    },
                )
            }
        };
        output.result(&words, &row);
    }
    Ok(if all_accepted {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(3)
    })
}
