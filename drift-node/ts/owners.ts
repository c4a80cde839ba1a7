// Whose a resource is: sources of owners, in the order in which they are asked.
import { fileURLToPath } from "node:url";
import { expected, listOf, only, stringOf, stringsOf, textOf } from "./arguments.js";
import { noName, textIn } from "./files.js";
import type { OwnerData, OwnerSource, Text } from "./types.js";

/** A map of owners, or its data: a list of sources, or `{sources, aliases}`. */
export type OwnersSource = OwnerMap | OwnerData | readonly OwnerSource[];

/** The kinds of sources that are texts. */
const TEXTS = ["codeowners", "backstage", "csv"] as const;
type Kind = (typeof TEXTS)[number];

/** The text of a file with its name, which errors tell. */
function named(kind: Kind, given: Text): { name?: string } {
  if (given instanceof URL) return { [kind]: textIn(given), name: fileURLToPath(given) };
  noName(given);
  const text = kind === "backstage" ? textOf(kind, given) : stringOf(kind, given);
  return { [kind]: text } as object;
}

/**
 * Sources of owners, in the order in which they are asked; rules first where nobody says. Each method gives
 * a new map with one more source.
 *
 * ```js
 * const owners = new OwnerMap().tags("owner", "team").codeowners(new URL("CODEOWNERS", root));
 * ```
 */
export class OwnerMap {
  readonly #sources: readonly OwnerSource[];
  readonly #aliases: Readonly<Record<string, string>>;

  /** Starts with sources as data, of which there may be none. */
  constructor(sources: readonly OwnerSource[] = [], aliases: Record<string, string> = {}) {
    this.#sources = listOf("`sources`", "sources of owners", sources);
    this.#aliases = { ...aliases };
  }

  #with(source: OwnerSource): OwnerMap {
    return new OwnerMap([...this.#sources, source], this.#aliases);
  }

  /** Asks the tags and labels of the resource: the first of these names that it has. */
  tags(...names: string[]): OwnerMap {
    return this.#with({ tags: names });
  }

  /**
   * Asks a CODEOWNERS file, its text or its URL, by the source file of the declared side. `folder` is the
   * folder of the repository that names of source files are relative to.
   */
  codeowners(text: string | URL, options: { folder?: string } = {}): OwnerMap {
    const { folder } = only(options, ["folder"]);
    const below = folder === undefined ? {} : { folder: stringOf("`folder`", folder) };
    return this.#with({ ...named("codeowners", text), ...below } as OwnerSource);
  }

  /**
   * Asks the entities of a Backstage catalogue: their text, their file, or as objects. `match` says which tag
   * of a resource equals what of an entity (`name`, an annotation, a label): `{ name: "app" }`.
   */
  backstage(entities: Text, options: { match?: Record<string, string> } = {}): OwnerMap {
    const tags = stringsOf("match", only(options, ["match"]).match ?? {});
    const match = Object.entries(tags).map(([of, tag]) => ({ of, tag }));
    return this.#with({ ...named("backstage", entities), match } as unknown as OwnerSource);
  }

  /** Asks a table, its text or its URL; the first row that matches tells the owner. */
  csv(text: string | URL): OwnerMap {
    return this.#with(named("csv", text) as OwnerSource);
  }

  /** Asks the rules here, instead of first. */
  rules(): OwnerMap {
    return this.#with({ rules: true });
  }

  /** Reads one name of an owner as another. */
  alias(name: string, owner: string): OwnerMap {
    return new OwnerMap(this.#sources, { ...this.#aliases, [name]: owner });
  }

  /** The map as data. */
  toJSON(): OwnerData {
    return { sources: [...this.#sources], aliases: { ...this.#aliases } };
  }
}

/** @internal A map of owners as data. */
export function ownersOf(
  given: OwnersSource | undefined,
): OwnerData | readonly OwnerSource[] | undefined {
  const data = given instanceof OwnerMap ? given.toJSON() : given;
  const sources: unknown = Array.isArray(data) ? data : (data as OwnerData | undefined)?.sources;
  for (const source of Array.isArray(sources) ? sources : []) {
    for (const kind of TEXTS) {
      // The address or the name of a file would be a text that says nothing of anybody.
      const text: unknown = source?.[kind];
      if (text instanceof URL) throw expected(kind, "text", text);
      noName(text);
    }
  }
  return data;
}
