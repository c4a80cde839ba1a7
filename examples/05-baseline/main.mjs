// A baseline: what nobody declares is normal while it is as it was reviewed.
//
// `reviewed.json` is what was live when somebody looked at it; `live.json` is what is live now. The raised
// memory is accepted for a time, by a person and with a reason. With `--json` the report comes as JSON.
import { Baseline, Detector, Snapshot } from "drift-node";

const here = (name) => new URL(name, import.meta.url);
const read = (name) => Snapshot.parseAsync(here(name), { name, complete: true });

const [desired, live] = [await read("desired.json"), await read("live.json")];
const detector = new Detector({ digestKey: "out of a store of secrets" });

const recorded = await detector.baseline(here("reviewed.json"), {
  desired,
  at: "2026-01-12T08:00:00Z",
});
// Kept under version control, and read again.
let baseline = Baseline.fromJson(recorded.toJson());

const before = await detector.detect(desired, live, {
  reference: baseline,
  at: "2026-02-12T08:00:00Z",
});
const changes = before.findings.flatMap((finding) => finding.changes);
baseline = baseline.promote(
  before,
  changes.filter((change) => change.path === "memory"),
  { by: "ada", reason: "more memory for the sale", expires: "2026-02-28" },
);

const report = await detector.detect(desired, live, {
  reference: baseline,
  at: "2026-02-12T09:00:00Z",
});
process.stdout.write(process.argv.includes("--json") ? report.toJson() : report.toText());
