//! Recorded resources of AWS with the drift that was found in them: how many clean ones raise an
//! alarm, and whether what was changed is found at its place.

use crate::common;

use drift_core::{Context, Detail, Detector, Format, Packs, ParseOptions, Report, Rules, Snapshot};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;

/// What stands where an intrinsic function could not be resolved.
const UNRESOLVED: &str = "__cdkrd_corpus_unresolved__";

const PARTS: [&str; 4] = [
    "drift, types looked at",
    "drift, types looked at second",
    "drift, types looked at third",
    "drift, types held out",
];

struct Case {
    name: String,
    type_name: String,
    id: String,
    account: String,
    region: String,
    declared: Value,
    live: Value,
    expected: Vec<(String, String)>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn cases() -> Option<Vec<Case>> {
    let folder = common::corpus()?.join("aws-drift/cases");
    let case = |file: std::path::PathBuf| {
        let case: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let resource = &case["resource"];
        let expected = case["expected"].as_array().unwrap().iter();
        Case {
            name: file.file_stem().unwrap().to_string_lossy().into_owned(),
            type_name: text(&resource["resourceType"]),
            id: text(&resource["physicalId"]),
            account: text(&case["opts"]["accountId"]),
            region: text(&case["opts"]["region"]),
            declared: resource["declared"].clone(),
            live: case["liveRaw"].clone(),
            expected: expected.map(|it| (text(&it["tier"]), text(&it["path"]))).collect(),
        }
    };
    Some(common::files(&folder, &["json"]).into_iter().map(case).collect())
}

impl Case {
    /// Which part of the types it belongs to. Rules were looked for in the first, the half of all, then in
    /// the second, a quarter; what is left has never been looked at but for its rate.
    fn part(&self) -> usize {
        let hash = self.type_name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        [32, 40, 48].iter().take_while(|bit| (hash >> **bit) % 2 == 1).count()
    }

    fn has(&self, tier: &str) -> bool {
        self.expected.iter().any(|(known, _)| known == tier)
    }

    fn paths(&self, tier: &str) -> Vec<&str> {
        let of_tier = self.expected.iter().filter(|(known, _)| known == tier);
        of_tier.map(|(_, path)| path.as_str()).collect()
    }

    fn is_clean(&self) -> bool {
        !self.has("declared") && !self.has("undeclared")
    }

    fn records(&self, attributes: &Value) -> String {
        let mut unknown = Vec::new();
        unresolved(attributes, &mut String::new(), &mut unknown);
        json!([{
            "type": self.type_name, "id": self.id, "attributes": attributes,
            "scope": {"account": self.account, "region": self.region}, "unknown": unknown,
        }])
        .to_string()
    }

