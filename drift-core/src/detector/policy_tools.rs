//! Policies before they count: what they would have said of snapshots, and whether they say what they ought to.

use super::{Context, Detector};
use crate::error::{Code, Error, Result};
use crate::limits::Stop;
use crate::model::{ResourceKey, Snapshot};
use crate::normalize::Severity;
use crate::path::to_json;
use crate::policy::{Enforcement, Evaluator, raw};
use crate::report::{Masks, PolicyViolation, Report, ResourceRef};
use crate::source::Format;
use crate::source::strict::{Strict, optional};
use crate::time::Timestamp;
use crate::value::{Document, Kind, ReadOptions, Value, YamlSchema};
use serde::Serialize;
use std::collections::BTreeMap;

const STRICT: Strict = Strict(Code::Policy);

/// What policies would have said of several snapshots.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DryRun {
    /// How many snapshots there were.
    pub snapshots: usize,
    /// What each policy would have said, by id.
    pub policies: Vec<DryRunPolicy>,
}

/// What one policy would have said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DryRunPolicy {
    /// Its id.
    pub policy: String,
    /// What a violation would have called for.
    pub enforcement: Enforcement,
    /// In how many snapshots it would have fired.
    pub snapshots: usize,
    /// How often, over all of them.
    pub fired: usize,
    /// How often an exemption would have held.
    pub exempted: usize,
    /// How often it could not have been evaluated.
    pub errors: usize,
    /// On what, by resource.
    pub hits: Vec<DryRunHit>,
}

/// A resource that a policy would have fired on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DryRunHit {
    /// The resource, as the last of the snapshots has it.
    pub resource: ResourceRef,
    /// The rule.
    pub rule: String,
    /// What it would have said, in the last of the snapshots.
    pub message: String,
    /// How bad.
    pub severity: Severity,
    /// In how many snapshots.
    pub snapshots: usize,
    /// When the first of them was taken, where that is known.
    pub first: Option<Timestamp>,
    /// When the last of them was taken.
    pub last: Option<Timestamp>,
}

