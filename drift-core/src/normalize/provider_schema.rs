//! Schemas of Terraform providers as rules: what `terraform providers schema -json` prints.
//!
//! A schema says which lists are sets, which values the provider alone writes, which it takes and never
//! returns, and which must not be shown. That an argument may be left to the provider (optional and
//! computed) is no rule: what is live and not declared is listed as any other.

use super::glob::Glob;
use super::load::Origin;
use super::rule::{Fact, Layer, ListSemantics, Match, Rule};
use crate::error::{Code, Error, Result};
use crate::path::{Pattern, push_token};
use crate::source::strict::{Strict, optional};
use crate::source::{Lines, check_terraform_version, terraform_family};
use crate::value::{Kind, Value};
use std::collections::BTreeMap;

const STRICT: Strict = Strict(Code::Rule);

/// Whether the document holds schemas, and no rules.
pub(super) fn is_schema(root: Value<'_>) -> bool {
    root.get("provider_schemas").is_some()
}

/// The rules that the schemas of resources come to.
pub(super) fn rules(root: Value<'_>, lines: &Lines<'_>, origin: Origin<'_>) -> Result<Vec<Rule>> {
    check_terraform_version(root, STRICT)?;
    let mut types: BTreeMap<&str, Vec<(&str, Value<'_>)>> = BTreeMap::new();
    for (source, provider) in map(root, "provider_schemas")?.into_iter().flat_map(Value::fields) {
        STRICT.map(provider, "the schemas of a provider")?;
        for (type_name, schema) in
            map(provider, "resource_schemas")?.into_iter().flat_map(Value::fields)
        {
            types.entry(type_name).or_default().push((source, schema));
        }
    }
    let mut rules = Vec::new();
    for (type_name, schemas) in types {
        for (source, schema) in &schemas {
            STRICT.map(*schema, "a schema")?;
            let mut found = Found::default();
            found.block(STRICT.required(*schema, "block")?, &mut String::new())?;
            // The type alone names the schema, unless several providers have it.
            let local = source.rsplit_once('/').map_or(*source, |(_, name)| name);
            let matches = Match {
                provider: (schemas.len() > 1).then(|| Glob::new(terraform_family(local))),
                type_name: Some(Glob::new(type_name)),
                ..Match::default()
            };
            for (what, fact, paths) in found.facts() {
                rules.push(Rule {
                    id: format!("{type_name}.{what} of {source}"),
                    layer: Layer::Schema,
                    pack: Some("schema".to_owned()),
                    matches: matches.clone(),
                    paths,
                    facts: vec![fact],
                    when: super::condition::When::default(),
                    identity: Vec::new(),
                    title: None,
                    reason: Some("the schema of the provider says so".to_owned()),
                    owner: None,
                    source: Some("terraform providers schema -json".to_owned()),
                    expires: None,
                    bundle: None,
                    file: origin.file.map(str::to_owned),
                    line: lines.line(schema.span().start),
                });
            }
        }
    }
    Ok(rules)
}

/// The paths of one type of which its schema says something.
#[derive(Default)]
struct Found {
    sets: Vec<Pattern>,
    computed: Vec<Pattern>,
    write_only: Vec<Pattern>,
    secrets: Vec<Pattern>,
}

impl Found {
    /// Each fact that holds somewhere, with its paths.
    fn facts(self) -> impl Iterator<Item = (&'static str, Fact, Vec<Pattern>)> {
        let all = [
            // Terraform's sets hold nothing twice.
            ("sets", Fact::List(ListSemantics::Set { unique: true }), self.sets),
            ("computed", Fact::ReadOnly { declared: false }, self.computed),
            ("write_only", Fact::WriteOnly, self.write_only),
            ("sensitive", Fact::Secret(true), self.secrets),
        ];
        all.into_iter().filter(|(.., paths)| !paths.is_empty())
    }

    fn block(&mut self, block: Value<'_>, at: &mut String) -> Result<()> {
        STRICT.map(block, "a block")?;
        self.attributes(block, at)?;
        for (name, nested) in map(block, "block_types")?.into_iter().flat_map(Value::fields) {
            STRICT.map(nested, "a type of block")?;
            below(name, nested, at, |at| {
                let inner = self.nesting(nested, at)?;
                at.push_str(inner);
                self.block(STRICT.required(nested, "block")?, at)
            })?;
        }
        Ok(())
    }

    fn attributes(&mut self, of: Value<'_>, at: &mut String) -> Result<()> {
        for (name, attribute) in map(of, "attributes")?.into_iter().flat_map(Value::fields) {
            STRICT.map(attribute, "an attribute")?;
            below(name, attribute, at, |at| self.attribute(attribute, at))?;
        }
        Ok(())
    }

    fn attribute(&mut self, attribute: Value<'_>, at: &mut String) -> Result<()> {
        let flag = |name| flag(attribute, name);
        let pattern = || Pattern::parse(at);
        if flag("computed")? && !flag("optional")? && !flag("required")? {
            self.computed.push(pattern()?);
        }
        if flag("write_only")? {
            self.write_only.push(pattern()?);
        }
        if flag("sensitive")? {
            self.secrets.push(pattern()?);
        }
        match map(attribute, "nested_type")? {
            Some(nested) => {
                let inner = self.nesting(nested, at)?;
                at.push_str(inner);
                self.attributes(nested, at)
            }
            None => self.of_type(STRICT.required(attribute, "type")?, at),
        }
    }

    /// What stands between the collection and the attributes of what is in it.
    fn nesting(&mut self, nested: Value<'_>, at: &str) -> Result<&'static str> {
        let mode = STRICT.required(nested, "nesting_mode")?;
        match STRICT.text(mode, "`nesting_mode`")? {
            "single" | "group" => Ok(""),
            "list" | "map" => Ok("/*"),
            "set" => {
                self.sets.push(Pattern::parse(at)?);
                Ok("/*")
            }
            _ => {
                let help = "`single`, `group`, `list`, `set` and `map` are known";
                Err(STRICT.fault(mode, "no such mode of nesting").with_help(help))
            }
        }
    }

    /// A type as Terraform writes it: a word, or a list of one and of what is inside.
    fn of_type(&mut self, value: Value<'_>, at: &mut String) -> Result<()> {
        if value.kind() == Kind::String {
            return match STRICT.text(value, "a type")? {
                "string" | "number" | "bool" | "dynamic" => Ok(()),
                _ => Err(no_type(value)),
            };
        }
        STRICT.list(value, "a type")?;
        let (Some(kind), Some(inside)) = (value.at(0), value.at(1)) else {
            return Err(no_type(value));
        };
        match STRICT.text(kind, "the kind of a type")? {
            "set" => {
                self.sets.push(Pattern::parse(at)?);
                below("*", inside, at, |at| self.of_type(inside, at))
            }
            "list" | "map" => below("*", inside, at, |at| self.of_type(inside, at)),
            "object" => {
                STRICT.map(inside, "the fields of an object")?;
                let mut fields = inside.fields();
                fields.try_for_each(|(name, of)| below(name, of, at, |at| self.of_type(of, at)))
            }
            "tuple" => {
                STRICT.list(inside, "the elements of a tuple")?;
                let mut items = inside.items().enumerate();
                items.try_for_each(|(index, of)| {
                    below(&index.to_string(), of, at, |at| self.of_type(of, at))
                })
            }
            _ => Err(no_type(kind)),
        }
    }
}

fn no_type(value: Value<'_>) -> Error {
    STRICT.fault(value, "no such type of a value")
}

/// Goes down one step, and comes back.
fn below(
    name: &str,
    place: Value<'_>,
    at: &mut String,
    go: impl FnOnce(&mut String) -> Result<()>,
) -> Result<()> {
    let length = at.len();
    push_token(at, name);
    let gone = go(at).map_err(|error| match error.position() {
        Some(_) => error,
        None => error.at(place.position()),
    });
    at.truncate(length);
    gone
}

fn map<'d>(from: Value<'d>, name: &str) -> Result<Option<Value<'d>>> {
    let found = optional(from, name);
    if let Some(found) = found {
        STRICT.map(found, format_args!("`{name}`"))?;
    }
    Ok(found)
}

