//! What files of a folder say of each other: modules that are called, and files that override others.

use super::modules::{self, Folder, MODULE};
use super::{INSTANCES, MAX_WIDTH, OWN_ARGUMENTS, OWN_BLOCKS, gap, ignore, width};
use crate::error::Result;
use crate::model::Gap;
use crate::path::{PathSet, Step};
use crate::source::open::Syntax;
use crate::source::{Reading, warning};
use crate::value::ReadOptions;
use hcl_edit::structure::{Block, Body, Structure};
use std::collections::{BTreeMap, BTreeSet};

type File<'a> = (String, Syntax, &'a [u8]);

/// The extension of files that OpenTofu alone reads.
const TOFU: &str = ".tofu";

/// Takes out of the files what OpenTofu leaves out: `x.tf` beside `x.tofu`
/// (`https://opentofu.org/docs/language/files/`, "Extension Precedence").
fn leave_to_opentofu(files: &mut Vec<File<'_>>, reading: &mut Reading<'_>) {
    let of_opentofu = files.iter().filter_map(|(name, ..)| name.strip_suffix(TOFU));
    let of_opentofu: BTreeSet<String> = of_opentofu.map(str::to_owned).collect();
    files.retain(|(name, ..)| {
        let stem = name.strip_suffix(".tf").filter(|stem| of_opentofu.contains(*stem));
        if let Some(stem) = stem {
            let message =
                format!("the file `{name}` stands beside `{stem}{TOFU}`, and is left out");
            reading.warnings.push(warning("left_out", message));
        }
        stem.is_none()
    });
}

/// What is known of the files of several folders together.
#[derive(Default)]
pub(in crate::source) struct Overrides {
    /// What stands in files that override others, by folder and address.
    by_address: BTreeMap<(String, String), Override>,
    /// What modules may declare that are called.
    of_modules: Vec<Gap>,
}

#[derive(Default)]
struct Override {
    /// What is written there, which is not what the resource's own block says.
    paths: PathSet,
    /// Whether the number of instances is.
    is_counted: bool,
    /// Whether it is said there whether there is one at all, and of which type.
    switches: Option<String>,
}

/// Takes out of the files what declares nothing by itself: folders that are called as modules of others,
/// and files that override others.
pub(in crate::source) fn take(
    files: &mut Vec<File<'_>>,
    options: &ReadOptions,
    reading: &mut Reading<'_>,
) -> Result<Overrides> {
    leave_to_opentofu(files, reading);
    let mut overrides = Overrides::default();
    let mut called = BTreeSet::new();
    let texts = files.iter().filter(|(_, syntax, _)| *syntax == Syntax::Hcl);
    let texts = texts.filter_map(|(name, _, bytes)| Some((name, std::str::from_utf8(bytes).ok()?)));
    if texts.clone().any(|(_, text)| text.contains("module")) {
        let mut folders: BTreeMap<String, Folder> = BTreeMap::new();
        for (name, text) in texts.filter(|(_, text)| text.len() <= options.limits.max_bytes) {
            let own = folder(name);
            let text = text.trim_start_matches('\u{feff}');
            folders.entry(own.to_owned()).or_default().add(own, text);
        }
        called = modules::called(&folders);
        overrides.of_modules = modules::gaps(&folders)?;
    }
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
    Ok(overrides)
}

impl Overrides {
    fn add(&mut self, folder: &str, block: &Block) {
        let [kind, name] = block.labels.as_slice() else { return };
        let address = super::super::address::block(None, kind.as_str(), name.as_str());
        let one = self.by_address.entry((folder.to_owned(), address)).or_default();
        ignore::add(&block.body, &mut one.paths);
        if ignore::switches(&block.body).next().is_some() {
            one.switches = Some(kind.as_str().to_owned());
        }
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
        let of_module = |gap: &Gap| gap.detail.as_deref() == Some(MODULE);
        // Each file has told what its modules may declare as far as it knows alone.
        if reading.gaps.iter().any(of_module) {
            reading.gaps.retain(|gap| !of_module(gap));
            reading.gaps.extend(self.of_modules.iter().cloned());
        }
        if self.by_address.is_empty() {
            return Ok(());
        }
        // Whether the resource's own block is left out says nothing then.
        let switched = self.by_address.values().filter_map(|known| known.switches.as_deref());
        let mut gaps =
            switched.map(|name| gap(Some(name), INSTANCES)).collect::<Result<Vec<Gap>>>()?;
        for mut resource in std::mem::take(&mut reading.resources) {
            let file = resource.source.file.as_deref().unwrap_or_default();
            let address = resource.address.clone().unwrap_or_default();
            match self.by_address.get(&(folder(file).to_owned(), address)) {
                Some(Override { switches: Some(_), .. }) => continue,
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

/// Whether Terraform or OpenTofu lets the file override others
/// (`https://developer.hashicorp.com/terraform/language/files/override`,
/// `https://opentofu.org/docs/language/files/override`).
fn is_override(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    let stem = file.strip_suffix(".tf").or_else(|| file.strip_suffix(TOFU));
    stem.is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
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
