// Whose a resource is: sources of owners, in the order in which they are asked.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Document, OwnerData, OwnerSource, Text } from "./types.js";

/** A map of owners, or its data: a list of sources, or `{sources, aliases}`. */
export type OwnersSource = OwnerMap | OwnerData | readonly OwnerSource[];

/** The text of a file with its name, which errors tell. */
function named<K extends string>(kind: K, text: Text): Record<K, string | Document> {
  const content = text instanceof URL ? readFileSync(text, "utf8") : text;
  const name = text instanceof URL ? { name: fileURLToPath(text) } : {};
  return { [kind]: content, ...name } as unknown as Record<K, string | Document>;
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
    this.#sources = [...sources];
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
    const folder = options.folder === undefined ? {} : { folder: options.folder };
    return this.#with({ ...named("codeowners", text), ...folder } as OwnerSource);
  }

  /**
   * Asks the entities of a Backstage catalogue: their text, their file, or as objects. `match` says which tag
   * of a resource equals what of an entity (`name`, an annotation, a label): `{ name: "app" }`.
   */
  backstage(entities: Text, options: { match?: Record<string, string> } = {}): OwnerMap {
    const match = Object.entries(options.match ?? {}).map(([of, tag]) => ({ of, tag }));
    return this.#with({ ...named("backstage", entities), match } as OwnerSource);
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
  return given instanceof OwnerMap ? given.toJSON() : given;
}
