//! Bytes into a [`Snapshot`]: strict, one file a format.
//!
//! Bytes become a document, the view of one format reads it, and what was read becomes a snapshot.
//! What a format does not know is an error, never skipped.

mod about;
mod ansible;
mod arm;
mod arn;
mod auto;
mod cloudformation;
mod collect;
mod follow;
mod format;
mod kubernetes;
mod lines;
mod mapping;
mod open;
mod own;
mod pages;
mod pulumi;
mod records;
mod settings;
#[cfg(feature = "sql")]
mod sql;
pub(crate) mod sql_types;
pub(crate) mod strict;
mod taken;
mod terraform;

pub use about::About;
pub use arm::ParameterJson;
pub(crate) use arm::{Entry, parameters_in};
pub use cloudformation::{ParameterValue, StackResources};
pub(crate) use follow::Follower;
pub use format::Format;
pub(crate) use lines::Lines;
pub use mapping::{Mapping, MappingAbout};
pub(crate) use terraform::check_version as check_terraform_version;
pub(crate) use terraform::family as terraform_family;

use crate::error::{Code, Error, Result};
use crate::limits::Stop;
use crate::model::{
    Cell, Coverage, Gap, Name, Reason, Resource, ResourceKey, Scope, Snapshot, SourceRef, Warning,
};
use crate::time::Timestamp;
use crate::value::{Document, ReadOptions, Value, did_you_mean};
use follow::Nobody;
use lines::positions;
use open::{Syntax, View};
use own::config;
use pages::{concerns_pages, continues, is_continuation, may_concern_pages};
use std::collections::{BTreeMap, BTreeSet};
use taken::Taken;

/// How documents are read into a [`Snapshot`], and what they speak for.
///
/// ```
/// use drift_core::source::ParseOptions;
/// use drift_core::{Format, Scope, Snapshot};
/// let options = ParseOptions {
///     format: Format::Kubernetes,
///     scope: Scope::new().with("cluster", "prod"),
///     complete: true,
///     ..ParseOptions::default()
/// };
/// let live = br#"{"apiVersion": "v1", "kind": "List", "items": []}"#;
/// assert!(Snapshot::parse_with(live, &options)?.coverage().is_complete());
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ParseOptions {
    /// What the document holds. With [`Format::Auto`] and a mapping it is read through that.
    pub format: Format,
    /// The name of the file, for errors and for each resource's source.
    pub name: Option<String>,
    /// How resources stand in the document; for [`Format::Mapping`].
    pub mapping: Option<Mapping>,
    /// Whether the documents hold everything there is: what is absent does not exist.
    pub complete: bool,
    /// Cells of which the documents hold everything.
    pub covers: Vec<Cell>,
    /// Fills the fields that a resource's own scope leaves out.
    pub scope: Scope,
    /// The bounds on the text, and what a key that stands twice in one map means.
    pub read: ReadOptions,
    /// The revision that the documents were read at, a commit for example.
    pub revision: Option<String>,
    /// Which of the format's views is meant, one of [`Format::views`]; the first by default.
    pub view: Option<String>,
    /// What could not be read, and why.
    pub gaps: Vec<Gap>,
    /// What ought to have been read: accounts, regions, clusters. It gives coverage its denominator.
    pub expected: Vec<Cell>,
    /// When the documents were read.
    pub taken_at: Option<Timestamp>,
    /// Values for the parameters of a template; names that start with `AWS::` are those of pseudo
    /// parameters.
    pub parameters: BTreeMap<String, ParameterValue>,
    /// The same values as they were given in JSON: templates of Azure take each as the type that they
    /// declare, and look here first.
    pub typed_parameters: BTreeMap<String, ParameterJson>,
    /// What the stack of a template lists: its physical ids.
    pub stack_resources: Option<StackResources>,
    /// Whose SQL it is: `postgresql`, `mysql`, `mariadb` or `sqlite`.
    pub dialect: Option<String>,
    /// How many threads may read at once; 1 where it is 0. NDJSON is cut at the ends of lines, and all
    /// else is read by one.
    pub threads: usize,
}

