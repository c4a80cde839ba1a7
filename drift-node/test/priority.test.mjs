// Who goes first where all processors are at work: JavaScript, as far as the system lets us say so.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import test from "node:test";
import { setImmediate } from "node:timers/promises";
import { Snapshot } from "drift-node";

/** How far the threads stand back: field 19 of proc_pid_stat(5), behind a name that may hold anything. */
function nices() {
  const found = [];
  for (const thread of readdirSync("/proc/self/task")) {
    try {
      const [, name, rest] = /\((.*)\) (.*)/s.exec(
        readFileSync(`/proc/self/task/${thread}/stat`, "latin1"),
      );
      found.push({ name, nice: Number(rest.split(" ")[16]) });
    } catch (error) {
      // It ended meanwhile.
      if (error.code !== "ENOENT" && error.code !== "ESRCH") throw error;
    }
  }
  return found;
}

const records = JSON.stringify(
  Array.from({ length: 20_000 }, (_, n) => ({ type: "queue", id: `q${n}`, attributes: { n } })),
);

test(
  "what works off the event loop stands back behind it",
  {
    skip: process.platform !== "linux" && "only Linux tells of the priorities of threads",
  },
  async () => {
    const before = getPriority();
    let [isDone, most] = [false, before];
    const parsing = Snapshot.parseAsync(records).finally(() => {
      isDone = true;
    });
    while (!isDone) {
      most = Math.max(most, ...nices().map(({ nice }) => nice));
      await setImmediate();
    }
    await parsing;
    assert.equal(most, Math.min(before + 10, 19));

    // The threads of JavaScript and of the pool are as they were, whoever is waited for.
    Snapshot.parse(records);
    for (const { name, nice } of nices()) {
      if (name !== "drift-free") assert.equal(nice, before, name);
    }
    assert.equal(getPriority(), before);
  },
);
