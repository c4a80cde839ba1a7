//! The YAML loader under the `kubectl` schema beside `kubectl` itself, where that is installed.

use crate::common;

use drift_core::value::{Document, DuplicateKeys, ReadOptions, Tree, YamlSchema};
use serde_json::{Deserializer, Value};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The label that `kubectl` is told to add, so that it reads and prints an object without a server.
const LABEL: &str = "read-by";

fn is_there() -> bool {
    let found = Command::new("kubectl").args(["version", "--client"]).output();
    let there = found.is_ok_and(|output| output.status.success());
    if !there {
        let thread = std::thread::current();
        let test = thread.name().unwrap_or_default();
        common::tell(&format!("skipped: {test}, as there is no `kubectl` on the path"));
    }
    there
}

/// The objects as `kubectl` reads them; `None` where it refuses the text.
fn by_kubectl(files: &[PathBuf], text: Option<&str>) -> Option<Vec<Value>> {
    let mut command = Command::new("kubectl");
    command.args(["label", "--local", "--overwrite", "-o", "json", "--show-managed-fields"]);
    command.arg(format!("{LABEL}=kubectl"));
    for file in files {
        command.arg("-f").arg(file);
    }
    if text.is_some() {
        command.args(["-f", "-"]);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A text that is refused may not be read to its end.
    let _ = stdin.write_all(text.unwrap_or_default().as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let objects = Deserializer::from_slice(&output.stdout).into_iter::<Value>();
    let objects: Vec<Value> = objects.map(Result::unwrap).map(plain).collect();
    output.status.success().then_some(objects)
}

/// The documents as the loader reads them, those that are null left out.
fn by_loader(bytes: &[u8]) -> drift_core::Result<Vec<Value>> {
    let options = ReadOptions { duplicate_keys: DuplicateKeys::Last, ..ReadOptions::default() };
    let document = Document::parse_yaml(bytes, YamlSchema::Kubectl, &options)?;
    let values = document.roots().map(|root| serde_json::to_value(Tree::of(root)).unwrap());
    Ok(values.filter(|value| !value.is_null()).map(plain).collect())
}

/// Without the label, and without labels where there are no others.
fn plain(mut object: Value) -> Value {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        if let Some(labels) = metadata.get_mut("labels").and_then(Value::as_object_mut) {
            labels.remove(LABEL);
        }
        let none =
            |labels: &Value| labels.is_null() || labels.as_object().is_some_and(|l| l.is_empty());
        if metadata.get("labels").is_some_and(none) {
            metadata.remove("labels");
        }
    }
    object
}

/// Whether the two are the same; `kubectl` prints numbers as it holds them, in 64 bits.
fn same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(ours), Value::Number(theirs)) => {
            ours == theirs || ours.as_f64() == theirs.as_f64()
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| same(a, b))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().all(|(k, v)| theirs.get(k).is_some_and(|other| same(v, other)))
        }
        _ => ours == theirs,
    }
}

/// An object that holds each of the scalars.
fn holding(scalars: &[String]) -> String {
    let mut text =
        "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\nspec:\n".to_owned();
    for scalar in scalars {
        writeln!(text, "- {scalar}").unwrap();
    }
    text
}

/// Scalars that are one thing in YAML 1.1 and another in 1.2, or look like what they are not.
fn scalars() -> Vec<String> {
    let words = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf",
        "infinity", "~", ".", "..", "-", "+", "=", "0x", "0b", "0o", "_", "1_", "_1", "e", "1e",
        "e1",
    ];
    let numbers = [
        "0",
        "00",
        "07",
        "08",
        "017",
        "0o17",
        "0o8",
        "0x1F",
        "0xg",
        "0b11",
        "0b12",
        "1_000",
        "1__0",
        "0x_1",
        "0b_1",
        "190:20:30",
        "1:2",
        "1e3",
        "1E3",
        "1e+3",
        "1e-3",
        "1.e3",
        ".5",
        "5.",
        "1.0",
        "1.50",
        "01.5",
        "0.1e1",
        "123456789012345678901234567890",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "1.7976931348623157e308",
        "2001-01-01",
        "2001-01-01T00:00:00Z",
        "2001-1-1 1:1:1",
        "1.2.3",
        "100m",
        "1Gi",
        "0.0",
        "-0",
        "1,000",
        "0777",
        "0888",
        "0x7fffffffffffffff",
        "0xffffffffffffffff",
        "0b111111111",
        "1e400",
        "5e-324",
        "1e-400",
        "0e0",
        "00.1",
        "1_0.5",
        "1.5_0",
        "1e1_0",
    ];
    let quoted = [
        "'yes'",
        "\"017\"",
        "!!str 12",
        "!!int \"12\"",
        "!!float 3",
        "'it''s'",
        "\"a\\tb\"",
        "\"\\u00e9\"",
        "!!null ''",
        "!!bool \"true\"",
        "|-\n  a\n  b",
        ">-\n  a\n  b",
        "<<",
    ];
    let mut all = Vec::new();
    for word in words {
        let mut capital = word.to_owned();
        if let Some(first) = capital.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        all.extend([word.to_owned(), word.to_ascii_uppercase(), capital, format!(".{word}")]);
    }
    for number in numbers {
        all.extend(["", "+", "-"].map(|sign| format!("{sign}{number}")));
    }
    all.extend(quoted.map(str::to_owned));
    all.sort();
    all.dedup();
    all
}

