//! What rule authors ask of a text, a path or a pattern, as JSON.

use super::options::text_options;
use crate::classify::Layers;
use crate::detector::Detector;
use crate::error::{Code, Error, Result};
use crate::model::{Identity, Resource, ResourceKey, Snapshot, SourceRef};
use crate::path::{Path, Pattern};
use crate::report::shown_tags;
use crate::source::{Format, Mapping};
use crate::value::{Document, ReadOptions, Tree};
use serde::Serialize;
use std::collections::BTreeMap;

/// The number of parts that a caller asks [`Detector::partials`] for.
///
/// # Errors
/// `DRIFT_OPTION` where it is no whole number, or not between 1 and [`Detector::MAX_PARTS`].
///
/// ```
/// assert_eq!(drift_core::wire::parts(3.0)?, 3);
/// assert!(drift_core::wire::parts(0.0).is_err() && drift_core::wire::parts(1.5).is_err());
/// # Ok::<(), drift_core::Error>(())
/// ```
pub fn parts(number: f64) -> Result<usize> {
    let max = Detector::MAX_PARTS;
    let whole = number as usize;
    if (1..=max).contains(&whole) && whole as f64 == number {
        return Ok(whole);
    }
    Err(Error::new(Code::Option, format!("expected `parts` as a whole number from 1 to {max}")))
}

/// The canonical text of each document in `bytes`: keys by code point, numbers in one form.
///
/// `options` is a JSON object: `syntax` (`json` by default, `ndjson`, `yaml`), for YAML `schema`
/// (`core` by default, `kubectl`, `cfn`), `duplicate_keys` and `limits`.
///
/// # Errors
/// `DRIFT_OPTION` for wrong options; `DRIFT_PARSE`, `DRIFT_DUPLICATE_FIELD` and `DRIFT_LIMIT`
/// where the text cannot be read.
///
/// ```
/// let texts = drift_core::wire::canonical(b"b: 1.50\na: [~]", r#"{"syntax": "yaml"}"#)?;
/// assert_eq!(texts, [r#"{"a":[null],"b":1.5}"#]);
/// # Ok::<(), drift_core::Error>(())
/// ```
pub fn canonical(bytes: &[u8], options: &str) -> Result<Vec<String>> {
    let options = text_options(options)?;
    let document = match options.syntax.as_str() {
        "json" => Document::parse_json(bytes, &options.read),
        "ndjson" => Document::parse_json_stream(bytes, &options.read),
        _ => Document::parse_yaml(bytes, options.schema, &options.read),
    }?;
    Ok(document.roots().map(|root| Tree::of(root).to_string()).collect())
}

/// What a snapshot holds, as a JSON list: of each resource its key, address, identities, tags,
/// what it needs, who manages it and where it was read. No attributes: they may hold secrets. A tag
/// that does is `{"$redacted": "unequal"}`.
///
/// ```
/// use drift_core::{Format, Snapshot};
/// let text = br#"[{"type": "queue", "id": "jobs", "attributes": {"delay": 0}}]"#;
/// let json = drift_core::wire::resources(&Snapshot::parse(text, Format::Records)?);
/// assert!(json.starts_with(r#"[{"provider":"","type":"queue","scope":{},"id":"jobs","#));
/// # Ok::<(), drift_core::Error>(())
/// ```
#[must_use]
pub fn resources(snapshot: &Snapshot<'_>) -> String {
    #[derive(Serialize)]
    struct Listed<'r> {
        #[serde(flatten)]
        key: &'r ResourceKey,
        address: &'r str,
        identities: &'r [Identity],
        tags: BTreeMap<&'r str, Tree>,
        depends_on: &'r [String],
        managed_by: Option<&'r str>,
        source: &'r SourceRef,
    }
    let listed = |resource: &'_ Resource<'_>| {
        let listed = Listed {
            key: &resource.key,
            address: resource.address(),
            identities: &resource.identities,
            tags: shown_tags(resource),
            depends_on: &resource.depends_on,
            managed_by: resource.managed_by.as_deref(),
            source: &resource.source,
        };
        serde_json::to_string(&listed).unwrap_or_default()
    };
    let all: Vec<String> = snapshot.resources().iter().map(listed).collect();
    format!("[{}]", all.join(","))
}

/// What parsing a snapshot let pass, as a JSON list of warnings.
#[must_use]
pub fn warnings(snapshot: &Snapshot<'_>) -> String {
    serde_json::to_string(snapshot.warnings()).unwrap_or_default()
}

/// A path, as JSON: `canonical`, the text that reports print, and `steps`.
///
/// A JSON Pointer does not tell a name from an index: `document` does, a JSON text; without one
/// its tokens are names.
///
/// # Errors
/// `DRIFT_PATH` where the path is malformed; `DRIFT_PARSE` where the document is.
///
/// ```
/// let path = drift_core::wire::parse_path(r#"spec.containers[name="web"].image"#, None)?;
/// assert!(path.starts_with(r#"{"canonical":"spec.containers[name=\"web\"].image","steps":["#));
/// # Ok::<(), drift_core::Error>(())
/// ```
pub fn parse_path(text: &str, document: Option<&[u8]>) -> Result<String> {
    #[derive(Serialize)]
    struct Parsed<'p> {
        canonical: String,
        steps: &'p [crate::path::Step],
    }
    let path = if text.starts_with('/') {
        let document = Document::parse_json(document.unwrap_or(b"null"), &ReadOptions::default())?;
        Path::from_pointer(text, document.root())?
    } else {
        text.parse()?
    };
    let parsed = Parsed { canonical: path.to_string(), steps: path.steps() };
    serde_json::to_string(&parsed)
        .map_err(|_| Error::new(Code::Internal, "a path cannot be written as JSON"))
}

