// Findings page by page, and both sides of one as texts.
import assert from "node:assert/strict";
import test from "node:test";
import { inspect } from "node:util";
import {
  compareManySync,
  Detector,
  DiffView,
  DriftError,
  detectSync,
  doctorSync,
  Report,
  Snapshot,
} from "drift-node";

const AT = "2026-01-01T00:00:00Z";
const code = (wanted, path) => (error) =>
  error instanceof DriftError &&
  error.code === wanted &&
  (path === undefined || error.path === path);

/** Queues that all have another delay than declared. */
const queues = (count, delay, extra = {}) =>
  Array.from({ length: count }, (_, n) => ({
    type: n % 2 ? "aws_sqs_queue" : "aws_sns_topic",
    id: `q${n}`,
    attributes: { delay, ...extra },
  }));

const RULES = [
  { id: "bad", match: { id: "q1*" }, paths: ["/delay"], severity: "critical", owner: "ada" },
];
const reportOf = (count) =>
  detectSync(queues(count, 0), queues(count, 30), { at: AT, rules: RULES });

test("a report gives its findings page by page", () => {
  const report = reportOf(25);
  const first = report.query({ limit: 10 });
  assert.deepEqual([first.items.length, first.total], [10, 25]);
  assert.equal(first.items[0], report.findings[0]);
  const second = report.query({ limit: 10, cursor: first.cursor });
  const third = report.query({ limit: 10, cursor: second.cursor });
  assert.equal(third.cursor, null);
  assert.deepEqual([...first.items, ...second.items, ...third.items], report.findings);
  const pages = [...report.pages({ limit: 4, type: "aws_sqs_*" })];
  assert.deepEqual(
    pages.map((page) => page.items.length),
    [4, 4, 4],
  );
  assert.equal(pages.at(-1).cursor, null);
  // A report that was read from JSON is the same report.
  assert.equal(Report.fromJson(report.toJson()).query({ limit: 10 }).cursor, first.cursor);
  assert.deepEqual(
    [...report.pages({ status: "missing" })],
    [{ items: [], total: 0, cursor: null }],
  );
});

test("a query narrows, and refuses what it cannot mean", () => {
  const report = reportOf(25);
  const total = (query) => report.query(query).total;
  assert.equal(total({}), 25);
  assert.equal(total({ severity: ">=high" }), 11);
  assert.equal(total({ severity: "<critical" }), 14);
  assert.equal(total({ owner: "ada", type: ["aws_sqs_queue"] }), 6);
  assert.equal(total({ owner: ["", "ada"], status: ["drifted", "missing"] }), 25);
  assert.ok(total({ layer: report.findings[0].resource.layer }) > 0);
  assert.equal(total({ path: "del*" }), 25);
  for (const [query, path] of [
    [{ severity: ">=bad" }, "/severity"],
    [{ status: "in_sync" }, "/status"],
    [{ limit: 0 }, "/limit"],
    [{ limit: 2.5 }, "/limit"],
    [{ owner: 7 }, "/owner"],
    [{ sevrity: "high" }, "/sevrity"],
  ]) {
    assert.throws(() => report.query(query), code("DRIFT_OPTION", path));
  }
  const { cursor } = report.query({ limit: 1 });
  assert.throws(() => report.query({ limit: 1, cursor, owner: "ada" }), code("DRIFT_OPTION"));
  assert.throws(() => reportOf(24).query({ limit: 1, cursor }), code("DRIFT_OPTION"));
  assert.throws(() => report.query({ cursor: "x" }), code("DRIFT_OPTION"));
});

