//! Literals of types that a database reads before it keeps them: dates, intervals, documents. It prints them
//! anew, in a form of its own (PostgreSQL: "Data Types"; MySQL: "Date and Time Literals").

use super::dialect::Dialect;
use crate::value::{Document, DuplicateKeys, ReadOptions, Tree};
use std::fmt::Write as _;

/// The literal as the database prints it, where that is known; `kind` is the (canonical) type.
pub(super) fn printed(dialect: Dialect, kind: &str, text: &str) -> Option<String> {
    let (name, _) = kind.split_once('(').unwrap_or((kind, ""));
    if dialect.is_mysql() && name == "binary" {
        // Filled up to its length with bytes that are zero.
        return Some(text.trim_end_matches('\0').to_owned());
    }
    let text = text.trim();
    match (dialect, name) {
        (Dialect::Sqlite, _) => None,
        (_, "date") => date(text),
        (Dialect::Postgresql, _) if kind.ends_with("without time zone") => match name {
            name if name.starts_with("timestamp") => moment(text),
            _ => time(text),
        },
        (Dialect::Postgresql, "uuid") => uuid(text),
        (Dialect::Postgresql, "jsonb") => document(text),
        (Dialect::Postgresql, "interval") => interval(text),
        (Dialect::Postgresql, "inet") => Some(address(text)),
        (Dialect::Postgresql, _) if name.ends_with("[]") => array(text),
        (Dialect::Mysql | Dialect::Mariadb, "datetime" | "timestamp") => moment(text),
        (Dialect::Mysql | Dialect::Mariadb, "time") => time(text),
        _ => None,
    }
}

/// Whether the database reads literals of the (canonical) type and prints them anew.
pub(super) fn is_read(dialect: Dialect, kind: &str) -> bool {
    const POSTGRESQL: [&str; 18] = [
        "date", "interval", "uuid", "jsonb", "inet", "cidr", "macaddr", "macaddr8", "bytea",
        "money", "point", "line", "lseg", "box", "path", "polygon", "circle", "tsvector",
    ];
    let (name, _) = kind.split_once(['(', ' ']).unwrap_or((kind, ""));
    match dialect {
        Dialect::Sqlite => false,
        Dialect::Postgresql => {
            let ends = ["range", "[]"].iter().any(|end| kind.ends_with(end));
            ends || matches!(name, "time" | "timestamp" | "tsquery") || POSTGRESQL.contains(&name)
        }
        Dialect::Mysql | Dialect::Mariadb => {
            matches!(name, "date" | "datetime" | "timestamp" | "time" | "year")
        }
    }
}

/// So many digits, or fewer, filled up with zeros in front.
fn digits(text: &str, most: usize) -> Option<String> {
    let fits = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| format!("{text:0>most$}"))
}

/// Year, month and day, in this order.
fn date(text: &str) -> Option<String> {
    let mut parts = text.split('-');
    let [year, month, day] = [parts.next()?, parts.next()?, parts.next()?];
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Some(format!("{}-{}-{}", digits(year, 4)?, digits(month, 2)?, digits(day, 2)?))
}

/// A time of day, to the second, and parts of it where there are any.
fn time(text: &str) -> Option<String> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = whole.split(':');
    let [hour, minute, second] = [parts.next()?, parts.next()?, parts.next().unwrap_or_default()];
    // `10:00.5` may be minutes and seconds.
    if parts.next().is_some() || part.len() > 6 || (second.is_empty() && !part.is_empty()) {
        return None;
    }
    let mut time = format!(
        "{}:{}:{}",
        digits(hour, 2)?,
        digits(minute, 2)?,
        digits(if second.is_empty() { "0" } else { second }, 2)?
    );
    let part = part.trim_end_matches('0');
    if !part.is_empty() {
        digits(part, 6)?;
        time.push('.');
        time.push_str(part);
    }
    Some(time)
}

/// A date and a time, which is midnight where there is none.
fn moment(text: &str) -> Option<String> {
    match text.split_once([' ', 'T']) {
        Some((day, hour)) => Some(format!("{} {}", date(day)?, time(hour.trim())?)),
        None => Some(format!("{} 00:00:00", date(text)?)),
    }
}

fn uuid(text: &str) -> Option<String> {
    let text = text.trim_start_matches('{').trim_end_matches('}');
    let hex: String = text.chars().filter(|c| *c != '-').collect();
    let is_hex = hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut rest = is_hex.then(|| hex.to_ascii_lowercase())?;
    let mut parts = Vec::new();
    for length in [8, 4, 4, 4] {
        let behind = rest.split_off(length);
        parts.push(std::mem::replace(&mut rest, behind));
    }
    parts.push(rest);
    Some(parts.join("-"))
}

/// A document, of which neither blanks nor the order of names count.
fn document(text: &str) -> Option<String> {
    let options = ReadOptions { duplicate_keys: DuplicateKeys::Last, ..ReadOptions::default() };
    let document = Document::parse_json(text.as_bytes(), &options).ok()?;
    Some(Tree::of(document.root()).to_string())
}

