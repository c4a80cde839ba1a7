//! Where a finding goes: to a person at once, into a ticket, or into a log. The defaults are data, in the
//! words in which users write their own.

use super::Standing;
use super::read::STRICT;
use crate::diff::Status;
use crate::error::Result;
use crate::normalize::{Glob, Severity};
use crate::source::strict::optional;
use crate::value::{Document, Kind, ReadOptions, Value};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// What holds where no rule of the user's does. What may cause an outage or expose data is for a person at
/// once, a mismatch or housekeeping is a ticket, and what needs nobody is for the log.
static DEFAULTS: &str = r#"[
  {"match": {"severity": ["critical"]}, "to": "page", "reason": "critical: it may cause an outage or expose data"},
  {"match": {"severity": ["high"], "category": ["security", "data"]}, "to": "page", "reason": "it may expose or lose data"},
  {"match": {"status": ["moved"]}, "to": "log", "reason": "the same resource under another address"},
  {"match": {"severity": ["info"]}, "to": "log", "reason": "for the record"},
  {"match": {"status": ["unmanaged"], "ownership": ["unowned"]}, "to": "ticket", "reason": "housekeeping: find its owner, declare it or remove it"},
  {"match": {"status": ["unmanaged"]}, "to": "ticket", "reason": "housekeeping: declare it or remove it"},
  {"match": {"severity": ["low"]}, "to": "ticket", "reason": "a mismatch that can wait"},
  {"match": {}, "to": "ticket", "reason": "to be repaired or declared"}
]"#;

/// Who ought to hear of a finding, and how soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// A person, at once.
    Page,
    /// Somebody, in working hours.
    Ticket,
    /// Nobody.
    Log,
}

impl Destination {
    /// The word of the destination in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Ticket => "ticket",
            Self::Log => "log",
        }
    }
}

/// Where a finding goes, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Route {
    /// Where to.
    pub to: Destination,
    /// Why.
    pub reason: String,
}

/// What is known of a finding when it is routed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'f> {
    pub(crate) severity: Severity,
    pub(crate) status: Status,
    pub(crate) category: &'f str,
    pub(crate) layer: &'f str,
    pub(crate) provider: &'f str,
    pub(crate) type_name: &'f str,
    pub(crate) owner: Option<&'f str>,
    pub(crate) owned: Standing,
}

/// One rule of where findings go; what it does not name matches everything.
#[derive(Clone, Debug)]
struct Rule {
    /// Fields with the values of which one has to fit.
    conditions: Vec<(Field, Vec<Glob>)>,
    route: Route,
}

#[derive(Clone, Copy, Debug)]
enum Field {
    Severity,
    Status,
    Category,
    Layer,
    Provider,
    Type,
    Owner,
    Ownership,
}

impl Field {
    const ALL: [(&'static str, Self); 8] = [
        ("severity", Self::Severity),
        ("status", Self::Status),
        ("category", Self::Category),
        ("layer", Self::Layer),
        ("provider", Self::Provider),
        ("type", Self::Type),
        ("owner", Self::Owner),
        ("ownership", Self::Ownership),
    ];

    const fn words(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Severity => Some(&["critical", "high", "medium", "low", "info"]),
            Self::Status => Some(&["drifted", "missing", "unmanaged", "moved"]),
            Self::Ownership => Some(&["owned", "unowned", "conflicting"]),
            _ => None,
        }
    }

    fn of<'f>(self, seen: &Seen<'f>) -> &'f str {
        match self {
            Self::Severity => seen.severity.as_str(),
            Self::Status => seen.status.as_str(),
            Self::Category => seen.category,
            Self::Layer => seen.layer,
            Self::Provider => seen.provider,
            Self::Type => seen.type_name,
            Self::Owner => seen.owner.unwrap_or_default(),
            Self::Ownership => match seen.owned {
                Standing::Owned => "owned",
                Standing::Unowned => "unowned",
                Standing::Conflicting => "conflicting",
            },
        }
    }
}

/// Rules of where findings go; the first that fits holds, and behind them the defaults.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    own: Vec<Rule>,
}

impl Routes {
    /// Reads rules from JSON: a list of `{match, to, reason}`. `match` has any of `severity`, `status`,
    /// `category`, `layer`, `provider`, `type`, `owner` and `ownership` (`owned`, `unowned`,
    /// `conflicting`), each a glob or a list of globs; `to` is `page`, `ticket` or `log`.
    ///
    /// # Errors
    /// `DRIFT_OPTION` for what is none of this.
    ///
    /// ```
    /// use drift_core::owners::Routes;
    /// let text = r#"[{"match": {"layer": "edge_network"}, "to": "page", "reason": "the edge is down"}]"#;
    /// let routes = Routes::from_json(text)?;
    /// assert!(Routes::from_json(r#"[{"to": "nowhere"}]"#).is_err());
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self> {
        let document = Document::parse_json(text.as_bytes(), &ReadOptions::default())?;
        Self::of(document.root())
    }

    pub(crate) fn of(value: Value<'_>) -> Result<Self> {
        STRICT.list(value, "`routes`")?;
        Ok(Self { own: value.items().map(rule).collect::<Result<_>>()? })
    }

