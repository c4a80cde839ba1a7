// Typed objects have names in camel case, those of the user and of the report's words as they are.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { detectSync, ruleUsage } from "drift-node";
import { Case, cases, ROOT } from "./cases.mjs";

const schema = (name) => JSON.parse(readFileSync(join(ROOT, "docs", `${name}.schema.json`)));
const camel = (name) => name.replace(/_(.)/g, (_, it) => it.toUpperCase());
/** What counts by the words of the report has them as its fields. */
const COUNTS = ["ResourceCounts", "ParityResources"];

/** What a part of the JSON is named as, by its schema; what the schema does not name stays as it is. */
function named(value, about, { $defs }) {
  const refs = [about, ...(about?.anyOf ?? [])].flatMap((one) => one?.$ref ?? []);
  const [name] = refs.map((ref) => ref.split("/").at(-1));
  const shape = name ? $defs[name] : (about ?? {});
  if (Array.isArray(value)) return value.map((item) => named(item, shape.items, { $defs }));
  if (typeof value !== "object" || value === null || COUNTS.includes(name)) return value;
  const fields = Object.entries(value).map(([field, held]) => {
    const known = shape.properties?.[field];
    const under = known ?? shape.additionalProperties;
    return [known ? camel(field) : field, named(held, under, { $defs })];
  });
  return Object.fromEntries(fields);
}

const REPORT = schema("report");
const LISTS = ["findings", "pending", "undeclared", "suppressed", "unknown"];

const STAGES = "attribution baseline classify coverage owners policy report tags".split(" ");
for (const stage of STAGES) {
  test(`parts of reports have their names in camel case: ${stage}`, () => {
    for (const [, file] of cases(stage)) {
      const one = new Case(file);
      if ("error" in one.expect) continue;
      const { report } = one.detect();
      const json = report.toObject();
      for (const [field, about] of Object.entries(REPORT.properties)) {
        if (LISTS.includes(field) || !(field in json)) continue;
        const found = report[camel(field)];
        assert.deepEqual(found, named(json[field], about, REPORT), `${file} ${field}`);
      }
      const entries = LISTS.flatMap((list) => report[list].map((it, n) => [it, json[list][n]]));
      const inner = entries.flatMap(([it, told]) =>
        (it.changes ?? []).map((change, n) => [change, told.changes[n]]),
      );
      for (const [entry, told] of [...entries, ...inner]) {
        const wanted = named(
          told.attribution ?? null,
          REPORT.$defs.Change.properties.attribution,
          REPORT,
        );
        assert.deepEqual(entry.attribution, wanted, file);
        assert.equal(entry.attribution, entry.attribution);
      }
    }
  });
}

test("members of a fleet have their names in camel case", () => {
  const about = schema("parity");
  for (const [, file] of cases("parity")) {
    const one = new Case(file);
    if ("error" in one.expect) continue;
    const parity = one.compareMany();
    const json = parity.toObject();
    for (const field of Object.keys(about.properties)) {
      if (field === "schema_version") continue;
      const wanted = named(json[field], about.properties[field], about);
      assert.deepEqual(parity[camel(field)], wanted, `${file} ${field}`);
    }
  }
});

test("names of the user stay, those of the JSON can be asked for, and JSON keeps its own", () => {
  const side = (value) => [
    {
      type: "a_b",
      id: "1",
      attributes: { found_as: { not_before: value } },
      tags: { by_key: "x" },
    },
  ];
  const scoped = (value) => side(value).map((one) => ({ ...one, scope: { first_at: "y_z" } }));
  const tags = [{ key: "not_evaluated" }, { key: "__proto__" }];
  const report = detectSync(scoped({ last_at: 1 }), scoped(2), { tags });
  const { tags: summary } = report.summary;
  assert.deepEqual(summary.byKey, JSON.parse('{"not_evaluated": 1, "__proto__": 1}'));
  assert.equal(summary.not_evaluated, summary.notEvaluated);
  assert.ok(!Object.keys(summary).includes("not_evaluated"));
  const [violation] = report.tagViolations;
  assert.deepEqual(violation.resource.scope, { first_at: "y_z" });
  assert.equal(violation.foundAs, null);
  assert.ok("found_as" in report.toObject().tag_violations[0]);
  const [change] = report.findings[0].changes;
  assert.deepEqual(change.desired, { last_at: 1 });
  assert.equal(report.summary.resources.in_sync, 0);
  assert.ok("by_type" in report.toObject().summary.coverage);
  assert.ok("byType" in report.summary.coverage);
  assert.deepEqual(JSON.parse(JSON.stringify(report.summary)), report.toObject().summary);
});

test("facts of an explanation have their names in camel case", () => {
  const rules = `version: 1
rules:
  - { id: one, match: { type: t }, paths: [a], ignore: true }
  - { id: two, match: { type: t }, paths: [a], ignore: false }
`;
  const side = (a) => [{ type: "t", id: "1", attributes: { a } }];
  const { facts } = detectSync(side(1), side(2), { rules }).explainSync("1", "a");
  assert.deepEqual([...new Set(facts.flatMap((fact) => Object.keys(fact)))].sort(), [
    ..."fact inherited layer outrankedBy reason rule source wins".split(" "),
  ]);
});

test("what several reports tell has these names alone", () => {
  const side = (a) => [{ type: "t", id: "1", attributes: { a } }];
  const rules = [{ id: "one", match: { type: "t" }, paths: ["a"], ignore: true }];
  const [usage] = ruleUsage(detectSync(side(1), side(2), { rules }));
  assert.ok(usage.usedIn === 1 && usage.used_in === undefined);
  assert.deepEqual(JSON.parse(JSON.stringify(usage)), usage);
});
