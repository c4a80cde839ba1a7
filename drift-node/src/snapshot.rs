//! Snapshots, which keep the bytes that they were read from: buffers that nobody else has, or copies, as
//! JavaScript may change its own.

use crate::error::raise;
use crate::text::{NativeText, Text};
use crate::worker::{Last, Later, NativeStop, Weight, attempt, later, run, threads};
use drift_core::{Code, Error, Page, ParseOptions, Reason, Scope, SnapshotBuilder, Stop};
use napi::bindgen_prelude::{AsyncTask, Buffer, ObjectFinalize};
use napi::{Env, Result};
use napi_derive::napi;
use self_cell::self_cell;
use std::collections::BTreeMap;
use std::sync::Arc;

type Core<'a> = drift_core::Snapshot<'a>;

self_cell!(
    /// A snapshot beside the texts that it points into.
    struct Beside {
        owner: Vec<Text>,
        #[covariant]
        dependent: Core,
    }
);

/// A snapshot with its texts.
pub struct Parsed {
    all: Beside,
    /// About how many bytes of memory it takes.
    memory: usize,
}

impl From<Beside> for Parsed {
    fn from(all: Beside) -> Self {
        let texts: usize = all.borrow_owner().iter().map(Text::memory).sum();
        let memory = texts + drift_core::wire::memory(all.borrow_dependent());
        Self { all, memory }
    }
}

impl Parsed {
    /// Reads the only text.
    pub(crate) fn one(
        text: Text,
        read: impl for<'t> FnOnce(&'t [u8]) -> drift_core::Result<Core<'t>>,
    ) -> drift_core::Result<Self> {
        let read = Beside::try_new(vec![text], |texts| {
            read(texts.first().map(Text::bytes).unwrap_or_default())
        });
        read.map(Self::from)
    }

    /// Reads many files, by their names.
    fn many(
        names: Vec<String>,
        texts: Vec<Text>,
        options: &ParseOptions,
    ) -> drift_core::Result<Self> {
        let read = Beside::try_new(texts, |texts| {
            Core::parse_many(names.into_iter().zip(texts.iter().map(Text::bytes)), options)
        });
        read.map(Self::from)
    }

    /// A snapshot that points nowhere.
    fn alone(core: Core<'static>) -> Self {
        Beside::new(Vec::new(), |_| core).into()
    }

    pub(crate) fn core(&self) -> &Core<'_> {
        self.all.borrow_dependent()
    }
}

/// What one side holds.
#[napi(custom_finalize)]
pub struct NativeSnapshot {
    pub(crate) core: Arc<Parsed>,
    weight: Weight,
    _last: Last,
}

impl ObjectFinalize for NativeSnapshot {
    fn finalize(mut self, env: Env) -> Result<()> {
        self.weight.take_back(env);
        Ok(())
    }
}

pub(crate) fn options_of(json: &str, stop: Option<Stop>) -> drift_core::Result<ParseOptions> {
    let mut options = ParseOptions::from_json(json)?;
    options.threads = if options.threads == 0 { threads() } else { options.threads };
    options.read.stop = stop;
    Ok(options)
}

fn parse(text: Text, options: &str, stop: Option<Stop>) -> drift_core::Result<Parsed> {
    let options = options_of(options, stop)?;
    Parsed::one(text, |text| Core::parse_with(text, &options))
}

impl NativeSnapshot {
    pub(crate) fn of(core: Parsed) -> Self {
        let core = Arc::new(core);
        Self { weight: Weight::of(core.memory), _last: Last::of(&core), core }
    }
}

#[napi]
impl NativeSnapshot {
    /// Reads one document.
    #[napi(factory)]
    pub fn parse(text: Buffer, options: String) -> Result<Self> {
        attempt(|| parse(Text::Own(text.to_vec()), &options, None)).map(Self::of)
    }

    /// Reads many files, by their names.
    #[napi(factory)]
    pub fn parse_many(names: Vec<String>, texts: Vec<Buffer>, options: String) -> Result<Self> {
        attempt(|| {
            let texts = texts.iter().map(|text| Text::Own(text.to_vec())).collect();
            Parsed::many(names, texts, &options_of(&options, None)?)
        })
        .map(Self::of)
    }

    /// Reads one document off the event loop; the text is empty then.
    #[napi(ts_return_type = "Promise<NativeSnapshot>")]
    pub fn parse_async(
        text: &mut NativeText,
        options: String,
        stop: Option<&NativeStop>,
    ) -> AsyncTask<Later<Parsed, NativeSnapshot>> {
        let (text, stop) = (text.take(), stop.map(|stop| stop.0.clone()));
        later(move || parse(text, &options, stop), Self::of)
    }

    /// Reads many files off the event loop; nobody else may have the buffers.
    #[napi(ts_return_type = "Promise<NativeSnapshot>")]
    pub fn parse_many_async(
        names: Vec<String>,
        texts: Vec<Buffer>,
        options: String,
        stop: Option<&NativeStop>,
    ) -> AsyncTask<Later<Parsed, NativeSnapshot>> {
        let stop = stop.map(|stop| stop.0.clone());
        let texts: Vec<Text> = texts.into_iter().map(Text::Lent).collect();
        let job = move || Parsed::many(names, texts, &options_of(&options, stop)?);
        later(job, Self::of)
    }

    /// Tells the collector how much memory it takes: this share of it. Returns
    /// all that it has been told of.
    #[napi]
    pub fn weigh(&mut self, env: Env, share: f64) -> Result<i64> {
        self.weight.tell(env, share)
    }

