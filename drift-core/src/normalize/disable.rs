//! Rules of packs that the user switches off, one by one.

use super::catalogue::Catalogue;
use super::load::{fail, known_fields, optional_string, string};
use super::packs::{Packs, findings};
use super::rule::{FINDINGS, Fact, Layer, Rule};
use super::rules::Known;
use crate::error::{Code, Error, Position, Result};
use crate::value::{Kind, Value, did_you_mean};
use std::sync::Arc;

/// A rule that is switched off, by its printed id.
#[derive(Clone, Debug)]
pub(super) struct Disabled {
    rule: String,
    reason: Option<String>,
    file: Option<String>,
    position: Position,
}

/// Reads an entry of `disable`: an id, or `{rule: id, reason: why}`.
pub(super) fn read(value: Value<'_>, file: Option<&str>) -> Result<Disabled> {
    let (rule, reason) = match value.kind() {
        Kind::Map => {
            known_fields(value, &[&["rule", "reason"]], "an entry of `disable`")?;
            let rule = value.get("rule").ok_or_else(|| fail(value, "expected `rule`"))?;
            (string(rule, "rule")?, optional_string(value, "reason")?)
        }
        _ => (string(value, "disable")?, None),
    };
    // Findings are printed without the name of their pack.
    if findings().any(|known| known.id == rule) {
        let (rule, file) = (format!("{FINDINGS}/{rule}"), file.map(str::to_owned));
        return Ok(Disabled { rule, reason, file, position: value.position() });
    }
    if !rule.contains('/') {
        let error = fail(value, format!("`{rule}` is not the id of a pack's rule"));
        return Err(error.with_help("write `pack/rule`, as `rule_usage` prints it"));
    }
    let (rule, file) = (rule.to_owned(), file.map(str::to_owned));
    Ok(Disabled { rule, reason, file, position: value.position() })
}

/// Takes the rules that are switched off out of `rules`, and gives them, each with why.
pub(super) fn apply(
    rules: &mut Vec<Known>,
    catalogues: &[&Catalogue],
    disabled: &[Disabled],
) -> Result<Vec<(Arc<Rule>, Option<String>)>> {
    let mut off = Vec::new();
    for one in disabled {
        let named = |rule: &Known| rule.layer() < Layer::Mapping && rule.printed_id() == one.rule;
        let (found, kept): (Vec<_>, Vec<_>) = std::mem::take(rules).into_iter().partition(named);
        *rules = kept;
        let mut found: Vec<Arc<Rule>> = found.iter().filter_map(Known::rule).cloned().collect();
        if let Some((pack, id)) = one.rule.split_once('/') {
            let of_pack = catalogues.iter().filter(|catalogue| catalogue.pack == pack);
            found.extend(of_pack.filter_map(|catalogue| catalogue.named(id)));
        }
        let known = off.iter().any(|(rule, _): &(Arc<Rule>, _)| full_id(rule) == one.rule);
        if found.is_empty() && !known {
            one.check_unused(rules, catalogues)?;
        }
        if found.iter().any(|rule| rule.facts.contains(&Fact::Secret(true))) && one.reason.is_none()
        {
            let message = "the rule keeps secrets: switching it off needs a `reason`";
            return Err(one.fail(message).with_help("write `{rule: …, reason: …}`"));
        }
        off.extend(found.into_iter().map(|rule| (rule, one.reason.clone())));
    }
    Ok(off)
}

/// The id with the name of the pack, which findings are printed without.
fn full_id(rule: &Rule) -> String {
    rule.pack.as_ref().map_or_else(|| rule.id.clone(), |pack| format!("{pack}/{}", rule.id))
}

impl Disabled {
    fn fail(&self, message: impl Into<String>) -> Error {
        let error = Error::new(Code::Rule, message).at(self.position).on_resource(&*self.rule);
        match &self.file {
            Some(file) => error.in_file(&**file),
            None => error,
        }
    }

    /// A rule of a pack that is not in use may be named; one that there is not may not.
    fn check_unused(&self, rules: &[Known], catalogues: &[&Catalogue]) -> Result<()> {
        let pack = self.rule.split('/').next().unwrap_or_default();
        let in_use = rules.iter().any(|rule| rule.pack() == Some(pack))
            || catalogues.iter().any(|catalogue| catalogue.pack == pack);
        if !in_use && Packs::names().any(|name| name == pack) {
            return Ok(());
        }
        let ids: Vec<String> = rules
            .iter()
            .filter(|rule| rule.layer() < Layer::Mapping)
            .map(Known::printed_id)
            .collect();
        let known: Vec<&str> = ids.iter().map(String::as_str).collect();
        let error = self.fail("no pack in use has such a rule");
        Err(match did_you_mean(&self.rule, &known) {
            Some(help) => error.with_help(help),
            None => error.with_help("`rule_usage` of a report names the rules of packs"),
        })
    }
}
