//! What an instance becomes, whichever document tells of it.

use super::super::Context;
use super::super::arn::Scopes;
use super::super::mapping::form::Forms;
use super::super::strict::id;
use super::types;
use crate::error::Result;
use crate::model::{Attributes, Identity, Masked, Name, Resource, ResourceKey, Scope, repeated};
use crate::path::{PathSet, Step};
use crate::value::mix::Mixer;
use crate::value::{Document, Kind, NodeId, ReadOptions, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One instance of a managed resource.
#[derive(Debug, Default)]
pub(super) struct Instance {
    pub(super) address: String,
    /// The addresses that it may have had when it was last applied, where those are others.
    pub(super) former: Vec<String>,
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
    /// Because of what the next apply replaces it.
    pub(super) replaced: PathSet,
    pub(super) masked: Masked,
}

impl Instance {
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

/// Types whose id is unique within a project alone (Terraform google provider: the id is the name).
const BY_PROJECT: [&str; 1] = ["google_sql_database_instance"];

/// Types whose `arn` is an argument, and names another resource, which may be of another account or region (Terraform
/// AWS provider, aws_cloudwatch_event_target, Argument Reference: `arn` is that of the target).
const ARN_OF_ANOTHER: [&str; 1] = ["aws_cloudwatch_event_target"];

/// Fields that may hold the tags, the first that is a map counts.
const TAGS: [&str; 4] = ["tags_all", "tags", "effective_labels", "labels"];

/// What attributes say of the resource itself.
#[derive(Clone, Copy, Default)]
struct Said<'d> {
    id: Option<Value<'d>>,
    arn: Option<&'d str>,
    self_link: Option<&'d str>,
    project: Option<&'d str>,
    tags: [Option<Value<'d>>; TAGS.len()],
}

impl<'d> Said<'d> {
    fn by(attributes: Value<'d>) -> Self {
        let [a, b, c, d] = TAGS;
        let [id, arn, link, project, tags @ ..] =
            attributes.pick(["id", "arn", "self_link", "project", a, b, c, d]);
        let [arn, self_link, project] = [arn, link, project].map(|text| text?.as_str());
        Self { id, arn, self_link, project, tags }
    }

    fn tags(&self) -> BTreeMap<String, String> {
        let map = self.tags.iter().flatten().find(|tags| tags.kind() == Kind::Map);
        let mut found = BTreeMap::new();
        for (name, value) in map.into_iter().flat_map(|map| map.fields()) {
            if let Some(text) = value.as_str() {
                found.insert(name.to_owned(), text.to_owned());
            }
        }
        found
    }
}

/// What an instance is called by: its attributes, or what was recorded of it where those do not say.
struct Says<'d>([Said<'d>; 2]);

impl<'d> Says<'d> {
    fn of(instance: &Instance, document: &'d Document<'_>) -> Self {
        let is_own = !ARN_OF_ANOTHER.contains(&instance.type_name.as_str());
        let said = |node| {
            let said = Said::by(document.value(node));
            Said { arn: said.arn.filter(|_| is_own), ..said }
        };
        Self(
            [instance.attributes, instance.recorded].map(|node| node.map(said).unwrap_or_default()),
        )
    }

    fn find<T>(&self, read: impl Fn(&Said<'d>) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(read)
    }

    /// The key in its document, by the id that the provider gave; without one where it gave none.
    fn key(&self, instance: &Instance, known: &mut Known<'_>) -> Result<ResourceKey> {
        let type_name = known.types.renamed(&instance.type_name)?;
        let type_name = type_name.unwrap_or(&instance.type_name);
        known.type_name = known.type_name.or(type_name);
        known.provider = known.provider.or(&instance.provider);
        let mut scope = known.scopes.of(self.find(|said| said.arn));
        let project = self.find(|said| said.project.filter(|project| !project.is_empty()));
        if let Some(project) = project.filter(|_| BY_PROJECT.contains(&type_name)) {
            scope = scope.with("project", project);
        }
        Ok(ResourceKey {
            provider: known.provider.clone(),
            type_name: known.type_name.clone(),
            scope,
            id: self.find(|said| said.id.and_then(id)).unwrap_or_default(),
        })
    }

    /// What else the resource is known by, as the provider says.
    fn identities(&self) -> Vec<Identity> {
        let arn = self.find(|said| said.arn.filter(|arn| !arn.is_empty()));
        let link = self.find(|said| said.self_link.filter(|link| !link.is_empty()));
        let identity = |(kind, value): (&'static str, Option<&str>)| {
            Some(Identity { kind: Name::fixed(kind), value: value?.to_owned() })
        };
        let count = usize::from(arn.is_some()) + usize::from(link.is_some());
        let mut identities = Vec::with_capacity(count);
        identities.extend([("arn", arn), ("self_link", link)].into_iter().filter_map(identity));
        identities
    }
}

/// What instances that follow each other mostly have in common.
struct Known<'o> {
    scopes: Scopes<'o>,
    types: types::Types,
    provider: Name,
    type_name: Name,
}

