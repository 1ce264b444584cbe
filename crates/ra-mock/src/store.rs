//! Requests and scratchcards, kept in memory and, where the mock was told so, in a file across restarts.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::answers::ApiError;
use crate::record::RequestRecord;
use crate::seed::Seeds;

/// The first serial number of a registration authority is its id times this, plus one.
const CARDS_PER_RA: u64 = 100_000;

/// States in which evidence may be sent.
const EVIDENCE_STATES: [&str; 3] = ["VIDEOPENDING", "VIDEOINCOMPLETE", "VIDEOERROR"];

#[derive(Debug, Serialize, Deserialize)]
pub struct Store {
    pub next_pk: u64,
    pub next_document_pk: u64,
    pub requests: BTreeMap<u64, RequestRecord>,
    /// Serial number of a scratchcard to the request that used it.
    pub used_cards: BTreeMap<u64, u64>,
    /// What the made-up requests follow from, where there are any.
    #[serde(default)]
    pub seeds: Option<Seeds>,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            next_pk: 46_760,
            next_document_pk: 48_312,
            requests: BTreeMap::new(),
            used_cards: BTreeMap::new(),
            seeds: None,
        }
    }
}

/// A scratchcard is its number: nothing of it is stored until a request uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scratchcard {
    pub sn: u64,
}

impl Scratchcard {
    pub fn pk(self) -> u64 {
        self.sn % CARDS_PER_RA + 1_192
    }

    pub fn registration_authority(self) -> u64 {
        self.sn / CARDS_PER_RA
    }

    /// The card with that number, where such a card was issued.
    pub fn find(sn: u64, cards_per_ra: u64) -> Option<Self> {
        let index = sn % CARDS_PER_RA;
        (index >= 1 && index <= cards_per_ra && sn > CARDS_PER_RA).then_some(Self { sn })
    }

    pub fn nth(registration_authority: u64, index: u64) -> Self {
        Self {
            sn: registration_authority * CARDS_PER_RA + index,
        }
    }
}

impl Store {
    pub fn load(path: &Path) -> Result<Self, std::io::Error> {
        match std::fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(std::io::Error::from),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    /// Replaces the file in one step, so that an interrupted write leaves the old one.
    pub fn save(&self, path: &Path) -> Result<(), std::io::Error> {
        // What follows from the seed is made again at the next start: a queue of thousands costs nothing here.
        let (mut requests, mut used_cards) = (BTreeMap::new(), self.used_cards.clone());
        for (pk, request) in &self.requests {
            if request.untouched {
                used_cards.remove(&request.scratchcard);
            } else {
                requests.insert(pk, request);
            }
        }
        let kept = serde_json::json!({
            "next_pk": self.next_pk,
            "next_document_pk": self.next_document_pk,
            "requests": requests,
            "used_cards": used_cards,
            "seeds": self.seeds,
        });
        let next = path.with_extension("json.next");
        std::fs::write(&next, serde_json::to_vec(&kept)?)?;
        std::fs::rename(&next, path)
    }

    pub fn request(&self, pk: u64) -> Result<&RequestRecord, ApiError> {
        self.requests
            .get(&pk)
            .ok_or_else(|| ApiError::not_found("Request"))
    }

    pub fn request_mut(&mut self, pk: u64) -> Result<&mut RequestRecord, ApiError> {
        let request = self
            .requests
            .get_mut(&pk)
            .ok_or_else(|| ApiError::not_found("Request"))?;
        request.untouched = false;
        Ok(request)
    }

    /// The lowest unused card. Asking for it does not reserve it: two stations may get the same one.
    pub fn first_unused(
        &self,
        registration_authority: u64,
        cards_per_ra: u64,
    ) -> Option<Scratchcard> {
        (1..=cards_per_ra.min(CARDS_PER_RA - 1))
            .map(|index| Scratchcard::nth(registration_authority, index))
            .find(|card| !self.used_cards.contains_key(&card.sn))
    }
}

impl RequestRecord {
    pub fn takes_evidence(&self) -> bool {
        EVIDENCE_STATES.contains(&self.status.as_str())
    }

    pub fn field(&self, name: &str) -> Option<&str> {
        crate::body::text(&self.fields, name)
    }

    /// The four profiles of natural persons; all others belong to organisations.
    pub fn is_natural_person(&self) -> bool {
        const PROFILES: [&str; 4] = [
            "PFSoftAFCiudadano",
            "PFqscdCiudadano",
            "PFnubeAFCiudadano",
            "PFnubeQAFCiudadano",
        ];
        self.field("profile")
            .is_some_and(|profile| PROFILES.contains(&profile))
    }
}
