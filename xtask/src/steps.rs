//! Steps with a title and their duration; the first failure ends them.

use std::time::{Duration, Instant};

use crate::exec::TaskError;

#[derive(Default)]
pub struct Steps {
    done: Vec<(String, Duration)>,
}

impl Steps {
    pub fn step<T>(
        &mut self,
        title: &str,
        work: impl FnOnce() -> Result<T, TaskError>,
    ) -> Result<T, TaskError> {
        println!("\n=== {title}");
        let start = Instant::now();
        let outcome = work();
        let took = start.elapsed();
        match &outcome {
            Ok(_) => println!("=== {title}: ok, {} s", took.as_secs()),
            Err(_) => println!("=== {title}: FAILED after {} s", took.as_secs()),
        }
        self.done.push((title.to_owned(), took));
        outcome
    }

    /// One line for each step, the slow ones are seen at a glance.
    pub fn summary(&self) {
        println!();
        for (title, took) in &self.done {
            println!("{:>6} s  {title}", took.as_secs());
        }
        let total: Duration = self.done.iter().map(|(_, took)| *took).sum();
        println!("{:>6} s  in all", total.as_secs());
    }
}
