//! Three layers of an estate in one report: a database, a gateway, a cloud.
//!
//! What is declared: statements of SQL, a file of decK, a template of Azure. What runs: rows of
//! `information_schema`, what `deck gateway dump` writes, what `az graph query` prints. With `--json`
//! the report comes as JSON.

use drift_core::source::{Mapping, ParameterValue};
use drift_core::{Context, Detector, Format, ParseOptions, Scope, Snapshot};
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::{env, fs};

const DIALECT: &str = "postgresql";

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("04-layers");
    let read = |names: [&str; 3]| names.map(|name| fs::read(here.join(name)));
    let azure = Scope::new()
        .with("subscription", "11111111-0000-0000-0000-000000000000")
        .with("resource_group", "shop");
    let named =
        |name: &str| ParseOptions { name: Some(name.to_owned()), ..ParseOptions::default() };
    let kong = |name| {
        Ok::<_, drift_core::Error>(ParseOptions {
            mapping: Some(Mapping::named("kong")?),
            ..named(name)
        })
    };

    let [schema, gateway, template] =
        read(["desired/schema.sql", "desired/kong.yaml", "desired/main.json"]);
    let (schema, gateway, template) = (schema?, gateway?, template?);
    let mut desired = Snapshot::builder("", Scope::new());
    let sql = ParseOptions {
        format: Format::SqlDdl,
        dialect: Some(DIALECT.to_owned()),
        ..named("desired/schema.sql")
    };
    desired.add_document(&schema, &sql)?;
    desired.add_document(&gateway, &kong("desired/kong.yaml")?)?;
    let deployed = ParseOptions {
        parameters: [("stage".to_owned(), ParameterValue::Text("prod".to_owned()))].into(),
        scope: azure,
        ..named("desired/main.json")
    };
    desired.add_document(&template, &deployed)?;

    // Each document is told by its shape, and speaks for all that is of its kind.
    let [catalogue, gateway, graph] =
        read(["live/catalogue.json", "live/kong.yaml", "live/graph.json"]);
    let (catalogue, gateway, graph) = (catalogue?, gateway?, graph?);
    let mut live = Snapshot::builder("", Scope::new());
    let rows = ParseOptions { dialect: Some(DIALECT.to_owned()), ..named("live/catalogue.json") };
    live.add_document(&catalogue, &rows)?;
    live.add_document(&gateway, &kong("live/kong.yaml")?)?;
    live.add_document(&graph, &named("live/graph.json"))?;

    let detector = Detector::builder().build()?;
    let at = Context::at("2026-11-20T08:00:00Z".parse()?);
    let report = detector.detect(&desired.build()?, &live.build()?, &at);

    let mut out = std::io::stdout();
    if env::args().any(|argument| argument == "--json") {
        write!(out, "{}", report.to_json())?;
    } else {
        writeln!(out, "{}", report.to_text(false))?;
    }
    Ok(())
}
