//! Everything that a newcomer or the continuous integration does with this repository: `cargo xtask run`, `cargo xtask test`.

mod bench;
mod cargo;
mod deny;
mod exec;
mod models;
mod run;
mod setup;
mod steps;
mod test;
mod ui;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::exec::TaskError;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Install what is missing, build, and open the desktop window in training mode.
    ///
    /// Without a display, or with --headless, the same enrollment is taken from the shell (`videoid demo`).
    Run {
        /// Take the enrollment from the shell even where there is a display.
        #[arg(long)]
        headless: bool,
        /// Passed on to the program that is started.
        #[arg(last = true)]
        args: Vec<String>,
    },
    /// Install what is missing and check everything: format, licences, lints, UI, tests, journeys.
    Test {
        /// Only format, lints, the UI and the unit tests: no licences, no sockets, no window.
        #[arg(long)]
        fast: bool,
    },
    /// Fetch the models that are not in the tree, and check each by its SHA-256. Quick when they are there.
    Models,
    /// Measure the product beside its peers and print tables; `docs/benchmarks.md` holds a run.
    Bench {
        /// Only this one.
        subject: Option<bench::Subject>,
        #[command(flatten)]
        vision: bench::VisionOptions,
        /// One JSON object instead of tables.
        #[arg(long)]
        json: bool,
    },
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Run { headless, args } => run::run(headless, &args),
        Command::Test { fast } => test::test(fast).map(|()| ExitCode::SUCCESS),
        Command::Models => models::prepare().map(|()| ExitCode::SUCCESS),
        Command::Bench {
            subject,
            vision,
            json,
        } => bench::bench(subject, vision, json).map(|()| ExitCode::SUCCESS),
    };
    outcome.unwrap_or_else(|error| {
        report(&error);
        ExitCode::FAILURE
    })
}

fn report(error: &TaskError) {
    eprintln!("\nerror: {error}");
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        eprintln!("  because: {inner}");
        cause = inner.source();
    }
}
