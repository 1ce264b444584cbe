//! The API user's certificate and private key.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::ResolvesClientCert;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{keys, provider};
use crate::secret::Secret;

/// Why a client certificate or its key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error("there is no file {}", path.display())]
    FileMissing { path: PathBuf },
    #[error("{} cannot be read: {source}", path.display())]
    FileUnreadable { path: PathBuf, source: io::Error },
    #[error("there is no certificate in the file")]
    NoCertificate,
    #[error("the certificate is damaged: {0}")]
    CertificateMalformed(String),
    #[error("there is no private key in the file")]
    NoKey,
    #[error("the private key is damaged: {0}")]
    KeyMalformed(String),
    #[error("the PKCS#12 file is damaged: {0}")]
    Pkcs12Malformed(String),
    #[error("the private key is encrypted and needs a password")]
    PasswordNeeded,
    #[error("the password is wrong")]
    WrongPassword,
    #[error(
        "the file is encrypted with {algorithm}, which is not supported; write it anew with a current version of \
         OpenSSL: for a PEM key `openssl pkcs8 -topk8 -v2 aes-256-cbc -in old.key -out new.key`, for PKCS#12 \
         `openssl pkcs12 -legacy -in old.p12 -out all.pem` and `openssl pkcs12 -export -in all.pem -out new.p12`"
    )]
    UnsupportedEncryption { algorithm: String },
    #[error(
        "the private key is encrypted in the old PEM manner (Proc-Type: 4,ENCRYPTED), which protects badly; convert it: \
         `openssl pkcs8 -topk8 -v2 aes-256-cbc -in old.key -out new.key`"
    )]
    LegacyPemEncryption,
    #[error("the kind of private key is not supported: {0}")]
    UnsupportedKey(String),
    #[error("the private key does not belong to the certificate")]
    KeyMismatch,
    #[error("the certificate of {} expired on {}; it was valid from {}", facts.subject, day(facts.not_after), day(facts.not_before))]
    Expired { facts: Box<IdentityFacts> },
    #[error("the certificate of {} is valid only from {} (until {}); is this machine's clock right?", facts.subject, day(facts.not_before), day(facts.not_after))]
    NotYetValid { facts: Box<IdentityFacts> },
}

/// What a station check shows of the client certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdentityFacts {
    pub subject: String,
    pub issuer: String,
    /// Hexadecimal.
    pub serial: String,
    #[serde(with = "time::serde::rfc3339")]
    pub not_before: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub not_after: OffsetDateTime,
}

fn day(date: OffsetDateTime) -> String {
    date.format(&Rfc3339).unwrap_or_else(|_| date.to_string())
}

/// The certificate (with its chain) and the private key of an API user, proven to belong together.
#[derive(Clone)]
pub struct Identity {
    key: Arc<CertifiedKey>,
    facts: IdentityFacts,
}

impl Identity {
    /// From PEM texts. The key may be PKCS#8, PKCS#1 or SEC1, and PKCS#8 may be encrypted; both may be the same text.
    pub fn from_pem(
        cert: &[u8],
        key: &[u8],
        password: Option<&Secret>,
    ) -> Result<Self, IdentityError> {
        let chain = certificates_from_pem(cert)?;
        let key = keys::from_pem(key, password)?;
        Self::assemble(chain, vec![key])
    }

    pub fn from_pem_files(
        cert: impl AsRef<Path>,
        key: impl AsRef<Path>,
        password: Option<&Secret>,
    ) -> Result<Self, IdentityError> {
        Self::from_pem(
            &read(cert.as_ref())?,
            &zeroize::Zeroizing::new(read(key.as_ref())?),
            password,
        )
    }

    /// From one PKCS#12 file. Current encryption works as well as the old 3DES and 40-bit RC2.
    pub fn from_pkcs12(bytes: &[u8], password: Option<&Secret>) -> Result<Self, IdentityError> {
        let (certificates, keys) = keys::from_pkcs12(bytes, password)?;
        Self::assemble(certificates, keys)
    }

    pub fn from_pkcs12_file(
        path: impl AsRef<Path>,
        password: Option<&Secret>,
    ) -> Result<Self, IdentityError> {
        Self::from_pkcs12(&read(path.as_ref())?, password)
    }

