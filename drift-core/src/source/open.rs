//! Bytes into a document: which syntax they are in, and whether there is anything in them.

use super::{Format, Mapping, ParseOptions, arm, auto};
use crate::error::{Code, Error, Result};
use crate::value::{Document, Kind, YamlSchema};

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// As the text itself shows.
    Detect,
    Json,
    Ndjson,
    Yaml,
    Hcl,
    Sql,
    Dotenv,
    Ini,
    Toml,
}

/// How a document is read.
#[derive(Clone, Copy, Debug)]
pub(super) enum View<'o> {
    Records,
    Kubernetes,
    TerraformState,
    TerraformShow,
    TerraformPlan,
    Cloudformation,
    CloudformationDrifts,
    AnsibleCheck,
    ArmTemplate,
    PulumiStack,
    PulumiPreview,
    PulumiEvents,
    SqlSchema,
    Mapping(&'o Mapping),
}

impl View<'_> {
    pub(super) fn format(self) -> Format {
        match self {
            Self::Records => Format::Records,
            Self::Kubernetes => Format::Kubernetes,
            Self::TerraformState => Format::TerraformState,
            Self::TerraformShow => Format::TerraformShow,
            Self::TerraformPlan => Format::TerraformPlan,
            Self::Cloudformation => Format::Cloudformation,
            Self::CloudformationDrifts => Format::CloudformationDrifts,
            Self::AnsibleCheck => Format::AnsibleCheck,
            Self::ArmTemplate => Format::ArmTemplate,
            Self::PulumiStack => Format::PulumiStack,
            Self::PulumiPreview => Format::PulumiPreview,
            Self::PulumiEvents => Format::PulumiEvents,
            Self::SqlSchema => Format::SqlSchema,
            Self::Mapping(_) => Format::Mapping,
        }
    }
}

/// File name extensions that are read.
const EXTENSIONS: [(&str, Syntax); 12] = [
    ("json", Syntax::Json),
    ("tfstate", Syntax::Json),
    ("ndjson", Syntax::Ndjson),
    ("jsonl", Syntax::Ndjson),
    ("yaml", Syntax::Yaml),
    ("yml", Syntax::Yaml),
    ("tf", Syntax::Hcl),
    ("tofu", Syntax::Hcl),
    ("sql", Syntax::Sql),
    ("env", Syntax::Dotenv),
    ("ini", Syntax::Ini),
    ("toml", Syntax::Toml),
];

impl Syntax {
    /// The syntax of a file of this name; `None` where such files are not read.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        let known = EXTENSIONS.iter().find(|(known, _)| extension.eq_ignore_ascii_case(known));
        let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
        // `.env.production` is one for a stage.
        let staged = || last.starts_with(".env.").then_some(Self::Dotenv);
        known.map(|(_, syntax)| *syntax).or_else(staged).filter(|syntax| syntax.is_built())
    }

    /// Whether the crate was built with what reads it.
    fn is_built(self) -> bool {
        let needs = [
            (Self::Hcl, cfg!(feature = "hcl")),
            (Self::Sql, cfg!(feature = "sql")),
            (Self::Toml, cfg!(feature = "toml")),
        ];
        needs.iter().all(|(syntax, is_there)| *syntax != self || *is_there)
    }

    /// The format of a text that is no document; `None` where it is one.
    pub(super) fn own_format(self) -> Option<Format> {
        match self {
            Self::Hcl => Some(Format::TerraformConfig),
            Self::Sql => Some(Format::SqlDdl),
            Self::Dotenv => Some(Format::Dotenv),
            Self::Ini => Some(Format::Ini),
            Self::Toml => Some(Format::Toml),
            Self::Detect | Self::Json | Self::Ndjson | Self::Yaml => None,
        }
    }

    /// The extensions that are read, for errors.
    pub(super) fn names() -> String {
        let built = EXTENSIONS.iter().filter(|(_, syntax)| syntax.is_built());
        let names: Vec<String> = built.map(|(name, _)| format!("`.{name}`")).collect();
        match names.split_last() {
            Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
            None => String::new(),
        }
    }
}

