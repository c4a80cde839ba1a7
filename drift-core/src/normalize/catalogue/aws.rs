//! What the schemas of the CloudFormation registry say: a type by itself, one a line, in blocks.

use super::super::condition::When;
use super::super::equality::{Equalities, Equality, Relation};
use super::super::glob::Glob;
use super::super::packed::{Block, malformed};
use super::super::rule::{Fact, Layer, Match, Rule};
use super::super::transform::Transform;
use super::Part;
use super::expansion::{Expansion, Found, Named, Shapes, text};
use crate::error::{Error, Result};
use crate::path::PatternStep;
use crate::value::{Document, ReadOptions, Value};
use std::sync::{Arc, OnceLock};

/// What letters say of paths, what rules of that are named after, why, and what it comes to. A property
/// without which there is no resource, or that cannot be changed, lasts.
const LETTERS: [(&[char], &str, &str, Fact); 3] = [
    (&['r'], "read_only", "only the service writes it", Fact::ReadOnly { declared: false }),
    (&['w'], "write_only", "the service takes it and never returns it", Fact::WriteOnly),
    (&['c', 'n'], "lasting", "it lasts: where it is not live, it cannot be read", Fact::ReadGap),
];

/// The types of the registry.
#[derive(Debug)]
pub(super) struct Types {
    /// What holds for all of them.
    head: &'static str,
    blocks: &'static [Block],
    document: OnceLock<Result<Document<'static>>>,
}

impl Types {
    pub(super) const fn new(head: &'static str, blocks: &'static [Block]) -> Self {
        Self { head, blocks, document: OnceLock::new() }
    }

    fn head(&self) -> Result<Value<'_>> {
        let read = || Document::parse_json(self.head.as_bytes(), &ReadOptions::default());
        self.document.get_or_init(read).as_ref().map(Document::root).map_err(Error::clone)
    }

    /// The transforms of all types, in the order of their numbers.
    pub(super) fn transforms(&self) -> Vec<Transform> {
        let read = |head: Value<'_>| {
            head.get("transforms").into_iter().flat_map(Value::items).map(Transform::read).collect()
        };
        self.head().ok().and_then(read).unwrap_or_default()
    }

    /// Whether there is a schema of the type.
    pub(super) fn knows(&self, type_name: &str) -> bool {
        type_name.starts_with("AWS::") && self.line(type_name).is_ok_and(|line| line.is_some())
    }

    /// The line of a type.
    fn line(&self, type_name: &str) -> Result<Option<&str>> {
        let before = self.blocks.partition_point(|block| block.first <= type_name);
        let Some(block) = before.checked_sub(1).and_then(|index| self.blocks.get(index)) else {
            return Ok(None);
        };
        let start = format!("{{\"type\":\"{type_name}\"");
        Ok(block.text.text()?.lines().find(|line| line.starts_with(&start)))
    }

    /// The parts of the id of a type, in their order.
    pub(super) fn identifier(&self, type_name: &str) -> Result<Vec<Part>> {
        let Some(line) = self.line(type_name)? else { return Ok(Vec::new()) };
        let document = Document::parse_json(line.as_bytes(), &ReadOptions::default())?;
        let mut parts = Vec::new();
        for (letters, paths) in document.root().get("paths").into_iter().flat_map(Value::fields) {
            let Some((_, rest)) = letters.split_once('i') else { continue };
            // The first part has no number.
            let place = rest.chars().next().and_then(|digit| digit.to_digit(10)).unwrap_or(0);
            let made_up = letters.contains('r');
            for path in text(paths)?.split(' ') {
                parts.push((place, Part { property: path.to_owned(), made_up }));
            }
        }
        parts.sort_by_key(|(place, _)| *place);
        Ok(parts.into_iter().map(|(_, part)| part).collect())
    }

    /// The rules of a type, named after it and what they say.
    pub(super) fn rules(&self, pack: &str, type_name: &str) -> Result<Vec<Arc<Rule>>> {
        let Some(line) = self.line(type_name)? else { return Ok(Vec::new()) };
        let document = Document::parse_json(line.as_bytes(), &ReadOptions::default())?;
        let root = document.root();
        let shapes = root.get("shapes").unwrap_or(Value::null());
        let mut expansion = Expansion::new(Shapes::In(shapes), Named::ByResource(type_name));
        if shapes.get("").is_some() {
            expansion.shape("")?;
        }
        let mut said = Vec::new();
        for (letters, paths) in root.get("paths").into_iter().flat_map(Value::fields) {
            said.extend(text(paths)?.split(' ').map(|path| (path, letters)));
        }
        for (path, letters) in said {
            if letters.contains(['c', 'i']) && path.ends_with("Name") && !path.contains('/') {
                expansion.path = steps(path);
                let fact = Fact::Generated(vec![Glob::new("*-*-*")]);
                let reason = "CloudFormation makes up names: stack, logical id and a random suffix";
                expansion.put("", "made up", reason, fact);
            }
            for (known, what, reason, fact) in LETTERS {
                if letters.contains(known) {
                    expansion.path = steps(path);
                    expansion.put("", what, reason, fact);
                }
            }
            // Nor can what is inside of it be changed.
            if letters.contains('c') {
                expansion.path = steps(path);
                let says = "what is created with the resource lasts as long as it does";
                expansion.put("", "replaces", says, Fact::Replaces);
                let reason = "it lasts with all that is inside: what is not live cannot be read";
                expansion.path = steps(path);
                expansion.path.extend([PatternStep::Descend, PatternStep::Any]);
                expansion.put("", "lasting inside", reason, Fact::ReadGap);
            }
        }
        let versions =
            equalities(Equality::TextOrJson, &[Relation::VersionPrefix, Relation::Latest]);
        let constants = equalities(Equality::CaseInsensitive, &[]);
        for (part, reason, equal) in [
            ("names", "a constant, which the case of its letters does not tell apart", constants),
            ("versions", "a version may leave its last parts to the service", versions),
        ] {
            for name in root.str_field(part).into_iter().flat_map(|names| names.split(' ')) {
                let name = PatternStep::Field(name.to_owned());
                expansion.path = vec![PatternStep::Descend, name];
                expansion.put("", part, reason, Fact::Equal(equal.clone()));
                // A list holds some of the names.
                expansion.path.push(PatternStep::Any);
                expansion.put("", part, reason, Fact::Equal(equal.clone()));
            }
        }
        for (path, number) in root.get("transforms").into_iter().flat_map(Value::fields) {
            expansion.path = steps(path);
            let number = number.as_number().and_then(|number| number.to_string().parse().ok());
            let number = number.ok_or_else(|| malformed("a transform without a number"))?;
            let mut own = vec![Relation::Transform(number)];
            // Each transform is a rule of its own.
            let mut what = format!("transform {number}");
            if path.ends_with("Version") {
                what.push_str(" of versions");
                own.extend([Relation::VersionPrefix, Relation::Latest]);
            }
            let fact = Fact::Equal(equalities(Equality::TextOrJson, &own));
            let reason = "the service turns what is declared into this";
            expansion.put("", &what, reason, fact);
        }
        let source = self.head()?.str_field("source").ok_or_else(|| malformed("no source"))?;
        let matches = Match { type_name: Some(Glob::new(type_name)), ..Match::default() };
        let rule = |((_, what), found): ((&str, String), Found)| Rule {
            id: format!("{type_name}.{what}"),
            layer: Layer::GeneratedPack,
            pack: Some(pack.to_owned()),
            matches: matches.clone(),
            paths: found.paths,
            facts: vec![found.fact],
            when: When::default(),
            identity: Vec::new(),
            title: None,
            reason: Some(found.reason),
            owner: None,
            source: Some(source.to_owned()),
            expires: None,
            bundle: None,
            file: None,
            line: 0,
        };
        let rules = expansion.found.into_iter().map(|found| Arc::new(rule(found))).collect();
        Ok(rules)
    }
}

