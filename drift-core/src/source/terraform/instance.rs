//! What an instance becomes, whichever document tells of it.

use super::super::Context;
use super::super::arn::Part;
use super::super::mapping::form::Forms;
use super::super::strict::id;
use super::types;
use crate::error::Result;
use crate::model::{Attributes, Identity, Resource, ResourceKey, Scope};
use crate::path::{PathSet, Step};
use crate::value::{Document, Kind, NodeId, ReadOptions, Seed, SeededState, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// One instance of a managed resource.
#[derive(Debug, Default)]
pub(super) struct Instance {
    pub(super) address: String,
    /// The address that it had when it was last applied, where that was another.
    pub(super) former: Option<String>,
    /// The type as the document writes it.
    pub(super) type_name: String,
    pub(super) provider: String,
    /// Which document of the text tells of it, and the node where.
    pub(super) document: usize,
    pub(super) place: NodeId,
    /// Its attributes; absent where the document knows none.
    pub(super) attributes: Option<NodeId>,
    pub(super) pointer: String,
    /// The attributes that were last recorded of it, where it carries them itself.
    pub(super) recorded: Option<NodeId>,
    /// Whether it is known that nothing was recorded of it.
    pub(super) is_new: bool,
    /// Whether it stands in a state file, which has a form of its own for some values.
    pub(super) is_stored: bool,
    pub(super) depends_on: Vec<String>,
    pub(super) unknown: PathSet,
    pub(super) sensitive: PathSet,
    pub(super) masked: Arc<[String]>,
}

impl Instance {
    /// What it is called by: its attributes, or what was recorded of it where those do not say.
    fn says<'d, T>(
        &self,
        document: &'d Document<'_>,
        read: impl Fn(Value<'d>) -> Option<T>,
    ) -> Option<T> {
        let nodes = [self.attributes, self.recorded].into_iter().flatten();
        nodes.map(|node| document.value(node)).find_map(read)
    }

    /// The id that the provider gave, where it gave one.
    fn own_id(&self, document: &Document<'_>) -> Option<String> {
        self.says(document, |attributes| attributes.get("id").and_then(id))
    }

    /// Account and region, as the ARN has them.
    fn scope(&self, document: &Document<'_>) -> Scope {
        let arn = self.says(document, |attributes| attributes.str_field("arn"));
        let part = |(name, part): (&'static str, Part)| Some((name, part.of(arn?)?));
        Part::NAMES.into_iter().filter_map(part).collect()
    }

    /// What else the resource is known by, as the provider says.
    fn identities(&self, document: &Document<'_>, key: &str) -> Vec<Identity> {
        let field = |name: &str| {
            let text = |attributes: Value<'_>| {
                let value = attributes.str_field(name).filter(|value| !value.is_empty())?;
                Some(Identity { kind: name.to_owned(), value: value.to_owned() })
            };
            self.says(document, text)
        };
        // An id that is not the key still names the resource: as an id does, without a kind.
        let named = |value: String| Identity { kind: String::new(), value };
        let id = self.own_id(document).filter(|id| id != key).map(named);
        // What goes by its address went by another before it was moved.
        let former = self.former.clone().filter(|_| key == self.address).map(named);
        [field("arn"), field("self_link"), id, former].into_iter().flatten().collect()
    }

    /// Whether lists may be brought into their form: paths would no longer lead to the elements of
    /// lists that were written anew.
    fn may_be_formed(&self) -> bool {
        [&self.unknown, &self.sensitive].into_iter().all(|marks| {
            let mut paths = marks.iter();
            paths.all(|path| {
                let steps = path.steps();
                !steps.is_empty() && steps.iter().all(|step| matches!(step, Step::Field(_)))
            })
        })
    }
}

/// The resources that the instances are.
pub(super) fn resources<'a>(
    document: Document<'a>,
    instances: Vec<Instance>,
    context: &Context<'_>,
) -> Result<Vec<Resource<'a>>> {
    let (document, mut formed) = form(document, &instances, context)?;
    let (document, unwrapped) =
        super::dynamic::unwrap(document, &instances, &context.options.read)?;
    formed.extend(unwrapped);
    let document = Arc::new(document);
    let keys = keys(&document, &instances, context)?;
    let attributes = |node: NodeId| {
        let node = formed.get(&node).copied().unwrap_or(node);
        Attributes::new(Arc::clone(&document), node)
    };
    let written = |text: &'static [u8]| -> Result<Attributes<'a>> {
        Ok(Attributes::of(Document::parse_json(text, &ReadOptions::default())?))
    };
    let resource = |(instance, key): (Instance, ResourceKey)| {
        let read =
            instance.attributes.map_or_else(|| written(b"{}"), |node| Ok(attributes(node)))?;
        let reference = match (instance.recorded, instance.is_new) {
            (Some(recorded), _) => Some(attributes(recorded)),
            (None, true) => Some(written(b"null")?),
            (None, false) => None,
        };
        Ok(Resource {
            identities: instance.identities(&document, &key.id),
            tags: instance.attributes.map(|node| tags(document.value(node))).unwrap_or_default(),
            address: Some(instance.address),
            depends_on: instance.depends_on,
            managed_by: Some("terraform".to_owned()),
            unknown: instance.unknown,
            sensitive: instance.sensitive,
            masked: instance.masked,
            reference,
            source: context.source(
                instance.document,
                instance.pointer,
                document.value(instance.place),
            ),
            ..Resource::new(key, read)
        })
    };
    instances.into_iter().zip(keys).map(resource).collect()
}

