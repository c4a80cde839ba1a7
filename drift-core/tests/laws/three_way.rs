//! The value table, asked of every triple of scalars against an oracle of a few lines.

use super::document::Json;
use super::entropy::{Entropy, entropy};
use super::world::{brief, context, detector, one, parse};
use proptest::prelude::*;

/// What the table says of a field: its list and its kind.
fn oracle(
    desired: Option<u8>,
    actual: Option<u8>,
    reference: Option<u8>,
    closed: bool,
) -> Option<(&'static str, &'static str)> {
    if desired == actual {
        return None;
    }
    let kind = match (desired, actual) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    };
    let disposition = if actual == reference {
        "pending"
    } else if desired == reference {
        // In an open map nobody said that the field must not be there.
        if desired.is_none() && !closed { "undeclared" } else { "drift" }
    } else {
        "conflict"
    };
    Some((disposition, kind))
}

fn value(entropy: &Entropy) -> Option<u8> {
    [None, Some(1), Some(2), Some(3)][entropy.below(4)]
}

proptest! {
    #![proptest_config(super::world::config())]

    #[test]
    fn every_triple_is_what_the_table_says(entropy in entropy(80)) {
        let closed = entropy.one_in(2);
        let referenced = !entropy.one_in(4);
        let nested = entropy.one_in(2);
        let names = ["a", "b", "c"];
        let triples = names.map(|_| [value(&entropy), value(&entropy), value(&entropy)]);
        let side = |at: usize| {
            let fields = names.iter().zip(&triples).filter_map(|(name, triple)| {
                Some(((*name).to_owned(), Json::Number(triple[at]?.to_string())))
            });
            let map = Json::Map(fields.collect());
            one(&if nested { Json::Map(vec![("m".to_owned(), map)]) } else { map })
        };
        let path = if nested { "/m" } else { "" };
        let rules = match closed {
            true => vec![serde_json::json!({"id": "c", "paths": [path], "closed": true})],
            false => vec![],
        };
        let texts = [side(0), side(1), side(2)];
        let [desired, actual, reference] = texts.each_ref().map(|text| parse(text));
        let context = context();
        let context = if referenced { context.with_reference(&reference) } else { context };
        let report = detector(&rules).detect(&desired, &actual, &context);
        let mut expected = Vec::new();
        for (name, [d, a, r]) in names.iter().zip(triples) {
            // Without a reference the comparison is of two: as if desired had been applied.
            let found = oracle(d, a, if referenced { r } else { d }, closed);
            if let Some((disposition, kind)) = found {
                let path = if nested { format!("m.{name}") } else { (*name).to_owned() };
                expected.push((path, disposition.to_owned(), kind.to_owned()));
            }
        }
        let confirmed = report.findings.iter().flat_map(|finding| &finding.changes);
        let others = report.pending.iter().chain(&report.undeclared).chain(&report.unknown);
        let mut found: Vec<_> = confirmed
            .chain(others)
            .map(|c| (c.path.clone(), c.disposition.as_str().to_owned(), c.kind.as_str().to_owned()))
            .collect();
        found.sort();
        prop_assert_eq!(found, expected, "{:?}\n{}", texts, brief(&report));
    }

    #[test]
    fn every_member_of_a_multiset_is_what_the_table_says(entropy in entropy(60)) {
        // How often one member stands on each side decides each difference.
        let counts = [entropy.below(4), entropy.below(4), entropy.below(4)];
        let side = |at: usize| {
            let items = vec![Json::text("x"); counts[at]];
            one(&Json::Map(vec![("l".to_owned(), Json::List(items))]))
        };
        let rules = [serde_json::json!({"id": "l", "paths": ["/l"], "list": "set"})];
        let texts = [side(0), side(1), side(2)];
        let [d, a, r] = texts.each_ref().map(|text| parse(text));
        let report = detector(&rules).detect(&d, &a, &context().with_reference(&r));
        let [d, a, r] = counts;
        // Of the members that one side has beyond the other, those that the reference shares with
        // it were there before: actual has lost or not yet lost them; the rest is new.
        let (low, high) = (d.min(a), d.max(a));
        let before = r.clamp(low, high) - low;
        let new = high - low - before;
        let (drift, pending) = if d > a { (before, new) } else { (new, before) };
        let found = [
            report.findings.iter().map(|finding| finding.changes.len()).sum::<usize>(),
            report.pending.len(),
        ];
        prop_assert_eq!(found, [drift, pending], "{:?}\n{}", counts, brief(&report));
    }
}