impl<'o> Known<'o> {
    fn new(defaults: &'o Scope) -> Self {
        Self {
            scopes: Scopes::new(defaults),
            types: types::Types::default(),
            provider: Name::default(),
            type_name: Name::default(),
        }
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
    let attributes = |node: NodeId| {
        let node = formed.get(&node).copied().unwrap_or(node);
        Attributes::new(Arc::clone(&document), node)
    };
    let mut known = Known::new(&context.options.scope);
    let mut resources = Vec::with_capacity(instances.len());
    let mut former = Vec::with_capacity(instances.len());
    for instance in instances {
        let says = Says::of(&instance, &document);
        let key = says.key(&instance, &mut known)?;
        let read = instance.attributes.map_or_else(|| written(b"{}"), |node| Ok(attributes(node)));
        let reference = match (instance.recorded, instance.is_new) {
            (Some(recorded), _) => Some(attributes(recorded)),
            (None, true) => Some(written(b"null")?),
            (None, false) => None,
        };
        let [own, _] = &says.0;
        let place = document.value(instance.place);
        former.push(instance.former);
        resources.push(Resource {
            identities: says.identities(),
            tags: own.tags(),
            address: Some(instance.address),
            depends_on: instance.depends_on,
            managed_by: Some(Name::fixed("terraform")),
            unknown: instance.unknown,
            sensitive: instance.sensitive,
            replaced: instance.replaced,
            masked: instance.masked,
            reference: reference.map(Box::new),
            source: context.source(instance.document, instance.pointer, place),
            ..Resource::new(key, read?)
        });
    }
    tell_apart(&mut resources, former);
    Ok(resources)
}

/// Attributes that stand in no document of the text.
fn written<'a>(text: &'static [u8]) -> Result<Attributes<'a>> {
    Ok(Attributes::of(Document::parse_json(text, &ReadOptions::default())?))
}

/// Two instances of one type that share an id go by their addresses, and pairing finds the id
/// ambiguous.
fn tell_apart(resources: &mut [Resource<'_>], former: Vec<Vec<String>>) {
    let keys: Vec<_> = resources.iter().map(|known| (known.source.document, &known.key)).collect();
    let shared = shared(&keys);
    for ((resource, shared), former) in resources.iter_mut().zip(shared).zip(former) {
        // They still name the resource: as an id does, without a kind.
        let named = |value: String| Identity { kind: Name::default(), value };
        let address = resource.address.as_deref().unwrap_or_default();
        if shared {
            let id = std::mem::replace(&mut resource.key.id, address.to_owned());
            let known = Some(id).filter(|id| !id.is_empty() && id != address);
            resource.identities.extend(known.map(named));
        }
        // What goes by its address went by another before it was moved.
        if resource.key.id == address {
            resource.identities.extend(former.into_iter().map(named));
        }
    }
}

/// Brings lists that may be cut up in several ways into one; the node of each instance's attributes
/// that were written anew.
fn form<'a>(
    document: Document<'a>,
    instances: &[Instance],
    context: &Context<'_>,
) -> Result<(Document<'a>, BTreeMap<NodeId, NodeId>)> {
    let forms = Forms::terraform()?;
    let mut last = ("", false);
    let with_form = instances.iter().filter(|instance| {
        if last.0 != instance.type_name {
            last = (&instance.type_name, forms.know(&instance.type_name));
        }
        last.1
    });
    let attributes = with_form.filter(|instance| instance.may_be_formed()).flat_map(|instance| {
        let nodes = [instance.attributes, instance.recorded].into_iter().flatten();
        nodes.map(|node| (instance.type_name.clone(), node))
    });
    forms.apply(document, attributes, &context.options.read)
}

/// The keys of instances of which no more is wanted.
pub(super) fn keys(
    document: &Document<'_>,
    mut instances: Vec<Instance>,
    context: &Context<'_>,
) -> Result<Vec<ResourceKey>> {
    let mut known = Known::new(&context.options.scope);
    let own = |one: &mut Instance| Says::of(one, document).key(one, &mut known);
    let mut keys: Vec<ResourceKey> = instances.iter_mut().map(own).collect::<Result<_>>()?;
    let placed: Vec<_> = instances.iter().map(|one| one.document).zip(&keys).collect();
    let shared = shared(&placed);
    for ((key, instance), _) in keys.iter_mut().zip(instances).zip(shared).filter(|(_, s)| *s) {
        key.id = instance.address;
    }
    Ok(keys)
}

/// Which of the keys, each with the document that tells of it, have no id, or that of another of the
/// type.
fn shared(keys: &[(usize, &ResourceKey)]) -> Vec<bool> {
    let mixer = Mixer::plain();
    let mark = |(document, key): &(usize, &ResourceKey)| {
        let type_name = mixer.item([*document as u64, 0], mixer.text(&key.type_name));
        let [mark, _] = mixer.item(type_name, mixer.text(&key.id));
        mark
    };
    let mut shared: Vec<bool> = keys.iter().map(|(_, key)| key.id.is_empty()).collect();
    let id = |at: usize| {
        let (document, key) = keys.get(at).filter(|(_, key)| !key.id.is_empty())?;
        Some((*document, &key.type_name, &key.id))
    };
    for at in repeated(keys.iter().map(mark), id).into_iter().flatten() {
        if let Some(shared) = shared.get_mut(at) {
            *shared = true;
        }
    }
    shared
}
