//! How wide the maps of a configuration are, told before it is parsed: the parser looks for each key of
//! a map among those before it.

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
        at += match modes.last_mut() {
            Some(Mode::Code(signs)) => {
                if inside && rest.starts_with(['=', ':']) {
                    *signs += 1;
                    if *signs > most {
                        return Some(at);
                    }
                }
                code(rest, &mut modes)
            }
            Some(Mode::Quote) if rest.starts_with('\\') => 1 + first(rest.get(1..)),
            Some(Mode::Quote) if rest.starts_with('"') => leave(&mut modes, 1),
            Some(Mode::Quote) => template(rest, &mut modes),
            Some(Mode::Heredoc(word)) => match end_of(rest, word) {
                Some(length) => leave(&mut modes, length),
                None => template(rest, &mut modes),
            },
            None => return None,
        };
    }
    None
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
