// Both sides of a finding's resource as texts.
import { inspect } from "node:util";
import { only } from "./arguments.js";
import { optionsJson } from "./source.js";
import type { Disposition, Kind, ResourceRef, Severity, Status } from "./types.js";

/** How a finding is viewed. */
export interface ViewOptions {
  /** The most bytes of the text of one side, its pointers included; 4 MiB by default. */
  maxBytes?: number;
  /** How many lines stand around a difference in the unified diff; 3 by default. */
  context?: number;
}

/** The text of one side. */
export interface ViewText {
  /** JSON with one value a line, keys, sets and keyed lists sorted, secrets redacted. */
  readonly text: string;
  /** The line on which each value starts, counted from 1, by its JSON Pointer into the text. */
  readonly lines: ReadonlyMap<string, number>;
}

/** Lines of a text. */
export interface Span {
  /** The first line, counted from 1. */
  line: number;
  /** How many lines. */
  lines: number;
}

/** Where a difference stands in both texts. */
export interface Hunk {
  /** The change's fingerprint; the finding's, where the resource stands on one side alone. */
  fingerprint: string;
  /** The change's path; empty for the resource as a whole. */
  path: string;
  /** How the sides differ. */
  kind: Kind;
  /** What it amounts to; null for the resource as a whole. */
  disposition: Disposition | null;
  /** How bad it is. */
  severity: Severity;
  /** Its lines in the text of desired; null where it has none there. */
  desired: Span | null;
  /** Its lines in the text of actual; null where it has none there. */
  actual: Span | null;
}

interface Fields {
  fingerprint: string;
  status: Status;
  resource: ResourceRef;
  desired: { text: string; lines: Record<string, number> } | null;
  actual: Fields["desired"];
  reference: Fields["desired"];
  hunks: Hunk[];
  unified: string;
  left_out: Record<string, number>;
}

/** @internal Options as the core reads them. */
export function viewJson(options: ViewOptions): string {
  return optionsJson(only(options, ["maxBytes", "context"]));
}

function textOf(side: Fields["desired"]): ViewText | null {
  return side && { text: side.text, lines: new Map(Object.entries(side.lines)) };
}

/**
 * Both sides of a finding's resource, which differ where the engine says that they do. Where both sides mean
 * the same both texts have desired's spelling. What nobody declares, and what rules leave out, stands in
 * neither, and is counted in `leftOut`. A document inside a string is opened where a change lies in it.
 *
 * The texts are what Monaco's diff editor compares; `unified` is what git-diff-view and `patch` read.
 */
export class DiffView {
  readonly #json: string;
  readonly #fields: Fields;

  private constructor(json: string) {
    if (!json) throw new TypeError("a DiffView comes from a report's diffView");
    this.#json = json;
    this.#fields = JSON.parse(json) as Fields;
  }

  /** @internal */
  static of(json: string): DiffView {
    return new DiffView(json);
  }

  /** The fingerprint that was asked for. */
  get fingerprint(): string {
    return this.#fields.fingerprint;
  }

  /** How the resource stands. */
  get status(): Status {
    return this.#fields.status;
  }

  /** The resource. */
  get resource(): ResourceRef {
    return this.#fields.resource;
  }

  /** What is declared. */
  get desired(): ViewText | null {
    return textOf(this.#fields.desired);
  }

  /** What is live. */
  get actual(): ViewText | null {
    return textOf(this.#fields.actual);
  }

  /** What was last applied, as it is written there. */
  get reference(): ViewText | null {
    return textOf(this.#fields.reference);
  }

  /** Where the differences stand, by line. */
  get hunks(): readonly Hunk[] {
    return this.#fields.hunks;
  }

  /** The unified diff of both texts; empty where they are the same. */
  get unified(): string {
    return this.#fields.unified;
  }

  /** How many differences stand in neither text, by disposition. */
  get leftOut(): Record<string, number> {
    return this.#fields.left_out;
  }

  /** The view as JSON, the same bytes in every language. */
  toJson(): string {
    return this.#json;
  }

  /** For `JSON.stringify`. */
  toJSON(): unknown {
    return JSON.parse(this.#json);
  }

  /** The unified diff. */
  toString(): string {
    return this.unified;
  }

  [inspect.custom](): string {
    return this.unified || `DiffView of ${this.resource.type} ${this.resource.id}`;
  }
}
