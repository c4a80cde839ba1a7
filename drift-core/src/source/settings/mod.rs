//! Files of settings: dotenv, INI and TOML. Each is one resource, named by its file.

mod dotenv;
mod ini;
#[cfg(feature = "toml")]
mod toml;

use super::{Context, Format, Reading};
use crate::error::{Code, Error, Result};
use crate::model::{Attributes, Name, Resource, ResourceKey};
use crate::path::{PathSet, Step};
use crate::value::{Builder, json};
use std::ops::Range;
use std::sync::Arc;

/// A text of settings, and the map that is made of it.
struct Settings<'a> {
    text: &'a str,
    /// Where the text starts behind a byte-order mark.
    start: usize,
    builder: Builder<'a>,
    unknown: PathSet,
}

impl Settings<'_> {
    fn fault(&self, offset: usize, message: &str) -> Error {
        Error::new(Code::Parse, message).at(self.builder.position(offset))
    }

    /// A field with a text.
    fn text_field(
        &mut self,
        key: Range<usize>,
        name: &str,
        value: Range<usize>,
        text: &str,
    ) -> Result<()> {
        self.builder.key_owned(key, name)?;
        self.builder.string_owned(value, text)?;
        Ok(())
    }

    /// Says that the value of a field is not known.
    fn not_known(&mut self, name: &str) {
        self.unknown.insert_steps(&[Step::Field(name.to_owned())]);
    }
}

/// Reads one file.
pub(super) fn read<'a>(
    format: Format,
    bytes: &'a [u8],
    context: &Context<'_>,
) -> Result<Reading<'a>> {
    let read = &context.options.read;
    read.limits.check()?;
    let (text, start) = (json::utf8(bytes)?, json::start(bytes));
    if text.get(start..).unwrap_or_default().trim_ascii().is_empty() {
        return Err(Error::new(Code::NoResources, "the text is empty"));
    }
    let builder = Builder::new(text, read)?;
    let mut settings = Settings { text, start, builder, unknown: PathSet::new() };
    let node = settings.builder.next();
    match format {
        Format::Dotenv => dotenv::read(&mut settings)?,
        Format::Ini => ini::read(&mut settings)?,
        #[cfg(feature = "toml")]
        Format::Toml => toml::read(&mut settings)?,
        format => return Err(super::own::not_built(format)),
    }
    let Settings { builder, unknown, .. } = settings;
    let document = Arc::new(builder.finish());
    let name = context.file.and_then(|file| file.rsplit(['/', '\\']).next());
    let name = name.filter(|name| !name.is_empty()).unwrap_or(format.as_str());
    let key = ResourceKey {
        type_name: Name::fixed(format.as_str()),
        id: name.to_owned(),
        ..ResourceKey::default()
    };
    let source = context.source(0, String::new(), document.value(node));
    let warnings = super::dropped_keys(&document, context.file);
    let attributes = Attributes::new(document, node);
    let resource = Resource { unknown, source, ..Resource::new(key, attributes) };
    Ok(Reading { resources: vec![resource], warnings, ..Reading::default() })
}

/// The lines of a text, each with where it starts.
fn lines(text: &str, start: usize) -> impl Iterator<Item = (usize, &str)> {
    let mut at = start;
    text.get(start..).unwrap_or_default().split_inclusive('\n').map(move |line| {
        let here = at;
        at += line.len();
        (here, line.trim_end_matches(['\n', '\r']))
    })
}

#[cfg(test)]
mod tests;
