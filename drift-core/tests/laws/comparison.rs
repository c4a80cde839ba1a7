//! Equal sides, edits, mirrors and reorderings.

use super::document::Json;
use super::edits::{canonical, edit, shape_at};
use super::entropy::entropy;
use super::shapes::{
    self, reordered, respelled, respelled_object, root, rules, value, wide_root, wild_rules,
};
use super::world::{assert_in_sync, brief, context, detect, detector, one, parse, seeded, text};
use drift_core::path::{Path, Step};
use drift_core::value::{Document, ReadOptions, Tree};
use drift_core::{
    Change, ChangeKind, Context, Detector, Format, Report, Rules, Snapshot, Timestamp,
};
use proptest::prelude::*;

/// Whether one element is said to be gone where another was taken out that equals it: beside a list
/// whose order was only guessed to have no meaning, either tells the same.
fn same_but_for_twins(
    expected: &[(ChangeKind, String)],
    found: &[&Change],
    desired: &Json,
) -> bool {
    let ([(ChangeKind::Removed, wanted)], [change]) = (expected, found) else { return false };
    let list = |path: &str| path.rsplit_once('[').map(|(list, _)| list.to_owned());
    let index =
        |path: &str| -> Option<usize> { path.rsplit_once('[')?.1.strip_suffix(']')?.parse().ok() };
    let Some(pointer) = change.desired_pointer.as_deref() else { return false };
    let Some((parent, _)) = pointer.rsplit_once('/') else { return false };
    let at = |path: &str| desired.at(&format!("{parent}/{}", index(path)?));
    change.kind == ChangeKind::Removed
        && list(wanted) == list(&change.path)
        && at(wanted).is_some()
        && at(wanted).map(Json::write) == at(&change.path).map(Json::write)
}

