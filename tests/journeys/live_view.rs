//! The live view: it goes on painting, and what that costs.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::enrollment::begin;
use crate::support::{Desk, PATIENCE, Setup, turn};

/// Ticks a second of the times in `/proc/PID/stat`.
const TICKS: f64 = 100.0;

#[tokio::test(flavor = "multi_thread")]
async fn the_live_view_goes_on_painting() {
    let _turn = turn().await;
    let desk = Desk::open("live-view", Setup::default()).await;
    begin(&desk).await;
    // At this step nothing is captured until it is asked for.
    desk.click("step-video").await;
    desk.see("preview").await;
    let end = Instant::now() + PATIENCE;
    while painted(&desk).await < 10.0 {
        assert!(Instant::now() < end, "the live view does not begin");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let pid = desk.app_pid();
    let (start, pictures, cpu) = (Instant::now(), painted(&desk).await, cpu_ticks(pid));
    tokio::time::sleep(Duration::from_secs(5)).await;
    let seconds = start.elapsed().as_secs_f64();
    let (pictures, cpu) = (painted(&desk).await - pictures, cpu_ticks(pid) - cpu);
    assert!(
        pictures > 5.0,
        "the live view stands still: {pictures} pictures in {seconds} s"
    );
    assert!(cpu > 0.0, "painting costs nothing?");
    let canvas = desk
        .script(
            "const c = document.querySelector('[data-testid=preview]'); return [c.width, c.height]",
        )
        .await;
    // Read by `cargo xtask bench preview`.
    println!(
        "live view: {}",
        json!({
            "painted_per_second": pictures / seconds,
            "cpu_of_one_core": cpu / TICKS / seconds,
            "width": canvas[0],
            "height": canvas[1],
        })
    );
    desk.quit().await;
}

async fn painted(desk: &Desk) -> f64 {
    let count = desk
        .script("return window.__previewStats ? window.__previewStats.painted : 0")
        .await;
    count.as_f64().unwrap()
}

/// CPU time of the app and its children, the web page's process among them.
fn cpu_ticks(app: u32) -> f64 {
    let mut ticks = 0.0;
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        // A process may end while it is looked at.
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        let Some((head, rest)) = stat.rsplit_once(") ") else {
            continue;
        };
        let pid = head
            .split(' ')
            .next()
            .and_then(|pid| pid.parse::<u32>().ok());
        let fields: Vec<&str> = rest.split(' ').collect();
        let number = |index: usize| {
            fields
                .get(index)
                .and_then(|field| field.parse::<f64>().ok())
        };
        if pid == Some(app) || number(1) == Some(f64::from(app)) {
            ticks += number(11).unwrap_or(0.0) + number(12).unwrap_or(0.0);
        }
    }
    ticks
}
