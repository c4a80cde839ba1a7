//! Snapshots put together by a collector, page by page, with what it could not read.

use super::{
    Attributes, Cell, Coverage, Gap, Name, Reason, Resource, ResourceKey, Scope, Snapshot, Warning,
};
use crate::error::Result;
use crate::limits::Limits;
use crate::value::recent::{Recent, mark, mark_all};
use crate::value::{Arena, Document, ReadOptions, memory};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::LazyLock;

/// Looks at values in memory while they are added, and at hand.
pub(crate) trait Onlooker: fmt::Debug + Send + Sync {
    /// Notes down what it finds. False where more than `depth` containers stand inside each other.
    fn look(
        &mut self,
        resource: &mut Resource<'_>,
        value: &serde_json::Value,
        depth: usize,
    ) -> bool;
}

/// Builds a [`Snapshot`] from what a collector reads. What is added resource by resource covers nothing
/// until it is said so; a document covers what it would by itself, and one that says that there is more
/// to fetch makes its types incomplete until its next pages have been added.
///
/// ```
/// use drift_core::{Reason, Scope, Snapshot};
/// let mut live = Snapshot::builder("aws", Scope::new().with("region", "eu-west-1"));
/// live.add_json("aws_sqs_queue", "jobs", br#"{"delay_seconds": 0}"#)?;
/// live.complete("aws_sqs_queue");
/// live.incomplete("aws_iam_role", Reason::Denied, "the role of the collector lacks iam:ListRoles");
/// live.failed("aws_kms_key", "ThrottlingException", "Rate exceeded");
/// live.expect(Scope::new().with("region", "eu-west-1"));
/// assert_eq!(live.build()?.resources().len(), 1);
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Debug)]
pub struct SnapshotBuilder<'a> {
    provider: Name,
    scope: Scope,
    options: ReadOptions,
    resources: Vec<Resource<'a>>,
    coverage: Coverage,
    warnings: Vec<Warning>,
    /// What pages cover whose next page has not been added.
    open: Open,
    onlooker: Option<Box<dyn Onlooker>>,
    /// Types and scopes, which many resources share.
    types: Recent<Name>,
    scopes: Recent<Scope>,
}

impl<'a> SnapshotBuilder<'a> {
    pub(super) fn new(provider: impl Into<String>, scope: Scope) -> Self {
        Self {
            provider: provider.into().into(),
            scope,
            options: ReadOptions::default(),
            resources: Vec::new(),
            coverage: Coverage::default(),
            warnings: Vec::new(),
            open: Open::default(),
            onlooker: None,
            types: Recent::new(),
            scopes: Recent::new(),
        }
    }

    /// Shows it every value that is added from here on.
    pub(crate) fn watched(self, onlooker: Box<dyn Onlooker>) -> Self {
        Self { onlooker: Some(onlooker), ..self }
    }

    pub(crate) fn read_options(&self) -> &ReadOptions {
        &self.options
    }

    pub(crate) fn warn(&mut self, warnings: Vec<Warning>) {
        self.warnings.extend(warnings);
    }

    /// Reads documents under these options from here on.
    pub fn options(&mut self, options: ReadOptions) -> &mut Self {
        self.options = options;
        self
    }

    /// Adds resources in this scope from here on.
    pub fn scope(&mut self, scope: Scope) -> &mut Self {
        let mark = mark_all(scope.iter().map(|(_, text)| text));
        self.scope = self.scopes.get(mark, |known| *known == scope, || scope.clone());
        self
    }

    /// Adds a resource by its attributes as a JSON document.
    ///
    /// # Errors
    /// As [`Document::parse_json`].
    pub fn add_json(&mut self, type_name: &str, id: &str, json: &'a [u8]) -> Result<&mut Self> {
        let document = Document::parse_json(json, &self.options)?;
        let key = self.key(type_name, id);
        Ok(self.add(Resource::new(key, Attributes::of(document))))
    }

