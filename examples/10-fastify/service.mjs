// A service that takes two documents and answers with the report, its findings page by page, and both
// sides of one.
//
// Documents come as strings, so that no number is rounded on the way. A client's string never becomes a
// path: it is handed on as bytes, which are content whatever they say.
import { createHash } from "node:crypto";
import { concurrency, Detector, DriftError, Snapshot } from "drift-node";
import Fastify from "fastify";

const detector = new Detector({ rules: new URL("rules.yaml", import.meta.url) });
/** What one document may cost. */
const LIMITS = { maxBytes: 8 << 20, maxDepth: 128, maxNodes: 1_000_000 };
/** Reports keep their documents, so that they can show them: only the last ones are kept. */
const KEPT = 16;

const text = { type: "string", minLength: 1 };
const document = { type: "string", minLength: 1, maxLength: LIMITS.maxBytes };
const schemas = {
  body: {
    type: "object",
    required: ["desired", "actual"],
    properties: { desired: document, actual: document },
    additionalProperties: false,
  },
  page: {
    type: "object",
    properties: {
      severity: text,
      owner: { type: "string" },
      status: text,
      limit: { type: "integer", minimum: 1, maximum: 100 },
      cursor: text,
    },
    additionalProperties: false,
  },
};

/** What a client is told of an error, with the status of the answer. */
function told(error) {
  if (error instanceof DriftError && error.code !== "DRIFT_INTERNAL") {
    const { code, message, help, file, line, column, resource, path } = error;
    const fields = {
      code,
      message: error.text ?? message,
      help,
      file,
      line,
      column,
      resource,
      path,
    };
    if (code !== "DRIFT_LIMIT") return [code === "DRIFT_ADDRESS" ? 404 : 400, fields];
    // Either the document costs too much, or too many calls wait already.
    return [path === "/waiting" ? 503 : 413, fields];
  }
  // What Fastify refuses: a body that is too long, no JSON, or not of the schema.
  const { statusCode = 500, code, message } = error;
  if (statusCode >= 400 && statusCode < 500) return [statusCode, { code, message }];
  return [500, { code: "INTERNAL", message: "the service failed" }];
}

/** The bytes of a client's text. Half of a surrogate pair has none: what stood for it would be another text. */
function bytesOf(name, text) {
  if (text.isWellFormed()) return Buffer.from(text);
  const message = `\`${name}\` holds half of a surrogate pair`;
  throw new DriftError({
    code: "DRIFT_PARSE",
    message,
    help: "send a text that can be written in UTF-8",
  });
}

/** A signal that is aborted when the client hangs up before it has its answer. */
function whileConnected(reply) {
  const controller = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

/** The service, not listening yet. */
export function service(options = {}) {
  // What the schema does not know is refused, not dropped.
  const ajv = { customOptions: { removeAdditional: false } };
  const app = Fastify({ bodyLimit: 2 * LIMITS.maxBytes, ajv, ...options });
  const reports = new Map();

  app.addHook("onSend", async (_, reply) => {
    reply.header("x-content-type-options", "nosniff");
    reply.header("cache-control", "no-store");
  });
  app.setErrorHandler((error, request, reply) => {
    const [status, fields] = told(error);
    if (status === 500) request.log.error(error);
    if (status === 503) reply.header("retry-after", "1");
    reply.code(status).send({ error: fields });
  });
  app.setNotFoundHandler((_, reply) => {
    reply.code(404).send({ error: { code: "NOT_FOUND", message: "there is no such page" } });
  });

  /** The report of an address, or an error that there is none any more. */
  function kept({ id }) {
    const report = reports.get(id);
    if (report) return report;
    const message = "there is no such report, or it is no longer kept";
    throw new DriftError({ code: "DRIFT_ADDRESS", message, help: "send the documents again" });
  }

  app.get("/health", async () => {
    const { running, waiting } = concurrency();
    return { running, waiting };
  });

  app.post("/reports", { schema: { body: schemas.body } }, async (request, reply) => {
    const signal = whileConnected(reply);
    const [desired, actual] = await Promise.all(
      ["desired", "actual"].map((name) =>
        Snapshot.parseAsync(bytesOf(name, request.body[name]), { name, limits: LIMITS, signal }),
      ),
    );
    const report = await detector.detect(desired, actual, { signal });
    const json = await report.toBuffer({ signal });
    const id = createHash("sha256").update(json).digest("hex").slice(0, 32);
    reports.delete(id);
    reports.set(id, report);
    for (const [oldest] of reports) {
      if (reports.size <= KEPT) break;
      reports.delete(oldest);
    }
    reply.code(201).header("location", `/reports/${id}`);
    return reply.type("application/json; charset=utf-8").send(json);
  });

  app.get("/reports/:id/findings", { schema: { querystring: schemas.page } }, async (request) => {
    const { items, total, cursor } = kept(request.params).query(request.query);
    return { items, total, cursor };
  });

  app.get("/reports/:id/findings/:fingerprint/diff", async (request, reply) => {
    const { fingerprint } = request.params;
    const view = await kept(request.params).diffView(fingerprint, {
      signal: whileConnected(reply),
    });
    return reply.type("application/json; charset=utf-8").send(view.toJson());
  });

  return app;
}
