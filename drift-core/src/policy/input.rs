//! What a policy sees of a resource: its attributes, without secrets.
//!
//! Policies are the user's, and what they print goes into reports. So they are shown what reports may show:
//! a value at a secret place is `"[redacted]"`, and strings that are secret somewhere in the resource, or
//! hold credentials, are masked in all others.

use super::bounds::is_plain;
use super::{InputShape, Policy};
use crate::model::{Resource, ResourceKey};
use crate::normalize::{Cursor, Shape, decode, names_secret_entry};
use crate::path::{PathSet, Step};
use crate::value::{Kind, Number, Value};
use regorus::Value as Rego;
use std::collections::BTreeMap;

/// What stands at a secret place.
const REDACTED: &str = "[redacted]";
/// Longer numbers, and powers of ten beyond those of a double, are shown as their text.
const MAX_DIGITS: usize = 1000;
const MAX_EXPONENT: u64 = 308;

/// One side of a resource, as policies see it.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    key: ResourceKey,
    address: String,
    layer: String,
    tags: BTreeMap<String, String>,
    attributes: Rego,
}

impl Subject {
    /// `marks` are the sensitive paths of all documents of the resource; `mask` takes out of a text what must
    /// not be shown; `tags` are those that may be.
    pub(crate) fn of(
        resource: &Resource<'_>,
        layer: &str,
        tags: BTreeMap<String, String>,
        (marks, shape): (&PathSet, &Shape),
        mask: &dyn Fn(&str) -> String,
    ) -> Self {
        let mut shower = Shower { mask, redacted: 0 };
        let root = shape.root();
        Self {
            key: resource.key.clone(),
            address: resource.address().to_owned(),
            layer: layer.to_owned(),
            tags,
            attributes: shower.show(resource.attributes.value(), &root, Some(marks)),
        }
    }

    /// What the policy sees as `input`.
    pub(super) fn input(&self, policy: &Policy) -> Rego {
        let parameters = || raw(&policy.parameters);
        match policy.input {
            InputShape::Attributes => self.attributes.clone(),
            InputShape::Resource => {
                map([("resource", self.resource()), ("parameters", parameters())])
            }
            InputShape::Review => map([("review", self.review()), ("parameters", parameters())]),
        }
    }

    fn resource(&self) -> Rego {
        let texts = |fields: &mut dyn Iterator<Item = (&str, &str)>| {
            let fields = fields.map(|(name, text)| (Rego::from(name), Rego::from(text)));
            Rego::from(fields.collect::<BTreeMap<_, _>>())
        };
        let tags = self.tags.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        map([
            ("provider", Rego::from(&*self.key.provider)),
            ("type", Rego::from(&*self.key.type_name)),
            ("id", Rego::from(self.key.id.as_str())),
            ("address", Rego::from(self.address.as_str())),
            ("scope", texts(&mut self.key.scope.iter())),
            ("layer", Rego::from(self.layer.as_str())),
            ("tags", texts(&mut tags.into_iter())),
            ("attributes", self.attributes.clone()),
        ])
    }

    /// As the admission of Kubernetes hands an object over, as far as an object tells.
    fn review(&self) -> Rego {
        let at = |value: &Rego, name: &str| {
            let found = value.as_object().ok().and_then(|map| map.get(&Rego::from(name)).cloned());
            found.unwrap_or(Rego::Undefined)
        };
        let text = |value: Rego| value.as_string().map(|text| text.to_string()).unwrap_or_default();
        let api = text(at(&self.attributes, "apiVersion"));
        let (group, version) = api.split_once('/').unwrap_or(("", &api));
        let kind = text(at(&self.attributes, "kind"));
        let metadata = at(&self.attributes, "metadata");
        let kind = map([
            ("group", Rego::from(group)),
            ("version", Rego::from(version)),
            ("kind", Rego::from(kind)),
        ]);
        map([
            ("object", self.attributes.clone()),
            ("kind", kind),
            ("name", Rego::from(text(at(&metadata, "name")))),
            ("namespace", Rego::from(text(at(&metadata, "namespace")))),
        ])
    }
}

