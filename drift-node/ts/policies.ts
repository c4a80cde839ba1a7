// Policies: code that says what must not be, with or without drift.
import { readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as native from "../native/index.js";
import { iterableOf, kindOf, listOf, OFF, only } from "./arguments.js";
import { DriftError, guarded } from "./error.js";
import { helping, textIn } from "./files.js";
import { parse } from "./json.js";
import { inPlace, laterInPlace } from "./places.js";
import type { DryRun, PolicyTests } from "./policy-types.js";
import { inTurn, type Later } from "./queue.js";
import { timeText } from "./report.js";
import { readingOf, type Snapshot, snapshotLater, snapshotOf } from "./snapshot.js";
import { ruleText } from "./source.js";
import type { AsyncOptions, AsyncSource, Source, Text } from "./types.js";

/** One source of policies. */
export type PoliciesSource = Policies | Text;

/**
 * Policies in Rego, read once.
 *
 * ```js
 * const policies = Policies.parse(`
 *   package buckets
 *   deny contains "the bucket is public" if input.acl == "public-read"
 * `);
 * ```
 */
export class Policies {
  /** @internal */
  declare readonly native: native.NativePolicies;

  private constructor(policies: native.NativePolicies) {
    if (!(policies instanceof native.NativePolicies))
      throw new TypeError("Policies come from Policies.parse");
    Object.defineProperty(this, "native", { value: policies });
  }

  /**
   * Reads a policy file or Rego: text, a file by its URL, a folder of modules, or an object. Files that a
   * policy file names by `file` are read beside it. Of a folder the modules are read (`*.rego` but for
   * `*_test.rego`), as with conftest; where there are none, that is an error.
   */
  static parse(source: Text): Policies {
    if (source instanceof URL && statSync(source).isDirectory()) {
      const files = modulesIn(fileURLToPath(source));
      return guarded(() => new Policies(native.NativePolicies.ofFiles(files)));
    }
    const [text, file] = ruleText("policies", source);
    const files = file === undefined || file.endsWith(".rego") ? {} : filesBeside(file, text);
    const read = () => new Policies(native.NativePolicies.parse(text, file, files));
    return helping(source, () => guarded(read));
  }

  /** No document: what it holds is in none of its fields. */
  get [Symbol.toStringTag](): string {
    return "Policies";
  }

  /** The ids of the policies, in their order. */
  get ids(): string[] {
    return this.native.ids;
  }

  /** How many policies there are. */
  get length(): number {
    return this.ids.length;
  }

  /** Whether the policies say what the cases of a file expect. */
  test(cases: Text, options: { at?: Date | string } = {}): PolicyTests {
    return testWith(this.#detector(), cases, options);
  }

  /**
   * What the policies would have said of live snapshots, say those of the last month, off the event loop.
   * Reports do not keep documents, so they cannot be asked. `at` stands in for the time of a snapshot that
   * does not say when it was taken.
   */
  async dryRun(
    snapshots: Iterable<Snapshot | AsyncSource>,
    options: { at?: Date | string } & AsyncOptions = {},
  ): Promise<DryRun> {
    return await dryRunWith(this.#detector(), snapshots, options);
  }

  /** As `dryRun`, on this thread. */
  dryRunSync(snapshots: Iterable<Snapshot | Source>, options: { at?: Date | string } = {}): DryRun {
    return dryRunSyncWith(this.#detector(), snapshots, options);
  }

  #detector(): native.NativeDetector {
    return new native.NativeDetector([], [this.native], "{}");
  }
}

/** @internal Runs cases over the policies of a detector. */
export function testWith(
  detector: native.NativeDetector,
  cases: Text,
  options: { at?: Date | string },
): PolicyTests {
  const [text, file] = ruleText("cases", cases);
  const at = timeText(only(options, ["at"]).at);
  const ran = () => parse(native.testPolicies(detector, text, file, at)) as unknown as PolicyTests;
  return helping(cases, () => guarded(ran));
}

/** @internal Asks the policies of a detector about snapshots, off the event loop. */
export async function dryRunWith(
  detector: native.NativeDetector,
  snapshots: Iterable<Snapshot | AsyncSource>,
  options: { at?: Date | string } & AsyncOptions,
): Promise<DryRun> {
  const at = timeText(only(options, ["at", ...OFF]).at);
  const all = iterableOf("`snapshots`", "snapshots", snapshots);
  const read: native.NativeSnapshot[] = [];
  const ran = async (stop: native.NativeStop) => await native.dryRun(detector, read, at, stop);
  const reading = readingOf(detector, options);
  const ask: Later<string> = async (turn) => {
    for (const snapshot of all) {
      const place = `snapshot ${read.length + 1}`;
      read.push(await laterInPlace(place, () => snapshotLater(snapshot, reading))(turn));
    }
    return await turn.work(ran);
  };
  return parse(await inTurn(() => ask, options.signal)) as unknown as DryRun;
}

/** @internal As `dryRunWith`, on this thread. */
export function dryRunSyncWith(
  detector: native.NativeDetector,
  snapshots: Iterable<Snapshot | Source>,
  options: { at?: Date | string },
): DryRun {
  const at = timeText(only(options, ["at"]).at);
  const all = listOf("`snapshots`", "snapshots", snapshots);
  const reading = readingOf(detector);
  const read = all.map((snapshot, n) =>
    inPlace(`snapshot ${n + 1}`, () => snapshotOf(snapshot, reading).native),
  );
  return guarded(() => parse(native.dryRunSync(detector, read, at)) as unknown as DryRun);
}

/** The files that a policy file names, by these names. */
function filesBeside(file: string, text: string): Record<string, string> {
  let names: string[] = [];
  try {
    names = native.policyFiles(text);
  } catch {
    // What is wrong with it is told when it is read, with the name of the file.
  }
  const folder = dirname(file);
  return Object.fromEntries(names.map((name) => [name, textIn(resolve(folder, name))]));
}

/** The modules below a folder, by their names; without any nothing would be forbidden, and nobody told. */
function modulesIn(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  const open = [""];
  for (let below = open.pop(); below !== undefined; below = open.pop()) {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const name = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) open.push(name);
      else if (name.endsWith(".rego")) files[name] = textIn(join(folder, name));
    }
  }
  const names = Object.keys(files);
  if (names.some((name) => !name.endsWith("_test.rego"))) return files;
  const but = names.length > 0 ? " but for tests" : "";
  throw new DriftError({
    code: "DRIFT_POLICY",
    message: `there is no \`.rego\` file in \`${resolve(folder)}\`${but}`,
    help: "modules are files named `*.rego`; a policy file of YAML or JSON is passed by itself",
  });
}

/** @internal What stands for policies. */
export function policiesOf(
  given: PoliciesSource | readonly PoliciesSource[] | undefined,
): native.NativePolicies[] {
  if (given === undefined || given === null) return [];
  const list = Array.isArray(given)
    ? (given as readonly PoliciesSource[])
    : [given as PoliciesSource];
  for (const one of list) {
    const fits = typeof one === "string" || (typeof one === "object" && one !== null);
    if (!fits || ArrayBuffer.isView(one)) {
      const what = "policies are text, a URL, an object, Policies, or a list of these";
      throw new TypeError(`${what}, not ${kindOf(one)}`);
    }
  }
  const isPolicy = (one: PoliciesSource) =>
    typeof one === "object" &&
    !(one instanceof URL) &&
    !(one instanceof Policies) &&
    !("policies" in one);
  // A list of single policies is what a policy file may hold as well.
  if (list.length > 0 && list.every(isPolicy)) return [Policies.parse(list).native];
  return list.map((one) => (one instanceof Policies ? one : Policies.parse(one)).native);
}