/// An address without the length of the network that it is alone in.
fn address(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    let alone = if text.contains(':') { "/128" } else { "/32" };
    text.strip_suffix(alone).map(str::to_owned).unwrap_or(text)
}

/// An array of elements that need no quotes.
fn array(text: &str) -> Option<String> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    if inner.contains(['"', '\\', '{', '}']) {
        return None;
    }
    let elements: Vec<&str> = inner.split(',').map(str::trim).collect();
    Some(format!("{{{}}}", elements.join(",")))
}

/// An interval of whole numbers of units: months, days and seconds are kept apart.
fn interval(text: &str) -> Option<String> {
    let [mut months, mut days, mut seconds] = [0_i64; 3];
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        if let Some((hours, rest)) = word.split_once(':') {
            let (minutes, rest) = rest.split_once(':').unwrap_or((rest, "0"));
            let part = |text: &str| digits(text, 9)?.parse::<i64>().ok();
            seconds += part(hours)? * 3_600 + part(minutes)? * 60 + part(rest)?;
            continue;
        }
        let count: i32 = word.parse().ok()?;
        let count = i64::from(count);
        match words.next()?.to_ascii_lowercase().as_str() {
            "year" | "years" | "yr" | "yrs" | "y" => months += count * 12,
            "month" | "months" | "mon" | "mons" => months += count,
            "week" | "weeks" | "w" => days += count * 7,
            "day" | "days" | "d" => days += count,
            "hour" | "hours" | "hr" | "hrs" | "h" => seconds += count * 3_600,
            "minute" | "minutes" | "min" | "mins" | "m" => seconds += count * 60,
            "second" | "seconds" | "sec" | "secs" | "s" => seconds += count,
            _ => return None,
        }
    }
    let mut parts = Vec::new();
    let mut put = |count: i64, one: &str, many: &str| {
        if count != 0 {
            parts.push(format!("{count} {}", if count == 1 { one } else { many }));
        }
    };
    put(months / 12, "year", "years");
    put(months % 12, "mon", "mons");
    put(days, "day", "days");
    if seconds != 0 || parts.is_empty() {
        let mut time = String::from(if seconds < 0 { "-" } else { "" });
        let rest = seconds.unsigned_abs();
        let _ = write!(time, "{:02}:{:02}:{:02}", rest / 3_600, rest / 60 % 60, rest % 60);
        parts.push(time);
    }
    Some(parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_as_the_database_prints_them() {
        use Dialect::{Mysql, Postgresql, Sqlite};
        for (dialect, kind, text, expected) in [
            (Postgresql, "interval", "24 hours", Some("24:00:00")),
            (Postgresql, "interval", "24:00:00", Some("24:00:00")),
            (Postgresql, "interval", "1 year 14 months 2 weeks", Some("2 years 2 mons 14 days")),
            (Postgresql, "interval", "1 day 90 min", Some("1 day 01:30:00")),
            (Postgresql, "interval", "2 mins 5 s", Some("00:02:05")),
            (Postgresql, "interval", "500 ms", None),
            (Postgresql, "interval", "-1 mons +3 days", Some("-1 mons 3 days")),
            (Postgresql, "interval", "P1D", None),
            (Postgresql, "interval", "0", None),
            (Postgresql, "timestamp without time zone", "2020-01-01", Some("2020-01-01 00:00:00")),
            (
                Postgresql,
                "timestamp(3) without time zone",
                "2020-1-1T10:00",
                Some("2020-01-01 10:00:00"),
            ),
            (Postgresql, "timestamp without time zone", "infinity", None),
            (Postgresql, "timestamp with time zone", "2020-01-01", None),
            (Postgresql, "date", "2020-1-1", Some("2020-01-01")),
            (Postgresql, "date", "1/2/2020", None),
            (Postgresql, "time without time zone", "10:00", Some("10:00:00")),
            (Postgresql, "time without time zone", "10:00:00.50", Some("10:00:00.5")),
            (Postgresql, "time without time zone", "10:00.5", None),
            (
                Postgresql,
                "uuid",
                "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
                Some("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
            ),
            (Postgresql, "jsonb", r#"{"b":1,"a":[1,2]}"#, Some(r#"{"a":[1,2],"b":1}"#)),
            (Postgresql, "json", r#"{"b":1}"#, None),
            (Postgresql, "integer[]", "{1, 2}", Some("{1,2}")),
            (Postgresql, "text[]", r#"{"a b", c}"#, None),
            (Postgresql, "inet", "10.0.0.1/32", Some("10.0.0.1")),
            (Postgresql, "inet", "10.0.0.0/8", Some("10.0.0.0/8")),
            (Postgresql, "text", "2020-1-1", None),
            (Mysql, "datetime", "2020-01-01", Some("2020-01-01 00:00:00")),
            (Mysql, "date", "2020-1-1", Some("2020-01-01")),
            (Sqlite, "date", "2020-1-1", None),
        ] {
            assert_eq!(printed(dialect, kind, text).as_deref(), expected, "{kind} {text}");
        }
    }
}
