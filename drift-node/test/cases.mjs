// The shared vectors, run through the public surface of the package.
//
// Values are cut out of the files as they are written, so that numbers and the order of fields
// reach the engine unchanged.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  Baseline,
  Detector,
  DriftError,
  Events,
  finish,
  Partial,
  Snapshot,
  SnapshotBuilder,
} from "drift-node";

export const ROOT = join(import.meta.dirname, "../..");
export const VECTORS = join(ROOT, "drift-core/tests/vectors");
export const CORPUS = join(ROOT, "../shared/corpus");
export const EQUAL = join(ROOT, "target/equal/rust.tsv");
export const DETECTIONS = [
  "source",
  "normalize",
  "diff",
  "classify",
  "coverage",
  "report",
  "render",
  "baseline",
  "attribution",
  "owners",
  "tags",
  "policy",
  "layers",
];

const SIDE_OPTIONS = {
  format: "format",
  view: "view",
  dialect: "dialect",
  name: "name",
  mapping: "mapping",
  complete: "complete",
  covers: "covers",
  gaps: "gaps",
  expected: "expected",
  scope: "scope",
  revision: "revision",
  taken_at: "takenAt",
  duplicate_keys: "duplicateKeys",
  limits: "limits",
  parameters: "parameters",
  stack_resources: "stackResources",
};

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gy;

/** Cuts a JSON object into the texts of its fields. */
export function fields(text) {
  const found = {};
  let depth = 0;
  let name;
  let start = -1;
  const token = new RegExp(TOKEN.source, "g");
  for (const match of text.matchAll(token)) {
    const [word] = match;
    const end = match.index + word.length;
    if (depth === 1 && (word === "," || word === "}") && start >= 0) {
      found[name] = text.slice(start, match.index).trimEnd();
      start = -1;
      name = undefined;
    } else if (depth === 1 && word === ":" && start < 0) {
      start = text.slice(end).search(/\S/) + end;
    } else if (depth === 1 && start < 0 && word.startsWith('"')) {
      name = JSON.parse(word);
    }
    if (word === "{" || word === "[") depth += 1;
    if (word === "}" || word === "]") depth -= 1;
  }
  return found;
}

/** Cuts a JSON list into the texts of its elements. */
function items(text) {
  const found = [];
  let depth = 0;
  let start = -1;
  for (const match of text.matchAll(new RegExp(TOKEN.source, "g"))) {
    const [word] = match;
    if (depth === 1 && start < 0 && word !== "]" && word !== ",") start = match.index;
    if (word === "{" || word === "[") depth += 1;
    if (word === "}" || word === "]") depth -= 1;
    if (start >= 0 && depth === 1 && (word === "}" || word === "]")) {
      found.push(text.slice(start, match.index + word.length));
      start = -1;
    }
  }
  return found;
}

/** Takes the blanks between the tokens out of a JSON text. */
export const compact = (text) =>
  text.replace(/"(?:[^"\\]|\\.)*"|\s+/g, (token) => (token.startsWith('"') ? token : ""));

export const joined = (value) => (typeof value === "string" ? value : value.join("\n"));

/** Limits of a case under the names that JavaScript gives them. */
export const camel = (limits) =>
  limits &&
  Object.fromEntries(
    Object.entries(limits).map(([name, value]) => [
      name.replace(/_(.)/g, (_, c) => c.toUpperCase()),
      value,
    ]),
  );

/** Puts a snapshot together step by step. */
function build(side) {
  const { provider, scope } = JSON.parse(side.builder);
  const builder = new SnapshotBuilder(provider, scope);
  for (const step of JSON.parse(side.steps)) {
    const [[name, given]] = Object.entries(step);
    if (name === "add_document") builder.addDocument(given.value, given.options);
    else builder[name.replace(/_(.)/g, (_, c) => c.toUpperCase())](...given);
  }
  return builder.build();
}

function parse(raw) {
  const side = fields(raw);
  if ("builder" in side) return build(side);
  const options = {};
  for (const [name, option] of Object.entries(SIDE_OPTIONS)) {
    if (name in side) options[option] = JSON.parse(side[name]);
  }
  options.limits = camel(options.limits);
  // Numbers of a mapping are passed on as they are written.
  if ("mapping" in side && typeof options.mapping !== "string") {
    options.mapping = compact(side.mapping);
  }
  if ("files" in side) {
    const files = Object.entries(JSON.parse(side.files)).map(([name, text]) => [
      name,
      joined(text),
    ]);
    delete options.name;
    return Snapshot.parseMany(files, options);
  }
  if ("corpus" in side) {
    return Snapshot.parse(readFileSync(join(CORPUS, JSON.parse(side.corpus))), options);
  }
  const text = "text" in side ? joined(JSON.parse(side.text)) : compact(side.value);
  return Snapshot.parse(Buffer.from(text), options);
}

