//! Reads Rust source as far as the module rules need it: tokens without comments and literals,
//! `use` trees, inline paths, nested modules, and which of it is compiled for tests alone.

use std::collections::BTreeMap;

/// Words that a path never starts with, though `::` may follow: `for x in ::std::env::args()`.
const KEYWORDS: [&str; 22] = [
    "as", "async", "await", "break", "const", "dyn", "else", "fn", "for", "if", "impl", "in", "let",
    "loop", "match", "move", "mut", "ref", "return", "unsafe", "where", "while",
];

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// An identifier or keyword.
    Name,
    /// A raw identifier, kept without its `r#`: never a keyword.
    Raw,
    /// A string of any sort, kept with its content.
    Text,
    /// Any other literal, or a lifetime.
    Other,
    /// One character, or one of `::`, `->`, `=>`.
    Mark,
}

#[derive(Clone, Debug)]
struct Token {
    kind: Kind,
    text: String,
    line: usize,
}

/// The modules above a place, from the crate root.
pub(crate) type Place = Vec<String>;

/// A path as written; a leading `::` is an empty first segment.
pub(crate) type Written = Vec<String>;

/// One place in the source that names a path.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) at: Place,
    pub(crate) path: Written,
    pub(crate) line: usize,
    pub(crate) test: bool,
    /// It ends in `::*`.
    pub(crate) glob: bool,
    /// It calls a macro.
    pub(crate) call: bool,
}

/// What a module brings into its scope.
#[derive(Clone, Debug, Default)]
pub(crate) struct Module {
    pub(crate) aliases: BTreeMap<String, Vec<Written>>,
    pub(crate) globs: Vec<Written>,
    pub(crate) children: Vec<String>,
    /// Compiled for tests alone.
    pub(crate) test: bool,
}

/// Everything found in one file.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) modules: BTreeMap<Place, Module>,
    pub(crate) sites: Vec<Site>,
    /// Constructs that a reader of tokens cannot follow, with their lines.
    pub(crate) opaque: Vec<(usize, String)>,
    /// Macros exported to the crate root.
    pub(crate) exported: Vec<(String, Place)>,
}

/// Scans the file of the module at `at`.
pub(crate) fn scan(at: &[String], source: &str) -> Scan {
    let tokens = open_attributes(lex(source));
    let test = test_spans(&tokens);
    let mut scanner = Scanner { tokens, test, at: at.to_vec(), out: Scan::default(), next: 0 };
    scanner.run();
    scanner.out
}

fn lex(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let get = |at: usize| chars.get(at).copied().unwrap_or('\0');
    let word = |mut at: usize| {
        while get(at).is_alphanumeric() || get(at) == '_' {
            at += 1;
        }
        at
    };
    let text = |from: usize, to: usize| {
        chars[from.min(chars.len())..to.min(chars.len())].iter().collect::<String>()
    };
    let (mut out, mut at, mut line) = (Vec::new(), 0, 1);
    while at < chars.len() {
        let from = at;
        let mut push = |kind, text| out.push(Token { kind, text, line });
        match get(at) {
            '/' if get(at + 1) == '/' => at = skip_until(&chars, at, '\n'),
            '/' if get(at + 1) == '*' => at = skip_block_comment(&chars, at),
            '"' => {
                at = skip_string(&chars, at);
                push(Kind::Text, text(from + 1, at - 1));
            }
            '\'' if get(at + 1) == '\\' => {
                at = skip_until(&chars, at + 3, '\'') + 1;
                push(Kind::Other, String::new());
            }
            '\'' if get(at + 2) == '\'' => {
                at += 3;
                push(Kind::Other, String::new());
            }
            '\'' => {
                at = word(at + 1);
                push(Kind::Other, String::new());
            }
            c if c.is_ascii_digit() => {
                at = word(at);
                if get(at) == '.' && get(at + 1).is_ascii_digit() {
                    at = word(at + 1);
                }
                push(Kind::Other, String::new());
            }
            c if c.is_alphabetic() || c == '_' => {
                at = word(at);
                let name = text(from, at);
                let hashes = (at..).take_while(|&next| get(next) == '#').count();
                if matches!(name.as_str(), "r" | "br" | "cr") && get(at + hashes) == '"' {
                    let open = at + hashes + 1;
                    let close = skip_raw_string(&chars, open, hashes);
                    push(Kind::Text, text(open, close));
                    at = close + 1 + hashes;
                } else if matches!(name.as_str(), "b" | "c") && get(at) == '"' {
                    at = skip_string(&chars, at);
                    push(Kind::Text, text(from + 2, at - 1));
                } else if name == "r" && hashes == 1 {
                    at = word(at + 1);
                    push(Kind::Raw, text(from + 2, at));
                } else if name != "b" || get(at) != '\'' {
                    push(Kind::Name, name);
                }
            }
            c if c.is_whitespace() => at += 1,
            c => {
                let two = matches!((c, get(at + 1)), (':', ':') | ('-' | '=', '>'));
                at += if two { 2 } else { 1 };
                push(Kind::Mark, text(from, at));
            }
        }
        line += chars[from..at.min(chars.len())].iter().filter(|&&c| c == '\n').count();
    }
    out
}

