//! Bytes into events: the envelopes that logs come in, and which log a record is of.

use super::target::Cloud;
use super::{ChangeEvent, Events, Results, azure, cloudtrail, google, kubernetes, neutral};
use crate::error::{Code, Error, Result};
use crate::limits::Stop;
use crate::model::Scope;
use crate::source::strict::{Strict, optional};
use crate::time::Timestamp;
use crate::value::{Document, Kind, ReadOptions, Value};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

pub(super) const STRICT: Strict = Strict(Code::Format);

/// What log events come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventFormat {
    /// As each record shows.
    #[default]
    Auto,
    /// AWS CloudTrail.
    Cloudtrail,
    /// The audit log of a Kubernetes API server, `audit.k8s.io/v1`.
    KubernetesAudit,
    /// The activity log of Azure.
    AzureActivity,
    /// The audit logs of Google Cloud.
    GoogleAudit,
    /// Events in drift's own words.
    ChangeEvents,
}

impl EventFormat {
    const ALL: [Self; 6] = [
        Self::Auto,
        Self::Cloudtrail,
        Self::KubernetesAudit,
        Self::AzureActivity,
        Self::GoogleAudit,
        Self::ChangeEvents,
    ];

    /// The word of the format in options and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cloudtrail => "cloudtrail",
            Self::KubernetesAudit => "kubernetes_audit",
            Self::AzureActivity => "azure_activity",
            Self::GoogleAudit => "google_audit",
            Self::ChangeEvents => "change_events",
        }
    }

    /// The log that a record is of.
    fn of(record: Value<'_>) -> Option<Self> {
        type Is = fn(Value<'_>) -> bool;
        let known: [(Self, Is); 5] = [
            (Self::Cloudtrail, cloudtrail::is_record),
            (Self::KubernetesAudit, kubernetes::is_event),
            (Self::GoogleAudit, google::is_entry),
            (Self::AzureActivity, azure::is_entry),
            (Self::ChangeEvents, neutral::is_event),
        ];
        known.into_iter().find(|(_, is)| is(record)).map(|(format, _)| format)
    }
}

impl fmt::Display for EventFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EventFormat {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|format| format.as_str() == text);
        found.ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.into_iter().map(Self::as_str).collect();
            Error::new(Code::Option, format!("no such format of events: `{text}`"))
                .with_help(format!("one of {}", names.join(", ")))
        })
    }
}

/// How events are read.
#[derive(Clone, Debug, Default)]
pub struct EventOptions {
    /// What log they are of.
    pub format: EventFormat,
    /// Where the log was taken, for what its events do not say: the cluster of a Kubernetes log.
    pub scope: Scope,
    /// The name of the file, for errors.
    pub name: Option<String>,
    /// Limits, what a field that stands twice means, and who may ask to stop.
    pub read: ReadOptions,
}

/// What a record comes to: the place whose log it is, the change, if it is one, and whether an operation has
/// come out well, where it tells of one.
pub(super) struct Read {
    pub(super) log: (Cloud, Scope),
    pub(super) event: Option<ChangeEvent>,
    pub(super) result: Option<(String, bool)>,
}

impl Read {
    pub(super) fn of(log: (Cloud, Scope), event: ChangeEvent) -> Self {
        Self { log, event: Some(event), result: None }
    }

    pub(super) fn nothing(log: (Cloud, Scope)) -> Self {
        Self { log, event: None, result: None }
    }
}

/// What readers of records need.
pub(super) struct Reading<'o> {
    options: &'o EventOptions,
}

impl Reading<'_> {
    /// The time in the field `name`.
    pub(super) fn time(&self, record: Value<'_>, name: &str) -> Result<Timestamp> {
        let value = STRICT.required(record, name)?;
        let text = STRICT.text(value, format_args!("`{name}`"))?;
        text.parse().map_err(|_| {
            STRICT
                .fault(value, format!("expected `{name}` as a timestamp with an offset"))
                .with_help("write it as `2026-01-01T00:00:00Z`")
        })
    }

    /// The scope with what the options say where it is silent.
    pub(super) fn filled(&self, mut scope: Scope) -> Scope {
        scope.fill(&self.options.scope);
        scope
    }

    fn record(&self, record: Value<'_>, stated: EventFormat) -> Result<Read> {
        let format = match stated {
            EventFormat::Auto => EventFormat::of(record),
            stated => Some(stated),
        };
        match format {
            Some(EventFormat::Cloudtrail) => cloudtrail::read(record, self),
            Some(EventFormat::KubernetesAudit) => kubernetes::read(record, self),
            Some(EventFormat::AzureActivity) => azure::read(record, self),
            Some(EventFormat::GoogleAudit) => google::read(record, self),
            Some(EventFormat::ChangeEvents) => neutral::read(record, self),
            Some(EventFormat::Auto) | None => {
                Err(STRICT.fault(record, "the record is of no log that is known").with_help(
                    "records of CloudTrail, audit events of Kubernetes (audit.k8s.io/v1), entries of \
                     the activity log of Azure and of audit logs of Google Cloud are read, and \
                     `{time, actor, action, resources}`",
                ))
            }
        }
    }
}

