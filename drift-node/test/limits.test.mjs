// The limits of a detector hold for all that it reads itself.
import assert from "node:assert/strict";
import test from "node:test";
import { Detector, detect, detectSync, Events, Snapshot } from "drift-node";

const AT = "2026-01-01T00:00:00Z";
const side = (n) => `[{"type":"queue","id":"jobs","attributes":{"delay":${n}}}]`;
const small = '[{"type":"t","id":"a","attributes":{}}]';
const log = `[${" ".repeat(100)}]`;
const limits = { maxBytes: small.length };
const beyond = { code: "DRIFT_LIMIT" };
const options = { limits };

/** Calls that read one document beyond the limit, among others that are within it. */
const calls = (detector, kin) => {
  const of = (name) => detector[name + kin].bind(detector);
  return {
    read: () => of("read")(side(1)),
    desired: () => of("detect")(side(1), small),
    actual: () => of("detect")(small, Buffer.from(side(1))),
    reference: () => of("detect")(small, small, { reference: side(1) }),
    events: () => of("detect")(small, small, { events: log }),
    "one of several logs": () => of("detect")(small, small, { events: ["[]", log] }),
    partial: () => of("partial")(small, side(1)),
    partials: () => of("partials")(small, side(1), 2),
    baseline: () => of("baseline")(side(1)),
    "the declared side of a baseline": () => of("baseline")(small, { desired: side(1) }),
    compareMany: () => of("compareMany")({ a: small, b: side(1) }),
    doctor: () => of("doctor")(small, side(1)),
    "reference of doctor": () => of("doctor")(small, small, { reference: side(1) }),
    "events of doctor": () => of("doctor")(small, small, { events: log }),
    dryRun: () => of("dryRun")([small, side(1)]),
    explain: () => of("explain")(side(1), small, "jobs", "delay"),
  };
};

test("whatever a detector reads is bound by its limits", async () => {
  const detector = new Detector(options);
  for (const made of [detector, Detector.deserialize(detector.serialize())]) {
    for (const [name, call] of Object.entries(calls(made, "Sync"))) {
      assert.throws(call, beyond, name);
    }
    for (const [name, call] of Object.entries(calls(made, ""))) {
      await assert.rejects(call, beyond, name);
    }
  }
  assert.throws(() => detectSync(side(1), side(2), options), beyond);
  await assert.rejects(detect(side(1), side(2), options), beyond);
});

test("what has been read already, or is read with limits of its own, is not", async () => {
  const detector = new Detector(options);
  const [desired, actual] = [Snapshot.parse(side(1)), Snapshot.parse(side(2))];
  const events = Events.parse(log);
  assert.equal(detector.detectSync(desired, actual, { at: AT, events }).verdict, "drifted");
  assert.equal(detector.readSync(side(1), { limits: {} }).length, 1);
  assert.equal((await detector.read(side(1), { limits: { maxBytes: 1000 } })).length, 1);
  for (const [name, call] of Object.entries(calls(new Detector(), "Sync"))) {
    assert.doesNotThrow(call, name);
  }
});
