//! Reads Rust source as far as the module rules need it: `use` trees, inline paths, renames and
//! nested modules.

use crate::tokens::test_spans;
use crate::tokens::{
    Token, attribute, group_end, keyword, lex, mark, name, open_attributes, opens,
};
use std::collections::BTreeMap;

/// Words that a path never starts with, though `::` may follow: `for x in ::std::env::args()`.
const KEYWORDS: [&str; 22] = [
    "as", "async", "await", "break", "const", "dyn", "else", "fn", "for", "if", "impl", "in",
    "let", "loop", "match", "move", "mut", "ref", "return", "unsafe", "where", "while",
];

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
