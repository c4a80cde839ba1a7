//! Managed fields: who owns which paths of a live object (`fieldsV1`).

use crate::model::Manager;
use crate::path::{PathSet, Step};
use crate::value::{Document, Kind, ReadOptions, Tree, Value};

/// The entries of `metadata.managedFields`; `malformed` is told of those that cannot be read.
pub(super) fn managers(metadata: Value<'_>, mut malformed: impl FnMut(usize)) -> Vec<Manager> {
    let entries = metadata.get("managedFields").into_iter().flat_map(Value::items);
    let read = |(index, entry)| {
        let manager = manager(entry);
        if manager.is_none() {
            malformed(index);
        }
        manager
    };
    entries.enumerate().filter_map(read).collect()
}

/// One entry; `None` where it is malformed.
fn manager(entry: Value<'_>) -> Option<Manager> {
    let text = |name| match entry.get(name) {
        None => Some(String::new()),
        Some(value) if value.is_null() => Some(String::new()),
        Some(value) => value.as_str().map(str::to_owned),
    };
    if entry.kind() != Kind::Map || text("fieldsType")? != "FieldsV1" {
        return None;
    }
    let at = text("time")?;
    let at = if at.is_empty() { None } else { Some(at.parse().ok()?) };
    let mut paths = PathSet::new();
    if let Some(fields) = entry.get("fieldsV1") {
        add(fields, &mut paths)?;
    }
    let subresource = Some(text("subresource")?).filter(|name| !name.is_empty());
    let (name, operation) = (text("manager")?, text("operation")?);
    Some(Manager { name, operation, subresource, at, paths })
}

/// Adds what is owned at and below a node: an empty map says that the node itself is.
fn add(fields: Value<'_>, paths: &mut PathSet) -> Option<()> {
    if fields.kind() != Kind::Map {
        return None;
    }
    for (name, below) in fields.fields() {
        if name == "." {
            paths.mark();
            continue;
        }
        let node = paths.grow(step(name)?);
        add(below, node)?;
        if below.is_empty() {
            node.mark();
        }
    }
    Some(())
}

/// `f:name`, `k:{"key": …}`, `v:value` or `i:index`.
fn step(text: &str) -> Option<Step> {
    let (kind, content) = text.split_once(':')?;
    let json = || {
        let document = Document::parse_json(content.as_bytes(), &ReadOptions::default()).ok()?;
        Some(Tree::of(document.root()))
    };
    Some(match kind {
        "f" => Step::Field(content.to_owned()),
        "k" => match json()? {
            Tree::Map(keys) if !keys.is_empty() => Step::Key(keys),
            _ => return None,
        },
        "v" => Step::Value(json()?),
        "i" => Step::Index(content.parse().ok()?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Manager> {
        let document = Document::parse_json(json.as_bytes(), &ReadOptions::default()).unwrap();
        manager(document.root())
    }

    #[test]
    fn fields_become_paths() {
        let manager = read(
            r#"{"manager": "kubectl", "operation": "Apply", "fieldsType": "FieldsV1",
                "time": "2026-01-01T00:00:00Z", "fieldsV1": {
                "f:metadata": {"f:labels": {".": {}, "f:a.b/c": {}}},
                "f:spec": {"f:containers": {"k:{\"protocol\":\"TCP\",\"port\":80}": {".": {}, "f:x": {}}},
                "f:set": {"v:\"a\"": {}, "v:1": {}}, "f:list": {"i:2": {}}}}}"#,
        )
        .unwrap();
        let paths: Vec<String> = manager.paths.iter().map(|path| path.to_string()).collect();
        let expected = [
            "metadata.labels",
            r#"metadata.labels["a.b/c"]"#,
            r#"spec.containers[port=80,protocol="TCP"]"#,
            r#"spec.containers[port=80,protocol="TCP"].x"#,
            "spec.list[2]",
            "spec.set[=1]",
            r#"spec.set[="a"]"#,
        ];
        assert_eq!(paths, expected);
        assert_eq!((manager.name.as_str(), manager.operation.as_str()), ("kubectl", "Apply"));
        assert_eq!(manager.at.unwrap().to_string(), "2026-01-01T00:00:00.000Z");
    }

    #[test]
    fn what_is_malformed_is_not_guessed_at() {
        for fields in [
            r#"{"x:a": {}}"#,
            r#"{"f": {}}"#,
            r#"{"f:a": []}"#,
            r#"{"f:a": {"k:[]": {}}}"#,
            r#"{"f:a": {"k:{": {}}}"#,
            r#"{"f:a": {"i:-1": {}}}"#,
            "null",
        ] {
            let entry = format!(r#"{{"manager":"m","fieldsType":"FieldsV1","fieldsV1":{fields}}}"#);
            assert!(read(&entry).is_none(), "{fields}");
        }
        assert!(read("[]").is_none());
        assert!(read(r#"{"manager":"m"}"#).is_none());
        assert!(read(r#"{"manager":"m","fieldsType":"FieldsV1","time":"now"}"#).is_none());
        let deep = format!("{}{{}}{}", r#"{"f:a": "#.repeat(500), "}".repeat(500));
        let deep = format!(r#"{{"fieldsType":"FieldsV1","fieldsV1":{deep}}}"#);
        assert_eq!(read(&deep).unwrap().paths.iter().count(), 1);
        let empty = read(r#"{"manager":"m","fieldsType":"FieldsV1","fieldsV1":{}}"#).unwrap();
        assert!(empty.paths.is_empty() && empty.at.is_none());
        let timeless = read(r#"{"manager":"m","fieldsType":"FieldsV1","time":null}"#).unwrap();
        assert!(timeless.at.is_none());
    }
}
