use crate::handle::{StartError, StationConfig, StationHandle};

pub struct Session;

impl Session {
    pub async fn start(_config: StationConfig) -> Result<StationHandle, StartError> {
        Err(StartError::Thread(std::io::Error::other("being built")))
    }
}
