// What others take for a part of the same work: both documents parsed, resources paired, each pair diffed.
//
//   node benches/node/peers.mjs FOLDER [PEER]
//
// FOLDER holds the corpus, and PEER is the name of the only one that is measured. They have a process of their own,
// so that nobody's garbage is in another's way. One JSON list on the standard output.
//
// `raw` is the live side as it is, `stripped` the one without what servers add, which a user would have to
// take away himself. `best` has the peer's own ways to leave things out and to match elements.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import deepDiff from "deep-diff";
import jsonPatch from "fast-json-patch";
import * as jsondiffpatch from "jsondiffpatch";
import microdiff from "microdiff";

const RUNS = 3;

const keyOf = (object) =>
  object.metadata
    ? `${object.kind}/${object.metadata.namespace}/${object.metadata.name}`
    : `${object.type}/${object.id}`;

const parsed = (bytes) =>
  bytes
    .toString()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

function paired(desired, actual) {
  const live = new Map(actual.map((object) => [keyOf(object), object]));
  return desired
    .map((object) => [keyOf(object), object, live.get(keyOf(object))])
    .filter(([, , other]) => other !== undefined);
}

/** Whether a delta of jsondiffpatch says more than that elements stand elsewhere. */
function saysMore(delta) {
  if (Array.isArray(delta)) return delta[2] !== 3;
  return Object.entries(delta).some(([name, inner]) => name !== "_t" && saysMore(inner));
}

/** An element without a key, its fields and its lists in order. */
function ordered(value) {
  if (Array.isArray(value)) return value.map(ordered).sort();
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, inner]) => [name, ordered(inner)]);
  return fields.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** jsondiffpatch with elements matched by their keys and noise left out, as well as it allows. */
function bestOfJsondiffpatch({ ignore, array_keys: lists }) {
  const keys = [...new Set(Object.values(lists).flat())].filter((key) => key !== "set");
  const patterns = ignore.map((pointer) => pointer.slice(1).split("/"));
  const lastNames = new Set(patterns.map((pattern) => pattern.at(-1)));
  const isIgnored = (name, context) => {
    if (!lastNames.has(name)) return false;
    const path = [name];
    for (let at = context; at?.childName !== undefined; at = at.parent) path.unshift(at.childName);
    const fits = (pattern) =>
      pattern.length === path.length &&
      pattern.every((step, depth) => step === "*" || step === String(path[depth]));
    return patterns.some(fits);
  };
  const differ = jsondiffpatch.create({
    objectHash: (object) => {
      const key = keys.find((name) => object[name] !== undefined);
      return key === undefined ? JSON.stringify(ordered(object)) : String(object[key]);
    },
    propertyFilter: (name, context) => !isIgnored(name, context),
    arrays: { detectMove: true, includeValueOnMove: false },
  });
  return (desired, actual) => {
    const delta = differ.diff(desired, actual);
    return delta !== undefined && saysMore(delta);
  };
}

/** Each peer: its name, the live side it is given, and whether it says that a pair differs. */
const peers = (known) => [
  ["jsondiffpatch best", "raw", bestOfJsondiffpatch(known)],
  ["microdiff", "stripped", (desired, actual) => microdiff(desired, actual).length > 0],
  [
    "fast-json-patch",
    "stripped",
    (desired, actual) => jsonPatch.compare(desired, actual).length > 0,
  ],
  ["deep-diff", "stripped", (desired, actual) => deepDiff.diff(desired, actual) !== undefined],
];

/** Times in milliseconds, the best of some runs, and which resources were said to differ. */
function measured([name, side, differs], { desired, [side]: actual }) {
  let [parse, diff] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let flagged;
  let pairs = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const start = performance.now();
    const both = paired(parsed(desired), parsed(actual));
    const read = performance.now();
    flagged = both.filter(([, one, other]) => differs(one, other)).map(([key]) => key);
    parse = Math.min(parse, read - start);
    diff = Math.min(diff, performance.now() - read);
    pairs = both.length;
  }
  return { name, side, parse, diff, pairs, flagged };
}

const [folder, only] = process.argv.slice(2);
if (!folder) throw new Error("peers.mjs FOLDER [PEER]");
const file = (name) => readFileSync(join(folder, name));
const sides = {
  desired: file("desired.ndjson"),
  raw: file("actual.ndjson"),
  stripped: file("stripped.ndjson"),
};
const wanted = peers(JSON.parse(file("ignore.json"))).filter(([name]) => (only ?? name) === name);
process.stdout.write(JSON.stringify(wanted.map((peer) => measured(peer, sides))));