fn map<const N: usize>(fields: [(&str, Rego); N]) -> Rego {
    let fields = fields.into_iter().map(|(name, value)| (Rego::from(name), value));
    Rego::from(fields.collect::<BTreeMap<_, _>>())
}

/// A value of a policy file or a test, as it is.
pub(crate) fn raw(value: &serde_json::Value) -> Rego {
    match value {
        serde_json::Value::Null => Rego::Null,
        serde_json::Value::Bool(truth) => Rego::from(*truth),
        serde_json::Value::Number(number) => {
            let text = number.to_string();
            let number = is_plain(&text).then(|| Rego::from_numeric_string(&text).ok()).flatten();
            number.unwrap_or_else(|| Rego::from(text))
        }
        serde_json::Value::String(text) => Rego::from(text.as_str()),
        serde_json::Value::Array(items) => Rego::from(items.iter().map(raw).collect::<Vec<_>>()),
        serde_json::Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (Rego::from(name.as_str()), raw(value)));
            Rego::from(fields.collect::<BTreeMap<_, _>>())
        }
    }
}

/// Builds values without secrets.
struct Shower<'x> {
    mask: &'x dyn Fn(&str) -> String,
    /// How many values have been left out.
    redacted: usize,
}

impl Shower<'_> {
    fn show(&mut self, value: Value<'_>, cursor: &Cursor<'_>, marks: Option<&PathSet>) -> Rego {
        let hidden;
        let cursor = if marks.is_some_and(PathSet::is_member) {
            hidden = cursor.hiding();
            &hidden
        } else {
            cursor
        };
        let element = cursor.single(value);
        let whole = cursor;
        let cursor = element.as_ref().unwrap_or(cursor);
        let below = |step: &Step| marks.and_then(|marks| marks.below(step));
        match value.kind() {
            Kind::Map => {
                let mut fields = BTreeMap::new();
                for (name, field) in value.fields() {
                    let child = cursor.field(name, names_secret_entry(value, name));
                    let marks = below(&Step::Field(name.to_owned()));
                    fields.insert(Rego::from(name), self.show(field, &child, marks));
                }
                Rego::from(fields)
            }
            Kind::List => {
                let (mut items, mut before) = (Vec::with_capacity(value.len()), None);
                for (index, item) in value.items().enumerate() {
                    let child = cursor.item_behind(before.replace(item), index, item);
                    items.push(self.show(item, &child, below(&Step::Index(index))));
                }
                Rego::from(items)
            }
            Kind::Null => Rego::Null,
            _ if cursor.is_hidden() => {
                self.redacted += 1;
                Rego::from(REDACTED)
            }
            Kind::Bool => Rego::from(value.as_bool().unwrap_or_default()),
            Kind::Number => value.as_number().map_or(Rego::Null, |number| self.number(number)),
            Kind::String => self.text(value.as_str().unwrap_or_default(), whole),
        }
    }

    /// A text; a document in it without its secrets.
    fn text(&mut self, text: &str, cursor: &Cursor<'_>) -> Rego {
        let form = cursor.facts().equality().opens().is_some_and(|form| !form.is_json());
        let container = form || text.trim_start().starts_with(['{', '[']);
        if let Some(document) = container.then(|| decode(text, cursor)).flatten() {
            let before = self.redacted;
            let shown = self.show(document.root(), cursor, None);
            if self.redacted > before {
                return Rego::from(shown.to_json_str().unwrap_or_else(|_| REDACTED.to_owned()));
            }
        }
        Rego::from((self.mask)(text))
    }

    fn number(&mut self, number: Number<'_>) -> Rego {
        let text = number.text();
        let masked = (self.mask)(text);
        if masked != text {
            self.redacted += 1;
            return Rego::from(REDACTED);
        }
        let decimal = number.decimal();
        let small = decimal.exponent.unsigned_abs() <= MAX_EXPONENT && text.len() <= MAX_DIGITS;
        let read = small.then(|| Rego::from_numeric_string(text).ok()).flatten();
        read.unwrap_or_else(|| Rego::from(text))
    }
}