fn skip_until(chars: &[char], from: usize, end: char) -> usize {
    (from..chars.len()).find(|&at| chars[at] == end).unwrap_or(chars.len())
}

fn skip_block_comment(chars: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The place behind the string whose opening quote stands at `at`.
fn skip_string(chars: &[char], mut at: usize) -> usize {
    at += 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// The closing quote of the raw string whose content starts at `at`.
fn skip_raw_string(chars: &[char], at: usize, hashes: usize) -> usize {
    let closes = |&end: &usize| {
        chars[end] == '"' && (1..=hashes).all(|more| chars.get(end + more) == Some(&'#'))
    };
    (at..chars.len()).find(closes).unwrap_or(chars.len())
}

/// Turns strings inside attributes that hold nothing but a path into that path's tokens:
/// `#[serde(with = "crate::report::time")]` names a module too.
fn open_attributes(tokens: Vec<Token>) -> Vec<Token> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut end = 0;
    for at in 0..tokens.len() {
        if let Some((_, close)) = attribute(&tokens, at) {
            end = end.max(close);
        }
        let token = &tokens[at];
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '#' | '<' | '>' | ' ');
        if at < end
            && token.kind == Kind::Text
            && token.text.contains("::")
            && token.text.chars().all(plain)
        {
            out.extend(lex(&token.text).into_iter().map(|new| Token { line: token.line, ..new }));
        } else {
            out.push(token.clone());
        }
    }
    out
}

fn mark(tokens: &[Token], at: usize, text: &str) -> bool {
    tokens.get(at).is_some_and(|token| token.kind == Kind::Mark && token.text == text)
}

fn keyword(tokens: &[Token], at: usize, text: &str) -> bool {
    tokens.get(at).is_some_and(|token| token.kind == Kind::Name && token.text == text)
}

fn name(tokens: &[Token], at: usize) -> Option<&str> {
    let token = tokens.get(at)?;
    matches!(token.kind, Kind::Name | Kind::Raw).then_some(token.text.as_str())
}

fn opens(tokens: &[Token], at: usize) -> bool {
    ["(", "[", "{"].iter().any(|open| mark(tokens, at, open))
}

fn closes(tokens: &[Token], at: usize) -> bool {
    [")", "]", "}"].iter().any(|close| mark(tokens, at, close))
}

/// The place behind the group that opens at `at`.
fn group_end(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_usize;
    for next in at..tokens.len() {
        if opens(tokens, next) {
            depth += 1;
        } else if closes(tokens, next) {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return next + 1;
            }
        }
    }
    tokens.len()
}

/// The first token inside the attribute that starts at `at`, and the place behind it.
fn attribute(tokens: &[Token], at: usize) -> Option<(usize, usize)> {
    if !mark(tokens, at, "#") {
        return None;
    }
    let open = if mark(tokens, at + 1, "!") { at + 2 } else { at + 1 };
    mark(tokens, open, "[").then(|| (open + 1, group_end(tokens, open)))
}

