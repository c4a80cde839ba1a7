//! Names that PostgreSQL makes up for indexes that are given none: `ChooseIndexName` of its `indexcmds.c`,
//! `FigureIndexColname` of `parse_target.c`, `makeObjectName` of `namespace.c`.

use super::dialect::{Dialect, LONGEST_NAME, cut};
use super::types;
use sqlparser::ast::{Expr, IndexColumn, ObjectName, ObjectNamePart};

const DIALECT: Dialect = Dialect::Postgresql;

/// The name of an index; `None` where the name of an expression is not known. `is_taken` says which names
/// are given already.
pub(super) fn index(
    table: &str,
    columns: &[IndexColumn],
    include: &[String],
    is_taken: impl Fn(&str) -> bool,
) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    let of_columns = columns.iter().map(|column| of_expression(&column.column.expr));
    for name in of_columns.chain(include.iter().cloned().map(Some)) {
        let own = name?;
        let numbered = (1_u32..).map(|number| {
            let number = number.to_string();
            format!("{}{number}", clipped(&own, LONGEST_NAME - number.len()))
        });
        let mut all = std::iter::once(own.clone()).chain(numbered);
        names.extend(all.find(|name| !names.contains(name)));
    }
    let mut addition = String::new();
    for name in &names {
        if !addition.is_empty() {
            addition.push('_');
        }
        addition.push_str(cut(name));
        if addition.len() > LONGEST_NAME {
            break;
        }
    }
    let labels =
        std::iter::once("idx".to_owned()).chain((1_u32..).map(|pass| format!("idx{pass}")));
    labels.map(|label| object(table, &addition, &label)).find(|name| !is_taken(name))
}

/// Both names and a label, the longer of the names cut until all fits.
fn object(first: &str, second: &str, label: &str) -> String {
    let room = LONGEST_NAME.saturating_sub(label.len() + 2);
    let (mut one, mut two) = (first.len(), second.len());
    while one + two > room {
        if one > two { one -= 1 } else { two -= 1 }
    }
    format!("{}_{}_{label}", clipped(first, one), clipped(second, two))
}

/// As many bytes of a text, or fewer: only whole characters.
fn clipped(text: &str, most: usize) -> &str {
    let mut ends = (0..=most.min(text.len())).rev();
    ends.find_map(|end| text.get(..end)).unwrap_or_default()
}

/// What an indexed expression is called.
fn of_expression(expr: &Expr) -> Option<String> {
    match expr {
        Expr::BinaryOp { .. }
        | Expr::UnaryOp { .. }
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNotFalse(_)
        | Expr::Like { .. }
        | Expr::ILike { .. } => Some("expr".to_owned()),
        Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => of_expression(inner),
        Expr::Identifier(name) => Some(DIALECT.fold(&name.value, name.quote_style.is_some())),
        Expr::CompoundIdentifier(parts) => {
            parts.last().map(|name| DIALECT.fold(&name.value, name.quote_style.is_some()))
        }
        Expr::Function(function) => of_function(&function.name),
        Expr::Extract { .. } => Some("extract".to_owned()),
        Expr::Substring { .. } => Some("substring".to_owned()),
        Expr::Cast { expr: inner, data_type, .. } => match of_expression(inner)? {
            name if name == "expr" => of_type(&types::canonical(DIALECT, &data_type.to_string())),
            name => Some(name),
        },
        _ => None,
    }
}

fn of_function(name: &ObjectName) -> Option<String> {
    match name.0.last()? {
        ObjectNamePart::Identifier(name) => {
            Some(DIALECT.fold(&name.value, name.quote_style.is_some()))
        }
        ObjectNamePart::Function(_) => None,
    }
}

/// The type's name in the catalogue.
fn of_type(canonical: &str) -> Option<String> {
    let name = canonical.split('(').next().unwrap_or_default().trim();
    let name = match name {
        "smallint" => "int2",
        "integer" => "int4",
        "bigint" => "int8",
        "character varying" => "varchar",
        "boolean" => "bool",
        "double precision" => "float8",
        "real" => "float4",
        "text" | "numeric" | "date" | "uuid" | "jsonb" | "json" | "inet" => name,
        _ => return None,
    };
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_name_is_cut() {
        let (long, short) = ("t".repeat(60), "c".repeat(20));
        let made = object(&long, &short, "idx");
        assert_eq!((made.len(), made.ends_with(&format!("_{short}_idx"))), (63, true));
        let made = object(&"é".repeat(40), "c", "idx");
        assert_eq!(made, format!("{}_c_idx", "é".repeat(28)));
    }
}
