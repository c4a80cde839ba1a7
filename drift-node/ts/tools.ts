// Functions for rule authors: canonical texts, paths and patterns.
import * as native from "../native/index.js";
import { bytesOf, stringOf, whole } from "./arguments.js";
import { guarded } from "./error.js";
import { parse, stringify } from "./json.js";
import { optionsJson } from "./source.js";
import type { Limits, Severity, Step } from "./types.js";

/** How a text is read by `canonical`. */
export interface CanonicalOptions {
  /** `json` by default. */
  syntax?: "json" | "ndjson" | "yaml";
  /** For YAML; `core` by default. */
  schema?: "core" | "kubectl" | "cfn";
  duplicateKeys?: "error" | "last";
  limits?: Limits;
}

/** The canonical text of each document: keys by code point, numbers in one form. */
export function canonical(data: string | Uint8Array, options: CanonicalOptions = {}): string[] {
  return guarded(() => native.canonical(bytesOf("`data`", data), optionsJson(options)));
}

/**
 * A path's canonical text and its steps. A JSON Pointer does not tell a name from an index:
 * `document` does, as JSON text or as a value.
 */
export function parsePath(text: string, document?: unknown): { canonical: string; steps: Step[] } {
  const path = stringOf("`text`", text);
  const given = document === undefined ? null : textOf(document);
  return guarded(
    () => parse(native.parsePath(path, given)) as { canonical: string; steps: Step[] },
  );
}

/** The JSON Pointers of all nodes that a rule's path matches, in document order. */
export function select(pattern: string, document: unknown): string[] {
  const path = stringOf("`pattern`", pattern);
  return guarded(() => native.select(path, textOf(document)));
}

/** A format: its versions and views, what it reads and what it leaves out. */
export interface FormatAbout {
  name: string;
  versions: string;
  layers: string;
  views: string[];
  reads: string;
  leavesOut: string;
}

/** The formats, as `docs/FORMATS.md` lists them. */
export function formats(): FormatAbout[] {
  return listed<FormatAbout>("formats");
}

/** A mapping that is built in: what it is for, what it reads and what it leaves out. */
export interface MappingAbout {
  /** What `mapping` takes. */
  name: string;
  versions: string;
  layers: string;
  /** The types of its resources, by view; empty where documents name them. */
  types: { resources: string[]; cloudformation?: string[] };
  leavesOut: string;
  /** How to ask for such a document, and what to give beside it. */
  note: string | null;
}

/** The mappings that are built in, as `docs/FORMATS.md` lists them. */
export function mappings(): MappingAbout[] {
  return listed<MappingAbout>("mappings");
}

function listed<About extends { leavesOut: string }>(what: "formats" | "mappings"): About[] {
  type Wire = Omit<About, "leavesOut"> & { leaves_out: string };
  const all = parse(guarded(() => native.formatsJson())) as Record<typeof what, Wire[]>;
  return all[what].map(
    ({ leaves_out: leavesOut, ...rest }) => ({ ...rest, leavesOut }) as unknown as About,
  );
}

/** A place at which a finding is found. */
export interface CataloguePlace {
  provider: string | null;
  type: string | null;
  paths: string[];
  when: string | null;
  severity: Severity;
}

/** One kind of finding: what it means, where it is found, and what to do next. */
export interface CatalogueEntry {
  id: string;
  title: string;
  meaning: string;
  severity: Severity;
  category: string;
  layers: string[];
  nextStep: string;
  source: string;
  places: CataloguePlace[];
}

/** The kinds of findings, as `docs/FINDINGS.md` lists them. */
export function catalogue(): CatalogueEntry[] {
  type Listed = Omit<CatalogueEntry, "nextStep"> & { next_step: string };
  const entries = parse(guarded(() => native.catalogueJson())) as unknown as Listed[];
  return entries.map(({ next_step: nextStep, ...rest }) => ({ ...rest, nextStep }));
}

const textOf = (document: unknown): string =>
  typeof document === "string" ? whole(document) : stringify(document);