/// Which tokens are compiled for tests alone.
fn test_spans(tokens: &[Token]) -> Vec<bool> {
    let mut out = vec![false; tokens.len()];
    for at in 0..tokens.len() {
        let Some((inside, end)) = attribute(tokens, at) else { continue };
        let cfg = keyword(tokens, inside, "cfg") && implies_test(tokens, inside + 2);
        if !cfg && !(keyword(tokens, inside, "test") && mark(tokens, inside + 1, "]")) {
            continue;
        }
        let stop = if mark(tokens, at + 1, "!") {
            outer_end(tokens, end)
        } else {
            item_end(tokens, end)
        };
        out[at..stop].fill(true);
    }
    out
}

/// Where the group around `at` closes.
fn outer_end(tokens: &[Token], mut at: usize) -> usize {
    while at < tokens.len() && !closes(tokens, at) {
        at = if opens(tokens, at) { group_end(tokens, at) } else { at + 1 };
    }
    at
}

/// Whether the `cfg` predicate that starts at `at` holds in test builds only.
fn implies_test(tokens: &[Token], at: usize) -> bool {
    let Some(first) = name(tokens, at) else { return false };
    if !mark(tokens, at + 1, "(") {
        return first == "test";
    }
    let (mut parts, mut next, end) = (Vec::new(), at + 2, group_end(tokens, at + 1));
    while next + 1 < end {
        parts.push(implies_test(tokens, next));
        while next + 1 < end && !mark(tokens, next, ",") {
            next = if opens(tokens, next) { group_end(tokens, next) } else { next + 1 };
        }
        next += 1;
    }
    match first {
        "all" => parts.contains(&true),
        "any" => !parts.is_empty() && !parts.contains(&false),
        _ => false,
    }
}

/// The place behind the item, statement, field or arm that starts at `at`. In doubt too early:
/// what is wrongly taken for shipped code fails loudly, the other way round it would hide.
fn item_end(tokens: &[Token], mut at: usize) -> usize {
    while let Some((_, end)) = attribute(tokens, at) {
        at = end;
    }
    if keyword(tokens, at, "pub") {
        at = if mark(tokens, at + 1, "(") { group_end(tokens, at + 1) } else { at + 1 };
    }
    let first = name(tokens, at).unwrap_or_default();
    let function = ["fn", "unsafe", "async", "extern"];
    let const_fn = first == "const" && function.iter().any(|word| keyword(tokens, at + 1, word));
    let to_semicolon = matches!(first, "use" | "static" | "const" | "type" | "let") && !const_fn;
    let item = const_fn
        || matches!(first, "fn" | "mod" | "struct" | "enum" | "union" | "trait" | "impl")
        || matches!(first, "unsafe" | "async" | "extern" | "macro_rules");
    while at < tokens.len() && !closes(tokens, at) {
        if opens(tokens, at) {
            let brace = mark(tokens, at, "{");
            at = group_end(tokens, at);
            if brace && !to_semicolon {
                return at;
            }
            continue;
        }
        at += 1;
        if mark(tokens, at - 1, ";") || (mark(tokens, at - 1, ",") && !item && !to_semicolon) {
            return at;
        }
    }
    at
}

struct Scanner {
    tokens: Vec<Token>,
    test: Vec<bool>,
    at: Place,
    out: Scan,
    next: usize,
}

