// Three layers of an estate in one report: a database, a gateway, a cloud.
//
// What is declared: statements of SQL, a file of decK, a template of Azure. What runs: rows of
// `information_schema`, what `deck gateway dump` writes, what `az graph query` prints. With `--json`
// the report comes as JSON.
import { detect, SnapshotBuilder } from "drift-node";

const azure = {
  subscription: "11111111-0000-0000-0000-000000000000",
  resource_group: "shop",
};
const add = (builder, name, options = {}) =>
  builder.addDocument(new URL(name, import.meta.url), { name, ...options });

const desired = new SnapshotBuilder("");
add(desired, "desired/schema.sql", { format: "sql_ddl", dialect: "postgresql" });
add(desired, "desired/kong.yaml", { mapping: "kong" });
add(desired, "desired/main.json", { parameters: { stage: "prod" }, scope: azure });

// Each document is told by its shape, and speaks for all that is of its kind.
const live = new SnapshotBuilder("");
add(live, "live/catalogue.json", { dialect: "postgresql" });
add(live, "live/kong.yaml", { mapping: "kong" });
add(live, "live/graph.json");

const report = await detect(desired.build(), live.build(), { at: "2026-11-20T08:00:00Z" });
if (process.argv.includes("--json")) {
  process.stdout.write(report.toJson());
} else {
  console.log(report.toText());
}
