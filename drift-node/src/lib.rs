//! The Node binding of [`drift_core`]. It holds no domain logic; its surface follows with the
//! issue "The main job in three languages", and until then the crate is empty.
