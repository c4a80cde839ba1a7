// The same declarations serve `require`.
import drift = require("drift-node");

const report: drift.Report = drift.detectSync("[]", "[]", { packs: [] });
export const verdict: drift.Verdict = report.verdict;
