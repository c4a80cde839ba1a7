//! Which items of a document a section is for, and what of them.

use super::beside::Beside;
use super::newest::Newest;
use super::projection::{Content, Made};
use super::read::Seen;
use super::text::{Text, pairs, texts};
use super::{Narrow, Query, Reads, STRICT, Section, Versions, optional, queries, query};
use crate::error::{Code, Error, Result};
use crate::model::Cell;
use crate::path::push_token;
use crate::source::strict::{Strict, shown};
use crate::value::{Kind, Tree, Value};
use std::sync::Arc;

/// A node that was selected: what it was selected within, its pointer, and itself.
pub(super) type Selected<'d> = (Value<'d>, String, Value<'d>);

impl Section {
    /// Refuses a document of a version that is not read.
    pub(super) fn check_version(&self, root: Value<'_>) -> Result<()> {
        let Some(Versions { paths, read, may_be_absent }) = &self.narrow.versions else {
            return Ok(());
        };
        let Some((_, value)) = paths.iter().find_map(|path| path.first(root)) else {
            if *may_be_absent {
                return Ok(());
            }
            return Err(Strict(Code::Format).fault(root, "the document does not say its version"));
        };
        let is_read = |version: &str| {
            read.iter().any(|known| match known.strip_suffix('*') {
                Some(start) => version.starts_with(start),
                None => version == known,
            })
        };
        let written = value.as_number().map(|number| number.to_string());
        let version = written.as_deref().or_else(|| value.as_str());
        if version.is_some_and(is_read) {
            return Ok(());
        }
        let known: Vec<&str> = read.iter().map(String::as_str).collect();
        let help = format!("these are read: `{}`", known.join("`, `"));
        let message = match version {
            Some(version) => format!("the version `{}` is not read", shown(version)),
            None => "expected the version as a string or a number".to_owned(),
        };
        Err(Strict(Code::Format).fault(value, message).with_help(help))
    }

    /// Refuses a document that has nothing of what the section needs.
    pub(super) fn check_needs(&self, root: Value<'_>) -> Result<()> {
        let needs = &self.narrow.needs;
        if needs.is_empty() || needs.iter().any(|path| path.first(root).is_some()) {
            return Ok(());
        }
        Err(STRICT.fault(root, "the document has none of the fields that the mapping reads"))
    }

    /// The parameters that the section asks for.
    pub(super) fn parameters(&self) -> impl Iterator<Item = String> {
        let texts = self.narrow.when.iter().flat_map(|(a, b)| [a, b]);
        texts.filter_map(|text| match text {
            Text::Parameter(name) => Some(name.clone()),
            _ => None,
        })
    }

    /// The cell of which the document holds everything, where the section says so.
    pub(super) fn whole(&self) -> Option<Cell> {
        let fixed = |text: &Text| match text {
            Text::Const(text) => Some(text.clone()),
            _ => None,
        };
        let type_name = Some(fixed(&self.type_name).filter(|_| self.narrow.whole)?);
        let provider = self.provider.as_ref().and_then(fixed);
        Some(Cell { provider, type_name, ..Cell::default() })
    }

    /// How much an item tells of a resource of the type.
    pub(super) fn reads_of(&self, type_name: &str) -> Reads {
        match self.narrow.present.iter().any(|known| known == type_name) {
            true => Reads::Present,
            false => self.reads,
        }
    }

