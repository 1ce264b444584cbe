//! One instruction at a time, without flicker.

use std::time::Duration;

use super::Instruction;

/// An instruction stays so long that it can be read and followed.
pub const LEAST_SHOWN: Duration = Duration::from_millis(1500);
/// Praise comes sooner, and goes when something is wrong for more than a moment.
const LEAST_BEFORE_PRAISE: Duration = Duration::from_millis(300);
const LEAST_WRONG: Duration = Duration::from_millis(250);
/// All is good for so long before a picture is taken.
pub const STEADY: Duration = Duration::from_millis(500);

#[derive(Debug, Default)]
pub(super) struct Steadied {
    shown: Option<(Instruction, Duration)>,
    /// What frames have asked for since when, where that is not what is shown.
    asked: Option<(Instruction, Duration)>,
    good_since: Option<Duration>,
    captured: bool,
}

pub(super) struct Told {
    pub instruction: Instruction,
    pub steady: Duration,
    pub capture: bool,
}

impl Steadied {
    pub fn shown(&self) -> Option<Instruction> {
        self.shown.map(|(instruction, _)| instruction)
    }

    /// Takes what a frame asks for; tells what is shown.
    pub fn tell(&mut self, asks: Instruction, at: Duration) -> Told {
        let good = asks == Instruction::Steady;
        if !good {
            (self.good_since, self.captured) = (None, false);
        }
        let since = good.then(|| *self.good_since.get_or_insert(at));
        let steady = since.map_or(Duration::ZERO, |since| at.saturating_sub(since));
        let capture = steady >= STEADY && !self.captured;
        self.captured |= capture;
        Told {
            instruction: self.show(asks, at),
            steady,
            capture,
        }
    }

    fn show(&mut self, asks: Instruction, at: Duration) -> Instruction {
        let Some((shown, since)) = self.shown else {
            self.shown = Some((asks, at));
            return asks;
        };
        if asks == shown {
            self.asked = None;
            return shown;
        }
        let asked_since = match self.asked {
            Some((asked, since)) if asked == asks => since,
            // What is wrong may change its name from frame to frame; that it is wrong counts.
            Some((asked, since))
                if shown == Instruction::Steady && asked != Instruction::Steady =>
            {
                self.asked = Some((asks, since));
                since
            }
            _ => {
                self.asked = Some((asks, at));
                at
            }
        };
        let (on_screen, asked_for) = (at.saturating_sub(since), at.saturating_sub(asked_since));
        let due = if shown == Instruction::Steady {
            asked_for >= LEAST_WRONG
        } else if asks == Instruction::Steady {
            on_screen >= LEAST_BEFORE_PRAISE
        } else {
            on_screen >= LEAST_SHOWN
        };
        if !due {
            return shown;
        }
        self.shown = Some((asks, at));
        self.asked = None;
        asks
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use Instruction::*;
    use proptest::prelude::*;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn it_captures_after_half_a_second_of_good_and_once() {
        let mut steadied = Steadied::default();
        let captures: Vec<u64> = (0..30)
            .map(|i| i * 66)
            .filter(|&at| steadied.tell(Steady, ms(at)).capture)
            .collect();
        assert_eq!(captures, [528]);
        assert!(!steadied.tell(HoldStill, ms(3000)).capture);
        assert!(!steadied.tell(Steady, ms(3066)).capture);
        assert!(steadied.tell(Steady, ms(3600)).capture);
    }

    #[test]
    fn one_bad_frame_delays_the_capture_and_does_not_flicker() {
        let mut steadied = Steadied::default();
        for at in [0, 66, 132, 198] {
            steadied.tell(Steady, ms(at));
        }
        let told = steadied.tell(AvoidGlare, ms(264));
        assert_eq!(told.instruction, Steady);
        let told = steadied.tell(Steady, ms(600));
        assert!(!told.capture && told.steady == ms(0));
    }

    #[test]
    fn praise_does_not_wait_for_the_instruction_to_have_been_read() {
        let mut steadied = Steadied::default();
        steadied.tell(MoveCloser, ms(0));
        assert_eq!(steadied.tell(Steady, ms(200)).instruction, MoveCloser);
        assert_eq!(steadied.tell(Steady, ms(320)).instruction, Steady);
    }

    proptest! {
        #[test]
        fn an_instruction_stays_readable(asks in prop::collection::vec(
            (prop::sample::select(vec![Steady, MoveCloser, HoldStill, AvoidGlare, TooDark]), 20u64..200), 1..200,
        )) {
            let mut steadied = Steadied::default();
            let (mut at, mut shown, mut since) = (0, None, 0);
            for (ask, wait) in asks {
                at += wait;
                let told = steadied.tell(ask, ms(at)).instruction;
                if shown != Some(told) {
                    if let Some(before) = shown {
                        let least = match (before, told) {
                            (Steady, _) => 0,
                            (_, Steady) => 300,
                            _ => 1500,
                        };
                        prop_assert!(at - since >= least, "{before:?} for {} ms, then {told:?}", at - since);
                    }
                    (shown, since) = (Some(told), at);
                }
            }
        }
    }
}