fn flag(map: Value<'_>, name: &str) -> Result<bool> {
    match optional(map, name) {
        None => Ok(false),
        Some(value) if value.kind() == Kind::Bool => Ok(value.as_bool().unwrap_or_default()),
        Some(value) => Err(STRICT.expected(value, format_args!("`{name}` as a boolean"))),
    }
}

#[cfg(test)]
mod tests {
    use crate::Rules;
    use crate::error::Code;

    fn schema(block: &str) -> String {
        format!(
            r#"{{"format_version": "1.0", "provider_schemas": {{"registry.terraform.io/acme/p": {{
            "resource_schemas": {{"p_t": {{"version": 0, "block": {block}}}}}}}}}}}"#
        )
    }

    fn facts(block: &str) -> Vec<String> {
        let rules = Rules::from_json(&schema(block)).unwrap();
        let rule = |rule: &crate::normalize::Rule| {
            let paths: Vec<String> = rule.paths.iter().map(|path| path.to_string()).collect();
            format!("{} {}", rule.facts[0], paths.join(" "))
        };
        rules.rules().iter().map(|found| rule(found)).collect()
    }

    #[test]
    fn a_schema_says_what_it_says() {
        let found = facts(
            r#"{"attributes": {
                "id": {"type": "string", "computed": true, "optional": true},
                "arn": {"type": "string", "computed": true},
                "name": {"type": "string", "required": true},
                "groups": {"type": ["set", "string"], "optional": true},
                "deep": {"type": ["list", ["object", {"a/b": ["set", ["map", "number"]], "c": "bool"}, ["c"]]]},
                "pair": {"type": ["tuple", ["string", ["set", "string"]]]},
                "any": {"type": "dynamic", "sensitive": true},
                "token": {"type": "string", "optional": true, "write_only": true, "sensitive": true},
                "nested": {"nested_type": {"nesting_mode": "set", "attributes": {
                    "x": {"type": "string", "computed": true}}}, "optional": true}},
              "block_types": {
                "rule": {"nesting_mode": "set", "block": {"attributes": {"cidrs": {"type": ["set", "string"]}}}},
                "one": {"nesting_mode": "single", "block": {"attributes": {"made": {"type": "string", "computed": true}}}},
                "many": {"nesting_mode": "list", "max_items": 1, "block": {"block_types": {
                    "in": {"nesting_mode": "map", "block": {"attributes": {"k": {"type": "string", "sensitive": true}}}}}}}}}"#,
        );
        assert_eq!(
            found,
            [
                "list: set, unique: true /groups /deep/*/a~1b /pair/1 /nested /rule /rule/*/cidrs",
                "read_only: true /arn /nested/*/x /one/made",
                "write_only: true /token",
                "secret: true /any /token /many/*/in/*/k",
            ]
        );
        assert!(facts("{}").is_empty());
    }

    #[test]
    fn what_is_no_schema_is_refused_where_it_goes_wrong() {
        for (block, message) in [
            ("[]", "expected a block as a map, found a list"),
            (r#"{"attributes": {"a": {}}}"#, "expected the field `type`"),
            (r#"{"attributes": {"a": {"type": "text"}}}"#, "no such type of a value"),
            (r#"{"attributes": {"a": {"type": ["set"]}}}"#, "no such type of a value"),
            (r#"{"attributes": {"a": {"type": ["bag", "string"]}}}"#, "no such type of a value"),
            (
                r#"{"attributes": {"a": {"type": "string", "computed": 1}}}"#,
                "expected `computed` as a boolean",
            ),
            (
                r#"{"block_types": {"b": {"nesting_mode": "heap", "block": {}}}}"#,
                "no such mode of nesting",
            ),
            (r#"{"block_types": {"b": {"nesting_mode": "list"}}}"#, "expected the field `block`"),
        ] {
            let error = Rules::from_json(&schema(block)).unwrap_err();
            assert_eq!(error.code(), Code::Rule, "{block}: {error}");
            assert!(error.to_string().starts_with(message), "{block}: {error}");
            assert!(error.position().is_some());
        }
        let newer = schema("{}").replace("1.0", "2.0");
        assert!(Rules::from_json(&newer).unwrap_err().to_string().contains("version"));
    }

    fn providers(one: &str, other: &str) -> Vec<String> {
        let of = |source: &str| {
            format!(
                r#""{source}": {{"resource_schemas": {{"g_t": {{"block": {{"attributes":
                {{"s": {{"type": ["set", "string"]}}}}}}}}}}}}"#
            )
        };
        let text = format!(
            r#"{{"format_version": "1.0", "provider_schemas": {{{}, {}}}}}"#,
            of(one),
            of(other)
        );
        let rules = Rules::from_yaml(&text).unwrap();
        let provider = |rule: &std::sync::Arc<crate::normalize::Rule>| {
            rule.matches.provider.as_ref().unwrap().as_str().to_owned()
        };
        rules.rules().iter().map(provider).collect()
    }

    #[test]
    fn a_type_of_two_providers_is_told_apart_by_them() {
        assert_eq!(providers("r.io/h/g", "r.io/h/g-beta"), ["g", "g-beta"]);
        // Resources of both go by the one name.
        assert_eq!(providers("r.io/h/google", "r.io/h/google-beta"), ["google", "google"]);
    }
}
