//! CODEOWNERS as GitHub reads it:
//! `https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners`.

/// One line: a pattern with its owners, of which there may be none.
#[derive(Clone, Debug)]
struct Line {
    number: usize,
    text: String,
    parts: Vec<Part>,
    owners: Vec<String>,
}

/// A part of a pattern between two slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// Any folders, or none: `**`.
    Run,
    /// One name.
    Literal(String),
    /// One name, with `*` and `?` in it.
    Name(Vec<Letter>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Letter {
    /// Any run within a name.
    Star,
    /// Any one.
    Any,
    One(char),
}

/// The lines of a file, and the folder that names are relative to.
#[derive(Clone, Debug)]
pub(super) struct Codeowners {
    lines: Vec<Line>,
    skipped: Vec<usize>,
    folder: String,
}

impl Codeowners {
    pub(super) fn parse(text: &str, folder: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let folder = folder.trim_matches('/').trim_start_matches("./");
        let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut file = Self { lines: Vec::new(), skipped: Vec::new(), folder };
        for (at, line) in text.lines().enumerate() {
            let words = words(line);
            let Some((pattern, owners)) = words.split_first() else { continue };
            // Negation and ranges have no effect in this file, and a line with an owner that is none is
            // skipped as a whole.
            let is_read = !pattern.starts_with('!') && !pattern.contains('[');
            if !is_read || !owners.iter().all(|owner| is_owner(owner)) {
                file.skipped.push(at + 1);
                continue;
            }
            file.lines.push(Line {
                number: at + 1,
                text: pattern.clone(),
                parts: parts(pattern),
                owners: owners.to_vec(),
            });
        }
        file
    }

    pub(super) fn skipped(&self) -> &[usize] {
        &self.skipped
    }

    /// The last line that matches the file.
    pub(super) fn line_of(&self, file: &str) -> Option<usize> {
        let name =
            format!("{}{}", self.folder, file.trim_start_matches("./").trim_start_matches('/'));
        let names: Vec<&str> = name.split('/').collect();
        self.lines.iter().rposition(|line| matches(&line.parts, &names))
    }

    /// The first owner of a line, and by what; a line without owners takes the owner away.
    pub(super) fn owner(&self, line: usize) -> Option<(&str, String)> {
        let line = self.lines.get(line)?;
        let owner = line.owners.first()?;
        let others = line.owners.len() - 1;
        let more = if others == 0 { String::new() } else { format!(", with {others} more") };
        Some((owner, format!("line {}: `{}`{more}", line.number, line.text)))
    }
}

/// Whether it is `@user`, `@organization/team` or an address of mail.
fn is_owner(text: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    match text.strip_prefix('@') {
        Some(name) => match name.split_once('/') {
            Some((organization, team)) => is_name(organization) && is_name(team),
            None => is_name(name),
        },
        None => text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.split('.').all(is_name) && host.contains('.')
        }),
    }
}

/// The words of a line up to a comment; a space behind a backslash is a part of a word.
fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '#' if word.is_empty() => break,
            '\\' if chars.peek() == Some(&' ') => {
                word.push(' ');
                chars.next();
            }
            c if c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            c => word.push(c),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn parts(pattern: &str) -> Vec<Part> {
    let folder = pattern.ends_with('/');
    let body = pattern.trim_end_matches('/');
    // A slash in front or within ties it to the root.
    let anchored = body.contains('/');
    let body = body.trim_start_matches('/');
    let mut parts = Vec::new();
    if !anchored {
        parts.push(Part::Run);
    }
    let any = || Part::Name(vec![Letter::Star]);
    let names: Vec<&str> = body.split('/').collect();
    let last = names.len().saturating_sub(1);
    for (at, name) in names.iter().enumerate() {
        match *name {
            // Behind a folder it stands for all that is in it.
            "**" if at == last && at > 0 => parts.extend([any(), Part::Run]),
            "**" => parts.push(Part::Run),
            "*" => parts.push(any()),
            name if name.contains(['*', '?', '\\']) => parts.push(Part::Name(letters(name))),
            name => parts.push(Part::Literal(name.to_owned())),
        }
    }
    let open = names.last() == Some(&"*") || names.last() == Some(&"**");
    if folder {
        parts.extend([any(), Part::Run]);
    } else if !open {
        // The name of a folder stands for all that is in it.
        parts.push(Part::Run);
    }
    parts
}

fn letters(name: &str) -> Vec<Letter> {
    let mut letters = Vec::new();
    let mut chars = name.chars();
    while let Some(c) = chars.next() {
        letters.push(match c {
            '*' => Letter::Star,
            '?' => Letter::Any,
            '\\' => Letter::One(chars.next().unwrap_or('\\')),
            c => Letter::One(c),
        });
    }
    letters
}

/// Whether the parts match all of the names. What a run takes is given back to the last run alone, so that
/// the work is bounded by the product of both lengths.
fn matches(parts: &[Part], names: &[&str]) -> bool {
    wild(
        parts.len(),
        names.len(),
        |at| parts.get(at) == Some(&Part::Run),
        |part, name| match (parts.get(part), names.get(name)) {
            (Some(Part::Literal(own)), Some(name)) => own == name,
            (Some(Part::Name(letters)), Some(name)) => fits(letters, name),
            _ => false,
        },
    )
}

