//! Snapshots, which keep the bytes that they were read from.

use crate::convert::{is_model, json, json_bytes};
use crate::error::{raise, refuse};
use crate::worker::{attempt, run, threads, wait};
use drift_core::{Code, Context, Page, ParseOptions, Reason, Scope, SnapshotBuilder};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyMapping, PyMemoryView, PySequence};
use self_cell::self_cell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Core<'a> = drift_core::Snapshot<'a>;

/// A text and its name: Python's own bytes, which cannot change, or a copy.
pub(crate) enum Text {
    Bytes(PyBackedBytes),
    Own(Vec<u8>),
}

impl Text {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Own(bytes) => bytes,
        }
    }
}

self_cell!(
    /// A snapshot beside the texts that it points into.
    pub(crate) struct Parsed {
        owner: Vec<(String, Text)>,
        #[covariant]
        dependent: Core,
    }
);

impl Parsed {
    /// One document.
    fn one(texts: Vec<(String, Text)>, options: &ParseOptions) -> drift_core::Result<Self> {
        Self::try_new(texts, |texts| Core::parse_with(first(texts), options))
    }

    /// Many files, by their names.
    fn many(texts: Vec<(String, Text)>, options: &ParseOptions) -> drift_core::Result<Self> {
        Self::try_new(texts, |texts| {
            let files = texts.iter().map(|(name, text)| (name.clone(), text.bytes()));
            Core::parse_many(files, options)
        })
    }

    /// One document, hashed for a detector while it is read.
    pub(crate) fn followed(
        texts: Vec<(String, Text)>,
        options: &ParseOptions,
        detector: &drift_core::Detector,
        context: &Context<'_>,
    ) -> drift_core::Result<Self> {
        Self::try_new(texts, |texts| detector.read(first(texts), options, context))
    }

    pub(crate) fn core(&self) -> &Core<'_> {
        self.borrow_dependent()
    }
}

fn first(texts: &[(String, Text)]) -> &[u8] {
    texts.first().map(|(_, text)| text.bytes()).unwrap_or_default()
}

/// The content of a document: bytes are borrowed, all else is copied once.
pub(crate) fn text(source: &Bound<'_, PyAny>) -> PyResult<Text> {
    if let Ok(bytes) = source.cast::<PyBytes>() {
        return Ok(Text::Bytes(PyBackedBytes::from(bytes.clone())));
    }
    if let Ok(text) = source.extract::<&str>() {
        return Ok(Text::Own(text.as_bytes().to_vec()));
    }
    if let Ok(bytes) = source.cast::<PyByteArray>() {
        return Ok(Text::Own(bytes.to_vec()));
    }
    if source.is_instance_of::<PyMemoryView>() {
        let bytes = source.call_method0("tobytes")?;
        return Ok(Text::Bytes(PyBackedBytes::from(bytes.cast::<PyBytes>()?.clone())));
    }
    let is_content = source.cast::<PyMapping>().is_ok() || source.cast::<PySequence>().is_ok();
    if is_content || is_model(source)? {
        return Ok(Text::Own(json_bytes(source)?));
    }
    // An mmap, and all else that lends its bytes.
    if let Ok(view) = PyMemoryView::from(source) {
        return text(&view);
    }
    let found = source.get_type().name()?;
    Err(PyTypeError::new_err(format!(
        "a document is bytes, a str, a path, a dict or a list, not {found}"
    )))
}

/// What one side holds.
#[pyclass(frozen, module = "drift_py._native")]
pub(crate) struct Snapshot {
    pub(crate) parsed: Arc<Parsed>,
}

#[pymethods]
impl Snapshot {
    /// Reads one document.
    #[staticmethod]
    fn parse(
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        Self::read(py, vec![(String::new(), text(source)?)], options, Parsed::one)
    }

    /// Reads many files, by their names.
    #[staticmethod]
    fn parse_many(
        py: Python<'_>,
        files: Vec<(String, Bound<'_, PyAny>)>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let file = |(name, source): (String, Bound<'_, PyAny>)| Ok((name, text(&source)?));
        let texts = files.into_iter().map(file).collect::<PyResult<_>>()?;
        Self::read(py, texts, options, Parsed::many)
    }

