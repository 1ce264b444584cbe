//! Says where the fetched models lie, or that they are absent: then the program says so when they are needed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Name of the constant, and file below `models/fetched/`.
const FETCHED: [(&str, &str); 4] = [
    ("FACE_WEIGHTS", "face_recognition_model.bin"),
    (
        "FACE_MANIFEST",
        "face_recognition_model-weights_manifest.json",
    ),
    ("TEXT_AREAS", "ppocrv5_det.onnx"),
    ("TEXT_LETTERS", "PP-OCRv6_rec_small.onnx"),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").ok_or("no manifest folder")?);
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("no output folder")?);
    let mut text = String::new();
    for (name, file) in FETCHED {
        let path = here.join("models/fetched").join(file);
        println!("cargo::rerun-if-changed={}", path.display());
        let value = if Path::is_file(&path) {
            format!("Some(include_bytes!({path:?}))")
        } else {
            "None".to_owned()
        };
        writeln!(text, "static {name}: Option<&'static [u8]> = {value};")?;
    }
    std::fs::write(out.join("fetched.rs"), text)?;
    Ok(())
}
