//! Policies: broken and random Rego, policy files and annotations. None panics, takes long or much, or hides what the
//! engine finds without them; what cannot be read is told with its place.

use super::Failure;
use super::broken::{broken, files};
use drift_benches::Draw;
use drift_core::report::PolicyError;
use drift_core::{Context, Detector, Format, Limits, Packs, Policies, Snapshot, Timestamp};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// What one policy may take, beside other work.
const LONG: Duration = Duration::from_secs(20);
/// What the process may hold, in pages of 4 KiB.
const MUCH: usize = 512 << 10;
const STEPS: usize = 50_000;
const BYTES: usize = 8 << 20;

/// Functions, each with how many arguments it takes.
const FUNCTIONS: [(&str, usize); 66] = [
    ("abs", 1),
    ("array.concat", 2),
    ("array.reverse", 1),
    ("array.slice", 3),
    ("base64.decode", 1),
    ("base64.encode", 1),
    ("bits.and", 2),
    ("bits.lsh", 2),
    ("bits.rsh", 2),
    ("ceil", 1),
    ("concat", 2),
    ("contains", 2),
    ("count", 1),
    ("endswith", 2),
    ("format_int", 2),
    ("glob.match", 3),
    ("glob.quote_meta", 1),
    ("graph.reachable", 2),
    ("graph.reachable_paths", 2),
    ("hex.decode", 1),
    ("hex.encode", 1),
    ("indexof", 2),
    ("indexof_n", 2),
    ("intersection", 1),
    ("is_array", 1),
    ("json.filter", 2),
    ("json.is_valid", 1),
    ("json.marshal", 1),
    ("json.marshal_with_options", 2),
    ("json.remove", 2),
    ("json.unmarshal", 1),
    ("lower", 1),
    ("max", 1),
    ("min", 1),
    ("net.cidr_contains", 2),
    ("numbers.range", 2),
    ("numbers.range_step", 3),
    ("object.filter", 2),
    ("object.get", 3),
    ("object.keys", 1),
    ("object.remove", 2),
    ("object.subset", 2),
    ("object.union", 2),
    ("object.union_n", 1),
    ("product", 1),
    ("regex.find_all_string_submatch_n", 3),
    ("regex.find_n", 3),
    ("regex.match", 2),
    ("regex.replace", 3),
    ("regex.split", 2),
    ("regex.template_match", 4),
    ("replace", 3),
    ("semver.compare", 2),
    ("sort", 1),
    ("split", 2),
    ("sprintf", 2),
    ("strings.any_prefix_match", 2),
    ("strings.count", 2),
    ("strings.replace_n", 2),
    ("strings.reverse", 1),
    ("substring", 3),
    ("sum", 1),
    ("time.add_date", 4),
    ("to_number", 1),
    ("trim", 2),
    ("walk", 1),
];

const ATOMS: [&str; 34] = [
    "input",
    "input.a",
    "input.list",
    "input.list[_]",
    "input.map",
    "input.map[k]",
    "input.text",
    "data.d",
    "x",
    "y",
    "r0",
    "r1",
    "r2",
    "0",
    "1",
    "-1",
    "2.5",
    "1e300",
    "9007199254740993",
    "100000",
    "\"\"",
    "\"a\"",
    "\"%v %05d %s\"",
    "\"(a|b)*c\"",
    "\"{[a-z]+}\"",
    "\"é/ü\"",
    "\"1e999\"",
    "true",
    "false",
    "null",
    "[]",
    "{}",
    "set()",
    "{\"a\": [\"b\"], \"b\": [\"a\", \"\"]}",
];

const DOCUMENT: &str = r#"{"a": SHIFT, "list": [1, 2, [3], "x", null, 1e300], "map": {"k": {"a": "b"}, "é": [true]},
    "text": "a{b}c %v 10.0.0.0/8 \u0000 éü", "tags": {"owner": "x"}, "spec": {"containers": [{"image": "a:latest"}]}}"#;

