//! The documents say what the code does: names that both must hold.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

use drift_core::normalize::{Equality, Relation};
use drift_core::source::Mapping;
use drift_core::{
    Context, Detector, ExitStyle, Format, Limits, Packs, ParseOptions, Rules, Snapshot, wire,
};
use std::collections::BTreeSet;

const NOTICE: &str = include_str!("../NOTICE");
const PACKS: &str = include_str!("../../docs/PACKS.md");
const README: &str = include_str!("../../README.md");
const FORMATS: &str = include_str!("../../docs/FORMATS.md");
const MAPPINGS: &str = include_str!("../../docs/MAPPINGS.md");
const RULES: &str = include_str!("../../docs/RULES.md");

/// The first column of the table under a heading.
fn column(heading: &str) -> Vec<&'static str> {
    let section = RULES.split(&format!("\n## {heading}\n")).nth(1).expect("the heading is there");
    let section = section.split("\n## ").next().unwrap();
    let row = |line: &'static str| line.strip_prefix("| `")?.split('`').next();
    section.lines().filter_map(row).collect()
}

#[test]
fn every_equality_is_documented_and_no_other() {
    let known: Vec<&str> = Equality::ALL.iter().map(|(_, name)| *name).collect();
    assert_eq!(column("Equalities"), known);
    let known: Vec<&str> = Relation::ALL.iter().map(|(_, name)| *name).collect();
    assert_eq!(column("Relations"), known);
    for name in column("Bundles") {
        let rule = format!("[{{id: a, paths: [/x], equal: {name}}}]");
        let rules = Rules::from_yaml(&rule).unwrap();
        assert_eq!(rules.rules()[0].facts[0].to_string(), format!("equal: {name}"));
    }
}

#[test]
fn every_documented_fact_loads_and_no_other_does() {
    let value = |fact: &str| match fact {
        "list" => "set",
        "trust" => "[x]",
        "order" => "significant",
        "names" => "case_insensitive",
        "equal" => "json",
        "tolerate" => "{percent: 1}",
        "default" | "initial" => "1",
        "undeclared" => "drift",
        "severity" => "high",
        "category" | "runbook" => "x",
        _ => "true",
    };
    let facts = column("Facts");
    assert_eq!(facts.len(), 24);
    for fact in facts {
        let rule = format!("[{{id: a, paths: [/x], {fact}: {}}}]", value(fact));
        let loaded = Rules::from_yaml(&rule).unwrap_or_else(|error| panic!("{fact}: {error}"));
        let printed = loaded.rules()[0].facts[0].to_string();
        assert!(printed.starts_with(&format!("{fact}: ")), "{printed}");
    }
    assert!(Rules::from_yaml("[{id: a, paths: [/x], alias: y}]").is_err());
}

#[test]
fn the_example_of_the_rules_loads() {
    let example =
        RULES.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let rules = Rules::from_yaml(example).unwrap();
    assert_eq!((rules.rules().len(), rules.moves().len()), (1, 1));
}

/// The blocks of a kind in a document.
fn blocks(text: &'static str, kind: &str) -> Vec<&'static str> {
    let fence = format!("```{kind}\n");
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(fence.as_str()) {
        let (block, after) = after.split_once("\n```").expect("the block ends");
        found.push(block);
        rest = after;
    }
    found
}

#[test]
fn the_readme_prints_what_it_says() {
    // The example itself is a documentation test of the crate.
    let example = blocks(README, "rust")[0];
    let between = |start: &str, end: &str| {
        let (_, rest) = example.split_once(start).expect("the document starts");
        rest.split_once(end).expect("the document ends").0.as_bytes()
    };
    let declared = between("let declared = b\"", "\";");
    let live = between("let live = br#\"", "\"#;");
    let report = Detector::builder().build().unwrap().detect(
        &Snapshot::parse(declared, Format::Auto).unwrap(),
        &Snapshot::parse(live, Format::Auto).unwrap(),
        &Context::at("2026-01-01T00:00:00Z".parse().unwrap()),
    );
    assert_eq!(blocks(README, "text")[0], report.to_text(false).trim_end());
}