    pub fn facts(&self) -> &IdentityFacts {
        &self.facts
    }

    /// Whether the certificate is valid at `now`. Loading does not ask: a station with a wrong clock can still tell
    /// what it has.
    pub fn check_valid(&self, now: OffsetDateTime) -> Result<(), IdentityError> {
        let facts = || Box::new(self.facts.clone());
        if now > self.facts.not_after {
            return Err(IdentityError::Expired { facts: facts() });
        }
        if now < self.facts.not_before {
            return Err(IdentityError::NotYetValid { facts: facts() });
        }
        Ok(())
    }

    pub(super) fn resolver(&self) -> Arc<impl ResolvesClientCert + use<>> {
        Arc::new(SingleCertAndKey::from(Arc::clone(&self.key)))
    }

    /// Finds the certificate that belongs to one of the keys, and puts its issuers after it.
    fn assemble(
        certificates: Vec<CertificateDer<'static>>,
        keys: Vec<PrivateKeyDer<'static>>,
    ) -> Result<Self, IdentityError> {
        if certificates.is_empty() {
            return Err(IdentityError::NoCertificate);
        }
        if keys.is_empty() {
            return Err(IdentityError::NoKey);
        }
        for key in keys {
            let signer = provider()
                .key_provider
                .load_private_key(key)
                .map_err(|error| IdentityError::UnsupportedKey(error.to_string()))?;
            for leaf in &certificates {
                // By the key itself, so that certificates of any version are taken; the server judges the rest.
                let belongs = parse(leaf).is_ok_and(|certificate| {
                    signer
                        .public_key()
                        .is_some_and(|key| key.as_ref() == certificate.public_key().raw)
                });
                if belongs {
                    let facts = read_facts(leaf)?;
                    let chain = chain_from(leaf, &certificates);
                    return Ok(Self {
                        key: Arc::new(CertifiedKey::new(chain, signer)),
                        facts,
                    });
                }
            }
        }
        // A certificate that cannot even be read is the likelier cause.
        for certificate in &certificates {
            read_facts(certificate)?;
        }
        Err(IdentityError::KeyMismatch)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

fn read(path: &Path) -> Result<Vec<u8>, IdentityError> {
    std::fs::read(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => IdentityError::FileMissing {
            path: path.to_path_buf(),
        },
        _ => IdentityError::FileUnreadable {
            path: path.to_path_buf(),
            source,
        },
    })
}

pub(crate) fn certificates_from_pem(
    pem: &[u8],
) -> Result<Vec<CertificateDer<'static>>, IdentityError> {
    let certificates = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| IdentityError::CertificateMalformed(error.to_string()))?;
    if certificates.is_empty() {
        Err(IdentityError::NoCertificate)
    } else {
        Ok(certificates)
    }
}

fn parse<'a>(der: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, IdentityError> {
    X509Certificate::from_der(der)
        .map(|(_, certificate)| certificate)
        .map_err(|error| IdentityError::CertificateMalformed(error.to_string()))
}

fn read_facts(der: &CertificateDer<'_>) -> Result<IdentityFacts, IdentityError> {
    let certificate = parse(der)?;
    Ok(IdentityFacts {
        subject: certificate.subject().to_string(),
        issuer: certificate.issuer().to_string(),
        serial: certificate.tbs_certificate.raw_serial_as_string(),
        not_before: certificate.validity().not_before.to_datetime(),
        not_after: certificate.validity().not_after.to_datetime(),
    })
}

/// The leaf, then each one's issuer as far as they are there; a self-signed root adds nothing and is left out.
fn chain_from(
    leaf: &CertificateDer<'static>,
    all: &[CertificateDer<'static>],
) -> Vec<CertificateDer<'static>> {
    let mut chain = vec![leaf.clone()];
    while let Some(Ok(last)) = chain.last().map(parse) {
        let issuer = all.iter().find(|candidate| {
            !chain.contains(candidate)
                && parse(candidate).is_ok_and(|parsed| {
                    parsed.subject() == last.issuer() && parsed.issuer() != parsed.subject()
                })
        });
        match issuer.cloned() {
            Some(issuer) => chain.push(issuer),
            None => break,
        }
    }
    chain
}
