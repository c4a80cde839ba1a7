//! Schemas of databases: statements of SQL, and what a database says of itself.
//!
//! Both come to the same model, in one spelling of types, defaults and names for each dialect. What is
//! not understood, or printed by the database in ways that are not known, is unknown.

mod alter;
mod columns;
mod ddl;
mod delimiter;
mod dialect;
mod expr;
mod files;
mod finish;
mod introspect;
mod literal;
mod made_up;
mod model;
mod reword;
mod rows;
mod split;
mod table;
mod tbls;
mod types;
mod write;

use super::strict::Strict;
use super::{Context, Lines, ParseOptions, Reading};
use crate::error::{Code, Error, Result};
use crate::model::{Cell, Gap, Reason, SourceRef};
use crate::path::push_token;
use crate::value::{Builder, Document, json};
use ddl::Ddl;
use dialect::Dialect;
use files::Files;
pub(super) use files::take as take_files;
pub(super) use introspect::{is_introspection, read as read_introspection};
use model::{At, Text};
use sqlparser::ast::{
    self, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, IndexColumn, ObjectNamePart,
    OrderBySort,
};
use write::Writer;

const STRICT: Strict = Strict(Code::Format);

/// Reads the statements of one text.
pub(super) fn read<'a>(bytes: &[u8], context: &Context<'_>) -> Result<Reading<'a>> {
    let text = json::utf8(bytes)?;
    let text = text.get(json::start(bytes)..).unwrap_or_default();
    if text.trim().is_empty() {
        return Err(Error::new(Code::NoResources, "the text is empty"));
    }
    let mut files = Files::default();
    files.add(context.file, text);
    read_files(&files, context.options)
}

/// Reads the statements of files as one text, in their order.
fn read_files<'a>(files: &Files, options: &ParseOptions) -> Result<Reading<'a>> {
    let dialect = asked(options)?.ok_or_else(|| {
        Error::new(Code::Option, "statements of SQL need a dialect")
            .with_help("say `postgresql`, `mysql`, `mariadb` or `sqlite` in `dialect`")
    })?;
    options.read.limits.check()?;
    let text = files.text();
    // Errors name the file of the place that was asked for last.
    let asked_for = std::cell::Cell::new(0);
    let position = |offset: usize, line: usize, column: usize| {
        asked_for.set(offset);
        files.position(offset, line, column)
    };
    let builder = Builder::new(text, &options.read)?;
    let mut ddl = Ddl::new(dialect, text, &position);
    let read = |ddl: &mut Ddl<'_>| {
        let found = ddl.statements(text, &options.read)?;
        found.iter().try_for_each(|statement| ddl.apply(statement))
    };
    let done = read(&mut ddl);
    done.map_err(|error| match files.file(asked_for.get()).0 {
        Some(file) => error.in_file(file),
        None => error,
    })?;
    let Ddl { mut schema, warnings, opaque, .. } = ddl;
    finish::finish(dialect, &mut schema);
    let lines = Lines::of(text.as_bytes());
    let source = |at: &At, pointer: String| {
        let (file, _, before) = files.file(at.start);
        SourceRef {
            file: file.map(str::to_owned),
            document: 0,
            pointer,
            line: Some(lines.line(at.start).saturating_sub(before)),
            revision: options.revision.clone(),
        }
    };
    let mut writer = Writer::new(builder);
    writer.schema(dialect, &schema, &source)?;
    let resources = writer.finish(Document::into_owned);
    let mut reading =
        Reading { resources, warnings, listed: true, sql: true, ..Reading::default() };
    if opaque {
        reading.gaps.push(gap(dialect, "a statement that is not evaluated may have made more"));
    }
    Ok(reading)
}

/// The dialect that the options ask for.
fn asked(options: &ParseOptions) -> Result<Option<Dialect>> {
    options.dialect.as_deref().map(Dialect::named).transpose()
}

fn gap(dialect: Dialect, detail: &str) -> Gap {
    let cell = Cell { provider: Some(dialect.provider().to_owned()), ..Cell::default() };
    Gap { cell, reason: Reason::Unsupported, detail: Some(detail.to_owned()) }
}

/// The pointer of something that statements make.
fn pointer(kind: &str, name: &str) -> String {
    let mut pointer = format!("/{kind}");
    push_token(&mut pointer, name);
    pointer
}

/// An action of a foreign key in one spelling.
fn action(dialect: Dialect, action: &str) -> String {
    let action = action.to_lowercase();
    // There both refuse at once.
    match action.as_str() {
        "restrict" if dialect.is_mysql() => "no action".to_owned(),
        _ => action,
    }
}

/// A column of an index; ascending, and nulls where they are without a word, are not said.
fn index_column(dialect: Dialect, column: &IndexColumn) -> Text {
    let mut text = match part(dialect, &column.column.expr) {
        Some((name, length)) => Text::certain(format!("{name}({length})")),
        None => expr::spelled(dialect, &column.column.expr),
    };
    let options = &column.column.options;
    let descending = matches!(options.sort, Some(OrderBySort::Desc));
    text.certain &= matches!(options.sort, None | Some(OrderBySort::Asc | OrderBySort::Desc));
    if descending {
        text.text.push_str(" desc");
    }
    match (options.nulls_first, descending) {
        (Some(first), descending) if first != descending => {
            text.text.push_str(if first { " nulls first" } else { " nulls last" });
        }
        _ => {}
    }
    if let Some(class) = &column.operator_class {
        text.text.push(' ');
        text.text.push_str(&class.to_string().to_lowercase());
    }
    text
}

/// The check that MariaDB puts on a column of documents.
fn is_document(column: &str) -> String {
    format!("json_valid({column})")
}

/// The column of which an index of MySQL holds the first characters alone, and how many: `name(9)`.
fn part(dialect: Dialect, expr: &Expr) -> Option<(String, String)> {
    let Expr::Function(function) = expr else { return None };
    let [ObjectNamePart::Identifier(name)] = function.name.0.as_slice() else { return None };
    let FunctionArguments::List(list) = &function.args else { return None };
    let [FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(length)))] = list.args.as_slice()
    else {
        return None;
    };
    let ast::Value::Number(length, _) = &length.value else { return None };
    let name = dialect.fold(&name.value, name.quote_style.is_some());
    dialect.is_mysql().then(|| (name, length.to_string()))
}

#[cfg(test)]
mod tests;
