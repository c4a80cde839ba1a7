//! Snapshots put together by a collector, page by page, with what it could not read.

use super::{
    Attributes, Cell, Coverage, Gap, Reason, Resource, ResourceKey, Scope, Snapshot, Warning,
};
use crate::error::Result;
use crate::limits::Limits;
use crate::value::{Document, ReadOptions, memory};

/// Builds a [`Snapshot`] from what a collector reads. Nothing is covered until it is said so.
///
/// ```
/// use drift_core::{Reason, Scope, Snapshot};
/// let mut live = Snapshot::builder("aws", Scope::new().with("region", "eu-west-1"));
/// live.add_json("aws_sqs_queue", "jobs", br#"{"delay_seconds": 0}"#)?;
/// live.complete("aws_sqs_queue");
/// live.incomplete("aws_iam_role", Reason::Denied, "AccessDenied");
/// assert_eq!(live.build()?.resources().len(), 1);
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Debug)]
pub struct SnapshotBuilder<'a> {
    provider: String,
    scope: Scope,
    options: ReadOptions,
    resources: Vec<Resource<'a>>,
    coverage: Coverage,
    warnings: Vec<Warning>,
}

impl<'a> SnapshotBuilder<'a> {
    pub(super) fn new(provider: impl Into<String>, scope: Scope) -> Self {
        Self {
            provider: provider.into(),
            scope,
            options: ReadOptions::default(),
            resources: Vec::new(),
            coverage: Coverage::default(),
            warnings: Vec::new(),
        }
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
        self.scope = scope;
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
    /// borrowed, and nothing is copied of a resource that agrees with its other side.
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
        if !memory::is_within(value, max_depth) {
            return Err(Limits::passed("max_depth", max_depth).on_resource(id));
        }
        let key = self.key(type_name, id);
        Ok(self.add(Resource::new(key, Attributes::in_memory(value))))
    }

    fn key(&self, type_name: &str, id: &str) -> ResourceKey {
        ResourceKey {
            provider: self.provider.clone(),
            type_name: type_name.to_owned(),
            scope: self.scope.clone(),
            id: id.to_owned(),
        }
    }

    /// Adds a resource. What its scope leaves out is taken from the builder's, and so is an empty
    /// provider.
    pub fn add(&mut self, mut resource: Resource<'a>) -> &mut Self {
        resource.key.scope.fill(&self.scope);
        if resource.key.provider.is_empty() {
            resource.key.provider.clone_from(&self.provider);
        }
        self.resources.push(resource);
        self
    }

    /// Adds all that another snapshot holds and covers.
    pub fn add_snapshot(&mut self, other: Snapshot<'a>) -> &mut Self {
        self.coverage.merge(other.coverage);
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

    /// Says that the type could not be read, or not all of it, and why; `detail` holds the
    /// provider's own words.
    pub fn incomplete(&mut self, type_name: &str, reason: Reason, detail: &str) -> &mut Self {
        let detail = Some(detail.to_owned()).filter(|detail| !detail.is_empty());
        self.coverage.gaps.push(Gap { cell: self.cell(type_name), reason, detail });
        self
    }

    fn cell(&self, type_name: &str) -> Cell {
        Cell {
            provider: Some(self.provider.clone()),
            type_name: Some(type_name.to_owned()),
            scope: self.scope.clone(),
        }
    }

    /// The snapshot.
    ///
    /// # Errors
    /// `DRIFT_DUPLICATE_KEY` where one key was added twice.
    pub fn build(self) -> Result<Snapshot<'a>> {
        Snapshot::new(self.resources, self.coverage, self.warnings)
    }
}

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
