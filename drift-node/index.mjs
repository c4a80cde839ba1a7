// The same names for `import` as for `require`.
import drift from "./dist/index.js";

export const {
  Baseline,
  Change,
  Detector,
  DriftError,
  Events,
  Explanation,
  Finding,
  Partial,
  Report,
  Rules,
  Snapshot,
  SnapshotBuilder,
  canonical,
  detect,
  detectSync,
  finish,
  formats,
  mappings,
  noiseSuggestions,
  parsePath,
  preview,
  ruleUsage,
  select,
  version,
} = drift;
