//! The functions of templates, one by one.

use super::STRICT;
use super::cidr;
use super::evaluate::{Evaluator, Text, Token, arguments, holds_secret};
use super::made::{Content, Made};
use super::scope::Loops;
use crate::error::Result;
use crate::value::{Kind, NodeId, Tree, Value, base64, quoted};
use std::collections::BTreeMap;

/// A function's value so far: a text to which parts are added, as long as all of them are known.
struct Joined {
    text: Option<String>,
    secret: bool,
}

impl Joined {
    fn new() -> Self {
        Self { text: Some(String::new()), secret: false }
    }

    fn add(&mut self, part: &Text) {
        match part {
            Text::Known(part) => self.add_text(part),
            _ => self.text = None,
        }
    }

    fn add_text(&mut self, part: &str) {
        if let Some(text) = &mut self.text {
            text.push_str(part);
        }
    }

    fn made(self, at: NodeId) -> Made {
        let made = match self.text {
            Some(text) => Made::new(at, Content::Text(text)),
            None => Made::unknown(at),
        };
        made.secret(self.secret)
    }
}

impl<'d> Evaluator<'_, 'd> {
    /// What the call of the function `name` comes to.
    pub(super) fn function(
        &mut self,
        call: Value<'d>,
        name: &'d str,
        argument: Value<'d>,
        loops: &Loops,
    ) -> Result<Made> {
        let at = call.id();
        match name {
            "Ref" => {
                let (name, secret) = self.name(argument, "the name behind `Ref`", loops)?;
                match name {
                    Some(name) => Ok(self.reference(at, &name, loops)?.secret(secret)),
                    None => Ok(Made::unknown(at).secret(secret)),
                }
            }
            "Fn::GetAtt" => self.attribute(at, argument, loops),
            "Fn::Sub" => self.substitute(at, argument, loops),
            "Fn::Join" => self.join(at, argument, loops),
            "Fn::Select" => self.select(at, argument, loops),
            "Fn::Split" => self.split(at, argument, loops),
            "Fn::FindInMap" => self.find_in_map(at, argument, loops),
            "Fn::If" => self.choose(at, argument, loops),
            "Fn::Base64" => self.base64(at, argument, loops),
            "Fn::Cidr" => self.cidr(at, argument, loops),
            "Fn::Length" => self.length(at, argument, loops),
            "Fn::ToJsonString" => self.json_text(at, argument, loops),
            // `ImportValue`, `GetAZs`, `Transform`, and what comes after: CloudFormation looks
            // elsewhere.
            _ => {
                let made = self.value(argument, loops)?;
                Ok(Made::unknown(at).secret(holds_secret(&made)))
            }
        }
    }

    /// A name, which `AWS::LanguageExtensions` lets functions give; none where it is not known.
    fn name(
        &mut self,
        argument: Value<'d>,
        what: &str,
        loops: &Loops,
    ) -> Result<(Option<String>, bool)> {
        if argument.kind() != Kind::Map {
            let name = self.filled(STRICT.text(argument, what)?, loops)?.into_owned();
            return Ok((Some(name), false));
        }
        let made = self.value(argument, loops)?;
        let known = match self.text(&made) {
            Text::Known(text) => Some(text),
            _ => None,
        };
        Ok((known, holds_secret(&made)))
    }

    /// `[resource, attribute]`, or the two with a point between them.
    fn attribute(&mut self, at: NodeId, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        const WHAT: &str = "`Fn::GetAtt` with the names of a resource and of an attribute";
        let resource = match argument.kind() {
            Kind::String => {
                let resource = argument.as_str().and_then(|text| text.split('.').next());
                Some(self.filled(resource.unwrap_or_default(), loops)?.into_owned())
            }
            Kind::List => {
                let Some(first) = argument.at(0) else {
                    return Err(STRICT.expected(argument, WHAT));
                };
                self.name(first, WHAT, loops)?.0
            }
            _ => return Err(STRICT.expected(argument, WHAT)),
        };
        self.needs(resource.as_deref().unwrap_or_default());
        Ok(Made::unknown(at))
    }

    /// Takes note of a resource that a value refers to.
    fn needs(&mut self, resource: &str) {
        if self.template.resources.contains_key(resource) {
            self.needs.insert(resource.to_owned());
        }
    }

    /// A text with `${name}` in it, or `[text, {name: value}]`.
    fn substitute(&mut self, at: NodeId, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        let (text, variables) = match argument.kind() {
            Kind::List => {
                let [text, variables] = arguments(argument, "Fn::Sub")?;
                STRICT.map(variables, "the variables of `Fn::Sub`")?;
                (text, Some(variables))
            }
            _ => (argument, None),
        };
        if text.kind() == Kind::Map {
            // A macro puts the text in.
            let made = self.value(text, loops)?;
            return Ok(Made::unknown(at).secret(holds_secret(&made)));
        }
        let Some(text) = text.as_str() else {
            return Err(STRICT.expected(text, "the text of `Fn::Sub` as a string"));
        };
        let mut values = BTreeMap::new();
        for (name, value) in variables.into_iter().flat_map(Value::fields) {
            values.insert(name, self.value(value, loops)?);
        }
        // It may stand in many places, by a loop or an alias.
        self.budget.spend_text(text.len())?;
        let mut joined = Joined::new();
        let mut rest = text;
        while let Some((before, after)) = opened(rest) {
            joined.add_text(&loops.fill(before));
            let Some((name, behind)) = after.split_once('}') else {
                rest = after;
                joined.add_text("${");
                break;
            };
            rest = behind;
            if let Some(literal) = name.strip_prefix('!') {
                joined.add_text(&format!("${{{literal}}}"));
                continue;
            }
            let name = name.trim();
            let found;
            let made = match values.get(name) {
                Some(value) => value,
                None => {
                    found = self.named(at, name, loops)?;
                    &found
                }
            };
            joined.secret |= holds_secret(made);
            let part = self.text(made);
            if let Text::Known(text) = &part {
                self.budget.spend_text(text.len())?;
            }
            joined.add(&part);
        }
        joined.add_text(&loops.fill(rest));
        Ok(joined.made(at))
    }

    /// What a name in a text stands for: a resource with an attribute, else as behind `Ref`.
    fn named(&mut self, at: NodeId, name: &str, loops: &Loops) -> Result<Made> {
        let resource = name.split_once('.').map(|(resource, _)| resource);
        match resource.filter(|_| loops.get(name).is_none()) {
            Some(resource) => {
                self.needs(&loops.fill(resource));
                Ok(Made::unknown(at))
            }
            None => self.reference(at, name, loops),
        }
    }

    /// `[text between, list]`.
    fn join(&mut self, at: NodeId, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        let [between, list] = arguments(argument, "Fn::Join")?;
        let between = self.value(between, loops)?;
        let list = self.value(list, loops)?;
        let mut joined = Joined::new();
        joined.secret = holds_secret(&between) || holds_secret(&list);
        let between = self.text(&between);
        match self.items(list)? {
            Some(items) => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        if let Text::Known(text) = &between {
                            self.budget.spend_text(text.len())?;
                        }
                        joined.add(&between);
                    }
                    let part = self.text(item);
                    if let Text::Known(text) = &part {
                        self.budget.spend_text(text.len())?;
                    }
                    joined.add(&part);
                }
            }
            None => joined.text = None,
        }
        Ok(joined.made(at))
    }

    fn select(&mut self, at: NodeId, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        let [index, list] = arguments(argument, "Fn::Select")?;
        let index = self.value(index, loops)?;
        let list = self.value(list, loops)?;
        let secret = holds_secret(&index) || list.secret;
        let number = match self.text(&index) {
            Text::Known(text) => text.parse::<usize>().ok(),
            _ => None,
        };
        let all_secret = holds_secret(&list);
        let found = match (number, self.items(list)?) {
            (Some(index), Some(items)) => items.into_iter().nth(index),
            _ => None,
        };
        Ok(match found {
            Some(made) if !matches!(made.content, Content::Nothing) => {
                Made { node: at, origin: None, ..made }.secret(secret)
            }
            _ => Made::unknown(at).secret(secret || all_secret),
        })
    }

    fn split(&mut self, at: NodeId, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        let [by, text] = arguments(argument, "Fn::Split")?;
        let by = self.value(by, loops)?;
        let text = self.value(text, loops)?;
        let secret = holds_secret(&by) || holds_secret(&text);
        let made = match (self.text(&by), self.text(&text)) {
            (Text::Known(by), Text::Known(text)) if !by.is_empty() => {
                self.budget.spend_text(text.len().saturating_mul(8))?;
                let item = |part: &str| Made::new(at, Content::Text(part.to_owned()));
                Made::new(at, Content::List(text.split(by.as_str()).map(item).collect()))
            }
            _ => Made::unknown(at),
        };
        Ok(made.secret(secret))
    }

    /// `[map, key, key]`, and perhaps `{DefaultValue: …}`.
    fn find_in_map(&mut self, at: NodeId, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        STRICT.list(argument, "the arguments of `Fn::FindInMap`")?;
        if !matches!(argument.len(), 3 | 4) {
            let message = "`Fn::FindInMap` takes the name of a map, two keys, and a default";
            return Err(STRICT.fault(argument, message));
        }
        let mut names = Vec::with_capacity(3);
        let mut secret = false;
        for name in argument.items().take(3) {
            let made = self.value(name, loops)?;
            secret |= holds_secret(&made);
            let Text::Known(text) = self.text(&made) else {
                return Ok(Made::unknown(at).secret(secret));
            };
            names.push(text);
        }
        let [map, key, name] = names.as_slice() else { return Ok(Made::unknown(at)) };
        let found = self.template.mappings.get(&(map.as_str(), key.as_str(), name.as_str()));
        if let Some(found) = found.copied() {
            let found = self.template.value(found);
            self.budget.spend(found.tape_length())?;
            // CloudFormation looks up the dynamic references in it.
            let made = self.value(found, &Loops::default())?;
            return Ok(Made { node: at, origin: None, ..made }.secret(secret));
        }
        match argument.at(3).and_then(|rest| rest.get("DefaultValue")) {
            Some(default) => {
                let made = self.value(default, loops)?;
                Ok(Made { node: at, origin: None, ..made }.secret(secret))
            }
            None => Ok(Made::unknown(at).secret(secret)),
        }
    }

    fn choose(&mut self, at: NodeId, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        let [condition, then, otherwise] = arguments(argument, "Fn::If")?;
        let name = self.filled(STRICT.text(condition, "the condition of `Fn::If`")?, loops)?;
        let decided = self.template.conditions.get(name.as_ref()).copied().flatten();
        let steps = |index| [Token::Field("Fn::If"), Token::Index(index)];
        match decided {
            Some(truth) => {
                let (index, chosen) = if truth { (1, then) } else { (2, otherwise) };
                let mut made = self.far_below(steps(index), chosen, loops)?;
                if made.origin.is_none() {
                    made.origin = Some(self.far_origin(steps(index))?);
                }
                Ok(made)
            }
            None => {
                let then = self.far_below(steps(1), then, loops)?;
                let otherwise = self.far_below(steps(2), otherwise, loops)?;
                let optional = |made: &Made| {
                    matches!(made.content, Content::Nothing | Content::Unknown { optional: true })
                };
                let content =
                    Content::Unknown { optional: optional(&then) || optional(&otherwise) };
                let secret = holds_secret(&then) || holds_secret(&otherwise);
                Ok(Made::new(at, content).secret(secret))
            }
        }
    }

    fn base64(&mut self, at: NodeId, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        let made = self.value(argument, loops)?;
        let secret = holds_secret(&made);
        let content = match self.text(&made) {
            Text::Known(text) => {
                self.budget.spend_text(text.len())?;
                Content::Text(base64::encode(text.as_bytes()))
            }
            _ => Content::Unknown { optional: false },
        };
        Ok(Made::new(at, content).secret(secret))
    }

    /// `[block, count]`, and perhaps how many bits are left to each block.
    fn cidr(&mut self, at: NodeId, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        STRICT.list(argument, "the arguments of `Fn::Cidr`")?;
        if !matches!(argument.len(), 2 | 3) {
            let message = "`Fn::Cidr` takes a block, a count, and a number of bits";
            return Err(STRICT.fault(argument, message));
        }
        let mut texts = Vec::with_capacity(3);
        let mut secret = false;
        for value in argument.items() {
            let made = self.value(value, loops)?;
            secret |= holds_secret(&made);
            match self.text(&made) {
                Text::Known(text) => texts.push(text),
                _ => return Ok(Made::unknown(at).secret(secret)),
            }
        }
        let (block, count, bits) = match texts.as_slice() {
            [block, count] => (block, count, "8"),
            [block, count, bits] => (block, count, bits.as_str()),
            _ => return Ok(Made::unknown(at)),
        };
        let content = match cidr::blocks(block, count, bits) {
            Some(blocks) => {
                self.budget.spend(4 * blocks.len())?;
                let item = |text| Made::new(at, Content::Text(text));
                Content::List(blocks.into_iter().map(item).collect())
            }
            None => Content::Unknown { optional: false },
        };
        Ok(Made::new(at, content).secret(secret))
    }

    fn length(&mut self, at: NodeId, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        let made = self.value(argument, loops)?;
        let secret = holds_secret(&made);
        let made = match self.items(made)? {
            Some(items) => Made::new(at, Content::Number(items.len().to_string())),
            None => Made::unknown(at),
        };
        Ok(made.secret(secret))
    }

    /// The JSON text of a map or a list, its fields in the order in which they stand.
    fn json_text(&mut self, at: NodeId, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        if !matches!(argument.kind(), Kind::Map | Kind::List) {
            return Err(STRICT.expected(argument, "`Fn::ToJsonString` with a map or a list"));
        }
        let made = self.value(argument, loops)?;
        let secret = holds_secret(&made);
        let mut text = String::new();
        let known = self.write_json(&made, &mut text)?;
        let content =
            if known { Content::Text(text) } else { Content::Unknown { optional: false } };
        Ok(Made::new(at, content).secret(secret))
    }

    /// Writes the value, unless something in it is not known.
    fn write_json(&mut self, made: &Made, out: &mut String) -> Result<bool> {
        match &made.content {
            Content::Text(text) => out.push_str(&quoted(text)),
            Content::Number(text) => out.push_str(text),
            Content::Copy(node) => self.write_node(self.template.value(*node), out)?,
            Content::Unknown { .. } => return Ok(false),
            Content::Nothing => out.push_str("null"),
            Content::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    if !self.write_json(item, out)? {
                        return Ok(false);
                    }
                }
                out.push(']');
            }
            Content::Map(fields) => {
                out.push('{');
                for (index, field) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    let original = self.template.value(field.key).as_str().unwrap_or_default();
                    let name = field.name.as_deref().unwrap_or(original);
                    out.push_str(&quoted(name));
                    out.push(':');
                    if !self.write_json(&field.value, out)? {
                        return Ok(false);
                    }
                }
                out.push('}');
            }
        }
        Ok(true)
    }

    fn write_node(&mut self, value: Value<'_>, out: &mut String) -> Result<()> {
        self.budget.spend_text(value.as_str().map_or(0, str::len))?;
        match value.kind() {
            Kind::List => {
                out.push('[');
                for (index, item) in value.items().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    self.write_node(item, out)?;
                }
                out.push(']');
            }
            Kind::Map => {
                out.push('{');
                for (index, (name, field)) in value.fields().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    self.budget.spend_text(name.len())?;
                    out.push_str(&quoted(name));
                    out.push(':');
                    self.write_node(field, out)?;
                }
                out.push('}');
            }
            Kind::Number => {
                out.push_str(value.as_number().map(|number| number.text()).unwrap_or_default());
            }
            _ => out.push_str(&Tree::of(value).to_string()),
        }
        Ok(())
    }
}

/// What stands before the first `${`, and what behind.
fn opened(text: &str) -> Option<(&str, &str)> {
    let at = text.as_bytes().windows(2).position(|pair| pair == b"${")?;
    Some((text.get(..at)?, text.get(at + 2..)?))
}
