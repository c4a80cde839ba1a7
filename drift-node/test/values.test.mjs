// Values of the language on their way into a document and out of a report.
import assert from "node:assert/strict";
import test from "node:test";
import { runInNewContext } from "node:vm";
import {
  Detector,
  detectSync,
  Events,
  Policies,
  parsePath,
  Report,
  Rules,
  Snapshot,
  SnapshotBuilder,
  select,
} from "drift-node";

const AT = "2026-01-01T00:00:00Z";
const record = (attributes) => [{ type: "t", id: "a", attributes }];
const same = (text, value) =>
  detectSync(`[{"type": "t", "id": "a", "attributes": {"v": ${text}}}]`, record({ v: value }), {
    at: AT,
  }).inSync;

test("what holds more than its fields say is refused where it stands", () => {
  const named = Object.assign([1], { total: 1 });
  for (const [value, what] of [
    [Snapshot.parse("[]", { format: "records" }), /^a Snapshot cannot/],
    [new SnapshotBuilder(), /^a SnapshotBuilder cannot/],
    [new Detector({ packs: [] }), /^a Detector cannot/],
    [Rules.parse("[]"), /^a Rules cannot/],
    [Policies.parse([]), /^a Policies cannot/],
    [named, /^a list that has fields/],
    [{ [Symbol("name")]: 1 }, /^a field whose name is a symbol/],
    [Object.assign([], { [Symbol("name")]: 1 }), /^a field whose name is a symbol/],
    [runInNewContext("new Date(NaN)"), /^an invalid date/],
    [runInNewContext("new Map([[1, 2]])"), /^a Map/],
    [runInNewContext("new ArrayBuffer(2)"), /^an ArrayBuffer/],
  ]) {
    assert.throws(
      () => Snapshot.parse(record({ v: [value] })),
      (error) => {
        assert.deepEqual([error.code, error.path], ["DRIFT_PARSE", "/0/attributes/v/0"]);
        assert.match(error.message, what);
        return true;
      },
    );
  }
  assert.throws(() => Snapshot.parse(Snapshot.parse(record({}))), /a Snapshot cannot stand/);
  const hidden = Object.defineProperty({ a: 1 }, Symbol("name"), { value: 1 });
  assert.ok(same('{"a": 1}', hidden));
});

test("values of another realm are those of this one", () => {
  assert.ok(same('"2026-01-01T00:00:00Z"', runInNewContext(`new Date("${AT}")`)));
  assert.ok(same('"AQI="', runInNewContext("new Uint8Array([1, 2])")));
  assert.ok(same('"text"', runInNewContext('new String("text")')));
  assert.ok(same('{"a": [1, 2]}', runInNewContext("({ a: [1, 2] })")));
  const text = JSON.stringify(record({}));
  for (const kind of ["ArrayBuffer", "SharedArrayBuffer"]) {
    const memory = runInNewContext(`new ${kind}(${text.length})`);
    new Uint8Array(memory).set(Buffer.from(text));
    assert.equal(Snapshot.parse(memory).length, 1);
    const bytes = runInNewContext("(memory) => new Uint8Array(memory)")(memory);
    assert.equal(Snapshot.parseMany([["a.json", bytes]]).length, 1);
  }
  const at = runInNewContext(`new Date("${AT}")`);
  assert.equal(detectSync(text, text, { at }).detectedAt, new Date(AT).toISOString());
});

test("a date that says something else of itself is asked", () => {
  class Day extends Date {
    toJSON() {
      return "a day";
    }
  }
  class Short extends Date {
    toISOString() {
      return super.toISOString().slice(0, 10);
    }
  }
  assert.ok(same('"a day"', new Day(AT)));
  assert.ok(same('"a day"', new Day("never")));
  assert.ok(same('"2026-01-01"', new Short(AT)));
});

/** What a number of a document is on a change. */
function read(token) {
  const text = (v) => `[{"type": "t", "id": "a", "attributes": {"v": ${v}}}]`;
  const report = detectSync(text(token), text(7), { at: AT });
  const [change] = report.findings[0].changes;
  assert.deepEqual(report.toObject().findings[0].changes[0].desired, change.desired);
  return change.desired;
}

test("a number is exact, or a bigint, or its text", () => {
  for (const [token, value] of [
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
    ["-9007199254740991", Number.MIN_SAFE_INTEGER],
    ["9007199254740992", 9007199254740992n],
    ["-9007199254740993.0", -9007199254740993n],
    ["18014398509481984", 18014398509481984n],
    ["100000000000000000000000", 10n ** 23n],
    ["1e23", 10n ** 23n],
    ["1.5e400", 15n * 10n ** 399n],
    ["1e1999", 10n ** 1999n],
    ["1e2000", "1e+2000"],
    ["-1e5000", "-1e+5000"],
    ["1E5", 100_000],
    ["1.50e1", 15],
    ["0.1234567890123456789", 0.12345678901234568],
    ["1e-400", 0],
    [`${"1".repeat(310)}.5`, `${"1.".padEnd(311, "1")}5e+309`],
  ]) {
    assert.equal(read(token), value, token);
  }
});

test("no text of a report is taken for a large number", () => {
  const texts = ["sha256:770e971ccc", "a,1e400,b", ":12345678901234567890,", "1e400"];
  const [change] = detectSync(record({ v: 0 }), record({ v: texts }), { at: AT }).findings[0]
    .changes;
  assert.deepEqual(change.actual, texts);
});

