//! Machine-readable zones: what their lines say, and finding and reading them in pictures.

mod again;
pub mod check;
pub mod country;
mod decode;
mod find;
mod gray;
mod judge;
mod net;
mod reading;
mod strip;
mod text;
mod zone;

pub use judge::{LEAST_SURE_ALONE, LEAST_SURE_COVERED};
pub use net::MrzModelError;
pub use reading::{MAX_PIXELS, MrzReading, MrzTimes, read_mrz, read_mrz_on};
pub use text::{EXPIRY_MAX_YEARS_AHEAD, MrzField, MrzKind, MrzText, parse};
