// Functions for rule authors: canonical texts, paths and patterns.
import * as native from "../native/index.js";
import { bytesOf, only, stringOf, viewOf, whole } from "./arguments.js";
import { camelCase } from "./camel.js";
import { guarded } from "./error.js";
import { parse, stringify } from "./json.js";
import { optionsJson } from "./source.js";
import type { Json, Limits, Severity, Step } from "./types.js";

/** How a text is read by `canonical`. */
export interface CanonicalOptions {
  /** `json` by default. */
  syntax?: "json" | "ndjson" | "yaml";
  /** For YAML; `core` by default. */
  schema?: "core" | "kubectl" | "cfn";
  /** What a key that stands twice in one map means; `error` by default. */
  duplicateKeys?: "error" | "last";
  /** Bounds on what is read. */
  limits?: Limits;
}

/** The canonical text of each document: keys by code point, numbers in one form. */
export function canonical(data: string | Uint8Array, options: CanonicalOptions = {}): string[] {
  const json = optionsJson(only(options, ["syntax", "schema", "duplicateKeys", "limits"]));
  return guarded(() => native.canonical(bytesOf("`data`", data), json));
}

/**
 * A path's canonical text and its steps. A JSON Pointer does not tell a name from an index:
 * `document` does, as JSON text, its bytes, or a value.
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
  /** What `format` takes. */
  name: string;
  /** Of which tools or interfaces, in which versions. */
  versions: string;
  /** Which parts of an infrastructure it speaks of. */
  layers: string;
  /** What `view` takes, the default first. */
  views: string[];
  /** What is read. */
  reads: string;
  /** What is not. */
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
  /** Of which interface, in which versions. */
  versions: string;
  /** Which parts of an infrastructure it speaks of. */
  layers: string;
  /** The types of its resources, by view; empty where documents name them. */
  types: { resources: string[]; cloudformation?: string[] };
  /** What is not read. */
  leavesOut: string;
  /** How to ask for such a document, and what to give beside it. */
  note: string | null;
}

/** The mappings that are built in, as `docs/FORMATS.md` lists them. */
export function mappings(): MappingAbout[] {
  return listed<MappingAbout>("mappings");
}

function listed<About>(what: "formats" | "mappings"): About[] {
  const all = parse(guarded(() => native.formatsJson())) as Record<typeof what, Json>;
  return camelCase(all[what]) as unknown as About[];
}

/** A place at which a finding is found. */
export interface CataloguePlace {
  /** The provider; any where it is null. */
  provider: string | null;
  /** The type of resources; any where it is null. */
  type: string | null;
  /** The paths, as rules write them. */
  paths: string[];
  /** What has to hold there, where something has to. */
  when: string | null;
  /** How bad it is there. */
  severity: Severity;
}

/** One kind of finding: what it means, where it is found, and what to do next. */
export interface CatalogueEntry {
  /** The id of its rule in the pack `findings`: `k8s.mesh_left`. */
  id: string;
  /** What is wrong, in a few words. */
  title: string;
  /** What that means. */
  meaning: string;
  /** How bad it is, unless a place says otherwise. */
  severity: Severity;
  /** What kind of problem it is. */
  category: string;
  /** The parts of an infrastructure in which it is found. */
  layers: string[];
  /** What to do next. */
  nextStep: string;
  /** The published page that it rests on. */
  source: string;
  /** Where it is found. */
  places: CataloguePlace[];
}

/** The kinds of findings, as `docs/FINDINGS.md` lists them. */
export function catalogue(): CatalogueEntry[] {
  const entries = parse(guarded(() => native.catalogueJson())) as Json;
  return camelCase(entries) as unknown as CatalogueEntry[];
}

function textOf(document: unknown): string {
  if (typeof document === "string") return whole(document);
  const view = typeof document === "object" && document !== null ? viewOf(document) : undefined;
  return view ? new TextDecoder("utf-8", { fatal: true }).decode(view) : stringify(document);
}
