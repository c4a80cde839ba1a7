//! The report as JSON, text and Markdown. A renderer works from the report and nothing else.

mod covered;
mod markdown;
mod page;
mod parity;
mod readiness;
mod policy;
#[cfg(test)]
mod tests;
mod text;
mod value;
mod who;

use crate::limits::Stop;
use crate::report::{ExitStyle, Report, Verdict};
use crate::value::Tree;
use page::Page;

/// The report as JSON: compact, on one line, its fields in the order of the types.
///
/// ```
/// # use drift_core::{Context, Detector, Format, Snapshot, Timestamp};
/// # let side = Snapshot::parse(b"[]", Format::Records)?;
/// # let at = "2026-01-01T00:00:00Z".parse::<Timestamp>()?;
/// # let report = Detector::builder().build()?.detect(&side, &side, &Context::at(at));
/// let json = drift_core::render::json(&report);
/// assert!(json.starts_with(r#"{"schema_version":"1","verdict":"in_sync","#));
/// # Ok::<(), drift_core::Error>(())
/// ```
#[must_use]
pub fn json(report: &Report) -> String {
    let text = bytes(report, |text, report| serde_json::to_writer(text, report));
    // Everything in a report can be written as JSON, which is text.
    text.and_then(|text| String::from_utf8(text).ok()).unwrap_or_default()
}

/// What is written of a report, into a text that has room for it.
fn bytes(
    report: &Report,
    write: impl FnOnce(&mut Vec<u8>, &Report) -> serde_json::Result<()>,
) -> Option<Vec<u8>> {
    /// What an entry mostly comes to; where it is more the text grows.
    const ENTRY: usize = 1_100;
    let changes = report.findings.iter().map(|finding| 1 + finding.changes.len()).sum::<usize>();
    let lists = [&report.pending, &report.undeclared, &report.suppressed, &report.unknown];
    let entries = changes + lists.iter().map(|list| list.len()).sum::<usize>();
    let mut text = Vec::with_capacity(ENTRY * (entries + 4));
    write(&mut text, report).ok().map(|()| text)
}

/// A text that grows until someone asks to stop.
struct Until<'t> {
    text: &'t mut Vec<u8>,
    stop: &'t Stop,
}

impl std::io::Write for Until<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.stop.is_asked() {
            return Err(std::io::ErrorKind::Other.into());
        }
        self.text.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The report for a terminal or a log, with ANSI colours where asked.
///
/// Values are shortened to one line, and characters in them that act on a terminal, turn the
/// direction of text or cannot be seen are escaped.
///
/// ```
/// # use drift_core::{Context, Detector, Format, Snapshot, Timestamp};
/// # let desired = br#"[{"type": "queue", "id": "jobs", "attributes": {"delay": 0}}]"#;
/// # let actual = br#"[{"type": "queue", "id": "jobs", "attributes": {"delay": 30}}]"#;
/// # let desired = Snapshot::parse(desired, Format::Records)?;
/// # let actual = Snapshot::parse(actual, Format::Records)?;
/// # let at = "2026-01-01T00:00:00Z".parse::<Timestamp>()?;
/// # let report = Detector::builder().build()?.detect(&desired, &actual, &Context::at(at));
/// let text = drift_core::render::text(&report, false);
/// assert!(text.contains("medium drifted queue jobs\n  ~ delay: 0 → 30\n"));
/// # Ok::<(), drift_core::Error>(())
/// ```
#[must_use]
pub fn text(report: &Report, color: bool) -> String {
    text::write(&Page::of(report), color)
}

/// The report for a pull request: GitHub-flavoured Markdown. What documents say stands in code
/// spans that it cannot break out of.
///
/// ```
/// # use drift_core::{Context, Detector, Format, Snapshot, Timestamp};
/// # let desired = br#"[{"type": "queue", "id": "jobs", "attributes": {"delay": 0}}]"#;
/// # let actual = br#"[{"type": "queue", "id": "jobs", "attributes": {"delay": 30}}]"#;
/// # let desired = Snapshot::parse(desired, Format::Records)?;
/// # let actual = Snapshot::parse(actual, Format::Records)?;
/// # let at = "2026-01-01T00:00:00Z".parse::<Timestamp>()?;
/// # let report = Detector::builder().build()?.detect(&desired, &actual, &Context::at(at));
/// let row = "| medium | drifted | `queue jobs` | changed `delay`: `0` → `30` |\n";
/// assert!(drift_core::render::markdown(&report).contains(row));
/// # Ok::<(), drift_core::Error>(())
/// ```
#[must_use]
pub fn markdown(report: &Report) -> String {
    markdown::write(&Page::of(report))
}

