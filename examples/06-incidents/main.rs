//! A night on call: how bad each difference is, whose it is, who made it, where it goes.
//!
//! A Terraform state and manifests are held against what the AWS CLI and `kubectl get -o json` print.
//! `cloudtrail.json` says who called which interface, `owners.csv` whose what is. With `--json` the
//! report comes as JSON.

use drift_core::source::Mapping;
use drift_core::{
    Context, Detector, EventOptions, Events, OwnerMap, ParseOptions, Scope, Snapshot,
    SnapshotBuilder,
};
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("06-incidents");
    let account = Scope::new().with("account", "111122223333").with("region", "eu-west-1");
    let named = |name: &str, scope: &Scope, mapping: Option<&str>| {
        Ok::<_, drift_core::Error>(ParseOptions {
            name: Some(name.to_owned()),
            scope: scope.clone(),
            mapping: mapping.map(Mapping::named).transpose()?,
            ..ParseOptions::default()
        })
    };
    let add = |builder: &mut SnapshotBuilder<'static>, folder: &str, options: ParseOptions| {
        let name = options.name.as_deref().unwrap_or_default();
        let text = fs::read(here.join(folder).join(name))?;
        let parsed = Snapshot::parse_with(&text, &options)?.into_owned();
        builder.add_snapshot(parsed);
        Ok::<_, Box<dyn Error>>(())
    };

    let none = Scope::new();
    let mut desired = Snapshot::builder("", Scope::new());
    for name in ["terraform.tfstate", "webhooks.yaml"] {
        add(&mut desired, "desired", named(name, &none, None)?)?;
    }

    let mut live = Snapshot::builder("", Scope::new());
    for name in [
        "security-groups.json",
        "functions.json",
        "scaling-policies.json",
        "target-groups.json",
        "role-policy.json",
        "queues.json",
    ] {
        add(&mut live, "live", named(name, &account, None)?)?;
    }
    // These do not show by themselves what they are of.
    let parameters = account.clone().with("parameter_group", "shop-pg16");
    let mapping = Some("aws rds describe-db-parameters");
    add(&mut live, "live", named("parameters.json", &parameters, mapping)?)?;
    let mapping = Some("aws secretsmanager get-secret-value");
    add(&mut live, "live", named("secret-value.json", &account, mapping)?)?;
    add(&mut live, "live", named("cluster.json", &none, None)?)?;

    let owners = OwnerMap::new().csv(&fs::read_to_string(here.join("owners.csv"))?)?;
    let log = fs::read(here.join("cloudtrail.json"))?;
    let options =
        EventOptions { name: Some("cloudtrail.json".to_owned()), ..EventOptions::default() };
    let events = Events::parse(&log, &options)?;
    let detector = Detector::builder().owners(owners).build()?;
    let context = Context::at("2026-11-20T08:00:00Z".parse()?)
        .with_events(&events)
        .with_since("2026-11-19T18:00:00Z".parse()?);
    let report = detector.detect(&desired.build()?, &live.build()?, &context);

    let mut out = std::io::stdout();
    if env::args().any(|argument| argument == "--json") {
        write!(out, "{}", report.to_json())?;
    } else {
        writeln!(out, "{}", report.to_text(false))?;
    }
    Ok(())
}
