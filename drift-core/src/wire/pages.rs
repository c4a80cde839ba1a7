//! Asking a report for some of its findings, page by page.

use crate::diff::Status;
use crate::error::{Code, Error, Result};
use crate::normalize::{Glob, Severity};
use crate::report::{Finding, Report};
use crate::value::quoted;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::cmp::Ordering;
use std::str::FromStr;

/// The statuses that findings have.
const STATUSES: [Status; 4] = [Status::Drifted, Status::Missing, Status::Unmanaged, Status::Moved];

/// Which findings are asked for, and how many at once. What is not said does not matter; of several
/// values of one kind any will do.
///
/// ```
/// use drift_core::{Context, Detector, Format, Query, Snapshot};
/// let desired = br#"[{"type": "t", "id": "a", "attributes": {"n": 1}}, {"type": "u", "id": "b", "attributes": {"n": 1}}]"#;
/// let actual = br#"[{"type": "t", "id": "a", "attributes": {"n": 2}}, {"type": "u", "id": "b", "attributes": {"n": 2}}]"#;
/// let sides = (Snapshot::parse(desired, Format::Auto)?, Snapshot::parse(actual, Format::Auto)?);
/// let context = Context::at("2026-01-01T00:00:00Z".parse()?);
/// let report = Detector::builder().build()?.detect(&sides.0, &sides.1, &context);
///
/// let query = Query::new().severity(">=medium")?.limit(1)?;
/// let first = report.query(&query)?;
/// assert_eq!((first.items.len(), first.total), (1, 2));
/// let second = report.query(&query.clone().cursor(first.cursor.unwrap()))?;
/// assert_eq!(second.items[0].resource.id, "b");
/// assert!(second.cursor.is_none());
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    severity: Option<(Bound, Severity)>,
    categories: Vec<String>,
    owners: Vec<String>,
    statuses: Vec<Status>,
    types: Vec<Glob>,
    layers: Vec<String>,
    paths: Vec<Glob>,
    limit: usize,
    cursor: Option<String>,
}

/// How a severity is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    AtLeast,
    AtMost,
    Above,
    Below,
    Exactly,
}

impl Bound {
    /// Every bound as it is written, those of two characters first.
    const ALL: [(&'static str, Self); 5] = [
        (">=", Self::AtLeast),
        ("<=", Self::AtMost),
        (">", Self::Above),
        ("<", Self::Below),
        ("=", Self::Exactly),
    ];

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::AtLeast => order != Ordering::Less,
            Self::AtMost => order != Ordering::Greater,
            Self::Above => order == Ordering::Greater,
            Self::Below => order == Ordering::Less,
            Self::Exactly => order == Ordering::Equal,
        }
    }
}

/// A page of findings, in the order of the report.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingPage<'r> {
    /// The findings.
    pub items: Vec<&'r Finding>,
    /// Where each of them stands among the report's findings.
    pub places: Vec<usize>,
    /// How many findings there are on all pages.
    pub total: usize,
    /// What to ask for the next page with; none on the last one.
    pub cursor: Option<String>,
}

impl FindingPage<'_> {
    /// The page as JSON without the findings themselves: `places`, `total` and `cursor`.
    #[must_use]
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Plain<'p> {
            places: &'p [usize],
            total: usize,
            cursor: Option<&'p str>,
        }
        let Self { places, total, cursor, .. } = self;
        let plain = Plain { places, total: *total, cursor: cursor.as_deref() };
        serde_json::to_string(&plain).unwrap_or_default()
    }
}

impl Default for Query {
    fn default() -> Self {
        Self::new()
    }
}

impl Query {
    /// How many findings a page has where nobody says.
    pub const LIMIT: usize = 100;

    /// All findings.
    #[must_use]
    pub fn new() -> Self {
        Self {
            severity: None,
            categories: Vec::new(),
            owners: Vec::new(),
            statuses: Vec::new(),
            types: Vec::new(),
            layers: Vec::new(),
            paths: Vec::new(),
            limit: Self::LIMIT,
            cursor: None,
        }
    }