impl Report {
    /// The report as JSON, as [`json`] writes it.
    #[must_use]
    pub fn to_json(&self) -> String {
        json(self)
    }

    /// The bytes of [`Report::to_json`], until someone asks to stop: `None` then.
    ///
    /// ```
    /// # use drift_core::{Context, Detector, Format, Snapshot, Stop, Timestamp};
    /// # let nothing = Snapshot::parse(b"[]", Format::Records)?;
    /// # let at = "2026-01-01T00:00:00Z".parse::<Timestamp>()?;
    /// # let report = Detector::builder().build()?.detect(&nothing, &nothing, &Context::at(at));
    /// let stop = Stop::default();
    /// assert_eq!(report.to_json_until(&stop), Some(report.to_json().into_bytes()));
    /// stop.ask();
    /// assert_eq!(report.to_json_until(&stop), None);
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    #[must_use]
    pub fn to_json_until(&self, stop: &Stop) -> Option<Vec<u8>> {
        let write =
            |text: &mut Vec<u8>, report: &Self| serde_json::to_writer(Until { text, stop }, report);
        bytes(self, write)
    }

    /// The report as JSON without what depends on the order of things in their documents: `source`
    /// and every field named `pointer` or ending in `_pointer`. Values of documents stay whole.
    ///
    /// ```
    /// # use drift_core::{Context, Detector, Format, Snapshot, Timestamp};
    /// let side = |text: &'static str| Snapshot::parse(text.as_bytes(), Format::Records);
    /// let (a, b) = (r#"{"type":"t","id":"a","attributes":{}}"#, r#"{"type":"t","id":"b","attributes":{}}"#);
    /// let (ab, ba) = (format!("[{a},{b}]"), format!("[{b},{a}]"));
    /// let detector = Detector::builder().build()?;
    /// let semantic = |live: &str| {
    ///     let (desired, at) = (side("[]")?, "2026-01-01T00:00:00Z".parse::<Timestamp>()?);
    ///     let live = Snapshot::parse(live.as_bytes(), Format::Records)?;
    ///     Ok::<_, drift_core::Error>(detector.detect(&desired, &live, &Context::at(at)).semantic_json())
    /// };
    /// assert_eq!(semantic(&ab)?, semantic(&ba)?);
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    #[must_use]
    pub fn semantic_json(&self) -> String {
        let whole: Tree = serde_json::from_str(&json(self)).unwrap_or(Tree::Null);
        let Tree::Map(lists) = whole else { return String::new() };
        let entries = |list| match list {
            Tree::List(entries) => Tree::List(entries.into_iter().map(without_places).collect()),
            other => other,
        };
        Tree::Map(lists.into_iter().map(|(name, list)| (name, entries(list))).collect()).to_string()
    }

    /// The report for a terminal or a log, as [`text()`] writes it.
    #[must_use]
    pub fn to_text(&self, color: bool) -> String {
        text(self, color)
    }

    /// The report for a pull request, as [`markdown()`] writes it.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown(self)
    }

    /// The verdict as the exit code of a process.
    ///
    /// ```
    /// # use drift_core::{Context, Detector, ExitStyle, Format, Snapshot, Timestamp};
    /// # let side = Snapshot::parse(b"[]", Format::Records)?;
    /// # let at = "2026-01-01T00:00:00Z".parse::<Timestamp>()?;
    /// # let report = Detector::builder().build()?.detect(&side, &side, &Context::at(at));
    /// assert_eq!(report.exit_code(ExitStyle::Diff), 0);
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    #[must_use]
    pub fn exit_code(&self, style: ExitStyle) -> u8 {
        match (style, self.verdict) {
            (_, Verdict::InSync) => 0,
            (ExitStyle::Diff, Verdict::Drifted) => 1,
            (ExitStyle::Diff, Verdict::Error) => 2,
            (ExitStyle::Diff, Verdict::Partial) => 3,
            (ExitStyle::Terraform, Verdict::Drifted) => 2,
            (ExitStyle::Terraform, Verdict::Error | Verdict::Partial) => 1,
        }
    }
}

/// An entry of a report without the fields that tell where it was read. What stands in values and
/// steps is left alone.
fn without_places(entry: Tree) -> Tree {
    let Tree::Map(fields) = entry else { return entry };
    let is_place = |name: &str| name == "source" || name.ends_with("pointer");
    let kept = fields.into_iter().filter(|(name, _)| !is_place(name));
    let field = |(name, value): (String, Tree)| match (name.as_str(), value) {
        ("resource", resource) => (name, without_places(resource)),
        ("changes", Tree::List(changes)) => {
            (name, Tree::List(changes.into_iter().map(without_places).collect()))
        }
        (_, value) => (name, value),
    };
    Tree::Map(kept.map(field).collect())
}
