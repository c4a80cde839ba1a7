//! Snapshots that no longer borrow the bytes they were read from.

use super::resource::Place;
use super::{Attributes, Resource, Snapshot};
use crate::value::{Arena, Document, SourceText};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Copies by the address of the shared original, so that each is made once.
#[derive(Default)]
struct Copies {
    documents: BTreeMap<usize, Arc<Document<'static>>>,
    texts: BTreeMap<(usize, usize), SourceText<'static>>,
}

/// The copy of a text. Two texts may start at one address: one may be a part of the other.
fn owned(
    texts: &mut BTreeMap<(usize, usize), SourceText<'static>>,
    text: SourceText<'_>,
) -> SourceText<'static> {
    let copy = texts.entry((text.as_ptr().addr(), text.len()));
    copy.or_insert_with(|| text.into_owned()).clone()
}

impl Snapshot<'_> {
    /// A snapshot of its own, independent of the bytes it was read from. Copies each text once.
    ///
    /// ```
    /// use drift_core::{Format, Snapshot};
    /// let text = String::from(r#"[{"type": "queue", "id": "jobs", "attributes": {}}]"#);
    /// let snapshot = Snapshot::parse(text.as_bytes(), Format::Records)?.into_owned();
    /// drop(text);
    /// assert_eq!(snapshot.resources().len(), 1);
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    #[must_use]
    pub fn into_owned(self) -> Snapshot<'static> {
        let mut copies = Copies::default();
        let resources = self.resources.into_iter();
        Snapshot {
            resources: resources.map(|resource| resource.into_owned(&mut copies)).collect(),
            coverage: self.coverage,
            revision: self.revision,
            taken_at: self.taken_at,
            warnings: self.warnings,
        }
    }
}

impl Resource<'_> {
    fn into_owned(self, copies: &mut Copies) -> Resource<'static> {
        Resource {
            key: self.key,
            address: self.address,
            identities: self.identities,
            attributes: self.attributes.into_owned(copies),
            tags: self.tags,
            depends_on: self.depends_on,
            managed_by: self.managed_by,
            unknown: self.unknown,
            sensitive: self.sensitive,
            replaced: self.replaced,
            masked: self.masked,
            reference: self.reference.map(|reference| Box::new(reference.into_owned(copies))),
            managers: self.managers,
            owners: self.owners,
            listed_only: self.listed_only,
            source: self.source,
        }
    }
}

impl Attributes<'_> {
    fn into_owned(self, copies: &mut Copies) -> Attributes<'static> {
        // Every original lives on until its last resource has passed, and a copy made meanwhile is
        // no original: an address means one document, or one text.
        match self.place {
            Place::Node { document, node } => {
                let Copies { documents, texts } = copies;
                let copy = documents.entry(Arc::as_ptr(&document).addr()).or_insert_with(|| {
                    let text = owned(texts, document.text.clone());
                    Arc::new(Arc::unwrap_or_clone(document).with_text(text))
                });
                Attributes::new(Arc::clone(copy), node)
            }
            Place::Memory { value, .. } => {
                Attributes::of(Document::of_json(value, &mut Arena::default()).into_owned())
            }
            Place::Text { text, range, offset, .. } => {
                let text = owned(&mut copies.texts, text);
                let place = Place::Text { text, range, offset, read: OnceLock::new() };
                Attributes { place, digest: self.digest, harmless: self.harmless }
            }
        }
    }
}
