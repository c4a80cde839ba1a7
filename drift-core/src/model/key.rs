//! What identifies a resource: provider, type, scope and id, and what else it is known by.

use super::Name;
use crate::value::mix::{Lanes, Mixer};
use crate::value::recent::Recent;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Where a resource lives: account, region, cluster, namespace and so on, by name.
///
/// An absent field is a wildcard: a scope without a namespace is compatible with every namespace.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transparent))]
pub struct Scope(
    /// Many resources share one; none where there are no fields.
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, String>"))]
    Option<Arc<BTreeMap<String, String>>>,
);

static NO_FIELDS: BTreeMap<String, String> = BTreeMap::new();

impl Scope {
    /// The scope without any field.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The scope with the field `name` set.
    ///
    /// ```
    /// use drift_core::Scope;
    /// let scope = Scope::new().with("account", "1").with("region", "eu-west-1");
    /// assert_eq!(scope.to_string(), "account=1,region=eu-west-1");
    /// assert!(scope.compatible(&Scope::new().with("account", "1")));
    /// assert!(!scope.compatible(&Scope::new().with("account", "2")));
    /// ```
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.grow().insert(name.into(), value.into());
        self
    }

    /// The field `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields().get(name).map(String::as_str)
    }

    /// The fields, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields().iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there are no fields.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether no field that both have differs.
    #[must_use]
    pub fn compatible(&self, other: &Self) -> bool {
        self.iter().all(|(name, value)| other.get(name).is_none_or(|theirs| theirs == value))
    }

    /// The scope without the field `name`.
    #[must_use]
    pub(crate) fn without(&self, name: &str) -> Self {
        if self.get(name).is_none() {
            return self.clone();
        }
        self.iter().filter(|(field, _)| *field != name).collect()
    }

    /// Takes the field `name` out.
    pub(crate) fn remove(&mut self, name: &str) {
        if self.get(name).is_some() {
            *self = self.without(name);
        }
    }

    /// Sets the fields of `defaults` that are absent here.
    pub(crate) fn fill(&mut self, defaults: &Self) {
        if self.is_empty() {
            self.clone_from(defaults);
        } else if defaults.iter().any(|(name, _)| self.get(name).is_none()) {
            let fields = self.grow();
            for (name, value) in defaults.fields() {
                fields.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
    }

    /// Where the fields lie: where that is the same for two scopes, so are they.
    fn address(&self) -> usize {
        self.0.as_ref().map_or(0, |fields| Arc::as_ptr(fields).addr())
    }

    fn fields(&self) -> &BTreeMap<String, String> {
        self.0.as_deref().unwrap_or(&NO_FIELDS)
    }

    /// The fields, to be added to.
    fn grow(&mut self) -> &mut BTreeMap<String, String> {
        Arc::make_mut(self.0.get_or_insert_default())
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Scope {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(fields: I) -> Self {
        let mut scope = Self::new();
        for (name, value) in fields {
            scope.grow().insert(name.into(), value.into());
        }
        scope
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scope").field(self.fields()).finish()
    }
}

impl Serialize for Scope {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::<String, String>::deserialize(deserializer).map(Self::from_iter)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, value)) in self.iter().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            write!(f, "{comma}{name}={value}")?;
        }
        Ok(())
    }
}

/// The key of a resource within one snapshot. Keys sort by provider, type, scope and id.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ResourceKey {
    /// `kubernetes`, `aws` and so on; empty where unknown.
    pub provider: Name,
    /// The canonical type: `apps/Deployment`, `aws_security_group`.
    #[serde(rename = "type")]
    pub type_name: Name,
    /// Where the resource lives.
    pub scope: Scope,
    /// Its id within type and scope.
    pub id: String,
}

