//! A report as a flat table: one row a change, for Python as dicts and for others as Arrow.

use crate::detector::Report;
use crate::error::refuse;
use arrow_array::builder::{Int64Builder, LargeStringBuilder, TimestampMillisecondBuilder};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use drift_core::value::Tree;
use drift_core::{Change, Code, Finding, Scope, Severity};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList};
use std::borrow::Cow;
use std::sync::Arc;

/// The lists of a report whose entries have rows.
const LISTS: [&str; 5] = ["findings", "pending", "undeclared", "suppressed", "unknown"];
/// As many rows come at once.
const BATCH: usize = 16_384;

type Core = drift_core::Report;

/// Where a row stands: its list, the entry, and the change of a finding that has any.
#[derive(Clone, Copy)]
struct Place {
    list: &'static str,
    entry: usize,
    change: usize,
}

/// What a row tells of.
struct Row<'r> {
    report: &'r Core,
    list: &'static str,
    finding: Option<&'r Finding>,
    /// None where it is a resource as a whole.
    change: Option<&'r Change>,
}

enum Cell<'r> {
    Text(Option<Cow<'r, str>>),
    Number(Option<i64>),
    Time(i64),
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Number,
    Time,
}

struct Column {
    name: &'static str,
    kind: Kind,
    cell: for<'r> fn(&Row<'r>) -> Cell<'r>,
}

/// The resource of a row; a finding's comes first.
macro_rules! resource {
    ($row:expr) => {{
        let own = $row.change.and_then(|change| change.resource.as_deref());
        $row.finding.map(|finding| &finding.resource).or(own)
    }};
}

/// Where a row's resource was read: in desired, else in actual.
macro_rules! source {
    ($row:expr) => {
        resource!($row).and_then(|resource| {
            resource.source.desired.as_ref().or(resource.source.actual.as_ref())
        })
    };
}

const fn column(name: &'static str, kind: Kind, cell: for<'r> fn(&Row<'r>) -> Cell<'r>) -> Column {
    Column { name, kind, cell }
}

/// The columns, in their order. `Row` in `_types.py` and the README say the same.
const COLUMNS: [Column; 27] = [
    column("list", Kind::Text, |row| text(row.list)),
    column("fingerprint", Kind::Text, |row| match (row.change, row.finding) {
        (Some(change), _) => text(&change.fingerprint),
        (None, finding) => optional(finding.map(|finding| &finding.fingerprint)),
    }),
    column("finding", Kind::Text, |row| optional(row.finding.map(|finding| &finding.fingerprint))),
    column("status", Kind::Text, |row| {
        let status = row.finding.map(|finding| finding.status);
        let status = status.or_else(|| row.change.and_then(|change| change.status));
        optional(status.map(|status| status.as_str()))
    }),
    column("provider", Kind::Text, |row| {
        optional(resource!(row).map(|resource| &resource.provider))
    }),
    column("type", Kind::Text, |row| optional(resource!(row).map(|resource| &resource.type_name))),
    column("id", Kind::Text, |row| optional(resource!(row).map(|resource| &resource.id))),
    column("address", Kind::Text, |row| optional(resource!(row).map(|resource| &resource.address))),
    column("scope", Kind::Text, |row| {
        resource!(row).map_or(Cell::Text(None), |resource| scope(&resource.scope))
    }),
    column("layer", Kind::Text, |row| optional(resource!(row).map(|resource| &resource.layer))),
    column("path", Kind::Text, |row| optional(row.change.map(|change| &change.path))),
    column("pointer", Kind::Text, |row| {
        optional(row.change.and_then(|change| change.pointer.as_ref()))
    }),
    column("kind", Kind::Text, |row| optional(row.change.map(|change| change.kind.as_str()))),
    column("disposition", Kind::Text, |row| {
        optional(row.change.map(|change| change.disposition.as_str()))
    }),
    column("desired", Kind::Text, |row| json(row, |change| change.desired.as_ref())),
    column("actual", Kind::Text, |row| json(row, |change| change.actual.as_ref())),
    column("reference", Kind::Text, |row| json(row, |change| change.reference.as_ref())),
    column("severity", Kind::Text, |row| optional(severity(row).map(Severity::as_str))),
    column("category", Kind::Text, |row| {
        let category = row.change.map(|change| &change.category);
        optional(category.or_else(|| row.finding.map(|finding| &finding.category)))
    }),
    column("priority", Kind::Text, |row| {
        optional(row.finding.map(|finding| &finding.priority.level))
    }),
    column("owner", Kind::Text, |row| {
        optional(row.finding.and_then(|finding| finding.owner.as_ref()))
    }),
    column("rule", Kind::Text, |row| optional(row.change.and_then(|change| change.rule.as_ref()))),
    column("reason", Kind::Text, |row| optional(row.change.map(|change| &change.reason))),
    column("runbook", Kind::Text, |row| {
        let runbook = row.change.and_then(|change| change.runbook.as_ref());
        optional(runbook.or_else(|| row.finding.and_then(|finding| finding.runbook.as_ref())))
    }),
    column("file", Kind::Text, |row| {
        optional(source!(row).and_then(|source| source.file.as_ref()))
    }),
    column("line", Kind::Number, |row| {
        let line = source!(row).and_then(|source| source.line);
        Cell::Number(line.and_then(|line| i64::try_from(line).ok()))
    }),
    column("detected_at", Kind::Time, |row| Cell::Time(row.report.detected_at.unix_millis())),
];

fn text(text: &str) -> Cell<'_> {
    Cell::Text(Some(Cow::Borrowed(text)))
}

fn optional<T: AsRef<str> + ?Sized>(text: Option<&T>) -> Cell<'_> {
    Cell::Text(text.map(|text| Cow::Borrowed(text.as_ref())))
}

