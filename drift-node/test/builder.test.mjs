// Documents and folders that are added to a builder are read as they are alone.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { Snapshot, SnapshotBuilder } from "drift-node";

const root = mkdtempSync(join(tmpdir(), "drift-"));
process.on("exit", () => rmSync(root, { recursive: true }));

/** A folder with these files, and its URL. */
function folder(name, files) {
  mkdirSync(join(root, name));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, name, file), text);
  return pathToFileURL(join(root, name));
}

const record = (id) => JSON.stringify([{ type: "t", id, attributes: {} }]);
const CONFIG = {
  "a.tf": 'resource "aws_sqs_queue" "a" {\n  name = "x"\n}\n',
  ".env": "A=1\n",
  "a.toml": "a = 1\n",
  "a.ini": "[a]\nb = 1\n",
};
const ids = (snapshot) => snapshot.resources.map(({ type, id }) => `${type} ${id}`);
const added = (url, options) => new SnapshotBuilder().addDocument(url, options).build();

test("a folder without documents is an error", () => {
  for (const url of [folder("empty", {}), folder("other", { "a.txt": "x" })]) {
    const alone = { code: "DRIFT_NO_RESOURCES", text: "none of the files holds resources" };
    assert.throws(() => Snapshot.parse(url), alone);
    assert.throws(() => added(url), alone);
  }
});

test("files whose name says what they are are read as they are alone", () => {
  for (const [name, text] of Object.entries(CONFIG)) {
    const place = folder(`one${name}`, { [name]: text });
    for (const url of [place, new URL(`${place}/${name}`)]) {
      const alone = ids(Snapshot.parse(url));
      assert.ok(alone.length > 0);
      assert.deepEqual(ids(added(url)), alone);
    }
  }
  const mixed = folder("mixed", { ...CONFIG, "a.json": record("a") });
  assert.deepEqual(ids(added(mixed)), ids(Snapshot.parse(mixed)));
});

test("what is read as a whole stands in the scope of the builder", () => {
  const url = folder("scoped", CONFIG);
  const builder = new SnapshotBuilder("aws", { region: "eu", account: "1" });
  const { resources } = builder.addDocument(url, { scope: { account: "2" } }).build();
  const queue = resources.find(({ type }) => type === "aws_sqs_queue");
  assert.equal(queue.scope.region, "eu");
  assert.equal(queue.scope.account, "2");
  const message = "expected `scope` as an object of strings, not string";
  assert.throws(() => added(url, { scope: "eu" }), { name: "TypeError", message });
});

test("a file of a folder that holds no resources is a warning beside others", () => {
  const [only, one] = [{ "b.json": "" }, { "a.json": record("a") }];
  const url = folder("some", { ...one, ...only });
  const [alone, snapshot] = [Snapshot.parse(url), added(url)];
  assert.equal(snapshot.length, 1);
  assert.deepEqual(snapshot.warnings, alone.warnings);
  assert.equal(snapshot.warnings.length, 1);
  const none = folder("none", only);
  assert.throws(() => added(none), { code: "DRIFT_NO_RESOURCES" });
  assert.throws(() => added(folder("broken", { ...one, "c.json": "{" })), { file: "c.json" });
});
