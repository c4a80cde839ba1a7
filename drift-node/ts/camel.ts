// Names of the engine's JSON in camel case, for objects with types. JSON itself keeps its names.
import type { Json } from "./types.js";

type Fields = { [name: string]: Json };

/** What lies below is the user's: nothing of it is renamed. */
const VALUES = new Set("actual default desired reference scope steps value".split(" "));
/** Maps whose keys are words, or the user's names: those stay, and what they hold is renamed. */
const MAPS = new Set(
  (
    "by_key by_layer by_provider changes counts enforcement not_checked packs problems severity snapshots " +
    "summary.resources"
  ).split(" "),
);
/** What has been renamed, so that a field is the same object each time. */
const DONE = new WeakMap<object, Json>();

function camel(name: string): string {
  return name.includes("_") ? name.replace(/_([a-z])/g, (_, it) => it.toUpperCase()) : name;
}

/**
 * A part of the engine's JSON with its names in camel case; `place` is the field that it stands in. Where there is
 * nothing to rename it is the very same object. The names of the JSON can be asked for as well, and are not listed;
 * `JSON.stringify` writes those.
 */
export function renamed(value: Json, place: string, parent = ""): Json {
  if (typeof value !== "object" || value === null || VALUES.has(place)) return value;
  const known = DONE.get(value);
  if (known !== undefined) return known;
  const done = Array.isArray(value) ? list(value) : fields(value, place, parent);
  if (done !== value) DONE.set(value, done);
  return done;
}

function list(items: Json[]): Json {
  const found = items.map((item) => renamed(item, ""));
  return found.some((item, n) => item !== items[n]) ? found : items;
}

function fields(value: Fields, place: string, parent: string): Json {
  const isMap = MAPS.has(place) || MAPS.has(`${parent}.${place}`);
  const found = Object.entries(value).map(([wire, field]) => ({
    wire,
    name: isMap ? wire : camel(wire),
    held: renamed(field, isMap ? "" : wire, place),
  }));
  if (found.every(({ wire, name, held }) => name === wire && held === value[wire])) return value;
  const copy: Fields = {};
  Object.defineProperty(copy, "toJSON", { value: () => value, writable: true, configurable: true });
  for (const { wire, name, held } of found) {
    const about = { value: held, writable: true, configurable: true };
    Object.defineProperty(copy, wire, { ...about, enumerable: name === wire });
    if (name !== wire) Object.defineProperty(copy, name, { ...about, enumerable: true });
  }
  return copy;
}

/** The same for answers that have these names alone, in JSON too. */
export function camelCase(value: Json): Json {
  return structuredClone(renamed(value, ""));
}
