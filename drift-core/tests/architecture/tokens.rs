//! Rust source as tokens, without comments and the content of literals, and which of them are
//! compiled for tests alone.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
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
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    pub(crate) line: usize,
}

pub(crate) fn lex(source: &str) -> Vec<Token> {
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

/// Turns strings inside attributes that hold paths or bounds into their tokens, since
/// `#[serde(with = "crate::report::time")]` names a module too. Prose is left alone.
pub(crate) fn open_attributes(tokens: Vec<Token>) -> Vec<Token> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut end = 0;
    for at in 0..tokens.len() {
        if let Some((_, close)) = attribute(&tokens, at) {
            end = end.max(close);
        }
        let token = &tokens[at];
        let prose = ["reason", "doc", "note", "message"];
        let prose = at > 1
            && mark(&tokens, at - 1, "=")
            && prose.iter().any(|word| keyword(&tokens, at - 2, word));
        let plain = |c: char| c.is_alphanumeric() || "_:#<>,+&' ".contains(c);
        let paths = token.text.contains("::") && token.text.chars().all(plain);
        if at < end && token.kind == Kind::Text && paths && !prose {
            out.extend(lex(&token.text).into_iter().map(|new| Token { line: token.line, ..new }));
        } else {
            out.push(token.clone());
        }
    }
    out
}

pub(crate) fn mark(tokens: &[Token], at: usize, text: &str) -> bool {
    tokens.get(at).is_some_and(|token| token.kind == Kind::Mark && token.text == text)
}

pub(crate) fn keyword(tokens: &[Token], at: usize, text: &str) -> bool {
    tokens.get(at).is_some_and(|token| token.kind == Kind::Name && token.text == text)
}

pub(crate) fn name(tokens: &[Token], at: usize) -> Option<&str> {
    let token = tokens.get(at)?;
    matches!(token.kind, Kind::Name | Kind::Raw).then_some(token.text.as_str())
}

pub(crate) fn opens(tokens: &[Token], at: usize) -> bool {
    ["(", "[", "{"].iter().any(|open| mark(tokens, at, open))
}

fn closes(tokens: &[Token], at: usize) -> bool {
    [")", "]", "}"].iter().any(|close| mark(tokens, at, close))
}

/// The place behind the group that opens at `at`.
pub(crate) fn group_end(tokens: &[Token], at: usize) -> usize {
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
pub(crate) fn attribute(tokens: &[Token], at: usize) -> Option<(usize, usize)> {
    if !mark(tokens, at, "#") {
        return None;
    }
    let open = if mark(tokens, at + 1, "!") { at + 2 } else { at + 1 };
    mark(tokens, open, "[").then(|| (open + 1, group_end(tokens, open)))
}

/// Which tokens are compiled for tests alone.
pub(crate) fn test_spans(tokens: &[Token]) -> Vec<bool> {
    let mut out = vec![false; tokens.len()];
    for at in 0..tokens.len() {
        let Some((inside, end)) = attribute(tokens, at) else {
            continue;
        };
        let cfg = keyword(tokens, inside, "cfg") && implies_test(tokens, inside + 2);
        let attribute = keyword(tokens, inside, "test") && mark(tokens, inside + 1, "]");
        if !cfg && !attribute {
            continue;
        }
        let stop =
            if mark(tokens, at + 1, "!") { outer_end(tokens, end) } else { item_end(tokens, end) };
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
    let Some(first) = name(tokens, at) else {
        return false;
    };
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
