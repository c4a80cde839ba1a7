//! The format `mapping`: resources out of any JSON, NDJSON or YAML, by what a mapping says.

mod about;
mod also;
mod beside;
mod cast;
mod cut;
mod evaluate;
pub(in crate::source) mod form;
pub(in crate::source) mod lazy;
mod left_out;
mod named;
mod narrow;
mod newest;
mod older;
mod projection;
mod properties;
mod query;
mod read;
mod refused;
mod text;
mod write;

use super::strict::{Strict, optional, shown};
use crate::error::{Code, Error, Result};
use crate::limits::Limits;
use crate::value::{Document, Kind, ReadOptions, Value, YamlSchema};
pub use about::MappingAbout;
use beside::Beside;
use left_out::LeftOut;
use newest::Newest;
use projection::Fields;
use query::Query;
pub(in crate::source) use read::leave_unread;
use text::{Text, text, texts};

const STRICT: Strict = Strict(Code::Mapping);

/// The fields of a mapping.
const MAPPING: [&str; 31] = [
    "about",
    "items",
    "left_out",
    "type",
    "id",
    "provider",
    "address",
    "scope",
    "identities",
    "attributes",
    "tags",
    "depends_on",
    "decode",
    "reads",
    "told_by",
    "views",
    "within",
    "except",
    "with",
    "without",
    "wrap",
    "when",
    "versions",
    "needs",
    "also",
    "whole",
    "total",
    "lists",
    "newest",
    "gone",
    "item_tags",
];

/// The views of mappings: in the words of the mapping, or in those of another tool where it has them.
pub(super) const VIEWS: [&str; 3] = ["resources", CLOUDFORMATION, TERRAFORM];
const CLOUDFORMATION: &str = "cloudformation";
const TERRAFORM: &str = "terraform";

/// What a view of a mapping may say otherwise.
const VIEW: [&str; 6] = ["items", "type", "id", "identities", "tags", "attributes"];

/// How resources stand in a document that is in no format known here.
///
/// `items` selects the resources, by a JSONPath (RFC 9535) from the root of each document; all
/// else is selected within one item, where `$` is the item. `type`, `id`, `provider`, `address`,
/// each field of `scope` and each kind of `identities` is `{const: …}`, a JSONPath, or a list of
/// them, of which the first that selects a string or an integer counts.
///
/// ```
/// use drift_core::source::{Mapping, ParseOptions};
/// use drift_core::Snapshot;
/// let mapping = Mapping::from_yaml(r#"
/// items: "$.SecurityGroups[*]"           # NDJSON: each line is a document, items "$"
/// type: {const: aws_security_group}
/// id: "$.GroupId"
/// identities: {arn: "$.Arn"}
/// scope: {account: ["$.OwnerId"], region: {const: eu-west-1}}
/// attributes: "$"                        # the default
/// tags: "$.Tags"                         # a map, or a list of keys and values
/// "#)?;
/// let live = br#"{"SecurityGroups": [{"GroupId": "sg-1", "OwnerId": "42"}], "NextToken": "x"}"#;
/// let options = ParseOptions { mapping: Some(mapping), ..ParseOptions::default() };
/// let snapshot = Snapshot::parse_with(live, &options)?;
/// let key = snapshot.resources()[0].key.to_string();
/// assert_eq!(key, "aws_security_group account=42,region=eu-west-1 sg-1");
/// # Ok::<(), drift_core::Error>(())
/// ```
///
/// `attributes` may also be a projection: a map of fields, each with an expression, so that an
/// answer of an API compares with what was declared in other words. `docs/MAPPINGS.md` has the
/// whole language. A mapping may be a list of such objects, for documents that hold several kinds
/// of resources.
///
/// ```
/// # use drift_core::source::{Mapping, ParseOptions};
/// # use drift_core::Snapshot;
/// let mapping = Mapping::from_yaml(r#"
/// items: "$.Groups[*]"
/// type: {const: aws_security_group}
/// id: "$.GroupId"
/// attributes:
///   name: "$.GroupName"
///   cidr_blocks: {each: "$.Ranges[*].CidrIp"}
///   tags: {tags: "$.Tags"}
/// "#)?;
/// let live = br#"{"Groups": [{"GroupId": "sg-1", "GroupName": "web",
///     "Ranges": [{"CidrIp": "10.0.0.0/8"}], "Tags": [{"Key": "team", "Value": "a"}]}]}"#;
/// let options = ParseOptions { mapping: Some(mapping), ..ParseOptions::default() };
/// let snapshot = Snapshot::parse_with(live, &options)?;
/// let cidr = snapshot.resources()[0].attributes.value().get("cidr_blocks").unwrap().at(0);
/// assert_eq!(cidr.unwrap().as_str(), Some("10.0.0.0/8"));
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Mapping {
    sections: Vec<Section>,
    /// What it says of itself.
    about: Option<about::Told>,
    /// Whether it is one that is built in, for what a tool answers.
    named: bool,
}