fn fits(letters: &[Letter], name: &str) -> bool {
    let chars: Vec<char> = name.chars().collect();
    wild(
        letters.len(),
        chars.len(),
        |at| letters.get(at) == Some(&Letter::Star),
        |letter, at| match (letters.get(letter), chars.get(at)) {
            (Some(Letter::Any), Some(_)) => true,
            (Some(Letter::One(own)), Some(c)) => own == c,
            _ => false,
        },
    )
}

/// Matches a pattern with runs: `is_run` tells where one stands, `same` whether a part fits a thing.
fn wild(
    parts: usize,
    things: usize,
    is_run: impl Fn(usize) -> bool,
    same: impl Fn(usize, usize) -> bool,
) -> bool {
    let (mut part, mut thing) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while thing < things {
        if part < parts && is_run(part) {
            back = Some((part, thing));
            part += 1;
        } else if part < parts && same(part, thing) {
            part += 1;
            thing += 1;
        } else if let Some((run, taken)) = back {
            back = Some((run, taken + 1));
            part = run + 1;
            thing = taken + 1;
        } else {
            return false;
        }
    }
    (part..parts).all(is_run)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owns(pattern: &str, file: &str) -> bool {
        Codeowners::parse(&format!("{pattern} @a"), "").line_of(file).is_some()
    }

    #[test]
    fn a_comment_starts_with_a_word_of_its_own() {
        assert_eq!(words(r"/a\ b#c  @x#y # @z"), ["/a b#c", "@x#y"]);
        assert_eq!(words("# all"), [""; 0]);
    }

    #[test]
    fn patterns_are_those_of_the_documentation() {
        for (pattern, yes, no) in [
            ("*", &["a", "a/b.js"][..], &[][..]),
            ("*.js", &["a.js", "x/y/a.js"], &["a.jsx"]),
            (
                "/build/logs/",
                &["build/logs/a", "build/logs/x/y"],
                &["x/build/logs/a", "build/logs"],
            ),
            (
                "docs/*",
                &["docs/getting-started.md"],
                &["docs/build-app/troubleshooting.md", "x/docs/a"],
            ),
            ("apps/", &["apps/a", "x/apps/y/z"], &["apps"]),
            ("/docs/", &["docs/a", "docs/x/a"], &["x/docs/a"]),
            ("**/logs", &["logs/a", "build/logs/a", "x/y/logs/z"], &["log/a"]),
            ("/apps/github", &["apps/github", "apps/github/a"], &["apps/githubx"]),
            ("/apps/**/test", &["apps/test/a", "apps/x/y/test"], &["apps/x"]),
            ("a/**", &["a/b", "a/b/c"], &["a"]),
            ("file?.tf", &["file1.tf", "x/file2.tf"], &["file.tf", "file12.tf"]),
            ("a\\ b", &["a b"], &["a", "b"]),
            ("a/*.tf", &["a/x.tf"], &["a/b/x.tf"]),
        ] {
            yes.iter().for_each(|file| assert!(owns(pattern, file), "{pattern} {file}"));
            no.iter().for_each(|file| assert!(!owns(pattern, file), "{pattern} {file}"));
        }
    }

    #[test]
    fn the_last_line_wins_and_may_take_the_owner_away() {
        let text = "# all\n* @all\n/a/ @a @b # inline\n/a/free/\n!x @no\n[Section] @no\n";
        let file = Codeowners::parse(text, "infra/");
        assert_eq!(file.skipped(), [5, 6]);
        let owner = |name: &str| file.line_of(name).and_then(|line| file.owner(line));
        assert_eq!(owner("x"), Some(("@all", "line 2: `*`".to_owned())));
        let file = Codeowners::parse(text, "");
        let owner = |name: &str| file.line_of(name).and_then(|line| file.owner(line));
        assert_eq!(owner("a/x"), Some(("@a", "line 3: `/a/`, with 1 more".to_owned())));
        assert_eq!(owner("a/free/x"), None);
        let below = Codeowners::parse("/infra/a/ @a", "./infra/");
        assert!(below.line_of("a/x").is_some() && below.line_of("b/x").is_none());
    }

    #[test]
    fn owners_are_users_teams_and_addresses() {
        for text in ["@a", "@a-b_c", "@acme/payments", "@acme/team.one", "a.b+c@example.com"] {
            assert!(is_owner(text), "{text}");
        }
        for text in
            ["payments", "@", "@acme/", "@/team", "@a/b/c", "a@", "@a@b", "a@host", "a@b..c"]
        {
            assert!(!is_owner(text), "{text}");
        }
        let file = Codeowners::parse("* @all\n/x/ payments\n/y/ @a b\n/z/\n", "");
        assert_eq!(file.skipped(), [2, 3]);
        let owner = |name: &str| file.line_of(name).and_then(|line| file.owner(line));
        assert_eq!(owner("x/a").map(|(owner, _)| owner), Some("@all"));
        assert_eq!(owner("y/a").map(|(owner, _)| owner), Some("@all"));
        assert_eq!(owner("z/a"), None);
    }

    #[test]
    fn many_runs_cost_no_more_than_their_product() {
        let pattern = format!("/{}x", "**/".repeat(60));
        assert!(!owns(&pattern, &"a/".repeat(400)));
        assert!(!owns(&format!("{}b", "*a".repeat(60)), &"a".repeat(2_000)));
    }
}
