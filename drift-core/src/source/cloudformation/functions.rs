//! The functions of templates, one by one.

use super::STRICT;
use super::cidr;
use super::evaluate::{Evaluator, Referred, Token, arguments};
use super::made::{Made, Start, State};
use super::parameters::scalar;
use super::scope::{Budget, Loops};
use crate::error::Result;
use crate::value::{Kind, Tree, Value, base64, quoted};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A function's value so far: a text to which parts are added, as long as all of them are known.
struct Joined {
    text: String,
    is_known: bool,
    secret: bool,
}

impl Joined {
    /// Nothing yet, in the memory of a text that is no longer needed.
    fn over(mut text: String) -> Self {
        text.clear();
        Self { text, is_known: true, secret: false }
    }

    fn add(&mut self, part: Option<&str>) {
        match part {
            Some(part) if self.is_known => self.text.push_str(part),
            Some(_) => {}
            None => self.is_known = false,
        }
    }
}

/// A part of a text: as much of it as is known, and whether a secret has a part in it.
pub(super) type Part<'d> = (Option<Cow<'d, str>>, bool);

impl<'t, 'd> Evaluator<'t, 'd> {
    /// Writes what the call of the function `name` comes to.
    pub(super) fn function(
        &mut self,
        call: Value<'d>,
        name: &'d str,
        argument: Value<'d>,
        loops: &Loops,
    ) -> Result<Made> {
        match name {
            "Ref" => self.refer(call, argument, loops),
            "Fn::GetAtt" => self.attribute(call, argument, loops),
            "Fn::Sub" => self.substitute(call, argument, loops),
            "Fn::Join" => self.join(call, argument, loops),
            "Fn::Select" => self.select(call, argument, loops),
            "Fn::Split" => self.split(call, argument, loops),
            "Fn::FindInMap" => self.find_in_map(call, argument, loops),
            "Fn::If" => self.choose(call, argument, loops),
            "Fn::Base64" => self.base64(call, argument, loops),
            "Fn::Cidr" => self.cidr(call, argument, loops),
            "Fn::Length" => self.length(call, argument, loops),
            "Fn::ToJsonString" => self.json_text(call, argument, loops),
            // `ImportValue`, `GetAZs`, `Transform`, and what comes after: CloudFormation looks
            // elsewhere.
            _ => {
                let start = self.draft.start();
                self.value(argument, loops)?;
                self.draft.unknown_since(start, call, false)
            }
        }
    }

    /// Writes a text that a function has put together, instead of what was written since `start`.
    fn written(
        &mut self,
        start: Start,
        call: Value<'d>,
        text: Option<&str>,
        secret: bool,
    ) -> Result<Made> {
        self.draft.rewind(start);
        let made = match text {
            Some(text) => self.draft.text(call, text)?,
            None => self.draft.unknown(call, false)?,
        };
        Ok(self.draft.hidden(made, secret))
    }

