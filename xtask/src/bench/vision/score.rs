//! What readers of zones made of documents whose zones are known.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use crate::exec::TaskError;

/// What stands in a picture.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Truth {
    pub file: String,
    /// None where the document has no zone.
    pub lines: Vec<String>,
}

/// What a reader made of a picture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Answer {
    pub file: String,
    pub lines: Vec<String>,
    /// None where the reader makes no such claim.
    pub all_valid: Option<bool>,
}

/// All that a reader said, and what it took.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answers {
    pub answers: Vec<Answer>,
    pub cpu_ms: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Score {
    pub documents: u32,
    /// Documents whose every line was read exactly.
    pub exact: u32,
    pub lines: u32,
    pub exact_lines: u32,
    /// Said to be valid and not exact; none where the reader claims nothing.
    pub valid_but_wrong: Option<u32>,
    /// Exact and said to be valid.
    pub exact_and_valid: Option<u32>,
    pub without_zone: u32,
    /// Lines reported where there is no zone.
    pub made_up: u32,
}

impl Score {
    pub fn of(truths: &[Truth], answers: &[Answer]) -> Score {
        let by_file: HashMap<&str, &Answer> = answers
            .iter()
            .map(|answer| (answer.file.as_str(), answer))
            .collect();
        let mut score = Score::default();
        if answers.iter().any(|answer| answer.all_valid.is_some()) {
            score.valid_but_wrong = Some(0);
            score.exact_and_valid = Some(0);
        }
        let nothing = Answer::default();
        for truth in truths {
            let answer = by_file
                .get(truth.file.as_str())
                .copied()
                .unwrap_or(&nothing);
            let claims = answer.all_valid == Some(true);
            let exact = answer.lines == truth.lines;
            let add = |count: &mut Option<u32>, when: bool| {
                *count = count.map(|n| n + u32::from(when));
            };
            add(&mut score.valid_but_wrong, claims && !exact);
            if truth.lines.is_empty() {
                score.without_zone += 1;
                score.made_up += u32::from(!answer.lines.is_empty());
                continue;
            }
            score.documents += 1;
            score.exact += u32::from(exact);
            add(&mut score.exact_and_valid, claims && exact);
            for (at, line) in truth.lines.iter().enumerate() {
                score.lines += 1;
                score.exact_lines += u32::from(answer.lines.get(at) == Some(line));
            }
        }
        score
    }
}

/// The truth of a folder of drawn documents.
pub fn truths(folder: &Path) -> Result<Vec<Truth>, TaskError> {
    let file = folder.join("truth.jsonl");
    let text = std::fs::read_to_string(&file).map_err(TaskError::file(&file))?;
    text.lines()
        .map(|line| serde_json::from_str(line).map_err(|error| unexpected("drawing", &error)))
        .collect()
}

/// Answers and the last line, the CPU time, of a reader's output; other lines are none of its answers.
pub fn answers(reader: &str, output: &str) -> Result<Answers, TaskError> {
    #[derive(Deserialize)]
    struct Last {
        cpu_ms: f64,
    }
    let mut found = Answers {
        cpu_ms: f64::NAN,
        ..Answers::default()
    };
    for line in output.lines().filter(|line| line.starts_with('{')) {
        if let Ok(last) = serde_json::from_str::<Last>(line) {
            found.cpu_ms = last.cpu_ms;
        } else {
            let answer = serde_json::from_str(line).map_err(|error| unexpected(reader, &error))?;
            found.answers.push(answer);
        }
    }
    if found.cpu_ms.is_nan() {
        return Err(unexpected(reader, &"it ended early"));
    }
    Ok(found)
}

pub fn unexpected(what: &str, detail: &dyn std::fmt::Display) -> TaskError {
    TaskError::Answer {
        what: what.to_owned(),
        detail: detail.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn truth(file: &str, lines: &[&str]) -> Truth {
        Truth {
            file: file.to_owned(),
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        }
    }

    fn answer(file: &str, lines: &[&str], all_valid: Option<bool>) -> Answer {
        let Truth { file, lines } = truth(file, lines);
        Answer {
            file,
            lines,
            all_valid,
        }
    }

    #[test]
    fn what_is_right_wrong_and_made_up_is_counted() {
        let truths = [
            truth("a", &["AB", "CD"]),
            truth("b", &["AB", "CD"]),
            truth("c", &["AB", "CD"]),
            truth("d", &["AB"]),
            truth("e", &[]),
            truth("f", &[]),
        ];
        let answers = [
            answer("a", &["AB", "CD"], Some(true)),
            answer("b", &["AB", "C0"], Some(true)),
            answer("c", &["A8", "CD"], Some(false)),
            answer("e", &["XY"], Some(true)),
            answer("f", &[], Some(false)),
        ];
        let score = Score::of(&truths, &answers);
        let expected = Score {
            documents: 4,
            exact: 1,
            lines: 7,
            exact_lines: 4,
            valid_but_wrong: Some(2),
            exact_and_valid: Some(1),
            without_zone: 2,
            made_up: 1,
        };
        assert_eq!(score, expected);
    }

    #[test]
    fn who_claims_nothing_is_not_said_to_have_claimed() {
        let truths = [truth("a", &["AB"])];
        let score = Score::of(&truths, &[answer("a", &["AB"], None)]);
        assert_eq!((score.exact, score.valid_but_wrong), (1, None));
    }

    #[test]
    fn a_reader_that_ended_early_is_told_from_one_that_read_nothing() {
        let line = r#"{"file": "a", "lines": ["AB"], "all_valid": null}"#;
        let whole = format!("a warning\n{line}\n{{\"cpu_ms\": 12.5}}\n");
        let found = answers("reader", &whole).unwrap();
        assert_eq!((found.answers.len(), found.cpu_ms), (1, 12.5));
        assert!(answers("reader", line).is_err());
        assert!(answers("reader", "{\"file\": 3}\n{\"cpu_ms\": 1.0}").is_err());
    }
}
