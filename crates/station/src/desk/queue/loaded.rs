//! The requests that are loaded, in the RA's order, each once; which of them match, and how many are in each state.

use std::collections::{HashMap, HashSet};

use ra_api::RequestState;

use crate::contract::{QueueRow, StateCount};

/// The states in the order of a request's life.
const LIFE: [RequestState; 9] = [
    RequestState::Created,
    RequestState::VideoPending,
    RequestState::VideoIncomplete,
    RequestState::VideoError,
    RequestState::VideoReview,
    RequestState::EnrollReady,
    RequestState::Issued,
    RequestState::Renewed,
    RequestState::Cancelled,
];

/// So few rows are rather read again than kept in a place that may be wrong.
const SOON_READ: usize = 30;

#[derive(Default)]
pub(super) struct Loaded {
    /// The state that is asked for, as rows name it; none is every state.
    wanted: Option<String>,
    rows: Vec<QueueRow>,
    /// Place in `rows` of each request.
    places: HashMap<String, usize>,
    /// Places in `rows` of what is in the state that is asked for.
    matching: Vec<usize>,
    counts: Vec<StateCount>,
    filter_ignored: bool,
}

/// What the beginning of the RA's list, read again, did to the rows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Merged {
    pub changed: bool,
    /// Rows that stood between those that were read and are gone.
    pub vanished: usize,
    /// How the old rows go on from what was read is not known, and they were dropped.
    pub torn: bool,
}

impl Loaded {
    pub fn new(wanted: Option<&RequestState>) -> Self {
        Loaded {
            wanted: wanted.map(ToString::to_string),
            ..Loaded::default()
        }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn matching(&self) -> usize {
        self.matching.len()
    }

    pub fn counts(&self) -> &[StateCount] {
        &self.counts
    }

    /// An answer of the RA held a state that was not asked for.
    pub fn filter_ignored(&self) -> bool {
        self.filter_ignored
    }

    #[cfg(test)]
    pub fn all(&self) -> &[QueueRow] {
        &self.rows
    }

    /// The matching rows from one place to before another; both are brought inside.
    pub fn window(&self, from: usize, to: usize) -> impl Iterator<Item = &QueueRow> {
        let to = to.min(self.matching.len());
        let places = &self.matching[from.min(to)..to];
        places.iter().map(|place| &self.rows[*place])
    }

    /// How many rows of the RA's own list lie before that many matching ones are seen.
    pub fn reach_of(&self, matching: usize) -> usize {
        match matching.checked_sub(1) {
            None => 0,
            Some(last) => self
                .matching
                .get(last)
                .map_or(self.rows.len(), |place| place + 1),
        }
    }

    /// Adds a page that follows on what is loaded; what is known already is replaced in its place.
    pub fn append(&mut self, page: Vec<QueueRow>) {
        self.look_at(&page);
        let mut replaced = false;
        for row in page {
            match self.places.get(&row.pk) {
                Some(place) => {
                    replaced |= self.rows[*place] != row;
                    self.rows[*place] = row;
                }
                None => {
                    self.place(self.rows.len(), &row);
                    self.rows.push(row);
                }
            }
        }
        if replaced {
            self.sort_out();
        }
    }

    /// Puts what was read from the beginning in place of what stood there.
    pub fn merge(&mut self, head: Vec<QueueRow>, whole: bool) -> Merged {
        self.look_at(&head);
        // Pages shift between two readings: the same request can be on both.
        let mut read = HashSet::new();
        let mut rows: Vec<QueueRow> = head
            .into_iter()
            .filter(|row| read.insert(row.pk.clone()))
            .collect();
        // The last one read that was known tells how far down the old rows were read again.
        let known = rows
            .iter()
            .rposition(|row| self.places.contains_key(&row.pk));
        let reached = known.map_or(0, |at| self.places[&rows[at].pk] + 1);
        let (before, behind) = self.rows.split_at(reached);
        let unread = |row: &&QueueRow| !read.contains(&row.pk);
        let mut merged = Merged {
            changed: false,
            vanished: before.iter().filter(unread).count(),
            torn: false,
        };
        if !whole {
            let rest: Vec<QueueRow> = behind.iter().filter(unread).cloned().collect();
            // With unknown ones at the end of what was read, the old ones may lie anywhere behind it, or be gone.
            let unknown_end = !rows.is_empty() && known != Some(rows.len() - 1);
            merged.torn = unknown_end && (known.is_none() || rest.len() <= SOON_READ);
            if !merged.torn {
                rows.extend(rest);
            }
        }
        merged.changed = rows != self.rows;
        if merged.changed {
            self.rows = rows;
            self.sort_out();
        }
        merged
    }

    /// Takes over what was read of a request elsewhere. Tells whether that was news.
    pub fn update(&mut self, row: QueueRow) -> bool {
        let Some(place) = self.places.get(&row.pk) else {
            return false;
        };
        let known = &mut self.rows[*place];
        if *known == row {
            return false;
        }
        *known = row;
        self.sort_out();
        true
    }

    /// Only what the RA answered tells whether it filters: a row may have changed here since.
    fn look_at(&mut self, answer: &[QueueRow]) {
        if let Some(wanted) = &self.wanted {
            self.filter_ignored |= answer.iter().any(|row| row.state != *wanted);
        }
    }

    fn sort_out(&mut self) {
        self.places.clear();
        self.matching.clear();
        self.counts.clear();
        let rows = std::mem::take(&mut self.rows);
        for (place, row) in rows.iter().enumerate() {
            self.place(place, row);
        }
        self.rows = rows;
    }

    /// Takes account of a row that stands at the end of those that were taken account of.
    fn place(&mut self, place: usize, row: &QueueRow) {
        self.places.insert(row.pk.clone(), place);
        if self
            .wanted
            .as_ref()
            .is_none_or(|wanted| row.state == *wanted)
        {
            self.matching.push(place);
        }
        match self
            .counts
            .iter_mut()
            .find(|entry| entry.state == row.state)
        {
            Some(entry) => entry.count += 1,
            None => {
                self.counts.push(StateCount {
                    state: row.state.clone(),
                    count: 1,
                });
                self.counts.sort_by_cached_key(|entry| {
                    let place = LIFE.iter().position(|state| state.as_str() == entry.state);
                    (place.unwrap_or(LIFE.len()), entry.state.clone())
                });
            }
        }
    }
}
