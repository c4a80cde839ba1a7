//! Breaks texts, and finds those that are worth breaking.

use drift_benches::Draw;
use std::path::{Path, PathBuf};

const TOKENS: [&str; 44] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u00e9",
    "\\ud83d\\ude00",
    "\\ud800",
    "\n",
    " ",
    "0",
    "-",
    "1e5",
    "1.0",
    "null",
    "true",
    "\u{1}",
    "é",
    "\"NextToken\":\"x\",",
    "- ",
    "\n  ",
    "&a ",
    "*a",
    "<<: *a\n",
    "!Ref ",
    "!Sub \"${A}\"",
    "| \n",
    "> \n",
    "---\n",
    "# ",
    "\t",
    "\r\n",
    "${",
    "}\"",
    "<<EOT\n",
    "EOT\n",
    " = ",
    "$[?@.",
    "[*]",
    "\u{feff}",
    "\"Fn::ForEach::A\": [\"A\", [\"a\"], {\"${A}\": {}}],",
];

/// Breaks a text in a few places, or takes a piece of it twice.
pub(crate) fn broken(text: &[u8], draw: &mut Draw) -> Vec<u8> {
    let mut bytes = text.to_vec();
    for _ in 0..1 + draw.below(4) {
        let at = draw.below(bytes.len() + 1);
        let end = (at + draw.below(12)).min(bytes.len());
        match draw.below(5) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let token = draw.pick(&TOKENS).copied().unwrap_or_default();
                bytes.splice(at..at, token.bytes());
            }
            2 => {
                let piece = bytes.get(at..end).unwrap_or_default().to_vec();
                let to = draw.below(bytes.len() + 1);
                bytes.splice(to..to, piece);
            }
            3 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = draw.below(256) as u8;
                }
            }
            _ => bytes.truncate(bytes.len() - draw.below(3).min(bytes.len())),
        }
    }
    bytes
}

pub(crate) fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}
