//! Evaluates the values of a template: what its functions come to where all that they need is
//! given. Where something is not, the whole value is unknown, and nothing of it is guessed.

use super::STRICT;
use super::made::{Content, Field, Made};
use super::parameters::{ParameterValue, scalar};
use super::scope::{Budget, Loops, Template};
use crate::error::Result;
use crate::path::push_token;
use crate::source::strict::shown;
use crate::value::{Kind, NodeId, Value};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// In front of the loops of the transform `AWS::LanguageExtensions`.
pub(super) const FOR_EACH: &str = "Fn::ForEach::";

/// One step from the properties of a resource to where the evaluation stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token<'d> {
    Field(&'d str),
    Index(usize),
}

/// Evaluates the values of one template.
pub(super) struct Evaluator<'t, 'd> {
    pub(super) template: &'t Template<'d>,
    pub(super) budget: &'t mut Budget,
    path: Vec<Token<'d>>,
    /// The resources that the values refer to.
    pub(super) needs: BTreeSet<String>,
}

/// A value as text.
pub(super) enum Text {
    Known(String),
    Unknown,
    /// It is a list or a map.
    Other,
}

/// One field of a map, with the loops around it.
pub(super) struct Entry<'d> {
    pub(super) name: String,
    pub(super) key: NodeId,
    pub(super) value: Value<'d>,
    pub(super) loops: Loops,
    /// Where it stands in its map: the field, or the way through the loops.
    tokens: Vec<Token<'d>>,
}

impl Entry<'_> {
    /// Its pointer, below that of its map.
    pub(super) fn pointer(&self, map: &str) -> String {
        let mut pointer = map.to_owned();
        self.tokens.iter().for_each(|token| token.push_to(&mut pointer));
        pointer
    }
}

impl Token<'_> {
    fn push_to(self, pointer: &mut String) {
        match self {
            Token::Field(name) => push_token(pointer, name),
            Token::Index(index) => push_token(pointer, &index.to_string()),
        }
    }
}

impl<'t, 'd> Evaluator<'t, 'd> {
    pub(super) fn new(template: &'t Template<'d>, budget: &'t mut Budget) -> Self {
        Self { template, budget, path: Vec::new(), needs: BTreeSet::new() }
    }

    /// What the value comes to.
    pub(super) fn value(&mut self, value: Value<'d>, loops: &Loops) -> Result<Made> {
        self.budget.spend(1)?;
        if loops.is_empty() && self.template.is_plain(value) {
            return Ok(Made::copy(value.id()));
        }
        match value.kind() {
            Kind::String => self.string(value, loops),
            Kind::List => self.list(value, loops),
            Kind::Map => match only_field(value) {
                Some((name, argument)) if is_function(name) => {
                    let made = self.function(value, name, argument, loops)?;
                    Ok(looked_up(made))
                }
                _ => self.map(value, loops),
            },
            _ => Ok(Made::copy(value.id())),
        }
    }

    /// As [`Evaluator::value`], one step further down.
    pub(super) fn below(
        &mut self,
        token: Token<'d>,
        value: Value<'d>,
        loops: &Loops,
    ) -> Result<Made> {
        self.path.push(token);
        let made = self.value(value, loops);
        self.path.pop();
        made
    }