/// An equality with relations of its own, and those that hold for any value.
fn equalities(canonical: Equality, own: &[Relation]) -> Equalities {
    let any = [
        Relation::ArnOrName,
        Relation::LogGroupArn,
        Relation::KmsKey,
        Relation::AsNumber,
        Relation::Resolved,
        Relation::TrimmedEnd,
        Relation::SameInstant,
        Relation::SameAddress,
        Relation::SameUrl,
        Relation::Masked,
    ];
    Equalities { canonical, relations: own.iter().copied().chain(any).collect(), bundle: None }
}

/// `A/*/B` as steps.
fn steps(path: &str) -> Vec<PatternStep> {
    let step = |token: &str| match token {
        "*" => PatternStep::Any,
        name => PatternStep::Field(name.to_owned()),
    };
    path.split('/').map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::super::AWS;

    #[test]
    fn all_types_take_little_room() {
        let packed: usize = AWS.blocks.iter().map(|block| block.text.size()).sum();
        let size = packed + AWS.head.len();
        assert!((50_000..150_000).contains(&size), "{size} bytes");
    }

    #[test]
    fn every_transform_is_a_rule_of_its_own() {
        let rules = AWS.rules("aws_schema", "AWS::RDS::DBInstance").unwrap();
        let of = |field: &str| {
            let is_transform = |rule: &&std::sync::Arc<super::Rule>| rule.id.contains(".transform");
            let named = |rule: &&std::sync::Arc<super::Rule>| {
                rule.paths.iter().any(|pattern| pattern.to_string().contains(field))
            };
            rules.iter().filter(is_transform).find(named).map(|rule| rule.facts.clone())
        };
        assert!(of("EngineVersion").is_some() && of("EngineVersion") != of("DBSubnetGroupName"));
    }
}
