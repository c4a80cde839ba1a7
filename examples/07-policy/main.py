"""A policy over two accounts: what it forbids, with drift and without.

One bucket is declared open and is open: nothing has drifted, and the policy is violated. Another
was opened by hand: that has drifted, and has brought a violation. With ``--json`` the report comes
as JSON.
"""

import sys
from pathlib import Path

import drift_py as drift

HERE = Path(__file__).parent
AT = "2026-11-26T08:00:00Z"

detector = drift.Detector(policies=HERE / "policies.yaml")
tests = detector.test_policies(HERE / "cases.yaml", at=AT)
desired, live = (
    drift.Snapshot.parse((HERE / name).read_bytes(), name=name)
    for name in ("desired.json", "live.json")
)
report = detector.detect(desired, live, at=AT)
if "--json" in sys.argv:
    print(report.to_json(), end="")
else:
    print(f"cases: {tests['passed']} passed, {tests['failed']} failed\n")
    print(report)
    for violation in report.policy_violations:
        by = "drift" if violation["introduced_by_drift"] else "declaration"
        print(
            f"{violation['policy']}: {violation['resource']['id']} ({violation['status']}), by {by}"
        )