impl DryRun {
    /// The answer as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Detector {
    /// What the policies would have said of live snapshots, say those of the last thirty days. Reports do not
    /// keep documents, so they cannot be asked.
    ///
    /// ```
    /// use drift_core::policy::Policies;
    /// use drift_core::{Detector, Format, Snapshot};
    /// let policies = Policies::from_rego("package p\ndeny contains \"public\" if input.acl == \"all\"")?;
    /// let detector = Detector::builder().policies(policies).build()?;
    /// let text = br#"[{"type": "bucket", "id": "a", "attributes": {"acl": "all"}}]"#;
    /// let snapshot = Snapshot::parse(text, Format::Records)?;
    /// let run = detector.dry_run(&[&snapshot, &snapshot], "2026-01-01T00:00:00Z".parse()?);
    /// assert_eq!((run.policies[0].snapshots, run.policies[0].fired), (2, 2));
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    #[must_use]
    pub fn dry_run(&self, snapshots: &[&Snapshot<'_>], at: Timestamp) -> DryRun {
        self.dry_run_until(snapshots, at, &Stop::default()).unwrap_or_default()
    }

    /// As [`Detector::dry_run`], until someone asks to stop: `None` then.
    ///
    /// ```
    /// use drift_core::{Detector, Snapshot, Stop};
    /// let (detector, stop) = (Detector::builder().build()?, Stop::default());
    /// let (snapshot, at) = (Snapshot::default(), "2026-01-01T00:00:00Z".parse()?);
    /// assert!(detector.dry_run_until(&[&snapshot], at, &stop).is_some());
    /// stop.ask();
    /// assert!(detector.dry_run_until(&[&snapshot], at, &stop).is_none());
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    #[must_use]
    pub fn dry_run_until(
        &self,
        snapshots: &[&Snapshot<'_>],
        at: Timestamp,
        stop: &Stop,
    ) -> Option<DryRun> {
        let nothing = Snapshot::default();
        let mut policies: BTreeMap<&str, DryRunPolicy> = BTreeMap::new();
        for policy in self.policies.policies() {
            let fresh = DryRunPolicy {
                policy: policy.id.clone(),
                enforcement: policy.enforcement,
                snapshots: 0,
                fired: 0,
                exempted: 0,
                errors: 0,
                hits: Vec::new(),
            };
            policies.insert(&policy.id, fresh);
        }
        let mut hits: BTreeMap<HitKey, DryRunHit> = BTreeMap::new();
        for snapshot in snapshots {
            let at = snapshot.taken_at.unwrap_or(at);
            let report = self.detect_until(&nothing, snapshot, &Context::at(at), stop)?;
            note(&report, snapshot.taken_at, &mut policies, &mut hits);
        }
        for ((policy, ..), hit) in hits {
            if let Some(policy) = policies.get_mut(policy.as_str()) {
                policy.hits.push(hit);
            }
        }
        let run = DryRun { snapshots: snapshots.len(), policies: policies.into_values().collect() };
        (!stop.is_asked()).then_some(run)
    }
}

/// The policy, the resource, the rule, and what tells one violation from another.
type HitKey = (String, ResourceKey, String, String);

fn note(
    report: &Report,
    taken_at: Option<Timestamp>,
    policies: &mut BTreeMap<&str, DryRunPolicy>,
    hits: &mut BTreeMap<HitKey, DryRunHit>,
) {
    for usage in &report.policy_usage {
        let Some(policy) = policies.get_mut(usage.policy.as_str()) else { continue };
        policy.snapshots += usize::from(usage.violations > 0);
        policy.fired += usage.violations;
        policy.exempted += usage.exempted;
        policy.errors += usage.errors;
    }
    for violation in report.policy_violations.iter().filter(|found| found.exempted.is_none()) {
        let PolicyViolation { policy, resource, rule, id, message, severity, .. } = violation;
        let told = id.clone().unwrap_or_else(|| message.clone());
        let key = (policy.clone(), resource.key(), rule.clone(), told);
        let hit = hits.entry(key).or_insert_with(|| DryRunHit {
            resource: resource.clone(),
            rule: rule.clone(),
            message: message.clone(),
            severity: *severity,
            snapshots: 0,
            first: taken_at,
            last: taken_at,
        });
        hit.snapshots += 1;
        hit.first = hit.first.into_iter().chain(taken_at).min();
        hit.last = hit.last.max(taken_at);
        hit.resource = resource.clone();
        hit.message.clone_from(message);
    }
}

/// Whether policies say what their cases expect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyTests {
    /// How many cases pass.
    pub passed: usize,
    /// How many fail.
    pub failed: usize,
    /// The cases, in their order.
    pub cases: Vec<PolicyCase>,
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyCase {
    /// Its name.
    pub name: String,
    /// The line that it starts at.
    pub line: usize,
    /// Whether it passes.
    pub passed: bool,
    /// What was expected and is not said.
    pub missing: Vec<String>,
    /// What is said and was not expected.
    pub unexpected: Vec<String>,
    /// What could not be evaluated.
    pub errors: Vec<String>,
}

impl PolicyTests {
    /// The answer as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A violation as cases know it.
struct Said {
    policy: String,
    rule: String,
    id: Option<String>,
    message: String,
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.policy, self.rule, self.message)
    }
}

impl Detector {
    /// Runs the cases of a test file over the policies: `{version: 1, cases: […]}` in YAML or JSON, or the list
    /// alone. A case has a `name`, and is `given` a resource (a record, or a document that is known by itself),
    /// or an `input` as the policy sees it; `expect` lists what must be said, and nothing else may be.
    ///
    /// # Errors
    /// `DRIFT_POLICY` where the file is malformed, and what reading the given documents may say.
    ///
    /// ```
    /// use drift_core::Detector;
    /// use drift_core::policy::Policies;
    /// let policies = Policies::from_rego("package p\ndeny contains \"public\" if input.acl == \"all\"")?;
    /// let detector = Detector::builder().policies(policies).build()?;
    /// let tests = detector.test_policies(None, "
    /// - {name: refused, input: {acl: all}, expect: [{rule: deny, message: public}]}
    /// - {name: let pass, given: {type: bucket, id: a, attributes: {acl: none}}, expect: []}
    /// ", "2026-01-01T00:00:00Z".parse()?)?;
    /// assert_eq!((tests.passed, tests.failed), (2, 0));
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn test_policies(
        &self,
        file: Option<&str>,
        text: &str,
        at: Timestamp,
    ) -> Result<PolicyTests> {
        let read = || {
            let options = ReadOptions::default();
            let document = Document::parse_yaml(text.as_bytes(), YamlSchema::Core, &options)?;
            let root = document.root();
            let listed: Vec<Value<'_>> = match root.kind() {
                Kind::List => root.items().collect(),
                _ => {
                    STRICT.fields(root, "a file of cases", &["version", "cases"])?;
                    let version = root.get("version").and_then(Value::as_number);
                    if version.and_then(|version| version.as_i64()) != Some(1) {
                        return Err(STRICT.fault(root, "expected `version: 1`"));
                    }
                    STRICT.required(root, "cases")?;
                    STRICT.elements(root, "cases")?.collect()
                }
            };
            let cases = listed.into_iter().map(|case| self.case(case, at));
            let cases: Vec<PolicyCase> = cases.collect::<Result<_>>()?;
            let passed = cases.iter().filter(|case| case.passed).count();
            Ok(PolicyTests { passed, failed: cases.len() - passed, cases })
        };
        read().map_err(|error: Error| match file {
            Some(file) => error.in_file(file),
            None => error,
        })
    }

