// Arguments of the wrong type are refused by their names.
import assert from "node:assert/strict";
import test from "node:test";
import {
  compareMany,
  compareManySync,
  concurrency,
  Detector,
  detectSync,
  doctor,
  Events,
  finish,
  Policies,
  ruleUsage,
  Snapshot,
  SnapshotBuilder,
} from "drift-node";

const TEXT = '[{"type": "t", "id": "a", "attributes": {}}]';
const refused = (message) => (error) => {
  assert.ok(error instanceof TypeError, String(error));
  assert.match(error.message, message);
  return true;
};

test("what is no signal is refused by doctor and dryRun too", async () => {
  const wrong = refused(/^expected `signal` as an AbortSignal, not object/);
  await assert.rejects(doctor(TEXT, TEXT, { signal: {} }), wrong);
  await assert.rejects(Policies.parse([]).dryRun([], { signal: {} }), wrong);
});

test("names of a prototype are names like any other", () => {
  const add = (options) => new SnapshotBuilder().add("t", "x", {}, options);
  for (const name of ["constructor", "__proto__"]) {
    const options = JSON.parse(`{"${name}": {"severity": "info"}}`);
    const path = `/${name}`;
    assert.throws(() => add(options), { code: "DRIFT_FORMAT", path });
    const report = detectSync(TEXT, TEXT, {});
    assert.throws(() => report.query(options), { code: "DRIFT_OPTION", path });
  }
});

test("an option of concurrency that does not exist is refused", () => {
  assert.throws(() => concurrency({ runing: 1 }), {
    code: "DRIFT_OPTION",
    text: "no such option: `runing`",
  });
  assert.throws(() => concurrency(null), refused(/^expected the options as an object, not null/));
});

test("what is no list, no query and no limits is refused by its name", async () => {
  const report = detectSync(TEXT, TEXT, {});
  for (const wrong of [3, null, "text"]) {
    assert.throws(() => finish(wrong), refused(/^expected `parts` as Partials, not/));
    assert.throws(() => finish([wrong]), refused(/^expected `parts` as Partials, not/));
    assert.throws(() => ruleUsage(wrong), refused(/^expected `reports` as Reports, not/));
    assert.throws(() => report.query(wrong), refused(/^expected `query` as an object, not/));
    assert.throws(() => [...report.pages(wrong)], refused(/^expected `query` as an object, not/));
    const snapshots = refused(/^expected `snapshots` as an object, not/);
    assert.throws(() => compareManySync(wrong), snapshots);
    await assert.rejects(compareMany(wrong), snapshots);
    const limits = refused(/^expected `limits` as an object, not/);
    assert.throws(() => Snapshot.parse(TEXT, { limits: wrong }), limits);
    assert.throws(() => new Detector({ limits: wrong }), limits);
    await assert.rejects(Snapshot.parseAsync(TEXT, { limits: wrong }), limits);
    await assert.rejects(Events.parseAsync(TEXT, { limits: wrong }), limits);
  }
});
