//! What the mock can be told at its start, and why it may refuse to start.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// How a reviewed request becomes an approved one; the documentation describes all three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flow {
    /// Validate or refuse first, then approve.
    #[default]
    TwoStep,
    /// No validation: the RAO approves straight from `VIDEOREVIEW`.
    OneStep,
    /// Validation itself approves the profiles of natural persons.
    ValidateApproves,
}

#[derive(Debug, Clone)]
pub struct MockConfig {
    /// Port 0 takes a free one; see `MockServer::base_url`.
    pub listen: SocketAddr,
    /// Folder of the CA, the server's and the client's certificate, made on the first start.
    /// With it, TLS with a client certificate is required; without it, the mock speaks plain HTTP.
    pub tls: Option<PathBuf>,
    /// Folder that keeps requests and evidence across restarts; none: a temporary one that vanishes.
    pub data: Option<PathBuf>,
    pub flow: Flow,
    /// Heading of the web page; it also says that nothing here is real.
    pub title: String,
    /// Whether images and videos are decoded. Off for benchmarks of the upload.
    pub checks: bool,
    /// How long after the answer the checks decide the state; zero decides before the answer.
    pub check_delay: Duration,
    /// Whether a read request carries its images as base64, as the real service may do.
    pub images_in_answers: bool,
    /// Whether `video_identifier` has dashes; the documentation shows both.
    pub dashed_identifiers: bool,
    /// Whether the answer to create shows `videoid_data`; the documentation's example does not.
    pub videoid_in_create: bool,
    /// The value of `username`, `password` or `pin` that is taken as wrong.
    pub wrong_secret: String,
    /// The RAO that does not exist: `Rao matching query does not exist.`
    pub unknown_rao: u64,
    /// The RAO that may not identify (`is_identificator` is false).
    pub approver_only_rao: u64,
    /// The registration authority that does not exist.
    pub unknown_ra: u64,
    /// How many scratchcards each registration authority has.
    pub scratchcards_per_ra: u64,
    /// How many made-up requests a fresh mock begins with; at most 40,000.
    pub seed_requests: u64,
    /// The same number makes up the same requests.
    pub seed: u64,
    /// The registration authority that they belong to.
    pub seed_registration_authority: u64,
    /// Whether the list can be filtered by `status`, which is not documented.
    pub filters_status: bool,
    /// Whether a refused request takes evidence again. Which state it then has is not documented.
    pub refusal_reopens: bool,
    /// The RAOs and their credentials; empty takes any but the wrong secret.
    pub raos: Vec<RaoAccount>,
}

/// The credentials of a RAO that the mock takes as right.
#[derive(Clone)]
pub struct RaoAccount {
    pub rao_id: u64,
    pub username: String,
    pub password: String,
    pub pin: String,
}

impl std::fmt::Debug for RaoAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RaoAccount")
            .field("rao_id", &self.rao_id)
            .finish_non_exhaustive()
    }
}

impl Default for MockConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: None,
            data: None,
            flow: Flow::default(),
            title: "MOCK — training".to_string(),
            checks: true,
            check_delay: Duration::ZERO,
            images_in_answers: true,
            dashed_identifiers: true,
            videoid_in_create: true,
            wrong_secret: "wrong".to_string(),
            unknown_rao: 999,
            approver_only_rao: 998,
            unknown_ra: 999,
            scratchcards_per_ra: 90_000,
            seed_requests: 0,
            seed: 1,
            seed_registration_authority: 116,
            filters_status: false,
            refusal_reopens: false,
            raos: Vec::new(),
        }
    }
}

/// Why the mock could not start, by the step that failed.
#[derive(Debug, thiserror::Error)]
pub enum MockError {
    #[error("the address {addr} cannot be listened on")]
    Listen {
        addr: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("the folder for requests and evidence {path} cannot be used")]
    DataFolder {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the certificate file {path} cannot be read or written")]
    CertificateFile {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the certificates cannot be made")]
    MakeCertificate(#[from] rcgen::Error),
    #[error("the PKCS#12 file cannot be made")]
    MakePkcs12(#[from] p12_keystore::error::Error),
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
    #[error("client certificates cannot be verified")]
    ClientVerifier(#[from] rustls::server::VerifierBuilderError),
    #[error("{path} holds no PEM certificate or key")]
    ReadPem {
        path: PathBuf,
        #[source]
        source: rustls_pki_types::pem::Error,
    },
}