    /// As [`Evaluator::value`], two steps further down.
    pub(super) fn far_below(
        &mut self,
        [first, second]: [Token<'d>; 2],
        value: Value<'d>,
        loops: &Loops,
    ) -> Result<Made> {
        self.path.push(first);
        let made = self.below(second, value, loops);
        self.path.pop();
        made
    }

    /// The pointer to two steps further down.
    pub(super) fn far_origin(&mut self, tokens: [Token<'d>; 2]) -> Result<String> {
        let depth = self.path.len();
        self.path.extend(tokens);
        let origin = self.origin();
        self.path.truncate(depth);
        origin
    }

    /// The pointer to where the evaluation stands, for a value that is put elsewhere.
    pub(super) fn origin(&mut self) -> Result<String> {
        let mut pointer = String::new();
        self.path.iter().for_each(|token| token.push_to(&mut pointer));
        self.budget.spend_text(pointer.len())?;
        Ok(pointer)
    }

    fn string(&mut self, value: Value<'d>, loops: &Loops) -> Result<Made> {
        let text = value.as_str().unwrap_or_default();
        if let Some(secret) = dynamic(text) {
            return Ok(Made::unknown(value.id()).secret(secret));
        }
        let filled = self.filled(text, loops)?;
        if filled == text {
            return Ok(Made::copy(value.id()));
        }
        self.budget.spend_text(filled.len())?;
        Ok(Made::new(value.id(), Content::Text(filled.into_owned())))
    }

    fn list(&mut self, list: Value<'d>, loops: &Loops) -> Result<Made> {
        let mut items = Vec::with_capacity(list.len());
        let (mut plain, mut removed, mut counted) = (true, false, true);
        for (index, item) in list.items().enumerate() {
            let mut made = self.below(Token::Index(index), item, loops)?;
            plain &= made.is_plain(item.id());
            if matches!(made.content, Content::Nothing) {
                removed = true;
                continue;
            }
            counted &= !matches!(made.content, Content::Unknown { optional: true });
            if removed && made.origin.is_none() {
                self.path.push(Token::Index(index));
                made.origin = Some(self.origin()?);
                self.path.pop();
            }
            items.push(made);
        }
        if !counted {
            // How many elements there are is not known.
            return Ok(Made::unknown(list.id()).secret(items.iter().any(holds_secret)));
        }
        Ok(match plain {
            true => Made::copy(list.id()),
            false => Made::new(list.id(), Content::List(items)),
        })
    }

    fn map(&mut self, map: Value<'d>, loops: &Loops) -> Result<Made> {
        let mut looped = !loops.is_empty();
        for (name, _) in map.fields() {
            if name.starts_with(FOR_EACH) {
                looped = true;
            } else if name.starts_with("Fn::") {
                // A macro sees and may change all that stands beside it.
                let secret = self.parts_are_secret(map, loops)?;
                return Ok(Made::unknown(map.id()).secret(secret));
            }
        }
        if looped {
            return self.looped_map(map, loops);
        }
        let mut fields = Vec::with_capacity(map.len());
        let mut plain = true;
        for (name, value) in map.fields() {
            let made = self.below(Token::Field(name), value, loops)?;
            plain &= made.is_plain(value.id());
            if !matches!(made.content, Content::Nothing) {
                fields.push(Field { key: value.id().saturating_sub(1), name: None, value: made });
            }
        }
        Ok(match plain {
            true => Made::copy(map.id()),
            false => Made::new(map.id(), Content::Map(fields)),
        })
    }

    /// A map with loops in it or around it.
    fn looped_map(&mut self, map: Value<'d>, loops: &Loops) -> Result<Made> {
        let Some(entries) = self.entries(map, loops)? else {
            let secret = self.parts_are_secret(map, loops)?;
            return Ok(Made::unknown(map.id()).secret(secret));
        };
        let mut fields = Vec::with_capacity(entries.len());
        let mut plain = true;
        for entry in entries {
            let original = self.template.value(entry.key).as_str().unwrap_or_default();
            let renamed = entry.name != original;
            let depth = self.path.len();
            self.path.extend(&entry.tokens);
            let mut made = self.value(entry.value, &entry.loops)?;
            let moved = entry.tokens.len() > 1 || renamed;
            plain &= made.is_plain(entry.value.id()) && !moved;
            if moved && made.origin.is_none() {
                made.origin = Some(self.origin()?);
            }
            self.path.truncate(depth);
            if !matches!(made.content, Content::Nothing) {
                let name = renamed.then_some(entry.name);
                fields.push(Field { key: entry.key, name, value: made });
            }
        }
        Ok(match plain {
            true => Made::copy(map.id()),
            false => Made::new(map.id(), Content::Map(fields)),
        })
    }

    /// Whether a secret has a part in a map whose value is not known.
    fn parts_are_secret(&mut self, map: Value<'d>, loops: &Loops) -> Result<bool> {
        let mut secret = false;
        for (_, part) in map.fields() {
            let made = self.value(part, loops)?;
            secret |= holds_secret(&made);
        }
        Ok(secret)
    }

    /// The fields of a map, its loops gone through; none where one goes over what is not known.
    pub(super) fn entries(
        &mut self,
        map: Value<'d>,
        loops: &Loops,
    ) -> Result<Option<Vec<Entry<'d>>>> {
        let mut entries = Vec::with_capacity(map.len());
        for (name, value) in map.fields() {
            if name.starts_with(FOR_EACH) {
                let Some(inner) = self.looped(name, value, loops)? else { return Ok(None) };
                entries.extend(inner);
            } else {
                entries.push(self.entry(name, value, loops)?);
            }
        }
        Ok(Some(entries))
    }

    /// The text with the values of loop variables; it is read once for each round of the loops.
    pub(super) fn filled<'s>(&mut self, text: &'s str, loops: &Loops) -> Result<Cow<'s, str>> {
        if !loops.is_empty() {
            self.budget.spend_text(text.len())?;
        }
        Ok(loops.fill(text))
    }

    /// One field of a map.
    pub(super) fn entry(
        &mut self,
        name: &'d str,
        value: Value<'d>,
        loops: &Loops,
    ) -> Result<Entry<'d>> {
        self.budget.spend(1)?;
        Ok(Entry {
            name: self.filled(name, loops)?.into_owned(),
            key: value.id().saturating_sub(1),
            value,
            loops: loops.clone(),
            tokens: vec![Token::Field(name)],
        })
    }

    /// The fields that a loop makes: `[variable, values, {name: value}]`.
    pub(super) fn looped(
        &mut self,
        loop_name: &'d str,
        value: Value<'d>,
        loops: &Loops,
    ) -> Result<Option<Vec<Entry<'d>>>> {
        let [variable, over, body] = arguments(value, loop_name)?;
        let variable = STRICT.text(variable, "the variable of a loop")?;
        STRICT.map(body, "what a loop repeats")?;
        let over = self.value(over, loops)?;
        let Some(items) = self.items(over)? else { return Ok(None) };
        let mut entries = Vec::new();
        for item in items {
            // Names are shown, and a secret has no part in one.
            let known = Some(self.text(&item)).filter(|_| !holds_secret(&item));
            let Some(Text::Known(text)) = known else { return Ok(None) };
            let inner = loops.with(variable, text);
            let Some(made) = self.entries(body, &inner)? else { return Ok(None) };
            for mut entry in made {
                let mut tokens = vec![Token::Field(loop_name), Token::Index(2)];
                tokens.append(&mut entry.tokens);
                entries.push(Entry { tokens, ..entry });
            }
        }
        Ok(Some(entries))
    }

    /// What a name stands for.
    pub(super) fn reference(&mut self, at: NodeId, name: &str, loops: &Loops) -> Result<Made> {
        if let Some(value) = loops.get(name) {
            self.budget.spend_text(value.len())?;
            return Ok(Made::new(at, Content::Text(value.to_owned())));
        }
        if name == "AWS::NoValue" {
            return Ok(Made::new(at, Content::Nothing));
        }
        let template = self.template;
        if let Some(value) = template.pseudo.get(name) {
            return self.given(at, value);
        }
        if let Some(parameter) = template.parameters.get(name) {
            let made = match &parameter.value {
                Some(value) => self.given(at, value)?,
                None => Made::unknown(at),
            };
            return Ok(made.secret(parameter.secret));
        }
        let Some(resource) = template.resources.get(name) else { return Ok(Made::unknown(at)) };
        self.needs.insert(name.to_owned());
        match resource {
            Some(id) => {
                self.budget.spend_text(id.len())?;
                Ok(Made::new(at, Content::Text(id.clone())))
            }
            None => Ok(Made::unknown(at)),
        }
    }

    fn given(&mut self, at: NodeId, value: &ParameterValue) -> Result<Made> {
        Ok(match value {
            ParameterValue::Text(text) => {
                self.budget.spend_text(text.len())?;
                Made::new(at, Content::Text(text.clone()))
            }
            ParameterValue::List(items) => {
                let bytes = items.iter().map(|item| item.len() + 8).sum();
                self.budget.spend_text(bytes)?;
                let item = |text: &String| Made::new(at, Content::Text(text.clone()));
                Made::new(at, Content::List(items.iter().map(item).collect()))
            }
        })
    }

    /// The value as text, where it is a scalar.
    pub(super) fn text(&self, made: &Made) -> Text {
        match &made.content {
            Content::Text(text) | Content::Number(text) => Text::Known(text.clone()),
            Content::Copy(node) => {
                scalar(self.template.value(*node)).map_or(Text::Other, Text::Known)
            }
            Content::Unknown { .. } => Text::Unknown,
            Content::List(_) | Content::Map(_) | Content::Nothing => Text::Other,
        }
    }

    /// The elements of a list that is known; none for anything else.
    pub(super) fn items(&mut self, made: Made) -> Result<Option<Vec<Made>>> {
        let secret = made.secret;
        Ok(match made.content {
            Content::List(items) => {
                Some(items.into_iter().map(|item| item.secret(secret)).collect())
            }
            Content::Copy(node) => {
                let list = self.template.value(node);
                self.budget.spend(list.len())?;
                let item = |item: Value<'_>| Made::copy(item.id()).secret(secret);
                (list.kind() == Kind::List).then(|| list.items().map(item).collect())
            }
            _ => None,
        })
    }
}

