//! Values of the settings that cannot be meant, told with what to do.

use std::path::Path;

use crate::contract::Environment;
use crate::settings::{Settings, SettingsError};

impl Settings {
    /// Refuses values that cannot be meant; the error names the key.
    pub(crate) fn check(&self, file: &Path) -> Result<(), SettingsError> {
        let wrong = |key, problem: &str| {
            Err(SettingsError::Value {
                file: file.to_owned(),
                key,
                problem: problem.to_owned(),
            })
        };
        if self.video.min_seconds >= self.video.max_seconds {
            return wrong("video", "min_seconds must be less than max_seconds");
        }
        if self.request.profiles.is_empty() {
            return wrong("request.profiles", "name at least one profile");
        }
        if let Err((key, problem)) = self.check_environment() {
            return wrong(key, problem);
        }
        if let Err(problem) = self.check_profile_names() {
            return wrong("profiles", &problem);
        }
        for name in self.profile_names() {
            let checked = self
                .of_profile(&name)
                .map_or(Ok(()), |settings| settings.check_environment());
            if let Err((key, problem)) = checked {
                return wrong("profiles", &format!("{name}: {key}: {problem}"));
            }
        }
        Ok(())
    }

    /// What is wrong with the settings that differ between environments: the key, and what to do.
    fn check_environment(&self) -> Result<(), (&'static str, &'static str)> {
        let ra = &self.registration_authority;
        if ra.id.is_empty() || !ra.id.bytes().all(|b| b.is_ascii_digit()) {
            return Err((
                "registration_authority.id",
                "is a number, as the RA gave it out",
            ));
        }
        let certificate = &self.certificate;
        if certificate.certificate.is_some() != certificate.key.is_some() {
            return Err((
                "certificate",
                "certificate and key belong together: give both, or pkcs12 alone",
            ));
        }
        if certificate.pkcs12.is_some() && certificate.certificate.is_some() {
            return Err((
                "certificate",
                "give either certificate and key, or pkcs12, not both",
            ));
        }
        if self.environment == Environment::Training {
            return Ok(());
        }
        for url in [&ra.api_url, &ra.video_url].into_iter().flatten() {
            if url.scheme() != "https" {
                return Err((
                    "registration_authority",
                    "the RA's URLs begin with https:// outside training",
                ));
            }
        }
        if self
            .consent
            .ip
            .as_deref()
            .is_some_and(|ip| ip.starts_with("127.") || ip == "::1")
        {
            return Err((
                "consent.ip",
                "a loopback address identifies nobody: remove it or give the real one",
            ));
        }
        Ok(())
    }
}
