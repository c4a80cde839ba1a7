//! Tries the reader without a tape beside the strict one, and the engine with hashes beside the plain
//! walk, on documents that are broken at random. `make fuzz` runs it; it prints what differs and fails.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that prints the document that it found"
)]

use drift_benches::Draw;
use drift_core::source::ParseOptions;
use drift_core::value::Tree;
use drift_core::{Context, Detail, Detector, Mapping, Packs, Rules, Seed, Snapshot, Timestamp};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error>;

const TOKENS: [&str; 22] = [
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
];

/// Breaks a text in a few places, or takes a piece of it twice.
fn broken(text: &[u8], draw: &mut Draw) -> Vec<u8> {
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

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

/// What both readers are asked for: one says besides what resources depend on, and needs a tape.
fn options(lazily: bool, threads: usize) -> Result<ParseOptions, Failure> {
    let needs = if lazily { "" } else { ", depends_on: \"$.nothing\"" };
    let text = format!(r#"{{items: "$.all[*]", type: {{const: t}}, id: "$.id"{needs}}}"#);
    let mapping = Some(Mapping::from_yaml(&text)?);
    Ok(ParseOptions { mapping, threads, ..ParseOptions::default() })
}

fn told(read: &drift_core::Result<Snapshot<'_>>) -> Vec<String> {
    match read {
        Ok(snapshot) => {
            let resource = |r: &drift_core::Resource<'_>| {
                format!("{} {:?} {}", r.key, r.source, Tree::of(r.attributes.value()))
            };
            snapshot.resources().iter().map(resource).collect()
        }
        Err(error) => vec![format!("{error} {:?} {:?}", error.position(), error.help())],
    }
}

fn main() -> Result<(), Failure> {
    let seconds = std::env::args().nth(1).map_or(Ok(60), |text| text.parse())?;
    let seed = match std::env::args().nth(2) {
        Some(seed) => seed.parse()?,
        None => {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
            now.as_nanos() as u64
        }
    };
    println!("seed {seed}, {seconds} s");
    let mut draw = Draw::new(seed);
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../drift-core/tests/vectors");
    let mut paths = Vec::new();
    files(&vectors, &mut paths);
    let texts: Vec<String> = paths.iter().map(std::fs::read_to_string).collect::<Result<_, _>>()?;
    let rules = Rules::from_yaml(
        r#"[{id: a, paths: ["$..reason", "/input/rules"], ignore: true},
            {id: b, paths: ["$..resources", "$..changes"], list: set},
            {id: c, paths: ["$..findings"], list: {keyed: [path]}},
            {id: d, paths: ["$..text"], equal: json},
            {id: e, paths: ["$..at", "$..detail"], default: summary, empty_is_absent: [null, ""]},
            {id: f, paths: ["$..desired", "$..actual"], read_only: true},
            {id: g, paths: ["$..count"], equal: quantity}]"#,
    )?;
    let detector = |hashing| {
        let builder = Detector::builder().packs(Packs::none()).rules(rules.clone());
        builder.hashing(hashing).threads(2).build()
    };
    let (fast, plain) = (detector(true)?, detector(false)?);
    let (lazily, strictly) = (options(true, 1)?, options(false, 1)?);
    let context = Context::at(Timestamp::default()).with_seed(Seed([seed, !seed]));
    let (end, mut tries, mut compared) =
        (Instant::now() + Duration::from_secs(seconds), 0_u64, 0_u64);
    while Instant::now() < end {
        let items: Vec<String> = (0..1 + draw.below(4))
            .filter_map(|id| {
                let text = draw.pick(&texts)?;
                Some(text.trim_start().replacen('{', &format!("{{\"id\": \"r{id}\", "), 1))
            })
            .collect();
        let whole = format!("{{\"all\": [{}]}}", items.join(",\n"));
        let other = broken(whole.as_bytes(), &mut draw);
        let lazy = fast.read(&other, &lazily, &context);
        let strict = Snapshot::parse_with(&other, &strictly);
        tries += 1;
        if told(&lazy) != told(&strict) {
            println!("{}", String::from_utf8_lossy(&other));
            return Err(format!("read otherwise: {:#?}\n{:#?}", told(&lazy), told(&strict)).into());
        }
        let (Ok(lazy), Ok(strict)) = (lazy, strict) else { continue };
        let desired = fast.read(whole.as_bytes(), &lazily, &context)?;
        let declared = Snapshot::parse_with(whole.as_bytes(), &strictly)?;
        let detail = if draw.below(4) == 0 { Detail::Full } else { Detail::Summary };
        let context = context.with_detail(detail);
        let by_hash = fast.detect(&desired, &lazy, &context).to_json();
        let by_walk = plain.detect(&declared, &strict, &context).to_json();
        compared += 1;
        if by_hash != by_walk {
            println!("{whole}\n{}", String::from_utf8_lossy(&other));
            return Err(format!("compared otherwise:\n{by_hash}\n{by_walk}").into());
        }
    }
    println!("{tries} documents read alike, {compared} of them compared alike");
    Ok(())
}
