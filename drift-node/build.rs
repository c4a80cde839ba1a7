//! Sets the linker up for a native module of Node.

fn main() {
    napi_build::setup();
}
