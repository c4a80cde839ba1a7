// A CloudFormation template against what Cloud Control says of its resources.
//
// `stack.json` is what `aws cloudformation list-stack-resources` prints, the files in `live` are
// pages of `aws cloudcontrol list-resources --type-name …`. With `--json` the report comes as JSON.
import { readFileSync } from "node:fs";
import { detect, Snapshot, SnapshotBuilder } from "drift-node";

const here = (name) => new URL(name, import.meta.url);
const scope = { account: "111122223333", region: "eu-west-1" };

// What the stack was made with, and what became of it: references resolve, and nothing is guessed.
const desired = Snapshot.parse(here("template.yaml"), {
  name: "template.yaml",
  parameters: { Stage: "prod" },
  stackResources: readFileSync(here("stack.json"), "utf8"),
  scope,
});

// Page by page: a type is complete once its last page is there.
const live = new SnapshotBuilder("aws", scope);
for (const name of ["queues-1.json", "queues-2.json", "tables.json"]) {
  live.addDocument(here(`live/${name}`), { name });
}
live.failed("AWS::Logs::LogGroup", "ThrottlingException", "Rate exceeded");

const report = await detect(desired, live.build(), { at: "2026-11-20T08:00:00Z" });
if (process.argv.includes("--json")) {
  process.stdout.write(report.toJson());
} else {
  console.log(report.toText());
}
