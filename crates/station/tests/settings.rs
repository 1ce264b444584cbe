//! Settings: the documented example is the default; mistakes are told with their place.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};

use station::contract::Environment;
use station::settings::{Retention, Settings, SettingsError};

const EXAMPLE: &str = include_str!("../../../docs/videoid-desk.example.toml");

fn parse(text: &str) -> Result<Settings, SettingsError> {
    Settings::parse(text, Path::new("/etc/videoid-desk.toml"))
}

fn message(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn the_example_is_the_default() {
    assert_eq!(parse(EXAMPLE).unwrap(), Settings::default());
    assert_eq!(parse("").unwrap(), Settings::default());
}

#[test]
fn every_setting_that_is_commented_out_is_one() {
    let uncommented: String = EXAMPLE
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            // A name, an equals sign: a setting; anything else is prose.
            Some(rest)
                if rest.starts_with("[[")
                    || rest
                        .split_once(" = ")
                        .is_some_and(|(name, _)| !name.contains(' ')) =>
            {
                rest
            }
            _ => line,
        })
        // A pair and a PKCS#12 file exclude each other.
        .filter(|line| !line.starts_with("pkcs12"))
        .map(|line| format!("{line}\n"))
        .collect();
    let settings = parse(&uncommented).unwrap();
    assert_eq!(
        settings.storage.retention,
        Some(Retention::EraseAfterDelivery)
    );
    assert_eq!(
        settings.certificate.key,
        Some(PathBuf::from("/etc/api-user.key"))
    );
    assert_eq!(settings.profiles.len(), 1);
    assert!(settings.network.proxy.is_some() && settings.request.webhook_url.is_some());
}

#[test]
fn mistakes_are_told_with_file_line_and_column() {
    let told = message("environment = \"training\"\n[video]\nmax_secondz = 3\n");
    assert!(told.starts_with("/etc/videoid-desk.toml:3:1: "), "{told}");
    assert!(told.contains("max_secondz"), "{told}");
    let told = message("environment = \"moon\"\n");
    assert!(told.starts_with("/etc/videoid-desk.toml:1:15: "), "{told}");
    let told = message("[video]\nmin_seconds = \"5\"\n");
    assert!(told.starts_with("/etc/videoid-desk.toml:2:15: "), "{told}");
    let told = message("a = [1,\n");
    assert!(told.starts_with("/etc/videoid-desk.toml:"), "{told}");
}

#[test]
fn values_that_cannot_be_meant() {
    for (text, word) in [
        (
            "[video]\nmin_seconds = 10\nmax_seconds = 10\n",
            "min_seconds",
        ),
        ("[request]\nprofiles = []\n", "profile"),
        ("[registration_authority]\nid = \"RA-1\"\n", "number"),
        ("[certificate]\ncertificate = \"a.pem\"\n", "key"),
        (
            "[certificate]\ncertificate = \"a\"\nkey = \"b\"\npkcs12 = \"c\"\n",
            "not both",
        ),
        (
            "environment = \"sandbox\"\n[registration_authority]\napi_url = \"http://ra.example.org/\"\n",
            "https",
        ),
        (
            "environment = \"production\"\n[consent]\nip = \"127.0.0.1\"\n",
            "loopback",
        ),
        ("[storage]\nretention = \"forever\"\n", "keep"),
        (
            "[[profiles]]\nname = \"a/b\"\nenvironment = \"sandbox\"\n",
            "letters",
        ),
        (
            "[[profiles]]\nname = \"\"\nenvironment = \"sandbox\"\n",
            "letters",
        ),
        (
            "[[profiles]]\nname = \"A b\"\nenvironment = \"sandbox\"\n\
             [[profiles]]\nname = \"a-B\"\nenvironment = \"production\"\n",
            "taken",
        ),
        (
            "[[profiles]]\nname = \"training\"\nenvironment = \"production\"\n",
            "not",
        ),
        (
            "environment = \"sandbox\"\n[[profiles]]\nname = \"sandbox\"\nenvironment = \"sandbox\"\n",
            "taken",
        ),
        (
            "[[profiles]]\nname = \"real\"\nenvironment = \"production\"\n\
             registration_authority = { api_url = \"http://ra.example.org/\" }\n",
            "https",
        ),
        (
            "[consent]\nip = \"127.0.0.1\"\n[[profiles]]\nname = \"real\"\nenvironment = \"production\"\n",
            "real: consent.ip",
        ),
        (
            "[[profiles]]\nname = \"real\"\nenvironment = \"production\"\ncertificate = { key = \"k\" }\n",
            "together",
        ),
    ] {
        let told = message(text);
        assert!(told.contains(word), "{told}");
    }
}

