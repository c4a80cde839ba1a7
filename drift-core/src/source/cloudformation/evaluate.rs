//! Evaluates the values of a template: what its functions come to where all that they need is
//! given. Where something is not, the whole value is unknown, and nothing of it is guessed.

use super::STRICT;
use super::made::{Draft, Made, Marks, State, dynamic};
use super::parameters::ParameterValue;
use super::plan::Properties;
use super::scope::{Budget, Loops, Template};
use crate::error::Result;
use crate::path::{push_index, push_token};
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
    pub(super) draft: &'t mut Draft<'d>,
    path: Vec<Token<'d>>,
    /// The memory of a text that was put together.
    pub(super) scratch: String,
    /// The resources that the values refer to.
    pub(super) needs: BTreeSet<String>,
}

/// What a name stands for.
pub(super) enum Referred<'t> {
    Text(&'t str),
    Texts(&'t [String]),
    Unknown,
    /// `AWS::NoValue`.
    Nothing,
}

/// One field of a map, with the loops around it.
pub(super) struct Entry<'d> {
    pub(super) name: Cow<'d, str>,
    pub(super) key: NodeId,
    pub(super) value: Value<'d>,
    pub(super) loops: Loops,
    /// Its name as it is written.
    written: &'d str,
    /// The names of the loops around it that stand in its map.
    around: Vec<&'d str>,
}

impl<'d> Entry<'d> {
    /// Where it stands in its map: the field, or the way through the loops.
    fn tokens(&self) -> impl Iterator<Item = Token<'d>> {
        let around = self.around.iter().flat_map(|name| [Token::Field(name), Token::Index(2)]);
        around.chain([Token::Field(self.written)])
    }

    /// Whether it stands elsewhere than its name says.
    fn is_moved(&self) -> bool {
        !self.around.is_empty() || self.name != self.written
    }

    /// Adds its pointer to that of its map.
    pub(super) fn push_to(&self, pointer: &mut String) {
        self.tokens().for_each(|token| token.push_to(pointer));
    }
}

impl Token<'_> {
    fn push_to(self, pointer: &mut String) {
        match self {
            Token::Field(name) => push_token(pointer, name),
            Token::Index(index) => push_index(pointer, index),
        }
    }
}

impl<'t, 'd> Evaluator<'t, 'd> {
    pub(super) fn new(
        template: &'t Template<'d>,
        budget: &'t mut Budget,
        draft: &'t mut Draft<'d>,
    ) -> Self {
        let (path, scratch, needs) = (Vec::new(), String::new(), BTreeSet::new());
        Self { template, budget, draft, path, scratch, needs }
    }

    /// What the properties of a resource come to.
    pub(super) fn properties(
        &mut self,
        properties: Value<'d>,
        loops: &Loops,
    ) -> Result<(Properties, Marks)> {
        if loops.is_empty() && self.template.is_plain(properties) {
            self.budget.spend(1)?;
            return Ok((Properties::InTemplate(properties.id()), Marks::default()));
        }
        let made = self.value(properties, loops)?;
        if made.state == State::Nothing {
            // Nothing of them is declared.
            return Ok((Properties::OnSheet(self.draft.empty(properties)?), Marks::default()));
        }
        let (node, marks) = self.draft.done(made);
        Ok((Properties::OnSheet(node), marks))
    }

