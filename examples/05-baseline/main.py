"""A baseline: what nobody declares is normal while it is as it was reviewed.

``reviewed.json`` is what was live when somebody looked at it; ``live.json`` is what is live
now. The raised memory is accepted for a time, by a person and with a reason. With ``--json``
the report comes as JSON.
"""

import sys
from pathlib import Path

import drift_py as drift

HERE = Path(__file__).parent

desired, live = (
    drift.Snapshot.parse(HERE / name, name=name, complete=True)
    for name in ("desired.json", "live.json")
)
detector = drift.Detector(digest_key="out of a store of secrets")

recorded = detector.baseline(HERE / "reviewed.json", desired=desired, at="2026-01-12T08:00:00Z")
# Kept under version control, and read again.
baseline = drift.Baseline.from_json(recorded.to_json())

report = detector.detect(desired, live, reference=baseline, at="2026-02-12T08:00:00Z")
raised = [
    change for finding in report.findings for change in finding.changes if change.path == "memory"
]
baseline = baseline.promote(
    report, raised, by="ada", reason="more memory for the sale", expires="2026-02-28"
)

report = detector.detect(desired, live, reference=baseline, at="2026-02-12T09:00:00Z")
print(report.to_json() if "--json" in sys.argv else report, end="")