test("a view shows both sides of a finding", async () => {
  const desired = queues(1, 0, { tags: ["b", "a"], password: "kanary-1", "<b>": "<script>" });
  const actual = queues(1, 30, {
    password: "kanary-2",
    tags: ["a", "b"],
    "<b>": "<script>",
    x: 1,
  });
  const rules = [{ id: "s", match: { type: "*" }, paths: ["/tags"], list: "set" }];
  const detector = new Detector({ rules });
  const report = await detector.detect(desired, actual, { at: AT });
  const [finding] = report.findings;
  const view = await report.diffView(finding.fingerprint);
  assert.ok(view instanceof DiffView);
  assert.equal(view.toJson(), report.diffViewSync(finding.fingerprint).toJson());
  assert.equal(view.toJson().includes("kanary"), false);
  assert.deepEqual(view.leftOut, { undeclared: 1 });
  assert.equal(view.desired.lines.get("/delay"), 3);
  const shown = JSON.parse(view.actual.text);
  assert.deepEqual(
    [shown.delay, shown.tags, shown.password],
    [30, ["a", "b"], "[redacted: actual]"],
  );
  assert.deepEqual(
    view.hunks.map((hunk) => [hunk.path, hunk.desired, hunk.actual]),
    [
      ["delay", { line: 3, lines: 1 }, { line: 3, lines: 1 }],
      ["password", { line: 4, lines: 1 }, { line: 4, lines: 1 }],
    ],
  );
  const lines = String(view).split("\n");
  assert.deepEqual(lines.slice(0, 5), [
    "--- desired",
    "+++ actual",
    "@@ -1,7 +1,7 @@",
    " {",
    '   "<b>": "<script>",',
  ]);
  // A change names the resource as well; its fingerprint is not a value.
  const ofChange = report.diffViewSync(finding.changes[0].fingerprint, { context: 0 });
  assert.equal(ofChange.desired.text, view.desired.text);
  assert.ok(ofChange.unified.length < view.unified.length);
});

test("a view that cannot be given is a clear error, both ways", async () => {
  const report = reportOf(1);
  const [{ fingerprint }] = report.findings;
  const again = Report.fromJson(report.toJson());
  for (const [asked, of, options, wanted] of [
    [again, fingerprint, {}, "DRIFT_NO_DOCUMENTS"],
    [report, "nothing", {}, "DRIFT_ADDRESS"],
    [report, fingerprint, { maxBytes: 3 }, "DRIFT_LIMIT"],
    [report, fingerprint, { maxBytes: -1 }, "DRIFT_OPTION"],
    [report, fingerprint, { lines: 3 }, "DRIFT_OPTION"],
  ]) {
    assert.throws(() => asked.diffViewSync(of, options), code(wanted));
    await assert.rejects(asked.diffView(of, options), code(wanted));
  }
  await assert.rejects(
    report.diffView(fingerprint, { signal: AbortSignal.abort(new Error("no")) }),
    /no/,
  );
  assert.throws(() => report.diffViewSync(7), /`fingerprint`/);
});

test("the names of hostile documents are plain keys", () => {
  const side = (n) =>
    `[{"type": "t", "id": "__proto__", "attributes": {"__proto__": {"n": ${n}}, "constructor": ${n}}}]`;
  const report = detectSync(side(1), side(2), { at: AT });
  const view = report.diffViewSync(report.findings[0].fingerprint);
  assert.equal(view.actual.lines.get("/__proto__/n"), 3);
  assert.equal({}.n, undefined);
  assert.equal(report.query({}).items[0].resource.id, "__proto__");
});

test("a report is written off the event loop too, the same bytes", async () => {
  const report = reportOf(12);
  const bytes = await report.toBuffer();
  assert.ok(Buffer.isBuffer(bytes));
  assert.equal(bytes.toString(), report.toJson());
  await assert.rejects(report.toBuffer({ signal: AbortSignal.abort() }), { name: "AbortError" });
});

test("a finding is one object, whoever asks for it first", () => {
  const report = reportOf(12);
  const [last] = [...report.pages({ limit: 1 })].at(-1).items;
  assert.equal(report.findings.at(-1), last);
  assert.equal(report.query({ limit: 100 }).items.at(-1), last);
  const again = Report.fromJson(report.toJson());
  assert.deepEqual(JSON.stringify(again.query().items), JSON.stringify(report.findings));
  assert.deepEqual(
    again.findings.map((one) => one.ignoreRule()),
    report.findings.map((one) => one.ignoreRule()),
  );
});

