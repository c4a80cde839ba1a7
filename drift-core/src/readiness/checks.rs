//! The checks of what a detection tells: coverage, owners, tags, rules and runbooks.

use super::{Check, CheckStatus, Objectives};
use crate::coverage::{CoverageCounts, Unseen};
use crate::detector::{Context, Settings};
use crate::model::{Ratio, Reason, Snapshot};
use crate::normalize::{FactKind, Layer, Severity};
use crate::report::{Finding, Report, RuleUsage};

/// All that is asked about.
pub(super) struct Asked<'a> {
    pub(super) settings: Settings<'a>,
    pub(super) desired: Option<&'a Snapshot<'a>>,
    pub(super) actual: Option<&'a Snapshot<'a>>,
    pub(super) context: &'a Context<'a>,
    pub(super) objectives: &'a Objectives,
    pub(super) report: &'a Report,
}

pub(super) fn ok(id: &str, message: impl Into<String>) -> Check {
    Check {
        id: id.to_owned(),
        status: CheckStatus::Ok,
        message: message.into(),
        help: None,
        items: Vec::new(),
    }
}

impl Check {
    pub(super) fn not_checked(id: &str, message: impl Into<String>, help: &str) -> Self {
        Self { status: CheckStatus::NotChecked, help: Some(help.to_owned()), ..ok(id, message) }
    }

    pub(super) fn warn(id: &str, message: impl Into<String>, help: &str) -> Self {
        Self { status: CheckStatus::Warn, help: Some(help.to_owned()), ..ok(id, message) }
    }

    pub(super) fn fail(id: &str, message: impl Into<String>, help: &str) -> Self {
        Self { status: CheckStatus::Fail, help: Some(help.to_owned()), ..ok(id, message) }
    }

    pub(super) fn about(self, items: Vec<String>) -> Self {
        Self { items, ..self }
    }
}

pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

