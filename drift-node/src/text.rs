//! The bytes of documents on their way to the engine.

use crate::error::raise;
use crate::worker::{Later, later};
use drift_core::Code;
use napi::bindgen_prelude::{AsyncTask, Buffer};
use napi::{Error, Result};
use napi_derive::napi;
use std::hint::black_box;

/// The bytes of a document.
pub(crate) enum Text {
    /// A buffer that is not JavaScript's any more.
    Lent(Buffer),
    Own(Vec<u8>),
}

impl Text {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Lent(bytes) => bytes,
            Self::Own(bytes) => bytes,
        }
    }

    /// How many bytes of them the collector does not know of.
    pub(crate) fn memory(&self) -> usize {
        match self {
            Self::Lent(_) => 0,
            Self::Own(bytes) => bytes.capacity(),
        }
    }
}

fn no_memory(length: f64) -> drift_core::Error {
    let message = format!("no memory for a document of {length} bytes");
    drift_core::Error::new(Code::Limit, message).with_help("read it in parts, as several snapshots")
}

/// Empty memory for so many bytes, which has been written to: until it is, the system gives none, and getting it
/// takes longer than copying into it.
fn touched(length: f64) -> drift_core::Result<Vec<u8>> {
    let (size, mut bytes) = (length as usize, Vec::new());
    bytes.try_reserve_exact(size).map_err(|_| no_memory(length))?;
    bytes.resize(size, b' ');
    black_box(&mut bytes).clear();
    Ok(bytes)
}

/// A document for work off the event loop, put together slice by slice. JavaScript's memory does not hold it: its
/// collector would stop the event loop for each large buffer, and once more to free it.
#[napi]
pub struct NativeText(Text);

#[napi]
impl NativeText {
    /// Starts a text with room for so many bytes, which is made off the event loop.
    #[napi(ts_return_type = "Promise<NativeText>")]
    #[must_use]
    pub fn with_room(length: f64) -> AsyncTask<Later<Vec<u8>, NativeText>> {
        later(move || touched(length), |bytes| Self(Text::Own(bytes)))
    }

    /// A buffer as it is; nobody else may have it.
    #[napi(factory)]
    #[must_use]
    pub fn of(bytes: Buffer) -> Self {
        Self(Text::Lent(bytes))
    }

    /// Copies more bytes behind those that are there.
    #[napi]
    pub fn push(&mut self, slice: &[u8]) -> Result<()> {
        let length = self.length() + slice.len() as f64;
        let Text::Own(bytes) = &mut self.0 else {
            return Err(Error::from_reason("a buffer that was handed over does not grow"));
        };
        bytes.try_reserve(slice.len()).map_err(|_| raise(&no_memory(length)))?;
        bytes.extend_from_slice(slice);
        Ok(())
    }

    /// How many bytes there are.
    #[napi(getter)]
    #[must_use]
    pub fn length(&self) -> f64 {
        self.0.bytes().len() as f64
    }

    /// Lets go of the bytes.
    #[napi]
    pub fn clear(&mut self) {
        drop(self.take());
    }

    /// The bytes, for who reads them; none are left.
    pub(crate) fn take(&mut self) -> Text {
        std::mem::replace(&mut self.0, Text::Own(Vec::new()))
    }
}