/// A file's name, relative and with `/` between its parts.
pub(super) fn relative(name: &str) -> String {
    let parts = name.split(['/', '\\']).filter(|part| !matches!(*part, "" | "."));
    parts.collect::<Vec<_>>().join("/")
}

/// The document in `bytes`, and the view to read it through.
pub(super) fn open<'a, 'o>(
    bytes: &'a [u8],
    syntax: Syntax,
    options: &'o ParseOptions,
) -> Result<(View<'o>, Document<'a>)> {
    let view = asked(options)?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let Some(first) = text.first() else {
        return Err(no_resources("the text is empty"));
    };
    let json = match syntax {
        Syntax::Json => Document::parse_json(bytes, &options.read),
        Syntax::Ndjson => Document::parse_json_stream(bytes, &options.read),
        Syntax::Detect if matches!(first, b'{' | b'[') => {
            Document::parse_json_stream(bytes, &options.read)
        }
        // What is no document has been read before, unless the format says that it is one.
        _ => {
            let starts_so = syntax == Syntax::Detect && *first == b'/';
            let read = starts_so.then(|| commented(bytes, view, options)).flatten();
            return read.unwrap_or_else(|| yaml(bytes, view, options));
        }
    };
    match json {
        Ok(document) => told(view, document),
        Err(error) => match error.code() == Code::Parse {
            true => commented(bytes, view, options)
                .unwrap_or_else(|| otherwise(bytes, syntax, view, options, error)),
            false => Err(error),
        },
    }
}

/// Templates of Azure may hold comments, and expressions over several lines.
fn commented<'a, 'o>(
    bytes: &[u8],
    view: Option<View<'o>>,
    options: &ParseOptions,
) -> Option<Result<(View<'o>, Document<'a>)>> {
    if !matches!(view, None | Some(View::ArmTemplate)) {
        return None;
    }
    let plain = arm::comments::plain(bytes)?;
    let document = Document::parse_json(&plain, &options.read).map(Document::into_owned);
    let read = document.and_then(|document| told(view, document));
    // Anything else may hold what looks like a comment and is none.
    (view.is_some() || matches!(read, Ok((View::ArmTemplate, _)))).then_some(read)
}

/// A text that is no JSON, and may be something that starts like it.
fn otherwise<'a, 'o>(
    bytes: &'a [u8],
    syntax: Syntax,
    view: Option<View<'o>>,
    options: &'o ParseOptions,
    error: Error,
) -> Result<(View<'o>, Document<'a>)> {
    match syntax {
        // YAML may start like JSON: `{apiVersion: v1, …}`, or JSON documents with `---` between.
        Syntax::Detect => {
            let read = yaml(bytes, view, options).ok();
            let starts_so = |view| matches!(view, View::Kubernetes | View::Cloudformation);
            read.filter(|(view, _)| starts_so(*view)).ok_or(error)
        }
        // The engine of Pulumi writes one event a line into a file of any name.
        Syntax::Json => {
            let events = Document::parse_json_stream(bytes, &options.read);
            let read = events.and_then(|document| told(view, document)).ok();
            read.filter(|(view, _)| matches!(view, View::PulumiEvents)).ok_or(error)
        }
        _ => Err(error),
    }
}

/// The mapping that the text is read through, where it need not be told what the text is.
pub(super) fn lazily(syntax: Syntax, options: &ParseOptions) -> Option<&Mapping> {
    let json = matches!(syntax, Syntax::Detect | Syntax::Ndjson);
    match asked(options) {
        Ok(Some(View::Mapping(mapping))) if json => Some(mapping),
        _ => None,
    }
}

