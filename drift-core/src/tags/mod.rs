//! Tags and labels of all clouds under one policy: keys that must be there, the values that they may
//! have, and the other names that they go by.

mod read;
mod taken;

pub(crate) use taken::{Taken, may_have_more, taken};

use crate::model::{Ratio, Resource};
use crate::normalize::Glob;
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is wrong with a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TagProblem {
    /// It is required, and is not there or empty.
    Missing,
    /// Its value is none that it may have.
    NotAllowed,
    /// It stands under another name than its own.
    AliasUsed,
}

impl TagProblem {
    /// The word of the problem in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::NotAllowed => "not_allowed",
            Self::AliasUsed => "alias_used",
        }
    }
}

/// How many resources a tag policy was asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TagCounts {
    /// Resources that the policy speaks of and whose tags are known.
    pub resources: usize,
    /// Those with which nothing is wrong.
    pub compliant: usize,
    /// Compliant ones among them; null where there are none.
    pub ratio: Option<Ratio>,
}

impl TagCounts {
    pub(crate) fn count(&mut self, compliant: bool) {
        self.resources += 1;
        self.compliant += usize::from(compliant);
        self.ratio = Ratio::of(self.compliant, self.resources);
    }
}

/// What a tag policy comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TagSummary {
    /// All resources.
    #[serde(flatten)]
    pub counts: TagCounts,
    /// Resources that the policy speaks of and whose tags are not known, or which take none.
    pub not_evaluated: usize,
    /// Violations by problem.
    pub problems: BTreeMap<String, usize>,
    /// Violations by key.
    pub by_key: BTreeMap<String, usize>,
    /// Resources by provider.
    pub by_provider: BTreeMap<String, TagCounts>,
}

/// Which resources a demand is made of; what it does not name matches everything.
#[derive(Clone, Debug, Default)]
struct Matches {
    provider: Vec<Glob>,
    type_name: Vec<Glob>,
    id: Vec<Glob>,
    scope: BTreeMap<String, Vec<Glob>>,
}

impl Matches {
    fn holds(&self, resource: &Resource<'_>) -> bool {
        let key = &resource.key;
        let any = |globs: &[Glob], text: &str| {
            globs.is_empty() || globs.iter().any(|glob| glob.matches(text))
        };
        any(&self.provider, &key.provider)
            && any(&self.type_name, &key.type_name)
            && (any(&self.id, &key.id) || any(&self.id, resource.address()))
            && self
                .scope
                .iter()
                .all(|(name, globs)| key.scope.get(name).is_some_and(|value| any(globs, value)))
    }
}

/// What is demanded of one tag.
#[derive(Clone, Debug)]
pub(crate) struct Demand {
    pub(crate) key: String,
    required: bool,
    aliases: Vec<String>,
    /// Whether names are the same in any case; where nobody says, those of Azure are.
    any_case: Option<bool>,
    values: Vec<Glob>,
    regex: Option<Regex>,
    /// Whether an alias is a violation.
    strict: bool,
    matches: Matches,
    pub(crate) reason: Option<String>,
    pub(crate) owner: Option<String>,
}

impl Demand {
    /// The values that it may have, as the policy writes them; none where any is allowed.
    pub(crate) fn allowed(&self) -> Vec<String> {
        let values = self.values.iter().map(|glob| glob.as_str().to_owned());
        let regex = self.regex.iter().map(|regex| format!("/{}/", bare(regex)));
        values.chain(regex).collect()
    }

    fn allows(&self, value: &str) -> bool {
        let free = self.values.is_empty() && self.regex.is_none();
        free || self.values.iter().any(|glob| glob.matches(value))
            || self.regex.as_ref().is_some_and(|regex| regex.is_match(value))
    }

    /// The tag, with the name that it stands under; one without a value is as good as none.
    fn find<'t>(
        &self,
        tags: &'t BTreeMap<String, String>,
        any_case: bool,
    ) -> Option<(&'t str, &'t str)> {
        let names = std::iter::once(&self.key).chain(&self.aliases);
        let named = |name: &String| {
            let exact = tags.get_key_value(name);
            let same = |(known, _): &(&String, &String)| known.eq_ignore_ascii_case(name);
            let found = exact.or_else(|| any_case.then(|| tags.iter().find(same)).flatten());
            found.filter(|(_, value)| !value.trim().is_empty())
        };
        names.filter_map(named).map(|(name, value)| (name.as_str(), value.as_str())).next()
    }

    /// What is wrong with the tags, with the tag that it is about.
    pub(crate) fn check<'t>(
        &self,
        resource: &Resource<'_>,
        tags: &'t BTreeMap<String, String>,
    ) -> Option<Wrong<'t>> {
        let azure = resource.key.provider.starts_with("azure");
        let any_case = self.any_case.unwrap_or(azure);
        let Some((name, value)) = self.find(tags, any_case) else {
            return self.required.then_some(Wrong { problem: TagProblem::Missing, tag: None });
        };
        let own = if any_case { name.eq_ignore_ascii_case(&self.key) } else { name == self.key };
        let problem = match (self.allows(value), own) {
            (false, _) => TagProblem::NotAllowed,
            (true, false) if self.strict => TagProblem::AliasUsed,
            (true, _) => return None,
        };
        Some(Wrong { problem, tag: Some((name, value)) })
    }
}

