//! What `docs/ARCHITECTURE.md` promises about who may know what, checked against the manifests and sources.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

const APP: &str = "videoid-desk";

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    src_path: PathBuf,
}

impl Package {
    /// Dependencies of what ships: neither those of tests nor of build scripts.
    fn shipped(&self) -> BTreeSet<&str> {
        self.of_kind(|kind| kind.is_none())
    }

    /// Tests excepted: they may look at a thing from outside.
    fn built(&self) -> BTreeSet<&str> {
        self.of_kind(|kind| kind != Some("dev"))
    }

    fn any(&self) -> BTreeSet<&str> {
        self.of_kind(|_| true)
    }

    fn of_kind(&self, wanted: impl Fn(Option<&str>) -> bool) -> BTreeSet<&str> {
        let kinds = self
            .dependencies
            .iter()
            .filter(|dependency| wanted(dependency.kind.as_deref()));
        kinds.map(|dependency| dependency.name.as_str()).collect()
    }

    /// The text of all sources of its library and programs.
    fn sources(&self) -> String {
        let product = |target: &&Target| {
            target
                .kind
                .iter()
                .any(|kind| matches!(kind.as_str(), "lib" | "bin" | "rlib"))
        };
        let folders: BTreeSet<&Path> = self
            .targets
            .iter()
            .filter(product)
            .filter_map(|target| target.src_path.parent())
            .collect();
        let mut text = String::new();
        for file in folders.into_iter().flat_map(rust_files) {
            text.push_str(&fs::read_to_string(file).unwrap());
        }
        text
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

fn packages() -> Vec<Package> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice::<Metadata>(&output.stdout)
        .unwrap()
        .packages
}

fn package(name: &str) -> Package {
    packages()
        .into_iter()
        .find(|package| package.name == name)
        .unwrap_or_else(|| panic!("no package {name}"))
}

/// The packages that are built with this dependency.
fn users_of(dependency: &str) -> BTreeSet<String> {
    packages()
        .into_iter()
        .filter(|package| package.built().contains(dependency))
        .map(|package| package.name)
        .collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn each_outside_world_is_known_to_one_crate_alone() {
    for (dependency, users) in [
        ("nokhwa", &["camera"][..]),
        ("openh264", &["recorder"]),
        ("shiguredo_mp4", &["recorder"]),
        ("reqwest", &["ra-api"]),
        ("rten", &["vision"]),
        ("axum", &["cli", "ra-mock"]),
        ("tauri", &[APP]),
        ("tauri-build", &[APP]),
        ("rfd", &[APP]),
    ] {
        assert_eq!(users_of(dependency), names(users), "users of {dependency}");
    }
}

#[test]
fn the_mock_and_the_client_share_no_type() {
    assert!(
        !package("ra-mock").any().contains("ra-api"),
        "the mock must not be written in the client's terms"
    );
    assert!(
        !package("ra-api").shipped().contains("ra-mock"),
        "the client may use the mock in its tests only"
    );
}

#[test]
fn dependencies_point_from_the_shell_to_the_domain() {
    let members: BTreeSet<String> = packages().into_iter().map(|package| package.name).collect();
    for (name, allowed) in [
        ("letters", &[][..]),
        ("evidence", &["letters"]),
        ("recorder", &[]),
        ("vision", &["letters"]),
        ("ra-api", &["evidence"]),
        ("camera", &["recorder"]),
        ("ra-mock", &["letters", "recorder"]),
        (
            "station",
            &[
                "evidence", "ra-api", "ra-mock", "camera", "recorder", "vision",
            ],
        ),
    ] {
        let package = package(name);
        let used: BTreeSet<&str> = package
            .shipped()
            .into_iter()
            .filter(|name| members.contains(*name))
            .collect();
        let excess: Vec<_> = used
            .difference(&allowed.iter().copied().collect())
            .copied()
            .collect();
        assert!(excess.is_empty(), "{name} must not depend on {excess:?}");
    }
    for user in [APP, "cli"] {
        assert_eq!(users_of(user), BTreeSet::new(), "nothing builds on {user}");
    }
}

#[test]
fn the_domain_does_no_input_or_output() {
    let allowed = BTreeSet::from([
        "serde",
        "serde_json",
        "thiserror",
        "time",
        "uuid",
        "ts-rs",
        "base64",
        "hex",
        "sha2",
        "rand",
        "letters",
    ]);
    let evidence = package("evidence");
    let excess: Vec<_> = evidence.shipped().difference(&allowed).copied().collect();
    assert!(excess.is_empty(), "evidence must not depend on {excess:?}");
    let sources = evidence.sources();
    for outside in [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::io",
        "std::thread",
        "SystemTime::now",
        "Instant::now",
        "now_utc",
        "now_local",
        "new_v4",
        "rand::rng()",
        "rand::random",
        "thread_rng",
        "println!",
    ] {
        assert!(
            !sources.contains(outside),
            "evidence uses {outside}: pass it in"
        );
    }
}

#[test]
fn the_packages_the_product_is_built_on_do_real_work() {
    let packages = packages();
    for dependency in [
        "tauri",
        "tokio",
        "reqwest",
        "serde",
        "serde_json",
        "base64",
        "image",
        "nokhwa",
        "rfd",
    ] {
        let users: Vec<&Package> = packages
            .iter()
            .filter(|package| package.shipped().contains(dependency))
            .collect();
        assert!(
            !users.is_empty(),
            "{dependency} is a direct dependency of no crate"
        );
        let used = |user: &&Package| user.sources().contains(&format!("{dependency}::"));
        assert!(
            users.iter().any(used),
            "{dependency} is used in the sources of none of its users"
        );
    }
}

#[test]
fn the_map_of_the_crates_is_complete_and_true() {
    let map = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    let rows = map
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let listed: BTreeSet<String> = rows.map(|(name, _)| name.to_owned()).collect();
    let members: BTreeSet<String> = packages().into_iter().map(|package| package.name).collect();
    assert_eq!(
        listed, members,
        "crates in the table of docs/ARCHITECTURE.md, and in the workspace"
    );
}

#[test]
fn every_crate_takes_the_common_lints_and_is_not_published() {
    for package in packages() {
        let manifest = fs::read_to_string(&package.manifest_path).unwrap();
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{} has lints of its own",
            package.name
        );
        assert!(
            manifest.contains("publish.workspace = true"),
            "{} could be published",
            package.name
        );
    }
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let output = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root())
        .output()
        .expect("git, to list the repository's files");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let listed = String::from_utf8(output.stdout).unwrap();
    let mut found = Vec::new();
    for name in listed
        .split('\0')
        .filter(|name| !name.is_empty() && !name.ends_with(".lock") && !name.ends_with("lock.json"))
    {
        // A file that is deleted but still listed, or that is no text, has nothing to say.
        let Ok(text) = fs::read_to_string(root().join(name)) else {
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            if names_a_machine(line) {
                found.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(
        found.is_empty(),
        "paths of one machine, or compiler flags that would rebuild everything:\n{}",
        found.join("\n")
    );
}

/// A path below the superuser's home or a workplace, or a setting of the compiler's flags.
fn names_a_machine(line: &str) -> bool {
    let places = ["work", "farm", "root"].map(|place| format!("/{place}/"));
    let is_path = places.iter().any(|place| {
        line.match_indices(place.as_str()).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            !before.is_some_and(|character| {
                character.is_alphanumeric() || "_.-$}/".contains(character)
            })
        })
    });
    is_path || line.contains(concat!("RUST", "FLAGS"))
}

#[test]
fn paths_of_a_machine_are_recognised() {
    for bad in [
        concat!("/fa", "rm/ann/x"),
        concat!("see /wo", "rk/main"),
        concat!("\"/ro", "ot/.cargo\""),
        concat!("RUST", "FLAGS=-g"),
    ] {
        assert!(names_a_machine(bad), "{bad}");
    }
    for good in [
        "$HOME/work/x",
        "https://example.org/home/x",
        "target/root/",
        "../root/",
    ] {
        assert!(!names_a_machine(good), "{good}");
    }
}
