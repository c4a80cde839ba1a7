//! Packs what is generated from schemas: deflated in blocks, so that to read one type inflates one.
#![allow(clippy::print_stdout, reason = "Cargo reads what a build script prints")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// A block holds services until it is of this many bytes.
const BLOCK: usize = 64 << 10;
/// How hard to look for what repeats, of 10.
const EFFORT: u8 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let packs = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("packs/generated");
    println!("cargo:rerun-if-changed={}", packs.display());
    let output = PathBuf::from(env::var("OUT_DIR")?);
    let mut code = String::new();

    let aws = fs::read_to_string(packs.join("aws.jsonl"))?;
    let (head, lines) = aws.split_once('\n').ok_or("aws.jsonl has no types")?;
    writeln!(code, "const AWS_HEAD: &str = {head:?};")?;
    let blocks = blocks(lines);
    writeln!(code, "static AWS_BLOCKS: [Block; {}] = [", blocks.len())?;
    for (index, block) in blocks.iter().enumerate() {
        let name = format!("aws-{index:03}.deflate");
        let first = type_of(block)?;
        fs::write(output.join(&name), deflated(block))?;
        writeln!(code, "    Block {{ first: {first:?}, text: {} }},", packed(&name, block))?;
    }
    writeln!(code, "];")?;

    let kubernetes = fs::read_to_string(packs.join("kubernetes.json"))?;
    fs::write(output.join("kubernetes.deflate"), deflated(&kubernetes))?;
    let kubernetes = packed("kubernetes.deflate", &kubernetes);
    writeln!(code, "static KUBERNETES_TEXT: Packed = {kubernetes};")?;

    fs::write(output.join("generated_packs.rs"), code)?;
    Ok(())
}

fn deflated(text: &str) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec(text.as_bytes(), EFFORT)
}

/// The expression of a text that lies deflated in a file.
fn packed(file: &str, text: &str) -> String {
    let bytes = format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{file}\"))");
    format!("Packed::new({bytes}, {})", text.len())
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
fn type_of(block: &str) -> Result<&str, Box<dyn Error>> {
    let rest = block.strip_prefix("{\"type\":\"").ok_or("a line that starts with no type")?;
    Ok(rest.split('"').next().ok_or("a type without an end")?)
}
