//! Types of columns in the one spelling that an engine itself would use.

/// In lower case outside of quotes, with single blanks where words meet and none beside signs.
pub(crate) fn squeezed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    let mut blank = false;
    for c in text.trim().chars() {
        if let Some(open) = quote {
            out.push(c);
            if c == open {
                quote = None;
            }
            continue;
        }
        if c.is_whitespace() {
            blank = true;
            continue;
        }
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '\'' | '"' | '`');
        let after_word = out.chars().next_back().is_some_and(|last| word(last) || last == ')');
        if blank && after_word && word(c) {
            out.push(' ');
        }
        blank = false;
        if matches!(c, '\'' | '"' | '`') {
            quote = Some(c);
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// The name, what stands in its brackets, and what follows.
fn parts(text: &str) -> (&str, Option<&str>, &str) {
    let Some((name, rest)) = text.split_once('(') else { return (text, None, "") };
    match rest.split_once(')') {
        Some((inner, tail)) => (name.trim(), Some(inner), tail.trim()),
        None => (text, None, ""),
    }
}

fn with(name: &str, inner: Option<&str>) -> String {
    match inner {
        Some(inner) => format!("{name}({inner})"),
        None => name.to_owned(),
    }
}

/// The type as PostgreSQL would write it.
pub(crate) fn postgresql(text: &str) -> String {
    let text = squeezed(text);
    match array_element(&text) {
        Some(element) => format!("{}[]", postgresql_element(element)),
        None => postgresql_element(&text),
    }
}

fn postgresql_element(text: &str) -> String {
    let text = text.strip_prefix("pg_catalog.").unwrap_or(text);
    let text = text.strip_prefix("public.").unwrap_or(text);
    let (name, inner, tail) = parts(text);
    let name = name.trim_matches('"');
    let zone = |kind: &str, zone: &str, inner: Option<&str>| {
        // Six digits are what there is without a number.
        let inner = inner.filter(|digits| *digits != "6");
        format!("{} {zone} time zone", with(kind, inner))
    };
    let zoned = |kind: &str| match tail {
        "with time zone" => zone(kind, "with", inner),
        _ => zone(kind, "without", inner),
    };
    match name {
        "int" | "int4" | "integer" => "integer".to_owned(),
        "int8" | "bigint" => "bigint".to_owned(),
        "int2" | "smallint" => "smallint".to_owned(),
        "bool" | "boolean" => "boolean".to_owned(),
        "float4" | "real" => "real".to_owned(),
        "float8" | "double precision" => "double precision".to_owned(),
        "float" => match inner.and_then(|digits| digits.parse::<u32>().ok()) {
            Some(..=24) => "real".to_owned(),
            _ => "double precision".to_owned(),
        },
        "decimal" | "dec" | "numeric" => match inner {
            Some(inner) if !inner.contains(',') => format!("numeric({inner},0)"),
            inner => with("numeric", inner),
        },
        "varchar" | "character varying" | "char varying" => with("character varying", inner),
        "char" | "character" => with("character", inner.or(Some("1"))),
        "bpchar" => with("character", inner),
        "varbit" | "bit varying" => with("bit varying", inner),
        "bit" => with("bit", inner.or(Some("1"))),
        "timestamptz" => zone("timestamp", "with", inner),
        "timetz" => zone("time", "with", inner),
        "timestamp" => zoned("timestamp"),
        "time" => zoned("time"),
        "timestamp with time zone" => zone("timestamp", "with", inner),
        "timestamp without time zone" => zone("timestamp", "without", inner),
        "time with time zone" => zone("time", "with", inner),
        "time without time zone" => zone("time", "without", inner),
        _ => {
            let tail = if tail.is_empty() { String::new() } else { format!(" {tail}") };
            format!("{}{tail}", with(name, inner))
        }
    }
}

/// The type of the elements, where the type is an array: dimensions and bounds mean nothing.
fn array_element(text: &str) -> Option<&str> {
    let Some(inner) = text.strip_suffix(']') else {
        return text.strip_suffix(" array");
    };
    let (mut element, _) = inner.rsplit_once('[')?;
    while let Some((outer, _)) = element.strip_suffix(']').and_then(|inner| inner.rsplit_once('['))
    {
        element = outer;
    }
    Some(element)
}

/// The type as MySQL and MariaDB would write it.
pub(crate) fn mysql(text: &str) -> String {
    let text = squeezed(text);
    let text = text.as_str();
    if text.starts_with("enum(") || text.starts_with("set(") {
        return text.to_owned();
    }
    let (name, inner, tail) = parts(text);
    let marked = name.split_once(" unsigned").or_else(|| name.split_once(" zerofill"));
    let (name, tail) = match marked {
        Some((name, _)) => (name, "unsigned"),
        None => (name, tail),
    };
    let tail = match tail.strip_prefix("signed").unwrap_or(tail) {
        // `zerofill` is a matter of display, and implies `unsigned`.
        tail if tail.contains("unsigned") || tail.contains("zerofill") => " unsigned",
        _ => "",
    };
    let number = |name: &str| format!("{name}{tail}");
    match (name, inner) {
        ("bool" | "boolean", _) => "boolean".to_owned(),
        ("tinyint", Some("1")) if tail.is_empty() => "boolean".to_owned(),
        ("tinyint" | "int1", _) => number("tinyint"),
        ("smallint" | "int2", _) => number("smallint"),
        ("mediumint" | "int3" | "middleint", _) => number("mediumint"),
        ("int" | "integer" | "int4", _) => number("int"),
        ("bigint" | "int8", _) => number("bigint"),
        ("decimal" | "dec" | "numeric" | "fixed", None) => number("decimal(10,0)"),
        ("decimal" | "dec" | "numeric" | "fixed", Some(inner)) => match inner.contains(',') {
            true => number(&format!("decimal({inner})")),
            false => number(&format!("decimal({inner},0)")),
        },
        ("double" | "double precision" | "real" | "float8", None) => number("double"),
        ("float" | "float4", None) => number("float"),
        ("float", Some(digits)) if !digits.contains(',') => {
            let wide = digits.parse::<u32>().is_ok_and(|digits| digits > 24);
            number(if wide { "double" } else { "float" })
        }
        ("char" | "character" | "nchar" | "national char" | "national character", _) => {
            with("char", inner.or(Some("1")))
        }
        (
            "varchar" | "character varying" | "varcharacter" | "nvarchar" | "national varchar"
            | "nchar varchar",
            _,
        ) => with("varchar", inner),
        ("binary", _) => with("binary", inner.or(Some("1"))),
        ("bit", _) => with("bit", inner.or(Some("1"))),
        ("year", _) => "year".to_owned(),
        ("datetime" | "timestamp" | "time", Some("0")) => name.to_owned(),
        ("long" | "long varchar", _) => "mediumtext".to_owned(),
        _ => number(&with(name, inner)),
    }
}
