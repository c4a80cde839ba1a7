//! Follows written paths through imports, renames, globs and re-exports to what they mean, and
//! judges what is found: the order of the modules, and what the core must never reach.

use crate::scan::{Module, Place, Scan, Site, scan};
use std::collections::{BTreeMap, BTreeSet};

/// The modules of the core; each may use those above it.
pub(crate) const ORDER: [&str; 29] = [
    "line",
    "error",
    "limits",
    "time",
    "value",
    "path",
    "model",
    "source",
    "normalize",
    "events",
    "diff",
    "classify",
    "policy",
    "owners",
    "tags",
    "coverage",
    "report",
    "baseline",
    "noise",
    "detector",
    "parity",
    "readiness",
    "render",
    "plan",
    "history",
    "stream",
    "metrics",
    "alert",
    "wire",
];

/// What shipped code of the core must not name: I/O, clocks, environment, and hash seeds that do
/// not come from the caller. `core::net` has the address types without sockets; a
/// `std::path::Path` asks the file system; a map that makes its own hasher seeds it from the
/// operating system.
pub(crate) const FORBIDDEN: [&str; 38] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::os",
    "std::path",
    "std::backtrace",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::thread::sleep",
    "std::thread::available_parallelism",
    "std::panic::set_hook",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "std::hash::RandomState",
    "std::collections::hash_map::RandomState",
    "std::collections::HashMap::new",
    "std::collections::HashMap::with_capacity",
    "std::collections::HashSet::new",
    "std::collections::HashSet::with_capacity",
    "std::collections::hash_map::HashMap::new",
    "std::collections::hash_map::HashMap::with_capacity",
    "std::collections::hash_set::HashSet::new",
    "std::collections::hash_set::HashSet::with_capacity",
    "indexmap::IndexMap::new",
    "indexmap::IndexMap::with_capacity",
    "indexmap::IndexSet::new",
    "indexmap::IndexSet::with_capacity",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "jiff::tz::TimeZone::system",
    "std::print",
    "std::println",
    "std::eprint",
    "std::eprintln",
    "std::dbg",
    "std::option_env",
];

/// Modules in which nothing can fail: documents and rules have been read before them.
const ANALYSIS: [&str; 7] =
    ["diff", "classify", "coverage", "report", "render", "metrics", "alert"];

/// Macros of the prelude that print.
const PRINTING: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];

/// Where a path may end; a name that two imports bring in ends in both.
#[derive(Clone, Debug)]
enum End {
    /// A module of the crate.
    Module(Place),
    /// A name inside a module, with what follows it.
    Item(Place, Vec<String>),
    /// A path into another crate.
    Outside(Vec<String>),
}

/// What is under way, so that imports in a circle come to an end.
type Trail = BTreeSet<(Place, String)>;

/// A crate's modules and every path in them.
#[derive(Debug, Default)]
pub(crate) struct World {
    modules: BTreeMap<Place, Module>,
    sites: Vec<(String, Site)>,
    opaque: Vec<String>,
}

