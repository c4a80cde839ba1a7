//! Evaluates the values of a template: what its expressions come to where all that they need is given.
//! Where something is not, the whole value is unknown, and nothing of it is guessed.

use super::STRICT;
use super::expression::{Expression, Meaning, meaning, parse};
use super::functions;
use super::made::{Content, Made};
use super::target::Target;
use crate::error::Result;
use crate::source::cloudformation::Budget;
use crate::source::strict::optional;
use crate::value::{Document, Kind, NodeId, Value};
use std::collections::BTreeMap;
use std::rc::Rc;

/// How often a loop goes round at most, by Azure's own limit.
pub(super) const MAX_COPIES: i64 = 800;

/// How deep variables, parameters and functions may need each other.
const MAX_NEEDS: usize = 64;

/// What names stand for in one template.
pub(super) struct Frame<'d> {
    pub(super) parameters: BTreeMap<String, Rc<Made>>,
    /// Defaults of parameters that nothing was given for.
    pub(super) defaults: BTreeMap<String, (Value<'d>, bool)>,
    pub(super) variables: BTreeMap<String, Value<'d>>,
    pub(super) functions: BTreeMap<String, Value<'d>>,
    /// Where its resources are deployed to.
    pub(super) target: Rc<Target>,
    pub(super) seen: Seen,
}

/// Where functions say that a template is deployed to. For a template inside another one, whose
/// expressions are evaluated outside of it, that is where the outer one goes.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) target: Rc<Target>,
    /// What was given of it: fields of `resourcegroup`, `subscription` and `deployment`.
    pub(super) places: Rc<Places>,
}

impl Seen {
    /// What functions see in a template that is evaluated by itself.
    pub(super) fn inside(&self, target: &Rc<Target>) -> Self {
        // What is known of one resource group says nothing of another, and no deployment is another.
        let mut places = (*self.places).clone();
        places.remove("deployment");
        if target != &self.target {
            places.remove("resourcegroup");
        }
        if target.subscription != self.target.subscription {
            places.remove("subscription");
        }
        Self { target: Rc::clone(target), places: Rc::new(places) }
    }
}

/// Fields of a function without arguments, by its name in small letters.
pub(super) type Places = BTreeMap<String, Vec<(String, String)>>;

/// A loop, and which round of it is evaluated.
#[derive(Clone)]
pub(super) struct Round {
    pub(super) name: String,
    pub(super) index: i64,
}

/// Evaluates the values of one template.
pub(super) struct Evaluator<'t, 'd> {
    pub(super) document: &'d Document<'d>,
    pub(super) frame: &'t Frame<'d>,
    pub(super) budget: &'t mut Budget,
    /// The nodes by which values are more than they say, in order.
    pub(super) speaking: &'t [NodeId],
    pub(super) rounds: Vec<Round>,
    known: BTreeMap<String, Rc<Made>>,
    needs: usize,
}

impl<'t, 'd> Evaluator<'t, 'd> {
    pub(super) fn new(
        document: &'d Document<'d>,
        frame: &'t Frame<'d>,
        budget: &'t mut Budget,
        speaking: &'t [NodeId],
    ) -> Self {
        let (rounds, known) = (Vec::new(), BTreeMap::new());
        Self { document, frame, budget, speaking, rounds, known, needs: 0 }
    }

    /// Whether the value holds nothing that is to be evaluated.
    fn is_plain(&self, value: Value<'_>) -> bool {
        let from = self.speaking.partition_point(|node| *node < value.id());
        let end = self.document.after(value.id());
        self.speaking.get(from).is_none_or(|node| *node >= end)
    }

    /// What the value comes to.
    pub(super) fn value(&mut self, value: Value<'d>) -> Result<Made> {
        self.budget.spend(1)?;
        if self.is_plain(value) {
            return Ok(Made::copy(value.id()));
        }
        match value.kind() {
            Kind::String => self.string(value),
            Kind::List => {
                let items: Vec<Made> =
                    value.items().map(|item| self.value(item)).collect::<Result<_>>()?;
                Ok(Made::new(value.id(), Content::List(items)))
            }
            Kind::Map => self.map(value, |_| true),
            _ => Ok(Made::copy(value.id())),
        }
    }

