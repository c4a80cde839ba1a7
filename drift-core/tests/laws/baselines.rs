//! Baselines: recorded, written, read and compared with.

use super::document::Json;
use super::edits::edit;
use super::entropy::{Entropy, entropy};
use super::shapes::{Shape, reordered, respelled, root, rules, value, wild_rules};
use super::world::{at, brief, context, detector, one, parse, records, seeded};
use drift_core::baseline::Promotion;
use drift_core::{
    Baseline, Change, Context, Detail, Detector, Packs, Partial, Report, Rules, Status, finish,
};
use proptest::prelude::*;
use serde_json::{Value, json};

type Side = Vec<(String, Json)>;

fn text(side: &[(String, Json)]) -> String {
    records(&side.iter().map(|(id, json)| (id.as_str(), json)).collect::<Vec<_>>())
}

/// Declared, live and recorded: each lacks some resources, and some values have been edited. Of what
/// is declared some fields are left out. What is respelled cannot be once more.
fn estate(shape: &Shape, entropy: &Entropy, respell: bool) -> [Side; 3] {
    let mut sides: [Side; 3] = Default::default();
    for index in 0..1 + entropy.below(6) {
        let whole = value(shape, entropy);
        for (number, side) in sides.iter_mut().enumerate() {
            let mut copy = match if respell { entropy.below(3) } else { 0 } {
                0 => whole.clone(),
                1 => respelled(&whole, shape, entropy),
                _ => reordered(&whole, shape, entropy),
            };
            for number in 0..if entropy.one_in(2) { 0 } else { entropy.below(3) } {
                edit(&mut copy, shape, number, entropy);
            }
            if number == 0 {
                copy = thinned(copy, entropy);
            }
            if !entropy.one_in(6) {
                side.push((format!("r{index}"), copy));
            }
        }
    }
    sides
}

/// The value without some of its fields.
fn thinned(value: Json, entropy: &Entropy) -> Json {
    match value {
        Json::Map(fields) => {
            let kept = fields.into_iter().filter(|_| !entropy.one_in(3));
            Json::Map(kept.map(|(name, field)| (name, thinned(field, entropy))).collect())
        }
        other => other,
    }
}

fn some_rules(shape: &Shape, entropy: &Entropy) -> Vec<Value> {
    let mut all = rules(shape);
    all.extend(wild_rules(shape, entropy, true));
    if entropy.one_in(4) {
        all.push(json!({"id": "secret", "paths": ["$..a"], "secret": true}));
    }
    if entropy.one_in(4) {
        all.push(json!({"id": "open", "paths": ["$..*"], "open": true}));
    }
    if entropy.one_in(4) {
        all.push(
            json!({"id": "one-alone", "match": {"id": "r1"}, "paths": ["$..b"], "ignore": true}),
        );
    }
    all
}

fn built(rules: &[Value], hashing: bool, threads: usize) -> Detector {
    let rules = Rules::from_value(&json!(rules)).expect("the rules load");
    let builder = Detector::builder().packs(Packs::none()).rules(rules).digest_key("key");
    builder.hashing(hashing).threads(threads).build().expect("the rules build")
}

/// Every confirmed change, by resource, kind and path.
fn drift(report: &Report) -> Vec<String> {
    let line = |id: &str, change: &Change| format!("{id} {:?} {}", change.kind, change.path);
    let of = |finding: &drift_core::Finding| -> Vec<String> {
        finding.changes.iter().map(|change| line(&finding.resource.id, change)).collect()
    };
    let mut lines: Vec<String> = report.findings.iter().flat_map(of).collect();
    lines.sort();
    lines
}