impl<'a> Snapshot<'a> {
    /// Reads one text of a format.
    ///
    /// A text that holds a list of resources, or several, covers every pair of the types and the
    /// namespaces that it holds, unless it says that there is more to fetch.
    ///
    /// # Errors
    /// `DRIFT_PARSE`, `DRIFT_DUPLICATE_FIELD` and `DRIFT_LIMIT` where the text cannot be read;
    /// `DRIFT_FORMAT` where it is not what the format asks for, `DRIFT_NO_RESOURCES` where it holds
    /// none, `DRIFT_DUPLICATE_KEY` where it holds one twice.
    ///
    /// ```
    /// use drift_core::{Format, Snapshot};
    /// let text = br#"{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}"#;
    /// let snapshot = Snapshot::parse(text, Format::Auto)?;
    /// assert_eq!(snapshot.resources()[0].key.to_string(), "kubernetes core/Service web");
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn parse(bytes: &'a [u8], format: Format) -> Result<Self> {
        Self::parse_with(bytes, &ParseOptions { format, ..ParseOptions::default() })
    }

    /// Reads one text under `options`. JSON, NDJSON and YAML are told apart by the text itself.
    ///
    /// # Errors
    /// As [`Snapshot::parse`]; `DRIFT_OPTION` where the options contradict each other, and
    /// `DRIFT_MAPPING` where the mapping does not fit the document.
    pub fn parse_with(bytes: &'a [u8], options: &ParseOptions) -> Result<Self> {
        Self::followed(bytes, options, &|| Nobody)
    }

    /// As [`Snapshot::parse_with`]; where the resources can be read one by one out of the text, each
    /// of `followers` looks on, one a thread.
    pub(crate) fn followed<F: Follower>(
        bytes: &'a [u8],
        options: &ParseOptions,
        followers: &(dyn Fn() -> F + Sync),
    ) -> Result<Self> {
        // Configuration does not show by itself what it is written in.
        let named = options.name.as_deref().and_then(Syntax::of_name);
        let is_own = |syntax: &Syntax| syntax.own_format().is_some();
        let is_config = |syntax: &Syntax| is_own(syntax) && options.format == Format::Auto;
        let syntax = named.filter(is_config).unwrap_or(Syntax::Detect);
        Reading::of(bytes, syntax, options.name.as_deref(), options, followers)?.finish(options)
    }

