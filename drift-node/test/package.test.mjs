// What is in the package.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import test from "node:test";
import * as drift from "drift-node";

const HERE = join(import.meta.dirname, "..");
const json = (name) => JSON.parse(readFileSync(join(HERE, name), "utf8"));

const npm = (words, cwd = HERE, env = process.env) =>
  execFileSync(process.platform === "win32" ? "npm.cmd" : "npm", [...words, "--silent"], {
    cwd,
    env,
    encoding: "utf8",
  });

/** What npm would pack as it is now: nothing is built for it. */
function packed() {
  const [{ files }] = JSON.parse(npm(["pack", "--dry-run", "--json", "--ignore-scripts"]));
  return files.map(({ path }) => path);
}

test("the package holds what it needs, and nothing else", () => {
  npm(["run", "prepack"]);
  let paths;
  try {
    paths = packed();
  } finally {
    npm(["run", "postpack"]);
  }
  for (const needed of [
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "NOTICE",
    "README.md",
    "dist/index.d.ts",
    "dist/index.js",
    "index.d.mts",
    "index.mjs",
    "native/index.d.ts",
    "native/index.js",
    "package.json",
  ]) {
    assert.ok(paths.includes(needed), `${needed} is missing`);
  }
  const known =
    /^(dist\/[\w-]+\.(js|d\.ts)|native\/index\.(js|d\.ts)|index\.(mjs|d\.mts)|[A-Z-]+(\.md)?|package\.json)$/;
  assert.deepEqual(
    paths.filter((path) => !known.test(path)),
    [],
  );
  // A platform's module is a package of its own: `drift-node-linux-x64-gnu` and so on.
  assert.equal(
    paths.some((path) => path.endsWith(".node")),
    false,
  );
  // Where npm copies the folder itself, with `--install-links`, the module that was built goes with it.
  assert.equal(existsSync(join(HERE, "native/.npmignore")), false);
  assert.ok(packed().some((path) => path.endsWith(".node")));
});

test("the package runs nothing when it is installed, and names its platforms", () => {
  const { engines, exports, main, napi, scripts, types } = json("package.json");
  for (const script of ["preinstall", "install", "postinstall", "prepublish"])
    assert.equal(scripts[script], undefined);
  assert.equal(engines.node, ">=20");
  assert.deepEqual([main, types], [exports["."].require.default, exports["."].require.types]);
  for (const system of ["linux-gnu", "linux-musl", "apple-darwin", "windows-msvc"]) {
    const of = napi.targets
      .filter((target) => target.endsWith(system))
      .map((target) => target.split("-")[0]);
    assert.deepEqual(of.sort(), ["aarch64", "x86_64"], system);
  }
  const loader = readFileSync(join(HERE, "native/index.js"), "utf8");
  assert.ok(
    loader.includes("./drift-node.linux-arm64-musl.node"),
    "a build of one's own comes first",
  );
  assert.ok(
    loader.includes("'drift-node-linux-arm64-musl'"),
    "then that of the platform's package",
  );
});

test("each platform has a package of its own, which the loader asks for", () => {
  const folder = mkdtempSync(join(tmpdir(), "drift-"));
  const copy = join(folder, "drift-node");
  try {
    mkdirSync(copy);
    cpSync(join(HERE, "package.json"), join(copy, "package.json"));
    const notices = ["LICENSE-APACHE", "LICENSE-MIT", "NOTICE"];
    for (const name of notices) cpSync(join(HERE, "..", name), join(folder, name));
    const PATH = `${join(HERE, "node_modules/.bin")}${delimiter}${process.env.PATH}`;
    npm(["run", "platforms:dirs"], copy, { ...process.env, PATH });
    const loader = readFileSync(join(HERE, "native/index.js"), "utf8");
    const platforms = readdirSync(join(copy, "npm"));
    assert.equal(platforms.length, json("package.json").napi.targets.length);
    for (const platform of platforms) {
      const own = JSON.parse(readFileSync(join(copy, "npm", platform, "package.json"), "utf8"));
      assert.equal(own.name, `drift-node-${platform}`);
      assert.ok(loader.includes(`'${own.name}'`), own.name);
      assert.equal(own.version, json("package.json").version);
      assert.deepEqual(own.files, [`drift-node.${platform}.node`, ...notices]);
      for (const name of notices) assert.ok(existsSync(join(copy, "npm", platform, name)));
      assert.equal(own.scripts, undefined);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("both kinds of modules give the same names", () => {
  const required = createRequire(import.meta.url)("drift-node");
  assert.deepEqual(Object.keys(drift).sort(), Object.keys(required).sort());
});