fn severity(row: &Row<'_>) -> Option<Severity> {
    row.change.map(|change| change.severity).or(row.finding.map(|finding| finding.severity))
}

/// A value as canonical JSON; none where the report has null.
fn json<'r>(row: &Row<'r>, value: fn(&'r Change) -> Option<&'r Tree>) -> Cell<'r> {
    let value = row.change.and_then(value).filter(|value| !matches!(value, Tree::Null));
    Cell::Text(value.map(|value| Cow::Owned(value.to_string())))
}

fn scope(scope: &Scope) -> Cell<'_> {
    let fields =
        scope.iter().map(|(name, value)| (name.to_owned(), Tree::String(value.to_owned())));
    Cell::Text(Some(Cow::Owned(Tree::map(fields).to_string())))
}

/// Where the rows of the lists stand, in the order of the report.
fn places(report: &Core, lists: &[&'static str]) -> Vec<Place> {
    let mut found = Vec::new();
    for list in LISTS.into_iter().filter(|list| lists.contains(list)) {
        if list == "findings" {
            for (entry, finding) in report.findings.iter().enumerate() {
                let changes = finding.changes.len().max(1);
                found.extend((0..changes).map(|change| Place { list, entry, change }));
            }
        } else {
            let entries = 0..entries(report, list).len();
            found.extend(entries.map(|entry| Place { list, entry, change: 0 }));
        }
    }
    found
}

fn entries<'r>(report: &'r Core, list: &str) -> &'r [Change] {
    match list {
        "pending" => &report.pending,
        "undeclared" => &report.undeclared,
        "suppressed" => &report.suppressed,
        "unknown" => &report.unknown,
        _ => &[],
    }
}

fn row<'r>(report: &'r Core, place: &Place) -> Row<'r> {
    let list = place.list;
    if list == "findings" {
        let finding = report.findings.get(place.entry);
        let change = finding.and_then(|finding| finding.changes.get(place.change));
        return Row { report, list, finding, change };
    }
    let change = entries(report, list).get(place.entry);
    Row { report, list, finding: None, change }
}

/// The rows of `lists` as dicts.
pub(crate) fn dicts<'py>(
    py: Python<'py>,
    report: &Core,
    lists: &[String],
) -> PyResult<Bound<'py, PyList>> {
    let rows = PyList::empty(py);
    for place in places(report, &named(py, lists)?) {
        let row = row(report, &place);
        let fields = PyDict::new(py);
        for column in &COLUMNS {
            match (column.cell)(&row) {
                Cell::Text(text) => fields.set_item(column.name, text.as_deref())?,
                Cell::Number(number) => fields.set_item(column.name, number)?,
                Cell::Time(_) => {
                    fields.set_item(column.name, row.report.detected_at.to_string())?;
                }
            }
        }
        rows.append(fields)?;
    }
    Ok(rows)
}

/// The rows of `lists` as an Arrow stream.
pub(crate) fn stream<'py>(
    py: Python<'py>,
    report: &Report,
    lists: &[String],
) -> PyResult<Bound<'py, PyCapsule>> {
    let places = places(&report.report, &named(py, lists)?);
    let batches = Batches { report: Arc::clone(&report.report), places, at: 0, schema: schema() };
    let stream = FFI_ArrowArrayStream::new(Box::new(batches));
    PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
}

fn named(py: Python<'_>, lists: &[String]) -> PyResult<Vec<&'static str>> {
    let known = |name: &String| {
        LISTS.into_iter().find(|list| list == name).ok_or_else(|| {
            let known = LISTS.join("`, `");
            refuse(py, Code::Option, format!("no list `{name}` in a report: one of `{known}`"))
        })
    };
    lists.iter().map(known).collect()
}

fn schema() -> SchemaRef {
    let field = |column: &Column| {
        let kind = match column.kind {
            // Values may be long: 64-bit offsets.
            Kind::Text => DataType::LargeUtf8,
            Kind::Number => DataType::Int64,
            Kind::Time => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
        };
        Field::new(column.name, kind, true)
    };
    Arc::new(Schema::new(COLUMNS.iter().map(field).collect::<Vec<Field>>()))
}

/// Makes the table batch by batch, as it is read.
struct Batches {
    report: Arc<Core>,
    places: Vec<Place>,
    at: usize,
    schema: SchemaRef,
}

impl Batches {
    fn column(&self, column: &Column, places: &[Place]) -> ArrayRef {
        let cells = places.iter().map(|place| row(&self.report, place));
        match column.kind {
            Kind::Text => {
                let mut builder = LargeStringBuilder::new();
                for row in cells {
                    match (column.cell)(&row) {
                        Cell::Text(Some(text)) => builder.append_value(text),
                        _ => builder.append_null(),
                    }
                }
                Arc::new(builder.finish())
            }
            Kind::Number => {
                let mut builder = Int64Builder::new();
                for row in cells {
                    match (column.cell)(&row) {
                        Cell::Number(number) => builder.append_option(number),
                        _ => builder.append_null(),
                    }
                }
                Arc::new(builder.finish())
            }
            Kind::Time => {
                let mut builder = TimestampMillisecondBuilder::new().with_timezone("UTC");
                for row in cells {
                    match (column.cell)(&row) {
                        Cell::Time(time) => builder.append_value(time),
                        _ => builder.append_null(),
                    }
                }
                Arc::new(builder.finish())
            }
        }
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let places = self.places.get(self.at..)?;
        let places = places.get(..BATCH).unwrap_or(places);
        if places.is_empty() {
            return None;
        }
        let columns = COLUMNS.iter().map(|column| self.column(column, places)).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns);
        self.at += places.len();
        Some(batch)
    }
}

impl RecordBatchReader for Batches {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}
