//! The upload of one enrollment's evidence, beside curl from files over the same mutual TLS.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use super::Row;
use super::measure::{Cost, cost, median, output, tempfile_path};
use crate::cargo;
use crate::exec::{self, TaskError};

const IMAGE_BYTES: u64 = 1_000_000;
const VIDEO_BYTES: u64 = 200_000_000;
const IMAGES: [&str; 4] = [
    "document_front",
    "document_rear",
    "document_photo",
    "document_owner",
];

pub fn measure() -> Result<Vec<Row>, TaskError> {
    let programs = cargo::build(&["--release", "-p", "cli", "--bin", "videoid"])?;
    let videoid = cargo::find(&programs, "videoid")?;
    let folder = tempfile_path("upload");
    fs::create_dir_all(&folder).map_err(TaskError::file(&folder))?;
    let outcome = in_folder(&videoid, &folder);
    fs::remove_dir_all(&folder).map_err(TaskError::file(&folder))?;
    outcome
}

fn in_folder(videoid: &Path, folder: &Path) -> Result<Vec<Row>, TaskError> {
    let evidence = make_evidence(videoid, folder)?;
    let mock = Mock::start(videoid, folder)?;
    let config = mock.settings(folder)?;
    let record = evidence.join("evidence.json");
    let text = fs::read_to_string(&record).map_err(TaskError::file(&record))?;
    let arguments = [
        "submit",
        &evidence.display().to_string(),
        "--create",
        "--config",
        &config.display().to_string(),
    ];
    let own = median(|| {
        // Each run is a new request.
        fs::write(&record, &text).map_err(TaskError::file(&record))?;
        cost(videoid, &arguments)
    })?;
    let payload = make_payload(&evidence, &text, folder)?;
    let video = file_of(&evidence, &parse(&text)?, "video");
    let peer = median(|| mock.by_curl(&payload, &video))?;
    let row = |what: &str, cost: Cost| {
        Row::new(
            what,
            &[
                ("wall s", cost.wall_s),
                ("client CPU s", cost.cpu_s),
                ("peak MiB", cost.peak_mib),
                ("wall ratio to curl", cost.wall_s / peer.wall_s),
                ("CPU ratio to curl", cost.cpu_s / peer.cpu_s),
            ],
        )
    };
    Ok(vec![row("videoid submit", own), row("curl", peer)])
}

/// The evidence of a demonstration, its files exchanged for ones of the sizes wanted.
fn make_evidence(videoid: &Path, folder: &Path) -> Result<PathBuf, TaskError> {
    let demo = folder.join("demo");
    output(
        exec::command(videoid)
            .args(["demo", "--seconds", "6", "--out"])
            .arg(&demo),
    )?;
    let evidence = demo.join("evidence");
    let path = evidence.join("evidence.json");
    let mut record = parse(&fs::read_to_string(&path).map_err(TaskError::file(&path))?)?;
    for part in ["request", "scratchcard", "delivered"] {
        record[part] = Value::Null;
    }
    for name in IMAGES.into_iter().chain(["video"]) {
        let file = file_of(&evidence, &record, name);
        let bytes = if name == "video" {
            VIDEO_BYTES
        } else {
            IMAGE_BYTES
        };
        fill(&file, bytes)?;
        let hash = output(exec::command("sha256sum").arg(&file))?;
        let entry = if name == "video" {
            &mut record["video"]
        } else {
            &mut record["images"][name]
        };
        entry["sha256"] = json!(hash.split_whitespace().next());
        entry["bytes"] = json!(bytes);
    }
    fs::write(&path, record.to_string()).map_err(TaskError::file(&path))?;
    Ok(evidence)
}

fn parse(text: &str) -> Result<Value, TaskError> {
    serde_json::from_str(text).map_err(|error| TaskError::Answer {
        what: "JSON".into(),
        detail: error.to_string(),
    })
}

fn file_of(evidence: &Path, record: &Value, name: &str) -> PathBuf {
    let entry = if name == "video" {
        &record["video"]
    } else {
        &record["images"][name]
    };
    evidence.join(entry["file"].as_str().unwrap_or_default())
}

/// Bytes that no compression makes smaller.
fn fill(file: &Path, bytes: u64) -> Result<(), TaskError> {
    let mut command = exec::command("head");
    let out = fs::File::create(file).map_err(TaskError::file(file))?;
    exec::run(
        command
            .args(["-c", &bytes.to_string(), "/dev/urandom"])
            .stdout(out),
    )
}

/// The JSON body as a program would have it that builds it beforehand.
fn make_payload(evidence: &Path, text: &str, folder: &Path) -> Result<PathBuf, TaskError> {
    let record = parse(text)?;
    let path = folder.join("payload.json");
    let mut out = fs::File::create(&path).map_err(TaskError::file(&path))?;
    let mut images = Vec::new();
    for name in IMAGES {
        let file = file_of(evidence, &record, name);
        let encoded = output(exec::command("base64").arg("-w0").arg(file))?;
        images.push(format!("\"{name}\":\"{encoded}\""));
    }
    let body = format!(
        "{{\"acceptance\":{{\"description\":\"accepted\",\"date\":1622823879708}},\"videoid_data\":{{\"images\":{{{}}},\
         \"ocr_data\":{{\"given_name\":\"ANNA MARIA\"}},\"security_checks\":{{}}}}}}",
        images.join(",")
    );
    out.write_all(body.as_bytes())
        .map_err(TaskError::file(&path))?;
    Ok(path)
}

