// Threads and processes that end while work runs, and detectors that go to another thread.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { Detector, detectSync } from "drift-node";

const AT = "2026-01-01T00:00:00Z";
const HERE = join(import.meta.dirname, "..");

/** Starts work that takes a while: reading, and a detection off the event loop. */
const WORK = `
  const { Detector, Snapshot } = require("drift-node");
  const side = (n) => Buffer.from(JSON.stringify(
    Array.from({ length: 40_000 }, (_, id) => ({ type: "t", id: String(id), attributes: { n, list: [id, n] } })),
  ));
  const [desired, actual] = [side(1), side(2)];
  const work = () => [
    Snapshot.parseAsync(desired),
    new Detector().detect(desired, actual, { onProgress() {} }),
    new Detector().detect(desired, actual, { signal: new AbortController().signal }),
  ];
`;

test("a worker that is terminated while work runs takes nothing down", async () => {
  for (let round = 0; round < 4; round += 1) {
    const code = `${WORK}
      const { parentPort } = require("node:worker_threads");
      for (const one of work()) one.then(() => parentPort.postMessage("done"));
      parentPort.postMessage("started");
    `;
    const worker = new Worker(code, { eval: true });
    const told = await new Promise((resolve, reject) => {
      worker.once("message", resolve).once("error", reject);
    });
    assert.equal(told, "started");
    await new Promise((resolve) => setTimeout(resolve, round * 15));
    assert.equal(await worker.terminate(), 1);
  }
  const side = (n) => [{ type: "t", id: "a", attributes: { n } }];
  assert.equal(detectSync(side(1), side(2)).verdict, "drifted");
});

test("a process that exits while work runs ends with its own code, and says nothing", async () => {
  for (const wait of [0, 20, 60]) {
    const code = `${WORK} work(); setTimeout(() => process.exit(7), ${wait});`;
    const ended = promisify(execFile)(process.execPath, ["-e", code], { cwd: HERE });
    await assert.rejects(ended, ({ code: status, signal, stdout, stderr }) => {
      assert.deepEqual([status, signal, stdout, stderr], [7, null, "", ""]);
      return true;
    });
  }
});

test("a detector goes to a worker with all that it was made of", async () => {
  const policies = `
package queues
deny contains msg if {
    input.delay > 10
    msg := "the delay is long"
}
warn contains "many" if count([n | some n in numbers.range(1, 5000); n > 4999]) > 1
`;
  const options = {
    rules: [{ id: "owned", match: { type: "queue" }, paths: ["delay"], severity: "critical" }],
    policies,
    tags: [{ key: "team", reason: "who pays" }],
    routes: [{ match: { severity: "critical" }, to: "log", reason: "nobody minds" }],
    owners: [{ tags: ["owner"] }],
    managers: ["argocd"],
    layers: { queue: "data" },
    priority: {
      weights: { impact: 100, exposure: 0, criticality: 0, confidence: 0 },
      criticality: [{ level: "critical", type: "queue" }],
    },
    limits: { maxPolicySteps: 1000 },
    digestKey: "a key",
    threads: 1,
  };
  const side = (delay) => [
    {
      type: "queue",
      id: "jobs",
      attributes: { delay, password: `p${delay}` },
      tags: { owner: "ada" },
    },
  ];
  const detector = new Detector(options);
  const here = detector.detectSync(side(0), side(30), { at: AT });
  // Each of them shows, or nothing would be told by the comparison.
  const [finding] = here.findings;
  assert.equal(here.policyViolations.length, 1);
  assert.ok(here.policyErrors.every((error) => error.code === "step_limit"));
  assert.equal(here.policyErrors.length, 2);
  assert.equal(here.tagViolations.length, 1);
  assert.equal(finding.route.reason, "nobody minds");
  assert.equal(finding.owner, "ada");
  assert.equal(finding.resource.layer, "data");
  assert.deepEqual([finding.severity, finding.priority.score], ["critical", 100]);
  assert.ok(finding.changes.some(({ digest }) => digest.startsWith("hmac-sha256:")));

  const code = `
    const { parentPort, workerData } = require("node:worker_threads");
    const { Detector } = require("drift-node");
    const detector = Detector.deserialize(workerData.text);
    const { desired, actual, managed } = workerData;
    const report = detector.detectSync(desired, actual, { at: "${AT}" });
    const trusted = detector.detectSync(...managed, { at: "${AT}" }).toJson();
    parentPort.postMessage([report.toJson(), trusted, detector.serialize()]);
  `;
  const managed = [manifest(1), manifest(2)];
  const workerData = { text: detector.serialize(), desired: side(0), actual: side(30), managed };
  const worker = new Worker(code, { eval: true, workerData });
  const there = await new Promise((resolve, reject) => {
    worker.once("message", resolve).once("error", reject);
  });
  const trusted = detector.detectSync(...managed, { at: AT }).toJson();
  assert.deepEqual(there, [here.toJson(), trusted, detector.serialize()]);
  const { managers: _, ...others } = options;
  const without = new Detector(others).detectSync(...managed, { at: AT }).toJson();
  assert.notEqual(without, trusted, "who declares makes a difference");
});

/** A Deployment whose replicas one manager owns, and which desired leaves out in the end. */
function manifest(side) {
  const live = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop" },
    spec: side === 1 ? {} : { replicas: 3 },
  };
  if (side === 1) return [live];
  const managedFields = [
    {
      manager: "argocd",
      operation: "Apply",
      apiVersion: "apps/v1",
      fieldsType: "FieldsV1",
      fieldsV1: { "f:spec": { "f:replicas": {} } },
    },
  ];
  return [{ ...live, metadata: { ...live.metadata, managedFields } }];
}
