//! `videoid compare`.

use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;
use vision::Picture;
use vision::face::{self, Comparison, Face, LEAST_INTER_EYE_PX};

use crate::args::CompareArgs;
use crate::commands::read::picture;
use crate::failure::CliError;
use crate::output::Output;

#[derive(Serialize)]
struct Answer {
    files: [String; 2],
    #[serde(flatten)]
    comparison: Comparison,
    /// All faces of both pictures, the compared ones first.
    faces: [Vec<Face>; 2],
}

pub fn run(args: CompareArgs, output: &Output) -> Result<ExitCode, CliError> {
    let paths = [&args.a, &args.b];
    let (a, b) = (picture(paths[0])?, picture(paths[1])?);
    let faces = [faces(paths[0], &a)?, faces(paths[1], &b)?];
    let comparison =
        face::compare((&a, &faces[0][0]), (&b, &faces[1][0])).map_err(CliError::Model)?;
    for (path, faces) in paths.iter().zip(&faces) {
        if faces.len() > 1 {
            let (path, count) = (path.display(), faces.len());
            output.note(&format!("{path}: {count} faces; the largest is compared"));
        }
    }
    let answer = Answer {
        files: paths.map(|path| path.display().to_string()),
        comparison,
        faces,
    };
    output.result(&words(&comparison), &answer);
    Ok(ExitCode::SUCCESS)
}

fn words(comparison: &Comparison) -> String {
    let [a, b] = comparison.inter_eye_px;
    let eyes = format!("{a:.0} and {b:.0} px between the eyes");
    match comparison.similarity {
        Some(similarity) => format!(
            "similarity {similarity} of 100, distance {:.3}, {eyes}",
            comparison.distance
        ),
        None => format!("not reliable: {eyes}, {LEAST_INTER_EYE_PX} are needed in both pictures"),
    }
}

/// At least one, the largest first.
fn faces(path: &Path, picture: &Picture) -> Result<Vec<Face>, CliError> {
    let faces = face::detect_in_turns(picture, &face::TURNS).map_err(CliError::Model)?;
    if faces.is_empty() {
        return Err(CliError::NoFace(path.to_path_buf()));
    }
    Ok(faces)
}