    /// Reads many files as one document: those named `.json`, `.ndjson`, `.jsonl`, `.tfstate`, `.yaml` and
    /// `.yml`, by name. Other files are left out, with a warning, and a file without resources is one as well. Files named
    /// `.tf` or `.tofu` are read, with the feature `hcl`, where the format asks for them or there are no others; so are
    /// settings, files named `.env`, `.env.production`, `.ini` and `.toml`, each of which is a resource.
    ///
    /// Names become relative, with `/` between their parts; `options.name` is not used.
    ///
    /// # Errors
    /// As [`Snapshot::parse_with`], with the name of the file.
    ///
    /// ```
    /// use drift_core::source::ParseOptions;
    /// use drift_core::Snapshot;
    /// let file = |name: &str, text: &'static str| (name.to_owned(), text.as_bytes());
    /// let files = [
    ///     file("./b.json", r#"{"type": "dns", "id": "b", "attributes": {}}"#),
    ///     file("a.ndjson", r#"{"type": "dns", "id": "a", "attributes": {}}"#),
    ///     file("README.md", "not read"),
    /// ];
    /// let snapshot = Snapshot::parse_many(files, &ParseOptions::default())?;
    /// let names = snapshot.resources().iter().map(|resource| resource.source.file.as_deref());
    /// assert_eq!(names.collect::<Vec<_>>(), [Some("a.ndjson"), Some("b.json")]);
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn parse_many(
        files: impl IntoIterator<Item = (String, &'a [u8])>,
        options: &ParseOptions,
    ) -> Result<Self> {
        let mut whole = Reading::default();
        let mut given: Vec<_> =
            files.into_iter().map(|(name, bytes)| (open::relative(&name), bytes)).collect();
        given.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut files = Vec::with_capacity(given.len());
        let mut others = Vec::new();
        for (name, bytes) in given {
            match Syntax::of_name(&name) {
                Some(syntax) => files.push((name, syntax, bytes)),
                None => others.push(name),
            }
        }
        if !others.is_empty() {
            whole.warn("left_out", left_out(&others));
        }
        leave_settings_out(&mut files, options);
        #[cfg(feature = "sql")]
        sql::take_files(&mut files, options, &mut whole)?;
        leave_out(&mut files, options, &mut whole);
        #[cfg(feature = "hcl")]
        let overrides = terraform::config::take(&mut files, &options.read, &mut whole)?;
        for (name, syntax, bytes) in files {
            match Reading::of(bytes, syntax, Some(&name), options, &|| Nobody) {
                Ok(reading) => whole.append(reading),
                Err(error) if error.code() == Code::NoResources => {
                    whole.warn("no_resources", format!("the file `{name}` holds no resources"));
                }
                Err(error) => return Err(error),
            }
        }
        #[cfg(feature = "hcl")]
        overrides.apply(&mut whole)?;
        if whole.is_nothing() {
            let error = Error::new(Code::NoResources, "none of the files holds resources");
            return Err(error.with_help(format!("{} are read", Syntax::names())));
        }
        whole.finish(options)
    }
}

/// Says that files of these names are not read.
fn left_out(names: &[String]) -> String {
    /// More are counted.
    const NAMED: usize = 5;
    let mut named: Vec<String> =
        names.iter().take(NAMED).map(|name| format!("`{}`", strict::shown(name))).collect();
    if names.len() > NAMED {
        named.push(format!("{} more", names.len() - NAMED));
    }
    format!("files whose names tell no syntax are left out: {}", named.join(", "))
}

/// Takes settings out of files of other formats, where they say how a tool is to be run and nothing of the
/// estate, and those that are not asked for out of settings.
fn leave_settings_out(files: &mut Vec<(String, Syntax, &[u8])>, options: &ParseOptions) {
    let settings = |syntax: Syntax| {
        let of = syntax.own_format();
        of.filter(|of| matches!(of, Format::Dotenv | Format::Ini | Format::Toml))
    };
    let asked = matches!(options.format, Format::Dotenv | Format::Ini | Format::Toml);
    let auto = options.format == Format::Auto && options.mapping.is_none();
    let alone = auto && files.iter().all(|(_, syntax, _)| settings(*syntax).is_some());
    files.retain(|(_, syntax, _)| match settings(*syntax) {
        Some(of) => alone || of == options.format,
        None => !asked,
    });
}

/// Takes configuration out of files of other formats, and those out of configuration. Beside other
/// files it would tell of the same resources once more, and is read where it is asked for.
fn leave_out(
    files: &mut Vec<(String, Syntax, &[u8])>,
    options: &ParseOptions,
    reading: &mut Reading<'_>,
) {
    if files.is_empty() {
        return;
    }
    let any =
        options.mapping.is_none() && files.iter().any(|(_, syntax, _)| *syntax == Syntax::Hcl);
    // Configuration may be written in JSON as well.
    let in_json = |name: &str| {
        any && [".tf.json", ".tofu.json"].iter().any(|extension| name.ends_with(extension))
    };
    let is_config = |name: &str, syntax: Syntax| syntax == Syntax::Hcl || in_json(name);
    let alone = any && files.iter().all(|(name, syntax, _)| is_config(name, *syntax));
    let wanted = match options.format {
        Format::Auto => alone,
        format => format == Format::TerraformConfig,
    };
    files.retain(|(name, syntax, _)| {
        let unread = wanted && in_json(name);
        let kept = is_config(name, *syntax) == wanted && !unread;
        if unread {
            let detail = Some("configuration in JSON is not read".to_owned());
            let cell = Cell::default();
            reading.gaps.push(Gap { cell, reason: Reason::Unsupported, detail });
        }
        if !kept {
            let why = match (wanted, unread) {
                (true, true) => "is configuration in JSON",
                (true, false) => "is no configuration",
                (false, _) => "is configuration",
            };
            let message = format!("the file `{name}` {why} and is left out");
            reading.warn("left_out", message);
        }
        kept
    });
}

/// What a view is told besides the document.
struct Context<'o> {
    file: Option<&'o str>,
    options: &'o ParseOptions,
    lines: Lines<'o>,
}

impl Context<'_> {
    /// The place of a resource that starts at `value` and has its attributes at `pointer`.
    fn source(&self, document: usize, pointer: String, value: Value<'_>) -> SourceRef {
        SourceRef {
            file: self.file.map(str::to_owned),
            document,
            pointer,
            line: Some(self.lines.line(value.span().start)),
            revision: self.options.revision.clone(),
        }
    }
}