/// Scalars out of the characters that numbers are made of, the same in every run.
fn generated(count: usize) -> Vec<String> {
    const CHARS: &[u8] = b"0123456789.eE+-_xob:aA";
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap()
    };
    let scalar = |_| {
        let length = 1 + next() % 7;
        (0..length).map(|_| char::from(CHARS[next() % CHARS.len()])).collect::<String>()
    };
    (0..count).map(scalar).collect()
}

/// What is read otherwise, one by one where `kubectl` refuses them together.
fn differences(scalars: &[String], told: &mut Vec<String>) -> (usize, usize) {
    let text = holding(scalars);
    let (ours, theirs) = (by_loader(text.as_bytes()), by_kubectl(&[], Some(&text)));
    match (&ours, &theirs) {
        (Ok(ours), Some(theirs)) if same(&ours[0], &theirs[0]) => return (scalars.len(), 0),
        (Err(_), None) if scalars.len() == 1 => return (0, 1),
        _ => {}
    }
    if let [scalar] = scalars {
        told.push(format!("`{scalar}`: {ours:?}, kubectl {theirs:?}"));
        return (0, 0);
    }
    let (first, second) = scalars.split_at(scalars.len() / 2);
    let (first, second) = (differences(first, told), differences(second, told));
    (first.0 + second.0, first.1 + second.1)
}

#[test]
fn scalars_are_read_as_kubectl_reads_them() {
    if !is_there() {
        return;
    }
    let mut told = Vec::new();
    let all: Vec<String> = scalars().into_iter().chain(generated(4000)).collect();
    let (same, refused) = differences(&all, &mut told);
    assert!(told.is_empty(), "{} differ:\n{}", told.len(), told.join("\n"));
    assert_eq!(same + refused, all.len());
    common::figure("kubectl_scalars", &[("same", same), ("refused by both", refused)]);
}

#[test]
fn public_manifests_are_read_as_kubectl_reads_them() {
    let Some(corpus) = common::corpus() else { return };
    if !is_there() {
        return;
    }
    let folder = corpus.join("k8s-manifests");
    let mut files = Vec::new();
    for file in common::files(&folder, &["yaml", "yml"]) {
        let Ok(objects) = by_loader(&std::fs::read(&file).unwrap()) else { continue };
        let is_object = |object: &Value| {
            let named = object.pointer("/metadata/name").is_some_and(Value::is_string);
            let versioned = ["apiVersion", "kind"].iter().all(|name| object[*name].is_string());
            named && versioned && object.get("items").is_none()
        };
        if !objects.is_empty() && objects.iter().all(is_object) {
            files.push((file, objects));
        }
    }
    let (mut same_objects, mut refused, mut unequal) = (0, 0, Vec::new());
    for chunk in files.chunks(40) {
        compare(chunk, &mut same_objects, &mut refused, &mut unequal);
    }
    assert!(unequal.is_empty(), "{}", unequal.join("\n"));
    assert!(same_objects > 1000, "{same_objects}");
    let figures = [("files", files.len()), ("objects", same_objects), ("refused files", refused)];
    common::figure("kubectl_manifests", &figures);
}

/// Compares files; where they are refused or differ together, each half for itself.
fn compare(
    files: &[(PathBuf, Vec<Value>)],
    same_objects: &mut usize,
    refused: &mut usize,
    unequal: &mut Vec<String>,
) {
    let names: Vec<PathBuf> = files.iter().map(|(file, _)| file.clone()).collect();
    let theirs = by_kubectl(&names, None);
    let ours: Vec<&Value> = files.iter().flat_map(|(_, objects)| objects).collect();
    let agrees = |theirs: &Vec<Value>| {
        ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| same(a, b))
    };
    if theirs.as_ref().is_some_and(agrees) {
        *same_objects += ours.len();
        return;
    }
    match files {
        [(file, _)] if theirs.is_none() => {
            // What is no manifest to `kubectl` for other reasons than its YAML: it says so itself.
            common::tell(&format!("refused by kubectl: {}", shown(file)));
            *refused += 1;
        }
        [(file, _)] => unequal.push(shown(file)),
        _ => {
            let (first, second) = files.split_at(files.len() / 2);
            compare(first, same_objects, refused, unequal);
            compare(second, same_objects, refused, unequal);
        }
    }
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}
