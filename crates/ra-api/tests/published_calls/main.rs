//! Every call of the client against what the API's documentation says of it: method, host, path, content type, fields
//! and their types. The table is typed by hand from the documentation, not taken from the client.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod calls;
mod facts;
#[path = "../support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};

use calls::{make, reply};
use facts::{
    Body, Customisable, FACTS, Fact, Field, Flag, Host, Number, Required, Sent, Text, Type,
};
use ra_api::{Client, ClientConfig, ProxySetting};
use serde_json::Value;
use support::{Log, Seen, scripted};
use url::Url;

/// Both hosts, each with what it saw.
struct Hosts {
    client: Client,
    api: Log,
    video: Log,
}

async fn hosts(base_path: &str) -> Hosts {
    let (api_url, api) = scripted(reply).await;
    let (video_url, video) = scripted(reply).await;
    let below = |url: Url| url.join(base_path).unwrap();
    let mut config = ClientConfig::new(below(api_url), below(video_url));
    config.proxy = ProxySetting::None;
    Hosts {
        client: Client::new(&config).unwrap(),
        api,
        video,
    }
}

#[tokio::test]
async fn every_call_is_as_the_documentation_has_it() {
    for base_path in ["/", "/gateway/ra/"] {
        let hosts = hosts(base_path).await;
        for fact in FACTS {
            make(&hosts.client, fact.call).await;
            let seen = |log: &Log| std::mem::take(&mut *log.0.lock().unwrap());
            let (api, video) = (seen(&hosts.api), seen(&hosts.video));
            let (asked, other) = match fact.host {
                Host::Api => (api, video),
                Host::Video => (video, api),
            };
            assert!(other.is_empty(), "{} went to the wrong host", fact.call);
            let [seen] = asked.as_slice() else {
                panic!("{} made {} calls", fact.call, asked.len())
            };
            check(fact, seen, base_path);
        }
    }
}

fn check(fact: &Fact, seen: &Seen, base_path: &str) {
    let call = fact.call;
    assert_eq!(seen.head.method, fact.method, "{call}");
    let path = format!("{}{}", base_path.trim_end_matches('/'), fact.path);
    assert_eq!(seen.head.path(), path, "{call}");
    let query = seen
        .head
        .target
        .split_once('?')
        .map_or("", |(_, query)| query);
    let names: Vec<_> = url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, _)| name.into_owned())
        .collect();
    assert_eq!(names, fact.query, "{call}");
    let content_type = seen.head.header("content-type");
    match fact.body {
        Body::Nothing => {
            assert!(
                content_type.is_empty() && seen.body.is_empty(),
                "{call} sends a body"
            );
        }
        Body::Json(fields) => {
            assert_eq!(content_type, "application/json", "{call}");
            check_fields(call, &seen.json(), fields);
        }
        Body::Form { file, mime, texts } => {
            let boundary = content_type
                .strip_prefix("multipart/form-data; boundary=")
                .unwrap_or_else(|| panic!("{call}: {content_type}"));
            check_form(call, &form(&seen.body, boundary), file, mime, texts);
        }
    }
}

fn check_fields(call: &str, body: &Value, fields: &[Field]) {
    let expected: BTreeMap<&str, Type> = fields
        .iter()
        .map(|Field(name, kind, _)| (*name, *kind))
        .collect();
    let mut sent = BTreeMap::new();
    flatten("", body, &expected, &mut sent);
    for (name, value) in &sent {
        let kind = expected
            .get(name.as_str())
            .unwrap_or_else(|| panic!("{call} sends {name}, which is not documented"));
        let right = match kind {
            Text => value.is_string(),
            Number => value.is_u64(),
            Flag => value.is_boolean(),
            Customisable => value.is_object(),
        };
        assert!(right, "{call} sends {name} as {value}, not as {kind:?}");
    }
    for Field(name, _, need) in fields {
        let lacks = match need {
            Required => "does not send the required field",
            Sent => "was not made to send",
        };
        assert!(sent.contains_key(*name), "{call} {lacks} {name}");
    }
}

/// Fields by their places; what is customisable is not looked into.
fn flatten(
    place: &str,
    value: &Value,
    expected: &BTreeMap<&str, Type>,
    sent: &mut BTreeMap<String, Value>,
) {
    match value {
        Value::Object(fields) if expected.get(place) != Some(&Customisable) => {
            for (name, value) in fields {
                let place = match place {
                    "" => name.clone(),
                    place => format!("{place}.{name}"),
                };
                flatten(&place, value, expected, sent);
            }
        }
        value => {
            sent.insert(place.to_owned(), value.clone());
        }
    }
}

#[derive(Debug)]
struct Part {
    name: String,
    file_name: Option<String>,
    mime: Option<String>,
}

fn form(body: &[u8], boundary: &str) -> Vec<Part> {
    let text = String::from_utf8_lossy(body);
    let text = text
        .strip_suffix(&format!("\r\n--{boundary}--\r\n"))
        .expect("the form's end");
    let line = format!("--{boundary}\r\n");
    let parts = text.split(&line).skip(1);
    parts
        .map(|part| {
            let (head, _) = part.split_once("\r\n\r\n").unwrap();
            let attribute = |name: &str| {
                let (_, rest) = head.split_once(&format!("; {name}=\""))?;
                Some(rest.split_once('"').unwrap().0.to_owned())
            };
            Part {
                name: attribute("name").unwrap(),
                file_name: attribute("filename"),
                mime: head
                    .lines()
                    .find_map(|line| line.strip_prefix("Content-Type: "))
                    .map(str::to_owned),
            }
        })
        .collect()
}

fn check_form(call: &str, parts: &[Part], file: Option<&str>, mime: Option<&str>, texts: &[&str]) {
    let (files, fields): (Vec<_>, Vec<_>) = parts.iter().partition(|part| part.file_name.is_some());
    let names =
        |parts: &[&Part]| -> Vec<String> { parts.iter().map(|part| part.name.clone()).collect() };
    assert_eq!(names(&files), Vec::from_iter(file), "{call}");
    assert_eq!(names(&fields), texts, "{call}");
    if mime.is_some() {
        assert_eq!(files[0].mime.as_deref(), mime, "{call}");
    }
}

/// A method that is added to the client has to be added to the table too.
#[test]
fn the_table_names_every_call_of_the_client() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/client");
    let mut methods = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("    pub async fn ") {
                let name = rest.split(['(', '<']).next().unwrap();
                methods.insert(name.to_owned());
            }
        }
    }
    // It sends nothing.
    assert!(methods.remove("local_ip"));
    let named: BTreeSet<String> = FACTS.iter().map(|fact| fact.call.to_owned()).collect();
    assert_eq!(named, methods);
    assert!(FACTS.iter().all(|fact| fact.path.ends_with('/')));
}
