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
    sensitive: PathSet,
    /// The names of the tables around.
    around: Vec<Step>,
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
        self.mark(name);
        self.builder.key_owned(key, name)?;
        self.builder.string_owned(value, text)?;
        Ok(())
    }

    /// Marks the value of a setting as sensitive where its name is that of a credential.
    fn mark(&mut self, name: &str) {
        if names_credential(name) {
            let mut steps = self.around.clone();
            steps.push(Step::Field(name.to_owned()));
            self.sensitive.insert_steps(&steps);
        }
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
    let mut settings = Settings {
        text,
        start,
        builder,
        unknown: PathSet::new(),
        sensitive: PathSet::new(),
        around: Vec::new(),
    };
    let node = settings.builder.next();
    match format {
        Format::Dotenv => dotenv::read(&mut settings)?,
        Format::Ini => ini::read(&mut settings)?,
        #[cfg(feature = "toml")]
        Format::Toml => toml::read(&mut settings)?,
        format => return Err(super::own::not_built(format)),
    }
    let Settings { builder, unknown, sensitive, .. } = settings;
    let document = Arc::new(builder.finish());
    // One file goes by its name wherever it stands, and one of several by its place among them.
    let alone = context.file == context.options.name.as_deref();
    let last = |file: &'_ str| file.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let name = context.file.map(|file| if alone { last(file) } else { file.to_owned() });
    let name = name.as_deref().filter(|name| !name.is_empty()).unwrap_or(format.as_str());
    let key = ResourceKey {
        type_name: Name::fixed(format.as_str()),
        id: name.to_owned(),
        ..ResourceKey::default()
    };
    let source = context.source(0, String::new(), document.value(node));
    let warnings = super::dropped_keys(&document, context.file);
    let attributes = Attributes::new(document, node);
    let resource = Resource { unknown, sensitive, source, ..Resource::new(key, attributes) };
    Ok(Reading { resources: vec![resource], warnings, ..Reading::default() })
}

/// Whether a setting of this name holds a credential, in the words that settings have for one beside those
/// that count everywhere: a key of any kind but a public one, `PASS`, `PWD`, `PAT`, `AUTH`, `SALT`, `DSN`.
fn names_credential(name: &str) -> bool {
    let last = name.rsplit(['_', '-', '.', ' ']).next().unwrap_or_default();
    let is = |word: &str| last.eq_ignore_ascii_case(word);
    let alone = last.len() == name.len();
    let ends = |tail: &str| {
        let at = name.len().checked_sub(tail.len());
        at.and_then(|at| name.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(tail))
    };
    match alone {
        // `PWD` by itself is a folder, and `KEY` whatever one likes.
        true => ["pass", "auth", "salt", "dsn"].into_iter().any(is) || ends("apikey"),
        false => {
            let any = ["pass", "pwd", "pw", "pat", "auth", "salt", "dsn", "webhook", "key", "keys"];
            let shown = ["public_key", "public-key", "public.key", "sort_key", "partition_key"];
            any.into_iter().any(is) && !shown.into_iter().any(ends)
        }
    }
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
