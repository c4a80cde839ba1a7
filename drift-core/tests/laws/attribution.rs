//! Who changed what, whose it is and what findings share: the same for any order, split and way.

use super::document::Json;
use super::edits::edit;
use super::entropy::{Entropy, entropy};
use super::shapes::{Shape, root, rules, value};
use super::world::{at, brief, context, parse, records};
use drift_core::{
    Context, Detector, EventOptions, Events, OwnerMap, Packs, Partial, Rules, Timestamp, finish,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const NAMES: [&str; 3] = ["alice", "bob", "ci"];

/// A few resources, of which one side or the other lacks some, and some have been edited.
fn estate(shape: &Shape, entropy: &Entropy) -> [String; 2] {
    let mut sides: [Vec<(String, Json)>; 2] = Default::default();
    for index in 0..1 + entropy.below(6) {
        let whole = value(shape, entropy);
        for (number, side) in sides.iter_mut().enumerate() {
            let mut copy = whole.clone();
            for number in 0..number * entropy.below(3) {
                edit(&mut copy, shape, number, entropy);
            }
            if !entropy.one_in(6) {
                side.push((format!("r{index}"), copy));
            }
        }
    }
    sides.map(|side| records(&side.iter().map(|(id, json)| (&**id, json)).collect::<Vec<_>>()))
}

fn event(entropy: &Entropy) -> Value {
    let second = entropy.below(8);
    let actions = ["create", "update", "delete", "write"];
    let mut event = json!({
        "time": format!("2025-12-31T10:00:{second:02}Z"),
        "actor": {"name": entropy.pick(&NAMES), "kind": entropy.pick(&["person", "automation"])},
        "action": entropy.pick(&actions),
        "resources": [{"id": format!("r{}", entropy.below(7))}],
    });
    if entropy.one_in(2) {
        event["paths"] = json!([entropy.pick(&["a", "b", "c", "a.b"])]);
    }
    if entropy.one_in(3) {
        event["id"] = json!(format!("e{}", entropy.below(5)));
    }
    event
}

fn read(events: &[Value]) -> Events {
    let text = json!(events).to_string();
    Events::parse(text.as_bytes(), &EventOptions::default()).unwrap()
}

fn detector(rules: &[Value], hashing: bool, threads: usize) -> Detector {
    let owners = "type,id,owner\n,r1,one\nthing,r*,rest\n";
    let owners = OwnerMap::new().tags(["owner"]).csv(owners).unwrap();
    let rules = Rules::from_value(&json!(rules)).unwrap();
    let builder = Detector::builder().packs(Packs::none()).rules(rules).owners(owners);
    builder.hashing(hashing).threads(threads).build().unwrap()
}

proptest! {
    #![proptest_config(super::world::config())]

    #[test]
    fn order_splits_hashes_and_threads_change_nothing(entropy in entropy(400)) {
        let shape = root(&entropy);
        let texts = estate(&shape, &entropy);
        let [desired, actual] = texts.each_ref().map(|text| parse(text));
        let mut all: Vec<Value> = (0..entropy.below(12)).map(|_| event(&entropy)).collect();
        let events = read(&all);
        entropy.shuffle(&mut all);
        let (some, others) = all.split_at(entropy.below(all.len() + 1));
        let again = if entropy.one_in(2) {
            read(some).merge(read(others))
        } else {
            read(others).merge(read(some)).merge(read(some))
        };
        prop_assert_eq!(events.to_json(), again.to_json());
        let since: Timestamp = "2025-12-31T10:00:02Z".parse().unwrap();
        let since = entropy.one_in(2).then_some(since);
        let asked = |events| Context { since, ..context().with_events(events) };
        let rules = rules(&shape);
        let whole = detector(&rules, true, 1).detect(&desired, &actual, &asked(&events));
        let detector = detector(&rules, entropy.one_in(2), 1 + entropy.below(3));
        let parts = detector.partials(&desired, &actual, &asked(&again), 1 + entropy.below(5));
        let mut parts: Vec<Partial> =
            parts.iter().map(|part| Partial::from_json(&part.to_json()).unwrap()).collect();
        entropy.shuffle(&mut parts);
        let joined = finish(parts.into_iter().reduce(Partial::merge).unwrap(), at());
        prop_assert!(whole.to_json() == joined.to_json(), "{}\n{}", brief(&whole), brief(&joined));
        for finding in &whole.findings {
            let times = finding.changes.iter().map(|change| change.attribution.as_ref().unwrap());
            for told in times.filter_map(|told| told.event.as_ref()) {
                prop_assert!(since.is_none_or(|since| told.time > since) && told.time <= at());
            }
        }
        for cause in &whole.causes {
            prop_assert!(cause.resources > 1 && cause.examples.len() > 1);
        }
    }
}
