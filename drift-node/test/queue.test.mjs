// How many calls work off the event loop at once, and detectors that are handed to other threads.
import assert from "node:assert/strict";
import test from "node:test";
import { Worker } from "node:worker_threads";
import { concurrency, Detector, DriftError, Events, Snapshot } from "drift-node";

const AT = "2026-01-01T00:00:00Z";
const { limits: DEFAULTS } = concurrency();
const records = (count, size) =>
  Buffer.from(
    JSON.stringify(
      Array.from({ length: count }, (_, n) => ({
        type: "t",
        id: `q${n}`,
        attributes: { size, tags: { n: String(n) } },
      })),
    ),
  );

test.afterEach(() => {
  concurrency(DEFAULTS);
  const { running, waiting } = concurrency();
  assert.deepEqual([running, waiting], [0, 0]);
});

/** Waits until nothing works any more: what was given up takes a moment to stop. */
async function settled() {
  for (;;) {
    const { running, waiting } = concurrency();
    if (running + waiting === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

test("only so many calls work at once, and all of them in the end", async () => {
  concurrency({ running: 2 });
  const [desired, actual] = [Snapshot.parse(records(50, 1)), Snapshot.parse(records(50, 2))];
  const detector = new Detector();
  const calls = Array.from({ length: 20 }, () => detector.detect(desired, actual, { at: AT }));
  // They begin once their promises have run on to the queue.
  await Promise.resolve();
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, concurrency().running);
  }, 1);
  const reports = await Promise.all(calls);
  clearInterval(watch);
  assert.ok(most <= 2, `${most} at once`);
  assert.equal(new Set(reports.map((report) => report.toJson())).size, 1);
});

test("a call that waits can be given up, and leaves its place", async () => {
  concurrency({ running: 1 });
  const side = Snapshot.parse(records(2_000, 1));
  const detector = new Detector();
  const first = detector.detect(side, side, { at: AT });
  const controllers = Array.from({ length: 5 }, () => new AbortController());
  const waiting = controllers.map(({ signal }) => detector.detect(side, side, { at: AT, signal }));
  const rejected = waiting.map((call) => assert.rejects(call, /enough/));
  await new Promise((resolve) => setImmediate(resolve));
  for (const controller of controllers) controller.abort(new Error("enough"));
  await Promise.all(rejected);
  await first;
  await settled();
  assert.equal((await detector.detect(side, side, { at: AT })).inSync, true);
});

test("many calls may share a signal", async () => {
  const warnings = [];
  const warn = (warning) => warnings.push(warning.message);
  process.on("warning", warn);
  const controller = new AbortController();
  const { signal } = controller;
  const [side, detector] = [Snapshot.parse(records(100, 1)), new Detector()];
  const log = Buffer.from(
    JSON.stringify(
      Array.from({ length: 5_000 }, (_, at) => ({
        time: "2026-01-01T00:00:00Z",
        actor: { name: "ann" },
        resources: [{ id: `q${at}` }],
      })),
    ),
  );
  const calls = () =>
    Array.from({ length: 20 }, () => [
      detector.detect(side, side, { at: AT, signal }),
      Events.parseAsync(log, { signal }),
    ]).flat();
  await Promise.all(calls());
  const given = calls().map((call) => assert.rejects(call, /enough/));
  controller.abort(new Error("enough"));
  await Promise.all(given);
  await settled();
  process.off("warning", warn);
  assert.deepEqual(warnings, []);
});

test("a large detection that is given up makes room for others", async () => {
  concurrency({ running: 1 });
  const [desired, actual] = [records(60_000, 1), records(60_000, 2)];
  for (const delay of [0, 5, 20]) {
    const controller = new AbortController();
    const call = new Detector().detect(desired, actual, { at: AT, signal: controller.signal });
    const rejected = assert.rejects(call, /enough/);
    setTimeout(() => controller.abort(new Error("enough")), delay);
    await rejected;
    await settled();
  }
  const small = await new Detector().detect(records(3, 1), records(3, 2), { at: AT });
  assert.equal(small.findings.length, 3);
});

test("one more than may wait is refused", async () => {
  concurrency({ running: 1, waiting: 1 });
  const side = Snapshot.parse(records(100, 1));
  const detector = new Detector();
  const calls = Array.from({ length: 3 }, () => detector.detect(side, side, { at: AT }));
  const results = await Promise.allSettled(calls);
  const refused = results.filter(({ status }) => status === "rejected");
  assert.deepEqual(
    refused.map(({ reason }) => [reason instanceof DriftError, reason.code]),
    [[true, "DRIFT_LIMIT"]],
  );
  for (const [wrong, path] of [
    [{ running: 0 }, "/running"],
    [{ running: 1.5 }, "/running"],
    [{ waiting: -1 }, "/waiting"],
    [{ running: "2" }, "/running"],
  ]) {
    assert.throws(
      () => concurrency(wrong),
      (error) => error.code === "DRIFT_OPTION" && error.path === path,
    );
  }
});

test("a detector is handed to eight worker threads, which say the same", async () => {
  const rules = [
    { id: "w", match: { type: "t" }, paths: ["/size"], severity: "high", owner: "ada" },
  ];
  const owners = [{ tags: ["n"] }];
  const layers = { t: "data" };
  const detector = new Detector({ rules, owners, layers, digestKey: "key", packs: [] });
  const [desired, actual] = [records(300, 1), records(300, 2)];
  const expected = detector.detectSync(desired, actual, { at: AT }).toJson();
  const code = `
    const { parentPort, workerData } = require("node:worker_threads");
    const { Detector } = require("drift-node");
    const detector = Detector.deserialize(workerData.detector);
    const ask = async (n) => {
      if (n % 2) return detector.detectSync(workerData.desired, workerData.actual, { at: "${AT}" });
      return await detector.detect(workerData.desired, workerData.actual, { at: "${AT}" });
    };
    (async () => {
      const texts = new Set();
      for (let n = 0; n < 4; n += 1) texts.add((await ask(n)).toJson());
      parentPort.postMessage([...texts]);
    })();
  `;
  const workerData = { detector: detector.serialize(), desired, actual };
  const run = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(code, { eval: true, workerData });
      worker.once("message", resolve).once("error", reject);
    });
  const found = await Promise.all(Array.from({ length: 8 }, run));
  for (const texts of found) assert.deepEqual(texts, [expected]);
  assert.equal(Detector.deserialize(workerData.detector).serialize(), workerData.detector);
});

test("what is no detector is refused", () => {
  const text = new Detector({ rules: "[]", packs: [] }).serialize();
  assert.equal(JSON.parse(text).drift_detector, 1);
  for (const wrong of ["", "{}", "[]", text.replace(":1", ":9"), text.replace("packs", "pakcs")]) {
    assert.throws(() => Detector.deserialize(wrong), DriftError, wrong);
  }
  assert.throws(() => Detector.deserialize(7), /`text`/);
});