/// An expression of some depth.
fn expression(draw: &mut Draw, depth: usize) -> String {
    let atom = |draw: &mut Draw| draw.pick(&ATOMS).copied().unwrap_or("1").to_owned();
    if depth == 0 {
        return atom(draw);
    }
    let next = |draw: &mut Draw| expression(draw, depth - 1);
    match draw.below(12) {
        0 | 1 => atom(draw),
        2 => format!("[{}, {}]", next(draw), next(draw)),
        3 => format!("{{{}, {}}}", next(draw), next(draw)),
        4 => format!("{{\"a\": {}, {}: {}}}", next(draw), next(draw), next(draw)),
        5 => {
            let operators = ["+", "-", "*", "/", "%", "|", "&", "==", "<", "!="];
            let operator = draw.pick(&operators).copied().unwrap_or("+");
            format!("({} {operator} {})", next(draw), next(draw))
        }
        6 => format!("[x | some x in {}; {}]", next(draw), next(draw)),
        7 => format!("{{y | y := {}}}", next(draw)),
        8 => format!("{{k: v | some k, v in {}}}", next(draw)),
        _ => {
            let (name, count) = draw.pick(&FUNCTIONS).copied().unwrap_or(("count", 1));
            let given: Vec<String> = (0..count).map(|_| next(draw)).collect();
            format!("{name}({})", given.join(", "))
        }
    }
}

/// A module that was never written.
fn random(draw: &mut Draw) -> String {
    let mut text = String::from("package p\n");
    for rule in 0..1 + draw.below(4) {
        let depth = 1 + draw.below(3);
        let value = expression(draw, depth);
        text += &match draw.below(4) {
            0 => format!("r{rule} contains {value}\n"),
            1 => format!("r{rule}(x) := {value}\n"),
            2 => format!("r{rule} := {value} if {{ some x in {} }}\n", expression(draw, 1)),
            _ => format!("r{rule} := {value}\n"),
        };
    }
    let (one, two) = (expression(draw, 2), expression(draw, 3));
    let bind =
        draw.pick(&["some x in", "x :=", "x =", "[x, y] =", "not"]).copied().unwrap_or("x :=");
    text + &format!("deny contains msg if {{\n    {bind} {one}\n    msg := {two}\n}}\n")
}

/// The policies of all vectors, and what stands in the documentation.
fn samples() -> Result<Vec<String>, Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut paths = Vec::new();
    files(&root.join("drift-core/tests/vectors/policy"), &mut paths);
    let mut found = Vec::new();
    for path in paths {
        let vector: Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
        collect(&vector, &mut found);
    }
    let documentation = std::fs::read_to_string(root.join("docs/POLICY.md"))?;
    let blocks = documentation.split("```").filter(|block| block.starts_with("yaml\nversion"));
    found.extend(blocks.map(|block| block.trim_start_matches("yaml\n").to_owned()));
    match found.is_empty() {
        true => Err("no vector holds policies".into()),
        false => Ok(found),
    }
}

/// Texts of Rego and policy files, wherever they stand in a vector.
fn collect(value: &Value, found: &mut Vec<String>) {
    let is_policy = |text: &str| text.contains("package ") || text.contains("rego");
    match value {
        Value::String(text) if is_policy(text) => found.push(text.clone()),
        Value::Array(items) => {
            let lines: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            match lines.map(|lines| lines.join("\n")).filter(|text| is_policy(text)) {
                Some(text) => found.push(text),
                None => items.iter().for_each(|item| collect(item, found)),
            }
        }
        Value::Object(fields) if fields.contains_key("rego") => found.push(format!("[{value}]")),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, found)),
        _ => {}
    }
}

