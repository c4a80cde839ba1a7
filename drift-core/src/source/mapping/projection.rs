//! Projections: how the attributes of one side take the names and the shape of the other's.
//!
//! A projection is data: fields, each with an [`Expression`]. It is evaluated over one item, and
//! every node of the result knows where in the item it comes from.

use super::cut::Cut;
use super::query::Query;
use super::{STRICT, query_text};
use crate::error::Result;
use crate::value::{Kind, NodeId, Tree, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The operators of an expression, with the fields that each may carry.
const OPERATORS: [(&str, &[&str]); 10] = [
    ("from", &["when", "rename", "after", "before", "as"]),
    ("const", &["when"]),
    ("each", &["when", "group_by", "fields", "value"]),
    ("any", &["when"]),
    ("tags", &["when", "without", "key"]),
    ("split", &["when", "by"]),
    ("fields", &["when"]),
    ("join", &["when"]),
    ("flatten", &["when"]),
    ("first", &["when"]),
];

/// The fields of a map that a projection makes.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    /// All names, so that a field which is not among them is known to be unread.
    pub(super) names: Arc<BTreeSet<String>>,
    pub(super) list: Vec<(String, Expression)>,
}

/// How one value comes about; it may come to nothing.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    /// What must hold, else there is no value; for `each` and `any`, of each element.
    pub(super) when: Option<Guard>,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    /// The first node that the path selects, or a part of its text.
    From { path: Place, rename: bool, cut: Option<Cut>, cast: Option<Cast> },
    /// A value of its own.
    Const(Tree),
    /// A list with one element for each node, or for each group of nodes.
    Each { over: Vec<Place>, group_by: Vec<Expression>, yields: Box<Expression> },
    /// Whether there is any such node.
    Any { over: Vec<Place> },
    /// A map out of a list of keys and values, or the map that it is already; keys that start with
    /// `without` are left out.
    Tags { path: Place, without: Option<String>, key: Option<String> },
    /// The parts of a text, as a list.
    Split { path: Place, by: String },
    /// A map.
    Fields(Fields),
    /// The texts of scalars, joined; nothing where one of them is missing.
    Join(Vec<Expression>),
    /// The elements of lists as one list.
    Flatten(Vec<Expression>),
    /// The first that comes to a value.
    First(Vec<Expression>),
}

/// A condition on values.
#[derive(Clone, Debug)]
pub(super) enum Guard {
    /// Both are there and equal.
    Equal(Box<[Expression; 2]>),
    /// Both are there and differ.
    Differ(Box<[Expression; 2]>),
    /// It comes to a value.
    Present(Box<Expression>),
    /// It comes to nothing.
    Absent(Box<Expression>),
}

/// Where a path starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// `$`: the item.
    Item,
    /// `@`: the current element, or the first of a group.
    Current,
    /// `^`: the list element that the current one stands in.
    Holder,
}

/// A JSONPath with its start.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) anchor: Anchor,
    pub(super) query: Query,
    /// What follows `@[*]`: within a group, selected in each of its elements.
    pub(super) in_group: Option<Query>,
    /// What must not be a scalar: the path selects all that is in it.
    pub(super) containers: Vec<Query>,
}

impl Fields {
    /// Reads a map of fields.
    pub(super) fn load(map: Value<'_>) -> Result<Self> {
        STRICT.map(map, "the fields of a projection")?;
        let list: Vec<_> = map
            .fields()
            .map(|(name, value)| Ok((name.to_owned(), Expression::load(value)?)))
            .collect::<Result<_>>()?;
        Ok(Self { names: Arc::new(list.iter().map(|(name, _)| name.clone()).collect()), list })
    }
}

impl Expression {
    fn of(what: What) -> Self {
        Self { when: None, what }
    }

    /// Reads an expression: a path, a list of which the first that comes to a value counts, or a
    /// map with one operator.
    pub(super) fn load(value: Value<'_>) -> Result<Self> {
        match value.kind() {
            Kind::String => {
                let path = Place::load(value)?;
                Ok(Self::of(What::From { path, rename: false, cut: None, cast: None }))
            }
            Kind::List => Ok(Self::of(What::First(expressions(value)?))),
            Kind::Map => Self::operator(value),
            _ => Err(STRICT.expected(value, "an expression as a path, a list or a map")),
        }
    }

