//! Packs what is known about types: deflated, rules with what selects them beside, and what is generated
//! from schemas in blocks, so that to read one type inflates one.
#![allow(clippy::print_stdout, reason = "Cargo reads what a build script prints")]
#![allow(clippy::indexing_slicing, reason = "a value of serde_json is null where it is absent")]

mod written;

use sha2::{Digest, Sha256};
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};
use written::{Head, written};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A block holds services until it is of this many bytes.
const BLOCK: usize = 64 << 10;
/// How hard to look for what repeats, of 10.
const EFFORT: u8 = 10;

fn main() -> Result<()> {
    let packs = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("packs");
    println!("cargo:rerun-if-changed={}", packs.display());
    println!("cargo:rerun-if-changed=build");
    let output = Output { folder: PathBuf::from(env::var("OUT_DIR")?) };
    output.catalogues(&packs.join("generated"))?;
    output.written(&packs, "written_packs.rs")?;
    output.written(&packs.join("bundles"), "written_bundles.rs")
}

struct Output {
    folder: PathBuf,
}

impl Output {
    /// The catalogues that are generated from schemas.
    fn catalogues(&self, packs: &Path) -> Result<()> {
        let mut code = String::new();
        let aws = fs::read_to_string(packs.join("aws.jsonl"))?;
        let (head, lines) = aws.split_once('\n').ok_or("aws.jsonl has no types")?;
        writeln!(code, "const AWS_VERSION: &str = {:?};", version(&aws))?;
        writeln!(code, "const AWS_HEAD: &str = {head:?};")?;
        let blocks = blocks(lines);
        writeln!(code, "static AWS_BLOCKS: [Block; {}] = [", blocks.len())?;
        for (index, block) in blocks.iter().enumerate() {
            let first = type_of(block)?;
            let text = self.packed(&format!("aws-{index:03}"), block)?;
            writeln!(code, "    Block {{ first: {first:?}, text: {text} }},")?;
        }
        writeln!(code, "];")?;
        let kubernetes = fs::read_to_string(packs.join("kubernetes.json"))?;
        writeln!(code, "const KUBERNETES_VERSION: &str = {:?};", version(&kubernetes))?;
        let kubernetes = self.packed("kubernetes", &kubernetes)?;
        writeln!(code, "static KUBERNETES_TEXT: Packed = {kubernetes};")?;
        Ok(fs::write(self.folder.join("generated_packs.rs"), code)?)
    }

    /// What is written by hand: a static for each file, in capitals.
    fn written(&self, packs: &Path, code_file: &str) -> Result<()> {
        let mut code = String::new();
        let mut files: Vec<PathBuf> =
            fs::read_dir(packs)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
        files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
        files.sort();
        for path in files {
            let name = path.file_stem().and_then(|name| name.to_str()).ok_or("a name")?;
            let yaml = fs::read_to_string(&path)?;
            let rules = written(&yaml).map_err(|error| format!("{}: {error}", path.display()))?;
            let capitals = name.to_uppercase();
            writeln!(code, "static {capitals}: Written = Written {{")?;
            writeln!(code, "    version: {:?},", version(&yaml))?;
            let text = self.packed(&format!("{code_file}-{name}"), &rules.text)?;
            writeln!(code, "    text: {text},\n    heads: &[")?;
            for Head { id, provider, type_name, identifies, line, start, end } in rules.heads {
                writeln!(
                    code,
                    "        Head {{ id: {id:?}, provider: {provider:?}, type_name: {type_name:?}, \
                     identifies: {identifies}, line: {line}, start: {start}, end: {end} }},"
                )?;
            }
            writeln!(code, "    ],\n}};")?;
        }
        Ok(fs::write(self.folder.join(code_file), code)?)
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
