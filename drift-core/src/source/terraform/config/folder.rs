//! What files of a folder say of each other: modules that are called, and files that override others.

use super::{INSTANCES, MAX_WIDTH, OWN_ARGUMENTS, OWN_BLOCKS, gap, ignore, width};
use crate::error::Result;
use crate::path::{PathSet, Step};
use crate::source::open::Syntax;
use crate::source::{Reading, warning};
use crate::value::ReadOptions;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body, Structure};
use std::collections::{BTreeMap, BTreeSet};

type File<'a> = (String, Syntax, &'a [u8]);

/// What stands in files that override others, by folder and address.
#[derive(Default)]
pub(in crate::source) struct Overrides(BTreeMap<(String, String), Override>);

#[derive(Default)]
struct Override {
    /// What is written there, which is not what the resource's own block says.
    paths: PathSet,
    /// Whether the number of instances is.
    is_counted: bool,
}

/// Takes out of the files what declares nothing by itself: folders that are called as modules of others,
/// and files that override others.
pub(in crate::source) fn take(
    files: &mut Vec<File<'_>>,
    options: &ReadOptions,
    reading: &mut Reading<'_>,
) -> Overrides {
    let mut called = BTreeSet::new();
    let folders: BTreeSet<&str> = files.iter().map(|(name, ..)| folder(name)).collect();
    if folders.len() > 1 {
        for (name, syntax, bytes) in files.iter() {
            let body = body(*syntax, bytes, options);
            let blocks = body.iter().flat_map(|body| body.get_blocks("module"));
            called.extend(blocks.filter_map(|block| called_from(folder(name), block)));
        }
    }
    let mut overrides = Overrides::default();
    files.retain(|(name, syntax, bytes)| {
        if *syntax != Syntax::Hcl {
            return true;
        }
        if called.contains(folder(name)) {
            let message =
                format!("the file `{name}` is of a module that is called, and is left out");
            reading.warnings.push(warning("left_out", message));
            return false;
        }
        let Some(body) = is_override(name).then(|| body(*syntax, bytes, options)).flatten() else {
            return true;
        };
        body.get_blocks("resource").for_each(|block| overrides.add(folder(name), block));
        let message = format!("the file `{name}` overrides others: what it writes is unknown");
        reading.warnings.push(warning("override", message));
        false
    });
    overrides
}

impl Overrides {
    fn add(&mut self, folder: &str, block: &Block) {
        let [kind, name] = block.labels.as_slice() else { return };
        let address = super::super::address::block(None, kind.as_str(), name.as_str());
        let one = self.0.entry((folder.to_owned(), address)).or_default();
        ignore::add(&block.body, &mut one.paths);
        for structure in block.body.iter() {
            let name = match structure {
                Structure::Attribute(attribute) => attribute.key.as_str(),
                Structure::Block(inner) => match (inner.ident.as_str(), inner.labels.first()) {
                    ("dynamic", Some(label)) => label.as_str(),
                    (name, _) => name,
                },
            };
            one.is_counted |= matches!(name, "count" | "for_each");
            if !OWN_ARGUMENTS.contains(&name) && !OWN_BLOCKS.contains(&name) {
                one.paths.insert_steps(&[Step::Field(name.to_owned())]);
            }
        }
    }

    /// Says of the resources what is overridden.
    pub(in crate::source) fn apply(&self, reading: &mut Reading<'_>) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut gaps = Vec::new();
        for mut resource in std::mem::take(&mut reading.resources) {
            let file = resource.source.file.as_deref().unwrap_or_default();
            let address = resource.address.clone().unwrap_or_default();
            match self.0.get(&(folder(file).to_owned(), address)) {
                Some(known) if known.is_counted => {
                    gaps.push(gap(Some(resource.key.type_name.as_str()), INSTANCES)?);
                    continue;
                }
                Some(known) => resource.unknown = resource.unknown.union(&known.paths),
                None => {}
            }
            reading.resources.push(resource);
        }
        reading.gaps.extend(gaps);
        Ok(())
    }
}

/// The folder of a file, by its name.
fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether Terraform lets the file override others
/// (`https://developer.hashicorp.com/terraform/language/files/override`).
fn is_override(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    file == "override.tf" || file.ends_with("_override.tf")
}

/// What a text says, where it can be read; where it cannot, that is told when it is read.
fn body(syntax: Syntax, bytes: &[u8], options: &ReadOptions) -> Option<Body> {
    if syntax != Syntax::Hcl || bytes.len() > options.limits.max_bytes {
        return None;
    }
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).ok()?;
    let is_wide = width::passing(text, MAX_WIDTH).is_some();
    if is_wide { None } else { text.parse().ok() }
}

/// The folder that a block calls as a module, where it is written as a path. One that holds the caller, as
/// that of an example, speaks for itself.
fn called_from(caller: &str, block: &Block) -> Option<String> {
    let Expression::String(source) = &block.body.get_attribute("source")?.value else {
        return None;
    };
    let source = source.value();
    if !source.starts_with("./") && !source.starts_with("../") {
        return None;
    }
    let mut parts: Vec<&str> = caller.split('/').filter(|part| !part.is_empty()).collect();
    for part in source.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let called = parts.join("/");
    let below = called.is_empty() || format!("{caller}/").starts_with(&format!("{called}/"));
    (!below).then_some(called)
}