/// What a view makes of one text.
#[derive(Default)]
struct Reading<'a> {
    resources: Vec<Resource<'a>>,
    warnings: Vec<Warning>,
    /// Whether the text is a list of resources, be it an empty one.
    listed: bool,
    /// Whether the text says that there is more to fetch.
    partial: bool,
    /// Which of its states the text says that it is.
    serial: Option<String>,
    /// Resources that the text says are gone, as parts of all that it holds.
    absent: Vec<ResourceKey>,
    /// Resources that the text says are gone, whatever else it holds.
    gone: Vec<ResourceKey>,
    /// Where the text itself says too little to tell what is absent.
    gaps: Vec<Gap>,
    /// Such gaps whose scope is whole: no field of it is left out.
    placed_gaps: Vec<Gap>,
    /// Cells of which the text says that it holds everything.
    covers: Vec<Cell>,
    /// Types of which the text holds what was asked for by name.
    asked: BTreeSet<Name>,
    /// When what it says of a resource was taken, where texts say that.
    taken: BTreeMap<ResourceKey, Taken>,
    /// Kinds of Kubernetes objects that a definition keeps out of namespaces.
    cluster_types: BTreeSet<String>,
    /// The names of the parameters that templates declare.
    parameters: BTreeSet<String>,
    /// How many templates there are.
    templates: usize,
    /// Whether there is any SQL, which has a dialect.
    sql: bool,
}

impl<'a> Reading<'a> {
    /// Reads one text; its errors carry the name of the file.
    fn of<F: Follower>(
        bytes: &'a [u8],
        syntax: Syntax,
        file: Option<&str>,
        options: &ParseOptions,
        followers: &(dyn Fn() -> F + Sync),
    ) -> Result<Self> {
        if options.read.is_stopped() {
            return Err(Stop::error());
        }
        if options.format != Format::Auto {
            check_view(options.format, options)?;
        }
        if let Some(read) = config(bytes, syntax, file, options) {
            return read;
        }
        if let Some(mapping) = open::lazily(syntax, options)
            && let Some(reading) = mapping::lazy::read(bytes, mapping, file, options, followers)
        {
            return Ok(reading);
        }
        let reading = open::open(bytes, syntax, options).and_then(|(view, document)| {
            check_view(view.format(), options)?;
            let lines = Lines::of(bytes);
            Self::through(view, document, &Context { file, options, lines })
        });
        in_file(reading, file)
    }

    fn through(view: View<'_>, document: Document<'a>, context: &Context<'_>) -> Result<Self> {
        let dropped = dropped_keys(&document, context.file);
        let mut reading = match view {
            View::Records => records::read(document, context),
            View::Kubernetes => kubernetes::read(document, context),
            View::TerraformState => terraform::state::read(document, context),
            View::TerraformShow => terraform::show::read(document, context),
            View::TerraformPlan => terraform::plan::read(document, context),
            View::Cloudformation => cloudformation::read(document, context),
            View::CloudformationDrifts => cloudformation::drifts::read(document, context),
            View::AnsibleCheck => ansible::read(document, context),
            View::ArmTemplate => arm::read(document, context),
            View::PulumiStack => pulumi::stack::read(document, context),
            View::PulumiPreview => pulumi::preview::read(document, context),
            View::PulumiEvents => pulumi::events::read(document, context),
            #[cfg(feature = "sql")]
            View::SqlSchema => sql::read_introspection(document, context),
            #[cfg(not(feature = "sql"))]
            View::SqlSchema => Err(own::not_built(Format::SqlSchema)),
            View::Mapping(mapping) => mapping.read(document, context),
        }?;
        reading.warnings.extend(dropped);
        Ok(reading)
    }

    fn append(&mut self, mut other: Self) {
        self.keep_newest(&mut other);
        // Several files have no serial in common.
        self.serial = other.serial.filter(|_| self.resources.is_empty());
        self.resources.extend(other.resources);
        self.warnings.extend(other.warnings);
        self.listed |= other.listed;
        self.partial |= other.partial;
        self.absent.extend(other.absent);
        self.gone.extend(other.gone);
        self.gaps.extend(other.gaps);
        self.placed_gaps.extend(other.placed_gaps);
        self.covers.extend(other.covers);
        self.asked.extend(other.asked);
        self.cluster_types.extend(other.cluster_types);
        self.parameters.extend(other.parameters);
        self.templates += other.templates;
        self.sql |= other.sql;
    }

    fn warn(&mut self, code: &str, message: String) {
        self.warnings.push(warning(code, message));
    }

    /// Whether it holds no resource and was no empty list of them either.
    fn is_nothing(&self) -> bool {
        self.resources.is_empty() && !self.listed
    }