    /// The items of a document.
    pub(super) fn selected<'d>(&self, root: Value<'d>) -> Vec<Selected<'d>> {
        let Some(within) = &self.narrow.within else {
            let items = self.items.select(root).into_iter();
            return items.map(|(pointer, item)| (root, pointer, item)).collect();
        };
        let inner = |(around, outer): (String, Value<'d>)| {
            let items = self.items.select(outer).into_iter();
            items
                .map(|(pointer, item)| (outer, format!("{around}{pointer}"), item))
                .collect::<Vec<_>>()
        };
        within.select(root).into_iter().flat_map(inner).collect()
    }

    /// Whether the document holds what was asked for by name, and tells nothing of what else there is.
    pub(super) fn is_asked_by_name(&self, root: Value<'_>) -> bool {
        let lists = self.narrow.lists.as_ref();
        lists.is_some_and(|paths| paths.iter().all(|path| path.first(root).is_none()))
    }

    /// Whether the document says that there are more items than the so many that it holds.
    pub(super) fn says_more(&self, root: Value<'_>, count: usize) -> bool {
        let mut paths = self.narrow.total.iter().flatten();
        let total = paths.find_map(|path| path.first(root)?.1.as_number()?.as_i64());
        total.is_some_and(|total| usize::try_from(total).is_ok_and(|total| total > count))
    }

    /// Whether the item is one of those that the section is for.
    ///
    /// # Errors
    /// `DRIFT_OPTION` where a parameter is needed and was not given.
    pub(super) fn counts(&self, seen: Seen<'_, '_>) -> Result<bool> {
        let narrow = &self.narrow;
        if !narrow.except.is_empty() {
            let name = key(seen.pointer, 0).unwrap_or_default();
            if narrow.except.contains(&name) {
                return Ok(false);
            }
        }
        for (a, b) in &narrow.when {
            let missing = [a, b].into_iter().find_map(|text| match text {
                Text::Parameter(name) if !seen.options.parameters.contains_key(name) => Some(name),
                _ => None,
            });
            if let Some(name) = missing {
                let message =
                    format!("the document tells of several: give `{name}` in `parameters`");
                return Err(Error::new(Code::Option, message));
            }
            let (a, b) = (a.of(seen), b.of(seen));
            if a.is_none() || a != b {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the item says that its resource is gone.
    pub(super) fn is_gone(&self, seen: Seen<'_, '_>) -> bool {
        let equal = |(a, b): &(Text, Text)| a.of(seen).is_some_and(|a| b.of(seen) == Some(a));
        self.narrow.gone.iter().any(equal)
    }

    /// Whether what becomes of the item is not the item itself.
    pub(super) fn is_remade(&self, item: Value<'_>) -> bool {
        match item.kind() {
            Kind::Map => !(self.narrow.without.is_empty() && self.narrow.with.is_empty()),
            _ => self.narrow.wrap.is_some(),
        }
    }

    /// What a projection made of the item, with the fields that are added.
    pub(super) fn added(&self, seen: Seen<'_, '_>, mut made: Made) -> Made {
        let with = &self.narrow.with;
        if let (Content::Map { fields, names }, false) = (&mut made.content, with.is_empty()) {
            fields.extend(with.iter().filter_map(|with| said(with, seen)));
            let all = names.iter_mut().map(Arc::make_mut);
            all.for_each(|all| all.extend(with.iter().map(|(name, _)| name.clone())));
        }
        made
    }

    /// The item without the fields that are left out and with those that are added, or in the field that it is put
    /// into.
    pub(super) fn remade(&self, seen: Seen<'_, '_>) -> Made {
        let item = seen.read;
        let copy =
            |value: Value<'_>, origin: String| Made { origin, content: Content::Copy(value.id()) };
        let fields = match (&self.narrow.wrap, item.kind()) {
            (_, Kind::Map) => {
                let Narrow { without, with, .. } = &self.narrow;
                let out = without.iter().chain(with.iter().map(|(name, _)| name));
                let kept = item.fields().filter(|(name, _)| !out.clone().any(|out| out == name));
                let field = |(name, value): (&str, Value<'_>)| {
                    let mut origin = String::new();
                    push_token(&mut origin, name);
                    (name.to_owned(), copy(value, origin))
                };
                kept.map(field).chain(with.iter().filter_map(|with| said(with, seen))).collect()
            }
            (Some(name), _) => vec![(name.clone(), copy(item, String::new()))],
            (None, _) => Vec::new(),
        };
        Made { origin: String::new(), content: Content::Map { fields, names: None } }
    }
}

/// A field of text that is added to an item.
fn said((name, text): &(String, Text), seen: Seen<'_, '_>) -> Option<(String, Made)> {
    let content = Content::Const(Tree::String(text.of(seen)?));
    Some((name.clone(), Made { origin: String::new(), content }))
}

/// What of a section narrows it.
pub(super) fn load(root: Value<'_>) -> Result<Narrow> {
    let words = |name: &str| -> Result<Vec<String>> {
        let Some(list) = optional(root, name) else { return Ok(Vec::new()) };
        STRICT.list(list, format_args!("`{name}`"))?;
        list.items().map(|word| STRICT.text(word, "a name").map(str::to_owned)).collect()
    };
    Ok(Narrow {
        within: optional(root, "within").map(query).transpose()?,
        except: words("except")?,
        without: words("without")?,
        with: texts(root, "with")?,
        wrap: STRICT.optional_text(root, "wrap")?,
        when: optional(root, "when")
            .map(|list| pairs(list, "`when`"))
            .transpose()?
            .unwrap_or_default(),
        versions: optional(root, "versions").map(versions).transpose()?,
        root: None,
        needs: optional(root, "needs").map(queries).transpose()?.unwrap_or_default(),
        whole: STRICT.flag(root, "whole")?.unwrap_or_default(),
        total: optional(root, "total").map(queries).transpose()?,
        lists: optional(root, "lists").map(lists).transpose()?,
        newest: optional(root, "newest").map(Newest::load).transpose()?,
        gone: optional(root, "gone")
            .map(|list| pairs(list, "`gone`"))
            .transpose()?
            .unwrap_or_default(),
        beside: optional(root, "item_tags").map(Beside::load).transpose()?,
        present: match optional(root, "reads") {
            Some(reads) if reads.kind() == Kind::Map => {
                STRICT.fields(reads, "`reads`", &["present"])?;
                let types = STRICT.required(reads, "present")?;
                STRICT.list(types, "the types")?;
                let name = |name: Value<'_>| STRICT.text(name, "a type").map(str::to_owned);
                types.items().map(name).collect::<Result<_>>()?
            }
            _ => Vec::new(),
        },
    })
}

/// Where a document says that it lists all there is; nowhere where it is `false`.
fn lists(value: Value<'_>) -> Result<Vec<Query>> {
    match value.as_bool() {
        Some(false) => Ok(Vec::new()),
        Some(true) => Err(STRICT.fault(value, "expected `lists` as `false` or a JSONPath")),
        None => queries(value),
    }
}

fn versions(value: Value<'_>) -> Result<Versions> {
    STRICT.fields(value, "`versions`", &["at", "read", "absent"])?;
    let read = STRICT.required(value, "read")?;
    STRICT.list(read, "`read`")?;
    let version = |version: Value<'_>| STRICT.id(version, "a version");
    Ok(Versions {
        paths: queries(STRICT.required(value, "at")?)?,
        read: read.items().map(version).collect::<Result<_>>()?,
        may_be_absent: value.get("absent").and_then(Value::as_bool).unwrap_or_default(),
    })
}

/// The error that a document has items of parameters, and each is of another than was given.
pub(super) fn nothing_of(sections: &[&Section]) -> Error {
    let mut names: Vec<String> = sections.iter().flat_map(|section| section.parameters()).collect();
    names.dedup();
    let message =
        format!("the document has nothing of the `{}` that was given", names.join("`, `"));
    Error::new(Code::Option, message).on_path("/parameters")
}

/// The token of a pointer, so many levels from its end.
pub(super) fn key(pointer: &str, levels: usize) -> Option<String> {
    let token = pointer.rsplit('/').nth(levels)?;
    // Before the first `/` stands nothing.
    let is_root = pointer.matches('/').count() <= levels;
    (!is_root && !token.is_empty()).then(|| token.replace("~1", "/").replace("~0", "~"))
}
