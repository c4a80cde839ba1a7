//! Packs: what is known about resource types, as data in the rule language. A rule of one is read when
//! a document first asks for a type that it speaks of.

use super::catalogue::{CATALOGUES, Catalogue};
use super::glob;
use super::load::Origin;
use super::packed::{self, Head, Written};
use super::rule::{FINDINGS, Layer, Rule};
use crate::error::{Code, Error, Result};
use crate::value::did_you_mean;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// A pack that is built in.
#[derive(Debug)]
struct Pack {
    name: &'static str,
    written: &'static Written,
    layer: Layer,
    /// Its rules, in the order of their heads, each read when it is first asked for.
    rules: OnceLock<Vec<OnceLock<Option<Arc<Rule>>>>>,
}

impl Pack {
    const fn new(name: &'static str, written: &'static Written) -> Self {
        Self { name, written, layer: Layer::Pack, rules: OnceLock::new() }
    }

    /// A pack that stands behind those which speak of single types.
    const fn behind(name: &'static str, written: &'static Written) -> Self {
        Self { name, written, layer: Layer::GeneratedPack, rules: OnceLock::new() }
    }

    fn origin(&self) -> Origin<'static> {
        Origin { layer: self.layer, pack: Some(self.name), file: None }
    }

    fn rules(&'static self) -> impl Iterator<Item = Unread> {
        let heads = self.written.heads.iter().enumerate();
        heads.map(move |(index, head)| Unread { pack: self, head, index })
    }
}

/// A rule of a pack that may not have been read yet.
#[derive(Clone, Copy)]
pub(super) struct Unread {
    pack: &'static Pack,
    head: &'static Head,
    index: usize,
}

/// Names the rule; its pack holds all the others as well.
impl fmt::Debug for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.printed_id())
    }
}

impl Unread {
    pub(super) fn layer(&self) -> Layer {
        self.pack.layer
    }

    pub(super) fn pack(&self) -> &'static str {
        self.pack.name
    }

    /// The id as reports print it.
    pub(super) fn printed_id(&self) -> String {
        format!("{}/{}", self.pack.name, self.head.id)
    }

    pub(super) fn identifies(&self) -> bool {
        self.head.identifies
    }

    /// Whether it may hold for resources of a type.
    pub(super) fn speaks_of(&self, provider: &str, type_name: &str) -> bool {
        self.head.type_name.is_none_or(|glob| glob::matches(glob, type_name))
            && self.head.provider.is_none_or(|glob| glob::matches(glob, provider))
    }

    /// The rule; none where it cannot be read, which a test rules out.
    pub(super) fn rule(&self) -> Option<&'static Arc<Rule>> {
        let heads = self.pack.written.heads;
        let all = self.pack.rules.get_or_init(|| heads.iter().map(|_| OnceLock::new()).collect());
        let read = || self.pack.written.read(self.head, self.pack.origin()).ok().map(Arc::new);
        all.get(self.index)?.get_or_init(read).as_ref()
    }
}

static PACKS: [Pack; 9] = [
    Pack::new("aws", &packed::AWS),
    Pack::new("azure", &packed::AZURE),
    Pack::behind("cloudformation", &packed::CLOUDFORMATION),
    Pack::new(FINDINGS, &packed::FINDINGS),
    Pack::new("google", &packed::GOOGLE),
    Pack::new("kubernetes", &packed::KUBERNETES),
    Pack::new("sql", &packed::SQL),
    Pack::new("terraform", &packed::TERRAFORM),
    Pack::new("tools", &packed::TOOLS),
];

/// Which packs a detector knows.
///
/// ```
/// use drift_core::normalize::Packs;
/// assert!(Packs::names().any(|name| name == "kubernetes"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Packs {
    /// All that are built in. The default.
    #[default]
    All,
    /// These alone.
    Named(Vec<String>),
}

impl Packs {
    /// No packs: only what documents and the user's rules say.
    #[must_use]
    pub fn none() -> Self {
        Self::Named(Vec::new())
    }

