// Work off the event loop: it keeps ticking, calls can be given up, buffers change hands.
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import test from "node:test";
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Detector, detect, Snapshot } from "drift-node";
import native from "../native/index.js";

const { NativeDetector, NativeSnapshot, NativeStop, NativeText } = native;

const AT = "2026-01-01T00:00:00Z";

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

/** Runs `work` beside a ticking timer; gives its time and the ticks within it. */
async function ticksDuring(work) {
  let ticks = 0;
  const ticker = setInterval(() => {
    ticks += 1;
  }, 2);
  const start = performance.now();
  try {
    await work();
    return [performance.now() - start, ticks];
  } finally {
    clearInterval(ticker);
  }
}

/** Makes the work large enough to take 100 ms, and expects ticks all along. */
async function assertTicks(call) {
  for (let count = 1_000; ; count *= 2) {
    const [took, ticks] = await ticksDuring(call(count));
    if (took < 100) continue;
    // A call on the event loop would leave one at most.
    assert.ok(ticks >= 5, `${ticks} ticks in ${took} ms`);
    return;
  }
}

test("parsing leaves the event loop ticking", async () => {
  await assertTicks((count) => {
    const data = records(count, 1);
    return () => Snapshot.parseAsync(data);
  });
});

test("detection leaves the event loop ticking", async () => {
  const detector = new Detector();
  await assertTicks((count) => {
    const desired = Snapshot.parse(records(count, 1));
    const actual = Snapshot.parse(records(count, 2));
    return () => detector.detect(desired, actual, { at: AT });
  });
});

test("one detector serves many calls at once", async () => {
  const detector = new Detector();
  const [desired, actual] = [Snapshot.parse(records(200, 1)), Snapshot.parse(records(200, 2))];
  const expected = detector.detectSync(desired, actual, { at: AT }).toJson();
  const calls = Array.from({ length: 32 }, () => detector.detect(desired, actual, { at: AT }));
  for (const report of await Promise.all(calls)) assert.equal(report.toJson(), expected);
});

test("a call that was given up settles at once", async () => {
  const [desired, actual] = [records(5_000, 1), records(5_000, 2)];
  await assert.rejects(detect(desired, actual, { signal: AbortSignal.abort() }), {
    name: "AbortError",
  });
  const controller = new AbortController();
  const running = detect(desired, actual, { signal: controller.signal });
  const reason = new Error("enough");
  setTimeout(() => controller.abort(reason), 1);
  await assert.rejects(running, (error) => error === reason);
  const explaining = new Detector().explain(desired, actual, "q1", "size", {
    signal: AbortSignal.abort(reason),
  });
  await assert.rejects(explaining, (error) => error === reason);
});

test("work that was asked to stop does not go on", async () => {
  const stopped = (error) => /DRIFT_STOPPED/.test(error.message);
  const stop = new NativeStop();
  const text = () => NativeText.of(records(10, 1));
  const parsed = await NativeSnapshot.parseAsync(text(), "{}", stop);
  const detector = new NativeDetector([], [], "{}");
  const question = detector.question(parsed, parsed, null, null, AT);
  await detector.baseline(parsed, null, null, AT, stop);
  const report = await question.detect("summary", stop);
  assert.equal((await report.toBuffer(stop)).toString(), report.toJson());
  stop.ask();
  await assert.rejects(report.toBuffer(stop), stopped);
  await assert.rejects(NativeSnapshot.parseAsync(text(), "{}", stop), stopped);
  await assert.rejects(native.NativeEvents.parseAsync(text(), "{}", stop), stopped);
  await assert.rejects(question.detect("summary", stop), stopped);
  await assert.rejects(question.partials("summary", 2, stop), stopped);
  await assert.rejects(detector.baseline(parsed, null, null, AT, stop), stopped);
  const doctor = (stop) =>
    native.doctor(detector, parsed, parsed, null, null, AT, null, "{}", stop);
  const compare = (stop) =>
    native.compareMany(detector, ["a", "b"], [parsed, parsed], "{}", AT, "summary", stop);
  const dryRun = (stop) => native.dryRun(detector, [parsed, parsed], AT, stop);
  for (const ask of [doctor, compare, dryRun]) {
    await ask(new NativeStop());
    await assert.rejects(ask(stop), stopped);
  }
});

