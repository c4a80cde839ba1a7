// Builds what a checkout lacks before npm links or packs it, so that `npm install ./drift-node` needs nothing
// but Rust at hand. It is no part of the package, which runs nothing where it is installed. What has been built
// and is newer than its sources stays as it is.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const WINDOWS = process.platform === "win32";

/** What the native module is made of, and what the rest is, from this folder on. */
const NATIVE = [
  ...["Cargo.toml", "Cargo.lock"].map((name) => `../${name}`),
  ...["Cargo.toml", "build", "findings", "mappings", "packs", "src"].map(
    (name) => `../drift-core/${name}`,
  ),
  ...["Cargo.toml", "build.rs", "src"],
];
const TYPES = ["ts", "tsconfig.json"];

/** When the last of some files and folders was changed, in milliseconds; 0 where there are none. */
function changed(...places) {
  const times = places.map((place) => {
    const path = join(HERE, place);
    if (!existsSync(path)) return 0;
    const about = statSync(path);
    if (!about.isDirectory()) return about.mtimeMs;
    return changed(...readdirSync(path).map((name) => join(place, name)));
  });
  return Math.max(0, ...times);
}

function isBuilt() {
  if (!existsSync(join(HERE, "native"))) return false;
  const ours = `.${process.platform}-${process.arch}`;
  const modules = readdirSync(join(HERE, "native")).filter(
    (name) => name.endsWith(".node") && name.includes(ours),
  );
  const native = changed(...modules.map((name) => join("native", name)));
  const types = changed("dist/index.js");
  return native > changed(...NATIVE) && types > changed(...TYPES);
}

/** Whether the tools that build are there, in the versions that are asked for. */
function hasTools() {
  const { devDependencies } = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));
  return ["@napi-rs/cli", "@types/node", "typescript"].every((name) => {
    const path = join(HERE, "node_modules", name, "package.json");
    return (
      existsSync(path) && JSON.parse(readFileSync(path, "utf8")).version === devDependencies[name]
    );
  });
}

function fail(message) {
  console.error(`drift-node: ${message}`);
  process.exit(1);
}

/** Runs npm here, whatever the npm that runs this was told of folders and dependencies. */
function npm(...words) {
  const told = [...words, "--no-global", "--location=project", "--no-dry-run", "--no-workspaces"];
  const own = process.env.npm_execpath ?? "";
  const [command, before] =
    basename(own) === "npm-cli.js" ? [process.execPath, [own]] : [WINDOWS ? "npm.cmd" : "npm", []];
  const { status } = spawnSync(command, [...before, ...told], {
    cwd: HERE,
    stdio: "inherit",
    shell: before.length === 0 && WINDOWS,
  });
  if (status !== 0) fail(`\`npm ${words.join(" ")}\` failed in ${HERE}`);
}

if (!isBuilt()) {
  const { status } = spawnSync("cargo", ["--version"], { stdio: "ignore", shell: WINDOWS });
  if (status !== 0) {
    fail(
      "it is built from its sources, and cargo is missing: install Rust, with rustup, and try again",
    );
  }
  if (!hasTools()) npm("ci", "--ignore-scripts", "--include=dev");
  npm("run", "build:release");
}
