// Everything about one path of one resource, as a report or a detector tells it.
import { inspect } from "node:util";
import { renamed } from "./camel.js";
import { parse } from "./json.js";
import type { Disposition, FactNote, Json, ResourceRef } from "./types.js";

type Fields = { [name: string]: Json };

/** Everything about one path of one resource. */
export class Explanation {
  readonly #json: string;
  readonly #text: string;
  readonly #fields: Fields;

  private constructor(json: string, text: string) {
    if (!json) throw new TypeError("an Explanation comes from explain");
    this.#json = json;
    this.#text = text;
    this.#fields = parse(json) as Fields;
  }

  /** @internal */
  static of([json = "{}", text = ""]: string[]): Explanation {
    return new Explanation(json, text);
  }

  #get<T>(name: string): T {
    return renamed(this.#fields[name] ?? null, name) as T;
  }

  /** The resource. */
  get resource(): ResourceRef {
    return this.#get("resource");
  }

  /** The path. */
  get path(): string {
    return this.#get("path");
  }

  /** What the path comes to, in one sentence. */
  get conclusion(): string {
    return this.#get("conclusion");
  }

  /** The declared value. */
  get desired(): Json {
    return this.#get("desired");
  }

  /** The live value. */
  get actual(): Json {
    return this.#get("actual");
  }

  /** What was last applied. */
  get reference(): Json {
    return this.#get("reference");
  }

  /** The equality that holds at the path, and the relations that are tried after it. */
  get equality(): string {
    return this.#get("equality");
  }

  /** The equality or the relation by which both values are the same. */
  get heldBy(): string | null {
    return this.#get("held_by");
  }

  /** The tolerance that holds at the path, as rules write it. */
  get tolerance(): string | null {
    return this.#get("tolerance");
  }

  /** The value that absence stands for at the path. */
  get default(): Json {
    return this.#get("default");
  }

  /** Whether `reference` is what a baseline holds. */
  get baseline(): boolean {
    return this.#get("baseline");
  }

  /** What the difference at the path amounts to; null where nothing differs. */
  get disposition(): Disposition | null {
    return this.#get("disposition");
  }

  /** The rule that decided that, if one did. */
  get rule(): string | null {
    return this.#get("rule");
  }

  /** Numbers as they were written, where their canonical text is another: desired, then actual. */
  get written(): [string | null, string | null] {
    return this.#get("written");
  }

  /** What each side's value means under the equality: desired, then actual. */
  get canonical(): [string | null, string | null] {
    return this.#get("canonical");
  }

  /** Whether the value must not be shown. */
  get secret(): boolean {
    return this.#get("secret");
  }

  /** The facts at the path, and which of them won. */
  get facts(): FactNote[] {
    return this.#get("facts");
  }

  /** The explanation as JSON. */
  toJson(): string {
    return this.#json;
  }

  /** For `JSON.stringify`. */
  toJSON(): unknown {
    return JSON.parse(this.#json);
  }

  /** The explanation for a person. */
  toString(): string {
    return this.#text;
  }

  [inspect.custom](): string {
    return this.#text;
  }
}
