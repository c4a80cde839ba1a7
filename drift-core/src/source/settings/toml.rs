//! TOML: tables, arrays and values, each with its place.

use super::Settings;
use crate::error::{Code, Result};
use crate::path::Step;
use std::ops::Range;
use toml_edit::{Document, Item, Table, TableLike, Value};

/// Reads a document of TOML 1.0. Dates and times are texts as they are written.
pub(super) fn read(settings: &mut Settings<'_>) -> Result<()> {
    let start = settings.start;
    let source = settings.text.get(start..).unwrap_or_default();
    let parsed = Document::parse(source).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start) + start;
        // What the parser says may quote the text.
        settings.fault(at.min(settings.text.len()), "the text is no TOML")
    })?;
    let whole = start..settings.text.len();
    table(settings, parsed.as_table(), whole)
}

fn span(settings: &Settings<'_>, of: Option<Range<usize>>, outer: &Range<usize>) -> Range<usize> {
    of.map_or_else(|| outer.clone(), |span| span.start + settings.start..span.end + settings.start)
}

fn table(settings: &mut Settings<'_>, table: &dyn TableLike, at: Range<usize>) -> Result<()> {
    settings.builder.open_map(at.start)?;
    for (name, item) in table.iter() {
        let key = table.key(name).and_then(toml_edit::Key::span);
        let key = span(settings, key, &at);
        if item.is_str() || item.as_array().is_some() {
            settings.mark(name);
        }
        settings.builder.key_owned(key, name)?;
        settings.around.push(Step::Field(name.to_owned()));
        self::item(settings, item, &at)?;
        settings.around.pop();
    }
    settings.builder.close(at.end)
}

fn item(settings: &mut Settings<'_>, item: &Item, outer: &Range<usize>) -> Result<()> {
    let at = span(settings, item.span(), outer);
    match item {
        Item::None => settings.builder.null(at),
        Item::Value(value) => self::value(settings, value, outer),
        Item::Table(inner) => table(settings, inner, at),
        Item::ArrayOfTables(tables) => {
            settings.builder.open_list(at.start)?;
            for (index, inner) in tables.iter().enumerate() {
                let own = span(settings, Table::span(inner), &at);
                settings.around.push(Step::Index(index));
                table(settings, inner, own)?;
                settings.around.pop();
            }
            settings.builder.close(at.end)
        }
    }
}

fn value(settings: &mut Settings<'_>, value: &Value, outer: &Range<usize>) -> Result<()> {
    let at = span(settings, value.span(), outer);
    match value {
        Value::String(text) => {
            settings.builder.string_owned(at, text.value())?;
        }
        Value::Integer(number) => {
            settings.builder.number_owned(at, &number.value().to_string(), 0)?;
        }
        Value::Float(number) if number.value().is_finite() => {
            // As it is written: no digit goes through a float.
            let written = settings.text.get(at.clone()).unwrap_or_default();
            let plain = written.trim().trim_start_matches('+').replace('_', "").to_lowercase();
            let text = match crate::value::Number::parse(&plain) {
                Some(_) => plain,
                None => format!("{:?}", number.value()),
            };
            let exponent = text.split_once('e').and_then(|(_, digits)| digits.parse().ok());
            settings.builder.number_owned(at, &text, exponent.unwrap_or_default())?;
        }
        Value::Float(_) => {
            let error = settings.fault(at.start, "expected a number that is finite");
            return Err(crate::error::Error::new(Code::Format, error.message().to_owned())
                .at(settings.builder.position(at.start)));
        }
        Value::Boolean(truth) => settings.builder.bool(at, *truth.value())?,
        Value::Datetime(moment) => {
            settings.builder.string_owned(at, &moment.value().to_string())?;
        }
        Value::Array(list) => {
            settings.builder.open_list(at.start)?;
            for (index, inner) in list.iter().enumerate() {
                settings.around.push(Step::Index(index));
                self::value(settings, inner, &at)?;
                settings.around.pop();
            }
            settings.builder.close(at.end)?;
        }
        Value::InlineTable(inner) => table(settings, inner, at)?,
    }
    Ok(())
}
