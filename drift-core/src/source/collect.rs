//! What a collector adds to a [`SnapshotBuilder`]: records, and pages of an API's answers.

use super::Lines;
use super::follow::Nobody;
use super::open::Syntax;
use super::strict::Strict;
use super::{Context, ParseOptions, Reading, dropped_keys, records};
use crate::error::{Code, Result};
use crate::model::{Attributes, Page, Resource, ResourceKey, SnapshotBuilder, SourceRef};
use crate::value::Document;
use std::sync::Arc;

const STRICT: Strict = Strict(Code::Format);

impl<'a> SnapshotBuilder<'a> {
    /// Adds a record of the neutral format, or a list of them, as JSON. What its scope leaves out
    /// is taken from the builder's, and so is an absent provider. Covers nothing.
    ///
    /// # Errors
    /// As [`Snapshot::parse`](crate::Snapshot::parse) for [`Format::Records`](crate::Format).
    ///
    /// ```
    /// use drift_core::{Scope, Snapshot};
    /// let mut live = Snapshot::builder("aws", Scope::new().with("region", "eu-west-1"));
    /// live.add_record(br#"{"type": "aws_sqs_queue", "id": "jobs", "attributes": {"fifo": true}}"#)?;
    /// let key = live.build()?.resources()[0].key.to_string();
    /// assert_eq!(key, "aws aws_sqs_queue region=eu-west-1 jobs");
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn add_record(&mut self, json: &'a [u8]) -> Result<&mut Self> {
        let options = ParseOptions { read: self.read_options().clone(), ..ParseOptions::default() };
        let document = Document::parse_json(json, &options.read)?;
        let context = Context { file: None, options: &options, lines: Lines::of(json) };
        let dropped = dropped_keys(&document, None);
        let reading: Reading<'a> = records::read(document, &context)?;
        self.warn(dropped);
        for resource in reading.resources {
            self.add(resource);
        }
        Ok(self)
    }

    /// Adds a document: all of it, or a page of an answer. It is read as by
    /// [`Snapshot::parse_with`](crate::Snapshot::parse_with), and what the scopes of its resources leave out
    /// is taken from the builder's.
    ///
    /// ```
    /// use drift_core::{ParseOptions, Scope, Snapshot};
    /// let pages: [&[u8]; 2] = [
    ///     br#"{"DBInstances": [{"DBInstanceIdentifier": "a", "Engine": "mysql"}], "Marker": "x"}"#,
    ///     br#"{"DBInstances": [{"DBInstanceIdentifier": "b", "Engine": "mysql"}]}"#,
    /// ];
    /// let mut live = Snapshot::builder("aws", Scope::new().with("region", "eu-west-1"));
    /// live.add_document(pages[0], &ParseOptions::default())?;
    /// // The type is incomplete here: a page is missing.
    /// live.add_document(pages[1], &ParseOptions::default())?;
    /// let snapshot = live.build()?;
    /// assert!(snapshot.coverage().gaps().is_empty() && snapshot.resources().len() == 2);
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Snapshot::parse_with`](crate::Snapshot::parse_with); nothing of the document is added then.
    pub fn add_document(&mut self, bytes: &'a [u8], options: &ParseOptions) -> Result<&mut Self> {
        Ok(self.add_page(Page::parse(bytes, options)?))
    }

    /// Adds every item of a JSON list as a resource of the type, its id in the field `id_key`.
    /// Each item is the resource's attributes. Covers nothing: see [`SnapshotBuilder::complete`].
    ///
    /// # Errors
    /// `DRIFT_PARSE`, `DRIFT_DUPLICATE_FIELD` and `DRIFT_LIMIT` where the text cannot be read,
    /// `DRIFT_FORMAT` where it is no list of maps that have the field.
    ///
    /// ```
    /// use drift_core::{Scope, Snapshot};
    /// let page = br#"[{"GroupId": "sg-1", "GroupName": "web"}, {"GroupId": "sg-2"}]"#;
    /// let mut live = Snapshot::builder("aws", Scope::new());
    /// live.add_many("aws_security_group", page, "GroupId")?.complete("aws_security_group");
    /// assert_eq!(live.build()?.resources().len(), 2);
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn add_many(&mut self, type_name: &str, json: &'a [u8], id_key: &str) -> Result<&mut Self> {
        let document = Arc::new(Document::parse_json(json, self.read_options())?);
        STRICT.list(document.root(), "the items")?;
        let lines = Lines::of(json);
        let mut resources = Vec::new();
        for (index, item) in document.root().items().enumerate() {
            STRICT.map(item, "an item")?;
            let id = STRICT.required(item, id_key)?;
            let id = STRICT.id(id, format_args!("`{id_key}`"))?;
            let key = ResourceKey { type_name: type_name.into(), id, ..ResourceKey::default() };
            let attributes = Attributes::new(Arc::clone(&document), item.id());
            resources.push(Resource {
                source: SourceRef {
                    pointer: format!("/{index}"),
                    line: Some(lines.line(item.span().start)),
                    ..SourceRef::default()
                },
                ..Resource::new(key, attributes)
            });
        }
        self.warn(dropped_keys(&document, None));
        for resource in resources {
            self.add(resource);
        }
        Ok(self)
    }
}

impl<'a> Page<'a> {
    /// Reads a document, to be added by [`SnapshotBuilder::add_page`].
    ///
    /// # Errors
    /// As [`Snapshot::parse_with`](crate::Snapshot::parse_with).
    pub fn parse(bytes: &'a [u8], options: &ParseOptions) -> Result<Self> {
        let file = options.name.as_deref();
        let reading = Reading::of(bytes, Syntax::Detect, file, options, &|| Nobody)?;
        let (more, speaks) = (reading.partial, reading.speaks());
        Ok(Self { snapshot: reading.uncovered(options)?, more, speaks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scope, Snapshot};

    #[test]
    fn items_without_an_id_are_refused_whole() {
        let mut live = Snapshot::builder("aws", Scope::new());
        let page = br#"[{"Id": "a"}, {"Name": "b"}]"#;
        let error = live.add_many("t", page, "Id").unwrap_err();
        assert_eq!((error.code(), error.path()), (Code::Format, Some("/1")));
        for text in [&br#"{"Id": "a"}"#[..], b"[1]", b"["] {
            assert!(live.add_many("t", text, "Id").is_err());
        }
        assert!(live.build().unwrap().resources().is_empty());
    }

    #[test]
    fn records_keep_what_they_say_of_themselves() {
        let mut live = Snapshot::builder("aws", Scope::new().with("region", "r"));
        let record = br#"{"type": "t", "id": "a", "provider": "p", "scope": {"zone": "z"},
            "attributes": {"s": 1}, "sensitive": ["/s"]}"#;
        live.add_record(record).unwrap();
        assert!(live.add_record(b"[{}]").is_err());
        let snapshot = live.build().unwrap();
        let resource = &snapshot.resources()[0];
        assert_eq!(resource.key.to_string(), "p t region=r,zone=z a");
        assert!(!resource.sensitive.is_empty());
    }
}
