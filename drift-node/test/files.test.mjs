// Files of rules, policies, tags, owners and mappings: what cannot be read as it stands is told with its name.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Detector, Events, OwnerMap, Policies, Rules, Snapshot } from "drift-node";

const folder = mkdtempSync(join(tmpdir(), "drift-"));
process.on("exit", () => rmSync(folder, { recursive: true }));

/** A file with this content, or a folder, and its URL. */
function made(name, content) {
  const path = join(folder, name);
  if (content === undefined) mkdirSync(path, { recursive: true });
  else writeFileSync(path, content);
  return pathToFileURL(path);
}

const MODULE = 'package p\ndeny contains "x" if input.a == 1\n';
const HELP = "a string is content; a file is passed as a URL: pathToFileURL(…)";

test("a folder of policies without modules forbids nothing, and says so", () => {
  const help =
    "modules are files named `*.rego`; a policy file of YAML or JSON is passed by itself";
  const empty = made("empty");
  const place = fileURLToPath(empty);
  const error = { code: "DRIFT_POLICY", text: `there is no \`.rego\` file in \`${place}\``, help };
  assert.throws(() => Policies.parse(empty), error);
  assert.throws(() => Policies.parse(new URL(`${empty}/`)), error);
  assert.throws(() => new Detector({ policies: [MODULE, empty] }), error);
  made("empty/policies.yaml", "version: 1\npolicies: []\n");
  assert.throws(() => Policies.parse(empty), error);
  made("empty/a_test.rego", "package a_test\n");
  assert.throws(() => Policies.parse(empty), { ...error, text: `${error.text} but for tests` });
  made("empty/deep");
  made("empty/deep/a.rego", MODULE);
  assert.deepEqual(Policies.parse(empty).ids, ["p"]);
});

test("what is wrong with a policy file is told with its name", () => {
  const file = made("wrong.yaml", "version: 1\npolicies: 5\n");
  assert.throws(() => Policies.parse(file), { code: "DRIFT_POLICY", file: fileURLToPath(file) });
  made("odd #%41.rego", MODULE);
  const beside = made("odd.yaml", 'version: 1\npolicies: [{id: a, file: "odd #%41.rego"}]\n');
  assert.deepEqual(Policies.parse(beside).ids, ["a"]);
});

test("bytes that are no UTF-8 are an error in every file", async () => {
  const latin = Buffer.from('[\n "größe"]', "latin1");
  const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("[]", "utf16le")]);
  const [bad, utf16] = [made("latin.yaml", latin), made("wide.yaml", wide)];
  const rego = made("latin.rego", Buffer.from("package p # größe", "latin1"));
  const owners = (file) => new OwnerMap().codeowners(file);
  const readers = {
    rules: (file) => Rules.parse(file),
    policies: (file) => Policies.parse(file),
    cases: (file) => Policies.parse([]).test(file),
    tags: (file) => new Detector({ tags: file }),
    owners,
    csv: (file) => new OwnerMap().csv(file),
    backstage: (file) => new OwnerMap().backstage(file),
    mapping: (mapping) => Snapshot.parse("[]", { mapping }),
    stackResources: (stackResources) => Snapshot.parse("[]", { stackResources }),
  };
  for (const read of Object.values(readers)) {
    const place = { code: "DRIFT_PARSE", file: fileURLToPath(bad), line: 2, column: 5 };
    assert.throws(() => read(bad), place);
    const help = "it starts as UTF-16 does: save it as UTF-8";
    assert.throws(() => read(utf16), { code: "DRIFT_PARSE", file: fileURLToPath(utf16), help });
  }
  await assert.rejects(Snapshot.parseAsync("[]", { mapping: bad }), { code: "DRIFT_PARSE" });
  assert.throws(() => Policies.parse(rego), { code: "DRIFT_PARSE", line: 1, column: 15 });
  made("modules");
  made("modules/a.rego", Buffer.from("package p # größe", "latin1"));
  assert.throws(() => Policies.parse(pathToFileURL(join(folder, "modules"))), {
    code: "DRIFT_PARSE",
    file: join(folder, "modules", "a.rego"),
  });
});

