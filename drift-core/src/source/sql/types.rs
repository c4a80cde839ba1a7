//! Types of columns in one spelling each, by dialect.

use super::dialect::Dialect;
use crate::source::sql_types::{mysql, postgresql, squeezed};

/// A type as the engine itself would write it: aliases, case, blanks, widths and defaults of lengths
/// that mean nothing are gone.
pub(super) fn canonical(dialect: Dialect, text: &str) -> String {
    match dialect {
        Dialect::Postgresql => postgresql(text),
        // A document is a text there, with a check.
        Dialect::Mariadb if text.trim().eq_ignore_ascii_case("json") => "longtext".to_owned(),
        Dialect::Mysql | Dialect::Mariadb => mysql(text),
        // The declared name is kept: `INT PRIMARY KEY` is not `INTEGER PRIMARY KEY` there.
        Dialect::Sqlite => squeezed(text),
    }
}

/// Whether values of the (canonical) type are numbers.
pub(super) fn is_number(dialect: Dialect, canonical: &str) -> bool {
    let name = canonical.split(['(', ' ']).next().unwrap_or_default();
    match dialect {
        // Affinity decides there: a text that looks like a number is stored as one.
        Dialect::Sqlite => {
            ["int", "real", "floa", "doub", "num", "dec"].iter().any(|part| name.contains(part))
        }
        _ => matches!(
            name,
            "smallint"
                | "integer"
                | "bigint"
                | "numeric"
                | "real"
                | "double"
                | "tinyint"
                | "mediumint"
                | "int"
                | "decimal"
                | "float"
                | "year"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_one_spelling() {
        use Dialect::{Mysql, Postgresql, Sqlite};
        for (dialect, text, expected) in [
            (Postgresql, "INT", "integer"),
            (Postgresql, "int4", "integer"),
            (Postgresql, "VARCHAR (50)", "character varying(50)"),
            (Postgresql, "character  varying(50)", "character varying(50)"),
            (Postgresql, "decimal(10)", "numeric(10,0)"),
            (Postgresql, "NUMERIC(10, 2)", "numeric(10,2)"),
            (Postgresql, "timestamptz", "timestamp with time zone"),
            (Postgresql, "timestamp(6)", "timestamp without time zone"),
            (Postgresql, "TIMESTAMP(3) WITH TIME ZONE", "timestamp(3) with time zone"),
            (Postgresql, "timestamp(3) without time zone", "timestamp(3) without time zone"),
            (Postgresql, "char", "character(1)"),
            (Postgresql, "int[3][]", "integer[]"),
            (Postgresql, "pg_catalog.int8", "bigint"),
            (Postgresql, "app.mood", "app.mood"),
            (Postgresql, "public.mood", "mood"),
            (Postgresql, "float(10)", "real"),
            (Postgresql, "jsonb", "jsonb"),
            (Mysql, "INTEGER", "int"),
            (Mysql, "int(11) unsigned", "int unsigned"),
            (Mysql, "INT UNSIGNED", "int unsigned"),
            (Mysql, "int ZEROFILL", "int unsigned"),
            (Mysql, "int(10) unsigned zerofill", "int unsigned"),
            (Mysql, "NVARCHAR(9)", "varchar(9)"),
            (Mysql, "national char", "char(1)"),
            (Mysql, "tinyint(1)", "boolean"),
            (Mysql, "BOOL", "boolean"),
            (Mysql, "tinyint(4)", "tinyint"),
            (Mysql, "ENUM('A', 'b c')", "enum('A','b c')"),
            (Mysql, "numeric", "decimal(10,0)"),
            (Mysql, "double precision", "double"),
            (Mysql, "datetime(6)", "datetime(6)"),
            (Sqlite, "VARCHAR( 50 )", "varchar(50)"),
            (Sqlite, "Unsigned  Big Int", "unsigned big int"),
        ] {
            assert_eq!(canonical(dialect, text), expected, "{text}");
            let again = canonical(dialect, expected);
            assert_eq!(again, expected, "{text} a second time");
        }
    }
}
