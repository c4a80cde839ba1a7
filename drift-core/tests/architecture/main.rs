//! The shape of the workspace, held by tests: the order of the core's modules, what the core must
//! never reach, its dependencies, and the size and heading of every file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may fail loudly"
)]

mod checker;
mod resolve;
mod scan;
mod tokens;

use crate::resolve::{ORDER, World};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const MAX_LINES: usize = 600;

/// Crates, or first words of crate names, that the core must not depend on: bindings, runtimes,
/// network clients, storage, sources of randomness.
const FOREIGN: [&str; 22] = [
    "pyo3",
    "napi",
    "tokio",
    "async-std",
    "smol",
    "mio",
    "reqwest",
    "hyper",
    "ureq",
    "isahc",
    "curl",
    "surf",
    "attohttpc",
    "h2",
    "rustls",
    "native-tls",
    "openssl",
    "rusqlite",
    "sqlx",
    "rand",
    "getrandom",
    "fastrand",
];

/// What the core reaches outside itself for, with the feature `bindings` alone: the panics of its own
/// threads print nothing.
const FOR_BINDINGS: (&str, &str) = ("drift-core/src/wire/worker.rs", "`std::panic::set_hook`");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Every Rust file under `folder`, relative to the workspace, with its text.
fn sources(folder: &str) -> BTreeMap<String, String> {
    files(folder, &["rs"])
}

/// The files of these extensions in a folder, but for what is installed or built.
fn files(folder: &str, extensions: &[&str]) -> BTreeMap<String, String> {
    let (root, mut out) = (root(), BTreeMap::new());
    let mut open = vec![root.join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy();
            if path.is_dir()
                && !name.starts_with('.')
                && !matches!(&*name, "target" | "node_modules")
            {
                open.push(path);
            } else if path.extension().is_some_and(|it| extensions.iter().any(|known| it == *known))
            {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                out.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    out
}

/// The module that a file of the core holds: `drift-core/src/diff/walk.rs` is `diff::walk`.
fn module_of(file: &str) -> Vec<String> {
    let name = file.strip_prefix("drift-core/src/").unwrap().strip_suffix(".rs").unwrap();
    let mut place: Vec<String> = name.split('/').map(str::to_owned).collect();
    if matches!(place.last().unwrap().as_str(), "lib" | "mod") {
        place.pop();
    }
    place
}

fn core() -> World {
    let files = sources("drift-core/src");
    assert!(!files.is_empty(), "the sources of the core are not where this test looks");
    World::new(files.iter().map(|(file, text)| (module_of(file), file.as_str(), text.as_str())))
}

fn none(faults: impl IntoIterator<Item = impl Into<String>>, what: &str) {
    let faults: Vec<String> = faults.into_iter().map(Into::into).collect();
    assert!(faults.is_empty(), "{what}:\n  {}", faults.join("\n  "));
}

#[test]
fn modules_use_only_modules_above_them() {
    none(core().order_faults(), "references against the order of the modules");
}

#[test]
fn lib_declares_the_modules_in_their_order() {
    let world = core();
    let ranks: Vec<usize> = world
        .declared()
        .iter()
        .map(|name| ORDER.iter().position(|known| known == name))
        .collect::<Option<_>>()
        .unwrap_or_else(|| {
            panic!("lib.rs declares a module outside the order: {:?}", world.declared())
        });
    assert!(ranks.is_sorted_by(|a, b| a < b), "out of order: {:?}", world.declared());
}

#[test]
fn every_file_of_the_core_belongs_to_a_declared_module() {
    let world = core();
    let files = sources("drift-core/src");
    let strays = files.keys().filter(|file| !world.reaches(&module_of(file)));
    none(strays, "files that no `mod` declares");
}

#[test]
fn analysis_cannot_fail() {
    none(core().failing_analysis(), "only reading and loading return errors");
}

#[test]
fn the_core_does_no_io_and_reads_no_clock_or_environment() {
    let (asked, faults): (Vec<String>, Vec<String>) = core()
        .purity_faults()
        .into_iter()
        .partition(|fault| fault.starts_with(FOR_BINDINGS.0) && fault.contains(FOR_BINDINGS.1));
    none(faults, "the core reaches outside itself");
    assert_eq!(asked.len(), 1, "the exception is gone, or more than it was: {asked:?}");
    let wire = fs::read_to_string(root().join("drift-core/src/wire/mod.rs")).unwrap();
    assert!(wire.contains("#[cfg(feature = \"bindings\")]\nmod worker;"), "it is not by request");
}

#[test]
fn the_core_holds_nothing_that_these_rules_cannot_see_through() {
    // What the build script makes of generated packs: constants and bytes, no code.
    let packed = "drift-core/src/normalize/packed.rs:";
    let core = core();
    let opaque = core.opaque().iter().filter(|found| !found.starts_with(packed));
    none(opaque.cloned(), "write it out plainly");
}

#[test]
fn files_stay_within_the_line_limit() {
    let folders = [
        "drift-core/src",
        "drift-core/tests",
        "drift-core/fuzz",
        "drift-py/src",
        "drift-py/python",
        "drift-py/tests",
        "drift-node/src",
        "drift-node/ts",
        "drift-node/test",
        "drift-store",
        "examples",
        "benches",
        "tools",
    ];
    let files = folders.iter().flat_map(|folder| files(folder, &["rs", "py", "pyi", "ts", "mjs"]));
    let long = files.filter_map(|(file, text)| {
        let lines = text.lines().count();
        (lines > MAX_LINES).then(|| format!("{file}: {lines} lines, at most {MAX_LINES}"))
    });
    none(long, "files that are too long");
}

#[test]
fn every_module_says_what_it_is_for() {
    let folders = ["drift-core/src", "drift-py/src", "drift-node/src"];
    let files = folders.iter().flat_map(|folder| sources(folder));
    let bare = files.filter(|(_, text)| !text.starts_with("//! "));
    none(bare.map(|(file, _)| file), "files that do not start with a `//!` line");
}

#[test]
fn the_core_depends_on_no_binding_runtime_or_client() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let manifest = fs::read_to_string(root().join("drift-core/Cargo.toml")).unwrap();
    let graph = lock_graph(&lock);
    let mut open = dependencies_of(&manifest);
    assert!(!open.is_empty() && !graph.is_empty(), "the manifest or the lock file was not read");
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if seen.insert(name.clone()) {
            open.extend(graph.get(&name).cloned().unwrap_or_default());
        }
    }
    let foreign = |name: &&String| {
        let first = |word: &&str| {
            name.strip_prefix(*word)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
        };
        FOREIGN.iter().any(first)
    };
    none(seen.iter().filter(foreign), "foreign crates in the core's dependencies");
}

