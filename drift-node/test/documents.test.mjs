// The documentation says what the code does, and the examples print what stands beside them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { ROOT } from "./cases.mjs";

const DOCUMENTS = ["README.md", "drift-node/README.md"];
const BLOCK = /^```(\w+)\n(.*?)^```$/gms;
/** Those that print something; others are programs with tests of their own. */
const EXAMPLES = readdirSync(join(ROOT, "examples")).filter((name) =>
  existsSync(join(ROOT, "examples", name, "expected.txt")),
);

const run = (...words) =>
  execFileSync(process.execPath, words, { encoding: "utf8", cwd: join(ROOT, "drift-node") });

/** Each JavaScript block, and the text that it should print. */
const blocks = DOCUMENTS.flatMap((name) => {
  const all = [...readFileSync(join(ROOT, name), "utf8").matchAll(BLOCK)];
  return all.flatMap(([, kind, code], at) => {
    if (kind !== "js") return [];
    // In the README one result stands behind the first language.
    const printed = all[at + 1]?.[1] === "text" ? all[at + 1] : all.find(([, k]) => k === "text");
    return [[`${name}, block ${at}`, code, printed[2]]];
  });
});

test("there are blocks and examples", () => {
  assert.equal(blocks.length, 8);
  assert.ok(EXAMPLES.length >= 2);
});

for (const [place, code, printed] of blocks) {
  test(`${place} prints what stands behind it`, () => {
    assert.equal(run("--input-type=module", "-e", code).trimEnd(), printed.trimEnd());
  });
}

for (const name of EXAMPLES) {
  const main = join(ROOT, "examples", name, "main.mjs");
  test(`example ${name} prints what is expected`, () => {
    const expected = readFileSync(join(ROOT, "examples", name, "expected.txt"), "utf8");
    assert.equal(run(main), expected);
  });

  const rust = join(ROOT, "target/equal/examples", `${name}.json`);
  const skip = !existsSync(rust) && "target/equal/examples is absent: `make test` writes it";
  test(`example ${name} has the JSON of Rust`, { skip }, () => {
    assert.equal(run(main, "--json"), readFileSync(rust, "utf8"));
  });
}
