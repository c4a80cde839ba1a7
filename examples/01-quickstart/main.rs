//! tmp
use drift_core::*;
fn main() {
    let d = std::fs::read("/tmp/t/d.yaml").unwrap();
    let a = std::fs::read("/tmp/t/a.json").unwrap();
    let det = Detector::builder().build().unwrap();
    let r = det.detect(&Snapshot::parse(&d, Format::Auto).unwrap(), &Snapshot::parse(&a, Format::Auto).unwrap(), &Context::at("2026-01-01T00:00:00Z".parse().unwrap()).with_detail(Detail::Full));
    println!("{}", serde_json::to_string_pretty(&r).unwrap());
}
