//! What a client needs to know before its first call.

use std::path::PathBuf;
use std::time::Duration;

use rustls_pki_types::CertificateDer;
use url::Url;

use crate::secret::Secret;
use crate::tls::{Identity, IdentityError, certificates_from_pem};

pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
pub const DEFAULT_STALL_TIMEOUT: Duration = Duration::from_secs(60);

/// Hosts of the sandbox: API and video.
pub const SANDBOX: (&str, &str) = (
    "https://api.sandbox.uanataca.com",
    "https://lima.sandbox.uanataca.com",
);
/// Hosts of production: API and video.
pub const PRODUCTION: (&str, &str) = ("https://api.uanataca.com", "https://lima.uanataca.com");

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ProxySetting {
    /// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
    #[default]
    Environment,
    /// Straight, whatever the environment says.
    None,
    /// Everything through this one.
    Url {
        url: Url,
        credentials: Option<(String, Secret)>,
    },
}

#[derive(Debug, Clone)]
pub enum ExtraCa {
    File(PathBuf),
    Pem(Vec<u8>),
}

#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// Everything but the upload of the video.
    pub api_url: Url,
    /// The upload of the video; may be the same host.
    pub video_url: Url,
    pub identity: Option<Identity>,
    /// Trusted in addition to what the operating system trusts.
    pub extra_ca: Option<ExtraCa>,
    pub proxy: ProxySetting,
    /// For name, connection and handshake together.
    pub connect_timeout: Duration,
    /// How long no byte may move in either direction. There is no time-out for a whole upload.
    pub stall_timeout: Duration,
    /// Where to append a redacted trace, one JSON object per line.
    pub trace_http: Option<PathBuf>,
    pub user_agent: String,
    /// Allow `http://` to hosts other than this machine: personal data would cross the network in the clear.
    pub allow_plain_http: bool,
}

impl ClientConfig {
    pub fn new(api_url: Url, video_url: Url) -> Self {
        Self {
            api_url,
            video_url,
            identity: None,
            extra_ca: None,
            proxy: ProxySetting::Environment,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            stall_timeout: DEFAULT_STALL_TIMEOUT,
            trace_http: None,
            user_agent: concat!("videoid-desk/", env!("CARGO_PKG_VERSION")).to_owned(),
            allow_plain_http: false,
        }
    }

    pub(crate) fn check_url(&self, url: &Url) -> Result<(), ConfigError> {
        let bad = |reason: &'static str| ConfigError::Url {
            url: url.to_string(),
            reason,
        };
        let Some(host) = url.host() else {
            return Err(bad("it names no host"));
        };
        match url.scheme() {
            "https" => {}
            "http" => {
                let loopback = match host {
                    url::Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
                    url::Host::Ipv4(ip) => ip.is_loopback(),
                    url::Host::Ipv6(ip) => ip.is_loopback(),
                };
                if !loopback && !self.allow_plain_http {
                    return Err(bad("http is allowed to this machine only; use https"));
                }
            }
            _ => return Err(bad("it is neither https nor http")),
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(bad("it must have no query and no fragment"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("it must hold no user name and no password"));
        }
        Ok(())
    }

    pub(crate) fn uses_tls(&self) -> bool {
        self.api_url.scheme() == "https" || self.video_url.scheme() == "https"
    }

    pub(crate) fn extra_roots(&self) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
        let (pem, name) = match &self.extra_ca {
            None => return Ok(vec![]),
            Some(ExtraCa::Pem(pem)) => (pem.clone(), "the given text".to_owned()),
            Some(ExtraCa::File(path)) => (
                std::fs::read(path).map_err(|source| ConfigError::ExtraCaUnreadable {
                    path: path.clone(),
                    source,
                })?,
                path.display().to_string(),
            ),
        };
        certificates_from_pem(&pem).map_err(|source| ConfigError::ExtraCa { name, source })
    }
}

/// Why no client can be made from a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the address {url} cannot be used: {reason}")]
    Url { url: String, reason: &'static str },
    #[error("the extra CA file {} cannot be read", path.display())]
    ExtraCaUnreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the extra CA in {name} cannot be used")]
    ExtraCa { name: String, source: IdentityError },
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
    #[error("the proxy address cannot be used")]
    Proxy(#[source] reqwest::Error),
    #[error("the HTTP client cannot be set up")]
    Http(#[source] reqwest::Error),
    #[error("the trace file {} cannot be written", path.display())]
    Trace {
        path: PathBuf,
        source: std::io::Error,
    },
}
