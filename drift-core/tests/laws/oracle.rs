//! Every way through the engine says what the plain walk over a tape says.

use super::document::Json;
use super::edits::edit;
use super::entropy::{Entropy, entropy};
use super::shapes::{Shape, reordered, respelled, rules, value, wide_root, wild_rules};
use super::world::{brief, context, records, seeded};
use drift_core::source::ParseOptions;
use drift_core::{Context, Detail, Detector, Mapping, Packs, Report, Rules, Snapshot};
use drift_core::{Scope, SnapshotBuilder};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The resources of both sides and of the reference; most of them agree.
fn estate(shape: &Shape, entropy: &Entropy) -> [Vec<(String, Json)>; 3] {
    let mut sides: [Vec<(String, Json)>; 3] = Default::default();
    for index in 0..1 + entropy.below(8) {
        let id = format!("r{index}");
        let desired = value(shape, entropy);
        for side in &mut sides {
            let mut copy = match entropy.below(3) {
                0 => desired.clone(),
                1 => respelled(&desired, shape, entropy),
                _ => reordered(&desired, shape, entropy),
            };
            for number in 0..if entropy.one_in(2) { 0 } else { entropy.below(3) } {
                edit(&mut copy, shape, number, entropy);
            }
            if !entropy.one_in(9) {
                side.push((id.clone(), copy));
            }
        }
    }
    sides
}

fn text(side: &[(String, Json)]) -> String {
    records(&side.iter().map(|(id, json)| (id.as_str(), json)).collect::<Vec<_>>())
}

/// Rules that make the shape depend on the resource.
fn conditional(entropy: &Entropy) -> Vec<Value> {
    let mut rules = Vec::new();
    if entropy.one_in(3) {
        rules.push(
            json!({"id": "one-alone", "match": {"id": "r1"}, "paths": ["$..*"], "ignore": true}),
        );
    }
    if entropy.one_in(4) {
        rules.push(json!({"id": "asks", "match": {"where": "$[?@ != 1]"}, "paths": ["/a"], "ignore": true}));
    }
    if entropy.one_in(4) {
        rules.push(json!({"id": "by-index", "paths": ["/a/0", "$..b[1]"], "ignore": true}));
    }
    if entropy.one_in(4) {
        rules.push(json!({"id": "whole", "match": {"id": "r2"}, "paths": [""], "ignore": true}));
    }
    if entropy.one_in(4) {
        rules.push(json!({"id": "in-strings", "paths": ["$..a"], "equal": "json"}));
    }
    if entropy.one_in(4) {
        let empties = json!([null, "", [], {}]);
        rules.push(json!({"id": "empties", "paths": ["$..*"], "empty_is_absent": empties}));
    }
    if entropy.one_in(4) {
        rules.push(json!({"id": "default", "paths": ["$..*"], "default": entropy.below(3)}));
    }
    if entropy.one_in(4) {
        rules.push(
            json!({"id": "beside", "paths": ["$..b", "/c/*"], "default": {"same_as": "../a"}}),
        );
    }
    if entropy.one_in(4) {
        rules.push(json!({"id": "whole-map", "paths": ["$..*"], "closed": true}));
    }
    if entropy.one_in(4) {
        let when = json!({"ingress": entropy.pick(&["opened", "widened", "narrowed", "same"])});
        rules.push(json!({"id": "let-in", "paths": [""], "severity": "critical", "when": when}));
    }
    if entropy.one_in(4) {
        let when = json!({"unmanaged": true, "actual": {"exists": true}});
        rules.push(json!({"id": "nobodys", "paths": ["$..a"], "severity": "high", "when": when}));
    }
    if entropy.one_in(5) {
        rules.push(json!({"id": "made-up", "paths": ["$..c"], "generated": true}));
    }
    rules
}

fn detector(rules: &[Value], hashing: bool, threads: usize) -> Detector {
    let rules = Rules::from_value(&json!(rules)).expect("the rules load");
    let builder = Detector::builder().packs(Packs::none()).rules(rules);
    builder.hashing(hashing).threads(threads).build().expect("the rules build")
}

/// The records, through a mapping: read one by one out of the text, or onto a tape, as one does
/// that has to look for what resources depend on.
fn mapped(lazily: bool) -> ParseOptions {
    let needs = if lazily { "" } else { r#""depends_on": "$.nothing","# };
    let mapping = format!(
        r#"{{"items": "$.resources[*]", "type": "$.type", "id": "$.id", {needs}
            "attributes": "$.attributes"}}"#
    );
    let mapping = Some(Mapping::from_json(&mapping).expect("the mapping loads"));
    ParseOptions { mapping, ..ParseOptions::default() }
}

