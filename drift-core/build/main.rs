//! Packs what is known about types: deflated, rules with what selects them beside, and what is generated
//! from schemas in blocks, so that to read one type inflates one.
#![allow(clippy::print_stdout, reason = "Cargo reads what a build script prints")]
#![allow(clippy::indexing_slicing, reason = "a value of serde_json is null where it is absent")]

mod findings;
mod written;

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};
use written::{Head, Written, written};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A block holds services until it is of this many bytes.
const BLOCK: usize = 96 << 10;
/// How hard to look for what repeats, of 10.
const EFFORT: u8 = 10;

fn main() -> Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let (packs, findings) = (root.join("packs"), root.join("findings"));
    println!("cargo:rerun-if-changed={}", packs.display());
    println!("cargo:rerun-if-changed={}", findings.display());
    println!("cargo:rerun-if-changed=build");
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    let mut output = Output { folder, code: String::new() };
    output.aws(&packs.join("generated/aws.jsonl"))?;
    output.kubernetes(&packs.join("generated/kubernetes.json"))?;
    output.written(&packs)?;
    output.written(&packs.join("bundles"))?;
    output.findings(&findings)?;
    Ok(fs::write(output.folder.join("packs.rs"), output.code)?)
}

struct Output {
    folder: PathBuf,
    /// Statics and constants, whose types are in `normalize/packed.rs`.
    code: String,
}

impl Output {
    /// The catalogue of AWS: a head, and a line for each type.
    fn aws(&mut self, file: &Path) -> Result<()> {
        let aws = fs::read_to_string(file)?;
        let (head, lines) = aws.split_once('\n').ok_or("aws.jsonl has no types")?;
        self.constant("AWS_VERSION", &version(&aws))?;
        self.constant("AWS_HEAD", head)?;
        let blocks = blocks(lines);
        writeln!(self.code, "pub(super) static AWS_BLOCKS: [Block; {}] = [", blocks.len())?;
        for (index, block) in blocks.iter().enumerate() {
            let first = type_of(block)?;
            let text = self.packed(&format!("aws-{index:03}"), block)?;
            writeln!(self.code, "    Block {{ first: {first:?}, text: {text} }},")?;
        }
        Ok(writeln!(self.code, "];")?)
    }

    /// The catalogue of Kubernetes: which shapes a type has, and where each shape stands in the text.
    fn kubernetes(&mut self, file: &Path) -> Result<()> {
        #[derive(Deserialize)]
        struct Catalogue<'t> {
            version: String,
            #[serde(borrow)]
            elsewhere: &'t RawValue,
            #[serde(borrow)]
            everywhere: &'t RawValue,
            types: BTreeMap<String, Vec<String>>,
            #[serde(borrow)]
            shapes: BTreeMap<String, &'t RawValue>,
        }
        let json = fs::read_to_string(file)?;
        let Catalogue { version: of, elsewhere, everywhere, types, shapes } =
            serde_json::from_str(&json)?;
        let head =
            format!("{{\"version\":{of:?},\"elsewhere\":{elsewhere},\"everywhere\":{everywhere}}}");
        self.constant("KUBERNETES_VERSION", &version(&json))?;
        self.constant("KUBERNETES_HEAD", &head)?;
        writeln!(self.code, "pub(super) static KUBERNETES_TYPES: &[(&str, &[&str])] = &[")?;
        for (name, shapes) in types {
            writeln!(self.code, "    ({name:?}, &{shapes:?}),")?;
        }
        writeln!(
            self.code,
            "];\npub(super) static KUBERNETES_SHAPES: &[(&str, usize, usize)] = &["
        )?;
        let mut text = String::new();
        for (name, shape) in shapes {
            let start = text.len();
            text.push_str(shape.get());
            writeln!(self.code, "    ({name:?}, {start}, {}),", text.len())?;
        }
        let text = self.packed("kubernetes", &text)?;
        Ok(writeln!(self.code, "];\npub(super) static KUBERNETES_TEXT: Packed = {text};")?)
    }

    fn constant(&mut self, name: &str, text: &str) -> Result<()> {
        Ok(writeln!(self.code, "pub(super) const {name}: &str = {text:?};")?)
    }

    /// What is written by hand: a static for each file, in capitals.
    fn written(&mut self, packs: &Path) -> Result<()> {
        for path in yaml_files(packs)? {
            let name = path.file_stem().and_then(|name| name.to_str()).ok_or("a name")?;
            let yaml = fs::read_to_string(&path)?;
            let rules = written(&yaml).map_err(|error| format!("{}: {error}", path.display()))?;
            self.rules(name, &version(&yaml), &rules)?;
        }
        Ok(())
    }

    /// The catalogue of findings: one pack of all files, a rule for each place of an entry.
    fn findings(&mut self, folder: &Path) -> Result<()> {
        let (mut all, mut text) = (Written::default(), String::new());
        for path in yaml_files(folder)? {
            let yaml = fs::read_to_string(&path)?;
            let found = written(&yaml).and_then(|entries| findings::add(&entries, &mut all));
            found.map_err(|error| format!("{}: {error}", path.display()))?;
            text.push_str(&yaml);
        }
        self.rules("findings", &version(&text), &all)
    }

    fn rules(&mut self, name: &str, version: &str, rules: &Written) -> Result<()> {
        let capitals = name.to_uppercase();
        writeln!(self.code, "pub(super) static {capitals}: Written = Written {{")?;
        writeln!(self.code, "    version: {version:?},")?;
        let text = self.packed(&format!("written-{name}"), &rules.text)?;
        writeln!(self.code, "    text: {text},\n    heads: &[")?;
        for Head { id, provider, type_name, identifies, line, start, end } in &rules.heads {
            writeln!(
                self.code,
                "        Head {{ id: {id:?}, provider: {provider:?}, type_name: {type_name:?}, \
                 identifies: {identifies}, line: {line}, start: {start}, end: {end} }},"
            )?;
        }
        Ok(writeln!(self.code, "    ],\n}};")?)
    }

    /// The expression of a text that lies deflated in a file of this name.
    fn packed(&self, name: &str, text: &str) -> Result<String> {
        let file = format!("{name}.deflate");
        let deflated = miniz_oxide::deflate::compress_to_vec(text.as_bytes(), EFFORT);
        fs::write(self.folder.join(&file), deflated)?;
        let bytes = format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{file}\"))");
        Ok(format!("Packed::new({bytes}, {})", text.len()))
    }
}

fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    Ok(files)
}

/// Changes with what a pack says.
fn version(text: &str) -> String {
    let digits = Sha256::digest(text.as_bytes());
    let digits = digits.iter().take(6).map(|byte| format!("{byte:02x}"));
    format!("sha256:{}", digits.collect::<String>())
}

/// The lines in blocks: a service is in one of them as a whole.
fn blocks(lines: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut block = String::new();
    let mut last = None;
    for line in lines.split_inclusive('\n') {
        let service = line.split("::").nth(1);
        if block.len() > BLOCK && service != last {
            found.push(std::mem::take(&mut block));
        }
        block.push_str(line);
        last = service;
    }
    found.push(block);
    found
}

/// The name of the first type of a block.
fn type_of(block: &str) -> Result<&str> {
    let rest = block.strip_prefix("{\"type\":\"").ok_or("a line that starts with no type")?;
    Ok(rest.split('"').next().ok_or("a type without an end")?)
}
