// JavaScript values as JSON text, and the engine's JSON as values, without losing anything.
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { types } from "node:util";
import { classOf } from "./arguments.js";
import { DriftError } from "./error.js";

function refuse(at: string, what: string, help?: string): never {
  const place = at === "" ? "the root" : `\`${at}\``;
  throw new DriftError({
    code: "DRIFT_PARSE",
    message: `${what} cannot stand in a document, at ${place}`,
    path: at,
    help: help ?? null,
  });
}

/** What to pass instead of what holds a document, or will. */
const INSTEAD: Record<string, string> = {
  "a Promise": "await it first",
  "a Response": "pass its body: `response.body`, or `await response.text()`",
  "a Request": "pass its body: `request.body`, or `await request.text()`",
  "a Blob": "pass `blob.stream()`, or `await blob.arrayBuffer()`",
  "a File": "pass `file.stream()`, or `await file.arrayBuffer()`",
  "a SnapshotBuilder": "pass the snapshot that it builds: `builder.build()`",
};

/**
 * A value as JSON text. What `JSON.stringify` would drop or change in silence is an error:
 * `undefined` in a list, functions, symbols, fields of a list, `NaN` and infinities, cycles, and objects whose
 * content is not in their fields, as that of a `Map`, a `RegExp` or a `Snapshot` is. A field that is `undefined`
 * is left out, a `Date` is written in UTC, a `bigint` by its digits, and bytes in base64 as the AWS CLI prints
 * them.
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
  // What comes from another realm is no instance of the classes of this one.
  if (types.isUint8Array(value)) {
    return JSON.stringify(
      Buffer.from(value.buffer, value.byteOffset, value.length).toString("base64"),
    );
  }
  if (types.isBoxedPrimitive(value)) return write(value.valueOf(), at, open);
  const own = value as { toJSON?: () => unknown };
  if (typeof own.toJSON !== "function" && !isPlain(value)) {
    const kind = classOf(value);
    refuse(at, kind, INSTEAD[kind]);
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
    if (typeof own.toJSON === "function") {
      return write(types.isDate(value) ? timeOf(value, at) : own.toJSON(), at, open);
    }
    checkFields(value, at);
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

/** What a date says of itself: in UTC, without milliseconds where there are none. */
function timeOf(date: Date, at: string): unknown {
  const told: unknown = date.toJSON();
  const isTime = !Number.isNaN(Date.prototype.getTime.call(date));
  if (!isTime && told === null) refuse(at, "an invalid date");
  const isPlain = isTime && told === Date.prototype.toISOString.call(date);
  return isPlain ? told.replace(".000Z", "Z") : told;
}

/** Refuses fields that JSON has no place for. */
function checkFields(value: object, at: string): void {
  const symbols = Object.getOwnPropertySymbols(value);
  if (symbols.some((name) => Object.prototype.propertyIsEnumerable.call(value, name))) {
    refuse(at, "a field whose name is a symbol");
  }
  // Its elements are the first ones; a hole is refused by itself.
  if (Array.isArray(value) && Object.keys(value).length > value.length) {
    refuse(at, "a list that has fields");
  }
}

/**
 * Whether a value is what its fields or elements say: no `Map`, `RegExp`, `Promise` and so on, and no instance of a
 * class that has getters instead of fields.
 */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const isObject = Object.prototype.toString.call(value) === "[object Object]";
  if (!isObject || value instanceof Readable) return false;
  return !hasGetters(Object.getPrototypeOf(value)) || Object.keys(value).length > 0;
}

/** Whether a class, or one above it, has getters; the prototype of all objects, in any realm, is no class. */
function hasGetters(prototype: object | null): boolean {
  const above: object | null = prototype && Object.getPrototypeOf(prototype);
  if (prototype === null || above === null) return false;
  const members = Object.values(Object.getOwnPropertyDescriptors(prototype));
  return members.some(({ get }) => get !== undefined) || hasGetters(above);
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** What looks like a number of 16 digits or more, or like one with an exponent: seldom a part of a string. */
const LARGE = /(?:^|[:,[\s])-?(?:\d{16,}(?:\.\d+)?|\d+(?:\.\d+)?[eE][+-]?\d+)(?=[,}\]\s]|$)/;
/** How many digits a `bigint` has at the most. */
const DIGITS = 2000;
/** Stands before a large number for a moment: no document can hold what nobody can guess. */
const MARK = `${randomUUID()}:`;

/**
 * The engine's JSON as a value. An integer beyond the safe ones is a `bigint`; a fraction with more digits than
 * a number holds is rounded. An integer of more than 2000 digits, and a fraction that no number comes near to,
 * is its text. `__proto__` is a plain field.
 */
export function parse(text: string): unknown {
  if (!LARGE.test(text)) return JSON.parse(text);
  const marked = text.replace(TOKEN, (token) =>
    token.startsWith('"') || Math.abs(Number(token)) <= Number.MAX_SAFE_INTEGER
      ? token
      : `"${MARK}${token}"`,
  );
  return JSON.parse(marked, (_, value) =>
    typeof value === "string" && value.startsWith(MARK) ? large(value.slice(MARK.length)) : value,
  );
}

/** The value of a number that is not safe. */
function large(token: string): bigint | number | string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d*?)0*)?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  const zeros = Number(exponent) - fraction.length;
  if (zeros >= 0) {
    const digits = whole.length + fraction.length + zeros;
    return digits > DIGITS ? token : BigInt(sign + whole + fraction + "0".repeat(zeros));
  }
  const near = Number(token);
  return Number.isFinite(near) ? near : token;
}