#[test]
fn every_format_is_documented_and_no_other() {
    let names = FORMATS.lines().filter_map(|line| line.strip_prefix("## "));
    let names: Vec<&str> = names
        .filter(|name| {
            !["All formats", "The ten layers", "Features", "Options", "Pages", "Limits"]
                .contains(name)
        })
        .collect();
    for name in &names {
        assert!(name.parse::<Format>().is_ok(), "{name}");
        assert!(README.contains(&format!("\n| `{name}` |")), "{name}");
    }
    let error = "excel".parse::<Format>().unwrap_err();
    let known: BTreeSet<&str> = error.help().unwrap().split('`').skip(1).step_by(2).collect();
    let documented: BTreeSet<&str> = names.into_iter().chain(["auto"]).collect();
    assert_eq!(documented, known);
}

#[test]
fn every_option_and_limit_is_documented_with_its_default() {
    let names = |section: &str| -> BTreeSet<String> {
        let rows = FORMATS.split(&format!("\n## {section}\n")).nth(1).unwrap();
        let rows = rows.split("\n## ").next().unwrap().lines();
        let cells = rows.filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
        cells.flat_map(|cell| cell.split('`')).step_by(2).map(str::to_owned).collect()
    };
    let known = |error: &drift_core::Error| -> BTreeSet<String> {
        error.help().unwrap().split('`').skip(1).step_by(2).map(str::to_owned).collect()
    };
    assert_eq!(names("Options"), known(&ParseOptions::from_json(r#"{"_": 1}"#).unwrap_err()));
    let error = ParseOptions::from_json(r#"{"limits": {"_": 1}}"#).unwrap_err();
    assert_eq!(names("Limits"), known(&error));
    let limits = Limits::default();
    for (name, default) in [
        ("max_bytes", limits.max_bytes),
        ("max_depth", limits.max_depth),
        ("max_nodes", limits.max_nodes),
        ("max_alias_ratio", limits.max_alias_ratio),
        ("max_documents", limits.max_documents),
        ("max_exponent", limits.max_exponent as usize),
        ("max_list_pairs", limits.max_list_pairs),
    ] {
        assert!(FORMATS.contains(&format!("\n| `{name}` | {default} |")), "{name}: {default}");
    }
}

#[test]
fn the_documented_record_is_read() {
    let snapshot = Snapshot::parse(blocks(FORMATS, "json")[0].as_bytes(), Format::Auto).unwrap();
    let [record] = snapshot.resources() else { panic!("{snapshot:?}") };
    assert_eq!(record.address(), "aws_sqs_queue.jobs");
    assert!(snapshot.warnings().is_empty(), "{:?}", snapshot.warnings());
}

#[test]
fn the_documented_mappings_load_and_every_operator_is_told() {
    let found = blocks(MAPPINGS, "yaml");
    assert_eq!(found.len(), 3);
    for text in found {
        Mapping::from_yaml(text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
    }
    for name in Mapping::names() {
        // A command of the AWS CLI by its service, all else by its own name.
        let service = name.split(' ').nth(1).unwrap_or(name);
        assert!(README.contains(&format!("`{service}`")), "{service}");
    }
    let operator = "{items: $.a, type: $.t, id: $.i, attributes: {x: {no: 1}}}";
    let error = Mapping::from_yaml(operator).unwrap_err();
    let operators: Vec<&str> = error.help().unwrap().split('`').skip(1).step_by(2).collect();
    assert!(operators.len() > 5, "{operators:?}");
    for operator in operators.iter().filter(|operator| !operator.starts_with('{')) {
        assert!(MAPPINGS.contains(&format!("{{{operator}: ")), "{operator}");
    }
}

#[test]
fn the_documented_mapping_tells_objects_of_kubernetes_from_other_resources() {
    let mapping = Mapping::from_yaml(blocks(MAPPINGS, "yaml")[1]).unwrap();
    let options = ParseOptions { mapping: Some(mapping), ..ParseOptions::default() };
    let lines = br#"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}}
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
        {"type": "queue", "id": "jobs", "delay": 5}"#;
    let snapshot = Snapshot::parse_with(lines, &options).unwrap();
    let keys = snapshot.resources().iter().map(|resource| resource.key.to_string());
    let expected = [
        "kubernetes apps/Deployment namespace=shop web",
        "kubernetes Namespace shop",
        "queue jobs",
    ];
    assert_eq!(keys.collect::<Vec<_>>(), expected);
}

#[test]
fn a_projection_comes_to_what_is_documented() {
    let mapping = Mapping::from_yaml(blocks(MAPPINGS, "yaml")[2]).unwrap();
    let live = br#"{"Groups": [{"GroupId": "sg-1", "GroupName": "web", "Host": "h", "Port": 5432,
        "Tags": [{"Key": "team", "Value": "a"}], "Ranges": [{"Port": 1, "Cidr": "0.0.0.0/0"},
        {"Port": 2, "Cidr": "10.0.0.0/8"}, {"Port": 1, "Cidr": "::/0"}, {"Port": 3}]}]}"#;
    let options = ParseOptions { mapping: Some(mapping), ..ParseOptions::default() };
    let actual = Snapshot::parse_with(live, &options).unwrap();
    let desired = br#"[{"type": "aws_security_group", "id": "sg-1", "attributes": {"name": "web",
        "description": "", "endpoint": "h:5432", "is_open": true, "tags": {"team": "a"},
        "rules": [{"port": 1, "cidr_blocks": ["0.0.0.0/0", "::/0"]},
        {"port": 2, "cidr_blocks": ["10.0.0.0/8"]}]}}]"#;
    let desired = Snapshot::parse(desired, Format::Auto).unwrap();
    let detector = Detector::builder().packs(Packs::none()).build().unwrap();
    let at = Context::at("2026-01-01T00:00:00Z".parse().unwrap());
    let report = detector.detect(&desired, &actual, &at);
    assert_eq!(report.exit_code(ExitStyle::Diff), 0, "{}", report.to_text(false));
}