    /// Adds a resource by its attributes as they are in memory, without going through text. They are
    /// borrowed, and nothing is copied of a resource that agrees with its other side. A builder of
    /// [`Detector::snapshot`](crate::Detector::snapshot) goes through them once instead of twice.
    ///
    /// # Errors
    /// `DRIFT_LIMIT` where they are deeper than the options allow.
    ///
    /// ```
    /// use drift_core::{Context, Detector, Scope, Snapshot};
    /// use serde_json::json;
    /// let (declared, running) = (json!({"delay": 5}), json!({"delay": 7}));
    /// let mut desired = Snapshot::builder("aws", Scope::new());
    /// desired.add_value("aws_sqs_queue", "jobs", &declared)?;
    /// let mut actual = Snapshot::builder("aws", Scope::new());
    /// actual.add_value("aws_sqs_queue", "jobs", &running)?;
    /// let context = Context::at("2026-01-01T00:00:00Z".parse()?);
    /// let report = Detector::builder().build()?.detect(&desired.build()?, &actual.build()?, &context);
    /// assert_eq!(report.findings[0].changes[0].path, "delay");
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn add_value(
        &mut self,
        type_name: &str,
        id: &str,
        value: &'a serde_json::Value,
    ) -> Result<&mut Self> {
        let max_depth = self.options.limits.max_depth.min(Limits::MAX_DEPTH);
        let key = self.key(type_name, id);
        let mut resource = Resource::new(key, Attributes::in_memory(value));
        let within = match &mut self.onlooker {
            Some(onlooker) => onlooker.look(&mut resource, value, max_depth),
            None => memory::is_within(value, max_depth),
        };
        if !within {
            return Err(Limits::passed("max_depth", max_depth).on_resource(id));
        }
        Ok(self.add(resource))
    }

    fn key(&mut self, type_name: &str, id: &str) -> ResourceKey {
        let known = |known: &Name| known == type_name;
        ResourceKey {
            provider: self.provider.clone(),
            type_name: self.types.get(mark(type_name), known, || type_name.into()),
            scope: self.scope.clone(),
            id: id.to_owned(),
        }
    }

    /// Adds a resource. What its scope leaves out is taken from the builder's, and so is an empty
    /// provider.
    pub fn add(&mut self, mut resource: Resource<'a>) -> &mut Self {
        resource.key.fill_scope(&self.scope);
        if resource.key.provider.is_empty() {
            resource.key.provider.clone_from(&self.provider);
        }
        self.resources.push(resource);
        self
    }

    /// Adds a resource that is only known to exist: its attributes have not been read. It is evidence
    /// that the resource is there, and where it is declared it is `not_checked: not_collected`.
    ///
    /// ```
    /// use drift_core::{Context, Detector, Scope, Snapshot};
    /// let mut declared = Snapshot::builder("aws", Scope::new());
    /// declared.add_json("aws_sqs_queue", "jobs", br#"{"delay_seconds": 0}"#)?;
    /// let mut live = Snapshot::builder("aws", Scope::new());
    /// live.add_listed("aws_sqs_queue", "jobs").complete("aws_sqs_queue");
    /// let context = Context::at("2026-01-01T00:00:00Z".parse()?);
    /// let report = Detector::builder().build()?.detect(&declared.build()?, &live.build()?, &context);
    /// assert_eq!(report.not_checked[0].reason.as_str(), "not_collected");
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn add_listed(&mut self, type_name: &str, id: &str) -> &mut Self {
        let attributes = Attributes::of(Document::of_json(&NOTHING, &mut Arena::default()));
        let resource = Resource::new(self.key(type_name, id), attributes);
        self.add(Resource { listed_only: true, ..resource })
    }

    /// Adds what was read of a document. Pages of one answer are told by the types and scopes that they
    /// hold: a page continues the one before it that said that there is more, and the last page, which
    /// does not say so, makes all of them complete. An empty page continues the only answer that is open.
    pub fn add_page(&mut self, page: Page<'a>) -> &mut Self {
        let Page { snapshot, more, speaks } = page;
        let from = self.resources.len();
        self.add_snapshot(snapshot);
        let mut answer = Coverage::default();
        if speaks || more {
            answer.cover(self.resources.iter().skip(from).map(|resource| &resource.key));
        }
        let empty = self.resources.len() == from;
        let continued = match self.open.meeting(&answer) {
            None if empty && speaks => self.open.only(),
            found => found.filter(|_| speaks || more),
        };
        match continued {
            Some(slot) => self.open.extend(slot, answer),
            None if more => self.open.start(answer),
            None if speaks => self.coverage.take(answer),
            None => {}
        }
        if let (Some(slot), false, true) = (continued, more, speaks) {
            self.coverage.take(self.open.close(slot));
        }
        self
    }

