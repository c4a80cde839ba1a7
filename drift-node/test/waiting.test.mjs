// Streams whose call has to wait for its turn, and streams of which somebody else has read.
import assert from "node:assert/strict";
import * as callbacks from "node:readline";
import * as promises from "node:readline/promises";
import { PassThrough, Readable } from "node:stream";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { concurrency, detect, Events, Snapshot } from "drift-node";

const MODULES = { callbacks, promises };
const lines = (count) =>
  Array.from({ length: count }, (_, n) => `{"type": "t", "id": "q${n}", "attributes": {}}\n`);

/** Does something while another call has the only turn. */
async function waiting(work) {
  const { limits } = concurrency();
  concurrency({ running: 1 });
  const gate = new PassThrough();
  const busy = Snapshot.parseAsync(gate);
  try {
    const done = work();
    done.catch(() => {});
    await sleep(20);
    gate.write("[");
    gate.end("]");
    return await done;
  } finally {
    gate.destroy();
    await busy.catch(() => {});
    concurrency(limits);
  }
}

test("no stream that fails while its call waits ends the process", async () => {
  const failing = () => {
    const stream = new Readable({ read() {} });
    setImmediate(() => stream.destroy(new Error("gone")));
    return stream;
  };
  const gone = { message: "gone" };
  await assert.rejects(
    waiting(() => Snapshot.parseAsync(failing())),
    gone,
  );
  await assert.rejects(
    waiting(() => detect("[]", "[]", { events: failing() })),
    gone,
  );
  for (const { createInterface } of Object.values(MODULES)) {
    const input = failing();
    await assert.rejects(
      waiting(() => Snapshot.parseAsync(createInterface({ input }))),
      gone,
    );
  }
});

for (const [name, { createInterface }] of Object.entries(MODULES)) {
  test(`${name}: no line is lost while a call waits`, async () => {
    const all = lines(5000);
    const read = () => createInterface({ input: Readable.from(all) });
    assert.equal((await waiting(() => Snapshot.parseAsync(read()))).length, all.length);
  });

  test(`${name}: an interface of which lines have gone by is refused`, async () => {
    const message = /^lines of it have gone by already: /;
    const late = createInterface({ input: Readable.from(lines(5)) });
    await sleep(5);
    await assert.rejects(Snapshot.parseAsync(late), { name: "TypeError", message });
    const input = new PassThrough();
    const partly = createInterface({ input });
    input.write(lines(1)[0]);
    await sleep(5);
    const call = Snapshot.parseAsync(partly);
    input.end(lines(2)[1]);
    await assert.rejects(call, { name: "TypeError", message });
  });

  test(`${name}: what it reads may be destroyed before its end`, async () => {
    const input = new PassThrough();
    const call = Snapshot.parseAsync(createInterface({ input }));
    await sleep(1);
    input.write(lines(1)[0]);
    await sleep(1);
    input.destroy();
    await assert.rejects(call, { code: "ERR_STREAM_PREMATURE_CLOSE" });
  });

  test(`${name}: an abort closes the interface, and the stream that it reads`, async () => {
    const input = new Readable({ read() {} });
    const given = createInterface({ input });
    const controller = new AbortController();
    const call = Snapshot.parseAsync(given, { signal: controller.signal });
    await sleep(5);
    controller.abort();
    await assert.rejects(call, { name: "AbortError" });
    assert.ok(given.closed);
    assert.ok(input.destroyed);
  });
}

test("of a stream that has been read nothing is left, and that is told", async () => {
  const used = async () => {
    const node = Readable.from(["[]"]);
    for await (const _ of node);
    const web = new Response("[]");
    const { body } = web;
    const reader = body.getReader();
    while (!(await reader.read()).done);
    reader.releaseLock();
    return [node, body];
  };
  const message = "the stream has been read already: there is nothing left of it";
  for (const stream of await used())
    await assert.rejects(Snapshot.parseAsync(stream), { name: "TypeError", message });
  for (const stream of await used())
    await assert.rejects(Events.parseAsync(stream), { name: "TypeError", message });
  for (const events of await used())
    await assert.rejects(detect("[]", "[]", { events }), { name: "TypeError", message });
  assert.equal((await Events.parseAsync(Readable.from([]))).length, 0);
});
