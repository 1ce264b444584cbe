//! What a machine needs before anything can be built, and its installation.
//!
//! Rust and Node are taken for granted in the versions that the README names; system packages are installed on
//! Debian and its relatives, and named elsewhere.

use std::process::Command;

use crate::exec::{self, TaskError};

/// The oldest Node releases that the UI's build tool runs on, by major version.
const NODE_MINIMUM: [(u32, u32); 2] = [(20, 19), (22, 12)];

/// What the machine is made ready for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// `videoid`, without a window.
    Shell,
    /// The desktop window.
    Window,
    /// Everything that is tested.
    Tests,
    /// The peers that are measured against.
    Bench,
    /// Fetching models, where there is no Python with pip.
    Models,
    /// Drawing the documents that are measured with.
    Drawing,
    /// The text reader that is measured beside.
    Tesseract,
}

/// A Debian package and why it is needed.
struct Package {
    name: &'static str,
    reason: &'static str,
    purposes: &'static [Purpose],
}

const ALL: &[Purpose] = &[
    Purpose::Shell,
    Purpose::Window,
    Purpose::Tests,
    Purpose::Bench,
];
const WINDOW: &[Purpose] = &[Purpose::Window, Purpose::Tests];
const FONT: &[Purpose] = &[Purpose::Window, Purpose::Tests, Purpose::Drawing];
const TESTS: &[Purpose] = &[Purpose::Tests];
const BENCH: &[Purpose] = &[Purpose::Bench];
const PEERS: &[Purpose] = &[Purpose::Tests, Purpose::Bench];
const MODELS: &[Purpose] = &[Purpose::Models];
const DRAWING: &[Purpose] = &[Purpose::Drawing];

const fn package(
    name: &'static str,
    reason: &'static str,
    purposes: &'static [Purpose],
) -> Package {
    Package {
        name,
        reason,
        purposes,
    }
}

const PACKAGES: &[Package] = &[
    package(
        "build-essential",
        "C and C++ compiler of the H.264 encoder and of ring; the linker",
        ALL,
    ),
    package("pkg-config", "finds the system's libraries", ALL),
    package("nasm", "the fast half of the H.264 encoder", ALL),
    package("libclang-dev", "generates the bindings to Video4Linux", ALL),
    package("libwebkit2gtk-4.1-dev", "the window's web view", WINDOW),
    package("libgtk-3-dev", "the window and the file dialog", WINDOW),
    package(
        "librsvg2-common",
        "draws the dialog's symbolic icons",
        WINDOW,
    ),
    package("adwaita-icon-theme", "icons of the file dialog", WINDOW),
    package(
        "fonts-dejavu-core",
        "a font, where the system has none",
        FONT,
    ),
    package("xvfb", "the display that the journeys run on", TESTS),
    package(
        "webkit2gtk-driver",
        "drives the real window by WebDriver",
        TESTS,
    ),
    package(
        "openbox",
        "window manager under which the file dialog gets the keyboard",
        TESTS,
    ),
    package("xdotool", "types into the file dialog", TESTS),
    package("time", "measures the programs that are compared", BENCH),
    package("ffmpeg", "judges the recorded video independently", PEERS),
    package(
        "curl",
        "judges the mock server independently; the upload's peer",
        PEERS,
    ),
    package(
        "python3-pip",
        "fetches the models that read printed text",
        MODELS,
    ),
    package(
        "python3-venv",
        "draws documents, and runs the readers that are compared",
        DRAWING,
    ),
    package(
        "fonts-ocr-b",
        "the print of machine-readable zones",
        DRAWING,
    ),
    package("fonts-liberation", "the print on documents", DRAWING),
    package(
        "tesseract-ocr",
        "a peer of the reading of zones, and part of two others",
        &[Purpose::Tesseract],
    ),
];

/// Makes the machine ready, or says what to do. Quick when nothing is missing.
pub fn prepare(purpose: Purpose) -> Result<(), TaskError> {
    if matches!(purpose, Purpose::Window | Purpose::Tests) {
        check_node()?;
    }
    if exec::on_path("dpkg-query") && exec::on_path("apt-get") {
        return install_packages(purpose);
    }
    explain_other_systems(purpose)
}

/// rustfmt and clippy, which a minimal Rust installation lacks.
pub fn rust_components() -> Result<(), TaskError> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if exec::answer(exec::cargo().args([subcommand, "--version"])).is_none() {
            println!("{component} is missing: adding it");
            exec::run(exec::command("rustup").args(["component", "add", component]))?;
        }
    }
    Ok(())
}

fn check_node() -> Result<(), TaskError> {
    let wanted = "Node 20.19 or newer (of the 22 series 22.12) with npm is needed to build the UI: \
                  https://nodejs.org/en/download, or your system's package";
    let Some(version) = exec::answer(Command::new("node").arg("--version")) else {
        return Err(TaskError::Prerequisite(format!(
            "Node was not found. {wanted}"
        )));
    };
    if !node_is_new_enough(&version) {
        return Err(TaskError::Prerequisite(format!(
            "Node is {version}. {wanted}"
        )));
    }
    if exec::answer(exec::npm().arg("--version")).is_none() {
        return Err(TaskError::Prerequisite(format!(
            "npm was not found beside Node {version}. {wanted}"
        )));
    }
    Ok(())
}

