//! The client of the RA's API as this station's settings make it, and what its errors mean to a person.

use std::sync::Arc;
use std::time::Duration;

use ra_api::{
    Client, ClientConfig, ConfigError, ErrorKind, ExtraCa, Id, Identity, IdentityError,
    IdentityFacts, Operation, ProxySetting, RaError, Secret, TlsRejection,
};
use url::Url;

use crate::contract::{Environment, Failure, FailureCode};
use crate::failure::{chain, of, plain};
use crate::settings::{Certificate, Hosts, Settings};

pub const USER_AGENT: &str = concat!("videoid-desk/", env!("CARGO_PKG_VERSION"));

/// The client, or why there is none: a station without one still opens, shows why, and captures.
#[derive(Clone)]
pub(crate) struct Ra {
    client: Result<Arc<Client>, Failure>,
    pub certificate: Result<Option<IdentityFacts>, Failure>,
    pub ra_id: Id,
}

impl Ra {
    pub fn new(settings: &Settings, hosts: &Hosts, password: Option<Secret>) -> Self {
        let training = settings.environment == Environment::Training;
        let identity = if training {
            Ok(None)
        } else {
            identity(&settings.certificate, password.as_ref())
        };
        let certificate = match &identity {
            Ok(identity) => Ok(identity.as_ref().map(|identity| identity.facts().clone())),
            Err(failure) => Err(failure.clone()),
        };
        let client = identity.and_then(|identity| client(settings, hosts, identity));
        Ra {
            client,
            certificate,
            ra_id: Id::new(settings.registration_authority.id.clone()),
        }
    }

    pub fn client(&self) -> Result<Arc<Client>, Failure> {
        self.client.clone()
    }
}

fn client(
    settings: &Settings,
    hosts: &Hosts,
    identity: Option<Identity>,
) -> Result<Arc<Client>, Failure> {
    let url =
        |text: &str| Url::parse(text).map_err(|error| of(FailureCode::SettingsInvalid, error));
    let mut config = ClientConfig::new(url(&hosts.api)?, url(&hosts.video)?);
    config.identity = identity;
    config.user_agent = USER_AGENT.to_owned();
    config.connect_timeout = Duration::from_secs(settings.network.connect_timeout_seconds);
    config.stall_timeout = Duration::from_secs(settings.network.stall_timeout_seconds);
    config.trace_http = settings.network.trace_http.clone();
    if settings.environment == Environment::Training {
        // The mock is on this machine, wherever the way out leads.
        config.proxy = ProxySetting::None;
    } else {
        config.extra_ca = settings.network.extra_ca.clone().map(ExtraCa::File);
        if let Some(proxy) = settings.network.proxy.clone() {
            config.proxy = ProxySetting::Url {
                url: proxy,
                credentials: None,
            };
        }
    }
    Client::new(&config)
        .map(Arc::new)
        .map_err(|error| config_failure(&error))
}

fn identity(
    certificate: &Certificate,
    password: Option<&Secret>,
) -> Result<Option<Identity>, Failure> {
    let loaded = match certificate {
        Certificate {
            pkcs12: Some(file), ..
        } => Identity::from_pkcs12_file(file, password),
        Certificate {
            certificate: Some(cert),
            key: Some(key),
            ..
        } => Identity::from_pem_files(cert, key, password),
        _ => {
            return Err(of(
                FailureCode::CertificateMissing,
                "the settings name no client certificate",
            ));
        }
    };
    loaded.map(Some).map_err(|error| identity_failure(&error))
}

pub(crate) fn identity_failure(error: &IdentityError) -> Failure {
    let code = match error {
        IdentityError::FileMissing { .. } => FailureCode::CertificateMissing,
        IdentityError::PasswordNeeded | IdentityError::WrongPassword => {
            FailureCode::CertificatePassword
        }
        IdentityError::Expired { .. } => FailureCode::CertificateExpired,
        IdentityError::UnsupportedEncryption { .. }
        | IdentityError::LegacyPemEncryption
        | IdentityError::UnsupportedKey(_) => FailureCode::CertificateUnsupported,
        _ => FailureCode::CertificateInvalid,
    };
    of(code, chain(error))
}

pub(crate) fn config_failure(error: &ConfigError) -> Failure {
    of(FailureCode::SettingsInvalid, chain(error))
}

/// The one mapping from the RA's errors.
pub(crate) fn failure(error: &RaError) -> Failure {
    let code = match error.kind() {
        ErrorKind::Connect | ErrorKind::ConnectionLost => FailureCode::RaUnreachable,
        ErrorKind::ConnectTimeout | ErrorKind::Stalled => FailureCode::RaTimeout,
        ErrorKind::TlsRejected(TlsRejection::CertificateMissing) => FailureCode::CertificateMissing,
        ErrorKind::TlsRejected(TlsRejection::CertificateExpired) => FailureCode::CertificateExpired,
        ErrorKind::TlsRejected(_) => FailureCode::RaClientCertificate,
        ErrorKind::ServerCertificate(_) => FailureCode::RaServerCertificate,
        ErrorKind::Cancelled => FailureCode::Cancelled,
        ErrorKind::Malformed => FailureCode::RaAnswerUnreadable,
        ErrorKind::LocalIo => FailureCode::StorageFailed,
        ErrorKind::InvalidInput => FailureCode::InvalidInput,
        ErrorKind::Http => http_code(error),
    };
    Failure {
        code,
        detail: Some(error.to_string()),
        provider_id: error.id().map(str::to_owned),
        http_status: error.status(),
        retryable: error.retryable() || code == FailureCode::Cancelled,
    }
}

fn http_code(error: &RaError) -> FailureCode {
    if error.is_invalid_scratchcard() {
        return FailureCode::RaScratchcardTaken;
    }
    if error.is_rao_credentials() {
        return FailureCode::RaoCredentials;
    }
    if error.is_unknown_rao() {
        return FailureCode::RaoUnknown;
    }
    if error.is_missing_documents() {
        return FailureCode::RaMissingDocuments;
    }
    if error.is_missing_fields() {
        return FailureCode::RaMissingFields;
    }
    let status = error.status().unwrap_or(0);
    if error.operation() == Operation::FirstUnusedScratchcard && matches!(status, 400 | 404 | 412) {
        return FailureCode::RaNoScratchcard;
    }
    match status {
        401 => FailureCode::RaUnauthorized,
        403 => FailureCode::RaForbidden,
        404 => FailureCode::RaNotFound,
        412 => FailureCode::RaWrongState,
        413 => FailureCode::RaTooLarge,
        429 => FailureCode::RaRateLimited,
        500.. => FailureCode::RaServerError,
        _ => FailureCode::RaRejected,
    }
}

/// A request without the names that the uploads need.
pub(crate) fn no_video_id() -> Failure {
    plain(FailureCode::RaNoVideoId)
}
