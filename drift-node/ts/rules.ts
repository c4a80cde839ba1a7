// Rules, read once, and what may be given for them.
import * as native from "../native/index.js";
import { kindOf } from "./arguments.js";
import { guarded } from "./error.js";
import { helping } from "./files.js";
import { ruleText } from "./source.js";
import type { Text } from "./types.js";

/** Rules of a file, a text or an object, read once. */
export class Rules {
  /** @internal */
  declare readonly native: native.NativeRules;

  private constructor(rules: native.NativeRules) {
    if (!(rules instanceof native.NativeRules)) throw new TypeError("Rules come from Rules.parse");
    Object.defineProperty(this, "native", { value: rules });
  }

  /** Reads YAML or JSON text, a file by its URL, or an object of a rule file's shape. */
  static parse(source: Text): Rules {
    const [text, file] = ruleText("rules", source);
    return helping(source, () => guarded(() => new Rules(native.NativeRules.parse(text, file))));
  }

  /** No document: what it holds is in none of its fields. */
  get [Symbol.toStringTag](): string {
    return "Rules";
  }

  /** How many rules there are. */
  get length(): number {
    return this.native.length;
  }
}

/** One source of rules. */
export type RulesSource = Rules | Text;

/** The rules of one source or of several. */
export function rulesOf(
  given: RulesSource | readonly RulesSource[] | undefined,
): native.NativeRules[] {
  if (given === undefined || given === null) return [];
  const list = Array.isArray(given) ? (given as readonly RulesSource[]) : [given as RulesSource];
  for (const one of list) {
    const fits = typeof one === "string" || (typeof one === "object" && one !== null);
    if (!fits || ArrayBuffer.isView(one)) {
      const what = "rules are text, a URL, an object, Rules, or a list of these";
      throw new TypeError(`${what}, not ${kindOf(one)}`);
    }
  }
  const isRule = (one: RulesSource) =>
    typeof one === "object" && !(one instanceof URL) && "id" in one;
  // A list of single rules is what a rule file may hold as well.
  if (list.length > 0 && list.every(isRule)) return [Rules.parse(list).native];
  return list.map((one) => (one instanceof Rules ? one : Rules.parse(one)).native);
}
