// What `npm install ./drift-node` runs, on a checkout that is made up: what it builds, and when it does not.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";

const HERE = join(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));
const MODULE = `native/drift-node.${process.platform}-${process.arch}-any.node`;
const skip = process.platform === "win32" && "the tools that are made up are scripts of a shell";

/** Stands in for npm: writes down what it was asked, and makes what that would have made. */
const NPM = `
const fs = require("node:fs");
const words = process.argv.slice(2);
fs.appendFileSync(process.env.DRIFT_LOG, words.join(" ") + "\\n");
const make = (path, text = "") => {
  fs.mkdirSync(require("node:path").dirname(path), { recursive: true });
  fs.writeFileSync(path, text);
};
if (words[0] === process.env.DRIFT_FAIL) process.exit(1);
if (words[0] === "ci") {
  const { devDependencies } = JSON.parse(fs.readFileSync("package.json", "utf8"));
  for (const [name, version] of Object.entries(devDependencies))
    make("node_modules/" + name + "/package.json", JSON.stringify({ version }));
} else {
  make(${JSON.stringify(MODULE)});
  make("dist/index.js");
}
`;

/** A checkout with sources of an hour ago, and tools that are made up. */
function checkout(context) {
  const root = mkdtempSync(join(tmpdir(), "drift-prepare-"));
  context.after(() => rmSync(root, { recursive: true }));
  const write = (path, text = "", age = 3600) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    const then = Date.now() / 1000 - age;
    utimesSync(join(root, path), then, then);
  };
  for (const path of ["Cargo.toml", "Cargo.lock", "drift-core/src/lib.rs"]) write(path);
  for (const path of ["Cargo.toml", "build.rs", "src/lib.rs", "ts/index.ts", "tsconfig.json"]) {
    write(`drift-node/${path}`);
  }
  for (const name of ["package.json", "prepare.mjs"]) {
    cpSync(join(HERE, name), join(root, "drift-node", name));
  }
  write("npm/npm-cli.js", NPM);
  write("bin/cargo", "#!/bin/sh\n");
  chmodSync(join(root, "bin/cargo"), 0o755);
  symlinkSync(process.execPath, join(root, "bin/node"));
  const log = join(root, "log");
  const run = (more = {}) => {
    rmSync(log, { force: true });
    const env = {
      PATH: join(root, "bin"),
      npm_execpath: join(root, "npm/npm-cli.js"),
      npm_config_global: "true",
      DRIFT_LOG: log,
      ...more,
    };
    const { status, stderr } = spawnSync("/bin/sh", ["-c", manifest.scripts.prepare], {
      cwd: join(root, "drift-node"),
      env,
      encoding: "utf8",
    });
    const asked = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
    return { status, stderr, asked: asked.map((line) => line.split(" --")[0]), log };
  };
  return { root, write, run };
}

test("a fresh checkout gets its tools and is built, and then left alone", { skip }, (context) => {
  const { write, run } = checkout(context);
  const first = run();
  assert.deepEqual([first.status, first.asked], [0, ["ci", "run build:release"]]);
  // What npm itself was asked for is not asked for here: it runs nothing of its own, and in this folder.
  const [ci] = readFileSync(first.log, "utf8").split("\n");
  for (const word of ["--ignore-scripts", "--include=dev", "--no-global"]) {
    assert.ok(ci.includes(word), ci);
  }
  assert.deepEqual(run().asked, []);
  write("drift-core/tests/new.rs", "", -60);
  assert.deepEqual(run().asked, [], "a test builds nothing");
  for (const path of ["drift-core/src/deep/new.rs", "drift-node/ts/new.ts", "Cargo.lock"]) {
    write(path, "", -1);
    assert.deepEqual(run().asked, ["run build:release"], path);
    write(path);
  }
});

test("what is missing is said", { skip }, (context) => {
  const { root, run } = checkout(context);
  rmSync(join(root, "bin/cargo"));
  const { status, stderr, asked } = run();
  assert.deepEqual([status, asked], [1, []]);
  assert.match(stderr, /cargo is missing: install Rust/);
});

test("a step that fails ends it", { skip }, (context) => {
  const { run } = checkout(context);
  const tools = run({ DRIFT_FAIL: "ci" });
  assert.deepEqual([tools.status, tools.asked], [1, ["ci"]]);
  assert.match(tools.stderr, /`npm ci .*` failed/);
  const build = run({ DRIFT_FAIL: "run" });
  assert.deepEqual([build.status, build.asked], [1, ["ci", "run build:release"]]);
});

test("a package without its sources is left alone", { skip }, (context) => {
  const { root, run } = checkout(context);
  rmSync(join(root, "drift-node/prepare.mjs"));
  const { status, asked } = run();
  assert.deepEqual([status, asked], [0, []]);
});
