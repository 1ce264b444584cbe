//! Identities in every form that is met in practice. The files are made by `fixtures/make.sh`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::PathBuf;

use ra_api::{Identity, IdentityError, Secret};
use time::macros::datetime;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

fn pem(cert: &str, key: &str, password: Option<&str>) -> Result<Identity, IdentityError> {
    Identity::from_pem_files(path(cert), path(key), password.map(Secret::from).as_ref())
}

fn pkcs12(name: &str, password: Option<&str>) -> Result<Identity, IdentityError> {
    Identity::from_pkcs12_file(path(name), password.map(Secret::from).as_ref())
}

#[test]
fn every_readable_form_gives_the_same_certificate() {
    let expected = pem("user.pem", "rsa.key", None).unwrap();
    assert!(
        expected.facts().subject.contains("Specimen API user"),
        "{}",
        expected.facts().subject
    );
    assert!(expected.facts().not_after > expected.facts().not_before);
    for (key, password) in [
        ("pkcs1.key", None),
        ("aes256.key", Some("specimen")),
        ("des3.key", Some("specimen")),
        ("scrypt.key", Some("specimen")),
        ("bag-attributes.pem", None),
    ] {
        let identity =
            pem("user.pem", key, password).unwrap_or_else(|error| panic!("{key}: {error}"));
        assert_eq!(identity.facts(), expected.facts(), "{key}");
    }
    for (name, password) in [
        ("modern.p12", Some("specimen")),
        ("des3.p12", Some("specimen")),
        ("rc2-40.p12", Some("specimen")),
        ("no-password.p12", None),
    ] {
        let identity = pkcs12(name, password).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(identity.facts(), expected.facts(), "{name}");
    }
    let both = pem("bag-attributes.pem", "bag-attributes.pem", None).unwrap();
    assert_eq!(both.facts(), expected.facts());
    assert!(pem("ec.pem", "sec1.key", None).is_ok());
}

#[test]
fn each_fault_has_its_own_name() {
    let missing = pem("user.pem", "nowhere.key", None).unwrap_err();
    assert!(
        matches!(&missing, IdentityError::FileMissing { path } if path.ends_with("nowhere.key")),
        "{missing}"
    );
    assert!(matches!(
        pem("rsa.key", "rsa.key", None),
        Err(IdentityError::NoCertificate)
    ));
    assert!(matches!(
        pem("user.pem", "user.pem", None),
        Err(IdentityError::NoKey)
    ));
    assert!(matches!(
        pem("ec.pem", "rsa.key", None),
        Err(IdentityError::KeyMismatch)
    ));
    assert!(matches!(
        pem("user.pem", "aes256.key", None),
        Err(IdentityError::PasswordNeeded)
    ));
    for key in ["aes256.key", "des3.key", "scrypt.key"] {
        assert!(
            matches!(
                pem("user.pem", key, Some("wrong")),
                Err(IdentityError::WrongPassword)
            ),
            "{key}"
        );
    }
    for name in ["modern.p12", "des3.p12", "rc2-40.p12"] {
        assert!(
            matches!(
                pkcs12(name, Some("wrong")),
                Err(IdentityError::WrongPassword)
            ),
            "{name}"
        );
        assert!(
            matches!(pkcs12(name, None), Err(IdentityError::PasswordNeeded)),
            "{name}"
        );
    }
    assert!(matches!(
        pkcs12("user.pem", Some("specimen")),
        Err(IdentityError::Pkcs12Malformed(_))
    ));
}

#[test]
fn old_encryption_is_named_together_with_the_way_out() {
    let legacy = pem("user.pem", "proc-type.key", Some("specimen")).unwrap_err();
    assert!(matches!(legacy, IdentityError::LegacyPemEncryption));
    assert!(legacy.to_string().contains("openssl pkcs8 -topk8"));
    for (error, algorithm) in [
        (
            pem("user.pem", "pbe-md5-des.key", Some("specimen")).unwrap_err(),
            "PBE-MD5-DES",
        ),
        (
            pem("user.pem", "prf-sha1.key", Some("specimen")).unwrap_err(),
            "HMAC-SHA1",
        ),
        (
            pkcs12("rc2-128.p12", Some("specimen")).unwrap_err(),
            "PBE-SHA1-RC2-128",
        ),
        (
            pkcs12("rc4-128.p12", Some("specimen")).unwrap_err(),
            "PBE-SHA1-RC4-128",
        ),
    ] {
        let text = error.to_string();
        assert!(
            matches!(error, IdentityError::UnsupportedEncryption { .. }),
            "{text}"
        );
        assert!(
            text.contains(algorithm) && text.contains("openssl"),
            "{text}"
        );
    }
}

#[test]
fn validity_is_told_with_its_dates() {
    let identity = pem("user.pem", "rsa.key", None).unwrap();
    let facts = identity.facts().clone();
    assert!(identity.check_valid(facts.not_before).is_ok());
    assert!(identity.check_valid(facts.not_after).is_ok());
    let expired = identity
        .check_valid(datetime!(2300-01-01 00:00 UTC))
        .unwrap_err();
    assert!(matches!(expired, IdentityError::Expired { .. }));
    assert!(
        expired
            .to_string()
            .contains(&facts.not_after.year().to_string()),
        "{expired}"
    );
    let early = identity
        .check_valid(datetime!(2000-01-01 00:00 UTC))
        .unwrap_err();
    assert!(matches!(early, IdentityError::NotYetValid { .. }));
    assert!(
        early
            .to_string()
            .contains(&facts.not_before.year().to_string()),
        "{early}"
    );
}

#[test]
fn damaged_files_are_errors() {
    let key = std::fs::read_to_string(path("rsa.key")).unwrap();
    let cert = std::fs::read(path("user.pem")).unwrap();
    for cut in (0..key.len()).step_by(37) {
        assert!(Identity::from_pem(&cert, &key.as_bytes()[..cut], None).is_err());
    }
    let p12 = std::fs::read(path("modern.p12")).unwrap();
    for cut in (0..p12.len()).step_by(97) {
        assert!(Identity::from_pkcs12(&p12[..cut], Some(&Secret::from("specimen"))).is_err());
    }
    assert_eq!(format!("{:?}", Secret::from("specimen")), "***");
}