    fn operator(map: Value<'_>) -> Result<Self> {
        // `each` may carry `fields`, which is an operator of its own elsewhere.
        let found = OPERATORS.iter().find(|(name, _)| map.get(name).is_some());
        let Some((name, beside)) = found else {
            let known: Vec<&str> = OPERATORS.iter().map(|(name, _)| *name).collect();
            let help = format!("one of `{}`; a nested map is `{{fields: …}}`", known.join("`, `"));
            return Err(STRICT.fault(map, "the expression has no operator").with_help(help));
        };
        let mut known = vec![*name];
        known.extend(*beside);
        STRICT.fields(map, format_args!("an expression with `{name}`"), &known)?;
        let operand = STRICT.required(map, name)?;
        let what = match *name {
            "from" => What::From {
                path: Place::load(operand)?,
                rename: rename(map)?,
                cut: Cut::load(map)?,
                cast: map.get("as").map(cast).transpose()?,
            },
            "const" => What::Const(Tree::of(operand)),
            "each" => What::Each {
                over: places(operand)?,
                group_by: map.get("group_by").map(expressions).transpose()?.unwrap_or_default(),
                yields: Box::new(yields(map)?),
            },
            "any" => What::Any { over: places(operand)? },
            "tags" => What::Tags {
                path: Place::load(operand)?,
                without: STRICT.optional_text(map, "without")?,
                key: STRICT.optional_text(map, "key")?,
            },
            "split" => {
                let by = STRICT.text(STRICT.required(map, "by")?, "`by`")?;
                if by.is_empty() {
                    return Err(STRICT.fault(map, "expected `by` as a text that is not empty"));
                }
                What::Split { path: Place::load(operand)?, by: by.to_owned() }
            }
            "fields" => What::Fields(Fields::load(operand)?),
            "join" => What::Join(expressions(operand)?),
            "flatten" => What::Flatten(expressions(operand)?),
            _ => What::First(expressions(operand)?),
        };
        Ok(Self { when: map.get("when").map(Guard::load).transpose()?, what })
    }
}

/// What each element becomes: `fields`, `value`, or the element itself.
fn yields(map: Value<'_>) -> Result<Expression> {
    match (map.get("fields"), map.get("value")) {
        (Some(fields), None) => Ok(Expression::of(What::Fields(Fields::load(fields)?))),
        (None, Some(value)) => Expression::load(value),
        (None, None) => Ok(Expression::of(What::From {
            path: Place {
                anchor: Anchor::Current,
                query: Query::parse("$")?,
                in_group: None,
                containers: Vec::new(),
            },
            rename: false,
            cut: None,
            cast: None,
        })),
        (Some(_), Some(value)) => {
            Err(STRICT.fault(value, "`each` carries `fields` or `value`, and not both"))
        }
    }
}

/// What a text is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cast {
    /// The number that it says.
    Number,
    /// The truth that it says.
    Boolean,
    /// The document that it holds.
    Json,
    /// A value as a JSON text; a text that is JSON in percent-encoding, as IAM writes policies, decoded.
    JsonText,
    /// A map of tags as the list of keys and values that it stands for.
    TagList,
    /// A part of the URL that it holds; null where the URL says nothing of it.
    Url(UrlPart),
}

/// A part of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UrlPart {
    Scheme,
    Host,
    /// The one of the scheme where there is none.
    Port,
    Path,
}