test("digests do not slow a report down", () => {
  const all = (size) =>
    JSON.stringify(
      Array.from({ length: 4000 }, (_, n) => ({
        type: "t",
        id: `q${n}`,
        attributes: { image: "sha256:770e971ccc90123456789012345678", size },
      })),
    );
  const report = Report.fromJson(detectSync(all(1), all(2), { at: AT }).toJson());
  const text = report.toJson();
  const best = (call) =>
    Math.min(
      ...Array.from({ length: 5 }, () => {
        const from = performance.now();
        call();
        return performance.now() - from;
      }),
    );
  const [plain, ours] = [best(() => JSON.parse(text)), best(() => report.toObject())];
  const written = best(() => report.toJson());
  assert.ok(ours - written < 3 * plain, `${ours} - ${written} ms, ${plain} ms plain`);
});

test("what holds a document, or will, is refused with what to pass instead", async () => {
  for (const [given, kind, help] of [
    [Promise.resolve([]), "a Promise", /^await it first$/],
    [new Response("[]"), "a Response", /`response.body`/],
    [new Request("http://a/", { method: "POST", body: "[]" }), "a Request", /`request.body`/],
    [new Blob(["[]"]), "a Blob", /`blob.stream\(\)`/],
    [new File(["[]"], "a.json"), "a File", /`file.stream\(\)`/],
    [new SnapshotBuilder(), "a SnapshotBuilder", /`builder.build\(\)`/],
  ]) {
    const text = `${kind} cannot stand in a document, at the root`;
    assert.throws(() => Snapshot.parse(given), { code: "DRIFT_PARSE", text, help });
    await assert.rejects(Snapshot.parseAsync(given), { code: "DRIFT_PARSE", text, help });
  }
  const iterators = [
    [[].values(), "an Array Iterator"],
    [(function* () {})(), "a Generator"],
    [new Error("x"), "an Error"],
  ];
  for (const [given, kind] of iterators)
    assert.throws(() => Snapshot.parse(given), {
      text: `${kind} cannot stand in a document, at the root`,
    });
});

test("answers of the engine are no documents", async () => {
  const detector = new Detector();
  const report = detectSync(record({ a: 1 }), record({ a: 2 }));
  for (const [given, message] of [
    [report, /^a Report is no document: pass what was compared, or its `toObject\(\)`$/],
    [
      detector.baselineSync(record({})),
      /^a Baseline is no document: it is what `reference` takes$/,
    ],
    [Events.parse("[]"), /^an Events is no document: it is what `events` takes$/],
    [detector.partialSync(record({}), record({})), /^a Partial is no document$/],
  ]) {
    assert.throws(() => Snapshot.parse(given), { name: "TypeError", message });
    assert.throws(() => detectSync(record({}), given), { name: "TypeError", message });
    assert.throws(() => Events.parse(given), { name: "TypeError", message });
    await assert.rejects(detector.detect(given, record({})), { name: "TypeError", message });
  }
  assert.equal(Snapshot.parse([{ type: "t", id: "a", attributes: { native: 1 } }]).length, 1);
  const own = Object.assign(JSON.parse('{"apiVersion": "v1", "kind": "List"}'), { native: 1 });
  assert.doesNotThrow(() => Snapshot.parse({ ...own, items: [] }));
});

test("an instance whose class has getters instead of fields is no empty object", () => {
  class Hidden {
    #size = 1;
    get size() {
      return this.#size;
    }
  }
  class Below extends Hidden {}
  class Written extends Hidden {
    toJSON() {
      return { size: this.size };
    }
  }
  class Named extends Hidden {
    name = "a";
  }
  class Empty {}
  for (const given of [new Hidden(), new Below()]) {
    const text = `a ${given.constructor.name} cannot stand in a document, at \`/0/attributes/at\``;
    assert.throws(() => Snapshot.parse(record({ at: given })), { code: "DRIFT_PARSE", text });
  }
  const at = (given) =>
    detectSync(record({ at: given }), record({ at: 0 })).findings[0].changes[0].desired;
  assert.deepEqual(at(new Written()), { size: 1 });
  assert.deepEqual(at(new Named()), { name: "a" });
  assert.deepEqual(at(new Empty()), {});
});

test("a list of documents is told from a document that is a list", async () => {
  const help = /^a list is one document: add several to a `SnapshotBuilder`/;
  for (const given of [["[]"], [Buffer.from("[]")], [new URL("file:///a.json")]]) {
    assert.throws(() => Snapshot.parse(given), { code: "DRIFT_FORMAT", help });
    await assert.rejects(Snapshot.parseAsync(given), { code: "DRIFT_FORMAT", help });
  }
});

test("bytes are a text where a path is looked up", () => {
  const bytes = new TextEncoder().encode('{"a": [1]}');
  for (const document of [bytes, Buffer.from(bytes), bytes.buffer, '{"a": [1]}', { a: [1] }]) {
    assert.deepEqual(select("a[*]", document), ["/a/0"]);
    assert.equal(parsePath("/a/0", document).canonical, "a[0]");
  }
  assert.throws(() => select("a", Buffer.from([0xff])), TypeError);
});