/// Hashes of keys, many of which lie in one place: in that of the one before, or of another one lately.
pub(crate) struct Marker<'k> {
    mixer: &'k Mixer,
    last: Option<(&'k ResourceKey, Lanes)>,
    places: Recent<(&'k ResourceKey, Lanes)>,
}

impl<'k> Marker<'k> {
    pub(crate) fn new(mixer: &'k Mixer) -> Self {
        Self { mixer, last: None, places: Recent::new() }
    }

    /// The key's [`ResourceKey::marks`].
    pub(crate) fn marks(&mut self, key: &'k ResourceKey) -> (u64, u64) {
        let is_there = |(known, _): &(&ResourceKey, Lanes)| known.same_place(key);
        let known = match self.last {
            Some(last) if is_there(&last) => last,
            _ => self.places.get(key.address(), is_there, || (key, key.place(self.mixer))),
        };
        self.last = Some(known);
        let (_, place) = known;
        let [whole, _] = self.mixer.item(place, self.mixer.text(&key.id));
        let [place, _] = place;
        (whole, place)
    }
}

/// `provider type scope id`, with what is empty left out.
impl ResourceKey {
    /// A hash of the key, and of the key without its id. Equal keys have equal hashes.
    pub(crate) fn marks(&self, mixer: &Mixer) -> (u64, u64) {
        let place = self.place(mixer);
        let [whole, _] = mixer.item(place, mixer.text(&self.id));
        let [place, _] = place;
        (whole, place)
    }

    fn place(&self, mixer: &Mixer) -> Lanes {
        let text = |state, text: &str| mixer.item(state, mixer.text(text));
        let mut place = text(text([0, 0], &self.provider), &self.type_name);
        for (name, value) in self.scope.iter() {
            place = text(text(place, name), value);
        }
        place
    }

    /// Where the texts lie that say the place. Keys of one place mostly share them, and those of other
    /// places do not; nothing but time may depend on it.
    pub(crate) fn address(&self) -> u64 {
        let shared = [self.type_name.as_ptr().addr(), self.scope.address()];
        let [type_name, scope] = shared.map(|address| address as u64 >> 4);
        type_name ^ scope.rotate_left(32)
    }

    /// Whether the two differ in their ids at most.
    pub(crate) fn same_place(&self, other: &Self) -> bool {
        self.provider == other.provider
            && self.type_name == other.type_name
            && self.scope == other.scope
    }
}

impl fmt::Display for ResourceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.provider.is_empty() {
            write!(f, "{} ", self.provider)?;
        }
        write!(f, "{} ", self.type_name)?;
        if !self.scope.is_empty() {
            write!(f, "{} ", self.scope)?;
        }
        f.write_str(&self.id)
    }
}

/// Something else that a resource is known by, an ARN for example. Equal kind and value mean the
/// same resource, in compatible scopes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// `arn`, `physical_id`, `name` and so on.
    pub kind: Name,
    /// The identity itself.
    pub value: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_without_fields_is_one() {
        let scope = Scope::new().with("region", "r");
        let mut other = scope.clone();
        other.remove("zone");
        assert_eq!(other, scope);
        other.remove("region");
        assert_eq!((other.is_empty(), &other), (true, &Scope::new()));
        assert_eq!(scope.without("region"), Scope::new());
        assert_eq!(scope.to_string(), "region=r");
        let empty: Scope = serde_json::from_str("{}").unwrap();
        assert_eq!(empty, Scope::new());
        assert_eq!(serde_json::to_string(&empty).unwrap(), "{}");
        assert_eq!(format!("{scope:?}"), r#"Scope({"region": "r"})"#);
    }

    #[test]
    fn what_is_absent_is_filled_in_and_scopes_of_others_stay() {
        let defaults = Scope::new().with("region", "r").with("account", "1");
        let mut scope = Scope::new();
        scope.fill(&defaults);
        assert_eq!(scope, defaults);
        scope = scope.with("region", "s");
        scope.fill(&defaults.clone().with("zone", "z"));
        assert_eq!(scope.to_string(), "account=1,region=s,zone=z");
        assert_eq!(defaults.to_string(), "account=1,region=r");
    }
}
