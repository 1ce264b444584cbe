//! One run of the app, and an operator's hand in its window.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::driver::{Driver, alive, signal};
use super::{Display, Mock, PATIENCE, leavings};

/// Longest wait for one answer of the driver.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// How a journey wants the app started.
#[derive(Default)]
pub struct Setup {
    /// The settings file's text.
    pub settings: String,
    pub env: Vec<(String, String)>,
    pub window_manager: bool,
    /// Whether this journey provides the documents' pictures of the steps.
    pub album: bool,
    /// The data folder of another run; none is a fresh one.
    pub data: Option<Arc<TempDir>>,
}

pub struct Desk {
    name: &'static str,
    album: bool,
    pub client: Client,
    driver: Driver,
    pub display: Display,
    pub data: Arc<TempDir>,
    _settings: TempDir,
}

/// The program under test: `VIDEOID_APP`, else the one that cargo built for these tests.
pub fn program() -> PathBuf {
    let named = std::env::var_os("VIDEOID_APP").map(PathBuf::from);
    named.unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_videoid-desk")))
}

impl Desk {
    /// Starts the app in training on a fresh data folder.
    pub async fn open(name: &'static str, setup: Setup) -> Self {
        let display = Display::open(setup.window_manager);
        let settings = tempfile::tempdir().expect("a folder can be made");
        let settings_file = settings.path().join("videoid-desk.toml");
        std::fs::write(&settings_file, &setup.settings).expect("the settings can be written");
        let data = setup
            .data
            .unwrap_or_else(|| Arc::new(tempfile::tempdir().expect("a folder can be made")));
        let log = leavings().join(format!("{name}.log"));
        let driver = Driver::start(&display.name, &setup.env, &log).await;
        let options = json!({
            "binary": program(),
            "args": ["--training", "--config", settings_file, "--data", data.path()],
        });
        let capabilities = [("webkitgtk:browserOptions".to_owned(), options)];
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities.into_iter().collect());
        let session = tokio::time::timeout(PATIENCE, builder.connect(&driver.address)).await;
        let client = match session {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => panic!("{name}: no session with the window: {error}; see {log:?}"),
            Err(_) => panic!("{name}: the window did not answer the driver; see {log:?}"),
        };
        Desk {
            name,
            album: setup.album,
            client,
            driver,
            display,
            data,
            _settings: settings,
        }
    }

    pub fn app_pid(&self) -> u32 {
        self.driver
            .app(&program())
            .expect("the app is not running any more")
    }

    /// Ends the run by closing the window's program in order, and returns the data folder.
    pub async fn quit(self) -> Arc<TempDir> {
        let Some(app) = self.driver.app(&program()) else {
            self.give_up("the app is not running any more").await
        };
        signal(app, "TERM");
        let end = Instant::now() + PATIENCE;
        while alive(app) {
            assert!(Instant::now() < end, "{}: the app does not end", self.name);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.data
    }

    /// Waits for the element with this test id to be on the screen.
    pub async fn see(&self, id: &str) -> Element {
        self.element(&format!("[data-testid=\"{id}\"]")).await
    }

    /// Waits for an element to be on the screen.
    pub async fn element(&self, css: &str) -> Element {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Ok(element) = bounded(self.client.find(Locator::Css(css))).await
                && bounded(element.is_displayed()).await.unwrap_or(false)
            {
                return element;
            }
            if Instant::now() > end {
                self.give_up(&format!("{css} does not appear")).await;
            }
            pause().await;
        }
    }

    /// Waits until the element can be clicked and clicks it.
    pub async fn click(&self, id: &str) {
        let css = format!("[data-testid=\"{id}\"]:not([disabled]):not([aria-disabled=\"true\"])");
        let end = Instant::now() + PATIENCE;
        loop {
            let last = match bounded(self.client.find(Locator::Css(&css))).await {
                Ok(element) => match bounded(element.click()).await {
                    Ok(()) => return,
                    Err(error) => error,
                },
                Err(error) => error,
            };
            if Instant::now() > end {
                self.give_up(&format!("{id} cannot be clicked: {last}"))
                    .await;
            }
            pause().await;
        }
    }

    /// Replaces what stands in a text field.
    pub async fn fill(&self, id: &str, text: &str) {
        let css = format!("input[data-testid=\"{id}\"], [data-testid=\"{id}\"] input");
        let field = self.element(&css).await;
        let done = async {
            field.clear().await?;
            field.send_keys(text).await
        };
        if let Err(error) = bounded(done).await {
            self.give_up(&format!("{id} cannot be filled: {error}"))
                .await;
        }
    }

    /// Chooses an option of a list by its value.
    pub async fn choose(&self, id: &str, value: &str) {
        let list = self.see(id).await;
        if let Err(error) = bounded(list.select_by_value(value)).await {
            self.give_up(&format!("{id} has no {value}: {error}")).await;
        }
    }

    /// The text that the element shows.
    pub async fn text(&self, id: &str) -> String {
        match bounded(self.see(id).await.text()).await {
            Ok(text) => text,
            Err(error) => self.give_up(&format!("{id} has no text: {error}")).await,
        }
    }

    /// The session's state, as the page itself gets it.
    pub async fn snapshot(&self) -> Value {
        let script = "const done = arguments[arguments.length - 1]; \
            window.__TAURI_INTERNALS__.invoke('snapshot').then(done, e => done({ error: String(e) }));";
        match bounded(self.client.execute_async(script, vec![])).await {
            Ok(state) if state["error"].is_null() => state,
            Ok(state) => self.give_up(&format!("no state: {state}")).await,
            Err(error) => self.give_up(&format!("no state: {error}")).await,
        }
    }

    /// Waits until the session's state has what is looked for.
    pub async fn until<T>(&self, what: &str, found: impl Fn(&Value) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(value) = found(&self.snapshot().await) {
                return value;
            }
            if Instant::now() > end {
                self.give_up(&format!("never: {what}")).await;
            }
            pause().await;
        }
    }

    /// Waits until the window shows the failure with this code.
    pub async fn sees_failure(&self, code: &str) {
        self.element(&format!("[data-testid=\"failure\"][data-code=\"{code}\"]"))
            .await;
    }

    /// The mock Registration Authority of this run.
    pub async fn mock(&self) -> Mock {
        let host = self.snapshot().await["settings"]["apiHost"].clone();
        Mock::at(host.as_str().expect("the state names the host"))
    }

    /// Takes a picture of a step that every enrollment passes, in the journey that provides them.
    pub async fn step_picture(&self, name: &str) {
        if self.album {
            self.picture(name).await;
        }
    }

    /// Takes a picture of the window for the documents, when `VIDEOID_SCREENS` names their folder.
    pub async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("VIDEOID_SCREENS").map(PathBuf::from) else {
            return;
        };
        // Transitions take up to 200 ms, and a camera that has just been opened a moment more.
        tokio::time::sleep(Duration::from_millis(800)).await;
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        let file = folder.join(format!("{name}.png"));
        assert!(self.display.picture(&file), "ffmpeg is needed for pictures");
    }

    /// Runs a script in the page.
    pub async fn script(&self, script: &str) -> Value {
        match bounded(self.client.execute(script, vec![])).await {
            Ok(value) => value,
            Err(error) => self.give_up(&format!("the script failed: {error}")).await,
        }
    }

    /// Runs a script in the page that hands its result to its last argument.
    pub async fn script_async(&self, script: &str) -> Value {
        match bounded(self.client.execute_async(script, vec![])).await {
            Ok(value) => value,
            Err(error) => self.give_up(&format!("the script failed: {error}")).await,
        }
    }

    /// Fails the journey and leaves what the window showed.
    pub async fn give_up(&self, why: &str) -> ! {
        let picture = leavings().join(format!("{}.png", self.name));
        self.display.picture(&picture);
        let text = bounded(
            self.client
                .execute("return document.body.innerText", vec![]),
        )
        .await
        .map_or_else(|error| error, |text| text.as_str().unwrap_or("").to_owned());
        panic!(
            "{}: {why}\nthe window ({picture:?}) says:\n{text}",
            self.name
        )
    }
}

/// No question to the driver may hang a journey: a page that does not answer is a failure like any other.
async fn bounded<T, E: std::fmt::Display>(
    answer: impl Future<Output = Result<T, E>>,
) -> Result<T, String> {
    match tokio::time::timeout(ANSWER_TIMEOUT, answer).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("no answer from the page".to_owned()),
    }
}

async fn pause() {
    tokio::time::sleep(Duration::from_millis(100)).await;
}