    fn detect(&self, detector: &Detector, live: &Value) -> Value {
        let options = ParseOptions { format: Format::Records, ..ParseOptions::default() };
        let (desired, actual) = (self.records(&self.declared), self.records(live));
        let desired = Snapshot::parse_with(desired.as_bytes(), &options).unwrap();
        let actual = Snapshot::parse_with(actual.as_bytes(), &options).unwrap();
        let context =
            Context::at("2026-01-01T00:00:00Z".parse().unwrap()).with_detail(Detail::Full);
        let report: Report = detector.detect(&desired, &actual, &context);
        serde_json::from_str(&report.to_json()).unwrap()
    }
}

fn unresolved(value: &Value, pointer: &mut String, found: &mut Vec<String>) {
    let length = pointer.len();
    match value {
        Value::String(text) if text.contains(UNRESOLVED) => found.push(pointer.clone()),
        Value::Object(map) => {
            for (name, value) in map {
                pointer.push_str(&format!("/{}", name.replace('~', "~0").replace('/', "~1")));
                unresolved(value, pointer, found);
                pointer.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                pointer.push_str(&format!("/{index}"));
                unresolved(value, pointer, found);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}

/// The changes of a list of the report, each with its path.
fn changes<'r>(report: &'r Value, list: &str) -> Vec<(&'r str, &'r Value)> {
    let entries = report[list].as_array().into_iter().flatten();
    let changes = entries.flat_map(|entry| match entry["changes"].as_array() {
        Some(changes) => changes.iter().collect(),
        None => vec![entry],
    });
    changes
        .filter(|change| change["path"].is_string())
        .map(|change| (change["path"].as_str().unwrap(), change))
        .collect()
}

/// A path by its fields alone, those that are written in quotes among them.
fn fields(path: &str) -> String {
    let mut found = String::new();
    let mut rest = path;
    while let Some(letter) = rest.chars().next() {
        if let Some(quoted) = rest.strip_prefix("[\"") {
            let name = quoted.split("\"]").next().unwrap();
            found.push_str(&format!(".{name}"));
            rest = &quoted[(name.len() + 2).min(quoted.len())..];
        } else if letter == '[' {
            let mut depth = 0;
            let end = rest.char_indices().find(|(_, letter)| {
                depth += i32::from(*letter == '[') - i32::from(*letter == ']');
                depth == 0
            });
            rest = &rest[end.map_or(rest.len(), |(at, _)| at + 1)..];
        } else {
            found.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    found.replace("|json", "").replace("|url", "")
}

/// Whether a change lies at an expected path, or below.
fn lies_at(path: &str, expected: &str) -> bool {
    let (path, expected) = (fields(path), fields(expected));
    path == expected || path.strip_prefix(&expected).is_some_and(|rest| rest.starts_with('.'))
}

/// What comes of a case.
#[derive(Default)]
struct Figures {
    clean: usize,
    alarms: Vec<String>,
    declared: usize,
    missed: Vec<String>,
    undeclared: usize,
    unlisted: Vec<String>,
}

impl Figures {
    fn add(&mut self, case: &Case, report: &Value) {
        let findings = changes(report, "findings");
        let undeclared = changes(report, "undeclared");
        if case.is_clean() {
            self.clean += 1;
            let alarm = |(path, _): &(&str, &Value)| format!("{} {}", case.name, fields(path));
            self.alarms.extend(findings.first().map(alarm));
        }
        for path in case.paths("declared") {
            self.declared += 1;
            if !findings.iter().any(|(at, _)| lies_at(at, path)) {
                self.missed.push(format!("{} {path}", case.name));
            }
        }
        for path in case.paths("undeclared") {
            self.undeclared += 1;
            let near = |(at, _): &(&str, &Value)| lies_at(at, path) || lies_at(path, at);
            if !undeclared.iter().chain(&findings).any(near) {
                self.unlisted.push(format!("{} {path}", case.name));
            }
        }
    }

    fn tell(&self, name: &str) {
        common::figure(
            name,
            &[
                ("clean", self.clean),
                ("alarms", self.alarms.len()),
                ("declared", self.declared),
                ("found", self.declared - self.missed.len()),
                ("undeclared", self.undeclared),
                ("listed", self.undeclared - self.unlisted.len()),
            ],
        );
    }
}

/// Clean cases that raise an alarm, and why that stays.
const ALARMS: [(&str, &str); 5] = [
    (
        "AWS__DLM__LifecyclePolicy.PolicyDefault DefaultPolicy",
        "it is declared and not live, and no schema or document says that it is not returned",
    ),
    (
        "AWS__EC2__SecurityGroup.SgD4954771.protocols SecurityGroupIngress",
        "a list of addresses is let in by a rule that the document of the group does not declare; \
         in the case it stands in a resource of its own, which is not among what is compared",
    ),
    (
        "AWS__ElasticLoadBalancingV2__ListenerRule.ProdRule Actions.TargetGroupArn",
        "traffic goes to another group of targets than the declared one: a deployment moved it",
    ),
    (
        "AWS__GuardDuty__Filter.HuntFilter FindingCriteria.Criterion.severity.Gte",
        "the service answers with another name for the condition",
    ),
    (
        "AWS__Redshift__Cluster.Warehouse Port",
        "the live document of the case has one property; its schema states no default for this one",
    ),
];

/// Rules of the CloudFormation pack that were written after looking at these cases, for single types or
/// fields, and those for every type. So were the names of lists and what is said of policies in
/// `tools/packs/aws.py`, which cannot be switched off one by one.
const FOR_SINGLE_TYPES: [&str; 10] = [
    "option-settings",
    "record-values",
    "record-names",
    "record-groups",
    "projected-attributes",
    "user-attributes",
    "pool-attributes",
    "table-attributes",
    "table-indexes",
    "separate-rules",
];
const FOR_EVERY_TYPE: [&str; 7] =
    ["values", "empties", "dns-names", "headers", "passwords", "public-keys", "schedules"];

fn without(rules: &[&str]) -> Detector {
    let off: Vec<String> = rules.iter().map(|rule| format!("cloudformation/{rule}")).collect();
    let rules = Rules::from_value(&json!({"version": 1, "rules": [], "disable": off})).unwrap();
    Detector::builder().rules(rules).build().unwrap()
}

#[test]
fn clean_resources_raise_no_alarm() {
    let Some(cases) = cases() else { return };
    let detector = Detector::builder().build().unwrap();
    let mut parts: [Figures; 4] = Default::default();
    let mut all = Figures::default();
    for case in &cases {
        let report = case.detect(&detector, &case.live);
        parts[case.part()].add(case, &report);
        all.add(case, &report);
    }
    for (name, figures) in PARTS.iter().zip(&parts) {
        figures.tell(name);
    }
    all.tell("drift, all types");
    let known: Vec<&str> = ALARMS.iter().map(|(case, _)| *case).collect();
    assert_eq!(all.alarms, known, "other false alarms than those that are known");
    assert!(all.alarms.len() * 100 <= all.clean, "{} of {}", all.alarms.len(), all.clean);
    assert!(
        all.missed.is_empty() && all.unlisted.is_empty(),
        "{:?} {:?}",
        all.missed,
        all.unlisted
    );
    assert_eq!((all.clean, all.declared, all.undeclared), (520, 21, 16));
}

/// How many alarms the entries that were written after looking at the cases take away.
#[test]
fn what_was_written_after_looking_is_told() {
    let Some(cases) = cases() else { return };
    let every: Vec<&str> = FOR_SINGLE_TYPES.into_iter().chain(FOR_EVERY_TYPE).collect();
    let detectors = [
        (
            "without rules for single types written after looking",
            without(&FOR_SINGLE_TYPES),
            ALARMS_WITHOUT[0],
        ),
        ("without any rule written after looking", without(&every), ALARMS_WITHOUT[1]),
        ("plain", Detector::builder().packs(Packs::none()).build().unwrap(), ALARMS_WITHOUT[2]),
    ];
    for (name, detector, at_most) in detectors {
        let mut figures = Figures::default();
        for case in cases.iter().filter(|case| case.is_clean()) {
            figures.add(case, &case.detect(&detector, &case.live));
        }
        let alarms = figures.alarms.len();
        common::figure(name, &[("clean", figures.clean), ("alarms", alarms)]);
        assert!(alarms <= at_most, "{name}: {alarms}: {:#?}", figures.alarms);
    }
}

/// False alarms without rules for single types, without any that was written after looking at the cases,
/// and without packs.
const ALARMS_WITHOUT: [usize; 3] = [19, 39, 196];

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

/// A value that is declared, and live as it was declared.
struct Place {
    pointer: String,
    fields: String,
    value: Value,
}

/// What is declared, and live as it was declared: fields by their names, elements of lists by all the
/// scalars that they are declared with.
fn places(declared: &Value, live: &Value, pointer: &str, fields: &str, found: &mut Vec<Place>) {
    match (declared, live) {
        (Value::Object(declared), Value::Object(live)) => {
            for (name, declared) in declared {
                let Some(live) = live.get(name) else { continue };
                let token = name.replace('~', "~0").replace('/', "~1");
                let dot = if fields.is_empty() { "" } else { "." };
                let fields = format!("{fields}{dot}{name}");
                places(declared, live, &format!("{pointer}/{token}"), &fields, found);
            }
        }
        (Value::Array(declared), Value::Array(live)) => {
            let mut left: Vec<&Value> = declared.iter().collect();
            for (index, live) in live.iter().enumerate() {
                let Some(at) = left.iter().position(|declared| covers(declared, live)) else {
                    continue;
                };
                let declared = left.remove(at);
                places(declared, live, &format!("{pointer}/{index}"), fields, found);
            }
        }
        (Value::Null, _) | (_, Value::Null) => {}
        _ if declared == live => found.push(Place {
            pointer: pointer.to_owned(),
            fields: fields.to_owned(),
            value: live.clone(),
        }),
        _ => {}
    }
}

/// Whether a live element is as it was declared, as far as its scalars tell.
fn covers(declared: &Value, live: &Value) -> bool {
    match (declared, live) {
        (Value::Object(declared), Value::Object(live)) => {
            declared.iter().all(|(name, declared)| {
                let is_inside = declared.is_object() || declared.is_array();
                live.get(name).is_some_and(|live| is_inside || declared == live)
            })
        }
        (Value::Array(_), Value::Array(_)) => true,
        _ => declared == live,
    }
}

/// The equality by which two values that are not the same are equal.
fn explained(value: &Value, other: &Value) -> Option<&'static str> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let (value, other) = (text(value), text(other));
    if value.eq_ignore_ascii_case(&other) {
        return Some("letters");
    }
    if value.trim_end() == other.trim_end() {
        return Some("white space");
    }
    if other.starts_with(&format!("{value}.")) {
        return Some("version");
    }
    if value.starts_with("rate(") && value.replace("s)", ")") == other.replace("s)", ")") {
        return Some("rate");
    }
    None
}

/// Another value of the same kind.
fn mutated(value: &Value, dice: &mut Dice) -> Value {
    match value {
        Value::Bool(truth) => json!(!truth),
        Value::Number(number) => {
            let more = 1 + dice.below(1000);
            match number.as_i64() {
                Some(number) => json!(number + i64::try_from(more).unwrap()),
                None => json!(number.as_f64().unwrap() + 1.5),
            }
        }
        Value::String(text) => {
            let mut letters: Vec<char> = text.chars().collect();
            let other = char::from(b"abcdefghijklmnopqrstuvwxyz0123456789"[dice.below(36)]);
            let at = dice.below(letters.len());
            match dice.below(3) {
                0 => letters.insert(at, other),
                1 if letters.len() > 1 => {
                    letters.remove(at);
                }
                _ if letters.is_empty() => letters.push(other),
                _ => letters[at] = if letters[at] == other { '_' } else { other },
            }
            Value::String(letters.into_iter().collect())
        }
        other => other.clone(),
    }
}

#[test]
fn a_change_of_what_is_declared_is_found() {
    let Some(cases) = cases() else { return };
    let detector = Detector::builder().build().unwrap();
    let mut dice = Dice(7);
    // What is declared, and live as well: the same value at the same fields.
    let mut all = Vec::new();
    for case in &cases {
        let mut found = Vec::new();
        places(&case.declared, &case.live, "", "", &mut found);
        all.push(found);
    }
    // `DRIFT_MUTATIONS=10000` makes so many.
    let rounds = std::env::var("DRIFT_MUTATIONS").map_or(1_000, |number| number.parse().unwrap());
    let (mut found, mut unexplained) = (0, Vec::new());
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..rounds {
        let (case, place) = loop {
            let index = dice.below(cases.len());
            if let Some(place) = all[index].get(dice.below(all[index].len())) {
                break (&cases[index], place);
            }
        };
        let (pointer, fields_of, value) = (&place.pointer, &place.fields, &place.value);
        let mut live = case.live.clone();
        let other = mutated(value, &mut dice);
        *live.pointer_mut(pointer).unwrap() = other.clone();
        let report = case.detect(&detector, &live);
        // An element may be paired with another one: then that is where it is found.
        let parent = fields_of.rsplit_once('.').map_or("", |(parent, _)| parent);
        let element = if pointer.split('/').any(|token| token.parse::<usize>().is_ok()) {
            parent
        } else {
            fields_of
        };
        let at = |(path, _): &(&str, &Value)| lies_at(path, element) || lies_at(fields_of, path);
        if changes(&report, "findings").iter().any(at) {
            found += 1;
        } else if changes(&report, "unknown").iter().chain(&changes(&report, "suppressed")).any(at)
        {
            *reasons.entry("cannot be read").or_default() += 1;
        } else if let Some(reason) = explained(value, &other) {
            *reasons.entry(reason).or_default() += 1;
        } else {
            unexplained.push(format!("{} {pointer} {value} {other}", case.name));
        }
    }
    let explained: usize = reasons.values().sum();
    common::figure(
        "mutations",
        &[
            ("changes", rounds),
            ("found", found),
            ("explained", explained),
            ("missed", unexplained.len()),
        ],
    );
    common::tell(&format!("  explained by: {reasons:?}"));
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    assert!(found * 1000 >= rounds * 995, "found {found} of {rounds}");
}
