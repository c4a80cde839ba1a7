//! Whose a resource is: answers of several sources in the user's order, where each comes from, and who
//! disagrees. And where a finding goes: a page, a ticket or a log.

mod backstage;
mod codeowners;
mod contact;
mod csv;
mod read;
mod route;

pub use contact::{Contact, Link};
pub(crate) use route::Seen;
pub use route::{Destination, Route, Routes};

use crate::model::{Resource, Warning};
use backstage::Catalogue;
use codeowners::Codeowners;
use csv::Table;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Whose a resource is, and who says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ownership {
    /// The owner; null where no source knows one.
    pub owner: Option<String>,
    /// The source that says so: `rules`, `tags`, `codeowners`, `backstage` or `csv`.
    pub source: Option<String>,
    /// By what: the tag, the line, the entity, the row.
    pub via: Option<String>,
    /// What other sources say instead, in their order.
    #[serde(default)]
    pub conflicts: Vec<Claim>,
    /// How the owner is reached, where a source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
}

/// What one source says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Claim {
    /// The owner.
    pub owner: String,
    /// The source that says so.
    pub source: String,
}

/// How well it is known whose something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    Owned,
    Unowned,
    /// It has an owner, and a source that names another one.
    Conflicting,
}

impl Ownership {
    pub(crate) fn owned(&self) -> Standing {
        match &self.owner {
            None => Standing::Unowned,
            Some(_) if self.conflicts.is_empty() => Standing::Owned,
            Some(_) => Standing::Conflicting,
        }
    }
}

/// How many resources, or findings, are known to be somebody's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OwnerCounts {
    /// Those with an owner; the conflicting ones are among them.
    pub owned: usize,
    /// Those that no source knows.
    pub unowned: usize,
    /// Those whose sources disagree.
    pub conflicting: usize,
}

impl OwnerCounts {
    pub(crate) fn count(&mut self, owned: Standing) {
        match owned {
            Standing::Unowned => self.unowned += 1,
            Standing::Owned => self.owned += 1,
            Standing::Conflicting => {
                self.owned += 1;
                self.conflicting += 1;
            }
        }
    }
}

/// Groups in groups are followed so deep.
const DEEPEST: usize = 16;

/// One source of owners.
#[derive(Clone, Debug)]
enum Source {
    /// The `owner` of rules.
    Rules,
    /// Tags by their names: the first that is there.
    Tags(Vec<String>),
    Codeowners(Codeowners),
    Backstage(Catalogue),
    Csv(Table),
}

impl Source {
    const fn name(&self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Tags(_) => "tags",
            Self::Codeowners(_) => "codeowners",
            Self::Backstage(_) => "backstage",
            Self::Csv(_) => "csv",
        }
    }
}

/// Sources of owners, in the order in which they are asked. Rules are asked first where the order does not
/// name them.
///
/// ```
/// use drift_core::OwnerMap;
/// let map = OwnerMap::new()
///     .tags(["owner", "team"])
///     .codeowners("*.tf @acme/platform\n/payments/ @acme/payments\n")
///     .csv("type,id,owner\naws_s3_bucket,logs-*,observability\n")?
///     .alias("@acme/payments", "payments");
/// assert!(map.warnings().is_empty());
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct OwnerMap {
    sources: Vec<Source>,
    aliases: BTreeMap<String, String>,
    /// The other names of each owner.
    names: BTreeMap<String, Vec<String>>,
}

impl OwnerMap {
    /// No sources but the rules.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the rules here, instead of first.
    #[must_use]
    pub fn rules(mut self) -> Self {
        self.sources.push(Source::Rules);
        self
    }

    /// Asks the tags and labels of the resource: the first of these names that it has, in any case.
    #[must_use]
    pub fn tags(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.sources.push(Source::Tags(names.into_iter().map(Into::into).collect()));
        self
    }

    /// Asks a CODEOWNERS file, by the source file of the declared side, as GitHub reads it: the last
    /// pattern that matches wins.
    #[must_use]
    pub fn codeowners(self, text: &str) -> Self {
        self.codeowners_below(text, "")
    }

    /// As [`OwnerMap::codeowners`], where the names of source files are relative to this folder of the
    /// repository.
    #[must_use]
    pub fn codeowners_below(mut self, text: &str, folder: &str) -> Self {
        self.sources.push(Source::Codeowners(Codeowners::parse(text, folder)));
        self
    }

