//! Terraform and OpenTofu configuration, `.tf` and `.tofu` files: what is written there literally.
//!
//! Nothing is evaluated. A reference, a function, an operator or a template stands for a value that
//! is not known, and a block whose instances are not known is left out with a warning. Nested blocks
//! become lists of maps, as a state has them.

mod folder;
mod ignore;
mod literal;
mod modules;
mod width;

pub(in crate::source) use folder::take;

use super::super::{Context, Reading};
use super::instance::{Instance, resources};
use super::types::renamed;
use super::{mask, warning};
use crate::error::{Code, Error, Result};
use crate::model::{Cell, Gap, Masked, Reason, Warning};
use crate::path::{PathSet, Step, push_token};
use crate::value::{Builder, json};
use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body, Structure};
use std::collections::BTreeMap;
use std::ops::Range;

/// How many signs `=` and `:` may stand between two braces: so wide may a map be.
const MAX_WIDTH: usize = 2_048;

/// Arguments that are Terraform's own, and say nothing of the resource itself.
const OWN_ARGUMENTS: [&str; 4] = ["count", "for_each", "provider", "depends_on"];

/// Blocks that are Terraform's own.
const OWN_BLOCKS: [&str; 3] = ["lifecycle", "provisioner", "connection"];

/// What a gap says of resources with `count` or `for_each`, or of which it is not known whether they are enabled.
const INSTANCES: &str = "how many instances are declared is not evaluated";

/// Reads the resources that a file declares.
pub(in crate::source) fn read<'a>(bytes: &'a [u8], context: &Context<'_>) -> Result<Reading<'a>> {
    let limits = &context.options.read.limits;
    limits.check()?;
    let text = json::utf8(bytes)?;
    let start = json::start(bytes);
    let mut file = File {
        builder: Builder::new(text, &context.options.read)?,
        text,
        start,
        instances: Vec::new(),
        warnings: Vec::new(),
        gaps: Vec::new(),
        write_only: Vec::new(),
    };
    let source = text.get(start..).unwrap_or_default();
    if source.trim_ascii().is_empty() {
        return Err(Error::new(Code::NoResources, "the text is empty"));
    }
    let body = file.parse(source)?;
    if body.has_blocks("module") {
        let mut folder = modules::Folder::default();
        folder.add("", source);
        file.gaps = modules::gaps(&BTreeMap::from([(String::new(), folder)]))?;
    }
    let mut moved = ignore::Moves::default();
    for block in body.blocks() {
        match block.ident.as_str() {
            "resource" => file.resource(block)?,
            "module" => file.module(block),
            "moved" => moved.add(block),
            _ => {}
        }
    }
    let File { builder, mut instances, warnings, gaps, .. } = file;
    for instance in &mut instances {
        instance.former = moved.former(&instance.address);
    }
    let resources = resources(builder.finish(), instances, context)?;
    Ok(Reading { resources, warnings, gaps, listed: true, ..Reading::default() })
}

/// Whether the argument is one that a provider takes and a state never holds: the number of its version stands beside
/// it, by which a change of it is told
/// (`https://developer.hashicorp.com/terraform/plugin/framework/resources/write-only-arguments`).
fn is_write_only(name: &str, body: &Body) -> bool {
    name.ends_with("_wo") && body.has_attribute(&format!("{name}_version"))
}

/// What is declared and not read: resources of a type, or any.
fn gap(type_name: Option<&str>, detail: &str) -> Result<Gap> {
    let renamed = type_name.map(renamed).transpose()?.flatten();
    let type_name = renamed.or(type_name).map(str::to_owned);
    let cell = Cell { type_name, ..Cell::default() };
    Ok(Gap { cell, reason: Reason::Unsupported, detail: Some(detail.to_owned()) })
}