    /// Says what ought to be read: an account, a region, a cluster, of the builder's provider. Coverage
    /// counts it, and where nothing of it was read the report is partial.
    pub fn expect(&mut self, scope: Scope) -> &mut Self {
        self.coverage.expected.push(Cell { type_name: None, ..self.cell_in("", scope) });
        self
    }

    /// As [`SnapshotBuilder::expect`], of one type, or of all of which `*` stands for any run of
    /// characters.
    pub fn expect_type(&mut self, type_name: &str, scope: Scope) -> &mut Self {
        self.coverage.expected.push(self.cell_in(type_name, scope));
        self
    }

    /// Adds all that another snapshot holds and covers.
    pub fn add_snapshot(&mut self, other: Snapshot<'a>) -> &mut Self {
        self.coverage.take(other.coverage);
        self.warnings.extend(other.warnings);
        for resource in other.resources {
            self.add(resource);
        }
        self
    }

    /// Says that every resource of the type in the builder's scope has been added.
    pub fn complete(&mut self, type_name: &str) -> &mut Self {
        let cell = self.cell(type_name);
        self.coverage.cells.push(cell);
        self
    }

    /// Says that every resource of the builder's provider and scope has been added.
    pub fn complete_all(&mut self) -> &mut Self {
        let cell = Cell { type_name: None, ..self.cell("") };
        self.coverage.cells.push(cell);
        self
    }

    /// Says that the type could not be read, or not all of it, and why; `None` stands for all that the
    /// builder's scope holds, and `*` in a type for any run of characters. `detail` holds the provider's
    /// own words.
    pub fn incomplete<'t>(
        &mut self,
        type_name: impl Into<Option<&'t str>>,
        reason: Reason,
        detail: &str,
    ) -> &mut Self {
        let detail = Some(detail.to_owned()).filter(|detail| !detail.is_empty());
        let type_name = type_name.into();
        let cell = self.cell(type_name.unwrap_or_default());
        let cell = Cell { type_name: type_name.map(str::to_owned), ..cell };
        self.coverage.gaps.push(Gap { cell, reason, detail });
        self
    }

    /// As [`SnapshotBuilder::incomplete`], for the reason that the provider's error code stands for: see
    /// [`Reason::of_code`].
    ///
    /// ```
    /// use drift_core::{Reason, Scope, Snapshot};
    /// let mut live = Snapshot::builder("aws", Scope::new().with("region", "eu-west-1"));
    /// live.failed("aws_iam_*", "AccessDeniedException", "not authorized to perform: iam:ListRoles");
    /// live.failed(None, "429", "");
    /// let snapshot = live.build()?;
    /// let gaps: Vec<_> = snapshot.coverage().gaps().iter().map(|gap| gap.reason).collect();
    /// assert_eq!(gaps, [Reason::Throttled, Reason::Denied]);
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn failed<'t>(
        &mut self,
        type_name: impl Into<Option<&'t str>>,
        code: &str,
        detail: &str,
    ) -> &mut Self {
        let told = if detail.is_empty() { code.to_owned() } else { format!("{code}: {detail}") };
        self.incomplete(type_name, Reason::of_code(code), &told)
    }

    fn cell(&self, type_name: &str) -> Cell {
        self.cell_in(type_name, self.scope.clone())
    }

    fn cell_in(&self, type_name: &str, scope: Scope) -> Cell {
        let provider = Some(self.provider.to_string()).filter(|provider| !provider.is_empty());
        Cell { provider, type_name: Some(type_name.to_owned()), scope }
    }

    /// The snapshot.
    ///
    /// # Errors
    /// `DRIFT_DUPLICATE_KEY` where one key was added twice.
    pub fn build(mut self) -> Result<Snapshot<'a>> {
        for cell in self.open.answers.values().flat_map(Coverage::places) {
            if !self.coverage.declares(&cell) {
                let detail =
                    Some("the last page that was added says that there is more".to_owned());
                self.coverage.gaps.push(Gap { cell, reason: Reason::NotCollected, detail });
            }
        }
        self.coverage.normalize();
        Snapshot::new(self.resources, self.coverage, self.warnings)
    }
}

/// Answers of which the last page has not come yet, each in a slot, and by what they hold.
#[derive(Debug, Default)]
struct Open {
    answers: BTreeMap<usize, Coverage>,
    places: BTreeMap<Cell, BTreeSet<usize>>,
    next: usize,
}

impl Open {
    /// The first answer that holds a type in one scope that the page holds, too.
    fn meeting(&self, page: &Coverage) -> Option<usize> {
        page.places().filter_map(|place| self.places.get(&place)?.first().copied()).min()
    }