test("the name of a file passed as a text is told as such", async () => {
  const name = fileURLToPath(made("named.yaml", "a: 1\n"));
  for (const read of [
    () => Rules.parse(name),
    () => new Detector({ rules: [name] }),
    () => Policies.parse(name),
    () => Policies.parse([]).test(name),
    () => Events.parse(name),
    () => Snapshot.parse(name),
    () => Snapshot.parse(name, { format: "kubernetes" }),
  ]) {
    assert.throws(read, { name: "DriftError", help: HELP });
  }
  await assert.rejects(Events.parseAsync(name), { name: "DriftError", help: HELP });
  const error = { code: "DRIFT_OPTION", text: `\`${name}\` is the name of a file`, help: HELP };
  for (const read of [
    () => new Detector({ tags: name }),
    () => new OwnerMap().codeowners(name),
    () => new OwnerMap().csv(name),
    () => new OwnerMap().backstage(name),
    () => new Detector({ owners: [{ codeowners: name }] }),
    () => new Detector({ owners: { sources: [{ csv: name }] } }),
  ]) {
    assert.throws(read, error);
  }
});

test("a folder where a file is asked for is named", async () => {
  const place = made("place");
  const error = { code: "EISDIR", path: fileURLToPath(place), message: /place'$/ };
  assert.throws(() => Rules.parse(place), error);
  assert.throws(() => Snapshot.parse("[]", { mapping: place }), error);
  await assert.rejects(Snapshot.parseAsync("[]", { mapping: place }), error);
});

test("bytes are no text of rules, policies, cases, tags, owners or mappings", async () => {
  const [bytes, message] = [Buffer.from("[]"), /^expected .*, not a Uint8Array$/];
  for (const read of [
    () => Rules.parse(bytes),
    () => Policies.parse(bytes),
    () => Policies.parse([]).test(bytes),
    () => new Detector({ tags: bytes }),
    () => new OwnerMap().codeowners(bytes),
    () => new OwnerMap().backstage(bytes),
    () => Snapshot.parse("[]", { mapping: bytes }),
    () => Snapshot.parse("[]", { stackResources: bytes }),
  ]) {
    assert.throws(read, { name: "TypeError", message });
  }
  await assert.rejects(Snapshot.parseAsync("[]", { mapping: bytes }), { message });
  const [rules, policies] = [() => new Detector({ rules: 5 }), () => new Detector({ policies: 5 })];
  for (const read of [rules, policies])
    assert.throws(read, { message: /, or a list of these, not number$/ });
});

test("what a source of owners would not read is refused", () => {
  const url = made("CODEOWNERS", "* @a\n");
  const data = () => new Detector({ owners: [{ codeowners: url }] });
  assert.throws(data, { message: "expected codeowners as text, not a URL" });
  const owners = new OwnerMap();
  for (const options of [{ foldr: "x" }, "x"]) assert.throws(() => owners.codeowners("", options));
  const match = new Map([["name", "app"]]);
  assert.throws(() => owners.backstage([], { match }), {
    message: "expected `match` as an object of strings, not a Map",
  });
  assert.throws(() => new OwnerMap({ sources: [] }), {
    message: "expected `sources` as sources of owners, not object",
  });
  const read = owners.codeowners(url).toJSON();
  assert.deepEqual(read.sources, [{ codeowners: "* @a\n", name: fileURLToPath(url) }]);
});

test("a baseline that was not read is told as such", () => {
  const detector = new Detector();
  const side = [{ type: "t", id: "a", attributes: { size: 1 } }];
  const text = detector.baselineSync(side).toJson();
  const file = made("baseline.json", text);
  for (const reference of [text, Buffer.from(text), JSON.parse(text), file]) {
    assert.throws(() => detector.detectSync(side, side, { reference }), {
      code: "DRIFT_FORMAT",
      help: "if this is a baseline: `Baseline.fromJson` reads it",
    });
  }
});
