//! The functions of templates that come to something by their arguments alone.

use super::evaluate::Frame;
use super::made::{Content, Made};
use crate::value::{Document, Kind, NodeId, ReadOptions, Tree, Value};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Texts that would be longer, in bytes, are not known.
const MAX_TEXT: usize = 1 << 20;

/// What a call of a function comes to; none where it is not known, or the function is not.
pub(super) fn call(
    document: &Document<'_>,
    frame: &Frame<'_>,
    name: &str,
    arguments: &[Made],
    at: NodeId,
) -> Option<Made> {
    let call = Call { document, arguments, at };
    // An argument that is not known decides nothing.
    if arguments.iter().any(Made::is_unknown) {
        return None;
    }
    match name {
        "true" => Some(call.boolean(true)),
        "false" => Some(call.boolean(false)),
        "null" => Some(call.made(Content::Null)),
        "concat" => call.concat(),
        "format" => call.format(),
        "tolower" => Some(call.words(call.text(0)?.to_lowercase())),
        "toupper" => Some(call.words(call.text(0)?.to_uppercase())),
        "trim" => Some(call.words(call.text(0)?.trim().to_owned())),
        "replace" => call.replace(),
        "substring" => call.substring(),
        "split" => call.split(),
        "join" => call.join(),
        "string" => call.string(),
        "int" => call.int(),
        "bool" => call.bool(),
        "json" => call.json(),
        "startswith" => Some(call.boolean(call.folded(0)?.starts_with(&call.folded(1)?))),
        "endswith" => Some(call.boolean(call.folded(0)?.ends_with(&call.folded(1)?))),
        "createarray" => Some(call.made(Content::List(arguments.to_vec()))),
        "createobject" => call.object(),
        "array" => call.array(),
        "length" | "empty" => call.length(name),
        "first" | "last" => call.end(name == "first"),
        "skip" | "take" => call.part(name == "skip"),
        "contains" => call.contains(),
        "union" | "intersection" => call.merged(name == "union"),
        "range" => call.range(),
        "coalesce" => arguments.iter().find(|made| !made.is_null(document)).cloned(),
        "add" | "sub" | "mul" | "div" | "mod" | "min" | "max" => call.calculated(name),
        "equals" => Some(call.boolean(call.compared()? == Ordering::Equal)),
        "less" | "lessorequals" | "greater" | "greaterorequals" => call.ordered(name),
        "not" => Some(call.boolean(!arguments.first()?.boolean(document)?)),
        "padleft" => call.pad(),
        "resourceid" | "subscriptionresourceid" | "tenantresourceid" | "extensionresourceid" => {
            call.resource_id(name, frame)
        }
        _ => None,
    }
}

struct Call<'c, 'd> {
    document: &'c Document<'d>,
    arguments: &'c [Made],
    at: NodeId,
}

impl Call<'_, '_> {
    fn made(&self, content: Content) -> Made {
        Made::new(self.at, content)
    }

    fn words(&self, text: String) -> Made {
        self.made(Content::Text(text))
    }

    fn boolean(&self, truth: bool) -> Made {
        self.made(Content::Bool(truth))
    }

    fn number(&self, number: i64) -> Made {
        self.made(Content::Number(number.to_string()))
    }

    fn text(&self, index: usize) -> Option<String> {
        self.arguments.get(index)?.text(self.document)
    }

    fn folded(&self, index: usize) -> Option<String> {
        Some(self.text(index)?.to_lowercase())
    }

    fn integer(&self, index: usize) -> Option<i64> {
        self.arguments.get(index)?.integer(self.document)
    }

    fn items(&self, index: usize) -> Option<Vec<Made>> {
        self.arguments.get(index)?.items(self.document)
    }

    /// A scalar as text, as `format` and `string` write it.
    fn scalar(&self, made: &Made) -> Option<String> {
        if let Some(truth) = made.boolean(self.document) {
            return Some(if truth { "True" } else { "False" }.to_owned());
        }
        made.text(self.document).or_else(|| made.number(self.document))
    }

    fn concat(&self) -> Option<Made> {
        if self.items(0).is_some() {
            let lists: Option<Vec<_>> =
                self.arguments.iter().map(|made| made.items(self.document)).collect();
            return Some(self.made(Content::List(lists?.into_iter().flatten().collect())));
        }
        let parts: Option<String> = self.arguments.iter().map(|made| self.scalar(made)).collect();
        parts.map(|text| self.words(text))
    }

