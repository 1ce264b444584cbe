//! The handlers of the API, one file for each room of the documentation.

pub mod documents;
pub mod evidence;
pub mod object;
pub mod paging;
pub mod rao;
pub mod requests;
pub mod scratchcards;
pub mod video;
