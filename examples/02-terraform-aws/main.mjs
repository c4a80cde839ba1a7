// A Terraform state against what the cloud says of itself.
//
// `terraform.tfstate` is what `terraform state pull` prints, the files in `live` are what the AWS
// CLI prints: `aws ec2 describe-security-groups --filters Name=group-name,Values=shop-*` and so on.
// How the documents are read, and with whose rights, is up to you: with the AWS SDK, pass on the
// objects that it gives. With `--json` the report comes as JSON.
import { detect, Snapshot, SnapshotBuilder } from "drift-node";

const here = (name) => new URL(name, import.meta.url);
const account = "111122223333";

const desired = Snapshot.parse(here("terraform.tfstate"), { name: "terraform.tfstate" });

// An answer says what it holds by its shape, and nowhere what region it came from.
const ireland = { account, region: "eu-west-1" };
const live = new SnapshotBuilder("aws", ireland);
for (const name of ["security-groups.json", "instances.json", "db-instances.json"]) {
  live.addSnapshot(Snapshot.parse(here(`live/${name}`), { name, scope: ireland }));
}
const name = "secret-value.json";
const mapping = "aws secretsmanager get-secret-value";
live.addSnapshot(Snapshot.parse(here(`live/${name}`), { name, mapping, scope: ireland }));

// The other region refused to answer. Say so, and nothing there is taken for missing.
const virginia = new SnapshotBuilder("aws", { account, region: "us-east-1" });
virginia.incomplete("aws_security_group", "denied", "ec2:DescribeSecurityGroups is not allowed");
live.addSnapshot(virginia.build());

const report = await detect(desired, live.build(), { at: "2026-11-20T08:00:00Z" });
if (process.argv.includes("--json")) {
  process.stdout.write(report.toJson());
} else {
  console.log(report.toText());
  // Every change leads to its place in the answer of the cloud.
  const [group] = report.findings;
  const [change] = group.changes;
  const answer = group.resource.source.actual;
  const place = `${answer.pointer}${change.actualPointer}`;
  console.log(`The opened port stands in ${answer.file} at ${place}`);
}