fn check(plain: &Report, other: &Report, way: &str) -> Result<(), TestCaseError> {
    prop_assert!(
        plain.to_json() == other.to_json(),
        "{way}\n{}\n{}\n{}\n{}",
        brief(plain),
        brief(other),
        plain.to_json(),
        other.to_json()
    );
    Ok(())
}

/// What the detectors of a case are given.
struct Given {
    rules: Vec<Value>,
    texts: [String; 3],
    with_reference: bool,
    detail: Detail,
    threads: usize,
}

impl std::fmt::Display for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { rules, texts, with_reference, detail, threads } = self;
        let rules = json!(rules);
        write!(f, "{rules}\n{}\n", texts.join("\n"))?;
        write!(f, "with reference: {with_reference}, {detail:?}, threads: {threads}")
    }
}

impl Given {
    /// Whether each way to the report leads to the same one.
    fn is_answered_alike(&self) -> Result<(), TestCaseError> {
        let Self { rules, texts, with_reference, detail, threads } = self;
        let plain = detector(rules, false, 1);
        let fast = detector(rules, true, *threads);
        let seeds = [context(), seeded(7)];

        let tape = mapped(false);
        let parse = |text, options| Snapshot::parse_with(text, options).expect("the text is read");
        let [d, a, r] = texts.each_ref().map(|text| parse(text.as_bytes(), &tape));
        let about = |context: Context<'static>,
                     reference: &Snapshot<'_>,
                     detector: &Detector,
                     desired: &Snapshot<'_>,
                     actual: &Snapshot<'_>| {
            let context = context.with_detail(*detail);
            let context = if *with_reference { context.with_reference(reference) } else { context };
            detector.detect(desired, actual, &context)
        };
        let oracle = about(context(), &r, &plain, &d, &a);
        check(&oracle, &about(seeds[1], &r, &fast, &d, &a), "by hash, from tapes")?;

        let lazy = mapped(true);
        let [ld, la, lr] = texts.each_ref().map(|text| parse(text.as_bytes(), &lazy));
        check(&oracle, &about(seeds[0], &lr, &plain, &ld, &la), "by walk, from text")?;
        check(&oracle, &about(seeds[1], &lr, &fast, &ld, &la), "by hash, from text")?;
        let own = |side: &Snapshot<'_>| side.clone().into_owned();
        check(&oracle, &about(seeds[1], &own(&lr), &fast, &own(&ld), &own(&la)), "by hash, owned")?;

        // Hashed while it is read, for the very detection and for another seed.
        let [rd, ra, rr] = texts
            .each_ref()
            .map(|text| fast.read(text.as_bytes(), &lazy, &seeds[1]).expect("the text is read"));
        check(&oracle, &about(seeds[1], &rr, &fast, &rd, &ra), "hashed when read")?;
        check(&oracle, &about(seeds[0], &rr, &fast, &rd, &ra), "hashed for another seed")?;
        check(&oracle, &about(seeds[1], &rr, &fast, &rd, &la), "one side hashed when read")?;
        let parts = fast.partials(&rd, &ra, &seeds[1].with_detail(*detail), 3);
        let whole = fast.detect(&rd, &ra, &seeds[1].with_detail(*detail));
        let merged = parts.into_iter().reduce(drift_core::Partial::merge).expect("three parts");
        check(&whole, &drift_core::finish(merged, super::world::at()), "in parts")?;
        Ok(())
    }
}