    /// Those of this severity: `high`, or with one of `>=`, `>`, `<=`, `<` and `=` before it.
    ///
    /// # Errors
    /// `DRIFT_OPTION` where it is none.
    pub fn severity(mut self, text: &str) -> Result<Self> {
        let bound =
            Bound::ALL.iter().find_map(|(sign, bound)| Some((*bound, text.strip_prefix(sign)?)));
        let (bound, word) = bound.unwrap_or((Bound::Exactly, text));
        let found = Severity::ALL.iter().find(|(_, known)| *known == word.trim_start());
        let Some((severity, _)) = found else {
            let words: Vec<&str> = Severity::ALL.iter().map(|(_, word)| *word).collect();
            let help = format!(
                "one of {}, with one of >=, >, <=, <, = before it where it is a bound",
                words.join(", ")
            );
            let message = format!("no such severity: `{text}`");
            return Err(Error::new(Code::Option, message).with_help(help));
        };
        self.severity = Some((bound, *severity));
        Ok(self)
    }

    /// Those of this category.
    #[must_use]
    pub fn category(mut self, category: impl Into<String>) -> Self {
        self.categories.push(category.into());
        self
    }

    /// Those of this owner; `""` for those of nobody.
    #[must_use]
    pub fn owner(mut self, owner: impl Into<String>) -> Self {
        self.owners.push(owner.into());
        self
    }

    /// Those of this status: `drifted`, `missing`, `unmanaged` or `moved`.
    ///
    /// # Errors
    /// `DRIFT_OPTION` for a status that no finding has.
    pub fn status(mut self, word: &str) -> Result<Self> {
        let Some(status) = STATUSES.into_iter().find(|status| status.as_str() == word) else {
            let message = format!("no finding has the status `{word}`");
            let help = format!("one of {}", STATUSES.map(Status::as_str).join(", "));
            return Err(Error::new(Code::Option, message).with_help(help));
        };
        self.statuses.push(status);
        Ok(self)
    }

    /// Those of resources whose type the glob matches.
    #[must_use]
    pub fn type_glob(mut self, glob: impl Into<String>) -> Self {
        self.types.push(Glob::new(glob));
        self
    }

    /// Those of this layer.
    #[must_use]
    pub fn layer(mut self, layer: impl Into<String>) -> Self {
        self.layers.push(layer.into());
        self
    }

    /// Those with a change whose printed path the glob matches.
    #[must_use]
    pub fn path(mut self, glob: impl Into<String>) -> Self {
        self.paths.push(Glob::new(glob));
        self
    }

    /// So many at once, at least one; [`Query::LIMIT`] where nobody says.
    ///
    /// # Errors
    /// `DRIFT_OPTION` for none.
    pub fn limit(mut self, limit: usize) -> Result<Self> {
        if limit == 0 {
            let message = "expected `limit` as a whole number from 1 on";
            return Err(Error::new(Code::Option, message));
        }
        self.limit = limit;
        Ok(self)
    }

