//! The catalogue of findings: its page is what it says, and each id has a vector that fires and one that
//! does not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use drift_core::classify::{CatalogueEntry, CataloguePlace, catalogue};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const HEAD: &str = r#"# Findings

What a difference means, how bad it is, what kind of problem, and what to do next: the pack `findings`, by id.
`rule` of a change and of a finding names the id. Each entry is a [rule](RULES.md) with places; yours outrank it,
`disable: [findings/<id>]` switches one off, `packs` without `findings` all. In Rust `classify::catalogue()` lists
them, in Python and Node `catalogue()`.

A severity says how bad a change is, the confidence how sure it is that it is one and means this: `low` where
elements of a list were matched by a key that was guessed, `medium` where nothing is known of the type, neither by
packs nor by schemas, mappings or rules of yours, else `high`. `replace: true` says that a change cannot be made in
place (`createOnlyProperties` of the CloudFormation registry, or `replaces: true` of a rule). Findings of the
catalogue are about live values: what is pending, unknown or hidden keeps its default severity.

## Priority

`priority` of a finding has a `level`, `p0` now, `p1` today, `p2` this week, `p3` some time, out of a matrix, and a
`score` from 0 to 100 that orders what has one level, with its `factors`. The defaults:

| severity | critical | normal | low |
|---|---|---|---|
| critical | p0 | p0 | p1 |
| high | p0 | p1 | p2 |
| medium | p1 | p2 | p3 |
| low | p2 | p3 | p3 |
| info | p3 | p3 | p3 |

| factor | weight | from |
|---|---|---|
| `impact` | 50 | the severity: critical 100, high 75, medium 50, low 25, info 0 |
| `exposure` | 20 | the category: security and data 100, identity and compliance 50, all else 0 |
| `criticality` | 20 | the resource: critical 100, normal 50, low 0 |
| `confidence` | 10 | high 100, medium 50, low 0 |

The score is the mean of the factors, each by its weight. All of it is configuration: the option `priority` of a
detector has `weights` (whole numbers from 0 to 100), `matrix` (levels by severity, then criticality; what is left out
stays) and `criticality`, a list of which the first that takes a resource in counts. No environment is guessed from a
name: what the list does not take in is normal.

```json
{"priority": {"weights": {"exposure": 40},
  "matrix": {"medium": {"critical": "p0"}},
  "criticality": [{"tags": {"env": "prod*"}, "level": "critical"}, {"scope": {"account": "210987654321"}, "level": "low"}]}}
```

Each entry of `criticality` has a `level` and any of `provider`, `type`, `id`, `scope` and `tags`, globs as in the
`match` of [rules](RULES.md).

This page is written by `UPDATE_FINDINGS=1 cargo test -p drift-core --test findings`, from `drift-core/findings/`.
"#;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn page(all: &[CatalogueEntry]) -> String {
    let mut out = HEAD.to_owned();
    out.push_str("\n## Findings\n\n| id | severity | category | title |\n|---|---|---|---|\n");
    for CatalogueEntry { id, severity, category, title, .. } in all {
        let anchor = id.replace('.', "");
        writeln!(out, "| [`{id}`](#{anchor}) | {} | {category} | {title} |", severity.as_str())
            .unwrap();
    }
    for entry in all {
        section(&mut out, entry);
    }
    out
}

fn section(out: &mut String, entry: &CatalogueEntry) {
    let CatalogueEntry {
        id,
        title,
        meaning,
        severity,
        category,
        layers,
        next_step,
        source,
        places,
    } = entry;
    writeln!(out, "\n## {id}\n\n**{title}.** {meaning}\n").unwrap();
    let layers = layers.join(", ");
    writeln!(out, "Severity {}, category {category}; layers: {layers}.", severity.as_str())
        .unwrap();
    writeln!(out, "Next: {next_step}").unwrap();
    writeln!(out, "Source: <{source}>\n").unwrap();
    for (types, place) in together(places) {
        let paths: Vec<String> = place.paths.iter().map(|path| shown(path)).collect();
        write!(out, "- {types}: {}", paths.join(", ")).unwrap();
        if let Some(when) = &place.when {
            write!(out, " when `{when}`").unwrap();
        }
        if place.severity != *severity {
            write!(out, ", {}", place.severity.as_str()).unwrap();
        }
        out.push('\n');
    }
}

