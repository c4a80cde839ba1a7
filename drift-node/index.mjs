// The same names for `import` as for `require`.
import drift from "./dist/index.js";

export const {
  Change,
  Detector,
  DriftError,
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
  parsePath,
  select,
  version,
} = drift;
