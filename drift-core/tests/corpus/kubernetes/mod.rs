//! The engine and the Kubernetes pack against what Kubernetes' own libraries and Argo CD say.
//!
//! Every file of cases prints how many agree. A disagreement stands in a list here with its reason,
//! and the list must match exactly: a case that begins to agree fails the test too.

mod argocd;
mod cases;
mod gitops;
mod live;
mod manifests;
mod mutation;
mod patches;
mod quantity;
mod smd;