    /// How many resources there are.
    #[napi(getter)]
    pub fn length(&self) -> u32 {
        u32::try_from(self.core.core().resources().len()).unwrap_or(u32::MAX)
    }

    /// What identifies each resource, as JSON; no attributes, as they may hold secrets.
    #[napi]
    pub fn resources_json(&self) -> Result<String> {
        run(|| drift_core::wire::resources(self.core.core()))
    }

    /// What parsing let pass, as JSON.
    #[napi]
    pub fn warnings_json(&self) -> Result<String> {
        run(|| drift_core::wire::warnings(self.core.core()))
    }

    /// The revision that the documents were read at.
    #[napi(getter)]
    pub fn revision(&self) -> Option<String> {
        self.core.core().revision().map(str::to_owned)
    }

    /// When the documents were read.
    #[napi(getter)]
    pub fn taken_at(&self) -> Option<String> {
        self.core.core().taken_at().map(|at| at.to_string())
    }
}

/// Puts a snapshot together.
#[napi]
pub struct NativeBuilder {
    provider: String,
    scope: Scope,
    /// `None` once the snapshot is built.
    core: Option<SnapshotBuilder<'static>>,
}

#[napi]
impl NativeBuilder {
    /// Starts an empty snapshot of what `provider` holds in `scope`.
    #[napi(constructor)]
    pub fn new(provider: String, scope: BTreeMap<String, String>) -> Self {
        let scope: Scope = scope.into_iter().collect();
        let core = Some(drift_core::Snapshot::builder(provider.clone(), scope.clone()));
        Self { provider, scope, core }
    }

    /// Adds one record of the neutral format, as JSON.
    #[napi]
    pub fn add(&mut self, record: String) -> Result<()> {
        self.take_in(|page| page.add_record(record.as_bytes()).map(drop))
    }

    /// Adds the items of a page, a JSON list, each with its id in the field `id_key`.
    #[napi]
    pub fn add_many(&mut self, type_name: String, items: String, id_key: String) -> Result<()> {
        self.take_in(|page| page.add_many(&type_name, items.as_bytes(), &id_key).map(drop))
    }

    /// Adds a document, or a page of an answer.
    #[napi]
    pub fn add_document(&mut self, text: Buffer, options: String) -> Result<()> {
        self.core()?;
        let page = attempt(|| {
            let options = options_of(&options, None)?;
            Ok(Page::parse(&text, &options)?.into_owned())
        })?;
        self.core()?.add_page(page);
        Ok(())
    }

    /// Adds a resource that is only known to exist.
    #[napi]
    pub fn add_listed(&mut self, type_name: String, id: String) -> Result<()> {
        self.core()?.add_listed(&type_name, &id);
        Ok(())
    }

    /// Says what ought to be read.
    #[napi]
    pub fn expect(
        &mut self,
        scope: BTreeMap<String, String>,
        type_name: Option<String>,
    ) -> Result<()> {
        let scope: Scope = scope.into_iter().collect();
        match type_name {
            Some(type_name) => self.core()?.expect_type(&type_name, scope),
            None => self.core()?.expect(scope),
        };
        Ok(())
    }

    /// Adds all that another snapshot holds and covers.
    #[napi]
    pub fn add_snapshot(&mut self, snapshot: &NativeSnapshot) -> Result<()> {
        let copy = run(|| Core::clone(snapshot.core.core()).into_owned())?;
        self.core()?.add_snapshot(copy);
        Ok(())
    }

    /// Says that all of a type were added, or all there is.
    #[napi]
    pub fn complete(&mut self, type_name: Option<String>) -> Result<()> {
        match type_name {
            Some(type_name) => self.core()?.complete(&type_name),
            None => self.core()?.complete_all(),
        };
        Ok(())
    }

    /// Says that a type could not be read, and why, by the provider's own code.
    #[napi]
    pub fn failed(
        &mut self,
        type_name: Option<String>,
        code: String,
        detail: String,
    ) -> Result<()> {
        self.core()?.failed(type_name.as_deref(), &code, &detail);
        Ok(())
    }

    /// Says that a type could not be read, and why.
    #[napi]
    pub fn incomplete(
        &mut self,
        type_name: Option<String>,
        reason: String,
        detail: String,
    ) -> Result<()> {
        let reason: Reason = reason.parse().map_err(|error| raise(&error))?;
        self.core()?.incomplete(type_name.as_deref(), reason, &detail);
        Ok(())
    }

    /// The snapshot.
    #[napi]
    pub fn build(&mut self) -> Result<NativeSnapshot> {
        let core = self.core.take().ok_or_else(spent)?;
        attempt(move || Ok(Parsed::alone(core.build()?))).map(NativeSnapshot::of)
    }
}

impl NativeBuilder {
    fn core(&mut self) -> Result<&mut SnapshotBuilder<'static>> {
        self.core.as_mut().ok_or_else(spent)
    }

    /// Adds what `fill` adds to a page of its own: all of it, or nothing where it is refused.
    fn take_in<'p>(
        &mut self,
        fill: impl FnOnce(&mut SnapshotBuilder<'p>) -> drift_core::Result<()> + Send,
    ) -> Result<()> {
        self.core()?;
        let (provider, scope) = (self.provider.clone(), self.scope.clone());
        let page = attempt(move || {
            let mut page = drift_core::Snapshot::builder(provider, scope);
            fill(&mut page)?;
            Ok(page.build()?.into_owned())
        })?;
        self.core()?.add_snapshot(page);
        Ok(())
    }
}

fn spent() -> napi::Error {
    let message = "the snapshot of this builder has been built: make another builder";
    raise(&Error::new(Code::Option, message))
}
