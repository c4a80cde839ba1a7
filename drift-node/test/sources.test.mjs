// Documents as people hand them over: buffers that change hands, streams that go on, objects with surprises.
import assert from "node:assert/strict";
import * as callbacks from "node:readline";
import * as promises from "node:readline/promises";
import { Readable } from "node:stream";
import test from "node:test";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { concurrency, Detector, detect, detectSync, Events, Report, Snapshot } from "drift-node";
import native from "../native/index.js";

const AT = "2026-01-01T00:00:00Z";
const record = (attributes, id = "a") => ({ type: "t", id, attributes });
const text = (count, size = 1) =>
  JSON.stringify(Array.from({ length: count }, (_, n) => record({ size }, `q${n}`)));

test("a buffer that was handed over is not read again", async () => {
  const own = () => new Uint8Array(Buffer.from(text(3)));
  const one = own();
  await Snapshot.parseAsync(one, { transfer: true });
  for (const gone of [one, new DataView(new ArrayBuffer(0))]) {
    if (gone instanceof DataView) structuredClone(gone.buffer, { transfer: [gone.buffer] });
    await assert.rejects(Snapshot.parseAsync(gone), TypeError);
    assert.throws(() => Snapshot.parse(gone), TypeError);
  }
  const both = own();
  await assert.rejects(detect(both, both, { at: AT, transfer: true }), TypeError);
});

test("a buffer of up to 1 MiB is the caller's again at once", async () => {
  const record = (size) => JSON.stringify([{ type: "t", id: "a", attributes: { size } }]);
  for (const length of [64, (1 << 20) - 1, 1 << 20]) {
    const bytes = Buffer.alloc(length, " ");
    bytes.write(record(1));
    const call = Snapshot.parseAsync(bytes);
    bytes.write(record(2));
    const [read, other] = [await call, Snapshot.parse(bytes)];
    const report = await new Detector().detect(other, read);
    assert.deepEqual(
      report.findings.map(({ changes }) => changes.map(({ desired, actual }) => [desired, actual])),
      [[[2, 1]]],
    );
  }
});

/** How many bytes were copied while the work went on, in all and most in one turn of the event loop. */
async function copied(work) {
  const { push } = native.NativeText.prototype;
  let [all, inTurn, most, done] = [0, 0, 0, false];
  native.NativeText.prototype.push = function (slice) {
    all += slice.length;
    inTurn += slice.length;
    most = Math.max(most, inTurn);
    return push.call(this, slice);
  };
  const turning = (async () => {
    for (; !done; inTurn = 0) await setImmediate();
  })();
  try {
    await work();
  } finally {
    native.NativeText.prototype.push = push;
    done = true;
    await turning;
  }
  return { all, most };
}

test("large documents of many calls are copied a slice a turn of the event loop", async () => {
  const { limits } = concurrency();
  concurrency({ running: 8 });
  const bytes = Buffer.alloc(6 << 20, " ");
  bytes.write(JSON.stringify([{ type: "t", id: "a", attributes: {} }]));
  const { all, most } = await copied(async () => {
    const calls = Array.from({ length: 8 }, () => Snapshot.parseAsync(bytes));
    const snapshots = await Promise.all(calls);
    assert.ok(snapshots.every(({ length }) => length === 1));
  }).finally(() => concurrency(limits));
  assert.equal(all, 8 * bytes.length);
  // Our turn of the loop may come in front of theirs or behind it.
  assert.ok(most <= 2 << 18, `${most} bytes in a turn`);
});

test("a buffer that is emptied while it is copied is no document", async () => {
  const large = new Uint8Array(Buffer.from(text(300_000)));
  assert.ok(large.length > 8 << 20, "more than two slices");
  const call = Snapshot.parseAsync(large);
  structuredClone(large.buffer, { transfer: [large.buffer] });
  await assert.rejects(call, /emptied or resized/);
  const memory = new ArrayBuffer(12 << 20, { maxByteLength: 16 << 20 });
  const resized = Snapshot.parseAsync(memory);
  memory.resize(1 << 20);
  await assert.rejects(resized, /emptied or resized/);
});

