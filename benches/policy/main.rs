//! What policies cost: one detection over many resources without any, with one and with ten, and a policy by
//! itself as it is loaded.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "it prints, and may fail loudly")]

use drift_core::{Context, Detector, Format, Policies, Snapshot, Timestamp};
use std::time::Instant;

const RESOURCES: usize = 2000;
const TIMES: usize = 5;
/// As packages are written for conftest: a few conditions, a loop, a message.
const POLICY: &str = r#"
package bench
deny contains msg if {
    some container in input.spec.containers
    endswith(container.image, ":latest")
    msg := sprintf("%v uses the tag latest", [container.name])
}
warn contains "no owner" if not input.metadata.labels.owner
violation contains {"msg": "runs as root"} if input.spec.securityContext.runAsUser == 0
"#;

fn document(shift: usize) -> String {
    let one = |number: usize| {
        let tag = if (number + shift).is_multiple_of(50) { "latest" } else { "1.4.2" };
        format!(
            r#"{{"type": "pod", "id": "p{number}", "attributes": {{"metadata": {{"name": "p{number}", "labels": {{"owner": "a", "app": "shop"}}}}, "spec": {{"containers": [{{"name": "web", "image": "shop/web:{tag}", "ports": [80, 443]}}, {{"name": "log", "image": "shop/log:1"}}], "securityContext": {{"runAsUser": 1000}}, "nodeSelector": {{"zone": "a"}}, "restartPolicy": "Always"}}}}}}"#
        )
    };
    format!("[{}]", (0..RESOURCES).map(one).collect::<Vec<_>>().join(","))
}

/// The shortest of several runs, in microseconds.
fn fastest(mut work: impl FnMut()) -> f64 {
    let run = |_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64() * 1e6
    };
    (0..TIMES).map(run).fold(f64::INFINITY, f64::min)
}

fn main() {
    let at: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
    let (declared, running) = (document(0), document(1));
    let desired = Snapshot::parse(declared.as_bytes(), Format::Records).expect("records");
    let actual = Snapshot::parse(running.as_bytes(), Format::Records).expect("records");
    let mut bare = 0.0;
    println!("policies  ms per detection  µs per resource  µs per policy and side  violations");
    for policies in [0, 1, 10] {
        let mut builder = Detector::builder();
        for number in 0..policies {
            let text = POLICY.replace("package bench", &format!("package bench.n{number}"));
            builder = builder.policies(Policies::from_rego(&text).expect("a policy"));
        }
        let detector = builder.build().expect("a detector");
        let mut found = 0;
        let took = fastest(|| {
            let report = detector.detect(&desired, &actual, &Context::at(at));
            assert!(report.policy_errors.is_empty());
            found = report.policy_violations.len();
        });
        if policies == 0 {
            bare = took;
        }
        let more = took - bare;
        let sides = (2 * RESOURCES * policies.max(1)) as f64;
        println!(
            "{policies:8}  {:16.2}  {:15.2}  {:22.2}  {found:10}",
            took / 1e3,
            took / RESOURCES as f64,
            more / sides
        );
    }
    let load = fastest(|| {
        let policies = Policies::from_rego(POLICY).expect("a policy");
        drop(Detector::builder().policies(policies).build().expect("a detector"));
    });
    let none = fastest(|| drop(Detector::builder().build().expect("a detector")));
    println!("loading one policy: {:.2} ms", (load - none) / 1e3);
}