proptest! {
    #![proptest_config(super::world::config())]

    #[test]
    fn equal_sides_are_in_sync_under_any_rules(entropy in entropy(300)) {
        let shape = wide_root(&entropy);
        let document = value(&shape, &entropy);
        let mut all = rules(&shape);
        all.extend(wild_rules(&shape, &entropy, true));
        let text = one(&document);
        let (desired, actual, reference) = (parse(&text), parse(&text), parse(&text));
        let detector = detector(&all);
        assert_in_sync(&detector.detect(&desired, &actual, &context()), (&text, &all));
        let context = context().with_reference(&reference);
        assert_in_sync(&detector.detect(&desired, &actual, &context), (&text, &all));
    }

    #[test]
    fn another_spelling_is_in_sync(entropy in entropy(400)) {
        let shape = wide_root(&entropy);
        let document = value(&shape, &entropy);
        let mut all = rules(&shape);
        all.extend(wild_rules(&shape, &entropy, false));
        let detector = detector(&all);
        let spell = || respelled(&document, &shape, &entropy);
        let (desired, actual, reference) = (one(&document), spell(), spell());
        let record = |json: &Json| {
            format!(r#"[{{"type":"thing","id":"one","attributes":{}}}]"#, json.write_oddly(&entropy))
        };
        let (actual, reference) = (record(&actual), record(&reference));
        let about = (&desired, &actual, &reference, &all);
        let (desired, actual, reference) = (parse(&desired), parse(&actual), parse(&reference));
        assert_in_sync(&detector.detect(&desired, &actual, &context()), about);
        let context = context().with_reference(&reference);
        assert_in_sync(&detector.detect(&desired, &actual, &context), about);
    }

    #[test]
    fn an_edit_is_found_at_its_path_and_nothing_else(entropy in entropy(300)) {
        let shape = root(&entropy);
        let desired = value(&shape, &entropy);
        let mut actual = desired.clone();
        let edit = edit(&mut actual, &shape, 1, &entropy);
        let actual = respelled(&actual, &shape, &entropy);
        let report = detect(&one(&desired), &one(&actual), &rules(&shape));
        let mut expected = vec![(edit.kind, Path::new(edit.steps.clone()).to_string())];
        expected.extend(edit.also.into_iter().map(|(kind, steps)| (kind, Path::new(steps).to_string())));
        expected.sort();
        let confirmed = confirmed(&report);
        let found: Vec<&Change> =
            if edit.confirmed { confirmed } else { report.undeclared.iter().collect() };
        prop_assert!(edit.confirmed == report.undeclared.is_empty(), "{}", brief(&report));
        prop_assert!(edit.confirmed != report.findings.is_empty(), "{}", brief(&report));
        prop_assert!(report.pending.is_empty() && report.unknown.is_empty(), "{}", brief(&report));
        let mut printed: Vec<(ChangeKind, String)> =
            found.iter().map(|change| (change.kind, change.path.clone())).collect();
        printed.sort();
        if !same_but_for_twins(&expected, &found, &desired) {
            prop_assert_eq!(&printed, &expected, "{:?} {:?}", desired.write(), actual.write());
        }
        for change in found {
            assert_resolves(change, &desired, &actual, &shape);
        }
    }

    #[test]
    fn swapped_sides_give_the_mirrored_changes(entropy in entropy(400)) {
        let shape = root(&entropy);
        let desired = value(&shape, &entropy);
        let mut actual = desired.clone();
        for number in 0..=entropy.below(3) {
            // Two edits of one ordered list can be told apart in more than one way.
            let done = edit(&mut actual, &shape, number, &entropy);
            if done.steps.iter().any(|step| matches!(step, Step::Index(_))) {
                break;
            }
        }
        let mut all = rules(&shape);
        all.push(serde_json::json!({"id": "all", "paths": ["$..*"], "undeclared": "drift"}));
        let there = detect(&one(&desired), &one(&actual), &all);
        let back = detect(&one(&actual), &one(&desired), &all);
        let mut expected: Vec<[String; 5]> = confirmed(&there).into_iter().map(mirrored).collect();
        let mut found: Vec<[String; 5]> = confirmed(&back).into_iter().map(plain).collect();
        expected.sort();
        found.sort();
        prop_assert_eq!(expected, found, "{} {}", desired.write(), actual.write());
    }

    #[test]
    fn a_reordering_changes_no_meaning(entropy in entropy(500)) {
        let shape = root(&entropy);
        let desired = value(&shape, &entropy);
        let mut actual = desired.clone();
        for number in 0..=entropy.below(4) {
            edit(&mut actual, &shape, number, &entropy);
        }
        let mut all = rules(&shape);
        all.extend(wild_rules(&shape, &entropy, false));
        let detector = detector(&all);
        let texts = [one(&desired), one(&actual)];
        let others = [&desired, &actual].map(|side| one(&reordered(side, &shape, &entropy)));
        let report = |[desired, actual]: &[String; 2], seed| {
            let context = seeded(seed).with_detail(drift_core::Detail::Full);
            detector.detect(&parse(desired), &parse(actual), &context)
        };
        let first = report(&texts, 1);
        prop_assert_eq!(first.to_json(), report(&texts, 2).to_json(), "the seed shows");
        let second = report(&others, 3);
        prop_assert!(
            first.semantic_json() == second.semantic_json(),
            "{}\n{}\n{:#?}\n{:#?}\n{:?}", brief(&first), brief(&second), texts, others, all
        );
    }

    #[test]
    fn an_ignore_rule_takes_away_its_finding_and_nothing_else(entropy in entropy(400)) {
        let shape = root(&entropy);
        let documents: Vec<(Json, Json)> = (0..2).map(|_| {
            let desired = value(&shape, &entropy);
            let mut actual = desired.clone();
            for number in 0..=entropy.below(2) {
                edit(&mut actual, &shape, number, &entropy);
            }
            (desired, actual)
        }).collect();
        let side = |pick: fn(&(Json, Json)) -> &Json| {
            super::world::records(&[("one", pick(&documents[0])), ("two", pick(&documents[1]))])
        };
        let (desired, actual) = (side(|pair| &pair.0), side(|pair| &pair.1));
        let all = rules(&shape);
        let report = detect(&desired, &actual, &all);
        for (index, finding) in report.findings.iter().enumerate() {
            let text = finding.ignore_rule();
            let mut without = ignoring(&desired, &actual, &all, &text);
            let mut expected = report.findings.clone();
            expected.remove(index);
            // Where elements came or went, an ordered list without some positions is another list.
            let shifted = |change: &Change| finding.changes.iter().any(|c| in_list_of(c, change));
            without.findings.retain(|f| f.resource != finding.resource || !f.changes.iter().all(shifted));
            prop_assert!(
                without.findings == expected,
                "{}\n{}\n{}\n{}\n{}", brief(&report), brief(&without), text, desired, actual
            );
        }
    }

    #[test]
    fn the_ignore_rule_of_a_change_takes_away_no_other(entropy in entropy(400)) {
        let shape = root(&entropy);
        let desired = value(&shape, &entropy);
        let mut actual = desired.clone();
        for number in 0..=entropy.below(4) {
            edit(&mut actual, &shape, number, &entropy);
        }
        let (desired, actual) = (one(&desired), one(&actual));
        let all = rules(&shape);
        let report = detect(&desired, &actual, &all);
        for (change, resource) in report.findings.iter().flat_map(|f| f.changes.iter().map(|c| (c, &f.resource))) {
            let text = change.ignore_rule(resource);
            let without = ignoring(&desired, &actual, &all, &text);
            let told = || format!("{}\n{}\n{text}\n{desired}\n{actual}", brief(&report), brief(&without));
            let left = confirmed(&without);
            prop_assert!(left.iter().all(|other| other.path != change.path), "{}", told());
            let beside = |found: &[&Change]| -> Vec<String> {
                // The rule of a whole list or map covers what is below.
                let others = found.iter().filter(|other| !other.path.starts_with(&change.path));
                others.filter(|other| !in_list_of(change, other)).map(|other| other.path.clone()).collect()
            };
            prop_assert!(beside(&left) == beside(&confirmed(&report)), "{}", told());
        }
    }

    #[test]
    fn kubernetes_objects_in_yaml_follow_the_same_laws(entropy in entropy(300)) {
        let shape = root(&entropy);
        let desired = value(&shape, &entropy);
        let mut actual = desired.clone();
        let edit = edit(&mut actual, &shape, 1, &entropy);
        let object = |spec: &Json| {
            let spec = respelled_object(spec, &shape, &entropy);
            let mut text = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: one}\nspec:".to_owned();
            spec.write_yaml(2, &mut text);
            text
        };
        let mut all = rules(&shape);
        for rule in &mut all {
            let path = rule["paths"][0].as_str().unwrap().to_owned();
            rule["paths"] = serde_json::json!([format!("spec{path}")]);
        }
        let detector = detector(&all);
        let texts = [object(&desired), object(&desired), object(&actual)];
        let sides = texts.each_ref().map(|text| {
            Snapshot::parse(text.as_bytes(), Format::Kubernetes).unwrap_or_else(|e| panic!("{e}: {text}"))
        });
        assert_in_sync(&detector.detect(&sides[0], &sides[1], &context()), &texts);
        let report = detector.detect(&sides[0], &sides[2], &context());
        let found = if edit.confirmed { confirmed(&report) } else { report.undeclared.iter().collect() };
        let mut steps = vec![Step::Field("spec".to_owned())];
        steps.extend(edit.steps);
        let path = Path::new(steps).to_string();
        prop_assert_eq!(found.len(), 1 + edit.also.len(), "{:?}", texts);
        prop_assert!(found.iter().any(|c| c.path == path && c.kind == edit.kind), "{:?}", found);
    }
}