/// The view that the options ask for; `None` where the document is to tell.
fn asked(options: &ParseOptions) -> Result<Option<View<'_>>> {
    match (options.format, &options.mapping) {
        (Format::Auto | Format::Mapping, Some(mapping)) => Ok(Some(View::Mapping(mapping))),
        (Format::Mapping, None) => {
            Err(Error::new(Code::Option, "the format `mapping` goes with a mapping")
                .with_help("say in `mapping` how resources stand in the document"))
        }
        (format, Some(_)) => {
            Err(Error::new(Code::Option, format!("a mapping does not go with `{format}`")))
        }
        (Format::Records, None) => Ok(Some(View::Records)),
        (Format::Kubernetes, None) => Ok(Some(View::Kubernetes)),
        (Format::TerraformState, None) => Ok(Some(View::TerraformState)),
        (Format::TerraformShow, None) => Ok(Some(View::TerraformShow)),
        (Format::TerraformPlan, None) => Ok(Some(View::TerraformPlan)),
        (Format::Cloudformation, None) => Ok(Some(View::Cloudformation)),
        (Format::CloudformationDrifts, None) => Ok(Some(View::CloudformationDrifts)),
        (Format::AnsibleCheck, None) => Ok(Some(View::AnsibleCheck)),
        (Format::ArmTemplate, None) => Ok(Some(View::ArmTemplate)),
        (Format::PulumiStack, None) => Ok(Some(View::PulumiStack)),
        (Format::PulumiPreview, None) => Ok(Some(View::PulumiPreview)),
        (Format::PulumiEvents, None) => Ok(Some(View::PulumiEvents)),
        (Format::SqlSchema, None) => Ok(Some(View::SqlSchema)),
        // Configuration and statements are no documents, and have been read before.
        (
            Format::Auto
            | Format::TerraformConfig
            | Format::SqlDdl
            | Format::Dotenv
            | Format::Ini
            | Format::Toml,
            None,
        ) => Ok(None),
    }
}

/// YAML reads scalars as `kubectl` does for Kubernetes alone, and short tags in templates alone, so
/// the view must be known first.
fn yaml<'a, 'o>(
    bytes: &'a [u8],
    view: Option<View<'o>>,
    options: &ParseOptions,
) -> Result<(View<'o>, Document<'a>)> {
    let parse = |schema| Document::parse_yaml(bytes, schema, &options.read);
    match view {
        Some(View::Kubernetes) => told(view, parse(YamlSchema::Kubectl)?),
        Some(View::Cloudformation) => told(view, parse(YamlSchema::Cfn)?),
        Some(_) => told(view, parse(YamlSchema::Core)?),
        None => {
            let manifest = parse(YamlSchema::Kubectl).and_then(|document| told(view, document));
            if matches!(manifest, Ok((View::Kubernetes, _))) {
                return manifest;
            }
            let core = parse(YamlSchema::Core).and_then(|document| told(view, document));
            match core {
                // Kubernetes by its looks, and yet `kubectl` would not read it.
                Ok((View::Kubernetes, _)) => manifest,
                Ok((View::Cloudformation, _)) => told(None, parse(YamlSchema::Cfn)?),
                Err(error) if error.code() == Code::Parse => {
                    let template = parse(YamlSchema::Cfn).and_then(|document| told(view, document));
                    let template = template.ok();
                    template.filter(|(view, _)| matches!(view, View::Cloudformation)).ok_or(error)
                }
                other => other,
            }
        }
    }
}

/// The document with its view, told from the document where none was asked for.
fn told<'a, 'o>(
    view: Option<View<'o>>,
    document: Document<'a>,
) -> Result<(View<'o>, Document<'a>)> {
    let container = |kind| matches!(kind, Kind::List | Kind::Map);
    if !document.roots().any(|root| container(root.kind())) {
        return Err(without_containers(&document));
    }
    let view = match view {
        Some(view) => view,
        None => auto::decide(&document)?,
    };
    Ok((view, document))
}

fn no_resources(message: &str) -> Error {
    Error::new(Code::NoResources, message)
}

