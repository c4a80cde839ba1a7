//! The bytes of documents on their way to the engine.

use napi::bindgen_prelude::Buffer;
use napi::{Error, Result};
use napi_derive::napi;

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
}

fn no_memory(length: f64) -> Error {
    Error::from_reason(format!("no memory for a document of {length} bytes"))
}

/// A document for work off the event loop, put together slice by slice. JavaScript's memory does not hold it: its
/// collector would stop the event loop for each large buffer, and once more to free it.
#[napi]
pub struct NativeText(Text);

#[napi]
impl NativeText {
    /// Starts a text with room for so many bytes.
    #[napi(constructor)]
    pub fn new(length: f64) -> Result<Self> {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length as usize).map_err(|_| no_memory(length))?;
        Ok(Self(Text::Own(bytes)))
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
        bytes.try_reserve(slice.len()).map_err(|_| no_memory(length))?;
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