test("a long string is read slice by slice, its characters whole", async () => {
  const long = (pad) =>
    JSON.stringify([record({ text: `${" ".repeat(pad)}${"😀".repeat(3 << 20)}` })]);
  // With one of both paddings a slice ends inside a character.
  for (const pad of [0, 1]) {
    const text = long(pad);
    let one;
    const { all, most } = await copied(async () => {
      one = await Snapshot.parseAsync(text);
    });
    assert.equal(detectSync(one, Snapshot.parse(text), { at: AT }).inSync, true);
    assert.equal(all, Buffer.byteLength(text));
    // Two slices of a million code units, each of two bytes.
    assert.ok(most <= 4 << 20, `${most} bytes in a turn`);
  }
  await assert.rejects(Snapshot.parseAsync(`${long(0)}\ud800`), { code: "DRIFT_PARSE" });
});

test("memory that threads share is read as it is", async () => {
  const shared = new SharedArrayBuffer(text(3).length);
  new Uint8Array(shared).set(Buffer.from(text(3)));
  assert.equal(Snapshot.parse(shared).length, 3);
  assert.equal((await Snapshot.parseAsync(shared, { transfer: true })).length, 3);
  assert.equal((await Snapshot.parseAsync(new Uint8Array(shared))).length, 3);
});

test("a stream may fill one buffer again and again", async () => {
  const whole = Buffer.from(text(100));
  const reused = Buffer.alloc(64);
  async function* pieces() {
    for (let at = 0; at < whole.length; at += reused.length) {
      const length = whole.copy(reused, 0, at, at + reused.length);
      yield reused.subarray(0, length);
    }
  }
  assert.equal((await Snapshot.parseAsync(pieces())).length, 100);
});

test("a stream without an end ends where the engine would refuse it", async () => {
  let [read, closed] = [0, false];
  async function* endless() {
    try {
      for (;;) {
        read += 1;
        yield Buffer.alloc(1 << 10, "[");
      }
    } finally {
      closed = true;
    }
  }
  const limits = { maxBytes: 1 << 14 };
  await assert.rejects(Snapshot.parseAsync(endless(), { limits }), { code: "DRIFT_LIMIT" });
  assert.deepEqual([read, closed], [17, true]);
  const whole = Readable.from([Buffer.alloc(1 << 16, "[")]);
  await assert.rejects(Snapshot.parseAsync(whole, { limits }), { code: "DRIFT_LIMIT" });
  await assert.rejects(Snapshot.parseAsync(Buffer.alloc(1 << 16, "["), { limits }), {
    code: "DRIFT_LIMIT",
  });
});

test("a side that fails gives up the other", async () => {
  let closed = false;
  async function* silent() {
    try {
      for (;;) {
        yield "[";
        await sleep(5);
      }
    } finally {
      closed = true;
    }
  }
  await assert.rejects(detect("{", silent(), { at: AT }), { code: "DRIFT_PARSE" });
  for (let turn = 0; turn < 100 && !closed; turn += 1) await sleep(5);
  assert.equal(closed, true);
  const failing = {
    [Symbol.asyncIterator]: () => ({
      next() {
        throw new Error("lost");
      },
      return() {
        throw new Error("lost again");
      },
    }),
  };
  await assert.rejects(Snapshot.parseAsync(failing), { message: "lost" });
});

test("what is no signal is refused by its name", async () => {
  for (const signal of [{}, "now", { aborted: true }]) {
    await assert.rejects(detect([], [], { signal }), /`signal` as an AbortSignal/);
    await assert.rejects(Snapshot.parseAsync([], { signal }), /`signal` as an AbortSignal/);
  }
});

test("streams that fail are told as they are, from Node and from the web", async () => {
  const lost = new Error("lost");
  const node = new Readable({ read() {} });
  node.push("[");
  setImmediate().then(() => node.destroy(lost));
  const web = new ReadableStream({
    pull(controller) {
      controller.error(lost);
    },
  });
  for (const source of [node, web]) {
    await assert.rejects(Snapshot.parseAsync(source), (error) => error === lost);
  }
  await assert.rejects(Snapshot.parseAsync(Readable.from([])), { code: "DRIFT_NO_RESOURCES" });
});

test("events come in pieces too", async () => {
  const event = {
    eventTime: AT,
    eventName: "PutBucketPolicy",
    eventSource: "s3.amazonaws.com",
    awsRegion: "eu-west-1",
    eventID: "1",
    requestParameters: { bucketName: "b" },
    userIdentity: { type: "IAMUser", userName: "ada" },
  };
  const whole = JSON.stringify({ Records: [event] });
  const cut = Readable.from([whole.slice(0, 9), whole.slice(9)]);
  assert.equal((await Events.parseAsync(cut)).toJson(), Events.parse(whole).toJson());
});

