//! Texts of a mapping: where the id, the type and the like of a resource come from.

use super::cut::Cut;
use super::read::Seen;
use super::{Query, STRICT, cut, narrow, queries};
use crate::error::Result;
use crate::source::ParameterValue;
use crate::source::arm;
use crate::source::arn::Part;
use crate::source::strict::{id, optional};
use crate::value::{Kind, Value};
use std::collections::BTreeMap;

/// Where the text of one field comes from.
#[derive(Clone, Debug)]
pub(super) enum Text {
    Const(String),
    /// The first that selects a string or an integer counts.
    Paths(Vec<Query>),
    /// A part of an ARN.
    Arn(Box<Text>, Part),
    /// A part of the resource id of Azure that a path selects, in small letters.
    Azure(Vec<Query>, arm::id::Part),
    /// Another one in small letters.
    Lower(Box<Text>),
    /// A part of another one.
    Part(Box<Text>, Cut),
    /// Another one, or what it is called by, which may be nothing.
    Renamed(Box<Text>, BTreeMap<String, Option<String>>),
    /// From another start than the item that is read.
    From(Start, Vec<Query>),
    /// A field of the scope that the options give.
    Scope(String),
    /// Several, joined.
    Join(Vec<Text>),
    /// The first that comes to a text.
    First(Vec<Text>),
    /// The name or the index under which the item stands, or what stands so many levels around it.
    Key(usize),
    /// The name of the file, without its folder.
    File,
    /// A parameter that the options give.
    Parameter(String),
}

/// Where a path starts that does not start at the item as it is read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start {
    /// The document.
    Root,
    /// The item around a text that was decoded.
    Item,
    /// The node within which the item was selected.
    Outer,
}

/// A text that is no fixed value and no path of the item; `None` where it is one of these.
fn text_of(value: Value<'_>) -> Result<Option<Text>> {
    if let Some(names) = value.get("rename") {
        STRICT.fields(value, "a text by another name", &["from", "rename"])?;
        STRICT.map(names, "`rename`")?;
        let name = |(name, other): (&str, Value<'_>)| match other.is_null() {
            true => Ok((name.to_owned(), None)),
            false => Ok((name.to_owned(), Some(STRICT.text(other, "a name")?.to_owned()))),
        };
        let names = names.fields().map(name).collect::<Result<_>>()?;
        let of = Box::new(text(STRICT.required(value, "from")?)?);
        return Ok(Some(Text::Renamed(of, names)));
    }
    if let Some(path) = value.get("from") {
        let [after, before] = cut::FIELDS;
        STRICT.fields(value, "a part of a text", &["from", after, before])?;
        let expected = || STRICT.fault(value, "expected the field `after` or `before`");
        let cut = Cut::load(value)?.ok_or_else(expected)?;
        return Ok(Some(Text::Part(Box::new(text(path)?), cut)));
    }
    for (name, start) in [("root", Start::Root), ("item", Start::Item), ("outer", Start::Outer)] {
        if let Some(path) = value.get(name) {
            STRICT.fields(value, "a path", &[name])?;
            return Ok(Some(Text::From(start, queries(path)?)));
        }
    }
    if let Some(field) = value.get("scope") {
        STRICT.fields(value, "a field of the scope", &["scope"])?;
        return Ok(Some(Text::Scope(STRICT.text(field, "`scope`")?.to_owned())));
    }
    if let Some(of) = value.get("lower") {
        STRICT.fields(value, "a text in small letters", &["lower"])?;
        return Ok(Some(Text::Lower(Box::new(text(of)?))));
    }
    if let Some(id) = value.get("azure") {
        STRICT.fields(value, "a part of a resource id", &["azure", "part"])?;
        let part = STRICT.required(value, "part")?;
        let named = arm::id::Part::NAMES.iter().find(|(name, _)| part.as_str() == Some(name));
        let what = "expected `part` as `subscription`, `resource_group` or `name`";
        let known = || STRICT.fault(part, what);
        return Ok(Some(Text::Azure(queries(id)?, named.ok_or_else(known)?.1)));
    }
    if let Some(levels) = value.get("key") {
        STRICT.fields(value, "a key", &["key"])?;
        let count = levels.as_number().and_then(|number| number.as_i64());
        let count = count.and_then(|count| usize::try_from(count).ok()).filter(|count| *count < 64);
        let expected = || STRICT.fault(levels, "expected `key` as a number of levels, from 0 on");
        return Ok(Some(Text::Key(count.ok_or_else(expected)?)));
    }
    if let Some(part) = value.get("file") {
        STRICT.fields(value, "a part of the file's name", &["file"])?;
        return match part.as_str() {
            Some("name") => Ok(Some(Text::File)),
            _ => Err(STRICT.fault(part, "expected `file` as `name`")),
        };
    }
    if let Some(name) = value.get("parameter") {
        STRICT.fields(value, "a parameter", &["parameter"])?;
        return Ok(Some(Text::Parameter(STRICT.text(name, "`parameter`")?.to_owned())));
    }
    if let Some(parts) = value.get("first") {
        STRICT.fields(value, "the first of several texts", &["first"])?;
        STRICT.list(parts, "`first`")?;
        return Ok(Some(Text::First(parts.items().map(text).collect::<Result<_>>()?)));
    }
    if let Some(parts) = value.get("join") {
        STRICT.fields(value, "a text that is joined", &["join"])?;
        STRICT.list(parts, "`join`")?;
        return Ok(Some(Text::Join(parts.items().map(text).collect::<Result<_>>()?)));
    }
    Ok(None)
}

