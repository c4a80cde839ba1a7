// Fleets, tag policies and readiness: what only Node sees.
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import {
  compareMany,
  compareManySync,
  Detector,
  DriftError,
  detectSync,
  doctor,
  doctorSync,
  OwnerMap,
  Parity,
  Readiness,
} from "drift-node";

const at = "2026-01-01T00:00:00Z";
const flag = (on) => [{ type: "flag", id: "beta", attributes: { on, percent: 10 } }];
const fleet = { a: flag(true), b: flag(true), c: flag(false) };
const camel = (name) => name.replace(/_(.)/g, (_, c) => c.toUpperCase());

/** Checks that every field of the JSON has a property. */
function hasAll(object) {
  for (const [name, value] of Object.entries(JSON.parse(object.toJson()))) {
    if (name === "schema_version") continue;
    assert.deepEqual(JSON.parse(JSON.stringify(object[camel(name)])), value, name);
  }
}

test("a parity has every field of its JSON, on the event loop and off it", async () => {
  const parity = compareManySync(fleet, { at });
  hasAll(parity);
  assert.deepEqual([parity.score, parity.exitCode()], [0.5, 1]);
  assert.equal(String(parity), parity.toText());
  assert.equal(Parity.fromJson(parity.toJson()).toJson(), parity.toJson());
  assert.equal((await compareMany(fleet, { at })).toJson(), parity.toJson());
  assert.deepEqual(JSON.parse(JSON.stringify(parity)), JSON.parse(parity.toJson()));
});

test("options of a comparison are told by name", async () => {
  const fails = (options, path) =>
    assert.throws(
      () => compareManySync(fleet, { at, ...options }),
      (error) => error instanceof DriftError && error.path === path,
    );
  fails({ allow: [{ pth: "on", reason: "r" }] }, "/allow/0/pth");
  await assert.rejects(new Detector().compareMany(fleet, { base: "a" }), DriftError);
  await assert.rejects(compareMany(fleet, { baseline: "d", at }), {
    help: "the snapshots are `a`, `b`, `c`",
  });
});

test("a tag policy is a file, a text or an object", () => {
  const text = "version: 1\ntags:\n  - {key: owner}\n";
  const file = pathToFileURL(join(mkdtempSync(join(tmpdir(), "drift-")), "tags.yaml"));
  writeFileSync(file, text);
  for (const tags of [file, text, { tags: [{ key: "owner" }] }, [{ key: "owner" }]]) {
    const report = detectSync(flag(true), flag(true), { tags, at });
    assert.deepEqual(
      report.tagViolations.map((one) => one.problem),
      ["missing"],
    );
    assert.equal(report.summary.tags.ratio, 0);
  }
});

test("readiness has every field of its JSON, on the event loop and off it", async () => {
  const objectives = { maxAge: "1h" };
  const readiness = doctorSync(flag(true), flag(true), { at, objectives });
  hasAll(readiness);
  assert.deepEqual([readiness.exitCode(), readiness.exitCode({ strict: true })], [1, 1]);
  assert.equal(Readiness.fromJson(readiness.toJson()).toJson(), readiness.toJson());
  const later = await doctor(flag(true), flag(true), { at, objectives });
  assert.equal(later.toJson(), readiness.toJson());
  const detector = new Detector({ owners: new OwnerMap().tags("owner") });
  const reference = detector.baselineSync(flag(true), { at });
  const found = detector.doctorSync(null, flag(true), { reference, at });
  assert.equal(found.checks.find((check) => check.id === "baseline").status, "ok");
});
