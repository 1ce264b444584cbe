//! What the page may call. Each command is one call of the station.

use std::collections::HashMap;
use std::path::PathBuf;

use station::StationHandle;
use station::contract::{Command, Failure, FailureCode, Snapshot};
use tauri::State;

use crate::links;
use crate::picker::FilePicker;
use crate::presentation::{self, Presentation};

/// Asks the session to carry out a command.
#[tauri::command]
pub async fn dispatch(station: State<'_, StationHandle>, command: Command) -> Result<(), Failure> {
    station.dispatch(command).await
}

/// The state as of now; changes come as the event `snapshot`.
#[tauri::command]
pub fn snapshot(station: State<'_, StationHandle>) -> Snapshot {
    station.snapshot()
}

/// Asks for a video file and returns its path, or null when none was chosen. Nothing is read here: the page passes
/// the path on with the command `import_video`.
#[tauri::command]
pub async fn pick_video(picker: State<'_, Box<dyn FilePicker>>) -> Result<Option<String>, Failure> {
    path_text(picker.pick_video().await, FailureCode::VideoUnreadable)
}

/// Asks for a document to attach; the page passes the path on with the desk's command `attach_document`.
#[tauri::command]
pub async fn pick_document(
    picker: State<'_, Box<dyn FilePicker>>,
) -> Result<Option<String>, Failure> {
    path_text(
        picker.pick_document().await,
        FailureCode::DocumentUnreadable,
    )
}

/// Asks where to save the contract; the page passes the path on with the desk's command `save_contract`.
#[tauri::command]
pub async fn pick_save(
    picker: State<'_, Box<dyn FilePicker>>,
    suggested: String,
) -> Result<Option<String>, Failure> {
    path_text(
        picker.pick_save(suggested).await,
        FailureCode::StorageFailed,
    )
}

/// A path as the page can carry it.
fn path_text(path: Option<PathBuf>, code: FailureCode) -> Result<Option<String>, Failure> {
    let Some(path) = path else { return Ok(None) };
    match path.into_os_string().into_string() {
        Ok(path) => Ok(Some(path)),
        Err(_) => Err(Failure {
            code,
            detail: Some("the file's name is not valid UTF-8".to_owned()),
            provider_id: None,
            http_status: None,
            retryable: false,
        }),
    }
}

/// How each failure is shown.
#[tauri::command]
pub fn presentations() -> HashMap<FailureCode, Presentation> {
    presentation::table()
}

/// Opens a web page in the user's browser.
#[tauri::command]
pub async fn open_link(url: String) -> Result<(), Failure> {
    links::open(&url).map_err(|error| Failure {
        code: FailureCode::InvalidInput,
        detail: Some(error.to_string()),
        provider_id: None,
        http_status: None,
        retryable: false,
    })
}
