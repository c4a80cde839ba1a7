//! Many snapshots: the same bytes whatever their order, the hashes, the threads and the seed; and two of
//! them are alike exactly where nothing differs.

use super::document::Json;
use super::edits::edit;
use super::entropy::{Entropy, entropy};
use super::shapes::{Shape, root, rules, value, wild_rules};
use super::world::{at, context, detector, parse_complete, records, seeded};
use drift_core::parity::ParityOptions;
use drift_core::{Detail, Detector, Packs, Parity, Rules, Snapshot};
use proptest::prelude::*;

/// Snapshots that have most of a few resources, some of them edited.
fn fleet(shape: &Shape, entropy: &Entropy) -> Vec<(String, String)> {
    let resources: Vec<Json> = (0..entropy.below(4)).map(|_| value(shape, entropy)).collect();
    let snapshot = |_| {
        let mut own: Vec<(String, Json)> = Vec::new();
        for (index, resource) in resources.iter().enumerate() {
            let mut copy = resource.clone();
            if entropy.one_in(3) {
                for number in 0..1 + entropy.below(3) {
                    edit(&mut copy, shape, number, entropy);
                }
            }
            if !entropy.one_in(6) {
                own.push((format!("r{index}"), copy));
            }
        }
        records(&own.iter().map(|(id, json)| (id.as_str(), json)).collect::<Vec<_>>())
    };
    (0..2 + entropy.below(4)).map(|at| (format!("s{at}"), snapshot(at))).collect()
}

fn compare(
    detector: &Detector,
    fleet: &[(&str, &Snapshot<'_>)],
    options: &ParityOptions,
    seed: u64,
    detail: Detail,
) -> Parity {
    detector.compare_many(fleet, options, &seeded(seed).with_detail(detail)).unwrap()
}

proptest! {
    #![proptest_config(super::world::config())]

    #[test]
    fn order_hashes_threads_and_seeds_change_nothing(entropy in entropy(600)) {
        let shape = root(&entropy);
        let texts = fleet(&shape, &entropy);
        let mut all = rules(&shape);
        all.extend(wild_rules(&shape, &entropy, true));
        let read: Vec<Snapshot<'_>> = texts.iter().map(|(_, text)| parse_complete(text)).collect();
        let mut named: Vec<(&str, &Snapshot<'_>)> =
            texts.iter().map(|(name, _)| name.as_str()).zip(&read).collect();
        let baseline = entropy.one_in(3).then(|| "s0".to_owned());
        let options = ParityOptions { baseline, ..ParityOptions::default() };
        let detail = if entropy.one_in(2) { Detail::Full } else { Detail::Summary };
        let plain = detector(&all);
        let first = compare(&plain, &named, &options, 1, detail);
        entropy.shuffle(&mut named);
        let turned = compare(&plain, &named, &options, 2, detail);
        prop_assert!(first == turned, "{}\n{}", first.to_json(), turned.to_json());
        let rules = Rules::from_value(&serde_json::json!(all)).unwrap();
        let walking = Detector::builder().packs(Packs::none()).rules(rules).hashing(false).threads(2);
        let walked = compare(&walking.build().unwrap(), &named, &options, 3, detail);
        prop_assert!(first == walked, "{}\n{}", first.to_json(), walked.to_json());
        let paths = &first.summary.paths;
        prop_assert_eq!(paths.compared, paths.agreed + paths.allowed + paths.differing);
        let again = Parity::from_json(&first.to_json()).unwrap();
        prop_assert_eq!(again.to_json(), first.to_json());
        prop_assert_eq!(again.to_text(true), first.to_text(true));
    }

    #[test]
    fn two_are_alike_where_nothing_differs(entropy in entropy(500)) {
        let shape = root(&entropy);
        let (one, mut other) = (value(&shape, &entropy), value(&shape, &entropy));
        if entropy.one_in(2) {
            other = one.clone();
            edit(&mut other, &shape, 0, &entropy);
        }
        let all = rules(&shape);
        let detector = detector(&all);
        let texts = [&one, &other].map(|json| records(&[("r", json)]));
        let [a, b] = texts.each_ref().map(|text| parse_complete(text));
        let options = ParityOptions { baseline: Some("a".to_owned()), ..Default::default() };
        let fleet = [("a", &a), ("b", &b)];
        let parity = detector.compare_many(&fleet, &options, &context()).unwrap();
        let report = detector.detect(&a, &b, &context());
        let changes = report.findings.iter().flat_map(|finding| &finding.changes);
        let mut found: Vec<&str> = changes
            .chain(report.undeclared.iter())
            .map(|change| change.path.as_str())
            .collect();
        found.sort_unstable();
        found.dedup();
        let rows = parity.resources.iter().flat_map(|resource| &resource.rows);
        let rows: Vec<&str> = rows.map(|row| row.path.as_str()).collect();
        prop_assert_eq!(rows, found, "{} {}", texts[0], texts[1]);
        prop_assert_eq!(parity.compared_at, at());
    }
}
