//! No secret leaves: documents full of canaries, and every way out searched for them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

mod errors;
mod events;
mod kubernetes;
mod places;
mod shared;

use drift_core::baseline::Promotion;
use drift_core::noise::{NoiseOptions, noise_suggestions};
use drift_core::parity::ParityOptions;
use drift_core::source::{Mapping, ParseOptions};
use drift_core::{
    Change, Context, Detail, Detector, Format, Packs, Partial, Report, Rules, Snapshot, Timestamp,
    finish,
};
use serde_json::{Value, json};

/// What no output may hold: each canary has one of these in it.
const CANARIES: [&str; 4] = ["kanary", "a2FuYXJ5", "7391846255", "7.391846255e"];

/// Long enough to be masked wherever it shows up again.
const LONG: &str = "kanary-5f0c-secret-value";
const OTHER: &str = "kanary-77aa-another-value";
/// Too short to be masked by its value: its place alone hides it.
const SHORT: &str = "kanary7";

/// A policy that tells all that it sees.
#[cfg(feature = "rego")]
const TELL_ALL: &str = r#"
package tell
deny contains sprintf("%v %v", [path, value]) if walk(input, [path, value])
deny_encoded contains base64.encode(value) if { walk(input, [_, value]); is_string(value) }
deny_whole contains json.marshal(input)
deny_resource contains json.marshal(input.resource)
"#;

/// One detection, and what went out.
struct Case {
    name: String,
    desired: String,
    actual: String,
    reference: Option<String>,
    rules: Value,
    format: Format,
    /// How the actual side is read, where it is no format of its own.
    actual_mapping: Option<Mapping>,
}

impl Case {
    /// Records of one resource each; null stands for no resource.
    fn records(name: &str, desired: Value, actual: Value) -> Self {
        let side = |attributes: Value| {
            let record = |attributes| json!({"type": "db", "id": "main", "attributes": attributes});
            match attributes {
                Value::Null => "[]".to_owned(),
                // A whole record is taken as it is.
                record if record.get("attributes").is_some() => json!([record]).to_string(),
                attributes => json!([record(attributes)]).to_string(),
            }
        };
        Self {
            name: name.to_owned(),
            desired: side(desired),
            actual: side(actual),
            reference: None,
            rules: json!([]),
            format: Format::Records,
            actual_mapping: None,
        }
    }

    fn reference(mut self, attributes: Value) -> Self {
        let text = Self::records("", attributes, Value::Null).desired;
        self.reference = Some(text);
        self
    }

    fn rules(mut self, rules: Value) -> Self {
        self.rules = rules;
        self
    }

    fn detector(&self, key: bool) -> Detector {
        let rules = Rules::from_value(&self.rules).unwrap_or_else(|e| panic!("{}: {e}", self.name));
        // Records are of no type that a pack knows.
        let packs = match self.format {
            Format::Records => Packs::none(),
            _ => Packs::default(),
        };
        let builder = Detector::builder().packs(packs).rules(rules);
        let builder = if key { builder.digest_key(*b"a key") } else { builder };
        builder.build().unwrap()
    }