    /// Whether the text speaks of all that is of its kind: a list does, a single object does not.
    fn speaks(&self) -> bool {
        let by_name = |resource: &Resource<'_>| self.asked.contains(&resource.key.type_name);
        let only_asked = !self.asked.is_empty() && self.resources.iter().all(by_name);
        !only_asked && (self.listed || self.resources.len() > 1)
    }

    fn finish(mut self, options: &ParseOptions) -> Result<Snapshot<'a>> {
        let covers = !self.partial && self.speaks();
        let asked = std::mem::take(&mut self.asked);
        let mut absent = std::mem::take(&mut self.absent);
        absent.iter_mut().for_each(|key| key.fill_scope(&options.scope));
        let mut snapshot = self.uncovered(options)?;
        if covers {
            let there = snapshot.resources.iter().map(|resource| &resource.key);
            let there = there.filter(|key| !asked.contains(&key.type_name));
            snapshot.coverage.cover(there.chain(&absent));
        }
        Ok(snapshot)
    }

    /// The snapshot, which covers no more than the options say.
    fn uncovered(mut self, options: &ParseOptions) -> Result<Snapshot<'a>> {
        cloudformation::check_options(options, &self.parameters, self.templates)?;
        if options.dialect.is_some() && !self.sql {
            let message = "`dialect` goes with SQL, and none is read";
            return Err(Error::new(Code::Option, message).on_path("/dialect"));
        }
        for resource in &mut self.resources {
            resource.key.fill_scope(&options.scope);
        }
        kubernetes::leave_namespaces(&mut self.resources, &self.cluster_types);
        let mut coverage = Coverage::default();
        coverage.complete = options.complete;
        coverage.cells.clone_from(&options.covers);
        coverage.gaps.clone_from(&options.gaps);
        coverage.expected.clone_from(&options.expected);
        for mut cell in self.covers {
            cell.scope.fill(&options.scope);
            coverage.cells.push(cell);
        }
        for mut gap in self.gaps {
            gap.cell.scope.fill(&options.scope);
            coverage.gaps.push(gap);
        }
        coverage.gaps.extend(self.placed_gaps);
        self.gone.iter_mut().for_each(|key| key.fill_scope(&options.scope));
        coverage.cover_gone(self.gone);
        let mut snapshot = Snapshot::new(self.resources, coverage, self.warnings)?;
        snapshot.revision = options.revision.clone().or(self.serial);
        snapshot.taken_at = options.taken_at;
        Ok(snapshot)
    }
}

/// Errors of a file carry its name.
fn in_file<T>(read: Result<T>, file: Option<&str>) -> Result<T> {
    read.map_err(|error| match file {
        Some(file) => error.in_file(file),
        None => error,
    })
}

/// Whether the format has the view that is asked for.
fn check_view(format: Format, options: &ParseOptions) -> Result<()> {
    let views = format.views();
    match &options.view {
        Some(view) if !views.contains(&view.as_str()) => {
            let shown = strict::shown(view);
            let message = format!("the format `{format}` has no view `{shown}`");
            let all = || format!("the views are `{}`", views.join("`, `"));
            let error = Error::new(Code::Option, message);
            Err(error.with_help(did_you_mean(view, views).unwrap_or_else(all)))
        }
        _ => Ok(()),
    }
}

/// Whether [`Snapshot::parse_many`] reads files of this name.
///
/// ```
/// use drift_core::source::is_readable;
/// assert!(is_readable("manifests/web.YAML") && !is_readable("README.md"));
/// ```
#[must_use]
pub fn is_readable(name: &str) -> bool {
    Syntax::of_name(name).is_some()
}

fn warning(code: &str, message: String) -> Warning {
    Warning { code: code.to_owned(), message, resource: None, path: None }
}

/// A warning for each key that the option `last` let pass.
fn dropped_keys(document: &Document<'_>, file: Option<&str>) -> Vec<Warning> {
    let mut offsets: Vec<usize> = document.dropped_keys.iter().map(|key| key.offset).collect();
    offsets.sort_unstable();
    let file = file.map(|file| format!(" in `{file}`")).unwrap_or_default();
    let warn = |(line, column)| {
        let message = format!(
            "a key stands twice in one map{file}, line {line} column {column}; the last counts"
        );
        warning("duplicate_field", message)
    };
    positions(document.text(), offsets).map(warn).collect()
}

#[cfg(test)]
mod tests;
