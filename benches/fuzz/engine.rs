//! The reader without a tape beside the strict one, and the engine with hashes beside the plain walk.

use super::Failure;
use super::broken::{broken, files};
use drift_benches::Draw;
use drift_core::source::ParseOptions;
use drift_core::value::Tree;
use drift_core::{Context, Detail, Detector, Mapping, Packs, Rules, Seed, Snapshot, Timestamp};
use std::path::Path;
use std::time::Instant;

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

/// Tries until `end`; says what was tried.
pub(crate) fn run(seed: u64, end: Instant) -> Result<String, Failure> {
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
    let (mut tries, mut compared) = (0_u64, 0_u64);
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
    Ok(format!("{tries} documents read alike, {compared} of them compared alike"))
}