#[test]
fn every_format_is_in_the_table_of_formats() {
    let row = |format: &Format| {
        let about = format.about();
        let anchor = FORMATS.contains(&format!("\n## {format}\n"));
        let name = if anchor { format!("[`{format}`](#{format})") } else { format!("`{format}`") };
        let views = format.views().iter().map(|view| format!("`{view}`")).collect::<Vec<_>>();
        let columns = [
            name,
            about.versions.to_owned(),
            about.layers.to_owned(),
            views.join(", "),
            about.reads.to_owned(),
            about.leaves_out.to_owned(),
        ];
        format!("| {} |", columns.join(" | "))
    };
    let rows: Vec<String> = Format::list().iter().map(row).collect();
    let head =
        "| format | versions | layers | views | read | not read |\n|---|---|---|---|---|---|";
    let table = format!("{head}\n{}\n", rows.join("\n"));
    assert!(FORMATS.contains(&table), "the table of formats ought to be\n{table}");
}

#[test]
fn every_built_in_mapping_is_in_the_table_of_mappings() {
    let all: serde_json::Value = serde_json::from_str(&wire::formats().unwrap()).unwrap();
    let all = all["mappings"].as_array().unwrap();
    assert_eq!(all.len(), Mapping::names().count());
    let names = |types: &serde_json::Value| {
        let types = types.as_array().unwrap().iter().map(|name| format!("`{}`", text(name)));
        Some(types.collect::<Vec<_>>().join(", ")).filter(|names| !names.is_empty())
    };
    let row = |mapping: &serde_json::Value| {
        let types = &mapping["types"];
        let mut read =
            names(&types["resources"]).unwrap_or_else(|| "what the document names".to_owned());
        for view in ["cloudformation", "terraform"] {
            if let Some(types) = types.get(view) {
                let types = names(types).unwrap_or_else(|| "the same".to_owned());
                read = format!("{read}; view `{view}`: {types}");
            }
        }
        let [name, versions, layers] = ["name", "versions", "layers"].map(|at| text(&mapping[at]));
        let (not, note) = (text(&mapping["leaves_out"]), mapping["note"].as_str().unwrap_or(""));
        format!("| `{name}` | {versions} | {layers} | {read} | {not} | {note} |")
            .replace("|  |", "| |")
    };
    let rows: Vec<String> = all.iter().map(row).collect();
    let head = "| mapping | versions | layers | read | not read | |\n|---|---|---|---|---|---|";
    let table = format!("{head}\n{}\n", rows.join("\n"));
    assert!(FORMATS.contains(&table), "the table of mappings ought to be\n{table}");
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn every_layer_has_pairs_that_find_what_is_documented() {
    let section = FORMATS.split("\n## The ten layers\n").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let tables: Vec<&str> = section.split("|---|---|---|---|---|\n").skip(1).collect();
    assert_eq!(tables.len(), 2);
    for (table, folder) in tables.into_iter().zip(["source", "layers"]) {
        let rows = table.lines().take_while(|line| line.starts_with('|'));
        let rows: Vec<Vec<&str>> =
            rows.map(|row| row.split('|').map(str::trim).collect()).collect();
        let layers: BTreeSet<&str> = rows.iter().map(|row| row[1]).collect();
        assert_eq!([rows.len(), layers.len()], [10, 10], "{folder}");
        for row in rows {
            let [found, vector] = [row[4].trim_matches('`'), row[5].trim_matches('`')];
            finds(&format!("{folder}/{vector}"), row[1], found);
        }
    }
}

/// Whether a vector finds at a path, or as a status, what its layer's row says.
fn finds(vector: &str, layer: &str, found: &str) {
    let file = format!("{}/tests/vectors/{vector}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let vector: serde_json::Value = serde_json::from_str(&text).unwrap();
    let findings =
        vector.pointer("/expect/findings").and_then(|findings| findings.as_array()).unwrap();
    if found == "nothing" {
        return assert!(findings.is_empty(), "{layer}");
    }
    let layer_of = |finding: &serde_json::Value| finding.pointer("/resource/layer").cloned();
    let is_layer = |finding: &&serde_json::Value| layer_of(finding).is_some_and(|of| of == layer);
    let of_layer: Vec<&serde_json::Value> = findings.iter().filter(is_layer).collect();
    let changes =
        of_layer.iter().filter_map(|finding| finding.get("changes")?.as_array()).flatten();
    let paths = changes.filter_map(|change| change.get("path")?.as_str());
    let statuses = of_layer.iter().filter_map(|finding| finding.get("status")?.as_str());
    let told: BTreeSet<&str> = paths.chain(statuses).collect();
    assert!(told.contains(found), "{layer}: {told:?}");
}

#[test]
fn what_packs_are_made_from_is_named_with_its_licence() {
    let pins = include_str!("../../tools/packs/requirements.txt");
    let pins = pins.lines().filter(|line| !line.starts_with('#'));
    for pin in pins {
        let (package, rest) = pin.split_once("==").unwrap();
        let (version, hash) = rest.split_once(" --hash=sha256:").unwrap();
        assert_eq!(hash.len(), 64, "{package}");
        let name = format!("{package} {version}");
        assert!(NOTICE.contains(&name), "NOTICE says nothing of {name}");
        assert!(PACKS.contains(&name), "docs/PACKS.md says nothing of {name}");
    }
}

#[test]
fn every_pack_is_documented_and_no_other() {
    let table = PACKS.split("\n## ").next().unwrap();
    let row = |line: &'static str| line.strip_prefix("| `")?.split('`').next();
    let documented: BTreeSet<&str> = table.lines().filter_map(row).collect();
    assert_eq!(documented, Packs::names().collect());
}
