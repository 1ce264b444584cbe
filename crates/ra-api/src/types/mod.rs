//! Wire types. Unknown fields are kept in `extra`, unknown states in `Other`.

mod checks;
mod content;
mod fields;
mod lenient;
mod page;
mod request;
mod review;
mod state;
mod summary;
mod update;

pub use checks::{CHECK_NAMES, Check, Level, SecurityChecks, Similarity};
pub use content::VideoIdContent;
pub use fields::FieldProblem;
pub use lenient::{Dropped, Id};
pub use page::{Page, PageCursor, RequestFilter, StateListing};
pub use request::{
    ContactData, ContactLimits, NATURAL_PERSON_PROFILES, NewRequest, Presence, RequestRecord,
    Scratchcard, VideoIdData, VideoTarget,
};
pub use review::{
    Decision, Document, DocumentRecord, Rao, RaoCredentials, Receipt, ReceiptKind, Refusal,
    WebhookEvent,
};
pub use state::{RequestState, VideoIdState};
pub use summary::RequestSummary;
pub use update::{FieldNotSent, RequestUpdate};

pub(crate) use lenient::id_of;