    /// What an argument comes to as a text. Nothing of it stays on the sheet.
    pub(super) fn part(&mut self, argument: Value<'d>, loops: &Loops) -> Result<Part<'d>> {
        if loops.is_empty() && self.template.is_plain(argument) {
            self.budget.spend(1)?;
            return Ok((scalar(argument), false));
        }
        let made = self.value(argument, loops)?;
        let text = self.draft.known(made).map(|text| Cow::Owned(text.into_owned()));
        let part = (text, self.draft.is_secret(made));
        self.draft.take_back(made);
        Ok(part)
    }

    /// A name, which `AWS::LanguageExtensions` lets functions give; none where it is not known.
    fn name(&mut self, argument: Value<'d>, what: &str, loops: &Loops) -> Result<Part<'d>> {
        if argument.kind() != Kind::Map {
            return Ok((Some(self.filled(STRICT.text(argument, what)?, loops)?), false));
        }
        self.part(argument, loops)
    }

    fn refer(&mut self, call: Value<'d>, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        let (name, mut secret) = self.name(argument, "the name behind `Ref`", loops)?;
        let referred = match name {
            Some(name) => {
                let (referred, hidden) = self.reference(&name, loops)?;
                secret |= hidden;
                referred
            }
            None => Referred::Unknown,
        };
        let made = match referred {
            Referred::Text(text) => self.draft.text(call, text)?,
            Referred::Texts(items) => self.draft.texts(call, items.iter().map(String::as_str))?,
            Referred::Unknown => self.draft.unknown(call, false)?,
            Referred::Nothing => self.draft.nothing(),
        };
        Ok(self.draft.hidden(made, secret))
    }

    /// `[resource, attribute]`, or the two with a point between them.
    fn attribute(&mut self, call: Value<'d>, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        const WHAT: &str = "`Fn::GetAtt` with the names of a resource and of an attribute";
        let (resource, attribute) = match argument.kind() {
            Kind::String => {
                let text = argument.as_str().unwrap_or_default();
                let (resource, attribute) = text.split_once('.').unwrap_or((text, ""));
                (Some(self.filled(resource, loops)?), Some(attribute))
            }
            Kind::List => {
                let Some(first) = argument.at(0) else {
                    return Err(STRICT.expected(argument, WHAT));
                };
                (self.name(first, WHAT, loops)?.0, argument.at(1).and_then(Value::as_str))
            }
            _ => return Err(STRICT.expected(argument, WHAT)),
        };
        let resource = resource.as_deref().unwrap_or_default();
        self.needs(resource);
        match self.template.attribute(resource, attribute.unwrap_or_default()) {
            Some(arn) => {
                self.budget.spend_text(arn.len())?;
                self.draft.text(call, arn)
            }
            None => self.draft.unknown(call, false),
        }
    }

    /// Takes note of a resource that a value refers to.
    fn needs(&mut self, resource: &str) {
        if self.template.resources.contains_key(resource) {
            self.needs.insert(resource.to_owned());
        }
    }

    /// A text with `${name}` in it, or `[text, {name: value}]`.
    fn substitute(&mut self, call: Value<'d>, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        let (text, variables) = match argument.kind() {
            Kind::List => {
                let [text, variables] = arguments(argument, "Fn::Sub")?;
                STRICT.map(variables, "the variables of `Fn::Sub`")?;
                (text, Some(variables))
            }
            _ => (argument, None),
        };
        let start = self.draft.start();
        if text.kind() == Kind::Map {
            // A macro puts the text in.
            self.value(text, loops)?;
            return self.draft.unknown_since(start, call, false);
        }
        let Some(text) = text.as_str() else {
            return Err(STRICT.expected(text, "the text of `Fn::Sub` as a string"));
        };
        let mut values = BTreeMap::new();
        for (name, value) in variables.into_iter().flat_map(Value::fields) {
            values.insert(name, self.part(value, loops)?);
        }
        // It may stand in many places, by a loop or an alias.
        self.budget.spend_text(text.len())?;
        let joined = self.substituted(text, &values, loops)?;
        self.joined(start, call, joined)
    }

    /// Writes a text that was put together of parts, instead of what was written since `start`.
    fn joined(&mut self, start: Start, call: Value<'d>, joined: Joined) -> Result<Made> {
        let text = joined.is_known.then_some(joined.text.as_str());
        let made = self.written(start, call, text, joined.secret)?;
        self.scratch = joined.text;
        Ok(made)
    }

    /// The text with what its names stand for.
    fn substituted(
        &mut self,
        text: &str,
        values: &BTreeMap<&str, Part<'_>>,
        loops: &Loops,
    ) -> Result<Joined> {
        let mut joined = Joined::over(std::mem::take(&mut self.scratch));
        let mut rest = text;
        while let Some((before, after)) = opened(rest) {
            joined.add(Some(&loops.fill(before)));
            let Some((name, behind)) = closed(after) else {
                rest = after;
                joined.add(Some("${"));
                break;
            };
            rest = behind;
            if let Some(literal) = name.strip_prefix('!') {
                ["${", literal, "}"].iter().for_each(|part| joined.add(Some(part)));
                continue;
            }
            let name = name.trim();
            let (part, secret) = match values.get(name) {
                Some((part, secret)) => (part.as_deref(), *secret),
                None => self.named(name, loops)?,
            };
            joined.secret |= secret;
            self.budget.spend_text(part.map_or(0, str::len))?;
            joined.add(part);
        }
        joined.add(Some(&loops.fill(rest)));
        Ok(joined)
    }

    /// What a name in a text stands for: a resource with an attribute, else as behind `Ref`.
    fn named<'l>(&mut self, name: &str, loops: &'l Loops) -> Result<(Option<&'l str>, bool)>
    where
        't: 'l,
    {
        let point = name.bytes().position(|byte| byte == b'.');
        let resource = point.and_then(|point| name.get(..point));
        if let Some(resource) = resource.filter(|_| loops.get(name).is_none()) {
            let attribute = name.get(resource.len() + 1..).unwrap_or_default();
            let resource = loops.fill(resource);
            self.needs(&resource);
            return Ok((self.template.attribute(&resource, attribute), false));
        }
        Ok(match self.reference(name, loops)? {
            (Referred::Text(text), secret) => (Some(text), secret),
            (_, secret) => (None, secret),
        })
    }

    /// `[text between, list]`.
    fn join(&mut self, call: Value<'d>, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        let [between, list] = arguments(argument, "Fn::Join")?;
        let start = self.draft.start();
        let (between, hidden) = self.part(between, loops)?;
        let list = self.value(list, loops)?;
        let mut joined = Joined::over(std::mem::take(&mut self.scratch));
        joined.secret = hidden || self.draft.is_secret(list);
        match self.draft.items(list) {
            Some(items) => {
                self.budget.spend(items.len())?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.budget.spend_text(between.as_ref().map_or(0, |text| text.len()))?;
                        joined.add(between.as_deref());
                    }
                    self.budget.spend_text(item.as_ref().map_or(0, |item| item.len()))?;
                    joined.add(item.as_deref());
                }
            }
            None => joined.add(None),
        }
        self.joined(start, call, joined)
    }

    fn select(&mut self, call: Value<'d>, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        let [index, list] = arguments(argument, "Fn::Select")?;
        let (index, hidden) = self.part(index, loops)?;
        let index = index.and_then(|text| text.parse::<usize>().ok());
        let list = self.value(list, loops)?;
        self.budget.spend(self.draft.list(list).map_or(0, Value::len))?;
        let secret = hidden || self.draft.is_secret_as_a_whole(list);
        match index.and_then(|index| self.draft.element(list, index)) {
            Some(made) => self.draft.moved(made, call, secret),
            None => {
                let made = self.draft.unknown_in_place(list, call)?;
                Ok(self.draft.hidden(made, secret))
            }
        }
    }

    fn split(&mut self, call: Value<'d>, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        let [by, text] = arguments(argument, "Fn::Split")?;
        let (by, by_hidden) = self.part(by, loops)?;
        let (text, text_hidden) = self.part(text, loops)?;
        let made = match (by, text) {
            (Some(by), Some(text)) if !by.is_empty() => {
                self.budget.spend_text(text.len().saturating_mul(8))?;
                self.draft.texts(call, text.split(by.as_ref()))?
            }
            _ => self.draft.unknown(call, false)?,
        };
        Ok(self.draft.hidden(made, by_hidden || text_hidden))
    }

    /// `[map, key, key]`, and perhaps `{DefaultValue: …}`.
    fn find_in_map(&mut self, call: Value<'d>, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        STRICT.list(argument, "the arguments of `Fn::FindInMap`")?;
        if !matches!(argument.len(), 3 | 4) {
            let message = "`Fn::FindInMap` takes the name of a map, two keys, and a default";
            return Err(STRICT.fault(argument, message));
        }
        let (names, secret) = self.parts(argument.items().take(3), loops)?;
        let names = names.unwrap_or_default();
        let [map, key, name] = names.as_slice() else {
            let made = self.draft.unknown(call, false)?;
            return Ok(self.draft.hidden(made, secret));
        };
        let found = self.template.mappings.get(&(map.as_ref(), key.as_ref(), name.as_ref()));
        let made = if let Some(found) = found.copied() {
            let found = self.template.value(found);
            self.budget.spend(found.tape_length())?;
            // CloudFormation looks up the dynamic references in it.
            self.value(found, &Loops::default())?
        } else if let Some(default) = argument.at(3).and_then(|rest| rest.get("DefaultValue")) {
            self.value(default, loops)?
        } else {
            self.draft.unknown(call, false)?
        };
        self.draft.moved(made, call, secret)
    }

    /// What arguments come to as texts, none where one is not known, and whether a secret has a part in
    /// those that were looked at.
    fn parts(
        &mut self,
        arguments: impl Iterator<Item = Value<'d>>,
        loops: &Loops,
    ) -> Result<(Option<Vec<Cow<'d, str>>>, bool)> {
        let mut texts = Vec::with_capacity(3);
        let mut secret = false;
        for argument in arguments {
            let (text, hidden) = self.part(argument, loops)?;
            secret |= hidden;
            let Some(text) = text else { return Ok((None, secret)) };
            texts.push(text);
        }
        Ok((Some(texts), secret))
    }

    fn choose(&mut self, call: Value<'d>, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        let [condition, then, otherwise] = arguments(argument, "Fn::If")?;
        let name = self.filled(STRICT.text(condition, "the condition of `Fn::If`")?, loops)?;
        let decided = self.template.conditions.get(name.as_ref()).copied().flatten();
        let steps = |index| [Token::Field("Fn::If"), Token::Index(index)];
        if let Some(truth) = decided {
            let (index, chosen) = if truth { (1, then) } else { (2, otherwise) };
            let made = self.far_below(steps(index), chosen, loops)?;
            self.set_origin(made, steps(index))?;
            return Ok(made);
        }
        let start = self.draft.start();
        let mut optional = false;
        for (index, branch) in [(1, then), (2, otherwise)] {
            let made = self.far_below(steps(index), branch, loops)?;
            optional |= matches!(made.state, State::Nothing | State::Unknown { optional: true });
        }
        self.draft.unknown_since(start, call, optional)
    }

    fn base64(&mut self, call: Value<'d>, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        let start = self.draft.start();
        let (text, secret) = self.part(argument, loops)?;
        self.budget.spend_text(text.as_ref().map_or(0, |text| text.len()))?;
        let text = text.map(|text| base64::encode(text.as_bytes()));
        self.written(start, call, text.as_deref(), secret)
    }

    /// `[block, count]`, and perhaps how many bits are left to each block.
    fn cidr(&mut self, call: Value<'d>, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        STRICT.list(argument, "the arguments of `Fn::Cidr`")?;
        if !matches!(argument.len(), 2 | 3) {
            let message = "`Fn::Cidr` takes a block, a count, and a number of bits";
            return Err(STRICT.fault(argument, message));
        }
        let (texts, secret) = self.parts(argument.items(), loops)?;
        let blocks = match texts.unwrap_or_default().as_slice() {
            [block, count] => cidr::blocks(block, count, "8"),
            [block, count, bits] => cidr::blocks(block, count, bits),
            _ => None,
        };
        let made = match blocks {
            Some(blocks) => {
                self.budget.spend(4 * blocks.len())?;
                self.draft.texts(call, blocks.iter().map(String::as_str))?
            }
            None => self.draft.unknown(call, false)?,
        };
        Ok(self.draft.hidden(made, secret))
    }

    fn length(&mut self, call: Value<'d>, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        let made = self.value(argument, loops)?;
        let secret = self.draft.is_secret(made);
        let length = self.draft.list(made).map(Value::len);
        self.draft.take_back(made);
        let made = match length {
            Some(length) => self.draft.number(call, length)?,
            None => self.draft.unknown(call, false)?,
        };
        Ok(self.draft.hidden(made, secret))
    }

    /// The JSON text of a map or a list, its fields in the order in which they stand.
    fn json_text(&mut self, call: Value<'d>, argument: Value<'d>, loops: &Loops) -> Result<Made> {
        if !matches!(argument.kind(), Kind::Map | Kind::List) {
            return Err(STRICT.expected(argument, "`Fn::ToJsonString` with a map or a list"));
        }
        let start = self.draft.start();
        let made = self.value(argument, loops)?;
        let secret = self.draft.is_secret(made);
        let mut text = String::new();
        if made.state == State::Nothing {
            text.push_str("null");
        } else if !self.draft.has_unknown(made) {
            write_json(self.draft.value(made), self.budget, &mut text)?;
        }
        let known = Some(text).filter(|text| !text.is_empty());
        self.written(start, call, known.as_deref(), secret)
    }
}

/// Writes the value as JSON, its numbers as they stand there.
fn write_json(value: Value<'_>, budget: &mut Budget, out: &mut String) -> Result<()> {
    budget.spend_text(value.as_str().map_or(0, str::len))?;
    match value.kind() {
        Kind::List => {
            out.push('[');
            for (index, item) in value.items().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_json(item, budget, out)?;
            }
            out.push(']');
        }
        Kind::Map => {
            out.push('{');
            for (index, (name, field)) in value.fields().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                budget.spend_text(name.len())?;
                out.push_str(&quoted(name));
                out.push(':');
                write_json(field, budget, out)?;
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

/// What stands before the first `}`, and what behind.
fn closed(text: &str) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == b'}')?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// What stands before the first `${`, and what behind.
fn opened(text: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    loop {
        let rest = text.as_bytes().get(from..)?;
        let at = from + rest.iter().position(|byte| *byte == b'$')?;
        if text.as_bytes().get(at + 1) == Some(&b'{') {
            return Some((text.get(..at)?, text.get(at + 2..)?));
        }
        from = at + 1;
    }
}
