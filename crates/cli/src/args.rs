//! The command line of `videoid`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use vision::liveness::Demand;

/// Captures the evidence of a person's identification and delivers it to a Registration Authority.
#[derive(Debug, Parser)]
#[command(
    name = "videoid",
    version,
    propagate_version = true,
    after_help = "Exit codes: 0 done · 1 failed, the reason is printed · 2 the command line is wrong · \
                  3 the evidence or file was checked and rejected · 4 the RA could not be reached or refused"
)]
pub struct Cli {
    /// Print one JSON object on standard output (one per line for several inputs) and nothing else there.
    #[arg(long, global = true)]
    pub json: bool,

    /// More words on standard error; twice for all of them.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Take a whole enrollment with the replay camera against an embedded mock RA, up to VIDEOREVIEW.
    Demo(DemoArgs),
    /// Deliver an evidence folder, or a case of this station, to the configured RA.
    Submit(SubmitArgs),
    /// The RAO desk: list, show, validate, refuse, approve, cancel requests; the subscriber's link.
    Requests(RequestsArgs),
    /// Receive the RA's events and print each as one JSON line, or hand it to a program.
    Webhook(WebhookArgs),
    /// Run the mock RA server.
    Mock(MockArgs),
    /// List the cameras with their formats.
    Cameras(CamerasArgs),
    /// Record a video from a camera or from the replay camera.
    Record(RecordArgs),
    /// Check a video file as the app checks a picked one.
    CheckVideo(CheckVideoArgs),
    /// Read documents on pictures: corners, machine-readable zone, print, faces.
    ///
    /// With --json one object a picture, each on a line of its own. Corners are in pixels of the picture after its EXIF
    /// orientation was applied, clockwise from the top left as the document is read.
    Read(ReadArgs),
    /// Say how alike the faces on two pictures are, each picture's largest.
    Compare(CompareArgs),
    /// Say whether the person in a video did what was asked, in its order, and stayed the same person.
    ///
    /// Left and right are the person's own, in a video that is not mirrored. With --json one object a video, each on a line of
    /// its own. That the pictures come from a camera, and not from a screen or a file, cannot be told from them.
    Liveness(LivenessArgs),
    /// Check this station: settings, certificate, camera, disk; with --live also the RA.
    Doctor(DoctorArgs),
    /// Print the completions of a shell.
    Completions { shell: Shell },
}

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Folder that the evidence is left in; made when absent.
    #[arg(long, default_value = "evidence-out")]
    pub out: PathBuf,
    /// Seconds of video to record.
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(6..=60))]
    pub seconds: u32,
    /// Take the replay's passport instead of its identity card.
    #[arg(long)]
    pub passport: bool,
}

#[derive(Debug, Args)]
pub struct SubmitArgs {
    /// An evidence folder with evidence.json, or the id of a case of this station.
    pub evidence: String,
    #[command(flatten)]
    pub station: StationArgs,
    /// Create the request with a fresh scratchcard where the evidence names none, or one at another RA.
    #[arg(long)]
    pub create: bool,
    /// Send to this request instead of the one that the evidence names.
    #[arg(long, value_name = "PK", conflicts_with = "create")]
    pub request: Option<String>,
}