    /// From where the page ended that gave this cursor.
    #[must_use]
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.cursor = Some(cursor.into());
        self
    }

    fn matches(&self, finding: &Finding) -> bool {
        let any = |words: &[String], word: &str| {
            words.is_empty() || words.iter().any(|wanted| wanted == word)
        };
        let globs = |globs: &[Glob], text: &str| globs.iter().any(|glob| glob.matches(text));
        let on = |severity: Severity| {
            self.severity.is_none_or(|(bound, wanted)| bound.holds(severity.cmp(&wanted)))
        };
        on(finding.severity)
            && any(&self.categories, &finding.category)
            && any(&self.owners, finding.owner.as_deref().unwrap_or_default())
            && (self.statuses.is_empty() || self.statuses.contains(&finding.status))
            && (self.types.is_empty() || globs(&self.types, &finding.resource.type_name))
            && any(&self.layers, &finding.resource.layer)
            && (self.paths.is_empty()
                || finding.changes.iter().any(|change| globs(&self.paths, &change.path)))
    }

    /// What is asked, without where and how many: a cursor holds for this alone.
    fn question(&self) -> String {
        let list = |texts: Vec<&str>| {
            let texts: Vec<String> = texts.into_iter().map(quoted).collect();
            format!("[{}]", texts.join(","))
        };
        let words = |words: &[String]| list(words.iter().map(String::as_str).collect());
        let globs = |globs: &[Glob]| list(globs.iter().map(Glob::as_str).collect());
        format!(
            "[{:?},{},{},{},{},{},{}]",
            self.severity,
            words(&self.categories),
            words(&self.owners),
            list(self.statuses.iter().map(|status| status.as_str()).collect()),
            globs(&self.types),
            words(&self.layers),
            globs(&self.paths),
        )
    }
}

/// Where the next page starts: the place of its first finding, how many there are on all pages, and what
/// binds both to the report and the question.
struct Cursor {
    place: usize,
    total: usize,
    seal: String,
}

impl Cursor {
    fn sealed(place: usize, total: usize, bound: &Sha256) -> Self {
        let mut digest = bound.clone();
        digest.update(format!("{place},{total}"));
        let seal = digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { place, total, seal }
    }

    fn text(&self) -> String {
        format!("{:x}-{:x}-{}", self.place, self.total, self.seal)
    }
}

/// The place and the number in a cursor, whoever made it.
struct Claimed(usize, usize);

impl FromStr for Claimed {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let number =
            |part: Option<&str>| usize::from_str_radix(part.ok_or(())?, 16).map_err(|_| ());
        let mut parts = text.split('-');
        Ok(Self(number(parts.next())?, number(parts.next())?))
    }
}

impl Report {
    /// The findings that a query asks for, page by page, in the order of the report.
    ///
    /// # Errors
    /// `DRIFT_OPTION` where the cursor is none, or came from another report or another query.
    pub fn query(&self, query: &Query) -> Result<FindingPage<'_>> {
        let bound = self.bound(query);
        let (from, known) = match &query.cursor {
            Some(text) => {
                let cursor = opened(text, &bound)?;
                (cursor.place, Some(cursor.total))
            }
            None => (0, None),
        };
        let matching = self.findings.iter().enumerate().skip(from);
        let mut matching = matching.filter(|(_, finding)| query.matches(finding));
        let page: Vec<(usize, &Finding)> = matching.by_ref().take(query.limit).collect();
        let next = matching.next().map(|(place, _)| place);
        let total = match known {
            Some(total) => total,
            None => page.len() + usize::from(next.is_some()) + matching.count(),
        };
        let (places, items) = page.into_iter().unzip();
        let cursor = next.map(|place| Cursor::sealed(place, total, &bound).text());
        Ok(FindingPage { items, places, total, cursor })
    }

    /// What a cursor is bound to: the question, and the findings in their order.
    fn bound(&self, query: &Query) -> Sha256 {
        let mut digest = Sha256::new_with_prefix(query.question());
        digest.update(self.detected_at.to_string());
        for finding in &self.findings {
            digest.update(&finding.fingerprint);
        }
        digest
    }
}