/// The only field of a map.
pub(super) fn only_field(map: Value<'_>) -> Option<(&str, Value<'_>)> {
    if map.len() == 1 { map.fields().next() } else { None }
}

/// Whether a map with this one field is a call.
fn is_function(name: &str) -> bool {
    name == "Ref" || (name.starts_with("Fn::") && !name.starts_with(FOR_EACH))
}

/// The arguments of a function that takes so many.
pub(super) fn arguments<'d, const N: usize>(
    value: Value<'d>,
    name: &str,
) -> Result<[Value<'d>; N]> {
    STRICT.list(value, format_args!("the arguments of `{}`", shown(name)))?;
    let found = value.items().collect::<Vec<_>>();
    <[Value<'d>; N]>::try_from(found).map_err(|found| {
        let name = shown(name);
        let message = format!("`{name}` takes {N} arguments, and {} are given", found.len());
        STRICT.fault(value, message)
    })
}

/// Whether a text has dynamic references, which CloudFormation looks up; true where one of them is
/// to a secret.
fn dynamic(text: &str) -> Option<bool> {
    let mut found = None;
    for part in text.split("{{resolve:").skip(1) {
        let secret = part.starts_with("secretsmanager:") || part.starts_with("ssm-secure:");
        found = Some(found.unwrap_or(false) || secret);
    }
    found
}

/// The value, unknown where a function has put a dynamic reference together.
fn looked_up(made: Made) -> Made {
    match made.content {
        Content::Text(ref text) => match dynamic(text) {
            Some(secret) => {
                Made { content: Content::Unknown { optional: false }, ..made }.secret(secret)
            }
            None => made,
        },
        Content::List(items) => {
            Made { content: Content::List(items.into_iter().map(looked_up).collect()), ..made }
        }
        _ => made,
    }
}

/// Whether the value or a part of it must not be shown.
pub(super) fn holds_secret(made: &Made) -> bool {
    made.secret
        || match &made.content {
            Content::List(items) => items.iter().any(holds_secret),
            Content::Map(fields) => fields.iter().any(|field| holds_secret(&field.value)),
            _ => false,
        }
}
