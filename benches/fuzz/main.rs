//! Tries the engine on documents that are broken at random. `make fuzz` runs every family for some
//! seconds; `fuzz SECONDS [FAMILY] [SEED]` runs one. What is found is printed, and fails the run.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that prints the document that it found"
)]

mod broken;
mod engine;
mod policy;
mod readers;

use readers::Family;
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error>;

/// The name of the family that compares the two readers, and the two ways to compare.
const ENGINE: &str = "engine";
/// The name of the family of policies.
const POLICY: &str = "policy";

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().map_or(Ok(60), |text| text.parse())?;
    let wanted = arguments.next();
    let seed = match arguments.next() {
        Some(seed) => seed.parse()?,
        None => {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
            now.as_nanos() as u64
        }
    };
    let names = || [ENGINE, POLICY].into_iter().chain(Family::ALL.map(Family::name));
    if let Some(wanted) = wanted.as_deref().filter(|wanted| names().all(|name| name != *wanted)) {
        let names: Vec<&str> = names().collect();
        return Err(format!("no family `{wanted}`; there are {}", names.join(", ")).into());
    }
    println!("seed {seed}, {seconds} s a family");
    let chosen = |name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
    let end = || Instant::now() + Duration::from_secs(seconds);
    if chosen(ENGINE) {
        println!("{ENGINE}: {}", engine::run(seed, end())?);
    }
    if chosen(POLICY) {
        println!("{POLICY}: {}", policy::run(seed, end())?);
    }
    for family in Family::ALL.into_iter().filter(|family| chosen(family.name())) {
        println!("{}: {}", family.name(), readers::run(family, seed, end())?);
    }
    Ok(())
}