/// One kind of resources in a document.
#[derive(Clone, Debug)]
struct Section {
    items: Query,
    /// Whether they may be many: a list, and not a single answer.
    many: bool,
    /// What must be there for `items` to rightly select nothing, from the innermost outwards.
    containers: Vec<Query>,
    /// Documents in which the list is not there because it is empty.
    left_out: Option<LeftOut>,
    type_name: Text,
    id: Text,
    provider: Option<Text>,
    address: Option<Text>,
    scope: Vec<(String, Text)>,
    identities: Vec<(String, Text)>,
    attributes: Shape,
    tags: Option<Query>,
    depends_on: Vec<Query>,
    decode: Option<Decode>,
    reads: Reads,
    /// What a document must hold to be told as one that the mapping is for.
    told_by: Vec<Query>,
    /// The same resources in the view `cloudformation`.
    cloudformation: Option<Box<Section>>,
    /// Whether the resources, which are in the names of CloudFormation, have a view in those of Terraform.
    terraform: bool,
    /// What all the rest that narrows the section says, where it says anything.
    narrow: Narrow,
}

/// What narrows a section: where its items stand, and which of them count.
#[derive(Clone, Debug, Default)]
struct Narrow {
    /// The nodes within which `items` select.
    within: Option<Query>,
    /// Names under which no item stands.
    except: Vec<String>,
    /// Fields of an item that are no attributes of it.
    without: Vec<String>,
    /// Attributes of it that are no fields of the item, or other ones.
    with: Vec<(String, Text)>,
    /// The field in which an item stands that is no map itself.
    wrap: Option<String>,
    /// Texts that must be equal.
    when: Vec<(Text, Text)>,
    versions: Option<Versions>,
    /// What of a document there must be some of; none where any will do.
    needs: Vec<Query>,
    /// The kind of the documents that it is for.
    root: Option<Kind>,
    /// Whether the document holds all resources of the type.
    whole: bool,
    /// How many items there are in all, of which the document may be a page.
    total: Option<Vec<Query>>,
    /// Where a document says that it lists all there is; others hold what was asked for by name.
    lists: Option<Vec<Query>>,
    /// Which of several items of one resource counts.
    newest: Option<Newest>,
    /// Texts of which two that are equal say that the resource is gone.
    gone: Vec<(Text, Text)>,
    /// Tags that stand beside the text that is decoded.
    beside: Option<Beside>,
    /// Types of which an item tells what is there.
    present: Vec<String>,
}

impl Narrow {
    fn is_empty(&self) -> bool {
        self.within.is_none()
            && self.except.is_empty()
            && self.without.is_empty()
            && self.with.is_empty()
            && self.wrap.is_none()
            && self.when.is_empty()
            && self.versions.is_none()
            && self.needs.is_empty()
            && self.root.is_none()
            && !self.whole
            && self.total.is_none()
            && self.lists.is_none()
            && self.newest.is_none()
            && self.gone.is_empty()
            && self.beside.is_none()
            && self.present.is_empty()
    }
}

/// Where a document says its version, and which are read.
#[derive(Clone, Debug)]
struct Versions {
    paths: Vec<Query>,
    /// As they are written; `*` at the end stands for any text.
    read: Vec<String>,
    /// Whether a document need not say it.
    may_be_absent: bool,
}

/// Where the resource stands as JSON in a text: all else is selected within what the text holds.
#[derive(Clone, Debug)]
struct Decode {
    path: Query,
    /// Whether the names of its fields must start with a capital, else the resource is only listed.
    capitals: bool,
}

/// How much an item tells of its resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Reads {
    /// Everything: what it leaves out is absent.
    #[default]
    All,
    /// What is there: what it leaves out was not read.
    Present,
    /// That there is such a resource.
    Identity,
}