impl Scanner {
    fn run(&mut self) {
        self.module();
        let mut braces = Vec::new();
        let mut exports = false;
        while self.next < self.tokens.len() {
            let here = self.next;
            if let Some((inside, end)) = attribute(&self.tokens, here) {
                let renames = |&at: &usize| {
                    keyword(&self.tokens, at, "path") && mark(&self.tokens, at + 1, "=")
                };
                if (inside..end).any(|at| renames(&at)) {
                    self.opaque(here, "a module moved with `#[path]`");
                }
                exports |= (inside..end).any(|at| keyword(&self.tokens, at, "macro_export"));
            }
            if self.key("mod") {
                if mark(&self.tokens, here + 1, "$") {
                    self.opaque(here, "a module named by a macro variable");
                }
                if let Some(child) = name(&self.tokens, here + 1).map(str::to_owned) {
                    if mark(&self.tokens, here + 2, "{") {
                        self.child(&child, here);
                        self.at.push(child);
                        self.module();
                        braces.push(true);
                        self.next += 3;
                        continue;
                    } else if mark(&self.tokens, here + 2, ";") {
                        self.child(&child, here);
                    }
                }
                self.next += 1;
            } else if self.key("use") && !mark(&self.tokens, here + 1, "<") {
                self.next += 1;
                self.tree(&[], here);
            } else if self.key("extern") && keyword(&self.tokens, here + 1, "crate") {
                self.next += 2;
                self.tree(&[String::new()], here);
            } else if self.key("type") {
                let generic = mark(&self.tokens, here + 2, "<");
                let equals = if generic { self.angle_end(here + 2) } else { here + 2 };
                let written = mark(&self.tokens, equals, "=");
                let path = if written { self.path(equals + 1).0 } else { Written::new() };
                if let (Some(new), false) = (name(&self.tokens, here + 1), path.is_empty()) {
                    let new = new.to_owned();
                    self.module().aliases.entry(new).or_default().push(path);
                }
                self.next += 2;
            } else if self.key("macro_rules") && mark(&self.tokens, here + 1, "!") {
                if let (true, Some(new)) = (exports, name(&self.tokens, here + 2)) {
                    self.out.exported.push((new.to_owned(), self.at.clone()));
                }
                exports = false;
                self.next += 2;
            } else if mark(&self.tokens, here, "{") {
                braces.push(false);
                self.next += 1;
            } else if mark(&self.tokens, here, "}") {
                if braces.pop() == Some(true) {
                    self.at.pop();
                }
                self.next += 1;
            } else {
                self.inline();
            }
        }
    }

    fn key(&self, word: &str) -> bool {
        keyword(&self.tokens, self.next, word)
    }

    fn module(&mut self) -> &mut Module {
        self.out.modules.entry(self.at.clone()).or_default()
    }

    fn child(&mut self, child: &str, here: usize) {
        let test = self.test[here];
        self.module().children.push(child.to_owned());
        let place = self.at.iter().cloned().chain([child.to_owned()]).collect();
        self.out.modules.entry(place).or_default().test |= test;
    }

    fn opaque(&mut self, here: usize, what: &str) {
        self.out.opaque.push((self.tokens[here].line, what.to_owned()));
    }

    fn site(&mut self, here: usize, path: Written, glob: bool, call: bool) {
        let (line, test) = (self.tokens[here].line, self.test[here]);
        self.out.sites.push(Site { at: self.at.clone(), path, line, test, glob, call });
    }

    /// Reads one `use` tree under `prefix` and leaves `next` behind it.
    fn tree(&mut self, prefix: &[String], here: usize) {
        let mut path = prefix.to_vec();
        loop {
            if mark(&self.tokens, self.next, "::") {
                if path.is_empty() {
                    path.push(String::new());
                }
                self.next += 1;
            } else if mark(&self.tokens, self.next, "*") {
                self.next += 1;
                self.module().globs.push(path.clone());
                return self.site(here, path, true, false);
            } else if mark(&self.tokens, self.next, "{") {
                let end = group_end(&self.tokens, self.next);
                self.next += 1;
                while self.next + 1 < end {
                    self.tree(&path, here);
                    while self.next + 1 < end && !mark(&self.tokens, self.next, ",") {
                        self.next += 1;
                    }
                    self.next += 1;
                }
                self.next = end;
                return;
            } else if mark(&self.tokens, self.next, "$") {
                if !keyword(&self.tokens, self.next + 1, "crate") {
                    self.opaque(here, "an import through a macro variable");
                }
                self.next += 1;
            } else if self.key("as") {
                let new = name(&self.tokens, self.next + 1).map(str::to_owned);
                self.next += 2;
                return self.leaf(here, path, new);
            } else if let Some(part) = name(&self.tokens, self.next) {
                // `a::{self}` is `a`; a leading `self` stays; `extern crate self` is the root.
                if part == "self" && path == [""] {
                    path = vec!["crate".to_owned()];
                } else if part != "self" || path.is_empty() {
                    path.push(part.to_owned());
                }
                self.next += 1;
            } else {
                let new = path.last().cloned();
                return self.leaf(here, path, new);
            }
        }
    }