/** Reads one log of a case. */
function log(raw) {
  const of = fields(raw);
  const text = "text" in of ? joined(JSON.parse(of.text)) : compact(of.value);
  const options = {};
  for (const name of ["format", "scope", "name", "limits"]) {
    if (name in of) options[name] = JSON.parse(of[name]);
  }
  options.limits = camel(options.limits);
  return Events.parse(Buffer.from(text), options);
}

/** One file. */
export class Case {
  constructor(file) {
    const whole = fields(readFileSync(file, "utf8"));
    this.input = fields(whole.input);
    this.expect = JSON.parse(whole.expect);
  }

  value(name, otherwise) {
    return name in this.input ? JSON.parse(this.input[name]) : otherwise;
  }

  rules(raw = this.input.rules) {
    if (raw === undefined) return undefined;
    const given = JSON.parse(raw);
    return typeof given === "string" ? given : compact(raw);
  }

  /** Policies as text where they are lines, else as they are. */
  policies() {
    const given = this.value("policies");
    const lines = Array.isArray(given) && given.every((line) => typeof line === "string");
    return lines ? joined(given) : given;
  }

  detector(own = {}) {
    return new Detector({
      rules: this.rules(),
      packs: this.value("packs", "all"),
      acceptances: this.value("acceptances"),
      digestKey: this.value("digest_key"),
      owners: this.value("owners"),
      routes: this.value("routes"),
      tags: this.value("tags"),
      policies: this.policies(),
      limits: camel(this.value("limits")),
      ...own,
    });
  }

  /** Records what the case calls normal, or reads its file. */
  recorded(desired, at) {
    const of = fields(this.input.baseline);
    if ("file" in of) return Baseline.fromJson(joined(JSON.parse(of.file)));
    const own = {};
    if ("packs" in of) own.packs = JSON.parse(of.packs);
    if ("digest_key" in of) own.digestKey = JSON.parse(of.digest_key) || undefined;
    if ("rules" in of) own.rules = this.rules(of.rules);
    const baseline = this.detector(own).baselineSync(parse(of.of), {
      desired: of.declared === "true" ? desired : undefined,
      at: "at" in of ? JSON.parse(of.at) : at,
    });
    const again = Baseline.fromJson(baseline.toJson());
    assert.equal(again.toJson(), baseline.toJson());
    return again;
  }

  /** Accepts what the case says out of a first report. */
  promoted(baseline, desired, actual, at) {
    const raw = fields(this.input.promote);
    const given = (name) => (name in raw ? JSON.parse(raw[name]) : undefined);
    const then = "actual" in raw ? parse(raw.actual) : actual;
    const options = { reference: baseline, at: given("at") ?? at };
    const report = this.detector().detectSync(desired, then, options);
    const others = [report.undeclared, report.suppressed, report.pending, report.unknown].flat();
    const changes = report.findings.flatMap((finding) => finding.changes).concat(others);
    const chosen = [
      ...changes.filter((change) => given("paths")?.includes(change.path)),
      ...report.findings.filter((finding) => given("findings")?.includes(finding.status)),
      ...(given("fingerprints") ?? []),
    ];
    const [by, reason, expires] = [given("by"), given("reason"), given("expires")];
    return baseline.promote(report, chosen, { by, reason, expires });
  }

  /** The reports of a case about several. */
  reports() {
    return items(this.input.reports).map((raw) => {
      const scan = fields(raw);
      const detector = this.detector({ rules: this.rules(scan.rules) });
      const desired = parse(scan.desired ?? this.input.desired);
      return detector.detectSync(desired, parse(scan.actual), { at: JSON.parse(scan.at) });
    });
  }

  /** Detects as a whole, and in three parts that are merged in reverse order. */
  detect() {
    const asked = this.asked();
    const { detector, sides, options } = asked;
    const parts =
      "merge" in this.input ? this.shards(asked) : detector.partialsSync(...sides, 3, options);
    const again = parts.reverse().map((part) => Partial.fromJson(part.toJson()));
    return { report: this.report(asked), merged: finish(again, options.at) };
  }