    /// The answer that is open, where it is one.
    fn only(&self) -> Option<usize> {
        let mut slots = self.answers.keys();
        slots.next().filter(|_| slots.next().is_none()).copied()
    }

    fn start(&mut self, page: Coverage) {
        self.next += 1;
        self.extend(self.next, page);
    }

    fn extend(&mut self, slot: usize, page: Coverage) {
        for place in page.places() {
            self.places.entry(place).or_default().insert(slot);
        }
        self.answers.entry(slot).or_default().take(page);
    }

    fn close(&mut self, slot: usize) -> Coverage {
        let answer = self.answers.remove(&slot).unwrap_or_default();
        for place in answer.places() {
            if let Some(slots) = self.places.get_mut(&place) {
                slots.remove(&slot);
            }
        }
        answer
    }
}

/// What was read of one document that may be a page of an answer; see [`SnapshotBuilder::add_page`].
#[derive(Debug)]
pub struct Page<'a> {
    /// The resources, and what the options say of them.
    pub(crate) snapshot: Snapshot<'a>,
    /// Whether it says that there is more to fetch.
    pub(crate) more: bool,
    /// Whether it is a list, and not a single object.
    pub(crate) speaks: bool,
}

impl Page<'_> {
    /// A page of its own, independent of the bytes it was read from.
    #[must_use]
    pub fn into_owned(self) -> Page<'static> {
        let Self { snapshot, more, speaks } = self;
        Page { snapshot: snapshot.into_owned(), more, speaks }
    }

    /// Whether the document says that there is more to fetch.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.more
    }
}

static NOTHING: LazyLock<serde_json::Value> =
    LazyLock::new(|| serde_json::Value::Object(serde_json::Map::new()));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_once() {
        let mut builder = Snapshot::builder("aws", Scope::new());
        builder.add_json("t", "a", b"{}").unwrap().add_json("t", "a", b"{}").unwrap();
        let error = builder.build().unwrap_err();
        assert_eq!(error.code().as_str(), "DRIFT_DUPLICATE_KEY");
    }

    /// A page of one resource of the type `t` in a region.
    fn page(region: usize, id: usize, more: bool) -> Page<'static> {
        let mut one = Snapshot::builder("aws", Scope::new().with("region", region.to_string()));
        one.add_json("t", &id.to_string(), b"{}").unwrap();
        Page { snapshot: one.build().unwrap(), more, speaks: true }
    }

    #[test]
    fn answers_of_many_scopes_may_be_open_at_once() {
        const MANY: usize = 20_000;
        let mut builder = Snapshot::builder("aws", Scope::new());
        for (id, more) in [(1, true), (2, true), (3, false)] {
            for region in 0..MANY {
                // The last of them is never finished.
                builder.add_page(page(region, id, more || region == MANY - 1));
            }
        }
        let snapshot = builder.build().unwrap();
        assert_eq!(snapshot.resources().len(), 3 * MANY);
        let reason = |region: usize| {
            let key = ResourceKey {
                provider: "aws".into(),
                type_name: "t".into(),
                scope: Scope::new().with("region", region.to_string()),
                id: "gone".into(),
            };
            snapshot.coverage().missing_reason(&key)
        };
        assert_eq!((reason(0), reason(MANY - 2)), (None, None));
        assert_eq!(reason(MANY - 1), Some(Reason::NotCollected));
        assert_eq!(snapshot.coverage().gaps().len(), 1);
    }

    #[test]
    fn a_builder_covers_only_what_is_said() {
        let mut builder = Snapshot::builder("aws", Scope::new().with("region", "r"));
        builder.add_json("t", "a", b"{}").unwrap().complete("t");
        builder.incomplete("u", Reason::Throttled, "");
        let snapshot = builder.build().unwrap();
        let key = |type_name: &str, region: &str| ResourceKey {
            provider: "aws".into(),
            type_name: type_name.into(),
            scope: Scope::new().with("region", region),
            id: "b".into(),
        };
        let reason = |t, r| snapshot.coverage().missing_reason(&key(t, r));
        assert_eq!(reason("t", "r"), None);
        assert_eq!(reason("t", "s"), Some(Reason::NotCollected));
        assert_eq!(reason("u", "r"), Some(Reason::Throttled));
        assert_eq!(reason("v", "r"), Some(Reason::NotCollected));
    }
}