fn shown(path: &str) -> String {
    if path.is_empty() { "the whole resource".to_owned() } else { format!("`{path}`") }
}

/// Places that differ in their types alone.
fn together(places: &[CataloguePlace]) -> Vec<(String, &CataloguePlace)> {
    let same = |a: &CataloguePlace, b: &CataloguePlace| {
        (&a.paths, &a.when, a.severity) == (&b.paths, &b.when, b.severity)
    };
    let name = |place: &CataloguePlace| match (&place.type_name, &place.provider) {
        (Some(type_name), _) => format!("`{type_name}`"),
        (None, provider) => format!("anything of `{}`", provider.as_deref().unwrap_or_default()),
    };
    let groups = places.chunk_by(same);
    groups.map(|of| (of.iter().map(name).collect::<Vec<_>>().join(", "), &of[0])).collect()
}

#[test]
fn the_page_is_what_the_catalogue_says() {
    let file = root().join("../docs/FINDINGS.md");
    let page = page(&catalogue());
    if env::var_os("UPDATE_FINDINGS").is_some() {
        fs::write(&file, &page).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    let differs = page.lines().zip(written.lines()).find(|(ought, is)| ought != is);
    assert!(page == written, "docs/FINDINGS.md ought to be another: {differs:?}");
}

#[test]
fn the_pages_count_what_there_is() {
    let count = catalogue().len();
    let mut told = 0;
    for entry in fs::read_dir(root().join("../docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let page = fs::read_to_string(&path).unwrap();
        for (before, _) in page.match_indices(" findings |").map(|(at, _)| page.split_at(at)) {
            let number = before.rsplit([' ', '|']).next().unwrap();
            if let Ok(number) = number.parse::<usize>() {
                assert_eq!(number, count, "{}", path.display());
                told += 1;
            }
        }
    }
    assert_eq!(told, 1, "docs/PACKS.md says how many there are");
    let page = fs::read_to_string(root().join("../docs/FINDINGS.md")).unwrap();
    let sections = page.lines().filter(|line| line.starts_with("## ")).count();
    assert_eq!(sections, count + 2, "Priority, Findings, and one section for each");
}

/// What a vector of findings expects of each of its resources: the rule, and its type.
fn shown_by(case: &Value) -> (BTreeMap<String, Option<String>>, BTreeMap<String, String>) {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let sides = ["desired", "actual"].map(|side| list(&case["input"][side]["value"]));
    let types = sides
        .concat()
        .into_iter()
        .filter_map(|resource| Some((text(&resource["id"])?, text(&resource["type"])?)));
    let mut found: BTreeMap<String, Option<String>> = BTreeMap::new();
    for finding in list(&case["expect"]["findings"]) {
        found.insert(text(&finding["resource"]["id"]).unwrap(), text(&finding["rule"]));
    }
    (found, types.collect())
}

#[test]
fn every_finding_has_a_vector_that_fires_and_one_that_does_not() {
    let folder = root().join("tests/vectors/classify");
    let (mut fires, mut is_silent) = (BTreeSet::new(), BTreeSet::new());
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.file_name().unwrap().to_string_lossy().starts_with("finding-") {
            continue;
        }
        let case: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let (found, types) = shown_by(&case);
        for rule in found.values().flatten() {
            fires.insert(rule.clone());
            let by: BTreeSet<&String> = found
                .iter()
                .filter(|(_, known)| known.as_ref() == Some(rule))
                .filter_map(|(id, _)| types.get(id))
                .collect();
            let other = |id: &String| found.get(id).and_then(Option::as_ref) != Some(rule);
            if types.iter().any(|(id, type_name)| other(id) && by.contains(type_name)) {
                is_silent.insert(rule.clone());
            }
        }
    }
    for entry in catalogue() {
        assert!(fires.contains(&entry.id), "no vector shows {}", entry.id);
        assert!(is_silent.contains(&entry.id), "no vector shows where {} is silent", entry.id);
    }
}
