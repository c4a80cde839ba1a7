// How far work off the event loop has come.
import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { concurrency, Detector, detect, Snapshot } from "drift-node";

const AT = "2026-01-01T00:00:00Z";
const STAGES = ["reading", "pairing", "comparing", "reporting"];
const records = (count, size) =>
  Buffer.from(
    JSON.stringify(
      Array.from({ length: count }, (_, n) => ({
        type: "queue",
        id: `q${n}`,
        attributes: { size, tags: { n: String(n) } },
      })),
    ),
  );
const COUNT = 20_000;
const [desired, actual] = [records(COUNT, 1), records(COUNT, 2)];

test("how far a detection has come is told, not too often, and to its end", async () => {
  const told = [];
  let settled = false;
  const report = await detect(desired, actual, {
    at: AT,
    onProgress: (progress) => {
      assert.equal(settled, false);
      told.push([performance.now(), progress]);
    },
  });
  settled = true;
  assert.equal(report.findings.length, COUNT);
  const [, last] = told.at(-1);
  assert.deepEqual(last, { stage: "reporting", done: COUNT, total: COUNT });
  // All but the last one: that waits for nobody.
  for (let at = 1; at < told.length - 1; at += 1) {
    assert.ok(told[at][0] - told[at - 1][0] > 100, "more than ten a second");
  }
  const rank = ({ stage, done }) => STAGES.indexOf(stage) * COUNT + done;
  for (let at = 1; at < told.length; at += 1) {
    assert.ok(rank(told[at][1]) >= rank(told[at - 1][1]), "it goes back");
  }
  const count = told.length;
  await sleep(200);
  assert.equal(told.length, count);
});

test("waiting for a turn is told as reading", async () => {
  const { limits } = concurrency();
  concurrency({ running: 1 });
  const detector = new Detector();
  const side = Snapshot.parse(desired);
  const first = detector.detect(side, side, { at: AT });
  const told = [];
  await detector.detect(side, side, { at: AT, onProgress: (progress) => told.push(progress) });
  await first;
  concurrency(limits);
  assert.deepEqual(told[0], { stage: "reading", done: 0, total: null });
});

test("parts tell it too", async () => {
  const told = [];
  const onProgress = (progress) => told.push(progress);
  const parts = await new Detector().partials(desired, actual, 3, { at: AT, onProgress });
  assert.equal(parts.length, 3);
  assert.deepEqual([told.at(-1).done, told.at(-1).total], [COUNT, COUNT]);
  told.length = 0;
  await new Detector().partial(desired, actual, { at: AT, onProgress });
  assert.equal(told.at(-1).done, COUNT);
});

test("what the callback throws is what the promise is rejected with", async () => {
  const enough = new Error("enough");
  let calls = 0;
  const throwing = (when) => () => {
    calls += 1;
    if (calls >= when) throw enough;
  };
  for (const [sides, when] of [
    [[desired, actual], 1],
    [[desired, actual], 2],
    [[records(1, 1), records(1, 2)], 1],
  ]) {
    calls = 0;
    const call = detect(...sides, { at: AT, onProgress: throwing(when) });
    await assert.rejects(call, (error) => error === enough);
    assert.equal(calls, when);
  }
  // The work has been asked to stop, and a call after it has its turn.
  while (concurrency().running + concurrency().waiting > 0) await sleep(2);
  await sleep(150);
  assert.ok(calls <= 2);
});

test("so is what an async callback throws", async () => {
  const enough = new Error("enough");
  const onProgress = async () => {
    throw enough;
  };
  const call = detect(desired, actual, { at: AT, onProgress });
  await assert.rejects(call, (error) => error === enough);
});

test("an abort ends it, and nothing is told afterwards", async () => {
  const controller = new AbortController();
  const told = [];
  const onProgress = (progress) => {
    told.push(progress);
    controller.abort(new Error("enough"));
  };
  const call = detect(desired, actual, { at: AT, signal: controller.signal, onProgress });
  await assert.rejects(call, /enough/);
  await sleep(300);
  assert.equal(told.length, 1);
  const before = detect(desired, actual, { signal: AbortSignal.abort(), onProgress });
  await assert.rejects(before, { name: "AbortError" });
  assert.equal(told.length, 1);
});

test("what fails for another reason tells nothing more", async () => {
  const told = [];
  const onProgress = (progress) => told.push(progress);
  await assert.rejects(detect("{", actual, { onProgress }), { code: "DRIFT_PARSE" });
  const count = told.length;
  await sleep(150);
  assert.equal(told.length, count);
});

test("no other thing than a function is called", async () => {
  await assert.rejects(detect(desired, actual, { onProgress: true }), /`onProgress` as a function/);
  const sync = () => new Detector().detectSync(desired, actual, { onProgress: () => {} });
  assert.throws(sync, { code: "DRIFT_OPTION" });
});
