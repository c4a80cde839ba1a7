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

    let aws = fs::read_to_string(packs.join("aws.jsonl"))?;
    let (head, lines) = aws.split_once('\n').ok_or("aws.jsonl has no types")?;
    fs::write(output.join("aws.head"), head)?;
    let (mut index, mut blob) = (String::new(), Vec::new());
    for block in blocks(lines) {
        let packed = deflated(&block);
        writeln!(index, "{} {}", type_of(&block)?, packed.len())?;
        blob.extend(packed);
    }
    fs::write(output.join("aws.index"), index)?;
    fs::write(output.join("aws.deflate"), blob)?;

    let kubernetes = fs::read_to_string(packs.join("kubernetes.json"))?;
    fs::write(output.join("kubernetes.deflate"), deflated(&kubernetes))?;
    Ok(())
}

fn deflated(text: &str) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec(text.as_bytes(), EFFORT)
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
