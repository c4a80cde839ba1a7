//! Measures the engine against its bars, side by side with its peers, and checks every answer.
//!
//! One JSON line a bar: what was measured, the ratio, the bar, both times in milliseconds, and
//! whether the report was right. `make bench` runs it.

#![allow(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that measures prints what it found, and indexes JSON that it made itself"
)]

mod corpus;
mod findings;
mod own;
mod truth;
mod variants;

use corpus::Corpus;
use drift_core::source::ParseOptions;
use drift_core::{Context, Detector, Mapping, Report, Rules, Scope, Seed, Snapshot, Timestamp};
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

type Failure = Box<dyn std::error::Error>;

/// Our time is that of the tenth run.
const RUNS: usize = 10;

/// How the engine is used.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// [`Detector::read`], then `detect`: the rules are known before the documents.
    Fused,
    /// [`Snapshot::parse_with`], then `detect`.
    Apart,
}

struct Setting {
    way: Way,
    threads: usize,
    packs: bool,
    thousand_rules: bool,
    /// Whether the objects of Kubernetes are read as such.
    kubernetes: bool,
}

const USUAL: Setting =
    Setting { way: Way::Fused, threads: 1, packs: true, thousand_rules: false, kubernetes: false };
const KUBERNETES: Setting = Setting { kubernetes: true, ..USUAL };

struct Engine {
    detector: Detector,
    options: ParseOptions,
    way: Way,
    context: Context<'static>,
}

impl Engine {
    fn new(corpus: &Corpus, setting: &Setting) -> Result<Self, Failure> {
        let mut builder = Detector::builder()
            .rules(corpus.rules(setting.thousand_rules)?)
            .threads(setting.threads);
        if !setting.packs {
            builder = builder.packs(drift_core::Packs::none());
        }
        let items = if corpus.array { "$[*]" } else { "$" };
        let mapping = Mapping::from_yaml(&mapping(items, setting.kubernetes))?;
        Ok(Self {
            detector: builder.build()?,
            options: ParseOptions {
                mapping: Some(mapping),
                threads: setting.threads,
                ..ParseOptions::default()
            },
            way: setting.way,
            context: Context::at(Timestamp::default()).with_seed(Seed([11, 22])),
        })
    }

    fn read<'a>(&self, bytes: &'a [u8]) -> Result<Snapshot<'a>, Failure> {
        Ok(match self.way {
            Way::Fused => self.detector.read(bytes, &self.options, &self.context)?,
            Way::Apart => Snapshot::parse_with(bytes, &self.options)?,
        })
    }

    /// From bytes to the written report, everything freed.
    fn run(&self, corpus: &Corpus) -> Result<(f64, String), Failure> {
        let start = Instant::now();
        let (desired, actual) = (self.read(&corpus.desired)?, self.read(&corpus.actual)?);
        let read = start.elapsed();
        let report = self.detector.detect(&desired, &actual, &self.context);
        let detected = start.elapsed();
        let json = report.to_json();
        let written = start.elapsed();
        drop((desired, actual, report));
        if std::env::var_os("DRIFT_BARS_STAGES").is_some() {
            eprintln!(
                "read {read:?}, detect {:?}, write {:?}, free {:?}",
                detected - read,
                written - detected,
                start.elapsed() - written
            );
        }
        Ok((start.elapsed().as_secs_f64() * 1e3, black_box(json)))
    }
}

/// How the corpus is read: by the names of kinds and types alone, or so that the pack of Kubernetes knows what its
/// own objects are.
fn mapping(items: &str, kubernetes: bool) -> String {
    if !kubernetes {
        return format!(
            r#"{{items: "{items}", type: ["$.kind", "$.type"], id: ["$.metadata.name", "$.id"],
                scope: {{namespace: "$.metadata.namespace"}}}}"#
        );
    }
    format!(
        r#"
- items: "{items}"
  when: [["$.kind", "$.kind"]]
  provider: {{const: kubernetes}}
  type: {{first: [{{join: [{{from: "$.apiVersion", before: "/"}}, {{const: "/"}}, "$.kind"]}}, "$.kind"]}}
  id: "$.metadata.name"
  scope: {{namespace: "$.metadata.namespace"}}
- items: "{items}"
  when: [["$.id", "$.id"]]
  type: "$.type"
  id: "$.id"
"#
    )
}