impl Reads {
    const NAMES: [(&'static str, Self); 3] =
        [("all", Self::All), ("present", Self::Present), ("identity", Self::Identity)];
}

/// What becomes the attributes of an item.
#[derive(Clone, Debug)]
enum Shape {
    /// The item itself.
    Whole,
    /// A node of it.
    Node(Query),
    /// Fields made of it.
    Projection(Fields),
}

impl Mapping {
    /// The sections of the view that is asked for.
    ///
    /// # Errors
    /// `DRIFT_OPTION` where the mapping has none.
    fn seen_as(&self, view: Option<&str>) -> Result<Vec<&Section>> {
        let seen: fn(&Section) -> Option<&Section> = match view {
            Some(CLOUDFORMATION) => |section| section.cloudformation.as_deref(),
            Some(TERRAFORM) => |section| Some(section).filter(|section| section.terraform),
            _ => |section| Some(section),
        };
        let sections: Vec<&Section> = self.sections.iter().filter_map(seen).collect();
        if sections.is_empty() {
            let message = format!("the mapping has no view `{}`", view.unwrap_or_default());
            let error = Error::new(Code::Option, message);
            return Err(error.with_help("read it in its own words, the view `resources`"));
        }
        Ok(sections)
    }

    /// Reads a mapping written in YAML; JSON is YAML.
    ///
    /// # Errors
    /// `DRIFT_MAPPING` with line and column where a field is unknown, missing or malformed;
    /// `DRIFT_PARSE` for malformed YAML.
    ///
    /// ```
    /// use drift_core::source::Mapping;
    /// let error = Mapping::from_yaml("itmes: $.a").unwrap_err();
    /// assert_eq!(error.to_string(), "no such field in a mapping: `itmes`, at `/itmes`, line 1 column 8");
    /// assert_eq!(error.help(), Some("did you mean `items`?"));
    /// ```
    pub fn from_yaml(text: &str) -> Result<Self> {
        Self::load(Document::parse_yaml(text.as_bytes(), YamlSchema::Core, &reading())?.root())
    }

    /// Reads a mapping written in JSON.
    ///
    /// # Errors
    /// As [`Mapping::from_yaml`].
    pub fn from_json(text: &str) -> Result<Self> {
        Self::load(Document::parse_json(text.as_bytes(), &reading())?.root())
    }

    fn load(root: Value<'_>) -> Result<Self> {
        let first = if root.kind() == Kind::List { root.at(0) } else { Some(root) };
        let about = first.and_then(|first| optional(first, "about")).map(about::Told::load);
        if let Some(late) = root.items().skip(1).find_map(|section| optional(section, "about")) {
            return Err(STRICT.fault(late, "`about` stands in the first of several mappings"));
        }
        let sections = match root.kind() {
            Kind::List if root.is_empty() => {
                return Err(STRICT.fault(root, "expected at least one mapping"));
            }
            Kind::List => {
                let sections: Vec<_> =
                    root.items().map(Section::load_all).collect::<Result<_>>()?;
                sections.into_iter().flatten().collect()
            }
            _ => Section::load_all(root)?,
        };
        Ok(Self { sections, about: about.transpose()?, named: false })
    }
}

/// How the text of a mapping is read: expressions stand inside each other up to this depth.
fn reading() -> ReadOptions {
    let limits = Limits { max_depth: 64, ..Limits::default() };
    ReadOptions { limits, ..ReadOptions::default() }
}

impl Section {
    /// The field of the root that the items stand in, where they stand further down: some answers hold
    /// the token of the next page there.
    fn around(&self) -> Option<&str> {
        std::iter::once(&self.items).chain(&self.containers).find_map(|query| {
            match query.names()?.0.as_slice() {
                [outer, _, ..] => Some(*outer),
                _ => None,
            }
        })
    }

    fn load(root: Value<'_>) -> Result<Self> {
        STRICT.fields(root, "a mapping", &MAPPING)?;
        let items = STRICT.required(root, "items")?;
        let optional_text = |name| optional(root, name).map(text).transpose();
        let optional_query = |name| optional(root, name).map(query).transpose();
        let containers = items.as_str().map(Query::containers_of).unwrap_or_default();
        let left_out = optional(root, "left_out").map(|map| LeftOut::load(map, &containers));
        let section = Self {
            items: query(items)?,
            many: items.as_str().is_some_and(Query::selects_many),
            containers,
            left_out: left_out.transpose()?,
            type_name: text(STRICT.required(root, "type")?)?,
            id: text(STRICT.required(root, "id")?)?,
            provider: optional_text("provider")?,
            address: optional_text("address")?,
            scope: texts(root, "scope")?,
            identities: texts(root, "identities")?,
            attributes: optional(root, "attributes").map_or(Ok(Shape::Whole), shape)?,
            tags: optional_query("tags")?,
            depends_on: optional(root, "depends_on").map(queries).transpose()?.unwrap_or_default(),
            decode: optional(root, "decode").map(decode).transpose()?,
            reads: optional(root, "reads")
                .filter(|reads| reads.kind() != Kind::Map)
                .map(reads)
                .transpose()?
                .unwrap_or_default(),
            told_by: optional(root, "told_by").map(queries).transpose()?.unwrap_or_default(),
            cloudformation: None,
            terraform: false,
            narrow: narrow::load(root)?,
        };
        let Some(views) = optional(root, "views") else { return Ok(section) };
        STRICT.fields(views, "`views`", &[CLOUDFORMATION, TERRAFORM])?;
        let view = optional(views, CLOUDFORMATION).map(|view| section.seen_as(view).map(Box::new));
        let terraform = optional(views, TERRAFORM);
        terraform.map_or(Ok(()), |view| STRICT.fields(view, "the view `terraform`", &[]))?;
        let terraform = terraform.is_some();
        Ok(Self { cloudformation: view.transpose()?, terraform, ..section })
    }

    /// The section as a view of it says.
    fn seen_as(&self, view: Value<'_>) -> Result<Self> {
        STRICT.fields(view, "a view of a mapping", &VIEW)?;
        let mut section = self.clone();
        if let Some(items) = optional(view, "items") {
            section.items = query(items)?;
            section.many = items.as_str().is_some_and(Query::selects_many);
            section.containers = items.as_str().map(Query::containers_of).unwrap_or_default();
        }
        if let Some(name) = optional(view, "type") {
            section.type_name = text(name)?;
        }
        if let Some(id) = optional(view, "id") {
            section.id = text(id)?;
        }
        if optional(view, "identities").is_some() {
            section.identities = texts(view, "identities")?;
        }
        if let Some(tags) = optional(view, "tags") {
            section.tags = Some(query(tags)?);
        }
        if let Some(attributes) = optional(view, "attributes") {
            section.attributes = shape(attributes)?;
        }
        Ok(section)
    }
}

/// What `attributes` says.
fn shape(value: Value<'_>) -> Result<Shape> {
    match value.kind() {
        Kind::Map => Fields::load(value).map(Shape::Projection),
        _ => query(value).map(Shape::Node),
    }
}

fn query(value: Value<'_>) -> Result<Query> {
    let text = STRICT.text(value, "a JSONPath")?;
    if text.starts_with('$') {
        return query_text(value, text);
    }
    let help = "a JSONPath starts with `$`; a fixed value is written `{const: …}`";
    Err(STRICT.fault(value, format!("`{}` is not a JSONPath", shown(text))).with_help(help))
}

/// Compiles the JSONPath `text`; errors stand at `value`.
fn query_text(value: Value<'_>, text: &str) -> Result<Query> {
    Query::parse(text).map_err(|error| {
        let fault = STRICT.fault(value, error.message());
        match error.help() {
            Some(help) => fault.with_help(help),
            None => fault,
        }
    })
}

/// A JSONPath or a list of them.
fn queries(value: Value<'_>) -> Result<Vec<Query>> {
    match value.kind() {
        Kind::List if value.is_empty() => {
            Err(STRICT.fault(value, "expected at least one JSONPath"))
        }
        Kind::List => value.items().map(query).collect(),
        _ => Ok(vec![query(value)?]),
    }
}

fn decode(value: Value<'_>) -> Result<Decode> {
    if value.kind() != Kind::Map {
        return Ok(Decode { path: query(value)?, capitals: false });
    }
    STRICT.fields(value, "`decode`", &["from", "fields"])?;
    let path = query(STRICT.required(value, "from")?)?;
    match optional(value, "fields").map(|names| (names, names.as_str())) {
        None => Ok(Decode { path, capitals: false }),
        Some((_, Some("PascalCase"))) => Ok(Decode { path, capitals: true }),
        Some((names, _)) => Err(STRICT.fault(names, "expected `fields` as `PascalCase`")),
    }
}

fn reads(value: Value<'_>) -> Result<Reads> {
    let named = Reads::NAMES.iter().find(|(name, _)| value.as_str() == Some(name));
    let known = || STRICT.fault(value, "expected `reads` as `all`, `present` or `identity`");
    Ok(named.ok_or_else(known)?.1)
}

#[cfg(test)]
mod tests;
