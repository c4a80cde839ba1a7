//! Every reader by itself: none panics or takes long, and what one has read does not differ from
//! itself.

use super::Failure;
use super::broken::{broken, files};
use drift_benches::Draw;
use drift_core::{Context, Detector, ParseOptions, Snapshot, Timestamp};
use serde_json::{Map, Value};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// Documents of one syntax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Json,
    Yaml,
    Hcl,
    /// Documents read through mappings, and the mappings themselves.
    Mapping,
    /// Statements, and the catalogues of databases.
    Sql,
    /// Files of settings.
    Settings,
}

/// What a document of some kilobytes may take, beside other work: loops of a template make a hundred
/// thousand resources of one.
const LONG: Duration = Duration::from_secs(30);

impl Family {
    pub(crate) const ALL: [Self; 6] =
        [Self::Json, Self::Yaml, Self::Hcl, Self::Mapping, Self::Sql, Self::Settings];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Hcl => "hcl",
            Self::Mapping => "mapping",
            Self::Sql => "sql",
            Self::Settings => "settings",
        }
    }

    fn of(text: &str, options: &Map<String, Value>) -> Self {
        let format = options.get("format").and_then(Value::as_str);
        if options.contains_key("mapping") || format == Some("mapping") {
            return Self::Mapping;
        }
        match (format, text.trim_start().starts_with(['{', '['])) {
            (Some("terraform_config"), _) => Self::Hcl,
            (Some("sql_ddl" | "sql_schema"), _) => Self::Sql,
            (Some("dotenv" | "ini" | "toml"), _) => Self::Settings,
            (_, true) => Self::Json,
            (_, false) => Self::Yaml,
        }
    }
}

/// A document with the options that it is read with.
struct Sample {
    text: String,
    options: Map<String, Value>,
}

/// The documents of all vectors that are of the family.
fn samples(family: Family) -> Result<Vec<Sample>, Failure> {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../drift-core/tests/vectors");
    let mut paths = Vec::new();
    files(&vectors, &mut paths);
    let mut samples = Vec::new();
    for path in paths {
        let vector: Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
        collect(&vector, &mut samples);
    }
    samples.retain(|sample| Family::of(&sample.text, &sample.options) == family);
    if samples.is_empty() {
        return Err(format!("no vector holds documents of the family {}", family.name()).into());
    }
    Ok(samples)
}

/// Sides of detections, wherever they stand in a vector: a `text` or a `value`, with options.
fn collect(value: &Value, samples: &mut Vec<Sample>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, samples)),
        Value::Object(fields) => {
            let lines = |lines: &Vec<Value>| {
                let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
                lines.join("\n")
            };
            let text = match (fields.get("text"), fields.get("value")) {
                (Some(Value::String(text)), _) => Some(text.clone()),
                (Some(Value::Array(all)), _) => Some(lines(all)),
                (None, Some(value @ (Value::Object(_) | Value::Array(_)))) => {
                    Some(value.to_string())
                }
                _ => None,
            };
            if let Some(text) = text {
                let mut options = fields.clone();
                options.retain(|name, _| !matches!(name.as_str(), "text" | "value"));
                samples.push(Sample { text, options });
            }
            fields.values().for_each(|field| collect(field, samples));
        }
        _ => {}
    }
}

/// Tries until `end`; says what was tried.
pub(crate) fn run(family: Family, seed: u64, end: Instant) -> Result<String, Failure> {
    let samples = samples(family)?;
    let detector = Detector::builder().build()?;
    let context = Context::at(Timestamp::default());
    let mut draw = Draw::new(seed);
    let (mut tries, mut read) = (0_u64, 0_u64);
    std::panic::set_hook(Box::new(|_| {}));
    while Instant::now() < end {
        let Some(sample) = draw.pick(&samples) else { break };
        let mut options = sample.options.clone();
        let mut text = sample.text.as_bytes().to_vec();
        match options.get_mut("mapping") {
            Some(mapping) if draw.below(2) == 0 => {
                let whole = match mapping.as_str() {
                    Some(text) => text.to_owned(),
                    None => mapping.to_string(),
                };
                let other = broken(whole.as_bytes(), &mut draw);
                *mapping = Value::String(String::from_utf8_lossy(&other).into_owned());
            }
            _ => text = broken(&text, &mut draw),
        }
        let options = Value::Object(options).to_string();
        tries += 1;
        let start = Instant::now();
        let tried =
            catch_unwind(AssertUnwindSafe(|| attempt(&text, &options, &detector, &context)));
        let found = match tried {
            Ok(Ok(was_read)) => {
                read += u64::from(was_read);
                (start.elapsed() > LONG).then(|| format!("took {:?}", start.elapsed()))
            }
            Ok(Err(found)) => Some(found),
            Err(panic) => {
                let message = panic.downcast_ref::<String>().cloned();
                Some(format!("panicked: {}", message.unwrap_or_default()))
            }
        };
        if let Some(found) = found {
            println!("{options}\n{}", String::from_utf8_lossy(&text));
            return Err(found.into());
        }
    }
    Ok(format!("{tries} documents tried, {read} of them read and compared with themselves"))
}

/// Reads a document; whether it could be read, or what is wrong.
fn attempt(
    text: &[u8],
    options: &str,
    detector: &Detector,
    context: &Context<'_>,
) -> Result<bool, String> {
    let Ok(options) = ParseOptions::from_json(options) else { return Ok(false) };
    match Snapshot::parse_with(text, &options) {
        Ok(snapshot) => {
            let report = detector.detect(&snapshot, &snapshot, context);
            match report.findings.is_empty() {
                true => Ok(true),
                false => Err(format!("differs from itself: {}", report.to_json())),
            }
        }
        Err(error) if error.to_string().is_empty() => Err("an error without a message".to_owned()),
        Err(_) => Ok(false),
    }
}
