//! Rules that would leave a finding out, ready to be pasted into a rule file.

use super::types::{Change, Finding, ResourceRef};
use crate::diff::Status;
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
    let mut conditions = vec![format!("type: {}", quoted(&resource.type_name))];
    conditions.push(format!("id: {}", quoted(&resource.id)));
    if !resource.provider.is_empty() {
        conditions.insert(0, format!("provider: {}", quoted(&resource.provider)));
    }
    if !resource.scope.is_empty() {
        let scope: Vec<String> = resource
            .scope
            .iter()
            .map(|(name, value)| format!("{}: {}", quoted(name), quoted(value)))
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

#[cfg(test)]
mod tests {
    use crate::{Context, Detector, Format, Rules, Snapshot};

    #[test]
    fn a_rule_names_the_printed_path_with_its_positions() {
        let side = |text: &'static str| Snapshot::parse(text.as_bytes(), Format::Records).unwrap();
        let desired =
            side(r#"[{"type": "t", "id": "a", "attributes": {"l": [{"x": 1, "y": 1}, 1]}}]"#);
        let actual =
            side(r#"[{"type": "t", "id": "a", "attributes": {"l": [{"x": 2, "y": 2}, 1]}}]"#);
        let context = Context::at("2026-01-01T00:00:00Z".parse().unwrap());
        let report = |rules: Rules| {
            let detector = Detector::builder().rules(rules).build().unwrap();
            detector.detect(&desired, &actual, &context)
        };
        let all = report(Rules::default());
        let finding = &all.findings[0];
        let rule = finding.changes[0].ignore_rule(&finding.resource);
        assert!(rule.contains("paths: [\"l[0].x\"]"), "{rule}");
        let left = report(Rules::from_yaml(&rule).unwrap());
        let paths: Vec<&str> = left.findings[0].changes.iter().map(|c| c.path.as_str()).collect();
        assert_eq!(paths, ["l[0].y"]);
        assert!(report(Rules::from_yaml(&finding.ignore_rule()).unwrap()).findings.is_empty());
    }
}