    /// Another name of an owner: the first is read as the second.
    #[must_use]
    pub fn alias(mut self, name: impl Into<String>, owner: impl Into<String>) -> Self {
        let (name, owner) = (name.into(), owner.into());
        if let Some(before) = self.aliases.insert(name.clone(), owner.clone()) {
            self.names.entry(before).or_default().retain(|known| *known != name);
        }
        self.names.entry(owner).or_default().push(name);
        self
    }

    /// Lines of the sources that were passed over.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let lines = self.sources.iter().filter_map(|source| match source {
            Source::Codeowners(file) => Some(file.skipped()),
            _ => None,
        });
        let warning = |line: usize| Warning {
            code: "codeowners_line".to_owned(),
            message: format!(
                "line {line} of CODEOWNERS is none that GitHub reads, and is passed over"
            ),
            resource: None,
            path: None,
        };
        lines.flatten().copied().map(warning).collect()
    }

    /// What files of the declared side the patterns match, so that each is matched once.
    pub(crate) fn files<'f>(&self, names: impl Iterator<Item = &'f str>) -> Files {
        let mut files = Files::default();
        let patterns = || {
            self.sources.iter().enumerate().filter_map(|(at, source)| match source {
                Source::Codeowners(file) => Some((at, file)),
                _ => None,
            })
        };
        if patterns().next().is_none() {
            return files;
        }
        let mut last = None;
        for name in names {
            if last == Some(name) || files.0.contains_key(name) {
                continue;
            }
            last = Some(name);
            let found = patterns().filter_map(|(at, file)| Some((at, file.line_of(name)?)));
            files.0.insert(name.to_owned(), found.collect());
        }
        files
    }

    /// Whose a resource is.
    pub(crate) fn owner(&self, asked: &Asked<'_>) -> Ownership {
        let rules_first = !self.sources.iter().any(|source| matches!(source, Source::Rules));
        let mut claims: Vec<(Claim, Option<String>)> = Vec::new();
        let mut add = |owner: &str, source: &'static str, via: Option<String>| {
            let owner = match self.aliases.get(owner) {
                Some(owner) => owner.as_str(),
                None => self.catalogues().find_map(|it| it.of_github(owner)).unwrap_or(owner),
            };
            let known = claims.iter().any(|(claim, _)| claim.owner == owner);
            if !known && !owner.is_empty() {
                let claim = Claim { owner: owner.to_owned(), source: source.to_owned() };
                claims.push((claim, via));
            }
        };
        if let Some(owner) = asked.rule.filter(|_| rules_first) {
            add(owner, "rules", None);
        }
        for (at, source) in self.sources.iter().enumerate() {
            let name = source.name();
            match source {
                Source::Rules => {
                    if let Some(owner) = asked.rule {
                        add(owner, name, None);
                    }
                }
                Source::Tags(names) => asked.tagged(names, &mut |tag, owner| {
                    add(owner, name, Some(format!("tag `{tag}`")));
                }),
                Source::Codeowners(file) => {
                    if let Some((owner, via)) = asked.line(at).and_then(|line| file.owner(line)) {
                        add(owner, name, Some(via));
                    }
                }
                Source::Backstage(catalogue) => {
                    catalogue.owners(asked, &mut |owner, via| add(owner, name, Some(via)));
                }
                Source::Csv(table) => {
                    if let Some((owner, via)) = table.owner(asked) {
                        add(owner, name, Some(via));
                    }
                }
            }
        }
        let mut claims = claims.into_iter();
        let Some((first, via)) = claims.next() else { return Ownership::default() };
        Ownership {
            owner: Some(first.owner),
            source: Some(first.source),
            via,
            conflicts: claims.map(|(claim, _)| claim).collect(),
            contact: None,
        }
    }

    /// How an owner is reached: what the first source knows that knows anything of it. A row says it of the
    /// resource that it is about.
    pub(crate) fn contact(&self, asked: &Asked<'_>, owner: &str) -> Option<Contact> {
        let is = |name: &str| self.aliases.get(name).map_or(name, String::as_str) == owner;
        let names = || {
            let others = self.names.get(owner).into_iter().flatten().map(String::as_str);
            std::iter::once(owner).chain(others)
        };
        let own = self.sources.iter().find_map(|source| match source {
            Source::Backstage(catalogue) => names().find_map(|name| catalogue.contact(name)),
            Source::Csv(table) => table.contact(asked).filter(|(name, _)| is(name)).map(|it| it.1),
            Source::Rules | Source::Tags(_) | Source::Codeowners(_) => None,
        });
        own.or_else(|| names().find_map(|name| self.contact_above(name)))
    }

    /// How the nearest group is reached that a group is a part of, where nothing is known of itself.
    fn contact_above(&self, owner: &str) -> Option<Contact> {
        let mut at = owner;
        for _ in 0..DEEPEST {
            at = self.catalogues().find_map(|catalogue| catalogue.parent(at))?;
            if let Some(contact) = self.catalogues().find_map(|catalogue| catalogue.contact(at)) {
                return Some(contact);
            }
        }
        None
    }

    fn catalogues(&self) -> impl Iterator<Item = &Catalogue> {
        self.sources.iter().filter_map(|source| match source {
            Source::Backstage(catalogue) => Some(catalogue),
            _ => None,
        })
    }
}

