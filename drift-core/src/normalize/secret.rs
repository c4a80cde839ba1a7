//! Key names that are secret by default.

/// What a name says of the value that stands under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    Nothing,
    /// It holds a secret.
    Secret,
    /// It holds the name of an entry, as `name` does in `{name: DB_PASSWORD, value: …}`.
    Name,
    /// It holds the value of an entry.
    Value,
}

impl Says {
    /// Whether a name says nothing, as far as a glance tells: most do.
    #[inline]
    pub(super) fn is_nothing(name: &[u8]) -> bool {
        // So long are the names that say something without one of the words.
        const BY_THEMSELVES: u32 =
            lengths(&ENTRY_NAMES) | lengths(&ENTRY_VALUES) | lengths(&HEADERS);
        let by_itself = name.len() < 32 && BY_THEMSELVES & 1 << name.len() != 0;
        !by_itself && name.is_ascii() && !has_letters(name)
    }

    pub(super) fn of(name: &str) -> Self {
        if names_secret(name) || names_header(name) {
            Self::Secret
        } else if is_entry_value(name) {
            Self::Value
        } else if is_entry_name(name) {
            Self::Name
        } else {
            Self::Nothing
        }
    }
}

/// The names of fields that hold the name of an entry: `OptionName` is one of AWS Elastic Beanstalk, `HeaderName` one
/// of Amazon CloudFront.
const ENTRY_NAMES: [&str; 4] = ["name", "key", "optionname", "headername"];
/// The names of fields that hold the value of an entry.
const ENTRY_VALUES: [&str; 2] = ["value", "headervalue"];
/// Headers that authorise whoever sends them (RFC 9110, 11.6.2 and 11.7.2; RFC 6265, 4).
const HEADERS: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "set-cookie"];

/// The kind of the objects of Kubernetes whose values are secret, of this version.
pub(super) const SECRET_KIND: &str = "Secret";
const SECRET_VERSION: &str = "v1";

/// Whether a field of this name holds the values of a Secret of Kubernetes, where it stands in one.
pub(super) fn is_secret_data(field: &str) -> bool {
    matches!(field, "data" | "stringData")
}

/// Whether a map with these fields is a Secret of Kubernetes (Secret v1 core). It may stand anywhere: objects that make
/// others hold them whole, as `Template.objects` of OpenShift and `ManifestWork` of Open Cluster Management do.
pub(super) fn is_secret_object(api_version: Option<&str>, kind: Option<&str>) -> bool {
    kind == Some(SECRET_KIND) && api_version == Some(SECRET_VERSION)
}