test("nothing of the native half is seen or printed", () => {
  const side = [{ type: "t", id: "a", attributes: { n: 1 } }];
  const snapshot = Snapshot.parse(side);
  const report = detectSync(side, snapshot, { at: AT, detail: "full" });
  for (const thing of [
    snapshot,
    report,
    doctorSync(side, side),
    compareManySync({ a: side, b: side }),
  ]) {
    assert.deepEqual(Object.keys(thing), []);
    assert.doesNotMatch(inspect(thing), /Native/);
  }
  assert.equal(inspect(compareManySync({ a: side, b: side })), "Parity alike, 2 snapshots");
  assert.match(inspect(doctorSync(side, side)), /^Readiness \w+, \d+ checks$/);
});

/** A unified diff applied to the text that it is from. */
function patched(text, unified) {
  const lines = text.split("\n");
  const found = [];
  let at = 0;
  for (const line of unified.split("\n").slice(2, -1)) {
    const [, start, count] = /^@@ -(\d+)(?:,(\d+))? \+/.exec(line) ?? [];
    if (start) {
      const from = Number(start) - (count === "0" ? 0 : 1);
      while (at < from) found.push(lines[at++]);
      continue;
    }
    const [sign, rest] = [line[0], line.slice(1)];
    if (sign === "+") found.push(rest);
    else assert.equal(lines[at++], rest);
    if (sign === " ") found.push(rest);
  }
  return [...found, ...lines.slice(at)].join("\n");
}

test("the diff of a view turns one side's text into the other's, and the hunks say where", () => {
  const side = (n) => [
    {
      type: "t",
      id: "a",
      attributes: {
        list: [1, 2, n, 4, 5, 6, 7],
        map: { x: n, y: { z: [n] } },
        long: Array.from({ length: 40 }, (_, i) => (i === 25 ? n : i)),
        text: `one\ntwo ${n}`,
        ...(n === 1 ? { gone: { a: [1, 2] } } : {}),
      },
    },
  ];
  const rules = [{ id: "closed", match: { type: "t" }, paths: [""], closed: true }];
  for (const [one, other] of [
    [side(1), side(2)],
    [side(2), side(1)],
  ]) {
    const report = detectSync(one, other, { at: AT, rules });
    for (const context of [0, 1, 3, 100]) {
      const view = report.diffViewSync(report.findings[0].fingerprint, { context });
      assert.equal(patched(view.desired.text, view.unified), view.actual.text);
      // Outside of the hunks both texts have the same lines.
      const rest = (text, name) => {
        const lines = text.split("\n");
        for (const { [name]: span } of view.hunks) {
          if (span) lines.fill(null, span.line - 1, span.line - 1 + span.lines);
        }
        return lines.filter((line) => line !== null);
      };
      assert.deepEqual(rest(view.desired.text, "desired"), rest(view.actual.text, "actual"));
      assert.ok(view.hunks.length >= 5);
    }
  }
});

test("an object of a report holds `__proto__` and `constructor` as fields of its own", () => {
  const side = (text) => `[{"type": "t", "id": "a", "attributes": {"m": ${text}}}]`;
  // With a long number as well, which is read another way.
  for (const more of ["1", "12345678901234567890"]) {
    const text = `{"__proto__": {"polluted": 1}, "constructor": {"prototype": 2}, "n": ${more}}`;
    const report = detectSync(side("1"), side(text), { at: AT });
    const object = report.toObject();
    const [{ changes }] = object.findings;
    const typed = report.findings[0].changes[0].actual;
    for (const value of [changes[0].actual, typed]) {
      assert.deepEqual(Object.keys(value).sort(), ["__proto__", "constructor", "n"]);
      assert.equal(Object.getPrototypeOf(value), Object.prototype);
      assert.deepEqual(Object.getOwnPropertyDescriptor(value, "__proto__").value, { polluted: 1 });
      assert.deepEqual(value.constructor, { prototype: 2 });
      assert.equal(BigInt(value.n), BigInt(more));
    }
    assert.equal({}.polluted, undefined);
  }
});
