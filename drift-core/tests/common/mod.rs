//! What the tests on public documents share: where those stand, and the line with the figures.

#![allow(dead_code, reason = "every test crate takes in this file and uses a part of it")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Prints a line past the test runner, which keeps what passing tests print to itself.
pub(crate) fn tell(line: &str) {
    writeln!(std::io::stdout(), "{line}").expect("the output takes a line");
}

/// The folder of public documents, or `None` with a line that says so.
pub(crate) fn corpus() -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus"));
    if path.is_dir() {
        return Some(path.to_owned());
    }
    let thread = std::thread::current();
    let test = thread.name().unwrap_or_default();
    tell(&format!("skipped: {test}, as ../shared/corpus with its public documents is absent"));
    None
}

/// Prints one line with the figures of the test `name`.
pub(crate) fn figure(name: &str, figures: &[(&str, usize)]) {
    let mut line = format!("{name}:");
    for (what, count) in figures {
        write!(line, " {what} {count},").expect("a string takes what is written");
    }
    tell(line.trim_end_matches(','));
}

/// Checks that just the listed cases disagree, each for its reason, and prints the figures.
pub(crate) fn settle(
    name: &str,
    cases: &str,
    all: usize,
    disagreed: &BTreeMap<String, String>,
    by_design: &[(&str, &str)],
) {
    let agreed = all - disagreed.len();
    figure(name, &[(cases, all), ("agreed", agreed), ("by design", disagreed.len())]);
    for (case, reason) in by_design {
        tell(&format!("  {case}: {reason}"));
    }
    let listed: BTreeSet<&str> = by_design.iter().map(|(case, _)| *case).collect();
    let found: BTreeSet<&str> = disagreed.keys().map(String::as_str).collect();
    assert_eq!(found, listed, "{name}: {disagreed:#?}");
}

/// Every file under `folder` that ends in one of `extensions`, sorted.
pub(crate) fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            let extension = path.extension().and_then(|extension| extension.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if extension.is_some_and(|extension| extensions.contains(&extension)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
