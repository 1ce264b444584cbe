//! A small HTTP/1.1 server over a raw socket, so that tests decide what happens on the connection itself.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ra_api::{Client, ClientConfig};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

#[derive(Debug, Clone, Default)]
pub struct Head {
    pub method: String,
    /// With its query.
    pub target: String,
    pub headers: HashMap<String, String>,
}

impl Head {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(String::as_str)
            .unwrap_or_default()
    }

    pub fn length(&self) -> usize {
        self.header("content-length").parse().unwrap_or(0)
    }
}

/// Reads to the end of the head; what of the body came with it is returned too. `None` at the end of the stream.
pub async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> Option<(Head, Vec<u8>)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&chunk[..n]),
        }
    };
    let rest = bytes.split_off(end);
    let text = String::from_utf8(bytes).unwrap();
    let mut lines = text.split("\r\n");
    let mut first = lines.next().unwrap().split(' ');
    let head = Head {
        method: first.next().unwrap().to_owned(),
        target: first.next().unwrap().to_owned(),
        headers: lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect(),
    };
    Some((head, rest))
}

pub async fn read_body(
    stream: &mut (impl AsyncRead + Unpin),
    head: &Head,
    mut body: Vec<u8>,
) -> Option<Vec<u8>> {
    let missing = head.length().checked_sub(body.len()).unwrap();
    let start = body.len();
    body.resize(start + missing, 0);
    stream.read_exact(&mut body[start..]).await.ok()?;
    Some(body)
}

pub fn answer(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} Status\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

/// Serves each connection with `serve`; the address is `http://127.0.0.1:port/`.
pub async fn listen<F, Fut>(serve: F) -> Url
where
    F: Fn(TcpStream) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    url
}

/// What a scripted server does with a call that it has read whole.
#[derive(Debug, Clone)]
pub enum Reply {
    Json(u16, String),
    Raw(String),
    /// Closes without a word, after the call.
    Hang,
    Close,
}

impl Reply {
    pub fn ok(body: impl std::fmt::Display) -> Self {
        Self::Json(200, body.to_string())
    }
}

#[derive(Debug, Clone)]
pub struct Seen {
    pub head: Head,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn line(&self) -> String {
        format!("{} {}", self.head.method, self.head.target)
    }
}

/// What a server saw, in order.
#[derive(Clone, Default)]
pub struct Log(pub Arc<Mutex<Vec<Seen>>>);

impl Log {
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(Seen::line).collect()
    }

    pub fn count(&self, line: &str) -> usize {
        self.lines()
            .iter()
            .filter(|seen| seen.starts_with(line))
            .count()
    }

    pub fn last(&self) -> Seen {
        self.0.lock().unwrap().last().unwrap().clone()
    }
}

pub async fn scripted(reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (Url, Log) {
    let log = Log::default();
    let reply = Arc::new(reply);
    let kept = log.clone();
    let url = listen(move |mut stream| {
        let (log, reply) = (kept.clone(), Arc::clone(&reply));
        async move {
            while let Some((head, rest)) = read_head(&mut stream).await {
                let Some(body) = read_body(&mut stream, &head, rest).await else {
                    return;
                };
                let seen = Seen { head, body };
                log.0.lock().unwrap().push(seen.clone());
                let text = match reply(&seen) {
                    Reply::Json(status, body) => {
                        answer(status, "Content-Type: application/json\r\n", &body)
                    }
                    Reply::Raw(text) => text,
                    Reply::Close => return,
                    Reply::Hang => return tokio::time::sleep(Duration::from_secs(600)).await,
                };
                if stream.write_all(text.as_bytes()).await.is_err() {
                    return;
                }
            }
        }
    })
    .await;
    (url, log)
}

pub fn config(url: &Url) -> ClientConfig {
    let mut config = ClientConfig::new(url.clone(), url.clone());
    config.proxy = ra_api::ProxySetting::None;
    config.stall_timeout = Duration::from_secs(20);
    config
}

pub fn client(url: &Url) -> Client {
    Client::new(&config(url)).unwrap()
}

pub async fn finish(stream: &mut (impl AsyncWrite + Unpin)) {
    let _ = stream.flush().await;
    let _ = stream.shutdown().await;
}