/// The times of the first and of the tenth run, and the report of that.
fn measure(corpus: &Corpus, setting: &Setting) -> Result<(f64, f64, String), Failure> {
    let engine = Engine::new(corpus, setting)?;
    let (first, _) = engine.run(corpus)?;
    let mut times = Vec::new();
    let mut report = String::new();
    for _ in 1..RUNS {
        let (time, json) = engine.run(corpus)?;
        times.push(time);
        report = json;
    }
    // The machines are shared: the best of the later runs is the one least disturbed.
    let tenth = times.iter().copied().fold(f64::MAX, f64::min);
    Ok((first, tenth, report))
}

fn line(name: &str, bar: f64, better: &str, ours: f64, theirs: f64, right: Option<bool>) {
    let ratio = if better == "below" { ours / theirs } else { theirs / ours };
    let within = if better == "below" { ratio <= bar } else { ratio >= bar };
    let met = within && right != Some(false);
    let right = right.map_or("null".to_owned(), |right| right.to_string());
    println!(
        "{{\"name\": \"{name}\", \"ratio\": {ratio:.3}, \"bar\": {bar}, \"better\": \"{better}\", \
         \"ours_ms\": {ours:.2}, \"theirs_ms\": {theirs:.2}, \"right\": {right}, \"met\": {met}}}"
    );
}

/// One resource with a list of so many elements, in another order on the other side, where one in a
/// hundred has changed; with duplicates where it is a set.
fn long_list(count: usize, keyed: bool) -> Result<(f64, bool), Failure> {
    let document = |element: &dyn Fn(usize) -> String| {
        let items: Vec<String> = (0..count).map(element).collect();
        format!(r#"[{{"type": "t", "id": "a", "attributes": {{"list": [{}]}}}}]"#, items.join(","))
    };
    let text = |at: usize, value: usize| match keyed {
        true => format!(r#"{{"name": "n{at}", "value": {value}}}"#),
        false => format!(r#""v{}""#, value / 2),
    };
    let desired = document(&|at| text(at, at));
    // A step that has no factor in common with the count visits every element once.
    let other = |at: usize| (at * 7_919 + 13) % count;
    let actual = document(&|at| {
        let at = other(at);
        if at % 100 == 0 { text(at, at + 10 * count) } else { text(at, at) }
    });
    let list = if keyed { "{keyed: [name]}" } else { "set" };
    let rules = Rules::from_yaml(&format!("[{{id: l, paths: [/list], list: {list}}}]"))?;
    let detector = Detector::builder().rules(rules).build()?;
    let context = Context::at(Timestamp::default()).with_seed(Seed([1, 2]));
    let mut best = f64::MAX;
    let mut changes = 0;
    for _ in 0..5 {
        let start = Instant::now();
        let desired = Snapshot::parse(desired.as_bytes(), drift_core::Format::Records)?;
        let actual = Snapshot::parse(actual.as_bytes(), drift_core::Format::Records)?;
        let report = detector.detect(&desired, &actual, &context);
        changes = report.findings.iter().map(|finding| finding.changes.len()).sum();
        drop((desired, actual, report));
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
    }
    let expected = if keyed { count / 100 } else { count / 100 * 2 };
    Ok((best, changes == expected))
}

/// From values in memory, which somebody else has read, to the written report.
fn in_memory(corpus: &Corpus) -> Result<(f64, bool), Failure> {
    let read = |file: &str| -> Result<Vec<serde_json::Value>, Failure> {
        let text = std::fs::read_to_string(corpus.path(file))?;
        text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
    };
    let (desired, actual) = (read("desired.ndjson")?, read("stripped.ndjson")?);
    let engine = Engine::new(corpus, &USUAL)?;
    let mut best = f64::MAX;
    let mut json = String::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        let (desired, actual) = (of_values(&engine, &desired)?, of_values(&engine, &actual)?);
        let report = engine.detector.detect(&desired, &actual, &engine.context);
        json = report.to_json();
        drop((desired, actual, report));
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
    }
    let wrong = truth::check(corpus, &Report::from_json(&json)?)?;
    Ok((best, wrong.is_empty()))
}

fn of_values<'a>(
    engine: &'a Engine,
    values: &'a [serde_json::Value],
) -> Result<Snapshot<'a>, Failure> {
    let mut builder = engine.detector.snapshot("", Scope::new(), &engine.context);
    builder.complete_all();
    for value in values {
        let text = |field: &'a serde_json::Value| field.as_str().unwrap_or_default();
        let (type_name, id, scope) = match value["metadata"].as_object() {
            Some(meta) => {
                let namespace = Scope::new().with("namespace", text(&meta["namespace"]));
                (text(&value["kind"]), text(&meta["name"]), namespace)
            }
            None => (text(&value["type"]), text(&value["id"]), Scope::new()),
        };
        builder.scope(scope).add_value(type_name, id, value)?;
    }
    Ok(builder.build()?)
}