    fn __len__(&self) -> usize {
        self.parsed.core().resources().len()
    }

    /// What identifies each resource, as JSON; no attributes, as they may hold secrets.
    fn resources_json(&self, py: Python<'_>) -> PyResult<String> {
        let parsed = Arc::clone(&self.parsed);
        run(py, move || drift_core::wire::resources(parsed.core()))
    }

    /// What parsing let pass, as JSON.
    fn warnings_json(&self) -> String {
        drift_core::wire::warnings(self.parsed.core())
    }

    #[getter]
    fn revision(&self) -> Option<&str> {
        self.parsed.core().revision()
    }

    #[getter]
    fn taken_at(&self) -> Option<String> {
        self.parsed.core().taken_at().map(|at| at.to_string())
    }
}

impl Snapshot {
    pub(crate) fn read(
        py: Python<'_>,
        texts: Vec<(String, Text)>,
        options: &Bound<'_, PyDict>,
        parse: impl FnOnce(Vec<(String, Text)>, &ParseOptions) -> drift_core::Result<Parsed>
        + Send
        + 'static,
    ) -> PyResult<Self> {
        let options = json(options)?;
        let parsed = wait(py, move |stop| {
            let mut options = ParseOptions::from_json(&options)?;
            options.threads = if options.threads == 0 { threads() } else { options.threads };
            options.read.stop = Some(stop.clone());
            parse(texts, &options)
        })?;
        Ok(Self { parsed: Arc::new(parsed) })
    }
}

/// Puts a snapshot together; threads may add to it at once.
#[pyclass(frozen, module = "drift_py._native")]
pub(crate) struct Builder {
    provider: String,
    scope: Scope,
    /// `None` once the snapshot is built.
    core: Mutex<Option<SnapshotBuilder<'static>>>,
}

#[pymethods]
impl Builder {
    #[new]
    fn new(provider: String, scope: BTreeMap<String, String>) -> Self {
        let scope: Scope = scope.into_iter().collect();
        let core = Mutex::new(Some(Core::builder(provider.clone(), scope.clone())));
        Self { provider, scope, core }
    }

    /// Adds one record of the neutral format.
    fn add(&self, py: Python<'_>, record: &Bound<'_, PyAny>) -> PyResult<()> {
        let record = json(record)?;
        self.take_in(py, |page| page.add_record(record.as_bytes()).map(drop))
    }

    /// Adds the items of a page, each with its id in the field `id_key`.
    fn add_many(
        &self,
        py: Python<'_>,
        type_name: &str,
        items: &Bound<'_, PyAny>,
        id_key: &str,
    ) -> PyResult<()> {
        let items = json(items)?;
        self.take_in(py, |page| page.add_many(type_name, items.as_bytes(), id_key).map(drop))
    }

