//! What holds where a settings file says nothing. The documented example repeats it, and a test compares the two.

use crate::contract::{Environment, Theme};
use crate::hooks::Hooks;
use crate::settings::*;

impl Default for Settings {
    fn default() -> Self {
        Settings {
            environment: Environment::Training,
            theme: Theme::System,
            registration_authority: RegistrationAuthority::default(),
            certificate: Certificate::default(),
            network: Network::default(),
            request: Request::default(),
            consent: Consent::default(),
            video: Video::default(),
            evidence: Evidence::default(),
            storage: Storage::default(),
            camera: Camera::default(),
            hooks: Hooks::default(),
            desk: Desk::default(),
            training: TrainingServer::default(),
            profiles: Vec::new(),
        }
    }
}

impl Default for RegistrationAuthority {
    fn default() -> Self {
        RegistrationAuthority {
            id: "116".to_owned(),
            api_url: None,
            video_url: None,
        }
    }
}

impl Default for Network {
    fn default() -> Self {
        Network {
            extra_ca: None,
            proxy: None,
            connect_timeout_seconds: 15,
            stall_timeout_seconds: 60,
            trace_http: None,
        }
    }
}

impl Default for Request {
    fn default() -> Self {
        let profiles = [
            "PFnubeAFCiudadano",
            "PFnubeQAFCiudadano",
            "PFqscdCiudadano",
            "PFSoftAFCiudadano",
        ];
        Request {
            profiles: profiles.map(str::to_owned).to_vec(),
            validity_days: 730,
            country: "ES".to_owned(),
            secure_element: None,
            webhook_url: None,
        }
    }
}

impl Default for Consent {
    fn default() -> Self {
        let paragraphs = [
            "To identify you, we photograph both sides of your identity document and your face, and record a video \
             in which you read out a code and make a few movements.",
            "The pictures, the video and the data of your document are sent to the Registration Authority, whose \
             officer decides on your identification. They are kept there for as long as the law asks.",
            "Nothing is recorded before you agree. You can stop at any time.",
        ];
        Consent {
            paragraphs: paragraphs.map(str::to_owned).to_vec(),
            alternatives: "If you do not agree, you can be identified in person at the Registration Authority's \
                           office."
                .to_owned(),
            terms_url: "https://example.org/terms".to_owned(),
            privacy_url: "https://example.org/privacy".to_owned(),
            description: "User Accepted Terms and Conditions and Privacy Policy".to_owned(),
            web_url: "https://example.org/videoid".to_owned(),
            ip: None,
        }
    }
}

impl Default for Video {
    fn default() -> Self {
        Video {
            min_seconds: 5,
            max_seconds: 600,
            max_bytes: 500_000_000,
        }
    }
}

impl Default for Desk {
    fn default() -> Self {
        let reasons = [
            "The document cannot be read",
            "The document has expired",
            "The document looks altered or copied",
            "The person is not the one on the document",
            "The video is incomplete or unclear",
            "The data does not match the document",
        ];
        Desk {
            lock_minutes: 10,
            separation_of_duties: true,
            refusal_reasons: reasons.map(str::to_owned).to_vec(),
            languages: ["es", "en", "it", "pt", "fr", "de"]
                .map(str::to_owned)
                .to_vec(),
            document_labels: ["power_of_attorney", "company_register", "other"]
                .map(str::to_owned)
                .to_vec(),
            pages_in_one_go: 20,
        }
    }
}

impl Default for TrainingServer {
    fn default() -> Self {
        TrainingServer {
            flow: TrainingFlow::TwoStep,
            seed_requests: 12,
        }
    }
}