    fn parse<'t>(&self, text: &'t str) -> Snapshot<'t> {
        Snapshot::parse(text.as_bytes(), self.format)
            .unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    fn parse_actual(&self) -> Snapshot<'_> {
        let mapping = self.actual_mapping.clone();
        let options = ParseOptions { format: self.format, mapping, ..ParseOptions::default() };
        Snapshot::parse_with(self.actual.as_bytes(), &options)
            .unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    fn report(&self) -> Report {
        let (desired, actual) = (self.parse(&self.desired), self.parse_actual());
        let reference = self.reference.as_deref().map(|text| self.parse(text));
        let context = Context::at(at());
        match &reference {
            Some(reference) => {
                self.detector(false).detect(&desired, &actual, &context.with_reference(reference))
            }
            None => self.detector(false).detect(&desired, &actual, &context),
        }
    }

    /// Everything that can be asked of the engine, in every form that it is given out in.
    fn outputs(&self) -> Vec<(String, String)> {
        let mut out = Vec::new();
        let (desired, actual) = (self.parse(&self.desired), self.parse_actual());
        let reference = self.reference.as_deref().map(|text| self.parse(text));
        for snapshot in [Some(&desired), Some(&actual), reference.as_ref()].into_iter().flatten() {
            out.push(("snapshot".to_owned(), format!("{snapshot:?} {snapshot:#?}")));
            out.push(("resources".to_owned(), drift_core::wire::resources(snapshot)));
            for resource in snapshot.resources() {
                let attributes = &resource.attributes;
                out.push(("resource".to_owned(), format!("{resource:?} {attributes:?}")));
                out.push(("value".to_owned(), format!("{:?}", attributes.value())));
            }
        }
        for (key, detail) in [
            (false, Detail::Summary),
            (false, Detail::Full),
            (true, Detail::Summary),
            (true, Detail::Full),
        ] {
            let detector = self.detector(key);
            out.push(("detector".to_owned(), format!("{detector:?}")));
            if detail == Detail::Full {
                self.baselines(&detector, &desired, &actual, reference.as_ref(), &mut out);
                self.many(&detector, &desired, &actual, reference.as_ref(), &mut out);
            }
            let context = Context::at(at()).with_detail(detail);
            let context = match &reference {
                Some(reference) => context.with_reference(reference),
                None => context,
            };
            let partial = detector.partial(&desired, &actual, &context);
            out.push(("partial".to_owned(), format!("{} {partial:?}", partial.to_json())));
            let report = finish(Partial::from_json(&partial.to_json()).unwrap(), at());
            outputs_of(&report, &mut out);
            // Neither the key nor what else is listed changes what they show.
            if !key && detail == Detail::Full {
                views(&detector, (&desired, &actual), &context, &report, &mut out);
            }
            for path in self.paths(&report) {
                let answer = detector.explain(
                    &desired,
                    &actual,
                    reference.as_ref(),
                    &address(&report, &desired, &actual),
                    &path,
                    at(),
                );
                let text = match answer {
                    Ok(told) => format!("{told} {told:?} {}", told.to_json()),
                    // The path itself was given; it is no news.
                    Err(error) => format!("{error} {error:?}").replace(&path, ""),
                };
                out.push((format!("explain {path}"), text));
            }
        }
        out
    }

    /// Both sides and one of them again held against each other, with a part of a canary replaced.
    fn many(
        &self,
        detector: &Detector,
        desired: &Snapshot<'_>,
        actual: &Snapshot<'_>,
        reference: Option<&Snapshot<'_>>,
        out: &mut Vec<(String, String)>,
    ) {
        let mut fleet = vec![("a", desired), ("b", actual), ("c", actual)];
        fleet.extend(reference.map(|reference| ("d", reference)));
        for options in
            ["{}", r#"{"baseline": "a"}"#, r#"{"substitutions": {"b": {"x": "secret"}}}"#]
        {
            let options = ParityOptions::from_json(options).unwrap();
            let context = Context::at(at()).with_detail(Detail::Full);
            let parity = detector.compare_many(&fleet, &options, &context).unwrap();
            out.push(("parity".to_owned(), format!("{} {parity:?}", parity.to_json())));
            out.push(("parity".to_owned(), parity.to_text(true) + &parity.to_markdown()));
        }
    }

    /// Baselines of the live side and of the declared one, each told what the others mark, and what comes
    /// of comparing with them.
    fn baselines(
        &self,
        detector: &Detector,
        desired: &Snapshot<'_>,
        actual: &Snapshot<'_>,
        reference: Option<&Snapshot<'_>>,
        out: &mut Vec<(String, String)>,
    ) {
        let nothing = Snapshot::default();
        for (of, other) in [(actual, desired), (desired, actual)] {
            let told = reference.unwrap_or(other);
            let baseline = detector.baseline(of, Some(told), at()).unwrap();
            out.push(("baseline".to_owned(), format!("{} {baseline:?}", baseline.to_json())));
            let is_live = std::ptr::eq(of, actual);
            for (declared, live) in [(desired, actual), (&nothing, actual), (&nothing, &nothing)] {
                let context = Context::at(at()).with_detail(Detail::Full).with_baseline(&baseline);
                let context = Context { reference, ..context };
                let partial = detector.partial(declared, live, &context);
                let mut report = finish(partial.clone(), at());
                // Besides the documents that are given a baseline tells of the places of its secrets.
                if is_live || tells(detector, declared, live) {
                    out.push(("partial".to_owned(), format!("{} {partial:?}", partial.to_json())));
                } else {
                    only_of_secrets(&mut report);
                }
                outputs_of(&report, out);
                if is_live {
                    views(detector, (declared, live), &context, &report, out);
                }
                let all = report.findings.iter().map(|finding| &finding.fingerprint);
                let promotion = Promotion { by: "ada", reason: "known", expires: None };
                let promoted = match baseline.promote(&report, all, &promotion) {
                    Ok(promoted) => promoted.to_json(),
                    Err(error) => format!("{error} {error:?}"),
                };
                out.push(("promoted".to_owned(), promoted));
                let many = [&report, &report];
                let found = noise_suggestions(&many, NoiseOptions { at_least: 2 });
                out.push(("noise".to_owned(), format!("{found:?}")));
                // One way of asking is enough.
                if live.resources().is_empty() || !is_live {
                    continue;
                }
                let address = address(&report, desired, actual);
                for path in self.paths(&report) {
                    let told = detector.explain_in(declared, live, &context, &address, &path);
                    let text = match told {
                        Ok(told) => format!("{told} {told:?} {}", told.to_json()),
                        Err(error) => format!("{error} {error:?}").replace(&path, ""),
                    };
                    out.push((format!("explain {path}"), text));
                }
            }
        }
    }

    /// Every pointer of both sides, and every path of the report.
    fn paths(&self, report: &Report) -> Vec<String> {
        let mut paths = Vec::new();
        for text in [Some(&self.desired), Some(&self.actual), self.reference.as_ref()] {
            let Some(text) = text else { continue };
            let Ok(document) = serde_json::from_str::<Value>(text) else { continue };
            match document.get(0).and_then(|record| record.get("attributes")) {
                Some(attributes) => pointers(attributes, String::new(), &mut paths),
                None => pointers(&document, String::new(), &mut paths),
            }
        }
        let changes = report.findings.iter().flat_map(|finding| &finding.changes);
        let others = [&report.pending, &report.undeclared, &report.suppressed, &report.unknown];
        let all = changes.chain(others.into_iter().flatten());
        paths.extend(all.map(|change| change.path.clone()));
        paths.sort();
        paths.dedup();
        // A canary in the question is not the engine's.
        paths.retain(|path| !CANARIES.iter().any(|canary| path.contains(canary)));
        paths
    }

    #[track_caller]
    /// What policies say that tell all that they see.
    #[cfg(feature = "rego")]
    fn policed(&self) -> Vec<(&'static str, String)> {
        let policies = drift_core::Policies::from_rego(TELL_ALL).unwrap();
        let rules = Rules::from_value(&self.rules).unwrap();
        let detector = Detector::builder().rules(rules).policies(policies).build().unwrap();
        let (desired, actual) = (self.parse(&self.desired), self.parse_actual());
        let reference = self.reference.as_deref().map(|text| self.parse(text));
        let context = Context { reference: reference.as_ref(), ..Context::at(at()) };
        let report = detector.detect(&desired, &actual, &context);
        assert!(!report.policy_violations.is_empty(), "{}: no policy was asked", self.name);
        vec![
            ("policies", report.to_json()),
            ("policies as text", report.to_text(false)),
            ("policies in a part", detector.partial(&desired, &actual, &context).to_json()),
        ]
    }

    #[cfg(not(feature = "rego"))]
    fn policed(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn check(&self) {
        let inputs = format!("{}{}{:?}", self.desired, self.actual, self.reference);
        let held = CANARIES.iter().any(|canary| inputs.contains(canary));
        assert!(held, "{}: the documents hold no canary", self.name);
        let mut leaks = Vec::new();
        let policed = self.policed().into_iter().map(|(way, text)| (way.to_owned(), text));
        for (way, text) in self.outputs().into_iter().chain(policed) {
            for canary in CANARIES {
                if let Some(found) = text.find(canary) {
                    let before: Vec<char> = text[..found].chars().rev().take(70).collect();
                    let before: String = before.into_iter().rev().collect();
                    let after: String = text[found..].chars().take(40).collect();
                    leaks.push(format!(
                        "  {way}: …{}…",
                        format!("{before}{after}").replace('\n', " ")
                    ));
                    break;
                }
            }
        }
        leaks.dedup();
        leaks.truncate(12);
        assert!(leaks.is_empty(), "{} leaks:\n{}", self.name, leaks.join("\n"));
    }
}

fn address(report: &Report, desired: &Snapshot<'_>, actual: &Snapshot<'_>) -> String {
    let first = report.findings.first().map(|finding| finding.resource.id.clone());
    let of = |snapshot: &Snapshot<'_>| snapshot.resources().first().map(|r| r.key.id.clone());
    first.or_else(|| of(desired)).or_else(|| of(actual)).unwrap()
}

/// Whether both documents by themselves say of all their secrets that they are.
fn tells(detector: &Detector, declared: &Snapshot<'_>, live: &Snapshot<'_>) -> bool {
    let known = |resource: &drift_core::model::Resource<'_>| {
        let address = resource.key.to_string();
        let told = detector.explain(declared, live, None, &address, "", at());
        told.is_ok_and(|told| !CANARIES.iter().any(|canary| told.to_json().contains(canary)))
    };
    live.resources().iter().all(known)
}

