//! Corners of statements: bounds, places of errors, names, what is applied in which order.

use super::split::Places;
use crate::error::{Code, Error};
use crate::source::{Format, ParseOptions};
use crate::value::{Tree, Value};
use crate::{Limits, Snapshot};
use sqlparser::tokenizer::Location;

fn options(dialect: &str) -> ParseOptions {
    ParseOptions {
        format: Format::SqlDdl,
        dialect: Some(dialect.to_owned()),
        ..ParseOptions::default()
    }
}

fn table(dialect: &str, text: &str) -> Tree {
    let snapshot = Snapshot::parse_with(text.as_bytes(), &options(dialect)).unwrap();
    Tree::of(snapshot.resources()[0].attributes.value())
}

fn error(dialect: &str, text: &str) -> Error {
    Snapshot::parse_with(text.as_bytes(), &options(dialect)).unwrap_err()
}

#[test]
fn expressions_are_bounded_in_depth_and_in_a_row() {
    let check = |inner: String| format!("CREATE TABLE t (a int CHECK ({inner}))");
    let nested = |depth| check("(".repeat(depth) + "a" + &")".repeat(depth));
    let chain = |count| check(vec!["a > 1"; count].join(" AND "));
    let with_commas = |count| check(vec!["a IN (1, 2)"; count].join(" OR "));
    let not = |count| check("NOT ".repeat(count) + "a");
    for dialect in ["postgresql", "mysql", "sqlite"] {
        for text in [nested(10), chain(100), with_commas(60), not(10)] {
            assert!(Snapshot::parse_with(text.as_bytes(), &options(dialect)).is_ok(), "{text}");
        }
        for text in [
            nested(1_000),
            chain(20_000),
            with_commas(20_000),
            not(20_000),
            format!("CREATE TABLE t (a int{})", "[]".repeat(20_000)),
            format!("CREATE TABLE t (a {}int{})", "array<".repeat(200), ">".repeat(200)),
            format!(
                "CREATE VIEW v AS SELECT 1; CREATE INDEX i ON t ({}a{})",
                "f(".repeat(500),
                ")".repeat(500)
            ),
        ] {
            let error = error(dialect, &text);
            assert_eq!(error.code(), Code::Limit, "{dialect}: {error}");
        }
    }
}

#[test]
fn what_is_not_parsed_may_be_as_deep_as_it_likes() {
    let text = format!(
        "INSERT INTO t VALUES ({}1{}); CREATE TABLE t (a int);",
        "(".repeat(5_000),
        ")".repeat(5_000)
    );
    assert!(Snapshot::parse_with(text.as_bytes(), &options("postgresql")).is_ok());
}

#[test]
fn many_statements_take_their_time_and_no_more() {
    let mut text = String::from("CREATE TABLE t (id int);\n");
    for index in 0..5_000 {
        text.push_str(&format!("ALTER TABLE t ADD COLUMN c{index} int DEFAULT {index};\n"));
    }
    let snapshot = Snapshot::parse_with(text.as_bytes(), &options("postgresql")).unwrap();
    let columns = snapshot.resources()[0].attributes.value().get("columns").map(Value::len);
    assert_eq!(columns, Some(5_001));
    let mut limited = options("postgresql");
    limited.read.limits = Limits { max_nodes: 1_000, ..Limits::default() };
    let error = Snapshot::parse_with(text.as_bytes(), &limited).unwrap_err();
    assert_eq!(error.code(), Code::Limit);
}

#[test]
fn errors_name_the_file_and_the_line_and_no_value() {
    let files = [
        ("b.sql".to_owned(), &b"\n\nCREATE TABLE u (a text DEFAULT 'canary' 'canary' ,,);"[..]),
        ("a.sql".to_owned(), &b"CREATE TABLE t (a int);"[..]),
    ];
    let error = Snapshot::parse_many(files, &options("mysql")).unwrap_err();
    assert_eq!((error.code(), error.file()), (Code::Parse, Some("b.sql")));
    assert_eq!(error.position().unwrap().line, 3);
    assert!(!format!("{error:?}").contains("canary"));
}

#[test]
fn expressions_have_one_spelling() {
    for (dialect, one, other) in [
        ("postgresql", "a int CHECK (a > 0)", "a int CHECK (((a > (0)::integer)))"),
        (
            "postgresql",
            "a text CHECK (a IN ('x', 'y'))",
            "a text CHECK ((a = ANY (ARRAY['x'::text, 'y'::text])))",
        ),
        (
            "postgresql",
            "a text CHECK (a NOT IN ('x'))",
            "a text CHECK (a <> ALL (ARRAY['x'::text]))",
        ),
        ("postgresql", "a text CHECK (a LIKE 'x%')", "a text CHECK ((a ~~ 'x%'::text))"),
        ("postgresql", "a int CHECK (a BETWEEN 1 AND 2)", "a int CHECK (((a >= 1) AND (a <= 2)))"),
        (
            "postgresql",
            "a int CHECK (a != 1 AND (a > 2 AND a < 9))",
            "a int CHECK (((a <> 1) AND (a > 2) AND (a < 9)))",
        ),
        ("postgresql", "a varchar(9) DEFAULT 'x'", "a varchar(9) DEFAULT 'x'::character varying"),
        ("postgresql", "a int DEFAULT -1", "a int DEFAULT '-1'::integer"),
        ("postgresql", "a timestamptz DEFAULT now()", "a timestamptz DEFAULT CURRENT_TIMESTAMP"),
        ("postgresql", "a text DEFAULT NULL", "a text"),
        ("postgresql", "\"a\" text", "A text"),
        ("mysql", "a int DEFAULT '0'", "`a` int(11) DEFAULT 0"),
        ("mysql", "a bool DEFAULT TRUE", "a tinyint(1) DEFAULT '1'"),
        ("mysql", "a decimal(5,2) DEFAULT 1", "a decimal(5,2) DEFAULT '1.00'"),
        ("mysql", "a datetime DEFAULT NOW()", "a datetime DEFAULT CURRENT_TIMESTAMP()"),
        ("sqlite", "a TEXT DEFAULT ('x')", "\"A\" text DEFAULT ('x')"),
    ] {
        let of = |column: &str| table(dialect, &format!("CREATE TABLE t ({column})"));
        assert_eq!(of(one), of(other), "{dialect}: {one}");
    }
}

