//! `videoid`: does from the shell what the screens do.

mod args;
mod commands;
mod failure;
mod output;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Cli, Command};
use output::Output;

fn main() -> ExitCode {
    // The camera runs in a child process of this same executable.
    if std::env::args_os()
        .nth(1)
        .is_some_and(|first| first == "camera-child")
    {
        return camera::child_main();
    }
    let cli = Cli::parse();
    start_log(cli.verbose);
    let output = Output::new(cli.json);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            return output.fail(&failure::CliError::Runtime(error));
        }
    };
    let outcome = runtime.block_on(run(cli.command, &output));
    // A hanging camera child or a blocked disk must not keep the command from ending.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match outcome {
        Ok(code) => code,
        Err(error) => output.fail(&error),
    }
}

async fn run(command: Command, output: &Output) -> Result<ExitCode, failure::CliError> {
    match command {
        Command::Demo(args) => commands::demo::run(args, output).await,
        Command::Submit(args) => commands::submit::run(args, output).await,
        Command::Requests(args) => commands::requests::run(args, output).await,
        Command::Webhook(args) => commands::webhook::run(args, output).await,
        Command::Mock(args) => commands::mock::run(args, output).await,
        Command::Cameras(args) => commands::cameras::run(args, output),
        Command::Record(args) => commands::record::run(args, output),
        Command::CheckVideo(args) => commands::check_video::run(args, output),
        Command::Read(args) => commands::read::run(args, output),
        Command::Compare(args) => commands::compare::run(args, output),
        Command::Liveness(args) => commands::liveness::run(args, output),
        Command::Doctor(args) => commands::doctor::run(args, output).await,
        Command::Completions { shell } => {
            clap_complete::generate(
                shell,
                &mut Cli::command(),
                "videoid",
                &mut std::io::stdout(),
            );
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Logs go to standard error, so that standard output stays for results.
fn start_log(verbose: u8) {
    let level = match verbose {
        0 => "warn",
        1 => "info",
        _ => "debug",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("VIDEOID_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
