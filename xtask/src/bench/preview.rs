//! The live view in the real window, measured by the journey that watches it.

use serde_json::Value;

use super::Row;
use super::measure::output;
use crate::exec::{self, TaskError};
use crate::setup::{self, Purpose};
use crate::ui;

pub fn measure() -> Result<Vec<Row>, TaskError> {
    setup::prepare(Purpose::Tests)?;
    ui::install()?;
    ui::build()?;
    let mut command = exec::cargo();
    command.env_remove("DISPLAY");
    command.args([
        "test",
        "-p",
        "videoid-desk",
        "--test",
        "journeys",
        "the_live_view",
        "--",
        "--nocapture",
    ]);
    let text = output(&mut command)?;
    let found = text
        .lines()
        .find_map(|line| line.split_once("live view: "))
        .and_then(|(_, json)| serde_json::from_str::<Value>(json).ok());
    let Some(found) = found else {
        return Err(TaskError::Answer {
            what: "the journey".into(),
            detail: text,
        });
    };
    let figure = |name: &str| found[name].as_f64().unwrap_or(f64::NAN);
    Ok(vec![Row::new(
        "development build, replay camera, software rendering",
        &[
            ("painted a second", figure("painted_per_second")),
            ("CPU, share of one core", figure("cpu_of_one_core")),
            ("canvas width px", figure("width")),
            ("canvas height px", figure("height")),
        ],
    )])
}
