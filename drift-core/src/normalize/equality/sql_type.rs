//! `postgresql_type` and `mysql_type`: a type of a column by any of its names.
//!
//! Names and defaults: PostgreSQL, Data Types (table 8.1, and its sections); MySQL Reference Manual,
//! Data Types. A text that no type starts like, or that is longer than one, stands for itself.

use super::Scalar;
use crate::source::sql_types;

/// Longer texts are no types, but for lists of values.
const LONGEST: usize = 4_096;

pub(super) fn postgresql(scalar: Scalar<'_>) -> Option<String> {
    of_type(scalar).map(sql_types::postgresql)
}

pub(super) fn mysql(scalar: Scalar<'_>) -> Option<String> {
    of_type(scalar).map(sql_types::mysql)
}

fn of_type(scalar: Scalar<'_>) -> Option<&str> {
    let Scalar::String(text) = scalar else { return None };
    let starts =
        text.trim_start().starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '"'));
    (starts && text.len() <= LONGEST).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_many_names() {
        let pg = |text| postgresql(Scalar::String(text));
        let my = |text| mysql(Scalar::String(text));
        for (one, other) in [
            ("int4", "INTEGER"),
            ("varchar(50)", "character varying (50)"),
            ("timestamptz", "timestamp(6) with time zone"),
            ("int[]", "integer ARRAY"),
            ("decimal(10)", "numeric(10, 0)"),
        ] {
            assert_eq!(pg(one), pg(other), "{one}");
        }
        assert_ne!(pg("int"), pg("bigint"));
        assert_ne!(pg("varchar(50)"), pg("varchar(51)"));
        assert_eq!(my("INT(11)"), my("integer"));
        assert_eq!(my("tinyint(1)"), my("bool"));
        assert_ne!(my("int unsigned"), my("int"));
        assert_ne!(my("enum('A')"), my("enum('a')"));
        for text in ["", "1", "(", "-"] {
            assert_eq!(pg(text), None, "{text}");
        }
        let (many, long) = ("x array".repeat(500), "x".repeat(5_000));
        assert!(postgresql(Scalar::String(&many)).is_some());
        assert_eq!(postgresql(Scalar::String(&long)), None);
    }
}
