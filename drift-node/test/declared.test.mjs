// What the declarations say: that everything is explained, and that words are those of the schemas.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import ts from "typescript";
import { ROOT } from "./cases.mjs";

const read = (...path) => readFileSync(join(ROOT, ...path), "utf8");
const INDEX = join(ROOT, "drift-node/dist/index.d.ts");
const program = ts.createProgram([INDEX], {
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  target: ts.ScriptTarget.ES2022,
  strict: true,
});
const checker = program.getTypeChecker();

/** What a module exports, by name. */
function exportsOf(file) {
  const all = checker.getExportsOfModule(checker.getSymbolAtLocation(file));
  return new Map(
    all.map((symbol) => [
      symbol.name,
      symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
    ]),
  );
}

const exported = exportsOf(program.getSourceFile(INDEX));
const isOurs = ({ fileName }) => fileName.includes("drift-node/dist/");

/** The members of a class or an interface that are declared here, but for plain duties. */
function members(symbol) {
  const own = checker.getDeclaredTypeOfSymbol(symbol).getProperties();
  const shared = symbol.flags & ts.SymbolFlags.Class ? [...symbol.exports.values()] : [];
  return [...own, ...shared].filter(({ name, declarations: [first] = [] }) => {
    const isPrivate = first && ts.getCombinedModifierFlags(first) & ts.ModifierFlags.Private;
    const isPlain = /^(prototype|toString|toJSON|__@|__#|#)/.test(name);
    return first && isOurs(first.getSourceFile()) && !isPrivate && !isPlain;
  });
}

const isExplained = (symbol) =>
  symbol.getDocumentationComment(checker).length > 0 ||
  symbol.getJsDocTags(checker).some(({ name }) => name === "deprecated");

test("everything that is declared says what it is", () => {
  const silent = new Set();
  const seen = new Set();
  const look = (symbol, name) => {
    seen.add(symbol);
    if (!isExplained(symbol)) silent.add(name);
  };
  for (const file of program.getSourceFiles().filter(isOurs)) {
    for (const [name, symbol] of exportsOf(file)) {
      const isPublic = exported.get(name) === symbol;
      if (isPublic || symbol.flags & ts.SymbolFlags.Value) look(symbol, name);
      if (!(symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface))) continue;
      if (!isPublic && symbol.flags & ts.SymbolFlags.Interface) continue;
      for (const member of members(symbol)) look(member, `${name}.${member.name}`);
    }
  }
  assert.deepEqual([...silent], []);
  assert.ok(seen.size > 650, `${seen.size} were looked at`);
});

/** The words of a union, sorted; undefined for any other type. */
function words(type) {
  const parts = type.isUnion() ? type.types : [type];
  const some = parts.filter(({ flags }) => !(flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)));
  return some.every((part) => part.isStringLiteral())
    ? some.map(({ value }) => value).sort()
    : undefined;
}

const wordsOf = (name) => words(checker.getDeclaredTypeOfSymbol(exported.get(name)));

const SCHEMAS = ["report", "parity", "readiness"].map((name) =>
  JSON.parse(read("docs", `${name}.schema.json`)),
);
const enumOf = ({ oneOf, enum: plain }) => (oneOf?.map((one) => one.const) ?? plain)?.sort();
/** Where a type here has another name than in a schema. */
const NAMES = { Cause: "CauseKind", ChangeKind: "Kind", Layer: "RuleLayer" };

test("closed lists of words are those of the schemas", () => {
  for (const { $defs } of SCHEMAS) {
    for (const [name, about] of Object.entries($defs)) {
      const listed = enumOf(about);
      if (listed) assert.deepEqual(wordsOf(NAMES[name] ?? name), listed, name);
    }
  }
});

const camel = (name) => name.replace(/_([a-z])/g, (_, it) => it.toUpperCase());

test("a field whose words are a closed list is declared as such", () => {
  let count = 0;
  for (const { $defs } of SCHEMAS) {
    for (const [name, { properties = {} }] of Object.entries($defs)) {
      const symbol = exported.get(name);
      if (!symbol) continue;
      const type = checker.getDeclaredTypeOfSymbol(symbol);
      for (const [field, about] of Object.entries(properties)) {
        const refs = [about, ...(about.anyOf ?? [])].flatMap(({ $ref }) => $ref ?? []);
        const listed = refs.map((ref) => enumOf($defs[ref.split("/").at(-1)])).find(Boolean);
        if (!listed) continue;
        const declared = type.getProperty(camel(field));
        assert.ok(declared, `${name}.${field}`);
        const found = words(checker.getTypeOfSymbol(declared)) ?? [];
        const known = found.length > 0 && found.every((word) => listed.includes(word));
        assert.ok(known, `${name}.${field} is ${found}`);
        count += 1;
      }
    }
  }
  assert.ok(count > 25, `${count} fields`);
});

test("codes of errors are those of the engine", () => {
  const codes = read("drift-core/src/error.rs").match(/(?<=Self::\w+ => ")DRIFT_\w+/g);
  assert.deepEqual(wordsOf("ErrorCode"), [...new Set(codes)].sort());
  const code = checker.getDeclaredTypeOfSymbol(exported.get("DriftError")).getProperty("code");
  assert.deepEqual(words(checker.getTypeOfSymbol(code)), wordsOf("ErrorCode"));
});
