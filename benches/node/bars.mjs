// Measures the Node binding against its bars, beside its peers and the engine in Rust.
//
//   node benches/node/bars.mjs BARS [--quick]
//   node benches/node/bars.mjs BARS --time FOLDER REPORT
//
// BARS is the binary `bars` of `drift-benches`: it makes the corpus, tells the time in Rust, and says whether
// a report is right. One JSON line a bar, as that binary prints them; then one for each peer, and one for each
// way to call. `build/` holds drift-node as it is released: `make bench` builds it.
//
// What is held against each other has a process of its own, Rust as Node: with `--time` this program tells how long
// the corpus in FOLDER takes, and leaves the report in a file.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const { concurrency, Detector } = createRequire(import.meta.url)("./build/dist/index.js");

const RUNS = 10;
/** How often what is beside each other is measured in turns: minutes differ by half on shared machines. */
const TURNS = 5;
const AT = "2026-01-01T00:00:00Z";
const MAPPING = {
  items: "$",
  type: ["$.kind", "$.type"],
  id: ["$.metadata.name", "$.id"],
  scope: { namespace: "$.metadata.namespace" },
};

const [bars, ...words] = process.argv.slice(2);
if (!bars) throw new Error("bars.mjs BARS [--quick]");
const asked = (...given) =>
  execFileSync(bars, given, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

/** What `ignore.json` says in the rule language, as the bars in Rust have it. */
function rulesOf({ ignore, array_keys: lists }) {
  const match = { type: "*" };
  const rules = [{ id: "noise", match, paths: ignore, ignore: true }];
  for (const [name, keys] of Object.entries(lists)) {
    const list = Array.isArray(keys) ? { keyed: keys } : "set";
    rules.push({ id: `list-${name}`, match, paths: [`$..${name}`], list });
  }
  return { version: 1, rules };
}

const isPart = words[0] === "--time";
const folder = isPart ? words[1] : asked("--generate", ...words).trim();
const file = (name) => readFileSync(join(folder, name));
const json = (name) => JSON.parse(file(name));
const corpus = {
  desired: file("desired.ndjson"),
  actual: file("actual.ndjson"),
  known: json("ignore.json"),
};
const truth = json("truth.json");
const detector = new Detector({ rules: rulesOf(corpus.known), threads: 1 });

/** What a program beside this one tells, in a process of its own. */
function told(program, ...given) {
  const path = join(dirname(fileURLToPath(import.meta.url)), program);
  const options = { encoding: "utf8", maxBuffer: 64 << 20, stdio: ["ignore", "pipe", "inherit"] };
  return JSON.parse(execFileSync(process.execPath, [path, ...given], options));
}

const rounded = (number, digits) => (number === null ? null : Number(number.toFixed(digits)));

function line(name, bar, better, ours, theirs, right) {
  const ratio = theirs === null ? ours : better === "below" ? ours / theirs : theirs / ours;
  const within = better === "below" ? ratio <= bar : ratio >= bar;
  const [ours_ms, theirs_ms] = [rounded(ours, 2), rounded(theirs, 2)];
  const met = within && right;
  console.log(
    JSON.stringify({ name, ratio: rounded(ratio, 3), bar, better, ours_ms, theirs_ms, right, met }),
  );
}

/** A buffer of its own, which can be handed over. */
function copy(bytes) {
  const own = Buffer.from(new ArrayBuffer(bytes.length));
  bytes.copy(own);
  return own;
}

const options = { format: "mapping", mapping: MAPPING, threads: 1, at: AT };

/** Both sides read one after the other, as one thread would, and compared. */
async function handedOver([desired, actual]) {
  const of = { ...options, transfer: true };
  const sides = [await detector.read(desired, of), await detector.read(actual, of)];
  return (await detector.detect(...sides, { at: AT })).toJson();
}

async function copied([desired, actual]) {
  const sides = [await detector.read(desired, options), await detector.read(actual, options)];
  return (await detector.detect(...sides, { at: AT })).toJson();
}

async function compared([desired, actual], more = {}) {
  const of = { ...options, ...more };
  const sides = await Promise.all([detector.read(desired, of), detector.read(actual, of)]);
  return await detector.detect(...sides, { at: AT, signal: more.signal });
}

const atOnce = async (sides, more) => (await compared(sides, more)).toJson();

function waitedFor([desired, actual]) {
  const sides = [detector.readSync(desired, options), detector.readSync(actual, options)];
  return detector.detectSync(...sides, { at: AT }).toJson();
}

/**
 * From buffers to the written report. The machines are shared: the best run is the one least disturbed.
 * What is handed over is there before the first run: to have just written 95 MB slows down whoever reads them.
 */
async function best(work, sides = () => [corpus.desired, corpus.actual]) {
  let [least, text] = [Number.POSITIVE_INFINITY, ""];
  for (const given of Array.from({ length: RUNS }, sides)) {
    const start = performance.now();
    text = await work(given);
    least = Math.min(least, performance.now() - start);
  }
  return [least, text];
}

/** The longest time in which the event loop had no turn while some work went on. */
async function longestDelay(work) {
  await sleep(200);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  // The first tick only starts the clock: what the calls do at once counts as well.
  await sleep(50);
  delay.reset();
  const done = await work();
  delay.disable();
  // What is measured is the time between two ticks, which are a millisecond apart by themselves.
  return [Math.max(0, delay.max / 1e6 - 1), done];
}

/** Ten detections at once, whose reports are written off the event loop, as a service would send them. */
const ten = () => {
  const sent = async () => {
    const report = await compared([corpus.desired, corpus.actual]);
    return await report.toBuffer();
  };
  return Promise.all(Array.from({ length: 10 }, sent));
};

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** The longest time from an abort to the end of the work, given up at several moments of it. */
async function longestAbort(whole) {
  let longest = 0;
  for (const part of [0.1, 0.3, 0.5, 0.7, 0.9]) {
    const controller = new AbortController();
    const { signal } = controller;
    const call = atOnce([corpus.desired, corpus.actual], { signal }).then(
      () => {},
      () => {},
    );
    await sleep(whole * part);
    const start = performance.now();
    controller.abort();
    while (concurrency().running + concurrency().waiting > 0) await sleep(1);
    longest = Math.max(longest, performance.now() - start);
    await call;
  }
  return longest;
}

const own = () => [copy(corpus.desired), copy(corpus.actual)];
if (isPart) {
  const [ms, text] = await best(handedOver, own);
  writeFileSync(words[2], text);
  console.log(ms);
  process.exit();
}

const scratch = mkdtempSync(join(tmpdir(), "drift-bars-"));
const written = join(scratch, "report.json");

/** Whether the report that is written there says what was changed in the corpus. */
const isRight = () => asked("--check", folder, written).trim() === "true";

// Before anything else, whose garbage and objects the collector would have to go through meanwhile.
const [delays, idle, sent] = [[], [], []];
for (let turn = 0; turn < TURNS; turn += 1) {
  idle.push((await longestDelay(() => sleep(2000)))[0]);
  const [delay, reports] = await longestDelay(ten);
  sent.push(...reports);
  delays.push(delay);
}
const DIFFER = "jsondiffpatch best";
const [theirs, rust, ours, texts] = [[], [], [], new Set()];
let right = true;
for (let turn = 0; turn < TURNS; turn += 1) {
  const there = JSON.parse(asked("--time", folder));
  rust.push(there.fused_ms);
  ours.push(told("bars.mjs", bars, "--time", folder, written));
  const [{ parse, diff }] = told("peers.mjs", folder, DIFFER);
  theirs.push(parse + diff);
  texts.add(readFileSync(written, "utf8"));
  right &&= there.right;
}
const [text] = texts;
right &&= texts.size === 1 && isRight();
const [here, there, others] = [ours, rust, theirs].map((each) => Math.min(...each));
line("7 Node, buffers to report, beside Rust", 1.1, "below", here, there, right);
line(`7 Node, beside JSON.parse and ${DIFFER}`, 10, "above", here, others, right);

// Of a longest time the least would be luck: what more than half of the turns keep counts. All are told below.
line(
  "7 Node, longest delay of the event loop, ms",
  10,
  "below",
  median(delays),
  null,
  sent.every((one) => one.toString() === text),
);
const [whole] = await best(atOnce);
const aborts = [];
for (let turn = 0; turn < TURNS; turn += 1) aborts.push(await longestAbort(whole));
line(
  "11 Node, from an abort to the end of the work, ms",
  50,
  "below",
  Math.max(...aborts),
  null,
  true,
);

const drifted = new Set(Object.keys(truth.changes));
for (const { name, side, parse, diff, pairs, flagged } of told("peers.mjs", folder)) {
  const exactly = flagged.length === drifted.size && flagged.every((key) => drifted.has(key));
  console.log(
    JSON.stringify({
      peer: `${name}, ${side}`,
      ms: rounded(parse + diff, 2),
      parse_ms: rounded(parse, 2),
      microseconds_a_pair: rounded((diff * 1e3) / pairs, 1),
      flagged: flagged.length,
      drifted: drifted.size,
      right: exactly,
    }),
  );
}
for (const [call, work, sides] of [
  ["buffers handed over", handedOver, own],
  ["buffers copied in slices", copied],
  ["both sides at once, copied", atOnce],
  ["on this thread, copied", waitedFor],
]) {
  const [ms, said] = await best(work, sides);
  console.log(JSON.stringify({ call, ms: rounded(ms, 2), right: said === text }));
}
for (const [call, each] of [
  ["ten detections at once, written off the event loop", delays],
  ["nothing at all for two seconds", idle],
]) {
  console.log(JSON.stringify({ longest_delay_ms: each.map((ms) => rounded(ms, 2)), call }));
}
console.log(JSON.stringify({ longest_abort_ms: aborts.map((ms) => rounded(ms, 2)) }));
rmSync(scratch, { recursive: true });
