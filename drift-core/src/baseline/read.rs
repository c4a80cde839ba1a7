//! Reads a baseline strictly: every error names the place and the kind, never a value.

use super::{Baseline, Known, PLACEHOLDER, Promoted, SCHEMA_VERSION};
use crate::diff::Mark;
use crate::error::{Code, Error, Result};
use crate::limits::Limits;
use crate::model::{Attributes, Identity, Resource, ResourceKey, Scope};
use crate::path::Path;
use crate::report::Acceptance;
use crate::source::strict::{Strict, optional};
use crate::time::Timestamp;
use crate::value::{Document, ReadOptions, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const STRICT: Strict = Strict(Code::Wire);

const FILE: [&str; 8] = [
    "schema_version",
    "kind",
    "taken_at",
    "revision",
    "packs",
    "key_check",
    "resources",
    "acceptances",
];
const ENTRY: [&str; 14] = [
    "provider",
    "type",
    "scope",
    "id",
    "address",
    "identities",
    "tags",
    "managed_by",
    "listed",
    "values",
    "secrets",
    "left_out",
    "unordered",
    "unknown",
];
const ACCEPTANCE: [&str; 7] =
    ["resource", "path", "fingerprint", "digest", "by", "reason", "expires"];

impl Baseline {
    /// Reads what [`Baseline::to_json`] has written.
    ///
    /// # Errors
    /// `DRIFT_PARSE` where the text is no JSON; `DRIFT_WIRE`, with the place, where it is no baseline, or
    /// one of a major version that is not known here; `DRIFT_DUPLICATE_KEY` where a resource stands
    /// twice; `DRIFT_LIMIT` beyond the default limits.
    ///
    /// ```
    /// use drift_core::Baseline;
    /// let error = Baseline::from_json(r#"{"schema_version": "2"}"#).unwrap_err();
    /// assert_eq!(error.code().as_str(), "DRIFT_WIRE");
    /// assert!(error.to_string().contains("line 1 column 20"));
    /// ```
    pub fn from_json(text: &str) -> Result<Self> {
        // A resource stands some levels down.
        let limits = Limits { max_depth: 2 * Limits::MAX_DEPTH, ..Limits::default() };
        let options = ReadOptions { limits, ..ReadOptions::default() };
        let document = json::parse(text.as_bytes(), &options, json::Stream::Single)?;
        let root = document.root();
        STRICT.map(root, "a baseline")?;
        version(root)?;
        STRICT.fields(root, "a baseline", &FILE)?;
        if STRICT.text(STRICT.required(root, "kind")?, "`kind`")? != "baseline" {
            return Err(
                STRICT.fault(STRICT.required(root, "kind")?, "expected `kind` as `baseline`")
            );
        }
        let packs = match optional(root, "packs") {
            Some(packs) => texts(packs, "`packs`")?,
            None => BTreeMap::new(),
        };
        let (taken_at, revision) =
            (time(root, "taken_at")?, STRICT.optional_text(root, "revision")?);
        let key_check = STRICT.optional_text(root, "key_check")?;
        let promoted =
            STRICT.elements(root, "acceptances")?.map(acceptance).collect::<Result<Vec<_>>>()?;
        let list = STRICT.required(root, "resources")?;
        STRICT.list(list, "`resources`")?;
        // Every resource points into this one copy.
        let kept = Arc::new(document.clone().into_owned());
        let mut known = list.items().map(|entry| read(entry, &kept)).collect::<Result<Vec<_>>>()?;
        known.sort_by(|a, b| a.resource.key.cmp(&b.resource.key));
        if let Some([_, second]) = known.windows(2).find(|two| match two {
            [a, b] => a.resource.key == b.resource.key,
            _ => false,
        }) {
            let message = "one resource stands twice in the baseline";
            let key = second.resource.key.to_string();
            return Err(Error::new(Code::DuplicateKey, message).on_resource(key));
        }
        let resources = known.iter().map(|known| known.resource.clone()).collect();
        let mut baseline = Self {
            taken_at,
            revision,
            packs,
            key_check,
            resources,
            known,
            promoted: Vec::new(),
            acceptances: BTreeMap::new(),
        };
        promoted.into_iter().for_each(|promoted| baseline.accept(promoted));
        Ok(baseline.sorted())
    }
}

fn version(root: Value<'_>) -> Result<()> {
    let value = STRICT.required(root, "schema_version")?;
    let major = |text: &str| text.split('.').next().map(str::to_owned);
    if major(STRICT.text(value, "`schema_version`")?) == major(SCHEMA_VERSION) {
        return Ok(());
    }
    let message = "the baseline is of a version that is not known here";
    let help = format!("version {SCHEMA_VERSION} is known");
    Err(STRICT.fault(value, message).with_help(help))
}

fn time(map: Value<'_>, name: &str) -> Result<Timestamp> {
    let value = STRICT.required(map, name)?;
    let text = STRICT.text(value, format_args!("`{name}`"))?;
    text.parse().map_err(|_| STRICT.expected(value, format_args!("`{name}` as a timestamp")))
}

fn texts(map: Value<'_>, what: &str) -> Result<BTreeMap<String, String>> {
    STRICT.map(map, what)?;
    let text = |(name, value): (&str, Value<'_>)| match value.as_str() {
        Some(text) => Ok((name.to_owned(), text.to_owned())),
        None => Err(STRICT.expected(value, format_args!("a value of {what} as a string"))),
    };
    map.fields().map(text).collect()
}

fn acceptance(value: Value<'_>) -> Result<Promoted> {
    STRICT.fields(value, "an acceptance", &ACCEPTANCE)?;
    let text = |name: &str| {
        let found = STRICT.required(value, name)?;
        STRICT.text(found, format_args!("`{name}`")).map(str::to_owned)
    };
    let expires = optional(value, "expires").map(|_| time(value, "expires")).transpose()?;
    Ok(Promoted {
        acceptance: Acceptance {
            fingerprint: text("fingerprint")?,
            digest: text("digest")?,
            by: text("by")?,
            reason: text("reason")?,
            expires,
        },
        resource: text("resource")?,
        path: STRICT.optional_text_or_empty(value, "path")?.unwrap_or_default(),
    })
}

fn key(entry: Value<'_>) -> Result<ResourceKey> {
    let text = |name: &str| STRICT.text(STRICT.required(entry, name)?, format_args!("`{name}`"));
    let scope = match optional(entry, "scope") {
        Some(scope) => texts(scope, "`scope`")?.into_iter().collect(),
        None => Scope::new(),
    };
    Ok(ResourceKey {
        provider: STRICT.optional_text_or_empty(entry, "provider")?.unwrap_or_default().into(),
        type_name: text("type")?.to_owned().into(),
        scope,
        id: text("id")?.to_owned(),
    })
}

fn identity(value: Value<'_>) -> Result<Identity> {
    STRICT.fields(value, "an identity", &["kind", "value"])?;
    let text = |name: &str| {
        let found = STRICT.optional_text_or_empty(value, name)?;
        found.ok_or_else(|| STRICT.fault(value, format!("expected the field `{name}`")))
    };
    Ok(Identity { kind: text("kind")?.into(), value: text("value")? })
}

fn read(entry: Value<'_>, kept: &Arc<Document<'static>>) -> Result<Known> {
    STRICT.fields(entry, "a resource", &ENTRY)?;
    let values = STRICT.required(entry, "values")?;
    let attributes = Attributes::new(Arc::clone(kept), values.id());
    let tags = optional(entry, "tags").map(|tags| texts(tags, "`tags`")).transpose()?;
    let identities = STRICT.elements(entry, "identities")?.map(identity);
    let mut known = Known::of(Resource {
        address: STRICT.optional_text(entry, "address")?,
        identities: identities.collect::<Result<_>>()?,
        tags: tags.unwrap_or_default(),
        managed_by: STRICT.optional_text(entry, "managed_by")?.map(Into::into),
        listed_only: STRICT.flag(entry, "listed")?.unwrap_or(false),
        ..Resource::new(key(entry)?, attributes)
    });
    let shown = |places: &[(Value<'_>, Path)]| -> Vec<String> {
        let text = |(value, _): &(Value<'_>, Path)| value.as_str().unwrap_or_default().to_owned();
        places.iter().map(text).collect()
    };
    for (name, mark) in
        [("left_out", Mark::Silent), ("unknown", Mark::Silent), ("unordered", Mark::Unordered)]
    {
        let found = places(entry, values, name)?;
        found.iter().for_each(|(_, path)| known.mark(path, mark));
        let list = match name {
            "left_out" => &mut known.left_out,
            "unknown" => &mut known.unknown,
            _ => &mut known.unordered,
        };
        *list = shown(&found);
    }
    let secrets = places(entry, values, "secrets")?;
    for (value, path) in &secrets {
        let stands = path.resolve(values, |found| found.as_str().map(is_known));
        match stands.flatten() {
            Some(Some(is_digest)) => {
                known.digests.insert(path);
                if !is_digest {
                    known.blind.push(path.clone());
                }
            }
            _ => {
                let message = "expected the place of a digest, or of `(secret)`, in `values`";
                return Err(STRICT.fault(*value, message));
            }
        }
    }
    known.secrets = shown(&secrets);
    Ok(known)
}

/// The pointers of a list, each with its path into the values.
fn places<'d>(entry: Value<'d>, values: Value<'_>, name: &str) -> Result<Vec<(Value<'d>, Path)>> {
    let mut found = Vec::new();
    for value in STRICT.elements(entry, name)? {
        let what = format_args!("an element of `{name}` as a string");
        let text = value.as_str().ok_or_else(|| STRICT.expected(value, what))?;
        let path = match text {
            "" => Path::new(Vec::new()),
            text => Path::from_pointer(text, values)
                .map_err(|error| STRICT.fault(value, error.message().to_owned()))?,
        };
        found.push((value, path));
    }
    Ok(found)
}

/// Whether it stands for a secret, and whether by its digest.
fn is_known(text: &str) -> Option<bool> {
    let hex = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match text.strip_prefix("hmac-sha256:") {
        Some(digest) => hex(digest).then_some(true),
        None => (text == PLACEHOLDER).then_some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(entry: &str) -> String {
        format!(
            "{{\"schema_version\": \"1\", \"kind\": \"baseline\", \"taken_at\": \
             \"2026-01-01T00:00:00Z\",\n\"resources\": [{entry}]}}"
        )
    }

    #[test]
    fn errors_name_the_place_and_no_value() {
        for (entry, at) in [
            (r#"{"type": "t", "id": "a", "values": {}, "canary": 1}"#, "/resources/0/canary"),
            (r#"{"type": "t", "id": 5, "values": {}}"#, "/resources/0/id"),
            (
                r#"{"type": "t", "id": "a", "values": {}, "secrets": ["/p"]}"#,
                "/resources/0/secrets/0",
            ),
            (
                r#"{"type": "t", "id": "a", "values": {"p": "canary-value"}, "secrets": ["/p"]}"#,
                "/resources/0/secrets/0",
            ),
            (
                r#"{"type": "t", "id": "a", "values": {}, "left_out": ["x"]}"#,
                "/resources/0/left_out/0",
            ),
        ] {
            let error = Baseline::from_json(&file(entry)).unwrap_err();
            assert_eq!((error.code(), error.path()), (Code::Wire, Some(at)), "{error}");
            assert_eq!(error.position().unwrap().line, 2);
            assert!(!format!("{error:?}").contains("canary-value"));
        }
        let one = r#"{"type": "t", "id": "a", "values": {}}"#;
        let twice = Baseline::from_json(&file(&format!("{one}, {one}"))).unwrap_err();
        assert_eq!(twice.code(), Code::DuplicateKey);
    }

    #[test]
    fn only_known_majors_are_read() {
        for version in ["2", "0.9", "11"] {
            let text = file("").replacen("\"1\"", &format!("\"{version}\""), 1);
            let error = Baseline::from_json(&text).unwrap_err();
            assert!(error.to_string().contains("version that is not known"), "{error}");
        }
        assert!(Baseline::from_json(&file("").replacen("\"1\"", "\"1.3\"", 1)).is_ok());
    }

    #[test]
    fn pointers_are_fields_and_indexes() {
        use crate::path::Step;
        let entry = r#"{"type": "t", "id": "a", "values": {"l": [{}]}, "unknown": ["/l/0/x"]}"#;
        let baseline = Baseline::from_json(&file(entry)).unwrap();
        let text = baseline.to_json();
        assert_eq!(Baseline::from_json(&text).unwrap().to_json(), text);
        assert!(text.contains("\"/l/0/x\""));
        let step = Step::Field("l".into());
        assert_eq!(super::super::write::pointer(&Path::new(vec![step])), "/l");
    }
}
