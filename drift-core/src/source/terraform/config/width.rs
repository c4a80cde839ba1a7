//! What a configuration tells before it is parsed: how wide its maps are, as the parser looks for each key of
//! a map among those before it; and the blocks that it is made of.

/// What a place in the text is a part of.
enum Mode<'t> {
    /// Between braces, or outside all of them: how many signs that assign have stood there.
    Code(usize),
    Quote,
    /// A here-document, up to a line with this word.
    Heredoc(&'t str),
}

/// Where the first sign `=` or `:` stands that is more than `most` between two braces, those in braces
/// inside not counted.
pub(super) fn passing(text: &str, most: usize) -> Option<usize> {
    let mut modes = vec![Mode::Code(0)];
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let inside = modes.len() > 1;
        if let Some(Mode::Code(signs)) = modes.last_mut()
            && inside
            && rest.starts_with(['=', ':'])
        {
            *signs += 1;
            if *signs > most {
                return Some(at);
            }
        }
        at += step(rest, &mut modes);
    }
    None
}

/// The blocks that stand in no other, each with the line that it starts on.
pub(super) fn blocks(text: &str) -> Vec<&str> {
    let mut modes = vec![Mode::Code(0)];
    let (mut at, mut start, mut found) = (0, 0, Vec::new());
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let depth = modes.len();
        at += step(rest, &mut modes);
        if depth > 1 && modes.len() == 1 && rest.starts_with('}') {
            found.extend(text.get(start..at));
            start = at;
        } else if depth == 1 && text.get(..at).is_some_and(|before| before.ends_with('\n')) {
            start = at;
        }
    }
    found
}

/// Goes on by how many bytes; at least by one.
fn step<'t>(rest: &'t str, modes: &mut Vec<Mode<'t>>) -> usize {
    match modes.last() {
        Some(Mode::Code(_)) | None => code(rest, modes),
        Some(Mode::Quote) if rest.starts_with('\\') => 1 + first(rest.get(1..)),
        Some(Mode::Quote) if rest.starts_with('"') => leave(modes, 1),
        Some(Mode::Quote) => template(rest, modes),
        Some(Mode::Heredoc(word)) => match end_of(rest, word) {
            Some(length) => leave(modes, length),
            None => template(rest, modes),
        },
    }
}

/// How long the first character is.
fn first(rest: Option<&str>) -> usize {
    rest.and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
}

fn leave(modes: &mut Vec<Mode<'_>>, length: usize) -> usize {
    if modes.len() > 1 {
        modes.pop();
    }
    length
}

/// Goes on in code; by how many bytes.
fn code<'t>(rest: &'t str, modes: &mut Vec<Mode<'t>>) -> usize {
    let up_to = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
    match rest.as_bytes() {
        [b'#', ..] | [b'/', b'/', ..] => up_to("\n"),
        [b'/', b'*', inside @ ..] => {
            let inside = rest.get(rest.len() - inside.len()..).unwrap_or_default();
            2 + inside.find("*/").map_or(inside.len(), |at| at + 2)
        }
        [b'"', ..] => {
            modes.push(Mode::Quote);
            1
        }
        [b'{', ..] => {
            modes.push(Mode::Code(0));
            1
        }
        [b'}', ..] => leave(modes, 1),
        [b'<', b'<', ..] => {
            let line = rest.lines().next().unwrap_or_default();
            let word = line.trim_start_matches('<');
            modes.push(Mode::Heredoc(word.strip_prefix('-').unwrap_or(word)));
            line.len()
        }
        _ => first(Some(rest)),
    }
}

/// Goes on in a template, perhaps into code; by how many bytes.
fn template(rest: &str, modes: &mut Vec<Mode<'_>>) -> usize {
    if rest.starts_with("$${") || rest.starts_with("%%{") {
        return 3;
    }
    if rest.starts_with("${") || rest.starts_with("%{") {
        modes.push(Mode::Code(0));
        return 2;
    }
    first(Some(rest))
}

/// How long the end of a here-document is, where it starts here.
fn end_of(rest: &str, word: &str) -> Option<usize> {
    let line = rest.strip_prefix('\n')?.trim_start_matches([' ', '\t']);
    let behind = line.strip_prefix(word)?;
    let goes_on = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-' || !c.is_ascii();
    (!behind.starts_with(goes_on)).then(|| rest.len() - behind.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_those_that_stand_in_no_other() {
        let text = "# module \"no\" {\na = 1\nmodule \"a\" {\n x { y = \"}\" }\n} # z\n/* b { } */\n\
                    resource \"t\" \"n\" { a = <<E\n}\nE\n}\nlocals {}\nx {";
        let found = blocks(text);
        let starts: Vec<&str> = found.iter().map(|it| it.lines().next().unwrap()).collect();
        assert_eq!(starts, ["module \"a\" {", "resource \"t\" \"n\" { a = <<E", "locals {}"]);
        assert!(found.iter().all(|it| it.ends_with('}')));
    }

    #[test]
    fn signs_are_counted_between_braces() {
        for (text, expected) in [
            ("a = 1\nb = 2", 0),
            ("a = { b = 1, c = 2, d = { e : 1 } }", 3),
            ("x {\n a = 1\n b = \"= = {\"\n # = =\n // = =\n /* = = { */\n c = 3 }", 3),
            ("x { a = \"${ { b = 1, c = 2, d = 3, e = 4 } }\"\n f = 1 }", 4),
            ("x { a = \"\\\"=\"\n b = \"$${\" }", 2),
            ("x { a = <<E\n = = = \"\n  EX = {\n E\n b = 1 }", 2),
            ("x { a = <<-E\n${ { b = 1, c = 2, d = 3 } } $${\n  E\n b = 1 }", 3),
            ("x { a = <<E\nE\n b = 1\n c = 2 }", 3),
            ("x { a = <<E\r\n{{\r\nE\r\n b = 1\r\n c = 2 }", 3),
            ("}}} { a = 1 }", 1),
            ("x { \"", 0),
            ("x { \"\\", 0),
            ("x { a = <<E", 1),
            ("x { /* = ", 0),
        ] {
            assert_eq!(passing(text, expected), None, "{text}");
            let last = expected.checked_sub(1).map(|less| passing(text, less));
            let sign = |at: usize| matches!(text.as_bytes()[at], b'=' | b':');
            assert!(last.is_none_or(|at| at.is_some_and(sign)), "{text}");
        }
    }
}
