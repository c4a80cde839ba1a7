"""How much was seen: one region is denied, tags of three clouds go by one policy, and what is
missing before the estate is ready. With ``--json`` the report and the checks come as JSON, one a
line.
"""

import sys
from pathlib import Path

import drift_py as drift

HERE = Path(__file__).parent


def region(name):
    """Name a region of the account."""
    return {"provider": "aws", "scope": {"account": "111122223333", "region": name}}


desired = drift.Snapshot.parse(
    HERE / "desired.json", name="desired.json", revision="4f2c9e1", taken_at="2026-03-02T08:59:00Z"
)
live = drift.Snapshot.parse(
    HERE / "live.json",
    name="live.json",
    expected=[region("eu-west-1"), region("us-west-2")],
    gaps=[{"cell": region("us-west-2"), "reason": "denied", "detail": "AccessDenied"}],
    taken_at="2026-03-02T07:00:00Z",
)
detector = drift.Detector(tags=HERE / "tags.yaml", owners=drift.OwnerMap().tags("owner", "team"))
at = "2026-03-02T09:00:00Z"
report = detector.detect(desired, live, at=at)
objectives = {"coverage": 0.95, "iac": 0.75, "max_age": "1h"}
readiness = detector.doctor(desired, live, at=at, objectives=objectives)

found = [report, readiness]
texts = [one.to_json() if "--json" in sys.argv else one.to_text() for one in found]
print("\n".join(texts), end="")
