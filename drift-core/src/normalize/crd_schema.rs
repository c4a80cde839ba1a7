//! Schemas of custom kinds as rules: what a CustomResourceDefinition says of its objects.
//!
//! A definition says which lists are sets, have keys or are one value, which maps must match whole, what
//! an absent field stands for, which fields may be null, and which values have several spellings. Where
//! versions differ, the stored one speaks first.

use super::condition::When;
use super::equality::Equality;
use super::glob::Glob;
use super::rule::{Fact, Layer, ListSemantics, Match, Rule};
use crate::error::{Code, Result};
use crate::path::{Pattern, PatternStep};
use crate::source::strict::{Strict, optional};
use crate::value::{Kind, Tree, Value};
use std::collections::{BTreeMap, BTreeSet};

const STRICT: Strict = Strict(Code::Rule);

/// The group of definitions, with any version.
const GROUP: &str = "apiextensions.k8s.io/";

/// Where a quantity is an integer or a string of this pattern, as the tools that make definitions write it.
const QUANTITY: &str = r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$";

/// Whether a document is a definition.
pub(super) fn is_definition(root: Value<'_>) -> bool {
    root.str_field("kind") == Some("CustomResourceDefinition")
        && root.str_field("apiVersion").is_some_and(|version| version.starts_with(GROUP))
}

