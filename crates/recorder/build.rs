//! OpenH264 built without nasm works and is 2 to 2.5 times slower, silently. So its absence stops the build.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=PATH");
    let arch = std::env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    if arch != "x86_64" && arch != "x86" {
        return;
    }
    let found = Command::new("nasm")
        .arg("-v")
        .output()
        .is_ok_and(|output| output.status.success());
    if !found {
        println!(
            "cargo::error=nasm is missing: the video encoder would run at less than half its speed. \
             Install it (Debian, Ubuntu: apt-get install nasm; macOS: brew install nasm; Windows: nasm.us) \
             and build again."
        );
    }
}