test("a document may come in pieces", async () => {
  const text = records(3, 1);
  const lines = JSON.parse(text);
  async function* pieces(list) {
    for (const one of list) yield one;
  }
  const cut = [text.subarray(0, 7), text.subarray(7).toString()];
  for (const source of [
    pieces(cut),
    Readable.from(cut),
    new Blob([text]).stream(),
    pieces(lines),
    Readable.from(lines),
  ]) {
    assert.equal((await Snapshot.parseAsync(source)).length, 3);
  }
  const report = await detect(pieces(cut), pieces(lines), { at: AT });
  assert.equal(report.inSync, true);
  assert.equal(report.toObject().verdict, "in_sync");
  assert.throws(() => Snapshot.parse(pieces(cut)), /off the event loop/);
  await assert.rejects(Snapshot.parseAsync(pieces([7])), /expected a document/);
  let closed = false;
  const failing = pieces([text]);
  failing.next = () => Promise.reject(new Error("lost"));
  failing.return = async () => {
    closed = true;
  };
  await assert.rejects(Snapshot.parseAsync(failing), /lost/);
  assert.equal(closed, true);
  async function* silent() {
    yield text;
    await new Promise(() => {});
  }
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("enough")), 5);
  await assert.rejects(Snapshot.parseAsync(silent(), { signal: controller.signal }), /enough/);
});

test("a buffer is copied while nobody waits for it, or taken over", async () => {
  const text = records(300_000, 1);
  assert.ok(text.length > 12 << 20, "more than three slices");
  let turns = 0;
  let copied = false;
  const turning = (async () => {
    while (!copied) {
      await setImmediate();
      turns += 1;
    }
  })();
  const parsing = Snapshot.parseAsync(text, { limits: { maxNodes: 100 } });
  await assert.rejects(parsing, { code: "DRIFT_LIMIT" });
  copied = true;
  await turning;
  assert.ok(turns >= 3, `${turns} turns`);
  assert.ok(text.length > 0, "the caller keeps its buffer");

  const own = new Uint8Array(records(10, 1));
  const snapshot = await Snapshot.parseAsync(own, { transfer: true });
  assert.equal(own.byteLength, 0);
  assert.equal(snapshot.length, 10);
  // A part of a larger memory is copied: it is not the caller's alone.
  const pooled = Buffer.from('[{"type": "t", "id": "a", "attributes": {}}]');
  assert.equal((await Snapshot.parseAsync(pooled, { transfer: true })).length, 1);
  assert.ok(pooled.length > 0);
});

test("what a caller does to its buffer afterwards changes nothing", async () => {
  const [desired, actual] = [records(10, 1), records(10, 2)];
  const one = Snapshot.parse(desired);
  const other = Snapshot.parseAsync(actual);
  desired.fill(0);
  const pending = await other;
  actual.fill(0);
  const report = await new Detector().detect(one, pending, { at: AT });
  assert.equal(report.findings.length, 10);
  assert.equal((await report.explain("q1", "size")).actual, 2);
});

test("a worker thread has the same package", async () => {
  const code = `
    const { parentPort } = require("node:worker_threads");
    const { detectSync } = require("drift-node");
    const side = (n) => [{ type: "t", id: "a", attributes: { n } }];
    parentPort.postMessage(detectSync(side(1), side(2), { at: "${AT}" }).toJson());
  `;
  const run = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(code, { eval: true });
      worker.once("message", resolve).once("error", reject);
    });
  const [one, other] = await Promise.all([run(), run()]);
  assert.equal(one, other);
  assert.equal(JSON.parse(one).verdict, "drifted");
});

test("documents of the deepest nesting are read in both forms", async () => {
  const value = (n) => `${'{"a":'.repeat(500)}${n}${"}".repeat(500)}`;
  const text = (n) => `[{"type": "t", "id": "a", "attributes": ${value(n)}}]`;
  const report = await detect(text(1), text(2), { at: AT });
  assert.equal(report.findings[0].changes[0].steps.length, 500);
  assert.equal(new Detector().detectSync(text(1), text(2), { at: AT }).toJson(), report.toJson());
});