/// A file that is read.
struct File<'a> {
    builder: Builder<'a>,
    text: &'a str,
    /// Where the text starts behind a byte-order mark.
    start: usize,
    instances: Vec<Instance>,
    warnings: Vec<Warning>,
    gaps: Vec<Gap>,
    /// The values of the write-only arguments of the resource that is read.
    write_only: Vec<Expression>,
}

impl File<'_> {
    fn parse(&self, source: &str) -> Result<Body> {
        if let Some(at) = width::passing(source, MAX_WIDTH) {
            let message = format!("more than {MAX_WIDTH} signs `=` and `:` in one map or block");
            let error = Error::new(Code::Limit, message).with_help("split the map");
            return Err(error.at(self.builder.position(self.start + at)));
        }
        source.parse::<Body>().map_err(|error| {
            let offset = self.start + error.location().offset();
            Error::new(Code::Parse, "the text is no configuration in HCL")
                .at(self.builder.position(offset.min(self.text.len())))
                .with_help(error.message().to_owned())
        })
    }

    /// Where a part of the file stands in its text.
    fn span(&self, part: &impl Span) -> Range<usize> {
        let span = part.span().unwrap_or_default();
        self.start + span.start..self.start + span.end
    }

    fn fault(&self, part: &impl Span, message: &str) -> Error {
        Error::new(Code::Format, message).at(self.builder.position(self.span(part).start))
    }

    /// The labels of a block, of which there must be so many.
    fn labels<'b, const N: usize>(&self, block: &'b Block, what: &str) -> Result<[&'b str; N]> {
        let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
        let wrong = || self.fault(block, what);
        let labels: [&str; N] = labels.try_into().map_err(|_| wrong())?;
        if labels.iter().any(|label| label.is_empty()) {
            return Err(wrong());
        }
        Ok(labels)
    }

    fn module(&mut self, block: &Block) {
        let name = block.labels.first().map_or("", |label| label.as_str());
        let message = "the module is not opened: what it declares is left out";
        self.warnings.push(warning(&format!("module.{name}"), "module_not_read", message));
    }

    fn resource(&mut self, block: &Block) -> Result<()> {
        let expected = "expected `resource` with a type and a name";
        let [type_name, name] = self.labels::<2>(block, expected)?;
        let address = super::address::block(None, type_name, name);
        let enabled = ignore::enabled(&block.body);
        if enabled == Some(false) {
            return Ok(());
        }
        let counted = ["count", "for_each"].iter().any(|name| block.body.has_attribute(name));
        if counted || enabled.is_none() {
            let message = "how many instances there are is not evaluated: the resource is left out";
            self.warnings.push(warning(&address, "instances_not_known", message));
            self.gaps.push(gap(Some(type_name), INSTANCES)?);
            return Ok(());
        }
        let mut unknown = PathSet::new();
        let attributes = self.builder.next();
        self.block(block, &mut Vec::new(), &mut unknown)?;
        self.builder.set_aside();
        let masked = self.secrets()?;
        if ignore::add(&block.body, &mut unknown) {
            let message = "`ignore_changes` leaves paths to others: they are unknown here";
            self.warnings.push(warning(&address, "ignore_changes", message));
        }
        let mut pointer = "/resource".to_owned();
        push_token(&mut pointer, type_name);
        push_token(&mut pointer, name);
        let provider = block.body.get_attribute("provider");
        let provider = provider.and_then(|attribute| ignore::root(&attribute.value));
        let provider = provider.as_deref().map(super::address::family);
        let by_type = || type_name.split_once('_').map_or(type_name, |(provider, _)| provider);
        self.instances.push(Instance {
            address,
            type_name: type_name.to_owned(),
            provider: provider.unwrap_or_else(by_type).to_owned(),
            place: attributes,
            attributes: Some(attributes),
            pointer,
            depends_on: self.depends_on(&block.body),
            unknown,
            masked,
            ..Instance::default()
        });
        Ok(())
    }

    /// The values of the write-only arguments, which must not be shown wherever else they stand.
    fn secrets(&mut self) -> Result<Masked> {
        let mut found = Vec::new();
        for value in std::mem::take(&mut self.write_only) {
            let node = self.builder.next();
            self.value(&value, &mut Vec::new(), &mut PathSet::new())?;
            self.builder.set_aside();
            mask::collect(self.builder.document.value(node), &mut found);
        }
        Ok(found.into())
    }

    /// The addresses that `depends_on` lists, as they are written.
    fn depends_on(&self, body: &Body) -> Vec<String> {
        let listed = body.get_attribute("depends_on").and_then(|found| found.value.as_array());
        let listed = listed.into_iter().flat_map(|list| list.iter());
        let written = |of: &Expression| self.text.get(self.span(of)).map(str::to_owned);
        listed.filter_map(written).collect()
    }

    /// Writes what stands in a block as a map. `steps` lead to the block from the resource.
    fn block(&mut self, block: &Block, steps: &mut Vec<Step>, unknown: &mut PathSet) -> Result<()> {
        let is_resource = steps.is_empty();
        let span = self.span(block);
        self.builder.open_map(span.start)?;
        let mut nested: BTreeMap<&str, Vec<&Block>> = BTreeMap::new();
        let mut dynamic = Vec::new();
        for structure in block.body.iter() {
            match structure {
                Structure::Attribute(attribute) => {
                    let name = attribute.key.as_str();
                    if is_write_only(name, &block.body) {
                        let value = Some(&attribute.value).filter(|value| literal::is_known(value));
                        self.write_only.extend(value.cloned());
                    } else if !(is_resource && OWN_ARGUMENTS.contains(&name)) {
                        let key = self.span(&attribute.key);
                        self.field(key, name, &attribute.value, steps, unknown)?;
                    }
                }
                Structure::Block(inner) => match (inner.ident.as_str(), inner.labels.first()) {
                    (name, _) if is_resource && OWN_BLOCKS.contains(&name) => {}
                    ("dynamic", Some(label)) => dynamic.push(label.as_str()),
                    (name, _) => nested.entry(name).or_default().push(inner),
                },
            }
        }
        for name in dynamic {
            // How many blocks it comes to is not known, nor how many there are in all.
            nested.remove(name);
            steps.push(Step::Field(name.to_owned()));
            unknown.insert_steps(steps);
            steps.pop();
        }
        for (name, blocks) in nested {
            steps.push(Step::Field(name.to_owned()));
            self.blocks(name, &blocks, steps, unknown)?;
            steps.pop();
        }
        self.builder.close(span.end)
    }

    /// Blocks of one name: a list of maps, but for `timeouts`, of which there is one in every type.
    fn blocks(
        &mut self,
        name: &str,
        blocks: &[&Block],
        steps: &mut Vec<Step>,
        unknown: &mut PathSet,
    ) -> Result<()> {
        let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else { return Ok(()) };
        let (start, end) = (self.span(*first).start, self.span(*last).end);
        self.builder.key_owned(self.span(&first.ident), name)?;
        if let (true, [only]) = (name == "timeouts" && steps.len() == 1, blocks) {
            return self.block(only, steps, unknown);
        }
        self.builder.open_list(start)?;
        for (index, block) in blocks.iter().enumerate() {
            steps.push(Step::Index(index));
            self.block(block, steps, unknown)?;
            steps.pop();
        }
        self.builder.close(end)
    }

    /// Writes a field, or notes that its value is not known.
    fn field(
        &mut self,
        key: Range<usize>,
        name: &str,
        value: &Expression,
        steps: &mut Vec<Step>,
        unknown: &mut PathSet,
    ) -> Result<()> {
        steps.push(Step::Field(name.to_owned()));
        if literal::is_known(value) {
            self.builder.key_owned(key, name)?;
            self.value(value, steps, unknown)?;
        } else {
            unknown.insert_steps(steps);
        }
        steps.pop();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