    /// `{0}` stands for the first value; formats of numbers (`{0:N}`) are not known.
    fn format(&self) -> Option<Made> {
        let format = self.text(0)?;
        let mut text = String::new();
        let mut rest = format.as_str();
        while let Some(at) = rest.find(['{', '}']) {
            let (before, mark) = rest.split_at_checked(at)?;
            text.push_str(before);
            if let Some(behind) = mark.strip_prefix("{{").or_else(|| mark.strip_prefix("}}")) {
                text.push_str(mark.get(..1)?);
                rest = behind;
                continue;
            }
            let (index, behind) = mark.strip_prefix('{')?.split_once('}')?;
            let index: usize = index.parse().ok()?;
            text.push_str(&self.scalar(self.arguments.get(index.checked_add(1)?)?)?);
            if text.len() > MAX_TEXT {
                return None;
            }
            rest = behind;
        }
        text.push_str(rest);
        Some(self.words(text))
    }

    fn replace(&self) -> Option<Made> {
        let (text, old, new) = (self.text(0)?, self.text(1)?, self.text(2)?);
        let times = if old.is_empty() { 0 } else { text.matches(old.as_str()).count() };
        let is_short = times.saturating_mul(new.len()) <= MAX_TEXT;
        (is_short && !old.is_empty()).then(|| self.words(text.replace(&old, &new)))
    }

    fn substring(&self) -> Option<Made> {
        let text = self.text(0)?;
        let start = usize::try_from(self.integer(1)?).ok()?;
        let count = match self.arguments.get(2) {
            Some(_) => usize::try_from(self.integer(2)?).ok()?,
            None => usize::MAX,
        };
        Some(self.words(text.chars().skip(start).take(count).collect()))
    }

    fn split(&self) -> Option<Made> {
        let text = self.text(0)?;
        let marks: Vec<String> = match self.text(1) {
            Some(mark) => vec![mark],
            None => self.items(1)?.iter().map(|m| m.text(self.document)).collect::<Option<_>>()?,
        };
        // One mark is the common case; several cut wherever one of them stands.
        let mut parts = vec![text];
        for mark in marks.iter().filter(|mark| !mark.is_empty()) {
            let cut =
                |part: String| part.split(mark.as_str()).map(str::to_owned).collect::<Vec<_>>();
            parts = parts.into_iter().flat_map(cut).collect();
        }
        Some(self.made(Content::List(parts.into_iter().map(|part| self.words(part)).collect())))
    }

    fn join(&self) -> Option<Made> {
        let parts: Option<Vec<_>> = self.items(0)?.iter().map(|made| self.scalar(made)).collect();
        let (parts, between) = (parts?, self.text(1)?);
        let is_short = parts.len().saturating_mul(between.len()) <= MAX_TEXT;
        is_short.then(|| self.words(parts.join(&between)))
    }

    /// Lists and maps become JSON.
    fn string(&self) -> Option<Made> {
        let made = self.arguments.first()?;
        match self.scalar(made) {
            Some(text) => Some(self.words(text)),
            None => match made.content {
                Content::Copy(node) => {
                    let value = self.document.value(node);
                    Some(self.words(crate::path::to_json(value).to_string()))
                }
                _ => None,
            },
        }
    }

    fn int(&self) -> Option<Made> {
        match self.text(0) {
            Some(text) => text.trim().parse().ok().map(|number| self.number(number)),
            None => self.integer(0).map(|number| self.number(number)),
        }
    }

    fn bool(&self) -> Option<Made> {
        let made = self.arguments.first()?;
        let truth = match (made.boolean(self.document), made.integer(self.document)) {
            (Some(truth), _) => truth,
            (_, Some(number)) => number != 0,
            _ => match self.folded(0)?.as_str() {
                "true" | "1" => true,
                "false" | "0" => false,
                _ => return None,
            },
        };
        Some(self.boolean(truth))
    }

    fn json(&self) -> Option<Made> {
        let text = self.text(0)?;
        let inner = Document::parse_json(text.as_bytes(), &ReadOptions::default()).ok()?;
        Some(Made::of(inner.root(), self.at))
    }

    fn object(&self) -> Option<Made> {
        let mut fields = BTreeMap::new();
        for pair in self.arguments.chunks(2) {
            let [name, value] = pair else { return None };
            fields.insert(name.text(self.document)?, value.clone());
        }
        Some(self.made(Content::Map(fields.into_iter().collect())))
    }

    fn array(&self) -> Option<Made> {
        match self.items(0) {
            Some(items) => Some(self.made(Content::List(items))),
            None => Some(self.made(Content::List(vec![self.arguments.first()?.clone()]))),
        }
    }