fn is_one_of(name: &str, known: &[&str]) -> bool {
    known.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether a field of this name holds the name of an entry.
pub(super) fn is_entry_name(field: &str) -> bool {
    is_one_of(field, &ENTRY_NAMES)
}

/// Whether a field of this name holds the value of an entry.
pub(super) fn is_entry_value(field: &str) -> bool {
    is_one_of(field, &ENTRY_VALUES)
}

/// Whether a header of this name authorises whoever sends it.
pub(crate) fn names_header(name: &str) -> bool {
    is_one_of(name, &HEADERS)
}

/// A bit for each length of some names.
const fn lengths(names: &[&str]) -> u32 {
    let (mut set, mut rest) = (0, names);
    while let [name, behind @ ..] = rest {
        set |= 1 << name.len();
        rest = behind;
    }
    set
}

/// Whether an argument is a flag whose value, the argument behind it, is a secret: `--password`.
pub(crate) fn is_secret_flag(text: &str) -> bool {
    let name = text.trim_start_matches('-');
    let is_flag = text.len() > name.len() && !name.contains(['=', ' ', '\n']);
    is_flag && names_secret(name)
}

/// Whether a field of this name holds a secret: its words, split at case, `_`, `-` and `.`, hold
/// one that names a credential, or end with one, and the last of them does not say that it is a reference.
pub(crate) fn names_secret(name: &str) -> bool {
    if !may_name_secret(name) {
        return false;
    }
    let words = words(name);
    let last = words.last().map(String::as_str);
    if matches!(last, Some("ref" | "arn" | "name" | "path")) {
        return false;
    }
    if is_short(name, &words) {
        return true;
    }
    let single = |word: &String| {
        matches!(
            word.as_str(),
            "password"
                | "passwords"
                | "passwd"
                | "passphrase"
                | "secret"
                | "token"
                | "credential"
                | "credentials"
        )
    };
    let key = |pair: &[String]| matches!(pair, [a, b] if b == "key" && (a == "api" || a == "private" || a == "preshared"));
    // `PGPASSWORD` and `MYSQL_ROOTPASSWORD` have no break before the word.
    let ends = |word: &String| word.ends_with("password") || word.ends_with("passwd");
    let access = |pair: &&[String]| matches!(pair, [a, b] if b == "key" && (a == "access" || a == "account" || a == "shared"));
    words.iter().any(|word| single(word) || ends(word))
        || words.windows(2).any(key)
        || words.windows(2).last().filter(access).is_some()
        || words.iter().any(|word| word == "apikey" || word == "privatekey")
}

/// Whether it is a name by which programs take a password, without that word: `MYSQL_PWD` (MySQL, Environment
/// Variables), `RABBITMQ_DEFAULT_PASS` (the image of RabbitMQ), `requirepass` and `masterauth` (`redis.conf`),
/// `REDISCLI_AUTH` (`redis-cli`), `SSHPASS` (`sshpass`), and others that end in `pass` or `pwd`. `PWD` alone is
/// a folder, and a `pass` may be a run: in small letters it counts behind whose it is.
fn is_short(name: &str, words: &[String]) -> bool {
    const NAMES: [&str; 4] = ["requirepass", "masterauth", "REDISCLI_AUTH", "SSHPASS"];
    const WHOSE: [&str; 12] = [
        "db", "database", "user", "default", "admin", "root", "key", "smtp", "ldap", "mysql",
        "redis", "mongo",
    ];
    let [.., before, last] = words else {
        return NAMES.iter().any(|known| name.eq_ignore_ascii_case(known));
    };
    let is_environment = name.contains('_') && !name.contains(|c: char| c.is_ascii_lowercase());
    match last.as_str() {
        "pwd" => before != "old",
        "pass" => is_environment || WHOSE.contains(&before.as_str()),
        "auth" => name.eq_ignore_ascii_case("REDISCLI_AUTH"),
        _ => false,
    }
}

/// The words by which names tell of secrets, and parts of them that stand for several.
const WORDS: [&[u8]; 8] =
    [b"pass", b"secret", b"token", b"credential", b"key", b"pwd", b"masterauth", b"rediscli"];

/// The letters of a word as bits. Letters of one kind differ from each other in their lowest five bits, in
/// either case.
const fn letters(word: &[u8]) -> u32 {
    let (mut set, mut rest) = (0, word);
    while let [letter, behind @ ..] = rest {
        set |= 1 << (*letter & 31);
        rest = behind;
    }
    set
}

/// Whether the name has all letters of one of the words, in whatever order.
#[inline]
fn has_letters(name: &[u8]) -> bool {
    const LETTERS: [u32; 8] = [
        letters(WORDS[0]),
        letters(WORDS[1]),
        letters(WORDS[2]),
        letters(WORDS[3]),
        letters(WORDS[4]),
        letters(WORDS[5]),
        letters(WORDS[6]),
        letters(WORDS[7]),
    ];
    let set = letters(name);
    LETTERS.iter().any(|word| set & word == *word)
}

/// The letters with which the words start.
const FIRST: u32 = {
    let (mut set, mut rest) = (0, WORDS.as_slice());
    while let [word, behind @ ..] = rest {
        if let [letter, ..] = word {
            set |= letters(&[*letter]);
        }
        rest = behind;
    }
    set
};

/// Whether the name holds one of the words at all, which few names do.
fn may_name_secret(name: &str) -> bool {
    let name = name.as_bytes();
    // Beyond ASCII, letters may become these in lower case: the Kelvin sign is one.
    if !name.is_ascii() {
        return true;
    }
    let starts_word = |(at, letter): (usize, &u8)| {
        let rest = name.get(at..).unwrap_or_default();
        let start = |word: &[u8]| rest.get(..word.len()).unwrap_or_default();
        FIRST & (1 << (letter & 31)) != 0
            && WORDS.iter().any(|word| start(word).eq_ignore_ascii_case(word))
    };
    has_letters(name) && name.iter().enumerate().any(starts_word)
}

/// The words of a name in lower case: `dbPassword`, `DB_PASSWORD` and `db-password` have two.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (i, c) in chars.iter().enumerate() {
        if matches!(c, '_' | '-' | '.' | ' ' | '/' | ':') {
            words.push(std::mem::take(&mut word));
            continue;
        }
        let previous = i.checked_sub(1).and_then(|at| chars.get(at));
        let after_lower = previous.is_some_and(|p| p.is_lowercase() || p.is_ascii_digit());
        // The last capital of a run starts a word where a small letter follows: `APIKey`.
        let before_lower = previous.is_some_and(|p| p.is_uppercase())
            && chars.get(i + 1).is_some_and(|next| next.is_lowercase());
        if c.is_uppercase() && (after_lower || before_lower) {
            words.push(std::mem::take(&mut word));
        }
        word.extend(c.to_lowercase());
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags() {
        for flag in [
            "--password",
            "-password",
            "--client-secret",
            "--apiKey",
            "--auth.token",
            "--requirepass",
            "--db-pass",
        ] {
            assert!(is_secret_flag(flag), "{flag}");
        }
        for text in
            ["password", "--password=x", "--user", "--", "", "--secret-name", "- the secret"]
        {
            assert!(!is_secret_flag(text), "{text}");
        }
    }

    #[test]
    fn each_word_is_found_wherever_it_stands() {
        for word in WORDS {
            let text = std::str::from_utf8(word).unwrap();
            for name in [text.to_owned(), format!("x{}", text.to_uppercase()), format!("{text}_x")]
            {
                assert!(may_name_secret(&name), "{name}");
            }
        }
        assert!(!may_name_secret("yek") && !may_name_secret("ssap_terces"));
    }

    #[test]
    fn a_glance_takes_nothing_away() {
        let known = [
            "name",
            "Key",
            "optionName",
            "HeaderName",
            "value",
            "headervalue",
            "authorization",
            "Proxy-Authorization",
            "cookie",
            "set-cookie",
            "requirepass",
            "REDISCLI_AUTH",
            "MYSQL_PWD",
            "clientSecret",
            "authToken",
            "credentials",
            "private_key",
            "masterauth",
            "to\u{212A}en",
        ];
        for name in known {
            assert!(!Says::is_nothing(name.as_bytes()), "{name}");
            assert!(name == "to\u{212A}en" || Says::of(name) != Says::Nothing, "{name}");
        }
        assert!(Says::is_nothing(b"imageId") && Says::is_nothing(b"a-long-name-of-a-rule"));
    }

    #[test]
    fn headers() {
        assert!(names_header("Authorization") && names_header("set-cookie"));
        assert!(!names_header("AuthorizationType") && !names_header("cookies"));
    }

    #[test]
    fn names() {
        for name in [
            "password",
            "dbPassword",
            "DB_PASSWORD",
            "master-user-password",
            "clientSecret",
            "APIKey",
            "api_key",
            "apiKeys.apiKey",
            "private_key",
            "privateKey",
            "authToken",
            "credentials",
            "MasterUserPassword",
            "PGPASSWORD_TOKEN",
            "x.secret",
            "passphrase",
            "PGPASSWORD",
            "storageAccessKey",
            "account_key",
            "DB_PASS",
            "RABBITMQ_DEFAULT_PASS",
            "dbPass",
            "MYSQL_PWD",
            "adminPwd",
            "requirepass",
            "masterauth",
            "REDISCLI_AUTH",
            "SSHPASS",
            "passwords",
            "tunnel1_preshared_key",
            "PreSharedKey",
            "shared_key",
        ] {
            assert!(names_secret(name), "{name}");
        }
        for name in [
            "secretKeyRef",
            "secretName",
            "secret_arn",
            "token_path",
            "passwordless",
            "access_key_id",
            "PASSWORDLESS_LOGIN",
            "tokenize",
            "imagePullSecrets",
            "key",
            "publicKey",
            "apiVersion",
            "secretary",
            "allowSharedKeyAccess",
            "shared_access_key_enabled",
            "PWD",
            "OLDPWD",
            "OLD_PWD",
            "pass",
            "bypass",
            "first_pass",
            "boardingPass",
            "pass_through",
            "iam:PassRole",
            "AUTH",
            "auth_mode",
            "name",
            "",
        ] {
            assert!(!names_secret(name), "{name}");
        }
    }
}