/// The mock RA as a process of its own, its checks off.
struct Mock {
    process: Child,
    url: String,
    tls: Value,
}

impl Mock {
    fn start(videoid: &Path, folder: &Path) -> Result<Mock, TaskError> {
        let mut command = exec::command(videoid);
        command.args([
            "--json",
            "mock",
            "--no-checks",
            "--listen",
            "127.0.0.1:0",
            "--tls",
        ]);
        command
            .arg(folder.join("tls"))
            .arg("--data")
            .arg(folder.join("mock"));
        let mut process =
            command
                .stdout(Stdio::piped())
                .spawn()
                .map_err(|source| TaskError::Start {
                    program: "videoid mock".into(),
                    source,
                })?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout)
                .read_line(&mut line)
                .map_err(|source| TaskError::Start {
                    program: "videoid mock".into(),
                    source,
                })?;
        }
        let started = parse(&line)?;
        let url = started["url"].as_str().unwrap_or_default().to_owned();
        Ok(Mock {
            process,
            url,
            tls: started["tls"].clone(),
        })
    }

    fn tls(&self, name: &str) -> &str {
        self.tls[name].as_str().unwrap_or_default()
    }

    fn settings(&self, folder: &Path) -> Result<PathBuf, TaskError> {
        let path = folder.join("bench.toml");
        let text = format!(
            "environment = \"sandbox\"\n[registration_authority]\nid = \"121\"\napi_url = \"{}/\"\n\
             [network]\nextra_ca = \"{}\"\n[certificate]\ncertificate = \"{}\"\nkey = \"{}\"\n",
            self.url,
            self.tls("ca"),
            self.tls("client_cert"),
            self.tls("client_key")
        );
        fs::write(&path, text).map_err(TaskError::file(&path))?;
        Ok(path)
    }

    fn curl(&self) -> Vec<&str> {
        vec![
            "-sS",
            "--fail",
            "--cacert",
            self.tls("ca"),
            "--cert",
            self.tls("client_cert"),
            "--key",
            self.tls("client_key"),
            "-H",
            "Expect:",
        ]
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, TaskError> {
        let (url, body) = (format!("{}{path}", self.url), body.to_string());
        let mut command = exec::command("curl");
        command
            .args(self.curl())
            .args(["-X", method, "-H", "Content-Type: application/json"]);
        parse(&output(command.args(["--data", &body, &url]))?)
    }

    /// A new request by curl, its uploads measured: data, then video.
    fn by_curl(&self, payload: &Path, video: &Path) -> Result<Cost, TaskError> {
        let card = self.ask(
            "GET",
            "/api/v1/scratchcards/get_first_unused/",
            &json!({ "ra": "121" }),
        )?;
        let sn = card["sn"]
            .as_str()
            .map_or_else(|| card["sn"].to_string(), str::to_owned);
        let request = self.ask(
            "POST",
            "/api/v1/requests/",
            &json!({
                "profile": "PFnubeAFCiudadano", "scratchcard": sn, "registration_authority": "121",
                "email": "anna.eriksson@example.org", "secure_element": "2", "validity_time": 730,
                "given_name": "ANNA MARIA", "surname_1": "ERIKSSON", "serial_number": "12345678Z",
                "id_document_type": "IDC", "id_document_country": "ES", "country_name": "ES",
                "mobile_phone_number": "+34600000000", "videoid_mode": 1
            }),
        )?;
        let text = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        let videoid = &request["videoid_data"];
        let data_url = format!("{}/api/v1/videoid/{}/", self.url, text(&videoid["pk"]));
        let video_url = format!(
            "{}/v1/upload/video/{}/",
            self.url,
            text(&videoid["video_identifier"])
        );
        let (body, form) = (
            format!("@{}", payload.display()),
            format!("video=@{};type=video/mp4", video.display()),
        );
        let mut arguments = self.curl();
        arguments.extend([
            "-X",
            "PUT",
            "-H",
            "Content-Type: application/json",
            "--data-binary",
            &body,
            &data_url,
        ]);
        let data = cost(Path::new("curl"), &arguments)?;
        let mut arguments = self.curl();
        arguments.extend(["-F", &form, &video_url]);
        let video = cost(Path::new("curl"), &arguments)?;
        Ok(Cost {
            wall_s: data.wall_s + video.wall_s,
            cpu_s: data.cpu_s + video.cpu_s,
            peak_mib: data.peak_mib.max(video.peak_mib),
        })
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        if let Err(error) = self.process.kill().and_then(|()| self.process.wait()) {
            eprintln!("the mock RA cannot be ended: {error}");
        }
    }
}
