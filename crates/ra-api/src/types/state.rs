//! States of a request and of its VideoID record; unknown ones survive.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$vmeta])* $variant,)+
            /// One that this client does not know, as it was sent.
            Other(String),
        }

        impl $name {
            pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => $text,)+ Self::Other(text) => text }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text.trim().to_ascii_uppercase().as_str() {
                    $($text => Self::$variant,)+
                    _ => Self::Other(text.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // Null and numbers survive as text, as any other unknown state does.
                Ok(match serde_json::Value::deserialize(deserializer)? {
                    serde_json::Value::String(text) => Self::from(text.as_str()),
                    other => Self::Other(other.to_string()),
                })
            }
        }
    };
}

open_enum! {
    /// State of a request.
    RequestState {
        /// No VideoID yet, or a validated organisation profile awaiting completion.
        Created = "CREATED",
        /// The VideoID request exists; nothing of the evidence is there.
        VideoPending = "VIDEOPENDING",
        /// A part of the evidence is there.
        VideoIncomplete = "VIDEOINCOMPLETE",
        /// An upload failed, or could not be read by the RA.
        VideoError = "VIDEOERROR",
        /// All evidence is there: the RAO's turn.
        VideoReview = "VIDEOREVIEW",
        /// Approved; the subscriber has the link to enroll.
        EnrollReady = "ENROLLREADY",
        Issued = "ISSUED",
        Renewed = "RENEWED",
        Cancelled = "CANCELLED",
    }
}

impl RequestState {
    /// The evidence has been accepted: nothing of it is sent any more.
    pub fn evidence_complete(&self) -> bool {
        matches!(
            self,
            Self::VideoReview | Self::EnrollReady | Self::Issued | Self::Renewed
        )
    }
}

open_enum! {
    /// State of the nested VideoID record.
    VideoIdState {
        Validated = "VALIDATED",
        Refused = "REFUSED",
        Pending = "PENDING",
        Review = "REVIEW",
        Incomplete = "INCOMPLETE",
        Error = "ERROR",
    }
}
