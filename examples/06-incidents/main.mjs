// A night on call: how bad each difference is, whose it is, who made it, where it goes.
//
// A Terraform state and manifests are held against what the AWS CLI and `kubectl get -o json` print.
// `cloudtrail.json` says who called which interface, `owners.csv` whose what is. With `--json` the
// report comes as JSON.
import { detect, OwnerMap, SnapshotBuilder } from "drift-node";

const account = { account: "111122223333", region: "eu-west-1" };
const at = (name) => new URL(name, import.meta.url);

const desired = new SnapshotBuilder("");
for (const name of ["terraform.tfstate", "webhooks.yaml"]) {
  desired.addDocument(at(`desired/${name}`), { name });
}

const live = new SnapshotBuilder("");
for (const name of [
  "security-groups.json",
  "functions.json",
  "scaling-policies.json",
  "target-groups.json",
  "role-policy.json",
  "queues.json",
]) {
  live.addDocument(at(`live/${name}`), { name, scope: account });
}
// These do not show by themselves what they are of.
live.addDocument(at("live/parameters.json"), {
  name: "parameters.json",
  mapping: "aws rds describe-db-parameters",
  scope: { ...account, parameter_group: "shop-pg16" },
});
live.addDocument(at("live/secret-value.json"), {
  name: "secret-value.json",
  mapping: "aws secretsmanager get-secret-value",
  scope: account,
});
live.addDocument(at("live/cluster.json"), { name: "cluster.json" });

const report = await detect(desired.build(), live.build(), {
  owners: new OwnerMap().csv(at("owners.csv")),
  events: at("cloudtrail.json"),
  since: "2026-11-19T18:00:00Z",
  at: "2026-11-20T08:00:00Z",
});
if (process.argv.includes("--json")) {
  process.stdout.write(report.toJson());
} else {
  console.log(report.toText());
}
