//! Live objects against what was last applied to make them: what the server filled in is no drift.

use super::cases::{at, changes, is_modified};
use crate::common;
use drift_core::value::{Document, DuplicateKeys, ReadOptions, Tree, YamlSchema};
use drift_core::{Context, Detector, Format, ParseOptions, Snapshot};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const NAME: &str = "live objects against what was last applied";
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The objects of a text that say what was last applied, each with that.
fn applied(bytes: &[u8]) -> Vec<(Value, Value)> {
    let options = ReadOptions { duplicate_keys: DuplicateKeys::Last, ..ReadOptions::default() };
    let Ok(document) = Document::parse_yaml(bytes, YamlSchema::Kubectl, &options) else {
        return Vec::new();
    };
    let objects = document.roots().flat_map(|root| match root.get("items") {
        Some(items) => items.items().collect::<Vec<_>>(),
        None => vec![root],
    });
    let pair = |object| {
        let object = serde_json::to_value(Tree::of(object)).unwrap();
        let text = object["metadata"]["annotations"][LAST_APPLIED].as_str()?;
        let applied: Value = serde_json::from_str(text).ok()?;
        applied["metadata"]["name"].as_str()?;
        Some((applied, object))
    };
    objects.filter_map(pair).collect()
}

#[test]
fn what_the_server_fills_in_is_no_drift() {
    let Some(corpus) = common::corpus() else { return };
    let detector = Detector::builder().build().unwrap();
    let options = ParseOptions { format: Format::Kubernetes, ..ParseOptions::default() };
    let (mut objects, mut undeclared) = (0, 0);
    let mut modified = BTreeMap::new();
    for folder in ["k8s-live-vs-desired/raw", "k8s-manifests"] {
        for file in common::files(&corpus.join(folder), &["yaml", "yml", "json"]) {
            let bytes = std::fs::read(&file).unwrap();
            for (desired, live) in applied(&bytes) {
                let [desired, live] = [desired, live].map(|object| {
                    let list = json!({"apiVersion": "v1", "kind": "List", "items": [object]});
                    serde_json::to_vec(&list).unwrap()
                });
                let parse = |bytes| Snapshot::parse_with(bytes, &options);
                let (Ok(desired), Ok(live)) = (parse(&desired), parse(&live)) else { continue };
                objects += 1;
                let report = detector.detect(&desired, &live, &Context::at(at()));
                undeclared += report.undeclared.len();
                if is_modified(&report) {
                    let name = file.strip_prefix(&corpus).unwrap().display().to_string();
                    modified.insert(name, changes(&report));
                }
            }
        }
    }
    const EDITED: &str = "edited since: the live value is another than the one applied";
    let argo = "k8s-live-vs-desired/raw/argo-cd";
    let custom = "k8s-manifests/argo-cd/resource_customizations";
    let by_design = [
        (
            format!("{argo}/gitops-engine/pkg/diff/testdata/deployment-live.json"),
            "a variable was added by hand",
        ),
        (
            format!(
                "{argo}/gitops-engine/pkg/diff/testdata/ssd-deploy-with-manual-apply-predicted-live.json"
            ),
            "a port was added by a second manager",
        ),
        (format!("{argo}/gitops-engine/pkg/diff/testdata/wordpress-live.json"), EDITED),
        (
            format!("{argo}/util/argo/testdata/live_deployment_with_managed_replica.yaml"),
            "scaled since",
        ),
        (
            format!("{custom}/certmanager.k8s.io/Certificate/testdata/degraded_configError.yaml"),
            EDITED,
        ),
        (
            format!(
                "{custom}/numaplane.numaproj.io/MonoVertexRollout/testdata/MonoVertexRollout/degraded.yaml"
            ),
            EDITED,
        ),
        (
            format!(
                "{custom}/numaplane.numaproj.io/NumaflowControllerRollout/testdata/NumaflowControllerRollout/degraded.yaml"
            ),
            EDITED,
        ),
        (
            format!(
                "{custom}/numaplane.numaproj.io/PipelineRollout/testdata/PipelineRollout/degraded.yaml"
            ),
            EDITED,
        ),
    ];
    let by_design: Vec<(&str, &str)> =
        by_design.iter().map(|(file, reason)| (file.as_str(), *reason)).collect();
    common::settle(NAME, "objects", objects, &modified, &by_design);
    common::figure(NAME, &[("undeclared values", undeclared)]);
}
