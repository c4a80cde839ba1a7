//! What each snapshot calls its own: a region, an account, a cluster. One name stands for all of them, so
//! that what differs in nothing else is the same.

use super::Substitutions;
use crate::limits::Limits;
use crate::model::{Attributes, Masked, Resource, ResourceKey, Scope, Unread};
use crate::normalize::{is_secret_flag, names_header, names_secret};
use crate::path::{Path, PathSet, Step};
use crate::value::{Arena, Document, DuplicateKeys, Kind, ReadOptions, Tree, Value};
use aho_corasick::AhoCorasick;
use std::borrow::Cow;

/// Stands before every placeholder, so that none is taken for a text of a document: a code point that
/// Unicode keeps free of characters.
pub(super) const MARK: char = '\u{FDD0}';

/// How many texts are looked at that may have stood where a text stands.
const MAX_BEFORE: usize = 64;

/// The text as a reader sees it.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    match text.contains(MARK) {
        true => Cow::Owned(text.replace(MARK, "")),
        false => Cow::Borrowed(text),
    }
}

/// The tree as a reader sees it.
pub(super) fn clean_tree(tree: Tree) -> Tree {
    rewrite(tree, &|text| clean(text).into_owned())
}

/// The path as a reader sees it.
pub(super) fn clean_path(path: &Path) -> Path {
    let step = |step: &Step| match step {
        Step::Field(name) => Step::Field(clean(name).into_owned()),
        Step::Key(keys) => {
            let key = |(name, value): &(String, Tree)| {
                (clean(name).into_owned(), clean_tree(value.clone()))
            };
            Step::Key(keys.iter().map(key).collect())
        }
        Step::Value(value) => Step::Value(clean_tree(value.clone())),
        other => other.clone(),
    };
    Path::new(path.steps().iter().map(step).collect())
}

fn rewrite(tree: Tree, text: &dyn Fn(&str) -> String) -> Tree {
    match tree {
        Tree::String(it) => Tree::String(text(&it)),
        Tree::List(items) => {
            Tree::List(items.into_iter().map(|item| rewrite(item, text)).collect())
        }
        Tree::Map(fields) => {
            Tree::map(fields.into_iter().map(|(name, value)| (text(&name), rewrite(value, text))))
        }
        other => other,
    }
}

/// A value that a placeholder stands for.
#[derive(Debug)]
struct Token {
    value: String,
    placeholder: String,
    /// Whether the letter of a zone may follow: `us-east-1a`.
    zoned: bool,
}

/// The values of one snapshot.
#[derive(Debug, Default)]
pub(super) struct Substitute {
    tokens: Vec<Token>,
    finder: Option<AhoCorasick>,
}

impl Substitute {
    pub(super) fn of(given: &Substitutions) -> Self {
        let token = |name: &str, value: &String| Token {
            value: value.clone(),
            placeholder: format!("{MARK}{{{name}}}"),
            zoned: name == "region" && value.ends_with(|c: char| c.is_ascii_digit()),
        };
        let named = |(name, values): (&'_ String, &'_ Vec<String>)| {
            values.iter().map(|value| token(name, value)).collect::<Vec<_>>()
        };
        let tokens: Vec<Token> = given.iter().flat_map(named).collect();
        let finder = AhoCorasick::new(tokens.iter().map(|token| &token.value)).ok();
        Self { finder: finder.filter(|_| !tokens.is_empty()), tokens }
    }

    fn may_touch(&self, text: &str) -> bool {
        self.finder.as_ref().is_some_and(|finder| finder.is_match(text))
    }

