// How much was seen: one region is denied, tags of three clouds go by one policy, and what is missing before
// the estate is ready.
//
// With `--json` the report and the checks come as JSON, one a line.
import { Detector, OwnerMap, Snapshot } from "drift-node";

const here = (name) => new URL(name, import.meta.url);
const region = (name) => ({
  provider: "aws",
  scope: { account: "111122223333", region: name },
});

const desired = await Snapshot.parseAsync(here("desired.json"), {
  name: "desired.json",
  revision: "4f2c9e1",
  takenAt: "2026-03-02T08:59:00Z",
});
const live = await Snapshot.parseAsync(here("live.json"), {
  name: "live.json",
  expected: [region("eu-west-1"), region("us-west-2")],
  gaps: [{ cell: region("us-west-2"), reason: "denied", detail: "AccessDenied" }],
  takenAt: "2026-03-02T07:00:00Z",
});
const detector = new Detector({
  tags: here("tags.yaml"),
  owners: new OwnerMap().tags("owner", "team"),
});
const at = "2026-03-02T09:00:00Z";
const report = await detector.detect(desired, live, { at });
const objectives = { coverage: 0.95, iac: 0.75, maxAge: "1h" };
const readiness = await detector.doctor(desired, live, { at, objectives });

const asJson = process.argv.includes("--json");
const texts = [report, readiness].map((one) => (asJson ? one.toJson() : one.toText()));
process.stdout.write(texts.join("\n"));