/// The names under `[dependencies]`, `[build-dependencies]` and their `target` forms; what only
/// tests need is not shipped.
fn dependencies_of(manifest: &str) -> Vec<String> {
    let (mut out, mut inside) = (Vec::new(), false);
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            let (head, last) = section.rsplit_once('.').unwrap_or(("", section));
            inside = matches!(last, "dependencies" | "build-dependencies");
            if head.ends_with("dependencies") && !head.ends_with("dev-dependencies") {
                out.push(last.to_owned());
            }
        } else if inside && !line.starts_with('#') && !line.is_empty() {
            out.push(line.split(['.', ' ', '=']).next().unwrap().to_owned());
        }
    }
    out
}

/// The packages of a lock file with the names they depend on; versions of one name are joined.
fn lock_graph(lock: &str) -> BTreeMap<String, Vec<String>> {
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let quoted = |line: &str| line.split('"').nth(1).map(str::to_owned);
        let name = package.lines().find(|line| line.starts_with("name = ")).and_then(quoted);
        let needs = package.lines().skip_while(|line| !line.starts_with("dependencies = ["));
        let needs = needs.skip(1).take_while(|line| !line.starts_with(']')).filter_map(quoted);
        let first = |need: String| need.split(' ').next().unwrap_or_default().to_owned();
        out.entry(name.unwrap()).or_default().extend(needs.map(first));
    }
    out
}

#[test]
fn manifests_and_lock_files_are_read_as_cargo_reads_them() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\n# no\na = \"1\"\nb.workspace = true\n\
        [dependencies.c]\nversion = \"1\"\n[dev-dependencies]\nd = \"1\"\n[dev-dependencies.e]\n\
        [target.'cfg(unix)'.dependencies]\nf = { version = \"1\" }\n[lints]\nworkspace = true\n";
    assert_eq!(dependencies_of(manifest), ["a", "b", "c", "f"]);
    let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = [\n \
        \"b 2.0.0\",\n \"c\",\n]\n\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\n";
    let graph = lock_graph(lock);
    assert_eq!(graph["a"], ["b", "c"]);
    assert!(graph["b"].is_empty());
}

/// Names of the core, in lower case, that a binding may use: what runs, reads and writes for it.
const OF_BINDINGS: [&str; 5] = ["finish", "is_readable", "source", "value", "wire"];

#[test]
fn bindings_use_the_surface_of_the_core_and_nothing_that_decides() {
    for folder in ["drift-py/src", "drift-node/src"] {
        let files = sources(folder);
        assert!(!files.is_empty(), "{folder} is not where this test looks");
        for (file, text) in files {
            for rest in text.split("drift_core::").skip(1) {
                let end = if rest.starts_with('{') { rest.find('}') } else { rest.find(';') };
                let path = &rest[..end.unwrap_or(rest.len())];
                let path = if rest.starts_with('{') {
                    path
                } else {
                    path.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
                        .next()
                        .unwrap()
                };
                let words = path.split(|c: char| !(c.is_alphanumeric() || c == '_'));
                // Behind a type stand its own functions.
                let modules = words.take_while(|word| !word.starts_with(char::is_uppercase));
                for module in modules.filter(|word| !word.is_empty()) {
                    let known = OF_BINDINGS.contains(&module) || path.starts_with("wire::");
                    assert!(known, "{file} uses `drift_core::{path}`");
                }
            }
        }
    }
}
