// Folders of audit logs.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { detect, detectSync, Events } from "drift-node";

const AT = "2026-01-01T00:00:00Z";
const root = mkdtempSync(join(tmpdir(), "drift-"));
process.on("exit", () => rmSync(root, { recursive: true }));
const event = (name) => ({ time: AT, actor: { name }, action: "Put", resources: [{ id: "a" }] });

test("of a folder each file is a log", async () => {
  mkdirSync(join(root, "logs/deep"), { recursive: true });
  const folder = pathToFileURL(join(root, "logs"));
  writeFileSync(join(root, "logs/a.json"), JSON.stringify([event("ann")]));
  writeFileSync(join(root, "logs/b.ndjson"), `${JSON.stringify(event("bob"))}\n`);
  writeFileSync(join(root, "logs/deep/c.json"), JSON.stringify([event("ann"), event("cem")]));
  const events = Events.parse(folder);
  const names = (all) => all.toArray().map(({ actor }) => actor.name);
  assert.deepEqual(names(events).sort(), ["ann", "bob", "cem"]);
  const later = await Events.parseAsync(folder, { name: "not theirs" });
  assert.equal(later.toJson(), events.toJson());
  const side = (size) => [{ type: "t", id: "a", attributes: { size } }];
  const report = detectSync(side(1), side(2), { at: AT, events });
  const other = await detect(side(1), side(2), { at: AT, events: folder });
  assert.equal(other.toJson(), report.toJson());
  writeFileSync(join(root, "logs/deep/d.json"), "[");
  const error = { code: "DRIFT_PARSE", file: "deep/d.json" };
  assert.throws(() => Events.parse(folder), error);
  await assert.rejects(Events.parseAsync(folder), error);
});

test("a folder without logs is an error", async () => {
  mkdirSync(join(root, "empty"));
  const [place, folder] = [join(root, "empty"), pathToFileURL(join(root, "empty"))];
  const error = { code: "DRIFT_NO_RESOURCES", text: `there are no logs in \`${place}\`` };
  assert.throws(() => Events.parse(folder), error);
  await assert.rejects(Events.parseAsync(folder), error);
  const first = { ...error, text: `${error.text}, log 1` };
  await assert.rejects(detect("[]", "[]", { events: [folder] }), first);
});
