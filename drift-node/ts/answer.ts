// What the answers of questions about whole estates have in common.
import { inspect } from "node:util";
import { flagOf, only } from "./arguments.js";
import { renamed } from "./camel.js";
import { guarded } from "./error.js";
import { parse } from "./json.js";
import type { Json } from "./types.js";

/** What the native half of an answer can do. */
export interface NativeAnswer {
  /** The answer as JSON. */
  toJson(): string;
  /** The answer for a terminal or a log. */
  toText(color: boolean): string;
  /** The answer for a pull request. */
  toMarkdown(): string;
}

/** Whether a text has colours. */
export function colorOf(options: { color?: boolean }): boolean {
  return flagOf("`color`", only(options, ["color"]).color);
}

/** An answer of the engine: JSON, texts for people, and its fields once somebody asks for one. */
export abstract class Answer<N extends NativeAnswer> {
  /** @internal */
  protected declare readonly native: N;
  #fields: { [name: string]: Json } | undefined;

  /** @internal */
  protected constructor(native: N, origin: string) {
    if (!native) throw new TypeError(origin);
    // Not enumerable: nothing of it is printed.
    Object.defineProperty(this, "native", { value: native });
  }

  /** The answer as JSON, the same bytes in every language. */
  toJson(): string {
    return guarded(() => this.native.toJson());
  }

  /** For `JSON.stringify`. */
  toJSON(): unknown {
    return JSON.parse(this.toJson());
  }

  /**
   * The answer in the form of its JSON, as an object of the caller's own. An integer that a number cannot
   * hold is a `bigint`.
   */
  toObject(): Record<string, unknown> {
    return parse(this.toJson()) as Record<string, unknown>;
  }

  /** The answer for a terminal or a log. */
  toText(options: { color?: boolean } = {}): string {
    return guarded(() => this.native.toText(colorOf(options)));
  }

  /** The answer for a pull request. */
  toMarkdown(): string {
    return guarded(() => this.native.toMarkdown());
  }

  /** The answer for a terminal. */
  toString(): string {
    return this.toText();
  }

  /** @internal */
  protected get<T>(name: string): T {
    this.#fields ??= this.toObject() as { [name: string]: Json };
    return renamed(this.#fields[name] as Json, name) as T;
  }

  /** @internal */
  protected abstract told(): string;

  [inspect.custom](): string {
    return `${this.constructor.name} ${this.told()}`;
  }
}