pub(super) fn text(value: Value<'_>) -> Result<Text> {
    if value.kind() != Kind::Map {
        return queries(value).map(Text::Paths);
    }
    if let Some(text) = text_of(value)? {
        return Ok(text);
    }
    if let Some(arn) = value.get("arn") {
        STRICT.fields(value, "a part of an ARN", &["arn", "part"])?;
        let part = STRICT.required(value, "part")?;
        let named = Part::NAMES.iter().find(|(name, _)| part.as_str() == Some(name));
        let known = || STRICT.fault(part, "expected `part` as `region` or `account`");
        return Ok(Text::Arn(Box::new(text(arn)?), named.ok_or_else(known)?.1));
    }
    STRICT.fields(value, "a fixed value", &["const"])?;
    STRICT.id(STRICT.required(value, "const")?, "`const`").map(Text::Const)
}

/// Pairs of texts that are equal.
pub(super) fn pairs(list: Value<'_>, what: &str) -> Result<Vec<(Text, Text)>> {
    STRICT.list(list, what)?;
    let pair = |pair: Value<'_>| {
        STRICT.list(pair, "two texts that are equal")?;
        match (pair.at(0), pair.at(1), pair.at(2)) {
            (Some(a), Some(b), None) => Ok((text(a)?, text(b)?)),
            _ => Err(STRICT.fault(pair, format!("{what} compares two texts"))),
        }
    };
    list.items().map(pair).collect()
}

pub(super) fn texts(root: Value<'_>, name: &str) -> Result<Vec<(String, Text)>> {
    let Some(map) = optional(root, name) else {
        return Ok(Vec::new());
    };
    STRICT.map(map, format_args!("`{name}`"))?;
    map.fields().map(|(name, value)| Ok((name.to_owned(), text(value)?))).collect()
}

impl Text {
    /// The text of the field for one item; none where its paths select nothing that is one.
    pub(super) fn of(&self, seen: Seen<'_, '_>) -> Option<String> {
        let first = |query: &Query, start: Value<'_>| {
            query.select(start).into_iter().find_map(|(_, value)| id(value))
        };
        match self {
            Self::Const(text) => Some(text.clone()),
            Self::Paths(queries) => queries.iter().find_map(|query| first(query, seen.read)),
            Self::Arn(arn, part) => part.of(&arn.of(seen)?).map(str::to_owned),
            Self::Azure(queries, part) => {
                part.of(&queries.iter().find_map(|query| first(query, seen.read))?)
            }
            Self::Lower(text) => Some(text.of(seen)?.to_lowercase()),
            Self::Renamed(of, names) => {
                let text = of.of(seen)?;
                names.get(&text).cloned().unwrap_or(Some(text))
            }
            Self::Part(of, cut) => {
                let text = of.of(seen)?;
                cut.of(&text).filter(|part| !part.is_empty()).map(str::to_owned)
            }
            Self::From(start, queries) => {
                let start = match start {
                    Start::Root => seen.root,
                    Start::Item => seen.item,
                    Start::Outer => seen.outer,
                };
                queries.iter().find_map(|query| first(query, start))
            }
            Self::Scope(name) => seen.options.scope.get(name).map(str::to_owned),
            Self::Join(parts) => parts.iter().map(|part| part.of(seen)).collect(),
            Self::First(parts) => parts.iter().find_map(|part| part.of(seen)),
            Self::Key(levels) => narrow::key(seen.pointer, *levels),
            Self::File => {
                let name = seen.file?.rsplit(['/', '\\']).next()?;
                Some(name.to_owned()).filter(|name| !name.is_empty())
            }
            Self::Parameter(name) => match seen.options.parameters.get(name)? {
                ParameterValue::Text(text) => Some(text.clone()),
                _ => None,
            },
        }
    }

    /// What to do where it comes to nothing.
    fn help(&self) -> String {
        match self {
            Self::Scope(name) => {
                format!("the answer does not say which one it is of: give `{name}` in `scope`")
            }
            Self::Join(parts) if parts.iter().any(|part| matches!(part, Self::Scope(_))) => {
                let scope = parts.iter().find(|part| matches!(part, Self::Scope(_)));
                scope.map(Self::help).unwrap_or_default()
            }
            Self::File => "give the name of the file in `name`".to_owned(),
            _ => "no path of the mapping selects a string or an integer there".to_owned(),
        }
    }
}

pub(super) fn required(seen: Seen<'_, '_>, name: &str, text: &Text) -> Result<String> {
    text.of(seen).ok_or_else(|| {
        let message = format!("the item has no `{name}`");
        STRICT.fault(seen.item, message).with_help(text.help())
    })
}

/// The fields that the item has.
pub(super) fn all<'m>(
    seen: Seen<'m, 'm>,
    texts: &'m [(String, Text)],
) -> impl Iterator<Item = (String, String)> + 'm {
    texts.iter().filter_map(move |(name, text)| Some((name.clone(), text.of(seen)?)))
}