/// The pattern as it was written.
fn bare(regex: &Regex) -> &str {
    let text = regex.as_str();
    text.strip_prefix("^(?:").and_then(|rest| rest.strip_suffix(")$")).unwrap_or(text)
}

/// What is wrong with a tag of one side.
pub(crate) struct Wrong<'t> {
    pub(crate) problem: TagProblem,
    /// The name that it stands under, and its value.
    pub(crate) tag: Option<(&'t str, &'t str)>,
}

/// What is demanded of tags and labels.
///
/// ```
/// use drift_core::TagPolicy;
/// let policy = TagPolicy::from_yaml("
/// version: 1
/// tags:
///   - {key: owner, aliases: [Owner, team]}
///   - {key: env, values: [prod, staging, 'dev-*'], match: {provider: [aws, google]}}
///   - {key: cost-center, required: false, regex: '[0-9]{4}'}
/// ")?;
/// assert_eq!(policy.keys(), ["owner", "env", "cost-center"]);
/// let error = TagPolicy::from_yaml("tags: [{key: env, value: prod}]").unwrap_err();
/// assert_eq!(error.help(), Some("did you mean `values`?"));
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TagPolicy {
    demands: Vec<Demand>,
}

impl TagPolicy {
    /// The keys that it speaks of, in its order.
    #[must_use]
    pub fn keys(&self) -> Vec<&str> {
        self.demands.iter().map(|demand| demand.key.as_str()).collect()
    }

    /// What is demanded of a resource.
    pub(crate) fn demands<'p>(
        &'p self,
        resource: &'p Resource<'_>,
    ) -> impl Iterator<Item = &'p Demand> {
        self.demands.iter().filter(|demand| demand.matches.holds(resource))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attributes, ResourceKey};
    use crate::value::{Document, ReadOptions};

    fn problems(policy: &str, provider: &str, tags: &[(&str, &str)]) -> Vec<TagProblem> {
        let policy = TagPolicy::from_yaml(policy).unwrap();
        let document = Document::parse_json(b"{}", &ReadOptions::default()).unwrap();
        let key = ResourceKey { provider: provider.into(), ..ResourceKey::default() };
        let resource = Resource::new(key, Attributes::of(document));
        let tags = tags.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let of = policy.demands(&resource);
        of.filter_map(|demand| demand.check(&resource, &tags)).map(|it| it.problem).collect()
    }

    #[test]
    fn names_and_aliases() {
        use TagProblem::{AliasUsed, Missing};
        let plain = "tags: [{key: owner, aliases: [Owner, team]}]";
        assert_eq!(problems(plain, "aws", &[("owner", "a")]), []);
        assert_eq!(problems(plain, "aws", &[("team", "a")]), []);
        assert_eq!(problems(plain, "aws", &[("OWNER", "a")]), [Missing]);
        assert_eq!(problems(plain, "azurerm", &[("OWNER", "a")]), []);
        assert_eq!(problems(plain, "aws", &[("owner", " ")]), [Missing]);
        assert_eq!(problems(plain, "aws", &[("owner", ""), ("team", "a")]), []);
        let strict = "tags: [{key: owner, aliases: [team], alias: report}]";
        assert_eq!(problems(strict, "aws", &[("team", "a")]), [AliasUsed]);
        assert_eq!(problems(strict, "aws", &[("team", "a"), ("owner", "b")]), []);
        let any = "tags: [{key: owner, case: any, alias: report}]";
        assert_eq!(problems(any, "aws", &[("OWNER", "a")]), []);
        let exact = "tags: [{key: owner, case: exact}]";
        assert_eq!(problems(exact, "azurerm", &[("OWNER", "a")]), [Missing]);
    }

    #[test]
    fn values_are_globs_or_whole_matches() {
        use TagProblem::NotAllowed;
        let policy = "tags: [{key: env, required: false, values: [prod, 'dev-*'], regex: 'x|y+'}]";
        for value in ["prod", "dev-1", "dev-", "x", "yyy"] {
            assert_eq!(problems(policy, "", &[("env", value)]), [], "{value}");
        }
        for value in ["Prod", "dev", "xx", "axe", "yx"] {
            assert_eq!(problems(policy, "", &[("env", value)]), [NotAllowed], "{value}");
        }
        assert_eq!(problems(policy, "", &[]), []);
        assert_eq!(TagPolicy::from_yaml(policy).unwrap().demands[0].allowed()[2], "/x|y+/");
    }
}