    /// Adds a document, or a page of an answer.
    fn add_document(
        &self,
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<()> {
        self.change(py, |_| ())?;
        let (text, options) = (text(source)?, json(options)?);
        let page = wait(py, move |stop| {
            let mut options = ParseOptions::from_json(&options)?;
            options.read.stop = Some(stop.clone());
            Ok(Page::parse(text.bytes(), &options)?.into_owned())
        })?;
        self.change(py, |core| {
            core.add_page(page);
        })
    }

    /// Adds documents, one after the other; an error has the place of the one that was refused as
    /// its attribute `at`.
    fn add_documents(
        &self,
        py: Python<'_>,
        sources: Vec<Bound<'_, PyAny>>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<()> {
        self.change(py, |_| ())?;
        let placed = |at: usize, error: PyErr| -> PyErr {
            // A `MemoryError` takes no attributes, and needs none.
            drop(error.value(py).setattr("at", at));
            error
        };
        let texts = sources.iter().enumerate();
        let texts: Vec<Text> = texts
            .map(|(at, source)| text(source).map_err(|error| placed(at, error)))
            .collect::<PyResult<_>>()?;
        let options = json(options)?;
        let pages = wait(py, move |stop| {
            let mut options = ParseOptions::from_json(&options)?;
            options.read.stop = Some(stop.clone());
            let read = |text: &Text| Ok(Page::parse(text.bytes(), &options)?.into_owned());
            let mut pages = Vec::with_capacity(texts.len());
            for text in &texts {
                match read(text) {
                    Ok(page) => pages.push(page),
                    Err(error) => return Ok((pages, Some(error))),
                }
            }
            Ok((pages, None))
        })?;
        match pages {
            (pages, Some(error)) => Err(placed(pages.len(), raise(py, &error))),
            (pages, None) => self.change(py, |core| {
                for page in pages {
                    core.add_page(page);
                }
            }),
        }
    }

    /// Adds a resource that is only known to exist.
    fn add_listed(&self, py: Python<'_>, type_name: &str, id: &str) -> PyResult<()> {
        self.change(py, |core| {
            core.add_listed(type_name, id);
        })
    }

    /// Says what ought to be read.
    fn expect(
        &self,
        py: Python<'_>,
        scope: BTreeMap<String, String>,
        type_name: Option<&str>,
    ) -> PyResult<()> {
        let scope: Scope = scope.into_iter().collect();
        self.change(py, |core| {
            match type_name {
                Some(type_name) => core.expect_type(type_name, scope),
                None => core.expect(scope),
            };
        })
    }

    /// Adds all that another snapshot holds and covers.
    fn add_snapshot(&self, py: Python<'_>, snapshot: &Snapshot) -> PyResult<()> {
        let parsed = &snapshot.parsed;
        let copy = run(py, || parsed.core().clone().into_owned())?;
        self.change(py, |core| {
            core.add_snapshot(copy);
        })
    }

    /// Says that all of a type were added, or all there is.
    fn complete(&self, py: Python<'_>, type_name: Option<&str>) -> PyResult<()> {
        self.change(py, |core| match type_name {
            Some(type_name) => {
                core.complete(type_name);
            }
            None => {
                core.complete_all();
            }
        })
    }

    /// Says that a type could not be read, and why, by the provider's own code.
    fn failed(
        &self,
        py: Python<'_>,
        type_name: Option<&str>,
        code: &str,
        detail: &str,
    ) -> PyResult<()> {
        self.change(py, |core| {
            core.failed(type_name, code, detail);
        })
    }

    /// Says that a type could not be read, and why.
    fn incomplete(
        &self,
        py: Python<'_>,
        type_name: Option<&str>,
        reason: &str,
        detail: &str,
    ) -> PyResult<()> {
        let reason: Reason = reason.parse().map_err(|error| raise(py, &error))?;
        self.change(py, |core| {
            core.incomplete(type_name, reason, detail);
        })
    }

    /// The snapshot.
    fn build(&self, py: Python<'_>) -> PyResult<Snapshot> {
        let core = self.lock().take().ok_or_else(|| spent(py))?;
        let built = wait(py, move |_| core.build())?;
        Ok(Snapshot { parsed: Arc::new(Parsed::new(Vec::new(), |_| built)) })
    }
}

impl Builder {
    fn lock(&self) -> MutexGuard<'_, Option<SnapshotBuilder<'static>>> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the builder; nothing in `change` runs Python, so that the lock is held but briefly.
    fn change(
        &self,
        py: Python<'_>,
        change: impl FnOnce(&mut SnapshotBuilder<'static>),
    ) -> PyResult<()> {
        self.lock().as_mut().map(change).ok_or_else(|| spent(py))
    }

    /// Adds what `fill` adds to a page of its own: all of it, or nothing where it is refused.
    fn take_in<'p>(
        &self,
        py: Python<'_>,
        fill: impl FnOnce(&mut SnapshotBuilder<'p>) -> drift_core::Result<()> + Send,
    ) -> PyResult<()> {
        self.change(py, |_| ())?;
        let (provider, scope) = (self.provider.clone(), self.scope.clone());
        let page = attempt(py, move || {
            let mut page = Core::builder(provider, scope);
            fill(&mut page)?;
            Ok(page.build()?.into_owned())
        })?;
        self.change(py, |core| {
            core.add_snapshot(page);
        })
    }
}

fn spent(py: Python<'_>) -> PyErr {
    refuse(py, Code::Option, "the snapshot of this builder has been built: make another builder")
}
