// What changes and findings have in common: an object of a report's JSON.
import { inspect } from "node:util";
import type { Confidence, Json, Severity } from "./types.js";

/** An object of the JSON. */
export type Fields = { [name: string]: Json };
/** Writes the rule that would leave it out. */
export type IgnoreRule = () => string | null;

/** An object of a report's JSON, its fields under names in camel case. */
export class Entry {
  readonly #fields: Fields;
  readonly #ignore: IgnoreRule;

  constructor(fields: Fields, ignore: IgnoreRule) {
    this.#fields = fields;
    this.#ignore = ignore;
  }

  /** @internal */
  protected get<T>(name: string): T {
    return (this.#fields[name] ?? null) as T;
  }

  /** Stable across scans, order and languages: no values. */
  get fingerprint(): string {
    return this.get("fingerprint");
  }

  /** How bad it is. */
  get severity(): Severity {
    return this.get("severity");
  }

  /** What kind of problem it is. */
  get category(): string {
    return this.get("category");
  }

  /** The rule that decided or classified, if one did. */
  get rule(): string | null {
    return this.get("rule");
  }

  /** What is wrong, in a few words, where the rule that classified says it. */
  get title(): string | null {
    return this.get("title");
  }

  /** How sure it is; of a finding, as its surest change is. */
  get confidence(): Confidence {
    return this.get("confidence") ?? "high";
  }

  /** Whether it cannot be made in place, so that the resource is replaced for it. */
  get replace(): boolean {
    return this.get("replace") === true;
  }

  /** What to do about it. */
  get runbook(): string | null {
    return this.get("runbook");
  }

  /** The rule, as YAML, that would leave this out. */
  ignoreRule(): string {
    return this.#ignore() ?? "";
  }

  /** For `JSON.stringify`: the object as it stands in the JSON. Numbers are JavaScript's there. */
  toJSON(): unknown {
    return plain(this.#fields);
  }

  [inspect.custom](): string {
    return `${this.constructor.name} ${inspect(this.#fields, { depth: 4 })}`;
  }
}

/** A copy in which every number is a JavaScript number, as `JSON.parse` would read it. */
export function plain(value: Json): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}
