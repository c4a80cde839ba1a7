// Options are what stands in a plain object: what would be passed over in silence is refused.
import assert from "node:assert/strict";
import test from "node:test";
import {
  canonical,
  compareMany,
  compareManySync,
  concurrency,
  Detector,
  detect,
  detectSync,
  doctor,
  doctorSync,
  Events,
  noiseSuggestions,
  Parity,
  Policies,
  Snapshot,
  SnapshotBuilder,
} from "drift-node";

const AT = "2026-01-01T00:00:00Z";
const side = (size) => [{ type: "t", id: "a", attributes: { size } }];
const two = { a: side(1), b: side(2) };
const report = detectSync(side(1), side(2), { at: AT });
const [{ fingerprint }] = report.findings;
const detector = new Detector();
const parity = Parity.fromJson(compareManySync(two, { at: AT }).toJson());
const readiness = doctorSync(side(1), undefined, { at: AT });
const baseline = detector.baselineSync(side(1), { at: AT });
const policies = Policies.parse([]);

/** Every call that takes options. */
const CALLS = {
  detect: (options) => detect(side(1), side(2), options),
  detectSync: (options) => detectSync(side(1), side(2), options),
  compareMany: (options) => compareMany(two, options),
  compareManySync: (options) => compareManySync(two, options),
  doctor: (options) => doctor(side(1), side(2), options),
  doctorSync: (options) => doctorSync(side(1), side(2), options),
  Detector: (options) => new Detector(options),
  "detector.detect": (options) => detector.detect(side(1), side(2), options),
  "detector.detectSync": (options) => detector.detectSync(side(1), side(2), options),
  "detector.baseline": (options) => detector.baseline(side(1), options),
  "detector.baselineSync": (options) => detector.baselineSync(side(1), options),
  "detector.read": (options) => detector.read(side(1), options),
  "detector.readSync": (options) => detector.readSync(side(1), options),
  "detector.explain": (options) => detector.explain(side(1), side(2), "a", "size", options),
  "detector.testPolicies": (options) => detector.testPolicies([], options),
  "detector.dryRun": (options) => detector.dryRun([], options),
  "detector.dryRunSync": (options) => detector.dryRunSync([], options),
  "policies.test": (options) => policies.test([], options),
  "policies.dryRun": (options) => policies.dryRun([], options),
  parse: (options) => Snapshot.parse(side(1), options),
  parseAsync: (options) => Snapshot.parseAsync(side(1), options),
  parseMany: (options) => Snapshot.parseMany([["a.json", "[]"]], options),
  addDocument: (options) => new SnapshotBuilder().addDocument(side(1), options),
  "Events.parse": (options) => Events.parse("[]", options),
  "Events.parseAsync": (options) => Events.parseAsync("[]", options),
  canonical: (options) => canonical("1", options),
  concurrency: (options) => concurrency(options),
  noiseSuggestions: (options) => noiseSuggestions([report], options),
  promote: (options) => baseline.promote(report, [], options),
  toBuffer: (options) => report.toBuffer(options),
  toText: (options) => report.toText(options),
  "parity.toText": (options) => parity.toText(options),
  "readiness.exitCode": (options) => readiness.exitCode(options),
  explain: (options) => report.explain("a", "size", options),
  diffView: (options) => report.diffView(fingerprint, options),
  diffViewSync: (options) => report.diffViewSync(fingerprint, options),
};

for (const [name, call] of Object.entries(CALLS)) {
  const asked = async (options) => await call(options);

  test(`${name}: what is no plain object is no options`, async () => {
    const wrong = [
      [null, "null"],
      [["records"], "a list"],
      ["records", "string"],
      [true, "boolean"],
      [() => {}, "function"],
      [new Map([["at", AT]]), "a Map"],
      [detector, "a Detector"],
      [Snapshot.parse("[]"), "a Snapshot"],
      [new AbortController().signal, "an AbortSignal"],
      [baseline, "a Baseline"],
      [Object.create({ at: AT }), "one that inherits fields"],
      [Object.create(Object.assign(Object.create(null), { at: AT })), "one that inherits fields"],
    ];
    for (const [options, kind] of wrong) {
      const message = `expected the options as an object, not ${kind}`;
      await assert.rejects(asked(options), { name: "TypeError", message });
    }
  });

  test(`${name}: an option that does not exist is refused`, async () => {
    for (const options of [{ nope: 1 }, { nope: null }, { Strict: true, nope: 1 }]) {
      await assert.rejects(asked(options), (error) => {
        assert.equal(error.code, "DRIFT_OPTION");
        assert.match(error.text, /^no such option: `(nope|Strict)`/);
        return true;
      });
    }
  });
}

test("options of other realms and without a prototype are options", () => {
  const given = Object.assign(Object.create(null), { name: "a.json" });
  assert.equal(Snapshot.parse("[]", given).length, 0);
  // As Fastify has the query of an address.
  function NullObject() {}
  NullObject.prototype = Object.create(null);
  assert.equal(report.query(Object.assign(new NullObject(), { limit: 1 })).total, 1);
  assert.equal(Snapshot.parse("[]", structuredClone({ name: "a.json" })).length, 0);
});

