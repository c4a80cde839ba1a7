//! A small corpus for machines that do not have the large generator: services with keyed lists and
//! sets, shuffled, with what a server adds, and a known share of drift.

use super::Failure;
use drift_benches::Draw;
use serde_json::{Value, json};
use std::path::Path;

fn declared(index: usize, draw: &mut Draw) -> Value {
    let env: Vec<Value> = (0..6 + draw.below(10))
        .map(|n| json!({"name": format!("VAR_{n}"), "value": draw.below(100_000).to_string()}))
        .collect();
    let groups: Vec<String> = (0..2 + draw.below(6)).map(|n| format!("sg-{index}-{n}")).collect();
    let settings: serde_json::Map<String, Value> =
        (0..20).map(|n| (format!("option_{n}"), json!(draw.below(1_000)))).collect();
    json!({
        "type": "service", "id": format!("service-{index}"), "image": format!("shop/web:{}", draw.below(99)),
        "env": env, "security_group_ids": groups, "settings": settings,
        "description": "a \"quoted\" text\nof two lines",
        "tags": [{"key": "team", "value": "shop"}, {"key": "env", "value": "prod"}],
    })
}

fn live(index: usize, declared: &Value, defaults: bool, draw: &mut Draw) -> Value {
    let mut object = declared.clone();
    object["status"] = json!({"state": "Active", "observed": draw.below(1_000_000)});
    object["arn"] = json!(format!("arn:aws:ecs:eu-west-1:111122223333:service/{index}"));
    if defaults {
        object["scheduling"] = json!({"strategy": "REPLICA", "grace": 30});
        object["launch_type"] = json!("EC2");
    }
    for list in ["env", "security_group_ids", "tags"] {
        if let Some(items) = object[list].as_array_mut() {
            draw.shuffle(items);
        }
    }
    object
}

/// Writes the files that the large generator writes.
pub(crate) fn generate(
    folder: &Path,
    count: usize,
    seed: &str,
    defaults: bool,
) -> Result<(), Failure> {
    let seed = seed.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let mut draw = Draw::new(seed);
    let (mut desired, mut actual, mut stripped) = (Vec::new(), Vec::new(), Vec::new());
    let (mut missing, mut extra) = (Vec::new(), Vec::new());
    let mut changes = serde_json::Map::new();
    for index in 0..count {
        let object = declared(index, &mut draw);
        let key = format!("service/service-{index}");
        let fate = draw.below(400);
        let mut running = object.clone();
        if fate < 2 {
            missing.push(key);
            desired.push(object);
            continue;
        }
        if fate < 4 {
            extra.push(key);
        } else {
            desired.push(object);
            if fate < 16 {
                let option = format!("option_{}", draw.below(20));
                running["settings"][&option] = json!(-1);
                running["image"] = json!("shop/web:debug");
                let operation = |path: Value| json!({"op": "replace", "path": path});
                let both = [operation(json!(["settings", option])), operation(json!(["image"]))];
                changes.insert(key, json!(both));
            }
        }
        actual.push(live(index, &running, defaults, &mut draw));
        stripped.push(running);
    }
    draw.shuffle(&mut actual);
    let lines =
        |values: &[Value]| values.iter().map(|value| format!("{value}\n")).collect::<String>();
    std::fs::write(folder.join("desired.ndjson"), lines(&desired))?;
    std::fs::write(folder.join("actual.ndjson"), lines(&actual))?;
    std::fs::write(folder.join("stripped.ndjson"), lines(&stripped))?;
    std::fs::write(folder.join("desired.json"), json!(desired).to_string())?;
    std::fs::write(folder.join("actual.json"), json!(actual).to_string())?;
    let truth = json!({"changes": changes, "missing": missing, "extra": extra});
    std::fs::write(folder.join("truth.json"), truth.to_string())?;
    let known = json!({
        "ignore": ["/status", "/arn"],
        "array_keys": {"env": ["name"], "tags": ["key"], "security_group_ids": "set"},
    });
    std::fs::write(folder.join("ignore.json"), known.to_string())?;
    Ok(())
}
