//! Inputs for the benchmarks: a generated estate of Kubernetes deployments, with and without what
//! an API server adds, and a known share of drift.

pub mod documents;

use serde_json::{Value, json};

/// Documents of both sides.
#[derive(Debug)]
pub struct Estate {
    /// What is declared: a list of `count` deployments.
    pub desired: Vec<u8>,
    /// What runs.
    pub actual: Vec<u8>,
    /// How many of them drifted.
    pub drifted: usize,
}

/// An estate of `count` deployments, every fiftieth with another image. `defaults` fills live
/// objects with what an API server adds.
#[must_use]
pub fn estate(count: usize, defaults: bool) -> Estate {
    let list = |items: Vec<Value>| {
        json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string().into_bytes()
    };
    let drifts = |index: usize| index.is_multiple_of(50);
    Estate {
        desired: list((0..count).map(|index| deployment(index, "1.25.0")).collect()),
        actual: list((0..count).map(|index| live(index, drifts(index), defaults)).collect()),
        drifted: (0..count).filter(|index| drifts(*index)).count(),
    }
}

fn deployment(index: usize, tag: &str) -> Value {
    let name = format!("service-{index}");
    let env: Vec<Value> =
        (0..8).map(|n| json!({"name": format!("VAR_{n}"), "value": n.to_string()})).collect();
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": format!("team-{}", index % 40), "labels": {"app": name}},
        "spec": {
            "replicas": 1 + index % 5,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{
                    "name": "main",
                    "image": format!("registry.example/{name}:{tag}"),
                    "env": env,
                    "ports": [{"containerPort": 8080}, {"containerPort": 9090}],
                    "resources": {"requests": {"cpu": "0.5", "memory": "512Mi"}},
                }]},
            },
        },
    })
}

fn live(index: usize, drifted: bool, defaults: bool) -> Value {
    let mut object = deployment(index, if drifted { "1.26.0" } else { "1.25.0" });
    let set = |object: &mut Value, pointer: &str, name: &str, value: Value| {
        if let Some(map) = object.pointer_mut(pointer).and_then(Value::as_object_mut) {
            map.insert(name.to_owned(), value);
        }
    };
    set(&mut object, "", "status", json!({"replicas": 1 + index % 5, "observedGeneration": 3}));
    set(&mut object, "/metadata", "uid", json!(format!("00000000-0000-0000-0000-{index:012}")));
    if defaults {
        let container = "/spec/template/spec/containers/0";
        set(&mut object, container, "imagePullPolicy", json!("IfNotPresent"));
        set(&mut object, container, "terminationMessagePath", json!("/dev/termination-log"));
        set(&mut object, "/spec/template/spec", "restartPolicy", json!("Always"));
        set(&mut object, "/spec/template/spec", "dnsPolicy", json!("ClusterFirst"));
        set(&mut object, "/spec", "revisionHistoryLimit", json!(10));
        set(&mut object, "/spec", "progressDeadlineSeconds", json!(600));
    }
    object
}

/// Draws numbers (xorshift, Marsaglia 2003): what is made of them is that of their seed.
#[derive(Clone, Copy, Debug)]
pub struct Draw(u64);

impl Draw {
    /// Starts with this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// A number below `bound`; 0 below 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    /// One of `items`.
    pub fn pick<'i, T>(&mut self, items: &'i [T]) -> Option<&'i T> {
        items.get(self.below(items.len()))
    }

    /// Puts items into another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}
