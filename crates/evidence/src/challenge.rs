//! What the subject is asked to say and do in the video.

use rand::seq::SliceRandom;
use rand::{CryptoRng, Rng};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Letters and digits that cannot be taken for one another, read or heard: no 0 O 1 I L, no B 8, S 5, Z 2, U V.
pub const CODE_ALPHABET: &[u8] = b"ACDEFGHJKMNPQRTWXY34679";

/// Characters of the code; at least six are asked for by Orden ETD/465/2021.
pub const CODE_LENGTH: usize = 6;

/// What the subject is asked to say and do in the video: random code, random order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Challenge {
    pub code: String,
    pub actions: Vec<ChallengeAction>,
    /// Milliseconds of the recording at which each action was marked done by the operator; same order.
    #[ts(type = "(number | null)[]")]
    pub marked_ms: Vec<Option<u64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ChallengeAction {
    LookAhead,
    SayCode,
    TurnLeft,
    TurnRight,
    Nod,
    ShowDocument,
}

impl Challenge {
    /// Draws a code and an order. The subject always looks ahead first, so that there is a plain view of the face
    /// to compare with; everything after that is in random order.
    pub fn draw<R: Rng + CryptoRng>(rng: &mut R) -> Self {
        let code = (0..CODE_LENGTH)
            .map(|_| char::from(CODE_ALPHABET[rng.random_range(0..CODE_ALPHABET.len())]))
            .collect();
        let mut rest = [
            ChallengeAction::SayCode,
            ChallengeAction::TurnLeft,
            ChallengeAction::TurnRight,
            ChallengeAction::Nod,
            ChallengeAction::ShowDocument,
        ];
        rest.shuffle(rng);
        let mut actions = vec![ChallengeAction::LookAhead];
        actions.extend(rest);
        Challenge {
            code,
            marked_ms: vec![None; actions.len()],
            actions,
        }
    }

    /// Forgets the marks, as a new recording begins.
    pub fn clear_marks(&mut self) {
        self.marked_ms = vec![None; self.actions.len()];
    }

    /// Marks an action as seen; false when there is none with that number, or it is marked already: the operator's
    /// hand may come a moment after the station's eye, and the first mark is the nearer one.
    pub fn mark(&mut self, index: usize, at_ms: u64) -> bool {
        match self.marked_ms.get_mut(index) {
            Some(mark @ None) => {
                *mark = Some(at_ms);
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn the_first_mark_of_an_action_stays() {
        let mut challenge = Challenge::draw(&mut rand::rngs::StdRng::seed_from_u64(1));
        assert!(challenge.mark(1, 1_200));
        assert!(!challenge.mark(1, 1_900));
        assert_eq!(challenge.marked_ms[1], Some(1_200));
        assert!(!challenge.mark(challenge.actions.len(), 2_000));
        challenge.clear_marks();
        assert!(challenge.mark(1, 300));
    }
}
