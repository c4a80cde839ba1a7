// What a Node program does with the package: sources, options, errors and objects.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import * as drift from "drift-node";
import * as native from "../native/index.js";
import { ROOT } from "./cases.mjs";

const { Detector, detect, detectSync, DriftError, finish, Partial, Report, Rules } = drift;
const { Snapshot, SnapshotBuilder } = drift;
const AT = "2026-01-01T00:00:00Z";

const record = (attributes) => [{ type: "queue", id: "jobs", attributes }];

/** Runs `use` with a folder of its own. */
async function inFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), "drift-"));
  try {
    await use(folder, (name) => pathToFileURL(join(folder, name)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const code = (expected) => (error) => {
  assert.ok(error instanceof DriftError, String(error));
  assert.equal(error.code, expected, String(error));
  return true;
};

test("one version for crate, wheel and npm package", () => {
  const cargo = readFileSync(join(ROOT, "Cargo.toml"), "utf8");
  assert.equal(drift.version, /^version = "(.+)"$/m.exec(cargo)[1]);
  const npm = JSON.parse(readFileSync(join(ROOT, "drift-node/package.json"), "utf8"));
  assert.equal(drift.version, npm.version);
});

test("require and import give the same names and classes", () => {
  const required = createRequire(import.meta.url)("drift-node");
  assert.deepEqual(Object.keys(drift).sort(), Object.keys(required).sort());
  assert.deepEqual({ ...drift }, { ...required });
});

test("text, bytes and objects are the same document", async () => {
  const text = JSON.stringify(record({ delay: 0 }));
  const bytes = new Uint8Array(Buffer.from(text));
  const live = record({ delay: 30 });
  const reports = new Set();
  for (const source of [text, Buffer.from(text), bytes, bytes.subarray(0), record({ delay: 0 })]) {
    reports.add(detectSync(source, live, { at: AT }).toJson());
    reports.add((await detect(source, live, { at: AT })).toJson());
  }
  assert.equal(reports.size, 1);
});

test("a view of a larger memory is that view alone", () => {
  const text = `xx[{"type": "t", "id": "a", "attributes": {}}]yy`;
  const whole = new Uint8Array(Buffer.from(text));
  assert.equal(Snapshot.parse(whole.subarray(2, whole.length - 2)).length, 1);
});

test("a URL is a file or a folder", async () => {
  await inFolder(async (folder, url) => {
    mkdirSync(join(folder, "b"));
    mkdirSync(join(folder, ".git"));
    for (const name of ["a.yaml", "b/c.yml", ".git/hidden.yaml", "notes.txt"]) {
      const manifest = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x${name.length}}\n`;
      writeFileSync(join(folder, name), manifest);
    }
    for (const snapshot of [Snapshot.parse(url("")), await Snapshot.parseAsync(url(""))]) {
      const files = snapshot.resources.map((one) => one.source.file);
      assert.deepEqual(files, ["a.yaml", "b/c.yml"]);
    }
    for (const snapshot of [
      Snapshot.parse(url("a.yaml")),
      await Snapshot.parseAsync(url("a.yaml")),
    ]) {
      assert.equal(snapshot.resources[0].source.file, join(folder, "a.yaml"));
    }
    assert.throws(() => Snapshot.parse(url("no.yaml")), { code: "ENOENT" });
    await assert.rejects(Snapshot.parseAsync(url("no.yaml")), { code: "ENOENT" });
    const name = join(folder, "a.yaml");
    assert.throws(() => Snapshot.parse(name), /a file is passed as a URL/);
    await assert.rejects(Snapshot.parseAsync(name), /a file is passed as a URL/);
  });
});

test("values of the language", () => {
  const at = new Date("2026-01-01T12:30:00Z");
  const live = record({
    big: 2n ** 70n,
    small: 1e-7,
    large: 1e21,
    at,
    raw: new Uint8Array([0, 255]),
    absent: undefined,
    shared: [at, at],
    own: { toJSON: () => "text" },
    boxed: Object("text"),
    ["__proto__"]: { a: 1 },
    emoji: "\u{1f600}",
  });
  const desired = `[{"type": "queue", "id": "jobs", "attributes": {"big": 1180591620717411303424,
    "small": 0.0000001, "large": 1000000000000000000000, "at": "2026-01-01T12:30:00Z",
    "raw": "AP8=", "shared": ["2026-01-01T12:30:00Z", "2026-01-01T12:30:00Z"],
    "own": "text", "boxed": "text", "__proto__": {"a": 1}, "emoji": "\u{1f600}"}}]`;
  assert.equal(detectSync(desired, live).verdict, "in_sync");
  assert.deepEqual(detectSync(desired, live).undeclared, []);
});

test("what cannot stand in a document", () => {
  const loop = {};
  loop.self = loop;
  const values = [
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    () => 1,
    Symbol("x"),
    new Map(),
    new Set(),
    new WeakMap(),
    /x/,
    Promise.resolve(1),
    new Error("x"),
    new ArrayBuffer(2),
    loop,
    [undefined],
    new Date("never"),
    "\ud800",
  ];
  for (const value of values) {
    assert.throws(() => Snapshot.parse(record({ value })), code("DRIFT_PARSE"), inspect(value));
  }
  for (const source of [null, undefined, 7, true, () => 1]) {
    assert.throws(() => Snapshot.parse(source), TypeError);
  }
  let deep = 1;
  for (let n = 0; n < 600; n += 1) deep = [deep];
  assert.throws(() => Snapshot.parse(record({ deep })), code("DRIFT_LIMIT"));
});

test("what a snapshot speaks for", () => {
  const verdict = (options) => {
    const live = Snapshot.parse("[]", { format: "records", ...options });
    return detectSync(record({}), live, { packs: [] }).verdict;
  };
  assert.equal(verdict({}), "partial");
  assert.equal(verdict({ complete: true }), "drifted");
  assert.equal(verdict({ covers: [{ type: "queue" }] }), "drifted");
  assert.equal(verdict({ covers: [{ type: "topic" }] }), "partial");
  const gaps = [{ cell: { type: "queue" }, reason: "denied" }];
  assert.equal(verdict({ complete: true, gaps }), "partial");
});

test("a report names the packs that were known", () => {
  const { packs } = detectSync(record({}), record({}), { packs: ["sql"] });
  assert.deepEqual(Object.keys(packs), ["sql"]);
  assert.match(packs.sql, /^sha256:/);
});

test("times", () => {
  const takenAt = new Date("2026-01-01T00:00:00Z");
  const snapshot = Snapshot.parse("[]", { format: "records", takenAt, revision: "abc" });
  assert.equal(snapshot.takenAt, "2026-01-01T00:00:00.000Z");
  assert.equal(snapshot.revision, "abc");
  const before = new Date().toISOString();
  assert.ok(detectSync(record({}), record({})).detectedAt >= before);
  assert.throws(() => detectSync("[]", "[]", { at: "yesterday" }), code("DRIFT_TIME"));
  assert.throws(
    () => detectSync(record({}), record({}), { at: new Date("never") }),
    code("DRIFT_TIME"),
  );
});

test("what a detector does not know is told in the names of JavaScript", () => {
  const help = /the options are `rules`, .*`digestKey`/;
  assert.throws(() => new Detector({ rulez: 1 }), { code: "DRIFT_OPTION", help });
  assert.throws(() => new Detector({ digest_key: "k" }), { code: "DRIFT_OPTION", help });
  assert.throws(() => new Detector({ digestKey: Buffer.from("k") }), /`digestKey` as a string/);
});

test("an unknown word or option is refused", () => {
  const calls = [
    () => Snapshot.parse("[]", { format: "excel" }),
    () => Snapshot.parse("[]", { colour: 1 }),
    () => Snapshot.parse("[]", { duplicateKeys: "first" }),
    () => Snapshot.parse("[]", { limits: { maxTeeth: 32 } }),
    () => Snapshot.parse("[]", { covers: [{ tpye: "queue" }] }),
    () => Snapshot.parse("[]", { complete: "yes" }),
    () => new Detector({ packs: ["everything"] }),
    () => new Detector({ colour: 1 }),
    () => detectSync(record({}), record({}), { detail: "all" }),
    () => detectSync(record({}), record({}), { colour: 1 }),
    () => new Detector().detectSync(record({}), record({}), { colour: 1 }),
    () =>
      new Detector().detectSync(record({}), record({}), { signal: new AbortController().signal }),
    () => Snapshot.parse(record({}), { transfer: true }),
    () => detectSync(record({}), record({})).exitCode("perl"),
  ];
  for (const call of calls) assert.throws(call, DriftError, String(call));
});

test("rules come as text, URL, object or list", async () => {
  await inFolder((folder, url) => {
    const text = "[{id: delay, paths: [/delay], ignore: true}]";
    writeFileSync(join(folder, "rules.yaml"), text);
    const one = { id: "delay", paths: ["/delay"], ignore: true };
    const file = url("rules.yaml");
    const every = [
      text,
      file,
      [one],
      { version: 1, rules: [one] },
      Rules.parse(text),
      [Rules.parse(file)],
      [file],
    ];
    for (const rules of every) {
      const report = detectSync(record({ delay: 0 }), record({ delay: 1 }), { rules });
      assert.equal(report.verdict, "in_sync", inspect(rules));
    }
    assert.equal(Rules.parse(text).length, 1);
    writeFileSync(
      join(folder, "bad.yaml"),
      "version: 1\nrules:\n  - id: a\n    paths: [/x]\n    ignroe: 1\n",
    );
    assert.throws(
      () => new Detector({ rules: url("bad.yaml") }),
      (error) => error.line === 5 && error.file === join(folder, "bad.yaml"),
    );
  });
});

test("an argument of another type is a TypeError", () => {
  for (const rules of [3, Buffer.from("[]"), [null]]) {
    assert.throws(() => new Detector({ rules }), /rules are text, a URL/);
  }
  assert.throws(() => detectSync("[]", "[]", { at: 3 }), /a time is a Date or a string/);
  assert.throws(() => finish(["part"]), /`parts` as Partials/);
  for (const kind of [Snapshot, Report, Rules, Partial, drift.Explanation]) {
    assert.throws(() => new kind(), TypeError);
  }
});

test("an argument of another type is named, and its value is not printed", () => {
  const secret = { password: "kanary-5f0c-secret-value" };
  const builder = () => new SnapshotBuilder("aws");
  const report = detectSync("[]", "[]");
  const [part] = new Detector().partialsSync("[]", "[]", 1);
  const calls = [
    ["`provider`", () => new SnapshotBuilder(secret)],
    ["`scope.password`", () => new SnapshotBuilder("aws", { password: secret })],
    ["`scope`", () => new SnapshotBuilder("aws", "eu-west-1")],
    ["`type`", () => builder().add(secret, "a", {})],
    ["the options of a resource", () => builder().add("t", "a", {}, "dependsOn")],
    ["`type`", () => builder().addMany(secret, [], "id")],
    ["`idKey`", () => builder().addMany("t", [{ id: 1 }], secret)],
    ["`snapshot`", () => builder().addSnapshot(secret)],
    ["`type`", () => builder().complete(secret)],
    ["`reason`", () => builder().incomplete("t", secret)],
    ["`detail`", () => builder().incomplete("t", "denied", secret)],
    ["the name of a file", () => Snapshot.parseMany([[secret, "[]"]])],
    ["the text of a file", () => Snapshot.parseMany([["a.json", secret]])],
    ["`text`", () => drift.parsePath(secret)],
    ["`pattern`", () => drift.select(secret, {})],
    ["`data`", () => drift.canonical(secret)],
    ["`text`", () => Report.fromJson(secret)],
    ["`text`", () => Partial.fromJson(secret)],
    ["`other`", () => part.merge(secret)],
    ["`path`", () => report.explainSync("a")],
    ["`address`", () => report.explainSync(secret, "x")],
    ["`path`", () => new Detector().explainSync("[]", "[]", "a", secret)],
    ["`style`", () => report.exitCode(null)],
    ["`style`", () => report.exitCode(secret)],
    ["`detail`", () => detectSync("[]", "[]", { detail: secret })],
    ["`parts`", () => new Detector().partialsSync("[]", "[]", secret)],
  ];
  for (const [name, call] of calls) {
    assert.throws(call, (error) => {
      assert.ok(error instanceof TypeError, `${name}: ${error}`);
      assert.ok(error.message.startsWith(`expected ${name} as `), error.message);
      assert.ok(!error.message.includes("kanary"), error.message);
      return true;
    });
  }
});

test("half of a surrogate pair is refused in every text", async () => {
  const text = '[{"type": "t", "id": "\ud800", "attributes": {}}]';
  const refused = { code: "DRIFT_PARSE" };
  assert.throws(() => Snapshot.parse(text), refused);
  await assert.rejects(Snapshot.parseAsync(text), refused);
  assert.throws(() => Snapshot.parseMany([["a.json", text]]), refused);
  assert.throws(
    () => new Detector({ rules: "[{id: '\udfff', paths: [/x], ignore: true}]" }),
    refused,
  );
  assert.throws(() => drift.canonical('"\ud800"'), refused);
  assert.throws(() => drift.select("$..a", '"\ud800"'), refused);
  assert.throws(() => new SnapshotBuilder("\ud800"), refused);
  assert.equal(Snapshot.parse(text.replace("\ud800", "\ud83d\ude00")).resources[0].id, "\u{1f600}");
});

test("no option of a resource is dropped", () => {
  const added = (options) => {
    const builder = new SnapshotBuilder("aws");
    return builder.add("t", "a", {}, options).build().resources[0];
  };
  for (const options of [
    { dependsOn: ["b"], managedBy: "m" },
    { depends_on: ["b"], managed_by: "m" },
  ]) {
    const { dependsOn, managedBy } = added(options);
    assert.deepEqual([dependsOn, managedBy], [["b"], "m"]);
  }
  assert.throws(() => added({ dependsOn: [], depends_on: ["b"] }), { code: "DRIFT_OPTION" });
  assert.throws(() => added({ type: "other" }), { code: "DRIFT_OPTION" });
  assert.throws(() => added({ bogus: 1 }), { code: "DRIFT_FORMAT" });
});

test("any number of threads gives the same bytes", async () => {
  const records = (delay) =>
    Array.from({ length: 500 }, (_, n) => ({
      type: "queue",
      id: `q${n}`,
      attributes: { delay: n % 7 === 0 ? delay : 0 },
    }));
  const at = "2026-01-01T00:00:00Z";
  const [desired, actual] = [records(0), records(30)];
  const reports = [undefined, 1, 2, 5].map((threads) =>
    detectSync(desired, actual, { at, threads }).toJson(),
  );
  reports.push((await drift.detect(desired, actual, { at, threads: 3 })).toJson());
  assert.equal(new Set(reports).size, 1);
  const lines = Array.from({ length: 40_000 }, (_, n) => `{"id": "q${n}", "delay": ${n}}`).join(
    "\n",
  );
  const mapping = { items: "$", type: { const: "queue" }, id: "$.id" };
  for (const threads of [undefined, 1, 3]) {
    assert.equal(Snapshot.parse(lines, { mapping, threads }).length, 40_000);
  }
  for (const threads of [0, -1, 1.5, 1025, "2"]) {
    const text = /`threads` as a whole number from 1 to 1024/;
    assert.throws(() => new Detector({ threads }), text);
    assert.throws(() => Snapshot.parse("[]", { threads }), text);
  }
});

test("parts are counted", async () => {
  for (const parts of [0, -1, 1.5, 1e9, 4097]) {
    const text = /`parts` as a whole number from 1 to 4096/;
    assert.throws(() => new Detector().partialsSync("[]", "[]", parts), text);
    await assert.rejects(new Detector().partials("[]", "[]", parts), text);
  }
});

test("any view of a buffer is its bytes", async () => {
  const { buffer } = new Uint8Array(Buffer.from("[] "));
  for (const source of [buffer, new DataView(buffer), new Uint8Array(buffer, 0, 2)]) {
    assert.equal(Snapshot.parse(source).length, 0);
    assert.equal((await Snapshot.parseAsync(source)).length, 0);
  }
});

test("a mapping comes as text, URL or object", async () => {
  await inFolder(async (folder, url) => {
    const mapping = { items: "$.items[*]", type: { const: "queue" }, id: "$.name" };
    writeFileSync(join(folder, "mapping.yaml"), JSON.stringify(mapping));
    const content = { items: [{ name: "jobs", delay: 0 }] };
    for (const given of [mapping, JSON.stringify(mapping), url("mapping.yaml")]) {
      const options = { format: "mapping", mapping: given };
      assert.equal(Snapshot.parse(content, options).resources[0].id, "jobs");
      assert.equal((await Snapshot.parseAsync(content, options)).resources[0].id, "jobs");
    }
  });
});

test("pages of a collector", () => {
  const live = new SnapshotBuilder("aws", { region: "eu-west-1" })
    .add("aws_sqs_queue", "jobs", { delay: 30 }, { tags: { team: "ops" }, managedBy: "terraform" })
    .addMany("aws_sqs_queue", [{ QueueName: "a" }, { QueueName: "b" }], "QueueName")
    .complete("aws_sqs_queue")
    .incomplete("aws_iam_role", "denied", "AccessDenied")
    .addSnapshot(Snapshot.parse(record({})));
  assert.throws(() => live.incomplete("aws_iam_role", "tired"), DriftError);
  assert.throws(() => live.addMany("t", [{ QueueName: "c" }, {}], "QueueName"), DriftError);
  const snapshot = live.build();
  assert.deepEqual(
    snapshot.resources.map((one) => one.id),
    ["jobs", "a", "b", "jobs"],
  );
  const [first] = snapshot.resources;
  assert.deepEqual(first.tags, { team: "ops" });
  assert.deepEqual(first.scope, { region: "eu-west-1" });
  assert.equal(first.managedBy, "terraform");
  assert.deepEqual(first.dependsOn, []);
  assert.throws(() => live.completeAll(), code("DRIFT_OPTION"));
});

test("documents page by page", () => {
  const page = { DBInstances: [{ DBInstanceIdentifier: "a", Engine: "mysql" }], Marker: "x" };
  const live = new SnapshotBuilder("aws")
    .addDocument(page)
    .failed(null, 403, "no")
    .addDocument('{"DBInstances": []}', { scope: { region: "r" } })
    .expect({ region: "r" })
    .expect({ region: "r" }, "aws_sqs_queue")
    .addListed("aws_sqs_queue", "jobs")
    .incomplete(null, "stale");
  assert.deepEqual(
    live.build().resources.map((one) => one.id),
    ["a", "jobs"],
  );
  assert.throws(() => new SnapshotBuilder().addDocument("["), DriftError);
  assert.throws(() => new SnapshotBuilder().addListed("t", 1), TypeError);
  assert.throws(() => new SnapshotBuilder().failed(1, "x"), TypeError);
  assert.throws(() => new SnapshotBuilder().failed("t", {}), TypeError);
});

test("an error says what, where and what to do", async () => {
  const text = '[\n  {"type": }\n]';
  const check = (error) => {
    assert.ok(error instanceof DriftError && error instanceof Error);
    assert.deepEqual([error.code, error.file, error.line], ["DRIFT_PARSE", "live.json", 2]);
    assert.ok(error.column > 0);
    assert.ok(error.message.startsWith(error.text));
    assert.equal(error.name, "DriftError");
    return true;
  };
  assert.throws(() => Snapshot.parse(text, { name: "live.json" }), check);
  await assert.rejects(Snapshot.parseAsync(text, { name: "live.json" }), check);
});

test("a panic is an error without its message", async () => {
  const check = (error) => {
    assert.equal(error.message.startsWith("drift-error:"), true);
    assert.equal(JSON.parse(error.message.slice(12)).code, "DRIFT_INTERNAL");
    assert.match(error.message, /tools\.rs:\d+/);
    assert.doesNotMatch(inspect(error), /secret/);
    return true;
  };
  assert.throws(() => native.panicForTest("a secret of the document"), check);
  for (const entering of [false, true]) {
    await assert.rejects(native.panicForTestAsync("a secret of the document", entering), check);
  }
});

const side = (attributes) => record({ fifo: true, ...attributes });
const sample = (options) =>
  detectSync(side({ delay: 0 }), side({ delay: 30, extra: 1 }), { at: AT, ...options });

test("the parts of a report are its JSON", () => {
  const report = sample();
  const data = JSON.parse(report.toJson());
  const camel = (name) => name.replace(/_(.)/g, (_, c) => c.toUpperCase());
  for (const [name, value] of Object.entries(data)) {
    assert.deepEqual(JSON.parse(JSON.stringify(report[camel(name)])), value, name);
  }
  const [finding] = report.findings;
  const [change] = finding.changes;
  for (const [entry, fields] of [
    [finding, data.findings[0]],
    [change, data.findings[0].changes[0]],
  ]) {
    for (const [name, value] of Object.entries(fields)) {
      assert.deepEqual(JSON.parse(JSON.stringify(entry[camel(name)])), value, name);
    }
  }
  assert.deepEqual(JSON.parse(JSON.stringify(report)), data);
});

test("every field of the schema has a property", () => {
  const schema = JSON.parse(readFileSync(join(ROOT, "docs/report.schema.json"), "utf8"));
  for (const [name, kind] of [
    ["Change", drift.Change],
    ["Finding", drift.Finding],
  ]) {
    for (const field of Object.keys(schema.$defs[name].properties)) {
      const property = field.replace(/_(.)/g, (_, c) => c.toUpperCase());
      assert.ok(property in kind.prototype || property === "changes", `${name}.${property}`);
    }
  }
});

test("exit codes, texts and ignore rules", () => {
  const report = sample();
  assert.deepEqual([report.exitCode(), report.exitCode("terraform")], [1, 2]);
  assert.equal(String(report), report.toText());
  assert.ok(report.toText({ color: true }).includes("\u001b["));
  assert.ok(!report.toText().includes("\u001b["));
  assert.equal(inspect(report), "Report drifted, 1 findings");
  for (const entry of [report.findings[0], report.findings[0].changes[0]]) {
    assert.deepEqual(sample({ rules: entry.ignoreRule() }).findings, []);
  }
  assert.deepEqual(sample({ rules: report.undeclared[0].ignoreRule() }).undeclared, []);
});

test("a report explains itself, one of JSON does not", async () => {
  const report = sample();
  const found = report.explainSync("jobs", "delay");
  assert.deepEqual([found.desired, found.actual, found.reference], [0, 30, null]);
  assert.ok(String(found).includes(found.conclusion));
  assert.equal((await report.explain("jobs", "delay")).toJson(), found.toJson());
  assert.deepEqual(JSON.parse(JSON.stringify(found)), JSON.parse(found.toJson()));
  assert.throws(() => report.explainSync("nobody", "delay"), code("DRIFT_ADDRESS"));
  const again = Report.fromJson(report.toJson());
  assert.equal(again.toJson(), report.toJson());
  assert.throws(() => again.explainSync("jobs", "delay"), code("DRIFT_NO_DOCUMENTS"));
  await assert.rejects(again.explain("jobs", "delay"), code("DRIFT_NO_DOCUMENTS"));
});

test("integers are not rounded", () => {
  const text = (n) =>
    `[{"type": "t", "id": "a", "attributes": {"n": ${n}, "__proto__": {"a": ${n}}}}]`;
  const report = detectSync(text("12345678901234567890123"), text("1e22"), { at: AT });
  const changes = Object.fromEntries(
    report.findings[0].changes.map((one) => [one.path, [one.desired, one.actual]]),
  );
  assert.deepEqual(changes.n, [12345678901234567890123n, 10n ** 22n]);
  assert.equal(report.findings[0].changes.length, 2);
  assert.equal(
    JSON.parse(JSON.stringify(report.findings[0])).changes[0].desired,
    1.2345678901234568e22,
  );
});

test("parts in any order make the whole", async () => {
  const detector = new Detector();
  const all = (n) =>
    [...Array(9).keys()].map((id) => ({ type: "t", id: `${id}`, attributes: { n: n ?? id } }));
  const whole = detector.detectSync(all(), all(0), { at: AT });
  const parts = (await detector.partials(all(), all(0), 4, { at: AT })).reverse();
  const sent = parts.map((part) => Partial.fromJson(part.toJson()));
  assert.equal(finish(sent, AT).toJson(), whole.toJson());
  const one = await detector.partial(all(), all(0), { at: AT });
  assert.equal(finish(one, new Date(AT)).toJson(), whole.toJson());
  assert.equal(detector.partialSync(all(), all(0), { at: AT }).toJson(), one.toJson());
  assert.throws(() => finish([]), /at least one/);
});

const groups = (...cidrs) => [
  {
    type: "aws_security_group",
    id: "web",
    attributes: {
      ingress: [{ protocol: "tcp", from_port: 22, to_port: 22, cidr_blocks: cidrs }],
    },
  },
];

test("a finding says what it is and what to do", () => {
  const live = groups("10.0.0.0/8", "0.0.0.0/0");
  const [finding] = detectSync(groups("10.0.0.0/8"), live, { at: AT }).findings;
  const entry = drift.catalogue().find(({ id }) => id === finding.rule);
  assert.equal(finding.rule, "net.ingress_widened");
  assert.deepEqual([finding.title, finding.runbook], [entry.title, entry.nextStep]);
  assert.deepEqual(
    [finding.severity, finding.confidence, finding.replace],
    ["critical", "high", false],
  );
  const [change] = finding.changes;
  assert.deepEqual([change.rule, change.title], [finding.rule, finding.title]);
  assert.ok(entry.places.some(({ type }) => type === "aws_security_group"));
});

test("priorities are configuration", () => {
  const sides = [groups("10.0.0.0/8"), groups("10.0.0.0/8", "11.0.0.0/8")];
  assert.deepEqual(detectSync(...sides, { at: AT }).findings[0].priority, {
    level: "p1",
    score: 78,
    factors: { impact: 75, exposure: 100, criticality: 50, confidence: 100 },
  });
  const priority = {
    weights: { impact: 0, exposure: 0, confidence: 0 },
    matrix: { high: { critical: "p2" } },
    criticality: [{ type: "aws_*", level: "critical" }],
  };
  const [finding] = detectSync(...sides, { at: AT, priority }).findings;
  assert.deepEqual([finding.priority.level, finding.priority.score], ["p2", 100]);
  assert.throws(
    () => new Detector({ priority: { matrix: { high: { low: "p9" } } } }),
    /no such level/,
  );
});