test("what an object says of itself counts as it does for JSON.stringify", () => {
  const nothing = { toJSON: () => undefined };
  const live = [record({ a: nothing, b: 1 })];
  assert.equal(detectSync([record({ b: 1 })], live, { at: AT }).inSync, true);
  assert.throws(() => Snapshot.parse([record({ a: [nothing] })]), /undefined/);
  const sparse = [1, 2, 3];
  delete sparse[1];
  assert.throws(() => Snapshot.parse([record({ sparse })]), { path: "/0/attributes/sparse/1" });
});

test("no text of a document is taken for a number", async () => {
  const mark = "\u0000integer:";
  const of = (tail) =>
    JSON.stringify([record({ n: 1, text: `${mark}${tail}` })]).replace('"n":1', '"n":1e22');
  const report = await detect(of("12"), of("no digits"), { at: AT });
  const [change] = report.findings[0].changes;
  assert.deepEqual([change.desired, change.actual], [`${mark}12`, `${mark}no digits`]);
  const again = Report.fromJson(report.toJson()).toObject();
  assert.equal(again.findings[0].changes[0].actual, `${mark}no digits`);
});

async function* of(...pieces) {
  yield* pieces;
}

test("both halves of a character may come in two pieces", async () => {
  const whole = text(1).replace("q0", "😀");
  const at = whole.indexOf("😀") + 1;
  const snapshot = await Snapshot.parseAsync(of(whole.slice(0, at), "", whole.slice(at)));
  assert.equal(snapshot.resources[0].id, "😀");
  for (const pieces of [
    ["\ud83d", "x"],
    ["[]", "\ud83d"],
    ["\ud83d", {}],
    ["\ude00", "[]"],
  ]) {
    await assert.rejects(Snapshot.parseAsync(of(...pieces)), { code: "DRIFT_PARSE" });
  }
});

test("lines and objects stand on lines of their own", async () => {
  const [a, b] = [JSON.stringify(record({}, "a")), JSON.stringify(record({}, "b"))];
  for (const readline of [callbacks, promises]) {
    const lines = readline.createInterface({ input: Readable.from([`${a}\n${b}\n`]) });
    assert.equal((await Snapshot.parseAsync(lines)).length, 2);
  }
  for (const pieces of [
    [`${a}\n${b}`, record({}, "c")],
    [Buffer.from(`${a}\n${b}`), "", record({}, "c")],
    [record({}, "c"), `${a}\n`, b],
  ]) {
    assert.equal((await Snapshot.parseAsync(of(...pieces))).length, 3);
  }
});

test("a stream that says nothing is closed when the call is given up", async () => {
  const silent = () => {
    const node = new Readable({ read() {} });
    const told = [];
    const web = new ReadableStream({ cancel: (reason) => void told.push(reason) });
    return [
      [node, () => node.destroyed],
      [web, () => told.length === 1 && !web.locked],
    ];
  };
  for (const [source, isClosed] of silent()) {
    const controller = new AbortController();
    const call = Snapshot.parseAsync(source, { signal: controller.signal });
    await sleep(1);
    controller.abort(new Error("enough"));
    await assert.rejects(call, /enough/);
    assert.ok(isClosed());
  }
  for (const [source, isClosed] of silent()) {
    await assert.rejects(detect("{", source, { at: AT }), { code: "DRIFT_PARSE" });
    assert.ok(isClosed());
  }
});

test("logs of a list are of any kind", async () => {
  const log = (name) => JSON.stringify([{ time: AT, actor: { name }, resources: [{ id: "q0" }] }]);
  const bytes = (name) => new Uint8Array(Buffer.from(log(name))).buffer;
  const names = (report) =>
    report.findings[0].attribution ?? report.findings[0].changes[0].attribution;
  const sides = [text(1), text(1, 2)];
  for (const events of [
    () => [bytes("ann")],
    () => [bytes("ann"), new DataView(bytes("ann"))],
    () => [Readable.from([log("ann")])],
    () => [of(log("ann")), Events.parse(log("ann")), JSON.parse(log("ann"))],
  ]) {
    const report = await detect(...sides, { at: AT, events: events() });
    assert.match(JSON.stringify(names(report)), /"ann"/);
  }
  assert.match(
    JSON.stringify(names(detectSync(...sides, { at: AT, events: [bytes("ann")] }))),
    /ann/,
  );
  for (const one of [of(log("ann")), Readable.from([log("ann")])]) {
    assert.throws(() => detectSync(...sides, { events: [one] }), /a stream is read off the event/);
  }
});
