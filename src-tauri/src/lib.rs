//! The desktop shell. It translates between the page and the station and decides nothing itself.

mod args;
mod commands;
mod links;
mod logging;
mod picker;
pub mod presentation;
mod problem;
mod protocols;
mod rendering;
mod startup;
mod test_hooks;
mod window;

use std::error::Error;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use tauri::Manager;
use tauri::http::{Response, StatusCode};

use args::Args;
use problem::Problem;

/// Runs the program until its window is closed. `args` begins with the program's name.
pub fn run(args: Vec<OsString>) -> ExitCode {
    if args
        .get(1)
        .is_some_and(|first| first == camera::CHILD_ARGUMENT)
    {
        return camera::child_main();
    }
    if let Some(ended) = test_hooks::run_without_test_hooks(&args) {
        return ended;
    }
    if let Some(ended) = rendering::run_for_this_machine(&args) {
        return ended;
    }
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(message) => {
            // Also the way of --help and --version, which are no errors.
            let _ = message.print();
            return ExitCode::from(u8::try_from(message.exit_code()).unwrap_or(2));
        }
    };
    if !has_display() {
        eprintln!(
            "There is no display: neither DISPLAY nor WAYLAND_DISPLAY is set. Start the program in a desktop \
             session; `videoid demo` performs an enrollment without a window."
        );
        return ExitCode::FAILURE;
    }
    match build(args) {
        Ok(app) => {
            let failed = app.try_state::<Problem>().is_some();
            let code = app.run_return(|_, _| {});
            match u8::try_from(code) {
                Ok(0) if failed => ExitCode::FAILURE,
                Ok(code) => ExitCode::from(code),
                Err(_) => ExitCode::FAILURE,
            }
        }
        Err(error) => {
            eprintln!("The window cannot be opened: {error}");
            ExitCode::FAILURE
        }
    }
}

fn has_display() -> bool {
    let named = |variable| std::env::var_os(variable).is_some_and(|name| !name.is_empty());
    !cfg!(target_os = "linux") || named("DISPLAY") || named("WAYLAND_DISPLAY")
}

fn build(args: Args) -> tauri::Result<tauri::App> {
    tauri::Builder::default()
        .manage(window::Closing::default())
        .manage(picker::of_this_run())
        .invoke_handler(tauri::generate_handler![
            commands::dispatch,
            commands::snapshot,
            commands::pick_video,
            commands::pick_document,
            commands::pick_save,
            commands::presentations,
            commands::open_link,
        ])
        .register_asynchronous_uri_scheme_protocol("preview", protocols::preview)
        .register_asynchronous_uri_scheme_protocol("evidence", protocols::evidence)
        .register_asynchronous_uri_scheme_protocol("video", protocols::video)
        .register_uri_scheme_protocol(window::PROBLEM_SCHEME, |context, _| {
            problem_page(context.app_handle())
        })
        .on_window_event(window::on_event)
        .setup(move |app| open(app, &args))
        .build(tauri::generate_context!())
}

/// Starts the station and opens the window; where the station cannot start, the window says why.
fn open(app: &mut tauri::App, args: &Args) -> Result<(), Box<dyn Error>> {
    match tauri::async_runtime::block_on(startup::start(args)) {
        Ok(station) => {
            app.manage(station.clone());
            window::close_on_signals(app.handle().clone());
            window::open_main(app)?;
            window::send_snapshots(app.handle().clone(), &station);
            window::send_guidance(app.handle().clone(), &station);
        }
        Err(problem) => {
            tracing::error!(causes = ?problem.causes(), "{problem}. {}", problem.remedy());
            app.manage(problem);
            window::open_problem(app)?;
        }
    }
    Ok(())
}

fn problem_page(app: &tauri::AppHandle) -> Response<Vec<u8>> {
    match app.try_state::<Problem>() {
        Some(problem) => problem.page(),
        None => {
            let mut nothing = Response::new(Vec::new());
            *nothing.status_mut() = StatusCode::NOT_FOUND;
            nothing
        }
    }
}