fn peers(corpus: &Corpus, what: &str, field: &str) -> Result<f64, Failure> {
    let (desired, actual) = match what {
        "patch" => (corpus.path("desired.ndjson"), corpus.path("stripped.ndjson")),
        _ => (corpus.path("desired.ndjson"), corpus.path("actual.ndjson")),
    };
    let peers = std::env::var("DRIFT_PEERS")?;
    let output = Command::new(peers).arg(what).arg(desired).arg(actual).output()?;
    let told: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    told[field].as_f64().ok_or_else(|| format!("the peers do not tell `{field}`").into())
}

fn peak_kib() -> Result<u64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}

/// What the bars of the bindings ask for: a corpus, our time on it, and whether a report is right.
fn asked_by_others(arguments: &[String]) -> Result<bool, Failure> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["--generate", rest @ ..] => {
            let corpora = corpus::Corpora::generate(rest.contains(&"--quick"))?;
            println!("{}", corpora.plain()?.name());
        }
        ["--time", folder] => {
            let corpus = Corpus::open(folder.into(), false)?;
            let (_, fused, json) = measure(&corpus, &USUAL)?;
            let (_, apart, same) = measure(&corpus, &Setting { way: Way::Apart, ..USUAL })?;
            let right =
                json == same && truth::check(&corpus, &Report::from_json(&json)?)?.is_empty();
            println!("{{\"fused_ms\": {fused}, \"apart_ms\": {apart}, \"right\": {right}}}");
        }
        ["--check", folder, report] => {
            let corpus = Corpus::open(folder.into(), false)?;
            let report = Report::from_json(&std::fs::read_to_string(report)?)?;
            let wrong = truth::check(&corpus, &report)?;
            wrong.iter().take(10).for_each(|wrong| eprintln!("{wrong}"));
            println!("{}", wrong.is_empty());
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [what, folder, array] = arguments.as_slice()
        && what == "--once"
    {
        // One run in a process of its own, for its peak of memory.
        let corpus = Corpus::open(folder.into(), array == "array")?;
        let input = corpus.desired.len() + corpus.actual.len();
        Engine::new(&corpus, &USUAL)?.run(&corpus)?;
        println!("{{\"input\": {input}, \"peak\": {}}}", peak_kib()? * 1024);
        return Ok(());
    }
    if let [what, folder, estate, accounts] = arguments.as_slice()
        && what == "--findings-once"
    {
        let corpus = Corpus::open(folder.into(), false)?;
        println!("{}", findings::once(&corpus, estate, accounts.parse()?)?);
        return Ok(());
    }
    if let [what, folder] = arguments.as_slice()
        && what == "--findings"
    {
        return findings::bars(&Corpus::open(folder.into(), false)?);
    }
    if let [what, folder] = arguments.as_slice()
        && what == "--memory"
    {
        let (time, right) = in_memory(&Corpus::open(folder.into(), false)?)?;
        eprintln!("{time:.2} ms, right: {right}");
        return Ok(());
    }
    if asked_by_others(&arguments)? {
        return Ok(());
    }
    if let [what, count] = arguments.as_slice()
        && what == "--list"
    {
        for keyed in [false, true] {
            let (time, right) = long_list(count.parse()?, keyed)?;
            eprintln!("keyed: {keyed}, {time:.2} ms, right: {right}");
        }
        return Ok(());
    }
    if let [what, folder, times, more @ ..] = arguments.as_slice()
        && what == "--profile"
    {
        let corpus = Corpus::open(folder.into(), false)?;
        let known = more.iter().any(|word| word == "--kubernetes");
        let engine = Engine::new(&corpus, if known { &KUBERNETES } else { &USUAL })?;
        for _ in 0..times.parse::<usize>()? {
            eprintln!("{:.2} ms", engine.run(&corpus)?.0);
        }
        return Ok(());
    }
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let corpora = corpus::Corpora::generate(quick)?;
    bars(&corpora)
}