impl Events {
    /// Reads events from JSON or NDJSON: single records, lists, and the envelopes that logs come in.
    /// What only reads, and what has failed, is left out.
    ///
    /// # Errors
    /// `DRIFT_PARSE`, `DRIFT_LIMIT`, `DRIFT_DUPLICATE_FIELD` and `DRIFT_STOPPED` as for documents; `DRIFT_FORMAT`,
    /// with line and column, where a record is of no known log or lacks what every one of its log has.
    ///
    /// ```
    /// use drift_core::{EventOptions, Events};
    /// let error = Events::parse(b"[{\"a\": 1}]", &EventOptions::default()).unwrap_err();
    /// assert_eq!(error.code().as_str(), "DRIFT_FORMAT");
    /// assert_eq!(Events::parse(b"[]", &EventOptions::default())?.len(), 0);
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn parse(bytes: &[u8], options: &EventOptions) -> Result<Self> {
        parse(bytes, options).map_err(|error| match &options.name {
            Some(name) => error.in_file(name),
            None => error,
        })
    }
}

fn parse(bytes: &[u8], options: &EventOptions) -> Result<Events> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return Err(Error::new(Code::Parse, "the bytes are compressed with gzip")
            .with_help("decompress them first"));
    }
    events_in(&Document::parse_json_stream(bytes, &options.read)?, options)
}

fn events_in(document: &Document<'_>, options: &EventOptions) -> Result<Events> {
    let reading = Reading { options };
    let mut found = Found::default();
    let mut each = |record: Value<'_>| {
        if options.read.is_stopped() {
            return Err(Stop::error());
        }
        found.put(reading.record(record, options.format)?)
    };
    document.roots().try_for_each(|root| unwrap(root, &mut each, options))?;
    Ok(Events::of(found.events, found.logs, found.results))
}

#[derive(Default)]
struct Found {
    events: Vec<Arc<ChangeEvent>>,
    logs: BTreeSet<(Cloud, Scope)>,
    results: Results,
}

impl Found {
    fn put(&mut self, read: Read) -> Result<()> {
        self.logs.insert(read.log);
        if let Some((operation, is_good)) = read.result {
            self.results.put(operation, is_good);
        }
        self.events.extend(read.event.map(Arc::new));
        Ok(())
    }
}

/// Hands on each record that stands in an envelope.
fn unwrap(
    value: Value<'_>,
    each: &mut dyn FnMut(Value<'_>) -> Result<()>,
    options: &EventOptions,
) -> Result<()> {
    match value.kind() {
        Kind::List => value.items().try_for_each(|item| opened(item, each, options)),
        _ => opened(value, each, options),
    }
}

/// The lists that envelopes have: of S3 files, `LookupEvents`, exports and the API of Azure, the API of
/// Google, lists of Kubernetes, and our own.
const LISTS: [&str; 7] = ["Records", "Events", "records", "value", "entries", "items", "events"];

fn opened(
    value: Value<'_>,
    each: &mut dyn FnMut(Value<'_>) -> Result<()>,
    options: &EventOptions,
) -> Result<()> {
    if value.kind() != Kind::Map {
        return Err(STRICT.expected(value, "a record as a map"));
    }
    if EventFormat::of(value).is_some() && !is_list(value) {
        return each(value);
    }
    let mut of_list = LISTS.iter().filter_map(|name| optional(value, name));
    if let Some(list) = of_list.find(|list| list.kind() == Kind::List) {
        return list.items().try_for_each(|item| single(item, each, options));
    }
    single(value, each, options)
}

fn is_list(value: Value<'_>) -> bool {
    value.str_field("kind") == Some("EventList")
}

/// A record, or what has one inside: an event of EventBridge, one of `LookupEvents`.
fn single(
    value: Value<'_>,
    each: &mut dyn FnMut(Value<'_>) -> Result<()>,
    options: &EventOptions,
) -> Result<()> {
    if value.get("detail-type").is_some()
        && let Some(detail) = optional(value, "detail")
    {
        return each(detail);
    }
    let Some(inside) = optional(value, "CloudTrailEvent") else { return each(value) };
    let text = STRICT.text(inside, "`CloudTrailEvent`")?;
    let within = |error: Error, message: String| match error.code() {
        Code::Stopped => error,
        _ => STRICT.fault(inside, message),
    };
    let read = Document::parse_json(text.as_bytes(), &options.read);
    let document =
        read.map_err(|error| within(error, "`CloudTrailEvent` holds no JSON".to_owned()))?;
    each(document.root()).map_err(|error| {
        let message = format!("in `CloudTrailEvent`: {}", error.message());
        within(error, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads records in the envelope, and asks to stop when the second one comes.
    fn stopped(envelope: &str) -> Error {
        let stop = Stop::default();
        let read = ReadOptions { stop: Some(stop.clone()), ..ReadOptions::default() };
        let options = EventOptions { read, ..EventOptions::default() };
        let text = format!("[{envelope},{envelope}]");
        let document = Document::parse_json(text.as_bytes(), &options.read).unwrap();
        let mut seen = 0;
        let mut each = |_: Value<'_>| {
            seen += 1;
            if seen == 2 {
                stop.ask();
            }
            if options.read.is_stopped() { Err(Stop::error()) } else { Ok(()) }
        };
        unwrap(document.root(), &mut each, &options).unwrap_err()
    }

    #[test]
    fn a_stop_is_told_as_one_in_every_envelope() {
        let asked = Stop::default();
        asked.ask();
        let read = ReadOptions { stop: Some(asked), ..ReadOptions::default() };
        let options = EventOptions { read, ..EventOptions::default() };
        for envelope in [r#"{"a": 1}"#, r#"{"CloudTrailEvent": "{}"}"#] {
            let document = Document::parse_json(envelope.as_bytes(), &ReadOptions::default());
            let error = events_in(&document.unwrap(), &options).unwrap_err();
            assert_eq!(error.code(), Code::Stopped, "{envelope}");
            assert_eq!(stopped(envelope).code(), Code::Stopped, "{envelope}");
        }
    }
}