/// The JSON Pointers of all nodes of a JSON text that a rule's path matches, in document order.
///
/// # Errors
/// `DRIFT_PATH` where the pattern is malformed; `DRIFT_PARSE` where the document is.
///
/// ```
/// let found = drift_core::wire::select("$..image", br#"{"a": [{"image": "x"}]}"#)?;
/// assert_eq!(found, ["/a/0/image"]);
/// # Ok::<(), drift_core::Error>(())
/// ```
pub fn select(pattern: &str, document: &[u8]) -> Result<Vec<String>> {
    let pattern = Pattern::parse(pattern)?;
    let document = Document::parse_json(document, &ReadOptions::default())?;
    Ok(pattern.select(document.root()).into_iter().map(|(pointer, _)| pointer).collect())
}

/// The catalogue of findings, as a JSON list: of each `id`, `title`, `meaning`, `severity`, `category`,
/// `layers`, `next_step`, `source`, and `places` with `provider`, `type`, `paths`, `when` and `severity`.
///
/// # Errors
/// `DRIFT_INTERNAL`, which does not happen.
///
/// ```
/// assert!(drift_core::wire::catalogue()?.contains(r#""id":"net.ingress_widened""#));
/// # Ok::<(), drift_core::Error>(())
/// ```
pub fn catalogue() -> Result<String> {
    serde_json::to_string(&crate::classify::catalogue())
        .map_err(|_| Error::new(Code::Internal, "the catalogue cannot be written as JSON"))
}

/// What is read, as JSON: `formats`, each with `name`, `versions`, `layers`, `views`, `reads` and `leaves_out`, and
/// `mappings`, those that are built in, each with `name`, `versions`, `layers`, `types` by view, `leaves_out`
/// and `note`.
///
/// # Errors
/// `DRIFT_INTERNAL`, which does not happen.
///
/// ```
/// let all = drift_core::wire::formats()?;
/// assert!(all.contains(r#""name":"terraform_state","versions":"4""#));
/// assert!(all.contains(r#""name":"aws ec2 describe-subnets","versions":"EC2 2016-11-15","layers":"network""#));
/// # Ok::<(), drift_core::Error>(())
/// ```
pub fn formats() -> Result<String> {
    #[derive(Serialize)]
    struct Listed {
        name: &'static str,
        versions: &'static str,
        layers: &'static str,
        views: &'static [&'static str],
        reads: &'static str,
        leaves_out: &'static str,
    }
    #[derive(Serialize)]
    struct All {
        formats: Vec<Listed>,
        mappings: Vec<ListedMapping>,
    }
    let listed = |format: &Format| {
        let about = format.about();
        Listed {
            name: format.as_str(),
            versions: about.versions,
            layers: about.layers,
            views: format.views(),
            reads: about.reads,
            leaves_out: about.leaves_out,
        }
    };
    let formats = Format::list().iter().map(listed).collect();
    let mappings = Mapping::names().map(mapping).collect::<Result<_>>()?;
    serde_json::to_string(&All { formats, mappings })
        .map_err(|_| Error::new(Code::Internal, "the formats cannot be written as JSON"))
}

/// A mapping that is built in, as [`formats`] lists it.
fn mapping(name: &'static str) -> Result<ListedMapping> {
    let mapping = Mapping::named(name)?;
    let unsaid = || Error::new(Code::Internal, "a mapping that is built in says nothing of itself");
    let about = mapping.about().ok_or_else(unsaid)?;
    let (all, mut layers) = (Layers::default(), Vec::new());
    for (provider, type_name) in &about.types {
        let key = ResourceKey {
            provider: (*provider).into(),
            type_name: (*type_name).into(),
            ..ResourceKey::default()
        };
        let layer = all.of(&key).to_owned();
        if !layers.contains(&layer) {
            layers.push(layer);
        }
    }
    let owned = |texts: &[&str]| texts.iter().copied().map(str::to_owned).collect();
    let types = about.types.iter().map(|(_, name)| (*name).to_owned()).collect();
    let mut views = BTreeMap::from([("resources", types)]);
    views.extend(about.cloudformation.as_deref().map(|types| ("cloudformation", owned(types))));
    views.extend(about.terraform.as_deref().map(|types| ("terraform", owned(types))));
    Ok(ListedMapping {
        name,
        versions: about.versions.to_owned(),
        layers: if layers.is_empty() { "all".to_owned() } else { layers.join(", ") },
        types: views,
        leaves_out: about.leaves_out.to_owned(),
        note: about.note.map(str::to_owned),
    })
}

/// A mapping that is built in, for tables.
#[derive(Serialize)]
struct ListedMapping {
    name: &'static str,
    versions: String,
    layers: String,
    /// The types of its resources, by view; none in one where documents name them.
    types: BTreeMap<&'static str, Vec<String>>,
    leaves_out: String,
    note: Option<String>,
}