    /// The names of the packs that are built in.
    pub fn names() -> impl Iterator<Item = &'static str> {
        known().map(|(name, _)| name)
    }

    /// The versions of the packs, by name: a digest of what each says.
    ///
    /// ```
    /// use drift_core::normalize::Packs;
    /// assert_eq!(Packs::Named(vec!["aws".into()]).versions().len(), 1);
    /// ```
    #[must_use]
    pub fn versions(&self) -> BTreeMap<String, String> {
        let wanted = known().filter(|(name, _)| self.holds(name));
        wanted.map(|(name, version)| (name.to_owned(), version.to_owned())).collect()
    }

    fn holds(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.iter().any(|known| known == name),
        }
    }

    /// Whether there are all the packs that are named.
    ///
    /// # Errors
    /// `DRIFT_OPTION` for a pack that there is not.
    pub(crate) fn check(&self) -> Result<()> {
        let Self::Named(names) = self else { return Ok(()) };
        for name in names {
            if !Self::names().any(|known| known == name) {
                let error = Error::new(Code::Option, format!("no such pack: `{name}`"));
                let known: Vec<&str> = Self::names().collect();
                let help = did_you_mean(name, &known);
                return Err(
                    error.with_help(help.unwrap_or_else(|| format!("one of {}", known.join(", "))))
                );
            }
        }
        Ok(())
    }

    /// The rules of the packs that are written by hand.
    pub(super) fn rules(&self) -> impl Iterator<Item = Unread> {
        PACKS.iter().filter(|pack| self.holds(pack.name)).flat_map(Pack::rules)
    }

    /// The catalogues of the packs.
    pub(crate) fn catalogues(&self) -> Vec<&'static Catalogue> {
        CATALOGUES.iter().filter(|catalogue| self.holds(catalogue.pack)).collect()
    }
}

/// The catalogue of findings: a rule for each place of an entry.
pub(crate) fn findings() -> impl Iterator<Item = Arc<Rule>> {
    let rules = PACKS.iter().filter(|pack| pack.name == FINDINGS).flat_map(Pack::rules);
    rules.filter_map(|unread| unread.rule().cloned())
}

/// All packs with their versions.
fn known() -> impl Iterator<Item = (&'static str, &'static str)> {
    let written = PACKS.iter().map(|pack| (pack.name, pack.written.version));
    written.chain(CATALOGUES.iter().map(|catalogue| (catalogue.pack, catalogue.version)))
}

#[cfg(test)]
mod tests {
    use super::super::load::{Loaded, load};
    use super::*;
    use std::fs;
    use std::path::Path;

    #[test]
    fn rules_that_are_built_in_are_what_their_files_say() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("packs");
        for pack in PACKS.iter().filter(|pack| pack.name != FINDINGS) {
            let yaml = fs::read_to_string(folder.join(format!("{}.yaml", pack.name))).unwrap();
            let Loaded { rules, .. } = load(&yaml, pack.origin()).unwrap();
            let unread: Vec<Unread> = pack.rules().collect();
            assert_eq!(unread.len(), rules.len(), "{}", pack.name);
            for (unread, rule) in unread.iter().zip(rules) {
                let read = pack.written.read(unread.head, pack.origin()).unwrap();
                assert_eq!(format!("{read:?}"), format!("{rule:?}"));
                assert_eq!(unread.printed_id(), rule.printed_id());
                assert_eq!(unread.identifies(), !rule.identity.is_empty());
                let matches = &rule.matches;
                let globs = [&matches.provider, &matches.type_name];
                let globs = globs.map(|glob| glob.as_ref().map(|glob| glob.as_str()));
                assert_eq!([unread.head.provider, unread.head.type_name], globs);
                assert_eq!(rule.expires, None, "what a pack knows does not expire");
            }
        }
    }

    #[test]
    fn every_file_is_a_pack() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("packs");
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let yaml = files.filter(|path| path.extension().is_some_and(|it| it == "yaml")).count();
        assert_eq!(yaml + 1, PACKS.len(), "the catalogue of findings has a folder of its own");
    }

    #[test]
    fn every_finding_loads_and_only_classifies() {
        let pack = PACKS.iter().find(|pack| pack.name == FINDINGS).unwrap();
        for unread in pack.rules() {
            let rule = pack.written.read(unread.head, pack.origin());
            let rule = rule.unwrap_or_else(|error| panic!("{}: {error:?}", unread.head.id));
            assert!(rule.facts.iter().all(crate::normalize::Fact::classifies), "{}", rule.id);
            assert_eq!(rule.printed_id(), rule.id);
        }
    }
}