    fn length(&self, name: &str) -> Option<Made> {
        let made = self.arguments.first()?;
        let length = match (made.text(self.document), made.items(self.document)) {
            (Some(text), _) => text.chars().count(),
            (_, Some(items)) => items.len(),
            _ if made.is_null(self.document) => 0,
            _ => made.fields(self.document)?.len(),
        };
        match name {
            "empty" => Some(self.boolean(length == 0)),
            _ => i64::try_from(length).ok().map(|length| self.number(length)),
        }
    }

    fn end(&self, first: bool) -> Option<Made> {
        if let Some(text) = self.text(0) {
            let mut chars = text.chars();
            let end = if first { chars.next() } else { chars.next_back() };
            return Some(self.words(end.map(String::from).unwrap_or_default()));
        }
        let mut items = self.items(0)?.into_iter();
        if first { items.next() } else { items.next_back() }
    }

    fn part(&self, skip: bool) -> Option<Made> {
        let count = usize::try_from(self.integer(1)?.max(0)).ok()?;
        if let Some(text) = self.text(0) {
            let part: String = match skip {
                true => text.chars().skip(count).collect(),
                false => text.chars().take(count).collect(),
            };
            return Some(self.words(part));
        }
        let items = self.items(0)?.into_iter();
        let part = if skip { items.skip(count).collect() } else { items.take(count).collect() };
        Some(self.made(Content::List(part)))
    }

    fn contains(&self) -> Option<Made> {
        let made = self.arguments.first()?;
        if let Some(text) = self.text(0) {
            return Some(self.boolean(text.contains(&self.scalar(self.arguments.get(1)?)?)));
        }
        if let Some(items) = made.items(self.document) {
            let wanted = self.scalar(self.arguments.get(1)?)?;
            let holds = items.iter().any(|item| self.scalar(item).as_ref() == Some(&wanted));
            return Some(self.boolean(holds));
        }
        made.fields(self.document)?;
        Some(self.boolean(made.field(self.document, &self.text(1)?).is_some()))
    }

    /// Maps of which the last says, and lists of scalars without what stands twice.
    fn merged(&self, union: bool) -> Option<Made> {
        if self.items(0).is_some() {
            let mut lists = Vec::new();
            for made in self.arguments {
                let items = made.items(self.document)?;
                let scalars: Option<Vec<String>> = items.iter().map(|i| self.scalar(i)).collect();
                let scalars = scalars?;
                let set: BTreeSet<String> = scalars.iter().cloned().collect();
                lists.push((items, scalars, set));
            }
            let mut seen = BTreeSet::new();
            let mut kept = Vec::new();
            for (items, texts, _) in &lists {
                for (item, text) in items.iter().zip(texts) {
                    let in_all = || lists.iter().all(|(.., set)| set.contains(text));
                    if (union || in_all()) && seen.insert(text.clone()) {
                        kept.push(item.clone());
                    }
                }
            }
            return Some(self.made(Content::List(kept)));
        }
        if !union {
            return None;
        }
        let mut fields = BTreeMap::new();
        for made in self.arguments {
            for (name, value) in made.fields(self.document)? {
                // Maps inside of both would be merged themselves.
                let nested = |made: &Made| made.fields(self.document).is_some();
                if fields.get(&name).is_some_and(nested) && nested(&value) {
                    return None;
                }
                fields.insert(name, value);
            }
        }
        Some(self.made(Content::Map(fields.into_iter().collect())))
    }

    fn range(&self) -> Option<Made> {
        let (start, count) = (self.integer(0)?, self.integer(1)?);
        // Azure's own limit is 10000.
        let end = start.checked_add(count).filter(|_| (0..=10_000).contains(&count))?;
        Some(self.made(Content::List((start..end).map(|number| self.number(number)).collect())))
    }

    fn calculated(&self, name: &str) -> Option<Made> {
        if matches!(name, "min" | "max") {
            let items = self.items(0).unwrap_or_else(|| self.arguments.to_vec());
            let numbers: Option<Vec<i64>> =
                items.iter().map(|made| made.integer(self.document)).collect();
            let numbers = numbers?.into_iter();
            let found = if name == "min" { numbers.min() } else { numbers.max() };
            return found.map(|number| self.number(number));
        }
        let (a, b) = (self.integer(0)?, self.integer(1)?);
        let found = match name {
            "add" => a.checked_add(b),
            "sub" => a.checked_sub(b),
            "mul" => a.checked_mul(b),
            "div" => a.checked_div(b),
            _ => a.checked_rem(b),
        };
        found.map(|number| self.number(number))
    }

