//! Private keys and PKCS#12 files, encrypted in the ways that are met in practice.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p12_keystore::{Pkcs12Archive, error::Error as P12Error};
use pkcs8::EncryptedPrivateKeyInfo;
use rustls_pki_types::pem::{Error as PemError, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use super::identity::IdentityError;
use crate::secret::Secret;

const ENCRYPTED_BEGIN: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
const ENCRYPTED_END: &str = "-----END ENCRYPTED PRIVATE KEY-----";

/// A PEM key: PKCS#8 (plain or encrypted), PKCS#1 or SEC1.
pub(super) fn from_pem(
    pem: &[u8],
    password: Option<&Secret>,
) -> Result<PrivateKeyDer<'static>, IdentityError> {
    let text = std::str::from_utf8(pem)
        .map_err(|_| IdentityError::KeyMalformed("it is not a PEM text".into()))?;
    if text.contains("Proc-Type:") && text.contains("ENCRYPTED") {
        return Err(IdentityError::LegacyPemEncryption);
    }
    if let Some(start) = text.find(ENCRYPTED_BEGIN) {
        let inner = &text[start + ENCRYPTED_BEGIN.len()..];
        let end = inner
            .find(ENCRYPTED_END)
            .ok_or_else(|| IdentityError::KeyMalformed("its end is missing".into()))?;
        let base64: String = inner[..end].split_whitespace().collect();
        let der = STANDARD.decode(base64).map_err(|error| {
            IdentityError::KeyMalformed(format!("its base64 is damaged: {error}"))
        })?;
        let password = password
            .filter(|password| !password.is_empty())
            .ok_or(IdentityError::PasswordNeeded)?;
        return decrypt(&der, password);
    }
    PrivateKeyDer::from_pem_slice(pem).map_err(|error| match error {
        PemError::NoItemsFound => IdentityError::NoKey,
        other => IdentityError::KeyMalformed(other.to_string()),
    })
}

fn decrypt(der: &[u8], password: &Secret) -> Result<PrivateKeyDer<'static>, IdentityError> {
    let unsupported = || IdentityError::UnsupportedEncryption {
        algorithm: algorithm_name(der),
    };
    let encrypted = EncryptedPrivateKeyInfo::try_from(der).map_err(|_| unsupported())?;
    match encrypted.decrypt(password.expose()) {
        Ok(document) => Ok(PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(
            document.as_bytes().to_vec(),
        ))),
        Err(pkcs8::Error::EncryptedPrivateKey(error)) => match error {
            // The crate reports a padding that does not fit under either name.
            pkcs8::pkcs5::Error::DecryptFailed | pkcs8::pkcs5::Error::EncryptFailed => {
                Err(IdentityError::WrongPassword)
            }
            _ => Err(unsupported()),
        },
        // The padding happened to fit: what came out is not a key.
        Err(_) => Err(IdentityError::WrongPassword),
    }
}

/// Certificates (any order) and keys of a PKCS#12 file.
pub(super) fn from_pkcs12(
    bytes: &[u8],
    password: Option<&Secret>,
) -> Result<(Vec<CertificateDer<'static>>, Vec<PrivateKeyDer<'static>>), IdentityError> {
    let text = Zeroizing::new(
        password
            .map(|secret| secret.expose().to_owned())
            .unwrap_or_default(),
    );
    let archive = Pkcs12Archive::from_pkcs12(bytes, &text).map_err(|error| match error {
        P12Error::MacError(_) | P12Error::UnpadError | P12Error::InvalidPrivateKey => {
            if text.is_empty() {
                IdentityError::PasswordNeeded
            } else {
                IdentityError::WrongPassword
            }
        }
        P12Error::UnsupportedEncryptionScheme
        | P12Error::UnsupportedMacAlgorithm
        | P12Error::Pkcs5Error(_) => IdentityError::UnsupportedEncryption {
            algorithm: algorithm_name(bytes),
        },
        other => IdentityError::Pkcs12Malformed(other.to_string()),
    })?;
    let certificates = archive
        .certs
        .iter()
        .map(|bag| CertificateDer::from(bag.cert.as_der().to_vec()))
        .collect();
    let keys = archive
        .keys
        .iter()
        .map(|bag| PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(bag.key.as_der().to_vec())))
        .collect();
    Ok((certificates, keys))
}

/// Names the encryption by its object identifier in the file.
fn algorithm_name(der: &[u8]) -> String {
    // PKCS#12's own schemes 1.2.840.113549.1.12.1.n, PKCS#5's 1.2.840.113549.1.5.n, PRF 1.2.840.113549.2.n.
    const PKCS12: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01];
    const PKCS5: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05];
    const DIGEST: [u8; 7] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02];
    const CIPHER: [u8; 7] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03];
    let after = |prefix: &[u8]| -> Vec<u8> {
        der.windows(prefix.len() + 1)
            .filter(|w| w.starts_with(prefix))
            .map(|w| w[prefix.len()])
            .collect()
    };
    let mut names = Vec::new();
    for last in after(&PKCS12) {
        names.push(match last {
            1 => "PBE-SHA1-RC4-128",
            2 => "PBE-SHA1-RC4-40",
            3 => "PBE-SHA1-3DES",
            4 => "PBE-SHA1-2DES",
            5 => "PBE-SHA1-RC2-128",
            6 => "PBE-SHA1-RC2-40",
            _ => "a PKCS#12 scheme of its own",
        });
    }
    for last in after(&PKCS5) {
        match last {
            1 => names.push("PBE-MD2-DES"),
            3 => names.push("PBE-MD5-DES"),
            4 => names.push("PBE-MD2-RC2"),
            6 => names.push("PBE-MD5-RC2"),
            10 => names.push("PBE-SHA1-DES"),
            11 => names.push("PBE-SHA1-RC2"),
            _ => {}
        }
    }
    for last in after(&CIPHER) {
        match last {
            2 => names.push("RC2-CBC"),
            7 => names.push("DES-EDE3-CBC"),
            _ => {}
        }
    }
    // HMAC-SHA1 is PBKDF2's default, and then not written down.
    let digests = after(&DIGEST);
    if digests.contains(&7) || (after(&PKCS5).contains(&12) && digests.is_empty()) {
        names.push("PBKDF2 with HMAC-SHA1");
    }
    names.dedup();
    if names.is_empty() {
        "an algorithm unknown to this program".to_owned()
    } else {
        names.join(", ")
    }
}
