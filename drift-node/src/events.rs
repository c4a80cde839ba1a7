//! Events of audit logs.

use crate::text::NativeText;
use crate::worker::{Last, Later, NativeStop, attempt, later, run};
use drift_core::{EventOptions, Stop};
use napi::Result;
use napi::bindgen_prelude::{AsyncTask, Buffer};
use napi_derive::napi;
use std::sync::Arc;

/// Who changed what and when, as logs tell it.
#[napi]
pub struct NativeEvents {
    pub(crate) core: Arc<drift_core::Events>,
    _last: Last,
}

fn parse(text: &[u8], options: &str, stop: Option<Stop>) -> drift_core::Result<drift_core::Events> {
    let mut options = EventOptions::from_json(options)?;
    options.read.stop = stop;
    drift_core::Events::parse(text, &options)
}

impl NativeEvents {
    fn of(core: drift_core::Events) -> Self {
        let core = Arc::new(core);
        Self { _last: Last::of(&core), core }
    }
}

#[napi]
impl NativeEvents {
    /// Reads one log.
    #[napi(factory)]
    pub fn parse(text: Buffer, options: String) -> Result<Self> {
        attempt(|| parse(&text, &options, None)).map(Self::of)
    }

    /// Reads one log off the event loop; the text is empty then.
    #[napi(ts_return_type = "Promise<NativeEvents>")]
    pub fn parse_async(
        text: &mut NativeText,
        options: String,
        stop: Option<&NativeStop>,
    ) -> AsyncTask<Later<drift_core::Events, NativeEvents>> {
        let (text, stop) = (text.take(), stop.map(|stop| stop.0.clone()));
        later(move || parse(text.bytes(), &options, stop), Self::of)
    }

    /// Several logs together.
    #[napi(factory)]
    pub fn merge(parts: Vec<&NativeEvents>) -> Result<Self> {
        let parts: Vec<drift_core::Events> =
            parts.iter().map(|part| drift_core::Events::clone(&part.core)).collect();
        run(|| parts.into_iter().collect()).map(Self::of)
    }

    /// How many events there are that change something.
    #[napi(getter)]
    pub fn length(&self) -> u32 {
        u32::try_from(self.core.len()).unwrap_or(u32::MAX)
    }

    /// The events as JSON, without what their requests held.
    #[napi]
    pub fn to_json(&self) -> Result<String> {
        run(|| self.core.to_json())
    }
}