    /// Writes what the value comes to.
    pub(super) fn value(&mut self, value: Value<'d>, loops: &Loops) -> Result<Made> {
        self.budget.spend(1)?;
        if loops.is_empty() && self.template.is_plain(value) {
            return self.draft.copy(value);
        }
        match value.kind() {
            Kind::String => self.string(value, loops),
            Kind::List => self.list(value, loops),
            // The first name of a map that is a call is that of the function.
            Kind::Map if self.template.speaks(value.id() + 1) => match only_field(value) {
                Some((name, argument)) if is_function(name) => {
                    self.function(value, name, argument, loops)
                }
                _ => self.map(value, loops),
            },
            Kind::Map => self.map(value, loops),
            _ => self.draft.copy(value),
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

    /// Notes down for a value that is put elsewhere that it stands `tokens` below where the evaluation
    /// does.
    pub(super) fn set_origin(
        &mut self,
        made: Made,
        tokens: impl IntoIterator<Item = Token<'d>>,
    ) -> Result<()> {
        let Self { path, budget, draft, .. } = self;
        draft.set_origin(made, || {
            let mut pointer = String::new();
            path.iter().copied().chain(tokens).for_each(|token| token.push_to(&mut pointer));
            budget.spend_text(pointer.len())?;
            Ok(pointer)
        })
    }

    fn string(&mut self, value: Value<'d>, loops: &Loops) -> Result<Made> {
        let text = value.as_str().unwrap_or_default();
        if let Some(secret) = dynamic(text) {
            let made = self.draft.unknown(value, false)?;
            return Ok(self.draft.hidden(made, secret));
        }
        let filled = self.filled(text, loops)?;
        if filled == text {
            return self.draft.copy(value);
        }
        self.budget.spend_text(filled.len())?;
        self.draft.text(value, &filled)
    }

    fn list(&mut self, list: Value<'d>, loops: &Loops) -> Result<Made> {
        let start = self.draft.open_list(list)?;
        let (mut removed, mut counted) = (false, true);
        for (index, item) in list.items().enumerate() {
            let made = self.below(Token::Index(index), item, loops)?;
            removed |= made.state == State::Nothing;
            counted &= made.state != State::Unknown { optional: true };
            if removed {
                self.set_origin(made, [Token::Index(index)])?;
            }
        }
        if !counted {
            // How many elements there are is not known.
            return self.draft.unknown_since(start, list, false);
        }
        self.draft.close(start, list)
    }

    fn map(&mut self, map: Value<'d>, loops: &Loops) -> Result<Made> {
        let mut looped = !loops.is_empty();
        for value in map.field_values() {
            let Some(name) = self.template.speaking_name(value) else { continue };
            if name.starts_with(FOR_EACH) {
                looped = true;
            } else if name.starts_with("Fn::") {
                // A macro sees and may change all that stands beside it.
                return self.unknown_map(map, loops);
            }
        }
        if looped {
            return self.looped_map(map, loops);
        }
        let start = self.draft.open_map(map)?;
        for value in map.field_values() {
            if self.template.is_plain(value) {
                self.budget.spend(1)?;
                self.draft.copy_field(value)?;
                continue;
            }
            let field = self.draft.start();
            let key = value.id().saturating_sub(1);
            self.draft.copy_key(key)?;
            let name = self.template.value(key).as_str().unwrap_or_default();
            let made = self.below(Token::Field(name), value, loops)?;
            if made.state == State::Nothing {
                self.draft.rewind(field);
            }
        }
        self.draft.close(start, map)
    }

    /// A map with loops in it or around it.
    fn looped_map(&mut self, map: Value<'d>, loops: &Loops) -> Result<Made> {
        let Some(entries) = self.entries(map, loops)? else { return self.unknown_map(map, loops) };
        let start = self.draft.open_map(map)?;
        for entry in entries {
            let field = self.draft.start();
            match entry.name == entry.written {
                true => self.draft.copy_key(entry.key)?,
                false => self.draft.key(entry.key, &entry.name)?,
            }
            let depth = self.path.len();
            self.path.extend(entry.tokens());
            let made = self.value(entry.value, &entry.loops)?;
            if entry.is_moved() {
                self.set_origin(made, [])?;
            }
            self.path.truncate(depth);
            if made.state == State::Nothing {
                self.draft.rewind(field);
            }
        }
        self.draft.close_looped(start, map)
    }

    /// A map whose value is not known, though a secret may have a part in it.
    fn unknown_map(&mut self, map: Value<'d>, loops: &Loops) -> Result<Made> {
        let start = self.draft.start();
        for (_, part) in map.fields() {
            self.value(part, loops)?;
        }
        self.draft.unknown_since(start, map, false)
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
            name: self.filled(name, loops)?,
            key: value.id().saturating_sub(1),
            value,
            loops: loops.clone(),
            written: name,
            around: Vec::new(),
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
        let Some(values) = self.values(over, loops)? else { return Ok(None) };
        let mut entries = Vec::new();
        for value in values {
            let inner = loops.with(variable, value);
            let Some(made) = self.entries(body, &inner)? else { return Ok(None) };
            entries.extend(made.into_iter().map(|mut entry| {
                entry.around.insert(0, loop_name);
                entry
            }));
        }
        Ok(Some(entries))
    }

    /// The values that a loop goes over; none where one is not known. They become parts of names, which
    /// are shown: a secret is none of them.
    fn values(&mut self, over: Value<'d>, loops: &Loops) -> Result<Option<Vec<String>>> {
        let over = self.value(over, loops)?;
        let secret = self.draft.is_secret(over);
        let items = self.draft.items(over).filter(|_| !secret);
        self.budget.spend(items.as_ref().map_or(0, Vec::len))?;
        let values = items.and_then(|items| {
            items.into_iter().map(|item| item.map(Cow::into_owned)).collect::<Option<_>>()
        });
        self.draft.take_back(over);
        Ok(values)
    }

    /// What a name stands for, and whether that must not be shown.
    pub(super) fn reference<'l>(
        &mut self,
        name: &str,
        loops: &'l Loops,
    ) -> Result<(Referred<'l>, bool)>
    where
        't: 'l,
    {
        let template = self.template;
        let mut secret = false;
        let referred = if let Some(value) = loops.get(name) {
            Referred::Text(value)
        } else if name == "AWS::NoValue" {
            Referred::Nothing
        } else if let Some(value) = template.pseudo.get(name) {
            Referred::of(value)
        } else if name.starts_with("AWS::") {
            // Nothing in a template is named so.
            Referred::Unknown
        } else if let Some(parameter) = template.parameters.get(name) {
            secret = parameter.secret;
            parameter.value.as_ref().map_or(Referred::Unknown, Referred::of)
        } else if let Some(resource) = template.resources.get(name) {
            self.needs.insert(name.to_owned());
            resource.id.as_deref().map_or(Referred::Unknown, Referred::Text)
        } else {
            Referred::Unknown
        };
        match referred {
            Referred::Text(text) => self.budget.spend_text(text.len())?,
            Referred::Texts(items) => {
                self.budget.spend_text(items.iter().map(|item| item.len() + 8).sum())?;
            }
            Referred::Unknown | Referred::Nothing => {}
        }
        Ok((referred, secret))
    }
}

impl<'t> Referred<'t> {
    fn of(value: &'t ParameterValue) -> Self {
        match value {
            ParameterValue::Text(text) => Self::Text(text),
            ParameterValue::List(items) => Self::Texts(items),
            ParameterValue::Resolved(text) => Self::Text(text),
            ParameterValue::Kept => Self::Unknown,
        }
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