fn ignoring(desired: &str, actual: &str, rules: &[serde_json::Value], more: &str) -> Report {
    let more = Rules::from_yaml(more).unwrap_or_else(|e| panic!("{e}: {more}"));
    let known = Rules::from_value(&serde_json::json!(rules)).unwrap();
    let builder = Detector::builder().packs(drift_core::Packs::none());
    let detector = builder.rules(known).rules(more).build().unwrap();
    detector.detect(&parse(desired), &parse(actual), &context())
}

/// Whether `other` lies in the ordered list that the change goes by a position of.
fn in_list_of(change: &Change, other: &Change) -> bool {
    let at = change.steps.iter().position(|step| matches!(step, Step::Index(_)));
    at.is_some_and(|at| other.steps.get(..at) == change.steps.get(..at))
}

fn confirmed(report: &Report) -> Vec<&Change> {
    report.findings.iter().flat_map(|finding| &finding.changes).collect()
}

fn plain(change: &Change) -> [String; 5] {
    let pointer = |pointer: &Option<String>| pointer.clone().unwrap_or_default();
    [
        change.kind.as_str().to_owned(),
        text(change.desired.as_ref()),
        text(change.actual.as_ref()),
        pointer(&change.desired_pointer),
        pointer(&change.actual_pointer),
    ]
}