    fn case(&self, case: Value<'_>, at: Timestamp) -> Result<PolicyCase> {
        const FIELDS: [&str; 6] = ["name", "policy", "given", "input", "at", "expect"];
        STRICT.fields(case, "a case", &FIELDS)?;
        let name = STRICT.text(STRICT.required(case, "name")?, "`name`")?.to_owned();
        let policy = STRICT.optional_text(case, "policy")?;
        if let Some(policy) = &policy
            && !self.policies.policies().any(|known| known.id == *policy)
        {
            let at = case.get("policy").unwrap_or(case);
            return Err(STRICT.fault(at, format!("no such policy: `{policy}`")));
        }
        let at = match STRICT.optional_text(case, "at")? {
            Some(text) => text.parse().map_err(|error: Error| {
                let at = case.get("at").unwrap_or(case);
                STRICT.fault(at, format!("`at`: {}", error.message()))
            })?,
            None => at,
        };
        let (mut said, errors) = match (optional(case, "given"), case.get("input")) {
            (Some(given), None) => self.of_given(given, policy.as_deref(), at)?,
            (None, Some(input)) => self.of_input(input, policy.as_deref(), at),
            _ => return Err(STRICT.fault(case, "expected one of `given` and `input`")),
        };
        STRICT.required(case, "expect")?;
        let mut missing = Vec::new();
        let expected = STRICT.elements(case, "expect")?.map(Expected::read);
        let mut expected: Vec<Expected> = expected.collect::<Result<_>>()?;
        // Those that say most choose first, so that what says less takes what is left.
        expected.sort_by_key(|expected| std::cmp::Reverse(expected.says()));
        for expected in expected {
            match said.iter().position(|said| expected.is(said)) {
                Some(found) => drop(said.remove(found)),
                None => missing.push(expected.text),
            }
        }
        let unexpected: Vec<String> = said.iter().map(Said::to_string).collect();
        let passed = missing.is_empty() && unexpected.is_empty() && errors.is_empty();
        let line = case.position().line;
        Ok(PolicyCase { name, line, passed, missing, unexpected, errors })
    }