    /// Where a finding goes.
    pub(crate) fn route(&self, seen: &Seen<'_>) -> Route {
        static KNOWN: OnceLock<Vec<Rule>> = OnceLock::new();
        // A test rules out that the defaults do not load.
        let known = KNOWN.get_or_init(|| Self::from_json(DEFAULTS).unwrap_or_default().own);
        let mut rules = self.own.iter().chain(known);
        let found = rules.find(|rule| rule.is(seen)).map(|rule| rule.route.clone());
        let mut route =
            found.unwrap_or_else(|| Route { to: Destination::Ticket, reason: String::new() });
        if route.to == Destination::Page {
            route.reason.push_str(match seen.owned {
                Standing::Owned => "",
                Standing::Unowned => "; no owner is known, so it is for who runs the platform",
                Standing::Conflicting => "; sources disagree on the owner",
            });
        }
        route
    }
}

impl Rule {
    fn is(&self, seen: &Seen<'_>) -> bool {
        self.conditions.iter().all(|(field, globs)| {
            let value = field.of(seen);
            // A conflicting owner is an owner.
            let also = matches!((field, seen.owned), (Field::Ownership, Standing::Conflicting));
            globs.iter().any(|glob| glob.matches(value) || (also && glob.as_str() == "owned"))
        })
    }
}

fn rule(value: Value<'_>) -> Result<Rule> {
    STRICT.fields(value, "a route", &["match", "to", "reason"])?;
    let to = STRICT.required(value, "to")?;
    let to = match STRICT.text(to, "`to`")? {
        "page" => Destination::Page,
        "ticket" => Destination::Ticket,
        "log" => Destination::Log,
        _ => {
            let error = STRICT.fault(to, "`to` has no such value");
            return Err(error.with_help("one of page, ticket, log"));
        }
    };
    let reason = STRICT.optional_text(value, "reason")?.unwrap_or_default();
    let mut conditions = Vec::new();
    if let Some(wanted) = optional(value, "match") {
        let names = Field::ALL.map(|(name, _)| name);
        STRICT.fields(wanted, "`match`", &names)?;
        for (name, field) in Field::ALL {
            if let Some(value) = optional(wanted, name) {
                conditions.push((field, globs(field, value)?));
            }
        }
    }
    Ok(Rule { conditions, route: Route { to, reason } })
}

fn globs(field: Field, value: Value<'_>) -> Result<Vec<Glob>> {
    let glob = |value: Value<'_>| {
        let text = STRICT.text(value, "a glob")?;
        if let Some(words) = field.words()
            && !words.contains(&text)
        {
            let error = STRICT.fault(value, "there is no such value");
            return Err(error.with_help(format!("one of {}", words.join(", "))));
        }
        Ok(Glob::new(text))
    };
    match value.kind() {
        Kind::List => value.items().map(glob).collect(),
        _ => Ok(vec![glob(value)?]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(severity: Severity, status: Status, category: &str, owned: Standing) -> Seen<'_> {
        Seen {
            severity,
            status,
            category,
            layer: "compute",
            provider: "aws",
            type_name: "aws_instance",
            owner: None,
            owned,
        }
    }

    #[test]
    fn the_defaults_are_the_guidance() {
        let routes = Routes::default();
        assert_eq!(Routes::from_json(DEFAULTS).unwrap().own.len(), 8);
        let to = |severity, status, category: &str| {
            routes.route(&seen(severity, status, category, Standing::Owned)).to
        };
        let (page, ticket, log) = (Destination::Page, Destination::Ticket, Destination::Log);
        assert_eq!(to(Severity::Critical, Status::Drifted, "availability"), page);
        assert_eq!(to(Severity::High, Status::Drifted, "security"), page);
        assert_eq!(to(Severity::High, Status::Missing, "configuration"), ticket);
        assert_eq!(to(Severity::Medium, Status::Drifted, "configuration"), ticket);
        assert_eq!(to(Severity::Low, Status::Drifted, "hygiene"), ticket);
        assert_eq!(to(Severity::Low, Status::Unmanaged, "configuration"), ticket);
        assert_eq!(to(Severity::Low, Status::Moved, "configuration"), log);
        assert_eq!(to(Severity::Info, Status::Drifted, "hygiene"), log);
    }

    #[test]
    fn own_routes_come_first_and_pages_tell_of_owners() {
        let text =
            r#"[{"match": {"severity": "low", "type": "aws_*"}, "to": "log", "reason": "noise"}]"#;
        let routes = Routes::from_json(text).unwrap();
        let low = seen(Severity::Low, Status::Drifted, "hygiene", Standing::Owned);
        assert_eq!(routes.route(&low).reason, "noise");
        let page = seen(Severity::Critical, Status::Drifted, "security", Standing::Unowned);
        assert!(routes.route(&page).reason.ends_with("for who runs the platform"));
        for (text, at) in [
            (r#"[{"to": "canary"}]"#, "/0/to"),
            (r#"[{"to": "log", "match": {"severity": ["canary"]}}]"#, "/0/match/severity/0"),
            (r#"[{"to": "log", "match": {"colour": "canary"}}]"#, "/0/match/colour"),
        ] {
            let error = Routes::from_json(text).unwrap_err();
            assert_eq!(error.path(), Some(at), "{error}");
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
    }
}
