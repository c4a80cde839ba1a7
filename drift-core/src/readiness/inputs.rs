//! The checks of what a detection is made from: sides, reference, baseline, logs and their age.

use super::Check;
use super::checks::{Asked, count, ok};
use crate::model::Snapshot;
use crate::time::Timestamp;

impl Asked<'_> {
    pub(super) fn side(&self, id: &str, side: Option<&Snapshot<'_>>) -> Check {
        let help = match id {
            "desired" => "give what is declared: states, plans, templates or manifests",
            _ => "give what runs: the answers of the provider, read with a mapping or as they are",
        };
        match side.map(|side| side.resources().len()) {
            None => Check::fail(id, format!("the {id} side was not given"), help),
            Some(0) => Check::fail(id, format!("the {id} side has no resources"), help),
            Some(number) => ok(id, count(number, "resource")),
        }
    }

    pub(super) fn revision(&self) -> Check {
        match self.desired.map(Snapshot::revision) {
            None => Check::not_checked(
                "revision",
                "there is no declared side",
                "give the declared side",
            ),
            Some(None) => Check::warn(
                "revision",
                "it is not said at which revision the declared side was read",
                "give `revision`, the commit for example: findings go back to it",
            ),
            Some(Some(revision)) => ok("revision", format!("read at {revision}")),
        }
    }

    /// Without what was last applied, what is pending cannot be told from drift.
    pub(super) fn reference(&self) -> Check {
        let own = [self.desired, self.actual].into_iter().flatten();
        let carries = own.flat_map(Snapshot::resources).any(|it| it.reference.is_some());
        match (self.context.reference, carries) {
            (Some(reference), _) => ok("reference", count(reference.resources().len(), "resource")),
            (None, true) => ok("reference", "resources carry what was last applied themselves"),
            (None, false) => Check::warn(
                "reference",
                "what was last applied is not known",
                "give `reference`: a change that is declared and not applied yet looks like drift \
                 without it",
            ),
        }
    }

    pub(super) fn baseline(&self) -> Check {
        let undeclared = self.report.undeclared.len();
        let unmanaged = self.report.summary.resources.unmanaged;
        match self.context.baseline {
            Some(baseline) => {
                let message = format!("{} recorded", count(baseline.len(), "resource"));
                ok("baseline", message)
            }
            None if undeclared + unmanaged == 0 => {
                ok("baseline", "nothing live is undeclared, so that none is needed")
            }
            None => Check::warn(
                "baseline",
                format!(
                    "nothing is recorded of {} and {} that nobody declares",
                    count(undeclared, "value"),
                    count(unmanaged, "resource")
                ),
                "record a baseline: a change of what nobody declares is not seen without it",
            ),
        }
    }

    pub(super) fn baseline_age(&self) -> Check {
        let id = "baseline_age";
        let Some(baseline) = self.context.baseline else {
            return Check::not_checked(id, "there is no baseline", "record one");
        };
        let Some(most) = self.objectives.max_baseline_age else {
            let help = "give `max_baseline_age`";
            return Check::not_checked(id, "it is not said how old the baseline may be", help);
        };
        let age = baseline.age(self.context.at);
        let told = format!("{} old", span(age));
        match age > most {
            true => Check::fail(
                id,
                format!("{told}, and may be {}", span(most)),
                "record a new one, and review what has changed",
            ),
            false => ok(id, told),
        }
    }

    /// Secrets of a baseline are compared by keyed digests.
    pub(super) fn digest_key(&self) -> Check {
        let id = "digest_key";
        let Some(baseline) = self.context.baseline else {
            let help = "record one with a `digest_key`";
            return Check::not_checked(id, "there is no baseline whose secrets need it", help);
        };
        let secrets = baseline.secrets();
        let key = self.settings.digest_key;
        match (secrets, key) {
            (0, _) => ok(id, "the baseline holds no secrets"),
            (number, None) => Check::fail(
                id,
                format!("{} with secrets, and no `digest_key`", count(number, "recorded resource")),
                "give the `digest_key` that the baseline was recorded with: a secret that has \
                 changed is not seen without it",
            ),
            (number, Some(_)) if baseline.trusts(key).is_none() => Check::fail(
                id,
                format!(
                    "{} with secrets whose digests were made with another key, or none",
                    count(number, "recorded resource")
                ),
                "record the baseline again with this key",
            ),
            (_, Some(_)) => ok(id, "secrets of the baseline can be compared"),
        }
    }

    /// Whether what was read is as new as the objective wants it.
    pub(super) fn cadence(&self) -> Check {
        let id = "cadence";
        let Some(most) = self.objectives.max_age else {
            let message = "it is not said how old a snapshot may be";
            return Check::not_checked(id, message, "give `max_age`, as the objective has it");
        };
        let sides = [("desired", self.desired), ("actual", self.actual)];
        let sides = sides.into_iter().filter_map(|(name, side)| Some((name, side?)));
        let (mut old, mut unknown, mut told) = (Vec::new(), Vec::new(), Vec::new());
        for (name, side) in sides {
            match side.taken_at().map(|taken| millis(taken, self.context.at)) {
                None => unknown.push(format!("{name}: it is not said when it was read")),
                Some(age) if age > most => {
                    old.push(format!("{name}: {} old, and may be {}", span(age), span(most)));
                }
                Some(age) => told.push(format!("{name} {} old", span(age))),
            }
        }
        let help = "read more often, or give `taken_at`";
        match (old.is_empty(), unknown.is_empty()) {
            (false, _) => {
                let items = old.into_iter().chain(unknown).collect();
                Check::fail(id, "what was read is older than the objective", help).about(items)
            }
            (true, false) => Check::warn(id, "the age of a side is not known", help).about(unknown),
            (true, true) if told.is_empty() => Check::not_checked(id, "nothing was read", help),
            (true, true) => ok(id, told.join(", ")),
        }
    }

    pub(super) fn events(&self) -> Check {
        match self.context.events {
            Some(_) => ok("events", "audit logs were given"),
            None => Check::warn(
                "events",
                "no audit logs were given",
                "give `events`: who changed what cannot be told without them",
            ),
        }
    }
}

/// The time between two moments, in milliseconds; 0 where the first is the later one.
fn millis(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.unix_millis() - from.unix_millis()).unwrap_or_default()
}

/// A time in its largest unit, rounded down.
fn span(millis: u64) -> String {
    let seconds = millis / 1000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