fn bars(corpora: &corpus::Corpora) -> Result<(), Failure> {
    let plain = corpora.plain()?;
    let check = |corpus: &Corpus, json: &str| -> Result<bool, Failure> {
        let report = Report::from_json(json)?;
        let wrong = truth::check(corpus, &report)?;
        for wrong in wrong.iter().take(10) {
            eprintln!("{}: {wrong}", corpus.name());
        }
        Ok(wrong.is_empty())
    };
    let theirs = peers(&plain, "parse", "serde_json")?;
    let (first, ours, json) = measure(&plain, &USUAL)?;
    let theirs = theirs.min(peers(&plain, "parse", "serde_json")?);
    let right = check(&plain, &json)?;
    line("1 bytes to report", 0.33, "below", ours, theirs, Some(right));
    line("1 first run", 0.33, "below", first, theirs, None);
    let sonic = peers(&plain, "parse", "sonic_rs")?;
    line("1 beside sonic-rs parsing", 1.0, "below", ours, sonic, None);
    let (_, apart, json_apart) = measure(&plain, &Setting { way: Way::Apart, ..USUAL })?;
    line(
        "1 read before the rules are known",
        0.33,
        "below",
        apart,
        theirs,
        Some(json_apart == json),
    );
    let (_, without, json) = measure(&plain, &Setting { packs: false, ..USUAL })?;
    line("1 without packs", 0.33, "below", without, theirs, Some(check(&plain, &json)?));
    let (_, many, json) = measure(&plain, &Setting { thousand_rules: true, ..USUAL })?;
    line("1 a thousand rules more", 1.15, "below", many, ours, Some(check(&plain, &json)?));
    let (_, two, json_two) = measure(&plain, &Setting { threads: 2, ..USUAL })?;
    let (_, ours, json) = measure(&plain, &USUAL)?;
    line("5 two threads", 1.7, "above", two, ours, Some(json == json_two));

    let array = corpora.array()?;
    let (_, as_array, json) = measure(&array, &USUAL)?;
    line("1 one JSON array", 0.33, "below", as_array, theirs, Some(check(&array, &json)?));

    let filled = corpora.defaults()?;
    let theirs_filled = peers(&filled, "parse", "serde_json")?;
    let (_, filled_ours, json) = measure(&filled, &USUAL)?;
    let right = check(&filled, &json)?;
    line("2 server defaults", 0.45, "below", filled_ours, theirs_filled, Some(right));
    for (name, bar, corpus, theirs) in [
        ("1 objects of Kubernetes, which the pack knows", 0.33, &plain, theirs),
        ("2 server defaults that the pack knows", 0.45, &filled, theirs_filled),
    ] {
        // Whether it is right cannot be told: for the corpus a default that is taken away is a change.
        let (_, ours, _) = measure(corpus, &KUBERNETES)?;
        line(name, bar, "below", ours, theirs, None);
    }

    for (variant, name) in variants::Variant::ALL {
        let corpus = corpora.variant(variant, name)?;
        let theirs = peers(&corpus, "parse", "serde_json")?;
        let (_, ours, json) = measure(&corpus, &USUAL)?;
        let right = check(&corpus, &json)?;
        line(&format!("1 {name}"), 0.33, "below", ours, theirs, Some(right));
    }

    for (name, corpus) in [("3 peak memory", &plain), ("3 peak memory, defaults", &filled)] {
        let program = std::env::current_exe()?;
        let output =
            Command::new(program).arg("--once").arg(corpus.folder()).arg("lines").output()?;
        let told: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let bytes = |field: &str| told[field].as_f64().unwrap_or(f64::MAX) / 1e6;
        line(name, 1.5, "below", bytes("peak"), bytes("input"), None);
    }

    let (ours, right) = in_memory(&plain)?;
    let patch = peers(&plain, "patch", "json_patch")?;
    line("8 values in memory", 1.0, "below", ours, patch, Some(right));

    for (name, keyed) in
        [("4 a set ten times as long", false), ("4 a keyed list ten times as long", true)]
    {
        let (small, large) = (long_list(10_000, keyed)?, long_list(100_000, keyed)?);
        line(name, 11.0, "below", large.0, small.0, Some(small.1 && large.1));
    }

    findings::bars(&plain)?;

    if let Some(large) = corpora.large()? {
        let (_, small, _) = measure(&plain, &USUAL)?;
        let (_, ours, json) = measure(&large, &USUAL)?;
        let right = check(&large, &json)?;
        line("4 ten times the resources", 10.5, "below", ours, small, Some(right));
    }
    Ok(())
}