    /// What is said of a document.
    fn of_given(
        &self,
        given: Value<'_>,
        policy: Option<&str>,
        at: Timestamp,
    ) -> Result<(Vec<Said>, Vec<String>)> {
        let is_record = given.get("type").is_some() && given.get("attributes").is_some();
        let json = to_json(given);
        let (text, format) = match is_record {
            true => (serde_json::Value::Array(vec![json]).to_string(), Format::Records),
            false => (json.to_string(), Format::Auto),
        };
        let snapshot = Snapshot::parse(text.as_bytes(), format).map_err(|error| {
            let message = format!("`given`: {}", error.message());
            Error::new(error.code(), message).at(given.position())
        })?;
        let report = self.detect(&Snapshot::default(), &snapshot, &Context::at(at));
        let meant = |of: &str| policy.is_none_or(|policy| policy == of);
        let said = report.policy_violations.iter();
        let said = said.filter(|found| found.exempted.is_none() && meant(&found.policy));
        let said = said.map(|found| Said {
            policy: found.policy.clone(),
            rule: found.rule.clone(),
            id: found.id.clone(),
            message: found.message.clone(),
        });
        let errors = report.policy_errors.iter().filter(|error| meant(&error.policy));
        let errors =
            errors.map(|error| format!("{} {}: {}", error.policy, error.rule, error.message));
        Ok((said.collect(), errors.collect()))
    }

    /// What is said of an input.
    fn of_input(
        &self,
        input: Value<'_>,
        policy: Option<&str>,
        at: Timestamp,
    ) -> (Vec<Said>, Vec<String>) {
        let (mut said, mut errors) = (Vec::new(), Vec::new());
        let mut evaluator = Evaluator::new(&self.policies, at);
        // No document says what is secret here; credentials are masked as everywhere.
        let masks = Masks::default();
        for (number, known) in self.policies.policies().enumerate() {
            if policy.is_some_and(|policy| policy != known.id) {
                continue;
            }
            let judged = evaluator.evaluate(number, raw(&to_json(input)));
            let passed = judged.breaches.into_iter().filter(|breach| !breach.excepted);
            said.extend(passed.map(|breach| Said {
                policy: known.id.clone(),
                rule: breach.rule,
                id: breach.id,
                message: masks.text(&breach.message),
            }));
            errors.extend(judged.faults.into_iter().map(|fault| {
                format!("{} {}: {}", known.id, fault.rule, masks.text(&fault.message))
            }));
        }
        (said, errors)
    }
}

/// What a case expects to be said.
struct Expected {
    policy: Option<String>,
    rule: Option<String>,
    id: Option<String>,
    message: Option<String>,
    contains: Option<String>,
    text: String,
}

impl Expected {
    fn read(value: Value<'_>) -> Result<Self> {
        const FIELDS: [&str; 5] = ["policy", "rule", "id", "message", "contains"];
        STRICT.fields(value, "an expectation", &FIELDS)?;
        Ok(Self {
            policy: STRICT.optional_text(value, "policy")?,
            rule: STRICT.optional_text(value, "rule")?,
            id: STRICT.optional_text(value, "id")?,
            message: STRICT.optional_text(value, "message")?,
            contains: STRICT.optional_text(value, "contains")?,
            text: to_json(value).to_string(),
        })
    }

    /// How much it says.
    fn says(&self) -> usize {
        let Self { policy, rule, id, message, contains, .. } = self;
        [policy, rule, id, message, contains].into_iter().flatten().count()
    }

    fn is(&self, said: &Said) -> bool {
        let same = |expected: &Option<String>, found: &str| {
            expected.as_ref().is_none_or(|expected| expected == found)
        };
        same(&self.policy, &said.policy)
            && same(&self.rule, &said.rule)
            && self.id.as_ref().is_none_or(|id| said.id.as_ref() == Some(id))
            && same(&self.message, &said.message)
            && self.contains.as_ref().is_none_or(|text| said.message.contains(text.as_str()))
    }
}