test("the help names all options of the call, as JavaScript has them", () => {
  const help = (call, options) => {
    try {
      call(options);
    } catch (error) {
      return error.help;
    }
  };
  assert.match(help(CALLS.detectSync, { refernce: 1 }), /`reference`, .*`rules`, /);
  assert.match(help(CALLS.parse, { takenat: AT }), /`takenAt`, `duplicateKeys`/);
  assert.match(help(CALLS.diffViewSync, { max: 1 }), /`maxBytes`/);
  for (const name of ["signal", "transfer"]) {
    for (const call of ["parse", "detectSync", "compareManySync", "doctorSync", "diffViewSync"]) {
      assert.doesNotMatch(help(CALLS[call], { [name]: undefined, nope: 1 }), new RegExp(name));
      assert.throws(() => CALLS[call]({ [name]: new AbortController().signal }), {
        code: "DRIFT_OPTION",
        text: `no such option: \`${name}\``,
      });
    }
  }
});

test("what is a word is neither true nor false", async () => {
  const wrong = (name) => ({
    name: "TypeError",
    message: `expected \`${name}\` as a boolean, not string`,
  });
  assert.throws(() => readiness.exitCode({ strict: "false" }), wrong("strict"));
  assert.throws(() => report.toText({ color: "never" }), wrong("color"));
  assert.throws(() => parity.toText({ color: "never" }), wrong("color"));
  const bytes = new Uint8Array(Buffer.from("[]"));
  await assert.rejects(Snapshot.parseAsync(bytes, { transfer: "no" }), wrong("transfer"));
  assert.equal(bytes.length, 2);
});

test("an end of an acceptance that is misspelt does not make it hold for good", () => {
  const promotion = { by: "a", reason: "b", expire: "2026-02-01" };
  assert.throws(() => baseline.promote(report, report.findings, promotion), {
    code: "DRIFT_OPTION",
    text: "no such option: `expire`",
  });
  for (const wrong of [null, 5, report, report.query()]) {
    assert.throws(() => baseline.promote(report, wrong, { by: "a", reason: "b" }), {
      name: "TypeError",
      message: /^expected `changes` as changes, findings or fingerprints, not /,
    });
  }
});

test("what holds limits, objectives, a scope, options of a resource or snapshots is a plain object", () => {
  const wrong = (name, kind) => ({ name: "TypeError", message: `expected ${name}, not ${kind}` });
  const map = new Map([["maxBytes", 1]]);
  const limits = wrong("`limits` as an object", "a Map");
  assert.throws(() => Snapshot.parse("[]", { limits: map }), limits);
  assert.throws(() => new Detector({ limits: map }), limits);
  const objectives = wrong("`objectives` as an object", "a Map");
  assert.throws(() => doctorSync("[]", "[]", { objectives: map }), objectives);
  assert.throws(() => report.query(new URLSearchParams("severity=high")), {
    message: "expected `query` as an object, not a URLSearchParams",
  });
  assert.throws(() => new SnapshotBuilder("aws", new Map([["region", "eu"]])), {
    message: "expected `scope` as an object of strings, not a Map",
  });
  const resource = wrong("the options of a resource as an object", "a Map");
  const sensitive = new Map([["sensitive", ["/size"]]]);
  assert.throws(() => new SnapshotBuilder().add("t", "a", {}, sensitive), resource);
  const snapshots = wrong("`snapshots` as an object", "a Map");
  assert.throws(() => compareManySync(new Map(Object.entries(two))), snapshots);
});

test("names of snapshots are whole", () => {
  assert.throws(() => compareManySync({ "\ud800": side(1), b: side(2) }), { code: "DRIFT_PARSE" });
});

test("how many reports a suggestion asks for is a number", () => {
  for (const atLeast of [Number.NaN, 1.5, 0, "2"])
    assert.throws(() => noiseSuggestions([report], { atLeast }), /at_?[lL]east/);
});

test("what is no list of snapshots or files is refused by its name", async () => {
  for (const wrong of [null, 5, "[]", {}, Snapshot.parse("[]")]) {
    const message = /^expected `snapshots` as snapshots, not /;
    assert.throws(() => policies.dryRunSync(wrong), { name: "TypeError", message });
    await assert.rejects(policies.dryRun(wrong), { name: "TypeError", message });
    const files = /^expected `files` as names and texts, not /;
    assert.throws(() => Snapshot.parseMany(wrong), { name: "TypeError", message: files });
  }
});

test("a side that is null is not given, and an empty one is no document", async () => {
  const asked = [
    ["reference", detectSync, detect, { at: AT }],
    ["reference", doctorSync, doctor, { at: AT }],
  ];
  for (const [name, sync, off, options] of asked) {
    const one = sync(side(1), side(2), options).toJson();
    assert.equal(sync(side(1), side(2), { ...options, [name]: null }).toJson(), one);
    assert.equal((await off(side(1), side(2), { ...options, [name]: null })).toJson(), one);
    for (const wrong of ["", 0, false]) {
      const given = { ...options, [name]: wrong };
      const error = wrong === "" ? { code: "DRIFT_NO_RESOURCES" } : { name: "TypeError" };
      assert.throws(() => sync(side(1), side(2), given), error);
      await assert.rejects(off(side(1), side(2), given), error);
    }
  }
  for (const wrong of ["", 0, false]) {
    assert.throws(() => doctorSync(wrong, side(1)));
    await assert.rejects(doctor(side(1), wrong));
  }
  const recorded = detector.baselineSync(side(1), { at: AT }).toJson();
  assert.equal(detector.baselineSync(side(1), { desired: null, at: AT }).toJson(), recorded);
});
