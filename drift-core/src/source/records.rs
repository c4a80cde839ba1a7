//! The neutral format `records`: a list, a stream, or `{"resources": […]}` of records.
//!
//! ```json
//! {"type": "…", "id": "…", "attributes": {},
//!  "provider": "…", "scope": {"region": "…"}, "address": "…",
//!  "identities": {"arn": "…"}, "tags": {"team": "…"}, "depends_on": ["…"], "managed_by": "…",
//!  "unknown": ["/pointer"], "sensitive": ["/pointer"],
//!  "source": {"file": "…", "line": 1, "revision": "…"}}
//! ```

use super::strict::{Strict, optional};
use super::{Context, Reading, continues, is_continuation};
use crate::error::{Code, Result};
use crate::model::{Attributes, Identity, Name, Resource, ResourceKey, Scope, SourceRef};
use crate::path::{Path, PathSet};
use crate::value::{Document, Kind, Value};
use std::sync::Arc;

const STRICT: Strict = Strict(Code::Format);

/// The fields of a record.
const RECORD: [&str; 13] = [
    "type",
    "id",
    "attributes",
    "provider",
    "scope",
    "address",
    "identities",
    "tags",
    "depends_on",
    "managed_by",
    "unknown",
    "sensitive",
    "source",
];

/// Reads the records of every document of a text.
pub(super) fn read<'a>(document: Document<'a>, context: &Context<'_>) -> Result<Reading<'a>> {
    let document = Arc::new(document);
    let mut reading = Reading::default();
    for (index, root) in document.roots().enumerate() {
        let (list, at) = match (root.kind(), root.get("resources")) {
            (Kind::List, _) => (root, ""),
            (_, Some(list)) => (list, "/resources"),
            (_, None) => {
                let pointer = "/attributes".to_owned();
                let source = context.source(index, pointer, root);
                let read = record(&document, root, source, reading.resources.last())?;
                reading.resources.push(read);
                continue;
            }
        };
        envelope(root)?;
        reading.listed = true;
        reading.partial |= continues(root);
        STRICT.list(list, "`resources`")?;
        for (n, item) in list.items().enumerate() {
            let source = context.source(index, format!("{at}/{n}/attributes"), item);
            let read = record(&document, item, source, reading.resources.last())?;
            reading.resources.push(read);
        }
    }
    Ok(reading)
}

/// Beside `resources` a collector may leave the token of the next page, and nothing else.
fn envelope(root: Value<'_>) -> Result<()> {
    let known = |name: &str| name == "resources" || is_continuation(name);
    match root.fields().find(|(name, _)| !known(name)) {
        Some(_) => STRICT.fields(root, "a document of records", &["resources"]),
        None => Ok(()),
    }
}

fn record<'a>(
    document: &Arc<Document<'a>>,
    record: Value<'_>,
    source: SourceRef,
    before: Option<&Resource<'_>>,
) -> Result<Resource<'a>> {
    STRICT.fields(record, "a record", &RECORD)?;
    let text = |name| STRICT.optional_text(record, name);
    let provider = optional(record, "provider");
    let provider = provider.map(|value| STRICT.text(value, "`provider`")).transpose()?;
    let type_name = STRICT.text(STRICT.required(record, "type")?, "`type`")?;
    let last = |of: fn(&ResourceKey) -> &Name, text: &str| {
        before.map_or_else(|| text.into(), |before| of(&before.key).or(text))
    };
    let key = ResourceKey {
        provider: provider.map_or_else(Name::default, |text| last(|key| &key.provider, text)),
        type_name: last(|key| &key.type_name, type_name),
        scope: optional(record, "scope").map(scope).transpose()?.unwrap_or_default(),
        id: STRICT.id(STRICT.required(record, "id")?, "`id`")?,
    };
    let attributes = STRICT.required(record, "attributes")?;
    STRICT.map(attributes, "`attributes`")?;
    let paths = |name| optional(record, name).map(|value| paths(value, name, attributes));
    let tags = optional(record, "tags").map(|tags| STRICT.tags(tags));
    Ok(Resource {
        address: text("address")?,
        identities: optional(record, "identities").map(identities).transpose()?.unwrap_or_default(),
        tags: tags.transpose()?.unwrap_or_default(),
        depends_on: optional(record, "depends_on").map(addresses).transpose()?.unwrap_or_default(),
        managed_by: text("managed_by")?.map(Name::from),
        unknown: paths("unknown").transpose()?.unwrap_or_default(),
        sensitive: paths("sensitive").transpose()?.unwrap_or_default(),
        source: match optional(record, "source") {
            Some(own) => declared_at(own, source)?,
            None => source,
        },
        ..Resource::new(key, Attributes::new(Arc::clone(document), attributes.id()))
    })
}

fn scope(value: Value<'_>) -> Result<Scope> {
    STRICT.map(value, "`scope`")?;
    let field = |(name, value)| Ok((name, STRICT.text(value, "a field of `scope`")?));
    value.fields().map(field).collect()
}

/// `{kind: value}`, or a list of `{kind, value}`.
fn identities(value: Value<'_>) -> Result<Vec<Identity>> {
    let identity = |kind: &str, value: Value<'_>| {
        let value = STRICT.id(value, "an identity")?;
        Ok(Identity { kind: kind.into(), value })
    };
    match value.kind() {
        Kind::Map => value.fields().map(|(kind, value)| identity(kind, value)).collect(),
        Kind::List => {
            let item = |item: Value<'_>| {
                STRICT.fields(item, "an identity", &["kind", "value"])?;
                let kind = STRICT.text(STRICT.required(item, "kind")?, "`kind`")?;
                identity(kind, STRICT.required(item, "value")?)
            };
            value.items().map(item).collect()
        }
        _ => Err(STRICT.expected(value, "`identities` as a map or a list")),
    }
}

fn addresses(value: Value<'_>) -> Result<Vec<String>> {
    let address = |item| STRICT.text(item, "an address").map(str::to_owned);
    STRICT.list(value, "`depends_on`")?;
    value.items().map(address).collect()
}

/// JSON Pointers relative to the attributes.
fn paths(list: Value<'_>, name: &str, attributes: Value<'_>) -> Result<PathSet> {
    let path = |item: Value<'_>| {
        let pointer = item.as_str().ok_or_else(|| STRICT.expected(item, "a JSON Pointer"))?;
        let path = Path::from_pointer(pointer, attributes);
        path.map_err(|error| STRICT.fault(item, error.message()))
    };
    STRICT.list(list, format_args!("`{name}`"))?;
    list.items().map(path).collect()
}

/// Where the record says that its resource is declared; `read` is where the record stands.
fn declared_at(own: Value<'_>, read: SourceRef) -> Result<SourceRef> {
    STRICT.fields(own, "`source`", &["file", "line", "revision"])?;
    let text = |name| STRICT.optional_text(own, name);
    let line = |value: Value<'_>| {
        let line = value.as_number().and_then(|number| number.as_i64());
        let line = line.and_then(|line| usize::try_from(line).ok()).filter(|line| *line > 0);
        line.ok_or_else(|| STRICT.fault(value, "expected `line` as a number from 1 on"))
    };
    Ok(SourceRef {
        file: text("file")?,
        line: optional(own, "line").map(line).transpose()?,
        revision: text("revision")?.or(read.revision),
        ..read
    })
}

#[cfg(test)]
mod tests;