fn opened(text: &str, bound: &Sha256) -> Result<Cursor> {
    let help = "a cursor is the one of the page before, of the same report and the same query";
    let Ok(Claimed(place, total)) = text.parse() else {
        return Err(Error::new(Code::Option, "`cursor` is no cursor").with_help(help));
    };
    let cursor = Cursor::sealed(place, total, bound);
    if cursor.text() == text {
        return Ok(cursor);
    }
    let message = "`cursor` belongs to another report or another query";
    Err(Error::new(Code::Option, message).with_help(help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Context, Detector, Format, Snapshot};

    fn report(count: usize, live: i32) -> Report {
        let side = |n: i32| {
            let one = |i: usize| {
                format!(
                    r#"{{"type": "aws_{}", "id": "{i:03}", "attributes": {{"n": {n}, "m": 1}}}}"#,
                    ["a", "b"][i % 2]
                )
            };
            format!("[{}]", (0..count).map(one).collect::<Vec<_>>().join(","))
        };
        let (desired, actual) = (side(1), side(live));
        let parse =
            |text: &'_ str| Snapshot::parse(text.as_bytes(), Format::Records).unwrap().into_owned();
        let rules = crate::Rules::from_yaml(
            "[{id: r, match: {type: aws_a, id: '*0'}, paths: [n], severity: critical, category: cost, owner: ada}]",
        );
        let detector = Detector::builder().rules(rules.unwrap()).build().unwrap();
        let context = Context::at("2026-01-01T00:00:00Z".parse().unwrap());
        detector.detect(&parse(&desired), &parse(&actual), &context)
    }

    fn all(report: &Report, query: &Query) -> Vec<usize> {
        let (mut places, mut query) = (Vec::new(), query.clone());
        loop {
            let page = report.query(&query).unwrap();
            places.extend(&page.places);
            assert_eq!(page.places.len(), page.items.len());
            match page.cursor {
                Some(cursor) => query = query.cursor(cursor),
                None => {
                    assert_eq!(places.len(), page.total);
                    return places;
                }
            }
        }
    }

    #[test]
    fn pages_are_all_findings_once_in_order() {
        let report = report(23, 2);
        for limit in [1, 2, 22, 23, 24] {
            let query = Query::new().limit(limit).unwrap();
            assert_eq!(all(&report, &query), (0..23).collect::<Vec<_>>(), "{limit}");
        }
        let odd = all(&report, &Query::new().type_glob("*_b").limit(3).unwrap());
        let is_odd = |place: &&usize| &*report.findings[**place].resource.type_name == "aws_b";
        assert!(odd.iter().filter(is_odd).count() == 11 && odd.is_sorted() && odd.len() == 11);
    }

    #[test]
    fn each_field_narrows() {
        let report = report(20, 2);
        let count = |query: Query| report.query(&query).unwrap().total;
        let severity = |text: &str| count(Query::new().severity(text).unwrap());
        assert_eq!(
            (severity("critical"), severity(">=critical"), severity(">critical")),
            (2, 2, 0)
        );
        assert_eq!(
            (severity("< critical"), severity("<=medium"), severity("=medium")),
            (18, 18, 18)
        );
        assert_eq!(count(Query::new().category("cost")), 2);
        assert_eq!(count(Query::new().category("cost").category("configuration")), 20);
        assert_eq!((count(Query::new().owner("ada")), count(Query::new().owner(""))), (2, 18));
        assert_eq!(count(Query::new().status("missing").unwrap()), 0);
        assert_eq!(count(Query::new().layer("unclassified")), 20);
        assert_eq!((count(Query::new().path("n")), count(Query::new().path("m*"))), (20, 0));
    }

    #[test]
    fn a_cursor_holds_for_its_report_and_its_query() {
        let (one, other) = (report(9, 2), report(8, 2));
        let query = Query::new().limit(4).unwrap();
        let cursor = one.query(&query).unwrap().cursor.unwrap();
        let next = query.clone().cursor(&cursor);
        assert!(one.query(&next).is_ok());
        // How many are asked for may change from page to page.
        assert_eq!(one.query(&next.clone().limit(1).unwrap()).unwrap().places, [4]);
        let forged = cursor.replacen('4', "5", 1);
        for (report, query) in [
            (&other, next.clone()),
            (&one, next.owner("ada")),
            (&one, query.clone().cursor(forged)),
            (&one, query.clone().cursor("next")),
            (&one, query.cursor(format!("{cursor} "))),
        ] {
            assert_eq!(report.query(&query).unwrap_err().code(), Code::Option);
        }
    }
}
