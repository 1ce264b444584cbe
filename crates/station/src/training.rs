//! Training: a mock RA of its own on this machine, whose requests outlive a restart.

use std::path::Path;

use ra_mock::{Flow, MockConfig, MockServer};

use crate::handle::StartError;
use crate::settings::{Hosts, TrainingFlow, TrainingServer};

pub(crate) struct Training {
    server: MockServer,
}

impl Training {
    pub async fn start(
        data: &Path,
        settings: &TrainingServer,
        registration_authority: &str,
    ) -> Result<Self, StartError> {
        let config = MockConfig {
            data: Some(data.to_owned()),
            flow: match settings.flow {
                TrainingFlow::TwoStep => Flow::TwoStep,
                TrainingFlow::OneStep => Flow::OneStep,
                TrainingFlow::ValidateApproves => Flow::ValidateApproves,
            },
            seed_requests: u64::from(settings.seed_requests),
            seed_registration_authority: registration_authority.parse().unwrap_or(116),
            ..MockConfig::default()
        };
        let server = MockServer::start(config)
            .await
            .map_err(|error| StartError::TrainingServer(Box::new(error)))?;
        Ok(Training { server })
    }

    pub fn hosts(&self) -> Hosts {
        let url = self.server.base_url().to_string();
        Hosts {
            api: url.clone(),
            video: url,
        }
    }
}
