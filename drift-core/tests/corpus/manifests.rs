//! The YAML loader under the `kubectl` schema against public Kubernetes manifests.

use crate::common;

use drift_core::Code;
use drift_core::value::{Document, DuplicateKeys, ReadOptions, Tree, Value, YamlSchema};
use std::path::Path;

/// Files with a key that stands twice in one map: `kubectl` takes the last without a word, the
/// loader does so where it is told to.
const KEY_TWICE: &[&str] = &[
    "argo-cd/resource_customizations/rabbitmq.com/User/testdata/unknown.yaml",
    "kubernetes-examples/_archived/openshift-origin/etcd-controller.yaml",
    "kubernetes-examples/_archived/openshift-origin/etcd-discovery-controller.yaml",
    "kubernetes-examples/_archived/openshift-origin/openshift-controller.yaml",
    "kubernetes-examples/_archived/persistent-volume-provisioning/quobyte/quobyte-admin-secret.yaml",
];

/// Templates (Go, shell) that are no YAML before they are filled in; `kubectl` refuses them too.
const TEMPLATES: usize = 7;

/// How many documents the file holds.
fn read(file: &Path, duplicate_keys: DuplicateKeys) -> drift_core::Result<usize> {
    let bytes = std::fs::read(file).unwrap();
    let options = ReadOptions { duplicate_keys, ..ReadOptions::default() };
    let document = if file.extension().is_some_and(|extension| extension == "json") {
        Document::parse_json(&bytes, &options)
    } else {
        Document::parse_yaml(&bytes, YamlSchema::Kubectl, &options)
    };
    document.map(|document| document.roots().len())
}

fn is_template(file: &Path) -> bool {
    let bytes = std::fs::read(file).unwrap();
    bytes.windows(2).any(|pair| pair == b"{{")
}

#[test]
fn every_manifest_is_read_or_explained() {
    let Some(corpus) = common::corpus() else {
        return;
    };
    let folder = corpus.join("k8s-manifests");
    let files = common::files(&folder, &["yaml", "yml", "json"]);
    let (mut whole, mut documents, mut templates) = (0, 0, 0);
    let (mut twice, mut unexplained) = (Vec::new(), Vec::new());
    for file in &files {
        let name = file.strip_prefix(&folder).unwrap().to_str().unwrap();
        match read(file, DuplicateKeys::Error) {
            Ok(count) => {
                whole += 1;
                documents += count;
            }
            Err(error) if error.code() == Code::DuplicateField => {
                twice.push(name);
                documents += read(file, DuplicateKeys::Last).unwrap();
            }
            Err(_) if is_template(file) => templates += 1,
            Err(error) => unexplained.push(format!("{name}: {error}")),
        }
    }
    common::figure(
        "Kubernetes manifests",
        &[
            ("files", files.len()),
            ("read", whole),
            ("documents", documents),
            ("refused for a key that stands twice", twice.len()),
            ("templates refused", templates),
            ("unexplained", unexplained.len()),
        ],
    );
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
    assert_eq!(twice, KEY_TWICE);
    assert_eq!(templates, TEMPLATES);
}

/// Counts the nodes in `value` and those whose part of the text, put where it stood, does not read
/// as the node.
fn compare_spans(text: &str, value: Value<'_>, nodes: &mut usize, wrong: &mut Vec<String>) {
    *nodes += 1;
    let indent = " ".repeat(value.position().column - 1);
    let part = format!("{indent}{}", &text[value.span()]);
    let options = ReadOptions::default();
    let found = Document::parse_yaml(part.as_bytes(), YamlSchema::Kubectl, &options);
    let same = found.as_ref().is_ok_and(|found| Tree::of(found.root()) == Tree::of(value));
    // An alias does not stand on its own.
    let is_alias = part.contains('*') && found.is_err();
    if !same && !is_alias {
        wrong.push(part);
        return;
    }
    for item in value.items() {
        compare_spans(text, item, nodes, wrong);
    }
    for (_, field) in value.fields() {
        compare_spans(text, field, nodes, wrong);
    }
}

#[test]
fn what_a_span_holds_reads_as_its_node() {
    let Some(corpus) = common::corpus() else {
        return;
    };
    let files = common::files(&corpus.join("k8s-manifests"), &["yaml", "yml"]);
    let (mut nodes, mut wrong) = (0, Vec::new());
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        let options = ReadOptions::default();
        let document = Document::parse_yaml(&bytes, YamlSchema::Kubectl, &options);
        let Ok(document) = document else { continue };
        // Every level reads the text once more, so large files would take long.
        if bytes.len() <= 20_000 {
            for root in document.roots() {
                compare_spans(text, root, &mut nodes, &mut wrong);
            }
        }
    }
    common::figure("spans in Kubernetes manifests", &[("nodes", nodes), ("wrong", wrong.len())]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n---\n"));
}
