//! The command line of the desktop program.

use std::path::PathBuf;

use clap::Parser;

/// Captures the evidence of a person's identification and delivers it to a Registration Authority.
#[derive(Debug, Clone, Default, PartialEq, Eq, Parser)]
#[command(name = "videoid-desk", version)]
pub struct Args {
    /// Practise: a mock Registration Authority on this machine and a camera that replays specimens.
    #[arg(long)]
    pub training: bool,
    /// Start with this environment: the name of a profile in the settings, or training, sandbox, production where the
    /// settings are for that one.
    #[arg(long, value_name = "NAME", conflicts_with = "training")]
    pub profile: Option<String>,
    /// The settings file; else VIDEOID_CONFIG, else videoid-desk.toml in the user's configuration folder.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of this station's cases, in place of the settings' one. Environments that are switched to later have
    /// folders of their own in it.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}
