//! `videoid read`: documents on pictures, read as the screens read them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;
use time::OffsetDateTime;
use vision::face::{Face, Point};
use vision::mrz::{MrzField, MrzKind};
use vision::printed::PrintedLine;
use vision::reading::{Reading, Times, Wants, read_picture};
use vision::{Picture, intake};

use crate::args::ReadArgs;
use crate::failure::CliError;
use crate::output::{Output, chain};

/// Quality of saved JPEGs.
const SAVED_QUALITY: u8 = 95;

#[derive(Serialize)]
struct Answer {
    file: String,
    document: DocumentAnswer,
    mrz: ZoneAnswer,
    /// Lines of print, in pixels of the straightened document.
    printed: Vec<PrintedLine>,
    /// Faces, in pixels of the picture.
    faces: Vec<FaceAnswer>,
    /// The portrait in pixels of the straightened document: left, top, width, height.
    portrait: Option<[u32; 4]>,
    /// Numbers that may hint at a copy or a screen; no verdict.
    copy_cues: vision::reading::CopyCues,
    ms: Times,
}

#[derive(Serialize)]
struct DocumentAnswer {
    found: bool,
    corners: Option<[Point; 4]>,
    width_px: Option<f32>,
    dpi: Option<f32>,
    quality: QualityAnswer,
}

#[derive(Serialize)]
struct QualityAnswer {
    sharpness: f32,
    /// Part of the document that glares, 0 to 1.
    glare: f32,
    luma: f32,
    tilt_deg: Option<f32>,
}

#[derive(Serialize)]
struct ZoneAnswer {
    found: bool,
    kind: Option<MrzKind>,
    lines: Vec<String>,
    fields: BTreeMap<&'static str, MrzField>,
    all_valid: bool,
}

#[derive(Serialize)]
struct FaceAnswer {
    #[serde(flatten)]
    face: Face,
    inter_eye_px: f32,
}

/// A picture that could not be read.
#[derive(Serialize)]
struct Refused {
    file: String,
    error: RefusedWhy,
}

#[derive(Serialize)]
struct RefusedWhy {
    code: String,
    text: String,
}

pub fn run(args: ReadArgs, output: &Output) -> Result<ExitCode, CliError> {
    if let Some(folder) = &args.save {
        std::fs::create_dir_all(folder).map_err(|source| CliError::File {
            path: folder.clone(),
            what: "cannot be made",
            source,
        })?;
    }
    let mut worst = 0;
    let names = names(&args.images);
    for (path, name) in args.images.iter().zip(names) {
        match read(path, &name, &args) {
            Ok((answer, words)) => output.result(&words, &answer),
            Err(error) => {
                worst = worst.max(error.exit_code());
                refuse(path, &error, output);
            }
        }
    }
    Ok(ExitCode::from(worst))
}

/// Says why one file of several could not be used: on its line for a program, on standard error for a person.
pub(super) fn refuse(path: &Path, error: &CliError, output: &Output) {
    let text = chain(error);
    let refused = Refused {
        file: path.display().to_string(),
        error: RefusedWhy {
            code: error.code(),
            text: text.clone(),
        },
    };
    output.result("", &refused);
    output.note(&format!("videoid: {text}"));
}

/// What is kept of each picture is named after its file; of files with one name all but the first have a number, too.
fn names(paths: &[PathBuf]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(paths.len());
    for path in paths {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let free = std::iter::once(stem.to_string())
            .chain(numbered)
            .find(|name| !names.contains(name));
        names.extend(free);
    }
    names
}

fn read(path: &Path, name: &str, args: &ReadArgs) -> Result<(Answer, String), CliError> {
    let picture = picture(path)?;
    let today = OffsetDateTime::now_utc().date();
    let wants = Wants {
        printed: !args.no_printed,
    };
    let reading = read_picture(&picture, today, wants).map_err(CliError::Reading)?;
    if let Some(folder) = &args.save {
        save(folder, name, &reading)?;
    }
    let words = words(path, &reading);
    Ok((answer(path, reading), words))
}

/// The picture in a file, of which no more is read than a picture may have: it may be larger than the memory, or have no end.
pub(super) fn picture(path: &Path) -> Result<Picture, CliError> {
    let unreadable = |source| CliError::File {
        path: path.to_path_buf(),
        what: "cannot be read",
        source,
    };
    let unusable = |source| CliError::Picture {
        path: path.to_path_buf(),
        source,
    };
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let mut bytes = Vec::new();
    let most = intake::MAX_FILE_BYTES as u64 + 1;
    if length < most {
        file.take(most)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
    }
    let found = usize::try_from(length)
        .unwrap_or(usize::MAX)
        .max(bytes.len());
    if found > intake::MAX_FILE_BYTES {
        return Err(unusable(intake::IntakeError::FileTooLarge { bytes: found }));
    }
    intake::read(&bytes).map_err(unusable)
}