/// The definitions in a document, itself or the items of a list; `None` where it holds anything else.
pub(super) fn definitions(root: Value<'_>) -> Option<Vec<Value<'_>>> {
    if is_definition(root) {
        return Some(vec![root]);
    }
    let kind = root.str_field("kind").filter(|kind| kind.ends_with("List"))?;
    let items: Vec<Value<'_>> = root.get("items")?.items().collect();
    let all = items.iter().all(|item| is_definition(*item));
    (all && !items.is_empty() && !kind.is_empty()).then_some(items)
}

/// What kind a definition defines, `group/Kind`.
pub(super) fn type_name(definition: Value<'_>) -> Result<String> {
    let spec = STRICT.required(definition, "spec")?;
    let group = STRICT.text(STRICT.required(spec, "group")?, "`group`")?;
    let names = STRICT.required(spec, "names")?;
    let kind = STRICT.text(STRICT.required(names, "kind")?, "`kind`")?;
    Ok(format!("{group}/{kind}"))
}

/// The rules that a definition comes to.
pub(super) fn rules(definition: Value<'_>, line: usize, file: Option<&str>) -> Result<Vec<Rule>> {
    let type_name = type_name(definition)?;
    let mut found = Found::default();
    for schema in schemas(STRICT.required(definition, "spec")?)? {
        found.schema(schema, &mut Vec::new())?;
        let now = std::mem::take(&mut found.now);
        found.before.extend(now);
    }
    let matches = Match {
        provider: Some(Glob::new("kubernetes")),
        type_name: Some(Glob::new(&type_name)),
        ..Match::default()
    };
    let rule = |(what, (fact, paths)): (String, (Fact, Vec<Pattern>))| Rule {
        id: format!("{type_name}.{what}"),
        layer: Layer::Schema,
        pack: Some("schema".to_owned()),
        matches: matches.clone(),
        paths,
        facts: vec![fact],
        when: When::default(),
        identity: Vec::new(),
        title: None,
        reason: Some("the definition of the kind says so".to_owned()),
        owner: None,
        source: Some("CustomResourceDefinition, openAPIV3Schema".to_owned()),
        expires: None,
        bundle: None,
        file: file.map(str::to_owned),
        line,
    };
    Ok(found.facts.into_iter().map(rule).collect())
}

/// The schemas of the versions, that of the stored one first.
fn schemas(spec: Value<'_>) -> Result<Vec<Value<'_>>> {
    let mut found = Vec::new();
    for version in STRICT.elements(spec, "versions")? {
        STRICT.map(version, "a version")?;
        let schema = optional(version, "schema").and_then(|it| optional(it, "openAPIV3Schema"));
        let stored = version.get("storage").and_then(Value::as_bool) == Some(true);
        found.extend(schema.map(|schema| (!stored, schema)));
    }
    found.sort_by_key(|(later, _)| *later);
    // Definitions of v1beta1 have one for all versions.
    let common = optional(spec, "validation").and_then(|it| optional(it, "openAPIV3Schema"));
    Ok(found.into_iter().map(|(_, schema)| schema).chain(common).collect())
}

/// What schemas say, as they are gone through.
#[derive(Default)]
struct Found {
    /// The fields of which an earlier version has spoken, and this one.
    before: BTreeSet<Vec<PatternStep>>,
    now: BTreeSet<Vec<PatternStep>>,
    /// Each fact with its paths, by its name.
    facts: BTreeMap<String, (Fact, Vec<Pattern>)>,
}

impl Found {
    fn put(&mut self, path: &[PatternStep], fact: Fact) {
        let entry = self.facts.entry(name(&fact)).or_insert_with(|| (fact, Vec::new()));
        entry.1.push(Pattern::of(path.to_vec()));
    }

    fn schema(&mut self, schema: Value<'_>, path: &mut Vec<PatternStep>) -> Result<()> {
        STRICT.map(schema, "a schema")?;
        self.now.insert(path.clone());
        if !path.is_empty() && !self.before.contains(path.as_slice()) {
            self.node(schema, path)?;
        }
        if let Some(properties) = optional(schema, "properties") {
            STRICT.map(properties, "`properties`")?;
            for (name, schema) in properties.fields() {
                path.push(PatternStep::Field(name.to_owned()));
                // The frame of an object is the same for all kinds.
                let is_frame =
                    path.len() == 1 && matches!(name, "apiVersion" | "kind" | "metadata");
                if !is_frame {
                    self.schema(schema, path)?;
                }
                path.pop();
            }
        }
        for inside in ["additionalProperties", "items"] {
            let Some(inside) = optional(schema, inside).filter(|it| it.kind() == Kind::Map) else {
                continue;
            };
            path.push(PatternStep::Any);
            self.schema(inside, path)?;
            path.pop();
        }
        Ok(())
    }

    /// What a schema says of the value at the path.
    fn node(&mut self, schema: Value<'_>, path: &mut Vec<PatternStep>) -> Result<()> {
        if let Some(default) = schema.get("default") {
            self.put(path, Fact::Default(Tree::of(default)));
        }
        // Where null is a value it is kept; elsewhere the API server drops it.
        if flag(schema, "nullable")? {
            self.put(path, Fact::EmptyIsAbsent(Vec::new()));
        }
        if schema.str_field("x-kubernetes-map-type") == Some("atomic") {
            self.close(path);
        }
        if schema.str_field("type") == Some("array") {
            self.list(schema, path)?;
        }
        if schema.str_field("format") == Some("password") {
            self.put(path, Fact::Secret(true));
        }
        if let Some(equality) = equality(schema)? {
            self.put(path, Fact::Equal(equality.into()));
        }
        Ok(())
    }

    fn list(&mut self, schema: Value<'_>, path: &mut Vec<PatternStep>) -> Result<()> {
        let kind = schema.get("x-kubernetes-list-type");
        let semantics =
            match kind.map(|kind| STRICT.text(kind, "the type of a list")).transpose()? {
                None | Some("atomic") => ListSemantics::Ordered,
                Some("set") => ListSemantics::Set { unique: false },
                Some("map") => ListSemantics::Keyed(keys(schema)?),
                Some(_) => {
                    let help = "`atomic`, `set` and `map` are known";
                    let place = kind.unwrap_or(schema);
                    return Err(STRICT.fault(place, "no such type of a list").with_help(help));
                }
            };
        self.put(path, Fact::List(semantics));
        // What is written as one list has no fields of others in its elements.
        if kind.and_then(Value::as_str) == Some("atomic") {
            path.push(PatternStep::Any);
            self.close(path);
            path.pop();
        }
        Ok(())
    }

    /// The path, and every map below it, has to match whole.
    fn close(&mut self, path: &mut Vec<PatternStep>) {
        self.put(path, Fact::Closed(true));
        path.extend([PatternStep::Descend, PatternStep::Any]);
        self.put(path, Fact::Closed(true));
        path.truncate(path.len().saturating_sub(2));
    }
}

/// The name of a fact among those of a definition.
fn name(fact: &Fact) -> String {
    match fact {
        Fact::List(ListSemantics::Keyed(keys)) => format!("by {}", keys.join(" and ")),
        Fact::List(ListSemantics::Set { .. }) => "sets".to_owned(),
        Fact::List(_) => "lists".to_owned(),
        Fact::Closed(_) => "whole".to_owned(),
        Fact::EmptyIsAbsent(_) => "nullable".to_owned(),
        Fact::Secret(_) => "passwords".to_owned(),
        other => other.to_string(),
    }
}

fn keys(schema: Value<'_>) -> Result<Vec<String>> {
    let keys = STRICT.required(schema, "x-kubernetes-list-map-keys")?;
    STRICT.list(keys, "`x-kubernetes-list-map-keys`")?;
    let key = |key| STRICT.text(key, "the name of a key").map(str::to_owned);
    let keys: Vec<String> = keys.items().map(key).collect::<Result<_>>()?;
    if keys.is_empty() {
        return Err(STRICT.fault(schema, "expected the name of a key"));
    }
    Ok(keys)
}

/// In how many ways a value of the schema can be written.
fn equality(schema: Value<'_>) -> Result<Option<Equality>> {
    let is_either = flag(schema, "x-kubernetes-int-or-string")?;
    Ok(match (is_either, schema.str_field("pattern")) {
        (true, Some(QUANTITY)) => Some(Equality::Quantity),
        (true, _) => Some(Equality::Text),
        (false, _) => match schema.str_field("format") {
            Some("byte") => Some(Equality::Base64),
            Some("date-time") => Some(Equality::Timestamp),
            Some("duration") => Some(Equality::Duration),
            _ => None,
        },
    })
}

fn flag(map: Value<'_>, name: &str) -> Result<bool> {
    match optional(map, name) {
        None => Ok(false),
        Some(value) => match value.as_bool() {
            Some(flag) => Ok(flag),
            None => Err(STRICT.expected(value, format_args!("`{name}` as a boolean"))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::QUANTITY;
    use crate::error::Code;
    use crate::{Result, Rules};
    use serde_json::{Value, json};

    fn definition(schema: &Value) -> Value {
        json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "things.example.com"},
            "spec": {"group": "example.com", "names": {"kind": "Thing", "plural": "things"}, "scope": "Namespaced",
                "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}]}})
    }

    fn facts(text: &str) -> Result<Vec<String>> {
        let rules = Rules::from_yaml(text)?;
        let line = |rule: &crate::normalize::Rule| {
            let paths: Vec<String> = rule.paths.iter().map(ToString::to_string).collect();
            format!("{}: {} {}", rule.printed_id(), rule.facts[0], paths.join(" "))
        };
        Ok(rules.rules().iter().map(|rule| line(rule)).collect())
    }

    #[test]
    fn a_definition_says_what_it_says() {
        let schema = json!({"type": "object", "properties": {
            "metadata": {"type": "object", "default": {}},
            "spec": {"type": "object", "properties": {
                "size": {"type": "integer", "default": 3},
                "note": {"type": "string", "nullable": true},
                "port": {"x-kubernetes-int-or-string": true},
                "memory": {"x-kubernetes-int-or-string": true, "pattern": QUANTITY},
                "secret": {"type": "string", "format": "password"},
                "bytes": {"type": "string", "format": "byte"},
                "from": {"type": "string", "format": "date-time"},
                "every": {"type": "string", "format": "duration"},
                "open": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
                "selector": {"type": "object", "x-kubernetes-map-type": "atomic"},
                "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
                "args": {"type": "array", "items": {"type": "string"}},
                "hosts": {"type": "array", "x-kubernetes-list-type": "atomic", "items": {"type": "object"}},
                "ports": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port", "protocol"],
                    "items": {"type": "object", "properties": {"protocol": {"type": "string", "default": "TCP"}}}},
                "by-name": {"type": "object", "additionalProperties": {"type": "object",
                    "properties": {"on": {"type": "boolean", "default": false}}}}}}}});
        let expected = [
            r#"schema/example.com/Thing.by port and protocol: list: {keyed: [port, protocol]} $.spec.ports"#,
            r#"schema/example.com/Thing.default: "TCP": default: "TCP" $.spec.ports.*.protocol"#,
            r#"schema/example.com/Thing.default: 3: default: 3 $.spec.size"#,
            r#"schema/example.com/Thing.default: false: default: false $.spec["by-name"].*.on"#,
            r#"schema/example.com/Thing.equal: base64: equal: base64 $.spec.bytes"#,
            r#"schema/example.com/Thing.equal: duration: equal: duration $.spec.every"#,
            r#"schema/example.com/Thing.equal: quantity: equal: quantity $.spec.memory"#,
            r#"schema/example.com/Thing.equal: text: equal: text $.spec.port"#,
            r#"schema/example.com/Thing.equal: timestamp: equal: timestamp $.spec.from"#,
            r#"schema/example.com/Thing.lists: list: ordered $.spec.args $.spec.hosts"#,
            r#"schema/example.com/Thing.nullable: empty_is_absent: [] $.spec.note"#,
            r#"schema/example.com/Thing.passwords: secret: true $.spec.secret"#,
            r#"schema/example.com/Thing.sets: list: set $.spec.tags"#,
            r#"schema/example.com/Thing.whole: closed: true $.spec.hosts.* $.spec.hosts.*..* $.spec.selector $.spec.selector..*"#,
        ];
        let one = definition(&schema);
        assert_eq!(facts(&one.to_string()).unwrap(), expected);
        let list = json!({"apiVersion": "v1", "kind": "List", "items": [one]});
        assert_eq!(facts(&list.to_string()).unwrap(), expected);
    }

    #[test]
    fn the_stored_version_speaks_first_and_old_definitions_are_read() {
        let size = |default: u8| json!({"properties": {"spec": {"properties": {"size": {"default": default}, format!("v{default}"): {"default": true}}}}});
        let mut definition = definition(&json!({}));
        definition["spec"]["versions"] = json!([
            {"name": "v1", "schema": {"openAPIV3Schema": size(1)}},
            {"name": "v2", "storage": true, "schema": {"openAPIV3Schema": size(2)}}]);
        let found = facts(&definition.to_string()).unwrap();
        assert_eq!(
            found,
            [
                "schema/example.com/Thing.default: 2: default: 2 $.spec.size",
                "schema/example.com/Thing.default: true: default: true $.spec.v2 $.spec.v1"
            ]
        );
        definition["apiVersion"] = json!("apiextensions.k8s.io/v1beta1");
        definition["spec"]["versions"] = json!([{"name": "v1"}]);
        definition["spec"]["validation"] = json!({"openAPIV3Schema": size(1)});
        assert_eq!(facts(&definition.to_string()).unwrap().len(), 2);
        // Several in one file, one after the other.
        assert_eq!(
            facts(&format!("{definition}\n---\n{definition}")).unwrap_err().code(),
            Code::Rule
        );
        let mut other = definition.clone();
        other["spec"]["names"]["kind"] = json!("Other");
        assert_eq!(facts(&format!("{definition}\n---\n{other}")).unwrap().len(), 4);
    }

    #[test]
    fn what_is_no_definition_is_refused_where_it_goes_wrong() {
        for (schema, message) in [
            (json!([]), "expected a schema as a map, found a list"),
            (json!({"properties": []}), "expected `properties` as a map, found a list"),
            (
                json!({"properties": {"a": {"nullable": 1}}}),
                "expected `nullable` as a boolean, found a number",
            ),
            (
                json!({"properties": {"a": {"type": "array", "x-kubernetes-list-type": "bag"}}}),
                "no such type of a list",
            ),
            (
                json!({"properties": {"a": {"type": "array", "x-kubernetes-list-type": "map"}}}),
                "expected the field `x-kubernetes-list-map-keys`",
            ),
        ] {
            let error = facts(&definition(&schema).to_string()).unwrap_err();
            assert!(error.to_string().starts_with(message), "{error}");
            assert_eq!(error.code(), Code::Rule);
            assert!(error.position().is_some());
        }
        let mut nameless = definition(&json!({}));
        nameless["spec"]["names"] = json!({});
        assert!(facts(&nameless.to_string()).is_err());
    }
}
