// No secret leaves: the shared documents full of canaries, and every way out of JavaScript.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { inspect } from "node:util";
import {
  Detector,
  DriftError,
  finish,
  noiseSuggestions,
  Snapshot,
  SnapshotBuilder,
} from "drift-node";
import { VECTORS } from "./cases.mjs";

/** A policy that tells all that it sees. */
const TELL_ALL = `
package tell
deny contains sprintf("%v %v", [path, value]) if walk(input, [path, value])
deny_encoded contains base64.encode(value) if { walk(input, [_, value]); is_string(value) }
deny_resource contains json.marshal(input.resource)
`;
const SHARED = JSON.parse(readFileSync(join(VECTORS, "canaries.json"), "utf8"));
const AT = "2026-01-01T00:00:00Z";

const held = (text) => SHARED.canaries.filter((canary) => text.includes(canary));

/** Everything that printing, logging and looking into an object gives away. */
function shown(thing) {
  const parts = [String(thing), `${thing}`];
  for (const options of [{}, { depth: 20, showHidden: true, getters: true }]) {
    parts.push(inspect(thing, options), inspect([thing], { ...options, customInspect: false }));
  }
  parts.push(JSON.stringify(thing) ?? "");
  for (let type = thing; type && type !== Object.prototype; type = Object.getPrototypeOf(type)) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(type))) {
      const value = property.get ? property.get.call(thing) : thing[name];
      if (typeof value !== "function") parts.push(inspect(value, { depth: 20 }));
    }
  }
  return parts.join("\n");
}

function* waysOut(report) {
  yield ["report", shown(report)];
  yield ["json", report.toJson() + report.semanticJson()];
  yield ["text", report.toText() + report.toText({ color: true }) + report.toMarkdown()];
  for (const { fingerprint } of report.findings) {
    try {
      const view = report.diffViewSync(fingerprint);
      const sides = [view.desired, view.actual, view.reference];
      yield ["view", `${shown(view)} ${view.toJson()} ${inspect(sides, { depth: 20 })}`];
    } catch (error) {
      // A report that was merged has no documents.
      yield ["view", told(error)];
    }
  }
  const changes = report.findings.flatMap((finding) => finding.changes);
  const others = [report.pending, report.undeclared, report.suppressed, report.unknown].flat();
  for (const entry of [...report.findings, ...changes, ...others]) {
    yield ["entry", `${shown(entry)} ${entry.ignoreRule()}`];
  }
}

function* pointers(value, at = "") {
  yield at;
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    yield* pointers(inner, `${at}/${name.replace(/~/g, "~0").replace(/\//g, "~1")}`);
  }
}

function* explained(document, snapshot, explain) {
  const paths = new Set([...pointers(document.desired), ...pointers(document.actual)]);
  for (const record of [document.desired].flat()) {
    for (const path of pointers(record.attributes)) paths.add(path);
  }
  for (const { address, id } of snapshot.resources) {
    for (const path of paths) {
      if (held(path).length > 0) continue;
      let text;
      try {
        const found = explain(address || id, path);
        text = `${shown(found)} ${found.toJson()}`;
      } catch (error) {
        text = told(error);
      }
      yield [path, text];
    }
  }
}

function told(error) {
  assert.ok(error instanceof DriftError || error instanceof TypeError, String(error));
  return `${inspect(error, { showHidden: true, depth: 20 })} ${error.stack} ${JSON.stringify(error)}`;
}

for (const document of SHARED.documents) {
  test(document.name, async () => {
    assert.notDeepEqual(held(JSON.stringify(document.desired)), []);
    const desired = Snapshot.parse(document.desired);
    const text = JSON.stringify(document.actual);
    const actual = await Snapshot.parseAsync(text, { mapping: document.actual_mapping });
    const reference = document.reference && Snapshot.parse(document.reference);
    const found = [];
    for (const side of [desired, actual]) {
      found.push(["snapshot", shown(side) + JSON.stringify(side.resources)]);
      found.push(["builder", shown(new SnapshotBuilder().addSnapshot(side))]);
    }
    for (const digestKey of [undefined, "a key"]) {
      const detector = new Detector({ rules: document.rules, digestKey, policies: TELL_ALL });
      found.push(["detector", shown(detector)]);
      for (const detail of ["summary", "full"]) {
        const options = { reference, at: AT, detail };
        const report = detector.detectSync(desired, actual, options);
        found.push(...waysOut(report));
        const explain = (address, path) => report.explainSync(address, path);
        found.push(...explained(document, desired, explain));
        const part = await detector.partial(desired, actual, options);
        found.push(["partial", `${shown(part)} ${part.toJson()}`], ...waysOut(finish(part, AT)));
      }
      for (const live of [actual, desired]) {
        const baseline = detector.baselineSync(live, { desired, at: AT });
        found.push(["baseline", `${shown(baseline)} ${baseline.toJson()}`]);
        const report = detector.detectSync(desired, actual, { reference: baseline, at: AT });
        found.push(...waysOut(report));
        const explain = (address, path) => report.explainSync(address, path);
        found.push(...explained(document, desired, explain));
        const noise = noiseSuggestions([report, report], { atLeast: 2 });
        found.push(["noise", JSON.stringify(noise)]);
        if (digestKey) {
          const who = { by: "ada", reason: "known" };
          const promoted = baseline.promote(report, report.findings, who);
          found.push(["promoted", promoted.toJson()]);
        }
      }
    }
    for (const [way, text] of found) assert.deepEqual(held(text), [], `${way}: ${text}`);
    // The search itself finds what is there.
    assert.notDeepEqual(held(shown(document.desired)), []);
  });
}

for (const refused of SHARED.refused) {
  test(`refused: ${refused.name}`, async () => {
    const silent = (error) => {
      assert.deepEqual(held(told(error)), []);
      return true;
    };
    assert.throws(() => Snapshot.parse(refused.text), silent);
    await assert.rejects(Snapshot.parseAsync(Buffer.from(refused.text)), silent);
  });
}

test("objects that are refused", () => {
  for (const value of [Number.NaN, new Map([["kanary7", 1]]), Symbol("kanary7"), "kanary7\ud800"]) {
    const attributes = { password: ["kanary7", value] };
    assert.throws(
      () => Snapshot.parse([{ type: "t", id: "a", attributes }]),
      (error) => held(told(error)).length === 0,
    );
  }
});