    /// How the two arguments stand to each other; texts are compared as they are.
    fn compared(&self) -> Option<Ordering> {
        let (a, b) = (self.arguments.first()?, self.arguments.get(1)?);
        if let (Some(a), Some(b)) = (a.integer(self.document), b.integer(self.document)) {
            return Some(a.cmp(&b));
        }
        if let (Some(a), Some(b)) = (a.text(self.document), b.text(self.document)) {
            return Some(a.cmp(&b));
        }
        if let (Some(a), Some(b)) = (a.boolean(self.document), b.boolean(self.document)) {
            return Some(a.cmp(&b));
        }
        let tree = |made: &Made| match made.content {
            Content::Copy(node) => Some(Tree::of(self.document.value(node))),
            _ if made.is_null(self.document) => Some(Tree::of(Value::null())),
            _ => None,
        };
        let kinds = |made: &Made| match made.content {
            Content::Copy(node) => Some(self.document.value(node).kind()),
            Content::Null => Some(Kind::Null),
            Content::Text(_) => Some(Kind::String),
            Content::Bool(_) => Some(Kind::Bool),
            Content::Number(_) => Some(Kind::Number),
            Content::List(_) => Some(Kind::List),
            Content::Map(_) => Some(Kind::Map),
            Content::Unknown => None,
        };
        if kinds(a)? != kinds(b)? {
            return Some(Ordering::Less);
        }
        let equal = tree(a)?.to_string() == tree(b)?.to_string();
        Some(if equal { Ordering::Equal } else { Ordering::Less })
    }

    fn ordered(&self, name: &str) -> Option<Made> {
        let both = |index| self.integer(index).is_some() || self.text(index).is_some();
        let order = self.compared().filter(|_| both(0) && both(1))?;
        Some(self.boolean(match name {
            "less" => order.is_lt(),
            "lessorequals" => order.is_le(),
            "greater" => order.is_gt(),
            _ => order.is_ge(),
        }))
    }

    fn pad(&self) -> Option<Made> {
        let text = self.scalar(self.arguments.first()?)?;
        let width = usize::try_from(self.integer(1)?).ok().filter(|width| *width <= 10_000)?;
        let with = match self.arguments.get(2) {
            Some(_) => self.text(2)?.chars().next()?,
            None => ' ',
        };
        let missing = width.saturating_sub(text.chars().count());
        let padded: String = std::iter::repeat_n(with, missing).chain(text.chars()).collect();
        Some(self.words(padded))
    }

    /// The id of a resource: the type is the first argument with a slash in it, and in front of it may
    /// stand a subscription and a resource group.
    fn resource_id(&self, name: &str, frame: &Frame<'_>) -> Option<Made> {
        let texts: Option<Vec<String>> =
            self.arguments.iter().map(|made| made.text(self.document)).collect();
        let texts = texts?;
        let (front, texts): (&[String], &[String]) = match name {
            "extensionresourceid" => texts.split_at_checked(1)?,
            _ => {
                let is_type = |text: &String| {
                    text.split_once('/').is_some_and(|(start, _)| start.contains('.'))
                };
                texts.split_at_checked(texts.iter().position(is_type)?)?
            }
        };
        let (type_name, names) = texts.split_first()?;
        let mut segments = type_name.split('/');
        let seen = &frame.seen.target;
        let mut id = match (name, front) {
            ("extensionresourceid", [scope]) => scope.clone(),
            ("tenantresourceid", []) => String::new(),
            ("subscriptionresourceid", front) => {
                let own = front.first().cloned().or_else(|| seen.subscription.clone())?;
                format!("/subscriptions/{own}")
            }
            ("resourceid", front) => {
                let (subscription, group) = match front {
                    [] => (seen.subscription.clone()?, seen.resource_group.clone()?),
                    [group] => (seen.subscription.clone()?, group.clone()),
                    [subscription, group, ..] => (subscription.clone(), group.clone()),
                };
                format!("/subscriptions/{subscription}/resourceGroups/{group}")
            }
            _ => return None,
        };
        write!(id, "/providers/{}", segments.next()?).ok()?;
        let segments: Vec<&str> = segments.collect();
        if segments.len() != names.len() {
            return None;
        }
        for (segment, name) in segments.iter().zip(names) {
            write!(id, "/{segment}/{name}").ok()?;
        }
        Some(self.words(id))
    }
}