fn answer(path: &Path, reading: Reading) -> Answer {
    let document = reading.document.as_ref();
    let faces = reading.faces.into_iter().map(|face| FaceAnswer {
        inter_eye_px: face.inter_eye_px(),
        face,
    });
    Answer {
        file: path.display().to_string(),
        document: DocumentAnswer {
            found: document.is_some(),
            corners: document.map(|found| found.outline.corners),
            width_px: document.map(|found| found.width_px),
            dpi: document.map(|found| found.dpi),
            quality: QualityAnswer {
                sharpness: reading.quality.sharpness,
                glare: reading.quality.glare.share,
                luma: reading.quality.luma,
                tilt_deg: document.map(|found| found.tilt_deg),
            },
        },
        mrz: match reading.zone {
            None => ZoneAnswer {
                found: false,
                kind: None,
                lines: Vec::new(),
                fields: BTreeMap::new(),
                all_valid: false,
            },
            Some(zone) => ZoneAnswer {
                found: true,
                kind: Some(zone.kind),
                lines: zone.lines,
                fields: zone.fields,
                all_valid: zone.all_valid,
            },
        },
        printed: reading.printed,
        faces: faces.collect(),
        portrait: reading.portrait,
        copy_cues: reading.copy_cues,
        ms: reading.ms,
    }
}

fn words(path: &Path, reading: &Reading) -> String {
    let mut text = format!("{}\n", path.display());
    match &reading.document {
        None => text.push_str("  document     not found\n"),
        Some(found) => text.push_str(&format!(
            "  document     {:.0} px wide, {:.0} dpi, tilted {:.0}°\n",
            found.width_px, found.dpi, found.tilt_deg
        )),
    }
    match &reading.zone {
        None => text.push_str("  zone         none\n"),
        Some(zone) => {
            let holds = if zone.all_valid {
                "all of it holds"
            } else {
                "NOT all of it holds"
            };
            text.push_str(&format!("  zone         {:?}, {holds}\n", zone.kind));
            for line in &zone.lines {
                text.push_str(&format!("               {line}\n"));
            }
            for (name, field) in &zone.fields {
                let valid = match field.valid {
                    Some(true) => "holds",
                    Some(false) => "DOES NOT HOLD",
                    None => "no digit covers it",
                };
                text.push_str(&format!("  {name:<12} {:<30} {valid}\n", field.value));
            }
        }
    }
    for line in &reading.printed {
        let sure = line.confidence * 100.0;
        text.push_str(&format!("  printed      {:<40} {sure:.0} %\n", line.text));
    }
    for face in &reading.faces {
        let px = face.inter_eye_px();
        text.push_str(&format!("  face         {px:.0} px between the eyes\n"));
    }
    text.push_str(&format!("  took         {:.0} ms", reading.ms.total));
    text
}

/// Writes `NAME.document.jpg` and `NAME.portrait.jpg`, where they were found.
fn save(folder: &Path, name: &str, reading: &Reading) -> Result<(), CliError> {
    if reading.document.is_some() {
        write(
            &folder.join(format!("{name}.document.jpg")),
            &reading.upright,
            None,
        )?;
    }
    if reading.portrait.is_some() {
        let to = folder.join(format!("{name}.portrait.jpg"));
        write(&to, &reading.upright, reading.portrait)?;
    }
    Ok(())
}

fn write(to: &PathBuf, picture: &Picture, area: Option<[u32; 4]>) -> Result<(), CliError> {
    let failed = |source| CliError::File {
        path: to.clone(),
        what: "cannot be written",
        source,
    };
    let part = match area {
        Some(area) => picture.cut(area),
        None => Some(picture.clone()),
    };
    let jpeg = part
        .and_then(|part| part.jpeg(SAVED_QUALITY))
        .ok_or_else(|| failed(std::io::ErrorKind::InvalidData.into()))?;
    std::fs::write(to, jpeg).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_with_one_name_are_kept_apart() {
        let paths = ["a/front.jpg", "b/front.jpg", "front-2.png", "front.png"];
        let names = names(&paths.map(PathBuf::from));
        assert_eq!(names, ["front", "front-2", "front-2-2", "front-3"]);
    }
}
