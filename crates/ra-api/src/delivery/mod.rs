//! Safe repetition: nothing is sent twice because an answer was lost, and nothing is given up because one was.

mod compare;
mod create;
mod deliver;
mod plan;
pub(crate) mod policy;

pub use create::{CreateError, OnScratchcard, create_safely};
pub use deliver::{DeliveryError, DeliveryEvent, OnEvent, deliver, deliver_parts};
pub use plan::{Part, Plan, plan};
pub use policy::RetryPolicy;
