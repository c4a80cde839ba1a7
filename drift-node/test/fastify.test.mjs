// The service of examples/10-fastify, over HTTP.
import assert from "node:assert/strict";
import { request } from "node:http";
import test from "node:test";
import { concurrency, Report } from "drift-node";
import { service } from "../../examples/10-fastify/service.mjs";

const { limits: DEFAULTS } = concurrency();
const app = service();
const url = await app.listen({ port: 0, host: "127.0.0.1" });
test.after(() => app.close());
test.afterEach(() => concurrency(DEFAULTS));

const queues = (count, delay, extra = {}) =>
  JSON.stringify(
    Array.from({ length: count }, (_, n) => ({
      type: "queue",
      id: `q${n}`,
      attributes: { delay, ...extra },
    })),
  );

async function post(body, type = "application/json") {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return await fetch(`${url}/reports`, {
    method: "POST",
    headers: { "content-type": type },
    body: text,
  });
}

async function refused(response, status, code) {
  assert.equal(response.status, status);
  const { error } = await response.json();
  assert.equal(error.code, code, JSON.stringify(error));
  return error;
}

test("two documents are answered with the report", async () => {
  const actual = queues(3, 1).replaceAll('"delay":1', '"delay":9007199254740993');
  const response = await post({ desired: queues(3, 0), actual });
  assert.equal(response.status, 201);
  assert.equal(response.headers.get("content-type"), "application/json; charset=utf-8");
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  const text = await response.text();
  const report = Report.fromJson(text);
  assert.equal(report.toJson(), text);
  assert.ok(text.includes('"actual":9007199254740993,'));
  assert.deepEqual([report.verdict, report.findings.length], ["drifted", 3]);
  assert.deepEqual([report.findings[0].severity, report.findings[0].owner], ["high", "team-jobs"]);

  const at = `${url}${response.headers.get("location")}/findings`;
  const ask = async (query) => (await fetch(`${at}?${new URLSearchParams(query)}`)).json();
  const first = await ask({ severity: ">=high", owner: "team-jobs", limit: 2 });
  assert.deepEqual([first.items.length, first.total], [2, 3]);
  const rest = await ask({
    severity: ">=high",
    owner: "team-jobs",
    limit: 2,
    cursor: first.cursor,
  });
  assert.deepEqual([rest.items[0].resource.id, rest.cursor], ["q2", null]);
  await refused(await fetch(`${at}?severity=worst`), 400, "DRIFT_OPTION");
  await refused(await fetch(`${at}?limit=1000`), 400, "FST_ERR_VALIDATION");
  await refused(await fetch(`${at}?cursor=${first.cursor}`), 400, "DRIFT_OPTION");

  const view = await fetch(`${at}/${first.items[0].fingerprint}/diff`);
  const { hunks } = await view.json();
  assert.deepEqual([hunks.length, hunks[0].path], [1, "delay"]);
  await refused(await fetch(`${at}/nothing/diff`), 404, "DRIFT_ADDRESS");
  await refused(await fetch(`${url}/reports/nothing/findings`), 404, "DRIFT_ADDRESS");
  await refused(await fetch(`${url}/`), 404, "NOT_FOUND");
});

test("what is wrong with a document is told, and no secret of it", async () => {
  const whole = queues(1, 0);
  const error = await refused(
    await post({ desired: '[\n  {"password": "kanary-secret", }]', actual: whole }),
    400,
    "DRIFT_PARSE",
  );
  assert.deepEqual([error.file, error.line], ["desired", 2]);
  assert.equal(JSON.stringify(error).includes("kanary"), false);
  // A string is content, and nobody is told whether there is a file of its name.
  const named = await post({ desired: "package.json", actual: whole });
  assert.equal(named.status, 400);
  assert.doesNotMatch(await named.text(), /URL|file is/);
  await refused(await post({ desired: whole }), 400, "FST_ERR_VALIDATION");
  await refused(
    await post({ desired: whole, actual: whole, rules: "[]" }),
    400,
    "FST_ERR_VALIDATION",
  );
  await refused(await post("{"), 400, "FST_ERR_CTP_INVALID_JSON_BODY");
  await refused(await post("x", "text/html"), 415, "FST_ERR_CTP_INVALID_MEDIA_TYPE");
  const deep = `[{"type": "t", "id": "a", "attributes": ${"[".repeat(300)}${"]".repeat(300)}}]`;
  await refused(await post({ desired: deep, actual: whole }), 413, "DRIFT_LIMIT");
  const long = JSON.stringify({ desired: whole, actual: "x".repeat(17 << 20) });
  await refused(await post(long), 413, "FST_ERR_CTP_BODY_TOO_LARGE");
});

test("names that are markup stay text, and secrets stay masked", async () => {
  const side = (n) =>
    queues(1, 0, { "<img onerror=alert(1)>": `<script>${n}</script>`, password: `kanary-${n}` });
  const response = await post({ desired: side(1), actual: side(2) });
  assert.match(response.headers.get("content-type"), /^application\/json/);
  const text = await response.text();
  assert.equal(text.includes("kanary"), false);
  const [finding] = JSON.parse(text).findings;
  const view = await fetch(
    `${url}${response.headers.get("location")}/findings/${finding.fingerprint}/diff`,
  );
  assert.match(view.headers.get("content-type"), /^application\/json/);
  assert.equal((await view.text()).includes("kanary"), false);
});

test("who waits too long in line is told to come again", async () => {
  concurrency({ running: 1, waiting: 1 });
  const body = { desired: queues(3_000, 0), actual: queues(3_000, 1) };
  const responses = await Promise.all(Array.from({ length: 6 }, () => post(body)));
  const busy = responses.filter(({ status }) => status === 503);
  assert.ok(busy.length > 0, responses.map(({ status }) => status).join());
  assert.equal(busy[0].headers.get("retry-after"), "1");
  await Promise.all(responses.map((response) => response.text()));
});

test("a text that UTF-8 cannot hold is refused", async () => {
  const side = (half) => `[{"type":"queue","id":"q","attributes":{"name":"${half}"}}]`;
  const { message } = await refused(
    await post({ desired: side("\ud800"), actual: side("\udfff") }),
    400,
    "DRIFT_PARSE",
  );
  assert.match(message, /`desired` holds half of a surrogate pair/);
});

test("who hangs up is not worked for", async () => {
  concurrency({ running: 1 });
  const body = JSON.stringify({ desired: queues(60_000, 0), actual: queues(60_000, 1) });
  const hungUp = new Promise((resolve) => {
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    };
    const asked = request(`${url}/reports`, { method: "POST", headers });
    asked.on("error", resolve);
    asked.end(body);
    const watch = setInterval(() => {
      if (concurrency().running === 0) return;
      clearInterval(watch);
      asked.destroy(new Error("gone"));
    }, 1);
  });
  assert.match(String(await hungUp), /gone/);
  for (;;) {
    const { running, waiting } = await (await fetch(`${url}/health`)).json();
    if (running + waiting === 0) break;
  }
  assert.equal((await post({ desired: queues(1, 0), actual: queues(1, 0) })).status, 201);
});