/// Leaves the changes of what the baseline holds secrets of.
fn only_of_secrets(report: &mut Report) {
    let is_of_secret = |change: &Change| {
        let reference = serde_json::to_string(&change.reference).unwrap();
        reference.contains("$redacted")
    };
    report.findings.iter_mut().for_each(|finding| finding.changes.retain(is_of_secret));
    for list in [&mut report.undeclared, &mut report.suppressed, &mut report.unknown] {
        list.retain(is_of_secret);
    }
}

fn outputs_of(report: &Report, out: &mut Vec<(String, String)>) {
    out.push(("report".to_owned(), report.to_json()));
    out.push(("semantic".to_owned(), report.semantic_json()));
    out.push(("text".to_owned(), report.to_text(false) + &report.to_text(true)));
    out.push(("markdown".to_owned(), report.to_markdown()));
    out.push(("debug".to_owned(), format!("{report:?}")));
    for finding in &report.findings {
        out.push(("ignore".to_owned(), finding.ignore_rule()));
        for change in &finding.changes {
            out.push(("ignore".to_owned(), change.ignore_rule(&finding.resource)));
        }
    }
}

/// Both sides of everything that the report names.
fn views(
    detector: &Detector,
    (desired, actual): (&Snapshot<'_>, &Snapshot<'_>),
    context: &Context<'_>,
    report: &Report,
    out: &mut Vec<(String, String)>,
) {
    let findings = report.findings.iter().map(|finding| &finding.fingerprint);
    let lists = [&report.pending, &report.undeclared, &report.suppressed, &report.unknown];
    let listed = lists.into_iter().flatten().map(|change| &change.fingerprint);
    let all: std::collections::BTreeSet<&String> = findings.chain(listed).collect();
    for fingerprint in all {
        let options = drift_core::ViewOptions::default();
        let view =
            detector.diff_view(desired, actual, context, report, fingerprint, &options).unwrap();
        out.push(("view".to_owned(), format!("{} {view:?}", view.to_json())));
    }
}

fn pointers(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let token = name.replace('~', "~0").replace('/', "~1");
                pointers(value, format!("{pointer}/{token}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                pointers(value, format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
    found.push(pointer);
}

fn at() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}