#[test]
fn spellings_that_differ_stay_apart() {
    for (dialect, one, other) in [
        (
            "postgresql",
            "a int CHECK (a > 0 OR a < 9 AND a <> 5)",
            "a int CHECK ((a > 0 OR a < 9) AND a <> 5)",
        ),
        ("postgresql", "a int CHECK (a - (2 - 1) > 0)", "a int CHECK (a - 2 - 1 > 0)"),
        ("postgresql", "a text DEFAULT '1.0'", "a text DEFAULT '1'"),
        ("postgresql", "a text DEFAULT 'now()'", "a text DEFAULT now()"),
        ("postgresql", "a text DEFAULT 'X'", "a text DEFAULT 'x'"),
        ("postgresql", "\"A\" text", "a text"),
        ("postgresql", "a varchar", "a varchar(1)"),
        ("postgresql", "a timestamp", "a timestamptz"),
        ("postgresql", "a int CHECK (a::date > b)", "a int CHECK (a > b)"),
        ("mysql", "a int unsigned", "a int"),
        ("mysql", "a text DEFAULT '0'", "a text DEFAULT '0.0'"),
        ("mysql", "a tinyint(1)", "a tinyint(4)"),
        ("sqlite", "a INT", "a INTEGER"),
    ] {
        let of = |column: &str| table(dialect, &format!("CREATE TABLE t ({column})"));
        assert_ne!(of(one), of(other), "{dialect}: {one}");
    }
}

#[test]
fn a_table_comes_to_the_same_however_it_was_made() {
    let whole = "CREATE TABLE t (id int PRIMARY KEY, b text NOT NULL, CONSTRAINT u UNIQUE (b)); CREATE INDEX i ON t (b)";
    let steps = "CREATE TABLE old (id int, a varchar(5), gone int UNIQUE);
        ALTER TABLE old RENAME TO t; ALTER TABLE t RENAME COLUMN a TO b;
        ALTER TABLE t ADD PRIMARY KEY (id), ALTER COLUMN b TYPE text, ALTER COLUMN b SET NOT NULL;
        CREATE INDEX j ON t (b); ALTER INDEX j RENAME TO i; CREATE INDEX k ON t (gone);
        ALTER TABLE t ADD CONSTRAINT u UNIQUE (b); ALTER TABLE t DROP COLUMN gone;";
    assert_eq!(table("postgresql", whole), table("postgresql", steps));
}

#[test]
fn clients_and_tools_leave_their_marks() {
    let dump = "\\restrict abc\nSET search_path = '';\n-- a comment; with a sign\nCREATE TABLE t (a int);\n\\unrestrict abc\n";
    assert!(Snapshot::parse_with(dump.as_bytes(), &options("postgresql")).is_ok());
    let trigger = "CREATE TABLE t (a int);
        CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET a = CASE WHEN a THEN 1 ELSE 2 END; DELETE FROM t; END;
        CREATE TABLE u (a int);";
    let snapshot = Snapshot::parse_with(trigger.as_bytes(), &options("sqlite")).unwrap();
    assert_eq!(snapshot.resources().len(), 3);
    let error = error("mysql", "DELIMITER //\nCREATE PROCEDURE p() BEGIN END //");
    assert_eq!(error.code(), Code::Parse);
}

#[test]
fn a_long_line_beside_a_delimiter_is_gone_through_once() {
    // Looking for the command at each character would take minutes.
    let rows = "(1, 'a'), ".repeat(60_000);
    let dump = format!(
        "CREATE TABLE t (a int, b text);\n  DELIMITER ;;\nCREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;;\n\
         DELIMITER ;\nINSERT INTO t VALUES {rows}(2, 'b');\nCREATE TABLE u (a int);"
    );
    let snapshot = Snapshot::parse_with(dump.as_bytes(), &options("mysql")).unwrap();
    let names = snapshot.resources().iter().map(|resource| resource.address());
    assert!(["t", "u"].iter().all(|name| names.clone().any(|known| known.ends_with(name))));
}

#[test]
fn places_are_found_from_wherever_the_last_one_was() {
    let text = "aé漢\n\nß𝕊z, end";
    let places = Places::of(text);
    let at = |line, column| places.offset(Location { line, column });
    let naive = |line: usize, column: usize| {
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let rest = text.get(start..).unwrap();
        start + rest.char_indices().nth(column - 1).map_or(rest.len(), |(at, _)| at)
    };
    let all: Vec<(usize, usize)> = (1..4)
        .flat_map(|line| (1..=[4, 1, 9][line - 1]).map(move |column| (line, column)))
        .collect();
    for one in &all {
        for other in &all {
            for (line, column) in [one, other, one] {
                let found = at(*line as u64, *column as u64);
                assert_eq!(found, naive(*line, *column), "{line}:{column} of {one:?} {other:?}");
            }
        }
    }
}