/// The lines of each CODEOWNERS that decide on a file.
#[derive(Debug, Default)]
pub(crate) struct Files(BTreeMap<String, Vec<(usize, usize)>>);

/// The resource that is asked about.
pub(crate) struct Asked<'r> {
    pub(crate) desired: Option<&'r Resource<'r>>,
    pub(crate) actual: Option<&'r Resource<'r>>,
    /// The tags of both that may be shown.
    pub(crate) tags: [Cow<'r, BTreeMap<String, String>>; 2],
    /// What rules say.
    pub(crate) rule: Option<&'r str>,
    pub(crate) files: &'r Files,
}

impl<'r> Asked<'r> {
    fn sides(&self) -> impl Iterator<Item = &'r Resource<'r>> {
        [self.desired, self.actual].into_iter().flatten()
    }

    /// The first tag of these names that a side has, in desired before actual.
    fn tagged<'n>(&self, names: &'n [String], found: &mut dyn FnMut(&'n str, &str)) {
        let of = |name: &str| {
            let tag = |tags: &'_ BTreeMap<String, String>| {
                let exact = tags.get_key_value(name);
                let any = || tags.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
                exact.or_else(any).map(|(_, value)| value.trim().to_owned())
            };
            let tags = self.tags.iter().map(AsRef::as_ref);
            let values: Vec<String> = tags.filter_map(tag).collect();
            values.into_iter().filter(|value| !value.is_empty()).collect::<Vec<_>>()
        };
        if let Some((name, values)) =
            names.iter().map(|name| (name, of(name))).find(|(_, values)| !values.is_empty())
        {
            values.iter().for_each(|value| found(name, value));
        }
    }

    /// The line of a CODEOWNERS that decides on the file of the declared side.
    fn line(&self, source: usize) -> Option<usize> {
        let file = self.desired?.source.file.as_deref()?;
        let lines = self.files.0.get(file)?;
        lines.iter().find(|(at, _)| *at == source).map(|(_, line)| *line)
    }

    fn tag(&self, name: &str) -> Option<&str> {
        self.tags.iter().find_map(|tags| tags.get(name)).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_given_again_stands_for_the_new_owner_alone() {
        let map = OwnerMap::new().alias("a", "x").alias("b", "x").alias("a", "y");
        let names = |owner: &str| map.names.get(owner).cloned().unwrap_or_default();
        assert_eq!((names("x"), names("y")), (vec!["b".to_owned()], vec!["a".to_owned()]));
        assert_eq!(map.aliases.get("a").map(String::as_str), Some("y"));
    }

    #[test]
    fn codeowners_speak_of_the_whole_repository_where_no_folder_is_given() {
        let text = "*.tf @infra\n";
        let [of_all, below] =
            [OwnerMap::new().codeowners(text), OwnerMap::new().codeowners_below(text, "")]
                .map(|map| map.files(["a/b.tf"].into_iter()).0);
        assert_eq!(of_all.get("a/b.tf").map(Vec::len), Some(1));
        assert_eq!(of_all, below);
    }
}
