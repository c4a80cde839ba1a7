// JavaScript values as JSON text, and the engine's JSON as values, without losing anything.
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { DriftError } from "./error.js";

function refuse(at: string, what: string): never {
  const place = at === "" ? "the root" : `\`${at}\``;
  throw new DriftError({
    code: "DRIFT_PARSE",
    message: `${what} cannot stand in a document, at ${place}`,
    path: at,
  });
}

/**
 * A value as JSON text. What `JSON.stringify` would drop or change in silence is an error:
 * `undefined` in a list, functions, symbols, `NaN` and infinities, cycles, and objects whose content is
 * not in their fields, as that of a `Map`, a `RegExp` or a `Promise` is. A
 * field that is `undefined` is left out, a `Date` is written in UTC, a `bigint` by its digits, and
 * bytes in base64 as the AWS CLI prints them.
 */
export function stringify(value: unknown): string {
  return write(value, "", new Set()) ?? refuse("", "undefined");
}

function write(value: unknown, at: string, open: Set<object>): string | undefined {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "boolean":
      return String(value);
    case "bigint":
      return value.toString();
    case "number":
      if (!Number.isFinite(value)) refuse(at, "a number that is not finite");
      return Object.is(value, -0) ? "-0" : String(value);
    case "undefined":
      return undefined;
    case "object":
      return value === null ? "null" : container(value, at, open);
    default:
      return refuse(at, `a ${typeof value}`);
  }
}

function container(value: object, at: string, open: Set<object>): string | undefined {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) refuse(at, "an invalid date");
    return JSON.stringify(value.toISOString().replace(".000Z", "Z"));
  }
  if (value instanceof Uint8Array) {
    return JSON.stringify(
      Buffer.from(value.buffer, value.byteOffset, value.length).toString("base64"),
    );
  }
  if (value instanceof String || value instanceof Number || value instanceof Boolean) {
    return write(value.valueOf(), at, open) as string;
  }
  const own = value as { toJSON?: () => unknown };
  if (typeof own.toJSON !== "function" && !isPlain(value)) {
    refuse(at, `a ${value.constructor?.name ?? "value"}`);
  }
  if (open.has(value)) refuse(at, "a value that holds itself");
  if (open.size > 512) {
    throw new DriftError({
      code: "DRIFT_LIMIT",
      message: "the value passes the limit `max_depth` of 512",
    });
  }
  open.add(value);
  try {
    if (typeof own.toJSON === "function") return write(own.toJSON(), at, open);
    if (Array.isArray(value)) {
      const items = Array.from(value, (item, index) => {
        const place = `${at}/${index}`;
        return write(item, place, open) ?? refuse(place, "undefined");
      });
      return `[${items.join(",")}]`;
    }
    const fields: string[] = [];
    for (const [name, field] of Object.entries(value)) {
      const text = write(field, `${at}/${name.replace(/~/g, "~0").replace(/\//g, "~1")}`, open);
      if (text !== undefined) fields.push(`${JSON.stringify(name)}:${text}`);
    }
    return `{${fields.join(",")}}`;
  } finally {
    open.delete(value);
  }
}

/** Whether a value is what its fields or elements say: no `Map`, `RegExp`, `Promise` and so on. */
function isPlain(value: object): boolean {
  return (
    Array.isArray(value) ||
    (Object.prototype.toString.call(value) === "[object Object]" && !(value instanceof Readable))
  );
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Stands before the digits of a `bigint` for a moment: no document can hold what nobody can guess. */
const MARK = `${randomUUID()}:`;

/**
 * The engine's JSON as a value. An integer that a number cannot hold is a `bigint`; a fraction with
 * more digits than a number holds is rounded. `__proto__` is a plain field.
 */
export function parse(text: string): unknown {
  if (!/\d{16}|\de[+-]?\d/.test(text)) return JSON.parse(text);
  const marked = text.replace(TOKEN, (token) => {
    if (token.startsWith('"') || String(Number(token)) === token) return token;
    const integer = integerOf(token);
    return integer === undefined ? token : JSON.stringify(MARK + integer);
  });
  return JSON.parse(marked, (_, value) =>
    typeof value === "string" && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value,
  );
}

/** The digits of a whole number that is not too long. */
function integerOf(token: string): string | undefined {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  const zeros = Number(exponent) - fraction.length;
  return zeros >= 0 && zeros <= 400 ? sign + whole + fraction + "0".repeat(zeros) : undefined;
}