    fn leaf(&mut self, here: usize, path: Written, new: Option<String>) {
        if path.is_empty() {
            return;
        }
        let words = ["_", "self", "super", "crate", ""];
        if let Some(new) = new.filter(|new| !words.contains(&new.as_str())) {
            self.module().aliases.entry(new).or_default().push(path.clone());
        }
        self.site(here, path, false, false);
    }

    /// The path that starts at `at`, and the place behind what was read for good: generic
    /// arguments in its middle are left for later.
    fn path(&mut self, at: usize) -> (Written, usize) {
        let (mut path, mut next, mut done) = (Vec::new(), at, None);
        if mark(&self.tokens, next, "::") {
            path.push(String::new());
            next += 1;
        } else if mark(&self.tokens, next, "$") && keyword(&self.tokens, next + 1, "crate") {
            next += 1;
        }
        while let Some(part) = name(&self.tokens, next) {
            path.push(part.to_owned());
            next += 1;
            // `<T>::f` and `T::<U>::f`: what follows the bracket belongs to the path.
            let qualified = at > 0 && mark(&self.tokens, at - 1, "<");
            if qualified && mark(&self.tokens, next, ">") && mark(&self.tokens, next + 1, "::") {
                done.get_or_insert(next);
                next += 1;
            }
            if mark(&self.tokens, next, "::") && mark(&self.tokens, next + 1, "<") {
                done.get_or_insert(next + 1);
                next = self.angle_end(next + 1);
            }
            if !mark(&self.tokens, next, "::") {
                break;
            }
            next += 1;
        }
        let roots = ["crate", "self", "super", "std", ""];
        let open = path.iter().all(|part| roots.contains(&part.as_str()));
        if !path.is_empty() && open && mark(&self.tokens, next, "$") {
            self.opaque(at, "a path through a macro variable");
        }
        (path, done.unwrap_or(next))
    }

    /// The place behind the angle brackets that open at `at`.
    fn angle_end(&self, at: usize) -> usize {
        let mut depth = 0_usize;
        for next in at..self.tokens.len() {
            if mark(&self.tokens, next, "<") {
                depth += 1;
            } else if mark(&self.tokens, next, ">") {
                depth -= 1;
            } else if mark(&self.tokens, next, ";") {
                return at;
            }
            if depth == 0 {
                return next + 1;
            }
        }
        at
    }

    /// Reads a path in code, where one starts here.
    fn inline(&mut self) {
        let here = self.next;
        let crate_variable =
            mark(&self.tokens, here, "$") && keyword(&self.tokens, here + 1, "crate");
        let reserved = KEYWORDS.iter().any(|word| keyword(&self.tokens, here, word));
        let starts = (name(&self.tokens, here).is_some() && !reserved)
            || mark(&self.tokens, here, "::")
            || crate_variable;
        // A field or method, unless two dots make it the end of a range or a struct's base.
        let dot = |back: usize| here >= back && mark(&self.tokens, here - back, ".");
        if !starts || (dot(1) && !dot(2)) {
            self.next += 1;
            return;
        }
        let (path, end) = self.path(here);
        let call = mark(&self.tokens, end, "!") && opens(&self.tokens, end + 1);
        if call && path.last().is_some_and(|last| last == "include") {
            self.opaque(here, "source pulled in with `include!`");
        }
        if call || path.len() > 1 {
            self.site(here, path, false, call);
        }
        self.next = end.max(here + 1);
    }
}
