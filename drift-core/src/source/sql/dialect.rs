//! The dialects of SQL that are read.

use crate::error::{Code, Error, Result};
use crate::value::did_you_mean;
use sqlparser::dialect::{Dialect as Grammar, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::tokenizer::Word;

/// Whose SQL it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Postgresql,
    Mysql,
    Mariadb,
    Sqlite,
}

impl Dialect {
    const NAMED: [(&'static str, Self); 4] = [
        ("postgresql", Self::Postgresql),
        ("mysql", Self::Mysql),
        ("mariadb", Self::Mariadb),
        ("sqlite", Self::Sqlite),
    ];

    /// The dialect that an option names.
    pub(super) fn named(name: &str) -> Result<Self> {
        let known = Self::NAMED.iter().find(|(known, _)| *known == name);
        known.map(|(_, dialect)| *dialect).ok_or_else(|| {
            let names = Self::NAMED.map(|(name, _)| name);
            let shown = super::super::strict::shown(name);
            let all = || format!("the dialects are `{}`", names.join("`, `"));
            Error::new(Code::Option, format!("no such dialect: `{shown}`"))
                .with_help(did_you_mean(name, &names).unwrap_or_else(all))
        })
    }

    /// The name that tools give to it.
    pub(super) fn of_driver(name: &str) -> Option<Self> {
        match name {
            "postgres" | "postgresql" => Some(Self::Postgresql),
            "mysql" => Some(Self::Mysql),
            "mariadb" => Some(Self::Mariadb),
            "sqlite" | "sqlite3" => Some(Self::Sqlite),
            _ => None,
        }
    }

    /// What resources have as their provider: MariaDB is compared with MySQL.
    pub(super) fn provider(self) -> &'static str {
        match self {
            Self::Postgresql => "postgresql",
            Self::Mysql | Self::Mariadb => "mysql",
            Self::Sqlite => "sqlite",
        }
    }

    pub(super) fn grammar(self) -> &'static dyn Grammar {
        match self {
            Self::Postgresql => &PostgreSqlDialect {},
            Self::Mysql | Self::Mariadb => &MySqlDialect {},
            Self::Sqlite => &SQLiteDialect {},
        }
    }

    pub(super) fn is_mysql(self) -> bool {
        matches!(self, Self::Mysql | Self::Mariadb)
    }

    /// Whether the columns of a primary key are never null, without a word.
    pub(super) fn key_is_not_null(self) -> bool {
        self != Self::Sqlite
    }

    /// Whether the database gives expressions back as they were written.
    pub(super) fn keeps_text(self) -> bool {
        self == Self::Sqlite
    }

    /// The name of a column, an index or a constraint as the database knows it.
    pub(super) fn fold(self, name: &str, quoted: bool) -> String {
        match self {
            Self::Postgresql if quoted => cut(name).to_owned(),
            Self::Postgresql => cut(&name.to_lowercase()).to_owned(),
            _ => name.to_lowercase(),
        }
    }

    /// The name of a table, a view or a schema as the database knows it.
    pub(super) fn fold_table(self, name: &str, quoted: bool) -> String {
        match self {
            Self::Mysql | Self::Mariadb => name.to_owned(),
            _ => self.fold(name, quoted),
        }
    }

    /// A word of SQL in one spelling.
    pub(super) fn word(self, word: &Word) -> String {
        self.fold(&word.value, word.quote_style.is_some())
    }
}

/// How many bytes of a name PostgreSQL keeps (`NAMEDATALEN`).
pub(super) const LONGEST_NAME: usize = 63;

/// As much of a name as PostgreSQL keeps.
pub(super) fn cut(name: &str) -> &str {
    let mut ends = (0..=LONGEST_NAME.min(name.len())).rev();
    ends.find_map(|end| name.get(..end)).unwrap_or(name)
}

/// What `create` may make besides what is read: all words that may stand there in the dialects.
pub(super) const OTHER_OBJECTS: [&str; 44] = [
    "access",
    "aggregate",
    "assertion",
    "cast",
    "collation",
    "constraint",
    "conversion",
    "data",
    "database",
    "default",
    "domain",
    "event",
    "extension",
    "function",
    "group",
    "language",
    "logfile",
    "member",
    "operator",
    "package",
    "policy",
    "procedural",
    "procedure",
    "publication",
    "replica",
    "resource",
    "role",
    "rule",
    "schema",
    "server",
    "statistics",
    "subscription",
    "system",
    "tablespace",
    "text",
    "transform",
    "trigger",
    "trusted",
    "type",
    "undo",
    "user",
    "view",
    "wrapper",
    "if",
];

/// Statements that leave the schema as it is, or change what is not read: data, rights, sessions.
pub(super) const PASSED_OVER: [&str; 60] = [
    "insert",
    "update",
    "delete",
    "select",
    "with",
    "set",
    "reset",
    "begin",
    "start",
    "commit",
    "end",
    "rollback",
    "savepoint",
    "release",
    "grant",
    "revoke",
    "comment",
    "analyze",
    "analyse",
    "vacuum",
    "pragma",
    "lock",
    "unlock",
    "truncate",
    "copy",
    "replace",
    "merge",
    "explain",
    "show",
    "notify",
    "listen",
    "unlisten",
    "refresh",
    "reindex",
    "cluster",
    "discard",
    "checkpoint",
    "attach",
    "detach",
    "values",
    "declare",
    "fetch",
    "close",
    "move",
    "prepare",
    "deallocate",
    "security",
    "reassign",
    "load",
    "optimize",
    "flush",
    "kill",
    "handler",
    "check",
    "describe",
    "desc",
    "abort",
    "repair",
    "signal",
    "change",
];

/// What a session may do without saying what.
pub(super) const OPAQUE: [&str; 4] = ["do", "call", "execute", "exec"];