fn mirrored(change: &Change) -> [String; 5] {
    let [kind, desired, actual, desired_pointer, actual_pointer] = plain(change);
    let kind = match kind.as_str() {
        "added" => "removed".to_owned(),
        "removed" => "added".to_owned(),
        _ => kind,
    };
    [kind, actual, desired, actual_pointer, desired_pointer]
}

/// The path, the steps and both pointers name the values that are printed.
fn assert_resolves(change: &Change, desired: &Json, actual: &Json, shape: &shapes::Shape) {
    let path: Path = change.path.parse().unwrap_or_else(|e| panic!("{e}: {}", change.path));
    assert_eq!(path.to_string(), change.path);
    assert_eq!(path.steps(), change.steps);
    let decoded = change.steps.iter().any(|step| matches!(step, Step::Decoded(_)));
    let shape = shape_at(shape, &change.steps);
    let sides = [
        (desired, &change.desired_pointer, &change.desired),
        (actual, &change.actual_pointer, &change.actual),
    ];
    for (document, pointer, printed) in sides {
        assert_eq!(pointer.is_some(), printed.is_some(), "{change:?}");
        let Some((pointer, printed)) = pointer.as_ref().zip(printed.as_ref()) else { continue };
        let node = document.at(pointer).unwrap_or_else(|| panic!("{pointer} names nothing"));
        if decoded {
            assert!(matches!(node, Json::Embedded(_)), "{pointer} names the string");
        } else {
            assert_eq!(canonical(node, shape), *printed, "{pointer}");
        }
    }
    // The path is the one of desired, and of actual where desired has nothing.
    let (document, printed) = match &change.desired {
        Some(printed) => (desired, printed),
        None => (actual, change.actual.as_ref().expect("one side has a value")),
    };
    let text = document.write();
    let document = Document::parse_json(text.as_bytes(), &ReadOptions::default()).unwrap();
    let sorted = |tree: Tree| sorted(&tree);
    let found = path.resolve(document.root(), |value| sorted(Tree::of(value)));
    assert_eq!(found, Some(sorted(printed.clone())), "{path}");
}

/// All lists sorted: only what they hold is asked.
fn sorted(tree: &Tree) -> Tree {
    match tree {
        Tree::List(items) => {
            let mut items: Vec<Tree> = items.iter().map(sorted).collect();
            items.sort();
            Tree::List(items)
        }
        Tree::Map(fields) => {
            Tree::map(fields.iter().map(|(name, value)| (name.clone(), sorted(value))))
        }
        other => other.clone(),
    }
}

#[test]
fn a_star_in_a_name_stands_for_itself() {
    let side = |ttl: u32| {
        let one =
            |id: &str| format!(r#"{{"type": "t*", "id": "{id}", "attributes": {{"ttl": {ttl}}}}}"#);
        format!("[{}, {}]", one("*.example.com"), one("www.example.com"))
    };
    let (desired, actual) = (side(60), side(300));
    let [desired, actual] =
        [&desired, &actual].map(|side| Snapshot::parse(side.as_bytes(), Format::Records).unwrap());
    let context = Context::at(Timestamp::default());
    let found = |rules: Rules| {
        let detector = Detector::builder().rules(rules).build().unwrap();
        let report = detector.detect(&desired, &actual, &context);
        report.findings
    };
    let all = found(Rules::from_yaml("[]").unwrap());
    let star = all.iter().find(|finding| finding.resource.id.starts_with('*')).unwrap();
    for rule in [star.ignore_rule(), star.changes[0].ignore_rule(&star.resource)] {
        let left = found(Rules::from_yaml(&rule).unwrap());
        let left: Vec<_> = left.iter().map(|finding| finding.resource.id.as_str()).collect();
        assert_eq!(left, ["www.example.com"], "{rule}");
    }
}
