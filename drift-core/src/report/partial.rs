//! Parts of detections, which join in any order, and of which none counts twice.

use super::overlap::joined;
use super::part::Part;
use crate::model::Warning;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

/// The version of the serialised form.
pub(crate) const VERSION: &str = "2";

/// So many parts that are missing are named.
const NAMED: usize = 5;

/// A part of a detection, of some of its resources: redacted, serialisable, and mergeable with
/// others in any order.
///
/// It knows which part of how many it is. [`finish`](super::finish) says `partial` where some are missing, and one
/// that comes twice counts once.
///
/// Give both sides of a resource to the same detection: what one has declared and another has live can no
/// longer be compared, and is reported as `not_checked: error`. So is what two have compared and found to be
/// different things. Where one detection has compared both sides, others that had only one of them do not count:
/// one list of what is live may be held against the declarations of each team, and all of that merged.
///
/// ```
/// use drift_core::{Context, Detector, Format, Snapshot, Verdict, finish};
/// let side = br#"[{"type": "queue", "id": "jobs", "attributes": {}}]"#;
/// let side = Snapshot::parse(side, Format::Auto)?;
/// let context = Context::at("2026-01-01T00:00:00Z".parse()?);
/// let mut parts = Detector::builder().build()?.partials(&side, &side, &context, 2);
/// let one = parts.remove(0);
/// assert_eq!(finish(one.clone(), context.at).verdict, Verdict::Partial);
/// let all = one.clone().merge(parts.remove(0)).merge(one);
/// assert_eq!(finish(all, context.at).verdict, Verdict::InSync);
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Partial {
    version: String,
    #[serde(serialize_with = "write_parts", deserialize_with = "read_parts")]
    parts: BTreeMap<Stamp, Arc<Part>>,
}

/// Which part it is, of which detection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Stamp {
    /// By what the whole detection has found: the same for two that have found the same.
    detection: String,
    /// How many parts it was dealt out to.
    of: usize,
    /// Which of them, counted from one.
    number: usize,
}

#[derive(Serialize, Deserialize)]
struct Stamped<S, P> {
    stamp: S,
    found: P,
}

impl Partial {
    /// All that one detection has found.
    pub(crate) fn whole(found: Part) -> Self {
        let detection = digest(std::slice::from_ref(&found));
        Self::one(Stamp { detection, of: 1, number: 1 }, found)
    }

    /// What one detection has found, in as many parts as it was dealt out to.
    pub(crate) fn dealt(found: Vec<Part>) -> Vec<Self> {
        let (detection, of) = (digest(&found), found.len());
        let numbers = 1..;
        let stamped = found.into_iter().zip(numbers).map(|(part, number)| {
            Self::one(Stamp { detection: detection.clone(), of, number }, part)
        });
        stamped.collect()
    }

    fn one(stamp: Stamp, found: Part) -> Self {
        let parts = BTreeMap::from([(stamp, Arc::new(found))]);
        Self { version: VERSION.to_owned(), parts }
    }

    /// Both as one. The order does not matter, and what is in both counts once.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self
    }

    /// The version of the form that it was read from.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Whether each of its parts says which it is.
    pub(crate) fn is_told(&self) -> bool {
        let is_one = |stamp: &Stamp| (1..=stamp.of).contains(&stamp.number);
        !self.parts.is_empty() && self.parts.keys().all(is_one)
    }

    /// All that was found, and a warning for each detection of which parts are missing.
    pub(super) fn into_found(self) -> (Part, Vec<Warning>) {
        let missing = self.missing();
        let mut detections: BTreeMap<String, Part> = BTreeMap::new();
        for (Stamp { detection, .. }, part) in self.parts {
            let part = Arc::unwrap_or_clone(part);
            let whole = match detections.remove(&detection) {
                Some(whole) => whole.join(part),
                None => part,
            };
            detections.insert(detection, whole);
        }
        (joined(detections.into_values().collect()), missing)
    }

    fn missing(&self) -> Vec<Warning> {
        let mut known: BTreeMap<(&str, usize), Vec<usize>> = BTreeMap::new();
        for Stamp { detection, of, number } in self.parts.keys() {
            known.entry((detection, *of)).or_default().push(*number);
        }
        known.retain(|(_, of), numbers| numbers.len() < *of);
        known.into_iter().map(|((_, of), numbers)| missing(of, &numbers)).collect()
    }
}

/// That of so many parts there are these alone, in order.
fn missing(of: usize, numbers: &[usize]) -> Warning {
    let is_missing = |number: &usize| numbers.binary_search(number).is_err();
    let mut named: Vec<String> =
        (1..=of).filter(is_missing).take(NAMED).map(|number| number.to_string()).collect();
    let count = of - numbers.len();
    if count > named.len() {
        named.push("…".to_owned());
    }
    let message = format!(
        "{count} of the {of} parts of a detection were not merged ({}): what they have found is not \
         in the report",
        named.join(", ")
    );
    Warning { code: "parts_missing".to_owned(), message, resource: None, path: None }
}

/// What parts hold as a name for all of it.
fn digest(found: &[Part]) -> String {
    struct Hash(Sha256);
    impl Write for Hash {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    // What writes JSON writes a few bytes at a time.
    let mut hash = BufWriter::with_capacity(1 << 16, Hash(Sha256::new()));
    // All of it can be written: `to_json` does.
    let _ = serde_json::to_writer(&mut hash, found).map(|()| hash.flush());
    let hash = hash.get_ref().0.clone();
    let bytes: [u8; 32] = hash.finalize().into();
    super::digest::name(&bytes)
}

fn write_parts<S: Serializer>(
    parts: &BTreeMap<Stamp, Arc<Part>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(parts.iter().map(|(stamp, found)| Stamped { stamp, found: &**found }))
}

fn read_parts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<Stamp, Arc<Part>>, D::Error> {
    let list = Vec::<Stamped<Stamp, Part>>::deserialize(deserializer)?;
    Ok(list.into_iter().map(|Stamped { stamp, found }| (stamp, Arc::new(found))).collect())
}