#[test]
fn retention_by_environment() {
    let of = |text: &str| parse(text).unwrap().retention();
    assert_eq!(of(""), Retention::Keep);
    assert_eq!(
        of("environment = \"sandbox\""),
        Retention::EraseAfterDelivery
    );
    assert_eq!(
        of("environment = \"production\"\n[storage]\nretention = 30"),
        Retention::Days(30)
    );
    assert_eq!(of("[storage]\nretention = \"keep\""), Retention::Keep);
}

#[test]
fn hosts_by_environment() {
    let hosts = parse("environment = \"production\"").unwrap().hosts();
    assert_eq!(
        (hosts.api.as_str(), hosts.video.as_str()),
        ("https://api.uanataca.com/", "https://lima.uanataca.com/")
    );
    let gateway = "environment = \"sandbox\"\n[registration_authority]\napi_url = \"https://gw.example.org/ra\"\n";
    let hosts = parse(gateway).unwrap().hosts();
    assert_eq!(hosts.api, hosts.video);
    assert_eq!(parse("").unwrap().environment, Environment::Training);
}

#[test]
fn the_given_file_comes_first_and_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    std::fs::write(&file, "theme = \"dark\"").unwrap();
    let (settings, from) = Settings::load(Some(&file)).unwrap();
    assert_eq!(from.as_deref(), Some(file.as_path()));
    assert_ne!(settings, Settings::default());
    let missing = Settings::load(Some(&folder.path().join("none.toml"))).unwrap_err();
    assert!(matches!(missing, SettingsError::Read { .. }));
}

#[test]
fn secure_element_follows_the_profile() {
    let settings = Settings::default();
    for (profile, element) in [
        ("PFnubeAFCiudadano", "2"),
        ("PFqscdCiudadano", "1"),
        ("PFSoftAFCiudadano", "0"),
        ("PFnubeQAFCiudadano", "2"),
    ] {
        assert_eq!(settings.secure_element(profile), element);
    }
}

#[test]
fn a_profile_takes_from_the_file_what_it_does_not_say() {
    let settings = parse(
        "environment = \"sandbox\"\n[registration_authority]\nid = \"7\"\napi_url = \"https://gw.example.org/\"\n\
         [certificate]\npkcs12 = \"sandbox.p12\"\n\
         [[profiles]]\nname = \"Other office\"\nenvironment = \"sandbox\"\n\
         [[profiles]]\nname = \"production\"\nenvironment = \"production\"\ncertificate = { pkcs12 = \"real.p12\" }\n",
    )
    .unwrap();
    assert_eq!(
        settings.profile_names(),
        ["sandbox", "Other office", "production", "training"]
    );
    let office = settings.of_profile("Other office").unwrap();
    assert_eq!(office.hosts().api, "https://gw.example.org/");
    let real = settings.of_profile("production").unwrap();
    assert_eq!(real.environment, Environment::Production);
    assert_eq!(real.registration_authority.id, "7");
    assert_eq!(
        real.hosts().api,
        "https://api.uanataca.com/",
        "one environment is never reached by another's address"
    );
    assert_eq!(
        real.certificate.pkcs12,
        Some(PathBuf::from("/etc/real.p12"))
    );
    let training = settings.of_profile("training").unwrap();
    assert_eq!(training.environment, Environment::Training);
    assert_eq!(training.retention(), Retention::Keep);
    assert!(settings.of_profile("moon").is_none());
}
