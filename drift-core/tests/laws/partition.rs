//! Any split, any order: the same bytes.

use super::document::Json;
use super::edits::edit;
use super::entropy::{Entropy, entropy};
use super::shapes::{Shape, root, rules, value, wild_rules};
use super::world::{at, brief, context, detector, parse, parse_complete, records};
use drift_core::{Detail, Partial, finish};
use proptest::prelude::*;

/// An estate of a few resources: one side or the other lacks some, and some have been edited.
struct Estate {
    desired: Vec<(String, Json)>,
    actual: Vec<(String, Json)>,
    reference: Vec<(String, Json)>,
}

fn estate(shape: &Shape, entropy: &Entropy) -> Estate {
    let mut estate = Estate { desired: vec![], actual: vec![], reference: vec![] };
    for index in 0..entropy.below(7) {
        let id = format!("r{index}");
        let desired = value(shape, entropy);
        let edited = || {
            let mut copy = desired.clone();
            for number in 0..entropy.below(3) {
                edit(&mut copy, shape, number, entropy);
            }
            copy
        };
        let (actual, reference) = (edited(), edited());
        let sides = [(&mut estate.actual, actual), (&mut estate.reference, reference)];
        for (side, document) in sides {
            if !entropy.one_in(5) {
                side.push((id.clone(), document));
            }
        }
        if !entropy.one_in(5) {
            estate.desired.push((id, desired));
        }
    }
    estate
}

fn text(side: &[(String, Json)]) -> String {
    records(&side.iter().map(|(id, json)| (id.as_str(), json)).collect::<Vec<_>>())
}

/// Merges in a random order and association, some twice, and some by way of JSON.
fn merged(mut parts: Vec<Partial>, entropy: &Entropy) -> Partial {
    let again = parts.iter().filter(|_| entropy.one_in(4)).cloned().collect::<Vec<_>>();
    parts.extend(again);
    entropy.shuffle(&mut parts);
    while parts.len() > 1 {
        let one = parts.remove(entropy.below(parts.len()));
        let at = entropy.below(parts.len());
        let two = parts.remove(at);
        let one = if entropy.one_in(2) { Partial::from_json(&one.to_json()).unwrap() } else { one };
        let both = if entropy.one_in(2) { one.merge(two) } else { two.merge(one) };
        parts.insert(at, both);
    }
    parts.pop().unwrap()
}

proptest! {
    #![proptest_config(super::world::config())]

    #[test]
    fn any_split_gives_the_same_bytes(entropy in entropy(500)) {
        let shape = root(&entropy);
        let estate = estate(&shape, &entropy);
        let mut all = rules(&shape);
        all.extend(wild_rules(&shape, &entropy, true));
        let detector = detector(&all);
        let texts = [&estate.desired, &estate.actual, &estate.reference].map(|side| text(side));
        let [desired, actual, reference] = texts.each_ref().map(|text| parse(text));
        let detail = if entropy.one_in(2) { Detail::Full } else { Detail::Summary };
        let context = context().with_detail(detail);
        let context = if entropy.one_in(2) { context.with_reference(&reference) } else { context };
        let whole = detector.detect(&desired, &actual, &context);
        let parts = detector.partials(&desired, &actual, &context, 1 + entropy.below(7));
        let joined = finish(merged(parts, &entropy), at());
        prop_assert!(whole.to_json() == joined.to_json(), "{}\n{}", brief(&whole), brief(&joined));
    }

    #[test]
    fn shards_by_key_give_the_same_findings(entropy in entropy(500)) {
        let shape = root(&entropy);
        let estate = estate(&shape, &entropy);
        let mut all = rules(&shape);
        all.extend(wild_rules(&shape, &entropy, true));
        let detector = detector(&all);
        let complete = entropy.one_in(2);
        let parse = if complete { parse_complete } else { parse };
        let texts = [&estate.desired, &estate.actual, &estate.reference].map(|side| text(side));
        let [desired, actual, reference] = texts.each_ref().map(|text| parse(text));
        let context = context().with_reference(&reference);
        let whole = detector.detect(&desired, &actual, &context);
        let shards = 1 + entropy.below(4);
        let of = |side: &[(String, Json)], shard: usize| {
            let here = |(id, _): &&(String, Json)| {
                id.bytes().map(usize::from).sum::<usize>() % shards == shard
            };
            text(&side.iter().filter(here).cloned().collect::<Vec<_>>())
        };
        let parts = (0..shards).map(|shard| {
            let (desired, actual) = (of(&estate.desired, shard), of(&estate.actual, shard));
            detector.partial(&parse(&desired), &parse(&actual), &context)
        });
        let joined = finish(merged(parts.collect(), &entropy), at());
        prop_assert!(
            whole.semantic_json() == joined.semantic_json(),
            "{}\n{}\n{:?}", brief(&whole), brief(&joined), texts
        );
    }
}