fn node_is_new_enough(version: &str) -> bool {
    let mut numbers = version
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse::<u32>().ok());
    let (Some(Some(major)), Some(Some(minor))) = (numbers.next(), numbers.next()) else {
        return false;
    };
    let newest_listed = NODE_MINIMUM[NODE_MINIMUM.len() - 1].0;
    major > newest_listed || NODE_MINIMUM.iter().any(|&(m, n)| m == major && minor >= n)
}

fn install_packages(purpose: Purpose) -> Result<(), TaskError> {
    let wanted = || {
        PACKAGES
            .iter()
            .filter(move |package| package.purposes.contains(&purpose))
    };
    let installed = installed_packages(wanted().map(|package| package.name));
    let missing: Vec<&Package> = wanted()
        .filter(|package| !installed.iter().any(|name| name == package.name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("Missing system packages:");
    for package in &missing {
        println!("  {:<26} {}", package.name, package.reason);
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let is_root = exec::answer(Command::new("id").arg("-u")).as_deref() == Some("0");
    if !is_root && !exec::on_path("sudo") {
        return Err(TaskError::Prerequisite(format!(
            "installing them needs root, and there is no sudo. As root: \
             apt-get update && apt-get install --no-install-recommends {}",
            names.join(" ")
        )));
    }
    if let Err(error) = exec::run(apt_get(is_root).arg("update")) {
        // A source that has nothing to do with these packages may be down; the installation will tell.
        println!("{error}: going on with the lists that there are");
    }
    exec::run(
        apt_get(is_root)
            .args(["install", "--yes", "--no-install-recommends"])
            .args(names),
    )
}

/// `apt-get` as root that waits for another one instead of failing, and asks nothing.
fn apt_get(is_root: bool) -> Command {
    let mut command = exec::command(if is_root { "env" } else { "sudo" });
    if !is_root {
        command.arg("env");
    }
    command.args([
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-qq",
        "-o",
        "DPkg::Lock::Timeout=600",
        "-o",
        "Dpkg::Use-Pty=0",
    ]);
    command
}

fn installed_packages<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut query = Command::new("dpkg-query");
    query
        .args(["--show", "--showformat=${Package} ${db:Status-Status}\n"])
        .args(names);
    // It exits with 1 when a package is unknown to it: the others are printed all the same.
    let output = query.stderr(std::process::Stdio::null()).output();
    let text = output
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    text.lines()
        .filter_map(|line| line.strip_suffix(" installed"))
        .map(str::to_owned)
        .collect()
}

fn explain_other_systems(purpose: Purpose) -> Result<(), TaskError> {
    if matches!(
        purpose,
        Purpose::Models | Purpose::Drawing | Purpose::Tesseract
    ) {
        // Who asks for it says what to install, or what is missing.
        return Ok(());
    }
    let advice = match std::env::consts::OS {
        "macos" => "brew install nasm (and `xcode-select --install` for the compiler)",
        "windows" => {
            "winget install NASM.NASM, and the C++ build tools of Visual Studio; WebView2 comes with Windows"
        }
        _ => {
            "a C and C++ compiler, pkg-config, nasm, libclang, and for the window the development files of \
             webkit2gtk 4.1 and GTK 3, by your system's package manager"
        }
    };
    if exec::answer(Command::new("nasm").arg("-v")).is_none() {
        return Err(TaskError::Prerequisite(format!(
            "nasm was not found, which the H.264 encoder needs. Install {advice}"
        )));
    }
    if purpose != Purpose::Shell && std::env::consts::OS == "linux" {
        println!("This is not a Debian relative: if the build misses something, install {advice}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions_the_build_tool_refuses_are_refused() {
        for good in ["v20.19.0", "v20.20.2", "v22.12.0", "v23.0.0", "v26.1.0"] {
            assert!(node_is_new_enough(good), "{good}");
        }
        for bad in [
            "v18.20.0", "v20.18.3", "v21.7.0", "v22.11.0", "", "nonsense", "v24",
        ] {
            assert!(!node_is_new_enough(bad), "{bad}");
        }
    }

    #[test]
    fn the_shell_needs_no_window_and_the_tests_need_all_that_the_window_needs() {
        for package in PACKAGES {
            assert!(!package.reason.is_empty(), "{}", package.name);
            if package.purposes.contains(&Purpose::Window) {
                assert!(
                    package.purposes.contains(&Purpose::Tests),
                    "{}",
                    package.name
                );
            }
        }
        let shell = PACKAGES
            .iter()
            .filter(|package| package.purposes.contains(&Purpose::Shell));
        assert!(
            shell
                .into_iter()
                .all(|package| !package.name.contains("gtk"))
        );
    }
}
