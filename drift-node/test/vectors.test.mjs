// Every shared vector, and the same bytes as Rust.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import {
  canonical,
  noiseSuggestions,
  Parity,
  parsePath,
  preview,
  Readiness,
  Report,
  Rules,
  ruleUsage,
  select,
} from "drift-node";
import {
  Case,
  CORPUS,
  camel,
  cases,
  compact,
  DETECTIONS,
  EQUAL,
  fails,
  joined,
  part,
  present,
  ROOT,
  VECTORS,
} from "./cases.mjs";

test("every stage is run", () => {
  const folders = readdirSync(VECTORS, { withFileTypes: true }).filter((one) => one.isDirectory());
  assert.deepEqual(
    folders.map((one) => one.name).sort(),
    [...DETECTIONS, "noise", "parity", "path", "readiness", "value"].sort(),
  );
});

for (const [name, file] of cases("value")) {
  test(name, () => {
    const one = new Case(file);
    const options = {
      syntax: one.value("syntax"),
      schema: one.value("schema"),
      duplicateKeys: one.value("duplicate_keys"),
      limits: camel(one.value("limits")),
    };
    const text = one.value("text");
    const data = text === undefined ? Buffer.from(one.value("hex"), "hex") : joined(text);
    if ("error" in one.expect) return fails(one.expect.error, () => canonical(data, options));
    const found = canonical(data, options);
    if ("canonical" in one.expect) return assert.deepEqual(found, [one.expect.canonical]);
    const values = found.map((text) => JSON.parse(text));
    assert.deepEqual(values, "values" in one.expect ? one.expect.values : [one.expect.value]);
  });
}

for (const [name, file] of cases("path")) {
  test(name, () => {
    const one = new Case(file);
    const [text, { expect }] = [one.value("text"), one];
    const document = "document" in one.input ? compact(one.input.document) : undefined;
    if ("error" in expect) return fails(expect.error, () => select(text, "null"));
    assert.ok("matches" in expect || "canonical" in expect || "steps" in expect);
    if ("matches" in expect) assert.deepEqual(select(text, document), expect.matches);
    if ("canonical" in expect) assert.equal(parsePath(text, document).canonical, expect.canonical);
    if ("steps" in expect) assert.deepEqual(parsePath(text, document).steps, expect.steps);
  });
}

const bare = !present(CORPUS) && "../shared/corpus with its public documents is absent";
for (const [name, file] of DETECTIONS.flatMap(cases)) {
  test(name, { skip: name.startsWith("layers/") && bare }, () => {
    const one = new Case(file);
    if ("error" in one.expect) return fails(one.expect.error, () => one.detect());
    const { report, merged } = one.detect();
    const found = JSON.parse(report.toJson());
    assert.equal(merged.toJson(), report.toJson());
    assert.equal(Report.fromJson(report.toJson()).toJson(), report.toJson());
    for (const [field, expected] of Object.entries(one.expect)) {
      if (field === "report") assert.deepEqual(found, expected);
      else if (field === "baseline") part(expected, one.baseline.toJSON(), field);
      else if (field === "text") assert.deepEqual(lines(report.toText()), expected);
      else if (field === "markdown") assert.deepEqual(lines(report.toMarkdown()), expected);
      else if (field === "page") part(expected, page(report, one.value("query", {})), field);
      else if (field === "view") part(expected, view(report).toJSON(), field);
      else if (field === "diff") assert.deepEqual(lines(view(report).unified), expected);
      else part(expected, found[field], field);
    }
  });
}

const view = (report) => report.diffViewSync(report.findings[0].fingerprint);

function page(report, query) {
  const { items, total, cursor } = report.query(query);
  return { ids: items.map(({ resource }) => resource.id), total, more: cursor !== null };
}

/** The same with names in camel case, as JavaScript has them. */
const camelled = (value) => {
  if (Array.isArray(value)) return value.map(camelled);
  if (typeof value !== "object" || value === null) return value;
  const name = (snake) => snake.replace(/_(.)/g, (_, c) => c.toUpperCase());
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [name(key), camelled(one)]));
};

for (const [name, file] of cases("parity")) {
  test(name, () => {
    const one = new Case(file);
    if ("error" in one.expect) return fails(one.expect.error, () => one.compareMany());
    const parity = one.compareMany();
    const found = JSON.parse(parity.toJson());
    assert.equal(Parity.fromJson(parity.toJson()).toJson(), parity.toJson());
    for (const [field, expected] of Object.entries(one.expect)) {
      if (field === "text") assert.deepEqual(lines(parity.toText()), expected);
      else if (field === "markdown") assert.deepEqual(lines(parity.toMarkdown()), expected);
      else part(expected, found[field], field);
    }
  });
}

for (const [name, file] of cases("readiness")) {
  test(name, () => {
    const one = new Case(file);
    if ("error" in one.expect) return fails(one.expect.error, () => one.doctor());
    const readiness = one.doctor();
    const found = JSON.parse(readiness.toJson());
    found.checks = Object.fromEntries(readiness.checks.map((check) => [check.id, check]));
    assert.equal(Readiness.fromJson(readiness.toJson()).toJson(), readiness.toJson());
    for (const [field, expected] of Object.entries(one.expect)) {
      if (field === "text") assert.deepEqual(lines(readiness.toText()), expected);
      else if (field === "markdown") assert.deepEqual(lines(readiness.toMarkdown()), expected);
      else part(expected, found[field], field);
    }
  });
}

for (const [name, file] of cases("noise")) {
  test(name, () => {
    const one = new Case(file);
    const reports = one.reports().reverse();
    const found = {
      suggestions: () => noiseSuggestions(reports, { atLeast: one.value("at_least", 3) }),
      rule_usage: () => ruleUsage(reports),
      preview: () => preview(one.rules(one.input.preview), reports),
    };
    for (const [field, expected] of Object.entries(one.expect)) {
      part(camelled(expected), found[field](), field);
    }
    for (const suggestion of noiseSuggestions(reports, { atLeast: 2 })) {
      assert.equal(Rules.parse(suggestion.rule).length, 1);
    }
  });
}

const lines = (text) => text.replace(/\n$/, "").split("\n");

const absent = !present(EQUAL) && "target/equal/rust.tsv is absent: `make test` writes it";
test("the bytes are those of Rust", { skip: absent }, (t) => {
  const all = readFileSync(EQUAL, "utf8").trimEnd().split("\n");
  assert.ok(all.length > 200);
  const differ = all
    .map((line) => line.split("\t"))
    .filter(([file, digest]) => new Case(join(ROOT, file)).digest() !== digest)
    .map(([file]) => file);
  t.diagnostic(
    `equal to Rust, byte for byte: ${all.length - differ.length} of ${all.length} cases`,
  );
  assert.deepEqual(differ, []);
});
