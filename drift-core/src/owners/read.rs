//! Owner maps as data: a list of sources, each an object.

use super::backstage::{Catalogue, Match};
use super::csv::Table;
use super::{OwnerMap, Source};
use crate::error::{Code, Error, Result};
use crate::source::strict::{Strict, optional};
use crate::value::{Document, Kind, ReadOptions, Value, YamlSchema};

pub(super) const STRICT: Strict = Strict(Code::Option);

const KINDS: [&str; 5] = ["rules", "tags", "codeowners", "backstage", "csv"];
const FIELDS: [&str; 8] =
    ["rules", "tags", "codeowners", "backstage", "csv", "name", "folder", "match"];

impl OwnerMap {
    /// Asks a table: the first row names the columns, of which `owner` is one; the others are `provider`,
    /// `type`, `id`, `address`, `tag:<name>` and fields of the scope, and hold globs. The first row that
    /// matches wins; an empty field matches everything.
    ///
    /// # Errors
    /// `DRIFT_FORMAT` with the line where the table is malformed.
    pub fn csv(mut self, text: &str) -> Result<Self> {
        self.sources.push(Source::Csv(Table::parse(text)?));
        Ok(self)
    }

    /// Asks the entities of a Backstage catalogue, JSON or YAML of any number of documents. An entity is a
    /// resource's by its annotations: `backstage.io/kubernetes-id` and `github.com/project-slug` equal to
    /// the tag or label of that name, `backstage.io/kubernetes-label-selector`, or an ARN. `matches` says
    /// more: what of an entity (`name`, an annotation, a label) equals which tag.
    ///
    /// # Errors
    /// `DRIFT_PARSE` and its like where the text cannot be read, `DRIFT_FORMAT` with line and column for
    /// what is no entity.
    ///
    /// ```
    /// use drift_core::OwnerMap;
    /// let entity = "kind: Component\nmetadata: {name: web}\nspec: {owner: team-a}\n";
    /// let map = OwnerMap::new().backstage(entity, &[("name", "app")])?;
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn backstage(mut self, text: &str, matches: &[(&str, &str)]) -> Result<Self> {
        let own = matches.iter().map(|(of, tag)| Match { of: (*of).into(), tag: (*tag).into() });
        self.sources.push(Source::Backstage(catalogue(text, own.collect())?));
        Ok(self)
    }

    /// Reads a map from JSON: `{sources, aliases}`, or a list of sources. A source is one of `{tags:
    /// [name]}`, `{codeowners: text, folder}`, `{backstage: text or entities, match: [{of, tag}]}`,
    /// `{csv: text}` and `{rules: true}`; `name` names its file in errors.
    ///
    /// # Errors
    /// `DRIFT_OPTION` for what is none of this, and as the sources themselves.
    ///
    /// ```
    /// use drift_core::OwnerMap;
    /// let map = OwnerMap::from_json(r#"[{"tags": ["owner", "team"]}, {"csv": "id,owner\nweb,a"}]"#)?;
    /// assert!(OwnerMap::from_json(r#"[{"tag": ["owner"]}]"#).is_err());
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self> {
        let document = Document::parse_json(text.as_bytes(), &ReadOptions::default())?;
        Self::of(document.root())
    }

    pub(crate) fn of(value: Value<'_>) -> Result<Self> {
        let mut map = Self::default();
        if value.kind() == Kind::List {
            return value.items().try_fold(map, source);
        }
        STRICT.fields(value, "`owners`", &["sources", "aliases"])?;
        if let Some(aliases) = optional(value, "aliases") {
            STRICT.map(aliases, "`aliases`")?;
            for (name, owner) in aliases.fields() {
                map = map.alias(name, STRICT.text(owner, "the owner of an alias")?);
            }
        }
        STRICT.elements(value, "sources")?.try_fold(map, source)
    }
}

fn source(map: OwnerMap, value: Value<'_>) -> Result<OwnerMap> {
    STRICT.fields(value, "a source of owners", &FIELDS)?;
    let named: Vec<&str> =
        KINDS.into_iter().filter(|kind| optional(value, kind).is_some()).collect();
    let [kind] = named.as_slice() else {
        let help = format!("one of `{}`", KINDS.join("`, `"));
        return Err(STRICT.fault(value, "a source of owners is of one kind").with_help(help));
    };
    let given = STRICT.required(value, kind)?;
    let name = STRICT.optional_text(value, "name")?;
    let in_file = |error: Error| match &name {
        Some(name) => error.in_file(name),
        None => error,
    };
    match *kind {
        "tags" => {
            STRICT.list(given, "`tags`")?;
            let name = |item: Value<'_>| STRICT.text(item, "the name of a tag").map(str::to_owned);
            Ok(map.tags(given.items().map(name).collect::<Result<Vec<_>>>()?))
        }
        "codeowners" => {
            let folder = STRICT.optional_text_or_empty(value, "folder")?.unwrap_or_default();
            Ok(map.codeowners_below(contents(given)?, &folder))
        }
        "csv" => map.csv(contents(given)?).map_err(in_file),
        "backstage" => {
            let mut own = Vec::new();
            for one in STRICT.elements(value, "match")? {
                STRICT.fields(one, "a match", &["of", "tag"])?;
                let text = |name: &str| STRICT.text(STRICT.required(one, name)?, name);
                own.push(Match { of: text("of")?.to_owned(), tag: text("tag")?.to_owned() });
            }
            let mut map = map;
            let read = match given.as_str() {
                Some(text) => catalogue(text, own).map_err(in_file)?,
                None => {
                    let mut read = Catalogue::new(own);
                    entities(given, &mut read)?;
                    read
                }
            };
            map.sources.push(Source::Backstage(read));
            Ok(map)
        }
        _ => match given.as_bool() {
            Some(true) => Ok(map.rules()),
            _ => Err(STRICT.expected(given, "`rules` as true")),
        },
    }
}

fn contents(value: Value<'_>) -> Result<&str> {
    value.as_str().ok_or_else(|| STRICT.expected(value, "the file as a string"))
}

fn catalogue(text: &str, own: Vec<Match>) -> Result<Catalogue> {
    let options = ReadOptions::default();
    let document = Document::parse_yaml(text.as_bytes(), YamlSchema::Core, &options)?;
    let mut read = Catalogue::new(own);
    for root in document.roots() {
        entities(root, &mut read)?;
    }
    Ok(read)
}

/// One entity, or a list of them, as the catalogue's API gives it.
fn entities(value: Value<'_>, read: &mut Catalogue) -> Result<()> {
    let list = if value.kind() == Kind::List { Some(value) } else { optional(value, "items") };
    match list.filter(|list| list.kind() == Kind::List) {
        Some(list) => list.items().try_for_each(|entity| read.add(entity)),
        None => read.add(value),
    }
}