  /** The report: of one detection, or of several that are merged. */
  report(asked) {
    const { detector, sides, options } = asked;
    if ("merge" in this.input) return finish(this.shards(asked), options.at);
    return detector.detectSync(...sides, options);
  }

  /** The parts of several detections. */
  shards({ detector, sides: [desired, actual], options }) {
    return items(this.input.merge).flatMap((raw) => {
      const shard = fields(raw);
      const sides = [
        "desired" in shard ? parse(shard.desired) : desired,
        "actual" in shard ? parse(shard.actual) : actual,
      ];
      const parts = detector.partialsSync(...sides, JSON.parse(shard.parts ?? "1"), options);
      const kept = "kept" in shard ? JSON.parse(shard.kept) : undefined;
      return parts.filter((_, index) => !kept || kept.includes(index + 1));
    });
  }

  /** What a detection is made of. */
  asked() {
    const detector = this.detector();
    const [desired, actual] = [parse(this.input.desired), parse(this.input.actual)];
    const options = {
      reference: "reference" in this.input ? parse(this.input.reference) : undefined,
      at: this.value("at", "2026-01-01T00:00:00Z"),
      detail: this.value("detail", "summary"),
      events: "events" in this.input ? items(this.input.events).map(log) : undefined,
      since: this.value("since"),
    };
    if ("baseline" in this.input) {
      this.baseline = this.recorded(desired, options.at);
      if ("promote" in this.input) {
        this.baseline = this.promoted(this.baseline, desired, actual, options.at);
      }
      options.reference = this.baseline;
    }
    return { detector, sides: [desired, actual], options };
  }

  /** Holds the snapshots of a case against each other. */
  compareMany() {
    const snapshots = Object.entries(fields(this.input.snapshots));
    const options = {
      baseline: this.value("baseline"),
      substitutions: this.value("substitutions"),
      allow: this.value("allow"),
      varying: this.value("varying"),
      at: this.value("at", "2026-01-01T00:00:00Z"),
      detail: this.value("detail", "summary"),
    };
    const detector = new Detector({ rules: this.rules(), packs: this.value("packs", "all") });
    const read = Object.fromEntries(snapshots.map(([name, raw]) => [name, parse(raw)]));
    return detector.compareManySync(read, options);
  }

  /** Asks what is missing in a case. */
  doctor() {
    const at = this.value("at", "2026-01-01T00:00:00Z");
    const side = (name) => (name in this.input ? parse(this.input[name]) : undefined);
    const [desired, actual] = [side("desired"), side("actual")];
    const before = "baseline" in this.input ? this.recorded(desired, at) : side("reference");
    const objectives = camel(this.value("objectives"));
    return this.detector().doctorSync(desired, actual, { reference: before, at, objectives });
  }

  /** Digests all that a reader sees: the report in every form, or the error. */
  digest() {
    let text;
    try {
      const report = this.report(this.asked());
      text = [report.toJson(), report.toText(), report.toMarkdown()].join("\n");
    } catch (error) {
      if (!(error instanceof DriftError)) throw error;
      text = `${error.code}\n${error.text}`;
    }
    return createHash("sha256").update(text).digest("hex");
  }
}

/** Checks that `actual` holds all that `expected` does. */
export function part(expected, actual, at) {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    assert.equal(actual.length, expected.length, `at ${at}: ${JSON.stringify(actual)}`);
    expected.forEach((one, index) => {
      part(one, actual[index], `${at}[${index}]`);
    });
  } else if (isMap(expected) && isMap(actual)) {
    for (const [name, value] of Object.entries(expected)) {
      assert.ok(Object.hasOwn(actual, name), `at ${at}: there is no ${name}`);
      part(value, actual[name], `${at}.${name}`);
    }
  } else {
    assert.deepEqual(actual, expected, `at ${at}`);
  }
}

const isMap = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** Checks that the call fails with the error's code, place and text. */
export function fails(expected, call) {
  assert.throws(call, (error) => {
    assert.ok(error instanceof DriftError, String(error));
    assert.equal(error.code, expected.code, String(error));
    for (const name of ["line", "column"]) {
      if (name in expected) assert.equal(error[name], expected[name], String(error));
    }
    for (const text of [expected.contains ?? []].flat()) {
      assert.ok(error.text.includes(text), error.text);
    }
    return true;
  });
}

/** The cases of a stage: name and file. */
export const cases = (stage) =>
  readdirSync(join(VECTORS, stage))
    .sort()
    .map((name) => [`${stage}/${name}`, join(VECTORS, stage, name)]);

export const present = existsSync;