/// Which settings to use.
#[derive(Debug, Args, Default, Clone)]
pub struct StationArgs {
    /// The settings file; else VIDEOID_CONFIG, else videoid-desk.toml in the user's configuration folder.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Work with this environment of the settings instead of their first.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Folder of this station's cases, in place of the settings' one.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Write a redacted trace of all HTTP exchanges to this file.
    #[arg(long, value_name = "FILE")]
    pub trace_http: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum FlowArg {
    TwoStep,
    OneStep,
    ValidateApproves,
}

#[derive(Debug, Args)]
pub struct MockArgs {
    #[arg(long, default_value = "127.0.0.1:8443")]
    pub listen: SocketAddr,
    /// Mutual TLS with a CA and certificates made in, or read from, this folder. Without it: plain HTTP.
    #[arg(long, value_name = "DIR")]
    pub tls: Option<PathBuf>,
    /// Keep requests and evidence here across restarts. Without it they vanish at the end.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Which of the documented ways from review to approval the server follows.
    #[arg(long, value_enum, default_value_t = FlowArg::TwoStep)]
    pub flow: FlowArg,
    /// A fault, as JSON of the control endpoint `/_mock/faults`; may be given several times.
    #[arg(long, value_name = "JSON")]
    pub fault: Vec<String>,
    /// Accept evidence without looking at it (for measuring transport alone).
    #[arg(long)]
    pub no_checks: bool,
    /// Begin with so many made-up requests in all states, where the data folder is fresh; at most 40000.
    #[arg(long, default_value_t = 0)]
    pub seed_requests: u64,
    /// The same number makes up the same requests.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Filter the list by `status`, which the documentation does not know.
    #[arg(long)]
    pub filters_status: bool,
    /// Let a refused request take evidence again.
    #[arg(long)]
    pub refusal_reopens: bool,
}

#[derive(Debug, Args)]
pub struct CamerasArgs {
    /// Seconds to wait for the system's answer.
    #[arg(long, default_value_t = 10)]
    pub timeout: u64,
}

#[derive(Debug, Args)]
pub struct RecordArgs {
    /// `replay`, or the id of a camera as `videoid cameras` prints it.
    #[arg(long, default_value = "replay")]
    pub source: String,
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub seconds: u32,
    /// The MP4 to write; an existing file is not overwritten.
    #[arg(long)]
    pub out: PathBuf,
    /// Overwrite the file.
    #[arg(long)]
    pub force: bool,
    /// Bits a second.
    #[arg(long, default_value_t = 1_500_000)]
    pub bitrate: u32,
}

#[derive(Debug, Args)]
pub struct CheckVideoArgs {
    /// The files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub station: StationArgs,
}

#[derive(Debug, Args)]
pub struct ReadArgs {
    /// JPEG or PNG.
    #[arg(required = true)]
    pub images: Vec<PathBuf>,
    /// Folder for the straightened documents and portraits; made when absent.
    #[arg(long, value_name = "DIR")]
    pub save: Option<PathBuf>,
    /// Leave the printed text unread: it takes most of the time.
    #[arg(long)]
    pub no_printed: bool,
}

#[derive(Debug, Args)]
pub struct CompareArgs {
    /// JPEG or PNG.
    pub a: PathBuf,
    /// JPEG or PNG.
    pub b: PathBuf,
}

#[derive(Debug, Args)]
pub struct LivenessArgs {
    /// MP4 with H.264.
    #[arg(required = true)]
    pub videos: Vec<PathBuf>,
    /// What was asked, in this order. Without it, what can be seen is told, and nothing passes or fails.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "ACTION,…")]
    pub actions: Option<Vec<ActionArg>>,
    /// When the document was held up, in seconds: there the face may be covered, and a second one be seen. May be given several
    /// times.
    #[arg(long, value_name = "FROM-TO", value_parser = span)]
    pub document_shown: Vec<[Duration; 2]>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum ActionArg {
    LookAhead,
    TurnLeft,
    TurnRight,
}

impl From<ActionArg> for Demand {
    fn from(action: ActionArg) -> Demand {
        match action {
            ActionArg::LookAhead => Demand::LookAhead,
            ActionArg::TurnLeft => Demand::TurnLeft,
            ActionArg::TurnRight => Demand::TurnRight,
        }
    }
}

fn span(text: &str) -> Result<[Duration; 2], String> {
    let seconds = |text: &str| {
        let seconds = text.trim().parse::<f64>().ok()?;
        Duration::try_from_secs_f64(seconds).ok()
    };
    text.split_once('-')
        .and_then(|(from, to)| Some([seconds(from)?, seconds(to)?]))
        .filter(|[from, to]| from <= to)
        .ok_or_else(|| "seconds are expected as FROM-TO, like 3.5-8".to_owned())
}

#[derive(Debug, Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    pub station: StationArgs,
    /// Also ask the RA, by read-only calls: certificate, RA id, scratchcards left, clock, both hosts.
    #[arg(long)]
    pub live: bool,
}

#[derive(Debug, Args)]
pub struct RequestsArgs {
    #[command(flatten)]
    pub station: StationArgs,
    #[command(subcommand)]
    pub command: RequestsCommand,
}

#[derive(Debug, Subcommand)]
pub enum RequestsCommand {
    /// List requests of the RA.
    List(ListArgs),
    /// Show one request: data, checks with their sources, what it waits for.
    Show(ShowArgs),
    /// Validate an identification. It may approve at once, so declaration and contract are shown before.
    Validate(ValidateArgs),
    /// Refuse an identification with a reason.
    Refuse(RefuseArgs),
    /// Approve a request, once declaration and contract are shown.
    Approve(ApproveArgs),
    /// Cancel a request.
    Cancel(CancelArgs),
    /// Print the subscriber's link. Whoever has it can enroll.
    Link(LinkArgs),
}

#[derive(Debug, Args)]
pub struct ListArgs {
    /// As the RA names it: VIDEOREVIEW, CREATED, ENROLLREADY, …
    #[arg(long)]
    pub state: Option<String>,
    #[arg(long)]
    pub scratchcard: Option<String>,
    #[arg(long)]
    pub given_name: Option<String>,
    #[arg(long)]
    pub surname_1: Option<String>,
    #[arg(long)]
    pub surname_2: Option<String>,
    /// Number of the identity document.
    #[arg(long)]
    pub serial_number: Option<String>,
    #[arg(long)]
    pub email: Option<String>,
    #[arg(long)]
    pub phone: Option<String>,
    /// Most requests to print.
    #[arg(long, default_value_t = 50)]
    pub max: usize,
    /// Most requests to look at where the RA does not filter.
    #[arg(long, default_value_t = 1_000)]
    pub look_at: usize,
}

/// Who decides. The password and the PIN are asked for, or taken from VIDEOID_RAO_PASSWORD and VIDEOID_RAO_PIN.
#[derive(Debug, Args)]
pub struct RaoArgs {
    /// Number of the RAO.
    #[arg(long, value_name = "ID")]
    pub rao: String,
    /// User name of the RAO.
    #[arg(long, value_name = "NAME")]
    pub username: String,
}

#[derive(Debug, Args)]
pub struct ShowArgs {
    pub pk: String,
    /// Number of a RAO, for an RA that gives the pictures to a RAO only.
    #[arg(long, value_name = "ID")]
    pub rao: Option<String>,
}

#[derive(Debug, Args)]
pub struct ValidateArgs {
    pub pk: String,
    #[command(flatten)]
    pub rao: RaoArgs,
    /// File that the contract (PDF) is written to, to be read before.
    #[arg(long, value_name = "FILE")]
    pub contract: PathBuf,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct RefuseArgs {
    pub pk: String,
    #[command(flatten)]
    pub rao: RaoArgs,
    /// Why; may be given several times.
    #[arg(long, required = true)]
    pub reason: Vec<String>,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct ApproveArgs {
    pub pk: String,
    #[command(flatten)]
    pub rao: RaoArgs,
    /// File that the contract (PDF) is written to, to be read before.
    #[arg(long, value_name = "FILE")]
    pub contract: PathBuf,
    /// Language of what the subscriber gets.
    #[arg(long, default_value = "es")]
    pub lang: String,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct CancelArgs {
    pub pk: String,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct LinkArgs {
    pub pk: String,
}

#[derive(Debug, Args)]
pub struct WebhookArgs {
    /// Address to listen on; TLS is a reverse proxy's work.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Path that events are posted to; a hard one to guess keeps others from posting.
    #[arg(long, default_value = "/")]
    pub path: String,
    /// Shell command run for each event: JSON on its standard input, and VIDEOID_REQUEST, VIDEOID_STATUS,
    /// VIDEOID_PREVIOUS_STATUS in its environment. Where it fails, the sender is asked to send again.
    #[arg(long, value_name = "COMMAND")]
    pub exec: Option<String>,
    /// Seconds after which the command is ended.
    #[arg(long, default_value_t = 60)]
    pub exec_timeout: u64,
}
