//! Policies: the same bytes whatever the order, the threads and the split; and equal sides introduce nothing.
#![cfg(feature = "rego")]

use super::document::Json;
use super::edits::edit;
use super::entropy::{Entropy, entropy};
use super::shapes::{Shape, root, rules, value, wild_rules};
use super::world::{at, brief, context, parse, parse_complete, records, seeded};
use drift_core::policy::Policies;
use drift_core::report::Side;
use drift_core::{Detector, Packs, Partial, Report, Rules, finish};
use proptest::prelude::*;

/// Bodies of rules about any document.
const BODIES: [&str; 10] = [
    "walk(input, [path, v])\n    is_number(v)\n    msg := sprintf(\"%v %v\", [path, v])",
    "some name, v in input\n    is_object(v)\n    msg := sprintf(\"%v\", [object.keys(v)])",
    "some name, v in input\n    is_array(v)\n    msg := {\"msg\": sprintf(\"%v\", [count(v)]), \"id\": name}",
    "n := count([v | walk(input, [_, v]); is_string(v)])\n    n > 2\n    msg := json.marshal({\"n\": n})",
    "walk(input, [path, v])\n    v == null\n    msg := {\"msg\": concat(\".\", [p | some p in path; is_string(p)])}",
    "some v in input\n    v == false\n    msg := \"no\"",
    "walk(input, [_, v])\n    is_boolean(v)\n    msg := sprintf(\"%v\", [numbers.range(0, 3) == v])",
    "walk(input, [path, v])\n    is_string(v)\n    msg := sprintf(\"%v\", [{v} | {path}])",
    "walk(input, [_, v])\n    is_string(v)\n    count(v) > 3\n    msg := regex.replace(v, \"[aeiou]\", \"-\")",
    "count(numbers.range(0, 100000000)) > 0\n    msg := \"stopped\"",
];

/// A few policies, each of one or two rules.
fn policies(entropy: &Entropy) -> Policies {
    let mut all = Policies::default();
    for number in 0..1 + entropy.below(3) {
        let mut text = format!("package p{number}\n");
        if entropy.one_in(3) {
            text += "exception contains [\"x\"] if input\n";
        }
        for _ in 0..1 + entropy.below(2) {
            let name = entropy.pick(&["deny", "warn", "violation", "deny_x"]);
            let body = entropy.pick(&BODIES);
            text += &format!("{name} contains msg if {{\n    {body}\n}}\n");
        }
        all.extend(Policies::from_rego(&text).unwrap_or_else(|error| panic!("{error}: {text}")));
    }
    all
}

fn detector(all: &[serde_json::Value], policies: &Policies, threads: usize) -> Detector {
    let rules = Rules::from_value(&serde_json::json!(all)).unwrap();
    let builder = Detector::builder().packs(Packs::none()).rules(rules);
    builder.policies(policies.clone()).threads(threads).build().unwrap()
}

type Resources = Vec<(String, Json)>;

/// Two sides of a few resources, some of them edited or absent.
fn sides(shape: &Shape, entropy: &Entropy) -> [Resources; 2] {
    let (mut desired, mut actual) = (Resources::new(), Resources::new());
    for index in 0..1 + entropy.below(5) {
        let (id, declared) = (format!("r{index}"), value(shape, entropy));
        let mut live = declared.clone();
        for number in 0..entropy.below(3) {
            edit(&mut live, shape, number, entropy);
        }
        if !entropy.one_in(6) {
            actual.push((id.clone(), live));
        }
        if !entropy.one_in(6) {
            desired.push((id, declared));
        }
    }
    [desired, actual]
}

fn text(side: &[(String, Json)]) -> String {
    records(&side.iter().map(|(id, json)| (id.as_str(), json)).collect::<Vec<_>>())
}

fn same(one: &Report, other: &Report) -> Result<(), TestCaseError> {
    prop_assert!(one.semantic_json() == other.semantic_json(), "{}\n{}", brief(one), brief(other));
    Ok(())
}

proptest! {
    #![proptest_config(super::world::config())]

    #[test]
    fn order_threads_and_splits_change_nothing(entropy in entropy(500)) {
        let policies = policies(&entropy);
        let shape = root(&entropy);
        let mut sides = sides(&shape, &entropy);
        let mut all = rules(&shape);
        all.extend(wild_rules(&shape, &entropy, true));
        let (one, many) = (detector(&all, &policies, 1), detector(&all, &policies, 3));
        let texts = sides.each_ref().map(|side| text(side));
        let [desired, actual] = texts.each_ref().map(|text| parse(text));
        let whole = one.detect(&desired, &actual, &context());
        let usage = whole.policy_usage.iter();
        prop_assert_eq!(usage.count(), policies.policies().len());
        let threaded = many.detect(&desired, &actual, &seeded(7));
        prop_assert!(whole.to_json() == threaded.to_json(), "{}\n{}", brief(&whole), brief(&threaded));
        let mut parts = one.partials(&desired, &actual, &context(), 1 + entropy.below(6));
        entropy.shuffle(&mut parts);
        let again = |part: Partial| match entropy.one_in(2) {
            true => Partial::from_json(&part.to_json()).unwrap(),
            false => part,
        };
        let merged = parts.into_iter().map(again).reduce(Partial::merge).unwrap();
        let joined = finish(merged, at());
        prop_assert!(whole.to_json() == joined.to_json(), "{}\n{}", brief(&whole), brief(&joined));
        sides.iter_mut().for_each(|side| entropy.shuffle(side));
        let texts = sides.each_ref().map(|side| text(side));
        let [desired, actual] = texts.each_ref().map(|text| parse(text));
        same(&whole, &many.detect(&desired, &actual, &context()))?;
    }

    #[test]
    fn equal_sides_introduce_no_violation(entropy in entropy(400)) {
        let policies = policies(&entropy);
        let shape = root(&entropy);
        let [side, _] = sides(&shape, &entropy);
        let mut all = rules(&shape);
        all.extend(wild_rules(&shape, &entropy, true));
        let text = text(&side);
        let (desired, actual) = match entropy.one_in(2) {
            true => (parse(&text), parse(&text)),
            false => (parse_complete(&text), parse_complete(&text)),
        };
        let report = detector(&all, &policies, 1).detect(&desired, &actual, &context());
        for found in &report.policy_violations {
            prop_assert!(!found.introduced_by_drift, "{found:?}");
            prop_assert_eq!(found.desired, found.actual);
        }
        let sides = |side: Side| {
            let errors = report.policy_errors.iter();
            errors.filter(|error| error.side == side).count()
        };
        prop_assert_eq!(sides(Side::Desired), sides(Side::Actual));
    }
}