impl World {
    /// Reads `files`: each with its module, its name and its source.
    pub(crate) fn new<'a>(files: impl IntoIterator<Item = (Place, &'a str, &'a str)>) -> Self {
        let mut world = Self::default();
        let mut exported = Vec::new();
        for (at, file, source) in files {
            let Scan { modules, sites, opaque, exported: more } = scan(&at, source);
            for (place, module) in modules {
                let known = world.modules.entry(place).or_default();
                known.globs.extend(module.globs);
                known.children.extend(module.children);
                known.test |= module.test;
                for (new, targets) in module.aliases {
                    known.aliases.entry(new).or_default().extend(targets);
                }
            }
            world.sites.extend(sites.into_iter().map(|site| (file.to_owned(), site)));
            world.opaque.extend(opaque.iter().map(|(line, what)| format!("{file}:{line}: {what}")));
            exported.extend(more);
        }
        for (new, place) in exported {
            let target = ["crate".to_owned()].into_iter().chain(place).chain([new.clone()]);
            let root = world.modules.entry(Place::new()).or_default();
            root.aliases.entry(new).or_default().push(target.collect());
        }
        world
    }

    /// The modules that `lib.rs` declares, in its order.
    pub(crate) fn declared(&self) -> &[String] {
        self.modules.get(&Place::new()).map_or(&[], |root| root.children.as_slice())
    }

    /// Whether a chain of `mod` declarations leads from the root to the module at `place`.
    pub(crate) fn reaches(&self, place: &[String]) -> bool {
        let declares = |depth: usize| {
            let above = self.modules.get(&place[..depth]);
            above.is_some_and(|module| module.children.contains(&place[depth]))
        };
        (0..place.len()).all(declares)
    }

    /// Constructs that these rules cannot see through; the core does without them.
    pub(crate) fn opaque(&self) -> &[String] {
        &self.opaque
    }

    /// Every reference from a module to one that does not stand above it.
    pub(crate) fn order_faults(&self) -> BTreeSet<String> {
        let rank = |module: &str| ORDER.iter().position(|known| *known == module);
        let mut faults = BTreeSet::new();
        for (file, site) in &self.sites {
            let Some(own) = site.at.first() else { continue };
            let place = format!("{file}:{}", site.line);
            let (ends, mut used) = self.meaning(site);
            for end in ends {
                match end {
                    End::Module(at) if at.is_empty() && site.glob => {
                        faults.insert(format!("{place}: `{own}` imports all of the crate root"));
                    }
                    End::Item(at, rest) if at.is_empty() => {
                        let item = rest.join("::");
                        faults.insert(format!(
                            "{place}: `{own}` uses `crate::{item}`, which is in no module"
                        ));
                    }
                    End::Module(at) | End::Item(at, _) => used.extend(at.first().cloned()),
                    End::Outside(_) => {}
                }
            }
            for other in used.iter().filter(|other| *other != own && rank(other) >= rank(own)) {
                faults.insert(format!("{place}: `{own}` uses `{other}`, which is not above it"));
            }
        }
        faults
    }

    /// Every reference from the shipped code of an analysis module to the error type.
    pub(crate) fn failing_analysis(&self) -> BTreeSet<String> {
        let mut faults = BTreeSet::new();
        for (file, site) in self.sites.iter().filter(|(_, site)| !self.for_tests(site)) {
            let Some(own) = site.at.first().filter(|own| ANALYSIS.contains(&own.as_str())) else {
                continue;
            };
            let (ends, mut used) = self.meaning(site);
            for end in ends {
                if let End::Module(at) | End::Item(at, _) = end {
                    used.extend(at.first().cloned());
                }
            }
            if used.contains("error") {
                faults.insert(format!("{file}:{}: `{own}` can fail", site.line));
            }
        }
        faults
    }

    /// Everything in shipped code that reaches what the core must not.
    pub(crate) fn purity_faults(&self) -> BTreeSet<String> {
        let inside = |outer: &str, inner: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        let mut faults = BTreeSet::new();
        for (file, site) in self.sites.iter().filter(|(_, site)| !self.for_tests(site)) {
            let place = format!("{file}:{}", site.line);
            for end in self.meaning(site).0 {
                let End::Outside(path) = end else { continue };
                let path = path.join("::");
                for rule in FORBIDDEN {
                    if inside(rule, &path) || (site.glob && inside(&path, rule)) {
                        faults.insert(format!("{place}: `{path}` reaches `{rule}`"));
                    }
                }
            }
            if site.call && site.path.last().is_some_and(|last| PRINTING.contains(&last.as_str())) {
                faults.insert(format!("{place}: prints"));
            }
        }
        faults
    }

    fn for_tests(&self, site: &Site) -> bool {
        let test = |depth: usize| self.modules.get(&site.at[..depth]).is_some_and(|m| m.test);
        site.test || (0..=site.at.len()).any(test)
    }

    /// Where the path of `site` ends, and the top-level modules whose imports it goes through.
    fn meaning(&self, site: &Site) -> (Vec<End>, BTreeSet<String>) {
        let mut used = BTreeSet::new();
        let ends = self.resolve(&site.at, &site.path, &mut Trail::new(), &mut used);
        (ends, used)
    }

    fn resolve(
        &self,
        at: &[String],
        path: &[String],
        trail: &mut Trail,
        used: &mut BTreeSet<String>,
    ) -> Vec<End> {
        let (mut from, mut rest) = (at.to_vec(), path);
        while let Some((first, more)) = rest.split_first() {
            match first.as_str() {
                "crate" => from.clear(),
                "super" => drop(from.pop()),
                "self" => {}
                "Self" => return Vec::new(),
                "" => return vec![End::Outside(more.to_vec())],
                _ => break,
            }
            rest = more;
        }
        let ends = self.walk(&from, rest, trail, used);
        if !ends.is_empty() {
            return ends;
        }
        let explicit = rest.len() < path.len();
        let rest = rest.to_vec();
        vec![if explicit { End::Item(from, rest) } else { End::Outside(rest) }]
    }

    /// Follows `rest` from the module `from`; nothing where its first name is not found there.
    fn walk(
        &self,
        from: &[String],
        rest: &[String],
        trail: &mut Trail,
        used: &mut BTreeSet<String>,
    ) -> Vec<End> {
        let Some((first, more)) = rest.split_first() else {
            return vec![End::Module(from.to_vec())];
        };
        let Some(module) = self.modules.get(from) else {
            return Vec::new();
        };
        let mut ends = Vec::new();
        if module.children.contains(first) {
            let child = from.iter().chain([first]).cloned().collect();
            ends.extend(self.onward(End::Module(child), more, trail, used));
        }
        let step = (from.to_vec(), first.clone());
        if !trail.insert(step.clone()) {
            return ends;
        }
        for target in module.aliases.get(first).into_iter().flatten() {
            for end in self.resolve(from, target, trail, used) {
                ends.extend(self.onward(end, more, trail, used));
            }
        }
        if ends.is_empty() {
            for target in &module.globs {
                for end in self.resolve(from, target, trail, &mut BTreeSet::new()) {
                    if let End::Module(place) = end {
                        ends.extend(self.walk(&place, rest, trail, used));
                    }
                }
            }
        }
        trail.remove(&step);
        if !ends.is_empty() {
            used.extend(from.first().cloned());
        }
        ends
    }

    fn onward(
        &self,
        end: End,
        more: &[String],
        trail: &mut Trail,
        used: &mut BTreeSet<String>,
    ) -> Vec<End> {
        match end {
            End::Module(place) => {
                let ends = self.walk(&place, more, trail, used);
                if ends.is_empty() { vec![End::Item(place, more.to_vec())] } else { ends }
            }
            End::Item(place, rest) => vec![End::Item(place, [&rest, more].concat())],
            End::Outside(rest) => vec![End::Outside([&rest, more].concat())],
        }
    }
}
