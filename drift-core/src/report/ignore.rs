//! Rules that would leave a finding out, ready to be pasted into a rule file.

use super::types::{Change, Finding, ResourceRef};
use crate::diff::Status;
use crate::normalize::Glob;
use crate::path::{Path, Step};
use crate::value::quoted;

impl Finding {
    /// A rule file that ignores this finding and nothing else: its paths, or the whole resource.
    ///
    /// It asks for a reason; nothing is ignored without anybody knowing why. Where elements of an
    /// ordered list came or went, the list without the named positions may differ at others.
    #[must_use]
    pub fn ignore_rule(&self) -> String {
        let paths: Vec<String> = match self.status {
            Status::Drifted => self.changes.iter().map(rule_path).collect(),
            _ => vec![String::new()],
        };
        rule_file(&self.resource, &self.fingerprint, &paths)
    }
}

impl Change {
    /// A rule file that ignores this change of a resource and nothing else.
    ///
    /// An element of an ordered list goes by its position, as in the printed path: where elements
    /// are put in before it, the rule means another one.
    #[must_use]
    pub fn ignore_rule(&self, resource: &ResourceRef) -> String {
        rule_file(resource, &self.fingerprint, &[rule_path(self)])
    }
}

/// The path as a pattern: an element whose key is hidden cannot be named, so any is meant.
fn rule_path(change: &Change) -> String {
    let mut path = String::new();
    for (index, part) in change.steps.split(|step| matches!(step, Step::Hidden(_))).enumerate() {
        let text = Path::new(part.to_vec()).to_string();
        if index > 0 {
            path.push_str("[*]");
            if !text.is_empty() && !text.starts_with(['[', '|']) {
                path.push('.');
            }
        }
        path.push_str(&text);
    }
    path
}

fn rule_file(resource: &ResourceRef, fingerprint: &str, paths: &[String]) -> String {
    // Names of resources may hold stars: `*.example.com`.
    let exactly = |text: &str| quoted(Glob::exactly(text).as_str());
    let mut conditions = vec![format!("type: {}", exactly(&resource.type_name))];
    conditions.push(format!("id: {}", exactly(&resource.id)));
    if !resource.provider.is_empty() {
        conditions.insert(0, format!("provider: {}", exactly(&resource.provider)));
    }
    if !resource.scope.is_empty() {
        let scope: Vec<String> = resource
            .scope
            .iter()
            .map(|(name, value)| format!("{}: {}", quoted(name), exactly(value)))
            .collect();
        conditions.push(format!("scope: {{{}}}", scope.join(", ")));
    }
    let short: String = fingerprint.chars().take(12).collect();
    let paths: Vec<String> = paths.iter().map(|path| quoted(path)).collect();
    format!(
        "version: 1\nrules:\n  - id: ignore-{short}\n    match: {{{}}}\n    paths: [{}]\n    \
         ignore: true\n    reason: \"why this may differ\"\n",
        conditions.join(", "),
        paths.join(", ")
    )
}
