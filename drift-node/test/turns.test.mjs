// A call reads what it was given in its turn, and has one turn for all of it.
import assert from "node:assert/strict";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { compareMany, concurrency, Detector, doctor, Events, Policies, Snapshot } from "drift-node";

const AT = "2026-01-01T00:00:00Z";
const { limits: DEFAULTS } = concurrency();
const text = (size, count = 1) =>
  JSON.stringify(
    Array.from({ length: count }, (_, n) => ({ type: "t", id: `q${n}`, attributes: { size } })),
  );
const side = (size) => Buffer.from(text(size));

test.afterEach(() => {
  concurrency(DEFAULTS);
  const { running, waiting } = concurrency();
  assert.deepEqual([running, waiting], [0, 0]);
});

/** A stream that tells how many pieces were taken from it, and whether it was closed. */
function told() {
  const of = { read: 0, closed: false };
  const stream = new Readable({
    read() {
      of.read += 1;
      this.push(of.read < 3 ? " " : null);
    },
    destroy(error, done) {
      of.closed = true;
      done(error);
    },
  });
  return [stream, of];
}

test("a call that is alone needs no place to wait in, whatever it is given", async () => {
  concurrency({ running: 1, waiting: 0 });
  const detector = new Detector();
  const [given, events] = [{ at: AT, reference: side(1) }, ["[]", Buffer.from("[]")]];
  const [a, b] = [side(1), side(2)];
  assert.equal((await detector.detect(a, b, { ...given, events })).verdict, "drifted");
  assert.equal((await detector.partials(a, b, 2, { ...given, events })).length, 2);
  assert.equal((await detector.explain(a, b, "q0", "size", given)).desired, 1);
  assert.equal((await detector.baseline(a, { desired: b })).length, 1);
  assert.equal((await doctor(a, b, { ...given, events })).constructor.name, "Readiness");
  assert.equal((await compareMany({ a, b, c: a })).verdict, "different");
  assert.equal(typeof (await Policies.parse([]).dryRun([a, b])), "object");
});

test("a call that is refused has read nothing, and leaves its streams alone", async () => {
  concurrency({ running: 1, waiting: 0 });
  const busy = Snapshot.parseAsync(text(1, 20_000));
  for (const call of [
    (stream) => Snapshot.parseAsync(stream),
    (stream) => Events.parseAsync(stream),
    (stream) => new Detector().detect(stream, "[]"),
  ]) {
    const [stream, of] = told();
    await assert.rejects(call(stream), { code: "DRIFT_LIMIT", path: "/waiting" });
    assert.deepEqual(of, { read: 0, closed: false });
  }
  const buffer = new Uint8Array(side(1));
  await assert.rejects(Snapshot.parseAsync(buffer, { transfer: true }), { code: "DRIFT_LIMIT" });
  assert.ok(buffer.byteLength > 0);
  await busy;
});

test("a call that waits reads nothing, and closes its streams when it is given up", async () => {
  concurrency({ running: 1 });
  let finish;
  const slow = (async function* () {
    yield "[";
    await new Promise((resolve) => {
      finish = resolve;
    });
    yield text(1).slice(1);
  })();
  const first = Snapshot.parseAsync(slow);
  const controller = new AbortController();
  const { signal } = controller;
  const [[one, ofOne], [other, ofOther], [log, ofLog]] = [told(), told(), told()];
  const second = new Detector().detect(one, other, { at: AT, events: log, signal });
  const refused = assert.rejects(second, /enough/);
  await sleep(2);
  const { running, waiting } = concurrency();
  assert.deepEqual([running, waiting], [1, 1]);
  assert.deepEqual([ofOne.read, ofOther.read, ofLog.read], [0, 0, 0]);
  controller.abort(new Error("enough"));
  await refused;
  await sleep(1);
  assert.deepEqual([ofOne.closed, ofOther.closed, ofLog.closed], [true, true, true]);
  finish();
  assert.equal((await first).length, 1);
});

test("sides that wait for each other are read beside each other", async () => {
  concurrency({ running: 1 });
  let open;
  const opened = new Promise((resolve) => {
    open = resolve;
  });
  async function* first() {
    await opened;
    yield text(1);
  }
  async function* second() {
    yield text(2);
    open();
  }
  const report = await new Detector().detect(first(), second(), { at: AT });
  assert.equal(report.verdict, "drifted");
});

test("a turn ends when all that works in it has stopped", async () => {
  concurrency({ running: 1 });
  const controller = new AbortController();
  const sides = [text(1, 40_000), text(2, 40_000)].map((one) => Buffer.from(one));
  const call = new Detector().detect(...sides, { at: AT, signal: controller.signal });
  const refused = assert.rejects(call, /enough/);
  await sleep(5);
  controller.abort(new Error("enough"));
  await refused;
  assert.equal(concurrency().running, 1);
  assert.equal((await new Detector().detect(side(1), side(1), { at: AT })).inSync, true);
});

test("a file of a mapping is read off the event loop", async (t) => {
  const folder = fs.mkdtempSync(join(tmpdir(), "drift-"));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const path = join(folder, "mapping.json");
  fs.writeFileSync(
    path,
    JSON.stringify({ version: 1, resources: [{ each: "/", type: "t", id: "/id" }] }),
  );
  const options = { mapping: pathToFileURL(path) };
  const told = (call) => call.then(String, (error) => error.message);
  const expected = await told((async () => Snapshot.parse("[]", options))());
  const { mock } = t.mock.method(fs, "readFileSync");
  assert.equal(await told(Snapshot.parseAsync("[]", options)), expected);
  assert.equal(mock.callCount(), 0);
  const absent = { mapping: pathToFileURL(join(folder, "absent.json")) };
  await assert.rejects(Snapshot.parseAsync("[]", absent), { code: "ENOENT" });
});
