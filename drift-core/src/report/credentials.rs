//! Credentials inside a text that is none as a whole: the password of an address, the key of a
//! connection string, a line that sets a secret.

use crate::normalize::{is_secret_flag, names_secret};
use crate::value::base64;
use aho_corasick::AhoCorasick;
use std::ops::Range;
use std::sync::OnceLock;

/// Where credentials stand in a text, in no order; they may overlap.
pub(super) fn places(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // Most texts are short and hold none of the signs that credentials need.
    let has = |sign: char| text.contains(sign);
    let colon = has(':');
    if colon && text.contains("://") {
        in_addresses(text, &mut found);
    }
    if colon || has('=') {
        in_pairs(text, &mut found);
    }
    if has(' ') {
        in_headers(text, &mut found);
        in_flags(text, &mut found);
    }
    if has('@') {
        in_sources(text, &mut found);
    }
    if has('<') {
        in_elements(text, &mut found);
    }
    if text.contains("login") {
        in_netrc(text, &mut found);
    }
    if found.is_empty() && holds_credentials(text) {
        found.push(0..text.len());
    }
    if text.len() >= SHORTEST_TOKEN {
        in_private_keys(text, &mut found);
        known_tokens(text, &mut found);
    }
    found
}

/// The passwords of addresses: `scheme://user:password@host`, and of `https` a user that is a token.
fn in_addresses(text: &str, found: &mut Vec<Range<usize>>) {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`');
    let mut marks = text.match_indices("://").peekable();
    while let Some((mark, _)) = marks.next() {
        let start = mark + 3;
        let next = marks.peek().map_or(text.len(), |(next, _)| *next);
        let rest = text.get(start..next).unwrap_or_default();
        let address = rest.find(ends).and_then(|end| rest.get(..end)).unwrap_or(rest);
        let host = address.find('/').unwrap_or(address.len());
        let in_host = address.get(..host).and_then(|host| host.rfind('@'));
        let Some(user) = in_host.or_else(|| address.rfind('@')).and_then(|at| address.get(..at))
        else {
            continue;
        };
        let end = start + user.len();
        match user.find(':') {
            Some(at) => {
                let password = user.get(at + 1..).unwrap_or_default();
                // A port is of digits, and a name behind a `/` belongs to a path.
                let is_port = password.starts_with(|c: char| c.is_ascii_digit());
                if (in_host.is_some() || (!is_port && at < host)) && is_value(password) {
                    found.push(start + at + 1..end);
                }
            }
            None => {
                let scheme = text.get(..mark).unwrap_or_default();
                let is_web = scheme.ends_with("http") || scheme.ends_with("https");
                if is_web && in_host.is_some() && user.len() >= 12 && is_value(user) {
                    found.push(start..end);
                }
            }
        }
    }
}

/// Values behind names that tell of a secret: `AccountKey=…;`, `&sig=…`, `PASSWORD=…`, `x-api-key: …`.
fn in_pairs(text: &str, found: &mut Vec<Range<usize>>) {
    let mut seen = 0;
    let is_connection = text.contains(';');
    let several = text.trim_end().contains('\n');
    let mut line = 0;
    for (sign, mark) in text.char_indices().filter(|(_, c)| matches!(c, '=' | ':' | '\n')) {
        if mark == '\n' {
            line = sign + 1;
            continue;
        }
        if sign < seen || !name_before(text, sign).is_some_and(|name| names_credential(name, mark))
        {
            continue;
        }
        let tail = text.get(sign + 1..).unwrap_or_default();
        let value = tail.trim_start_matches([' ', '\t']);
        if mark == ':' && is_block(value) {
            let block = block(text, line);
            seen = block.end;
            found.extend(Some(block).filter(|block| !block.is_empty()));
            continue;
        }
        // What stands behind a colon at once is often a version or a part of a name.
        let apart = value.len() < tail.len() || value.starts_with(['"', '\'']);
        let starts = |signs: &[char]| value.starts_with(signs);
        if (mark == ':' && (!apart || starts(&['{', '[']))) || starts(&['=', '~', '>']) {
            continue;
        }
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let quoted = quote.and_then(|quote| value.strip_prefix(quote)).unwrap_or(value);
        let at = sign + 1 + tail.len() - quoted.len();
        let to_its_end =
            quote.is_none() && is_setting(text.get(line..sign).unwrap_or_default(), mark, several);
        // Between the semicolons of a connection string anything may stand.
        let ends = |c: char| match c {
            '\n' | '\r' | ';' => true,
            '"' | '\'' => !to_its_end,
            '&' | ',' | ' ' => !(is_connection || to_its_end),
            _ => false,
        };
        let end = quoted.find(ends).unwrap_or(quoted.len());
        seen = at + end;
        if quoted.get(..end).is_some_and(is_value) {
            found.push(at..at + end);
        }
    }
}

/// Whether what stands before `sign` is all that its line has before the value: a setting, whose value goes to the
/// end of the line. A line alone may be a command or a sentence.
fn is_setting(head: &str, mark: char, several: bool) -> bool {
    const LONGEST: usize = 160;
    if head.len() > LONGEST {
        return false;
    }
    let head = head.trim().trim_start_matches("- ");
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let is_environment = !head.contains(|c: char| c.is_ascii_lowercase());
    head.chars().all(is_word) && (several || (mark == '=' && !is_environment))
}

/// Whether a value of YAML stands in the lines below: `|`, `>-`, `|2`.
fn is_block(value: &str) -> bool {
    let Some(rest) = value.strip_prefix(['|', '>']) else { return false };
    let behind = rest.trim_start_matches(|c| matches!(c, '+' | '-' | '1'..='9'));
    let end = behind.trim_start_matches([' ', '\t', '\r']);
    rest.len() - behind.len() <= 2 && (end.is_empty() || end.starts_with(['\n', '#']))
}

/// The lines below the one that starts at `line` which are indented further.
fn block(text: &str, line: usize) -> Range<usize> {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let mut lines = text.get(line..).unwrap_or_default().split_inclusive('\n');
    let head = lines.next().unwrap_or_default();
    let start = line + head.len();
    let mut end = start;
    let mut at = start;
    for below in lines {
        at += below.len();
        match below.trim() {
            "" => {}
            _ if below.len() - below.trim_start_matches(' ').len() > indent(head) => {
                end = at - (below.len() - below.trim_end().len());
            }
            _ => break,
        }
    }
    start..end
}

/// The texts of elements of XML that name a secret: `<password>…</password>`.
fn in_elements(text: &str, found: &mut Vec<Range<usize>>) {
    for (at, _) in text.match_indices('<') {
        let rest = text.get(at + 1..).unwrap_or_default();
        let name = token(rest, "._-:");
        let Some((head, '>')) = rest.char_indices().find(|(_, c)| matches!(c, '>' | '<')) else {
            continue;
        };
        let is_head = rest.get(name.len()..head).is_some_and(|more| {
            !more.ends_with('/') && (more.is_empty() || more.starts_with(char::is_whitespace))
        });
        let name = name.rsplit(':').next().unwrap_or_default();
        if !is_head || !names_secret(name) {
            continue;
        }
        let tail = rest.get(head + 1..).unwrap_or_default();
        let value = tail.split('<').next().unwrap_or_default();
        let is_closed = tail.get(value.len()..).is_some_and(|tail| tail.starts_with("</"));
        if is_closed && is_value(value.trim()) {
            let start = at + head + 2;
            found.push(start..start + value.len());
        }
    }
}

/// The passwords of a `.netrc`: `machine … login … password …`.
fn in_netrc(text: &str, found: &mut Vec<Range<usize>>) {
    const NAME: &str = "password";
    const LONGEST: usize = 512;
    for (at, _) in text.match_indices(NAME) {
        let tail = text.get(at + NAME.len()..).unwrap_or_default();
        if !tail.starts_with(char::is_whitespace) {
            continue;
        }
        let from = (at.saturating_sub(LONGEST)..at).find(|from| text.is_char_boundary(*from));
        let head = from.and_then(|from| text.get(from..at)).unwrap_or_default();
        let mut before = head.split_whitespace().rev();
        let [_, login, _, machine] = [(); 4].map(|()| before.next().unwrap_or_default());
        let value = tail.split_whitespace().next().unwrap_or_default();
        if login == "login" && machine == "machine" && is_value(value) {
            let start = text.len() - tail.trim_start().len();
            found.push(start..start + value.len());
        }
    }
}

/// Whether the text is base64 of one that holds credentials, as the data of a machine may be.
fn holds_credentials(text: &str) -> bool {
    let is_symbol =
        |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/' | b'=' | b'\r' | b'\n');
    if text.len() < SHORTEST_BASE64 || !text.bytes().all(is_symbol) {
        return false;
    }
    let Some(inner) = base64::decode(text) else { return false };
    let is_text =
        |c: char| c != char::REPLACEMENT_CHARACTER && (!c.is_control() || c.is_whitespace());
    inner.chars().all(is_text) && !places(&inner).is_empty()
}

/// The name that ends at `sign`, in quotes or not, where it is a word of its own.
fn name_before(text: &str, sign: usize) -> Option<&str> {
    const LONGEST: usize = 80;
    let from = text.get(..sign)?.char_indices().rev().nth(LONGEST).map_or(0, |(at, _)| at);
    let head = text.get(from..sign)?.trim_end_matches([' ', '\t', '"', '\'']);
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let name = head.rsplit(|c| !is_word(c)).next().filter(|name| !name.is_empty())?;
    let before = head.get(..head.len() - name.len())?.chars().next_back();
    before.is_none_or(|c| !matches!(c, ':' | '/' | '@' | '=')).then_some(name)
}

/// Whether a name before `=` or `:` tells of a credential.
fn names_credential(name: &str, mark: char) -> bool {
    const KEYS: [&str; 7] = [
        "accountkey",
        "sharedaccesskey",
        "sharedaccesssignature",
        "accesskey",
        "sig",
        "pwd",
        "x-amz-signature",
    ];
    names_secret(name) || (mark == '=' && KEYS.iter().any(|key| name.eq_ignore_ascii_case(key)))
}

/// What authorises a request: `Bearer …`, `Authorization: Basic …`.
fn in_headers(text: &str, found: &mut Vec<Range<usize>>) {
    const SAID: &str = "authorization";
    for scheme in ["bearer ", "basic "] {
        for at in words(text, scheme) {
            let start = at + scheme.len();
            let rest = text.get(start..).unwrap_or_default();
            let value = token(rest, "-._~+/=");
            let head =
                text.get(..at).unwrap_or_default().trim_end_matches([' ', ':', '=', '"', '\'']);
            let said = head.len().checked_sub(SAID.len()).and_then(|from| head.get(from..));
            // A word of prose is of small letters.
            let random = value.contains(|c: char| c.is_ascii_digit() || c.is_ascii_uppercase());
            if value.len() >= 8 && (random || said.is_some_and(|s| s.eq_ignore_ascii_case(SAID))) {
                found.push(start..start + value.len());
            }
        }
    }
}

/// Values behind flags that name a secret: `--password …`.
fn in_flags(text: &str, found: &mut Vec<Range<usize>>) {
    let mut seen = 0;
    for (at, _) in text.match_indices("--") {
        let rest = text.get(at..).unwrap_or_default();
        let flag = rest.split(char::is_whitespace).next().unwrap_or_default();
        let is_apart = at.checked_sub(1).is_none_or(|before| {
            text.as_bytes()
                .get(before)
                .is_some_and(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-')
        });
        if at < seen || !is_apart || !is_secret_flag(flag) {
            continue;
        }
        let tail = rest.get(flag.len()..).unwrap_or_default();
        let value = tail.trim_start_matches([' ', '\t']);
        let start = at + rest.len() - value.len();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (start, value) = match quote {
            Some(_) => (start + 1, value.get(1..).unwrap_or_default()),
            None => (start, value),
        };
        let ends = |c: char| match quote {
            Some(quote) => c == quote,
            None => c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '|' | '&' | ')'),
        };
        let end = value.find(ends).unwrap_or(value.len());
        let value = value.get(..end).unwrap_or_default();
        seen = start + end;
        if !value.starts_with("--") && is_value(value) {
            found.push(start..start + end);
        }
    }
}

/// Private keys: all between the lines that start and end them.
fn in_private_keys(text: &str, found: &mut Vec<Range<usize>>) {
    let mut seen = 0;
    for (at, line) in text.match_indices("-----BEGIN ") {
        let rest = text.get(at + line.len()..).unwrap_or_default();
        let name = rest.split("-----").next().unwrap_or_default();
        if at < seen || !(name.len() < 64 && name.contains("PRIVATE KEY")) {
            continue;
        }
        let start = at + line.len() + name.len();
        let body = text.get(start..).unwrap_or_default();
        seen = start + body.find("-----END").unwrap_or(body.len());
        found.push(start..seen);
    }
}

/// The passwords of sources as drivers of Go have them: `user:password@tcp(host)`.
fn in_sources(text: &str, found: &mut Vec<Range<usize>>) {
    const LONGEST: usize = 256;
    for mark in ["@tcp(", "@unix("] {
        for (at, _) in text.match_indices(mark) {
            let from = (at.saturating_sub(LONGEST)..at).find(|from| text.is_char_boundary(*from));
            let head = from.and_then(|from| text.get(from..at)).unwrap_or_default();
            let user =
                head.rsplit(|c: char| c.is_whitespace() || c == '"').next().unwrap_or_default();
            if let Some((name, password)) = user.split_once(':')
                && is_value(password)
            {
                found.push(at - user.len() + name.len() + 1..at);
            }
        }
    }
}

/// What the tokens of some issuers start with, of what they consist besides letters and digits, and how long they are
/// at least without their mark: as the issuers document them, and where they tell no length (OpenAI, Anthropic, Slack)
/// one that no word of a sentence has.
const MARKS: [(&str, &str, usize); 49] = [
    // GitHub, GitLab and Slack.
    ("ghp_", "-_/", 8),
    ("gho_", "-_/", 8),
    ("ghs_", "-_/", 8),
    ("ghu_", "-_/", 8),
    ("ghr_", "-_/", 8),
    ("github_pat_", "-_/", 8),
    ("glpat-", "-_/", 8),
    ("gldt-", "-_", 20),
    ("glrt-", "-_", 20),
    ("glrtr-", "-_", 20),
    ("glcbt-", "-_", 20),
    ("glptt-", "-_", 20),
    ("glft-", "-_", 20),
    ("glimt-", "-_", 20),
    ("gloas-", "-_", 20),
    ("glsoat-", "-_", 20),
    ("glagent-", "-_", 20),
    ("xoxa-", "-", 10),
    ("xoxb-", "-_/", 8),
    ("xoxc-", "-", 10),
    ("xoxe-", "-", 10),
    ("xoxp-", "-_/", 8),
    ("xoxr-", "-", 10),
    ("xoxs-", "-", 10),
    ("xapp-", "-_/", 8),
    // Stripe.
    ("sk_live_", "-_/", 8),
    ("rk_live_", "-_/", 8),
    ("sk_test_", "", 24),
    ("rk_test_", "", 24),
    ("whsec_", "+/=", 24),
    // OpenAI and Anthropic.
    ("sk-proj-", "-_", 40),
    ("sk-svcacct-", "-_", 40),
    ("sk-admin-", "-_", 40),
    ("sk-ant-", "-_", 40),
    // Registries: npm, PyPI (a macaroon of version 2), Docker Hub.
    ("npm_", "", 36),
    ("pypi-AgE", "-_", 50),
    ("dckr_pat_", "-_", 20),
    // Vault: service, batch and recovery tokens.
    ("hvs.", "-_", 24),
    ("hvb.", "-_", 24),
    ("hvr.", "-_", 24),
    // SendGrid (two parts with a dot between them), Shopify, DigitalOcean, Google.
    ("SG.", "-_.", 66),
    ("shpat_", "", 32),
    ("dop_v1_", "", 64),
    ("AIza", "-_", 35),
    // Addresses that take messages from whoever knows them.
    ("hooks.slack.com/services/", "-_/", 8),
    ("discord.com/api/webhooks/", "-_/", 8),
    ("discord.com/api/v10/webhooks/", "-_/", 8),
    ("discordapp.com/api/webhooks/", "-_/", 8),
    (".webhook.office.com/webhookb2/", "-_/@", 36),
];

/// The length of the shortest mark, and of the shortest token behind one.
const SHORTEST_TOKEN: usize = 4 + 8;

/// So long at least is base64 of a name, a sign and a value.
const SHORTEST_BASE64: usize = 16;

/// Tokens that their issuers let start with a mark of their own.
fn known_tokens(text: &str, found: &mut Vec<Range<usize>>) {
    static FINDER: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let finder = FINDER.get_or_init(|| AhoCorasick::new(MARKS.map(|(mark, ..)| mark)).ok());
    let mut seen = 0;
    for mark in finder.iter().flat_map(|finder| finder.find_iter(text)) {
        let Some((_, signs, least)) = MARKS.get(mark.pattern().as_usize()) else { continue };
        let start = mark.end();
        let value = token(text.get(start..).unwrap_or_default(), signs);
        if mark.start() >= seen && value.len() >= *least {
            seen = start + value.len();
            found.push(start..seen);
        }
    }
}

/// The letters, digits and `signs` that the text starts with.
fn token<'t>(text: &'t str, signs: &str) -> &'t str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || signs.contains(c)));
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// Where a word of small letters stands, in any case and not inside another one.
fn words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let bytes = text.as_bytes();
    let is_it = move |at: &usize| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        before.is_none_or(|before| !before.is_ascii_alphanumeric())
            && bytes
                .get(*at..*at + word.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
    };
    (0..bytes.len()).filter(is_it)
}

/// Whether the text is a value, and not what stands for one that is put in later: `${…}`, `{{ … }}`, `***`.
fn is_value(text: &str) -> bool {
    let slot = ["${", "$(", "$[", "{{"].iter().any(|mark| text.starts_with(mark));
    !text.is_empty() && !slot && text.chars().any(|c| c != '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        let mut places = places(text);
        places.sort_unstable_by_key(|place| std::cmp::Reverse(place.start));
        places.dedup();
        let mut shown = text.to_owned();
        places.into_iter().for_each(|place| shown.replace_range(place, "#"));
        shown
    }

    #[test]
    fn credentials_are_found() {
        for (text, expected) in [
            ("postgres://app:pw@db:5432/x", "postgres://app:#@db:5432/x"),
            ("redis://:p@ss@h/0 redis://h", "redis://:#@h/0 redis://h"),
            ("amqp://u:a/b@h", "amqp://u:#@h"),
            ("https://0123456789abcdef@o1.ingest.example/1", "https://#@o1.ingest.example/1"),
            ("Server=a;User ID=b;Password=c d;X=1", "Server=a;User ID=b;Password=#;X=1"),
            ("AccountName=a;AccountKey=b==;E=c", "AccountName=a;AccountKey=#;E=c"),
            ("Endpoint=sb://x/;SharedAccessKey=k=", "Endpoint=sb://x/;SharedAccessKey=#"),
            ("https://x/c?sv=1&sig=ab%3D&x=1", "https://x/c?sv=1&sig=#&x=1"),
            ("a = 1\ndb.password = p\n", "a = 1\ndb.password = #\n"),
            ("x-api-key: abc", "x-api-key: #"),
            ("{\"token\": \"abc\"} and", "{\"token\": \"#\"} and"),
            ("Authorization: Bearer abcdefgh", "Authorization: Bearer #"),
            ("basic dXNlcjpwYXNz", "basic #"),
            ("u:p@tcp(h:1)/d", "u:#@tcp(h:1)/d"),
            ("mysql --user a --password b -e x", "mysql --user a --password # -e x"),
            ("x --token \"a b\" --api-key 'c d'", "x --token \"#\" --api-key '#'"),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nab\n-----END",
                "-----BEGIN RSA PRIVATE KEY#-----END",
            ),
            ("https://hooks.slack.com/services/T0/B0/abc", "https://hooks.slack.com/services/#"),
            ("a=1\ndb.password=correct horse, battery\nb=2", "a=1\ndb.password=#\nb=2"),
            ("db.password=correct horse", "db.password=#"),
            ("a: 1\npassword: it's a b\nc: d", "a: 1\npassword: #\nc: d"),
            ("PGPASSWORD=a psql -h b", "PGPASSWORD=# psql -h b"),
            ("echo a\ncurl -d password=a -o b", "echo a\ncurl -d password=# -o b"),
            ("a:\n  password: |\n    b c\n\n    d\n  e: f", "a:\n  password: |\n#\n  e: f"),
            ("- token: >-\n    b\n- token: c", "- token: >-\n#\n- token: #"),
            ("<a><password>b c</password><b>d</b></a>", "<a><password>#</password><b>d</b></a>"),
            ("<x:token type=\"a\">b</x:token>", "<x:token type=\"a\">#</x:token>"),
            ("machine h\n login u\n password p", "machine h\n login u\n password #"),
            ("ZXhwb3J0IERCX1BBU1NXT1JEPWFiYwo=", "#"),
        ] {
            assert_eq!(masked(text), expected, "{text}");
        }
    }

    #[test]
    fn tokens_are_known_by_their_marks() {
        for (mark, signs, least) in MARKS {
            let value = "a1".repeat(least.div_ceil(2));
            assert_eq!(masked(&format!("A={mark}{value} b")), format!("A={mark}# b"));
            let short: String = value.chars().take(least.saturating_sub(1)).collect();
            let text = format!("A={mark}{short} b");
            assert_eq!(masked(&text), text);
            let other = format!("A={mark}a{}{value}", if signs.contains('.') { "~" } else { "." });
            assert_eq!(masked(&other), other);
        }
    }

    #[test]
    fn all_else_is_shown() {
        for text in [
            "https://host:8080/@scope/name",
            "npm_config_registry_of_the_whole_company_and_its_daughters",
            "sk_test_environment_of_the_whole_company",
            "pypi-mirror-of-the-whole-company-and-of-all-its-daughters.example",
            "MSG.of.the.whole.company",
            "oci://host/name:v1@sha256:00",
            "ssh://git@host/x",
            "arn:aws:secretsmanager:eu-west-1:1:secret:prod/db",
            "secret-manager:1.2.3",
            "password=${DB_PASSWORD}",
            "token: {{ .token }}",
            "Basic authentication",
            "secretName=a",
            "token == 1",
            "-----BEGIN CERTIFICATE-----\nab",
            "a://b://c",
            "é=é:é@é",
            "x --password --verbose",
            "x --password ${PASSWORD} --secret-name a",
            "a--password b",
            "<secretName>a</secretName><password/><password></password>",
            "<password>${env.PASSWORD}</password>",
            "the machine login asks for a password first",
            "ZXhwb3J0IEE9YgpleHBvcnQgQz1kCg==",
        ] {
            assert_eq!(masked(text), text, "{text}");
        }
    }
}