    /// The text with placeholders for whole words, the longest first.
    pub(super) fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let Some(finder) = self.finder.as_ref().filter(|finder| finder.is_match(text)) else {
            return Cow::Borrowed(text);
        };
        let mut found: Vec<(usize, usize, &Token)> = finder
            .find_overlapping_iter(text)
            .filter_map(|found| {
                let token = self.tokens.get(found.pattern().as_usize())?;
                let whole = is_word(text, found.start(), found.end(), token);
                whole.then_some((found.start(), found.end(), token))
            })
            .collect();
        found.sort_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)));
        let (mut out, mut at) = (String::with_capacity(text.len()), 0);
        for (start, end, token) in found {
            if start < at {
                continue;
            }
            out.push_str(text.get(at..start).unwrap_or_default());
            out.push_str(&token.placeholder);
            at = end;
        }
        if at == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(text.get(at..).unwrap_or_default());
        // What tells of a secret goes on to do so.
        if tells_of_secret(text) && !tells_of_secret(&out) {
            return Cow::Borrowed(text);
        }
        Cow::Owned(out)
    }

    /// The scope with placeholders, without the fields that differ from snapshot to snapshot.
    pub(super) fn scope(&self, scope: &Scope, varying: &[String]) -> Scope {
        if scope.iter().all(|(name, value)| !is_in(varying, name) && !self.may_touch(value)) {
            return scope.clone();
        }
        let kept = scope.iter().filter(|(name, _)| !is_in(varying, name));
        kept.map(|(name, value)| (name, self.text(value).into_owned())).collect()
    }

    /// The attributes as JSON with placeholders; `None` where nothing is to be replaced.
    pub(super) fn json(&self, resource: &Resource<'_>, arena: &mut Arena) -> Option<String> {
        let finder = self.finder.as_ref()?;
        if let Some(Unread::Text(text, range, _)) = resource.attributes.unread() {
            let part = text.get(range).unwrap_or_default();
            // Behind a backslash a value may be spelled in another way.
            if !part.contains('\\') && !finder.is_match(part) {
                return None;
            }
        }
        let opened = resource.opened(arena);
        let value = opened.as_ref().unwrap_or(resource).attributes.value();
        let json = self
            .touches(value)
            .then(|| rewrite(Tree::of(value), &|text| self.text(text).into_owned()).to_string());
        if let Some(opened) = opened {
            opened.recycle(arena);
        }
        json
    }

    /// The key as the snapshot itself has its scope.
    pub(super) fn key_before(&self, key: &ResourceKey) -> ResourceKey {
        if key.scope.iter().all(|(_, value)| !value.contains(MARK)) {
            return key.clone();
        }
        let own = |value: &str| {
            let before = self.before(value).and_then(|texts| texts.into_iter().next());
            before.unwrap_or_else(|| value.to_owned())
        };
        let scope = key.scope.iter().map(|(name, value)| (name, own(value))).collect();
        ResourceKey { scope, ..key.clone() }
    }

    /// The texts that may have stood where this one stands now; `None` where there are too many to tell.
    pub(super) fn before(&self, text: &str) -> Option<Vec<String>> {
        let mut before = vec![text.to_owned()];
        let mut names: Vec<&str> = self.tokens.iter().map(|it| it.placeholder.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names.into_iter().filter(|name| text.contains(name)) {
            let of_name = self.tokens.iter().filter(|token| token.placeholder == name);
            let values: Vec<&str> = of_name.map(|token| token.value.as_str()).collect();
            let several = values.len() > 1 && text.matches(name).count() > 1;
            if several || before.len() * values.len() > MAX_BEFORE {
                return None;
            }
            let with = |text: &String| {
                values.iter().map(|value| text.replace(name, value)).collect::<Vec<_>>()
            };
            before = before.iter().flat_map(with).collect();
        }
        Some(before)
    }

    fn touches(&self, value: Value<'_>) -> bool {
        match value.kind() {
            Kind::String => value.as_str().is_some_and(|text| self.may_touch(text)),
            Kind::List => value.items().any(|item| self.touches(item)),
            Kind::Map => {
                value.fields().any(|(name, field)| self.may_touch(name) || self.touches(field))
            }
            _ => false,
        }
    }

    /// Paths whose names may have become others.
    fn paths(&self, set: &PathSet) -> PathSet {
        let mut paths = PathSet::new();
        for path in set.iter() {
            let step = |step: &Step| match step {
                Step::Field(name) => Step::Field(self.text(name).into_owned()),
                other => other.clone(),
            };
            paths.insert(&Path::new(path.steps().iter().map(step).collect()));
        }
        paths
    }

    /// The resource as it is compared: with these attributes, and with nothing that tells of its past.
    pub(super) fn resource<'r>(
        &self,
        resource: &'r Resource<'r>,
        json: Option<&'r str>,
    ) -> Resource<'r> {
        let plain = Resource { reference: None, managers: Vec::new(), ..resource.clone() };
        let limits = Limits { max_depth: Limits::MAX_DEPTH, ..Limits::default() };
        let options = ReadOptions { limits, duplicate_keys: DuplicateKeys::Last, stop: None };
        let read = json.and_then(|json| Document::parse_json(json.as_bytes(), &options).ok());
        let Some(document) = read else { return plain };
        Resource {
            attributes: Attributes::of(document),
            sensitive: self.paths(&resource.sensitive),
            unknown: self.paths(&resource.unknown),
            masked: self.masked(&resource.masked),
            ..plain
        }
    }

    fn masked(&self, masked: &Masked) -> Masked {
        let own = masked.strings();
        if !own.iter().any(|text| self.may_touch(text)) {
            return masked.clone();
        }
        let replaced = own.iter().map(|text| self.text(text).into_owned());
        own.iter().cloned().chain(replaced).collect::<Vec<_>>().into()
    }
}

