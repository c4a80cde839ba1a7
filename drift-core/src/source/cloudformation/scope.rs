//! What names stand for in a template: loop variables, parameters, mappings, conditions, resources.

use super::parameters::{Parameter, ParameterValue};
use crate::error::Result;
use crate::limits::Limits;
use crate::value::{Document, NodeId, SeededState, Value};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// In front of a dynamic reference, which CloudFormation looks up.
pub(super) const REFERENCE: &str = "{{resolve:";

/// The variables of the loops (`Fn::ForEach`) around a place.
#[derive(Clone, Debug, Default)]
pub(super) struct Loops(Option<Rc<Bound>>);

#[derive(Debug)]
struct Bound {
    name: String,
    value: String,
    around: Loops,
}

impl Loops {
    /// The loops with one more inside.
    pub(super) fn with(&self, name: &str, value: String) -> Self {
        Self(Some(Rc::new(Bound { name: name.to_owned(), value, around: self.clone() })))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut at = self.0.as_ref();
        while let Some(bound) = at {
            if bound.name == name {
                return Some(&bound.value);
            }
            at = bound.around.0.as_ref();
        }
        None
    }

    /// The text with the values of the variables for `${name}`, and for `&{name}` the letters and
    /// digits of them alone.
    pub(super) fn fill<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.0.is_none() || !text.contains('{') {
            return Cow::Borrowed(text);
        }
        let mut filled = String::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let (before, after) = (rest.get(..open), rest.get(open + 1..));
            let (Some(before), Some(after)) = (before, after) else { break };
            // Names have no braces.
            let end = after.find(['{', '}']);
            let named = end.and_then(|end| Some((after.get(..end)?, after.get(end..)?)));
            let named = named.and_then(|(name, rest)| Some((name, rest.strip_prefix('}')?)));
            let value = named.and_then(|(name, _)| self.get(name));
            match (before.chars().last(), value, named) {
                (Some(mark @ ('$' | '&')), Some(value), Some((_, behind))) => {
                    filled.push_str(before.strip_suffix(mark).unwrap_or(before));
                    let kept = |c: &char| mark == '$' || c.is_ascii_alphanumeric();
                    filled.extend(value.chars().filter(kept));
                    rest = behind;
                }
                _ => {
                    filled.push_str(before);
                    filled.push('{');
                    rest = after;
                }
            }
        }
        filled.push_str(rest);
        Cow::Owned(filled)
    }
}

/// How much functions may still add to a template, in nodes.
#[derive(Debug)]
pub(in crate::source) struct Budget {
    left: usize,
    ratio: usize,
}

impl Budget {
    pub(in crate::source) fn of(document: &Document<'_>, limits: &Limits) -> Self {
        let ratio = limits.max_alias_ratio;
        // Every node is looked at once in any case.
        let times = ratio.saturating_add(1);
        let left = document.text().len().saturating_mul(times).saturating_add(100_000);
        Self { left, ratio }
    }

    /// Takes so many nodes from what is left.
    pub(in crate::source) fn spend(&mut self, nodes: usize) -> Result<()> {
        match self.left.checked_sub(nodes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Limits::passed("max_alias_ratio", self.ratio)),
        }
    }

    /// Takes what a text of so many bytes counts for.
    pub(in crate::source) fn spend_text(&mut self, bytes: usize) -> Result<()> {
        self.spend(1 + bytes / 8)
    }
}

/// What a template declares, beside the properties of its resources.
#[derive(Debug)]
pub(super) struct Template<'d> {
    pub(super) document: &'d Document<'d>,
    /// How many nodes before each one make values more than they say: see [`speaking`].
    pub(super) speaking: Vec<NodeId>,
    pub(super) parameters: BTreeMap<String, Parameter>,
    pub(super) pseudo: BTreeMap<String, ParameterValue>,
    pub(super) mappings: BTreeMap<(&'d str, &'d str, &'d str), NodeId>,
    /// The conditions, as far as they can be decided.
    pub(super) conditions: BTreeMap<String, Option<bool>>,
    /// The resources by their logical ids.
    pub(super) resources: HashMap<Cow<'d, str>, Named, SeededState>,
}

/// A resource that a template names.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// What `Ref` gives, where that is known.
    pub(super) id: Option<String>,
    /// The attribute that gives its ARN, and the ARN, where that is known.
    pub(super) arn: Option<(&'static str, String)>,
    /// Whether the template declares it.
    pub(super) declared: bool,
}

impl<'d> Template<'d> {
    /// What `Fn::GetAtt` gives, where that is known: the ARN of a resource.
    pub(super) fn attribute(&self, resource: &str, attribute: &str) -> Option<&str> {
        let (name, arn) = self.resources.get(resource)?.arn.as_ref()?;
        (*name == attribute).then_some(arn.as_str())
    }

    pub(super) fn value(&self, node: NodeId) -> Value<'d> {
        self.document.value(node)
    }

    /// Whether the value holds nothing that is to be evaluated, outside of loops.
    pub(super) fn is_plain(&self, value: Value<'_>) -> bool {
        let before = |node: NodeId| self.speaking.get(node as usize);
        before(value.id()) == before(self.document.after(value.id()))
    }

    /// Whether the node is a name of a function, or a text with a dynamic reference.
    pub(super) fn speaks(&self, node: NodeId) -> bool {
        let before = |node: NodeId| self.speaking.get(node as usize);
        before(node) != before(node + 1)
    }

    /// The name of a field with this value, where it may be that of a function.
    pub(super) fn speaking_name(&self, value: Value<'d>) -> Option<&'d str> {
        let key = value.id().saturating_sub(1);
        if self.speaks(key) { self.value(key).as_str() } else { None }
    }
}

/// How many names of functions, and texts with dynamic references, stand before each node, and before
/// the end: what has none of them stands for itself.
pub(super) fn speaking(document: &Document<'_>) -> Vec<NodeId> {
    let references = [document.text(), document.owned.as_str()];
    let references = references.iter().any(|text| text.contains(REFERENCE));
    let speaks = |text: &[u8]| match text {
        b"Ref" | [b'F', b'n', b':', b':', ..] => true,
        _ => references && std::str::from_utf8(text).is_ok_and(|text| text.contains(REFERENCE)),
    };
    let mut speaking = Vec::with_capacity(document.nodes.len() + 1);
    let mut before = 0;
    speaking.push(before);
    speaking.extend(document.strings().map(|text| {
        before += NodeId::from(text.is_some_and(speaks));
        before
    }));
    speaking
}

/// Every value of the mappings, by its three names.
pub(super) fn mappings<'d>(root: Value<'d>) -> BTreeMap<(&'d str, &'d str, &'d str), NodeId> {
    let mut found = BTreeMap::new();
    for (map, keys) in root.get("Mappings").into_iter().flat_map(Value::fields) {
        for (key, values) in keys.fields() {
            for (name, value) in values.fields() {
                // What a macro puts in is not here.
                if !name.starts_with("Fn::") {
                    found.insert((map, key, name), value.id());
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_in() {
        let loops = Loops::default().with("A", "a.b".to_owned()).with("B", "é".to_owned());
        for (text, expected) in [
            ("x${A}y&{A}z", "xa.byabz"),
            ("${B}&{B}", "é"),
            ("${C} ${A", "${C} ${A"),
            ("{A} ${{A}", "{A} ${{A}"),
            ("{{${A}}}", "{{a.b}}"),
            ("plain", "plain"),
        ] {
            assert_eq!(loops.fill(text), expected);
        }
        let inner = loops.with("A", "c".to_owned());
        assert_eq!(inner.fill("${A}"), "c");
    }
}
