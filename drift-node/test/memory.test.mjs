// The collector of garbage knows how much memory hangs on objects that are small to it.
import assert from "node:assert/strict";
import test from "node:test";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { detect, Report, Snapshot } from "drift-node";
import { TOLD } from "../dist/memory.js";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");
const AT = "2026-01-01T00:00:00Z";
const SIZE = 8 << 20;
const record = JSON.stringify([{ type: "t", id: "a", attributes: {} }]);
const bytes = Buffer.alloc(SIZE, " ");
bytes.write(record);
const small = Snapshot.parse(record);

/** How much memory outside of its heap the collector has been told of, once it has let go of what nobody has. */
async function known() {
  for (let turn = 0; turn < 3; turn += 1) {
    gc();
    await setImmediate();
  }
  // It has been weighed: nothing is added.
  return small.native.weigh(TOLD);
}

test("the collector is told what documents weigh, and a report keeps its own", async () => {
  assert.ok(TOLD > 0 && TOLD <= 1);
  const one = TOLD * SIZE;
  const before = await known();
  let [desired, actual] = [Snapshot.parse(bytes), await Snapshot.parseAsync(bytes)];
  const both = (await known()) - before;
  assert.ok(both > 1.9 * one && both < 2.5 * one, `${both} of two, ${one} each`);
  let report = await detect(desired, actual, { at: AT });
  desired = actual = undefined;
  const held = (await known()) - before;
  assert.ok(held > 1.9 * one && held < 2.5 * one, `${held} of two in a report`);
  const text = report.toJson();
  report = Report.fromJson(text);
  const read = (await known()) - before;
  assert.ok(read < 0.5 * one, `${read} of a report without documents`);
  assert.equal(report.toJson(), text);
});