fn is_in(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known == name)
}

/// Whether the text, as a name, a header or a flag, says that something beside it is a secret.
fn tells_of_secret(text: &str) -> bool {
    names_secret(text) || names_header(text) || is_secret_flag(text)
}

/// Whether what stands there is a word of its own: no letter and no digit goes on at either end, but for
/// the letter of a zone behind a region.
fn is_word(text: &str, start: usize, end: usize, token: &Token) -> bool {
    let goes_on = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let own = |c: Option<char>| goes_on(c);
    let before = text.get(..start).and_then(|before| before.chars().next_back());
    let mut after = text.get(end..).unwrap_or_default().chars();
    let (next, behind) = (after.next(), after.next());
    let zone = token.zoned && next.is_some_and(|c| c.is_ascii_lowercase()) && !goes_on(behind);
    let opens = own(token.value.chars().next()) && goes_on(before);
    let closes = own(token.value.chars().next_back()) && goes_on(next) && !zone;
    !opens && !closes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pairs: &[(&str, &str)], text: &str) -> String {
        let mut given = Substitutions::new();
        for (name, value) in pairs {
            given.entry((*name).to_owned()).or_default().push((*value).to_owned());
        }
        clean(&Substitute::of(&given).text(text)).into_owned()
    }

    #[test]
    fn whole_words_are_replaced() {
        let region = [("region", "us-east-1"), ("account", "111122223333")];
        for (given, expected) in [
            ("us-east-1", "{region}"),
            ("us-east-1a", "{region}a"),
            ("us-east-1a,us-east-1b", "{region}a,{region}b"),
            ("us-east-12", "us-east-12"),
            ("us-east-1ab", "us-east-1ab"),
            ("xus-east-1", "xus-east-1"),
            ("us-east-1-bos-1a", "{region}-bos-1a"),
            ("arn:aws:sqs:us-east-1:111122223333:q", "arn:aws:sqs:{region}:{account}:q"),
            ("1111222233334", "1111222233334"),
            ("111122223333a", "111122223333a"),
            ("https://sqs.us-east-1.amazonaws.com", "https://sqs.{region}.amazonaws.com"),
            ("", ""),
        ] {
            assert_eq!(text(&region, given), expected);
        }
        let cluster = [("cluster", "prod")];
        assert_eq!(
            text(&cluster, "prod production prod-db my_prod prodé"),
            "{cluster} production {cluster}-db my_{cluster} prodé"
        );
    }

    #[test]
    fn what_was_there_before_is_known() {
        let given: Substitutions = [
            ("a".to_owned(), vec!["x1".to_owned()]),
            ("b".to_owned(), vec!["y1".to_owned(), "y2".to_owned()]),
        ]
        .into();
        let of = Substitute::of(&given);
        let before = |text: &str| of.before(&of.text(text));
        assert_eq!(before("x1-x1").unwrap(), ["x1-x1"]);
        assert_eq!(before("x1 y2").unwrap(), ["x1 y1", "x1 y2"]);
        assert_eq!(before("y1 y2"), None);
        assert_eq!(before("none").unwrap(), ["none"]);
    }

    #[test]
    fn the_longest_word_counts() {
        let nested = [
            ("cluster", "prod"),
            ("name", "prod-eu"),
            ("zone", "us-east-1a"),
            ("region", "us-east-1"),
        ];
        assert_eq!(text(&nested, "prod-eu prod-eux prod"), "{name} {cluster}-eux {cluster}");
        assert_eq!(text(&nested, "us-east-1a us-east-1b"), "{zone} {region}b");
    }
}