proptest! {
    #![proptest_config(super::world::config())]

    #[test]
    fn splits_hashes_threads_and_seeds_change_nothing(entropy in entropy(900)) {
        let shape = root(&entropy);
        let texts = estate(&shape, &entropy, true).map(|side| text(&side));
        let [desired, actual, before] = texts.each_ref().map(|text| parse(text));
        let all = some_rules(&shape, &entropy);
        let (plain, fast) = (built(&all, false, 1), built(&all, true, 1 + entropy.below(3)));
        let told = if entropy.one_in(2) { Some(&desired) } else { None };
        let baseline = plain.baseline(&before, told, at()).unwrap();
        let again = Baseline::from_json(&fast.baseline(&before, told, at()).unwrap().to_json());
        let again = again.unwrap();
        prop_assert_eq!(baseline.to_json(), again.to_json());
        let detail = if entropy.one_in(2) { Detail::Full } else { Detail::Summary };
        let with = |context: Context<'static>| context.with_detail(detail);
        let (one, two) = (with(context()), with(seeded(7)));
        let (one, two) = (one.with_baseline(&baseline), two.with_baseline(&again));
        let whole = plain.detect(&desired, &actual, &one);
        let other = fast.detect(&desired, &actual, &two);
        prop_assert!(whole.to_json() == other.to_json(), "{}\n{}", brief(&whole), brief(&other));
        let mut parts = fast.partials(&desired, &actual, &one, 1 + entropy.below(5));
        entropy.shuffle(&mut parts);
        let joined = finish(parts.into_iter().reduce(Partial::merge).unwrap(), at());
        prop_assert!(whole.to_json() == joined.to_json(), "{}\n{}", brief(&whole), brief(&joined));
    }

    #[test]
    fn shards_with_the_whole_baseline_give_the_same_findings(entropy in entropy(900)) {
        let shape = root(&entropy);
        let sides = estate(&shape, &entropy, true);
        let all = some_rules(&shape, &entropy);
        let detector = built(&all, true, 1);
        let texts = sides.each_ref().map(|side| text(side));
        let [desired, actual, before] = texts.each_ref().map(|text| parse(text));
        let baseline = detector.baseline(&before, None, at()).unwrap();
        let context = context().with_baseline(&baseline);
        let whole = detector.detect(&desired, &actual, &context);
        let shards = 1 + entropy.below(4);
        let parts = (0..shards).map(|shard| {
            let of = |side: &Side| {
                let here = |(id, _): &&(String, Json)| {
                    id.bytes().map(usize::from).sum::<usize>() % shards == shard
                };
                text(&side.iter().filter(here).cloned().collect::<Vec<_>>())
            };
            let (desired, actual) = (of(&sides[0]), of(&sides[1]));
            detector.partial(&parse(&desired), &parse(&actual), &context)
        });
        let mut parts: Vec<Partial> = parts.collect();
        entropy.shuffle(&mut parts);
        let joined = finish(parts.into_iter().reduce(Partial::merge).unwrap(), at());
        prop_assert!(
            whole.semantic_json() == joined.semantic_json(),
            "{}\n{}\n{:?}", brief(&whole), brief(&joined), texts
        );
    }

    #[test]
    fn what_is_as_it_was_adds_no_finding(entropy in entropy(900)) {
        let shape = root(&entropy);
        let [declared, live, _] = estate(&shape, &entropy, false);
        let mut all = rules(&shape);
        all.extend(wild_rules(&shape, &entropy, false));
        // A digest knows one spelling.
        all.retain(|rule| rule.get("secret").is_none());
        // A map that is read-only is left out though it may be declared: of what lies in it nothing is said.
        all.retain(|rule| rule.get("read_only").is_none());
        let detector = detector(&all);
        let now: Side = live.iter().map(|(id, json)| (id.clone(), respelled(json, &shape, &entropy))).collect();
        let texts = [&declared, &live, &now].map(|side| text(side));
        let [desired, before, actual] = texts.each_ref().map(|text| parse(text));
        let baseline = detector.baseline(&before, None, at()).unwrap();
        let without = detector.detect(&desired, &actual, &context());
        let with = detector.detect(&desired, &actual, &context().with_baseline(&baseline));
        let kept = |report: &Report| -> Vec<String> {
            let findings = report.findings.iter().filter(|one| one.status != Status::Unmanaged);
            findings.map(|finding| serde_json::to_string(finding).unwrap()).collect()
        };
        prop_assert!(kept(&without) == kept(&with), "{}\n{}\n{}\n{texts:?}", brief(&without), brief(&with), baseline.to_json());
        prop_assert!(with.undeclared.is_empty(), "{}\n{}\n{all:?}\n{texts:?}", brief(&with), baseline.to_json());
        prop_assert!(with.findings.iter().all(|one| one.status != Status::Unmanaged), "{}", brief(&with));
    }

    #[test]
    fn reordered_documents_give_the_same_meaning(entropy in entropy(900)) {
        let shape = root(&entropy);
        let sides = estate(&shape, &entropy, false);
        let detector = detector(&rules(&shape));
        let again = sides.each_ref().map(|side| -> Side {
            side.iter().map(|(id, json)| (id.clone(), reordered(json, &shape, &entropy))).collect()
        });
        let report = |sides: &[Side; 3]| {
            let texts = sides.each_ref().map(|side| text(side));
            let [desired, actual, before] = texts.each_ref().map(|text| parse(text));
            let baseline = detector.baseline(&before, None, at()).unwrap();
            let report = detector.detect(&desired, &actual, &context().with_baseline(&baseline));
            (report, baseline.to_json())
        };
        let ((one, before), (two, after)) = (report(&sides), report(&again));
        prop_assert_eq!(before, after);
        prop_assert!(one.semantic_json() == two.semantic_json(), "{}\n{}", brief(&one), brief(&two));
    }

    #[test]
    fn an_edit_of_what_is_not_declared_is_found_where_it_would_be_if_it_were(entropy in entropy(500)) {
        let shape = root(&entropy);
        let before = value(&shape, &entropy);
        let mut after = before.clone();
        edit(&mut after, &shape, 1, &entropy);
        let after = respelled(&after, &shape, &entropy);
        let detector = detector(&rules(&shape));
        let texts = [records(&[]), one(&before), one(&after)];
        let [nothing, before, after] = texts.each_ref().map(|text| parse(text));
        let baseline = detector.baseline(&before, None, at()).unwrap();
        let declared = detector.detect(&before, &after, &context());
        let recalled = detector.detect(&nothing, &after, &context().with_baseline(&baseline));
        let mut expected = drift(&declared);
        expected.extend(declared.undeclared.iter().map(|c| format!("one {:?} {}", c.kind, c.path)));
        expected.sort();
        // A member of a set goes by its value, of which each report shows another.
        let in_set = expected.iter().any(|line| line.contains("[="));
        if declared.warnings.is_empty() && !in_set {
            prop_assert!(drift(&recalled) == expected, "{}\n{}\n{:?}", brief(&declared), brief(&recalled), texts);
        }
        prop_assert!(recalled.undeclared.is_empty(), "{}", brief(&recalled));
    }

    #[test]
    fn what_is_promoted_is_accepted(entropy in entropy(900)) {
        let shape = root(&entropy);
        let texts = estate(&shape, &entropy, true).map(|side| text(&side));
        let [desired, actual, before] = texts.each_ref().map(|text| parse(text));
        let detector = built(&some_rules(&shape, &entropy), true, 1);
        let baseline = detector.baseline(&before, None, at()).unwrap();
        let report = detector.detect(&desired, &actual, &context().with_baseline(&baseline));
        let all: Vec<&str> = report.findings.iter().map(|one| one.fingerprint.as_str()).collect();
        let promotion = Promotion { by: "ada", reason: "known", expires: None };
        let baseline = baseline.promote(&report, all, &promotion).unwrap();
        let baseline = Baseline::from_json(&baseline.to_json()).unwrap();
        let after = detector.detect(&desired, &actual, &context().with_baseline(&baseline));
        prop_assert!(after.findings.is_empty(), "{}\n{}", brief(&report), brief(&after));
    }
}
