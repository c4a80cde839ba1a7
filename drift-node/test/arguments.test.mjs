// Arguments of the wrong type are refused by their names.
import assert from "node:assert/strict";
import test from "node:test";
import {
  Baseline,
  compareMany,
  compareManySync,
  concurrency,
  Detector,
  detectSync,
  doctor,
  Events,
  finish,
  Partial,
  Policies,
  Report,
  Rules,
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

test("an error about one of several tells which", async () => {
  const [bad, text] = ["[", /^expected a value or `\]`, .*, line 1 column 2, /];
  const ends = (place) => (error) => {
    assert.equal(error.code, "DRIFT_PARSE");
    assert.match(error.text, text);
    assert.deepEqual([error.text.endsWith(`, ${place}`), error.line, error.column], [true, 1, 2]);
    return true;
  };
  const members = { prod: TEXT, dev: bad };
  assert.throws(() => compareManySync(members), ends("snapshot `dev`"));
  await assert.rejects(compareMany(members), ends("snapshot `dev`"));
  const policies = Policies.parse([]);
  assert.throws(() => policies.dryRunSync([TEXT, bad]), ends("snapshot 2"));
  await assert.rejects(policies.dryRun([TEXT, bad]), ends("snapshot 2"));
  const detector = new Detector();
  for (const [events, place] of [
    [["[]", bad], "log 2"],
    [[bad], "log 1"],
  ]) {
    assert.throws(() => detectSync(TEXT, TEXT, { events }), ends(place));
    await assert.rejects(detector.detect(TEXT, TEXT, { events }), ends(place));
  }
  const alone = (error) => /, line 1 column 2$/.test(error.text);
  assert.throws(() => detectSync(TEXT, TEXT, { events: bad }), alone);
  const kind = { name: "TypeError", message: /, not null, snapshot `dev`$/ };
  assert.throws(() => compareManySync({ prod: TEXT, dev: null }), kind);
  await assert.rejects(compareMany({ prod: TEXT, dev: null }), kind);
});

test("a class that is made of nothing else than by its own says by what", () => {
  for (const Class of [Baseline, Events, Partial, Policies, Report, Rules, Snapshot]) {
    for (const given of [undefined, "[]", {}])
      assert.throws(() => new Class(given), refused(/ comes? from /));
  }
});