/// Tries until `end`; says what was tried.
pub(crate) fn run(seed: u64, end: Instant) -> Result<String, Failure> {
    let samples = samples()?;
    let mut draw = Draw::new(seed);
    let side = |shift: &str| {
        let document = DOCUMENT.replace("SHIFT", shift);
        format!(r#"[{{"type": "t", "id": "one", "attributes": {document}}}]"#)
    };
    let texts = [side("1"), side("2")];
    let mut tries = Tries { read: 0, evaluated: 0, stopped: 0, texts };
    let mut count = 0_u64;
    std::panic::set_hook(Box::new(|_| {}));
    while Instant::now() < end {
        let text = match draw.below(3) {
            0 => random(&mut draw),
            1 => String::from_utf8_lossy(&broken(random(&mut draw).as_bytes(), &mut draw))
                .into_owned(),
            _ => match draw.pick(&samples) {
                Some(sample) => {
                    String::from_utf8_lossy(&broken(sample.as_bytes(), &mut draw)).into_owned()
                }
                None => break,
            },
        };
        count += 1;
        let start = Instant::now();
        let tried = catch_unwind(AssertUnwindSafe(|| tries.attempt(&text)));
        let wrong = match tried {
            Ok(Ok(())) if start.elapsed() > LONG => Some(format!("took {:?}", start.elapsed())),
            Ok(Ok(())) => {
                held().filter(|pages| *pages > MUCH).map(|pages| format!("holds {pages} pages"))
            }
            Ok(Err(wrong)) => Some(wrong),
            Err(panic) => {
                let message = panic.downcast_ref::<String>().cloned();
                let message =
                    message.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                Some(format!("panicked: {}", message.unwrap_or_default()))
            }
        };
        if let Some(wrong) = wrong {
            println!("{text}");
            return Err(wrong.into());
        }
    }
    let Tries { read, evaluated, stopped, .. } = tries;
    Ok(format!(
        "{count} texts tried, {read} of them read, {evaluated} evaluated, {stopped} stopped at a limit"
    ))
}

/// The pages that the process holds, where that can be asked.
fn held() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    text.split(' ').nth(1)?.parse().ok()
}

fn read(text: &str) -> Result<Snapshot<'_>, String> {
    Snapshot::parse(text.as_bytes(), Format::Records).map_err(|error| error.to_string())
}

struct Tries {
    read: u64,
    evaluated: u64,
    stopped: u64,
    texts: [String; 2],
}

impl Tries {
    /// What is wrong with what the engine says of a policy.
    fn attempt(&mut self, text: &str) -> Result<(), String> {
        let policies = match Policies::from_text(text) {
            Ok(policies) => policies,
            Err(error) => return told(&error),
        };
        self.read += 1;
        let limits =
            Limits { max_policy_steps: STEPS, max_policy_bytes: BYTES, ..Limits::default() };
        let build = |policies, threads| {
            let builder = Detector::builder().packs(Packs::none()).limits(limits.clone());
            builder.policies(policies).threads(threads).build()
        };
        let detector = match build(policies, 1) {
            Ok(detector) => detector,
            Err(error) => return told(&error),
        };
        let plain = build(Policies::default(), 1).map_err(|error| error.to_string())?;
        let [desired, actual] = self.texts.clone();
        let (desired, actual) = (read(&desired)?, read(&actual)?);
        let context = Context::at(Timestamp::default());
        let report = detector.detect(&desired, &actual, &context);
        self.evaluated += 1;
        let stopped = report.policy_errors.iter().any(|error| error.code.ends_with("_limit"));
        self.stopped += u64::from(stopped);
        if report.findings != plain.detect(&desired, &actual, &context).findings {
            return Err("other findings than without the policy".to_owned());
        }
        let codes = ["step_limit", "memory_limit", "result", "evaluation"];
        let unknown = |error: &&PolicyError| !codes.contains(&error.code.as_str());
        if let Some(error) = report.policy_errors.iter().find(unknown) {
            return Err(format!("no such code: {}", error.code));
        }
        let again = detector.detect(&desired, &actual, &context);
        match report.to_json() == again.to_json() {
            true => Ok(()),
            false => Err(format!(
                "says something else again:\n{}\n{}",
                report.to_json(),
                again.to_json()
            )),
        }
    }
}

/// An error has a message, of one line, and a place unless it is about the policy as a whole.
fn told(error: &drift_core::Error) -> Result<(), String> {
    let whole = [
        "longer than",
        "kept for the engine",
        "calls itself",
        "too deep",
        "looked through",
        "of the Rego",
    ];
    let message = error.message();
    let placed = error.position().is_some() || whole.iter().any(|part| message.contains(part));
    match message.trim().is_empty() || message.contains('\n') || !placed {
        true => Err(format!("an error that does not tell: {error:?}")),
        false => Ok(()),
    }
}
