//! Columns as `information_schema.columns` tells of them.

use super::dialect::Dialect;
use super::expr;
use super::introspect::{get, text};
use super::model::{Column, Known, Text};
use super::rows::whole;
use super::{STRICT, types};
use crate::error::Result;
use crate::value::Value;

/// A field that may be absent, null or a text.
pub(super) fn said<'d>(row: Value<'d>, name: &str) -> Known<&'d str> {
    match get(row, name) {
        None => Known::Unread,
        Some(value) => Known::of(value.as_str()),
    }
}

pub(super) fn is_yes(row: Value<'_>, name: &str) -> Option<bool> {
    let value = get(row, name)?;
    match (value.as_str(), value.as_bool()) {
        (Some(text), _) => Some(matches!(text, "YES" | "yes" | "ALWAYS" | "t" | "1")),
        (None, truth) => truth,
    }
}

fn base(row: Value<'_>) -> Column {
    Column {
        at: row.span(),
        nullable: is_yes(row, "is_nullable"),
        default: Known::Nothing,
        identity: Known::Nothing,
        generated: Known::Nothing,
        on_update: Known::Nothing,
        collation: text(row, "collation_name").map(str::to_lowercase),
        comment: text(row, "column_comment").filter(|text| !text.is_empty()).map(str::to_owned),
        ..Column::default()
    }
}

pub(super) fn postgresql(row: Value<'_>) -> Result<Column> {
    const DIALECT: Dialect = Dialect::Postgresql;
    let mut column = base(row);
    let number = |name: &str| get(row, name).and_then(whole);
    let kind = text(row, "data_type")
        .ok_or_else(|| STRICT.fault(row, "expected the field `data_type`"))?;
    let udt = text(row, "udt_name");
    // Of a domain the type below it is told in all other fields.
    let domain = text(row, "domain_name").map(|name| match text(row, "domain_schema") {
        Some(schema) if !matches!(schema, "public" | "pg_catalog") => format!("{schema}.{name}"),
        _ => name.to_owned(),
    });
    let length = number("character_maximum_length");
    let written = match (kind, udt) {
        ("ARRAY", Some(udt)) => {
            let element = udt.strip_prefix('_').unwrap_or(udt);
            // Lengths of elements are not told.
            column.unclear_kind =
                matches!(element, "varchar" | "bpchar" | "numeric" | "bit" | "varbit");
            format!("{element}[]")
        }
        ("USER-DEFINED", Some(udt)) => match text(row, "udt_schema") {
            Some(schema) if !matches!(schema, "public" | "pg_catalog") => format!("{schema}.{udt}"),
            _ => udt.to_owned(),
        },
        ("character varying" | "character" | "bit" | "bit varying", _) => match length {
            Some(length) => format!("{kind}({length})"),
            None if kind == "character" => "bpchar".to_owned(),
            None => kind.to_owned(),
        },
        ("numeric", _) => match (number("numeric_precision"), number("numeric_scale")) {
            (Some(precision), scale) => {
                format!("numeric({precision},{})", scale.unwrap_or_default())
            }
            _ => kind.to_owned(),
        },
        (kind, _) if kind.starts_with("time") => match number("datetime_precision") {
            Some(digits) if digits != 6 => match kind.split_once(' ') {
                Some((name, zone)) => format!("{name}({digits}) {zone}"),
                None => format!("{kind}({digits})"),
            },
            _ => kind.to_owned(),
        },
        ("interval", _) => {
            let plain = number("datetime_precision").is_none_or(|digits| digits == 6);
            column.unclear_kind = !plain || text(row, "interval_type").is_some();
            kind.to_owned()
        }
        _ => kind.to_owned(),
    };
    column.unclear_kind &= domain.is_none();
    column.kind = types::canonical(DIALECT, &domain.unwrap_or(written));
    column.default = default(DIALECT, &column.kind, said(row, "column_default"));
    if is_yes(row, "is_identity") == Some(true) {
        let how = text(row, "identity_generation").unwrap_or_default();
        column.identity = Known::Is(how.to_lowercase());
    }
    if is_yes(row, "is_generated") == Some(true) {
        column.generated = match said(row, "generation_expression") {
            Known::Is(sql) => Known::Is(expr::of_text(DIALECT, sql)),
            _ => Known::Unread,
        };
        column.stored = Known::Unread;
    }
    Ok(column)
}

/// A default that is told as an expression.
pub(super) fn default(dialect: Dialect, kind: &str, said: Known<&str>) -> Known<Text> {
    match said {
        Known::Unread => Known::Unread,
        Known::Nothing => Known::Nothing,
        Known::Is(sql) => match expr::parsed(dialect, sql) {
            Some(expr) => Known::of(expr::default(dialect, kind, &expr)),
            None => Known::Is(expr::of_text(dialect, sql)),
        },
    }
}

pub(super) fn mysql(dialect: Dialect, row: Value<'_>) -> Result<Column> {
    let mut column = base(row);
    let kind = text(row, "column_type")
        .ok_or_else(|| STRICT.fault(row, "expected the field `column_type`"))?;
    column.kind = types::canonical(dialect, kind);
    let extra = text(row, "extra").unwrap_or_default().to_lowercase();
    let told = said(row, "column_default");
    column.default = match (dialect, told) {
        (Dialect::Mysql, Known::Is(raw)) => {
            let moment = raw.to_lowercase().starts_with("current_timestamp");
            let is_time =
                column.kind.starts_with("timestamp") || column.kind.starts_with("datetime");
            let is_expression =
                extra.contains("default_generated") || (moment && is_time) || raw.starts_with("b'");
            // All else is the value itself, without quotes.
            let sql = if is_expression { raw.replace("\\'", "'") } else { expr::quoted(raw) };
            default(dialect, &column.kind, Known::Is(&sql))
        }
        (_, told) => default(dialect, &column.kind, told),
    };
    if extra.contains("auto_increment") {
        column.identity = Known::Is("auto_increment".to_owned());
    }
    if let Some((_, moment)) = extra.split_once("on update ") {
        column.on_update = Known::Is(expr::of_text(dialect, moment));
    }
    let expression = text(row, "generation_expression").filter(|sql| !sql.is_empty());
    if let Some(sql) = expression {
        column.generated = Known::Is(expr::of_text(dialect, &sql.replace("\\'", "'")));
        column.stored = match &*extra {
            // MariaDB says `persistent` as well.
            extra if extra.contains("stored") || extra.contains("persistent") => Known::Is(true),
            extra if extra.contains("virtual") => Known::Is(false),
            _ => Known::Unread,
        };
    }
    Ok(column)
}