/// Nothing but scalars: perhaps the name of a file was passed for what it holds.
fn without_containers(document: &Document<'_>) -> Error {
    let name = document.root().as_str().filter(|text| {
        text.len() <= 200 && !text.contains(char::is_whitespace) && Syntax::of_name(text).is_some()
    });
    match name {
        Some(name) => no_resources("the text is a single string").with_help(format!(
            "`{name}` looks like a file name; read the file and pass its bytes"
        )),
        None if document.roots().len() == 0 => no_resources("the text holds no document"),
        None => no_resources("the text holds neither a list nor a map")
            .with_help("pass what a file holds, not its name"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(text: &str, format: Format) -> Result<(Format, usize)> {
        let options = ParseOptions { format, ..ParseOptions::default() };
        let (view, document) = open(text.as_bytes(), Syntax::Detect, &options)?;
        Ok((view.format(), document.roots().len()))
    }

    #[test]
    fn names_say_the_syntax() {
        assert_eq!(Syntax::of_name("a/b.YAML"), Some(Syntax::Yaml));
        assert_eq!(Syntax::of_name("b.jsonl"), Some(Syntax::Ndjson));
        for name in [".env", "prod.env", "a/.env.local"] {
            assert_eq!(Syntax::of_name(name), Some(Syntax::Dotenv), "{name}");
        }
        assert_eq!(Syntax::of_name("main.tofu"), Syntax::of_name("main.tf"));
        assert_eq!(Syntax::of_name("php.INI"), Some(Syntax::Ini));
        assert_eq!(Syntax::of_name("README.md"), None);
        assert_eq!(Syntax::of_name("Makefile"), None);
    }

    #[test]
    fn names_become_relative() {
        for (name, expected) in
            [("/a/./b.yaml", "a/b.yaml"), ("a\\b.yaml", "a/b.yaml"), ("./c.json", "c.json")]
        {
            assert_eq!(relative(name), expected);
        }
    }

    #[test]
    fn the_text_shows_its_syntax() {
        let object = r#"{"apiVersion":"v1","kind":"X","metadata":{"name":"a"}}"#;
        let yaml = "apiVersion: v1\nkind: X\nmetadata: {name: a}\n";
        let flow = "{apiVersion: v1, kind: X, metadata: {name: a}}";
        let bom = format!("\u{feff}{object}");
        for (text, documents) in [
            (object.to_owned(), 1),
            (format!("{object}\n{object}"), 2),
            (format!("{object}\n---\n{object}"), 2),
            (yaml.to_owned(), 1),
            (format!("---\n# nothing\n---\n{yaml}---\n{yaml}"), 2),
            (flow.to_owned(), 1),
            (bom, 1),
        ] {
            for format in [Format::Auto, Format::Kubernetes] {
                let found = opened(&text, format).unwrap();
                assert_eq!(found, (Format::Kubernetes, documents), "{text}");
            }
        }
    }

    #[test]
    fn broken_json_is_reported_as_json() {
        for text in ["{\"a\": 1,}", "[{\"type\": x}]", "{{ .Values.x }}"] {
            for format in [Format::Auto, Format::Records] {
                let error = opened(text, format).unwrap_err();
                assert_eq!(error.code(), Code::Parse, "{text}: {error}");
                assert_eq!(error.position().unwrap().line, 1);
            }
        }
        let options = ParseOptions::default();
        let error = open(b"{\"a\": \"\xff\"}", Syntax::Detect, &options);
        assert_eq!(error.unwrap_err().position().unwrap().offset, 7);
    }

    #[test]
    fn nothing_in_it_is_said_so() {
        for text in ["", " \n", "\u{feff}", "# a comment\n", "---\n---\n", "secret", "12", "null"] {
            for format in Format::list().iter().filter(|format| **format != Format::Mapping) {
                let error = opened(text, *format).unwrap_err();
                assert_eq!(error.code(), Code::NoResources, "{text:?}: {error}");
                assert!(!format!("{error:?}").contains("secret"));
            }
        }
        let error = opened("manifests/app.yaml", Format::Auto).unwrap_err();
        let help = "`manifests/app.yaml` looks like a file name; read the file and pass its bytes";
        assert_eq!((error.code(), error.help()), (Code::NoResources, Some(help)));
    }

    #[test]
    fn a_mapping_and_its_format_go_together() {
        let error = opened("{}", Format::Mapping).unwrap_err();
        assert_eq!(error.code(), Code::Option);
        let mapping =
            Mapping::from_json(r#"{"items": "$[*]", "type": {"const": "t"}, "id": "$.id"}"#);
        let mut options = ParseOptions { mapping: mapping.ok(), ..ParseOptions::default() };
        let (view, _) = open(b"[]", Syntax::Detect, &options).unwrap();
        assert_eq!(view.format(), Format::Mapping);
        options.format = Format::Records;
        let error = open(b"[]", Syntax::Detect, &options).unwrap_err();
        assert_eq!(error.code(), Code::Option);
    }
}