impl Cast {
    const NAMES: [(&'static str, Self); 9] = [
        ("number", Self::Number),
        ("boolean", Self::Boolean),
        ("json", Self::Json),
        ("json_text", Self::JsonText),
        ("tag_list", Self::TagList),
        ("url_scheme", Self::Url(UrlPart::Scheme)),
        ("url_host", Self::Url(UrlPart::Host)),
        ("url_port", Self::Url(UrlPart::Port)),
        ("url_path", Self::Url(UrlPart::Path)),
    ];
}

fn cast(value: Value<'_>) -> Result<Cast> {
    let known = Cast::NAMES.iter().find(|(name, _)| value.as_str() == Some(name));
    let names = Cast::NAMES.map(|(name, _)| name);
    let refused = || {
        let help = format!("one of `{}`", names.join("`, `"));
        STRICT.fault(value, "no such kind to read a text as").with_help(help)
    };
    Ok(known.ok_or_else(refused)?.1)
}

fn rename(map: Value<'_>) -> Result<bool> {
    match map.get("rename") {
        None => Ok(false),
        Some(value) if value.as_str() == Some("snake_case") => Ok(true),
        Some(value) => {
            Err(STRICT.fault(value, "no such way to rename").with_help("`snake_case` is known"))
        }
    }
}

fn many<T>(value: Value<'_>, what: &str, load: impl Fn(Value<'_>) -> Result<T>) -> Result<Vec<T>> {
    STRICT.list(value, what)?;
    if value.is_empty() {
        return Err(STRICT.fault(value, format!("expected at least one of {what}")));
    }
    value.items().map(load).collect()
}

fn expressions(value: Value<'_>) -> Result<Vec<Expression>> {
    many(value, "the expressions", Expression::load)
}

/// A path, or a list of them.
fn places(value: Value<'_>) -> Result<Vec<Place>> {
    match value.kind() {
        Kind::List => many(value, "the paths", Place::load),
        _ => Ok(vec![Place::load(value)?]),
    }
}

impl Guard {
    /// Reads a condition.
    pub(super) fn load(map: Value<'_>) -> Result<Self> {
        const KNOWN: [&str; 4] = ["equal", "differ", "present", "absent"];
        STRICT.fields(map, "`when`", &KNOWN)?;
        let mut fields = map.fields();
        let (Some((name, operand)), None) = (fields.next(), fields.next()) else {
            return Err(STRICT.fault(map, format!("expected one of `{}`", KNOWN.join("`, `"))));
        };
        let pair = || match <[Expression; 2]>::try_from(expressions(operand)?) {
            Ok(pair) => Ok(Box::new(pair)),
            Err(_) => Err(STRICT.fault(operand, format!("`{name}` compares two expressions"))),
        };
        Ok(match name {
            "equal" => Self::Equal(pair()?),
            "differ" => Self::Differ(pair()?),
            "present" => Self::Present(Box::new(Expression::load(operand)?)),
            _ => Self::Absent(Box::new(Expression::load(operand)?)),
        })
    }
}

impl Place {
    fn load(value: Value<'_>) -> Result<Self> {
        let text = STRICT.text(value, "a path")?;
        let anchor = match text.chars().next() {
            Some('$') => Anchor::Item,
            Some('@') => Anchor::Current,
            Some('^') => Anchor::Holder,
            _ => {
                let message = format!("`{}` is not a path", super::shown(text));
                let help = "a path starts with `$` (the item), `@` (the current element) or `^` \
                    (the list element around it); a fixed value is written `{const: …}`";
                return Err(STRICT.fault(value, message).with_help(help));
            }
        };
        let rest = text.get(1..).unwrap_or_default();
        let query = query_text(value, &format!("${rest}"))?;
        let in_group = match (anchor, rest.strip_prefix("[*]")) {
            (Anchor::Current, Some(rest)) => Some(query_text(value, &format!("${rest}"))?),
            _ => None,
        };
        let containers = Query::containers_of(&format!("${rest}"));
        Ok(Self { anchor, query, in_group, containers })
    }
}

/// A value that a projection comes to, and where in the item it comes from.
#[derive(Clone, Debug)]
pub(super) struct Made {
    /// JSON Pointer relative to the item.
    pub(super) origin: String,
    pub(super) content: Content,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    /// A node of the document as it is.
    Copy(NodeId),
    /// A node of the document, the names of its fields in snake case.
    Rename(NodeId),
    Const(Tree),
    List(Vec<Made>),
    Map {
        fields: Vec<(String, Made)>,
        names: Option<Arc<BTreeSet<String>>>,
    },
}

#[cfg(test)]
mod tests;
