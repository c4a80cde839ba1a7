// A policy over two accounts: what it forbids, with drift and without.
//
// One bucket is declared open and is open: nothing has drifted, and the policy is violated. Another was
// opened by hand: that has drifted, and has brought a violation. With `--json` the report comes as JSON.
import { readFileSync } from "node:fs";
import { Detector, Snapshot } from "drift-node";

const here = (name) => new URL(name, import.meta.url);
const at = "2026-11-26T08:00:00Z";

const detector = new Detector({ policies: here("policies.yaml") });
const tests = detector.testPolicies(here("cases.yaml"), { at });
const [desired, live] = ["desired.json", "live.json"].map((name) =>
  Snapshot.parse(readFileSync(here(name)), { name }),
);
const report = await detector.detect(desired, live, { at });
if (process.argv.includes("--json")) {
  process.stdout.write(report.toJson());
} else {
  console.log(`cases: ${tests.passed} passed, ${tests.failed} failed\n`);
  console.log(report.toText());
  for (const violation of report.policyViolations) {
    const by = violation.introducedByDrift ? "drift" : "declaration";
    console.log(`${violation.policy}: ${violation.resource.id} (${violation.status}), by ${by}`);
  }
}