impl Asked<'_> {
    pub(super) fn all(&self) -> Vec<Check> {
        vec![
            self.side("desired", self.desired),
            self.side("actual", self.actual),
            self.revision(),
            self.access(),
            self.expected(),
            self.coverage(),
            self.iac(),
            self.identities(),
            self.reference(),
            self.baseline(),
            self.baseline_age(),
            self.digest_key(),
            self.cadence(),
            self.events(),
            self.owners(),
            self.tags(),
            self.layers(),
            self.rules(),
            self.expired(),
            self.unused(),
            self.runbooks(),
            self.warnings(),
        ]
    }

    fn counts(&self) -> &CoverageCounts {
        &self.report.summary.coverage.resources
    }

    /// What the collector was not let at, or failed to read.
    fn access(&self) -> Check {
        let refused =
            |it: &&Unseen| matches!(it.reason, Reason::Denied | Reason::Throttled | Reason::Error);
        let all: Vec<&Unseen> = self.report.summary.coverage.unseen.iter().collect();
        let refused: Vec<String> = all.into_iter().filter(refused).map(place).collect();
        if self.actual.is_none() {
            return Check::not_checked("access", "there is no live side", "give the live side");
        }
        match refused.len() {
            0 => ok("access", "nothing was refused to the collector"),
            number => Check::fail(
                "access",
                format!("{} could not be read", count(number, "place")),
                "give the collector read access, or ask less often where it was throttled",
            )
            .about(refused),
        }
    }

    fn expected(&self) -> Check {
        let Some(expected) = &self.report.summary.coverage.expected else {
            return Check::warn(
                "expected",
                "it is not said what ought to be read",
                "name the accounts, regions and clusters with `expected`: what is in none of them \
                 and was never read cannot be missed",
            );
        };
        let silent = |it: &&Unseen| it.reason == Reason::NotCollected;
        let unseen = &self.report.summary.coverage.unseen;
        let silent: Vec<String> = unseen.iter().filter(silent).map(place).collect();
        let told = format!("{} of {} expected places read", expected.collected, expected.cells);
        if expected.collected == expected.cells {
            return ok("expected", told);
        }
        Check::fail("expected", told, "collect from the places that were not seen").about(silent)
    }

    fn coverage(&self) -> Check {
        let counts = self.counts();
        let Some(ratio) = counts.checked_ratio else {
            return Check::not_checked("coverage", "no resource is expected", "give both sides");
        };
        let told = format!(
            "{} of {} checked, {ratio}",
            counts.checked,
            count(counts.expected, "expected resource")
        );
        let unseen = self.report.summary.coverage.unseen.iter();
        let unseen = unseen.filter(|it| it.resources > 0).map(place).collect();
        let help = "read what was not seen; `not_checked` of a report names the resources";
        self.against("coverage", ratio, self.objectives.coverage, told, help).about(unseen)
    }

    fn iac(&self) -> Check {
        let counts = self.counts();
        let Some(ratio) = counts.iac_ratio else {
            return Check::not_checked("iac", "nothing live was read", "give the live side");
        };
        let live = counts.managed + counts.unmanaged;
        let told =
            format!("{} of {} declared, {ratio}", counts.managed, count(live, "live resource"));
        let by_type = &self.report.summary.coverage.by_type;
        let unmanaged = by_type.iter().filter(|of| of.counts.unmanaged > 0);
        let items = unmanaged.map(|of| format!("{} {}", of.counts.unmanaged, of.type_name));
        let help = "declare the others first: what nobody declares cannot be repaired";
        let check = self.against("iac", ratio, self.objectives.iac, told, help);
        let items = if check.status == CheckStatus::Ok { Vec::new() } else { items.collect() };
        check.about(items)
    }

    /// Whether a ratio reaches its objective.
    fn against(&self, id: &str, ratio: Ratio, least: Ratio, told: String, help: &str) -> Check {
        match ratio >= least {
            true => ok(id, told),
            false => Check::fail(id, format!("{told}, below {least}"), help),
        }
    }

    fn identities(&self) -> Check {
        let reason = |reason: Reason| {
            matches!(reason, Reason::AmbiguousIdentity | Reason::NothingComparable)
        };
        let open = self.report.not_checked.iter().filter(|it| reason(it.reason));
        let items: Vec<String> = open.map(|it| it.resource.key().to_string()).collect();
        match items.len() {
            0 => ok("identities", "every resource can be told from the others"),
            number => Check::warn(
                "identities",
                format!("{} cannot be paired or compared", count(number, "resource")),
                "give them ids and scopes, write identity rules, or read both sides in the names \
                 of one tool",
            )
            .about(items),
        }
    }

    fn owners(&self) -> Check {
        if !self.settings.has_owners {
            return Check::fail(
                "owners",
                "no map of owners was given",
                "say whose resources are: tags, CODEOWNERS, a catalogue or a table",
            );
        }
        let counts = self.counts();
        let Some(ratio) = counts.owned_ratio else {
            return Check::not_checked("owners", "there are no resources", "give both sides");
        };
        let unowned = counts.unowned.unwrap_or_default();
        let told = format!("{} without an owner, {ratio} owned", count(unowned, "resource"));
        let of_types = self.report.summary.coverage.by_type.iter().filter_map(|of| {
            let unowned = of.counts.unowned.filter(|unowned| *unowned > 0)?;
            Some(format!("{unowned} {}", of.type_name))
        });
        let help = "tag them, or add a line to one of the sources of owners";
        self.against("owners", ratio, self.objectives.owned, told, help).about(of_types.collect())
    }

    fn tags(&self) -> Check {
        let Some(tags) = &self.report.summary.tags else {
            return Check::not_checked("tags", "no tag policy was given", "give one with `tags`");
        };
        let Some(ratio) = tags.counts.ratio else {
            let message = "the policy speaks of no resource that was read";
            return Check::not_checked("tags", message, "look at what its entries match");
        };
        let told = format!(
            "{} of {} as the policy wants them, {ratio}",
            tags.counts.compliant,
            count(tags.counts.resources, "resource")
        );
        let by_key = tags.by_key.iter().map(|(key, number)| format!("{number} {key}"));
        let help = "`tag_violations` of a report names the resources";
        self.against("tags", ratio, self.objectives.tags, told, help).about(by_key.collect())
    }

    fn layers(&self) -> Check {
        let coverage = &self.report.summary.coverage;
        match coverage.by_layer.get("unclassified").map(|counts| counts.resources) {
            None => ok("layers", "every type has its layer"),
            Some(number) => Check::warn(
                "layers",
                format!("{} in no layer", count(number, "resource")),
                "put their types into layers with `layers`",
            ),
        }
    }

    fn own_rules(&self) -> impl Iterator<Item = &RuleUsage> {
        self.report.rule_usage.iter().filter(|usage| usage.layer == Layer::User && !usage.disabled)
    }

    /// Rules that hide something ought to say why, whose they are and until when.
    fn rules(&self) -> Check {
        let lacks = |usage: &RuleUsage| {
            let fields = [
                (usage.reason.is_none(), "a reason"),
                (usage.owner.is_none(), "an owner"),
                (usage.expires.is_none(), "an expiry"),
            ];
            let lacking: Vec<&str> =
                fields.into_iter().filter(|(lacks, _)| *lacks).map(|(_, what)| what).collect();
            (!lacking.is_empty()).then(|| format!("{}: without {}", usage.rule, lacking.join(", ")))
        };
        let hiding = self.own_rules().filter(|usage| usage.hides);
        let items: Vec<String> = hiding.filter_map(lacks).collect();
        match items.len() {
            0 => ok("rules", "every rule that hides says why, whose it is and until when"),
            number => Check::warn(
                "rules",
                format!("{number} of the rules that hide do not say all of themselves"),
                "give each `reason`, `owner` and `expires`",
            )
            .about(items),
        }
    }

    fn expired(&self) -> Check {
        let expired = self.own_rules().filter(|usage| usage.expired);
        let rules = expired.map(|usage| usage.rule.clone());
        let at = self.context.at;
        let acceptances = self.settings.acceptances.values().flatten();
        let acceptances = acceptances
            .chain(self.context.baseline.into_iter().flat_map(|baseline| baseline.acceptances()));
        let over = acceptances.filter(|it| it.expires.is_some_and(|expires| expires < at));
        let over = over.map(|it| format!("acceptance of {} by {}", it.fingerprint, it.by));
        let items: Vec<String> = rules.chain(over).collect();
        match items.len() {
            0 => ok("expired", "nothing has expired"),
            number => Check::warn(
                "expired",
                format!("{number} rules and acceptances have expired"),
                "remove them, or renew them with a reason",
            )
            .about(items),
        }
    }

    fn unused(&self) -> Check {
        let idle = self.own_rules().filter(|usage| usage.matched == 0 && !usage.expired);
        let items: Vec<String> = idle.map(|usage| usage.rule.clone()).collect();
        match items.len() {
            0 => ok("unused", "every rule matches something"),
            number => Check::warn(
                "unused",
                format!("{} matched nothing", count(number, "rule")),
                "correct what they match, or remove them",
            )
            .about(items),
        }
    }

    /// Rules that classify, and bad findings, ought to say what to do.
    fn runbooks(&self) -> Check {
        let own = self.settings.rules.read().filter(|rule| rule.layer == Layer::User);
        let classifies = |kind: FactKind| matches!(kind, FactKind::Severity | FactKind::Category);
        let silent = own.filter(|rule| {
            rule.facts.iter().any(|fact| classifies(fact.kind()))
                && !rule.facts.iter().any(|fact| fact.kind() == FactKind::Runbook)
        });
        let rules = silent.map(|rule| format!("rule {}", rule.printed_id()));
        let bad =
            |finding: &&Finding| finding.severity >= Severity::High && finding.runbook.is_none();
        let findings = self.report.findings.iter().filter(bad);
        let findings = findings.map(|finding| format!("finding {}", finding.resource.key()));
        let mut items: Vec<String> = rules.chain(findings).collect();
        items.sort();
        items.dedup();
        match items.len() {
            0 => ok("runbooks", "every rule that classifies, and every bad finding, has a runbook"),
            number => Check::warn(
                "runbooks",
                format!("{number} rules and findings without a runbook"),
                "add `runbook` to the rules",
            )
            .about(items),
        }
    }

    fn warnings(&self) -> Check {
        let told = self.report.warnings.iter().map(|warning| {
            let about = warning.resource.as_deref().map(|it| format!(" ({it})"));
            format!("{}: {}{}", warning.code, warning.message, about.unwrap_or_default())
        });
        let items: Vec<String> = told.collect();
        match items.len() {
            0 => ok("warnings", "a detection has no warnings"),
            number => Check::warn(
                "warnings",
                format!("a detection has {}", count(number, "warning")),
                "look at each of them",
            )
            .about(items),
        }
    }
}

/// The name of what was not seen, why, and how many resources it concerns.
fn place(unseen: &Unseen) -> String {
    let cell = &unseen.cell;
    let scope = cell.scope.to_string();
    let parts = [cell.provider.as_deref(), cell.type_name.as_deref(), Some(&*scope)];
    let parts: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let name = if parts.is_empty() { "everything".to_owned() } else { parts.join(" ") };
    let detail = unseen.detail.as_deref().map(|detail| format!(", {detail}")).unwrap_or_default();
    let of = match unseen.resources {
        0 => String::new(),
        number => format!(" ({})", count(number, "expected resource")),
    };
    format!("{name}: {}{detail}{of}", unseen.reason.as_str())
}