proptest! {
    #![proptest_config(super::world::config())]

    #[test]
    fn hashes_and_threads_change_nothing(entropy in entropy(900)) {
        let shape = wide_root(&entropy);
        let mut all = rules(&shape);
        all.extend(wild_rules(&shape, &entropy, true));
        all.extend(conditional(&entropy));
        let texts = estate(&shape, &entropy).map(|side| text(&side));
        let with_reference = entropy.one_in(2);
        let detail = if entropy.one_in(3) { Detail::Full } else { Detail::Summary };
        let given = Given { rules: all, texts, with_reference, detail, threads: 1 + entropy.below(3) };
        // What differs once in thousands of cases is to be seen again.
        given.is_answered_alike().map_err(|error| TestCaseError::fail(format!("{error}\n{given}")))?;
    }

    #[test]
    fn values_in_memory_are_compared_as_their_text(entropy in entropy(600)) {
        let shape = wide_root(&entropy);
        let mut all = rules(&shape);
        all.extend(wild_rules(&shape, &entropy, true));
        let texts = estate(&shape, &entropy).map(|side| text(&side));
        // As `serde_json` has them: its numbers are 64 bits wide.
        let [desired, actual, _] = texts.map(|text| serde_json::from_str::<Value>(&text).unwrap());
        let fast = detector(&all, true, 1);
        let written = |side: &Value| {
            let list: Vec<(String, Vec<u8>)> = side["resources"].as_array().into_iter().flatten()
                .map(|record| (record["id"].as_str().unwrap().to_owned(), record["attributes"].to_string().into_bytes()))
                .collect();
            list
        };
        let (d_texts, a_texts) = (written(&desired), written(&actual));
        let by_text = |texts: &'_ [(String, Vec<u8>)]| {
            let mut builder = Snapshot::builder("", Scope::new());
            for (id, text) in texts {
                builder.add_json("thing", id, text).unwrap();
            }
            builder.build().unwrap().into_owned()
        };
        let by_value = |side: &'_ Value| {
            let mut builder = Snapshot::builder("", Scope::new());
            for record in side["resources"].as_array().into_iter().flatten() {
                builder.add_value("thing", record["id"].as_str().unwrap(), &record["attributes"]).unwrap();
            }
            builder.build().unwrap().into_owned()
        };
        let fill = |mut builder: SnapshotBuilder<'static>, side: &'static Value| {
            for record in side["resources"].as_array().into_iter().flatten() {
                builder.add_value("thing", record["id"].as_str().unwrap(), &record["attributes"]).unwrap();
            }
            builder.build().unwrap()
        };
        let borrowed = |side| fill(Snapshot::builder("", Scope::new()), side);
        let oracle = fast.detect(&by_text(&d_texts), &by_text(&a_texts), &context());
        check(&oracle, &fast.detect(&by_value(&desired), &by_value(&actual), &context()), "owned")?;
        let (desired, actual): (&'static Value, &'static Value) =
            (Box::leak(Box::new(desired)), Box::leak(Box::new(actual)));
        check(&oracle, &fast.detect(&borrowed(desired), &borrowed(actual), &context()), "borrowed")?;
        let fast: &'static Detector = Box::leak(Box::new(fast));
        let watched = |side| fill(fast.snapshot("", Scope::new(), &context()), side);
        check(&oracle, &fast.detect(&watched(desired), &watched(actual), &context()), "hashed when added")?;
        check(&oracle, &fast.detect(&watched(desired), &borrowed(actual), &context()), "one side")?;
    }

    /// What the reader without a tape takes, it takes as the strict one does; what it refuses, that
    /// one refuses in its own words.
    #[test]
    fn broken_text_is_refused_alike(entropy in entropy(400)) {
        let shape = wide_root(&entropy);
        let [desired, ..] = estate(&shape, &entropy);
        let mut bytes = text(&desired).into_bytes();
        if entropy.one_in(2) {
            // Inside a string it is another text, or none.
            let gaps = [(",", ", "), (",", ",\n        "), (":", ": "), ("{", "{\n  "), ("}", "\n}")];
            let gaps = gaps.into_iter().filter(|_| entropy.one_in(2));
            let spaced = gaps.fold(text(&desired), |text, (from, to)| text.replace(from, to));
            bytes = spaced.into_bytes();
        }
        for _ in 0..1 + entropy.below(3) {
            let at = entropy.below(bytes.len());
            match entropy.below(4) {
                0 => drop(bytes.remove(at)),
                1 => bytes.insert(at, *entropy.pick(b"{}[],:\"\\ \n0-e\x01\xff")),
                2 => bytes[at] = *entropy.pick(b"{}[],:\"\\ \n0-e\x01\xff"),
                _ => bytes.truncate(at),
            }
            if bytes.is_empty() {
                break;
            }
        }
        let lazily = Snapshot::parse_with(&bytes, &mapped(true));
        let strictly = Snapshot::parse_with(&bytes, &mapped(false));
        // One that hashes while it reads knows what names to expect once it has read some resources.
        let fast = Detector::builder().build().unwrap();
        let watched = fast.read(&bytes, &mapped(true), &context());
        let told = |snapshot: drift_core::Result<Snapshot<'_>>| match snapshot {
            Ok(snapshot) => {
                let resource = |r: &drift_core::Resource<'_>| {
                    let value = drift_core::value::Tree::of(r.attributes.value());
                    format!("{} {:?} {value}", r.key, r.source)
                };
                snapshot.resources().iter().map(resource).collect::<Vec<_>>()
            }
            Err(error) => vec![format!("{error} {:?}", error.position())],
        };
        let strictly = told(strictly);
        prop_assert_eq!(&told(lazily), &strictly);
        prop_assert_eq!(&told(watched), &strictly);
    }
}