    /// A map of the fields that are wanted, its loops gone through.
    pub(super) fn map(&mut self, map: Value<'d>, wanted: impl Fn(&str) -> bool) -> Result<Made> {
        let mut fields = Vec::with_capacity(map.len());
        for (name, value) in map.fields().filter(|(name, _)| wanted(name)) {
            let is_loops = || value.items().all(|item| item.get("count").is_some());
            if name == "copy" && value.kind() == Kind::List && is_loops() {
                for part in value.items() {
                    fields.push(self.looped(part)?);
                }
                continue;
            }
            let made = self.value(value)?;
            match meaning(name) {
                Meaning::Literal(name) => fields.push((name.to_owned(), made)),
                Meaning::Expression(text) => {
                    let Some(name) = self.named(text, value)? else {
                        // Which field it is is not known.
                        return Ok(Made::unknown(map.id()).secret(made.holds_secret()));
                    };
                    fields.push((name, made));
                }
            }
        }
        // An expression may come to a name that stands there already.
        let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(STRICT.fault(map, "a key stands twice in one map"));
        }
        Ok(Made::new(map.id(), Content::Map(fields)))
    }

    /// The name that an expression in the place of one comes to; secrets have no part in names.
    fn named(&mut self, text: &str, at: Value<'d>) -> Result<Option<String>> {
        let made = self.parsed(text, at)?;
        Ok(made.text(self.document).filter(|_| !made.holds_secret()))
    }

    /// A property that a loop makes: `{name, count, input}`.
    fn looped(&mut self, part: Value<'d>) -> Result<(String, Made)> {
        STRICT.map(part, "a loop")?;
        let name = STRICT.text(STRICT.required(part, "name")?, "the name of a loop")?;
        let input = STRICT.required(part, "input")?;
        let made = match self.count(part)? {
            None => Made::unknown(part.id()),
            Some(count) => {
                let mut items = Vec::new();
                for index in 0..count {
                    self.rounds.push(Round { name: name.to_owned(), index });
                    let item = self.value(input);
                    self.rounds.pop();
                    items.push(item?);
                }
                Made::new(input.id(), Content::List(items))
            }
        };
        Ok((name.to_owned(), made))
    }

    /// How often a loop goes round, where that is known.
    pub(super) fn count(&mut self, part: Value<'d>) -> Result<Option<i64>> {
        let count = STRICT.required(part, "count")?;
        let made = self.value(count)?;
        if made.is_unknown() {
            return Ok(None);
        }
        match made.integer(self.document) {
            Some(times) if (0..=MAX_COPIES).contains(&times) => {
                self.budget.spend(usize::try_from(times).unwrap_or_default())?;
                Ok(Some(times))
            }
            _ => {
                let error = STRICT.expected(count, "`count` as a whole number from 0 to 800");
                Err(error)
            }
        }
    }

    fn string(&mut self, value: Value<'d>) -> Result<Made> {
        let text = value.as_str().unwrap_or_default();
        match meaning(text) {
            Meaning::Literal(literal) if literal == text => Ok(Made::copy(value.id())),
            Meaning::Literal(literal) => {
                Ok(Made::new(value.id(), Content::Text(literal.to_owned())))
            }
            Meaning::Expression(text) => self.parsed(text, value),
        }
    }

    fn parsed(&mut self, text: &str, at: Value<'d>) -> Result<Made> {
        self.budget.spend_text(text.len())?;
        let Some(expression) = parse(text) else {
            let error = STRICT.fault(at, "the expression is malformed, or too deep");
            return Err(error.with_help("a text that starts with `[` is written with two: `[[`"));
        };
        let made = self.expression(&expression, at.id())?;
        self.budget.spend(made.size(self.document))?;
        Ok(Made { node: at.id(), ..made })
    }

    pub(super) fn expression(&mut self, expression: &Expression, at: NodeId) -> Result<Made> {
        self.budget.spend(1)?;
        match expression {
            Expression::Text(text) => Ok(Made::new(at, Content::Text(text.clone()))),
            Expression::Number(text) => Ok(Made::new(at, Content::Number(text.clone()))),
            Expression::Member(of, name) => {
                let of = self.expression(of, at)?;
                Ok(self.member(&of, name, at))
            }
            Expression::Index(of, index) => {
                let of = self.expression(of, at)?;
                let index = self.expression(index, at)?;
                let secret = index.secret;
                if let Some(name) = index.text(self.document) {
                    return Ok(self.member(&of, &name, at).secret(secret));
                }
                let at_index = |items: Vec<Made>| {
                    let index = usize::try_from(index.integer(self.document)?).ok()?;
                    items.into_iter().nth(index)
                };
                let found = of.items(self.document).and_then(at_index);
                Ok(found.unwrap_or_else(|| Made::unknown(at)).secret(secret || of.secret))
            }
            Expression::Call(name, arguments) => self.call(name, arguments, at),
        }
    }

    fn member(&self, of: &Made, name: &str, at: NodeId) -> Made {
        let found = of.field(self.document, name);
        found.unwrap_or_else(|| Made::unknown(at)).secret(of.secret)
    }

    fn call(&mut self, name: &str, arguments: &[Expression], at: NodeId) -> Result<Made> {
        let name = name.to_ascii_lowercase();
        // Of these only what is needed is looked at.
        match (name.as_str(), arguments) {
            ("if", [condition, yes, no]) => {
                let condition = self.expression(condition, at)?;
                return match condition.boolean(self.document) {
                    Some(true) => Ok(self.expression(yes, at)?.secret(condition.secret)),
                    Some(false) => Ok(self.expression(no, at)?.secret(condition.secret)),
                    None => {
                        let parts = [self.expression(yes, at)?, self.expression(no, at)?];
                        let secret = parts.iter().any(Made::holds_secret) || condition.secret;
                        Ok(Made::unknown(at).secret(secret))
                    }
                };
            }
            ("and" | "or", _) => return self.connected(name == "or", arguments, at),
            _ => {}
        }
        let mut made = Vec::with_capacity(arguments.len());
        for argument in arguments {
            made.push(self.expression(argument, at)?);
        }
        // `listKeys` and all others of its kind answer keys.
        let secret = made.iter().any(Made::holds_secret) || name.starts_with("list");
        let found = match name.as_str() {
            "parameters" | "variables" => {
                let wanted = made.first().and_then(|made| made.text(self.document));
                match wanted {
                    Some(wanted) => self.named_value(name == "variables", &wanted, at)?,
                    None => Made::unknown(at),
                }
            }
            "copyindex" => self.copy_index(&made, at),
            "subscription" | "resourcegroup" | "deployment" => self.place(&name, at),
            _ if name.contains('.') => self.own_function(&name, made, at)?,
            _ => {
                let frame = self.frame;
                let found = functions::call(self.document, frame, &name, &made, at);
                let found = found.unwrap_or_else(|| Made::unknown(at));
                self.budget.spend(found.size(self.document))?;
                found
            }
        };
        Ok(found.secret(secret))
    }

    /// `and` and `or`: one operand that decides is enough.
    fn connected(&mut self, deciding: bool, operands: &[Expression], at: NodeId) -> Result<Made> {
        let (mut unknown, mut secret) = (false, false);
        let mut decided = false;
        for operand in operands {
            let made = self.expression(operand, at)?;
            secret |= made.holds_secret();
            match made.boolean(self.document) {
                Some(truth) => decided |= truth == deciding,
                None => unknown = true,
            }
        }
        let content = match (decided, unknown) {
            (true, _) => Content::Bool(deciding),
            (_, true) => Content::Unknown,
            _ => Content::Bool(!deciding),
        };
        Ok(Made::new(at, content).secret(secret))
    }

    /// What a parameter or a variable stands for.
    fn named_value(&mut self, variable: bool, name: &str, at: NodeId) -> Result<Made> {
        let name = name.to_lowercase();
        let frame = self.frame;
        if !variable && let Some(made) = frame.parameters.get(&name) {
            self.budget.spend(made.size(self.document))?;
            return Ok(Made { node: at, ..(**made).clone() });
        }
        let key = format!("{}{name}", if variable { "v:" } else { "p:" });
        if let Some(made) = self.known.get(&key).map(Rc::clone) {
            self.budget.spend(made.size(self.document))?;
            return Ok(Made { node: at, ..(*made).clone() });
        }
        let (value, secret) = match variable {
            true => (frame.variables.get(&name).copied(), false),
            false => frame.defaults.get(&name).map_or((None, false), |(v, s)| (Some(*v), *s)),
        };
        let Some(value) = value else { return Ok(Made::unknown(at)) };
        // What needs itself never comes to anything.
        if self.needs >= MAX_NEEDS {
            return Ok(Made::unknown(at).secret(secret));
        }
        let rounds = std::mem::take(&mut self.rounds);
        self.needs += 1;
        self.known.insert(key.clone(), Rc::new(Made::unknown(at).secret(secret)));
        let is_loop = variable && value.get("count").is_some() && value.get("input").is_some();
        let made = match is_loop && value.get("name").is_some() {
            true => self.looped(value).map(|(_, made)| made),
            false => self.value(value),
        };
        self.needs -= 1;
        self.rounds = rounds;
        let made = made?.secret(secret);
        self.known.insert(key, Rc::new(made.clone()));
        Ok(Made { node: at, ..made })
    }

    /// The round of a loop: the innermost, or the one that is named, counted from what is given.
    fn copy_index(&self, arguments: &[Made], at: NodeId) -> Made {
        let name = arguments.first().and_then(|made| made.text(self.document));
        let offset = match (&name, arguments) {
            (Some(_), [_]) | (None, []) => Some(0),
            (Some(_), [_, offset]) | (None, [offset]) => offset.integer(self.document),
            _ => None,
        };
        let round = match name {
            None => self.rounds.last(),
            Some(name) => {
                self.rounds.iter().rev().find(|round| round.name.eq_ignore_ascii_case(&name))
            }
        };
        let index = round.zip(offset).and_then(|(round, offset)| round.index.checked_add(offset));
        index.map_or(Made::unknown(at), |index| Made::new(at, Content::Number(index.to_string())))
    }

    /// `subscription()`, `resourceGroup()` and `deployment()`, as far as they are known.
    fn place(&self, name: &str, at: NodeId) -> Made {
        let text = |text: String| Made::new(at, Content::Text(text));
        let seen = &self.frame.seen;
        let subscription = seen.target.subscription.as_deref();
        let id = subscription.map(|id| format!("/subscriptions/{id}"));
        let mut fields = Vec::new();
        if name == "subscription" {
            fields.extend(id.map(|id| ("id".to_owned(), text(id))));
            fields
                .extend(subscription.map(|id| ("subscriptionId".to_owned(), text(id.to_owned()))));
        } else if name == "resourcegroup"
            && let Some(group) = &seen.target.resource_group
        {
            fields.extend(
                id.map(|id| ("id".to_owned(), text(format!("{id}/resourceGroups/{group}")))),
            );
            fields.push(("name".to_owned(), text(group.clone())));
        }
        let given = seen.places.get(name).into_iter().flatten();
        for (field, value) in given {
            fields.retain(|(known, _)| !known.eq_ignore_ascii_case(field));
            fields.push((field.clone(), text(value.clone())));
        }
        // What else they have is not known; as a whole they are neither.
        Made::new(at, Content::Map(fields))
    }

    /// A function that the template defines: its parameters are all that it sees.
    fn own_function(&mut self, name: &str, arguments: Vec<Made>, at: NodeId) -> Result<Made> {
        let Some(function) = self.frame.functions.get(name).copied() else {
            return Ok(Made::unknown(at));
        };
        let output = optional(function, "output").and_then(|output| output.get("value"));
        let (Some(output), true) = (output, self.needs < MAX_NEEDS) else {
            return Ok(Made::unknown(at));
        };
        let names = function.get("parameters").into_iter().flat_map(Value::items);
        let names = names.map(|item| item.str_field("name").unwrap_or_default().to_lowercase());
        let parameters = names.zip(arguments.into_iter().map(Rc::new)).collect();
        let frame = Frame {
            parameters,
            defaults: BTreeMap::new(),
            variables: BTreeMap::new(),
            functions: BTreeMap::new(),
            target: Rc::clone(&self.frame.target),
            seen: self.frame.seen.clone(),
        };
        let mut inner = Evaluator::new(self.document, &frame, self.budget, self.speaking);
        inner.needs = self.needs + 1;
        Ok(Made { node: at, ..inner.value(output)? })
    }
}
