//! The way through what schemas say of types that stand in each other: to each place of a type, with
//! what holds there.

use super::super::bundle;
use super::super::equality::{Equalities, Equality};
use super::super::packed::malformed;
use super::super::rule::{Fact, ListSemantics};
use super::kubernetes;
use crate::error::Result;
use crate::path::{Pattern, PatternStep};
use crate::value::{Tree, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The tags that services write themselves: AWS General Reference, tagging, "the aws: prefix is
/// reserved for AWS use", and the guides of CloudFormation, EC2 Auto Scaling, Amazon EC2, Amazon EKS,
/// Amazon EMR, AWS Backup, AWS Service Catalog, Secrets Manager and Data Lifecycle Manager.
const AWS_TAGS: [&str; 17] = [
    "aws:cloudformation:logical-id",
    "aws:cloudformation:stack-id",
    "aws:cloudformation:stack-name",
    "aws:autoscaling:groupName",
    "aws:backup:source-resource",
    "aws:createdBy",
    "aws:dlm:lifecycle-policy-id",
    "aws:ec2:fleet-id",
    "aws:ec2launchtemplate:id",
    "aws:ec2launchtemplate:version",
    "aws:eks:cluster-name",
    "aws:elasticmapreduce:instance-group-role",
    "aws:elasticmapreduce:job-flow-id",
    "aws:secretsmanager:owningService",
    "aws:servicecatalog:portfolioArn",
    "aws:servicecatalog:productArn",
    "aws:servicecatalog:provisionedProductArn",
];

/// A fact of a field, wherever its type stands.
pub(super) struct Found {
    pub(super) fact: Fact,
    pub(super) reason: String,
    pub(super) source: Option<String>,
    pub(super) paths: Vec<Pattern>,
}

/// Whom rules are named after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named<'c> {
    /// The types that stand in objects: `core.v1.PodSpec.containers`.
    ByPart,
    /// The resource type, and what is said: `AWS::SQS::Queue.sets`.
    ByResource(&'c str),
}

/// Where the types are that stand in others.
#[derive(Clone, Copy)]
pub(super) enum Shapes<'c> {
    /// In a map, by their names.
    In(Value<'c>),
    /// Among those of the Kubernetes API.
    OfKubernetes(&'c kubernetes::Types),
}

impl<'c> Shapes<'c> {
    fn get(self, name: &str) -> Result<Value<'c>> {
        match self {
            Self::In(shapes) => {
                shapes.get(name).ok_or_else(|| malformed("a type that there is not"))
            }
            Self::OfKubernetes(types) => types.shape(name),
        }
    }
}

/// The types in a type, as far as they have been gone through.
pub(super) struct Expansion<'c> {
    shapes: Shapes<'c>,
    named: Named<'c>,
    pub(super) path: Vec<PatternStep>,
    /// The types that the path has come through, each with its length there.
    within: Vec<(&'c str, usize)>,
    /// The places of which more stable versions of the type have spoken, and this one.
    before: BTreeSet<Vec<PatternStep>>,
    now: BTreeSet<Vec<PatternStep>>,
    /// Whether less stable versions follow, for which those places are kept.
    more: bool,
    /// The types inside themselves that have been gone through at any depth, with where they start.
    at_any_depth: BTreeSet<(&'c str, usize)>,
    pub(super) found: BTreeMap<(&'c str, String), Found>,
}

impl<'c> Expansion<'c> {
    pub(super) fn new(shapes: Shapes<'c>, named: Named<'c>) -> Self {
        Self {
            shapes,
            named,
            path: Vec::new(),
            within: Vec::new(),
            before: BTreeSet::new(),
            now: BTreeSet::new(),
            more: false,
            at_any_depth: BTreeSet::new(),
            found: BTreeMap::new(),
        }
    }

    /// A version of a type, which says nothing of places that those before it have spoken of; whether
    /// more of them follow.
    pub(super) fn version(&mut self, shape: &'c str, more: bool) -> Result<()> {
        self.more = more;
        self.shape(shape)?;
        let now = std::mem::take(&mut self.now);
        self.before.extend(now);
        Ok(())
    }

    /// A type that stands at a place in any kind: fields with a dot between them, and two dots for any
    /// number of steps.
    pub(super) fn elsewhere(&mut self, at: &str, shape: Value<'c>) -> Result<()> {
        if let Some(field) = at.strip_prefix("..") {
            self.path.push(PatternStep::Descend);
            self.path.extend((!field.is_empty()).then(|| PatternStep::Field(field.to_owned())));
        }
        self.shape(text(shape)?)?;
        self.path.clear();
        Ok(())
    }

    /// What holds for every field.
    pub(super) fn everywhere(&mut self, known: Value<'c>) {
        self.path.extend([PatternStep::Descend, PatternStep::Any]);
        let empties = known.get("empty_is_absent").into_iter().flat_map(Value::items);
        let fact = Fact::EmptyIsAbsent(empties.map(Tree::of).collect());
        self.put("every type", "empty", known.str_field("says").unwrap_or_default(), fact);
        self.path.clear();
        if let Some(found) = self.found.get_mut(&("every type", "empty".to_owned())) {
            found.source = known.str_field("at").map(str::to_owned);
        }
    }

    /// All that a type says, at the path.
    pub(super) fn shape(&mut self, name: &'c str) -> Result<()> {
        let shape = self.shapes.get(name)?;
        if let Some((_, length)) = self.within.iter().find(|(known, _)| *known == name).copied() {
            // A type inside itself: the same at any depth below.
            let deep = self.named != Named::ByPart;
            if deep && !self.at_any_depth.insert((name, length)) {
                return Ok(());
            }
            let below = self.path.split_off(length);
            self.path.push(PatternStep::Descend);
            let said = self.fields(name, shape, deep);
            self.path.truncate(length);
            self.path.extend(below);
            return said;
        }
        self.within.push((name, self.path.len()));
        self.fields(name, shape, true)?;
        self.within.pop();
        Ok(())
    }

    fn fields(&mut self, name: &'c str, shape: Value<'c>, go_down: bool) -> Result<()> {
        for (field, known) in shape.fields() {
            if field.is_empty() {
                self.whole(name, known)?;
                continue;
            }
            self.path.push(PatternStep::Field(field.to_owned()));
            if self.is_new() {
                self.field(name, field, known)?;
            }
            if go_down {
                self.below(name, field, known)?;
            }
            self.path.pop();
        }
        Ok(())
    }

    /// Whether no more stable version of the type has spoken of the place.
    fn is_new(&mut self) -> bool {
        if self.named != Named::ByPart {
            return true;
        }
        if self.more {
            self.now.insert(self.path.clone());
        }
        self.before.is_empty() || !self.before.contains(&self.path)
    }

    /// What is said of a type itself.
    fn whole(&mut self, name: &'c str, known: Value<'c>) -> Result<()> {
        for field in known.get("texts").into_iter().flat_map(Value::items) {
            self.path.push(PatternStep::Field(text(field)?.to_owned()));
            if self.is_new() {
                let empty = Fact::Default(Tree::String(String::new()));
                self.put(name, "texts", "an optional text that is empty is not written", empty);
            }
            self.path.pop();
        }
        if known.get("closed").is_some() && self.is_new() {
            self.close(name, "whole", "one value: who applies it owns all of it");
        }
        Ok(())
    }

    /// What is said of a field, at whose path we are.
    fn field(&mut self, name: &'c str, field: &str, known: Value<'c>) -> Result<()> {
        const WHOLE: &str = "one value: who applies it owns all of it";
        if let Some(semantics) = known.get("list") {
            let (semantics, reason) = list_semantics(semantics)?;
            let is_atomic = semantics == ListSemantics::Ordered;
            self.put(name, field, reason, Fact::List(semantics));
            if is_atomic && known.get("items").is_some() {
                self.path.push(PatternStep::Any);
                self.close(name, &format!("{field}[*]"), WHOLE);
                self.path.pop();
            }
        }
        match known.get("closed").and_then(Value::as_bool) {
            Some(true) => self.close(name, field, WHOLE),
            // A reference may open what its type closes.
            Some(false) => {
                self.put(name, field, "a map of fields of their own", Fact::Closed(false));
            }
            None => {}
        }
        if known.get("pairs").is_some() {
            self.put(
                name,
                "pairs",
                "names with values: a map, written as a list",
                Fact::Open(true),
            );
        }
        if let Some(kind) = known.str_field("tags") {
            self.tags(name, kind);
        }
        if self.named == Named::ByPart && is_map(known) {
            let fact = Fact::EmptyIsAbsent(vec![Tree::Null, Tree::Map(Vec::new())]);
            self.put(name, "maps", "a map without entries is not written", fact);
        } else if is_map(known) {
            self.path.push(PatternStep::Any);
            let fact = Fact::EmptyIsAbsent(vec![Tree::Null]);
            self.put(
                name,
                "entries",
                "an entry of a map is there by its name, though its text be empty",
                fact,
            );
            self.path.pop();
        }
        if known.get("read_only").is_some() {
            let fact = Fact::ReadOnly { declared: true };
            self.put(name, field, "the system alone writes it", fact);
        }
        if let Some(equality) = known.str_field("equal") {
            self.spelled(name, field, equality)?;
        }
        if let Some(default) = known.get("default") {
            let says = known.str_field("says").unwrap_or("its zero value is not written");
            let alone = ["list", "equal", "closed"].iter().all(|other| known.get(other).is_none());
            let what = if alone { field.to_owned() } else { format!("{field} default") };
            self.put(name, &what, says, Fact::Default(Tree::of(default)));
            if let Some(found) = self.found.get_mut(&(name, what)) {
                found.source = known.str_field("at").map(str::to_owned);
            }
        }
        Ok(())
    }

    /// Tags, at whose path we are: others may add some, and those of AWS are written by AWS alone.
    fn tags(&mut self, name: &'c str, kind: &str) {
        self.put(
            name,
            "open tags",
            "tags of the stack are put on its resources too",
            Fact::Open(true),
        );
        for tag in AWS_TAGS {
            self.path.push(match kind {
                "map" => PatternStep::Field(tag.to_owned()),
                _ => PatternStep::Key(vec![("Key".to_owned(), Tree::String(tag.to_owned()))]),
            });
            let fact = Fact::ReadOnly { declared: false };
            self.put(name, "tags of AWS", "tags that start with aws: are for AWS to write", fact);
            self.path.pop();
        }
    }

    fn spelled(&mut self, name: &'c str, what: &str, equality: &str) -> Result<()> {
        let known = equalities(equality).ok_or_else(|| malformed("an equality"))?;
        self.put(name, what, "one value has many spellings", Fact::Equal(known));
        Ok(())
    }

    /// What is inside a field, at whose path we are.
    fn below(&mut self, name: &'c str, field: &str, known: Value<'c>) -> Result<()> {
        if let Some(of) = known.str_field("of") {
            self.shape(of)?;
        }
        if let Some(equality) = known.str_field("each") {
            self.path.push(PatternStep::Any);
            self.spelled(name, &format!("{field}[*]"), equality)?;
            self.path.pop();
        }
        let Some(inside) = known.get("items").or_else(|| known.get("values")) else {
            return Ok(());
        };
        self.path.push(PatternStep::Any);
        match (inside.as_str(), inside.str_field("equal")) {
            (Some(of), _) => self.shape(of)?,
            (None, Some(equality)) if self.is_new() => {
                self.spelled(name, &format!("{field}[*]"), equality)?;
            }
            _ => {}
        }
        self.path.pop();
        Ok(())
    }

    /// The path and every map below it have to match whole.
    fn close(&mut self, shape: &'c str, what: &str, reason: &str) {
        self.put(shape, what, reason, Fact::Closed(true));
        self.path.extend([PatternStep::Descend, PatternStep::Any]);
        self.put(shape, what, reason, Fact::Closed(true));
        self.path.truncate(self.path.len().saturating_sub(2));
    }

    /// Adds the path to those of a rule.
    pub(super) fn put(&mut self, shape: &'c str, what: &str, reason: &str, fact: Fact) {
        let key = match self.named {
            Named::ByPart => (shape, what.to_owned()),
            Named::ByResource(name) => (name, said(&fact, what)),
        };
        let found = self.found.entry(key).or_insert_with(|| Found {
            fact,
            reason: reason.to_owned(),
            source: None,
            paths: Vec::new(),
        });
        found.paths.push(Pattern::of(self.path.clone()));
    }
}

/// Whether a field is a map whose names are the user's own, or a document.
fn is_map(known: Value<'_>) -> bool {
    let is = |part: &str, what: &str| known.str_field(part) == Some(what);
    let has = |part: &str| known.get(part).is_some();
    has("map") || has("values") || is("tags", "map") || is("equal", "json")
}

/// An equality, or a bundle of facts, by its name.
fn equalities(name: &str) -> Option<Equalities> {
    let Some(bundle) = bundle::by_name(name) else {
        return Equality::by_name(name).map(Equalities::from);
    };
    let canonical = bundle::equality(bundle).ok()?;
    Some(Equalities { canonical, relations: Vec::new(), bundle: Some(bundle) })
}

/// What a rule of a resource type is named after.
fn said(fact: &Fact, what: &str) -> String {
    match fact {
        Fact::List(ListSemantics::Set { .. }) => "sets".to_owned(),
        Fact::List(ListSemantics::Keyed(keys)) => format!("by {}", keys.join(", ")),
        Fact::Equal(equal) if equal.relations.is_empty() && what != "names" => format!("{equal}"),
        Fact::Default(value) => format!("default {} {value}", what.trim_end_matches(" default")),
        _ => what.to_owned(),
    }
}

fn list_semantics(value: Value<'_>) -> Result<(ListSemantics, &'static str)> {
    match value.as_str() {
        // The word is about who owns the list: its elements are still compared one by one.
        Some("atomic") => Ok((ListSemantics::Ordered, "written and kept as one list")),
        Some("set") => Ok((ListSemantics::Set { unique: false }, "a set")),
        Some(_) => Err(malformed("list semantics")),
        None => {
            let keys: Result<Vec<String>> =
                value.items().map(|key| Ok(text(key)?.to_owned())).collect();
            Ok((ListSemantics::Keyed(keys?), "a list of elements with keys"))
        }
    }
}

pub(super) fn text(value: Value<'_>) -> Result<&str> {
    value.as_str().ok_or_else(|| malformed("a name"))
}
