// Memory stays flat, however often the package is used: as many rounds again take no more of it. `DRIFT_STRESS=10000`
// makes as many rounds, twice; some hundreds are made without it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";

const ROUNDS = process.env.DRIFT_STRESS ?? "200";
/** More than the allocators keep for themselves, and less than rounds of 400 kB would leave behind. */
const MOST = 64 << 20;
const script = join(import.meta.dirname, "stress.mjs");

for (const kind of ["buffers", "transferred", "objects", "waited", "errors", "aborted"]) {
  test(`memory stays flat: ${kind}`, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--expose-gc",
      script,
      kind,
      ROUNDS,
    ]);
    const { first, second, rounds } = JSON.parse(stdout);
    assert.equal(rounds, Number(ROUNDS));
    assert.ok(first > 0 && second - first < MOST, stdout);
    if (process.env.DRIFT_STRESS) console.log(stdout.trim());
  });
}