/// Brings lists that may be cut up in several ways into one; the node of each instance's attributes
/// that were written anew.
fn form<'a>(
    document: Document<'a>,
    instances: &[Instance],
    context: &Context<'_>,
) -> Result<(Document<'a>, BTreeMap<NodeId, NodeId>)> {
    let forms = Forms::terraform()?;
    let with_form = instances.iter().filter(|instance| forms.know(&instance.type_name));
    let attributes = with_form.filter(|instance| instance.may_be_formed()).flat_map(|instance| {
        let nodes = [instance.attributes, instance.recorded].into_iter().flatten();
        nodes.map(|node| (instance.type_name.clone(), node))
    });
    forms.apply(document, attributes, &context.options.read)
}

/// The keys of instances. Two instances of one type that share an id go by their addresses, and
/// pairing finds the id ambiguous.
pub(super) fn keys(
    document: &Document<'_>,
    instances: &[Instance],
    context: &Context<'_>,
) -> Result<Vec<ResourceKey>> {
    let own = |instance: &Instance| -> Result<ResourceKey> {
        let mut scope = instance.scope(document);
        scope.fill(&context.options.scope);
        Ok(ResourceKey {
            provider: instance.provider.clone(),
            type_name: types::canonical(&instance.type_name)?,
            scope,
            id: instance.own_id(document).unwrap_or_default(),
        })
    };
    let mut keys: Vec<ResourceKey> = instances.iter().map(own).collect::<Result<_>>()?;
    let mut times: HashMap<(usize, &str, &str), usize, SeededState> =
        HashMap::with_capacity_and_hasher(keys.len(), SeededState(Seed::default()));
    let pairs = || instances.iter().zip(&keys);
    for (instance, key) in pairs() {
        *times.entry((instance.document, &key.type_name, &key.id)).or_default() += 1;
    }
    let is_shared = |(instance, key): (&Instance, &ResourceKey)| {
        let times = times.get(&(instance.document, key.type_name.as_str(), key.id.as_str()));
        key.id.is_empty() || times.is_some_and(|times| *times > 1)
    };
    let shared: Vec<bool> = pairs().map(is_shared).collect();
    for ((key, instance), shared) in keys.iter_mut().zip(instances).zip(shared) {
        if shared {
            key.id.clone_from(&instance.address);
        }
    }
    Ok(keys)
}

fn tags(attributes: Value<'_>) -> BTreeMap<String, String> {
    let names = ["tags_all", "tags", "effective_labels", "labels"];
    let map = |name: &&str| attributes.get(name).filter(|tags| tags.kind() == Kind::Map);
    let tag =
        |(name, value): (&str, Value<'_>)| Some((name.to_owned(), value.as_str()?.to_owned()));
    names.iter().find_map(map).into_iter().flat_map(Value::fields).filter_map(tag).collect()
}
