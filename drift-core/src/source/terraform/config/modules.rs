//! What the modules that a configuration calls may declare: resources of the types that stand in the folder of a
//! module, where its files are at hand, else resources of the providers that are known where it is called.

use super::super::address::family;
use super::{gap, width};
use crate::error::Result;
use crate::model::{Cell, Gap};
use hcl_edit::expr::Expression;
use hcl_edit::structure::Body;
use std::collections::{BTreeMap, BTreeSet};

/// What a gap says of modules.
pub(super) const MODULE: &str = "what a module declares is not read";

/// Modules that call each other are followed so deep.
const DEEPEST: usize = 32;

/// What the files of a folder say of providers, types and modules.
#[derive(Debug, Default)]
pub(super) struct Folder {
    providers: BTreeSet<String>,
    types: BTreeSet<String>,
    calls: Vec<Call>,
}

/// A module that is called.
#[derive(Debug)]
struct Call {
    /// The folder, where the source is a path.
    folder: Option<String>,
    /// The provider that an address of a registry names.
    provider: Option<String>,
}

impl Folder {
    /// Adds what a file of the folder says, whose name is `own`.
    pub(super) fn add(&mut self, own: &str, text: &str) {
        for block in width::blocks(text) {
            let block = block.trim_start();
            let end = block.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(block.len());
            let (word, rest) = block.split_at_checked(end).unwrap_or((block, ""));
            let label = rest.split('"').nth(1).unwrap_or_default();
            match word {
                "resource" => {
                    self.know(prefix(label));
                    self.types.insert(label.to_owned());
                }
                "data" | "ephemeral" => self.know(prefix(label)),
                "provider" => self.know(label),
                "terraform" => self.required(block),
                "module" => self.calls.push(Call::of(own, block)),
                _ => {}
            }
        }
    }

    fn know(&mut self, provider: &str) {
        if !provider.is_empty() {
            self.providers.insert(family(provider).to_owned());
        }
    }

    /// Adds what a block `terraform` requires.
    fn required(&mut self, block: &str) {
        let Ok(body) = block.parse::<Body>() else { return };
        let blocks = body.blocks().flat_map(|block| block.body.get_blocks("required_providers"));
        for attribute in blocks.flat_map(|block| block.body.attributes()) {
            self.know(attribute.key.as_str());
            let source = attribute.value.as_object().and_then(|object| {
                let mut sources = object
                    .iter()
                    .filter(|(key, _)| key.as_ident().is_some_and(|it| it.as_str() == "source"));
                text_of(sources.next()?.1.expr())
            });
            self.know(source.and_then(|source| source.rsplit('/').next()).unwrap_or_default());
        }
    }
}

impl Call {
    fn of(own: &str, block: &str) -> Self {
        let body = block.parse::<Body>().ok();
        let module = body.as_ref().and_then(|body| body.blocks().next());
        let source = module.and_then(|block| block.body.get_attribute("source"));
        let Some(source) = source.and_then(|source| text_of(&source.value)) else {
            return Self { folder: None, provider: None };
        };
        Self { folder: folder_of(own, source), provider: registry(source).map(str::to_owned) }
    }
}

fn text_of(expression: &Expression) -> Option<&str> {
    match expression {
        Expression::String(text) => Some(text.value()),
        _ => None,
    }
}

/// The provider of a type, by its name.
fn prefix(type_name: &str) -> &str {
    type_name.split_once('_').map_or(type_name, |(provider, _)| provider)
}

/// The folder that a path leads to. One that holds the caller, as that of an example, speaks for itself.
fn folder_of(caller: &str, source: &str) -> Option<String> {
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

/// The provider that a module of a registry is for: `<namespace>/<name>/<provider>`, with a host before it or not
/// (`https://developer.hashicorp.com/terraform/registry/modules/publish`).
fn registry(source: &str) -> Option<&str> {
    let address = source.split_once("//").map_or(source, |(address, _)| address);
    let parts: Vec<&str> = address.split('/').collect();
    let plain = |part: &&str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    match parts.as_slice() {
        [host, rest @ ..] if rest.len() == 3 && host.contains('.') && rest.iter().all(plain) => {
            rest.last().copied()
        }
        rest @ [_, _, provider] if rest.iter().all(plain) => Some(provider),
        _ => None,
    }
}

/// The folders that are called, of those that are there.
pub(super) fn called(folders: &BTreeMap<String, Folder>) -> BTreeSet<String> {
    let calls = folders.values().flat_map(|folder| &folder.calls);
    let called = calls.filter_map(|call| call.folder.clone());
    called.filter(|name| folders.contains_key(name)).collect()
}

/// What modules may declare that are called from folders which are not called themselves.
pub(super) fn gaps(folders: &BTreeMap<String, Folder>) -> Result<Vec<Gap>> {
    let called = called(folders);
    let mut may = May::default();
    for (_, folder) in folders.iter().filter(|(name, _)| !called.contains(*name)) {
        may.add(folder, &folder.providers, folders, 0);
    }
    if may.anything {
        return Ok(vec![gap(None, MODULE)?]);
    }
    let typed = may.types.iter().map(|name| gap(Some(name), MODULE));
    let mut gaps = typed.collect::<Result<Vec<Gap>>>()?;
    for provider in may.providers.iter().flat_map(|provider| clouds(provider)) {
        let cell = Cell { provider: Some(provider.to_owned()), ..Cell::default() };
        gaps.push(Gap { cell, ..gap(None, MODULE)? });
    }
    Ok(gaps)
}

/// What may be declared.
#[derive(Default)]
struct May<'f> {
    anything: bool,
    types: BTreeSet<&'f str>,
    providers: BTreeSet<String>,
    seen: BTreeSet<&'f str>,
}

impl<'f> May<'f> {
    /// Adds what the modules of a folder may declare; `known` are the providers of all who lead there.
    fn add(
        &mut self,
        folder: &'f Folder,
        known: &BTreeSet<String>,
        folders: &'f BTreeMap<String, Folder>,
        depth: usize,
    ) {
        for call in &folder.calls {
            let own = call.folder.as_deref().and_then(|name| folders.get_key_value(name));
            if let Some((name, module)) = own.filter(|_| depth < DEEPEST) {
                if self.seen.insert(name) {
                    self.types.extend(module.types.iter().map(String::as_str));
                    let known = known | &module.providers;
                    self.add(module, &known, folders, depth + 1);
                }
                continue;
            }
            let named = call.provider.as_deref().map(|name| family(name).to_owned());
            self.anything |= known.is_empty() && named.is_none();
            self.providers.extend(named.into_iter().chain(known.iter().cloned()));
        }
    }
}

/// The providers under which resources stand in what is live, by the name of the one that makes them.
fn clouds(provider: &str) -> Vec<&str> {
    let cloud = match provider {
        "azurerm" | "azapi" | "azuread" => Some("azure"),
        "awscc" => Some("aws"),
        "helm" | "kubectl" | "kustomization" => Some("kubernetes"),
        _ => None,
    };
    std::iter::once(provider).chain(cloud).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_registries_name_a_provider() {
        for (source, provider) in [
            ("terraform-aws-modules/vpc/aws", Some("aws")),
            ("terraform-aws-modules/iam/aws//modules/iam-role", Some("aws")),
            ("app.terraform.io/shop/network/azurerm", Some("azurerm")),
            ("git::https://example.com/vpc.git", None),
            ("github.com/hashicorp/example", None),
            ("./modules/vpc", None),
            ("../a/b", None),
            ("s3::https://s3.amazonaws.com/a/b.zip", None),
        ] {
            assert_eq!(registry(source), provider, "{source}");
        }
    }
}
